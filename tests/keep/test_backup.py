"""Backups: whole or not there, whatever is killed; nothing is copied twice; every damaged byte is found."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import os
import random
import signal
import sys
import threading
from pathlib import Path

import pytest
from mediums import only_sqlite

from pyhncert import keep
from pyhncert.errors import StorageFault, UsageFault
from pyhncert.keep import _backup, _snapshot
from pyhncert.values import VIETNAM

NOW = dt.datetime(2026, 11, 26, 3, 30, tzinfo=VIETNAM)
FILES = {"office.toml": b"[office]", "trust/root.pem": b"a certificate"}
ABOUT = {"office": "UBND", "unit": "U", "keys": False, "left_out": [], "elsewhere": []}


def issue(register, acts, store, n=1):
    lines = []
    for _ in range(n):
        act = acts.reserve(register)
        pdf = f"%PDF {act.code}".encode() * 40
        digest = store.put(pdf)
        lines.append(acts.finish(register, act, file_digest=bytes.fromhex(digest), length=len(pdf)))
    return lines


def make(folder, register, store, **options):
    given = {"made_at": NOW, "about": ABOUT, **options}
    return keep.BackupFolder(folder, unit="U").make(store, register.snapshot, FILES, **given)


def test_a_backup_holds_register_objects_and_settings_and_is_checked(register, acts, store, tmp_path):
    lines = issue(register, acts, store, 3)
    made = make(tmp_path / "b", register, store)
    held = keep.BackupFolder(tmp_path / "b")
    assert held.one() == keep.BackupFolder(tmp_path / "b").one(made.name)
    assert held.check(held.one()) == ()
    assert (made.copied, made.manifest["objects"], made.manifest["acts"], made.missing) == (3, 3, 3, ())
    assert made.manifest["numbers"] == [{"unit": acts.unit, "symbol": "SCT/BS", "year": 2026, "last": 3}]
    assert made.name == f"20261126T033000-{made.digest[:16]}"
    assert set(held.names(made)) == {line.file_digest.hex() for line in lines}
    assert (held.path(made, "office/trust/root.pem")).read_bytes() == b"a certificate"
    facts = _snapshot.snapshot_facts(held.path(made, "register.sqlite"))
    assert (facts.acts, facts.faults) == (3, ())
    for path in (tmp_path / "b").rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path


def test_what_is_there_is_not_copied_again(register, acts, store, tmp_path):
    issue(register, acts, store, 3)
    make(tmp_path / "b", register, store)
    before = {p: p.stat().st_ino for p in (tmp_path / "b" / "objects").rglob("*") if p.is_file()}
    issue(register, acts, store, 2)
    made = make(tmp_path / "b", register, store, made_at=NOW + dt.timedelta(days=1))
    assert (made.copied, made.manifest["objects"]) == (2, 5)
    assert {p: p.stat().st_ino for p in before} == before
    held = keep.BackupFolder(tmp_path / "b")
    assert [one.manifest["objects"] for one in held.all()] == [3, 5] and held.one().name == made.name
    assert all(held.check(one) == () for one in held.all())


@only_sqlite
def test_an_object_that_the_office_lost_is_named_and_the_backups_own_serves(register, acts, store, tmp_path):
    first, second = issue(register, acts, store, 2)
    make(tmp_path / "b", register, store)
    (third,) = issue(register, acts, store)
    for line in (second, third):
        store.delete(line.file_digest)
    (store.folder / first.file_digest.hex()[:2] / first.file_digest.hex()).write_bytes(b"damaged")
    made = make(tmp_path / "b", register, store, verify=True)
    assert made.missing == (third.file_digest.hex(),)
    faults = keep.BackupFolder(tmp_path / "b").check(made)
    assert [fault.en for fault in faults] == [f"object {third.file_digest.hex()}: missing or damaged"]


@only_sqlite
@pytest.mark.parametrize("what", ["register.sqlite", "objects.txt", "office/office.toml", "manifest.json", "object"])
@pytest.mark.parametrize("how", ["flip", "cut", "gone"])
def test_each_damaged_part_is_found_and_named(register, acts, store, tmp_path, what, how):
    (line,) = issue(register, acts, store)
    made = make(tmp_path / "b", register, store)
    held = keep.BackupFolder(tmp_path / "b")
    digest = line.file_digest.hex()
    path = held.objects.folder / digest[:2] / digest if what == "object" else held.path(made, what)
    data = path.read_bytes()
    if how == "gone":
        path.unlink()
    else:
        path.write_bytes(data[:-1] if how == "cut" else bytes([data[0] ^ 1]) + data[1:])
    if what == "manifest.json":
        with pytest.raises(StorageFault):
            held.one()
        return
    faults = [fault.en for fault in held.check(held.one())]
    assert len(faults) == 1 and (digest if what == "object" else what) in faults[0]
    if what == "object":
        later = NOW + dt.timedelta(days=1)
        assert make(tmp_path / "b", register, store, verify=True, made_at=later).copied == (how == "gone")
        assert held.check(held.one(made.name)) == ()


@only_sqlite
def test_a_file_that_nobody_listed_is_found(register, acts, store, tmp_path):
    made = make(tmp_path / "b", register, store)
    held = keep.BackupFolder(tmp_path / "b")
    held.path(made, "office/extra").write_bytes(b"x")
    assert [fault.en for fault in held.check(made)] == ["office/extra: not in the manifest"]


@only_sqlite
def test_a_folder_of_something_else_or_of_another_office_is_left_alone(register, store, tmp_path):
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "letter.txt").write_bytes(b"x")
    with pytest.raises(UsageFault, match="holds something else"):
        make(tmp_path / "other", register, store)
    make(tmp_path / "b", register, store)
    with pytest.raises(UsageFault, match="holds the backups of U"):
        keep.BackupFolder(tmp_path / "b", unit="V")
    with pytest.raises(UsageFault, match="no backup lies here"):
        keep.BackupFolder(tmp_path / "none")
    with pytest.raises(UsageFault, match="no backup is called"):
        keep.BackupFolder(tmp_path / "b").one("../b")
    (tmp_path / "b" / "backup.json").write_bytes(b"{}")
    with pytest.raises(StorageFault, match="damaged, or of a newer software"):
        keep.BackupFolder(tmp_path / "b")


@only_sqlite
def test_two_backups_into_one_folder_at_once_are_refused(register, acts, store, tmp_path):
    issue(register, acts, store)

    def second(step):
        if step == "register":
            with pytest.raises(UsageFault, match="another backup is being made here"):
                make(tmp_path / "b", register, store)
            second.ran = True

    make(tmp_path / "b", register, store, step=second)
    assert second.ran


def test_the_office_goes_on_certifying_while_it_is_backed_up(open_register, acts, store, tmp_path):
    """A writer beside it: every backup is one moment, and each line of it has its object."""
    register, stop, wrote = open_register(), threading.Event(), threading.Event()
    issue(register, acts, store, 2)
    written = []

    def write():
        beside = open_register("beside")
        while not stop.is_set():
            written.extend(issue(beside, acts, store))
            wrote.set()

    def another(step):
        if step == "register":  # the snapshot is taken, the objects are not: now somebody certifies
            wrote.clear()
            assert wrote.wait(60)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        for n in range(4):
            made = make(tmp_path / "b", register, store, made_at=NOW + dt.timedelta(minutes=n), step=another)
            assert made.missing == ()
    finally:
        stop.set()
        thread.join()
    held = keep.BackupFolder(tmp_path / "b")
    assert len(written) >= 4 and len(held.all()) == 4
    for one in held.all():
        assert held.check(one) == ()
        assert one.manifest["acts"] == sum(row["last"] for row in one.manifest["numbers"])


def test_a_backup_that_is_killed_is_none_and_the_next_run_goes_on(
    register, acts, store, path, clock, tmp_path, holders, medium
):
    """Kills at Python events of the room; a folder under `snapshots` is a whole backup or not there."""
    issue(register, acts, store, 6)
    register.leave()
    dice, folder = random.Random(5), tmp_path / "b"
    rounds = 200 if os.environ.get("HNCERT_SOAK") else 8 if medium == "sqlite" else 4
    killed = whole = 0
    for turn in range(rounds):
        child = os.fork()
        if child == 0:
            left = dice.randrange(1, 1300)

            def count(frame, what, arg):
                nonlocal left
                if "/pyhncert/keep/" in frame.f_code.co_filename:
                    left -= 1
                    if left == 0:
                        os.kill(os.getpid(), signal.SIGKILL)

            try:
                mine = keep.Register(
                    path, clock=clock, randomness=os.urandom, holder_folder=tmp_path / "work" / "holders"
                )
                sys.setprofile(count)
                make(folder, mine, store, made_at=NOW + dt.timedelta(seconds=turn))
            except BaseException:  # noqa: BLE001
                os._exit(9)
            os._exit(0)
        dice.random()
        dice.randrange(1, 1300)
        status = os.waitpid(child, 0)[1]
        assert os.WIFSIGNALED(status) or status == 0
        killed += os.WIFSIGNALED(status)
        held = keep.BackupFolder(folder, unit="U")
        assert all(held.check(one) == () for one in held.all())
        whole = len(held.all())
    assert killed >= rounds // 4
    with keep.Register(path, clock=clock, randomness=os.urandom, holder_folder=holders) as mine:
        last = make(folder, mine, store, made_at=NOW + dt.timedelta(days=1))
    held = keep.BackupFolder(folder)
    assert len(held.all()) == whole + 1 and held.check(last) == ()
    assert not [p for p in folder.iterdir() if p.name.startswith(".making")]
    digests = {hashlib.sha256(p.read_bytes()).hexdigest() for p in held.objects.folder.rglob("*") if p.is_file()}
    assert digests == set(held.names(last))


@only_sqlite
def test_a_full_disk_leaves_no_backup_and_says_so(register, acts, store, tmp_path, monkeypatch):
    issue(register, acts, store, 2)

    def full(self, data, **_):
        raise StorageFault("the disk is full")

    monkeypatch.setattr(keep.FolderStore, "put", full)
    with pytest.raises(StorageFault, match="the disk is full"):
        make(tmp_path / "b", register, store)
    held = keep.BackupFolder(tmp_path / "b")
    assert held.all() == [] and not list(Path(tmp_path / "b").glob(".making*"))
    with pytest.raises(UsageFault, match="no whole backup here"):
        held.one()


def test_a_snapshot_says_what_the_register_says_on_either_database(register, acts, store, path, clock, tmp_path):
    lines = issue(register, acts, store, 2)
    register.refuse(officer="An", reason="R1", pages=1)
    register.jobs.enqueue(keep.NewJob(key="k", kind="upgrade", facts={"code": "x"}))
    grant, token = register.shares.make(lines[0].act_id, keep.NewGrant(purpose="notary", shows=("line",)), by="holder")
    register.snapshot(tmp_path / "copy.sqlite")
    with keep.Register(tmp_path / "copy.sqlite", clock=clock, randomness=os.urandom) as copy:
        assert list(copy.lines()) == list(register.lines())
        assert [copy.events(line.act_id) for line in lines] == [register.events(line.act_id) for line in lines]
        assert [copy.decision(line.act_id) for line in lines] == [register.decision(line.act_id) for line in lines]
        assert copy.refusals() == register.refusals() and copy.books() == register.books()
        assert copy.jobs.list() == register.jobs.list()
        assert copy.public(lines[1].code) == lines[1]
        assert copy.shares.open(token, who="A", purpose="b", address="").id == grant.id
        assert copy.check() == ()
        copy.refuse(officer="An", reason="R2", pages=1)  # what counts itself goes on counting
        assert acts.reserve(copy).number == 3
    with pytest.raises(StorageFault):
        register.snapshot(tmp_path / "copy.sqlite")


@only_sqlite
def test_old_backups_go_with_what_only_they_needed(register, acts, store, tmp_path):
    (first,) = issue(register, acts, store)
    made = [make(tmp_path / "b", register, store)]
    store.delete(first.file_digest)
    issue(register, acts, store)
    for n in (1, 2):
        made.append(make(tmp_path / "b", register, store, made_at=NOW + dt.timedelta(days=n)))
    held = keep.BackupFolder(tmp_path / "b")
    assert made[1].missing == ()  # the older backup's object serves, as long as the register names it
    register.store = store
    assert held.prune(3) == ()
    held.path(made[0], "objects.txt").write_bytes(b"")
    with pytest.raises(StorageFault, match="damaged"):
        held.prune(3)
    assert held.prune(1) == (made[0].name, made[1].name)
    assert [one.name for one in held.all()] == [made[2].name] and held.check(made[2]) == ()
    (tmp_path / "b" / "objects" / "ab").mkdir(exist_ok=True)
    stray = held.objects.put(b"nobody needs this")
    held.prune(1)
    assert not held.objects.has(stray) and set(held.objects.digests()) == set(held.names(made[2]))
    with pytest.raises(UsageFault, match="at least one backup stays"):
        held.prune(0)


@only_sqlite
def test_an_object_that_is_deleted_while_the_backup_is_made_is_not_missing(register, acts, store, tmp_path):
    """The snapshot names it, the store has it no more, and neither does the register by now."""
    issue(register, acts, store, 2)
    first, second = "a" * 64, "b" * 64
    named = iter([{first}, {second}, {second}])
    real = _backup.snapshot_facts

    def facts(path):
        return dataclasses.replace(real(path), objects=frozenset(next(named)))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_backup, "snapshot_facts", facts)
        made = make(tmp_path / "b", register, store)
    assert made.missing == (second,)
