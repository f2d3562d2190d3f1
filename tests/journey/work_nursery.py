"""A worker in a process of its own, so that a test can kill it: `work_nursery.py OFFICE AHEAD_S THREADS [STEP]`.

Its clock is AHEAD_S seconds ahead, so that leases of workers that were killed before have run out. With STEP it kills
itself with SIGKILL when that step is told for the first time; else it says `ready`, works off what is due, and says
`tried` after each job.
"""

from __future__ import annotations

import datetime as dt
import os
import signal
import sys

import pyhncert
from pyhncert.values import VIETNAM


def main() -> None:
    folder, ahead_s, threads = sys.argv[1], float(sys.argv[2]), int(sys.argv[3])
    step = sys.argv[4] if len(sys.argv) > 4 else ""

    def clock() -> dt.datetime:
        return dt.datetime.now(VIETNAM) + dt.timedelta(seconds=ahead_s)

    def progress(name: str, _: float) -> None:
        if name == step:
            os.kill(os.getpid(), signal.SIGKILL)

    office = pyhncert.open_office(folder, clock=clock)
    print("ready", flush=True)
    fault = office.work(once=True, threads=threads, progress=progress, tell=lambda _: print("tried", flush=True))
    if fault is not None:
        raise fault


main()
