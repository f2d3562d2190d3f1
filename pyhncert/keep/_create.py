"""Making a register, and bringing one up to this software's schema. The only file that loads Alembic."""

from __future__ import annotations

import os
import secrets
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, event, exc, pool

from pyhncert.errors import StorageFault, UsageFault
from pyhncert.keep._book import BookSettings, open_book
from pyhncert.keep._database import connect, fault
from pyhncert.keep._disk import fsync_folder, storage_fault
from pyhncert.values import VIETNAM, Clock


def _migrate(connection: Connection, target: str = "head") -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, target)


def create_register(path: Path | str, *books: BookSettings, clock: Clock) -> None:
    """Make a register at `path` with the first `books` opened today; it is there whole, or not at all.

    Raises:
        UsageFault: no book was named, or there is a register already.
        StorageFault: the disk does not allow it.
    """
    path = Path(path)
    if not books:
        raise UsageFault("a register needs at least one book", "sổ chứng thực cần ít nhất một quyển")
    today = clock().astimezone(VIETNAM).date()
    draft = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    try:
        try:
            os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            with _engine_on(draft) as engine, engine.begin() as connection:
                _migrate(connection)
                for settings in books:
                    open_book(connection, settings, today)
            with closing(connect(draft)) as link:
                link.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            with draft.open("rb") as file:
                os.fsync(file.fileno())
            os.link(draft, path)
            fsync_folder(path.parent)
        finally:
            for left in (draft, draft.with_name(f"{draft.name}-wal"), draft.with_name(f"{draft.name}-shm")):
                with suppress(FileNotFoundError):
                    left.unlink()
    except FileExistsError as err:
        raise UsageFault(
            f"{path}: there is a register already; it is left alone",
            f"{path}: đã có sổ chứng thực; sổ được giữ nguyên",
        ) from err
    except OSError as err:
        raise storage_fault(err, path) from err
    except (sqlite3.Error, exc.DBAPIError) as err:
        raise fault(err, path) from err


def upgrade_register(path: Path | str) -> None:
    """Bring the register at `path` to this software's schema, in one transaction; nothing happens where it has it.

    Raises:
        StorageFault: there is no register, or the database refuses.
    """
    path = Path(path)
    if not path.is_file():
        raise StorageFault(f"{path}: no such register", f"{path}: không có sổ chứng thực này")
    try:
        with _engine_on(path) as engine, engine.begin() as connection:
            _migrate(connection)
    except (sqlite3.Error, exc.DBAPIError) as err:
        raise fault(err, path) from err


class _engine_on:  # noqa: N801  used as a verb
    """An engine for one migration; each transaction begins as a writer's."""

    def __init__(self, path: Path) -> None:
        self._engine = create_engine("sqlite://", creator=lambda: connect(path), poolclass=pool.NullPool)
        event.listen(self._engine, "begin", lambda c: c.exec_driver_sql("BEGIN IMMEDIATE"))

    def __enter__(self):  # type: ignore[no-untyped-def]
        return self._engine

    def __exit__(self, *_: object) -> None:
        self._engine.dispose()
