"""Several papers on one glass: refused where one is asked, pages of their own once the officer says so."""

from __future__ import annotations

import io

import pikepdf
import pytest
from PIL import Image
from scans import picture

from pyhncert import errors
from pyhncert.values import Decision, Matrix, Override, Proposal


def insists(_: Proposal) -> Decision:
    return Decision(approved=True, overrides=(Override(code="two_papers", reason="hai tờ của một bản chính"),))


def sizes_mm(pdf: bytes, count: int) -> list[tuple[float, float]]:
    """Of the originals as they are placed on the first pages; a page may be longer, by the strip of its marks."""
    with pikepdf.open(io.BytesIO(pdf)) as copy:
        steps = [pikepdf.parse_content_stream(page) for page in copy.pages[:count]]
        placed = [next(s.operands for s in page if str(s.operator) == "cm") for page in steps]
        return [(float(m[0]) * 25.4 / 72, float(m[3]) * 25.4 / 72) for m in placed]


@pytest.fixture
def two(small, drawn):
    glass = Image.new("RGB", (1654, 2339), (60, 60, 60))
    glass.paste(picture(drawn("small", 2)), (250, 1250))
    glass.paste(picture(small), (200, 150))
    out = io.BytesIO()
    glass.save(out, "png", dpi=(200, 200))
    return out.getvalue()


def test_two_papers_are_refused_and_become_two_pages_once_the_officer_insists(office, officer, two):
    with pytest.raises(errors.QualityRefused) as refused:
        office.certify([two], decide=officer)
    assert [finding.code for finding in refused.value.findings] == ["two_papers"]
    copy = office.certify([two], decide=insists)
    report = office.verify(copy.pdf)
    assert report.verdict == "valid"
    pages = report.act["pages"]
    assert [(page["number"], page["scan"], page["frame"]) for page in pages] == [(1, 0, 0), (2, 0, 0)]
    assert all(page["raw_size"] == [1654, 2339] for page in pages)
    for page, corner in zip(pages, ((200, 150), (250, 1250)), strict=True):
        assert Matrix(tuple(page["matrix"])).apply(corner) == pytest.approx((0, 0), abs=4)
    for shown in sizes_mm(copy.pdf, 2):
        assert shown == pytest.approx((148, 105), rel=0.01)


def test_the_two_sides_of_a_card_are_two_pages_of_its_true_size(office, officer, drawn):
    copy = office.certify([drawn("cccd_both")], decide=officer)
    report = office.verify(copy.pdf)
    assert report.verdict == "valid"
    assert report.act["original"]["kind"] == "cccd"
    assert report.act["original"]["pages"] == 2
    for shown in sizes_mm(copy.pdf, 2):
        assert shown == pytest.approx((85.6, 53.98), rel=0.02)  # the drawing has a dark rim of 0.4 mm around the card
