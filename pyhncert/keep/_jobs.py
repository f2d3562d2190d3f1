"""Jobs that outlive the process that entered them: a lease table in the register's own database.

A job is entered once by its key, in the transaction of the line that it belongs to. A worker leases it for a while and
says that it is `done`, or that it `failed` and why; of a worker that was killed the lease runs out, and another takes
the job. Who has lost a lease can change nothing any more: the last step of a job and its end are one transaction.

Only this file knows of the table; another queue can stand behind the same methods.
"""

from __future__ import annotations

import datetime as dt
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Literal, NamedTuple, TypeVar, cast

from sqlalchemy import Connection, Row, text

from pyhncert.errors import StorageFault, UsageFault
from pyhncert.keep._canonical import record_json
from pyhncert.keep._database import Database
from pyhncert.keep._lines import time_text
from pyhncert.keep._serve import Service
from pyhncert.values import VIETNAM, Clock, Randomness, Words

T = TypeVar("T")
JobState = Literal["waiting", "leased", "done", "set_aside"]

_ENTER = text(
    "INSERT INTO job (key, kind, facts, state, tries, faults, entered_at, due_at, note, reason_vi, reason_en)"
    " VALUES (:key, :kind, :facts, 'waiting', 0, 0, :now, :now, '', '', '') ON CONFLICT (key) DO NOTHING"
)
_COLUMNS = "key, kind, facts, state, tries, faults, entered_at, due_at, ended_at, note, reason_vi, reason_en"
_ALL = text(f"SELECT {_COLUMNS} FROM job ORDER BY entered_at, key")  # noqa: S608 ours
_LIVE = text(f"SELECT {_COLUMNS} FROM job WHERE state <> 'done' ORDER BY due_at, key")  # noqa: S608 ours
_ONE = text(f"SELECT {_COLUMNS} FROM job WHERE key = :key")  # noqa: S608 ours
_NEXT = text(f"SELECT {_COLUMNS} FROM job WHERE state IN ('waiting','leased') ORDER BY due_at, key LIMIT 1")  # noqa: S608 ours
_LEASE = text(
    "UPDATE job SET state = 'leased', lease = :lease, due_at = :until, tries = tries + 1, faults = :faults,"
    " reason_vi = :vi, reason_en = :en WHERE key = :key"
)
_EXTEND = text("UPDATE job SET due_at = :until WHERE key = :key AND lease = :lease")
_NOTE = text("UPDATE job SET note = :note WHERE key = :key AND lease = :lease")
_DONE = text(
    "UPDATE job SET state = 'done', lease = NULL, ended_at = :now, note = '', reason_vi = '', reason_en = ''"
    " WHERE key = :key AND lease = :lease"
)
_FAILED = text(
    "UPDATE job SET state = 'waiting', lease = NULL, due_at = :due, faults = :faults, reason_vi = :vi,"
    " reason_en = :en WHERE key = :key AND lease = :lease"
)
_SET_ASIDE = text(
    "UPDATE job SET state = 'set_aside', lease = NULL, ended_at = :now, faults = :faults, reason_vi = :vi,"
    " reason_en = :en WHERE key = :key"
)
_HELD = text(f"SELECT {_COLUMNS} FROM job WHERE key = :key AND lease = :lease")  # noqa: S608 ours
_AGAIN = text(
    "UPDATE job SET state = 'waiting', due_at = :now, ended_at = NULL, tries = 0, faults = 0 WHERE key = :key"
    " AND state = 'set_aside'"
)
_DIED = Words("tiến trình đang làm việc này đã dừng giữa chừng", "the worker that had this job ended over it")


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRules:
    """How jobs are tried, in seconds and times; see ``data/jobs.toml``."""

    lease_s: float
    first_wait_s: float
    longest_wait_s: float
    most_faults: int
    threads: int
    idle_s: float

    def wait_s(self, tries: int, chance: float) -> float:
        """How long to wait after the try number `tries` (from 1); `chance` is 0 to 1."""
        return chance * min(self.longest_wait_s, self.first_wait_s * 2.0 ** min(tries - 1, 60))


@cache
def job_rules() -> JobRules:
    """The figures of this release."""
    return JobRules(**tomllib.loads(files("pyhncert.keep").joinpath("data/jobs.toml").read_text("utf-8")))


