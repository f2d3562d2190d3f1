"""Who may sign: a delegation in force, for this kind of paper, and an algorithm that still proves something."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

import pyhncert
from pyhncert.errors import Blocked, CertificateFault, UsageFault
from pyhncert.identify import Algorithms, algorithms
from pyhncert.office import init_trial
from pyhncert.values import VIETNAM

NOW = dt.datetime(2026, 11, 23, 9, 30, tzinfo=VIETNAM)
WHOLE = '{decision = "12/QĐ-UBND", from = 2026-01-01, until = 2026-12-31}'


def office_with(folder: Path, delegation: str, now: dt.datetime = NOW):
    made = init_trial(folder / "office", clock=lambda: NOW)
    file = made / "office.toml"
    text = file.read_text("utf-8").replace('id = "officer"', f'id = "officer"\ndelegation = {delegation}')
    file.write_text(text, "utf-8")
    return pyhncert.open_office(made, clock=lambda: now)


def test_a_delegation_in_force_signs_and_stays_with_the_act(tmp_path, officer, small) -> None:
    office = office_with(tmp_path, WHOLE)
    copy = office.certify([small], decide=officer)
    line = office.register.find(copy.code)
    record = json.loads(office.register.decision(line.act_id)[1])
    assert record["delegation"] == {
        "decision": "12/QĐ-UBND",
        "from": "2026-01-01",
        "until": "2026-12-31",
        "kinds": [],
    }
    assert "delegation officer" in {found.name for found in office.doctor() if found.ok}


@pytest.mark.parametrize(
    ("span", "said"),
    [
        ("from = 2026-12-01, until = 2026-12-31", "begins only on 01/12/2026"),
        ("from = 2026-01-01, until = 2026-11-22", "ended on 22/11/2026"),
    ],
)
def test_one_that_is_not_in_force_is_refused_before_anything_slow(tmp_path, officer, small, span, said) -> None:
    office = office_with(tmp_path, f'{{decision = "12/QĐ-UBND", {span}}}')
    with pytest.raises(Blocked, match=said) as caught:
        office.certify([small], decide=officer)
    assert "ủy quyền" in caught.value.vi and not list(office.register.lines())
    assert [found.exit_code for found in office.doctor() if found.name == "delegation officer"] == [12]


def test_on_its_first_and_last_day_it_holds(tmp_path, officer, small) -> None:
    office = office_with(tmp_path, '{decision = "1", from = 2026-11-23, until = 2026-11-23}')
    assert office.certify([small], decide=officer).code


def test_one_for_other_papers_is_refused(tmp_path, officer, small) -> None:
    office = office_with(tmp_path, WHOLE[:-1] + ', kinds = ["khai_sinh"]}')
    with pytest.raises(Blocked, match="not for this paper"):
        office.certify([small], decide=officer)
    assert not list(office.register.lines())


@pytest.mark.parametrize(
    "delegation",
    [
        '"12/QĐ-UBND"',
        '{decision = "1", from = 2026-01-01}',
        '{decision = "1", from = 2026-01-02, until = 2026-01-01}',
        '{decision = "1", from = "2026-01-01", until = 2026-12-31}',
        '{decision = "1", from = 2026-01-01, until = 2026-12-31, whom = "x"}',
        '{decision = "1", from = 2026-01-01, until = 2026-12-31, kinds = [1]}',
    ],
)
def test_settings_that_are_wrong_are_told(tmp_path, delegation) -> None:
    with pytest.raises(UsageFault, match="delegation"):
        office_with(tmp_path, delegation)


def test_an_algorithm_that_proves_nothing_any_more_is_refused(tmp_path, officer, small, monkeypatch) -> None:
    office = office_with(tmp_path, WHOLE)
    weak = Algorithms({**algorithms().digests, "sha256": dt.date(2026, 1, 1)}, algorithms().entries)
    monkeypatch.setattr("pyhncert._mandate.algorithms", lambda: weak)
    with pytest.raises(CertificateFault, match="prove nothing any more"):
        office.certify([small], decide=officer)
