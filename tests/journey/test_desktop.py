"""A file signed with the desktop tool, by an officer who may."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from desktop_double import Tool, pem_of, running

import pyhncert
from pyhncert.errors import Blocked, CertificateFault, KeyFault, RevocationFault, UsageFault
from pyhncert.issue._sign_structure import read_revisions
from pyhncert.office import init_trial
from pyhncert.values import VIETNAM

NOW = dt.datetime(2026, 11, 23, 9, 30, tzinfo=VIETNAM)
GOLDEN = next((Path(__file__).parents[1] / "golden").rglob("*.pdf"))


@pytest.fixture
def made(tmp_path):
    folder = init_trial(tmp_path / "office", clock=lambda: NOW)
    keys = [pem_of((folder / "keys" / f"{name}.pem").read_bytes()) for name in ("officer", "agency")]
    return folder, Tool(*keys[0], others=keys[1])


def office_with(folder: Path, url: str, *, key: str = "officer", extra: str = "", now: dt.datetime = NOW):
    file = folder / "office.toml"
    text = file.read_text("utf-8").replace('id = "officer"', f'id = "officer"\n{extra}')
    section = f'\n[desktop]\nurl = "{url}"\ntimeout_s = 20\ncertificates = {{officer = "keys/{key}.pem"}}\n'
    file.write_text(text + section, "utf-8")
    return pyhncert.open_office(folder, clock=lambda: now)


@pytest.fixture(scope="module")
def pdf():
    data = GOLDEN.read_bytes()
    return data[: read_revisions(data)[0].end]


def test_an_officer_signs_and_another_persons_signature_is_refused(made, pdf):
    folder, tool = made
    with running(tool) as url:
        office = office_with(folder, url)
        done = office.sign_on_desktop(pdf, officer="officer")
        assert done.startswith(pdf) and done != pdf
        tool.fault = "other"
        with pytest.raises(KeyFault, match="not that of"):
            office.sign_on_desktop(pdf)


def test_who_may_not_sign_is_refused_before_the_tool_is_asked(made, pdf):
    folder, tool = made
    ended = 'delegation = {decision = "1", from = 2026-01-01, until = 2026-01-31}'
    with running(tool) as url:
        with pytest.raises(Blocked, match="ended on"):
            office_with(folder, url, extra=ended).sign_on_desktop(pdf)
        assert not tool.calls


@pytest.mark.parametrize(
    ("settings", "fault"),
    [
        ({"key": "agency"}, CertificateFault),
        ({"now": NOW + dt.timedelta(days=4000)}, (CertificateFault, RevocationFault)),
    ],
)
def test_a_certificate_of_somebody_else_or_past_its_day_is_refused(made, pdf, settings, fault):
    folder, tool = made
    with running(tool) as url:
        with pytest.raises(fault):
            office_with(folder, url, **settings).sign_on_desktop(pdf)
        assert not tool.calls


def test_settings_that_are_wrong_or_missing_are_told(made, pdf):
    folder, _ = made
    with pytest.raises(UsageFault, match="no desktop signing tool"):
        pyhncert.open_office(folder, clock=lambda: NOW).sign_on_desktop(pdf)
    with pytest.raises(UsageFault, match="address of this machine"):
        office_with(folder, "wss://sign.example.vn/").sign_on_desktop(pdf)
    file = folder / "office.toml"
    file.write_text(file.read_text("utf-8").replace('{officer = "keys/officer.pem"}', "{officer = 1}"), "utf-8")
    with pytest.raises(UsageFault, match=r"desktop\.certificates"):
        pyhncert.open_office(folder)
