"""Jobs of a register on PostgreSQL: Procrastinate says which worker does which, and when.

The register's table of jobs stays what it is in SQLite: keys, reasons, what was done. A trigger hands each job that
begins to wait to Procrastinate, in the transaction of the register that enters it. Procrastinate wakes a worker at
once (LISTEN), gives no job to two, and what a worker had that sends no heartbeat any more to another. The lease goes
on guarding the effect: who has lost it can end nothing.

Its tables stand in a schema of their own, which remembers in its comment the last migration of Procrastinate's.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from importlib.resources import files
from typing import TYPE_CHECKING, Any, TypeVar, cast

import procrastinate
from procrastinate import exceptions, retry
from procrastinate import jobs as theirs
from procrastinate.schema import SchemaManager
from sqlalchemy import Connection, text

from pyhncert.errors import StorageFault
from pyhncert.keep._rights import QUEUE_SCHEMA as SCHEMA

if TYPE_CHECKING:
    import psycopg

    from pyhncert.keep._jobs import Jobs, Lease
    from pyhncert.keep._serve import Service

__all__ = ["QUEUE", "ensure", "hand_over", "serve"]

T = TypeVar("T")
QUEUE = "hncert"
_TASK = "hncert.job"
_BEATS = 4
"""Heartbeats, and looks for the dead, in the time of a lease."""

logging.getLogger("procrastinate").addHandler(logging.NullHandler())  # what fails is told by `Service.ended`

_TOLD = text("SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = :name")
_HAND_OVER = f"""
CREATE OR REPLACE FUNCTION {SCHEMA}.hand_over(key text, due timestamptz) RETURNS void LANGUAGE sql AS $$
    SELECT procrastinate_defer_jobs_v1(ARRAY[
        ROW('{QUEUE}', '{_TASK}', 0, key, NULL, jsonb_build_object('key', key), due)::procrastinate_job_to_defer_v1
    ])
    WHERE NOT EXISTS (SELECT 1 FROM procrastinate_jobs WHERE lock = key AND status IN ('todo', 'doing'))
$$ SECURITY DEFINER SET search_path = {SCHEMA}, pg_temp;
CREATE OR REPLACE FUNCTION {SCHEMA}.job_waits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM {SCHEMA}.hand_over(NEW.key, NEW.due_at::timestamptz);
    RETURN NULL;
END $$ SECURITY DEFINER SET search_path = {SCHEMA}, pg_temp;
CREATE OR REPLACE TRIGGER job_waits AFTER INSERT OR UPDATE OF state ON job FOR EACH ROW
    WHEN (NEW.state = 'waiting') EXECUTE FUNCTION {SCHEMA}.job_waits();
"""  # noqa: S608  our own names
_LOST = text(f"SELECT count({SCHEMA}.hand_over(key, due_at::timestamptz)) FROM job WHERE state IN ('waiting','leased')")  # noqa: S608


def _migrations() -> list[str]:
    found = files(procrastinate).joinpath("sql", "migrations").iterdir()
    return sorted(entry.name for entry in found if entry.name.endswith(".sql"))


def ensure(connection: Connection) -> None:
    """Make Procrastinate's tables and our trigger in the caller's transaction, or bring them up to this release's."""
    told = connection.execute(_TOLD, {"name": SCHEMA}).first()
    names = _migrations()
    if told is None:
        steps = [SchemaManager.get_schema()]
        connection.exec_driver_sql(f"CREATE SCHEMA {SCHEMA}")
    else:
        folder = files(procrastinate).joinpath("sql", "migrations")
        steps = [folder.joinpath(name).read_text("utf-8") for name in names if name > str(told[0])]
    link = cast("psycopg.Connection", connection.connection.driver_connection)
    if steps:
        before = connection.exec_driver_sql("SHOW search_path").scalar_one()
        set_path = text("SELECT set_config('search_path', :path, true)")
        connection.execute(set_path, {"path": SCHEMA})
        for step in steps:
            link.execute(step.encode())  # past SQLAlchemy, for which a % would be a parameter
        connection.execute(set_path, {"path": before})
        connection.exec_driver_sql(f"COMMENT ON SCHEMA {SCHEMA} IS '{names[-1]}'")
    link.execute(_HAND_OVER.encode())


def hand_over(connection: Connection) -> None:
    """Hand over what is open and not with Procrastinate, as after a move from SQLite."""
    connection.execute(_LOST)


class _NotYet(Exception):
    """The job is not done, and may be taken from `due` on."""

    def __init__(self, due: dt.datetime) -> None:
        super().__init__(str(due))
        self.due = due


