"""Blanks that the recogniser left out, where the ink says so plainly: as wide as those it wrote in the same line.

This is reading, not correction: no letter changes, and no list of words is asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

_AS_WIDE = 0.75
"""A blank within a word is one between words when it has that share of the narrowest one written in the line."""
_APART = 1.8
"""And when it is so many times as wide as the blanks between letters of that line are at most."""
LEAST, _ALONE = 0.13, 0.35
"""And that share of the line's height; the latter where no blank was written to compare with."""


class Symbol(NamedTuple):
    """A letter as it was read: its text, its ends along the line in pixels, the number of its word."""

    text: str
    left: float
    right: float
    word: int


def blanks(dark: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """The blanks between ink, as rows of first pixel and length; `dark` says which columns hold ink."""
    edges = np.flatnonzero(np.diff(dark.astype(np.int8)))
    if len(edges) and not dark[0]:
        edges = edges[1:]
    whole = edges[: len(edges) // 2 * 2].reshape(-1, 2)
    return np.stack([whole[:, 0] + 1, whole[:, 1] - whole[:, 0]], axis=1)


def left_out(symbols: Sequence[Symbol], dark: npt.NDArray[np.bool_], tall: float) -> list[int]:
    """Numbers of the symbols before which a blank was left out."""
    found = blanks(dark)
    middles, wide = found[:, 0] + found[:, 1] / 2, found[:, 1]
    within: dict[int, int] = {}
    between: list[int] = []
    for i in range(1, len(symbols)):
        one, two = symbols[i - 1], symbols[i]
        inside = ((one.left + one.right) / 2 < middles) & (middles < (two.left + two.right) / 2)
        gap = int(wide[inside].max(initial=0))
        if one.word != two.word:
            between.append(gap)
        else:
            within[i] = gap
    least = max(_AS_WIDE * float(np.median(between)), LEAST * tall) if between else _ALONE * tall
    usual = max((gap for gap in within.values() if gap < least), default=0)
    return [
        i
        for i, gap in within.items()
        if gap >= max(least, _APART * usual) and _may_part(symbols[i - 1].text, symbols[i].text)
    ]


def _may_part(one: str, two: str) -> bool:
    """Digits stand in columns, and a point or comma has room behind it: neither tells of a blank."""
    return all(text.isalnum() or text == "/" for text in (one, two)) and not (one.isdigit() and two.isdigit())
