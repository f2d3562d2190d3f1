"""`recognise.read`, for other programs: an array or a file in, lines in the caller's own pixels out."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from pyhncert import recognise
from pyhncert.errors import ScanError, UsageFault
from pyhncert.values import Quad


@pytest.fixture(scope="module")
def picture() -> tuple[np.ndarray, dict[str, Any]]:
    """A decision on A6, 200 dpi, and its truth."""
    from draw import draw

    image, truth = draw("small", 1)
    return np.asarray(image.convert("RGB")), truth


@pytest.fixture(scope="module")
def pages(picture: Any, reader: Any) -> tuple[recognise.PageText, ...]:
    image, truth = picture
    return recognise.read(image, dpi=truth["dpi"], reader=reader)


def png(image: np.ndarray, dpi: float) -> bytes:
    out = io.BytesIO()
    Image.fromarray(image).save(out, "png", dpi=(dpi, dpi), compress_level=1)
    return out.getvalue()


def middle(quad: Quad) -> tuple[float, float]:
    return sum(p[0] for p in quad) / 4, sum(p[1] for p in quad) / 4


def within(point: tuple[float, float], quad: Any, room: float = 6) -> bool:
    xs, ys = [p[0] for p in quad], [p[1] for p in quad]
    return min(xs) - room <= point[0] <= max(xs) + room and min(ys) - room <= point[1] <= max(ys) + room


def test_lines_lie_where_they_are_printed_and_hold_what_their_types_promise(picture, pages):
    image, truth = picture
    (page,) = pages
    assert (page.number, page.frame, page.size) == (1, 0, (image.shape[1], image.shape[0]))
    assert page.dpi == truth["dpi"] and page.dpi_source == "file"
    assert page.turned == 0 and abs(page.skew_deg) < 3
    printed = {line["text"]: line["quad"] for line in truth["lines"]}
    exact = [line for line in page.lines if line.text in printed]
    assert len(exact) > 0.6 * len(printed)
    for line in exact:
        assert within(middle(line.quad), printed[line.text])
        assert 0 <= line.confidence <= 1
        for word in line.words:
            assert 0 <= word.confidence <= 1
            assert within(middle(word.quad), printed[line.text])
    assert page.text == "\n".join(line.text for line in page.lines)


def test_the_bytes_of_a_file_and_its_pixels_read_the_same(picture, pages, reader):
    image, truth = picture
    (page,) = recognise.read(png(image, truth["dpi"]), reader=reader)
    assert page.lines == pages[0].lines


def test_places_are_those_of_the_picture_also_when_it_lies_on_its_side(picture, pages, reader):
    image, truth = picture
    turned = np.rot90(image, -1)  # clockwise; no copy, so not contiguous
    (page,) = recognise.read(turned, dpi=truth["dpi"], reader=reader)
    assert page.turned == 90 and page.size == (image.shape[0], image.shape[1])
    upright = {line.text: line.quad for line in pages[0].lines}
    same = [line for line in page.lines if line.text in upright]
    assert len(same) > 0.8 * len(upright)
    for line in same:
        x, y = middle(upright[line.text])
        assert within((image.shape[0] - y, x), line.quad)


def test_each_picture_of_a_file_is_read_and_named(picture, pages, reader, tmp_path):
    image, truth = picture
    path = tmp_path / "two.pdf"
    first = Image.fromarray(image)
    first.save(path, save_all=True, append_images=[first], resolution=truth["dpi"])
    found = recognise.read(path, reader=reader)
    assert [(page.number, page.frame) for page in found] == [(1, 0), (2, 1)]
    assert all(page.lines for page in found)


def test_what_the_caller_handed_in_stays_as_it_is(picture, reader):
    image, truth = picture
    mine = image.copy()
    recognise.read(mine, dpi=truth["dpi"], reader=reader)
    np.testing.assert_array_equal(mine, image)
    mine.flags.writeable = False
    assert recognise.read(mine, dpi=truth["dpi"], reader=reader)


@pytest.mark.parametrize(
    ("array", "said"),
    [
        (np.zeros((300, 300), np.uint8), "uint8 of shape"),
        (np.zeros((300, 300, 4), np.uint8), r"\(300, 300, 4\)"),
        (np.zeros((300, 300, 3), np.float32), "float32"),
    ],
)
def test_an_array_of_another_form_is_a_usage_fault_that_says_which_is_wanted(array, said):
    with pytest.raises(UsageFault, match=said):
        recognise.read(array)


@pytest.mark.parametrize("dpi", [0, -300, float("nan")])
def test_no_resolution_is_a_usage_fault(dpi):
    with pytest.raises(UsageFault, match="no resolution"):
        recognise.read(np.zeros((300, 300, 3), np.uint8), dpi=dpi)


def test_what_is_no_page_is_a_scan_error(picture):
    image, truth = picture
    with pytest.raises(ScanError, match="at least 200"):
        recognise.read(np.zeros((100, 900, 3), np.uint8))
    with pytest.raises(ScanError):
        recognise.read(png(image, truth["dpi"])[:-2000])


def test_a_blank_picture_is_a_page_without_lines(reader):
    (page,) = recognise.read(np.full((900, 700, 3), 255, np.uint8), reader=reader)
    assert page.lines == () and page.text == ""
