"""A PostgreSQL server of the tests' own, on loopback, in a folder of its own; it dies with the process that made it."""

from __future__ import annotations

import ctypes
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

OWNER, DESK, WORD = "hncert_owner", "desk_1", "mật khẩu của quầy"
"""Who owns the registers, a desk's own user, and the password without which a third, ``desk_2``, is not let in."""


def programs() -> Path | None:
    """Where initdb and postgres lie, newest first; None where PostgreSQL is not installed."""
    found = shutil.which("initdb")
    if found is not None:
        return Path(found).parent
    known = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return known[-1].parent if known else None


def _user() -> dict[str, Any]:
    """PostgreSQL does not run as root: the user that Debian made for it, or nobody."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    raise RuntimeError("PostgreSQL does not run as root, and there is no other user")


def _end_with_parent() -> None:
    ctypes.CDLL(None).prctl(1, signal.SIGQUIT)  # PR_SET_PDEATHSIG


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Server:
    """One server; `url` names a database of it, `database` makes one."""

    def __init__(self, *settings: str, init: tuple[str, ...] = (), on_disk: bool = False) -> None:
        """`settings` are ``name=value``; `on_disk`: commits go to a real disk, not to memory."""
        found = programs()
        assert found is not None
        self._bin, self._as = found, _user()
        quick = Path("/dev/shm")
        here = quick if not on_disk and quick.is_dir() and shutil.disk_usage(quick).free > 1 << 30 else None
        self.folder = Path(tempfile.mkdtemp(prefix="hncert-pg-", dir=here))
        if self._as:
            os.chown(self.folder, self._as["user"], self._as["group"])
        self.data = self.folder / "data"
        self._settings = settings
        self._run(
            "initdb", "-D", self.data, "-U", "postgres", "-E", "UTF8", "--locale=C", "-A", "trust", "--no-sync", *init
        )
        hba = self.data / "pg_hba.conf"
        hba.write_text(
            "host all desk_2 127.0.0.1/32 scram-sha-256\nhost all nobody_2 127.0.0.1/32 reject\n" + hba.read_text()
        )
        self.port = _free_port()
        self.start()
        self.sql(
            f"CREATE ROLE {OWNER} LOGIN CREATEROLE; CREATE ROLE hncert_desk NOLOGIN;"
            f" CREATE ROLE {DESK} LOGIN IN ROLE hncert_desk;"
            f" CREATE ROLE desk_2 LOGIN IN ROLE hncert_desk PASSWORD '{WORD}'"
        )

    def _run(self, program: str, *arguments: object) -> None:
        line = [str(self._bin / program), *map(str, arguments)]
        subprocess.run(line, check=True, capture_output=True, cwd=self.folder, timeout=120, **self._as)

    def start(self, *strace: str) -> None:
        """Start the server, under strace with these options where any are given, and wait until it answers."""
        options = {
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": "",
            "shared_buffers": "32MB",
            "max_connections": 200,
            "log_min_messages": "fatal",
            "autovacuum": "off",
        }
        words = [f"{name}={value}" for name, value in options.items()] + list(self._settings)
        line = [str(self._bin / "postgres"), "-D", str(self.data), *(part for word in words for part in ("-c", word))]
        self._log = (self.folder / "log").open("ab")
        user = self._as
        if strace:
            as_user = ("-u", pwd.getpwuid(user["user"]).pw_name) if user else ()
            line, user = ["strace", "-f", *as_user, *strace, *line], {}
        self._process = subprocess.Popen(
            line, stdout=self._log, stderr=self._log, cwd=self.folder, preexec_fn=_end_with_parent, **user
        )
        until = time.monotonic() + 60
        while True:
            try:
                self.sql("SELECT 1")
            except Exception:  # noqa: BLE001  psycopg is imported late
                if self._process.poll() is not None or time.monotonic() > until:
                    raise RuntimeError((self.folder / "log").read_text()[-2000:]) from None
                time.sleep(0.05)
            else:
                return

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop it: SIGINT ends all sessions in order, SIGQUIT at once, as a crash would."""
        with suppress(FileNotFoundError, ProcessLookupError):
            os.kill(int((self.data / "postmaster.pid").read_text().split()[0]), how)
        self._process.wait(60)
        self._log.close()

    def own(self) -> None:
        """Give the server's user what another put into its folder."""
        if self._as:
            for path in (self.data, *self.data.rglob("*")):
                os.chown(path, self._as["user"], self._as["group"])
                path.chmod(0o700 if path.is_dir() else 0o600)

    def remove(self) -> None:
        """Stop it for good."""
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)

    def cpu_s(self) -> float:
        """CPU seconds of the server and of its sessions, those that have ended too."""
        ticks = 0
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                facts = stat.read_text().rpartition(") ")[2].split()
            except OSError:
                continue
            if str(self._process.pid) in (facts[1], stat.parent.name):
                ticks += int(facts[11]) + int(facts[12])
                if stat.parent.name == str(self._process.pid):
                    ticks += int(facts[13]) + int(facts[14])
        return ticks / os.sysconf("SC_CLK_TCK")

    def url(self, name: str, user: str = DESK) -> str:
        """The URL of a database."""
        return f"postgresql://{user}@127.0.0.1:{self.port}/{name}"

    def sql(self, statement: str, name: str = "postgres", user: str = "postgres") -> list[tuple[Any, ...]]:
        """Run one statement, or several without results."""
        import psycopg

        with psycopg.connect(self.url(name, user), autocommit=True) as link:
            done = link.execute(statement)
            return done.fetchall() if done.description is not None else []

    def database(self, name: str, template: str = "template0") -> str:
        """Make a database that belongs to `OWNER`."""
        self.sql(f'CREATE DATABASE "{name}" OWNER {OWNER} TEMPLATE "{template}"')
        return name

    def drop(self, name: str) -> None:
        """Remove a database, whoever is in it."""
        self.sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
