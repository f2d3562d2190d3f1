"""Looking into the register: one line, many lines, what happened to an act."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from sqlalchemy import Connection, Row, TextClause, text

from pyhncert.errors import UsageFault
from pyhncert.keep._form import column_8, erased_words
from pyhncert.keep._seal import ActSeal, Seal
from pyhncert.values import Charge, FileState, Level, RegisterLine

_SELECT = (
    "SELECT a.id, a.code, a.unit, b.name AS book, a.year, a.number, a.state, a.certified_at, a.requester, a.original,"
    " a.kind, a.pages, a.signer, a.copies, a.fee_vnd, a.note, a.content_digest, a.file_digest, a.level_asked, a.level,"
    " a.reason, a.changed_at, a.superseded_by, a.symbol, a.out_hint, a.holder, a.charge, a.paper_copies, a.dossier,"
    " r.code AS replaces, r.number AS replaces_number, r.year AS replaces_year,"
    " k.generation, k.line_key, k.rest_key, k.erased"
    " FROM act a JOIN book b ON b.id = a.book_id LEFT JOIN act r ON r.superseded_by = a.code"
    " LEFT JOIN data_key k ON k.owner = a.id"
)
PAGE = 500
"""How many lines are read at a time; between two pages the register is not held."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One step: which state was reached, when (Vietnam time), where, on which device, by whom, with what facts."""

    state: str
    at: dt.datetime
    device: str
    person: str
    facts: Mapping[str, Any]
    place: str = ""


@cache
def select(where: str) -> TextClause:
    """The register's lines under a condition."""
    return text(f"{_SELECT} {where}")


def time_text(moment: dt.datetime) -> str:
    """A moment as it is stored; it sorts, because it is always Vietnam time with microseconds."""
    return moment.isoformat(timespec="microseconds")


def line(row: Row[Any], seal: Seal) -> RegisterLine:
    """A row of `select` as a value; what was erased of it is said in its place."""
    r = row._mapping
    act = seal.row(row)
    gone = erased_words() if act.erased("line") else ""

    def opened(field: str) -> str:
        return act.open("line", field, r[field]) or ""

    reason = opened("reason")
    changed_at = dt.datetime.fromisoformat(r["changed_at"]) if r["changed_at"] else None
    return RegisterLine(
        act_id=r["id"],
        code=r["code"],
        unit=r["unit"],
        book=r["book"],
        year=r["year"],
        number=r["number"],
        state=r["state"],
        certified_at=dt.datetime.fromisoformat(r["certified_at"]),
        requester=opened("requester") or gone,
        original=opened("original") or gone,
        signer=r["signer"],
        copies=r["copies"],
        fee_vnd=r["fee_vnd"],
        note=column_8(
            r["state"],
            reason=reason,
            changed_at=changed_at,
            note=opened("note"),
            superseded_by=r["superseded_by"],
            replaces=(r["replaces"], r["replaces_number"], r["replaces_year"]) if r["replaces"] else None,
            copies=r["copies"],
            paper_copies=r["paper_copies"],
        ),
        content_digest=r["content_digest"],
        file_digest=r["file_digest"],
        level=r["level"],
        superseded_by=r["superseded_by"],
        replaces=r["replaces"],
        reason=reason,
        changed_at=changed_at,
        level_asked=r["level_asked"],
        kind=r["kind"],
        pages=r["pages"],
        charge=Charge(**json.loads(r["charge"])) if r["charge"] else None,
        paper_copies=r["paper_copies"],
        dossier=r["dossier"],
    )


_BY_FILE = "JOIN file_state f ON f.act_id = a.id WHERE f.file_digest = :digest"
_FILES = text("SELECT at, level, length, file_digest FROM file_state WHERE act_id = :id ORDER BY step")
_EVENTS = text(
    "SELECT e.state, e.at, e.place, e.device, e.person, e.facts,"
    " e.act_id AS id, k.generation, k.line_key, k.rest_key, k.erased"
    " FROM event e LEFT JOIN data_key k ON k.owner = e.act_id WHERE e.act_id = :id ORDER BY e.id"
)
ERASED = "erased"
"""The one fact that is left of an event whose facts were erased."""


def by_code(connection: Connection, code: str) -> Row[Any] | None:
    """The line of a code (as it is stored)."""
    return connection.execute(select("WHERE a.code = :code"), {"code": code}).first()


def by_file(connection: Connection, digest: bytes) -> Row[Any] | None:
    """The line of a file in any of its states."""
    return connection.execute(select(_BY_FILE), {"digest": digest}).first()


