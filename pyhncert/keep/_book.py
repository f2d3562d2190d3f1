"""Books of the register: their names, and the next number (SPEC 1.6).

Numbers belong to a unit, a kind of book (its symbol) and a year: a new book in the same year goes on counting, and
every 1 January counting starts at 01, also where the book goes on.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from sqlalchemy import Connection, text

from pyhncert.errors import UsageFault

_SYMBOL = re.compile(r"[^\s/][^\s]{0,30}")


@dataclass(frozen=True, slots=True, kw_only=True)
class BookSettings:
    """How a unit's books are kept.

    `symbol` is the kind of book, ``SCT/BS`` for copies; offices with a separate electronic book use ``SCTĐT/BS``
    (practice; SPEC 1.6). `yearly` opens book 01 of the new year with the first act after 31 December; otherwise the
    book goes on until `Register.open_book` opens the next. `agency` is printed on the cover.
    """

    unit: str
    symbol: str = "SCT/BS"
    agency: str = ""
    yearly: bool = False

    def __post_init__(self) -> None:
        if not self.unit.strip() or not _SYMBOL.fullmatch(self.symbol):
            raise UsageFault(
                f"a book needs a unit and a symbol such as SCT/BS, not {self.unit!r} and {self.symbol!r}",
                f"sổ cần đơn vị và ký hiệu như SCT/BS, không phải {self.unit!r} và {self.symbol!r}",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """One book; `name` is as on its cover, ``01/2026-SCT/BS``."""

    id: int
    unit: str
    symbol: str
    year: int
    number: int
    name: str
    agency: str
    yearly: bool
    opened_on: dt.date
    closed_on: dt.date | None


def book_name(number: int, year: int, symbol: str) -> str:
    """The name on the cover: number and year of opening, then the symbol."""
    return f"{number:02d}/{year}-{symbol}"


_COLUMNS = "id, unit, symbol, year, number, name, agency, yearly, opened_on, closed_on"
_OPEN = text(f"SELECT {_COLUMNS} FROM book WHERE unit = :unit AND symbol = :symbol AND closed_on IS NULL")  # noqa: S608
_ALL = text(f"SELECT {_COLUMNS} FROM book ORDER BY unit, symbol, year, number")  # noqa: S608
_LAST = text("SELECT max(number) FROM book WHERE unit = :unit AND symbol = :symbol AND year = :year")
_CLOSE = text("UPDATE book SET closed_on = :day WHERE id = :id")
_INSERT = text(
    "INSERT INTO book (unit, symbol, year, number, name, agency, yearly, opened_on)"
    " VALUES (:unit, :symbol, :year, :number, :name, :agency, :yearly, :opened_on) RETURNING id"
)
_NEXT = text(
    "INSERT INTO counter (unit, symbol, year, last) VALUES (:unit, :symbol, :year, 1)"
    " ON CONFLICT (unit, symbol, year) DO UPDATE SET last = counter.last + 1 RETURNING last"
)


def books(connection: Connection) -> list[Book]:
    """All books, in order."""
    return [_book(tuple(row)) for row in connection.execute(_ALL)]


def _book(row: tuple[object, ...]) -> Book:
    key, unit, symbol, year, number, name, agency, yearly, opened_on, closed_on = row
    return Book(
        id=int(str(key)),
        unit=str(unit),
        symbol=str(symbol),
        year=int(str(year)),
        number=int(str(number)),
        name=str(name),
        agency=str(agency),
        yearly=bool(yearly),
        opened_on=dt.date.fromisoformat(str(opened_on)),
        closed_on=dt.date.fromisoformat(str(closed_on)) if closed_on is not None else None,
    )


def open_book(connection: Connection, settings: BookSettings, today: dt.date) -> Book:
    """Close the unit's open book of this symbol, if there is one, and open the next of the year."""
    key = {"unit": settings.unit, "symbol": settings.symbol}
    row = connection.execute(_OPEN, key).first()
    if row is not None:
        old = _book(tuple(row))
        _not_before(old, today)
        connection.execute(_CLOSE, {"id": old.id, "day": today.isoformat()})
    last = connection.execute(_LAST, {**key, "year": today.year}).scalar() or 0
    return _insert(connection, settings, number=last + 1, year=today.year, opened_on=today)


def _insert(connection: Connection, settings: BookSettings, *, number: int, year: int, opened_on: dt.date) -> Book:
    name = book_name(number, year, settings.symbol)
    row = {
        "unit": settings.unit,
        "symbol": settings.symbol,
        "year": year,
        "number": number,
        "name": name,
        "agency": settings.agency,
        "yearly": int(settings.yearly),
        "opened_on": opened_on.isoformat(),
    }
    key = connection.execute(_INSERT, row).scalar_one()
    return _book((key, *row.values(), None))


def _not_before(book: Book, today: dt.date) -> None:
    if today < book.opened_on:
        raise UsageFault(
            f"the clock says {today}, but book {book.name} was opened on {book.opened_on}; set the clock",
            f"đồng hồ chỉ ngày {today}, nhưng quyển {book.name} mở ngày {book.opened_on}; hãy chỉnh đồng hồ",
        )


def current_book(connection: Connection, unit: str, symbol: str, today: dt.date) -> Book:
    """The open book; a yearly one of an older year is closed on its 31 December, and the new year's is opened.

    Raises:
        UsageFault: the unit has no open book, or the clock is before its opening day.
    """
    book = check_book(connection, unit, symbol, today)
    if book.yearly and book.year < today.year:
        connection.execute(_CLOSE, {"id": book.id, "day": f"{book.year}-12-31"})
        settings = BookSettings(unit=unit, symbol=symbol, agency=book.agency, yearly=True)
        return _insert(connection, settings, number=1, year=today.year, opened_on=dt.date(today.year, 1, 1))
    return book


def check_book(connection: Connection, unit: str, symbol: str, today: dt.date) -> Book:
    """The open book as it stands, changing nothing.

    Raises:
        UsageFault: the unit has no open book, or the clock is before its opening day.
    """
    row = connection.execute(_OPEN, {"unit": unit, "symbol": symbol}).first()
    if row is None:
        raise UsageFault(
            f"unit {unit} has no open book of kind {symbol}; open one first, or correct the unit",
            f"đơn vị {unit} chưa mở quyển sổ loại {symbol}; hãy mở sổ hoặc sửa lại đơn vị",
        )
    book = _book(tuple(row))
    _not_before(book, today)
    return book


def next_number(connection: Connection, unit: str, symbol: str, year: int) -> int:
    """Take the next number; it is given back when the transaction fails."""
    return int(connection.execute(_NEXT, {"unit": unit, "symbol": symbol, "year": year}).scalar_one())
