"""What dead processes leave is settled; what the living hold is left alone."""

from __future__ import annotations

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor

import pytest
from mediums import only_sqlite

from pyhncert import keep
from pyhncert.errors import StorageFault, UsageFault


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        ("number_reserved", "bị gián đoạn sau bước lấy số / interrupted after number_reserved"),
        ("officer_signed", "bị gián đoạn sau bước cán bộ ký / interrupted after officer_signed"),
        ("agency_sealed", "bị gián đoạn sau bước cơ quan ký / interrupted after agency_sealed"),
    ],
)
def test_an_act_of_a_dead_process_is_voided_with_the_step_it_had_reached(open_register, acts, state, reason, store):
    dead, living = open_register("dead"), open_register("living")
    act = acts.reserve(dead)
    pdf = b"%PDF never registered"
    if state != "number_reserved":
        dead.advance(act.act_id, "officer_signed")
    if state == "agency_sealed":
        dead.advance(act.act_id, "agency_sealed", file_digest=hashlib.sha256(pdf).digest())
        store.put(pdf)
    (dead.spool / "page.jpg").write_bytes(b"x")
    spool = dead.spool
    acts.die(dead)
    done = living.recover()
    assert [(line.act_id, line.state, line.reason) for line in done.voided] == [(act.act_id, "voided", reason)]
    assert done.undelivered == ()
    assert not spool.exists()
    assert not store.has(hashlib.sha256(pdf).digest())
    assert living.act(act.act_id).note == f"Đã hủy số ngày 24/11/2026: {reason}"
    assert living.recover() == keep.Recovered()
    assert acts.reserve(living).number == 2
    with pytest.raises(UsageFault, match="is voided"):
        dead.advance(act.act_id, "officer_signed")


def test_the_living_are_left_alone(open_register, acts):
    one, other = open_register("one"), open_register("other")
    mine, theirs = acts.reserve(one), acts.reserve(other)
    (one.spool / "page.jpg").write_bytes(b"x")
    assert one.recover() == other.recover() == keep.Recovered()
    assert one.spool.joinpath("page.jpg").exists()
    acts.finish(one, mine)
    acts.finish(other, theirs)
    assert one.check() == ()


def test_a_finished_copy_that_was_not_delivered_is_named_once_with_its_place(open_register, acts, tmp_path):
    dead, one, other = (open_register(name) for name in ("dead", "one", "other"))
    act = acts.reserve(dead)
    line = acts.finish(dead, act, out_hint=tmp_path / "out.pdf")
    acts.die(dead)
    done = one.recover()
    assert done.voided == ()
    (left,) = done.undelivered
    assert (left.line, left.out) == (line, tmp_path / "out.pdf")
    assert [s.file_digest for s in left.files] == [line.file_digest]
    assert other.recover() == keep.Recovered()
    one.delivered(act.act_id)
    assert one.events(act.act_id)[-1].facts == {"delivered": True}
    assert other.recover() == keep.Recovered()


def test_who_dies_while_delivering_for_the_dead_is_followed_by_the_next(open_register, acts, tmp_path):
    dead, one, other = (open_register(name) for name in ("dead", "one", "other"))
    act = acts.reserve(dead)
    acts.finish(dead, act, out_hint=tmp_path / "out.pdf")
    acts.die(dead)
    assert len(one.recover().undelivered) == 1
    acts.die(one)
    assert len(other.recover().undelivered) == 1
    other.delivered(act.act_id, problem="the folder is gone")
    assert other.events(act.act_id)[-1].facts == {"delivered": False, "problem": "the folder is gone"}
    assert other.act(act.act_id).state == "registered"


def test_a_copy_that_goes_to_nobody_or_has_arrived_is_not_in_hand(open_register, acts, tmp_path):
    dead, living = open_register("dead"), open_register("living")
    acts.finish(dead, acts.reserve(dead))
    arrived = acts.reserve(dead)
    acts.finish(dead, arrived, out_hint=tmp_path / "x.pdf")
    dead.delivered(arrived.act_id)
    acts.die(dead)
    assert living.recover() == keep.Recovered()


