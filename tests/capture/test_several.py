"""Several papers on one scan become several pages, each with its own way back."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from pyhncert import capture
from pyhncert.errors import ScanError
from pyhncert.values import Matrix, RawPage

BED = (40, 40, 42)
NEAR = 4


def scanned(scene: Image.Image, dpi: float | None = None, **options) -> tuple:
    image = np.ascontiguousarray(scene)
    raw = RawPage(number=1, scan=2, frame=3, image=image, dpi=dpi, to_file=Matrix.identity())
    return capture.normalise(raw, **options)


@pytest.fixture
def two(typed):
    """A5 twice on a dark bed, the lower one first."""
    scene = Image.new("RGB", (2000, 1500), BED)
    small = typed.resize((840, 1188))
    scene.paste(small, (1060, 150))
    scene.paste(small, (80, 190))
    return scene


def test_two_sheets_are_two_pages_from_left_to_right(two):
    left, right = scanned(two, number=5)
    for page, corner in ((left, (80.0, 190.0)), (right, (1060.0, 150.0))):
        assert page.size == pytest.approx((840, 1188), abs=NEAR)
        assert page.matrix.apply(corner) == pytest.approx((0, 0), abs=NEAR)
    assert [(page.number, page.scan, page.frame) for page in (left, right)] == [(5, 2, 3), (6, 2, 3)]
    assert [page.measures.papers for page in (left, right)] == [2, 1]


def test_the_limit_counts_pages_and_not_pictures(two):
    assert len(scanned(two, limits=capture.Limits(max_pages=2))) == 2
    with pytest.raises(ScanError, match="more than 1 pages"):
        scanned(two, limits=capture.Limits(max_pages=1))
    with pytest.raises(ScanError, match="more than 5 pages") as refused:
        scanned(two, number=5, limits=capture.Limits(max_pages=5))
    assert "hơn 5 trang" in refused.value.vi
    assert refused.value.hint_vi


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_the_order_is_that_of_a_reader_who_holds_the_scan_upright(two, quarters):
    turned = two.rotate(-90 * quarters, expand=True)
    left, right = scanned(turned)
    assert [page.turned for page in (left, right)] == [90 * quarters] * 2
    corner = left.matrix.inverse().apply((0.0, 0.0))
    undone = Matrix((1, 0, -turned.width / 2, 0, 1, -turned.height / 2, 0, 0, 1))
    for _ in range(quarters):
        undone = undone.then(Matrix((0, 1, 0, -1, 0, 0, 0, 0, 1)))
    assert undone.apply(corner) == pytest.approx((80 - 1000, 190 - 750), abs=NEAR)


def test_two_sides_of_one_card_are_two_pages_and_one_paper(draw_page):
    scene = Image.new("RGB", (2480, 3508), BED)
    card = draw_page(width=1011, height=638, size=26, left=60, top=60)
    scene.paste(card, (300, 1500))
    scene.paste(card, (420, 400))
    upper, lower = scanned(scene, 300)
    for page, corner in ((upper, (420.0, 400.0)), (lower, (300.0, 1500.0))):
        assert page.size == pytest.approx((1011, 638), abs=NEAR)
        assert (page.dpi, page.dpi_source) == (300, "file")
        assert page.matrix.apply(corner) == pytest.approx((0, 0), abs=NEAR)
        assert page.measures.papers == 1
