"""`hncert trust`: an office publishes, a bank takes the first bundle by its fingerprint, follows, and judges by it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib import resources
from pathlib import Path

import jsonschema
import pytest


def hncert(*words: object, code: int = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "hncert_cli", "--lang", "en", *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stderr
    return done


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("trust") / "office"
    hncert("office", "init", folder, "--trial")
    return folder


def test_an_office_publishes_and_a_bank_follows(office: Path, tmp_path: Path) -> None:
    golden = Path(__file__).parents[1] / "golden/0.1.0/ecdsa"
    key, second, out, bank = (tmp_path / name for name in ("a.pem", "b.pem", "office.trust", "bank.trust"))
    hncert("--office", office, "trust", "export", out, "--key", key, code=14)
    command = ["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", str(key)]
    subprocess.run(command, check=True, capture_output=True)
    root = golden / "root.pem"
    said = hncert("--office", office, "trust", "export", out, "--key", key, "--root", root).stdout
    told = re.findall(r"fingerprint: ([0-9A-F ]+)", said)
    assert "trust bundle 1" in said and len(told) == 1

    assert "give --fingerprint" in hncert("trust", "update", bank, out, code=2).stderr
    hncert("trust", "update", bank, out, "--fingerprint", "00" * 32, code=2)
    assert not bank.exists()
    hncert("trust", "update", bank, out, "--fingerprint", told[0])
    assert bank.read_bytes() == out.read_bytes()

    hncert("--office", office, "trust", "export", out, "--key", key, "--new-key", second)
    assert second.stat().st_mode & 0o777 == 0o600
    hncert("--office", office, "trust", "export", out, "--key", key, "--new-key", second, code=2)  # never replaced
    hncert("trust", "update", bank, out)
    hncert("--office", office, "trust", "export", out, "--key", second)
    hncert("trust", "update", bank, out)
    shown = json.loads(hncert("trust", "show", bank, "--json").stdout)
    schema = resources.files("hncert_cli").joinpath("schemas/trust.schema.json").read_text("utf-8")
    jsonschema.validate(shown, json.loads(schema))
    assert shown["number"] == 3 and told[0] not in shown["signers"] and len(shown["roots"]) == 2

    stale = tmp_path / "stale.trust"
    hncert("--office", office, "trust", "export", stale, "--key", second)
    assert "held already" in hncert("trust", "update", bank, stale, code=2).stderr
    hncert("--office", office, "trust", "export", out, "--key", key, code=2)  # nobody could follow

    copy = golden / "copy.pdf"
    report = json.loads(hncert("verify", copy, "--trust", bank, "--json").stdout)
    assert report["verdict"] == "valid"
    assert any("does not name it" in words["en"] for words in report["not_proven"])
    hncert("verify", copy, "--trust", bank, "--trust", root, code=2)
