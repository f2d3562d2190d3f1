"""Fixtures of the meta tests."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def birth_certificate() -> Path:
    """The drawn birth certificate; drawn now where it is absent."""
    path = ROOT / "examples" / "drawn" / "khai_sinh.png"
    if not path.exists():
        subprocess.run([sys.executable, str(ROOT / "examples" / "draw.py")], check=True, cwd=ROOT)
    return path
