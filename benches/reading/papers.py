"""What is known of a page's kind and fields, and a reading without a fault, to judge titles and labels alone."""

from __future__ import annotations

import re
import unicodedata

from drawing.sheet import Sheet

from pyhncert.values import Line, Quad, Reading, Word

NAMES: dict[str, dict[str, str]] = {
    "cmnd": {"number": "personal_id"},
    "dkdn": {"representative": "representative_name"},
    "dk_xe": {
        "owner": "owner_name",
        "address": "owner_address",
        "engine": "engine_number",
        "chassis": "chassis_number",
        "type": "vehicle_type",
    },
    "ho_khau": {"head": "head_name"},
}
"""Fields that the sets call by other names than the product."""
NONE = frozenset({"other", "foreign"})
_DIGITS = frozenset({"capital"})
_DECIMALS = frozenset({"listening", "speaking", "reading", "writing", "overall"})
_MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]


def kind_of(kind: str) -> str:
    """The kind that the product must name: letters and foreign pages are none."""
    return "unknown" if kind in NONE else kind


def field_name(kind: str, name: str) -> str:
    """What the product calls the field `name` of the sets."""
    return NAMES.get(kind, {}).get(name, name)


def same(name: str, printed: str, got: str) -> bool:
    """Whether a value is what was printed; what is no part of it is left away.

    That is: Unicode form, blanks, punctuation at the end, the amount in words behind an area, the unit of a capital or
    capacity, the English half of a sex, and the writing of dates and decimals.
    """
    want = plain(printed)
    if name in _DIGITS:
        return re.sub(r"\D", "", want) == got
    if name in _DECIMALS:
        return want.replace(".", ",") == got
    if name == "capacity":
        return want.split()[0] == got
    if name == "area":
        want = want.partition(" (")[0]
    elif name == "sex":
        want = want.partition("/")[0].strip().capitalize()
    elif date := re.fullmatch(r"(\d\d)/([A-Z]{3})/(\d{4})", want):
        want = f"{date[1]}/{_MONTHS.index(date[2]) + 1:02d}/{date[3]}"
    elif date := re.fullmatch(r"(\d\d)-(\d\d)-(\d{4})", want):
        want = "/".join(date.groups())
    return want == plain(got)


def plain(text: str) -> str:
    """NFC, single blanks, no separator at the end."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", text)).strip(" .,;:")


def printed_reading(sheet: Sheet, page: int = 1) -> Reading:
    """The lines of `sheet` as they are printed: what a reader without a fault would read."""
    lines = [_line(" ".join(line.text.split()), line.box) for line in sheet.lines if line.text.strip()]
    lines.sort(key=lambda line: (line.quad[0][1], line.quad[0][0]))
    return Reading(page=page, lines=tuple(lines), reader="as printed")


def _line(text: str, box: tuple[float, float, float, float]) -> Line:
    text = unicodedata.normalize("NFC", text)
    x0, y0, x1, y1 = box

    def quad(left: float, right: float) -> Quad:
        return ((left, y0), (right, y0), (right, y1), (left, y1))

    words, at = [], 0
    for word in text.split():
        begin = text.index(word, at)
        at = begin + len(word)
        left, right = (x0 + (x1 - x0) * n / len(text) for n in (begin, at))
        words.append(Word(text=word, quad=quad(left, right), confidence=0.99))
    return Line(text=text, quad=quad(x0, x1), confidence=0.99, words=tuple(words))
