"""How often strangers may ask: buckets that all processes share, and that a restart does not fill."""

from __future__ import annotations

import datetime as dt
import os
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mediums import only_sqlite, tamper

from pyhncert import keep
from pyhncert.errors import TooMany, Unavailable, UsageFault
from pyhncert.keep import _limits, _register, _sqlite

RULE = _limits.limit("look_up")


def ask(register, asker="203.0.113.7", times=1):
    for _ in range(times):
        register.count("look_up", asker)


def test_who_asks_too_often_is_told_when_to_come_back_and_may_then(register, clock):
    ask(register, times=RULE.at_once)
    with pytest.raises(TooMany, match="ask again in 6 s, at 09:30:06") as caught:
        ask(register)
    assert isinstance(caught.value, Unavailable) and caught.value.exit_code == 75
    assert "hãy hỏi lại sau 6 giây, lúc 09:30:06" in caught.value.vi
    assert (caught.value.again_at, caught.value.wait_s) == (clock.now + dt.timedelta(seconds=6), 6)
    clock.now = caught.value.again_at - dt.timedelta(microseconds=1)
    with pytest.raises(TooMany, match="in 1 s"):
        ask(register)
    clock.now = caught.value.again_at
    ask(register)
    with pytest.raises(TooMany):
        ask(register)


def test_a_clock_that_was_set_back_shuts_nobody_out(register, clock):
    right = clock.now
    clock.now += dt.timedelta(days=300)
    ask(register, times=RULE.at_once)
    clock.now = right
    ask(register, times=RULE.at_once)
    with pytest.raises(TooMany, match="ask again in 6 s"):
        ask(register)


def test_others_and_other_questions_have_buckets_of_their_own(register):
    ask(register, times=RULE.at_once)
    ask(register, "203.0.113.8")
    register.count("share", "203.0.113.7")


def test_a_restart_and_another_process_count_on(open_register):
    ask(open_register(), times=RULE.at_once)
    with pytest.raises(TooMany):
        ask(open_register("another"))


@only_sqlite
def test_a_refused_question_writes_nothing(register, path):
    ask(register, times=RULE.at_once)
    with closing(_sqlite.connect(path)) as link:
        before = link.execute("PRAGMA data_version").fetchone()
        for _ in range(5):
            with pytest.raises(TooMany):
                ask(register)
        assert link.execute("PRAGMA data_version").fetchone() == before


def test_full_buckets_are_forgotten_and_no_address_is_kept(register, clock, path, monkeypatch):
    monkeypatch.setattr(_register, "_SWEEPS", 256)  # each time, not now and then
    ask(register, "203.0.113.7")
    clock.now += dt.timedelta(hours=1)
    ask(register, "an address")
    ((asker,),) = tamper(path, "SELECT asker FROM bucket")
    assert len(asker) == 32 and b"203.0.113" not in asker


@pytest.mark.parametrize(
    ("asker", "counted"),
    [
        ("2001:db8:1:2:3::9", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        (" 203.0.113.7 ", "203.0.113.7"),
        ("quầy 3", "quầy 3"),
    ],
)
def test_a_line_of_a_provider_is_one_asker(asker, counted):
    assert _limits.asker_name(asker) == counted


def test_somebody_must_be_named(register):
    with pytest.raises(UsageFault, match="nobody is named"):
        ask(register, "  ")
    with pytest.raises(UsageFault, match="a limit needs"):
        _limits.Limit(at_once=0, per_minute=1)


def test_processes_that_ask_at_once_get_no_more_than_the_bucket_holds(path, clock, holders):
    """Four processes, ten questions each, with a clock that stands still."""
    children = []
    for _ in range(4):
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            answered = 0
            try:
                with keep.Register(path, clock=clock, randomness=os.urandom, holder_folder=holders) as mine:
                    for _turn in range(10):
                        try:
                            mine.count("look_up", "203.0.113.9")
                            answered += 1
                        except TooMany:
                            pass
                os.write(writing, bytes([answered]))
            finally:
                os._exit(0)
        os.close(writing)
        children.append((child, reading))
    total = 0
    for child, reading in children:
        os.waitpid(child, 0)
        total += os.read(reading, 1)[0]
        os.close(reading)
    assert total == RULE.at_once


@given(gaps=st.lists(st.floats(0, 40), max_size=60))
def test_a_bucket_is_the_plain_one_of_tokens(gaps):
    """Against tokens that are counted one by one; moments where both are within a microsecond of full are left out."""
    rule = _limits.Limit(at_once=3, per_minute=6)
    now = full = dt.datetime(2026, 11, 26, tzinfo=dt.UTC)
    tokens, last = 3.0, now
    for gap in gaps:
        now += dt.timedelta(seconds=gap)
        tokens, last = min(3.0, tokens + (now - last).total_seconds() / 10), now
        if abs(tokens - 1) < 1e-5:
            return
        try:
            full = _limits._after(full, rule, now)
            granted = True
        except TooMany:
            granted = False
        assert granted == (tokens >= 1)
        tokens -= granted
