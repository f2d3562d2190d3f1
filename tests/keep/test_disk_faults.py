"""The system call itself fails: EIO from fsync, ENOSPC from a write, injected by strace into a worker's way."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from pathlib import Path

import pytest
from power import strace_works

from pyhncert import keep

NURSERY = Path(__file__).with_name("nursery.py")


@pytest.mark.parametrize(
    ("call", "fault", "when", "words"),
    [
        ("fdatasync", "EIO", 3, "the disk reports an error"),  # a commit of the register
        ("fsync", "EIO", 3, "the disk reports an error"),  # the store's folder
        ("fsync", "EIO", 5, "the disk reports an error"),  # the delivered copy
        ("pwrite64", "ENOSPC", 33, "the disk is full"),  # the register's log, with a number reserved
    ],
)
def test_a_failing_disk_ends_in_words_and_the_next_run_settles_it(tmp_path, call, fault, when, words):
    if not strace_works():
        pytest.skip("strace is not installed, or may not trace")
    keep.create_register(
        tmp_path / "register.sqlite", keep.BookSettings(unit="U"), clock=lambda: dt.datetime.now(dt.UTC)
    )
    (tmp_path / "objects").mkdir()
    (tmp_path / "out").mkdir()
    inject = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}"]
    inject += ["-e", f"inject={call}:error={fault}:when={when}"]
    worker = [sys.executable, str(NURSERY), str(tmp_path)]
    run = subprocess.run([*inject, *worker, "once"], capture_output=True, text=True, timeout=120, check=False)
    assert (run.returncode, words in run.stderr) == (18, True), run.stderr[-2000:]
    after = subprocess.run([*worker, "whole"], capture_output=True, text=True, timeout=120, check=False)
    assert after.returncode == 0, after.stderr[-2000:]
    done = json.loads(after.stdout)
    assert done["lines"] == done["issued"] + done["voided"]
