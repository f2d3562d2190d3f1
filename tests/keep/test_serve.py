"""Workers on both queues, leases and Procrastinate: killed at any moment, each job's effect happens exactly once."""

from __future__ import annotations

import datetime as dt
import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from importlib.resources import files
from pathlib import Path

import psycopg
import pytest
from mediums import alone, only_postgresql, tamper

from pyhncert import keep
from pyhncert.errors import StorageFault
from pyhncert.keep import _procrastinate
from pyhncert.values import VIETNAM, Words

NURSERY = Path(__file__).with_name("serve_nursery.py")
LEASE_S = 1.0
JOBS, KILLS = (200, 50) if os.environ.get("HNCERT_SOAK") else (200, 10)


def now() -> dt.datetime:
    return dt.datetime.now(VIETNAM)


@pytest.fixture
def real(path, holders, store):
    """The register with the real clock: Procrastinate's is the server's."""
    with keep.Register(path, clock=now, randomness=os.urandom, holder_folder=holders, store=store) as register:
        yield register


def worker(path, holders) -> subprocess.Popen[str]:
    line = [sys.executable, str(NURSERY), str(path), str(holders), str(LEASE_S)]
    return subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def serve(register, do, *, once=True, rules=None):
    jobs = keep.Jobs(register._database, clock=now, randomness=os.urandom, rules=rules)
    told: list[object] = []
    jobs.serve(
        keep.Service(
            do=lambda lease: do(jobs, lease),
            ended=told.append,
            taken=lambda: None,
            threads=2,
            stop=threading.Event(),
            once=once,
        )
    )
    return told


@pytest.mark.slow
@pytest.mark.timeout(900 if os.environ.get("HNCERT_SOAK") else 300)
def test_workers_that_are_killed_leave_each_effect_done_exactly_once(real, path, holders):
    keys = [f"effect:{n}" for n in range(JOBS)]
    real.jobs.enqueue(*(keep.NewJob(key=key, kind="effect") for key in keys))
    real.jobs.enqueue(keep.NewJob(key="poison:1", kind="poison"))
    chance = random.Random(20261126)
    killed = 0
    for _ in range(KILLS):
        process = worker(path, holders)
        assert process.stdout is not None and process.stdout.readline() == "ready\n", process.stderr.read()
        for _ in range(chance.randrange(12)):
            process.stdout.readline()
        time.sleep(chance.uniform(0.0, 0.02))
        process.kill()
        process.communicate()
        killed += 1
    _, err = (process := worker(path, holders)).communicate(timeout=120)
    assert process.returncode == 0, err
    real.jobs.enqueue(keep.NewJob(key="killer:1", kind="killer"))
    died = 0
    while (process := worker(path, holders)).wait(120) == -9:
        died += 1
    assert (process.returncode, died) == (0, 5)
    states = {job.key: job.state for job in real.jobs.list(done=True)}
    assert states == dict.fromkeys(keys, "done") | {"poison:1": "set_aside", "killer:1": "set_aside"}
    assert Counter(refusal.officer for refusal in real.refusals()) == dict.fromkeys(keys, 1), "exactly once"
    reasons = {job.key: job.reason.en for job in real.jobs.list()}
    assert reasons["poison:1"] == "poison" and "worker that had this job ended" in reasons["killer:1"]
    assert killed == KILLS


def test_a_job_that_kills_its_workers_takes_no_other_along(real, path, holders):
    real.jobs.enqueue(keep.NewJob(key="a:killer", kind="killer"), keep.NewJob(key="b:slow", kind="slow"))
    died = 0
    while (process := worker(path, holders)).wait(60) == -9:
        died += 1
    assert (process.returncode, died) == (0, 5), process.stderr.read()
    jobs = {job.key: job for job in real.jobs.list(done=True)}
    assert (jobs["a:killer"].state, jobs["b:slow"].state, jobs["b:slow"].faults) == ("set_aside", "done", 1)
    assert [refusal.officer for refusal in real.refusals()] == ["b:slow"]


def test_a_job_that_is_put_back_is_done_by_the_next_worker(real):
    real.jobs.enqueue(keep.NewJob(key="a", kind="x"))
    rules = keep.JobRules(lease_s=60, first_wait_s=0, longest_wait_s=0, most_faults=1, threads=1, idle_s=0.1)
    told = serve(real, lambda jobs, lease: jobs.failed(lease, Words("sai", "wrong")).state, rules=rules)
    assert told == ["set_aside"]
    assert serve(real, lambda jobs, lease: jobs.done(lease)) == []
    assert real.jobs.retry("a").state == "waiting"
    assert serve(real, lambda jobs, lease: jobs.done(lease)) == [None]
    assert real.jobs.find("a").state == "done"


