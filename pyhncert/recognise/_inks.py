"""Inks of a strip parted by colour: black without what was stamped over it, and the stamp without the black.

Transparent inks add up in density, the logarithm of paper over pixel (Lambert and Beer). Red ink takes out green and
blue and only a little red, blue and violet ink red and green and less blue; black takes all three alike.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from pyhncert.values import Pixels, Quad, Seal

_LEAST = 0.12
"""Density of colour below which it is no ink but noise of the scan."""
_FRAME = 0.15
"""Share of a stamp's height that its frame may take on each side."""
_ROUND_PX = 4
"""What is taken out around a frame."""
_MOST = 97
"""The percentile of a part that is its ink at full strength."""


class Ink(NamedTuple):
    """A coloured ink: the channel whose light it lets through, how much of that it takes out at most, in densities of
    its colour, and how much of this colour black print has, in its own density."""

    channel: int
    own: float
    print: float


RED = Ink(0, 0.5, 0.0)
BLUE = Ink(2, 1.6, 0.15)
"""Blue and violet; violet takes out about as much blue as it has colour, and the black of printers is bluish."""


def without_red(part: Pixels) -> Pixels:
    """Gray of `part` (height, width, 3) as if the red ink on it had not been stamped."""
    return _without(part, RED)


def _without(part: Pixels, ink: Ink) -> Pixels:
    colour, least = _parted(part, ink)
    amount = np.clip(colour, 0, None)
    inked = amount > max(_LEAST, 0.4 * float(amount.max(initial=0.0)))
    if not inked.any():
        return _gray(np.exp(-least), part)
    # what the ink itself takes out of the light that it lets through, where nothing black lies under it
    ratio = float(np.percentile(least[inked] / amount[inked], 30))
    return _gray(np.exp(-np.clip(least - min(max(ratio, 0.0), ink.own) * amount, 0, None)), part)


def unsealed(image: Pixels, seals: Sequence[Seal]) -> Pixels:
    """`image` with the red ink of its seals taken out, so that lines under them are found; itself without seals."""
    if not seals:
        return image
    page = image.copy()
    for seal in seals:
        (x, y), r = seal.centre, seal.radius_px * 1.03
        left, top = max(0, int(x - r)), max(0, int(y - r))
        part = page[top : int(y + r) + 1, left : int(x + r) + 1]
        down, across = np.ogrid[: part.shape[0], : part.shape[1]]
        within = (across + left - x) ** 2 + (down + top - y) ** 2 <= r * r
        part[within] = without_red(part)[within][:, None]
    return page


def unstamped(image: Pixels, stamps: Sequence[Quad], ink: Ink) -> Pixels:
    """`image` with the `ink` of its framed stamps taken out; itself without stamps."""
    if not stamps:
        return image
    page = image.copy()
    for quad in stamps:
        corners = np.array(quad)
        left, top = (max(0, int(v)) for v in corners.min(axis=0) - _ROUND_PX)
        right, bottom = (int(v) + 1 for v in corners.max(axis=0) + _ROUND_PX)
        part = page[top:bottom, left:right]
        within = np.zeros(part.shape[:2], np.uint8)
        cv2.fillConvexPoly(within, np.round(corners - (left, top)).astype(np.int32), 1)
        cv2.polylines(within, [np.round(corners - (left, top)).astype(np.int32)], True, 1, 2 * _ROUND_PX)
        part[within > 0] = _without(part, ink)[within > 0][:, None]
    return page


def strongest(part: Pixels) -> Ink:
    """The coloured ink of which there is most on `part`."""
    return max((RED, BLUE), key=lambda ink: float(np.percentile(_colour(part, ink), _MOST)))


def only(part: Pixels, ink: Ink) -> Pixels | None:
    """Gray of the `ink` on `part`, dark where there is most of it; None where there is hardly any."""
    colour = _colour(part, ink)
    most = float(np.percentile(colour, _MOST))
    if most < _LEAST:
        return None
    gray: Pixels = np.clip(255 - 280 * colour / most, 0, 255).astype(np.uint8)
    return gray


def upright(image: Pixels, quad: Quad) -> tuple[Pixels, tuple[float, float, float, float, float, float]] | None:
    """What is within the frame of a stamp, turned level; and the way from its pixels to those of `image`, by rows."""
    (x0, y0), (x1, y1), (x2, y2), _ = quad
    wide, tall = math.hypot(x1 - x0, y1 - y0), math.hypot(x2 - x1, y2 - y1)
    edge = _FRAME * tall
    width, height = round(wide - 2 * edge), round(tall - 2 * edge)
    if width < 12 or height < 12:
        return None
    c, s = (x1 - x0) / wide, (y1 - y0) / wide
    way = (c, -s, x0 + edge * (c - s), s, c, y0 + edge * (s + c))
    turned = cv2.warpAffine(
        image,
        np.array(way, np.float64).reshape(2, 3),
        (width, height),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return turned.astype(np.uint8, copy=False), way


def _colour(part: Pixels, ink: Ink) -> npt.NDArray[np.float32]:
    """Density of `ink` by its colour, less what black print has of it."""
    colour, least = _parted(part, ink)
    return colour - np.float32(ink.print) * least


def _parted(part: Pixels, ink: Ink) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Density of the channels that `ink` takes out over that of the third, and the density all three have in common."""
    paper = np.percentile(part[::2, ::2].reshape(-1, 3), 75, axis=0)
    tables = np.log(np.maximum(paper, 1)[None, :] / np.maximum(np.arange(256), 1)[:, None]).astype(np.float32)
    channels = [np.maximum(tables[part[:, :, i], i], 0) for i in range(3)]
    own = channels.pop(ink.channel)
    other = np.minimum(*channels)
    least = np.minimum(other, own)
    return other - own, least


def _gray(share: npt.NDArray[np.float32], part: Pixels) -> Pixels:
    """Gray of `share` of the paper's light."""
    white = float(np.percentile(part[::2, ::2], 75))
    gray: Pixels = np.clip(share * white, 0, 255).astype(np.uint8)
    return gray
