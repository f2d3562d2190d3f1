"""Finding the lines of text: one neural map of the page, then boxes of our own making."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from pyhncert.recognise._network import Network

if TYPE_CHECKING:
    import numpy.typing as npt

    from pyhncert.values import Pixels

LONG_SIDE = 960
"""Long side of the detector's input in pixels. Measured: 1,984 finds no more lines and costs four times as much."""
LONG_SIDE_MAX = 1280
WANTED_TEXT_PX = 7.0
"""Median text height below which the detector's input is made larger, up to `LONG_SIDE_MAX`."""
_MAP_LEVEL = 0.3
_SCORE = 0.5
_UNCLIP = 1.5


@dataclass(frozen=True, slots=True)
class Box:
    """A line of text in page pixels: centre, length along the line, height across it, clockwise angle in degrees.

    `owner` marks the pixels of a line that was found by its ink (`pyhncert.recognise._ink`); 0 for the network's.
    """

    cx: float
    cy: float
    length: float
    height: float
    angle: float = 0.0
    owner: int = 0

    @property
    def left(self) -> float:
        """Left end."""
        return self.cx - self.length / 2

    @property
    def right(self) -> float:
        """Right end."""
        return self.cx + self.length / 2

    @property
    def top(self) -> float:
        """Upper end."""
        return self.cy - self.height / 2

    @property
    def bottom(self) -> float:
        """Lower end."""
        return self.cy + self.height / 2


class Detector:
    """The line finder; the session is made on first use and shared by all threads."""

    def __init__(self, path: Path) -> None:
        self._network = Network(path)

    def find(
        self,
        image: Pixels,
        *,
        text_height_px: float = 0.0,
        part: tuple[float, float, float, float] | None = None,
    ) -> list[Box]:
        """The lines of `image` (height, width, 3), RGB, in no particular order.

        `part` (left, top, right, bottom) is where it looks, at the scale of the whole; else wherever anything is.
        """
        half = _half(image)
        place = content(half)
        if place is None:
            return []
        factor = image.shape[1] // half.shape[1]
        long = factor * max(place[2] - place[0], place[3] - place[1])
        scale = LONG_SIDE / long
        if text_height_px > 0:
            scale = max(scale, min(WANTED_TEXT_PX / text_height_px, LONG_SIDE_MAX / long))
        scale = min(scale, 1.5)
        if part is not None and part != (0, 0, image.shape[1], image.shape[0]):
            left, top, right, bottom = (round(v / factor) for v in part)
            place = max(0, left), max(0, top), min(half.shape[1], right), min(half.shape[0], bottom)
        x0, y0, x1, y1 = (v * factor for v in place)
        if x1 - x0 < 2 or y1 - y0 < 2:
            return []
        width, height = x1 - x0, y1 - y0
        w, h = (max(32, round(side * scale / 32) * 32) for side in (width, height))
        crop = image[y0:y1, x0:x1]
        if factor == 2 and scale <= 0.5:
            crop = half[place[1] : place[3], place[0] : place[2]]
        small = cv2.resize(crop, (w, h), interpolation=cv2.INTER_LINEAR)
        net = np.empty((1, 3, h, w), np.float32)
        for channel in range(3):  # the network wants blue first
            np.multiply(small[:, :, 2 - channel], 1 / 127.5, out=net[0, channel], casting="unsafe")
        net -= 1.0
        heat = self._network.session().run(None, {"x": net})[0][0, 0]
        return _boxes(heat, width / w, height / h, x0, y0)


def _half(image: Pixels) -> Pixels:
    """`image` at half its size when it is large: 3 ms, after which the other reductions cost 5 ms instead of 37."""
    height, width = image.shape[:2]
    if max(height, width) < 1400:
        return image
    even = image[: height // 2 * 2, : width // 2 * 2]
    return cv2.resize(even, (width // 2, height // 2), interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)


def content(image: Pixels) -> tuple[int, int, int, int] | None:
    """The part of the page with anything on it (left, top, right, bottom), with a margin; None for a blank page.

    A card on a large sheet so comes to the detector at its own scale, and empty margins cost nothing.
    """
    height, width = image.shape[:2]
    step = max(1, max(height, width) // 480)
    cols, rows = max(1, width // step), max(1, height // step)
    even = image[: rows * step, : cols * step]  # a whole factor has a fast path
    gray = cv2.cvtColor(cv2.resize(even, (cols, rows), interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY)
    paper = cv2.blur(gray, (25, 25))
    ink = ((paper.astype(np.int16) - gray) > 14).astype(np.uint8)
    if min(ink.shape) > 8:  # a scan's dark edge is not content
        ink[:2] = ink[-2:] = 0
        ink[:, :2] = ink[:, -2:] = 0
    count, _, stats, _ = cv2.connectedComponentsWithStats(cv2.dilate(ink, np.ones((3, 5), np.uint8)))
    keep = [s for s in stats[1:count] if s[cv2.CC_STAT_AREA] >= 24]
    if not keep:
        return None
    s = np.array(keep)
    margin = 6
    left, top = int(s[:, 0].min()) - margin, int(s[:, 1].min()) - margin
    right, bottom = int((s[:, 0] + s[:, 2]).max()) + margin, int((s[:, 1] + s[:, 3]).max()) + margin
    return max(0, left * step), max(0, top * step), min(width, right * step), min(height, bottom * step)


def _boxes(heat: npt.NDArray[np.float32], fx: float, fy: float, x0: int, y0: int) -> list[Box]:
    """Boxes from the map: what is over the level, grown back from its shrunken heart."""
    found, _ = cv2.findContours((heat > _MAP_LEVEL).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    out = []
    for contour in found:
        (cx, cy), (w, h), angle = cv2.minAreaRect(contour)
        if min(w, h) < 2:
            continue
        if abs(angle) > 45:
            w, h, angle = h, w, angle - _sign(angle) * 90
        if h > w * 1.5:  # a column of letters or a frame, not a line of ours
            continue
        bx, by, bw, bh = cv2.boundingRect(contour)
        part = heat[by : by + bh, bx : bx + bw]
        if float(part[part > _MAP_LEVEL].mean()) < _SCORE:
            continue
        grow = 2 * w * h * _UNCLIP / (2 * (w + h))
        if abs(angle) < 0.35 or w < 4 * h:
            cx, cy, w, h, angle = bx + bw / 2, by + bh / 2, float(bw), float(bh), 0.0
        out.append(Box(cx * fx + x0, cy * fy + y0, (w + grow) * fx, (h + grow) * fy, angle))
    return out


def _sign(value: float) -> float:
    """1 or -1."""
    return 1.0 if value >= 0 else -1.0
