"""The smallest JPEG that is faithful: each page's own quantisation, chosen by its worst block and not by the mean.

Two bars, both in 3 x 3 means, so that a stroke that fades counts and a pixel of scanner noise does not:

- `STROKE`: on ink and its edges, the change of a block's gray (RMS) as a share of the contrast round it. Reading begins
  to suffer at 0.043 to 0.06 in the worst block of a page (6.5 and 8 pt, black, pale and red), whatever its contrast and
  size, where PSNR lies anywhere from 30 to 34 dB.
- `PAPER`: beside ink, gray levels (RMS) above what the quietest blocks lose, so that guilloche and pale print stay.

One trial of the whole page, in gray, tells the blocks that lose most; a strip of them, in colour, is then encoded at
one scale after the other: blocks of a JPEG do not depend on each other, and only their outermost pixels are judged with
other neighbours than on the page. A page as small as a card is tried whole. The page is written once:
progressive, with optimised tables, and with colour at full resolution where print is coloured: seals, signatures,
titles. Halved colour costs red 8-pt print 0.2 to 0.5 points of character error. A page that is larger than its room
(dense print) is written once more, with up to `SLACK` of both bars.
"""

from __future__ import annotations

import io
import math
from typing import TYPE_CHECKING, Any, NamedTuple

import cv2
import numpy as np
from PIL import Image

from pyhncert._core import stroke_changes

if TYPE_CHECKING:
    import numpy.typing as npt

    from pyhncert.values import Pixels

    Levels = npt.NDArray[np.floating[Any]]

__all__ = ["PAPER", "STROKE", "Judge", "faithful", "room"]

STROKE = 0.03
PAPER = 1.5
SLACK = 1.5
"""What a page without room may lose, in parts of both bars."""
_ROOM = 750_000
_A4 = 8.27 * 11.69
_BLOCK = 16
_PICKED = 256
_SMALL = 1_000_000
"""Pixels of a page that is tried whole: ID-1 at 300 dpi has 650,000."""
_SCALES = tuple(round(1.65 / 1.1**i, 3) for i in range(20))
"""From about libjpeg's quality 30 to 86."""
_COARSEST = 1.15
"""Beyond it the ringing beside a hard black edge passes a fifth of its contrast; only pages without room go there."""
_ALWAYS = 0.8
"""A page without room may be written at this whatever it loses: about quality 60, as copies were before the bars."""
_RICH = 3
"""A page so many times its room is a picture all over, whose colour is halved."""
_SHADE = 8
"""Step of a block's mean, at most: one gray level, so that the paper's own shade and tint show no steps."""
_COLOURED = 60
_COLOURED_PIXELS = 200

# N. Robidoux (ImageMagick, mozjpeg): flatter than Annex K of ITU-T T.81, 4 to 10 % smaller at the same worst block.
_LUMA = (
    "16 16 16 18 25 37 56 85 16 17 20 27 34 40 53 75 16 20 24 31 43 62 91 135 18 27 31 40 53 74 106 156 "
    "25 34 43 53 69 94 131 189 37 40 62 74 94 124 169 238 56 53 91 106 131 169 226 311 85 75 135 156 189 238 311 418"
)
# ITU-T T.81, table K.2
_CHROMA = (
    "17 18 24 47 99 99 99 99 18 21 26 66 99 99 99 99 24 26 56 99 99 99 99 99 47 66 99 99 99 99 99 99 "
    "99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99"
)


def room(size: tuple[int, int], dpi: float) -> float:
    """Bytes that a page of `size` pixels should not pass: 0.75 MB, and in proportion where it is larger than A4."""
    return _ROOM * max(1.0, math.prod(size) / dpi**2 / _A4)


def faithful(image: Pixels, gray: Pixels, ink: Pixels, *, room: float) -> bytes:
    """`image` (RGB) as the smallest faithful JPEG stream; `gray` is its luma, `ink` the mask of its ink (1)."""
    full_colour = _is_coloured(image, ink)
    scale, coarser = Judge.of(gray, ink).scales(image, full_colour=full_colour)
    stream = encode(image, scale, full_colour=full_colour)
    if len(stream) > room and coarser > scale:
        scale = min(coarser, scale * (len(stream) / room) ** 2.5)
        stream = encode(image, scale, full_colour=full_colour and len(stream) < _RICH * room)
    return stream


def encode(image: Pixels, scale: float, *, full_colour: bool, progressive: bool = True) -> bytes:
    """`image` (RGB or gray) as a JPEG; scale 1 is about libjpeg's quality 50."""
    tables = [
        [min(max(round(int(step) * scale), 1), 255) for step in table.split()]
        for table in ((_LUMA, _CHROMA) if image.ndim == 3 else (_LUMA,))
    ]
    for table in tables:
        table[0] = min(table[0], _SHADE)
    out = io.BytesIO()
    Image.fromarray(image).save(
        out,
        "jpeg",
        qtables=tables,
        subsampling="4:4:4" if full_colour else "4:2:0",
        optimize=progressive,
        progressive=progressive,
    )
    return out.getvalue()


