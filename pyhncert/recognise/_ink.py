"""Lines by connected ink: exact boxes, split at rules, and whose each pixel is; in doubt the network is asked.

Ink cannot tell print from the strokes of a signature or a seal, and letters that touch those are no letters of their
own. So there, and where ink is coloured, what the network sees is print; elsewhere it need not look.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pyhncert import _core
from pyhncert.recognise._detect import Box

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy.typing as npt

    from pyhncert.values import Code, Page, Pixels, Quad

RULE, LARGE, PAINT = 65535, 65534, 65533
"""Owners of rules, of black ink that is too large for letters, and of coloured ink that is."""
_PAINTED = 0.003
"""Share of a line's box that is coloured ink, from which on it is read without it."""
_COVERED = 0.6
"""A line is print where so much of it lies in boxes of the network; a box is done where so much of it is in lines."""
_COARSE_DPI = 200
"""Letters and rules of coarser scans run together in black and white: there the boxes of the network stand."""
_BREADTH = 0.8
"""A letter and the room around it, in heights of a box."""
_SMALL_MM = 160
"""Pages no longer than that are cards: patterns lie under their print, and the network sees them whole."""
_MOST = 0.4
"""Where more of the page than that is in doubt, the network sees the whole page, which then costs no more."""
_MAYBE = 24
"""More lines than that which the network did not see are no print."""
_DIRT = 0.5
"""Share of lines with one or two letters above which a page is dirt or a pattern."""


