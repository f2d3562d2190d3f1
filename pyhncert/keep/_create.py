"""Making a register, and bringing one up to this software's schema. The only file that loads Alembic."""

from __future__ import annotations

import os
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, event, exc, inspect, text

from pyhncert.errors import StorageFault, UsageFault
from pyhncert.keep._book import BookSettings, open_book
from pyhncert.keep._database import VERSION, Database, is_url, medium, schema_fault
from pyhncert.keep._disk import fsync_folder, storage_fault
from pyhncert.keep._office_key import OfficeKey
from pyhncert.keep._rights import grant
from pyhncert.keep._sqlite import Sqlite, connect
from pyhncert.keep._store import ObjectStore
from pyhncert.values import VIETNAM, Clock, Randomness

_CHARACTERS = text(
    "SELECT pg_encoding_to_char(encoding), datcollate FROM pg_database WHERE datname = current_database()"
)


STEPS = [Path(__file__).parent / "migrations" / "versions"]
"""Where migrations lie; a test adds one of its own."""


def migrations() -> Config:
    """Alembic's settings."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", "\n".join(str(folder).replace("%", "%%") for folder in STEPS))
    return config


def migrate(connection: Connection, target: str = "head", *, back: bool = False) -> None:
    """Bring the schema to `target` in the caller's transaction, forward or back."""
    config = migrations()
    config.attributes["connection"] = connection
    (command.downgrade if back else command.upgrade)(config, target)


def create_register(where: Path | str, *books: BookSettings, clock: Clock) -> None:
    """Make a register with the first `books` opened today; it is there whole, or not at all.

    `where` is a file, or the ``postgresql://`` URL of an empty database (UTF8, collation C). There its tables belong to
    the URL's user, and the role ``hncert_desk``, of which desks are members, gets the rights that an office needs, no
    more.

    Raises:
        UsageFault: no book was named, there is a register already, or the database does not sort by bytes.
        StorageFault: disk or server do not allow it.
    """
    if not books:
        raise UsageFault("a register needs at least one book", "sổ chứng thực cần ít nhất một quyển")
    if is_url(where):
        _create_on_server(str(where), books, clock)
    else:
        _create_file(Path(where), books, clock)


def _fill(connection: Connection, books: tuple[BookSettings, ...], clock: Clock) -> None:
    migrate(connection)
    for settings in books:
        open_book(connection, settings, clock().astimezone(VIETNAM).date())


def _taken(where: str) -> UsageFault:
    return UsageFault(
        f"{where}: there is a register already; it is left alone",
        f"{where}: đã có sổ chứng thực; sổ được giữ nguyên",
    )


def _create_on_server(url: str, books: tuple[BookSettings, ...], clock: Clock) -> None:
    with migrating(url) as engine, engine.begin() as connection:
        shown = medium(url).where
        if inspect(connection).has_table("alembic_version"):
            raise _taken(shown)
        check_characters(connection, shown)
        _fill(connection, books, clock)
        server_only(connection)


def check_characters(connection: Connection, shown: str) -> None:
    """That a server's database sorts by bytes, for ever; raises UsageFault."""
    encoding, collation = connection.execute(_CHARACTERS).one()
    if encoding != "UTF8" or collation not in {"C", "POSIX", "C.UTF-8"}:
        raise UsageFault(
            f"{shown}: the database has encoding {encoding} and collation {collation}; a register must sort in the"
            " same way for ever",
            f"{shown}: cơ sở dữ liệu có bảng mã {encoding}, cách sắp xếp {collation}; sổ phải luôn xếp như nhau",
            hint="CREATE DATABASE … TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'",
        )


def server_only(connection: Connection) -> None:
    """What a register on a server has beside its tables: the queue of its jobs, and the desks' rights."""
    from pyhncert.keep._procrastinate import ensure  # noqa: PLC0415  an extra

    ensure(connection)
    grant(connection)


def _create_file(path: Path, books: tuple[BookSettings, ...], clock: Clock) -> None:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    try:
        try:
            os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            with migrating(draft) as engine, engine.begin() as connection:
                _fill(connection, books, clock)
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
        raise _taken(str(path)) from err
    except OSError as err:
        raise storage_fault(err, path) from err
    except sqlite3.Error as err:
        raise Sqlite(path).fault(err) from err


def upgrade_register(where: Path | str, *, owner: str | None = None) -> None:
    """Bring the register to this software's schema, in one transaction; nothing happens where it has it.

    `owner` is the user of a server who owns the tables, where the URL names another.

    Raises:
        StorageFault: there is no register, it is a newer software's or on its way to another place, or the database
            refuses.
    """
    if not is_url(where) and not Path(where).is_file():
        raise StorageFault(f"{where}: no such register", f"{where}: không có sổ chứng thực này")
    where = as_owner(where, owner)
    with migrating(where) as engine, engine.begin() as connection:
        there = inspect(connection).has_table("alembic_version")
        found = connection.execute(VERSION).scalar() if there else None
        if found not in {script.revision for script in ScriptDirectory.from_config(migrations()).walk_revisions()}:
            raise schema_fault(medium(where), found)
        migrate(connection)
        if connection.dialect.name == "postgresql":
            server_only(connection)


def as_user(url: str, user: str) -> str:
    """The URL with another user."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=f"{quote(user, safe='')}@{parts.netloc.rpartition('@')[2]}"))


def as_owner(where: Path | str, owner: str | None) -> Path | str:
    """A server's register as its `owner` opens it; a file, or a desk's own place where nobody is named, as it is."""
    return as_user(str(where), owner) if is_url(where) and owner is not None else where


@contextmanager
def owned(where: Path | str, owner: str | None) -> Iterator[Database]:
    """The register's database as its `owner` opens it, for the time of the block."""
    database = Database(as_owner(where, owner))
    try:
        database.check_schema()
        yield database
    finally:
        database.dispose()


@contextmanager
def migrating(where: Path | str) -> Iterator[Engine]:
    """An engine for one migration: each transaction is alone with the register.

    Raises:
        StorageFault: the database refuses.
    """
    how = medium(where)
    engine = how.engine(pooled=False)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(how.begin(())))
    try:
        yield engine
    except exc.DBAPIError as err:
        raise how.fault(err) from err
    finally:
        engine.dispose()


def seal_register(
    where: Path | str,
    office_key: OfficeKey,
    *,
    store: ObjectStore | None = None,
    randomness: Randomness = os.urandom,
    owner: str | None = None,
) -> int:
    """Seal the personal data of a register, and the objects of its `store`, under an office key that exists already.

    A register that is sealed stays as it is. Returns how many acts and objects were sealed. `owner` is the user of a
    server who owns the register's tables, where the URL names another.

    Raises:
        StorageFault: there is no register of this software's schema, or register or store cannot be written.
        KeyFault: it is sealed under another office key.
    """
    from pyhncert.keep._sealing import seal  # noqa: PLC0415  rarely used

    with owned(where, owner) as database:
        return seal(database, office_key, store, randomness)
