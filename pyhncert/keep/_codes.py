"""The public code of an act: 69 random bits and a check symbol, made and read by the core."""

from __future__ import annotations

from pyhncert import _core


def new_code(randomness: bytes) -> str:
    """A code from random bytes."""
    return _core.code_from_random(randomness)


def shown(code: str) -> str:
    """A stored code in groups of five, as people read it."""
    return _core.code_shown(code)


def normal_code(typed: str) -> str:
    """The code as it is stored, from what a person typed.

    Raises:
        UsageFault: it cannot be a code; the check symbol does not agree.
    """
    return _core.code_normalise(typed.encode("utf-8", "replace").decode())