class Rect(NamedTuple):
    """Pixels from left to right and from top to bottom."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Ink:
    """The lines of a page in black ink and in coloured ink, the gray of the former, and whose each pixel is.

    `owners` holds the `owner` of a line's box, 0 for paper, `RULE`, or `LARGE` for black ink too large for letters.
    """

    boxes: list[Box]
    coloured: npt.NDArray[np.bool_]
    letters: npt.NDArray[np.int64]
    sizes: npt.NDArray[np.float64]
    owners: npt.NDArray[np.uint16]
    black: Pixels

    def foreign(self, owners: npt.NDArray[np.uint16], box: Box) -> npt.NDArray[np.bool_]:
        """Which pixels of a part of `owners` hide the print of `box`."""
        hidden: npt.NDArray[np.bool_] = owners == RULE
        if self.is_black(box):
            hidden |= owners == LARGE
            hidden |= (owners != 0) & (owners <= self.blacks) & (owners != box.owner)
        return hidden

    @property
    def blacks(self) -> int:
        """How many lines are black; they come first."""
        return int(np.count_nonzero(~self.coloured))

    def is_black(self, box: Box) -> bool:
        """Whether `box` is a line in black ink."""
        return 0 < box.owner <= self.blacks

    def is_painted(self, box: Box) -> bool:
        """Whether `box` is a line in black ink with coloured ink on it."""
        if not self.is_black(box):
            return False
        left, top, right, bottom = (max(0, round(v)) for v in (box.left, box.top, box.right, box.bottom))
        owners = self.owners[top:bottom, left:right]
        return bool(np.count_nonzero((owners > self.blacks) & (owners <= PAINT)) > _PAINTED * owners.size)

    @property
    def size(self) -> float:
        """Height of most letters in pixels; 0 without any."""
        return float(np.median(np.repeat(self.sizes, self.letters))) if self.boxes else 0.0


def ink_lines(image: Pixels) -> Ink:
    """The lines of `image` (height, width, 3), RGB, whose print runs along its rows."""
    rows, owners, black = _core.text_lines(image)
    return Ink(
        boxes=[
            Box(x, y, length, max(height, 2), slant, i) for i, (x, y, length, height, slant, *_) in enumerate(rows, 1)
        ],
        coloured=np.array([row[7] for row in rows], bool),
        letters=np.array([row[5] for row in rows], np.int64),
        sizes=np.array([row[6] for row in rows], np.float64),
        owners=owners,
        black=black,
    )


def readable(page: Page) -> bool:
    """Whether ink can be told by black and white: not on cards, nor where the scan is coarse."""
    return page.dpi >= _COARSE_DPI and max(page.size) / page.dpi * 25.4 >= _SMALL_MM


def doubtful(ink: Ink, page: Page) -> list[Rect]:
    """Where the network has to look: nowhere, at parts of the page, or at the whole of it."""
    height, width = page.image.shape[:2]
    whole = Rect(0, 0, width, height)
    if not readable(page) or not ink.boxes:
        return [whole]
    if np.count_nonzero(ink.letters[~ink.coloured] <= 2) > _DIRT * ink.blacks:
        return [whole]
    marks = page.marks
    quads = [seal.quad for seal in marks.seals] + [region.quad for region in marks.signatures] + list(marks.stamps)
    room = 1.5 * ink.size
    rects = [_grown(_hull(quad), room) for quad in quads]
    rects += [
        _grown(Rect(*edges), room) for edges in _edges([b for b, c in zip(ink.boxes, ink.coloured, strict=True) if c])
    ]
    rects = [Rect(max(0, a), max(0, b), min(width, c), min(height, d)) for a, b, c, d in rects]
    rects = _joined([rect for rect in rects if rect.right - rect.left > 8 and rect.bottom - rect.top > 8])
    lines = _edges(ink.boxes)
    for _ in range(4):  # what was joined is wider, and touches more lines
        rects = _joined([_whole_lines(rect, lines) for rect in rects])
    if sum((r.right - r.left) * (r.bottom - r.top) for r in rects) > _MOST * height * width:
        return [whole]
    return rects


def merged(
    ink: Ink, net: Sequence[Box], parts: Sequence[Rect], codes: Sequence[Code], *, trusted: bool
) -> tuple[list[Box], list[Box]]:
    """Lines of print: those of ink that stand, and boxes of the network where ink has none; and what may be print.

    A line stands outside of the `parts` at which the network looked, and where the network saw it too; none does where
    ink is not `trusted`.
    """
    lines, boxes = _edges(ink.boxes), _edges(net)
    shares = _shares(lines, boxes)
    x, y = (lines[:, 0] + lines[:, 2]) / 2, (lines[:, 1] + lines[:, 3]) / 2
    looked = _shares(lines, np.array(parts, np.float64).reshape(-1, 4)).sum(axis=1)
    asked = looked > 0.2
    seen = asked & (shares.sum(axis=1) >= _COVERED * looked)
    tall = (lines[:, 3] - lines[:, 1])[:, None] / np.maximum(boxes[:, 3] - boxes[:, 1], 1)[None]
    size = ink.size
    lettered = (ink.letters >= 3) & (ink.sizes > 0.6 * size) & (ink.sizes < 3 * size)
    seen &= ~ink.coloured | (((shares >= _COVERED) & (tall < 1.3)).any(axis=1) & lettered)
    coded = _within(x, y, [_hull(code.quad) for code in codes])
    good = (seen | ~asked) & ~coded & trusted
    good &= ~ink.coloured | (_shares(lines, lines[good & ~ink.coloured]).sum(axis=1) < 0.5)  # strokes over black print
    level = _level(lines, boxes)
    kept: list[Box] = []
    for k, box in enumerate(net):
        mine = np.flatnonzero(good & level[:, k])
        if _cut(boxes[k], parts, ink.black.shape):
            continue
        if _length(lines[mine], boxes[k]) >= _COVERED * box.length and not _more(ink, boxes[k], mine):
            continue
        kept.append(box)
        good &= shares[:, k] < _COVERED
        seen |= shares[:, k] >= _COVERED
    alike = (ink.sizes > 0.6 * size) & (ink.sizes < 2 * size) & ~ink.coloured
    maybe = ~good & ~seen & ~coded & alike
    if np.count_nonzero(maybe) > _MAYBE:  # dirt
        maybe[:] = False
    return [ink.boxes[i] for i in np.flatnonzero(good)] + kept, [ink.boxes[i] for i in np.flatnonzero(maybe)]


def _hull(quad: Quad) -> Rect:
    xs, ys = [p[0] for p in quad], [p[1] for p in quad]
    return Rect(min(xs), min(ys), max(xs), max(ys))


def _grown(rect: Rect, room: float) -> Rect:
    return Rect(rect.left - room, rect.top - room, rect.right + room, rect.bottom + room)


def _whole_lines(rect: Rect, lines: npt.NDArray[np.float64]) -> Rect:
    """`rect` made taller, so that it cuts no line along its length."""
    left, top, right, bottom = rect
    touched = (lines[:, 0] < right) & (lines[:, 2] > left) & (lines[:, 1] < bottom) & (lines[:, 3] > top)
    room = 0.5 * (lines[touched, 3] - lines[touched, 1])
    above, below = lines[touched, 1] - room, lines[touched, 3] + room
    return Rect(left, min(top, *above), right, max(bottom, *below)) if touched.any() else rect


def _joined(rects: Iterable[Rect]) -> list[Rect]:
    """Rectangles that touch become one around both."""
    out: list[Rect] = []
    for rect in rects:
        one = rect
        while True:
            near = [
                r
                for r in out
                if r.left <= one.right and one.left <= r.right and r.top <= one.bottom and one.top <= r.bottom
            ]
            if not near:
                break
            out = [r for r in out if r not in near]
            a, b, c, d = zip(one, *near, strict=True)
            one = Rect(min(a), min(b), max(c), max(d))
        out.append(one)
    return out


def _within(x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], rects: Sequence[Rect]) -> npt.NDArray[np.bool_]:
    inside = np.zeros(len(x), bool)
    for left, top, right, bottom in rects:
        inside |= (left <= x) & (x <= right) & (top <= y) & (y <= bottom)
    return inside


def _cut(box: npt.NDArray[np.float64], parts: Sequence[Rect], shape: tuple[int, ...]) -> bool:
    """Whether a box reaches the edge of the part that it was found in, which is not the page's edge."""
    middle = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
    edge = 0.4 * (box[3] - box[1])
    for left, top, right, bottom in parts:
        if left <= middle[0] <= right and top <= middle[1] <= bottom:
            return bool(
                (left > 0 and box[0] < left + edge)
                or (top > 0 and box[1] < top + edge)
                or (right < shape[1] and box[2] > right - edge)
                or (bottom < shape[0] and box[3] > bottom - edge)
            )
    return False


