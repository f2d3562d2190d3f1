"""A restored register against what was given out since: each number used or voided, never missing, never twice."""

from __future__ import annotations

import datetime as dt
import json
import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from pyhncert import deliver, keep
from pyhncert.errors import UsageFault


def receipt_of(register, line, folder):
    folder.mkdir(exist_ok=True)
    made = deliver.receipt(line, register.files(line.act_id))
    path = folder / f"{line.code}.receipt.json"
    path.write_bytes(deliver.receipt_bytes(made))
    return path


def list_line(line):
    """As `hncert register list --json` prints it."""
    names = ("code", "unit", "book", "year", "number", "state", "requester", "original", "signer", "copies", "fee_vnd")
    names += ("kind", "pages", "reason", "level", "level_asked", "superseded_by")
    shown = {"format": "hncert/register-line", "version": 1, **{name: getattr(line, name) for name in names}}
    digests = {n: getattr(line, n).hex() if getattr(line, n) else None for n in ("content_digest", "file_digest")}
    return {**shown, **digests, "certified_at": line.certified_at.isoformat()}


@pytest.fixture
def restored(register, path, clock, tmp_path, acts):
    """Takes a snapshot now; later opens it as the restored register."""
    opened = []

    def open_it(snapshot):
        opened.append(keep.Register(snapshot, clock=clock, randomness=os.urandom))
        return opened[-1]

    def snap(name="then.sqlite"):
        register.snapshot(tmp_path / name)
        return tmp_path / name

    snap.open = open_it
    yield snap
    for one in opened:
        one.leave()


def test_numbers_given_out_since_are_entered_again_and_the_gap_is_voided(register, acts, restored, tmp_path, clock):
    acts.finish(register, acts.reserve(register))
    then = restored()
    clock.now += dt.timedelta(days=1)
    lines = [acts.finish(register, acts.reserve(register, level_asked="B-LTA")) for _ in range(4)]
    for line in (lines[1], lines[3]):
        receipt_of(register, line, tmp_path / "out")
    behind = restored.open(then)
    done = behind.refill(keep.read_given([tmp_path / "out"]), last={}, backup="B")
    assert [line.number for line in done.entered] == [3, 5]
    assert [line.number for line in done.voided] == [2, 4]
    assert all("lost in the restore from B" in line.reason for line in done.voided)
    for line in (lines[1], lines[3]):
        again = behind.public(line.code)
        facts = ("code", "book", "year", "number", "state", "content_digest", "file_digest", "level", "level_asked")
        assert all(getattr(again, name) == getattr(line, name) for name in facts)
        assert again.certified_at == line.certified_at.replace(microsecond=0)
        assert behind.find(line.file_digest).code == line.code
        assert deliver.receipt(again, behind.files(again.act_id)) == deliver.receipt(line, register.files(line.act_id))
        (event,) = behind.events(again.act_id)
        assert event.facts == {"restored_from": "B", "receipt": True} and event.device == "restore"
    assert behind.check() == ()
    assert acts.reserve(behind).number == 6
    assert behind.refill(keep.read_given([tmp_path / "out"]), last={}, backup="B").entered == ()


def test_a_copy_list_of_another_machine_brings_whole_lines_and_voided_ones(register, acts, restored, tmp_path):
    then = restored()
    line = acts.finish(register, acts.reserve(register, requester="Lê Thị Mai"))
    voided = acts.reserve(register)
    register.void(voided.act_id, "sai tên")
    (tmp_path / "list.json").write_text(json.dumps([list_line(row) for row in register.lines()]))
    behind = restored.open(then)
    done = behind.refill(keep.read_given([tmp_path / "list.json"]), last={}, backup="B")
    (again,) = done.entered
    assert (again.requester, again.signer, again.fee_vnd, again.pages) == (
        "Lê Thị Mai",
        line.signer,
        line.fee_vnd,
        line.pages,
    )
    assert [(row.number, row.reason, row.code) for row in done.voided] == [(2, "sai tên", voided.code)]
    assert behind.check() == ()


def test_acts_that_were_under_way_are_completed_by_their_receipts_or_voided(register, acts, restored, tmp_path, store):
    known, unknown, sealed = (acts.reserve(register) for _ in range(3))
    pdf = store.put(b"unfinished")
    register.advance(sealed.act_id, "officer_signed")
    register.advance(sealed.act_id, "agency_sealed", file_digest=bytes.fromhex(pdf))
    then = restored()
    line = acts.finish(register, known)
    receipt_of(register, line, tmp_path / "out")
    behind = restored.open(then)
    behind.store = store
    done = behind.refill(keep.read_given([tmp_path / "out"]), last={}, backup="B")
    assert [row.code for row in done.entered] == [known.code]
    assert {row.code for row in done.voided} == {unknown.code, sealed.code}
    assert all("under way at backup B" in row.reason for row in done.voided)
    assert behind.public(known.code).state == "registered"
    assert not store.has(pdf)
    assert behind.check() == () and behind.recover() == keep.Recovered()


