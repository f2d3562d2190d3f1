"""Where something is on a page, in words: corners, sides, the middle."""

from __future__ import annotations

from collections.abc import Sequence

from pyhncert.values import Quad, Words

_PLACES = (
    (
        Words("góc trên bên trái", "the upper left corner"),
        Words("phía trên", "the upper part"),
        Words("góc trên bên phải", "the upper right corner"),
    ),
    (Words("phía bên trái", "the left side"), Words("giữa", "the middle"), Words("phía bên phải", "the right side")),
    (
        Words("góc dưới bên trái", "the lower left corner"),
        Words("phía dưới", "the lower part"),
        Words("góc dưới bên phải", "the lower right corner"),
    ),
)
_SIDES = {
    "left": Words("mép trái", "the left edge"),
    "top": Words("mép trên", "the upper edge"),
    "right": Words("mép phải", "the right edge"),
    "bottom": Words("mép dưới", "the lower edge"),
}
_WHOLE = Words("phần lớn", "most")


def place(quad: Quad, size: tuple[int, int]) -> Words:
    """The ninth of a page of `size` pixels in which the middle of `quad` lies; `most` where it covers nearly all.

    What reaches over most of a side belongs to the side, not to a corner of it.
    """
    spans = [_span([point[axis] / size[axis] for point in quad]) for axis in (0, 1)]
    if all(high - low > 0.75 for low, high in spans):
        return _WHOLE
    column, row = (1 if high - low > 0.6 else _third((low + high) / 2) for low, high in spans)
    return _PLACES[row][column]


def edge(side: str, quad: Quad | None, size: tuple[int, int]) -> Words:
    """The side of a page at which `quad` touches it, or a corner where it keeps to one end of that side."""
    if quad is None:
        return _SIDES[side]
    along = 1 if side in ("left", "right") else 0
    low, high = _span([point[along] / size[along] for point in quad])
    end = _third((low + high) / 2)
    if high - low > 0.34 or end == 1:
        return _SIDES[side]
    fixed = 0 if side in ("left", "top") else 2
    return _PLACES[end][fixed] if along == 1 else _PLACES[fixed][end]


def joined(places: Sequence[Words]) -> Words:
    """Several places, each once."""
    once = list(dict.fromkeys(places))
    return Words(", ".join(words.vi for words in once), ", ".join(words.en for words in once))


def _span(values: Sequence[float]) -> tuple[float, float]:
    return max(0.0, min(values)), min(1.0, max(values))


def _third(share: float) -> int:
    return min(2, max(0, int(3 * share)))
