"""A file of many pages cut into papers, by what was read alone (SPEC 6): each page belongs to one paper."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from pyhncert.recognise._agreement import agreed
from pyhncert.recognise._classify import booklet, card, page_kind, short_name
from pyhncert.recognise._fields import fields
from pyhncert.recognise._text import fold, likeness
from pyhncert.values import Field, Kind, Original, Reading, Words

BLANK = Words("trang trắng", "blank page")
_FEW = 3
"""A page with no more letters is blank."""
_COVER = 2.2
"""A page whose letters are at most so many times those of its title bears nothing but the title."""
_AGAIN = 0.8
"""The share of words that two scans of one page have in common; two pages of one form have less."""
_ALIKE = 0.84
_LONGEST = 40
_NUMBERS = (
    "personal_id",
    "machine_number",
    "machine_passport_number",
    "code_number",
    "number",
    "serial_number",
    "register_number",
    "enterprise_code",
    "plate",
    "chassis_number",
)
_NAMES = ("full_name", "machine_name", "code_name", "owner_name", "company_name", "head_name", "husband_name")
_MARKS = ("number", "serial_number", "enterprise_code", "plate")
_SUBJECTS = ("full_name", "owner_name", "company_name", "head_name", "husband_name", "subject", "machine_name")


@dataclass(slots=True)
class _Open:
    """A paper that may still get pages."""

    kind: Kind
    pages: list[_Page] = field(default_factory=list)
    again: int | None = None

    @property
    def numbers(self) -> dict[str, str]:
        return {name: value for page in reversed(self.pages) for name, value in page.numbers.items()}

    @property
    def names(self) -> set[str]:
        return {name for page in self.pages for name in page.names}


@dataclass(frozen=True, slots=True)
class _Page:
    """One page: its kind, whether a text begins on it, what it says of whom."""

    reading: Reading
    kind: Kind
    begins: bool
    cover: bool
    words: frozenset[str]
    numbers: dict[str, str]
    names: frozenset[str]


def originals(readings: Sequence[Reading], *, today: dt.date | None = None) -> tuple[Original, ...]:
    """The papers of a file, in the order of their first pages; together they have each page once.

    A page with a title begins a paper, unless it goes on with the one before: covers and backs that repeat only the
    title, pages of one booklet, lists that come with a decision. Sides of a card come together only on the same number
    or person. A page that was scanned again is another copy, and says of which paper. `today` as in `fields`.
    """
    found: list[_Open] = []
    for reading in readings:
        page = _page(reading, today)
        again = _scanned_again(page, found)
        home = None if again is not None else _home(page, found)
        if home is None:
            found.append(_Open(page.kind, [page], again))
        else:
            home.pages.append(page)
            if home.kind.key == "unknown" or (not home.kind.title and page.kind.title):
                home.kind = page.kind
    return tuple(_closed(one, today) for one in found)


def _page(reading: Reading, today: dt.date | None) -> _Page:
    letters = sum(c.isalnum() for line in reading.lines for c in line.text)
    if letters <= _FEW and not reading.codes:
        kind, begins = Kind(key="blank", name=BLANK, title="", confidence=1.0, page=reading.page), True
    else:
        kind, begins = page_kind(reading)
    said = {one.name: one.value for one in fields(kind, [reading], today=today)}
    title = len(fold(kind.title))
    return _Page(
        reading=reading,
        kind=kind,
        begins=begins,
        cover=bool(title) and not said and letters <= _COVER * title + 60,
        words=frozenset(fold(word) for line in reading.lines for word in line.text.split()) - {""},
        numbers={name: fold(said[name]) for name in _NUMBERS if name in said},
        names=frozenset(fold(said[name]) for name in _NAMES if name in said),
    )


def _scanned_again(page: _Page, found: Sequence[_Open]) -> int | None:
    """The paper of which `page` shows a page a second time."""
    if page.kind.key == "blank" or len(page.words) < 2 * _FEW:
        return None
    for i, paper in enumerate(found):
        for other in paper.pages:
            both = len(page.words & other.words)
            if other.kind.key == page.kind.key and both >= _AGAIN * len(page.words | other.words):
                return i if _speak_of_one(page, other.numbers, set(other.names)) is not False else None
    return None


def _home(page: _Page, found: Sequence[_Open]) -> _Open | None:
    """The paper that `page` belongs to; None where it begins one."""
    last = next((one for one in reversed(found) if one.kind.key != "blank"), None)
    if page.kind.key == "blank" or last is None:
        return None
    if card(page.kind.key):
        # the other side of a card: only on the same number or person, wherever it lies in the file
        same = (one for one in found if one.kind.key == page.kind.key and one.again is None)
        return next((one for one in same if _speak_of_one(page, one.numbers, one.names)), None)
    if page.kind.key == "unknown":
        return None if page.begins or card(last.kind.key) or last.again is not None else last
    if last.kind.key != page.kind.key:
        return None
    if page.cover or all(one.cover for one in last.pages):
        return last
    one = _speak_of_one(page, last.numbers, last.names)
    return last if one or (one is None and (not page.begins or booklet(page.kind.key))) else None


def _speak_of_one(page: _Page, numbers: dict[str, str], names: set[str]) -> bool | None:
    """Whether page and paper are about one number or person; None where neither says so."""
    shared = [name for name in page.numbers if name in numbers]
    across = {*page.numbers.values()} & {*numbers.values()}
    if across:
        return True
    least = 1 if page.begins or card(page.kind.key) else _ALIKE  # what goes on may have been misread by a letter
    if any(likeness(numbers[name], page.numbers[name]) < least for name in shared):
        return False
    if page.names and names:
        return any(likeness(mine, other) >= _ALIKE for mine in page.names for other in names)
    return None


def _closed(paper: _Open, today: dt.date | None) -> Original:
    pages = [page.reading for page in paper.pages]
    said = agreed(fields(paper.kind, pages, today=today), pages)
    return Original(
        kind=paper.kind,
        pages=tuple(reading.page for reading in pages),
        fields=said,
        name=_shown(paper.kind, said),
        again=paper.again,
    )


def _shown(kind: Kind, said: Sequence[Field]) -> str:
    """``Khai sinh 475/2023 HỒ CÔNG KIỆT``: kind, mark, subject, in forty letters; of a personal number its end."""
    values = {one.name: one.value for one in said}
    mark = next((values[name] for name in _MARKS if name in values), "")
    if not mark and "personal_id" in values:
        mark = f"…{values['personal_id'][-4:]}"
    subject = next((values[name] for name in _SUBJECTS if name in values), "")
    shown = " ".join(part for part in (short_name(kind.key), mark, subject) if part)
    return shown if len(shown) <= _LONGEST else f"{shown[: _LONGEST - 1].rstrip()}…"
