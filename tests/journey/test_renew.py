"""Renewing what was issued: before it ends, once, through kills, silent services and the command."""

from __future__ import annotations

import datetime as dt
import json
from importlib import resources
from pathlib import Path

import jsonschema
import pytest

import pyhncert
from pyhncert.errors import StorageFault, Unavailable, UsageFault, VerdictError
from pyhncert.identify import TrialTimestamper
from pyhncert.office import init_trial
from pyhncert.values import VIETNAM

START = dt.datetime(2026, 11, 23, 9, 30, tzinfo=VIETNAM)
YEAR = dt.timedelta(days=365.25)


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> dt.datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def living(tmp_path: Path, clock: Clock, officer, small):
    """An office with two copies; its clock can be moved."""
    office = pyhncert.open_office(init_trial(tmp_path / "office", clock=clock), clock=clock)
    office.codes = [office.certify([small], decide=officer).code for _ in range(2)]
    return office


def levels(office) -> list[str | None]:
    return [line.level for line in office.register.lines()]


def test_nothing_is_due_on_the_first_day(living) -> None:
    assert list(living.renew()) == []


def test_what_ends_soon_is_renewed_once_and_stays_valid_for_twelve_years(living, clock) -> None:
    sealed = living.store.get(living.register.find(living.codes[0]).file_digest)
    done = []
    for years in (4.8, 9.4):
        clock.now = START + years * YEAR
        done.append([(r.level, r.error) for r in living.renew()])
        assert list(living.renew()) == []
        assert living.verify(living.codes[0]).level == "B-LTA"
    assert done == [[("B-LTA", None)] * 2] * 2
    line = living.register.find(living.codes[0])
    grown = living.store.get(line.file_digest)
    assert grown.startswith(sealed)
    assert [state["level"] for state in living.receipt(line.code)["states"]] == ["B-T", "B-LT", "B-LTA", "B-LTA"]
    clock.now = START + 12 * YEAR
    from pyhncert.verify import verify_copy

    assert verify_copy(grown, trust=living.roots, receipt=living.receipt(line.code), now=clock()).verdict == "valid"
    with pytest.raises(VerdictError) as caught:
        verify_copy(sealed, trust=living.roots, now=clock())
    assert caught.value.report.verdict == "undecided"


def test_too_late_is_said_and_changes_nothing(living, clock) -> None:
    clock.now = START + 6 * YEAR
    before = levels(living)
    found = list(living.renew())
    assert [r.error.report.verdict for r in found] == ["undecided", "undecided"]
    assert levels(living) == before == ["B-LT", "B-LT"]


@pytest.mark.parametrize("step", ["store.put", "register.grown"])
def test_a_run_that_dies_between_two_steps_is_made_good_by_the_next(living, clock, monkeypatch, step) -> None:
    clock.now = START + 4.8 * YEAR
    part, name = step.split(".")

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(getattr(living, part), name, die)
        with pytest.raises(KeyboardInterrupt):
            list(living.renew())
    assert levels(living) == ["B-LT", "B-LT"]
    assert [r.level for r in living.renew()] == ["B-LTA", "B-LTA"]
    assert living.verify(living.codes[1]).verdict == "valid"


def test_a_store_that_is_away_leaves_nothing_that_a_backup_would_miss(living, clock, monkeypatch, tmp_path) -> None:
    clock.now = START + 4.8 * YEAR
    with monkeypatch.context() as patch:
        patch.setattr(living.store.inner, "put", lambda *_, **__: (_ for _ in ()).throw(StorageFault("away", "mất")))
        assert [str(found.error) for found in living.renew()] == ["away", "away"]
    assert living.backup(tmp_path / "backup").missing == ()


