"""One trial authority of each kind, made once; a clock that tests can set."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from pyhncert.identify import TrialAuthority, load_credential, make_trial_authority, read_certificates

MADE = dt.datetime(2026, 11, 10, 8, 0, tzinfo=dt.timezone(dt.timedelta(hours=7)))


class Clock:
    """Stands still until it is set."""

    def __init__(self, now: dt.datetime = MADE) -> None:
        self.now = now

    def __call__(self) -> dt.datetime:
        return self.now

    def on(self, **delta: float) -> dt.datetime:
        self.now += dt.timedelta(**delta)
        return self.now


sys.path.insert(0, str(Path(__file__).parent))  # `import softhsm` in these tests


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def made(tmp_path_factory) -> dict[str, Path]:
    folders = {}
    for kind in ("rsa-3072", "rsa-2048", "p-384"):
        folders[kind] = tmp_path_factory.mktemp("trial") / kind
        make_trial_authority(folders[kind], clock=Clock(), randomness=os.urandom, agency_key=kind)
    return folders


@pytest.fixture
def office(made, tmp_path, clock):
    """A copy of the RSA-3072 office that a test may change."""
    folder = tmp_path / "office"
    shutil.copytree(made["rsa-3072"], folder)
    authority = TrialAuthority(folder, clock=clock, randomness=os.urandom)
    return SimpleNamespace(
        folder=folder,
        authority=authority,
        paths=authority.paths,
        clock=clock,
        roots=read_certificates(authority.paths.root.read_bytes()),
        officer=load_credential(authority.paths.officer),
        agency=load_credential(authority.paths.agency),
    )


@pytest.fixture
def openssl(tmp_path):
    """Runs openssl with its arguments, one string or many; gives what it said."""
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("openssl is not installed")

    def run(*arguments: object, ok: bool = True) -> str:
        words = str(arguments[0]).split() if len(arguments) == 1 else map(str, arguments)
        done = subprocess.run([program, *words], capture_output=True, text=True, check=False, cwd=tmp_path)
        assert (done.returncode == 0) is ok, done.stdout + done.stderr
        return done.stdout + done.stderr

    return run
