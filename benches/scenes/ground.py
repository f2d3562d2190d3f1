"""What papers lie on: scanner beds and lids, desks of wood, stone and cloth; (height, width, 3) floats, all drawn."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

Scene = npt.NDArray[np.float32]
Rng = np.random.Generator


def clouds(rng: Rng, width: int, height: int, cells: int, depth: float) -> Scene:
    """Smooth unevenness of about `cells` spots along a side, `depth` gray levels deep; (height, width)."""
    small = rng.normal(0, depth, (cells, cells)).astype(np.float32)
    return cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC).astype(np.float32)


def _flat(width: int, height: int, colour: tuple[float, float, float]) -> Scene:
    return np.broadcast_to(np.asarray(colour, np.float32), (height, width, 3)).copy()


def bed(rng: Rng, width: int, height: int, *, low: float, high: float) -> Scene:
    """The bed or lid of a scanner: one gray, a little uneven, maybe a tint."""
    level = rng.uniform(low, high)
    tint = rng.normal(0, 2, 3)
    return _flat(width, height, tuple(level + tint)) + clouds(rng, width, height, 5, 1.2)[:, :, None]


def wood(rng: Rng, width: int, height: int) -> Scene:
    """Boards with grain; light or dark, any direction."""
    base = np.asarray(rng.choice([(176, 132, 88), (120, 82, 52), (205, 170, 128), (84, 58, 40)]), np.float32)
    y, x = np.mgrid[:height, :width].astype(np.float32)
    if rng.random() < 0.5:
        x, y = y, x
    unit = max(width, height) / 900
    bent = y + 6 * unit * clouds(rng, width, height, 7, 1.5)
    rings = np.sin(bent / (rng.uniform(4, 9) * unit)) + 0.6 * np.sin(bent / (rng.uniform(1.5, 3) * unit) + x * 0.002)
    out = base + (rng.uniform(4, 11) * rings + clouds(rng, width, height, 12, 5))[:, :, None]
    if rng.random() < 0.6:
        board = rng.uniform(90, 170) * unit
        seam = np.abs((y + rng.uniform(0, board)) % board - board / 2) > board / 2 - 1.2 * unit
        out[seam] *= 0.6
    return out


def cloth(rng: Rng, width: int, height: int) -> Scene:
    """A checked table cloth."""
    one, two = (np.asarray(c, np.float32) for c in _pair(rng))
    y, x = np.mgrid[:height, :width].astype(np.float32)
    cell = rng.uniform(0.03, 0.08) * max(width, height)
    turn = rng.uniform(0, 1.2)
    u, v = x * np.cos(turn) + y * np.sin(turn), y * np.cos(turn) - x * np.sin(turn)
    share = 0.5 * ((u // cell % 2) + (v // cell % 2))
    weave = 4 * np.sin(u * 1.9) * np.sin(v * 1.9)
    return one + (two - one) * share[:, :, None] + weave[:, :, None]


def _pair(rng: Rng) -> tuple[tuple[int, int, int], tuple[int, int, int]]:
    pairs = [((214, 208, 200), (160, 50, 54)), ((200, 206, 214), (52, 84, 140)), ((120, 150, 120), (60, 92, 70))]
    return pairs[int(rng.integers(len(pairs)))]


def stone(rng: Rng, width: int, height: int) -> Scene:
    """Granite: specks of several grays."""
    level = rng.uniform(70, 185)
    grain = rng.normal(0, 1, (height // 3 + 1, width // 3 + 1)).astype(np.float32)
    speck = cv2.resize(cv2.GaussianBlur(grain, (0, 0), 0.9), (width, height), interpolation=cv2.INTER_LINEAR)
    return level + (rng.uniform(12, 26) * speck + clouds(rng, width, height, 9, 4))[:, :, None] + rng.normal(0, 2, 3)


def desk(rng: Rng, width: int, height: int) -> Scene:
    """A plain table top: white, coloured or dark, under an uneven light."""
    colours = [(222, 216, 206), (58, 66, 80), (94, 128, 104), (176, 178, 182), (150, 96, 70), (36, 34, 36)]
    return _flat(width, height, colours[int(rng.integers(len(colours)))]) + clouds(rng, width, height, 4, 4)[:, :, None]
