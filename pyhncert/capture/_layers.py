"""PDF pages that scanners store in strips or layers (a coloured ground, text as a stencil over it), put together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy.typing as npt

    from pyhncert.capture._content import Placement

    Pixels = npt.NDArray[np.uint8]


def size_and_dpi(placements: Sequence[Placement], box: tuple[float, float, float, float]) -> tuple[int, int, float]:
    """Width, height and dots an inch of a page at its finest layer; `box` is left, bottom, right, top."""
    scale = max(max(p.width / p.size_pt[0], p.height / p.size_pt[1]) for p in placements)
    return max(1, round((box[2] - box[0]) * scale)), max(1, round((box[3] - box[1]) * scale)), scale * 72


def flattened(
    placements: Sequence[Placement],
    box: tuple[float, float, float, float],
    size: tuple[int, int],
    decode: Callable[[Placement], tuple[Pixels, Pixels | None]],
) -> Pixels:
    """All layers painted one over the other on white, as a reader shows the page before it is turned.

    `decode` gives a layer's RGB pixels and its opacity (255 covers), or None where it covers everything.
    """
    import cv2  # noqa: PLC0415  rare

    width, height = size
    canvas = np.full((height, width, 3), 255, np.uint8)
    across, down = width / (box[2] - box[0]), height / (box[3] - box[1])
    for placed in placements:
        left, bottom, right, top = placed.box_pt
        x0, x1 = round((left - box[0]) * across), round((right - box[0]) * across)
        y0, y1 = round((box[3] - top) * down), round((box[3] - bottom) * down)
        if x1 <= x0 or y1 <= y0 or x1 - x0 > 2 * width + 64 or y1 - y0 > 2 * height + 64:
            continue
        colour, cover = decode(placed)
        turn = placed.turn(0)
        target = (x1 - x0, y1 - y0)

        def fit(pixels: Pixels, target: tuple[int, int] = target) -> Pixels:
            if pixels.shape[1::-1] == target:
                return pixels
            smaller = target[0] <= pixels.shape[1] and target[1] <= pixels.shape[0]
            how = cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
            return cv2.resize(pixels, target, interpolation=how).astype(np.uint8, copy=False)

        u0, v0, u1, v1 = max(x0, 0), max(y0, 0), min(x1, width), min(y1, height)
        if u1 <= u0 or v1 <= v0:
            continue
        window = (slice(v0 - y0, v1 - y0), slice(u0 - x0, u1 - x0))
        paint = fit(turn.image(colour))[window]
        under = canvas[v0:v1, u0:u1]
        if cover is None:
            under[:] = paint
        else:
            share = fit(turn.image(cover))[window][:, :, None].astype(np.uint16)
            under[:] = (paint * share + under * (255 - share) + 127) // 255
    return canvas
