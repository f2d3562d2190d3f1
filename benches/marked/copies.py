"""Seals in ink, and the same seals as a colour printer copies them: screens of four inks, scanned again."""

from __future__ import annotations

import io
import math
import random

import numpy as np
from drawing.sheet import Colour, Sheet
from PIL import Image, ImageFilter

from marked import ink

SCREENS = (85, 106, 133, 150, 175)
"""Lines an inch: office laser printers have 85 to 150, good ones up to 200."""
_FINE = 600
_REDS: tuple[Colour, ...] = ((196, 28, 42), (184, 20, 30), (220, 60, 70), (206, 36, 86))
_INKS = ((0, 15, (0.0, 0.62, 0.85)), (1, 75, (0.87, 0.08, 0.42)), (2, 0, (1.0, 0.93, 0.05)), (3, 45, (0.1, 0.1, 0.1)))
"""Cyan, magenta, yellow, black: which light they take, the angle of the screen in degrees, what they leave of light."""


def pair(index: int, screen: int, dpi: int) -> tuple[np.ndarray, np.ndarray]:
    """A scan of a stamped seal, and a scan of its colour copy."""
    rng = random.Random(7_000 + index)
    sheet = Sheet(48, 48, dpi=_FINE, tint=rng.choice(((250, 248, 241), (255, 255, 255), (252, 240, 238))))
    if rng.random() < 0.5:
        sheet.signature(28, 24, rng, width=34)
    ink.seal(
        sheet,
        24,
        24,
        rng,
        ring="ỦY BAN NHÂN DÂN PHƯỜNG CỬA NAM",
        centre=["CHỦ TỊCH"],
        diameter=rng.uniform(32, 38),
        colour=rng.choice(_REDS),
        strength=rng.uniform(0.5, 1.0),
    )
    return _scanned(sheet.image, rng, dpi), _scanned(_printed(sheet.image, screen), rng, dpi)


def _printed(image: Image.Image, screen: int) -> Image.Image:
    light = np.asarray(image, np.float32) / 255
    paper = np.percentile(light.reshape(-1, 3), 90, axis=0)
    light = np.clip(light / paper, 0, 1)
    black = (1 - light.max(axis=2)) * 0.8
    down, across = np.mgrid[0 : black.shape[0], 0 : black.shape[1]].astype(np.float32)
    out = np.ones_like(light)
    for channel, degrees, left in _INKS:
        amount = black if channel == 3 else np.clip((1 - light[:, :, channel] - black) / (1.001 - black), 0, 1)
        turn, period = math.radians(degrees), _FINE / screen
        u = (across * math.cos(turn) + down * math.sin(turn)) / period
        v = (down * math.cos(turn) - across * math.sin(turn)) / period
        round_dots = (np.cos(2 * math.pi * u) + np.cos(2 * math.pi * v) + 2) / 4
        level = np.sort(round_dots.ravel()[::97])  # as much of the paper is covered as there is ink
        threshold = np.interp(round_dots, level, np.linspace(0, 1, len(level)))
        dot = np.clip((amount - threshold) * 8 + 0.5, 0, 1)
        for i in range(3):
            out[:, :, i] *= 1 - dot * (1 - left[i])
    return Image.fromarray(np.clip(out * paper * 255, 0, 255).astype(np.uint8))


def _scanned(image: Image.Image, rng: random.Random, dpi: int) -> np.ndarray:
    fine = image.filter(ImageFilter.GaussianBlur(rng.uniform(0.7, 1.4)))
    side = round(image.width * dpi / _FINE)
    seen = fine.resize((side, side), Image.Resampling.LANCZOS)
    seen = seen.rotate(rng.uniform(-1, 1), Image.Resampling.BICUBIC, fillcolor=fine.getpixel((2, 2)))
    noise = np.random.default_rng(rng.getrandbits(32)).normal(0, rng.uniform(1.5, 4), (side, side, 1))
    pixels = np.clip(np.asarray(seen, np.float32) + noise, 0, 255).astype(np.uint8)
    stored = io.BytesIO()
    Image.fromarray(pixels).save(stored, "jpeg", quality=rng.choice((75, 85, 92)))
    return np.asarray(Image.open(io.BytesIO(stored.getvalue())).convert("RGB"))
