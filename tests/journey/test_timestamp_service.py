"""A timestamp service on the network: one that answers gives B-LT, one that is silent never stops a copy (DESIGN 4)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from tsa_double import point_at, running

import pyhncert
from pyhncert.identify import TrialAuthority
from pyhncert.office import init_trial, now_in_vietnam


@pytest.fixture
def service(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """An office and an RFC 3161 service on loopback that its own authority runs."""
    folder = init_trial(tmp_path / "office")
    with running(TrialAuthority(folder, clock=now_in_vietnam, randomness=os.urandom)) as (double,):
        yield folder, double.url


def test_a_service_that_answers_gives_the_level_that_was_asked(service, small, officer):
    folder, url = service
    point_at(folder, url)
    office = pyhncert.open_office(folder)
    copy = office.certify([small], decide=officer)
    assert (copy.level, copy.notes) == ("B-LT", ())
    assert office.verify(copy.pdf).verdict == "valid"


def test_a_silent_service_lowers_the_level_and_says_so(new_folder, small, officer):
    point_at(new_folder, "http://127.0.0.1:9/tsa")
    office = pyhncert.open_office(new_folder)
    copy = office.certify([small], decide=officer)
    assert (copy.level_asked, copy.level) == ("B-LT", "B-B")
    assert any("silent" in note.en for note in copy.notes)
    assert copy.receipt["states"][-1]["level"] == "B-B"
    report = office.verify(copy.pdf)
    assert report.verdict == "valid"
    assert report.level == "B-B"


def test_doctor_names_the_silent_service_as_one_that_may_answer_later(new_folder):
    point_at(new_folder, "http://127.0.0.1:9/tsa")
    checks = {check.name: check for check in pyhncert.open_office(new_folder).doctor()}
    assert (checks["timestamps"].ok, checks["timestamps"].exit_code) == (False, 75)


def test_a_certificate_in_another_name_is_refused_before_a_number_is_used(new_folder, small, officer):
    settings = new_folder / "office.toml"
    settings.write_text(settings.read_text("utf-8").replace("Nguyễn Văn Mẫu", "Trần Văn Khác"), "utf-8")
    office = pyhncert.open_office(new_folder)
    with pytest.raises(pyhncert.errors.CertificateFault, match="Trần Văn Khác"):
        office.certify([small], decide=officer)
    assert list(office.register.lines()) == []
