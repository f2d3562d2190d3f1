"""`hncert worker`: what copies still lack, as timestamps of a slow service, is added to them."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from hncert_cli._app import global_options
from hncert_cli._json import plain
from hncert_cli._open import open_office
from hncert_cli._say import Settings, give, give_json, local, settings, tell
from hncert_cli._spoken import Command
from pyhncert.errors import UsageFault
from pyhncert.escape import for_json

if TYPE_CHECKING:
    from pyhncert.keep import Job

STATES = {
    "waiting": ("đang chờ", "waiting"),
    "leased": ("đang làm", "leased"),
    "set_aside": ("bị gác lại", "set aside"),
    "done": ("xong", "done"),
}


def as_json(job: Job) -> dict[str, Any]:
    """One job as JSON; schemas/job.schema.json describes it."""
    return {"format": "hncert/job", "version": 1, **plain(job)}


def show(job: Job, said: Settings) -> None:
    """A job on one line: key, state, tries, when it is due or ended, and what stood in the way."""
    if said.json:
        click.echo(for_json(as_json(job)))
        return
    reason = said.said(job.reason) if job.reason is not None else ""
    give(job.key, said.words(*STATES[job.state]), str(job.tries), local(job.ended_at or job.due_at), reason)


@contextmanager
def ending(stop: threading.Event, said: Settings) -> Iterator[None]:
    """Ctrl-C and SIGTERM let what is in hand be finished; a second one ends at once, and loses nothing either."""

    def end(_number: int, _frame: object) -> None:
        if stop.is_set():
            sys.stdout.flush()
            os._exit(130)  # threads may wait for a service for minutes; what they have in hand is another worker's then
        stop.set()
        tell(said.words("làm xong việc đang dở rồi dừng", "finishing what is in hand"))

    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@click.command(cls=Command)
@click.argument("folder", metavar="[OFFICE]", required=False)
@click.option("--once", is_flag=True, help="do what is due now, then end")
@click.option("--list", "listed", is_flag=True, help="show the jobs that are not done; do nothing")
@click.option(
    "--retry", "keys", multiple=True, metavar="KEY", help="put a job that was set aside back among those that wait"
)
@click.option(
    "--threads", type=click.IntRange(1, 64), metavar="N", help="jobs in hand at once (4 where nothing is said)"
)
@global_options
def worker(folder: str | None, *, once: bool, listed: bool, keys: tuple[str, ...], threads: int | None) -> None:
    """Add what copies lack of the level that was asked: timestamps, revocation data; again and again until it comes.

    OFFICE is the office's folder, as with --office. Any number of workers may run at once, and be killed. stdout gets a
    line for each try: key, state, tries, when it is due, and what stood in the way.
    """
    said = settings()
    if folder is not None:
        if said.office not in (None, folder):
            raise UsageFault("two offices were named; name one", "đã nêu hai văn phòng; chỉ nêu một")
        said.office = folder
    if listed and (once or keys):
        raise UsageFault("--list goes alone", "--list không đi cùng tùy chọn khác")
    office = open_office(said)
    jobs = office.register.jobs
    if listed:
        found = jobs.list()
        if said.json:
            give_json([as_json(job) for job in found])
        else:
            for job in found:
                show(job, said)
        return
    for key in keys:
        show(jobs.retry(key), said)
    if keys and not once:
        return
    stop = threading.Event()
    with ending(stop, said):
        if not once:
            tell(said.words("đang làm việc; Ctrl-C để dừng", "working; Ctrl-C ends it"))
        fault = office.work(tell=lambda job: show(job, said), stop=stop, once=once, threads=threads)
    if once and fault is not None:
        raise fault
