"""The separator sheet is known whichever way it lies, soiled and coarse; and no other page is taken for one."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import font_source_serif_pro
import numpy as np
import pytest
import zxingcpp
from PIL import Image, ImageDraw, ImageFilter

from pyhncert import capture
from pyhncert.errors import ScanError
from pyhncert.issue import separator_pdf

FONT = Path(font_source_serif_pro.__file__).parent / "files" / "SourceSerifPro-Regular.ttf"
SEED = 20261125


@pytest.fixture(scope="module")
def printed() -> Image.Image:
    """The sheet as its PDF shows it, A4 at 300 dpi."""
    return Image.fromarray(next(capture.raw_pages([capture.load(separator_pdf(FONT))])).image)


def scanned(sheet: Image.Image, chance: np.random.Generator, *, dpi: int, soil: float, turn: float) -> np.ndarray:
    """A scan of the sheet: turned, gray, noisy, with blots over a share of the page."""
    size = (round(210 * dpi / 25.4), round(297 * dpi / 25.4))
    page = sheet.convert("L").resize(size).rotate(turn, expand=True, fillcolor=180, resample=Image.Resampling.BICUBIC)
    draw, area = ImageDraw.Draw(page), 0.0
    while area < soil * page.width * page.height:
        x, y, r = chance.uniform(0, page.width), chance.uniform(0, page.height), chance.uniform(0.5, 4) * dpi / 25.4
        draw.ellipse((x - r, y - r, x + r, y + r), fill=int(chance.choice([20, 90, 160, 240])))
        area += 3.14 * r * r
    page = page.filter(ImageFilter.GaussianBlur(dpi / 200))
    pixels = np.asarray(page, np.float32) * 0.75 + 40 + chance.normal(0, 10, (page.height, page.width))
    return np.repeat(pixels.clip(0, 255).astype(np.uint8)[:, :, None], 3, axis=2)


def test_both_sides_of_the_sheet_are_the_same(printed):
    scan = capture.load(separator_pdf(FONT))
    assert capture.separators(scan) == (True, True)
    pages = [page.image for page in capture.raw_pages([scan])]
    np.testing.assert_array_equal(pages[0], pages[1])
    assert pages[0].shape == (3508, 2480, 3)


def test_soiled_sheets_at_100_to_200_dpi_are_known_whichever_way_they_lie(printed):
    chance = np.random.default_rng(SEED)
    known = 0
    for number in range(32):
        dpi, turn = (100, 150, 150, 200)[number % 4], (0, 90, 180, 270)[number // 4 % 4] + chance.uniform(-4, 4)
        known += capture.is_separator(scanned(printed, chance, dpi=dpi, soil=0.03, turn=turn))
    assert known == 32


def test_a_page_without_the_sheet_is_none(typed):
    assert not capture.is_separator(np.asarray(typed))


@pytest.mark.parametrize(
    "text", ["HNCERT-SEPARATOR:2", "hncert-separator:1", "https://example.vn/v#HNCERT-SEPARATOR:1"]
)
def test_another_qr_is_no_separator(typed, text):
    symbol = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode)
    typed.paste(Image.fromarray(np.array(symbol.to_image(scale=25))), (200, 200))
    assert not capture.is_separator(np.asarray(typed))


def test_a_sheet_beside_another_paper_is_said_and_not_thrown_away(printed, typed):
    glass = Image.new("RGB", (2000, 1800), (60, 60, 60))
    glass.paste(typed.resize((900, 1273)), (50, 100))
    glass.paste(printed.resize((900, 1273)), (1020, 100))
    with pytest.raises(ScanError, match="beside another paper"):
        capture.is_separator(np.asarray(glass))


def test_only_the_pages_that_are_meant_are_decoded():
    first, *others = (Image.new("L", (220, 300), shade) for shade in (10, 20, 30, 40))
    for kind in ("TIFF", "PDF"):
        out = io.BytesIO()
        first.save(out, kind, save_all=True, append_images=others)
        scan = capture.load(out.getvalue())
        some = replace(scan, frames=(1, 3))
        pages = list(capture.raw_pages([some, replace(scan, frames=(0,))]))
        assert [(p.number, p.scan, p.frame) for p in pages] == [(1, 0, 1), (2, 0, 3), (3, 1, 0)]
        assert [round(float(p.image.mean()), -1) for p in pages] == [20, 40, 10]
        assert capture.page_count([some]) == 2
