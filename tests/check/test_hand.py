"""What a hand put on the paper, in findings."""

from __future__ import annotations

import datetime as dt

import pytest

from pyhncert import check
from pyhncert.values import Kind, Marks, Measures, PageFacts, Reading, Region, Seal, Words

TODAY = dt.date(2026, 11, 24)
QUAD = ((10.0, 10.0), (60.0, 10.0), (60.0, 40.0), (10.0, 40.0))


def seal(colour, overlap=0.0, hue_spread=None):
    return Seal(
        hue_spread=hue_spread,
        colour=colour,
        centre=(500.0, 600.0),
        radius_px=213.0,
        radius_mm=18.0,
        quality=0.9,
        rim=1.0,
        overlap=overlap,
    )


@pytest.fixture
def said(line_of):
    """Findings of one page with these marks: code -> finding."""

    def run(kind="quyet_dinh", **marks):
        page = PageFacts(
            number=1,
            size=(2480, 3508),
            dpi=300.0,
            dpi_source="file",
            measures=Measures(sharpness=1.0, ink_share=0.05, contrast=200.0, text_height_px=30.0),
            marks=Marks(**marks),
        )
        lines = tuple(line_of("Điều 1. Thành lập tổ công tác theo quyết định này", top=400 + 60 * i) for i in range(5))
        reading = Reading(page=1, lines=lines, reader="test")
        paper = Kind(key=kind, name=Words("Quyết định", "decision"), title="QUYẾT ĐỊNH", confidence=1.0, page=1)
        return {f.code: f for f in check.findings([page], [reading], paper, [], today=TODAY)}

    return run


def test_a_red_seal_is_told_with_its_size_and_how_much_of_the_signature_it_covers(said):
    found = said(seals=(seal("red", 0.31),))["seal"]
    assert found.severity == "pass" and "36 mm" in found.reason.vi
    assert "31 % chữ ký" in found.reason.vi and "31 % of a signature" in found.reason.en
    assert "chữ ký" not in said(seals=(seal("red"),))["seal"].reason.vi


@pytest.mark.parametrize("colour", ["blue", "black"])
def test_a_seal_of_another_colour_is_a_warning_where_a_red_one_is_needed(colour, said):
    found = said(seals=(seal(colour),))
    assert found[f"{colour}_seal"].severity == "warn"
    assert "no_seal" not in found and "seal" not in found
    both = said(seals=(seal(colour), seal("red")))
    assert "seal" in both and f"{colour}_seal" not in both
    assert f"{colour}_seal" not in said(kind="can_cuoc", seals=(seal(colour),))


@pytest.mark.parametrize(("spread", "warned"), [(0.2, True), (0.05, False), (None, False)])
def test_a_seal_of_printers_dots_is_a_suspicion_and_never_a_block(spread, warned, said):
    found = said(seals=(seal("red", hue_spread=spread),))
    assert ("photocopy" in found) is warned
    assert not warned or found["photocopy"].severity == "warn"
    assert "seal" in found


@pytest.mark.parametrize(("code", "mark"), [("crossed_out", "strikes"), ("correction_fluid", "fluid")])
def test_what_looks_corrected_is_a_flag_with_its_place_and_never_a_block(code, mark, said):
    found = said(seals=(seal("red"),), **{mark: (QUAD, QUAD)})[code]
    assert (found.severity, found.quad, found.page) == ("warn", QUAD, 1)
    assert "2" in found.reason.vi and "2" in found.reason.en


def test_signatures_and_photographs_are_told_when_they_are_sure(said):
    sure, unsure = Region(quad=QUAD, confidence=0.8), Region(quad=QUAD, confidence=0.2)
    found = said(signatures=(sure, unsure), portraits=(sure,))
    assert "1 chữ ký" in found["signature"].reason.vi
    assert found["portrait"].severity == "pass"
    assert "signature" not in said(signatures=(unsure,))
