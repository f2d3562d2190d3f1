"""Every example: the ink of the raw page and of the copy agree outside the marks, and no mark covers ink."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from pyhncert import capture, issue

sys.path.insert(0, str(Path(__file__).parents[2] / "examples"))
KINDS = (
    "khai_sinh",
    "ket_hon",
    "bang_tn",
    "gcn_qsdd",
    "quyet_dinh",
    "cccd_both",
    "gplx",
    "hop_dong",
    "full",
    "free_area",
    "small",
)
DPI = 150


@pytest.fixture(scope="module", params=KINDS)
def example(request):
    """One raw page, and the page made of it."""
    from draw import draw

    image, _ = draw(request.param, 11, **({} if request.param == "small" else {"dpi": DPI}))
    file = io.BytesIO()
    image.save(file, "PNG", dpi=(DPI, DPI), compress_level=1)
    raw = next(iter(capture.raw_pages([capture.load(file.getvalue())], limits=capture.Limits())))
    return raw, capture.normalise(raw)[0]


def test_ink_agrees_outside_the_marks_and_no_mark_covers_ink(example, act_of, composed, render, ink):
    raw, page = example
    dpi, (width, height) = page.dpi, page.size
    record = issue.encode_page(page)
    pdf = composed(act_of([record]))
    seen, bare = render(pdf, dpi)[:height, :width], render(pdf, dpi, marks=False)[:height, :width]
    marks = np.abs(seen.astype(int) - bare).max(axis=2) > 6

    # a raw pixel centre lies at (0.5, 0.5), where OpenCV counts it as (0, 0)
    half = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])
    matrix = np.linalg.inv(half) @ np.reshape(page.matrix.m, (3, 3)) @ half
    turned = cv2.warpPerspective(raw.image, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)

    assert not (marks & ink(turned, dpi)[: seen.shape[0], : seen.shape[1]]).any(), "a mark covers ink of the raw page"
    # poppler draws nothing but this stream below the marks; it is measured undrawn, for drawing may shift it by a pixel
    copy = cv2.imdecode(np.frombuffer(record.stream(), np.uint8), cv2.IMREAD_COLOR)[:, :, ::-1]
    # what is ink by the level on one side must be near it on the other: a pale pattern may lie a gray level off
    lost = (ink(turned, dpi, 0) & ~ink(copy, dpi, k=0.2)).sum() / ink(turned, dpi, 0).sum()
    invented = (ink(copy, dpi, 0) & ~ink(turned, dpi, k=0.2)).sum() / ink(copy, dpi, 0).sum()
    assert lost < 0.001 and invented < 0.001, (lost, invented)