def by_id(connection: Connection, act_id: str) -> Row[Any] | None:
    """The line of an act."""
    return connection.execute(select("WHERE a.id = :id"), {"id": act_id}).first()


def errand(idempotency_key: str, seal: Seal) -> str:
    """The key as it is stored: a sealed register keeps its keyed digest, for it may be the digest of a paper."""
    return seal.index("errand", idempotency_key).hex() if seal.sealed else idempotency_key


def under(connection: Connection, idempotency_key: str, seal: Seal) -> Row[Any] | None:
    """The line of the act that stands under the key and is not void."""
    where = "WHERE a.idempotency_key = :key AND a.state <> 'voided'"
    return connection.execute(select(where), {"key": errand(idempotency_key, seal)}).first()


def known(row: Row[Any] | None, name: str) -> Row[Any]:
    """The row, which must be there.

    Raises:
        UsageFault: it is not.
    """
    if row is None:
        raise UsageFault(f"{name}: no such act in the register", f"{name}: không có trong sổ")
    return row


def files(connection: Connection, act_id: str) -> tuple[FileState, ...]:
    """Every state of the act's file since revision 3, oldest first."""
    return tuple(
        FileState(at=dt.datetime.fromisoformat(at), level=cast("Level", level), length=length, file_digest=digest)
        for at, level, length, digest in connection.execute(_FILES, {"id": act_id})
    )


def facts_field(state: str, at: str) -> str:
    """What the facts of an event are bound to, beside their act."""
    return f"event {state} {at}"


def event(row: Row[Any], own: ActSeal) -> Event:
    """A step of an act or file, sealed under its `own` keys; of facts that were erased it is said that they were."""
    words = own.open("rest", facts_field(row.state, row.at), row.facts)
    return Event(
        state=row.state,
        at=dt.datetime.fromisoformat(row.at),
        place=row.place,
        device=row.device,
        person=row.person,
        facts=json.loads(words) if words is not None else {ERASED: True},
    )


def events(connection: Connection, act_id: str, seal: Seal) -> tuple[Event, ...]:
    """What happened to the act, in order."""
    return tuple(event(row, seal.row(row)) for row in connection.execute(_EVENTS, {"id": act_id}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which lines; None means all. `month` is 1-12 within `year`; `state` as in SPEC 10."""

    unit: str | None = None
    symbol: str | None = None
    book: str | None = None
    year: int | None = None
    month: int | None = None
    state: str | None = None

    def where(self) -> tuple[str, dict[str, object]]:
        """The condition and its values."""
        parts: list[str] = []
        values: dict[str, object] = {}
        plain = True
        for name, column, hidden in (
            ("unit", "a.unit", "a.unit"),
            ("symbol", "a.symbol", "a.symbol || ''"),
            ("year", "a.year", "a.year + 0"),
            ("book", "b.name", "b.name"),
        ):
            if getattr(self, name) is not None:
                # a constant in the middle of the index makes SQLite sort all that is left for each page: hide it
                parts.append(f"{column if plain else hidden} = :{name}")
                values[name] = getattr(self, name)
            else:
                plain = False
        if self.state is not None:
            parts.append("a.state = :state")
            values["state"] = self.state
        if self.month is not None and self.year is not None:
            parts.append("a.certified_at >= :start AND a.certified_at < :end")
            values["start"] = f"{self.year}-{self.month:02d}"
            later = (self.year, self.month + 1) if self.month < 12 else (self.year + 1, 1)
            values["end"] = f"{later[0]}-{later[1]:02d}"
        return " AND ".join(parts), values


def page(connection: Connection, which: Filter, after: tuple[str, str, int, int] | None) -> list[Row[Any]]:
    """The next `PAGE` lines of unit, kind, year and number beyond `after`."""
    where, values = which.where()
    if after is not None:
        beyond = "(a.unit, a.symbol, a.year, a.number) > (:after_unit, :after_symbol, :after_year, :after_number)"
        where = f"{where} AND {beyond}" if where else beyond
        values |= dict(zip(("after_unit", "after_symbol", "after_year", "after_number"), after, strict=True))
    condition = f"WHERE {where}" if where else ""
    statement = select(f"{condition} ORDER BY a.unit, a.symbol, a.year, a.number LIMIT {PAGE}")
    return list(connection.execute(statement, values))


def pages(rows: Iterator[list[Row[Any]]], seal: Seal) -> Iterator[RegisterLine]:
    """The lines of all pages."""
    for some in rows:
        for row in some:
            yield line(row, seal)
