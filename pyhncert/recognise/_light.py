"""Even light for the reader; the page that is certified keeps its own (`pyhncert.issue` never sees this image)."""

from __future__ import annotations

import functools
import tomllib
from importlib import resources
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pyhncert import _core

if TYPE_CHECKING:
    from pyhncert.values import Pixels


class _Limits(NamedTuple):
    spread: float
    faint: float
    plastic_mm: float


@functools.cache
def _limits() -> _Limits:
    data = tomllib.loads(resources.files(__package__).joinpath("light.toml").read_text(encoding="utf-8"))
    return _Limits(float(data["spread"]), float(data["faint"]), float(data["plastic_mm"]))


def evened(image: Pixels, *, dpi: float) -> Pixels:
    """`image` (height, width, 3), RGB, without shadow and without what shines through; itself where it has neither."""
    image = np.ascontiguousarray(image)
    limits = _limits()
    spread, faint = _core.light(image)
    shines = faint >= limits.faint and max(image.shape) > limits.plastic_mm / 25.4 * dpi
    if spread < limits.spread and not shines:
        return image
    out = np.empty_like(image)
    _core.flatten(image, out, faint=shines)
    return out
