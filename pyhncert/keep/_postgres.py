"""A register on a PostgreSQL server, which desks on several machines share.

Writers run at READ COMMITTED behind advisory locks that end with their transaction: one that takes no turn is alone, as
in SQLite; others share the register and have their own book or act to themselves. So no transaction fails for another's
sake (SERIALIZABLE would make callers try again), each statement sees all that was committed before its lock was given,
and a number that is undone is given out again, because the next writer of that book waited. Readers have a snapshot.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import conninfo
from sqlalchemy import Connection, Engine, create_engine, exc, pool, text

from pyhncert.errors import StorageFault, UsageFault
from pyhncert.keep._database import Session, Turn, moved_words
from pyhncert.values import Words

if TYPE_CHECKING:
    from pyhncert.keep._jobs import Jobs
    from pyhncert.keep._serve import Service

CONNECT_S = 10
LOCK_S = 30
STATEMENT_S = 120
_DYING_S = 5
"""How long the server may take to see that a process, known to be dead on this machine, has gone."""
_SPACE = int.from_bytes(b"hncr", "big")
"""Ours among the advisory locks of two numbers; those of one number are holders."""
PREPARE_AFTER = 5
"""How often a session sends a statement before the server keeps its plan, which takes 40 % of an act's CPU time away.

Every statement names its columns: the plan of ``SELECT *`` would refuse to go on when an upgrade adds one beside us.
"""
PASSWORD = "HNCERT_PASSWORD_REGISTER"  # noqa: S105  the variable's name

_ALIVE = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}
_GONE_S = 60
"""Both sides learn within a minute that the other machine went without a word; a desk would wait for hours else."""

_SETTINGS = f"""
SET application_name = 'hncert';
SET client_min_messages = warning;
SET idle_session_timeout = 0;
SET lock_timeout = '{LOCK_S}s';
SET statement_timeout = '{STATEMENT_S}s';
SET idle_in_transaction_session_timeout = '{STATEMENT_S}s';
{"".join(f"SET tcp_{name} = {value};" for name, value in _ALIVE.items())}
SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') IN ('off', 'local');
"""
"""The timeouts end who hangs before others give up."""

_FULL = ("the server's disk is full; free some space there", "ổ đĩa của máy chủ đã đầy; hãy giải phóng dung lượng")
_STOPS = (
    "the server is starting or stopping; try again in a moment",
    "máy chủ đang khởi động hoặc dừng; hãy thử lại sau giây lát",
)
_BUSY = (
    "another desk has held the register too long; try again, or look for it in pg_stat_activity",
    "quầy khác đang giữ sổ quá lâu; hãy thử lại, hoặc tìm trong pg_stat_activity",
)
_DAMAGED = (
    "the server says that the register is damaged; stop work and restore the backup",
    "máy chủ báo sổ bị hỏng; hãy dừng việc và khôi phục bản sao lưu",
)
_DISK = ("the server's disk reports an error; replace it", "ổ đĩa của máy chủ báo lỗi; hãy thay ổ đĩa")
_AWAY = (
    "the server does not answer; see whether it runs and the network is up",
    "máy chủ không trả lời; hãy xem máy chủ có chạy và mạng có thông không",
)
_BROKEN = (
    "the connection broke while a step was being entered; look the act up before it is done again",
    "mất kết nối khi đang ghi một bước; hãy tra hồ sơ trước khi làm lại",
)
_UNDONE = ("23", "40", "53")
"""Classes of errors that say for certain that a transaction was undone: constraint, rollback, no room."""
_FAULTS = {
    "53100": _FULL,
    "53300": (
        "the server has no free connection; raise max_connections",
        "máy chủ hết kết nối trống; hãy tăng max_connections",
    ),
    "57P0": _STOPS,
    "55P03": _BUSY,
    "57014": _BUSY,
    "25P03": _BUSY,
    "25006": (
        "the server is read-only, perhaps a standby; name the primary in office.toml",
        "máy chủ chỉ đọc, có thể là máy dự phòng; hãy khai máy chính trong office.toml",
    ),
    "42501": (
        "the server's user may not do this; see docs/register.md for the rights that are needed",
        "tài khoản máy chủ không có quyền này; xem docs/register.md về các quyền cần có",
    ),
    "XX001": _DAMAGED,
    "XX002": _DAMAGED,
    "58": _DISK,
    "08": _AWAY,
}
_AT_THE_DOOR = {
    "password": (
        f"the server refuses the password or has been given none; set {PASSWORD} or use ~/.pgpass",
        f"máy chủ từ chối mật khẩu hoặc chưa nhận được mật khẩu; đặt {PASSWORD} hoặc dùng ~/.pgpass",
    ),
    "authentication": (
        "the server does not let this user in; see its pg_hba.conf",
        "máy chủ không cho tài khoản này vào; xem pg_hba.conf",
    ),
    "pg_hba.conf": (
        "the server does not let this machine in; see its pg_hba.conf",
        "máy chủ không cho máy này vào; xem pg_hba.conf",
    ),
    "database": ("the server has no such database", "máy chủ không có cơ sở dữ liệu này"),
    "role": ("the server has no such user", "máy chủ không có tài khoản này"),
    "starting up": _STOPS,
    "shutting down": _STOPS,
    "too many": _FAULTS["53300"],
    "remaining connection slots": _FAULTS["53300"],
}
"""By words of libpq: before a session stands, there is no SQLSTATE."""


class Postgres:
    """The medium of a register on a server; `url` as libpq reads it, without a password."""

    one_writer = False

    def __init__(self, url: str) -> None:
        try:
            facts = conninfo.conninfo_to_dict(url)
        except psycopg.Error as err:
            raise UsageFault(
                "the register's URL cannot be read; write postgresql://USER@HOST/DATABASE",
                "không đọc được URL của sổ; hãy viết postgresql://USER@HOST/DATABASE",
            ) from err
        if {"password", "sslpassword"} & set(facts):
            raise UsageFault(
                f"no password belongs in the register's URL; set {PASSWORD} or use ~/.pgpass",
                f"không ghi mật khẩu trong URL của sổ; đặt {PASSWORD} hoặc dùng ~/.pgpass",
            )
        self._url = url
        user = f"{facts['user']}@" if "user" in facts else ""
        port = f":{facts['port']}" if "port" in facts else ""
        self.where = f"postgresql://{user}{facts.get('host', '')}{port}/{facts.get('dbname', '')}"

    @staticmethod
    def _options() -> dict[str, Any]:
        """What a connection needs beside the URL."""
        return {
            "connect_timeout": CONNECT_S,
            "client_encoding": "utf8",
            "password": os.environ.get(PASSWORD),
            **_ALIVE,
            "tcp_user_timeout": _GONE_S * 1000,
        }

    def connect(self, *, patient: bool = False) -> psycopg.Connection:
        """A plain connection with the register's settings; each statement is a transaction unless one is begun.

        `patient`: a statement may take as long as it takes, as one that goes through a whole large table.
        """
        link = psycopg.connect(
            self._url,
            autocommit=True,
            prepare_threshold=PREPARE_AFTER,
            **self._options(),
        )
        try:
            link.execute(_SETTINGS)
            if patient:
                link.execute("SET statement_timeout = 0")
        except BaseException:
            link.close()
            raise
        return link

    def engine(self, *, pooled: bool = True) -> Engine:
        """See `Medium`."""
        url, options = "postgresql+psycopg://", {"use_native_hstore": False, "hide_parameters": True}
        if not pooled:
            return create_engine(url, creator=partial(self.connect, patient=True), poolclass=pool.NullPool, **options)
        return create_engine(
            url,
            creator=self.connect,
            poolclass=pool.QueuePool,
            pool_size=4,
            max_overflow=12,
            pool_timeout=LOCK_S,
            **options,
        )

    def begin(self, turns: tuple[Turn, ...] | None) -> str:
        """See `Medium`."""
        if turns is None:
            return "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
        if not turns:
            return f"BEGIN ISOLATION LEVEL READ COMMITTED; SELECT pg_advisory_xact_lock({_SPACE}, 0)"
        keys = sorted({_turn_key(turn) for turn in turns})
        locks = [f"SELECT pg_advisory_xact_lock({_SPACE}, {key})" for key in keys]
        shared = f"SELECT pg_advisory_xact_lock_shared({_SPACE}, 0)"
        return "; ".join(("BEGIN ISOLATION LEVEL READ COMMITTED", shared, *locks))

    def fault(self, err: BaseException, *, at_commit: bool = False) -> StorageFault:
        """See `Medium`."""
        origin = err.orig if isinstance(err, exc.DBAPIError) and err.orig is not None else err
        if isinstance(origin, psycopg.Error) and origin.diag.message_primary:
            # the server's details quote rows, and rows are about people: a traceback must not show them
            err.args = origin.args = (origin.diag.message_primary,)
        en, vi = _BUSY if isinstance(err, exc.TimeoutError) else _words(origin, at_commit=at_commit)
        return StorageFault(f"{self.where}: {en}", f"{self.where}: {vi}")

    def check_there(self) -> None:
        """See `Medium`: the first question finds out."""

    def no_register(self, err: StorageFault | None) -> StorageFault | None:
        """See `Medium`."""
        cause = err.__cause__ if err is not None else None
        if err is not None and not (isinstance(cause, exc.DBAPIError) and _state(cause) == "42P01"):
            return None
        return StorageFault(
            f"{self.where}: no register in this database; create one with 'hncert office init', or restore the backup",
            f"{self.where}: cơ sở dữ liệu không chứa sổ; hãy tạo bằng 'hncert office init' hoặc khôi phục bản sao lưu",
        )

    def check_writable(self, connection: Connection, *, needed_bytes: int) -> None:  # noqa: ARG002  not told by a server
        """See `Medium`. How full the server's disk is, only the server knows."""
        asked = "SELECT pg_is_in_recovery() OR current_setting('default_transaction_read_only')::boolean"
        if connection.execute(text(asked)).scalar():
            en, vi = _FAULTS["25006"]
            raise StorageFault(f"{self.where}: {en}", f"{self.where}: {vi}")

    def sound(self, connection: Connection) -> tuple[Words, ...]:
        """See `Medium`: whether the server keeps what it has answered."""
        off = [
            name
            for name in ("fsync", "full_page_writes")
            if connection.exec_driver_sql(f"SHOW {name}").scalar() == "off"
        ]
        return tuple(
            Words(
                f"máy chủ đặt {name} = off: mất điện có thể làm mất sổ",
                f"the server has {name} = off: a power loss may take the register",
            )
            for name in off
        )

    def copy(self, to: Path) -> bool:  # noqa: ARG002  a server has no such way
        """See `Medium`."""
        return False

    def scrub(self) -> bool:
        """See `Medium`: dead rows go where this user may clear them, else with the server's own vacuum."""
        self._vacuum("VACUUM data_key, object_key, decision")
        return True

    def rewrite(self) -> None:
        """See `Medium`: files are written anew. The server's log keeps the old bytes until it is recycled."""
        tables = (
            "act, data_key, object_key, decision, event, dossier, dossier_event, refusal, share, share_event, person"
        )
        self._vacuum(f"VACUUM FULL {tables}, original_mark, register_key")

    def _vacuum(self, statement: str) -> None:
        try:
            with self.connect(patient=True) as link:
                link.execute(statement)
        except psycopg.Error as err:
            raise self.fault(err) from err

    @contextmanager
    def unguarded(self, connection: Connection, table: str, guard: str) -> Iterator[None]:
        """See `Medium`."""
        connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER {guard}")
        yield
        connection.exec_driver_sql(f"ALTER TABLE {table} ENABLE TRIGGER {guard}")

    def serve(self, jobs: Jobs, service: Service[Any]) -> None:
        """See `Medium`: Procrastinate gives them out."""
        from pyhncert.keep import _procrastinate  # noqa: PLC0415  workers only

        _procrastinate.serve(jobs, service, self._url, self._options())

    def guard(self, name: str, table: str, order: str, words: str) -> tuple[str, ...]:
        """See `Medium`."""
        return (
            f"CREATE TRIGGER {name} BEFORE {order} ON {table} FOR EACH STATEMENT"
            f" EXECUTE FUNCTION hncert_guard('{words}')",
        )

    def unguard(self, name: str, table: str) -> tuple[str, ...]:
        """See `Medium`."""
        return (f"DROP TRIGGER {name} ON {table}",)

    def guards(self, connection: Connection) -> list[tuple[str, str]]:
        """See `Medium`."""
        asked = (
            "SELECT t.tgname, c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            " JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE n.nspname = current_schema() AND NOT t.tgisinternal"
        )
        return [(row.tgname, row.relname) for row in connection.exec_driver_sql(asked)]

    def hold(self, holder: str) -> Session | None:
        """See `Medium`: a lock of a session of its own; None where somebody else has it."""
        try:
            link = self.connect()
            # it waits as long as the process lives
            got = link.execute("SELECT pg_try_advisory_lock(%s)", (_holder_key(holder),)).fetchone()
        except psycopg.Error as err:
            raise self.fault(err) from err
        if got != (True,):
            link.close()
            raise StorageFault(
                f"{self.where}: another process holds the sign of life {holder}; try again",
                f"{self.where}: tiến trình khác đang giữ dấu hiệu {holder}; hãy thử lại",
            )
        return _Vigil(link)

    @contextmanager
    def unheld(
        self,
        ids: frozenset[str],
        absent: frozenset[str],  # noqa: ARG002  perhaps on another machine
        dead_here: frozenset[str],
    ) -> Iterator[frozenset[str]]:
        """See `Medium`."""
        if not ids:
            yield frozenset()
            return
        try:
            link = self.connect()
        except psycopg.Error as err:
            raise self.fault(err) from err
        with link:
            try:
                link.execute(f"SET lock_timeout = '{_DYING_S}s'")
                dead = frozenset(holder for holder in sorted(ids) if _taken(link, holder, wait=holder in dead_here))
            except psycopg.Error as err:
                raise self.fault(err) from err
            yield dead


