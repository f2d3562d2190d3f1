"""The words on a copy's face, from data with days of validity."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from pyhncert.errors import UsageFault

__all__ = ["wording"]


@cache
def _data() -> Mapping[str, Any]:
    return tomllib.loads(files("pyhncert.issue").joinpath("data/wording.toml").read_text("utf-8"))


def wording(profile: str, day: dt.date) -> Mapping[str, Any]:
    """The words of `profile` (``certified`` or ``sao_y``, SPEC 1.5) as they stand on `day`.

    Raises:
        UsageFault: no such profile, or none valid on that day.
    """
    known = sorted({entry["key"] for entry in _data()["profile"]})
    for entry in _data()["profile"]:
        if entry["key"] == profile and entry["valid_from"] <= day <= entry.get("valid_to", dt.date.max):
            return {**_data()["common"], **entry}
    raise UsageFault(
        f"no wording for profile {profile!r} on {day}",
        f"không có lời chứng cho mẫu {profile!r} vào ngày {day}",
        hint=f"use one of: {', '.join(known)}",
        hint_vi=f"chọn một trong: {', '.join(known)}",
    )
