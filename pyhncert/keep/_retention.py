"""How long each class of data is kept, and on what basis: ``data/retention.toml``."""

from __future__ import annotations

import datetime as dt
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from pyhncert.errors import UsageFault
from pyhncert.values import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """The rule for one class: `duty` where the law orders keeping, `days` after which it goes, None: it stays."""

    name: str
    what: Words
    duty: bool
    days: int | None
    lock: bool
    valid_from: dt.date
    valid_to: dt.date
    source: str
    basis: str

    def locked_until(self, kept_at: dt.datetime) -> dt.datetime | None:
        """Until when a store that can lock must keep what is stored now; None where the class asks for no lock."""
        return kept_at + dt.timedelta(days=self.days) if self.lock and self.days is not None else None


@cache
def _rules() -> tuple[Retention, ...]:
    data = tomllib.loads(files("pyhncert.keep").joinpath("data/retention.toml").read_text(encoding="utf-8"))
    return tuple(
        Retention(
            name=entry["name"],
            what=Words(entry["what_vi"], entry["what_en"]),
            duty=entry["duty"],
            days=entry.get("days"),
            lock=entry.get("lock", False),
            valid_from=entry["valid_from"],
            valid_to=entry.get("valid_to", dt.date.max),
            source=entry["source"],
            basis=entry["basis"],
        )
        for entry in data["class"]
    )


def retention(on: dt.date) -> dict[str, Retention]:
    """The rules in force on a day, by class."""
    return {rule.name: rule for rule in _rules() if rule.valid_from <= on <= rule.valid_to}


def retention_rule(name: str, on: dt.date) -> Retention:
    """The rule for a class on a day.

    Raises:
        UsageFault: there is none.
    """
    rules = retention(on)
    if name not in rules:
        known = ", ".join(rules)
        raise UsageFault(
            f"{name!r} is no class of data; one of {known}", f"không có loại dữ liệu {name!r}; chọn: {known}"
        )
    return rules[name]
