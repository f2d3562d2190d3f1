"""A register opened for reading: its lines, books, exports and checks; `Register` adds the writing."""

from __future__ import annotations

import datetime as dt
import hmac
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Row, text

from pyhncert.errors import UsageFault
from pyhncert.keep import _dossiers, _lines, _marks, _persons, _public, _refusals, _times
from pyhncert.keep._acts import ABANDONABLE
from pyhncert.keep._book import Book, books, check_book
from pyhncert.keep._breakers import Breakers
from pyhncert.keep._check import check
from pyhncert.keep._codes import normal_code
from pyhncert.keep._database import Database
from pyhncert.keep._lines import Event, Filter
from pyhncert.keep._office_key import OfficeKey
from pyhncert.keep._seal import Seal
from pyhncert.values import VIETNAM, Clock, FileState, Level, RegisterLine, Words

_RANK = "CASE {} WHEN 'B-B' THEN 1 WHEN 'B-T' THEN 2 WHEN 'B-LT' THEN 3 WHEN 'B-LTA' THEN 4 END"
_BELOW = text(
    f"SELECT code, level_asked FROM act WHERE state = 'registered' AND {_RANK.format('level')} <"  # noqa: S608 ours
    f" {_RANK.format('level_asked')} AND NOT EXISTS (SELECT 1 FROM job WHERE job.key = :kind || ':' || act.code)"
)
_LAST_ENTRY = text("SELECT at FROM event ORDER BY id DESC LIMIT 1")
_DECIDED = text(
    "SELECT d.salt, d.record, d.act_id AS id, k.generation, k.line_key, k.rest_key, k.erased"
    " FROM decision d LEFT JOIN data_key k ON k.owner = d.act_id WHERE d.act_id = :id"
)


