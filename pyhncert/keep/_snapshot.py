"""The register at one moment as a file of its own, taken while the office goes on; and what such a file holds."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, MetaData, create_engine, exc, inspect, pool, text

from pyhncert.errors import StorageFault
from pyhncert.keep._check import check
from pyhncert.keep._database import GUARD, SCHEMA, VERSION, Database, schema_fault
from pyhncert.keep._disk import fsync_folder, storage_fault
from pyhncert.keep._sqlite import Sqlite
from pyhncert.values import Words

_GUARDS = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE ?"
_NUMBERS = text("SELECT unit, symbol, year, last FROM counter ORDER BY unit, symbol, year")
_ACTS = text("SELECT count(*) FROM act")
_SEALED = text("SELECT 1 FROM register_key LIMIT 1")
_HELD = text("SELECT held FROM object_key")
_FILES = text("SELECT file_digest FROM act WHERE state IN ('registered','revoked','superseded')")


_ROWS = 1000
"""How many rows are read and written at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotFacts:
    """What a register file says of itself: schema, last numbers, how many acts, and the objects that must be there."""

    schema: str
    numbers: tuple[dict[str, Any], ...]
    acts: int
    objects: frozenset[str]
    faults: tuple[Words, ...]


def take_snapshot(database: Database, to: Path) -> None:
    """Write the register as it stands at one moment to the new file `to`; writers go on meanwhile.

    The file is SQLite's, also where the register is on a server: then its rows are read in one view. What keeps writers
    away from a register that is about to move stays behind.

    Raises:
        StorageFault: the register cannot be read, moves just now or has moved, or the disk does not allow it.
    """
    try:
        os.close(os.open(to, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        try:
            if not database.medium.copy(to):
                _copy_rows(database, to)
            with closing(sqlite3.connect(to, isolation_level=None)) as target:
                target.execute("PRAGMA journal_mode=DELETE")
                for (name,) in target.execute(_GUARDS, (f"{GUARD}%",)).fetchall():
                    target.execute(f"DROP TRIGGER {name}")
                _current(database, target.execute(str(VERSION)).fetchone()[0])
        except sqlite3.Error as err:
            raise Sqlite(to).fault(err) from err
        with to.open("rb") as file:
            os.fsync(file.fileno())
        fsync_folder(to.parent)
    except OSError as err:
        raise storage_fault(err, to) from err


def _current(database: Database, schema: str | None) -> None:
    """A process that has had the register open since before it moved, or was upgraded, makes no backup of it."""
    if schema != SCHEMA:
        raise schema_fault(database.medium, schema)


def _copy_rows(database: Database, to: Path) -> None:
    """Every row of every table, as one reader sees them, into a new file of the same schema."""
    from pyhncert.keep._create import migrate, migrating  # noqa: PLC0415  loads Alembic

    with database.reading() as source, migrating(to) as engine, engine.begin() as target:
        _current(database, source.execute(VERSION).scalar())
        migrate(target)
        tables = MetaData()
        tables.reflect(target)
        for table in tables.sorted_tables:
            if table.name == "alembic_version":
                continue
            columns = ", ".join(f'"{column.name}"' for column in table.columns)
            every = text(f'SELECT {columns} FROM "{table.name}"').execution_options(yield_per=_ROWS)  # noqa: S608 ours
            rows = source.execute(every)
            for some in rows.mappings().partitions():
                target.execute(table.insert(), [dict(row) for row in some])


@contextmanager
def _looked_at(path: Path) -> Iterator[Connection]:
    """A register file that nobody writes, opened without touching it or anything beside it."""
    name = f"file:{quote(str(path))}?immutable=1"
    engine = create_engine("sqlite://", creator=lambda: sqlite3.connect(name, uri=True), poolclass=pool.NullPool)
    try:
        with engine.connect() as connection:
            yield connection
    except exc.DBAPIError as err:
        raise Sqlite(path).fault(err) from err
    finally:
        engine.dispose()


def _objects(connection: Connection) -> frozenset[str]:
    """The objects that the register names: of a sealed one, what they are called in the store."""
    if inspect(connection).has_table("register_key") and connection.execute(_SEALED).first() is not None:
        return frozenset(connection.execute(_HELD).scalars())
    return frozenset(digest.hex() for digest in connection.execute(_FILES).scalars())


def snapshot_facts(path: Path) -> SnapshotFacts:
    """What a register file that nobody writes holds, every page of it looked at.

    Raises:
        StorageFault: it is no register, or too damaged to be read.
    """
    with _looked_at(path) as connection:
        if not inspect(connection).has_table("alembic_version"):
            raise StorageFault(f"{path}: this file is not a register", f"{path}: tệp này không phải là sổ")
        return SnapshotFacts(
            schema=str(connection.execute(VERSION).scalar_one()),
            numbers=tuple(dict(row._mapping) for row in connection.execute(_NUMBERS)),
            acts=connection.execute(_ACTS).scalar_one(),
            objects=_objects(connection),
            faults=(*Sqlite(path).sound(connection), *check(connection)),
        )
