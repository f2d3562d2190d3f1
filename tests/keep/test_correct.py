"""A newer act in the place of a delivered one: both lines change, or neither; also under kill -9 at any event."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import subprocess
import sys

import pytest

from pyhncert import keep
from pyhncert.errors import UsageFault

CODE = """
import datetime as dt, hashlib, json, os, signal, sys
from pathlib import Path
from pyhncert import keep
from pyhncert.keep import _register
folder, old, step = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
now = lambda: dt.datetime.now(dt.UTC)
register = keep.Register(folder / "register.sqlite", clock=now, randomness=os.urandom)
act = register.reserve(unit="U", requester="An", original="Bằng", signer="Bình", pages=1)
digest = hashlib.sha256(act.code.encode()).digest()
register.advance(act.act_id, "officer_signed")
register.advance(act.act_id, "agency_sealed", file_digest=digest)
left = step
def count(frame, what, arg):
    global left
    if "/pyhncert/keep/" in frame.f_code.co_filename:
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
job = keep.NewJob(key=f"notify:{old}", kind="notify", facts={"code": old, "by": act.code})
sys.setprofile(count)
register.close(
    act.act_id, content_digest=digest[::-1], file_digest=digest, level="B-B", length=1,
    supersedes=(old, "sai ngày sinh"), jobs=(job,),
)
sys.setprofile(None)
print(step - left)
"""


def finish(register, acts, **changes):
    return acts.finish(register, acts.reserve(register, **changes))


def test_the_old_line_and_the_new_one_name_each_other(register, acts):
    old = finish(register, acts)
    new = finish_in_place_of(register, acts, old.code, "sai ngày sinh")
    was = register.find(old.code)
    assert (was.state, was.superseded_by, was.reason) == ("superseded", new.code, "sai ngày sinh")
    assert new.replaces == old.code
    assert (new.number, new.state) == (2, "registered")
    assert "sai ngày sinh" in was.note and "Đã được thay thế" in was.note
    assert f"Thay thế cho số {old.number:02d}/{old.year}" in new.note
    assert [event.state for event in register.events(old.act_id)][-1] == "superseded"


def finish_in_place_of(register, acts, code, reason):
    act = acts.reserve(register)
    return acts.finish(register, act, supersedes=(code, reason))


@pytest.mark.parametrize("became", ["revoked", "superseded", "number_reserved"])
def test_what_is_not_in_force_is_not_corrected_and_the_new_act_stays_open(register, acts, became):
    old = acts.reserve(register)
    if became != "number_reserved":
        acts.finish(register, old)
    if became == "revoked":
        register.revoke(old.code, "giả")
    if became == "superseded":
        finish_in_place_of(register, acts, old.code, "lần một")
    before = register.find(old.code)
    act = acts.reserve(register)
    with pytest.raises(UsageFault, match="cannot become superseded"):
        acts.finish(register, act, supersedes=(old.code, "lần hai"))
    assert register.find(old.code) == before
    assert register.act(act.act_id).state == "agency_sealed"
    assert register.abandon(act.act_id, "bản cũ không còn hiệu lực")


def test_killed_at_any_event_of_the_last_step_both_hold_or_neither(tmp_path):
    path = tmp_path / "register.sqlite"
    keep.create_register(path, keep.BookSettings(unit="U"), clock=lambda: dt.datetime.now(dt.UTC))
    with keep.Register(path, clock=lambda: dt.datetime.now(dt.UTC), randomness=os.urandom) as register:
        act = register.reserve(unit="U", requester="An", original="Bằng", signer="Bình", pages=1)
        digest = hashlib.sha256(b"old").digest()
        register.advance(act.act_id, "officer_signed")
        register.advance(act.act_id, "agency_sealed", file_digest=digest)
        register.close(act.act_id, content_digest=digest, file_digest=digest, level="B-B", length=1)

    def turn(step):
        run = subprocess.run(
            [sys.executable, "-c", CODE, tmp_path, act.code, str(step)], capture_output=True, text=True, check=False
        )
        with keep.Register(path, clock=lambda: dt.datetime.now(dt.UTC), randomness=os.urandom) as register:
            register.recover()
            lines = list(register.lines())
            new = [line for line in lines[1:] if line.state == "registered"]
            assert [line.number for line in lines] == list(range(1, len(lines) + 1))
            assert {line.state for line in lines[1:]} <= {"registered", "voided"}
            assert (lines[0].state == "superseded") == (len(new) == 1) == (len(register.jobs.list()) == 1)
            if new:
                assert lines[0].superseded_by == new[0].code
        return run, new

    every = 12 if not os.environ.get("HNCERT_SOAK") else 1
    step, killed = 1, 0
    while True:
        run, new = turn(step)
        killed += run.returncode == -9
        if new:
            break
        assert run.returncode == -9, run.stderr
        step += every
    assert killed >= 4
