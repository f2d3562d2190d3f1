"""What a certified copy costs: column 7 (SPEC 1.13)."""

from __future__ import annotations

import datetime as dt
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from pyhncert.errors import UsageFault


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeRule:
    """`first_vnd` a page for the first `first_pages` pages, `further_vnd` beyond, at most `cap_vnd` a copy."""

    valid_from: dt.date
    valid_to: dt.date
    source: str
    first_pages: int
    first_vnd: int
    further_vnd: int
    cap_vnd: int
    place: str | None = None
    channel: str | None = None

    def fee(self, pages: int, copies: int) -> int:
        """VND for `copies` copies of an original of `pages` pages.

        Raises:
            UsageFault: there is less than one page or copy.
        """
        if pages < 1 or copies < 1:
            raise UsageFault(
                f"{pages} pages and {copies} copies; both are at least 1",
                f"{pages} trang và {copies} bản; cả hai phải từ 1 trở lên",
            )
        first = min(pages, self.first_pages)
        return min(first * self.first_vnd + (pages - first) * self.further_vnd, self.cap_vnd) * copies


@cache
def _rules() -> tuple[FeeRule, ...]:
    data = tomllib.loads(files("pyhncert.keep").joinpath("data/fees.toml").read_text(encoding="utf-8"))
    return tuple(FeeRule(**{"valid_to": dt.date.max, **entry}) for entry in data["copies"])


def fee_rule(on: dt.date, *, place: str | None = None, channel: str | None = None) -> FeeRule:
    """The rule for copies on the day `on`, at a place and through a channel.

    Raises:
        UsageFault: no rule is in force on that day.
    """
    for rule in reversed(_rules()):
        here = rule.place in (None, place) and rule.channel in (None, channel)
        if here and rule.valid_from <= on <= rule.valid_to:
            return rule
    raise UsageFault(f"no fee rule is in force on {on}", f"không có mức phí nào có hiệu lực ngày {on}")


def fee(pages: int, copies: int = 1, *, on: dt.date, place: str | None = None, channel: str | None = None) -> int:
    """VND for `copies` copies of an original of `pages` pages, by the rule of the day."""
    return fee_rule(on, place=place, channel=channel).fee(pages, copies)
