"""A restored register is behind the office: what it no longer knows is entered, so that no number is given twice.

The law wants each number used or voided with a reason, never missing, never twice (SPEC 1.6). So:

- a number whose receipt is at hand was used: its line is entered again, with the receipt's code, digests and states;
- a number below one that was used, of which nothing is known, is voided, with the reason that it was lost;
- an act that was under way at the moment of the backup, and of which no receipt is at hand, is voided, likewise;
- numbers beyond the last that anything is known of cannot be known: who restores names the last one, if paper shows it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

from pyhncert.errors import UsageFault
from pyhncert.keep import _enter, _lines, _persons, _public
from pyhncert.keep._acts import ABANDONABLE
from pyhncert.keep._book import Book, BookSettings, _insert, book_name, books, current_book, next_number
from pyhncert.keep._canonical import findings_digest
from pyhncert.keep._codes import new_code
from pyhncert.keep._form import lost
from pyhncert.keep._given import ISSUED, Given
from pyhncert.keep._lines import time_text
from pyhncert.keep._seal import Seal
from pyhncert.values import VIETNAM, Clock, Randomness, RegisterLine

_LAST = text("SELECT last FROM counter WHERE unit = :unit AND symbol = :symbol AND year = :year")
_AT = text("SELECT code FROM act WHERE unit = :unit AND symbol = :symbol AND year = :year AND number = :number")
_CLOSE = text(
    "UPDATE act SET state = :state, content_digest = :content, file_digest = :file, level = :level, reason = :reason,"
    " changed_at = :changed, superseded_by = :by, holder = NULL, out_hint = NULL WHERE id = :id"
)
_VOID = text("UPDATE act SET state = 'voided', reason = :reason, changed_at = :at WHERE id = :id")
_AGENCIES = text("SELECT DISTINCT agency FROM dossier_counter ORDER BY agency")
_FILES_FROM = text(
    "INSERT INTO dossier_counter (agency, day, last) VALUES (:agency, :day, :last) ON CONFLICT (agency, day)"
    " DO UPDATE SET last = CASE WHEN dossier_counter.last < excluded.last THEN excluded.last"
    " ELSE dossier_counter.last END"
)
_FILES_OF_A_LOST_DAY = 5000
"""On the day of a restore files are counted from beyond this: which codes were given out earlier that day is lost."""
_END_BOOK = text("UPDATE book SET closed_on = :day WHERE id = :id AND closed_on IS NULL")
LastNumbers = Mapping[str | tuple[str, int], int]
"""The last number that paper shows, by name of book, or by name of book and year."""
_BOOK = re.compile(r"(\d+)/(\d{4})-(\S+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Refilled:
    """What was entered: lines `entered` again, numbers `voided`; what receipts say otherwise is only told.

    `changed`: the receipt of a known line shows a later state. `strange`: the number belongs to another code here, or
    the unit or kind of book is not one of this register. `under_way`: acts still to be voided, with reasons.
    """

    entered: tuple[RegisterLine, ...] = ()
    voided: tuple[RegisterLine, ...] = ()
    changed: tuple[Given, ...] = ()
    strange: tuple[Given, ...] = ()
    under_way: tuple[tuple[str, str], ...] = ()


class Refill:
    """Enters what is missing, in the caller's transaction; `backup` names it in reasons and events."""

    def __init__(
        self, connection: Connection, seal: Seal, *, clock: Clock, randomness: Randomness, backup: str
    ) -> None:
        self._connection = connection
        self._seal = seal
        self._randomness = randomness
        self._now = clock().astimezone(VIETNAM)
        self._backup = backup
        self._entered: list[str] = []
        self._voided: list[str] = []
        self._reasons: dict[str, str] = {}

    def run(self, given: Iterable[Given], last: LastNumbers) -> Refilled:
        """Enter what `given` and the `last` numbers (by name of book) say that was used and is not known here.

        Raises:
            UsageFault: a book of `last` is not known, or it must say the year.
        """
        changed: list[Given] = []
        strange: list[Given] = []
        known = {(book.unit, book.symbol) for book in books(self._connection)}
        for one in given:
            place = {"unit": one.unit, "symbol": one.symbol, "year": one.year}
            if (one.unit, one.symbol) not in known or not _BOOK.fullmatch(one.book):
                strange.append(one)
                continue
            here = self._connection.execute(_AT, {**place, "number": one.number}).scalar()
            if here is None:
                self._gap(one.unit, one.symbol, one.year, one.number - 1, self._book(one), one.certified_at)
                self._again(one)
            elif here != one.code:
                strange.append(one)
            elif self._complete(one):
                changed.append(one)
        for name, number in last.items():
            book, year = (name, None) if isinstance(name, str) else name
            self._up_to(book, year, number)
        self._files_beyond()
        return Refilled(
            entered=self._lines(self._entered),
            voided=self._lines(self._voided),
            changed=tuple(changed),
            strange=tuple(strange),
            under_way=tuple(self._under_way()),
        )

    def _lines(self, ids: list[str]) -> tuple[RegisterLine, ...]:
        rows = (_lines.by_id(self._connection, act_id) for act_id in ids)
        return tuple(_lines.line(row, self._seal) for row in rows if row is not None)

    # -- books and numbers -------------------------------------------------------------------------------------------

    def _book(self, given: Given) -> Book:
        """The book of a receipt; one that was opened after the backup is opened again."""
        held = [b for b in books(self._connection) if (b.unit, b.symbol) == (given.unit, given.symbol)]
        for book in held:
            if book.name == given.book:
                return book
        number, year, symbol = given.book.partition("/")[0], given.book.partition("/")[2][:4], given.symbol
        day = given.certified_at.date()
        for book in held:
            self._connection.execute(_END_BOOK, {"id": book.id, "day": day.isoformat()})
        settings = BookSettings(unit=given.unit, symbol=symbol, agency=held[-1].agency, yearly=held[-1].yearly)
        return _insert(self._connection, settings, number=int(number), year=int(year), opened_on=day)

    def _gap(  # noqa: PLR0917  what a row of numbers needs
        self, unit: str, symbol: str, year: int, until: int, book: Book, at: dt.datetime
    ) -> None:
        """Void every number after the last up to `until`."""
        last = self._connection.execute(_LAST, {"unit": unit, "symbol": symbol, "year": year}).scalar() or 0
        for _ in range(until - last):
            number = next_number(self._connection, unit, symbol, year)
            act_id = self._reserve(book, year, number, new_code(self._randomness(64)), at, {})
            self._void(act_id)

    def _up_to(self, name: str, year: int | None, number: int) -> None:
        held = [book for book in books(self._connection) if book.name == name]
        book = held[-1] if held else self._of_this_year(name)
        year = year or self._year_of(book)
        at = min(self._now, dt.datetime(year, 12, 31, 23, 59, 59, tzinfo=VIETNAM))
        self._gap(book.unit, book.symbol, year, number, book, at)

    def _of_this_year(self, name: str) -> Book:
        """The yearly book that was opened since the backup, with the first number of this year."""
        for book in books(self._connection):
            if book.yearly and book.closed_on is None and name == book_name(1, self._now.year, book.symbol):
                return current_book(self._connection, book.unit, book.symbol, self._now.date())
        raise UsageFault(f"no book is called {name!r}", f"không có quyển nào tên {name!r}")

    def _year_of(self, book: Book) -> int:
        """The year in which a book counts now; raises UsageFault where it may be this one or one before."""
        if book.yearly:
            return book.year
        if book.closed_on is not None:
            return book.closed_on.year
        place = {"unit": book.unit, "symbol": book.symbol, "year": self._now.year}
        if book.opened_on.year < self._now.year and self._connection.execute(_LAST, place).scalar() is None:
            raise UsageFault(
                f"book {book.name} counts anew each year, and no number of {self._now.year} is known; say the year",
                f"quyển {book.name} đánh số lại mỗi năm và chưa rõ số nào của năm {self._now.year}; hãy ghi rõ năm",
                hint=f"{book.name}=123/{self._now.year - 1}",
            )
        return self._now.year

    def _files_beyond(self) -> None:
        """No code of a file that was given out earlier today is given again; codes bear their day, numbers may skip."""
        for agency in self._connection.execute(_AGENCIES).scalars().all():
            day = self._now.date().isoformat()
            self._connection.execute(_FILES_FROM, {"agency": agency, "day": day, "last": _FILES_OF_A_LOST_DAY})

    # -- lines -------------------------------------------------------------------------------------------------------

    def _reserve(  # noqa: PLR0917  what a line needs
        self, book: Book, year: int, number: int, code: str, at: dt.datetime, facts: Mapping[str, Any]
    ) -> str:
        act_id, salt, record = self._randomness(16).hex(), self._randomness(32), b"{}"
        act = self._seal.new(act_id)
        values = {
            "id": act_id,
            "code": code,
            "book_id": book.id,
            "unit": book.unit,
            "symbol": book.symbol,
            "year": year,
            "number": number,
            "at": time_text(at),
            "requester": act.seal("line", "requester", facts.get("requester", "")),
            "original": act.seal("line", "original", facts.get("original", "")),
            "kind": facts.get("kind", "unknown"),
            "pages": facts.get("pages", 0),
            "signer": facts.get("signer", ""),
            "copies": facts.get("copies", 1),
            "fee_vnd": facts.get("fee_vnd", 0),
            "note": "",
            "findings_digest": findings_digest(record, salt),
            "level_asked": facts.get("level_asked"),
            "holder": None,
            "idempotency_key": None,
        }
        _enter.act(self._connection, values)
        self._seal.enter(self._connection, act)
        _enter.decision(self._connection, act_id, salt, act.seal_bytes("rest", "decision", record))
        _persons.enter(self._connection, self._seal, act_id, (facts.get("requester", ""),))
        return act_id

    def _event(self, act_id: str, state: str, **facts: Any) -> None:
        facts = {"restored_from": self._backup, **facts}
        act = self._seal.of(self._connection, act_id)
        _enter.event(self._connection, act, state, self._now, device="restore", person="", facts=facts)

    def _void(self, act_id: str, reason: str = "") -> None:
        reason = reason or lost(self._backup)
        sealed = self._seal.of(self._connection, act_id).seal("line", "reason", reason)
        self._connection.execute(_VOID, {"id": act_id, "reason": sealed, "at": time_text(self._now)})
        self._event(act_id, "voided", reason=reason)
        self._voided.append(act_id)

    def _again(self, given: Given) -> None:
        """Take the receipt's number, which is the next one now, and enter its line."""
        number = next_number(self._connection, given.unit, given.symbol, given.year)
        facts = {**given.facts, "level_asked": given.level_asked}
        act_id = self._reserve(self._book(given), given.year, number, given.code, given.certified_at, facts)
        if given.states and given.content_digest is not None:
            self._issued(act_id, given)
        else:
            self._void(act_id, given.facts.get("reason", ""))

    def _issued(self, act_id: str, given: Given) -> None:
        state = given.state if given.state in ISSUED else "registered"
        reason = given.facts.get("reason") or (lost(self._backup) if state == "revoked" else "")
        values = {
            "id": act_id,
            "state": state,
            "content": given.content_digest,
            "file": given.states[-1].file_digest,
            "level": given.states[-1].level,
            "reason": self._seal.of(self._connection, act_id).seal("line", "reason", reason),
            "changed": time_text(self._now) if state != "registered" else None,
            "by": given.superseded_by,
        }
        self._connection.execute(_CLOSE, values)
        for step, one in enumerate(given.states, start=1):
            _enter.file_state(self._connection, act_id, step, one)
        _public.publish(self._connection, act_id, given.code, self._randomness)
        self._event(act_id, state, receipt=given.source.name.endswith(".receipt.json"))
        self._entered.append(act_id)

    def _complete(self, given: Given) -> bool:
        """Bring a line that was under way to what the receipt says; whether the receipt shows more than the line."""
        row = _lines.by_code(self._connection, given.code)
        if row is None:
            return False
        if row.state in ABANDONABLE and given.state == "voided":
            self._reasons[row.id] = given.facts.get("reason", "")
        if not given.states:
            return False
        if row.state in ABANDONABLE and given.content_digest is not None:
            self._issued(row.id, given)
            return False
        known = {state.file_digest for state in _lines.files(self._connection, row.id)}
        return row.state != given.state or any(state.file_digest not in known for state in given.states)

    def _under_way(self) -> Iterator[tuple[str, str]]:
        """What was under way at the moment of the backup, and the reason by which it is to be voided."""
        for state in sorted(ABANDONABLE):
            for row in self._connection.execute(_lines.select("WHERE a.state = :state"), {"state": state}).all():
                yield row.id, self._reasons.get(row.id) or lost(self._backup, under_way=True)
