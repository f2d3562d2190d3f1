"""kill -9 at any moment: nothing half-issued is visible, each number is used once or voided, the next run goes on."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from pgserver import DESK, OWNER

import pyhncert
from pyhncert.office import init_trial

DRIVER = Path(__file__).with_name("driver.py")
MOMENTS = {"sqlite": 20, "postgresql": 20}
if os.environ.get("HNCERT_SOAK"):
    MOMENTS = {"sqlite": 500, "postgresql": 300}
SEED = 20261123
pytestmark = [pytest.mark.slow, pytest.mark.timeout(15_000 if os.environ.get("HNCERT_SOAK") else 1500)]


@pytest.fixture
def office(new_folder, tmp_path, request):
    """The folder of a trial office with its register in a file or, as a desk's user opens it, on a server."""
    if request.param == "sqlite":
        yield "sqlite", new_folder
        return
    postgres = request.getfixturevalue("postgres")
    name = postgres.database("kills")
    folder = init_trial(tmp_path / "on a server", register=postgres.url(name, OWNER))
    settings = folder / "office.toml"
    said = settings.read_text("utf-8").replace(f"{OWNER}@", f"{DESK}@").replace('second = "fields"', 'second = "off"')
    settings.write_text(said, "utf-8")
    yield "postgresql", folder
    postgres.drop(name)


def drive(folder: Path, scan: Path, outdir: Path, mode: str, step: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(DRIVER), str(folder), str(scan), str(outdir), mode, step]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def visible(outdir: Path) -> list[Path]:
    """What a person sees in the folder: names without a leading dot."""
    return sorted(path for path in outdir.iterdir() if not path.name.startswith("."))


def check_after_next_run(folder: Path, scan: Path, outdir: Path) -> Counter[str]:
    """Certify once more, then look at everything that a person, a stranger or an inspector could look at."""
    done = drive(folder, scan, outdir, "steps")
    assert done.returncode == 0, done.stderr
    office = pyhncert.open_office(folder)
    lines = list(office.register.lines())
    assert [line.number for line in lines] == list(range(1, len(lines) + 1)), "a number is missing or used twice"
    assert {line.state for line in lines} <= {"registered", "voided"}, "an act was left half-issued"
    for line in lines:
        if line.state == "voided":
            assert line.reason or line.note, f"number {line.number} is voided without a reason"
            assert line.file_digest is None or not office.store.has(line.file_digest)
        else:
            assert office.verify(line.code).verdict == "valid"
    digests = {line.file_digest for line in lines if line.state == "registered"}
    for path in visible(outdir):
        if path.suffix == ".pdf":
            report = office.verify(path)
            assert report.verdict == "valid", path
            assert report.file_digest in digests
            assert path.with_name(f"{path.stem}.receipt.json").is_file()
    return Counter(line.state for line in lines)


def test_killed_after_each_step(new_folder, small, tmp_path):
    outdir = tmp_path / "out"
    outdir.mkdir()
    steps = list(dict.fromkeys(drive(new_folder, small, outdir, "steps").stdout.split("\n")[:-1]))
    assert len(steps) >= 8, steps
    for step in steps:
        killed = drive(new_folder, small, outdir, "kill-after", step)
        assert killed.returncode == -signal.SIGKILL, f"{step}: {killed.returncode} {killed.stderr}"
    states = check_after_next_run(new_folder, small, outdir)
    assert states["voided"] >= 1
    assert states["registered"] >= 2


@pytest.mark.parametrize("office", ["sqlite", "postgresql"], indirect=True)
def test_killed_at_random_moments(office, small, tmp_path):
    medium, new_folder = office
    outdir = tmp_path / "out"
    outdir.mkdir()
    chance = random.Random(SEED)
    command = [sys.executable, str(DRIVER), str(new_folder), str(small), str(outdir), "loop"]
    span_s = 2.0
    for moment in range(MOMENTS[medium]):
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            if moment % 5:  # four of five while it issues one copy after the other, the fifth while it starts
                said = process.stdout.readline()
                assert said == "ready\n", process.stderr.read() if process.stderr else ""
                begun = time.monotonic()
                if moment == 1:
                    process.stdout.readline()
                    span_s = 1.5 * (time.monotonic() - begun)
            time.sleep(chance.uniform(0.0, span_s))
            process.kill()
            process.communicate()
            assert process.returncode == -signal.SIGKILL
    states = check_after_next_run(new_folder, small, outdir)
    assert states["registered"] >= MOMENTS[medium] * 4 // 5
