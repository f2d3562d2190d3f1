"""A worker in a process of its own, so that a test can kill it: ``serve_nursery.py WHERE HOLDERS LEASE_S``.

The effect of a job is a line in the register (a refusal, with the key as its officer), in one transaction with the
job's end. A job of kind ``poison`` always fails, one of kind ``killer`` kills whoever does it, after a while; one of
kind ``slow`` takes longer than that. It says ``ready``, then ``did`` after each try, and
ends when every job is done or set aside.
"""

from __future__ import annotations

import datetime as dt
import os
import signal
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

from pyhncert import keep
from pyhncert.errors import UsageFault
from pyhncert.keep import _jobs, _refusals
from pyhncert.values import VIETNAM, Words


def rules(lease_s: float) -> keep.JobRules:
    return keep.JobRules(lease_s=lease_s, first_wait_s=0.05, longest_wait_s=0.2, most_faults=5, threads=2, idle_s=0.1)


def main(where: str, holders: str, lease_s: str) -> None:
    now = lambda: dt.datetime.now(VIETNAM)  # noqa: E731
    register = keep.Register(where, clock=now, randomness=os.urandom, holder_folder=Path(holders))
    database = register._database
    jobs = keep.Jobs(database, clock=now, randomness=os.urandom, rules=rules(float(lease_s)))
    stop = threading.Event()

    def do(lease: keep.Lease) -> str:
        if lease.job.kind == "killer":
            time.sleep(0.2)
            os.kill(os.getpid(), signal.SIGKILL)
        if lease.job.kind == "poison":
            jobs.failed(lease, Words("độc", "poison"))
            return lease.job.key
        time.sleep(0.6 if lease.job.kind == "slow" else 0.005)
        refusal = _refusals.Refusal(at=now(), device="", officer=lease.job.key, reason="R1", pages=1)
        with suppress(UsageFault), database.writing() as connection:  # on a slow machine the lease may be lost
            _refusals.enter(connection, refusal, register._seal)
            _jobs.finish(connection, lease, now())
        return lease.job.key

    def ended(_: str) -> None:
        print("did", flush=True)

    def watch() -> None:
        while any(job.state != "set_aside" for job in jobs.list()):
            time.sleep(0.1)
        stop.set()

    print("ready", flush=True)
    threading.Thread(target=watch, daemon=True).start()
    jobs.serve(keep.Service(do=do, ended=ended, taken=lambda: None, threads=2, stop=stop))
    register.leave()


if __name__ == "__main__":
    main(*sys.argv[1:])
