"""``[desk]`` of ``office.toml``: where the office is, its hours and days, its name at the national portal."""

from __future__ import annotations

import datetime as dt
import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pyhncert.errors import UsageFault

__all__ = ["DESK", "DeskSettings", "read_desk"]

_TEXTS = ("place", "agency_id", "device")
_TIMES = ("opens", "closes", "saturday_closes")
_DAYS = ("holidays", "workdays")
CHANNELS = ("desk", "online")
DESK = frozenset({*_TEXTS, *_TIMES, *_DAYS, "channel", "saturday_morning"})
"""The names that the section may have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskSettings:
    """`place` and `channel` choose fee rules, `agency_id` begins the codes of files, `device` stands in each event.

    Hours and days add to the calendar of the land (`keep.OfficeHours`).
    """

    place: str | None = None
    channel: str = "desk"
    agency_id: str = "Z00"
    device: str = ""
    hours: Mapping[str, Any]


def read_desk(table: object, wrong: Callable[[str, str, str], UsageFault]) -> DeskSettings:
    """The settings of the section; `wrong` makes the error for a name."""
    if not isinstance(table, dict):
        raise wrong("desk", "must be a table", "phải là một bảng")
    for name, value in table.items():
        if name not in DESK:
            raise wrong(f"desk.{name}", "is not known", "không được biết đến")
        days = isinstance(value, list) and all(isinstance(d, dt.date) and not isinstance(d, dt.datetime) for d in value)
        fits = {
            **{text: isinstance(value, str) for text in (*_TEXTS, "channel")},
            **{time: isinstance(value, dt.time) for time in _TIMES},
            **dict.fromkeys(_DAYS, days),
            "saturday_morning": isinstance(value, bool),
        }
        if not fits[name]:
            raise wrong(f"desk.{name}", "has the wrong type", "sai kiểu")
    if table.get("channel", "desk") not in CHANNELS:
        raise wrong("desk.channel", "must be desk or online", "phải là desk hoặc online")
    return DeskSettings(
        place=table.get("place") or None,
        channel=table.get("channel", "desk"),
        agency_id=table.get("agency_id", "Z00"),
        device=table.get("device") or platform.node(),
        hours={name: table[name] for name in (*_TIMES, *_DAYS, "saturday_morning") if name in table},
    )
