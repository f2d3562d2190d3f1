"""Golden copies: what an earlier release issued, every later one verifies."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from pyhncert.errors import Altered, Undecided
from pyhncert.verify import verify_copy

COPIES = sorted(path.parent for path in Path(__file__).parent.glob("*/*/copy.pdf"))


def load(folder: Path) -> tuple[bytes, bytes, dict, dt.datetime]:
    receipt = json.loads((folder / "copy.receipt.json").read_text("utf-8"))
    issued = dt.datetime.fromisoformat(receipt["register"]["certified_at"])
    return (
        (folder / "copy.pdf").read_bytes(),
        (folder / "root.pem").read_bytes(),
        receipt,
        issued + dt.timedelta(days=1),
    )


def test_there_are_golden_copies_of_each_scheme():
    assert {folder.name for folder in COPIES} == {"rsa-pss", "rsa-v15", "ecdsa"}


@pytest.mark.parametrize("folder", COPIES, ids=lambda f: f"{f.parent.name}-{f.name}")
def test_a_golden_copy_is_valid_with_and_without_its_receipt(folder):
    data, root, receipt, now = load(folder)
    for known in (receipt, None):
        report = verify_copy(data, trust=[root], receipt=known, now=now)
        assert report.verdict == "valid"
        assert report.code == receipt["code"]
        assert report.level == "B-LT"


@pytest.mark.parametrize("folder", COPIES, ids=lambda f: f"{f.parent.name}-{f.name}")
def test_a_golden_copy_with_a_changed_byte_is_altered_and_with_another_root_undecided(folder):
    data, root, receipt, now = load(folder)
    broken = bytearray(data)
    broken[len(data) // 3] ^= 1
    with pytest.raises(Altered):
        verify_copy(bytes(broken), trust=[root], receipt=receipt, now=now)
    other = next(f for f in COPIES if f != folder)
    with pytest.raises(Undecided):
        verify_copy(data, trust=[(other / "root.pem").read_bytes()], receipt=receipt, now=now)
