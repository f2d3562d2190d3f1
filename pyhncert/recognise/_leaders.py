"""Dotted leaders: rows of like dots on which a form's values stand. They are no text, so a strip loses them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from pyhncert.values import Pixels

_FEWEST = 8


def wipe(gray: Pixels, *, tall: float) -> Pixels:
    """`gray` (ink near 0, paper 255) without its dotted leaders; `tall` is the height of the line in pixels.

    A leader is a row of at least eight small marks of one size, on one level, evenly spaced, in the lower part of the
    line. Dots under vowels are larger, on another level or unevenly spaced; dots that touch a letter stay.
    """
    ink = (gray < 170).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    if count <= _FEWEST:
        return gray
    left, top, width, height, area = (stats[1:, i].astype(np.float64) for i in range(5))
    most = max(2.0, 0.16 * tall)
    small = np.flatnonzero((width <= most) & (height <= most) & (top + height / 2 > 0.45 * gray.shape[0]))
    if len(small) < _FEWEST:
        return gray
    level = top[small] + height[small] / 2
    wiped = gray
    used = np.zeros(len(small), bool)
    for _ in range(2):  # a line may stand between two leaders
        free = np.flatnonzero(~used)
        if len(free) < _FEWEST:
            break
        near = np.abs(level[free][:, None] - level[free][None]) <= max(1.5, 0.035 * tall)
        heart = int(near.sum(axis=1).argmax())
        row = free[near[heart]]
        size = float(np.median(area[small[row]]))
        row = row[np.abs(area[small[row]] - size) <= max(3.0, 0.6 * size)]
        used[row] = True
        if len(row) < _FEWEST:
            break
        places = np.sort(left[small[row]] + width[small[row]] / 2)
        gaps = np.diff(places)
        pitch = float(np.median(gaps))
        even = np.abs(gaps - pitch) <= max(1.5, 0.25 * pitch)
        if pitch > 0.6 * tall or even.mean() < 0.5:
            break
        gone = np.zeros(count, np.uint8)
        gone[small[row] + 1] = 1
        mask = cv2.dilate(gone[labels], np.ones((3, 3), np.uint8))
        wiped = np.where(mask > 0, np.uint8(255), wiped)
    return wiped
