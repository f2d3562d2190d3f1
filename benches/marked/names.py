"""Names with a red seal over them, four a page, as JPEG of 300 dpi: what the reader must see under a seal."""

from __future__ import annotations

import io
import random

import numpy as np
from drawing import scanner
from drawing.people import person
from drawing.sheet import Sheet
from PIL import Image

from marked import ink

Names = list[tuple[str, list[list[float]]]]
_REDS = ((196, 28, 42), (184, 20, 30), (220, 60, 70))
_SEED = 4_000


def page(index: int) -> tuple[np.ndarray, Names]:
    """The scan, and each name with its quad."""
    rng = random.Random(_SEED + index)
    tint = rng.choice(((250, 248, 241), (255, 255, 255), (252, 240, 238)))
    s = Sheet(tint=tint, typeface=rng.choice(("Liberation Serif", "Noto Serif", "DejaVu Serif")))
    for place in range(4):
        x, y = 55 + 95 * (place % 2), 70 + 90 * (place // 2)
        s.text(x, y, person(rng, 1950, 1990).name, rng.uniform(12, 15), rng.choice(("bold", "regular")), align="centre")
        ink.seal(
            s,
            x + rng.uniform(-14, 6),
            y + rng.uniform(-9, 9),
            rng,
            ring="ỦY BAN NHÂN DÂN PHƯỜNG CỬA NAM",
            centre=["CHỦ TỊCH"],
            diameter=rng.uniform(34, 37),
            colour=rng.choice(_REDS),
            strength=rng.uniform(0.6, 1.0),
        )
    image, truth = scanner.scan(s, rng, skew_deg=0.0)
    stored = io.BytesIO()
    image.save(stored, "jpeg", quality=80)
    again = Image.open(io.BytesIO(stored.getvalue())).convert("RGB")
    return np.asarray(again), [(line["text"], line["quad"]) for line in truth["lines"]]
