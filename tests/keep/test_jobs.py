"""Jobs: entered once, leased for a while, tried again later, set aside with their reason, never lost, never twice."""

from __future__ import annotations

import datetime as dt
import threading
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mediums import tamper
from sqlalchemy.exc import IntegrityError

from pyhncert import keep
from pyhncert.errors import UsageFault
from pyhncert.keep import _lines
from pyhncert.values import Words

RULES = keep.job_rules()
SILENT = Words("không trả lời", "does not answer")


def new(key: str = "upgrade:A") -> keep.NewJob:
    return keep.NewJob(key=key, kind="upgrade", facts={"code": key.partition(":")[2]})


def test_a_job_is_entered_once_by_its_key(register):
    assert register.jobs.enqueue(new(), new("upgrade:B")) == 2
    assert register.jobs.enqueue(new()) == 0
    lease = register.jobs.lease()
    register.jobs.done(lease)
    assert register.jobs.enqueue(new()) == 0, "a job that is done is not done again"
    assert [job.key for job in register.jobs.list()] == ["upgrade:B"]
    assert [(job.key, job.state) for job in register.jobs.list(done=True)] == [
        ("upgrade:A", "done"),
        ("upgrade:B", "waiting"),
    ]


def test_a_job_is_entered_with_the_line_or_not_at_all(register, acts, monkeypatch):
    act = acts.reserve(register)
    job = new(f"upgrade:{act.code}")
    with monkeypatch.context() as patched, pytest.raises(ZeroDivisionError):
        patched.setattr(_lines, "line", lambda *_: 1 / 0)
        acts.finish(register, act, level="B-B", jobs=[job])
    assert register.jobs.list() == ()
    assert register.act(act.act_id).state == "agency_sealed"
    facts = {"content_digest": b"c" * 32, "file_digest": b"f" * 32, "level": "B-B", "length": 1}
    line = register.close(act.act_id, **facts, jobs=[job])
    (job,) = register.jobs.list()
    assert (job.key, job.state, job.facts) == (f"upgrade:{line.code}", "waiting", {"code": line.code})


def test_one_lease_at_a_time_and_the_oldest_first(register, clock):
    register.jobs.enqueue(new("upgrade:B"))
    clock.now += dt.timedelta(seconds=1)
    register.jobs.enqueue(new("upgrade:A"))
    keys = [register.jobs.lease().job.key, register.jobs.lease().job.key]
    assert keys == ["upgrade:B", "upgrade:A"]
    assert register.jobs.lease() is None


def test_the_job_of_a_dead_worker_goes_to_the_next_when_the_lease_has_run_out(register, clock):
    register.jobs.enqueue(new())
    dead = register.jobs.lease()
    clock.now += dt.timedelta(seconds=RULES.lease_s - 1)
    assert register.jobs.lease() is None
    clock.now += dt.timedelta(seconds=1)
    heir = register.jobs.lease()
    assert (heir.job.tries, heir.job.faults) == (2, 1)
    assert "worker" in heir.job.reason.en
    for act in (register.jobs.done, lambda lease: register.jobs.note(lease, "x")):
        with pytest.raises(UsageFault, match="another worker"):
            act(dead)
    assert register.jobs.failed(dead, SILENT) is None
    assert not register.jobs.extend(dead)
    register.jobs.done(heir)
    assert register.jobs.list() == ()


def test_a_sign_of_life_keeps_the_lease(register, clock):
    register.jobs.enqueue(new())
    lease = register.jobs.lease()
    for _ in range(5):
        clock.now += dt.timedelta(seconds=RULES.lease_s - 1)
        assert register.jobs.extend(lease)
        assert register.jobs.lease() is None
    register.jobs.done(lease)


def test_who_lost_the_lease_cannot_enter_the_effect(register, acts, clock):
    act = acts.reserve(register)
    line = acts.finish(register, act, level="B-B", jobs=[new(f"upgrade:{act.code}")])
    slow = register.jobs.lease()
    clock.now += dt.timedelta(seconds=RULES.lease_s)
    quick = register.jobs.lease()
    grown = {"before": line.file_digest, "level": "B-LT", "length": 200}
    with pytest.raises(UsageFault, match="another worker"):
        register.grown(act.code, file_digest=b"s" * 32, job=slow, **grown)
    assert register.find(act.code).level == "B-B", "the effect and the end of the job are one transaction"
    register.grown(act.code, file_digest=b"q" * 32, job=quick, **grown)
    assert register.find(act.code).level == "B-LT"
    assert register.jobs.find(f"upgrade:{act.code}").state == "done"


