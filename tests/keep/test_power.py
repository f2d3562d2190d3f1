"""The power goes at any call of a real run: whatever the disk may then hold, nothing acknowledged is lost or half."""

from __future__ import annotations

import datetime as dt
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from nursery import fork, reaped, whole
from power import CALLS, Disk, calls, strace_works

from pyhncert import keep

NURSERY = Path(__file__).with_name("nursery.py")
ROUNDS = 300 if os.environ.get("HNCERT_SOAK") else 40
PAPERS = 6
SEED = 20261126


@pytest.mark.timeout(1500 if os.environ.get("HNCERT_SOAK") else 300)
def test_whatever_the_disk_holds_after_the_power_went_nothing_acknowledged_is_lost(tmp_path):
    if not strace_works():
        pytest.skip("strace is not installed, or may not trace")
    folder, log = tmp_path / "office", tmp_path / "calls"
    (folder / "objects").mkdir(parents=True)
    (folder / "out").mkdir()
    keep.create_register(folder / "register.sqlite", keep.BookSettings(unit="U"), clock=lambda: dt.datetime.now(dt.UTC))
    shutil.copytree(folder, tmp_path / "before")
    strace = ["strace", "-f", "-y", "-xx", "-s", "1000000", "-e", f"trace={CALLS}", "-e", "signal=none", "-o", str(log)]
    run = [sys.executable, str(NURSERY), str(folder), "several", str(PAPERS)]
    done = subprocess.run([*strace, *run], capture_output=True, text=True, timeout=120, check=True)
    assert len(done.stdout.split()) == PAPERS

    told = [line for line in calls(log) if _bytes_of(folder) in line or " write(1<" in line]
    assert sum("fsync" in line or "fdatasync" in line for line in told) >= PAPERS * 8
    dice = random.Random(SEED)
    for moment in sorted(dice.randint(0, len(told)) for _ in range(ROUNDS)):
        shutil.rmtree(folder)
        shutil.copytree(tmp_path / "before", folder)
        disk = Disk(folder)
        for line in told[:moment]:
            disk.tell(line)
        acknowledged = {int(number) for number in disk.said.split()}
        disk.lose_power(dice)
        shutil.copytree(folder, tmp_path / "image", dirs_exist_ok=True)
        # a process of its own: SQLite's locks belong to the process
        child, reading = fork(lambda say, known=acknowledged: say(0) if whole(folder, known) else None)
        try:
            reaped(child, reading, may_die=False)
        except AssertionError as err:
            pytest.fail(f"after call {moment} of {len(told)}: {err}; the image lies in {tmp_path / 'image'}")
        shutil.rmtree(tmp_path / "image")


def _bytes_of(path: Path) -> str:
    return "".join(f"\\x{byte:02x}" for byte in str(path).encode())


def test_the_model_of_the_disk_loses_what_was_not_synced_and_keeps_what_was(tmp_path):
    (tmp_path / "f").write_bytes(b"")
    disk = Disk(tmp_path)
    name, folder = _bytes_of(tmp_path / "f"), _bytes_of(tmp_path)
    data = "\\x61" * 2000
    disk.tell(f'7 pwrite64(3<{name}>, "{data}", 2000, 0) = 2000')
    seen = set()
    dice = random.Random(1)
    for _ in range(60):
        disk.lose_power(dice)
        seen.add(len((tmp_path / "f").read_bytes()))
    assert {0, 2000} < seen
    assert all(length % 512 == 0 or length == 2000 for length in seen)
    disk.tell(f"7 fdatasync(3<{name}>) = 0")
    new = _bytes_of(tmp_path / "g")
    disk.tell(f'7 openat(AT_FDCWD<\\x2f>, "{new}", O_RDWR|O_CREAT, 0600) = 4<{new}>')
    there = set()
    for _ in range(60):
        disk.lose_power(dice)
        assert (tmp_path / "f").read_bytes() == b"a" * 2000
        there.add((tmp_path / "g").exists())
    assert there == {True, False}
    disk.tell(f"7 fsync(5<{folder}>) = 0")
    disk.lose_power(dice)
    assert (tmp_path / "g").exists()
