"""A typed Vietnamese page, drawn once."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from pathlib import Path

import font_source_serif_pro
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from pyhncert import capture
from pyhncert.values import Matrix, Page, RawPage

sys.path.insert(0, str(Path(__file__).parent))  # `import border` in these tests
sys.path.insert(0, str(Path(__file__).parents[2] / "examples"))  # `import drawing`

FONT = Path(font_source_serif_pro.__file__).parent / "files" / "SourceSerifPro-Regular.ttf"
TEXT = (
    "Căn cứ Luật Tổ chức chính quyền địa phương và các quy định hiện hành của pháp luật về chứng thực bản sao "
    "từ bản chính; người yêu cầu chịu trách nhiệm về nội dung, tính hợp lệ, hợp pháp của giấy tờ, văn bản làm căn cứ "
    "để chứng thực bản sao. Mọi sửa chữa, tẩy xóa hoặc thêm bớt nội dung trên bản gốc phải được cơ quan có thẩm quyền "
    "xác nhận bằng văn bản. Trường hợp có khiếu nại, các bên thống nhất giải quyết bằng thương lượng, hòa giải. "
)
PAPER = (249, 246, 238)


@functools.cache
def typed_page(width: int = 1240, height: int = 1754, size: int = 26, left: int = 150, top: int = 160) -> Image.Image:
    """A4 at 150 dpi with a title and ragged lines of text."""
    page = Image.new("RGB", (width, height), PAPER)
    draw = ImageDraw.Draw(page)
    font = ImageFont.truetype(FONT, size)
    draw.text((width / 2, top), "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", font=font, fill=(25, 25, 30), anchor="mt")
    words = (TEXT * 8).split()
    y, line = top + 3 * size, ""
    while y < height - top - 2 * size:
        while words and draw.textlength(f"{line} {words[0]}", font=font) < width - 2 * left:
            line = f"{line} {words.pop(0)}".strip()
        draw.text((left, y), line, font=font, fill=(25, 25, 30))
        y, line = y + int(1.5 * size), ""
    return page


def as_raw(image: Image.Image | np.ndarray, dpi: float | None = None) -> RawPage:
    """The image as if it had been loaded."""
    return RawPage(number=1, scan=0, frame=0, image=np.ascontiguousarray(image), dpi=dpi, to_file=Matrix.identity())


def page_of(image: Image.Image | np.ndarray, dpi: float | None = None) -> Page:
    """The one page of the image, normalised."""
    (page,) = capture.normalise(as_raw(image, dpi))
    return page


@pytest.fixture
def typed() -> Image.Image:
    """A4 at 150 dpi with a title and ragged lines of text."""
    return typed_page().copy()


@pytest.fixture
def draw_page() -> Callable[..., Image.Image]:
    """`typed_page` with other sizes and margins."""
    return lambda **options: typed_page(**options).copy()


@pytest.fixture
def normalised() -> Callable[..., Page]:
    """Normalise an image as if it had been loaded, with what the file says of its resolution."""
    return page_of
