"""Inks of a strip parted by colour: black without the red that was stamped over it, and red without the black.

Transparent inks add up in density, the logarithm of paper over pixel (Lambert and Beer). Red ink takes out green and
blue and only a little red; black takes all three alike.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from pyhncert.values import Pixels, Quad, Seal

_LEAST = 0.12
"""Density of red below which it is no ink but noise of the scan."""
_FRAME = 0.15
"""Share of a stamp's height that its frame may take on each side."""


def without_red(part: Pixels) -> Pixels:
    """Gray of `part` (height, width, 3) as if the red ink on it had not been stamped."""
    red, least = _parted(part)
    amount = np.clip(red, 0, None)
    inked = amount > max(_LEAST, 0.4 * float(amount.max(initial=0.0)))
    if not inked.any():
        return _gray(np.exp(-least), part)
    # what the red ink itself takes out of the red channel, where nothing black lies under it
    ratio = float(np.percentile(least[inked] / amount[inked], 30))
    return _gray(np.exp(-np.clip(least - min(max(ratio, 0.0), 0.5) * amount, 0, None)), part)


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


def only_red(part: Pixels) -> Pixels | None:
    """Gray of the red ink on `part`, dark where there is most of it; None where there is hardly any."""
    red, _ = _parted(part)
    most = float(np.percentile(red, 97))
    if most < _LEAST:
        return None
    gray: Pixels = np.clip(255 - 280 * red / most, 0, 255).astype(np.uint8)
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


def _parted(part: Pixels) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Density of green and blue over that of red, and the density that all three have in common."""
    paper = np.percentile(part[::2, ::2].reshape(-1, 3), 75, axis=0)
    tables = np.log(np.maximum(paper, 1)[None, :] / np.maximum(np.arange(256), 1)[:, None]).astype(np.float32)
    r, g, b = (np.maximum(tables[part[:, :, i], i], 0) for i in range(3))
    other = np.minimum(g, b)
    return other - r, np.minimum(other, r)


def _gray(share: npt.NDArray[np.float32], part: Pixels) -> Pixels:
    """Gray of `share` of the paper's light."""
    white = float(np.percentile(part[::2, ::2], 75))
    gray: Pixels = np.clip(share * white, 0, 255).astype(np.uint8)
    return gray
