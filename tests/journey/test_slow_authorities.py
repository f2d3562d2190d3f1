"""Slow authorities (DESIGN 4): a copy is issued at once, and what is missing comes later, exactly once."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
import threading
from importlib import resources
from pathlib import Path

import jsonschema
import pytest
from tsa_double import point_at, running

import pyhncert
from pyhncert.errors import RevocationFault, StorageFault, TimestampFault, Unavailable, UsageFault
from pyhncert.identify import TrialAuthority
from pyhncert.office import init_trial
from pyhncert.values import VIETNAM
from pyhncert.verify import verify_copy

FIGURES = {"timeout_s": 0.4, "patience_s": 3, "pause_s": 60, "failures": 3, "parallel": 2}


class Clock:
    """The real time, and what the test adds."""

    def __init__(self) -> None:
        self.ahead = dt.timedelta()

    def __call__(self) -> dt.datetime:
        return dt.datetime.now(VIETNAM) + self.ahead


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def authority(new_folder: Path, clock: Clock) -> TrialAuthority:
    return TrialAuthority(new_folder, clock=clock, randomness=os.urandom)


@pytest.fixture
def services(authority: TrialAuthority):
    """Two services of the office's own authority."""
    with running(authority, authority) as doubles:
        yield doubles


@pytest.fixture
def open_at(new_folder: Path, clock: Clock):
    def open_it(*doubles, **figures):
        point_at(new_folder, *(double.url for double in doubles), **{**FIGURES, **figures})
        return pyhncert.open_office(new_folder, clock=clock)

    return open_it


def as_a_stranger(office, pdf: bytes, code: str):
    return verify_copy(pdf, trust=office.roots, receipt=office.receipt(code), now=office.clock())


@pytest.mark.parametrize("mode", ["silent", "slow", "503"])
def test_what_is_missing_waits_and_comes_when_the_service_is_back(services, open_at, clock, small, officer, mode):
    service = services[0]
    service.mode, service.pace = mode, lambda: service.end.wait(20)
    office = open_at(service, patience_s=0.4)
    copy = office.certify([small], decide=officer)
    assert (copy.level_asked, copy.level) == ("B-LT", "B-B")
    assert any("hncert worker" in note.en for note in copy.notes)
    report = office.verify(copy.code)
    assert (report.verdict, report.level, report.level_asked) == ("valid", "B-B", "B-LT")
    assert "waits, 0 tries" in report.waiting.en
    told = []
    assert isinstance(office.work(once=True, tell=told.append), Unavailable)
    job = office.waiting(copy.code)
    assert job.state == "waiting" and job.tries >= 1 and job.faults == 0
    assert told[-1] == job
    assert "does not answer" in office.verify(copy.code).waiting.en
    service.mode = "good"
    clock.ahead += dt.timedelta(hours=2)
    told.clear()
    assert office.work(once=True, tell=told.append) is None
    assert [(job.key, job.state) for job in told] == [(f"upgrade:{copy.code}", "done")]
    report = office.verify(copy.code)
    assert (report.level, report.level_asked, report.waiting) == ("B-LTA", "B-LT", None)
    line = office.register.find(copy.code)
    grown = office.store.get(line.file_digest)
    assert grown.startswith(copy.pdf) and len(grown) > len(copy.pdf), "revisions 1 to 3, and all else, stay as they are"
    assert as_a_stranger(office, grown, copy.code).level == "B-LTA"
    taken_home = as_a_stranger(office, copy.pdf, copy.code)
    assert (taken_home.level, taken_home.level_asked) == ("B-B", "B-LT"), (
        "the receipt knows it still, and what was asked"
    )
    assert "holds this copy at B-LTA" in office.verify(copy.pdf).waiting.en
    assert [state["level"] for state in office.receipt(copy.code)["states"]] == ["B-B", "B-B", "B-LTA"]
    asked = service.asked
    assert office.work(once=True) is None
    assert service.asked == asked


