"""kill -9 between any two steps: a request, an approval and a certificate are whole or did not happen."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

KILLS = 600 if os.environ.get("HNCERT_SOAK") else 60
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


def test_killed_at_any_moment_the_next_run_finishes_what_was_begun(made, tmp_path):
    shutil.copytree(made, tmp_path / "office")
    nursery = Path(__file__).with_name("credential_nursery.py")
    command = [sys.executable, str(nursery), str(tmp_path / "office"), "20261123", str(KILLS)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    seen = json.loads(done.stdout.splitlines()[-1])
    assert seen["killed"] > KILLS * 0.8 and len(seen) >= 5, seen
