"""A random life of jobs against a plain list: entered, leased, done, failed, put back, while workers die."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from mediums import Maker

from pyhncert import keep
from pyhncert.errors import UsageFault
from pyhncert.values import VIETNAM, Words

RULES = keep.JobRules(lease_s=100, first_wait_s=10, longest_wait_s=80, most_faults=3, threads=1, idle_s=1)
WHY = Words("vì sao", "why")


@dataclass
class Known:
    """What a clerk would have written of a job."""

    state: str = "waiting"
    faults: int = 0
    effects: int = 0


class LifeOfJobs(RuleBasedStateMachine):
    """`held` are leases that workers believe they have; some are long lost."""

    def __init__(self, make: Maker) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.now = dt.datetime(2026, 11, 26, 8, tzinfo=VIETNAM)
        path = make(self.folder, keep.BookSettings(unit="U"))
        self.register = keep.Register(
            path, clock=lambda: self.now, randomness=os.urandom, holder_folder=self.folder / "holders"
        )
        self.jobs = keep.Jobs(self.register._database, clock=lambda: self.now, randomness=os.urandom, rules=RULES)
        self.known: dict[str, Known] = {}
        self.held: list[keep.Lease] = []
        self.owner: dict[str, tuple[str, dt.datetime]] = {}

    def teardown(self) -> None:
        self.register.leave()
        shutil.rmtree(self.folder)

    def mine(self, lease: keep.Lease) -> bool:
        return self.owner.get(lease.job.key, ("",))[0] == lease.token

    @rule(n=st.integers(0, 5))
    def enqueue(self, n: int) -> None:
        key = f"upgrade:{n}"
        assert self.jobs.enqueue(keep.NewJob(key=key, kind="upgrade")) == (key not in self.known)
        self.known.setdefault(key, Known())

    @rule()
    def lease(self) -> None:
        due = {job.key: job.due_at for job in self.jobs.list() if job.state != "set_aside" and job.due_at <= self.now}
        lease = self.jobs.lease()
        for key in due:
            # those over which a worker died once too often are passed over on the way
            if self.jobs.find(key).state == "set_aside":
                assert self.known[key].state == "leased" and self.known[key].faults + 1 >= RULES.most_faults
                self.known[key] = Known("set_aside", self.known[key].faults + 1, self.known[key].effects)
                del self.owner[key]
        if lease is None:
            assert not any(self.known[key].state in {"waiting", "leased"} for key in due)
            return
        key = lease.job.key
        if self.known[key].state == "leased":
            assert self.owner[key][1] <= self.now, "nobody takes a job out of living hands"
            self.known[key].faults += 1
        self.known[key].state = "leased"
        self.owner[key] = (lease.token, self.now + dt.timedelta(seconds=RULES.lease_s))
        self.held.append(lease)

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def done(self, data: st.DataObject) -> None:
        lease = data.draw(st.sampled_from(self.held))
        mine = self.mine(lease)
        try:
            self.jobs.done(lease)
        except UsageFault:
            assert not mine
        else:
            assert mine
            self.known[lease.job.key].state = "done"
            self.known[lease.job.key].effects += 1
            del self.owner[lease.job.key]

    @precondition(lambda self: self.held)
    @rule(data=st.data(), fault=st.booleans())
    def failed(self, data: st.DataObject, fault: bool) -> None:
        lease = data.draw(st.sampled_from(self.held))
        job = self.jobs.failed(lease, WHY, fault=fault)
        assert (job is not None) == self.mine(lease)
        if job is None:
            return
        known = self.known[lease.job.key]
        known.faults += fault
        known.state = "set_aside" if fault and known.faults >= RULES.most_faults else "waiting"
        assert job.reason == WHY
        assert known.state == "set_aside" or job.due_at <= self.now + dt.timedelta(seconds=RULES.longest_wait_s)
        del self.owner[lease.job.key]

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def extend(self, data: st.DataObject) -> None:
        lease = data.draw(st.sampled_from(self.held))
        assert self.jobs.extend(lease) == self.mine(lease)
        if self.mine(lease):
            self.owner[lease.job.key] = (lease.token, self.now + dt.timedelta(seconds=RULES.lease_s))

    @rule(n=st.integers(0, 5))
    def retry(self, n: int) -> None:
        key = f"upgrade:{n}"
        aside = key in self.known and self.known[key].state == "set_aside"
        try:
            self.jobs.retry(key)
        except UsageFault:
            assert not aside
        else:
            assert aside
            self.known[key] = Known(effects=self.known[key].effects)

    @rule(seconds=st.sampled_from([1, 30, 80, 100, 1000]))
    def time_goes_by(self, seconds: int) -> None:
        self.now += dt.timedelta(seconds=seconds)

    @invariant()
    def the_table_says_what_the_clerk_wrote(self) -> None:
        found = {job.key: (job.state, job.faults) for job in self.jobs.list(done=True)}
        assert found == {key: (known.state, known.faults) for key, known in self.known.items()}
        assert all(known.effects == (known.state == "done") for known in self.known.values()), "exactly once"


def test_a_random_life_of_jobs(make):
    run_state_machine_as_test(
        lambda: LifeOfJobs(make), settings=settings(max_examples=25, stateful_step_count=40, deadline=None)
    )