def _words(err: BaseException, *, at_commit: bool) -> tuple[str, str]:
    """What a driver's error means."""
    state = err.sqlstate or "" if isinstance(err, psycopg.Error) else ""
    if at_commit and not state.startswith(_UNDONE):
        return _BROKEN
    for start, words in _FAULTS.items():
        if state.startswith(start):
            return words
    if isinstance(err, psycopg.OperationalError) and not state:
        said = str(err)
        at_the_door = (words for seen, words in _AT_THE_DOOR.items() if seen in said)
        return next(at_the_door, _AWAY) if "FATAL" in said or "fe_sendauth" in said else _AWAY
    if (moved := moved_words(str(err))) is not None:
        return moved.en, moved.vi
    said = (err.diag.message_primary if isinstance(err, psycopg.Error) else None) or str(err)
    return f"the register refused: {said}", f"sổ từ chối: {said}"


class _Vigil:
    """A session that holds a process's sign of life."""

    def __init__(self, link: psycopg.Connection) -> None:
        self._link = link

    def alive(self) -> bool:
        """Whether the session still stands; asked of the server."""
        try:
            self._link.execute("SELECT 1")
        except psycopg.Error:
            return False
        return True

    def close(self) -> None:
        """End the session."""
        with suppress(psycopg.Error):
            self._link.close()


def _taken(link: psycopg.Connection, holder: str, *, wait: bool) -> bool:
    """Take the lock of a holder; `wait` for the server to see that its process has gone."""
    if not wait:
        return link.execute("SELECT pg_try_advisory_lock(%s)", (_holder_key(holder),)).fetchone() == (True,)
    try:
        link.execute("SELECT pg_advisory_lock(%s)", (_holder_key(holder),))
    except psycopg.errors.LockNotAvailable:
        return False
    return True


def _holder_key(holder: str) -> int:
    """A holder's 64 bits, as PostgreSQL counts."""
    return int.from_bytes(bytes.fromhex(holder), "big", signed=True)


def _turn_key(turn: Turn) -> int:
    """31 bits of a turn, never 0; two turns of one key wait for each other, which does no harm."""
    digest = hashlib.sha256("\0".join(turn).encode("utf-8", "surrogatepass")).digest()
    return (int.from_bytes(digest[:4], "big") >> 1) or 1


def _state(err: exc.DBAPIError) -> str | None:
    return getattr(err.orig, "sqlstate", None)
