"""The year's register of one kind on paper, closed on 31 December: covers, all lines, and the sheet that closes it.

One volume for each unit, kind of book and year (SPEC 1.6): pages run on from the first cover to the closing sheet.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from itertools import groupby

from pyhncert.errors import UsageFault
from pyhncert.issue._font import Font
from pyhncert.keep._acts import ABANDONABLE
from pyhncert.keep._book import Book
from pyhncert.keep._form import form, words
from pyhncert.keep._print import BOTTOM, LEFT, RIGHT, TOP, Pages, Totals
from pyhncert.values import VIETNAM, RegisterLine


def yearly_pdf(
    lines: Iterable[RegisterLine],
    books: Sequence[Book],
    *,
    unit: str,
    symbol: str,
    year: int,
    font: Font,
    now: dt.datetime,
    trial: bool = False,
) -> bytes:
    """The lines of a year of one `unit` and kind of book, in their order, and the sheet that closes them.

    `books` are those of the register; a year without lines is closed under its last book.

    Raises:
        UsageFault: the year is not over, the unit has no such book, an act is still under way, or a number is missing.
    """
    if now.astimezone(VIETNAM).year <= year:
        raise UsageFault(f"{year} is not over yet; close it next year", f"năm {year} chưa hết; hãy khóa sổ sau đó")
    known = {book.name: book for book in books if (book.unit, book.symbol) == (unit, symbol)}
    held = [
        book
        for book in known.values()
        if book.opened_on.year <= year and (book.closed_on is None or book.closed_on.year >= year)
    ]
    if not held:
        raise UsageFault(
            f"unit {unit} had no book of kind {symbol} in {year}", f"năm {year} đơn vị {unit} không có sổ loại {symbol}"
        )
    pages = _Year(font, form(dt.date(year, 12, 31)), words("year", year=year), now=now, span="year")
    whole, names = Totals(), []
    for name, some in groupby(_checked(lines), key=lambda line: line.book):
        names.append(name)
        pages.cover(known[name], trial=trial)
        pages.table(_counted(some, whole), known[name])
    if not names:
        names = [held[-1].name]
        pages.cover(held[-1], trial=trial)
        pages.table((), held[-1])
    pages.close(whole, year=year, symbol=symbol, books=names)
    return pages.finish()


def _checked(lines: Iterable[RegisterLine]) -> Iterable[RegisterLine]:
    for expected, line in enumerate(lines, start=1):
        shown = f"{line.number:02d}/{line.year}"
        if line.number != expected:
            raise UsageFault(
                f"number {expected:02d} is missing before {shown}; run hncert doctor",
                f"thiếu số {expected:02d} trước số {shown}; hãy chạy hncert doctor",
            )
        if line.state in ABANDONABLE:
            raise UsageFault(
                f"number {shown} is still under way ({line.state}); settle it before the year is closed",
                f"số {shown} còn đang thực hiện ({line.state}); hãy xử lý trước khi khóa sổ",
            )
        yield line


def _counted(lines: Iterable[RegisterLine], whole: Totals) -> Iterable[RegisterLine]:
    for line in lines:
        whole.add(line)
        yield line


class _Year(Pages):
    """Adds the sheet that closes the year."""

    def close(self, whole: Totals, *, year: int, symbol: str, books: Sequence[str]) -> None:
        """Totals of all books, the void numbers, how many pages, and place for signature and seal."""
        y = self._centre(TOP + 6, words("closing", year=year), 20, bold=True)
        y = self._centre(y + 1, self.agency, 13, bold=True) + 6
        told = [words("closing_day", year=year), words("closing_kind", symbol=symbol, books=", ".join(books))]
        told.append(whole.words("closing_numbers" if whole.lines else "closing_none"))
        if whole.voided:
            told.append(words("closing_voided", numbers=", ".join(f"{number:02d}" for number in whole.voided)))
        told += [whole.words("closing_copies"), whole.words("closing_fees")]
        for text in told:
            y = self._paragraph(y, text)
        sheets = words("closing_sheets", sheets=len(self.sheets) + 1)
        if y + 68 > BOTTOM:
            self._number()
            self._flush()
            y, sheets = TOP, words("closing_sheets", sheets=len(self.sheets) + 1)
        y = self._paragraph(y, sheets)
        self.canvas.text(LEFT, y + 4, RIGHT - LEFT, words("closing_date"), 11, align=1.0)
        self._sign(y + 12)
        self._number()
        self._flush()

    def _paragraph(self, y: float, text: str) -> float:
        """A sentence over as many lines, and pages, as it takes: of the void numbers none may be left out."""
        for part in self.wrapped(text, 12):
            if y + 8 > BOTTOM:
                self._number()
                self._flush()
                y = TOP
            self.canvas.line(LEFT, y, part, 12)
            y += 6
        return y + 2
