"""Canonical JSON, and the digest that stands for the officer's decision in the copy."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any


def _nfc(value: Any) -> Any:
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, Mapping):
        return {unicodedata.normalize("NFC", str(k)): _nfc(v) for k, v in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        return [_nfc(v) for v in value]
    if isinstance(value, bytes | bytearray):
        return value.hex()
    return value


def canonical_json(value: Any) -> bytes:
    """`value` as JSON in one form only: sorted keys, no spaces, NFC, UTF-8; bytes become hex digits.

    Raises:
        TypeError, ValueError: `value` holds something that JSON has no form for, NaN included.
    """
    text = json.dumps(_nfc(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode()


def findings_digest(record: bytes, salt: bytes) -> bytes:
    """SHA-256 over `salt` and the canonical `record`; without the salt nobody can guess findings from the digest."""
    return hashlib.sha256(salt + record).digest()
