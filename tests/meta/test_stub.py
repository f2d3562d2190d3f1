"""The stub of the core is tested against the binary."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_stub_agrees_with_the_binary() -> None:
    command = [sys.executable, "-m", "mypy.stubtest", "pyhncert._core"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_package_is_marked_as_typed() -> None:
    assert (ROOT / "pyhncert" / "py.typed").exists()
    assert (ROOT / "cli" / "hncert_cli" / "py.typed").exists()