def test_a_worker_waits_for_a_service_that_is_too_slow_for_certify(services, open_at, small, officer):
    service = services[0]
    service.mode, service.pace = "slow", lambda: service.end.wait(0.8)
    office = open_at(service)
    copy = office.certify([small], decide=officer)
    assert copy.level == "B-B"
    assert office.work(once=True) is None
    assert office.verify(copy.code).level == "B-LTA"


def test_a_wrong_answer_is_set_aside_with_its_reason_and_can_be_put_back(services, open_at, clock, small, officer):
    service = services[0]
    service.mode = "503"
    office = open_at(service)
    copy = office.certify([small], decide=officer)
    service.mode = "wrong nonce"
    with pytest.raises(TimestampFault, match="another request"):
        office.certify([small], decide=officer)
    for _ in range(20):
        clock.ahead += dt.timedelta(hours=2)
        assert isinstance(office.work(once=True), TimestampFault | None)
    job = office.waiting(copy.code)
    assert (job.state, job.faults) == ("set_aside", office.register.jobs.rules.most_faults)
    assert "another request (nonce)" in job.reason.en
    assert "set aside" in office.verify(copy.code).waiting.en
    (jobs,) = (check for check in office.doctor() if check.name == "jobs")
    assert (jobs.ok, jobs.words.en) == (True, "0 waiting, 1 set aside: hncert worker --list")
    service.mode = "good"
    assert office.work(once=True) is None
    assert office.waiting(copy.code).state == "set_aside", "it stays aside until somebody says otherwise"
    office.register.jobs.retry(job.key)
    assert office.work(once=True) is None
    assert office.verify(copy.code).level == "B-LTA"


def test_a_second_service_is_taken_and_the_silent_one_rests(services, open_at, clock, small, officer):
    silent, good = services
    silent.mode = "silent"
    office = open_at(silent, good, timeout_s=1.0)
    for _ in range(2):  # two timestamps a copy, so the breaker opens within the second
        copy = office.certify([small], decide=officer)
        assert (copy.level, copy.notes) == ("B-LT", ())
    assert silent.asked == 3
    office.certify([small], decide=officer)
    assert silent.asked == 3, "while it rests it is not asked"
    clock.ahead += dt.timedelta(seconds=61)
    silent.mode = "good"
    before = good.asked
    office.certify([small], decide=officer)
    assert (silent.asked, good.asked) == (5, before), "half-open: it answered, so it is the first again"


def test_no_service_is_asked_by_more_at_once_than_it_takes(services, open_at, small, officer):
    service = services[0]
    service.mode = "503"
    office = open_at(service, failures=100)
    codes = [office.certify([small], decide=officer).code for _ in range(6)]
    service.mode, service.most = "slow", 0
    service.pace = lambda: service.end.wait(0.15)
    assert office.work(once=True, threads=6) is None
    assert [office.register.find(code).level for code in codes] == ["B-LTA"] * 6
    assert service.most == 2


def test_revocation_data_that_are_missing_come_later(new_folder, tmp_path, clock, small, officer):
    elsewhere = init_trial(tmp_path / "elsewhere", clock=clock)
    foreign = TrialAuthority(elsewhere, clock=clock, randomness=os.urandom)
    foreign.crls()
    settings = new_folder / "office.toml"
    text = settings.read_text("utf-8")
    for name in ("root", "issuing"):
        text = text.replace(f'"trust/{name}.pem"]', f'"trust/{name}.pem", "{elsewhere}/trust/{name}.pem"]')
    settings.write_text(text, "utf-8")
    TrialAuthority(new_folder, clock=clock, randomness=os.urandom).crls()
    with running(foreign) as (service,):
        point_at(new_folder, service.url)
        office = pyhncert.open_office(new_folder, clock=clock)
        copy = office.certify([small], decide=officer)
        assert (copy.level_asked, copy.level) == ("B-LT", "B-T")
        assert any("revocation list" in note.en for note in copy.notes)
        assert isinstance(office.work(once=True), RevocationFault)
        assert office.waiting(copy.code).state == "waiting"
        text = settings.read_text("utf-8")
        lists = "".join(f', "{elsewhere}/trust/{name}.crl"' for name in ("issuing", "root"))
        settings.write_text(text.replace('"trust/root.crl"]', f'"trust/root.crl"{lists}]'), "utf-8")
        office = pyhncert.open_office(new_folder, clock=clock)
        clock.ahead += dt.timedelta(hours=2)
        asked = service.asked
        assert office.work(once=True) is None
        assert service.asked == asked, "no timestamp was missing"
    report = office.verify(copy.code)
    assert (report.verdict, report.level) == ("valid", "B-LT")
    assert office.store.get(office.register.find(copy.code).file_digest).startswith(copy.pdf)