def test_waits_are_drawn_below_a_doubling_bound(open_register, clock):
    chances = [0.5, 0.25, 1.0, 0.0, 0.5, 0.5]
    drawn = iter(chances)

    def randomness(n: int) -> bytes:
        if n == 8:
            return int(min(next(drawn) * (1 << 64), (1 << 64) - 1)).to_bytes(8, "big")
        return bytes(n)

    register = open_register()
    rules = keep.JobRules(lease_s=60, first_wait_s=10, longest_wait_s=100, most_faults=3, threads=1, idle_s=1)
    jobs = keep.Jobs(register._database, clock=clock, randomness=randomness, rules=rules)
    jobs.enqueue(new())
    waits = []
    for _ in chances:
        job = jobs.failed(jobs.lease(), SILENT, fault=False)
        waits.append(round((job.due_at - clock.now).total_seconds(), 3))
        assert (job.state, job.reason) == ("waiting", SILENT)
        if job.due_at > clock.now:
            clock.now = job.due_at - dt.timedelta(microseconds=1)
            assert jobs.lease() is None, "not before its time"
        clock.now = job.due_at
    bounds = [10, 20, 40, 80, 100, 100]
    assert waits == [round(chance * bound, 3) for chance, bound in zip(chances, bounds, strict=True)]


@given(tries=st.integers(1, 10_000), chance=st.floats(0, 1))
def test_no_wait_is_longer_than_the_longest(tries, chance):
    assert 0 <= RULES.wait_s(tries, chance) <= RULES.longest_wait_s


def test_silence_is_tried_for_ever_and_faults_are_set_aside_with_their_reason(register, clock):
    register.jobs.enqueue(new("upgrade:silent"), new("upgrade:wrong"))
    wrong = Words("trả lời sai", "answered wrongly")
    for turn in range(RULES.most_faults):
        clock.now += dt.timedelta(hours=2)
        for _ in range(2 if turn < RULES.most_faults else 1):
            lease = register.jobs.lease()
            fault = lease.job.key == "upgrade:wrong"
            register.jobs.failed(lease, wrong if fault else SILENT, fault=fault)
    poison, silent = register.jobs.find("upgrade:wrong"), register.jobs.find("upgrade:silent")
    assert (poison.state, poison.faults, poison.reason) == ("set_aside", RULES.most_faults, wrong)
    assert (silent.state, silent.faults, silent.tries) == ("waiting", 0, RULES.most_faults)
    clock.now += dt.timedelta(days=30)
    assert register.jobs.lease().job.key == "upgrade:silent"
    assert register.jobs.lease() is None
    again = register.jobs.retry("upgrade:wrong")
    assert (again.state, again.tries, again.faults, again.reason) == ("waiting", 0, 0, wrong)
    assert register.jobs.lease().job.key == "upgrade:wrong"
    for key in ("upgrade:silent", "upgrade:none"):
        with pytest.raises(UsageFault, match="set aside"):
            register.jobs.retry(key)


def test_a_job_that_kills_its_workers_is_set_aside_too(register, clock):
    register.jobs.enqueue(new())
    for _ in range(RULES.most_faults):
        assert register.jobs.lease() is not None
        clock.now += dt.timedelta(seconds=RULES.lease_s)
    assert register.jobs.lease() is None
    job = register.jobs.find("upgrade:A")
    assert (job.state, "worker" in job.reason.en) == ("set_aside", True)


