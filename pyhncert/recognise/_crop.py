"""One gray strip per line: grown into blank only, neighbours masked, the seal's red taken out of black text."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from pyhncert.recognise._detect import Box
from pyhncert.recognise._inks import RED, only, strongest, upright, without_red
from pyhncert.recognise._leaders import wipe
from pyhncert.values import Matrix, Quad

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from pyhncert.recognise._ink import Ink
    from pyhncert.values import Pixels

_GROW = 0.30
"""How far a line may grow up and down, as a share of its height, into blank (marks over capitals, dots below)."""
_GROW_ALONG = 0.6
_THIN, _WORN = 0.1, 0.3
"""A rule at the edge of a strip: how thick at most, in heights of the strip, and how much of it is ink at least
where it is worn to dashes."""
_ABOVE, _BESIDE = (0.25, 0.6), (0.3, 0.9)
"""How far such a rule is from print at least, in heights of the strip, and along how much of the strip it goes."""
_RED = 40
"""Red ink: red exceeds green and blue by so many levels."""


@dataclass(frozen=True, slots=True)
class Look:
    """How a line is shown to the recogniser: height and border in pixels."""

    height: int
    border: int


QUICK = Look(40, 8)
"""The first look. The recogniser scales to 36 px itself and knows letters with room around them: with exact boxes a
border of a fifth leaves 79 letters wrong where one of a seventh, made narrower by 15 %, leaves 109 (five pages)."""
LOW = Look(36, 4)
HIGH = Look(64, 13)
"""For digits, which the recogniser doubles or drops without losing confidence, and differently in each size."""


@dataclass(frozen=True, slots=True)
class Strip:
    """A line cut out at the page's own scale: `gray`, its place on the page, the share of its ink that is red."""

    gray: Pixels
    to_page: Matrix
    red: float

    def seen(self, look: Look) -> tuple[Pixels, Matrix]:
        """The image to be read, with a white border, and the way from its pixels to the page's."""
        height, width = self.gray.shape
        scale = look.height / height
        wide = max(8, round(width * scale))
        way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        small = cv2.resize(self.gray, (wide, look.height), interpolation=way)
        edge = look.border
        shown = cv2.copyMakeBorder(small, edge, edge, edge, edge, cv2.BORDER_CONSTANT, value=255)
        fx, fy = width / wide, height / look.height
        back = Matrix((fx, 0.0, -edge * fx, 0.0, fy, -edge * fy, 0.0, 0.0, 1.0)).then(self.to_page)
        return _u8(shown), back

    def turned_over(self) -> Strip:
        """The strip with up and down exchanged."""
        height, width = self.gray.shape
        half = Matrix((-1.0, 0.0, float(width), 0.0, -1.0, float(height), 0.0, 0.0, 1.0))
        return Strip(np.ascontiguousarray(self.gray[::-1, ::-1]), half.then(self.to_page), self.red)

    @property
    def quad(self) -> Quad:
        """The line's corners on the page."""
        height, width = self.gray.shape
        corners = [self.to_page.apply(p) for p in ((0, 0), (width, 0), (width, height), (0, height))]
        return (corners[0], corners[1], corners[2], corners[3])


def join(boxes: Sequence[Box]) -> list[Box]:
    """Pieces of one line become one: same height, same level, hardly a gap."""
    todo = sorted(boxes, key=lambda b: b.left)
    out: list[Box] = []
    for box in todo:
        for i, kept in enumerate(out):
            low, high = sorted((kept.height, box.height))
            level = min(kept.bottom, box.bottom) - max(kept.top, box.top)
            if level > 0.6 * low and high < 1.5 * low and -0.5 * low < box.left - kept.right < 0.5 * low:
                left, right = min(kept.left, box.left), max(kept.right, box.right)
                top, bottom = min(kept.top, box.top), max(kept.bottom, box.bottom)
                share = kept.length / (kept.length + box.length)
                out[i] = Box(
                    (left + right) / 2,
                    (top + bottom) / 2,
                    right - left,
                    bottom - top,
                    kept.angle * share + box.angle * (1 - share),
                )
                break
        else:
            out.append(box)
    return out


def room(boxes: Sequence[Box]) -> list[tuple[float, float]]:
    """How far each line may grow up and down in pixels.

    A box of the network not past the middle of the gap to others; what others have in lines found by ink is masked.
    """
    left = np.array([b.left for b in boxes])
    right = np.array([b.right for b in boxes])
    mid = np.array([b.cy for b in boxes])
    top = np.array([b.top for b in boxes])
    bottom = np.array([b.bottom for b in boxes])
    out = []
    for i, box in enumerate(boxes):
        most = _GROW * box.height
        if box.owner:
            out.append((most, most))
            continue
        beside = (np.minimum(right, right[i]) - np.maximum(left, left[i])) > 0
        beside[i] = False
        above = beside & (mid < mid[i] - 0.3 * box.height)
        below = beside & (mid > mid[i] + 0.3 * box.height)
        up = float((top[i] - bottom[above].max()) / 2) if above.any() else math.inf
        down = float((top[below].min() - bottom[i]) / 2) if below.any() else math.inf
        out.append((min(up, most), min(down, most)))
    return out


