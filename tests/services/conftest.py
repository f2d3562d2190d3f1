"""One trial authority, made once; foreign judges of certificates."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pyhncert.identify import make_trial_authority

sys.path.insert(0, str(Path(__file__).parent))  # `import credential_desk` in these tests

from credential_desk import Clock, Desk


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("authority") / "office"
    make_trial_authority(folder, clock=Clock(), randomness=os.urandom)
    return folder


@pytest.fixture
def desk(made: Path, tmp_path: Path) -> Desk:
    shutil.copytree(made, tmp_path / "office")
    return Desk(tmp_path / "office")


@pytest.fixture
def openssl(tmp_path: Path) -> Callable[..., str]:
    """Runs openssl; gives what it said, on both streams."""
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("openssl is not installed: it is one of the foreign judges")

    def run(*arguments: object, ok: bool = True) -> str:
        done = subprocess.run([program, *map(str, arguments)], capture_output=True, check=False, cwd=tmp_path)
        said = (done.stdout + done.stderr).decode("utf-8", "replace")
        assert (done.returncode == 0) is ok, said
        return said

    return run


@pytest.fixture
def pkilint() -> Callable[..., list[str]]:
    """Runs a linter of pkilint over a file; gives its findings from WARNING up."""

    def run(linter: str, file: Path, *options: str) -> list[str]:
        program = Path(sys.executable).with_name(linter)
        if not program.exists():
            pytest.skip("pkilint is not installed (extra dev): it judges certificates, lists and OCSP answers")
        command = [program, "lint", "-s", "WARNING", "-f", "CSV", *options, file]
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
        assert "Traceback" not in done.stderr and done.stdout.startswith("node_path,"), done.stdout + done.stderr
        return [row for row in done.stdout.splitlines()[1:] if row]

    return run