class Judge(NamedTuple):
    """What blocks of 16 x 16 lose: the page in `gray`, ink and its edges (`near`), and the `contrast` of each block."""

    gray: Pixels
    near: Pixels
    contrast: Levels

    @classmethod
    def of(cls, gray: Pixels, ink: Pixels) -> Judge:
        """The judge of a page; contrast is that of the block and its neighbours, in gray levels."""
        even = np.asarray(cv2.blur(gray, (3, 3)), np.uint8)
        around = np.ones((3, 3), np.uint8)
        light = cv2.dilate(_extreme(even, np.maximum), around)
        dark = cv2.erode(_extreme(even, np.minimum), around)
        firm = cv2.boxFilter(ink, -1, (3, 3), normalize=False)  # the darkest pixels of noise are no strokes
        near = np.asarray(cv2.dilate(cv2.inRange(firm, 4, 9), np.ones((3, 3), np.uint8)), np.uint8)
        return cls(gray, near, np.asarray(cv2.subtract(light, dark), np.float32))

    def lost(self, decoded: Pixels) -> tuple[Levels, Levels]:
        """Of each block the share of contrast that strokes lost, and the gray levels that blocks without ink lost."""
        strokes, paper = stroke_changes(self.gray, decoded, self.near)
        return strokes / np.maximum(self.contrast, np.float32(PAPER / STROKE)), paper

    def scales(self, image: Pixels, *, full_colour: bool) -> tuple[float, float]:
        """The coarsest scales at which every block of `image` keeps both bars, and keeps them with `SLACK`."""
        strokes, paper = self.lost(_through(self.gray, 1.0))
        quiet = quiet_level(paper)
        strip, picked = image, self
        if self.gray.size > _SMALL:
            numbers = np.concatenate([_highest(strokes), _highest(paper)])
            strip, gray, near = (_strip(plane, numbers) for plane in (image, self.gray, self.near))
            picked = Judge(gray, near, self.contrast.reshape(-1, 1)[numbers])
        coarser = _ALWAYS
        for scale in _SCALES:
            lost, changed = picked.lost(_through(strip, scale, full_colour=full_colour))
            burden = max(float(lost.max()) / STROKE, (float(changed.max()) - quiet) / PAPER)
            if burden <= SLACK:
                coarser = max(coarser, scale)
            if burden <= 1 and scale <= _COARSEST:
                break
        return scale, coarser


def _extreme(plane: Pixels, pick: np.ufunc) -> Pixels:
    """The least or the largest value of each block of 16 x 16, at the page's edges of what there is of it."""
    edges = [(0, -side % _BLOCK) for side in plane.shape]
    plane = np.pad(plane, edges, mode="edge")
    rows, columns = plane.shape[0] // _BLOCK, plane.shape[1] // _BLOCK
    tall: Pixels = pick.reduce(plane.reshape(rows, _BLOCK, columns * _BLOCK), axis=1)
    return np.asarray(pick.reduce(tall.reshape(rows, columns, _BLOCK), axis=2), np.uint8)


def quiet_level(paper: Levels) -> float:
    """What the quietest tenth of the blocks lost: noise."""
    return float(np.percentile(paper[paper > 0], 10)) if (paper > 0).any() else 0.0


def _is_coloured(image: Pixels, ink: Pixels) -> bool:
    """Whether some of the ink is coloured; every fourth pixel is looked at."""
    inked = image[::2, ::2][ink[::2, ::2] > 0]
    return int((np.ptp(inked, axis=1) > _COLOURED).sum()) >= _COLOURED_PIXELS


def _highest(lost: Levels) -> npt.NDArray[np.int64]:
    """The numbers of the blocks that lost most."""
    flat = lost.ravel()
    return np.argsort(flat)[-_PICKED:]


def _strip(plane: Pixels, numbers: npt.NDArray[np.int64]) -> Pixels:
    """The blocks of these `numbers`, one below the other; what is missing at the page's edges is repeated."""
    across = -(-plane.shape[1] // _BLOCK)
    strip = np.empty((len(numbers), _BLOCK, _BLOCK, *plane.shape[2:]), np.uint8)
    for block, number in zip(strip, numbers.tolist(), strict=True):
        y, x = number // across * _BLOCK, number % across * _BLOCK
        found = plane[y : y + _BLOCK, x : x + _BLOCK]
        rows, columns = found.shape[:2]
        block[:rows, :columns] = found
        block[rows:] = block[rows - 1]
        block[:, columns:] = block[:, columns - 1 : columns]
    return strip.reshape(-1, _BLOCK, *plane.shape[2:])


def _through(image: Pixels, scale: float, *, full_colour: bool = False) -> Pixels:
    """The luma of `image` encoded and decoded."""
    stream = io.BytesIO(encode(image, scale, full_colour=full_colour, progressive=False))
    seen = np.asarray(Image.open(stream))
    return seen if seen.ndim == 2 else np.asarray(cv2.cvtColor(seen, cv2.COLOR_RGB2GRAY), np.uint8)
