"""The register's database: SQLite in WAL mode, each commit on the disk before it is answered."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection, create_engine, event, exc, pool, text

from pyhncert.errors import StorageFault

SCHEMA = "0006"
"""The last migration; a register with another one is not opened."""

BUSY_S = 30.0
"""How long a writer waits for other processes."""

_VERSION = text("SELECT version_num FROM alembic_version")
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


def fault(err: BaseException, path: Path) -> StorageFault:
    """A database error in words."""
    origin = err.orig if isinstance(err, exc.DBAPIError) and err.orig is not None else err
    name = str(getattr(origin, "sqlite_errorname", ""))
    for start, (en, vi) in _FAULTS.items():
        if name.startswith(start):
            return StorageFault(f"{path}: {en}", f"{path}: {vi}")
    return StorageFault(f"{path}: the register refused: {origin}", f"{path}: sổ từ chối: {origin}")


def connect(path: Path) -> sqlite3.Connection:
    """A plain connection with the register's settings; never makes a new file."""
    link = sqlite3.connect(
        f"file:{quote(str(path))}?mode=rw", uri=True, timeout=BUSY_S, isolation_level=None, check_same_thread=False
    )
    try:
        link.execute("PRAGMA journal_mode=WAL")
        link.execute("PRAGMA synchronous=FULL")
        link.execute("PRAGMA foreign_keys=ON")
    except sqlite3.Error:
        link.close()
        raise
    return link


class Database:
    """One register file, shared by threads; writers of this process queue here, those of others wait in SQLite."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._pid = os.getpid()
        self._turn = threading.Lock()
        self._engine = create_engine(
            "sqlite://",
            creator=lambda: connect(path),
            poolclass=pool.QueuePool,
            pool_size=8,
            max_overflow=56,
            pool_timeout=BUSY_S,
        )
        event.listen(self._engine, "begin", _begin)
        self._writer = self._engine.execution_options(hncert_write=True)

    def _same_process(self) -> None:
        """After a fork, leave the parent's connections alone: SQLite forbids using them."""
        if self._pid != os.getpid():
            self._pid = os.getpid()
            self._turn = threading.Lock()
            self._engine.dispose(close=False)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent view.

        Raises:
            StorageFault: the register cannot be read.
        """
        self._same_process()
        try:
            with self._engine.connect() as connection, connection.begin():
                yield connection
        except (exc.DBAPIError, exc.TimeoutError) as err:
            raise fault(err, self.path) from err

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction: all of it is durable when the block ends, or none of it happened.

        Raises:
            StorageFault: the register cannot be written.
        """
        self._same_process()
        try:
            with self._turn, self._writer.begin() as connection:
                yield connection
        except (exc.DBAPIError, exc.TimeoutError) as err:
            raise fault(err, self.path) from err

    def check_schema(self) -> None:
        """That the file is a register of this software's schema.

        Raises:
            StorageFault: it is not.
        """
        try:
            with self.reading() as connection:
                found = connection.execute(_VERSION).scalar()
        except StorageFault as err:
            if "no such table" not in str(err):
                raise
            found = None
        if found is None:
            raise StorageFault(
                f"{self.path}: no register in this file; create one with 'hncert office init', or restore the backup",
                f"{self.path}: tệp không chứa sổ; hãy tạo bằng 'hncert office init' hoặc khôi phục bản sao lưu",
            )
        if found != SCHEMA:
            raise StorageFault(
                f"{self.path}: the register has schema {found}, this software needs {SCHEMA};"
                " run 'hncert office upgrade', or install the newer software",
                f"{self.path}: sổ có lược đồ {found}, phần mềm cần {SCHEMA};"
                " hãy chạy 'hncert office upgrade' hoặc cài phần mềm mới hơn",
            )

    def dispose(self) -> None:
        """Close all idle connections."""
        if self._pid == os.getpid():
            self._engine.dispose()


def _begin(connection: Connection) -> None:
    write = connection.get_execution_options().get("hncert_write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
