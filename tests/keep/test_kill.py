"""kill -9 at any step and at random moments: no gap, no double, nothing half-issued, nothing acknowledged lost."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from pyhncert import keep

NURSERY = Path(__file__).with_name("nursery.py")


@pytest.mark.parametrize(
    ("mode", "seed", "rounds"),
    [("named", 0, 7), ("steps", 3, 40), ("plain", 4, 40), ("moments", 5, 20), ("many", 7, 10)],
    ids=["after each step", "between any two calls", "on a plain disk", "at random moments", "several at once"],
)
def test_a_killed_process_leaves_no_gap_and_nothing_half_issued(tmp_path, mode, seed, rounds):
    import datetime as dt

    keep.create_register(
        tmp_path / "register.sqlite", keep.BookSettings(unit="U"), clock=lambda: dt.datetime.now(dt.UTC)
    )
    (tmp_path / "objects").mkdir()
    (tmp_path / "out").mkdir()
    run = subprocess.run(
        [sys.executable, NURSERY, tmp_path, mode, str(seed), str(rounds)],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-3000:]
    done = json.loads(run.stdout)
    assert done["lines"] == done["issued"] + done["voided"]
    if mode == "named":
        assert done == {"lines": 7, "issued": 3, "voided": 4, "acknowledged": 0}