def test_a_job_that_waits_is_tried_again_when_it_is_due_and_not_before(real):
    real.jobs.enqueue(keep.NewJob(key="a", kind="x"))
    rules = keep.JobRules(lease_s=60, first_wait_s=3600, longest_wait_s=3600, most_faults=9, threads=1, idle_s=0.1)
    serve(real, lambda jobs, lease: jobs.failed(lease, Words("im", "silent"), fault=False).state, rules=rules)
    assert real.jobs.find("a").state == "waiting"
    assert serve(real, lambda jobs, lease: jobs.done(lease)) == []
    assert real.jobs.find("a").tries == 1


def test_serving_ends_when_it_is_told_to_and_finishes_what_is_in_hand(real):
    real.jobs.enqueue(keep.NewJob(key="a", kind="x"))
    stop, begun, done = threading.Event(), threading.Event(), []

    def do(lease):
        begun.set()
        time.sleep(0.5)
        real.jobs.done(lease)
        done.append(lease.job.key)

    service = keep.Service(do=do, ended=lambda _: None, taken=lambda: None, threads=2, stop=stop)
    thread = threading.Thread(target=real.jobs.serve, args=(service,))
    thread.start()
    assert begun.wait(20)
    stop.set()
    thread.join(20)
    assert not thread.is_alive()
    assert done == ["a"] and real.jobs.find("a").state == "done"


@only_postgresql
def test_an_idle_worker_hears_of_a_new_job_at_once(real):
    rules = keep.JobRules(lease_s=60, first_wait_s=1, longest_wait_s=1, most_faults=9, threads=1, idle_s=3600)
    jobs = keep.Jobs(real._database, clock=now, randomness=os.urandom, rules=rules)
    stop = threading.Event()
    service = keep.Service(do=jobs.done, ended=lambda _: stop.set(), taken=lambda: None, threads=1, stop=stop)
    thread = threading.Thread(target=jobs.serve, args=(service,))
    thread.start()
    time.sleep(0.5)
    real.jobs.enqueue(keep.NewJob(key="a", kind="x"))
    thread.join(30)  # it looks by itself only after an hour
    assert not thread.is_alive() and real.jobs.find("a").state == "done"


@only_postgresql
def test_jobs_that_the_queue_does_not_know_are_handed_over(real, path):
    real.jobs.enqueue(keep.NewJob(key="a", kind="x"), keep.NewJob(key="b", kind="x"))
    with psycopg.connect(alone(path), options="-c search_path=procrastinate") as link:
        lost = link.execute("DELETE FROM procrastinate_jobs RETURNING args->>'key'").fetchall()
    assert lost == [("a",), ("b",)]
    serve(real, lambda jobs, lease: jobs.done(lease))
    assert {job.state for job in real.jobs.list(done=True)} == {"done"}
    assert tamper(path, "SELECT * FROM procrastinate.procrastinate_jobs") == [], "what is done is not kept twice"


@only_postgresql
def test_a_job_of_an_act_that_was_undone_is_not_in_the_queue(real, path):
    with pytest.raises(ZeroDivisionError), real._database.writing() as connection:
        keep._jobs.enter(connection, keep.NewJob(key="a", kind="x"), now())
        raise ZeroDivisionError
    assert tamper(path, "SELECT * FROM procrastinate.procrastinate_jobs") == []


@only_postgresql
def test_a_server_that_goes_away_ends_the_worker_in_words(real, path, databases):
    real.jobs.enqueue(keep.NewJob(key="a", kind="x"))

    database = path.rpartition("/")[2]

    def gone(jobs, lease):
        databases.server.sql(f"ALTER DATABASE {database} ALLOW_CONNECTIONS false")
        databases.server.sql(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'")

    with pytest.raises(StorageFault, match="postgresql://"):
        serve(real, gone)
    databases.server.sql(f"ALTER DATABASE {database} ALLOW_CONNECTIONS true")
    assert real.jobs.find("a").state == "leased", "another worker's when the lease runs out"


FUNCTIONS = (
    "SELECT proname::text, pg_get_function_arguments(oid) FROM pg_proc"
    " WHERE pronamespace = 'procrastinate'::regnamespace"
)


@only_postgresql
def test_an_older_queue_is_brought_up_to_this_release(path):
    fresh = set(tamper(path, FUNCTIONS))
    names = _procrastinate._migrations()
    older = names[:-4]
    folder = files("procrastinate").joinpath("sql", "migrations")
    with psycopg.connect(alone(path), autocommit=True) as link:
        link.execute("DROP SCHEMA procrastinate CASCADE; CREATE SCHEMA procrastinate; SET search_path = procrastinate")
        for name in older:
            link.execute(folder.joinpath(name).read_bytes())
        link.execute(f"COMMENT ON SCHEMA procrastinate IS '{older[-1]}'")
    assert set(tamper(path, FUNCTIONS)) != fresh
    keep.upgrade_register(alone(path))
    assert set(tamper(path, FUNCTIONS)) == fresh
    told = "SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = 'procrastinate'"
    assert tamper(path, told) == [(names[-1],)]