@pytest.mark.parametrize("fate", ["revoke", "supersede"])
def test_a_copy_that_is_not_in_force_any_more_is_left_as_it_is(services, open_at, small, officer, fate):
    services[0].mode = "503"
    office = open_at(services[0])
    copy = office.certify([small], decide=officer)
    getattr(office, fate)(copy.code, "sai")
    services[0].mode, asked = "good", services[0].asked
    assert office.work(once=True) is None
    assert (office.waiting(copy.code).state, services[0].asked) == ("done", asked)
    assert office.register.find(copy.code).level == "B-B"


def test_a_copy_below_its_level_without_a_job_is_found(services, open_at, small, officer, monkeypatch):
    from pyhncert import _certify

    services[0].mode = "503"
    office = open_at(services[0])
    monkeypatch.setattr(_certify, "upgrade_jobs", lambda *_: ())  # as an older release closed it
    copy = office.certify([small], decide=officer)
    assert office.waiting(copy.code) is None
    services[0].mode = "good"
    assert office.work(once=True) is None
    assert office.verify(copy.code).level == "B-LTA"


def test_a_renewal_in_between_leaves_the_job_nothing_to_do(services, open_at, small, officer):
    services[0].mode = "503"
    office = open_at(services[0])
    copy = office.certify([small], decide=officer)
    services[0].mode = "good"
    assert [renewal.level for renewal in office.renew()] == ["B-LTA"]
    asked = services[0].asked
    assert office.work(once=True) is None
    assert (office.waiting(copy.code).state, services[0].asked) == ("done", asked)
    assert len(office.receipt(copy.code)["states"]) == 3


def test_a_job_that_nobody_knows_or_that_meets_our_own_fault_is_set_aside_and_the_rest_is_done(
    services, open_at, clock, small, officer, monkeypatch
):
    from pyhncert import _upgrade, _work, keep

    services[0].mode = "503"
    office = open_at(services[0])
    good, broken = (office.certify([small], decide=officer) for _ in range(2))
    office.register.jobs.enqueue(keep.NewJob(key="mail:1", kind="mail"))
    services[0].mode = "good"

    def upgrade(office, lease, step):
        if broken.code in lease.job.key:
            raise IndexError("list index out of range")
        _upgrade.upgrade(office, lease, step)

    monkeypatch.setitem(_work.KINDS, "upgrade", upgrade)
    for _ in range(12):
        office.work(once=True)
        clock.ahead += dt.timedelta(hours=2)
    found = {job.key: (job.state, job.reason.en if job.reason else "") for job in office.register.jobs.list(done=True)}
    assert found == {
        f"upgrade:{good.code}": ("done", ""),
        f"upgrade:{broken.code}": ("set_aside", "internal error: IndexError: list index out of range"),
        "mail:1": ("set_aside", "this software knows no job 'mail'"),
    }