def test_a_renewal_that_comes_to_no_line_leaves_no_copy_behind(living, clock, monkeypatch) -> None:
    clock.now = START + 4.8 * YEAR
    before = sorted(living.store.digests())

    def quicker(*_, **__):
        raise UsageFault("the file has grown meanwhile", "tệp vừa được bổ sung")

    with monkeypatch.context() as patch:
        patch.setattr(living.register, "grown", quicker)
        assert [str(found.error) for found in living.renew()] == ["the file has grown meanwhile"] * 2
    assert sorted(living.store.digests()) == before, "what is personal and named by no line could never be erased"
    assert [found.error for found in living.renew()] == [None, None]


def test_a_silent_service_is_named_for_each_copy_and_the_next_run_does_it(living, clock, monkeypatch) -> None:
    clock.now = START + 4.8 * YEAR

    def silent(*_: object) -> bytes:
        raise Unavailable("timestamp service does not answer", "dịch vụ dấu thời gian không trả lời")

    with monkeypatch.context() as patched:
        patched.setattr(TrialTimestamper, "token", silent)
        assert [type(r.error) for r in living.renew()] == [Unavailable, Unavailable]
    assert [r.error for r in living.renew()] == [None, None]


def test_a_copy_issued_below_the_level_asked_is_raised(tmp_path, clock, officer, small, monkeypatch) -> None:
    office = pyhncert.open_office(init_trial(tmp_path / "office", clock=clock), clock=clock)

    def silent(*_: object) -> bytes:
        raise Unavailable("timestamp service does not answer", "dịch vụ dấu thời gian không trả lời")

    with monkeypatch.context() as patched:
        patched.setattr(TrialTimestamper, "token", silent)
        copy = office.certify([small], decide=officer)
    assert copy.level == "B-B"
    clock.now += dt.timedelta(hours=2)
    assert [(r.level_before, r.level) for r in office.renew()] == [("B-B", "B-LTA")]
    assert list(office.renew()) == []
    report = office.verify(copy.code)
    assert (report.verdict, report.level) == ("valid", "B-LTA")


def test_an_office_may_ask_for_lta_at_once(tmp_path, clock, officer, small) -> None:
    folder = init_trial(tmp_path / "office", clock=clock)
    settings = folder / "office.toml"
    settings.write_text(settings.read_text("utf-8").replace('level = "B-LT"', 'level = "B-LTA"'), "utf-8")
    office = pyhncert.open_office(folder, clock=clock)
    copy = office.certify([small], decide=officer)
    assert (copy.level_asked, copy.level, copy.notes) == ("B-LTA", "B-LTA", ())
    assert office.verify(copy.pdf).level == "B-LTA"


def test_revoked_copies_are_left_alone_and_unknown_codes_refused(living, clock) -> None:
    clock.now = START + 4.8 * YEAR
    living.revoke(living.codes[0], "nhầm")
    assert [r.code for r in living.renew()] == [living.codes[1]]
    with pytest.raises(UsageFault, match="no copy that is in force"):
        list(living.renew([living.codes[0]]))


def test_the_command_says_what_is_due_renews_it_and_speaks_json(hncert, tmp_path, officer, small) -> None:
    folder = init_trial(tmp_path / "office")
    code = pyhncert.open_office(folder).certify([small], decide=officer).code
    due = hncert("--office", folder, "renew", "--within", 1900, "--dry-run")  # the trial's authority has five years
    assert due.code == 0 and b"B-LT until" in due.out and "due 1, renewed 0, failed 0" in due.err
    done = hncert("--office", folder, "renew", "--within", 1900, "--json")
    assert done.code == 0, done.err
    answer = json.loads(done.out)
    text = resources.files("hncert_cli").joinpath("schemas/renewals.schema.json").read_text("utf-8")
    jsonschema.validate(answer, json.loads(text))
    assert [(r["code"], r["level"]) for r in answer["renewals"]] == [(code, "B-LTA")]
    again = hncert("--office", folder, "--lang", "vi", "renew")
    assert again.out == b"" and "đến hạn 0" in again.err
    assert hncert("--office", folder, "renew", "AAAAA").code == 2
    assert "B-LTA" in hncert("--office", folder, "verify", code).out.decode()
