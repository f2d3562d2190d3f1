"""Machine-readable rows of ICAO 9303: TD1 of Vietnamese cards, the twelve digits in its optional data (SPEC 3.3), and
TD3 of Vietnamese passports."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

from pyhncert.values import Line, Reading

_FIRST = re.compile(r"IDVNM(\d{9})(\d)(\d{12})<<(\d)", re.ASCII)
_SECOND = re.compile(r"(\d{6})(\d)([MF<])(\d{6})(\d)VNM(<{11})(\d)", re.ASCII)
_NAMES = re.compile(r"P<VNM([A-Z]+(?:<[A-Z]+)*)<<([A-Z]+(?:<[A-Z]+)*)(<*)", re.ASCII)
_NAME_ROW = re.compile(r"([A-Z]+(?:<[A-Z]+)*)<<([A-Z]+(?:<[A-Z]+)*)<*", re.ASCII)
_PASSPORT = re.compile(
    r"([A-Z]\d{7}[\d<])(\d)VNM(\d{6})(\d)([MF<])(\d{6})(\d)(\d{9}<{5}|\d{12}<<|<{14})([\d<])(\d)", re.ASCII
)
_ROW = re.compile(r"(?=.*<<)[A-Z0-9<]{28,46}", re.ASCII)
"""What looks like a row for machines, a letter or two lost or too many."""
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


def name_row(texts: Sequence[str]) -> str | None:
    """The name in a card's third row, in bare capitals, among the `texts` after its second; it has no check digit."""
    found = (_NAME_ROW.fullmatch(text) for text in texts if len(text) == 30)
    return next((f"{name[1]} {name[2]}".replace("<", " ") for name in found if name), None)


@dataclass(frozen=True, slots=True)
class Passport:
    """What a passport's rows say, every check digit having been right: names in bare capitals, dates as dd/mm/yyyy.

    `personal_id` are the nine or twelve digits of the identity paper, or empty; `sex` is None where the row leaves it
    open. The year of birth is the latest that is not after `today`, which the row itself cannot say.
    """

    number: str
    surname: str
    given_names: str
    birth_date: str
    sex: str | None
    expiry_date: str
    personal_id: str


def td3(first: str, second: str, *, today: dt.date) -> Passport | None:
    """The two rows of a Vietnamese passport; None when a letter is out of place or a check digit is wrong.

    The names have no check digit: whatever reads as names passes.
    """
    one, two = _NAMES.fullmatch(first), _PASSPORT.fullmatch(second)
    if one is None or two is None or len(first) != 44:
        return None
    number, number_check, birth, birth_check, sex, expiry, expiry_check, optional, optional_check, composite = (
        two.groups()
    )
    checked = (
        (number, number_check),
        (birth, birth_check),
        (expiry, expiry_check),
        (second[0:10] + second[13:20] + second[21:43], composite),
    )
    if any(check_digit(text) != int(digit) for text, digit in checked):
        return None
    filled = optional != "<" * 14
    if (optional_check == "<" and filled) or (optional_check != "<" and check_digit(optional) != int(optional_check)):
        return None
    until = _date(20, expiry)
    born = _date(20, birth)
    if born is None or dt.date(int(born[6:]), int(born[3:5]), int(born[:2])) > today:
        born = _date(19, birth)
    if born is None or until is None:
        return None
    return Passport(
        number=number.rstrip("<"),
        surname=one[1].replace("<", " "),
        given_names=one[2].replace("<", " "),
        birth_date=born,
        sex={"M": "Nam", "F": "Nữ"}.get(sex),
        expiry_date=until,
        personal_id=optional.rstrip("<"),
    )


def find_passport(texts: Sequence[str], *, today: dt.date) -> tuple[int, Passport] | None:
    """The two rows of a passport among `texts` that are good, and which is the first."""
    for i, first in enumerate(texts):
        if first.startswith("P<VNM"):
            for second in texts[i + 1 : i + 3]:
                found = td3(first, second, today=today)
                if found is not None:
                    return i, found
    return None


def broken_rows(reading: Reading, *, today: dt.date) -> Line | None:
    """The first row for machines on a page where no rows pass their check digits; None where all is well."""
    rows = [line for line in reading.lines if _ROW.fullmatch(line.text.replace(" ", ""))]
    texts = [line.text for line in reading.lines]
    if not rows or find(texts) is not None or find_passport(texts, today=today) is not None:
        return None
    return rows[0]


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
