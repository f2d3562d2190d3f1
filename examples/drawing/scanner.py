"""What a flatbed does to a sheet: laid a little askew, lens, lamp, grain and noise, and a truth that follows."""

from __future__ import annotations

import math
import random
from typing import Any

import numpy as np
from PIL import Image, ImageFilter

from .sheet import Sheet

LID = (243, 242, 238)


def scan(
    sheet: Sheet,
    rng: random.Random,
    *,
    skew_deg: float | None = None,
    noise: float = 3.0,
    blur_px: float = 0.45,
    turn: int = 0,
    shift_mm: tuple[float, float] = (0.0, 0.0),
) -> tuple[Image.Image, dict[str, Any]]:
    """The scan of `sheet` and its truth; `skew_deg` is clockwise, `turn` clockwise quarter turns in degrees.

    `shift_mm` moves the sheet on the glass (what leaves it is lost); without `skew_deg` a draw of -1.2 to 1.2 is made.
    """
    angle = rng.uniform(-1.2, 1.2) if skew_deg is None else skew_deg
    image = sheet.image
    dx, dy = (round(sheet.px(v)) for v in shift_mm)
    if dx or dy:
        moved = Image.new("RGB", image.size, LID)
        moved.paste(image, (dx, dy))
        image = moved
    if blur_px:
        image = image.filter(ImageFilter.GaussianBlur(blur_px * sheet.dpi / 300))
    if angle:
        image = image.rotate(-angle, Image.Resampling.BICUBIC, fillcolor=LID)
    generator = np.random.default_rng(rng.getrandbits(32))
    pixels = np.asarray(image, np.float32)
    if noise:
        pixels = pixels + _grain(generator, image.size, noise)
    image = Image.fromarray(np.clip(pixels + 0.5, 0, 255).astype(np.uint8))
    width, height = image.size
    turned = turn % 360
    if turned:
        image = image.transpose(
            {90: Image.Transpose.ROTATE_270, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_90}[turned]
        )

    def place(box: tuple[float, float, float, float]) -> list[list[float]]:
        x0, y0, x1, y1 = box
        a = math.radians(angle)
        corners = []
        for x, y in ((x0, y0), (x1, y0), (x1, y1), (x0, y1)):
            u, v = x + dx - width / 2, y + dy - height / 2
            px, py = u * math.cos(a) - v * math.sin(a) + width / 2, u * math.sin(a) + v * math.cos(a) + height / 2
            for _ in range(turned // 90):
                px, py = (height if _ % 2 == 0 else width) - py, px
            corners.append([round(px, 1), round(py, 1)])
        return corners

    truth = {
        "dpi": sheet.dpi,
        "size": list(image.size),
        "skew_deg": round(angle, 3),
        "turned": turned,
        "lines": [
            {"text": text, "quad": place(line.box)} for text, line in zip(sheet.full_lines(), sheet.lines, strict=True)
        ],
        "fields": {
            name: {"label": known.label, "value": known.value, "quad": place(known.box)}
            for name, known in sheet.fields.items()
        },
    }
    return image, truth


def _grain(generator: np.random.Generator, size: tuple[int, int], noise: float) -> np.ndarray:
    """Uneven lamp and paper (large and middle scale) and sensor noise, gray."""
    width, height = size
    cloud = np.zeros((height, width), np.float32)
    for cells, depth in ((6, 2.0), (90, 1.1)):
        small = generator.normal(0, 1, (cells, cells)).astype(np.float32)
        grown = Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC)
        cloud += np.asarray(grown, np.float32) * depth
    cloud += generator.standard_normal((height, width), dtype=np.float32) * noise
    return cloud[:, :, None]
