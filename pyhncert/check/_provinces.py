"""Provinces by the codes of personal numbers: the 63 before July 2025, and the 34 that took them over."""

from __future__ import annotations

import functools

from pyhncert.check._rules import _file
from pyhncert.recognise import fold


def province_of(code: str) -> str | None:
    """The province that gave out numbers beginning with `code`; None for a code that is not on the list."""
    name: str | None = _file("provinces.toml")["codes"].get(code)
    return name


def province_now(code: str) -> str | None:
    """The unit that the province of `code` is part of since July 2025."""
    merged: dict[str, list[str]] = _file("provinces.toml")["since_2025_07"]
    return next((name for name, codes in merged.items() if code in codes), province_of(code))


def codes_named(text: str) -> frozenset[str]:
    """The codes of all provinces that `text` names, by their names before July 2025 or after."""
    folded = fold(text)
    best: dict[int, str] = {}
    for name in _names():
        at = folded.find(name)
        # “Bắc Ninh” begins no other name, but a short one may stand in a longer: the longest at its place is meant
        if at >= 0 and len(name) > len(best.get(at, "")):
            best[at] = name
    return frozenset(code for name in best.values() for code in _names()[name])


@functools.cache
def _names() -> dict[str, tuple[str, ...]]:
    data = _file("provinces.toml")
    out: dict[str, tuple[str, ...]] = {}
    for name, codes in [*((name, [code]) for code, name in data["codes"].items()), *data["since_2025_07"].items()]:
        for form in {fold(name), fold(name.removeprefix("TP. "))}:
            out[form] = (*out.get(form, ()), *codes)
    return out
