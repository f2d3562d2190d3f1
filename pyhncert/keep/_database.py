"""The register's database: a SQLite file of one office, or a PostgreSQL server that several desks share.

Each commit is on the disk before it is answered. Both are spoken to in SQL that both understand; what differs stands in
`_sqlite` and `_postgres`, behind `Medium`.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy import Connection, Engine, event, exc, text

from pyhncert.errors import MissingDependency, StorageFault, UsageFault
from pyhncert.values import Words

if TYPE_CHECKING:
    from pyhncert.keep._jobs import Jobs
    from pyhncert.keep._serve import Service

SCHEMA = "0009"
"""The last migration; a register with another one is not opened."""

GUARD = "move_"
"""How the names of triggers begin that keep writers away while a register moves (`_move`)."""

MOVES = {
    "arriving": Words(
        "việc chuyển sổ vào đây chưa xong; hãy chạy lại 'hncert migrate'",
        "a register is being moved to this place; finish it with 'hncert migrate'",
    ),
    "moving": Words(
        "sổ đang được chuyển sang nơi khác; hãy thử lại sau vài phút, hoặc hoàn tất bằng 'hncert migrate'",
        "the register is being moved to another place; try again in some minutes, or finish it with hncert migrate",
    ),
    "moved": Words(
        "sổ đã được chuyển đi; hãy mở lại văn phòng với office.toml mới",
        "the register has moved to another place; open the office again with its new office.toml",
    ),
}
MOVES["switching"] = MOVES["moving"]
"""What stands for a schema while a register moves (`_move`), in words; triggers say them in English."""

Turn = tuple[str, ...]
"""What a writer needs to have to itself, as ``("book", unit, symbol)`` or ``("act", id)``."""

VERSION = text("SELECT version_num FROM alembic_version")


class Session(Protocol):
    """A sign of life on the server; it ends with the process."""

    def alive(self) -> bool:
        """Whether the server still knows of it."""

    def close(self) -> None:
        """Give it up."""


class Medium(Protocol):
    """What differs between the two databases."""

    where: str
    """The register's place, as messages show it; never a password."""
    one_writer: bool
    """Whether there is one writer at a time, so that those of one process had better queue."""

    def engine(self, *, pooled: bool = True) -> Engine:
        """Connections, several for threads, or each for one transaction that may take its time; none is made yet."""

    def begin(self, turns: tuple[Turn, ...] | None) -> str:
        """The statement that begins a transaction: None reads, ``()`` writes alone, else beside other turns."""

    def fault(self, err: BaseException, *, at_commit: bool = False) -> StorageFault:
        """A database error in words."""

    def check_there(self) -> None:
        """That there is something to open; raises StorageFault."""

    def no_register(self, err: StorageFault | None) -> StorageFault | None:
        """The words for a database that holds no register, if `err` (None: an empty answer) means that."""

    def check_writable(self, connection: Connection, *, needed_bytes: int) -> None:
        """That what is committed will find room; raises StorageFault."""

    def sound(self, connection: Connection) -> tuple[Words, ...]:
        """What the database says of damage to itself."""

    def copy(self, to: Path) -> bool:
        """Write the register as it stands at one moment over the empty file `to`; False where rows are to be copied."""

    def scrub(self) -> bool:
        """Overwrite what was deleted, as far as this user may; False where others held it just now."""

    def rewrite(self) -> None:
        """Write the tables of personal data anew, so that nothing is left of what was there before."""

    def unguarded(self, connection: Connection, table: str, guard: str) -> AbstractContextManager[None]:
        """One guard of a table is away inside the caller's transaction; only sealing needs that."""

    def serve(self, jobs: Jobs, service: Service[Any]) -> None:
        """Do jobs until told to stop: by leases alone, or given out by a queue of the server's. Raises StorageFault."""

    def guard(self, name: str, table: str, order: str, words: str) -> tuple[str, ...]:
        """The statements that make a trigger which refuses `order` (``INSERT``) on a table with `words`."""

    def unguard(self, name: str, table: str) -> tuple[str, ...]:
        """The statements that take it away."""

    def guards(self, connection: Connection) -> list[tuple[str, str]]:
        """Every trigger and its table."""

    def hold(self, holder: str) -> Session | None:
        """A sign of life that other machines see; None where all are on one machine. Raises StorageFault."""

    def unheld(
        self, ids: frozenset[str], absent: frozenset[str], dead_here: frozenset[str]
    ) -> AbstractContextManager[frozenset[str]]:
        """Which of `ids` nobody alive holds, and nobody else settles meanwhile.

        `absent` have no living process on this machine, `dead_here` had one.
        """


def moved_words(said: str) -> Words | None:
    """The words for what a trigger of a move said; None where another spoke."""
    return next((words for words in MOVES.values() if words.en in said), None)


def is_url(where: Path | str) -> bool:
    """Whether a register's place is a PostgreSQL server."""
    return isinstance(where, str) and where.startswith(("postgresql://", "postgres://"))


