"""The officer's decision as canonical JSON, and the digest that stands for it in the copy."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pyhncert.issue import canonical_json


def record_json(value: Any) -> bytes:
    """`value` as canonical JSON; our own values (findings, overrides, words, times, digests) may stand in it.

    Raises:
        TypeError, ValueError: `value` holds something that has no such form.
    """
    return canonical_json(_plain(value))


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return _plain(value._asdict())
    if isinstance(value, Mapping):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        some = [_plain(v) for v in value]
        return sorted(some) if isinstance(value, set | frozenset) else some
    return _word(value)


def _word(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value) if isinstance(value, Path) else value


def findings_digest(record: bytes, salt: bytes) -> bytes:
    """SHA-256 over `salt` and the canonical `record`; without the salt nobody can guess findings from the digest."""
    return hashlib.sha256(salt + record).digest()