def test_what_was_in_hand_when_a_worker_ended_is_done_alone(register, clock):
    """Any of them may have killed it; the others must not be set aside with that one."""
    register.jobs.enqueue(new("upgrade:A"), new("upgrade:B"))
    assert not register.jobs.lease().alone and not register.jobs.lease(beside=True).alone
    clock.now += dt.timedelta(seconds=RULES.lease_s)
    register.jobs.enqueue(new("upgrade:C"))
    assert register.jobs.lease(beside=True) is None, "the hands are emptied first, so it is not overtaken for ever"
    first = register.jobs.lease()
    assert first.alone and first.job.key == "upgrade:A" and register.jobs.suspect("upgrade:B")
    register.jobs.failed(first, SILENT, fault=False)
    clock.now += dt.timedelta(seconds=RULES.longest_wait_s)
    second = register.jobs.lease()
    assert second.alone and second.job.key == "upgrade:B"
    register.jobs.done(second)
    assert [register.jobs.lease(beside=True).alone for _ in range(2)] == [False, False]


def test_a_note_is_there_for_the_next_worker_until_the_job_is_done(register, clock):
    register.jobs.enqueue(new())
    register.jobs.note(register.jobs.lease(), "abc")
    clock.now += dt.timedelta(seconds=RULES.lease_s)
    lease = register.jobs.lease()
    assert lease.job.note == "abc"
    register.jobs.done(lease)
    assert register.jobs.find("upgrade:A").note == ""


def test_many_workers_take_each_job_once(open_register):
    registers = [open_register(f"worker {n}") for n in range(4)]
    registers[0].jobs.enqueue(*(new(f"upgrade:{n}") for n in range(40)))
    taken: list[str] = []

    def work(register: keep.Register) -> None:
        while (lease := register.jobs.lease()) is not None:
            taken.append(lease.job.key)
            register.jobs.done(lease)

    threads = [threading.Thread(target=work, args=(register,)) for register in registers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(taken) == {f"upgrade:{n}": 1 for n in range(40)}


def test_copies_below_the_level_asked_are_found_until_they_have_a_job(register, acts):
    made = []
    for asked, level in (("B-LT", "B-B"), ("B-LTA", "B-LT"), ("B-LT", "B-LTA"), ("B-T", "B-T"), (None, "B-B")):
        made.append(acts.finish(register, acts.reserve(register, level_asked=asked), level=level))
    assert register.below_level("upgrade") == [(made[0].code, "B-LT"), (made[1].code, "B-LTA")]
    register.jobs.enqueue(new(f"upgrade:{made[0].code}"))
    assert register.below_level("upgrade") == [(made[1].code, "B-LTA")]
    register.revoke(made[1].code, "sai")
    assert register.below_level("upgrade") == []


@pytest.mark.parametrize("state", ["leased", "set_aside", "forgotten"])
def test_the_database_itself_refuses_a_job_in_an_impossible_state(register, path, state):
    register.jobs.enqueue(new())
    with pytest.raises(IntegrityError):
        tamper(path, f"UPDATE job SET state = '{state}'")


def test_a_breaker_opens_after_failures_in_a_row_and_lets_one_caller_look(register, clock):
    breakers = register.breakers(failures=3, pause_s=60)
    for _ in range(2):
        assert breakers.may_ask("a")
        breakers.silent("a")
    breakers.answered("a")
    for _ in range(3):
        assert breakers.may_ask("a"), "an answer in between begins the count anew"
        breakers.silent("a")
    assert not breakers.may_ask("a")
    assert breakers.may_ask("b")
    assert breakers.rests("a") == clock.now + dt.timedelta(seconds=60)
    clock.now += dt.timedelta(seconds=60)
    assert breakers.rests("a") is None
    assert [breakers.may_ask("a"), breakers.may_ask("a")] == [True, False], "half-open"
    breakers.silent("a")
    assert not breakers.may_ask("a")
    clock.now += dt.timedelta(seconds=60)
    assert breakers.may_ask("a")
    breakers.answered("a")
    assert [breakers.may_ask("a"), breakers.may_ask("a")] == [True, True]


def test_a_caller_that_died_while_it_looked_holds_nobody_up_for_longer_than_a_pause(open_register, clock):
    one, other = (open_register(seed).breakers(failures=1, pause_s=60) for seed in "ab")
    one.silent("a")
    clock.now += dt.timedelta(seconds=60)
    assert one.may_ask("a")
    assert not other.may_ask("a")
    clock.now += dt.timedelta(seconds=60)
    assert other.may_ask("a"), "every process sees the same breaker"
