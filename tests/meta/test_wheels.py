"""Both distributions install and run where nothing of the repository is."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
pytestmark = [pytest.mark.slow, pytest.mark.timeout(1500), pytest.mark.xdist_group("wheels")]


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("wheels")
    # two workers may come here at once, and both builds write the same file under target/wheels
    with (ROOT / "build" / "wheels.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for source in (ROOT, ROOT / "cli"):
            run(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--wheel-dir", str(folder), str(source))
    return sorted(folder.glob("*.whl"))


def run(*command: str, **extra: object) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(command, capture_output=True, text=True, check=False, **extra)  # type: ignore[call-overload]
    assert done.returncode == 0, f"{command}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done


def test_the_wheels_are_two_and_the_core_is_abi3(wheels: list[Path]) -> None:
    names = [wheel.name for wheel in wheels]
    assert len(names) == 2
    assert names[0].startswith("hncert_cli-") and names[0].endswith("py3-none-any.whl")
    assert names[1].startswith("pyhncert-") and "-cp311-abi3-" in names[1]


def test_the_wheels_carry_every_file_of_their_packages(wheels: list[Path]) -> None:
    for wheel, source, package in zip(wheels, (ROOT / "cli", ROOT), ("hncert_cli", "pyhncert"), strict=True):
        inside = set(zipfile.ZipFile(wheel).namelist())
        files = [path for path in (source / package).rglob("*") if path.is_file() and "__pycache__" not in path.parts]
        assert not [str(path) for path in files if str(path.relative_to(source)) not in inside]
        assert any(name.endswith("LICENSE") for name in inside)


def test_certify_and_verify_run_from_the_wheels_in_an_empty_environment(
    wheels: list[Path], tmp_path: Path, birth_certificate: Path
) -> None:
    venv.create(tmp_path / "venv", with_pip=True)
    binaries = tmp_path / "venv" / "bin"
    run(str(binaries / "pip"), "install", "-q", *map(str, wheels))
    desk = tmp_path / "desk"
    desk.mkdir()
    scan = desk / "scan.png"
    scan.write_bytes(birth_certificate.read_bytes())
    home = {"HOME": str(desk), "XDG_DATA_HOME": str(desk / "data"), "LANG": "C.UTF-8"}
    environment = {**{k: v for k, v in os.environ.items() if not k.startswith(("HNCERT", "PYTHON", "XDG"))}, **home}
    hncert = str(binaries / "hncert")
    issued = run(hncert, "certify", "scan.png", "--yes", cwd=desk, env=environment)
    assert "trial office" in issued.stderr
    assert (desk / "scan.certified.pdf").read_bytes().startswith(b"%PDF-")
    verified = run(hncert, "verify", "scan.certified.pdf", cwd=desk, env=environment)
    assert "VALID" in verified.stdout
    assert issued.stdout.strip() in verified.stdout
