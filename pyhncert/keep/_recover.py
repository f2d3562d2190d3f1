"""After a kill: acts of the dead are voided with their reason, finished copies are named for delivery."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, text

from pyhncert.keep import _lines
from pyhncert.keep._acts import ABANDONABLE
from pyhncert.keep._database import Database
from pyhncert.keep._form import interrupted
from pyhncert.keep._holders import the_dead
from pyhncert.keep._lines import time_text
from pyhncert.keep._seal import Seal
from pyhncert.keep._store import ObjectStore
from pyhncert.values import FileState, RegisterLine


@dataclass(frozen=True, slots=True, kw_only=True)
class Undelivered:
    """A registered copy that never reached `out`; its bytes are in the store under `line.file_digest`."""

    line: RegisterLine
    files: tuple[FileState, ...]
    out: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """What `recover` did: numbers voided, and copies that this process must now deliver."""

    voided: tuple[RegisterLine, ...] = ()
    undelivered: tuple[Undelivered, ...] = ()


_IN_HAND = text(
    "SELECT holder, count(*) AS acts FROM act WHERE holder IS NOT NULL"
    " AND state IN ('number_reserved','officer_signed','agency_sealed') GROUP BY holder"
)
_HOLDERS = text("SELECT DISTINCT holder FROM act WHERE holder IS NOT NULL")
_VOID = text("UPDATE act SET state = 'voided', reason = :reason, changed_at = :at, holder = :me WHERE id = :id")
_CLAIM = text("UPDATE act SET holder = :me WHERE id = :id")
_DONE = text("UPDATE act SET holder = NULL, out_hint = NULL WHERE id = :id")
_Events = Callable[[Connection, str, str, dt.datetime, str, Mapping[str, Any]], None]


def in_living_hands(database: Database, folder: Path) -> int:
    """How many acts are on their way in processes that live."""
    with database.reading() as connection:
        held = {row.holder: row.acts for row in connection.execute(_IN_HAND)}
    with the_dead(database.medium, folder, frozenset(held), me=None) as dead:
        return sum(acts for holder, acts in held.items() if holder not in dead)


def recover(
    database: Database,
    folder: Path,
    *,
    me: Callable[[], str],
    my_id: str | None,
    now: Callable[[], dt.datetime],
    store: ObjectStore | None,
    event: _Events,
    seal: Seal,
) -> Recovered:
    """See `Register.recover`. `me` makes this process's sign of life when it is first needed."""
    with database.reading() as connection:
        holders = frozenset(connection.execute(_HOLDERS).scalars())
    with the_dead(database.medium, folder, holders, me=my_id) as dead:
        orphans = dead & holders
        if not orphans:
            return Recovered()
        claimed = _claim(database, orphans, me=me(), now=now, event=event, seal=seal)
        if store is not None:
            store.clean()
        _clean(database, [row for row in claimed if row.state == "voided"], store)
    with database.reading() as connection:
        fresh = [_lines.by_id(connection, row.id) for row in claimed]
        voided = tuple(_lines.line(row, seal) for row in fresh if row is not None and row.state == "voided")
        waiting = tuple(
            Undelivered(line=_lines.line(row, seal), files=_lines.files(connection, row.id), out=Path(hint))
            for row in fresh
            if row is not None
            and row.state != "voided"
            and (hint := seal.row(row).open("rest", "out_hint", row.out_hint)) is not None
        )
    return Recovered(voided=voided, undelivered=waiting)


def _claim(
    database: Database, orphans: frozenset[str], *, me: str, now: Callable[[], dt.datetime], event: _Events, seal: Seal
) -> Sequence[Row[Any]]:
    """Void or take over, in one transaction; acts that another process settled meanwhile are no longer theirs."""
    claimed: list[Row[Any]] = []
    with database.writing() as connection:
        for holder in sorted(orphans):
            rows = connection.execute(_lines.select("WHERE a.holder = :holder ORDER BY a.number"), {"holder": holder})
            for row in rows.all():
                at = now()
                if row.state in ABANDONABLE:
                    reason = interrupted(row.state)
                    sealed = seal.of(connection, row.id).seal("line", "reason", reason)
                    values = {"id": row.id, "reason": sealed, "at": time_text(at), "me": me}
                    connection.execute(_VOID, values)
                    event(connection, row.id, "voided", at, "", {"reason": reason, "holder": holder})
                else:
                    connection.execute(_CLAIM, {"id": row.id, "me": me})
                settled = _lines.by_id(connection, row.id)
                if settled is not None:
                    claimed.append(settled)
    return claimed


def _clean(database: Database, voided: Sequence[Row[Any]], store: ObjectStore | None) -> None:
    """Remove the files of voided acts; only then are these out of hand."""
    ready = [row for row in voided if row.file_digest is None or store is not None]
    for row in ready:
        if row.file_digest is not None and store is not None:
            store.delete(row.file_digest)
    if ready:
        with database.writing() as connection:
            for row in ready:
                connection.execute(_DONE, {"id": row.id})
