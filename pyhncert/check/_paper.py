"""What a rule about the paper may look at, and small steps that several predicates share."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pyhncert.recognise import fold
from pyhncert.values import Field, Kind, Original, PageFacts, Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """One paper: its pages, what was read on them, its kind, its fields by name; `today` is the day of the check.

    `originals` are the papers that its file was cut into."""

    pages: Sequence[PageFacts]
    readings: Sequence[Reading]
    kind: Kind
    fields: Mapping[str, Field]
    today: dt.date
    originals: Sequence[Original] = ()

    @property
    def written(self) -> bool:
        """Whether anything was read at all."""
        return any(line.text for reading in self.readings for line in reading.lines)


def day_of(field: Field | None) -> dt.date | None:
    """The day that `field` holds; of a year alone its first day; None for anything else (“Không thời hạn”)."""
    if field is None:
        return None
    found = re.fullmatch(r"(?:(\d{1,2})/(\d{1,2})/)?(\d{4})", field.value, re.ASCII)
    try:
        return dt.date(int(found[3]), int(found[2] or 1), int(found[1] or 1)) if found else None
    except ValueError:
        return None


def shown(day: dt.date) -> str:
    """``01/02/2024``, as papers print it."""
    return f"{day.day:02d}/{day.month:02d}/{day.year}"


def birthday(born: dt.date, years: int) -> tuple[dt.date, ...]:
    """The day on which somebody becomes `years` old; who was born on 29 February has two such days in other years."""
    year = born.year + years
    try:
        return (born.replace(year=year),)
    except ValueError:
        return dt.date(year, 2, 28), dt.date(year, 3, 1)


def plain(text: str) -> str:
    """`text` as far as two writings of it must agree: Unicode form, case and blanks are writing."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def bare(text: str) -> str:
    """Letters and digits of `text` without marks, as machine-readable rows have them."""
    return fold(text)
