"""What certified copies cost (column 7; SPEC 1.13): by pages, copies, day, place and channel, all from data."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from pyhncert.errors import UsageFault
from pyhncert.values import Charge


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeRule:
    """`first_vnd` a page for the first `first_pages` pages, `further_vnd` beyond, at most `cap_vnd` a copy.

    Or, abroad, `copy_usd` a copy whatever its pages.
    """

    valid_from: dt.date
    valid_to: dt.date
    source: str
    first_pages: int = 0
    first_vnd: int = 0
    further_vnd: int = 0
    cap_vnd: int = 0
    copy_usd: int = 0
    place: str | None = None
    channel: str | None = None

    def fee(self, pages: int, copies: int) -> int:
        """The amount for `copies` copies of an original of `pages` pages: VND, or USD where the rule says `copy_usd`.

        Raises:
            UsageFault: there is less than one page or copy.
        """
        if pages < 1 or copies < 1:
            raise UsageFault(
                f"{pages} pages and {copies} copies; both are at least 1",
                f"{pages} trang và {copies} bản; cả hai phải từ 1 trở lên",
            )
        if self.copy_usd:
            return self.copy_usd * copies
        first = min(pages, self.first_pages)
        return min(first * self.first_vnd + (pages - first) * self.further_vnd, self.cap_vnd) * copies


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(files("pyhncert.keep").joinpath("data/fees.toml").read_text(encoding="utf-8"))


def _in_force(rule: Mapping[str, Any], on: dt.date, place: str | None, channel: str | None) -> bool:
    here = rule.get("place") in (None, place) and rule.get("channel") in (None, channel)
    return here and rule["valid_from"] <= on <= rule.get("valid_to", dt.date.max)


def fee_rule(on: dt.date, *, place: str | None = None, channel: str | None = None) -> FeeRule:
    """The rule for copies on the day `on`, at a place and through a channel.

    Raises:
        UsageFault: no rule is in force on that day.
    """
    for rule in reversed(_data()["copies"]):
        if _in_force(rule, on, place, channel):
            return FeeRule(**{"valid_to": dt.date.max, **rule})
    raise UsageFault(f"no fee rule is in force on {on}", f"không có mức phí nào có hiệu lực ngày {on}")


def charge(
    pages: int,
    copies: int = 1,
    *,
    on: dt.date,
    place: str | None = None,
    channel: str | None = None,
    retained: int = 0,
    waiver: str | None = None,
) -> Charge:
    """What `copies` copies of an original of `pages` pages cost; an electronic copy is one of them.

    `retained` of the copies stay with the office; `waiver` is the reason for which nothing is charged, as
    ``office_fault``.

    Raises:
        UsageFault: no rule is in force on that day, a count is wrong, or no such waiver is known.
    """
    if not 0 <= retained <= copies:
        raise UsageFault(
            f"{retained} of {copies} copies cannot be retained", f"không thể lưu {retained} trên {copies} bản"
        )
    rule = fee_rule(on, place=place, channel=channel)
    gross = rule.fee(pages, copies)
    waived, why = 0, ""
    if waiver is not None:
        waived, why = gross, _waiver(waiver, on)
    elif retained:
        waived, why = rule.fee(pages, retained), _waiver("retained", on)
    subsidised, payer = 0, ""
    for entry in _data()["subsidies"]:
        if gross > waived and _in_force(entry, on, place, channel):
            subsidised, payer = (gross - waived) * entry["percent"] // 100, entry["source"]
    return Charge(
        gross=gross,
        waived=waived,
        subsidised=subsidised,
        currency="USD" if rule.copy_usd else "VND",
        rule=rule.source,
        waiver=why,
        subsidy=payer,
    )


def _waiver(reason: str, on: dt.date) -> str:
    for entry in _data()["waivers"]:
        if entry["reason"] == reason and _in_force(entry, on, None, None):
            return str(entry["source"])
    raise UsageFault(f"no waiver {reason!r} is in force on {on}", f"không có căn cứ miễn phí {reason!r} ngày {on}")
