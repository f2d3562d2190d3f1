"""Published attacks on signed PDFs: none of them verifies, none crashes, none takes long or much memory."""

from __future__ import annotations

import collections
import json
import subprocess
import sys
from pathlib import Path

import pytest

NOT_VALID = {"altered", "unsigned", "undecided"}


@pytest.fixture(scope="module")
def judged(real, office, tmp_path_factory: pytest.TempPathFactory) -> dict:
    """Each variant with its verdict, from one process of its own."""
    folder = tmp_path_factory.mktemp("families")
    (folder / "copy.pdf").write_bytes(real.pdf)
    (folder / "root.pem").write_bytes(office.root)
    script = Path(__file__).with_name("families.py")
    command = [sys.executable, script, folder / "copy.pdf", folder / "root.pem", office.clock().isoformat()]
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_no_variant_of_any_family_is_valid(judged) -> None:
    valid = [
        (one["family"], one["name"], one["verdict"]) for one in judged["variants"] if one["verdict"] not in NOT_VALID
    ]
    assert valid == []


def test_there_are_at_least_sixty_in_all_families(judged) -> None:
    families = collections.Counter(one["family"] for one in judged["variants"])
    assert len(judged["variants"]) >= 60 and len(families) == 15 and min(families.values()) >= 2


def test_each_is_judged_within_two_seconds_and_300_megabytes(judged) -> None:
    slow = [(one["name"], one["seconds"]) for one in judged["variants"] if one["seconds"] > 2]
    assert slow == [] and judged["peak_mib"] < 300


def test_the_copy_itself_is_valid(real) -> None:
    assert real.verify().verdict == "valid"