def strips(image: Pixels, boxes: Sequence[Box], ink: Ink | None = None) -> list[Strip]:
    """The strips of `boxes`, in the same order; a strip without ink is left out.

    Pixels of other lines, rules and strokes that `ink` knows become paper; a line in black ink loses what is coloured.
    """
    out = []
    for box, (up, down) in zip(boxes, room(boxes), strict=True):
        strip = _strip(image, box, up, down, ink)
        if strip is not None:
            out.append(strip)
    return out


def stamped(image: Pixels, quad: Quad) -> Strip | None:
    """The strip of the words in a framed stamp, turned level; None where there are none."""
    found = upright(image, quad)
    if found is None:
        return None
    ink = strongest(found[0])
    gray = only(found[0], ink)
    if gray is None:
        return None
    height, width = gray.shape
    fit = _fit(gray, (0, width, 0, height))
    if fit is None:
        return None
    gray, left, top = fit
    corner = Matrix((1.0, 0.0, float(left), 0.0, 1.0, float(top), 0.0, 0.0, 1.0))
    return Strip(gray, corner.then(Matrix((*found[1], 0.0, 0.0, 1.0))), float(ink is RED))


def _strip(image: Pixels, box: Box, up: float, down: float, ink: Ink | None) -> Strip | None:
    apart = ink is not None and ink.is_painted(box)
    image = ink.black if ink is not None and apart else image
    along = (_GROW_ALONG if not box.owner else _GROW) * box.height
    page_h, page_w = image.shape[:2]
    others = None
    if box.angle:
        width, height = round(box.length + 2 * along), round(box.height + up + down)
        turn = math.radians(box.angle)
        c, s = math.cos(turn), math.sin(turn)
        # strip pixel (u, v) -> page
        u0, v0 = -(box.length / 2 + along), -(box.height / 2 + up)
        place = np.array([[c, -s, box.cx + u0 * c - v0 * s], [s, c, box.cy + u0 * s + v0 * c]])
        part = cv2.warpAffine(
            image,
            place,
            (width, height),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
        if ink is not None:
            nearest = cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP
            others = cv2.warpAffine(ink.owners, place, (width, height), flags=nearest).astype(np.uint16, copy=False)
        to_page = Matrix((c, -s, float(place[0, 2]), s, c, float(place[1, 2]), 0.0, 0.0, 1.0))
        core = (along, box.length + along, up, box.height + up)
    else:
        x0, x1 = max(0, round(box.left - along)), min(page_w, round(box.right + along))
        y0, y1 = max(0, round(box.top - up)), min(page_h, round(box.bottom + down))
        if x1 - x0 < 4 or y1 - y0 < 4:
            return None
        part = image[y0:y1, x0:x1]
        if ink is not None:
            others = ink.owners[y0:y1, x0:x1]
        to_page = Matrix((1.0, 0.0, float(x0), 0.0, 1.0, float(y0), 0.0, 0.0, 1.0))
        core = (box.left - x0, box.right - x0, box.top - y0, box.bottom - y0)
    gray, red = (_stretched(_u8(part)), 0.0) if apart else _gray(_u8(part))
    if ink is not None and others is not None:
        foreign = ink.foreign(others, box)
        if foreign.any():
            gray[cv2.dilate(foreign.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0] = 255
    gray = wipe(gray, tall=box.height)
    fit = _fit(gray, core)
    if fit is None:
        return None
    gray, left, top = fit
    corner = Matrix((1.0, 0.0, float(left), 0.0, 1.0, float(top), 0.0, 0.0, 1.0))
    return Strip(gray, corner.then(to_page), red)


def _gray(part: Pixels) -> tuple[Pixels, float]:
    """Gray with paper at 255 and ink at 0, red gone where the text is not red; and the share of ink that is red."""
    gray = _u8(cv2.cvtColor(part, cv2.COLOR_RGB2GRAY))
    red = part[:, :, 0]
    redness = cv2.subtract(red, cv2.max(part[:, :, 1], part[:, :, 2]))
    _, is_red = cv2.threshold(redness, _RED, 255, cv2.THRESH_BINARY)
    reds = cv2.countNonZero(is_red)
    share = 0.0
    paper, ink = _levels(gray)
    if reds > 0.004 * gray.size and paper - ink > 25:
        level = int(ink + 0.45 * (paper - ink))
        dark = max(1, cv2.countNonZero(cv2.inRange(gray, 0, level)))
        # black text under a seal is dark in the red channel too; a red mark vanishes from it
        still = cv2.countNonZero(cv2.inRange(red, 0, level))
        share = max(0.0, 1 - still / dark)
        if still > 0.25 * dark and still > 0.01 * gray.size:
            gray = without_red(part)
    return _stretched(gray), share


def _stretched(gray: Pixels) -> Pixels:
    """`gray` with paper at 255 and ink at 0."""
    paper, ink = _levels(gray)
    if paper - ink < 12:
        return gray
    white = paper - 0.12 * (paper - ink)
    table = np.clip((np.arange(256) - ink) * (255.0 / (white - ink)), 0, 255).astype(np.uint8)
    return _u8(cv2.LUT(gray, table))


def _u8(image: npt.NDArray[Any]) -> Pixels:
    """What OpenCV gives back for 8-bit input is 8-bit, which its types do not say."""
    return image.astype(np.uint8, copy=False)


def _levels(gray: npt.NDArray[np.uint8]) -> tuple[float, float]:
    """Levels of paper and of ink of a strip."""
    total = np.cumsum(np.bincount(gray[::2, ::2].ravel(), minlength=256))
    whole = total[-1]
    paper = float(np.searchsorted(total, 0.75 * whole))
    ink = float(np.searchsorted(total, 0.01 * whole))
    return paper, ink


def _fit(
    gray: npt.NDArray[np.uint8], core: tuple[float, float, float, float]
) -> tuple[npt.NDArray[np.uint8], int, int] | None:
    """Cut to the ink of the line: growth stops at blank and before rules and frames; gives left and top too."""
    left, right, top, bottom = (round(v) for v in core)
    tall = max(4, bottom - top)
    ink = gray < 140
    within = ink[:, max(0, left) : max(1, right)]  # a frame's uprights are not ink of the line
    rows = within.sum(axis=1)
    rule = rows > 0.7 * max(1, within.shape[1])
    y0 = _walk(rows, rule, top, step=-1, gap=max(2, tall // 8), need=2)
    y1 = _walk(rows, rule, bottom - 1, step=1, gap=max(2, tall // 8), need=2) + 1
    if y1 - y0 < 4:
        return None
    columns = ink[y0:y1].sum(axis=0)
    bar = columns > 0.95 * (y1 - y0)
    x0 = _walk(columns, bar, left, step=-1, gap=max(3, tall // 3), need=2)
    x1 = _walk(columns, bar, right - 1, step=1, gap=max(3, tall // 3), need=2) + 1
    if x1 - x0 < 4 or not columns[x0:x1].any():
        return None
    found = ink[y0:y1, x0:x1]
    before, after = (_rule(side, _BESIDE, crossed=True)[0] for side in (found.T, found.T[::-1]))
    x0, x1 = x0 + before, x1 - after
    y0 += sum(_rule(ink[y0:y1, x0:x1], _ABOVE))
    y1 -= sum(_rule(ink[y0:y1, x0:x1][::-1], _ABOVE))
    edge = max(2, tall // 16)
    y0, y1 = _widen(y0, y1, rule, edge)
    x0, x1 = _widen(x0, x1, bar, edge)
    return gray[y0:y1, x0:x1], x0, y0


def _rule(ink: npt.NDArray[np.bool_], where: tuple[float, float], *, crossed: bool = False) -> tuple[int, int]:
    """How many of the first rows of a strip are a rule, one worn to dashes too, and how many blank ones follow.

    A rule is thin, goes along most of the strip and stands well apart from print: a mark over a letter does none of the
    three. Where it is `crossed` another one may run through the blank.
    """
    tall, (apart, along) = min(ink.shape), where
    most = max(2, round(_THIN * tall))
    inked = np.count_nonzero(ink, axis=1) > (most if crossed else 0)
    thick = 1 + int(np.flatnonzero(inked[:most]).max(initial=-1))
    if not inked[thick:].any():
        return 0, 0
    blank = int(np.argmax(inked[thick:]))
    if thick == 0 or blank < max(3, apart * tall):
        return 0, 0
    dashes = np.flatnonzero(ink[:thick].any(axis=0))
    goes_along = len(dashes) > 0 and dashes[-1] - dashes[0] + 1 >= along * ink.shape[1]
    return (thick, blank) if goes_along and len(dashes) >= _WORN * ink.shape[1] else (0, 0)


def _widen(start: int, end: int, stop: npt.NDArray[np.bool_], edge: int) -> tuple[int, int]:
    """`edge` pixels of room on both sides, but no rule and not the blurred pixel beside it."""
    first, last = max(0, start - edge), min(len(stop), end + edge)
    before, after = np.flatnonzero(stop[first:start]), np.flatnonzero(stop[end:last])
    if len(before):
        first = min(start, first + int(before[-1]) + 2)
    if len(after):
        last = max(end, end + int(after[0]) - 1)
    return first, last


def _walk(
    profile: npt.NDArray[np.int64], stop: npt.NDArray[np.bool_], start: int, *, step: int, gap: int, need: int
) -> int:
    """From `start` outwards to the last ink before `gap` blanks or a rule; inwards when `start` itself is blank."""
    start = min(max(start, 0), len(profile) - 1)
    at, last, blank = start, -1, 0
    while 0 <= at < len(profile):
        if stop[at] and at != start:
            break
        if profile[at] >= need:
            last, blank = at, 0
        else:
            blank += 1
            if blank > gap:
                break
        at += step
    if last >= 0:
        return last
    at = start
    while 0 <= at < len(profile) and profile[at] < need:
        at -= step
    return min(max(at, 0), len(profile) - 1)