@dataclass(frozen=True, slots=True, kw_only=True)
class NewJob:
    """A job to enter: what is to be done (`kind`) with what (`facts`, JSON-able), once under its `key`."""

    key: str
    kind: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A job as it stands; times are Vietnam's.

    `due_at` is when it may be taken: of a leased one, when its lease runs out. `tries` counts leases, `faults` those
    that ended in a fault or with the worker. `reason` says what stood in the way last. `note` is the worker's own.
    """

    key: str
    kind: str
    facts: Mapping[str, Any]
    state: JobState
    tries: int
    faults: int
    entered_at: dt.datetime
    due_at: dt.datetime
    ended_at: dt.datetime | None = None
    note: str = ""
    reason: Words | None = None

    def words(self) -> Words | None:
        """How the job stands, for a person; None where it is done."""
        why = Words(f": {self.reason.vi}", f": {self.reason.en}") if self.reason is not None else Words("", "")
        if self.state == "set_aside":
            again = f"hncert worker --retry {self.key}"
            return Words(
                f"bị gác lại sau {self.tries} lần thử{why.vi}; thử lại: {again}",
                f"set aside after {self.tries} tries{why.en}; try again: {again}",
            )
        if self.state == "leased":
            return Words("đang được bổ sung", "is being added now")
        if self.state == "waiting":
            return Words(
                f"đang chờ, đã thử {self.tries} lần, thử tiếp từ {self.due_at:%H:%M:%S %d/%m/%Y}{why.vi}",
                f"waits, {self.tries} tries so far, the next from {self.due_at:%Y-%m-%d %H:%M:%S}{why.en}",
            )
        return None


class Lease(NamedTuple):
    """A job in the hands of one worker: only the holder of the `token` can end it.

    `alone`: a worker ended over it, perhaps because of it. Nothing is to be done beside it, lest it take that along.
    """

    job: Job
    token: str
    alone: bool = False


def enter(connection: Connection, job: NewJob, now: dt.datetime) -> bool:
    """Enter a job in the caller's transaction; False where one has this key, in whatever state."""
    values = {"key": job.key, "kind": job.kind, "facts": record_json(job.facts).decode(), "now": time_text(now)}
    return connection.execute(_ENTER, values).rowcount == 1


def finish(connection: Connection, lease: Lease, now: dt.datetime) -> None:
    """Say in the caller's transaction that a job is done, so that both happen or neither.

    Raises:
        UsageFault: the lease is lost.
    """
    values = {"key": lease.job.key, "lease": lease.token, "now": time_text(now)}
    if connection.execute(_DONE, values).rowcount != 1:
        raise _lost(lease)


def _lost(lease: Lease) -> UsageFault:
    return UsageFault(
        f"{lease.job.key}: the lease ran out and another worker has the job",
        f"{lease.job.key}: đã hết hạn giữ việc và tiến trình khác đã nhận",
    )


