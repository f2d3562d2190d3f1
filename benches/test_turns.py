"""Which side of the page is up: drawn pages in all four turns, askew and worn."""

from __future__ import annotations

import functools
import io
import random
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from drawing.sheet import Sheet
from PIL import Image
from unseen import civil, other

from pyhncert import _core

Pixels = npt.NDArray[np.uint8]
SEED = 20261126
SERIFS = ("Noto Serif", "DejaVu Serif", "Source Serif Pro", "Noto Sans")
MAKERS: tuple[Callable[[random.Random, str], Sheet], ...] = (
    civil.birth_old,
    civil.birth_new,
    civil.marriage,
    civil.degree_higher,
    civil.degree_school,
    civil.land,
    civil.decision,
    *other.PAGES,
)
LEAST_LINES = 5


def jpeg(image: Pixels, quality: int) -> Pixels:
    """Through a JPEG and back."""
    out = io.BytesIO()
    Image.fromarray(image).save(out, "jpeg", quality=quality)
    return np.array(Image.open(io.BytesIO(out.getvalue())))


def smaller(image: Pixels, share: float) -> Pixels:
    """Scanned at a lower resolution."""
    return cv2.resize(image, None, fx=share, fy=share, interpolation=cv2.INTER_AREA).astype(np.uint8)


def faded(image: Pixels) -> Pixels:
    """Pale print."""
    return (255 - (255 - image.astype(np.float32)) * 0.45).astype(np.uint8)


def shaded(image: Pixels) -> Pixels:
    """Under a lamp at one side."""
    slope = np.linspace(0.55, 1, image.shape[1], dtype=np.float32)[None, :, None]
    return (image * slope).astype(np.uint8)


WEAR: dict[str, Callable[[Pixels], Pixels]] = {
    "300 dpi": lambda image: image,
    "150 dpi, JPEG 40": lambda image: jpeg(smaller(image, 0.5), 40),
    "100 dpi": functools.partial(smaller, share=1 / 3),
    "blurred": lambda image: cv2.GaussianBlur(image, (0, 0), 2.2).astype(np.uint8),
    "faded": faded,
    "shaded": shaded,
}


def turned(short: bool) -> Iterator[tuple[str, str, int, int, Pixels]]:
    """Name, wear, lines, true clockwise quarter turns, picture."""
    for i, make in enumerate(MAKERS[:: 5 if short else 1]):
        rng = random.Random(f"{SEED}/{make.__name__}/{i}")
        sheet = make(rng, SERIFS[i % len(SERIFS)])
        for j, (wear, spoil) in enumerate(WEAR.items()):
            skewed = sheet.image.rotate(rng.uniform(-6, 6), Image.Resampling.BICUBIC, fillcolor=sheet.tint)
            noise = np.random.default_rng([SEED, i, j]).normal(0, 3, (skewed.height, skewed.width, 1))
            pixels = spoil((np.asarray(skewed) + noise).clip(0, 255).astype(np.uint8))
            for quarters in range(4) if not short else [(i + j) % 4]:
                yield make.__name__, wear, len(sheet.lines), quarters, np.ascontiguousarray(np.rot90(pixels, -quarters))


def test_pages_come_out_upright(promise: Any, short: bool) -> None:
    """Right on 99 % of pages with five lines or more."""
    right, asked = Counter[str](), Counter[str]()
    for name, wear, lines, quarters, image in turned(short):
        if lines < LEAST_LINES:
            continue
        found = _core.survey(image)[0]
        asked[wear] += 1
        right[wear] += found.quarters == quarters
        if found.quarters != quarters:
            print(f"  {name}, {wear}: turned by {quarters}, said {found.quarters} ({found.confidence:.2f})")
    for wear, count in asked.items():
        print(f"  {wear}: {right[wear]} of {count}")
    total = sum(asked.values())
    promise("turns right", 100 * sum(right.values()) / total, "%", bar=99.0, rule="at_least", note=f"of {total}")
