"""The thin command over pyhncert: parse, call one library function, print.

stdout is data, stderr is talk; each family of failure has its exit code, listed in docs/exit-codes.md.
"""

from __future__ import annotations

import gc
from collections.abc import Sequence

_LASTING = 400_000
"""New objects between two looks for cycles; nearly all that a command makes (modules, tables) lives as long as it."""

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `hncert` with `arguments` (those of the process by default) and return its exit code."""
    gc.set_threshold(_LASTING, *gc.get_threshold()[1:])  # a certified page costs 0.1 s of CPU less
    from hncert_cli._app import run  # noqa: PLC0415  click is loaded only when the command runs

    return run(arguments)
