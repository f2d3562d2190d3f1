"""Refusals R1 to R6: each is logged with officer, reason, time, and printed as a slip that cites the law (SPEC 1.4)."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest
from mediums import only_sqlite

from pyhncert import keep
from pyhncert.errors import UsageFault
from pyhncert.issue import prepare_font

FACTS = {"requester": "Nguyễn Thị Đào", "original": "Bằng tốt nghiệp", "words": "thiếu góc có số hiệu"}


@pytest.fixture(scope="session")
def font():
    return prepare_font(Path(str(files("font_source_serif_pro") / "files" / "SourceSerifPro-Regular.ttf")))


def text_of(pdf, tmp_path):
    (tmp_path / "slip.pdf").write_bytes(pdf)
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (poppler-utils) is not installed")
    run = subprocess.run(["pdftotext", "-layout", tmp_path / "slip.pdf", "-"], capture_output=True, check=True)
    pages = run.stdout.decode().split("\f")[:-1]
    assert len(pages) == 1
    return " ".join(pages[0].split())


@pytest.mark.parametrize("reason", keep.refusal_reasons())
def test_each_reason_makes_a_line_and_a_slip(register, font, tmp_path, clock, reason):
    refusal = register.refuse(officer="Trần Văn Bình", reason=reason, pages=2, **FACTS)
    assert register.refusals() == (refusal,)
    assert register.refusal(1) == refusal
    assert (refusal.number, refusal.at, refusal.officer, refusal.reason) == (1, clock(), "Trần Văn Bình", reason)
    pdf = keep.refusal_pdf(refusal, agency="ỦY BAN NHÂN DÂN PHƯỜNG CỬA NAM", font=font, now=clock())
    text = text_of(pdf, tmp_path)
    for words in ("PHIẾU TỪ CHỐI", "Điều 22", "TRẦN VĂN BÌNH".title(), "09 giờ 30 phút, ngày 24/11/2026", "01/TC"):
        assert words in text
    law = keep.refusal_reasons()[reason]
    assert law.basis.split(" (")[0].split(",")[-1].strip() in text
    assert law.vi.split(";")[0].split(",")[0] in text


@only_sqlite
def test_with_r3_nothing_of_the_paper_is_kept(register, path, font, tmp_path, clock):
    refusal = register.refuse(officer="Trần Văn Bình", reason="R3", pages=3, **FACTS)
    assert (refusal.requester, refusal.original, refusal.words, refusal.dossier) == ("", "", "", "")
    register.leave()
    data = b"".join(f.read_bytes() for f in path.parent.glob("register.sqlite*"))
    assert all(said.encode() not in data for said in FACTS.values())
    pdf = keep.refusal_pdf(refusal, agency="UBND", font=font, now=clock(), requester=FACTS["requester"])
    assert "Không lưu bản quét" in text_of(pdf, tmp_path)


def test_reasons_that_only_an_officer_sees_are_marked():
    assert [code for code, reason in keep.refusal_reasons().items() if reason.officer_only] == ["R4"]
    assert [code for code, reason in keep.refusal_reasons().items() if reason.keeps_nothing] == ["R3"]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [({"reason": "R7"}, "no reason of the law"), ({"officer": " "}, "an officer"), ({"pages": 0}, "one page")],
)
def test_a_refusal_that_says_too_little_is_refused(register, wrong, message):
    with pytest.raises(UsageFault, match=message):
        register.refuse(**({"officer": "An", "reason": "R1", "pages": 1} | wrong))
    assert register.refusals() == ()
    with pytest.raises(UsageFault, match="no such refusal"):
        register.refusal(1)


def received(register, clock, originals):
    new = keep.NewDossier(unit="U", originals=originals, steps=(("checking", clock()),))
    return register.receive(new).code


def test_a_file_whose_one_original_is_refused_is_rejected(register, clock):
    code = received(register, clock, 1)
    register.refuse(officer="An", reason="R2", dossier=code)
    found = register.dossier(code)
    assert (found.state, found.portal) == ("rejected", 3)
    assert register.dossier_events(code)[-1].facts == {"reason": "R2"}
    with pytest.raises(UsageFault, match="does not become"):
        register.refuse(officer="An", reason="R2", dossier=code)
    assert len(register.refusals()) == 1


def test_a_file_with_several_originals_has_one_less(register, acts, clock):
    code = received(register, clock, 2)
    register.refuse(officer="An", reason="R5", dossier=code)
    assert register.dossier(code).originals == 1
    acts.finish(register, acts.reserve(register, dossier=code))
    assert register.dossier(code).portal == 9


def test_the_appointment_slip_says_what_hour_and_day(register, clock, font, tmp_path):
    due = keep.due(clock(), extra_days=2)
    steps = (("submitted", clock()), ("checking", clock()))
    new = keep.NewDossier(
        unit="U", agency="H26.12.3", requester="Đặng Thị Quỳnh Như " * 4, originals=3, due_at=due.at, steps=steps
    )
    dossier = register.receive(new)
    said = {"agency": "ỦY BAN NHÂN DÂN PHƯỜNG CỬA NAM", "receiver": "Lê Thị Hoa", "place": "Quầy 3", "font": font}
    text = text_of(keep.appointment_pdf(dossier, now=clock(), trial=True, **said), tmp_path)
    for words in (
        "H26.12.3-261124-0001",
        "03 bản chính",
        "17 giờ 00 phút, ngày 26/11/2026",
        "09 giờ 30 phút, ngày 24/11/2026",
        "Lê Thị Hoa",
        "không có giá trị pháp lý",
    ):
        assert words in text
    with pytest.raises(UsageFault, match="has no due time"):
        keep.appointment_pdf(replace(dossier, due_at=None), now=clock(), **said)
