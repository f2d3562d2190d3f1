"""Machine-readable rows of Vietnamese cards: TD1 of ICAO 9303, the twelve digits in its optional data (SPEC 3.3)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

_FIRST = re.compile(r"IDVNM(\d{9})(\d)(\d{12})<<(\d)", re.ASCII)
_SECOND = re.compile(r"(\d{6})(\d)([MF<])(\d{6})(\d)VNM(<{11})(\d)", re.ASCII)
_FOREVER = 99
"""Year of expiry on cards that have none (SPEC 3.3, a reader vendor's habit)."""


@dataclass(frozen=True, slots=True)
class Machine:
    """What the rows say, every check digit having been right: `number` of twelve digits, dates as dd/mm/yyyy."""

    number: str
    birth_date: str
    sex: str | None
    expiry_date: str | None


def check_digit(text: str) -> int:
    """The check digit of ICAO 9303 part 3: weights 7, 3, 1; letters count from 10, fillers are 0."""
    values = (0 if c == "<" else int(c, 36) for c in text)
    return sum(v * (7, 3, 1)[i % 3] for i, v in enumerate(values)) % 10


def td1(first: str, second: str) -> Machine | None:
    """The first two rows of a card; None when a letter is out of place or a check digit is wrong."""
    one, two = _FIRST.fullmatch(first), _SECOND.fullmatch(second)
    if one is None or two is None:
        return None
    document, document_check, number, number_check = one.groups()
    birth, birth_check, sex, expiry, expiry_check, _, composite = two.groups()
    checked = (
        (document, document_check),
        (f"{number}<<", number_check),
        (birth, birth_check),
        (expiry, expiry_check),
        (first[5:30] + second[0:7] + second[8:15] + second[18:29], composite),
    )
    if document != number[-9:] or any(check_digit(text) != int(digit) for text, digit in checked):
        return None
    century = 19 + int(number[3]) // 2
    born = _date(century, birth)
    until = None if int(expiry[:2]) == _FOREVER else _date(20, expiry)
    if born is None or (until is None and int(expiry[:2]) != _FOREVER):
        return None
    return Machine(number=number, birth_date=born, sex={"M": "Nam", "F": "Nữ"}.get(sex), expiry_date=until)


def find(texts: Sequence[str]) -> tuple[int, Machine] | None:
    """The first two rows next to each other among `texts` that are good, and which is the first."""
    for i, first in enumerate(texts):
        if first.startswith("IDVNM"):
            for second in texts[i + 1 : i + 3]:
                found = td1(first, second)
                if found is not None:
                    return i, found
    return None


def _date(century: int, digits: str) -> str | None:
    try:
        day = dt.date(100 * century + int(digits[:2]), int(digits[2:4]), int(digits[4:]))
    except ValueError:
        return None
    return f"{day.day:02d}/{day.month:02d}/{day.year}"
