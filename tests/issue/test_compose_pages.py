"""The page image of the copy, and the map of its free area."""

from __future__ import annotations

import hashlib

import cv2
import numpy as np
import pytest

from pyhncert import issue
from pyhncert.errors import StorageFault
from pyhncert.issue._faithful import room
from pyhncert.issue._free import FreeArea


def decoded(record):
    return cv2.imdecode(np.frombuffer(record.stream(), np.uint8), cv2.IMREAD_COLOR)[:, :, ::-1]


def test_the_copy_keeps_size_colour_and_ink(paper):
    page = paper()
    seen = decoded(issue.encode_page(page))
    assert seen.shape == page.image.shape
    assert np.abs(seen.astype(int).mean((0, 1)) - page.image.mean((0, 1))).max() < 1
    dark = page.image.max(axis=2) < 100
    sure = cv2.erode(dark.astype(np.uint8), np.ones((3, 3))) > 0
    paper_sure = cv2.dilate(dark.astype(np.uint8), np.ones((9, 9))) == 0
    gray = seen.mean(axis=2)
    assert sure.any() and gray[sure].max() < 128 < 200 < gray[paper_sure].min()


def test_the_record_names_the_bytes_and_keeps_no_pixels(paper):
    page = paper(80, 60)
    record = issue.encode_page(page)
    assert record.sha256 == hashlib.sha256(record.stream()).digest()
    assert (record.length, record.size) == (len(record.stream()), page.size)
    assert not any(isinstance(getattr(record, name), np.ndarray) for name in record.__slots__)
    assert len(record.free.bits) < 3000


def test_a_spooled_page_is_the_same_page(paper, tmp_path):
    page = paper(80, 60)
    spooled, held = issue.encode_page(page, spool=tmp_path), issue.encode_page(page)
    assert spooled.jpeg == tmp_path / "page-0001.jpg"
    assert (spooled.stream(), spooled.sha256) == (held.stream(), held.sha256)


def test_a_spool_that_cannot_be_written_is_a_storage_fault(paper, tmp_path):
    with pytest.raises(StorageFault):
        issue.encode_page(paper(50, 40), spool=tmp_path / "absent")


def test_a_page_too_rich_for_its_size_is_made_coarser(paper):
    rng = np.random.default_rng(1)
    plain = paper(dpi=200)
    wild = type(plain)(**{n: getattr(plain, n) for n in plain.__slots__} | {
        "image": rng.integers(0, 255, plain.image.shape, np.uint8)
    })  # fmt: skip
    assert issue.encode_page(plain).length < room(plain.size, plain.dpi)
    finest = cv2.imencode(".jpg", wild.image, [cv2.IMWRITE_JPEG_QUALITY, 68])[1]
    assert issue.encode_page(wild).length < 0.95 * len(finest)


def test_print_dark_areas_and_coloured_areas_are_not_free(paper):
    page = paper(100, 100, text=(10, 20))
    mm = page.dpi / 25.4
    page.image[round(40 * mm) : round(60 * mm), round(10 * mm) : round(60 * mm)] = (90, 90, 90)
    page.image[round(70 * mm) : round(90 * mm), round(10 * mm) : round(60 * mm)] = (250, 150, 150)
    free = issue.encode_page(page).free
    cells, cell = free.cells(), free.cell_mm

    def share(left, top, right, bottom):
        return cells[round(top / cell) : round(bottom / cell), round(left / cell) : round(right / cell)].mean()

    assert share(10, 40, 60, 60) == share(10, 70, 60, 90) == 0
    assert share(10.5, 10.5, 12, 12) == 0
    assert share(5, 26, 95, 36) == share(65, 45, 95, 95) == 1


@pytest.mark.parametrize("dpi", [72, 150, 300, 600, 1200, 2400])
def test_ink_is_kept_clear_by_a_third_of_a_millimetre(paper, dpi):
    page = paper(10, 10, dpi=dpi, text=(100, 100))
    at = page.image.shape[0] // 2
    page.image[at, at] = 10
    free = issue.encode_page(page).free
    rows, columns = np.nonzero(~free.cells())
    mm = dpi / 25.4
    for line in (rows, columns):
        assert line.min() * free.cell_mm <= at / mm - 0.3
        assert (line.max() + 1) * free.cell_mm >= (at + 1) / mm + 0.3
        assert (line.max() - line.min()) * free.cell_mm <= 1.5


def test_places_agree_with_a_plain_search():
    rng = np.random.default_rng(3)
    cells = rng.random((40, 30)) > 0.02
    free = FreeArea.of(cells, 0.5)
    np.testing.assert_array_equal(free.cells(), cells)
    found = free.places(2.2, 1.5, edge_mm=1.0)
    for row in range(2, 38 - 3 + 1):
        for column in range(2, 28 - 5 + 1):
            fits = cells[row : row + 3, column : column + 5].all()
            assert found.fits[row - found.row, column - found.column] == fits
    wished = found.nearest(5, 5)
    assert wished is not None and cells[int(wished[1] / 0.5), int(wished[0] / 0.5)]


def test_a_taken_box_is_not_free_and_a_box_too_large_fits_nowhere():
    free = FreeArea.clear(50, 40)
    assert free.places(50, 10).nearest(0, 0) is None
    assert free.places(42, 32).nearest(0, 0) == (4, 4)
    left = free.without(10.2, 10.2, 5, 5).cells()
    assert not left[20:31, 20:31].any() and left.sum() == 80 * 100 - 11 * 11