def test_a_copy_that_is_missing_in_the_store_is_named_and_never_replaced(services, open_at, small, officer):
    services[0].mode = "503"
    office = open_at(services[0])
    copy = office.certify([small], decide=officer)
    services[0].mode = "good"
    office.store.delete(copy.file_digest)
    assert isinstance(office.work(once=True), StorageFault)
    assert office.waiting(copy.code).faults >= 1
    assert office.register.find(copy.code).file_digest == copy.file_digest


def test_a_worker_that_is_told_to_stop_finishes_what_is_in_hand(services, open_at, small, officer):
    service = services[0]
    service.mode = "503"
    office = open_at(service, failures=100)
    codes = [office.certify([small], decide=officer).code for _ in range(3)]
    stop = threading.Event()
    service.mode, service.pace = "slow", stop.set
    assert office.work(stop=stop, threads=1) is None
    assert sorted(office.waiting(code).state for code in codes) == ["done", "waiting", "waiting"]


def test_the_command_lists_works_and_puts_back(services, open_at, new_folder, hncert, small, officer):
    services[0].mode = "503"
    office = open_at(services[0], failures=100)
    code = office.certify([small], decide=officer).code
    listed = hncert("worker", "--list", new_folder, "--lang", "vi")
    assert listed.code == 0 and listed.out.decode().split("\t")[:3] == [f"upgrade:{code}", "đang chờ", "0"]
    typed = code.lower().replace("0", "o")
    shown = hncert("--office", new_folder, "register", "show", typed).out.decode()
    assert "level asked: B-LT" in shown and "what is missing: waits, 0 tries so far" in shown
    assert hncert("worker", "--once", new_folder).code == 75
    services[0].mode = "good"
    schema = json.loads(resources.files("hncert_cli").joinpath("schemas/job.schema.json").read_text("utf-8"))
    (job,) = json.loads(hncert("worker", "--list", "--json", new_folder).out)
    jsonschema.validate(job, schema)
    refused = hncert("worker", "--retry", job["key"], new_folder)
    assert refused.code == 2 and "set aside" in refused.err
    assert hncert("worker", "--list", "--once", new_folder).code == 2
    assert hncert("--office", "elsewhere", "worker", "--once", new_folder).code == 2
    report = json.loads(hncert("--office", new_folder, "verify", "--json", code).out)
    assert (report["level"], report["level_asked"]) == ("B-B", "B-LT")
    assert "does not answer" in report["waiting"]["en"]


def test_a_second_signal_ends_a_worker_at_once_and_its_job_is_anothers_later(
    services, open_at, clock, new_folder, small, officer
):
    service = services[0]
    service.mode = "503"
    office = open_at(service, failures=100, patience_s=60)
    code = office.certify([small], decide=officer).code
    service.mode = "silent"
    service.heard.clear()
    command = [sys.executable, "-m", "hncert_cli", "--lang", "en", "worker", str(new_folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None and "working" in process.stderr.readline()
        assert service.heard.wait(60)
        process.terminate()
        assert "finishing what is in hand" in process.stderr.readline()
        process.terminate()
        assert process.wait(20) == 130
    assert office.waiting(code).state == "leased"
    assert "is being added now" in office.verify(code).waiting.en
    service.mode = "good"
    assert office.work(once=True) is None
    assert office.waiting(code).state == "leased", "not before the lease has run out"
    clock.ahead += dt.timedelta(seconds=office.register.jobs.rules.lease_s)
    assert office.work(once=True) is None
    assert office.waiting(code).state == "done"


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ("urls = [1]", "timestamp.urls"),
        ("parallel = 0", "timestamp.parallel"),
        ("failures = 1.5", "timestamp.failures"),
        ("pause_s = -1", "timestamp.pause_s"),
    ],
)
def test_wrong_settings_are_named(new_folder, said, named):
    settings = new_folder / "office.toml"
    settings.write_text(settings.read_text("utf-8").replace("timeout_s = 10\n", f"{said}\n"), "utf-8")
    with pytest.raises(UsageFault, match=named):
        pyhncert.open_office(new_folder)
