"""Scenes under a shadow with a hard edge: what a lid half shut or a shelf over the desk throws across a page."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from . import ground, lay
from .plan import FLAT, GROUNDS, SEEDS, Scene, sheets

COUNT = 96
EDGE = (0.001, 0.005)
"""How wide the shadow's edge is, in widths of the picture (heights, where it comes from above or below)."""
DEPTH = (0.35, 0.75)
COVERS = (0.12, 0.6)
"""How much of the picture lies in the shadow, along the way that it comes from."""


@dataclass(frozen=True)
class Shaded:
    """A scene with one paper, and where its print is: (height, width) booleans."""

    scene: Scene
    print: npt.NDArray[np.bool_]


def scenes(which: str, *, dpi: int = 150, every: int = 1) -> Iterator[Shaded]:
    """Papers that fill the scan, and papers on a bed, in turn; all of them with a shadow from one of the four sides."""
    for i in range(0, COUNT, every):
        fills, bed = i % 2 == 0, FLAT[i // 2 % 3]
        name = f"hard shadow/{'fills' if fills else bed}/{i:02d}"
        rng = np.random.default_rng([SEEDS[which], zlib.crc32(name.encode())])
        stock = sheets(which, dpi)["a4"]
        sheet = stock[int(rng.integers(len(stock)))]
        size = (sheet.shape[1], sheet.shape[0])
        scale = 1.0 if fills else float(rng.uniform(0.6, 0.85))
        middle = (size[0] / 2, size[1] / 2)
        quad = lay.rectangle(middle, size[0] * scale, size[1] * scale, float(rng.normal(0, 0.3 if fills else 1.5)))
        scene = ground.bed(rng, *size, low=238, high=246) if fills else GROUNDS[bed](rng, *size)
        lay.lay(rng, scene, sheet, quad, shadow=0.0 if fills else 0.3)
        on_white = np.full_like(scene, 255)
        lay.lay(rng, on_white, sheet, quad, shadow=0.0)
        _shade(rng, scene, side=i // 2 % 4)
        image = lay.light(rng, scene, photo=False, noise=float(rng.uniform(1, 4)))
        condition = f"hard shadow, {'fills' if fills else 'on a bed'}"
        yield Shaded(Scene(name, condition, image, dpi, [quad], fills), on_white.mean(axis=2) < 128)


def _shade(rng: ground.Rng, scene: ground.Scene, *, side: int) -> None:
    """Darken the part of `scene` on one side (0 left, 1 top, 2 right, 3 bottom) of a line across it."""
    height, width = scene.shape[:2]
    a = np.pi / 2 * side + np.radians(rng.normal(0, 6))
    y, x = np.mgrid[:height, :width].astype(np.float32)
    along = ((x - width / 2) * np.cos(a) + (y - height / 2) * np.sin(a)) / (height if side % 2 else width)
    inside = rng.uniform(*COVERS) - 0.5 - along
    scene *= (1 - rng.uniform(*DEPTH) * (0.5 + 0.5 * np.tanh(2 * inside / rng.uniform(*EDGE))))[:, :, None]
