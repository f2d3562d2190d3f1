"""The separator sheet, to be printed: A4, four QR codes large enough for any scanner, words for who finds it."""

from __future__ import annotations

import io
import tomllib
from importlib import resources
from pathlib import Path

from pyhncert.capture import SEPARATOR

_DPI = 300
_SIZE = (2480, 3508)
_QR_MM = 62
_QUIET = 4
"""Modules that must be free around a symbol (ISO/IEC 18004, 6.3.8)."""


def _mm(length: float) -> int:
    return round(length * _DPI / 25.4)


def separator_pdf(font: Path) -> bytes:
    """Two equal pages, for printing on both sides: an empty back would be a page of the original.

    `font` is a TrueType font with Vietnamese marks.
    """
    import numpy as np  # noqa: PLC0415  rarely used, like all of this
    import zxingcpp  # noqa: PLC0415
    from PIL import Image, ImageDraw, ImageFont  # noqa: PLC0415

    words = tomllib.loads(resources.files("pyhncert.issue").joinpath("data", "separator.toml").read_text("utf-8"))
    page = Image.new("1", _SIZE, 1)
    draw = ImageDraw.Draw(page)

    def line(text: str, top_mm: float, size_mm: float) -> None:
        draw.text((_SIZE[0] // 2, _mm(top_mm)), text, font=ImageFont.truetype(font, _mm(size_mm)), fill=0, anchor="mt")

    draw.rectangle((_mm(8), _mm(8), _SIZE[0] - _mm(8), _SIZE[1] - _mm(8)), outline=0, width=_mm(1.5))
    line(words["title"]["vi"], 18, 22)
    line(words["title"]["en"], 46, 12)
    symbol = zxingcpp.create_barcode(SEPARATOR, zxingcpp.BarcodeFormat.QRCode, ec_level="H")
    dark = np.array(symbol.to_image(scale=1, add_quiet_zones=False)) < 128
    scale = _mm(_QR_MM) // dark.shape[0]
    modules = Image.fromarray(np.kron(~dark, np.ones((scale, scale), bool)))
    side, gap = modules.width, _QUIET * scale
    left, top_px = (_SIZE[0] - 2 * side - gap) // 2, _mm(70)
    for n in range(4):  # a blot may spoil one or two of them
        page.paste(modules, (left + n % 2 * (side + gap), top_px + n // 2 * (side + gap)))
    top = 214.0
    for language, size_mm in (("vi", 7.0), ("en", 5.2)):
        for text in words["use"][language]:
            line(text, top, size_mm)
            top += 1.55 * size_mm
        top += 4
    out = io.BytesIO()
    page.save(out, "PDF", resolution=_DPI, save_all=True, append_images=[page.copy()])
    return out.getvalue()
