"""Working days, and by when an applicant has an answer (SPEC 1.8): the 15:00 rule, complex files, written agreement."""

from __future__ import annotations

import datetime as dt
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from pyhncert.errors import UsageFault
from pyhncert.values import VIETNAM

_SATURDAY = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeHours:
    """What an office adds to the calendar of the land: days of its own, Saturday mornings, and its hours."""

    holidays: frozenset[dt.date] = frozenset()
    workdays: frozenset[dt.date] = frozenset()
    saturday_morning: bool = False
    opens: dt.time = dt.time(8)
    closes: dt.time = dt.time(17)
    saturday_closes: dt.time = dt.time(12)

    def closing(self, day: dt.date) -> dt.time:
        """When the office closes on a working day."""
        half = day.weekday() == _SATURDAY and day not in self.workdays and day not in _year(day)["workdays"]
        return self.saturday_closes if half else self.closes


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """By when: `at` in Vietnam's time, on what ground, and whether an appointment slip must be given (not same day)."""

    at: dt.datetime
    source: str
    slip: bool
    unverified: bool = False
    """A day of the calendar between then and now stands there unverified."""


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(files("pyhncert.keep").joinpath("data/calendar.toml").read_text(encoding="utf-8"))


def _year(day: dt.date) -> dict[str, Any]:
    for entry in _data()["year"]:
        if entry["year"] == day.year:
            return dict(entry)
    raise UsageFault(
        f"the calendar does not know the public holidays of {day.year}; add them to calendar.toml",
        f"lịch chưa có ngày nghỉ lễ năm {day.year}; hãy bổ sung vào calendar.toml",
    )


def is_working_day(day: dt.date, hours: OfficeHours | None = None) -> bool:
    """Whether an office works on `day`.

    Raises:
        UsageFault: the calendar does not reach that year.
    """
    hours = hours or OfficeHours()
    year = _year(day)
    if day in hours.workdays:
        return True
    if day in hours.holidays or day in year["holidays"]:
        return False
    if day.weekday() < _SATURDAY or day in year["workdays"]:
        return True
    return hours.saturday_morning and day.weekday() == _SATURDAY


def _next(day: dt.date, hours: OfficeHours | None) -> dt.date:
    day += dt.timedelta(days=1)
    while not is_working_day(day, hours):
        day += dt.timedelta(days=1)
    return day


def due(
    received: dt.datetime,
    *,
    hours: OfficeHours | None = None,
    extra_days: int = 0,
    promised: dt.datetime | None = None,
    agreement: str = "",
) -> Due:
    """By when a request that was `received` complete has its answer: what was `promised`, else the last lawful day.

    After 15:00, or on a day off, it counts for the next working day. `extra_days` (0 to 2) are working days more for a
    complex file. What is `promised` for later needs a written `agreement`, whose number is given.

    Raises:
        UsageFault: more days than the law allows, a promise that is no working time, lies in the past or later than the
            law allows without agreement, or a year that the calendar does not know.
    """
    hours = hours or OfficeHours()
    rule = _data()["deadline"]
    received = received.astimezone(VIETNAM)
    today = received.date()
    if not 0 <= extra_days <= rule["complex_days"]:
        raise UsageFault(
            f"{extra_days} working days more; the law allows {rule['complex_days']}, more only by written agreement",
            f"thêm {extra_days} ngày làm việc; luật cho {rule['complex_days']}, hơn nữa phải thỏa thuận bằng văn bản",
        )
    late = received.time() > rule["cut_off"] or received.time() > hours.closing(today)
    day = _next(today, hours) if late or not is_working_day(today, hours) else today
    for _ in range(extra_days):
        day = _next(day, hours)
    at = dt.datetime.combine(day, hours.closing(day), VIETNAM)
    if promised is not None:
        at = _promised(promised.astimezone(VIETNAM), received, at, agreement, hours)
    doubtful = {day for entry in _data()["year"] for day in entry.get("unverified", ())}
    return Due(
        at=at,
        source=rule["source"],
        slip=at.date() != today,
        unverified=any(today <= day <= at.date() for day in doubtful),
    )


def _promised(
    promised: dt.datetime, received: dt.datetime, last: dt.datetime, agreement: str, hours: OfficeHours
) -> dt.datetime:
    day = promised.date()
    shown, shown_vi = f"{promised:%Y-%m-%d %H:%M}", f"{promised:%H:%M %d/%m/%Y}"
    if (
        promised < received
        or not is_working_day(day, hours)
        or not hours.opens <= promised.time() <= hours.closing(day)
    ):
        raise UsageFault(
            f"{shown} cannot be promised: it lies in the past or outside working hours",
            f"không thể hẹn {shown_vi}: đã qua hoặc ngoài giờ làm việc",
        )
    if promised > last and not agreement.strip():
        raise UsageFault(
            f"{shown} is later than the law allows ({last:%Y-%m-%d %H:%M}); it needs a written agreement",
            f"{shown_vi} muộn hơn thời hạn luật định ({last:%H:%M %d/%m/%Y}); cần thỏa thuận bằng văn bản",
        )
    return promised


def deadline_source() -> str:
    """The law that the time limit stands in."""
    return str(_data()["deadline"]["source"])
