"""Values of the library as JSON: dataclasses as objects, words in both languages, digests in hex, times in ISO 8601."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pyhncert.values import Words


def plain(value: Any) -> Any:  # noqa: PLR0911  one return for each type
    """`value` made of dict, list, str, numbers, bool and None only."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Words):
        return {"vi": value.vi, "en": value.en}
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    raise TypeError(f"no JSON for {type(value).__name__}")
