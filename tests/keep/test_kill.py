"""kill -9 at any step and at random moments: no gap, no double, nothing half-issued, nothing acknowledged lost."""

from __future__ import annotations

import json
import os
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
def test_a_killed_process_leaves_no_gap_and_nothing_half_issued(tmp_path, make, medium, mode, seed, rounds):
    place = make(tmp_path, keep.BookSettings(unit="U"))
    if medium == "postgresql" and mode != "named" and not os.environ.get("HNCERT_SOAK"):
        rounds = rounds // 4  # sessions and their start cost more than files
    (tmp_path / "objects").mkdir()
    (tmp_path / "out").mkdir()
    run = subprocess.run(
        [sys.executable, NURSERY, tmp_path, mode, str(seed), str(rounds)],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
        env=os.environ | ({"NURSERY_URL": place} if medium == "postgresql" else {}),
    )
    assert run.returncode == 0, run.stderr[-3000:]
    done = json.loads(run.stdout)
    assert done["lines"] == done["issued"] + done["voided"]
    if mode == "named":
        assert done == {"lines": 7, "issued": 3, "voided": 4, "acknowledged": 0}
