"""Moving a register to another database while it is used, and the switch.

The new database is filled by passes, table by table, in batches of keys; each batch is compared first, so a pass that
was killed is simply begun again. The first pass reads one snapshot of the running register. Then the door is closed (no
new act), what is in hand may end, all writing is frozen by triggers, a last pass brings what has changed since, and
both sides are read once more: the switch needs equal counts and digests of every table. Where they differ, writing goes
on in the old register.

How far a move has come stands where the schema's number stands, so no software opens half a register: ``arriving`` in
the new database until the switch, ``moving`` in the frozen old one, ``switching`` there from where no way leads back,
``moved`` in the one that was left.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, MetaData, inspect, text

from pyhncert.errors import StorageFault, UsageFault
from pyhncert.keep._create import as_user, check_characters, migrate, server_only
from pyhncert.keep._database import GUARD, MOVES, SCHEMA, VERSION, Database, is_url, schema_fault
from pyhncert.keep._recover import in_living_hands
from pyhncert.keep._rights import changeable, may_go

BATCH = 1000
_SAY = text("UPDATE alembic_version SET version_num = :state")
_LOOK_S = 0.2
_WRITES = ("INSERT", "UPDATE", "DELETE")


@dataclass(frozen=True, slots=True, kw_only=True)
class TableCopy:
    """A table that is the same on both sides: how many rows, and the SHA-256 of all of them in order of their keys."""

    name: str
    rows: int
    digest: bytes


@dataclass(frozen=True, slots=True)
class _Table:
    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]

    def rows(self, connection: Connection, after: Sequence[Any] | None, upto: Sequence[Any] | None) -> list[Any]:
        """The next rows by key beyond `after`: up to and with `upto`, or the next batch."""
        bounds: list[str] = []
        values: dict[str, Any] = {}
        for mark, end, which in ((">", after, "a"), ("<=", upto, "z")):
            if end is not None:
                names = ", ".join(f":{which}{n}" for n in range(len(end)))
                bounds.append(f"({', '.join(self.key)}) {mark} ({names})")
                values |= {f"{which}{n}": value for n, value in enumerate(end)}
        where = f"WHERE {' AND '.join(bounds)}" if bounds else ""
        limit = f"LIMIT {BATCH}" if upto is None else ""
        query = f"SELECT {', '.join(self.columns)} FROM {self.name} {where} ORDER BY {', '.join(self.key)} {limit}"  # noqa: S608 ours
        return [tuple(row) for row in connection.execute(text(query), values)]

    def key_of(self, row: Sequence[Any]) -> tuple[Any, ...]:
        return tuple(row[self.columns.index(name)] for name in self.key)

    def batches(self, here: Connection, there: Connection) -> Iterator[tuple[list[Any], list[Any]]]:
        """Rows of both sides over the same ranges of keys."""
        after: tuple[Any, ...] | None = None
        while True:
            ours = self.rows(here, after, None)
            if len(ours) == BATCH:
                end = self.key_of(ours[-1])
                yield ours, self.rows(there, after, end)
                after = end
                continue
            theirs: list[Any] = []
            while more := self.rows(there, after, None):
                theirs += more
                after = self.key_of(more[-1])
            yield ours, theirs
            return


class Move:
    """A move of the register at `source` into the empty database at `target`; `owner` is who owns the tables there.

    Raises:
        StorageFault: one of them does not answer, or holds what does not belong there.
        UsageFault: the target is a register already.
    """

    def __init__(self, source: Path | str, target: str, *, owner: str | None = None) -> None:
        if not is_url(target):
            raise UsageFault(
                "a register moves to a PostgreSQL server; name it by its URL",
                "sổ chỉ chuyển sang máy chủ PostgreSQL; hãy ghi URL",
            )
        self.source = Database(source)
        self.target = Database(as_user(target, owner) if owner else target)
        self.source.medium.check_there()

    def __enter__(self) -> Move:
        return self

    def __exit__(self, *_: object) -> None:
        self.source.dispose()
        self.target.dispose()

    # -- the steps ---------------------------------------------------------------------------------------------------

    def prepare(self) -> bool:
        """Make the tables there, or find those of a move that was broken off; True where all but the switch is done."""
        old = self._state(self.source)
        if old not in {SCHEMA, "moving", "switching", "moved"}:
            self.source.check_schema()  # says it in words
        new = self._state(self.target)
        if new not in {None, "arriving"} and not (new == SCHEMA and old in {"switching", "moved"}):
            raise UsageFault(
                f"{self.target.medium.where}: there is a register already; it is left alone",
                f"{self.target.medium.where}: đã có sổ chứng thực; sổ được giữ nguyên",
            )
        if (old == "moved" and new != SCHEMA) or (old == "switching" and new is None):
            raise schema_fault(self.source.medium, old)  # it moved to another place: a second one would fork it
        if new is None:
            with self.target.writing() as connection:
                check_characters(connection, self.target.medium.where)
                migrate(connection)
                connection.execute(_SAY, {"state": "arriving"})
                server_only(connection)
            return False
        self._tables()
        return old in {"switching", "moved"}

    def copy(self, tell: Callable[[str, int], None] = lambda _name, _rows: None) -> None:
        """One pass over a snapshot of the source; `tell` hears of each table and its rows."""
        with self.source.reading() as here:
            for table in self._tables():
                if self._count(table):
                    self._sweep(table, here, new=False)
                tell(table.name, self._sweep(table, here, new=True))

    def close_door(self, folder: Path, *, wait_s: float) -> int:
        """No new act from here on; waits until none is in living hands, or `wait_s`. Returns how many still are.

        `folder` holds the signs of life. What is in hand at the end is refused its next step, and voided by the first
        desk that opens the new register.
        """
        self._freeze(("act",), ("INSERT",))
        until = time.monotonic() + wait_s
        while (held := in_living_hands(self.source, folder)) and time.monotonic() < until:
            time.sleep(_LOOK_S)
        return held

    def freeze(self) -> None:
        """Nothing is written to the source from here on."""
        self._freeze([table.name for table in self._tables()], _WRITES, say="moving")

    def compare(self) -> tuple[TableCopy, ...]:
        """Every table, read on both sides.

        Raises:
            StorageFault: some differ; they are named, with what was counted.
        """
        same, different = [], []
        with self.source.reading() as here, self.target.reading() as there:
            for table in self._tables():
                ours, theirs, counts = hashlib.sha256(), hashlib.sha256(), [0, 0]
                for left, right in table.batches(here, there):
                    for digest, rows in ((ours, left), (theirs, right)):
                        digest.update("".join(f"{row!r}\n" for row in rows).encode("utf-8", "surrogatepass"))
                    counts = [counts[0] + len(left), counts[1] + len(right)]
                if ours.digest() == theirs.digest() and counts[0] == counts[1]:
                    same.append(TableCopy(name=table.name, rows=counts[0], digest=ours.digest()))
                else:
                    different.append(f"{table.name} ({counts[0]} / {counts[1]})")
        if different:
            names = ", ".join(different)
            raise StorageFault(
                f"the copy differs from the register, so nothing was switched: {names}",
                f"bản sao khác với sổ nên chưa chuyển: {names}",
            )
        return tuple(same)

    def leave(self) -> None:
        """From here on there is no way back: what was compared stays as it is.

        Raises:
            StorageFault: another took the freeze back, so there may be newer acts; nothing is switched.
        """
        old = self._state(self.source)
        if old not in {"moving", "switching", "moved"}:
            raise StorageFault(
                f"{self.source.medium.where}: writing went on meanwhile, so nothing was switched; try again",
                f"{self.source.medium.where}: sổ đã được ghi tiếp nên chưa chuyển; hãy thử lại",
            )
        if old == "moving":
            self._freeze([table.name for table in self._tables()], _WRITES, say="switching")

    def arrive(self) -> None:
        """The target is a register from here on, and the source says that it is elsewhere."""
        with self.target.writing() as connection:
            for table in self._tables():
                for column in table.key:
                    asked = text("SELECT pg_get_serial_sequence(:table, :column)")
                    sequence = connection.execute(asked, {"table": table.name, "column": column}).scalar()
                    if sequence is not None:
                        last = f"SELECT setval('{sequence}', coalesce(max({column}), 0) + 1, false) FROM {table.name}"  # noqa: S608 ours
                        connection.execute(text(last))
            connection.execute(_SAY, {"state": SCHEMA})
        self._freeze([table.name for table in self._tables()], _WRITES, say="moved")

    def go_on(self) -> None:
        """Give up the move, wherever it stands: the source is written to as before, unless it was left already."""
        if self._state(self.source) is None:
            return
        with self.source.writing() as connection:
            state = connection.execute(VERSION).scalar()
            if state in {"switching", "moved"}:
                return
            self._thaw(connection)
            if state == "moving":
                connection.execute(_SAY, {"state": SCHEMA})

    # -- inside ------------------------------------------------------------------------------------------------------

    @staticmethod
    def _state(database: Database) -> str | None:
        with database.reading() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return None
            return str(connection.execute(VERSION).scalar())

    def _tables(self) -> list[_Table]:
        """Every table, those before which others point to."""
        found: list[Mapping[str, _Table]] = []
        for database in (self.source, self.target):
            with database.reading() as connection:
                known = MetaData()
                known.reflect(connection)
            found.append(
                {
                    table.name: _Table(
                        table.name,
                        tuple(sorted(column.name for column in table.columns)),
                        tuple(column.name for column in table.primary_key.columns),
                    )
                    for table in known.sorted_tables
                    if table.name != "alembic_version"
                }
            )
        ours, theirs = found
        if ours != theirs:
            raise StorageFault(
                f"{self.target.medium.where}: its tables are not those of this register; empty the database",
                f"{self.target.medium.where}: các bảng không khớp với sổ; hãy làm trống cơ sở dữ liệu",
            )
        return list(theirs.values())

    def _count(self, table: _Table) -> bool:
        with self.target.reading() as there:
            return there.execute(text(f"SELECT 1 FROM {table.name} LIMIT 1")).first() is not None  # noqa: S608 ours

    def _sweep(self, table: _Table, here: Connection, *, new: bool) -> int:
        """Bring rows that are `new`, or what has changed in the others; old values go before new rows come."""
        rows = 0
        with self.target.reading() as there:
            for ours, theirs in table.batches(here, there):
                rows += len(ours)
                if ours == theirs:
                    continue
                known = {table.key_of(row): row for row in theirs}
                if new:
                    self._insert(table, [row for row in ours if table.key_of(row) not in known])
                    continue
                changed = [row for row in ours if known.pop(table.key_of(row), row) != row]
                self._change(table, changed)
                self._remove(table, list(known))
        return rows

    def _insert(self, table: _Table, rows: Sequence[Sequence[Any]]) -> None:
        if not rows:
            return
        names = ", ".join(table.columns)
        marks = ", ".join(f":{name}" for name in table.columns)
        statement = f"INSERT INTO {table.name} ({names}) VALUES ({marks}) ON CONFLICT DO NOTHING"  # noqa: S608 ours
        with self.target.writing() as connection:
            connection.execute(text(statement), [dict(zip(table.columns, row, strict=True)) for row in rows])

    def _change(self, table: _Table, rows: Sequence[Sequence[Any]]) -> None:
        may = sorted(changeable(table.name, set(table.columns)) - set(table.key))
        if not rows or not may:
            return
        new = ", ".join(f"{name} = :{name}" for name in may)
        where = " AND ".join(f"{name} = :{name}" for name in table.key)
        statement = text(f"UPDATE {table.name} SET {new} WHERE {where}")  # noqa: S608 ours
        wanted = (*may, *table.key)
        values = [{n: v for n, v in zip(table.columns, row, strict=True) if n in wanted} for row in rows]
        with self.target.writing() as connection:
            connection.execute(statement, values)

    def _remove(self, table: _Table, keys: Sequence[tuple[Any, ...]]) -> None:
        """What is gone from the source; where rows stay for ever, `compare` tells."""
        if not keys or not may_go(table.name):
            return
        where = " AND ".join(f"{name} = :{name}" for name in table.key)
        with self.target.writing() as connection:
            connection.execute(
                text(f"DELETE FROM {table.name} WHERE {where}"),  # noqa: S608 ours
                [dict(zip(table.key, key, strict=True)) for key in keys],
            )

    def _freeze(self, tables: Sequence[str], orders: Sequence[str], *, say: str | None = None) -> None:
        words = MOVES[say or "moving"].en
        with self.source.writing() as connection:
            self._thaw(connection)
            for table in tables:
                for order in orders:
                    name = f"{GUARD}{table}_{order.lower()}"
                    for statement in self.source.medium.guard(name, table, order, words):
                        connection.exec_driver_sql(statement)
            if say is not None:
                connection.execute(_SAY, {"state": say})

    def _thaw(self, connection: Connection) -> None:
        for name, table in self.source.medium.guards(connection):
            if name.startswith(GUARD):
                for statement in self.source.medium.unguard(name, table):
                    connection.exec_driver_sql(statement)
