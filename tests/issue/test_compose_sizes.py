"""Papers keep their true size in the copy: A3, A5, a folded sheet, an open booklet, a card.

A page without free area is extended by a strip for the marks (`issue._band`); the original on it stays at 100 %.
"""

from __future__ import annotations

import io

import numpy as np
import pikepdf
import pytest

from pyhncert import capture, issue
from pyhncert.values import Matrix, RawPage

DPI = 100
PAPERS = {
    "A3": (297.0, 420.0),
    "A4": (210.0, 297.0),
    "A5": (148.0, 210.0),
    "passport, open": (176.0, 125.0),
    "booklet of A4, open": (420.0, 297.0),
    "household book, open": (260.0, 190.0),
    "folded in three": (99.0, 210.0),
    "card": (85.6, 53.98),
}


def sheet_of(width_mm: float, height_mm: float, fold: bool) -> np.ndarray:
    """Rows of dashes as text, a shadow in the fold."""
    w, h = (round(v * DPI / 25.4) for v in (width_mm, height_mm))
    page = np.full((h, w, 3), (250, 247, 240), np.float32)
    for y in range(18, h - 24, 14):
        for x in range(14, w - 20, 9):
            page[y : y + 6, x : x + 4 + (x * y) % 3] = 30
    if fold:
        page *= (1 - 0.3 * np.exp(-(((np.arange(w) - w / 2) / 4) ** 2)))[None, :, None]
    return page.astype(np.uint8)


def normalised(image: np.ndarray) -> list:
    raw = RawPage(number=1, scan=0, frame=0, image=image, dpi=DPI, to_file=Matrix.identity())
    return list(capture.normalise(raw))


@pytest.mark.parametrize("name", PAPERS)
@pytest.mark.parametrize("on_glass", [True, False], ids=["on a larger glass", "fills the scan"])
def test_a_paper_keeps_its_size(name, on_glass, act_of, composed):
    width, height = PAPERS[name]
    sheet = sheet_of(width, height, "open" in name)
    if on_glass:
        glass = np.full((sheet.shape[0] + 160, sheet.shape[1] + 140, 3), 70, np.uint8)
        glass[70 : 70 + sheet.shape[0], 60 : 60 + sheet.shape[1]] = sheet
    (page,) = normalised(glass if on_glass else sheet)
    pdf = composed(act_of([issue.encode_page(page)]))
    with pikepdf.open(io.BytesIO(pdf)) as copy:
        box = [float(v) for v in copy.pages[0].MediaBox]
        steps = pikepdf.parse_content_stream(copy.pages[0])
        placed = next(step.operands for step in steps if str(step.operator) == "cm")
    wide, tall, strip = (float(placed[i]) for i in (0, 3, 5))
    assert box == pytest.approx([0, 0, wide, tall + strip], rel=0.001)
    assert (wide, tall) == pytest.approx([v / page.dpi * 72 for v in page.size], rel=0.001)
    assert sorted(v * 25.4 / 72 for v in (wide, tall)) == pytest.approx(sorted((width, height)), rel=0.01)
