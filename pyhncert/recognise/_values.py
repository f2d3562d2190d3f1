"""From the words behind a label to a value: cleaned, never guessed at."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable

from pyhncert.recognise._text import fold

_EDGE = " \t.,;:…_|'`‘’“”\"~*-–—=«»„^<>\\/()[]{}"
_LEADER = re.compile(r"[.…_·]{2,}|(?:\s[._·…]){2,}")
_AGAIN = re.compile(r",(?:\s+[,.])+(?=\s)")
"""A comma and what was read of the leaders behind it, where a value goes on in another row."""
_DATE = re.compile(r"(?<!\d)(\d{1,2})\s*[/\-.,|IJl]\s*(\d{1,2})\s*[/\-.,|IJl]\s*(\d{4})(?!\d)")
_SPOKEN = re.compile(
    r"(?:ng[àáaảạ]y\S*\s*(?:\(\w+\)\s*)?|(?<!\d))(\d{1,2})\s*,?\s*th[áàa]ng\S*\s*(\d{1,2})\s*,?\s*n[ăaâ]m\S*\s*(\d{4})",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?<!\d)(1[89]\d\d|20\d\d)(?!\d)")
_ENGLISH = re.compile(r"(?<!\d)(\d{1,2})[\s/.\-|IJl]*([A-Za-z0]{3})[a-z]*[\s/.,\-|IJl]*(\d{4})(?!\d)")
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_SEXES = {"NAM": "Nam", "M": "Nam", "MALE": "Nam", "NU": "Nữ", "F": "Nữ", "FEMALE": "Nữ"}
_AREA = re.compile(r"(\d[\d.]*(?:,\d+)?)\s*m")
FOREVER = "Không thời hạn"


def tidy(text: str) -> str:
    """NFC, single spaces, no leaders, no dirt at the ends."""
    text = _AGAIN.sub(",", " ".join(unicodedata.normalize("NFC", _LEADER.sub(" ", text)).split()))
    kept = text.strip(_EDGE)
    after = text[text.find(kept) + len(kept) :]
    return f"{kept})" if after.startswith(")") and kept.count("(") > kept.count(")") else kept


def date_in(text: str) -> str | None:
    """The date in `text` as dd/mm/yyyy when it is a real and unambiguous one.

    ``1/2/2024``, ``01-02-2024``, ``ngày 1 tháng 2 năm 2024``, ``01/FEB/2024``; eight digits in a
    row, and strokes that were read as 1 (``16108 1982`` never: two readings) when only one way of reading them is a
    date.
    """
    for pattern in (_SPOKEN, _DATE):
        found = pattern.search(text)
        if found:
            return _real(*map(int, found.groups()))
    english = _ENGLISH.search(text)
    month = english[2].upper().replace("0", "O") if english else ""
    if english and month in _MONTHS:
        return _real(int(english[1]), 1 + _MONTHS.index(month), int(english[3]))
    digits = re.sub(r"[\s/|.\-]", "", text)
    run = re.search(r"(?<!\d)\d{8,10}(?!\d)", digits)
    if run is None:
        return None
    all_digits = run.group()
    ways = set()
    body, year = all_digits[:-4], all_digits[-4:]
    # a stroke between day, month and year is either lost or read as 1
    for first in ("", "1"):
        for second in ("", "1"):
            if (
                len(body) == 4 + len(first) + len(second)
                and body[2 : 2 + len(first)] == first
                and body.endswith(second)
            ):
                month = body[2 + len(first) : 4 + len(first)]
                real = _real(int(body[:2]), int(month), int(year))
                if real is not None:
                    ways.add(real)
    return ways.pop() if len(ways) == 1 else None


def _real(day: int, month: int, year: int) -> str | None:
    try:
        date = dt.date(year, month, day)
    except ValueError:
        return None
    return f"{date.day:02d}/{date.month:02d}/{date.year}" if 1850 <= year <= 2150 else None


def value(kind: str, text: str, *, ever: bool = False, strip: tuple[str, ...] = ()) -> str | None:
    """`text` as a value of type `kind` (fields.toml), or None when it is none."""
    if kind == "number":
        return _number(text)
    text = tidy(text)
    if ever and "KHONGTHOIHAN" in fold(text):
        return FOREVER
    if kind == "name":
        return _name(text, strip)
    way = _WAYS.get(kind)
    return way(text) if way is not None else text or None


def _name(text: str, strip: tuple[str, ...]) -> str | None:
    for word in strip:
        if text.casefold().startswith((f"{word.casefold()} ", f"{word.casefold()}: ")):
            text = text[len(word) :].strip(_EDGE)
            break
    return text if sum(c.isalpha() for c in text) >= 2 else None


def _year(text: str) -> str | None:
    found = _YEAR.search(text)
    return found.group() if found else None


def _id(text: str) -> str | None:
    """Twelve digits, else nine (the old card), else nothing."""
    runs = re.findall(r"\d+", re.sub(r"[\s.]", "", text))
    return next((run for size in (12, 9) for run in runs if len(run) == size), None)


def _sex(text: str) -> str | None:
    # a stroke beside the word is read as a letter; “NAM / M”, “Nữ/Female”
    found = re.fullmatch(r"(NAM|NU)[UIJLT17]{0,2}(M|MALE|F|FEMALE)?", fold(text))
    if found:
        said = _SEXES[found.group(1)]
        return said if _SEXES.get(found.group(2), said) == said else None
    return _SEXES.get(fold(text))


def _area(text: str) -> str | None:
    found = _AREA.search(text)
    return f"{found.group(1)} m²" if found else text or None


def _code(text: str) -> str | None:
    return text if any(c.isalnum() for c in text) else None


def _money(text: str) -> str | None:
    """The digits of an amount, whose thousands are set apart by full stops or blanks."""
    found = re.search(r"\d{1,3}(?:[.,\s]\d{3})+|\d+", text)
    return re.sub(r"\D", "", found.group()) if found else None


def _number(text: str) -> str | None:
    """Digits with a comma before decimals, as Vietnamese papers write them; None where the decimals were not read."""
    found = re.search(r"(?<![\d.,])\d+(?:[.,]\d+)?(?![\d,]|\.\d)", text)
    return found.group().replace(".", ",") if found else None


_WAYS: dict[str, Callable[[str], str | None]] = {
    "date": date_in,
    "year": _year,
    "id": _id,
    "sex": _sex,
    "area": _area,
    "code": _code,
    "money": _money,
}