def medium(where: Path | str) -> Medium:
    """How to speak to the register at a path or a ``postgresql://`` URL."""
    if is_url(where):
        try:
            from pyhncert.keep._postgres import Postgres  # noqa: PLC0415  an extra
        except ImportError as err:
            raise MissingDependency(
                "a register on a PostgreSQL server needs psycopg; install pyhncert[postgresql]",
                "sổ trên máy chủ PostgreSQL cần psycopg; hãy cài pyhncert[postgresql]",
            ) from err
        return Postgres(str(where))
    from pyhncert.keep._sqlite import Sqlite  # noqa: PLC0415

    return Sqlite(Path(where))


def schema_fault(how: Medium, found: str | None) -> StorageFault:
    """The words for a register whose schema is not this software's, is on its way to another place, or is none."""
    if found is None and (none := how.no_register(None)) is not None:
        return none
    if found in MOVES:
        return StorageFault(f"{how.where}: {MOVES[found].en}", f"{how.where}: {MOVES[found].vi}")
    return StorageFault(
        f"{how.where}: the register has schema {found}, this software needs {SCHEMA};"
        " run 'hncert office upgrade', or install the newer software",
        f"{how.where}: sổ có lược đồ {found}, phần mềm cần {SCHEMA};"
        " hãy chạy 'hncert office upgrade' hoặc cài phần mềm mới hơn",
    )


class Database:
    """One register's database, shared by threads; writers wait for each other."""

    def __init__(self, where: Path | str) -> None:
        self.medium = medium(where)
        self._pid = os.getpid()
        self._turn = self._queue()
        self._engine = self.medium.engine()
        event.listen(self._engine, "begin", _begin)

    def _queue(self) -> AbstractContextManager[object]:
        return threading.Lock() if self.medium.one_writer else nullcontext()

    def _same_process(self) -> None:
        """After a fork, leave the parent's connections alone: they are not ours to use or to close."""
        if self._pid != os.getpid():
            self._pid = os.getpid()
            self._turn = self._queue()
            self._engine.dispose(close=False)

    def _begun(self, turns: tuple[Turn, ...] | None) -> Connection:
        """A connection in a new transaction. A lost one is replaced once: nothing was written through it yet."""
        began = self.medium.begin(turns)
        for again in (False, True):
            connection = self._engine.connect()
            try:
                connection.execution_options(hncert_begin=began).begin()
            except exc.DBAPIError as err:
                connection.close()
                if again or not err.connection_invalidated:
                    raise
            else:
                return connection
        raise AssertionError  # the second turn returned or raised

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent view.

        Raises:
            StorageFault: the register cannot be read.
            UsageFault: a text that was to be looked up is none: it has half a character.
        """
        self._same_process()
        try:
            with self._begun(None) as connection:
                yield connection
        except (exc.DBAPIError, exc.TimeoutError) as err:
            raise self.medium.fault(err) from err
        except UnicodeEncodeError:
            raise _half() from None

    @contextmanager
    def writing(self, *turns: Turn) -> Iterator[Connection]:
        """One transaction, durable when the block ends; an exception undoes it.

        Without `turns` it is alone with the register, so what it reads stays true until it ends. With `turns` it shares
        the register with writers of other turns (PostgreSQL; in SQLite there is one writer at a time anyway): it may
        then decide by nothing but what belongs to its own.

        Raises:
            StorageFault: the register cannot be written.
            UsageFault: a text that was to be entered is none: it has half a character.
        """
        self._same_process()
        try:
            with self._turn, self._begun(turns) as connection:
                yield connection
                try:
                    connection.commit()
                except exc.DBAPIError as err:
                    raise self.medium.fault(err, at_commit=True) from err
        except (exc.DBAPIError, exc.TimeoutError) as err:
            raise self.medium.fault(err) from err
        except UnicodeEncodeError:
            raise _half() from None

    def check_schema(self) -> None:
        """That there is a register of this software's schema.

        Raises:
            StorageFault: there is not.
        """
        try:
            with self.reading() as connection:
                found = connection.execute(VERSION).scalar()
        except StorageFault as err:
            none = self.medium.no_register(err)
            if none is None:
                raise
            raise none from err
        if found != SCHEMA:
            raise schema_fault(self.medium, found)

    def scrub(self) -> bool:
        """Overwrite what was deleted, in the write-ahead log too; False where others held it just now.

        Raises:
            StorageFault: the register cannot be written.
        """
        self._same_process()
        return self.medium.scrub()

    def rewrite(self) -> None:
        """Write what is personal anew, so that nothing is left of what was there before.

        Raises:
            StorageFault: there is no room for that, or no right.
        """
        self._same_process()
        with self._turn:
            self.medium.rewrite()
        self.medium.scrub()

    def dispose(self) -> None:
        """Close all idle connections."""
        if self._pid == os.getpid():
            self._engine.dispose()


def _half() -> UsageFault:
    """What Python reads from a name in no UTF-8, or from ``\\ud800`` in JSON: no database keeps it."""
    return UsageFault(
        "a text has half a character (an unpaired surrogate), which cannot be kept; write it again",
        "văn bản có ký tự hỏng (surrogate lẻ), không lưu được; hãy nhập lại",
    )


def _begin(connection: Connection) -> None:
    began = connection.get_execution_options().get("hncert_begin")
    if began is not None:
        connection.exec_driver_sql(began)