@only_sqlite
def test_the_place_of_delivery_is_forgotten_after_it(register, acts, path, tmp_path):
    act = acts.reserve(register)
    acts.finish(register, act, out_hint=tmp_path / "Nguyễn Thị Đào.pdf")
    register.delivered(act.act_id)
    register.leave()
    assert "Thị Đào.pdf".encode() not in path.read_bytes()


@only_sqlite
def test_a_process_whose_lock_file_is_gone_counts_as_dead_and_then_cannot_register(open_register, acts):
    careless, other = open_register("careless"), open_register("other")
    act = acts.reserve(careless)
    for file in careless.holder_folder.iterdir():
        file.unlink()
    assert [line.act_id for line in other.recover().voided] == [act.act_id]
    with pytest.raises(UsageFault, match="is voided"):
        acts.finish(careless, act)


def test_leaving_takes_the_lock_and_the_spool_away_and_gives_up_what_was_in_hand(open_register, acts):
    one, other = open_register("one"), open_register("other")
    act = acts.reserve(one)
    (one.spool / "x").write_bytes(b"")
    one.leave()
    assert list(one.holder_folder.iterdir()) == []
    assert [p.name for p in one.holder_folder.parent.iterdir()] == ["holders"]
    assert [line.act_id for line in other.recover().voided] == [act.act_id]


def test_a_register_that_is_only_read_leaves_no_trace(open_register):
    register = open_register()
    assert list(register.lines()) == []
    assert register.recover() == keep.Recovered()
    assert not register.holder_folder.exists()


def test_several_may_recover_at_once_and_each_act_is_settled_once(open_register, acts):
    dead = open_register("dead")
    numbers = [acts.reserve(dead) for _ in range(6)]
    acts.die(dead)
    helpers = [open_register(f"helper {i}") for i in range(4)]
    with ThreadPoolExecutor(4) as threads:
        done = list(threads.map(lambda r: r.recover().voided, helpers))
    assert sorted(line.number for lines in done for line in lines) == [n.number for n in numbers]
    for number in numbers:
        assert [e.state for e in helpers[0].events(number.act_id)] == ["number_reserved", "voided"]


def test_a_recovery_that_could_not_remove_a_file_is_done_again(open_register, acts, store, monkeypatch):
    dead, one, other = (open_register(name) for name in ("dead", "one", "other"))
    act = acts.reserve(dead)
    pdf = b"%PDF"
    dead.advance(act.act_id, "officer_signed")
    dead.advance(act.act_id, "agency_sealed", file_digest=hashlib.sha256(pdf).digest())
    digest = store.put(pdf)
    acts.die(dead)

    def fail(*_):
        raise OSError(5, os.strerror(5))

    with monkeypatch.context() as broken, pytest.raises(StorageFault, match="reports an error"):
        broken.setattr("pathlib.Path.unlink", fail)
        one.recover()
    assert one.act(act.act_id).state == "voided"
    acts.die(one)
    assert [line.act_id for line in other.recover().voided] == [act.act_id]
    assert not store.has(digest)


def test_a_folder_for_locks_that_cannot_be_made_is_said_in_words(path, clock, acts, holders):
    holders.parent.write_bytes(b"")
    with keep.Register(path, clock=clock, randomness=os.urandom, holder_folder=holders) as register:
        with pytest.raises(StorageFault, match="not a folder"):
            acts.reserve(register)
        assert list(register.lines()) == []


def test_a_stuck_random_source_makes_no_two_holders_of_one_name(path, clock, acts, holders):
    stuck = {"clock": clock, "randomness": lambda n: b"\1" * n, "holder_folder": holders}
    one, two = (keep.Register(path, **stuck) for _ in range(2))
    with one, two:
        acts.reserve(one)
        with pytest.raises(StorageFault, match="random source repeats"):
            acts.reserve(two)


def test_a_forked_process_has_a_sign_of_life_of_its_own(register, acts):
    acts.reserve(register)
    child = os.fork()
    if child == 0:
        try:
            acts.finish(register, acts.reserve(register))
            acts.reserve(register)
            assert register._holder.pid == os.getpid()
        except BaseException:  # noqa: BLE001
            os._exit(1)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    assert [line.number for line in register.recover().voided] == [3]
    assert [line.state for line in register.lines()] == ["number_reserved", "registered", "voided"]