def test_what_receipts_know_better_or_otherwise_is_told_and_left(register, acts, restored, tmp_path, clock):
    first = acts.finish(register, acts.reserve(register))
    then = restored()
    receipt_of(register, register.revoke(first.code, "nhầm"), tmp_path / "out")
    behind = restored.open(then)
    mine = acts.finish(behind, acts.reserve(behind))
    theirs = acts.finish(register, acts.reserve(register))
    receipt_of(register, theirs, tmp_path / "out")
    done = behind.refill(keep.read_given([tmp_path / "out"]), last={}, backup="B")
    assert [one.code for one in done.changed] == [first.code]
    assert [one.code for one in done.strange] == [theirs.code]
    assert (done.entered, done.voided) == ((), ())
    assert behind.act(mine.act_id).number == theirs.number == 2
    strange = json.loads((tmp_path / "out" / f"{theirs.code}.receipt.json").read_text())
    strange["register"]["unit"] = "phường khác"
    (tmp_path / "x.receipt.json").write_text(json.dumps(strange))
    assert len(behind.refill(keep.read_given([tmp_path / "x.receipt.json"]), last={}, backup="B").strange) == 1


def test_the_last_number_that_paper_shows_is_not_given_again(register, acts, restored):
    acts.finish(register, acts.reserve(register))
    behind = restored.open(restored())
    done = behind.refill([], last={"01/2026-SCT/BS": 4}, backup="B")
    assert [row.number for row in done.voided] == [2, 3, 4]
    assert acts.reserve(behind).number == 5
    with pytest.raises(UsageFault, match="no book is called"):
        behind.refill([], last={"02/2026-SCT/BS": 4}, backup="B")


def test_the_last_number_of_the_year_before_is_of_that_year(register, acts, restored, clock):
    """A book that goes on counts anew each year: which year is meant is not guessed."""
    acts.finish(register, acts.reserve(register))
    then = restored()
    clock.set(2027, 1, 4, 9)
    behind = restored.open(then)
    book = "01/2026-SCT/BS"
    with pytest.raises(UsageFault, match="no number of 2027 is known; say the year") as caught:
        behind.refill([], last={book: 3}, backup="B")
    assert caught.value.hint("en") == "01/2026-SCT/BS=123/2026"
    done = behind.refill([], last={(book, 2026): 3, (book, 2027): 2}, backup="B")
    assert [(row.year, row.number) for row in done.voided] == [(2026, 2), (2026, 3), (2027, 1), (2027, 2)]
    assert {row.certified_at.year for row in done.voided if row.year == 2026} == {2026}
    assert [row.number for row in behind.refill([], last={book: 3}, backup="B").voided] == [3], "2027 is known by now"
    assert behind.check() == () and acts.reserve(behind).number == 4


def test_the_last_numbers_of_a_yearly_book_and_of_the_one_that_followed_it(register, acts, restored, clock):
    clock.set(2026, 12, 1, 9)
    register.open_book(keep.BookSettings(unit=acts.unit, yearly=True))
    acts.finish(register, acts.reserve(register))
    then = restored()
    clock.set(2027, 1, 4, 9)
    behind = restored.open(then)
    done = behind.refill([], last={"02/2026-SCT/BS": 2, "01/2027-SCT/BS": 1}, backup="B")
    assert [(row.book, row.year, row.number) for row in done.voided] == [
        ("02/2026-SCT/BS", 2026, 2),
        ("01/2027-SCT/BS", 2027, 1),
    ]
    assert behind.check() == () and acts.reserve(behind).number == 2


def test_a_book_and_a_year_that_began_since_are_opened_again(register, acts, restored, tmp_path, clock):
    acts.finish(register, acts.reserve(register))
    then = restored()
    clock.set(2026, 12, 20, 9)
    register.open_book(keep.BookSettings(unit=acts.unit))
    second = acts.finish(register, acts.reserve(register))
    clock.set(2027, 1, 5, 9)
    third = acts.finish(register, acts.reserve(register))
    assert (second.book, third.year, third.number) == ("02/2026-SCT/BS", 2027, 1)
    for line in (second, third):
        receipt_of(register, line, tmp_path / "out")
    behind = restored.open(then)
    done = behind.refill(keep.read_given([tmp_path / "out"]), last={}, backup="B")
    assert [(row.book, row.year, row.number) for row in done.entered] == [
        ("02/2026-SCT/BS", 2026, 2),
        ("02/2026-SCT/BS", 2027, 1),
    ]
    first, opened = behind.books()
    assert (first.closed_on, opened.name, opened.opened_on, opened.closed_on) == (
        dt.date(2026, 12, 20),
        "02/2026-SCT/BS",
        dt.date(2026, 12, 20),
        None,
    )
    assert behind.check() == () and acts.reserve(behind).number == 2


