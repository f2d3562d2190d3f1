"""Small pages for the tests of capture, drawn on the spot."""

from __future__ import annotations

import functools
import io

import cv2
import numpy as np
import pytest
from PIL import Image

LINES = (
    "CONG HOA XA HOI CHU NGHIA VIET NAM",
    "Doc lap - Tu do - Hanh phuc",
    "Nguoi yeu cau chiu trach nhiem ve noi dung,",
    "tinh hop le, hop phap cua giay to, van ban",
    "lam can cu de chung thuc ban sao tu ban chinh",
    "ban sao duoc chung thuc co gia tri su dung",
    "thay cho ban chinh da dung de doi chieu",
    "trong cac giao dich, tru truong hop khac",
    "theo quy dinh hien hanh cua phap luat",
    "ve viec cap, quan ly va luu tru ho so",
)


@functools.cache
def _typed(width: int, height: int, scale: float) -> np.ndarray:
    page = np.full((height, width, 3), (250, 247, 240), np.uint8)
    pitch = height / (len(LINES) + 4)
    for i, line in enumerate(LINES):
        at = (int(0.1 * width), int((i + 2.5) * pitch))
        cv2.putText(page, line, at, cv2.FONT_HERSHEY_COMPLEX, scale, (25, 25, 30), 1, cv2.LINE_AA)
        # The dots that Vietnamese has above its letters.
        for x in range(at[0] + 9, int(0.8 * width), 31):
            cv2.circle(page, (x, at[1] - int(32 * scale)), 1, (25, 25, 30), -1, cv2.LINE_AA)
    return page


@pytest.fixture
def typed() -> np.ndarray:
    """A typed page of 620 x 877 pixels (A4 at 75 dpi), RGB."""
    return _typed(620, 877, 0.62).copy()


def png(image: np.ndarray, **options: object) -> bytes:
    """The image as PNG."""
    return saved(image, "PNG", **options)


def saved(image: np.ndarray | Image.Image, kind: str, **options: object) -> bytes:
    """The image in a format of Pillow's."""
    out = io.BytesIO()
    (image if isinstance(image, Image.Image) else Image.fromarray(image)).save(out, kind, **options)
    return out.getvalue()
