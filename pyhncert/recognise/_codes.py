"""QR symbols on papers, as they are, and what that of an identity card says (SPEC 3.2).

The code of a card is unsigned text: it is held against print and machine-readable rows, and proves nothing by itself.
Others (vehicles, land certificates) stay raw.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pyhncert import _core
from pyhncert.values import Code

if TYPE_CHECKING:
    from pyhncert.values import Pixels

_NUMBER = re.compile(r"\d{12}", re.ASCII)
_OLD = re.compile(r"\d{9}", re.ASCII)
_DATE = re.compile(r"(\d\d)/?(\d\d)/?(\d{4})", re.ASCII)
_LONGEST = 1024
"""Characters of a card's code; those that are known have under 250."""


@dataclass(frozen=True, slots=True)
class CardCode:
    """The code of an identity card: dates as dd/mm/yyyy, `old_number` of nine digits or empty, `tail` as it came."""

    number: str
    old_number: str
    name: str
    birth_date: str
    sex: str
    residence: str
    issue_date: str
    tail: tuple[str, ...]


def codes(image: Pixels) -> tuple[Code, ...]:
    """The QR symbols on a page (height, width, 3), RGB, from top to bottom; empty where there are none.

    About 15 ms for an A4 page of 300 dpi. What is in them is text of strangers: escape it before it is shown.
    """
    import zxingcpp  # noqa: PLC0415  only who reads needs it

    gray = _core.gray(np.ascontiguousarray(image))
    found = []
    wanted = zxingcpp.barcode_formats_from_str("QRCode")
    for symbol in zxingcpp.read_barcodes(gray, formats=wanted, try_invert=False):
        at = symbol.position
        corners = (at.top_left, at.top_right, at.bottom_right, at.bottom_left)
        a, b, c, d = ((float(corner.x), float(corner.y)) for corner in corners)
        found.append(Code(text=symbol.text, quad=(a, b, c, d)))
    return tuple(sorted(found, key=lambda code: (code.quad[0][1], code.quad[0][0])))


def card_code(text: str) -> CardCode | None:
    """What the code of an identity card says; None where `text` is not such a code in every field that is known.

    The cards of 2021 have seven fields between strokes, the second the old number or empty; those of 2024 leave it out
    and may add fields, which are kept as they are. Dates are ddmmyyyy, or dd/mm/yyyy on some.
    """
    if len(text) > _LONGEST or any(unicodedata.category(letter)[0] == "C" for letter in text):
        return None
    number, *fields = (" ".join(unicodedata.normalize("NFC", part).split()) for part in text.split("|"))
    old = fields.pop(0) if fields and (not fields[0] or _OLD.fullmatch(fields[0])) else ""
    if not _NUMBER.fullmatch(number) or len(fields) < 5:
        return None
    name, birth, sex, residence, issued, *tail = fields
    born, given = _date(birth), _date(issued)
    if born is None or given is None or given <= born or sex not in {"Nam", "Nữ"} or not _is_name(name):
        return None
    return CardCode(number, old, name, _shown(born), sex, residence, _shown(given), tuple(tail))


def _is_name(text: str) -> bool:
    return bool(text) and all(letter.isalpha() or letter in " '’-." for letter in text)


def _date(text: str) -> dt.date | None:
    found = _DATE.fullmatch(text)
    try:
        return dt.date(int(found[3]), int(found[2]), int(found[1])) if found else None
    except ValueError:
        return None


def _shown(day: dt.date) -> str:
    return f"{day.day:02d}/{day.month:02d}/{day.year}"
