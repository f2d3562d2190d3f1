"""The power goes over office and server, and the server's disk fails: PostgreSQL keeps what it acknowledged."""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pgserver
import pytest
from pgserver import OWNER
from power import CALLS, Disk, calls, strace_works

from pyhncert import keep

NURSERY = Path(__file__).with_name("nursery.py")
ROUNDS = 100 if os.environ.get("HNCERT_SOAK") else 5
PAPERS = 3
SEED = 20261126
TRACE = ("-y", "-xx", "-ttt", "-s", "100000000", "-e", f"trace={CALLS}", "-e", "signal=none")


@pytest.fixture
def server(postgres):
    if not strace_works():
        pytest.skip("strace is not installed, or may not trace")
    # small files of the log: all of them is written down
    server = pgserver.Server("wal_keep_size=0", "max_wal_size=2MB", init=("--wal-segsize=1",))
    yield server
    server.remove()


@pytest.fixture
def place(server, tmp_path):
    """The URL of a register on the server, which is stopped again, and an office's folders."""
    url = server.url(server.database("office"), OWNER)
    keep.create_register(url, keep.BookSettings(unit="U"), clock=lambda: dt.datetime.now(dt.UTC))
    server.stop()
    for name in ("objects", "out"):
        (tmp_path / "office" / name).mkdir(parents=True)
    return server.url("office")


def nursery(place, folder, *words, strace=()):
    line = [*strace, sys.executable, str(NURSERY), str(folder), *words]
    environment = os.environ | {"NURSERY_URL": place}
    return subprocess.run(line, capture_output=True, text=True, timeout=120, check=False, env=environment)


def moment(line: str) -> float:
    return float(line.split(None, 2)[1])


@pytest.mark.slow
@pytest.mark.timeout(3000 if os.environ.get("HNCERT_SOAK") else 600)
def test_whatever_the_servers_disk_holds_after_the_power_went_nothing_acknowledged_is_lost(server, place, tmp_path):
    office, data, logs = tmp_path / "office", server.data, [tmp_path / "server", tmp_path / "client"]
    (data / "postmaster.opts").unlink(missing_ok=True)
    shutil.copytree(office, tmp_path / "before" / "office")
    shutil.copytree(data, tmp_path / "before" / "data")
    server.start(*TRACE, "-o", str(logs[0]))
    done = nursery(place, office, "several", str(PAPERS), strace=("strace", "-f", *TRACE, "-o", str(logs[1])))
    assert len(done.stdout.split()) == PAPERS, done.stderr[-2000:]
    server.sql("CHECKPOINT")
    server.stop(signal.SIGQUIT)
    told = sorted((line for log in logs for line in calls(log)), key=moment)
    first = moment(next(calls(logs[1])))
    dice = random.Random(SEED)
    ends = [n for n, line in enumerate(told) if moment(line) > first]
    assert len(ends) > 500
    for end in sorted(dice.choice(ends) for _ in range(ROUNDS)):
        for root in (office, data):
            shutil.rmtree(root)
            shutil.copytree(tmp_path / "before" / root.name, root)
        disks = [Disk(office), Disk(data)]
        for line in told[:end]:
            for disk in disks:
                disk.tell(line)
        acknowledged = disks[0].said.split()
        for disk in disks:
            disk.lose_power(dice)
        server.own()
        server.start()
        after = nursery(place, office, "whole", *(number.decode() for number in acknowledged))
        server.stop(signal.SIGQUIT)
        assert after.returncode == 0, f"after call {end} of {len(told)}: {after.stderr[-3000:]}"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("call", "fault", "when"),
    [("fdatasync", "EIO", "1"), ("fdatasync", "EIO", "3"), ("fsync", "EIO", "1+"), ("pwrite64", "ENOSPC", "4")],
    ids=["log, first", "log, third", "files", "full"],
)
def test_a_failing_disk_of_the_server_ends_in_words_and_the_next_run_settles_it(
    server, place, tmp_path, call, fault, when
):
    office = tmp_path / "office"
    # counted for each session: the server's own start is over when a desk's begins
    inject = ("-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e", f"inject={call}:error={fault}:when={when}")
    try:
        server.start(*inject)
    except RuntimeError:
        pass  # it does not even start on such a disk
    else:
        run = nursery(place, office, "once")
        if call != "fsync":
            assert run.returncode == 18, (run.returncode, run.stderr[-2000:])
            assert "postgresql://" in run.stderr
    server.stop(signal.SIGQUIT)
    server.start()
    after = nursery(place, office, "whole")
    assert after.returncode == 0, after.stderr[-2000:]
    done = json.loads(after.stdout)
    assert done["lines"] == done["issued"] + done["voided"]
