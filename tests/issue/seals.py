"""Signatures and seals that nobody has, as an office's picture files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np

BLUE = (160, 40, 20, 255)
RED = (20, 10, 200, 255)


def signature(file: Path, *, wide: int = 1063, tall: int = 425, margin: int = 0, colour: Any = BLUE) -> Path:
    """A wavy line over the whole of `wide` x `tall` pixels, BGRA `colour`, with an empty `margin`."""
    image = np.zeros((tall, wide, 4), np.uint8)
    x = np.arange(5, wide - 5)
    y = tall / 2 + (tall / 2 - 6) * np.sin(x / wide * 12)
    cv2.polylines(image, [np.stack([x, y], axis=1).astype(np.int32)], False, colour, 9, cv2.LINE_AA)
    return written(file, image, margin)


def seal(file: Path, *, across: int = 850, margin: int = 0, colour: Any = RED, squeeze: float = 1.0) -> Path:
    """Rings and a disc, `across` pixels, `squeeze` times as high as wide."""
    image = np.zeros((across, across, 4), np.uint8)
    middle = (across // 2, across // 2)
    for radius, thick in ((0.49, 0.016), (0.45, 0.006), (0.32, 0.006), (0.1, -1)):
        cv2.circle(
            image, middle, round(radius * across), colour, -1 if thick < 0 else round(thick * across), cv2.LINE_AA
        )
    return written(file, cv2.resize(image, None, fx=1, fy=squeeze), margin)


def written(file: Path, image: Any, margin: int = 0) -> Path:
    cv2.imwrite(str(file), np.pad(image, ((margin, margin), (margin, margin), (0, 0))))
    return file
