"""What the register prints is PDF/A in the eyes of veraPDF: month, year, slips, copies on paper."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

import pyhncert
from pyhncert import keep
from pyhncert.office import init_trial
from pyhncert.values import Decision

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900), pytest.mark.xdist_group("judges")]


def test_verapdf_finds_the_prints_of_the_register_compliant_with_pdf_a_3u(tmp_path: Path, jar: str, command) -> None:
    from draw import draw

    image, truth = draw("small", 3)
    image.save(tmp_path / "small.png", dpi=(truth["dpi"], truth["dpi"]))
    office = pyhncert.open_office(init_trial(tmp_path / "office"))
    copy = office.certify([tmp_path / "small.png"], decide=lambda _: Decision(approved=True), copies=3, paper_copies=2)
    line = office.register.find(copy.code)
    assert line is not None
    dossier, _ = office.receive(requester="Đặng Thị Quỳnh Như", extra_days=2)
    later = line.certified_at.replace(year=line.year + 1, month=1, day=1)
    year = keep.yearly_pdf(
        office.register.lines(),
        office.register.books(),
        unit=line.unit,
        symbol="SCT/BS",
        year=line.year,
        font=office.font,
        now=later,
        trial=True,
    )
    prints = {
        "month": office.register.monthly_pdf(year=line.year, month=line.certified_at.month),
        "year": year,
        "paper": office.paper_copy(copy.code),
        "appointment": office.appointment_slip(dossier.code),
        "refusal": office.refusal_slip(office.refuse("R2", words="rách góc")),
    }
    files = []
    for name, data in prints.items():
        files.append(tmp_path / f"{name}.pdf")
        files[-1].write_bytes(data)
    words = [command("java"), "-jar", jar, "pdfa", *map(str, files), "--flavour", "3u"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(re.findall(r"flavour=3u compliant=true", done.stdout)) == len(prints)
