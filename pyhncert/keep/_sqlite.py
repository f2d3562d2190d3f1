"""A register in a SQLite file: WAL mode, ``synchronous=FULL``, one writer at a time (``BEGIN IMMEDIATE``)."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, exc, pool

from pyhncert.errors import StorageFault
from pyhncert.keep._database import Turn, moved_words
from pyhncert.keep._disk import check_disk, storage_fault
from pyhncert.keep._serve import Service, by_leases
from pyhncert.values import Words

if TYPE_CHECKING:
    from pyhncert.keep._jobs import Jobs

BUSY_S = 30.0
"""How long a writer waits for other processes."""

_FAULTS = {
    "SQLITE_FULL": ("the disk is full; free some space", "ổ đĩa đã đầy; hãy giải phóng dung lượng"),
    "SQLITE_READONLY": (
        "the register is read-only; check the permissions of its folder",
        "sổ chỉ đọc; hãy kiểm tra quyền ghi của thư mục",
    ),
    "SQLITE_BUSY": (
        "another process has held the register too long; try again or end that process",
        "tiến trình khác đang giữ sổ quá lâu; hãy thử lại hoặc dừng tiến trình đó",
    ),
    "SQLITE_CORRUPT": (
        "the register is damaged; stop work and restore the backup",
        "sổ bị hỏng; hãy dừng việc và khôi phục bản sao lưu",
    ),
    "SQLITE_NOTADB": ("this file is not a register", "tệp này không phải là sổ chứng thực"),
    "SQLITE_CANTOPEN": (
        "the register cannot be opened; check its folder and permissions",
        "không mở được sổ; hãy kiểm tra thư mục và quyền truy cập",
    ),
    "SQLITE_IOERR": ("the disk reports an error; replace it", "ổ đĩa báo lỗi; hãy thay ổ đĩa"),
}


def connect(path: Path) -> sqlite3.Connection:
    """A plain connection with the register's settings; never makes a new file."""
    link = sqlite3.connect(
        f"file:{quote(str(path))}?mode=rw", uri=True, timeout=BUSY_S, isolation_level=None, check_same_thread=False
    )
    try:
        link.execute("PRAGMA journal_mode=WAL")
        link.execute("PRAGMA synchronous=FULL")
        link.execute("PRAGMA foreign_keys=ON")
        link.execute("PRAGMA secure_delete=ON")  # what is deleted is overwritten: a wrapped key, then all under it
    except sqlite3.Error:
        link.close()
        raise
    return link


