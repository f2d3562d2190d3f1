"""Circuit breakers: which services are resting. They are kept in the register's database, for every process to see.

A service that fails so many times in a row is not asked for a pause; then one caller may ask it (half-open): where it
answers, everybody may, where it does not, it rests for another pause.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Connection, Row, text

from pyhncert.keep._database import Database
from pyhncert.keep._lines import time_text
from pyhncert.values import VIETNAM, Clock

_STATE = text("SELECT failures, open_until FROM breaker WHERE service = :service")
_SET = text(
    "INSERT INTO breaker (service, failures, open_until) VALUES (:service, :failures, :until)"
    " ON CONFLICT (service) DO UPDATE SET failures = excluded.failures, open_until = excluded.open_until"
)
_CLOSE = text("DELETE FROM breaker WHERE service = :service")


class Breakers:
    """The breakers of one register's services, by name; `failures` in a row open one for `pause_s` seconds."""

    def __init__(self, database: Database, *, clock: Clock, failures: int, pause_s: float) -> None:
        self._database = database
        self._clock = clock
        self._most = failures
        self._pause = dt.timedelta(seconds=pause_s)

    def _now(self) -> dt.datetime:
        return self._clock().astimezone(VIETNAM)

    def rests(self, service: str) -> dt.datetime | None:
        """Until when the service is not asked; None where it may be."""
        with self._database.reading() as connection:
            until = _until(self._row(connection, service))
        return until if until is not None and until > self._now() else None

    def may_ask(self, service: str) -> bool:
        """Whether this caller may ask the service now; after a pause it is the only one who may."""
        with self._database.reading() as connection:
            until = _until(self._row(connection, service))
        if until is None:
            return True
        with self._database.writing() as connection:
            row, now = self._row(connection, service), self._now()
            until = _until(row)
            if row is None or until is None:
                return True
            if until > now:
                return False
            self._set(connection, service, row.failures, now + self._pause)
            return True

    def answered(self, service: str) -> None:
        """The service answered: everybody may ask it."""
        with self._database.reading() as connection:
            if self._row(connection, service) is None:
                return  # as nearly always; nothing is written
        with self._database.writing() as connection:
            connection.execute(_CLOSE, {"service": service})

    def silent(self, service: str) -> None:
        """The service did not answer in time."""
        with self._database.writing() as connection:
            row = self._row(connection, service)
            failures = (row.failures if row is not None else 0) + 1
            self._set(connection, service, failures, self._now() + self._pause if failures >= self._most else None)

    @staticmethod
    def _row(connection: Connection, service: str) -> Row[tuple[int, str | None]] | None:
        return connection.execute(_STATE, {"service": service}).first()

    @staticmethod
    def _set(connection: Connection, service: str, failures: int, until: dt.datetime | None) -> None:
        values = {"service": service, "failures": failures, "until": time_text(until) if until else None}
        connection.execute(_SET, values)


def _until(row: Row[tuple[int, str | None]] | None) -> dt.datetime | None:
    return dt.datetime.fromisoformat(row.open_until) if row is not None and row.open_until else None
