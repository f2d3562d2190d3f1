"""What the tests of reading share: pages from drawings, and readings made by hand."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pyhncert.recognise import Reader
from pyhncert.values import Line, Matrix, Measures, Page, Quad, Reading, Word

ROOT = Path(__file__).resolve().parents[2]
for place in (ROOT / "benches", ROOT / "examples"):  # the sets of `reading` and the drawings they are made with
    if str(place) not in sys.path:
        sys.path.insert(0, str(place))


@pytest.fixture(scope="session")
def reader(fonts: None) -> Reader:
    return Reader()


@pytest.fixture(scope="session")
def page_of() -> Callable[..., Page]:
    """A page from pixels (height, width, 3), straight as they are."""

    def make(image: np.ndarray, *, dpi: float = 300, text_height_px: float = 0, seals: tuple[Quad, ...] = ()) -> Page:
        return Page(
            number=1,
            scan=0,
            frame=0,
            image=np.ascontiguousarray(image, dtype=np.uint8),
            raw_size=(image.shape[1], image.shape[0]),
            matrix=Matrix.identity(),
            turned=0,
            skew_deg=0.0,
            dpi=dpi,
            dpi_source="file",
            measures=Measures(
                sharpness=1.0, ink_share=0.05, contrast=200.0, text_height_px=text_height_px, seal_quads=seals
            ),
        )

    return make


@pytest.fixture(scope="session")
def drawn(page_of: Callable[..., Page]) -> Callable[..., tuple[Page, dict[str, Any]]]:
    """A page of examples/draw.py, drawn without skew, and its truth."""
    from draw import draw

    def make(kind: str, seed: int = 1, **options: Any) -> tuple[Page, dict[str, Any]]:
        image, truth = draw(kind, seed, skew_deg=0.0, **options)
        return page_of(np.asarray(image.convert("RGB")), dpi=truth["dpi"]), truth

    return make


@pytest.fixture(scope="session")
def reading_of() -> Callable[..., Reading]:
    """A reading from rows of (left, top, text), 20 px wide a letter and 40 high."""

    def make(rows: Sequence[tuple[float, float, str]], *, page: int = 1, confidence: float = 0.95) -> Reading:
        lines = []
        for left, top, text in rows:
            words, x = [], left
            for word in text.split(" "):
                right = x + 20 * len(word)
                quad = ((x, top), (right, top), (right, top + 40), (x, top + 40))
                words.append(Word(text=word, quad=quad, confidence=confidence))
                x = right + 12
            box = ((left, top), (x - 12, top), (x - 12, top + 40), (left, top + 40))
            lines.append(Line(text=text, quad=box, confidence=confidence, words=tuple(words)))
        return Reading(page=page, lines=tuple(lines), reader="by hand")

    return make