class OpenedRegister:
    """What can be read from the register at `where`: a SQLite file, or the ``postgresql://`` URL of a server.

    `office_key` opens what is sealed in it.

    Raises:
        StorageFault: there is no register, it is damaged, or it has another schema; an office key is given, and it is
            not sealed yet.
        KeyFault: it is sealed, and the office key is another or none.
    """

    def __init__(self, where: Path | str, *, clock: Clock, office_key: OfficeKey | None = None) -> None:
        self._clock = clock
        self._place = where
        self._database = Database(where)
        self._database.medium.check_there()
        self._database.check_schema()
        self._seal = Seal(office_key, self._database.reading)

    def _line(self, row: Row[Any]) -> RegisterLine:
        return _lines.line(row, self._seal)

    @property
    def sealed(self) -> bool:
        """Whether personal data are sealed at rest."""
        return self._seal.sealed

    @property
    def where(self) -> str:
        """The register's place, as messages show it."""
        return self._database.medium.where

    def _now(self) -> dt.datetime:
        now = self._clock()
        if now.tzinfo is None:
            raise UsageFault("the clock has no time zone", "đồng hồ không có múi giờ")
        return now.astimezone(VIETNAM)

    # -- looking -----------------------------------------------------------------------------------------------------

    def find(self, what: str | bytes) -> RegisterLine | None:
        """The line of a code (forgiving of case, spaces, O and 0) or of a file's SHA-256 (32 bytes, any state).

        Raises:
            UsageFault: what was typed cannot be a code.
            StorageFault: the register cannot be read.
        """
        key = what if isinstance(what, bytes) else normal_code(what)
        with self._database.reading() as connection:
            row = _lines.by_file(connection, key) if isinstance(key, bytes) else _lines.by_code(connection, key)
            return self._line(row) if row is not None else None

    def public(self, typed: str) -> RegisterLine | None:
        """The line of a public code: registered, revoked or superseded. None for whatever else, with the same work.

        Raises:
            StorageFault: the register cannot be read.
        """
        with self._database.reading() as connection:
            row = _public.find(connection, typed)
            return self._line(row) if row is not None else None

    def act(self, act_id: str) -> RegisterLine:
        """The line of an act.

        Raises:
            UsageFault: there is no such act.
        """
        with self._database.reading() as connection:
            return self._line(_lines.known(_lines.by_id(connection, act_id), act_id))

    def issued_under(self, idempotency_key: str) -> RegisterLine | None:
        """The line of the copy that was issued under the key, whatever became of it since; None where there is none."""
        with self._database.reading() as connection:
            row = _lines.under(connection, idempotency_key, self._seal)
            return self._line(row) if row is not None and row.state not in ABANDONABLE else None

    def files(self, act_id: str) -> tuple[FileState, ...]:
        """Every state of the act's file since revision 3, oldest first."""
        with self._database.reading() as connection:
            return _lines.files(connection, act_id)

    def events(self, act_id: str) -> tuple[Event, ...]:
        """What happened to the act, in order."""
        with self._database.reading() as connection:
            return _lines.events(connection, act_id, self._seal)

    def decision(self, act_id: str) -> tuple[bytes, bytes] | None:
        """Salt and canonical JSON of the officer's decision; ``SHA-256(salt || json)`` is the digest in the copy."""
        with self._database.reading() as connection:
            row = connection.execute(_DECIDED, {"id": act_id}).first()
            if row is None:
                return None
            record = self._seal.row(row).open_bytes("rest", "decision", row.record)
            return (row.salt, record) if record is not None else None

    def lines(
        self,
        *,
        unit: str | None = None,
        symbol: str | None = None,
        book: str | None = None,
        year: int | None = None,
        month: int | None = None,
        state: str | None = None,
    ) -> Iterator[RegisterLine]:
        """Lines by unit, kind of book, year and number; memory stays flat however many there are.

        Raises:
            UsageFault: a month without its year, or no month of the calendar.
        """
        if month is not None and (year is None or not 1 <= month <= 12):
            raise UsageFault("a month is 1 to 12 and needs its year", "tháng từ 1 đến 12 và phải kèm năm")
        which = Filter(unit=unit, symbol=symbol, book=book, year=year, month=month, state=state)
        return _lines.pages(self._pages(which), self._seal)

    def acts_of(self, who: str) -> list[str]:
        """The ids of the acts that are about the person with this name or number.

        A sealed register finds requesters and whom papers were about (`reserve`, `about`); a plain one requesters.

        Raises:
            UsageFault: nobody was named.
        """
        if not self.sealed:
            wanted = _persons.needed(who)
            return [line.act_id for line in self.lines() if _persons.folded(line.requester) == wanted]
        with self._database.reading() as connection:
            return _persons.acts(connection, self._seal, who)

    def dossiers_of(self, who: str) -> list[str]:
        """The codes of the files (hồ sơ) that the person with this name or number handed in; reads every file.

        Raises:
            UsageFault: nobody was named.
        """
        with self._database.reading() as connection:
            return _dossiers.handed_in_by(connection, _persons.needed(who), self._seal)

    def below_level(self, kind: str) -> list[tuple[str, Level]]:
        """Copies in force below the level that was asked, without a job ``kind:CODE``: code and level asked."""
        with self._database.reading() as connection:
            return [(row.code, row.level_asked) for row in connection.execute(_BELOW, {"kind": kind})]

    def breakers(self, *, failures: int, pause_s: float) -> Breakers:
        """Which services are resting: each for `pause_s` seconds after so many `failures` in a row."""
        return Breakers(self._database, clock=self._clock, failures=failures, pause_s=pause_s)

    def _pages(self, which: Filter) -> Iterator[list[Row[Any]]]:
        after: tuple[str, str, int, int] | None = None
        while True:
            with self._database.reading() as connection:
                rows = _lines.page(connection, which, after)
            yield rows
            if len(rows) < _lines.PAGE:
                return
            last = rows[-1]
            after = (last.unit, last.symbol, last.year, last.number)

    def refusals(self) -> tuple[_refusals.Refusal, ...]:
        """Papers that were refused, oldest first; of state secrets nothing is known but who, when, where and why."""
        with self._database.reading() as connection:
            return _refusals.entered(connection, self._seal)

    def refusal(self, number: int) -> _refusals.Refusal:
        """One of them.

        Raises:
            UsageFault: there is none of this number.
        """
        with self._database.reading() as connection:
            return _refusals.refusal_of(connection, number, self._seal)

    def dossier(self, code: str) -> _dossiers.Dossier:
        """The file (hồ sơ) of a code, with its acts.

        Raises:
            UsageFault: no such file.
        """
        with self._database.reading() as connection:
            return _dossiers.dossier(connection, code, self._seal)

    def dossiers(self, start: dt.date, end: dt.date) -> tuple[_dossiers.Dossier, ...]:
        """Files that arrived from `start` to before `end`."""
        with self._database.reading() as connection:
            return _dossiers.dossiers(connection, start, end, self._seal)

    def dossier_events(self, code: str) -> tuple[Event, ...]:
        """The steps of a file, in order."""
        with self._database.reading() as connection:
            return _dossiers.events(connection, _dossiers.check_dossier_code(code), self._seal)

    def check_dossier(self, code: str) -> None:
        """Preflight: the file is at the officer's check, and an original of it has no number yet.

        Raises:
            UsageFault: it is not, or there is no such file.
        """
        with self._database.reading() as connection:
            _dossiers.for_act(connection, code)

    def seen_before(self, scans: Sequence[bytes], document: str | None) -> tuple[RegisterLine, ...]:
        """Acts of the same original, oldest first: by the SHA-256 of its scans, or by its `document_name`."""
        with self._database.reading() as connection:
            marks = _marks.marks(connection, scans, document)
            return tuple(map(self._line, _marks.seen(connection, self._seal, marks)))

    def times(self, start: dt.date, end: dt.date) -> tuple[_times.StageTimes, ...]:
        """How long the stages of the acts took that got their number from `start` to before `end`."""
        with self._database.reading() as connection:
            return _times.times(connection, start, end, self._seal)

    def books(self) -> list[Book]:
        """All books, in order."""
        with self._database.reading() as connection:
            return books(connection)

    # -- for others --------------------------------------------------------------------------------------------------

    def export_csv(
        self, stream: IO[str], *, year: int, month: int | None = None, unit: str | None = None, bom: bool = False
    ) -> int:
        """Write the year's, or the month's, lines as CSV with the eight columns; see `keep.export_csv`."""
        from pyhncert.keep._export import export_csv  # noqa: PLC0415  rarely used

        lines = self.lines(unit=unit, year=year, month=month)
        return export_csv(lines, stream, on=dt.date(year, month or 12, 1), bom=bom)

    def monthly_pdf(
        self, *, year: int, month: int, unit: str | None = None, font: Path | None = None, trial: bool = False
    ) -> bytes:
        """The month as PDF for printing and binding; `font` is a TrueType file, else the office's Source Serif Pro.

        Raises:
            UsageFault: no such month, or the unit has no book.
            MissingDependency: the font cannot be used.
        """
        from importlib.resources import files  # noqa: PLC0415  rarely used

        from pyhncert.issue import prepare_font  # noqa: PLC0415
        from pyhncert.keep._print import monthly_pdf  # noqa: PLC0415

        lines = self.lines(unit=unit, year=year, month=month)
        known = [book for book in self.books() if unit in (None, book.unit)]
        if not known:
            raise UsageFault(f"unit {unit} has no book", f"đơn vị {unit} không có sổ")
        file = font or Path(str(files("font_source_serif_pro") / "files" / "SourceSerifPro-Regular.ttf"))
        return monthly_pdf(lines, known, year=year, month=month, font=prepare_font(file), now=self._now(), trial=trial)

    def snapshot(self, to: Path) -> None:
        """Write the register as it stands at one moment to the new file `to`; see `keep.take_snapshot`."""
        from pyhncert.keep._snapshot import take_snapshot  # noqa: PLC0415  rarely used

        take_snapshot(self._database, to)

    def prove(self, digest: bytes) -> bytes | None:
        """A proof that a backup's manifest is this office's, under a key of its own; None in a plain register."""
        return self._seal.digests("backup", digest)[-1] if self.sealed else None

    def proves(self, digest: bytes, proof: bytes) -> bool:
        """Whether `prove` of this register, now or under an older office key, made the `proof`."""
        made = self._seal.digests("backup", digest) if self.sealed else []
        return any(hmac.compare_digest(one, proof) for one in made)

    def yearly_pdf(
        self, *, year: int, unit: str, symbol: str = "SCT/BS", font: Path | None = None, trial: bool = False
    ) -> bytes:
        """The year of one unit and kind of book as PDF for binding, closed on 31 December.

        Raises:
            UsageFault: as `keep.yearly_pdf`.
            MissingDependency: the font cannot be used.
        """
        from importlib.resources import files  # noqa: PLC0415  rarely used

        from pyhncert.issue import prepare_font  # noqa: PLC0415
        from pyhncert.keep._year_print import yearly_pdf  # noqa: PLC0415

        file = font or Path(str(files("font_source_serif_pro") / "files" / "SourceSerifPro-Regular.ttf"))
        return yearly_pdf(
            self.lines(unit=unit, symbol=symbol, year=year),
            self.books(),
            unit=unit,
            symbol=symbol,
            year=year,
            font=prepare_font(file),
            now=self._now(),
            trial=trial,
        )

    def check(self) -> tuple[Words, ...]:
        """What is wrong with the register: numbers not exactly 1 to n, counters, damage. Empty when all is well."""
        with self._database.reading() as connection:
            return (*self._database.medium.sound(connection), *check(connection))

    def check_book(self, unit: str, *, symbol: str = "SCT/BS") -> Book:
        """Preflight: the book that the next number of `unit` would come from, before anything slow.

        Raises:
            UsageFault: the unit has no open book of this kind, or the clock is before its opening day.
        """
        with self._database.reading() as connection:
            return check_book(connection, unit, symbol, self._now().date())

    def check_disk(self, *, needed_bytes: int = 8 << 20) -> None:
        """Preflight: the register can be written; the disk of a file has room.

        Raises:
            StorageFault: it cannot, or has not.
        """
        with self._database.reading() as connection:
            self._database.medium.check_writable(connection, needed_bytes=needed_bytes)

    def last_entry(self) -> dt.datetime | None:
        """When the last event was entered; None in a new register."""
        with self._database.reading() as connection:
            at = connection.execute(_LAST_ENTRY).scalar()
        return dt.datetime.fromisoformat(at) if at is not None else None
