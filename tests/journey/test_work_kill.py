"""kill -9 of workers at any step and at any moment: no job is lost, none is done twice, nothing is left behind."""

from __future__ import annotations

import hashlib
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from tsa_double import point_at, point_home

import pyhncert
from pyhncert import _upgrade
from pyhncert.issue._sign_revisions import read_revisions
from pyhncert.values import CertifiedCopy
from pyhncert.verify import verify_copy

NURSERY = Path(__file__).with_name("work_nursery.py")
SOAK = bool(os.environ.get("HNCERT_SOAK"))
JOBS, KILLS = (200, 50) if SOAK else (40, 10)
LATER_S = 600.0
"""So much later each worker comes; leases last 120 s."""
STEPS = ("swept", "leased", *_upgrade.STEPS)
pytestmark = [pytest.mark.slow, pytest.mark.timeout(3000 if SOAK else 600)]


class ReadOnce:
    """A reader for many copies of one page: it reads the first, and says the same of the others."""

    def __init__(self, reader: Any) -> None:
        self._reader = reader
        self._reading: Any = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._reader, name)

    def read(self, page: Any, kind: Any = None) -> Any:
        self._reading = self._reading or self._reader.read(page, kind)
        return self._reading


def issue_below_level(folder: Path, scan: Path, count: int, officer) -> list[CertifiedCopy]:
    """Copies that were issued while the timestamp service was silent; now it answers."""
    point_at(folder, "http://127.0.0.1:9/tsa", failures=1)
    office = pyhncert.open_office(folder)
    office.__dict__["_reader"] = ReadOnce(office.reader)
    picture = scan.read_bytes()
    copies = [office.certify([picture], decide=officer) for _ in range(count)]
    office.register.leave()
    point_home(folder)
    return copies


def command(folder: Path, turn: int, threads: int, step: str = "") -> list[str]:
    return [sys.executable, str(NURSERY), str(folder), str(turn * LATER_S), str(threads), *([step] if step else [])]


def objects(folder: Path) -> set[str]:
    return {path.name for path in (folder / "objects").rglob("*") if path.is_file()}


def check(folder: Path, copies: list[CertifiedCopy], before: set[str], turn: int) -> int:
    """Work off what is left, then look at everything; over how many jobs did a worker die?"""
    done = subprocess.run(command(folder, turn, 2), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    office = pyhncert.open_office(folder)
    jobs = office.register.jobs.list(done=True)
    assert {job.key: job.state for job in jobs} == {f"upgrade:{copy.code}": "done" for copy in copies}
    stored = set(before)
    for copy in copies:
        line = office.register.find(copy.code)
        states = office.register.files(line.act_id)
        assert [state.level for state in states] == ["B-B", "B-B", "B-LTA"], "one upgrade, not none and not two"
        grown = office.store.get(line.file_digest)
        assert hashlib.sha256(grown[: read_revisions(copy.pdf)[2].end]).digest() == states[0].file_digest
        assert grown.startswith(copy.pdf)
        later = jobs[0].ended_at.replace(year=jobs[0].ended_at.year + 1)
        report = verify_copy(grown, trust=office.roots, receipt=office.receipt(copy.code), now=later)
        assert report.level == "B-LTA"
        stored.add(office.store.row(line.file_digest).held)
    assert objects(folder) == stored, "no file without a line"
    assert office.register.check() == ()
    return sum(job.faults for job in jobs)


def test_workers_killed_after_each_step(new_folder, small, officer):
    copies = issue_below_level(new_folder, small, len(STEPS), officer)
    before = objects(new_folder)
    for turn, step in enumerate(STEPS):
        killed = subprocess.run(command(new_folder, turn, 1, step), capture_output=True, text=True, check=False)
        assert killed.returncode == -signal.SIGKILL, f"{step}: {killed.returncode} {killed.stderr}"
    over_a_job = len(STEPS) - len({"swept", "entered"})
    assert check(new_folder, copies, before, len(STEPS)) == over_a_job


def test_what_a_killed_certify_issued_below_its_level_has_its_job(new_folder, small, tmp_path):
    point_at(new_folder, "http://127.0.0.1:9/tsa", failures=1)
    for step in ("agency_sealed", "validation_data", "stored", "registered", "delivered"):
        drive = [sys.executable, str(NURSERY.with_name("driver.py")), str(new_folder), str(small), str(tmp_path)]
        killed = subprocess.run([*drive, "kill-after", step], capture_output=True, text=True, check=False)
        assert killed.returncode == -signal.SIGKILL, killed.stderr
    done = subprocess.run([*drive, "steps"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    office = pyhncert.open_office(new_folder)
    issued = [line for line in office.register.lines() if line.state == "registered"]
    assert {line.level for line in issued} == {"B-B"} and len(issued) == 3
    assert {job.key for job in office.register.jobs.list()} == {f"upgrade:{line.code}" for line in issued}
    point_home(new_folder)
    office = pyhncert.open_office(new_folder)
    assert office.work(once=True) is None
    assert [office.verify(line.code).level for line in issued] == ["B-LTA"] * 3


def test_workers_killed_at_random_moments(new_folder, small, officer):
    copies = issue_below_level(new_folder, small, JOBS, officer)
    before = objects(new_folder)
    chance = random.Random(20261126)
    killed = 0
    for turn in range(KILLS):
        with subprocess.Popen(command(new_folder, turn, 2), stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None and process.stdout.readline() == "ready\n"
            for _ in range(chance.randrange(3)):
                process.stdout.readline()
            time.sleep(chance.uniform(0.0, 0.05))
            process.kill()
            process.communicate()
            killed += process.returncode == -signal.SIGKILL
    faults = check(new_folder, copies, before, KILLS)
    assert killed >= KILLS // 2 and faults >= KILLS // 2, "most had a job in hand when they were killed"
