"""Many threads and processes on one register: numbers are exactly 1 to n."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from pyhncert import keep


def test_eight_threads_on_one_register_get_160_numbers(register, acts):
    with ThreadPoolExecutor(8) as threads:
        done = list(threads.map(lambda _: acts.finish(register, acts.reserve(register)), range(160)))
    assert sorted(line.number for line in done) == list(range(1, 161))
    assert len({line.code for line in done}) == 160
    assert register.check() == ()
    assert [line.certified_at for line in register.lines()] == sorted(line.certified_at for line in done)


WORKER = """
import datetime as dt, os, sys
from pathlib import Path
from pyhncert import keep
clock = lambda: dt.datetime(2026, 12, 1, tzinfo=dt.UTC)
register = keep.Register(sys.argv[1], clock=clock, randomness=os.urandom, holder_folder=Path(sys.argv[3]))
for _ in range(25):
    register.recover()
    act = register.reserve(unit=sys.argv[2], requester="An", original="B", signer="C", pages=1)
    register.advance(act.act_id, "officer_signed")
    register.advance(act.act_id, "agency_sealed")
    register.close(act.act_id, content_digest=b"c" * 32, file_digest=os.urandom(32), level="B-B", length=1)
"""


def test_three_processes_on_one_register_get_75_numbers(path, clock, acts, holders):
    workers = [subprocess.Popen([sys.executable, "-c", WORKER, path, acts.unit, holders]) for _ in range(3)]
    assert [worker.wait(120) for worker in workers] == [0, 0, 0]
    with keep.Register(path, clock=clock, randomness=lambda n: b"" * n, holder_folder=holders) as register:
        lines = list(register.lines())
        assert [line.number for line in lines] == list(range(1, 76))
        assert {line.state for line in lines} == {"registered"}
        assert register.check() == ()
