"""The thin command over pyhncert: parse, call one library function, print.

stdout is data, stderr is talk; each family of failure has its exit code, listed in docs/exit-codes.md.
"""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `hncert` with `arguments` (those of the process by default) and return its exit code."""
    from hncert_cli._app import run  # noqa: PLC0415  click is loaded only when the command runs

    return run(arguments)
