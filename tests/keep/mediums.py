"""Registers for tests, each test on both databases unless it says otherwise."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pyhncert import keep
from pyhncert.keep import _create
from pyhncert.values import VIETNAM

if TYPE_CHECKING:
    from pgserver import Server

OPENED = dt.datetime(2026, 11, 24, 9, 30, tzinfo=VIETNAM)
"""When the books of these registers were opened."""

only_sqlite = pytest.mark.parametrize("medium", ["sqlite"], indirect=True)
only_postgresql = pytest.mark.parametrize("medium", ["postgresql"], indirect=True)


def alone(where: Path | str) -> Path | str:
    """The register's place for who owns it and may do everything."""
    from pgserver import OWNER

    return _create.as_user(where, OWNER) if isinstance(where, str) else where


def tamper(where: Path | str, statement: str) -> list[Any]:
    """Run one statement past the register, as the owner of its tables; raises SQLAlchemy's errors."""
    from pyhncert.keep._database import medium

    engine = medium(alone(where)).engine(pooled=False)
    try:
        with engine.begin() as connection:
            done = connection.exec_driver_sql(statement)
            return list(done) if done.returns_rows else []
    finally:
        engine.dispose()


def downgrade(where: Path | str, target: str) -> None:
    """Take a register back to an older schema."""
    with _create.migrating(alone(where)) as engine, engine.begin() as connection:
        _create.migrate(connection, target, back=True)


class Databases:
    """Registers on one server, copied from a template for each first book; a desk's user opens them."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._names = itertools.count()
        self._templates: dict[keep.BookSettings, str] = {}
        self._made: list[str] = []

    def empty(self) -> str:
        """The URL of an empty database, as its owner."""
        from pgserver import OWNER

        self._made.append(self.server.database(f"register_{next(self._names)}"))
        return self.server.url(self._made[-1], OWNER)

    def new(self, book: keep.BookSettings) -> str:
        """A register with one book."""
        if book not in self._templates:
            url = self.empty()
            keep.create_register(url, book, clock=lambda: OPENED)
            self._templates[book] = self._made.pop()
        name = self.server.database(f"register_{next(self._names)}", self._templates[book])
        self._made.append(name)
        return self.server.url(name)

    def drop(self) -> None:
        """Remove what was made since."""
        while self._made:
            self.server.drop(self._made.pop())


Maker = Callable[[Path, keep.BookSettings], "Path | str"]


def make_file(folder: Path, book: keep.BookSettings) -> Path:
    """A register file in `folder`."""
    path = folder / "register.sqlite"
    keep.create_register(path, book, clock=lambda: OPENED)
    return path
