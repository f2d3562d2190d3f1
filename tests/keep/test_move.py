"""A running register moves to a server: nothing is lost or changed, whoever is killed, whoever is at work."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from mediums import alone, make_file, only_postgresql, tamper
from pgserver import OWNER

from pyhncert import keep
from pyhncert.errors import StorageFault, UsageFault

MOVING = Path(__file__).with_name("moving.py")
ROUNDS = 60 if os.environ.get("HNCERT_SOAK") else 5
pytestmark = only_postgresql


@pytest.fixture
def old(tmp_path, acts):
    return make_file(tmp_path, keep.BookSettings(unit=acts.unit))


@pytest.fixture
def new(databases, make):
    return databases.empty().replace(OWNER, "desk_1")


@pytest.fixture
def opened(clock, holders, store):
    made = []

    def open_it(where, seed=os.urandom):
        made.append(keep.Register(where, clock=clock, randomness=seed, holder_folder=holders, store=store))
        return made[-1]

    yield open_it
    for register in made:
        register.leave()


def whole_move(old, new, holders, wait_s=0.0):
    with keep.Move(old, new, owner=OWNER) as move:
        assert not move.prepare()
        move.copy()
        held = move.close_door(holders, wait_s=wait_s)
        move.freeze()
        move.copy()
        tables = move.compare()
        move.leave()
        move.arrive()
    return {table.name: table.rows for table in tables}, held


def seen(register):
    """What a person can see of every act."""
    return [
        (line, register.events(line.act_id), register.files(line.act_id), register.decision(line.act_id))
        for line in register.lines()
    ]


def busy(register, acts, n):
    for turn in range(n):
        act = acts.reserve(register, idempotency_key=f"{register} {turn}", decision={"turn": turn})
        if turn % 4 == 3:
            register.void(act.act_id, "nhầm")
        else:
            acts.finish(register, act, jobs=[keep.NewJob(key=f"upgrade:{act.code}", kind="upgrade")])


def test_every_table_arrives_and_the_register_goes_on_where_it_was(old, new, opened, acts, holders):
    register = opened(old)
    busy(register, acts, 12)
    register.refuse(officer="An", reason="R3", pages=2)
    register.breakers(failures=1, pause_s=60).silent("tsa")
    first = next(register.lines(state="registered"))
    register.revoke(first.code, "sai")
    before = seen(register)
    rows, held = whole_move(old, new, holders)
    assert held == 0
    assert (rows["act"], rows["decision"], rows["refusal"], rows["breaker"], rows["job"]) == (12, 12, 1, 1, 9)
    moved = opened(new)
    assert seen(moved) == before
    assert moved.public(first.code).state == "revoked"
    assert moved.recover() == keep.Recovered()
    act = acts.reserve(moved)
    assert act.number == 13
    acts.finish(moved, act)
    assert moved.refuse(officer="An", reason="R1", pages=1) in moved.refusals()
    assert moved.open_book(keep.BookSettings(unit=acts.unit)).number == 2, "sequences go on too"
    assert moved.check() == ()


def test_the_old_register_is_left_for_good_and_says_so_to_whoever_has_it_open(old, new, opened, acts, holders):
    register = opened(old)
    acts.finish(register, acts.reserve(register))
    whole_move(old, new, holders)
    with pytest.raises(StorageFault, match="has moved to another place") as caught:
        acts.reserve(register)
    assert "đã được chuyển đi" in caught.value.vi
    assert len(list(register.lines())) == 1
    with pytest.raises(StorageFault, match="has moved to another place"):
        opened(old)


def test_an_act_in_hand_may_end_and_one_that_does_not_is_refused_with_a_clear_word(old, new, opened, acts, holders):
    register, other = opened(old), opened(old)
    quick, slow = acts.reserve(register), acts.reserve(other)
    with keep.Move(old, new, owner=OWNER) as move:
        move.prepare()
        move.copy()
        closer = threading.Thread(target=lambda: held.append(move.close_door(holders, wait_s=5)))
        held: list[int] = []
        closer.start()
        while True:
            try:
                acts.finish(register, acts.reserve(register))
            except StorageFault as err:
                assert "is being moved" in str(err)
                break
        acts.finish(register, quick)
        closer.join()
        assert held == [1]
        move.freeze()
        with pytest.raises(StorageFault, match="is being moved to another place"):
            acts.finish(other, slow)
        with pytest.raises(StorageFault, match="is being moved to another place"):
            opened(old)
        move.copy()
        move.compare()
        move.leave()
        move.arrive()
    moved = opened(new)
    assert moved.act(quick.act_id).state == "registered"
    assert [line.act_id for line in moved.recover().voided] == [slow.act_id]
    assert moved.check() == ()


def test_a_copy_that_differs_is_not_switched_to_and_the_old_register_goes_on(old, new, opened, acts, holders):
    register = opened(old)
    busy(register, acts, 4)
    with keep.Move(old, new, owner=OWNER) as move:
        move.prepare()
        move.copy()
        tamper(new, "ALTER TABLE event DISABLE TRIGGER event_is_final")
        tamper(new, "UPDATE event SET device = 'x' WHERE id = 1")
        move.close_door(holders, wait_s=0)
        move.freeze()
        move.copy()
        with pytest.raises(StorageFault, match=r"nothing was switched: event \(\d+ / \d+\)"):
            move.compare()
        move.go_on()
    assert acts.finish(register, acts.reserve(register)).number == 5
    with pytest.raises(StorageFault, match="is being moved to this place"):
        opened(new)


def test_a_place_that_holds_something_else_is_left_alone(old, path, new, opened, acts, databases, holders):
    with keep.Move(old, path, owner=OWNER) as move, pytest.raises(UsageFault, match="there is a register already"):
        move.prepare()
    tamper(new, "CREATE TABLE alembic_version (version_num text)")
    tamper(new, "INSERT INTO alembic_version VALUES ('arriving')")
    with keep.Move(old, new, owner=OWNER) as move, pytest.raises(StorageFault, match="not those of this register"):
        move.prepare()
    with pytest.raises(UsageFault, match="PostgreSQL server"):
        keep.Move(old, str(old))
    with keep.Move(old, new) as move, pytest.raises(StorageFault, match=r"may not do this|not those"):
        move.prepare()


def test_a_register_that_was_left_is_not_moved_once_more(old, new, opened, acts, databases, holders):
    """Else two registers would go on with the same numbers."""
    register = opened(old)
    acts.finish(register, acts.reserve(register))
    whole_move(old, new, holders)
    moved = opened(new)
    assert acts.reserve(moved).number == 2
    elsewhere = databases.empty().replace(OWNER, "desk_1")
    with (
        keep.Move(old, elsewhere, owner=OWNER) as move,
        pytest.raises(StorageFault, match="has moved to another place"),
    ):
        move.prepare()
    with pytest.raises(StorageFault, match="no register in this database"):
        opened(elsewhere)


def test_a_freeze_that_another_took_back_is_not_switched_over(old, new, opened, acts, holders):
    register = opened(old)
    with keep.Move(old, new, owner=OWNER) as move, keep.Move(old, new, owner=OWNER) as other:
        move.prepare()
        move.copy()
        move.freeze()
        move.compare()
        other.go_on()
        acts.finish(register, acts.reserve(register))
        with pytest.raises(StorageFault, match="writing went on meanwhile"):
            move.leave()
        move.freeze()
        move.copy()
        move.compare()
        move.leave()
        other.go_on()
        with pytest.raises(StorageFault, match="is being moved"):
            opened(old)
        move.arrive()
    assert len(list(opened(new).lines())) == 1


def test_a_backup_of_a_register_whose_door_is_closed_is_as_good_as_any(old, new, opened, acts, holders, tmp_path):
    register = opened(old)
    acts.finish(register, acts.reserve(register))
    with keep.Move(old, new, owner=OWNER) as move:
        move.prepare()
        move.copy()
        move.close_door(holders, wait_s=0)
        register.snapshot(tmp_path / "open.sqlite")
        move.freeze()
        with pytest.raises(StorageFault, match="is being moved to another place"):
            register.snapshot(tmp_path / "frozen.sqlite")
        move.copy()
        move.compare()
        move.leave()
        move.arrive()
    with pytest.raises(StorageFault, match="has moved to another place"):
        register.snapshot(tmp_path / "left.sqlite")
    back = opened(tmp_path / "open.sqlite")
    assert acts.finish(back, acts.reserve(back)).number == 2


def test_killed_at_any_moment_it_is_taken_up_while_the_office_works(old, new, opened, acts, holders, tmp_path):
    """Between kills the office certifies, unless writing was frozen; at the end every acknowledged act is there."""
    dice = random.Random(20261126)
    register = opened(old)
    busy(register, acts, 20)
    acknowledged = {line.act_id for line in register.lines() if line.state == "registered"}

    def move(kill):
        line = [sys.executable, str(MOVING), str(old), new, OWNER, str(tmp_path), str(kill)]
        return subprocess.run(line, capture_output=True, text=True, timeout=120, check=False)

    killed, refused = 0, 0
    for _ in range(ROUNDS):
        done = move(dice.randrange(1, 5000))
        killed += done.returncode == -9
        assert done.returncode in (-9, 0), done.stderr[-2000:]
        if done.returncode == 0:
            break
        try:
            act = acts.reserve(register)
            acts.finish(register, act)
            acknowledged.add(act.act_id)
        except StorageFault as err:
            assert "being moved" in str(err) or "has moved" in str(err)
            refused += 1
    else:
        done = move(0)
        assert done.returncode == 0, done.stderr[-2000:]
    assert killed >= 2
    moved = opened(new)
    moved.recover()
    assert acknowledged <= {line.act_id for line in moved.lines() if line.state == "registered"}
    assert moved.check() == ()
    assert acts.reserve(moved).number == len(list(moved.lines()))
    with pytest.raises(StorageFault, match="has moved"):
        opened(old)
    assert alone(new) != new
