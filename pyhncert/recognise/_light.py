"""Even light for the reader; the page that is certified keeps its own (`pyhncert.issue` never sees this image)."""

from __future__ import annotations

import functools
import tomllib
from importlib import resources
from typing import TYPE_CHECKING

import numpy as np

from pyhncert import _core

if TYPE_CHECKING:
    from pyhncert.values import Pixels


@functools.cache
def _limits() -> tuple[float, float]:
    data = tomllib.loads(resources.files(__package__).joinpath("light.toml").read_text(encoding="utf-8"))
    return float(data["spread"]), float(data["faint"])


def evened(image: Pixels) -> Pixels:
    """`image` (height, width, 3), RGB, without shadow and without what shines through; itself where it has neither."""
    image = np.ascontiguousarray(image)
    spread, faint = _core.light(image)
    most_spread, most_faint = _limits()
    if spread < most_spread and faint < most_faint:
        return image
    out = np.empty_like(image)
    _core.flatten(image, out, faint=faint >= most_faint)
    return out
