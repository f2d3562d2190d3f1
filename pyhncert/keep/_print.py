"""The month's register on paper: a cover for each book, the eight columns, totals; A4 lying, PDF/A, for binding.

IT-kept registers are printed and bound monthly (SPEC 1.6). Pages are written as they fill, so memory stays flat.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from pyhncert.issue._draw import BLACK, GRAY, LEADING, MM, RED, Canvas, wrap
from pyhncert.issue._font import Font
from pyhncert.keep._book import Book
from pyhncert.keep._export import columns
from pyhncert.keep._form import Form, day_text, form, words
from pyhncert.keep._sheets import Sheets
from pyhncert.values import RegisterLine

WIDTH_MM, HEIGHT_MM = 297.0, 210.0
LEFT, RIGHT, TOP, BOTTOM = 22.0, 285.0, 14.0, 193.0  # the left margin is for the binding
WIDTHS = (16.0, 23.0, 41.0, 56.0, 43.0, 17.0, 21.0, 46.0)
CENTRED = (0, 1, 5)
SIZE, HEAD, PAD = 9.5, 8.5, 1.2
ROW_MM = SIZE * LEADING / MM
TOTALS_MM = 44.0


def monthly_pdf(
    lines: Iterable[RegisterLine],
    books: Sequence[Book],
    *,
    year: int,
    month: int,
    font: Font,
    now: dt.datetime,
    trial: bool = False,
) -> bytes:
    """The lines of one month, in their order, each book under a cover of its own; a month without lines says so.

    `books` are those whose covers may be needed; the last one that is not closed stands for an empty month.
    """
    period = words("month", month=f"{month:02d}", year=year)
    pages = Pages(font, form(dt.date(year, month, 1)), period, now=now)
    known = {(b.unit, b.name): b for b in books}
    empty = True
    for (unit, name), some in groupby(lines, key=lambda line: (line.unit, line.book)):
        empty = False
        pages.cover(known[unit, name], trial=trial)
        pages.table(some, known[unit, name])
    if empty and books:
        book = next((b for b in reversed(books) if b.closed_on is None), books[-1])
        pages.cover(book, trial=trial)
        pages.table((), book)
    return pages.finish()


@dataclass(slots=True)
class Totals:
    """What is added up under a table: lines, numbers that are void, copies, those of them on paper, fees."""

    lines: int = 0
    voided: list[int] = field(default_factory=list)
    copies: int = 0
    paper: int = 0
    fees: Counter[str] = field(default_factory=Counter)
    first: int = 0
    last: int = 0

    def add(self, line: RegisterLine) -> None:
        """Count a line."""
        self.lines += 1
        self.first, self.last = self.first or line.number, line.number
        if line.state == "voided":
            self.voided.append(line.number)
            return
        self.copies += line.copies
        self.paper += line.paper_copies
        currency = line.charge.currency if line.charge is not None else "VND"
        self.fees[currency] += line.charge.net if line.charge is not None and currency != "VND" else line.fee_vnd

    def words(self, key: str) -> str:
        """What is printed under `key`."""
        fees = [words("dong", amount=_dots(self.fees["VND"]))]
        fees += [
            f"{_dots(amount)} {currency}" for currency, amount in self.fees.items() if currency != "VND" and amount
        ]
        return words(
            key,
            lines=f"{self.lines:02d}",
            voided=f"{len(self.voided):02d}",
            copies=_dots(self.copies),
            paper=_dots(self.paper),
            electronic=_dots(self.copies - self.paper),
            fees=", ".join(fees),
            first=f"{self.first:02d}",
            last=f"{self.last:02d}",
        )


class Pages:
    """Fills one page after the other; `span` (``month``, ``year``) chooses the words under a table."""

    def __init__(self, font: Font, printed: Form, period: str, *, now: dt.datetime, span: str = "month") -> None:
        self.sheets = Sheets(font, WIDTH_MM, HEIGHT_MM, now=now)
        self.form = printed
        self.period, self.span = period, span
        self.agency = ""
        self.y = TOP
        self.top = TOP
        self.first_y = TOP

    @property
    def canvas(self) -> Canvas:
        """The page that is being filled."""
        return self.sheets.canvas

    def _flush(self) -> None:
        self.sheets.flush()
        self.y = TOP

    def _centre(self, y: float, text: str, size: float, *, bold: bool = False, red: bool = False) -> float:
        colour = RED if red else BLACK
        return self.canvas.text(LEFT, y, RIGHT - LEFT, text, size, bold=bold, align=0.5, colour=colour, most=3)

    def cover(self, book: Book, *, trial: bool) -> None:
        """National title, agency, title of the register, book, month, opening and closing day."""
        self.agency = book.agency or book.unit
        self.canvas.frame(LEFT, TOP, RIGHT - LEFT, HEIGHT_MM - 2 * TOP, colour=BLACK, thick=1.6)
        self.canvas.frame(LEFT + 1.6, TOP + 1.6, RIGHT - LEFT - 3.2, HEIGHT_MM - 2 * TOP - 3.2, colour=BLACK)
        y = self._centre(TOP + 22, words("nation"), 15, bold=True)
        y = self._centre(y + 1, words("motto"), 14, bold=True)
        self.canvas.rule((LEFT + RIGHT) / 2 - 27, y + 1, 54, colour=BLACK, thick=0.8)
        y = self._centre(y + 14, self.agency, 15, bold=True)
        y = self._centre(y + 16, self.form.title, 26, bold=True)
        y = self._centre(y + 6, words("book", book=book.name), 17, bold=True)
        y = self._centre(y + 1, self.period, 15)
        y = self._centre(y + 10, words("opened", day=day_text(book.opened_on)), 13)
        closing = words("closed", day=day_text(book.closed_on)) if book.closed_on else words(f"not_closed_{self.span}")
        y = self._centre(y + 1, closing, 13)
        if trial:
            self._centre(y + 6, words("trial"), 13, bold=True, red=True)
        self._flush()

    def _start(self, book: Book) -> None:
        """What stands over the table, and its column heads."""
        self._over(book)
        self._heads()

    def _over(self, book: Book) -> None:
        self.canvas.line(LEFT, TOP - 6, self.agency, 8, colour=GRAY)
        about = f"{words('book', book=book.name)} · {self.period}"
        face = self.canvas.face(False)
        self.canvas.line(RIGHT - face.width(about, 8) / MM, TOP - 6, about, 8, colour=GRAY)

    def _heads(self) -> None:
        self.top = TOP
        heads = [wrap(self.canvas.face(True), head, HEAD, width - 2 * PAD) for head, width in self._columns()]
        step = HEAD * LEADING / MM
        height = max(map(len, heads)) * step + 2 * PAD
        self._edge(TOP)
        for (_, width), head, x in zip(self._columns(), heads, self._lefts(), strict=True):
            y = TOP + (height - len(head) * step) / 2
            for part in head:
                self._in_cell(x, y, width, part, HEAD, align=0.5, bold=True)
                y += step
        self._edge(TOP + height)
        for i, ((_, width), x) in enumerate(zip(self._columns(), self._lefts(), strict=True), start=1):
            self._in_cell(x, TOP + height + 0.3, width, f"({i})", 8, align=0.5)
        self.y = self.first_y = TOP + height + 4.4
        self._edge(self.y)

    def _columns(self) -> list[tuple[str, float]]:
        return list(zip(self.form.columns, WIDTHS, strict=True))

    @staticmethod
    def _lefts() -> list[float]:
        return [LEFT + sum(WIDTHS[:i]) for i in range(len(WIDTHS))]

    def _edge(self, y: float) -> None:
        self.canvas.rule(LEFT, y, RIGHT - LEFT, colour=BLACK, thick=0.5)

    def _in_cell(
        self, x: float, y: float, width: float, text: str, size: float, *, align: float, bold: bool = False
    ) -> None:
        inside = width - 2 * PAD
        left = x + PAD + align * (inside - self.canvas.face(bold).width(text, size) / MM)
        self.canvas.line(left, y, text, size, bold=bold)

    def _end(self) -> None:
        """Close the table and number the page."""
        for x in (*self._lefts(), RIGHT):
            self.canvas.frame(x, self.top, 0, self.y - self.top, colour=BLACK, thick=0.5)
        self._number()
        self._flush()

    def _number(self) -> None:
        self._centre(HEIGHT_MM - 11, words("page", page=len(self.sheets) + 1), 9)

    def table(self, lines: Iterable[RegisterLine], book: Book) -> Totals:
        """The lines of one book, then its totals."""
        first = len(self.sheets) + 1
        self._start(book)
        totals = Totals()
        for line in lines:
            self._row(_printed(line), book)
            totals.add(line)
        if not totals.lines:
            self._in_cell(LEFT, self.y + 2, RIGHT - LEFT, words(f"none_{self.span}"), 11, align=0.5)
            self.canvas.frame(LEFT, self.top, RIGHT - LEFT, self.y + 10 - self.top, colour=BLACK, thick=0.5)
            self.y += 12
            bare = True
        else:
            bare = False
        if self.y + TOTALS_MM > BOTTOM:
            self._end()
            self._over(book)
            self.top = self.y = TOP
            bare = True
        self._totals(totals, first=first, bare=bare)
        return totals

    def _row(self, texts: Iterable[str], book: Book) -> None:
        """One line; what is taller than a page goes on under the next page's heads, for nothing may be left out."""
        cells = [
            wrap(self.canvas.face(False), text, SIZE, width - 2 * PAD)
            for text, width in zip(texts, WIDTHS, strict=True)
        ]
        while any(cells):
            tall = max(map(len, cells))
            room = int((BOTTOM - self.y - 2 * PAD) / ROW_MM)
            if tall > room and self.y > self.first_y:
                self._end()
                self._start(book)
                continue
            for i, (cell, x) in enumerate(zip(cells, self._lefts(), strict=True)):
                y = self.y + PAD
                for part in cell[:room]:
                    align = 1.0 if i == 6 else 0.5 if i in CENTRED else 0.0
                    self._in_cell(x, y, WIDTHS[i], part, SIZE, align=align)
                    y += ROW_MM
            self.y += min(tall, room) * ROW_MM + 2 * PAD
            self._edge(self.y)
            cells = [cell[room:] for cell in cells]

    def _totals(self, totals: Totals, *, first: int, bare: bool) -> None:
        if not bare:
            for x in (*self._lefts(), RIGHT):
                self.canvas.frame(x, self.top, 0, self.y - self.top, colour=BLACK, thick=0.5)
        self.canvas.text(LEFT, self.y + 4, RIGHT - LEFT, totals.words(f"total_{self.span}"), 11)
        sheets = words(f"sheets_{self.span}", first=first, last=len(self.sheets) + 1)
        self.canvas.text(LEFT, self.y + 10, RIGHT - LEFT, sheets, 11)
        self._sign(self.y + 18)
        self._number()
        self._flush()

    def wrapped(self, text: str, size: float) -> list[str]:
        """`text` in lines across the page."""
        return wrap(self.canvas.face(False), text, size, RIGHT - LEFT)

    def _sign(self, y: float) -> None:
        half = (RIGHT - LEFT) / 2
        self.canvas.text(LEFT, y, half, words("signature"), 11, bold=True, align=0.5)
        self.canvas.text(LEFT + half, y, half, words("head"), 11, bold=True, align=0.5)

    def finish(self) -> bytes:
        """The whole file."""
        title = f"{self.form.title}, {self.period.lower()}"
        return self.sheets.finish(title=title, author=self.agency, description=self.form.source)


def _dots(amount: int) -> str:
    """Thousands as Viet Nam writes them: 200.000."""
    return f"{amount:,}".replace(",", ".")


def _printed(line: RegisterLine) -> tuple[str, ...]:
    cells = list(columns(line))
    cells[6] = _dots(int(cells[6])) if cells[6].isdigit() else cells[6]
    return tuple(cells)