def test_codes_of_files_that_were_given_out_earlier_today_are_not_given_again(register, restored, clock):
    def receive(register):
        steps = (("submitted", register._now()),)
        new = keep.NewDossier(agency="H26.12.3", unit="U", requester="An", originals=1, channel="desk", steps=steps)
        return register.receive(new).code

    assert receive(register) == "H26.12.3-261124-0001"
    then = restored()
    given = {receive(register) for _ in range(3)}
    behind = restored.open(then)
    behind.refill([], last={}, backup="B")
    assert receive(behind) == "H26.12.3-261124-5001"
    behind.refill([], last={}, backup="B")
    assert receive(behind) == "H26.12.3-261124-5002" and "H26.12.3-261124-5002" not in given
    clock.set(2026, 11, 25, 9)
    assert receive(behind) == "H26.12.3-261125-0001"


def test_share_grants_end_with_a_restore(register, acts, restored, clock):
    line = acts.finish(register, acts.reserve(register))
    grant, token = register.shares.make(line.act_id, keep.NewGrant(purpose="banking", shows=("copy",)), by="holder")
    behind = restored.open(restored())
    behind.refill([], last={}, backup="B")
    assert behind.shares.peek(token) is None
    assert behind.shares.of(line.act_id)[0].revoked_by == "restore from B"
    assert register.shares.peek(token).id == grant.id


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"format": "pyhncert/receipt", "version": 1}', '{"format": "x"}'])
def test_what_is_no_receipt_is_refused_by_name(tmp_path, text):
    (tmp_path / "a.receipt.json").write_text(text)
    with pytest.raises(UsageFault, match=r"a\.receipt\.json is neither a receipt nor a list"):
        keep.read_given([tmp_path])


def test_receipts_that_contradict_each_other_are_refused(register, acts, tmp_path):
    line = acts.finish(register, acts.reserve(register))
    other = acts.finish(register, acts.reserve(register))
    receipt_of(register, line, tmp_path / "out")
    path = receipt_of(register, other, tmp_path / "out")
    changed = json.loads(path.read_text())
    changed["register"]["number"] = line.number
    path.write_text(json.dumps(changed))
    with pytest.raises(UsageFault, match="two codes"):
        keep.read_given([tmp_path / "out"])


@settings(max_examples=8, deadline=None)
@drawn(fates=st.lists(st.sampled_from(["receipt", "list", "nothing", "void"]), max_size=8), before=st.integers(0, 3))
def test_whatever_is_at_hand_every_number_up_to_the_last_known_one_is_there_once(fates, before):
    """Against a plain model: numbers 1 to the highest that anything shows, with the codes that were shown."""
    now = dt.datetime(2026, 11, 26, 9, tzinfo=dt.UTC)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        keep.create_register(folder / "a.sqlite", keep.BookSettings(unit="U"), clock=lambda: now)
        with keep.Register(folder / "a.sqlite", clock=lambda: now, randomness=os.urandom) as office:

            def one(fate):
                act = office.reserve(unit="U", requester="An", original="Bằng", signer="B", pages=1)
                digest = os.urandom(32)
                if fate == "void":
                    office.void(act.act_id, "nhầm")
                else:
                    office.advance(act.act_id, "officer_signed")
                    office.advance(act.act_id, "agency_sealed", file_digest=digest)
                    office.close(act.act_id, content_digest=digest, file_digest=digest, level="B-B", length=9)
                return office.act(act.act_id)

            for _ in range(before):
                one("receipt")
            office.snapshot(folder / "b.sqlite")
            shown, listed = {}, []
            for number, fate in enumerate(fates, before + 1):
                line = one(fate)
                if fate == "receipt":
                    receipt_of(office, line, folder / "out")
                if fate == "list":
                    listed.append(list_line(line))
                if fate in ("receipt", "list"):
                    shown[number] = line.code
        (folder / "list.json").write_text(json.dumps(listed))
        (folder / "out").mkdir(exist_ok=True)
        with keep.Register(folder / "b.sqlite", clock=lambda: now, randomness=os.urandom) as behind:
            done = behind.refill(keep.read_given([folder / "out", folder / "list.json"]), last={}, backup="B")
            high = max(shown, default=before)
            lines = {line.number: line for line in behind.lines()}
            assert sorted(lines) == list(range(1, high + 1))
            assert {n: lines[n].code for n in shown} == shown
            assert {line.number for line in done.voided} == set(range(before + 1, high + 1)) - set(shown)
            assert behind.check() == ()
