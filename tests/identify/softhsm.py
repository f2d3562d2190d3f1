"""Tokens of SoftHSM2 for tests: keys and certificates of a trial authority on them."""

from __future__ import annotations

import gc
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from pyhncert.identify import read_certificates

PIN, SO_PIN = "246810", "13579111"
LIBRARIES = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so")


def library() -> Path:
    """SoftHSM2's module; the test is left out, visibly, where it or the tools are absent."""
    found = next((Path(path) for path in LIBRARIES if Path(path).exists()), None)
    if found is None or shutil.which("softhsm2-util") is None or shutil.which("pkcs11-tool") is None:
        pytest.skip("SoftHSM2 is not installed (softhsm2, opensc): it stands for tokens and security modules")
    return found


_folder: list[Path] = []


def tokens_folder(factory: pytest.TempPathFactory) -> Path:
    """The one folder of tokens of this process: SoftHSM2 reads its settings once, at the first use."""
    if not _folder:
        folder = factory.mktemp("softhsm")
        (folder / "tokens").mkdir()
        config = folder / "softhsm2.conf"
        config.write_text(
            f"directories.tokendir = {folder / 'tokens'}\nobjectstore.backend = file\nlog.level = ERROR\n"
        )
        os.environ["SOFTHSM2_CONF"] = str(config)
        _folder.append(folder)
    gc.collect()  # a token that an old error still holds keeps the module from seeing new ones
    return _folder[0]


def run(*command: object) -> str:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout


@dataclass
class Store:
    """A folder of tokens; the module is told of it by SOFTHSM2_CONF before it is first used."""

    folder: Path
    module: Path
    office: Path = Path()

    def make(self, label: str) -> None:
        run("softhsm2-util", "--init-token", "--free", "--label", label, "--pin", PIN, "--so-pin", SO_PIN)

    def put(self, label: str, pem: Path, *, name: str, number: str) -> None:
        """Key and certificates of a trial PEM file onto token `label`; the CA's without a key."""
        raw = pem.read_bytes()
        key = load_pem_private_key(raw, None)
        work = self.folder / "work"
        work.mkdir(exist_ok=True)
        (work / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        run(
            *("softhsm2-util", "--import", work / "key.pem", "--token", label, "--pin", PIN),
            *("--label", name, "--id", number),
        )
        for place, der in enumerate(read_certificates(raw)):
            (work / "certificate.der").write_bytes(der)
            called, at = (name, number) if place == 0 else (f"{name}'s CA", f"f{number[1:]}")
            run(
                *("pkcs11-tool", "--module", self.module, "--token-label", label, "--login", "--pin", PIN),
                *("--write-object", work / "certificate.der", "--type", "cert", "--label", called, "--id", at),
            )

    def folder_of(self, label: str) -> Path:
        """The folder in which SoftHSM2 keeps token `label`."""
        found = [
            path
            for path in (self.folder / "tokens").iterdir()
            if label.encode() in (path / "token.object").read_bytes()
        ]
        assert len(found) == 1
        return found[0]