class _WhenDue(retry.BaseRetryStrategy):
    def get_retry_decision(self, *, exception: BaseException, job: theirs.Job) -> retry.RetryDecision | None:  # noqa: ARG002
        return retry.RetryDecision(retry_at=exception.due) if isinstance(exception, _NotYet) else None


def serve(jobs: Jobs, service: Service[T], conninfo: str, options: Mapping[str, Any]) -> None:
    """See `Jobs.serve`; `conninfo` and `options` are psycopg's.

    Raises:
        StorageFault: the server is away; what was in hand is another worker's when its lease runs out.
    """
    worker = _Worker(jobs, service)
    pool: dict[str, Any] = {"min_size": 1, "max_size": 4, "timeout": 5.0, "conninfo": conninfo}
    pool["kwargs"] = {**options, "options": f"-c search_path={SCHEMA},public"}
    try:
        asyncio.run(worker.run(procrastinate.PsycopgConnector(**pool)))
    except exceptions.ConnectorException as err:
        raise jobs.fault(err.__cause__ or err) from err
    if worker.fault is not None:
        raise worker.fault


class _Worker:
    def __init__(self, jobs: Jobs, service: Service[T]) -> None:
        self.jobs = jobs
        self.service = service
        self.fault: StorageFault | None = None
        self._in_hand: dict[str, Lease] = {}
        self._turn = asyncio.Lock()
        self._idle = asyncio.Event()
        self._idle.set()
        self._pool = ThreadPoolExecutor(service.threads + 1, thread_name_prefix="hncert-worker")

    async def _in_thread(self, work: Callable[..., T], *arguments: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, work, *arguments)

    async def run(self, connector: procrastinate.PsycopgConnector) -> None:
        beat = self.jobs.rules.lease_s / _BEATS
        app = procrastinate.App(connector=connector)
        app.task(name=_TASK, queue=QUEUE, retry=_WhenDue())(self._one)
        async with app.open_async():
            await self._look_after(app)
            working = asyncio.ensure_future(
                app.run_worker_async(
                    queues=[QUEUE],
                    wait=not self.service.once,
                    concurrency=self.service.threads,
                    install_signal_handlers=False,
                    delete_jobs="always",
                    fetch_job_polling_interval=self.jobs.rules.idle_s,
                    update_heartbeat_interval=beat,
                    stalled_worker_timeout=self.jobs.rules.lease_s,
                )
            )
            next_beat = asyncio.get_running_loop().time() + beat
            while not working.done() and not self.service.stop.is_set() and self.fault is None:
                await asyncio.wait([working], timeout=min(beat, 0.2))
                if asyncio.get_running_loop().time() >= next_beat:
                    next_beat += beat
                    await self._look_after(app)
            if not working.done():
                working.cancel()  # lets what is in hand be finished
            with suppress(asyncio.CancelledError):
                await working

    async def _look_after(self, app: procrastinate.App) -> None:
        """Keep alive what is in hand, hand over what was lost, and give the jobs of the dead to others."""
        try:
            for lease in tuple(self._in_hand.values()):
                await self._in_thread(self.jobs.extend, lease)
            await self._in_thread(self.jobs.hand_over)
        except StorageFault as err:
            self.fault = self.fault or err
            return
        dead = await app.job_manager.get_stalled_jobs(queue=QUEUE, seconds_since_heartbeat=self.jobs.rules.lease_s)
        for job in dead:
            await app.job_manager.retry_job(job)

    async def _one(self, key: str) -> None:
        """A job as Procrastinate gives it."""
        try:
            async with self._turn:  # who waits here takes nothing while a job is done alone
                if await self._in_thread(self.jobs.suspect, key):
                    await self._idle.wait()
                taken = await self._in_thread(self.jobs.take, key)
                if isinstance(taken, dt.datetime):
                    raise _NotYet(taken)
                if taken is None:
                    return
                self._in_hand[key] = taken
                self._idle.clear()
                if taken.alone:
                    await self._do(taken)
            if not taken.alone:
                await self._do(taken)
            job = await self._in_thread(self.jobs.find, key)
        except StorageFault as err:
            self.fault = self.fault or err
            raise _NotYet(dt.datetime.now(dt.UTC)) from err
        if job is not None and job.state in {"waiting", "leased"}:
            raise _NotYet(job.due_at)

    async def _do(self, lease: Lease) -> None:
        """One try of a job in hand."""
        self.service.taken()
        try:
            done = await self._in_thread(self.service.do, lease)
        finally:
            del self._in_hand[lease.job.key]
            if not self._in_hand:
                self._idle.set()
        self.service.ended(done)