class Jobs:
    """The jobs of one register; threads and processes may share them."""

    def __init__(
        self, database: Database, *, clock: Clock, randomness: Randomness, rules: JobRules | None = None
    ) -> None:
        self.rules = rules or job_rules()
        self._database = database
        self._clock = clock
        self._randomness = randomness

    def _now(self) -> dt.datetime:
        return self._clock().astimezone(VIETNAM)

    def enqueue(self, *jobs: NewJob) -> int:
        """Enter jobs in one transaction; returns how many of their keys were new."""
        with self._database.writing() as connection:
            now = self._now()
            return sum(enter(connection, job, now) for job in jobs)

    def lease(self, *, beside: bool = False) -> Lease | None:
        """The job that has been due longest, now this caller's for `JobRules.lease_s`; None where none is due.

        `beside` others that are in hand none is given that is to be done alone. A job over which the last of
        `JobRules.most_faults` workers died is set aside, and the next is looked at.

        Raises:
            StorageFault: the database cannot be written.
        """
        while True:
            if (due := self.next_due()) is None or due > self._now():
                return None  # looked at without the writers' lock: an idle worker disturbs nobody
            with self._database.writing() as connection:
                now = self._now()
                row = connection.execute(_NEXT).first()
                if row is None or row.due_at > time_text(now) or (beside and row.state == "leased"):
                    return None
                if (lease := self._leased(connection, row, now)) is not None:
                    return lease

    def suspect(self, key: str) -> bool:
        """Whether a job is due of which the last worker ended over it: it is to be done alone."""
        job = self.find(key)
        return job is not None and job.state == "leased" and job.due_at <= self._now()

    def take(self, key: str) -> Lease | dt.datetime | None:
        """The lease of one job, or when it may be taken, or None where nothing is left to do.

        Raises:
            StorageFault: the database cannot be written.
        """
        with self._database.writing() as connection:
            now = self._now()
            row = connection.execute(_ONE, {"key": key}).first()
            if row is None or row.state not in {"waiting", "leased"}:
                return None
            if row.due_at > time_text(now):
                return dt.datetime.fromisoformat(row.due_at)
            return self._leased(connection, row, now)

    def _leased(self, connection: Connection, row: Row[Any], now: dt.datetime) -> Lease | None:
        """A job that is due, now this caller's; None where too many workers died over it: it is set aside."""
        died = row.state == "leased"
        said = _DIED if died else Words(row.reason_vi, row.reason_en)
        values = {"key": row.key, "faults": row.faults + died, "vi": said.vi, "en": said.en}
        if died and values["faults"] >= self.rules.most_faults:
            connection.execute(_SET_ASIDE, {**values, "now": time_text(now)})
            return None
        token = self._randomness(16).hex()
        connection.execute(_LEASE, {**values, "lease": token, "until": time_text(self._until(now))})
        return Lease(_job(connection.execute(_ONE, {"key": row.key}).one()), token, alone=died)

    def serve(self, service: Service[T]) -> None:
        """Do jobs as they fall due, until told to stop; see `Service`.

        Raises:
            StorageFault: database or disk; what was leased is another worker's when its lease runs out.
        """
        self._database.medium.serve(self, service)

    def hand_over(self) -> None:
        """On PostgreSQL: give the queue what is open and unknown to it, as after a move from SQLite."""
        from pyhncert.keep import _procrastinate  # noqa: PLC0415  an extra

        with self._database.writing(("jobs",)) as connection:
            _procrastinate.hand_over(connection)

    def fault(self, err: BaseException) -> StorageFault:
        """An error of the database in words."""
        return self._database.medium.fault(err)

    def _until(self, now: dt.datetime) -> dt.datetime:
        return now + dt.timedelta(seconds=self.rules.lease_s)

    def extend(self, lease: Lease) -> bool:
        """A sign of life: the lease begins anew. False where it is lost."""
        with self._database.writing() as connection:
            values = {"key": lease.job.key, "lease": lease.token, "until": time_text(self._until(self._now()))}
            return connection.execute(_EXTEND, values).rowcount == 1

    def note(self, lease: Lease, note: str) -> None:
        """Write down what the next worker must know if this one ends here.

        Raises:
            UsageFault: the lease is lost.
        """
        with self._database.writing() as connection:
            values = {"key": lease.job.key, "lease": lease.token, "note": note}
            if connection.execute(_NOTE, values).rowcount != 1:
                raise _lost(lease)

    def done(self, lease: Lease) -> None:
        """Say that a job is done.

        Raises:
            UsageFault: the lease is lost.
        """
        with self._database.writing() as connection:
            finish(connection, lease, self._now())

    def failed(self, lease: Lease, reason: Words, *, fault: bool = True) -> Job | None:
        """Say why a job could not be done now: it waits for another try, or is set aside after too many faults.

        What is no `fault` of the job or its answer (a silent service) is tried for ever. Returns the job as it stands
        now, or None where the lease is lost.
        """
        chance = int.from_bytes(self._randomness(8), "big") / (1 << 64)
        with self._database.writing() as connection:
            row = connection.execute(_HELD, {"key": lease.job.key, "lease": lease.token}).first()
            if row is None:
                return None
            now, faults = self._now(), row.faults + fault
            said = {"key": row.key, "faults": faults, "vi": reason.vi, "en": reason.en}
            if fault and faults >= self.rules.most_faults:
                connection.execute(_SET_ASIDE, {**said, "now": time_text(now)})
            else:
                due = now + dt.timedelta(seconds=self.rules.wait_s(row.tries, chance))
                connection.execute(_FAILED, {**said, "lease": lease.token, "due": time_text(due)})
            return _job(connection.execute(_ONE, {"key": row.key}).one())

    def retry(self, key: str) -> Job:
        """Put a job that was set aside back: it is due now, and its tries count anew.

        Raises:
            UsageFault: no job that is set aside has this key.
        """
        with self._database.writing() as connection:
            if connection.execute(_AGAIN, {"key": key, "now": time_text(self._now())}).rowcount != 1:
                raise UsageFault(
                    f"{key}: no job that is set aside has this key; 'hncert worker --list' names them",
                    f"{key}: không có việc nào bị gác lại mang khóa này; xem 'hncert worker --list'",
                )
            return _job(connection.execute(_ONE, {"key": key}).one())

    def find(self, key: str) -> Job | None:
        """The job of a key, or None."""
        with self._database.reading() as connection:
            row = connection.execute(_ONE, {"key": key}).first()
            return _job(row) if row is not None else None

    def list(self, *, done: bool = False) -> tuple[Job, ...]:
        """All jobs that are not done, by the time when they are due; with `done` really all, oldest first."""
        with self._database.reading() as connection:
            return tuple(_job(row) for row in connection.execute(_ALL if done else _LIVE))

    def next_due(self) -> dt.datetime | None:
        """When the next job, waiting or leased, may be taken; None where there is none."""
        with self._database.reading() as connection:
            row = connection.execute(_NEXT).first()
            return dt.datetime.fromisoformat(row.due_at) if row is not None else None


def _job(row: Row[Any]) -> Job:
    return Job(
        key=row.key,
        kind=row.kind,
        facts=json.loads(row.facts),
        state=cast(JobState, row.state),
        tries=row.tries,
        faults=row.faults,
        entered_at=dt.datetime.fromisoformat(row.entered_at),
        due_at=dt.datetime.fromisoformat(row.due_at),
        ended_at=dt.datetime.fromisoformat(row.ended_at) if row.ended_at else None,
        note=row.note,
        reason=Words(row.reason_vi, row.reason_en) if row.reason_en else None,
    )
