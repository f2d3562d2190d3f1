"""A real office's keys lie in PKCS#12 files; their passwords come from the environment, a descriptor or a prompt."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, load_pem_private_key
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates

SECRET = "mật khẩu dài"


@pytest.fixture
def locked(new_folder: Path) -> Path:
    """An office whose officer and agency keys are PKCS#12 files with passwords."""
    settings = new_folder / "office.toml"
    text = settings.read_text("utf-8")
    for name in ("officer", "agency"):
        file = new_folder / "keys" / f"{name}.pem"
        data = file.read_bytes()
        key = load_pem_private_key(data, None)
        own, *chain = x509.load_pem_x509_certificates(data)
        locked = serialize_key_and_certificates(b"key", key, own, chain, BestAvailableEncryption(SECRET.encode()))
        file.with_suffix(".p12").write_bytes(locked)
        file.unlink()
        text = text.replace(f"keys/{name}.pem", f"keys/{name}.p12")
    settings.write_text(text, "utf-8")
    return new_folder


def certify(folder: Path, scan: Path, *options: str, fds: tuple[int, ...] = (), **environment: str):
    env = {k: v for k, v in os.environ.items() if not k.startswith("HNCERT_")} | {"LANG": "C.UTF-8", **environment}
    command = [sys.executable, "-m", "hncert_cli", "--office", str(folder), *options]
    return subprocess.run(
        [*command, "certify", str(scan), "-o", str(folder.parent / "copy.pdf"), "--yes"],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        env=env,
        pass_fds=fds,
        check=False,
    )


def test_passwords_from_the_environment_open_the_keys(locked, small):
    done = certify(locked, small, HNCERT_PASSWORD_OFFICER=SECRET, HNCERT_PASSWORD_AGENCY=SECRET)
    assert done.returncode == 0, done.stderr
    assert SECRET not in done.stdout + done.stderr


def test_passwords_from_a_descriptor_open_the_keys(locked, small):
    reading, writing = os.pipe()
    os.write(writing, f"{SECRET}\n{SECRET}\n".encode())
    os.close(writing)
    done = certify(locked, small, "--password-fd", str(reading), fds=(reading,))
    os.close(reading)
    assert done.returncode == 0, done.stderr


def test_a_wrong_password_is_a_key_fault_that_says_so_before_anything_slow(locked, small):
    done = certify(locked, small, HNCERT_PASSWORD_OFFICER="sai", HNCERT_PASSWORD_AGENCY=SECRET)
    assert done.returncode == 14
    assert "password" in done.stderr and "officer" in done.stderr and "Traceback" not in done.stderr
    assert not (locked.parent / "copy.pdf").exists()


def test_no_password_off_a_terminal_is_a_key_fault_that_names_the_variable(locked, small):
    done = certify(locked, small)
    assert done.returncode == 14
    assert "HNCERT_PASSWORD_OFFICER" in done.stderr