def _edges(boxes: Sequence[Box]) -> npt.NDArray[np.float64]:
    return np.array([(b.left, b.top, b.right, b.bottom) for b in boxes], np.float64).reshape(-1, 4)


def _shares(lines: npt.NDArray[np.float64], net: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The share of each line's area that lies in each box."""
    wide = np.minimum(lines[:, None, 2], net[None, :, 2]) - np.maximum(lines[:, None, 0], net[None, :, 0])
    high = np.minimum(lines[:, None, 3], net[None, :, 3]) - np.maximum(lines[:, None, 1], net[None, :, 1])
    area = (lines[:, 2] - lines[:, 0]) * (lines[:, 3] - lines[:, 1])
    shares: npt.NDArray[np.float64] = np.clip(wide, 0, None) * np.clip(high, 0, None) / np.maximum(area, 1)[:, None]
    return shares


def _level(lines: npt.NDArray[np.float64], net: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Whether each line stands on the level of each box and is about as tall."""
    middle = (lines[:, None, 1] + lines[:, None, 3]) / 2
    tall = (lines[:, 3] - lines[:, 1])[:, None] / np.maximum(net[:, 3] - net[:, 1], 1)[None]
    found: npt.NDArray[np.bool_] = (middle > net[None, :, 1]) & (middle < net[None, :, 3]) & (tall > 0.3)
    return found


def _more(ink: Ink, box: npt.NDArray[np.float64], mine: npt.NDArray[np.intp]) -> bool:
    """Whether in `box` lies more than the lines `mine` have: a letter's breadth that hangs on something large."""
    left, top, right, bottom = (max(0, round(v)) for v in box)
    owners = ink.owners[top:bottom, left:right]
    other = (owners == LARGE) | ((owners > 0) & (owners <= ink.blacks) & ~np.isin(owners, mine + 1))
    return bool(np.count_nonzero(other.any(axis=0)) > _BREADTH * (bottom - top))


def _length(lines: npt.NDArray[np.float64], box: npt.NDArray[np.float64]) -> float:
    """How many pixels along `box` lie in `lines`."""
    done, end = 0.0, float(box[0])
    for left, _, right, _ in sorted(lines.tolist()):
        done += max(0.0, min(right, box[2]) - max(left, end))
        end = max(end, right)
    return done
