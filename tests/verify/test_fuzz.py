"""Mutated evidence and copies, the same ones each time; `make soak` tries fifty times as many.

What is found gets a test of its own beside the reader in which it was found.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import fuzz_signed
import pytest
from asn1crypto import cms, tsp
from test_foreign import foreign

SOAK = bool(os.environ.get("HNCERT_SOAK"))
COUNT = 50_000 if SOAK else 1_000
MOST = {"copy": COUNT // 10, "foreign": COUNT // 10}
"""A whole file takes ten times as long as a part."""


@pytest.fixture(scope="module")
def material(real, office, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("material")
    token = office.authority.timestamp(b"\1" * 32, "sha256", nonce=b"\1")
    answer = tsp.TimeStampResp({"status": {"status": "granted"}, "time_stamp_token": cms.ContentInfo.load(token)})
    fuzz_signed.collect(
        folder,
        copy=real.pdf,
        foreign=foreign(office),
        root=office.root,
        receipt=office.receipt(real.pdf),
        answer=answer.dump(),
        at=office.clock().isoformat(),
    )
    return folder


@pytest.mark.timeout(20_000 if SOAK else 300)
@pytest.mark.parametrize("kind", fuzz_signed.KINDS)
def test_mutated_evidence_is_never_valid_and_never_another_error(kind: str, material: Path, tmp_path: Path) -> None:
    count = MOST.get(kind, COUNT)
    command = [sys.executable, str(fuzz_signed.__file__), str(material), "1000000", str(count), kind]
    done = subprocess.run(
        command, capture_output=True, check=False, env={**os.environ, "HNCERT_FUZZ_KEEP": str(tmp_path)}
    )
    kept = [path.read_bytes()[:4000] for path in tmp_path.iterdir()]
    assert done.returncode == 0, f"{done.stderr[-3000:].decode(errors='replace')}\n{kept!r}"
    came = json.loads(done.stdout)
    assert sum(came.values()) == count
    assert sum(1 for found in came.values() if found > count // 100) >= 2, f"all go one way: {came}"


def test_an_input_is_known_by_its_number(material: Path) -> None:
    bench = fuzz_signed.Bench(material)
    for kind in fuzz_signed.KINDS:
        assert bench.made(kind, 7) == bench.made(kind, 7)
        assert len({bench.made(kind, seed) for seed in range(50)}) > 30