class Sqlite:
    """The medium of a register file; all who open it are on one machine."""

    one_writer = True

    def __init__(self, path: Path) -> None:
        self.path = path
        self.where = str(path)

    def engine(self, *, pooled: bool = True) -> Engine:
        """See `Medium`."""
        url, creator = "sqlite://", lambda: connect(self.path)
        if not pooled:
            return create_engine(url, creator=creator, poolclass=pool.NullPool)
        return create_engine(
            url,
            creator=creator,
            poolclass=pool.QueuePool,
            pool_size=8,
            max_overflow=56,
            pool_timeout=BUSY_S,
            hide_parameters=True,
        )

    def begin(self, turns: tuple[Turn, ...] | None) -> str:
        """See `Medium`."""
        return "BEGIN" if turns is None else "BEGIN IMMEDIATE"

    def fault(self, err: BaseException, *, at_commit: bool = False) -> StorageFault:  # noqa: ARG002  undone for certain
        """See `Medium`."""
        origin = err.orig if isinstance(err, exc.DBAPIError) and err.orig is not None else err
        name = str(getattr(origin, "sqlite_errorname", ""))
        for start, (en, vi) in _FAULTS.items():
            if name.startswith(start):
                return StorageFault(f"{self.path}: {en}", f"{self.path}: {vi}")
        if (moved := moved_words(str(origin))) is not None:
            return StorageFault(f"{self.path}: {moved.en}", f"{self.path}: {moved.vi}")
        return StorageFault(f"{self.path}: the register refused: {origin}", f"{self.path}: sổ từ chối: {origin}")

    def check_there(self) -> None:
        """See `Medium`."""
        if not self.path.is_file():
            raise StorageFault(
                f"{self.path}: no register here; check the path, restore the backup, or run 'hncert office init'",
                f"{self.path}: không có sổ; hãy xem đường dẫn, khôi phục bản sao lưu, hoặc chạy 'hncert office init'",
            )

    def no_register(self, err: StorageFault | None) -> StorageFault | None:
        """See `Medium`."""
        if err is not None and "no such table" not in str(err):
            return None
        return StorageFault(
            f"{self.path}: no register in this file; create one with 'hncert office init', or restore the backup",
            f"{self.path}: tệp không chứa sổ; hãy tạo bằng 'hncert office init' hoặc khôi phục bản sao lưu",
        )

    def check_writable(self, connection: Connection, *, needed_bytes: int) -> None:  # noqa: ARG002  the file tells
        """See `Medium`."""
        check_disk(self.path.parent, needed_bytes=needed_bytes)
        if not os.access(self.path, os.W_OK):
            raise storage_fault(PermissionError(errno.EACCES, ""), self.path)

    def sound(self, connection: Connection) -> tuple[Words, ...]:
        """See `Medium`."""
        said = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
        if said == "ok":
            return ()
        return (Words(f"tệp sổ bị hỏng: {said}", f"the register's file is damaged: {said}"),)

    def copy(self, to: Path) -> bool:
        """See `Medium`: all pages in one step, so a reader of WAL sees one moment and blocks nobody."""
        with closing(connect(self.path)) as source, closing(sqlite3.connect(to)) as target:
            source.backup(target)
        return True

    def scrub(self) -> bool:
        """See `Medium`: deleted cells are zeroed by ``secure_delete``, and here leave the write-ahead log."""
        try:
            with closing(connect(self.path)) as link:
                return not link.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        except sqlite3.Error as err:
            raise self.fault(err) from err

    def rewrite(self) -> None:
        """See `Medium`."""
        try:
            with closing(connect(self.path)) as link:
                link.execute("VACUUM")
        except sqlite3.Error as err:
            raise self.fault(err) from err

    @contextmanager
    def unguarded(self, connection: Connection, table: str, guard: str) -> Iterator[None]:  # noqa: ARG002  by its name
        """See `Medium`."""
        find = "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = ?"
        rule = connection.exec_driver_sql(find, (guard,)).scalar_one()
        connection.exec_driver_sql(f"DROP TRIGGER {guard}")
        yield
        connection.exec_driver_sql(rule)

    def serve(self, jobs: Jobs, service: Service[Any]) -> None:
        """See `Medium`."""
        by_leases(jobs, service)

    def guard(self, name: str, table: str, order: str, words: str) -> tuple[str, ...]:
        """See `Medium`."""
        return (f"CREATE TRIGGER {name} BEFORE {order} ON {table} BEGIN SELECT RAISE(ABORT, '{words}'); END",)

    def unguard(self, name: str, table: str) -> tuple[str, ...]:  # noqa: ARG002  names are the database's here
        """See `Medium`."""
        return (f"DROP TRIGGER {name}",)

    def guards(self, connection: Connection) -> list[tuple[str, str]]:
        """See `Medium`."""
        found = connection.exec_driver_sql("SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'")
        return [(row.name, row.tbl_name) for row in found]

    def hold(self, holder: str) -> None:  # noqa: ARG002  the lock file says it all
        """See `Medium`."""
        return

    @contextmanager
    def unheld(
        self,
        ids: frozenset[str],  # noqa: ARG002
        absent: frozenset[str],
        dead_here: frozenset[str],  # noqa: ARG002
    ) -> Iterator[frozenset[str]]:
        """See `Medium`: all are on this machine."""
        yield absent
