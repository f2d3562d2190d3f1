"""Personal data that go, provably, while line and proof stay; and who looked at them."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import sqlite3
from contextlib import closing

import pytest
from mediums import alone, only_sqlite, tamper
from sqlalchemy import exc

from pyhncert import keep
from pyhncert.errors import UsageFault
from pyhncert.values import VIETNAM

SCAN = b"scan of Nguyen Thi Dao " * 50
REQUESTER = "Nguyễn Thị Đào"


@pytest.fixture
def key():
    return keep.LocalKey(b"k" * 32)


@pytest.fixture
def sealed(path, key):
    keep.seal_register(alone(path), key)
    return path


@pytest.fixture
def below(request, store):
    """The store below the sealed one: a folder, or where the test asks for it, a bucket."""
    if getattr(request, "param", "folder") == "folder":
        return store
    server = request.getfixturevalue("s3")
    return keep.S3Store(server.bucket(), endpoint=server.endpoint)


@pytest.fixture
def office(sealed, clock, key, below, holders):
    """A sealed register with its store."""
    with keep.Register(
        sealed, clock=clock, randomness=os.urandom, holder_folder=holders, store=below, office_key=key
    ) as register:
        yield register


def issue(register, acts, scan=SCAN, **changes):
    """An act with a copy and a scan in the store."""
    decision = {"seen": "001090000019"}
    act = acts.reserve(register, requester=REQUESTER, decision=decision, about=["001090000019"], **changes)
    pdf = f"%PDF {act.code}".encode() * 40
    digest = hashlib.sha256(pdf).digest()
    register.advance(act.act_id, "officer_signed")
    register.advance(act.act_id, "agency_sealed", file_digest=digest)
    register.store.put(pdf)
    sha256 = hashlib.sha256(scan).hexdigest()
    facts = {"content_digest": digest[::-1], "file_digest": digest, "level": "B-LT", "length": len(pdf)}
    named = [{"media_type": "image/png", "length": len(scan), "sha256": sha256}]
    line = register.close(act.act_id, scans=named, **facts)
    register.store.put(scan)
    return act, line, pdf


def keys_of(where, act_id):
    return tamper(where, f"SELECT line_key, rest_key FROM data_key WHERE owner = '{act_id}'")[0]


def test_an_erasure_takes_scan_copy_and_decision_and_leaves_the_line_its_proof_and_a_tombstone(office, acts, clock):
    act, line, pdf = issue(office, acts)
    other, _, other_pdf = issue(office, acts, scan=b"another paper")
    clock.set(2026, 11, 25, 8, 0)
    done = office.erase(act.code, "yêu cầu của người dân", person="Trần Văn Bình")
    assert (done.classes, done.objects, done.kept) == (("scan", "copy", "decision"), 2, ("line",))
    for data in (SCAN, pdf):
        assert not office.store.has(hashlib.sha256(data).digest())
    assert office.store.get(hashlib.sha256(other_pdf).digest()) == other_pdf
    assert office.find(act.code) == line and office.find(hashlib.sha256(pdf).digest()) == line
    assert office.decision(act.act_id) is None and office.decision(other.act_id) is not None
    *before, tombstone = office.events(act.act_id)
    assert [event.state for event in before] == ["number_reserved", "officer_signed", "agency_sealed", "registered"]
    assert all(event.facts == {"erased": True} for event in before)
    assert (tombstone.at, tombstone.person) == (clock(), "Trần Văn Bình")
    assert tombstone.facts["erased"] == ["scan", "copy", "decision"]
    assert tombstone.facts["reason"] == "yêu cầu của người dân" and set(tombstone.facts["basis"]) == set(done.classes)
    assert sorted(gone["class"] for gone in tombstone.facts["objects"]) == ["copy", "scan"]
    assert office.acts_of("001090000019") == [other.act_id] and act.act_id in office.acts_of(REQUESTER)
    assert office.check() == ()
    again = office.erase(act.code, "lần nữa")
    assert (again.classes, again.objects) == ((), 0) and len(office.events(act.act_id)) == 5
    assert office.revoke(act.code, "nhầm").reason == "nhầm"
    assert office.events(act.act_id)[-1].facts == {"reason": "nhầm"}


def test_the_words_of_the_line_go_by_an_order_only_and_the_book_still_prints(office, acts):
    act, line, _ = issue(office, acts)
    office.revoke(act.code, "lý do có tên Lê Văn Quýt")
    office.erase(act.code, "quyết định số 12", classes=["line"])
    left = office.find(act.code)
    assert left.requester == left.original == left.reason == "(dữ liệu cá nhân đã xóa)"
    assert (left.number, left.code, left.state, left.file_digest) == (
        line.number,
        line.code,
        "revoked",
        line.file_digest,
    )
    assert office.acts_of(REQUESTER) == []
    assert "seen" in office.decision(act.act_id)[1].decode()
    assert office.monthly_pdf(year=2026, month=11).startswith(b"%PDF")
    assert office.check() == ()


def test_grants_on_an_act_end_with_its_copy_or_its_decision(office, acts):
    act, *_ = issue(office, acts)
    for classes in (["scan"], ["copy"], ["decision"]):
        grant, token = office.shares.make(act.act_id, keep.NewGrant(purpose="banking", shows=("line",)), by="holder")
        office.erase(act.code, "yêu cầu", classes=classes)
        if classes == ["scan"]:
            assert office.shares.peek(token).id == grant.id
            continue
        assert office.shares.peek(token) is None
        ended = {one.id: one for one in office.shares.of(act.act_id)}[grant.id]
        assert (ended.state(office._now()), ended.revoked_by) == ("revoked", "erased")


def test_a_scan_that_another_act_has_too_stays_until_both_are_erased(office, acts):
    one, *_ = issue(office, acts)
    two, *_ = issue(office, acts)
    office.erase(one.code, "yêu cầu")
    assert office.store.get(hashlib.sha256(SCAN).digest()) == SCAN
    office.erase(two.code, "yêu cầu")
    assert not office.store.has(hashlib.sha256(SCAN).digest())


def test_the_names_in_the_file_of_the_act_go_with_its_line(office, acts):
    """As a desk's user, who may change no more of a file than this."""
    steps = [("captured", office._now()), ("submitted", office._now()), ("accepted", office._now())]
    new = keep.NewDossier(unit=acts.unit, steps=steps, requester=REQUESTER, agreement="bà Đào đồng ý")
    file = office.receive(new)
    office.step(file.code, "checking")
    act, *_ = issue(office, acts, dossier=file.code)
    office.erase(act.code, "quyết định số 12", classes=["line"])
    left = office.dossier(file.code)
    assert (left.requester, left.agreement, left.state) == ("", "", "checking")
    assert all(event.facts == {"erased": True} for event in office.dossier_events(file.code)[:4])


def test_what_was_erased_first_is_still_told_when_the_decision_goes_too(office, acts, clock):
    act, _, pdf = issue(office, acts)
    held = [office.store.row(hashlib.sha256(data).digest()).held for data in (SCAN, pdf)]
    office.erase(act.code, "hết hạn", classes=["scan"], person="An")
    first = office.events(act.act_id)[-1]
    clock.now += dt.timedelta(days=900)
    office.erase(act.code, "yêu cầu", classes=["copy"], person="Bình")
    second = office.events(act.act_id)[-1]
    clock.now += dt.timedelta(days=900)
    office.erase(act.code, "hết hạn", classes=["decision"], person="An")
    last = office.events(act.act_id)[-1]
    assert last.facts["erased"] == ["decision"]
    assert last.facts["earlier"] == [
        {"at": event.at.isoformat(), "person": event.person, **event.facts} for event in (first, second)
    ]
    told = [one["sealed_sha256"] for stone in last.facts["earlier"] for one in stone["objects"]]
    assert told == held
    office.erase(act.code, "lệnh", classes=["line"])
    assert "earlier" not in office.events(act.act_id)[-1].facts


def test_an_erasure_that_was_stopped_between_key_and_bytes_is_whole_when_it_is_done_again(
    office, acts, below, monkeypatch
):
    act, _, pdf = issue(office, acts)
    held = {office.store.row(hashlib.sha256(data).digest()).held for data in (SCAN, pdf)}

    def stop(digest):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(below, "delete", stop)
        with pytest.raises(KeyboardInterrupt):
            office.erase(act.code, "yêu cầu")
    assert not any(office.store.has(hashlib.sha256(data).digest()) for data in (SCAN, pdf))
    office.erase(act.code, "yêu cầu")
    stones = [event.facts for event in office.events(act.act_id) if isinstance(event.facts.get("erased"), list)]
    assert {one["sealed_sha256"] for stone in stones for one in stone["objects"]} == held
    assert not held & set(below.digests())


def test_two_erasures_of_one_act_at_once_lose_nothing_of_each_other(office, acts, below, monkeypatch):
    """One begins, and the other comes between its keys and its bytes."""
    act, *_ = issue(office, acts)
    delete = below.delete

    def other(digest):
        monkeypatch.setattr(below, "delete", delete)
        office.erase(act.code, "thời hạn", classes=["decision"])
        return delete(digest)

    monkeypatch.setattr(below, "delete", other)
    office.erase(act.code, "yêu cầu", classes=["copy"])
    assert office.decision(act.act_id) is None
    assert [event.facts.get("erased") for event in office.events(act.act_id)[:4]] == [True] * 4
    assert office.erase(act.code, "lần nữa").classes == ()


@pytest.mark.parametrize("below", ["folder", "s3"], indirect=True)
@only_sqlite
def test_nothing_of_what_was_erased_is_in_any_file(office, acts, sealed, tmp_path, below, s3):
    act, _, pdf = issue(office, acts)
    keys = [bytes(key) for key in keys_of(sealed, act.act_id)]
    names = [office.store.row(hashlib.sha256(data).digest()) for data in (SCAN, pdf)]
    bytes_below = [below.get(row.held) for row in names]
    office.erase(act.code, "yêu cầu", classes=["scan", "copy", "decision", "line"])
    files = [file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()]
    for bucket in s3.backend().buckets:
        files += [value for values in s3.held(bucket).values() for value in values]
    left = b"\n".join(files)
    assert not any(key in left for key in keys), "a wrapped key"
    assert not any(row.wrapped in left for row in names), "a wrapped key of an object"
    assert not any(data in left for data in bytes_below), "sealed bytes of an object"
    assert REQUESTER.encode() not in left and SCAN[:60] not in left and b"001090000019" not in left
    with closing(sqlite3.connect(sealed)) as link:
        assert link.execute("SELECT count(*) FROM act").fetchone() == (1,)


@pytest.mark.parametrize(
    ("code", "reason", "classes", "words"),
    [
        (None, "  ", (), "reason is needed"),
        ("7K3MX9PQR2TWA4C", "x", (), "no such act|code"),
        (None, "x", ("everything",), "no class of data"),
        (None, "x", ("transaction",), "no act has anything"),
    ],
)
def test_a_wrong_erasure_is_refused_by_name(office, acts, code, reason, classes, words):
    act, *_ = issue(office, acts)
    with pytest.raises(UsageFault, match=words):
        office.erase(code or act.code, reason, classes=classes)
    assert office.store.has(hashlib.sha256(SCAN).digest())


def test_an_act_under_way_is_not_erased(office, acts):
    act = acts.reserve(office)
    with pytest.raises(UsageFault, match="still under way"):
        office.erase(act.code, "x")


def test_a_plain_register_promises_no_erasure(register, acts):
    act = acts.reserve(register)
    acts.finish(register, act)
    with pytest.raises(UsageFault, match="only a sealed register"):
        register.erase(act.code, "x")


def test_what_is_kept_too_long_expires_class_by_class_and_what_the_law_keeps_does_not(office, acts, clock):
    act, *_ = issue(office, acts)
    rules = keep.retention(clock().date())
    assert rules["line"].duty and rules["line"].days is None and rules["copy"].days is None
    assert all(rule.basis and rule.source for rule in rules.values())
    assert office.expired() == []
    clock.now += dt.timedelta(days=rules["scan"].days + 1)
    assert office.expired() == [(act.code, ("scan",))]
    for code, classes in office.expired():
        office.erase(code, "thời hạn", classes=classes)
    assert office.expired() == []
    assert office.decision(act.act_id) is not None
    clock.now += dt.timedelta(days=rules["decision"].days)
    assert office.expired() == [(act.code, ("decision",))]
    office.erase(act.code, "thời hạn", classes=["decision"])
    clock.now += dt.timedelta(days=40_000)
    assert office.expired() == []
    assert office.find(act.code).requester == REQUESTER


def test_retention_of_signatures_asks_for_a_lock_of_two_years():
    rule = keep.retention(dt.date(2026, 11, 26))["signature"]
    began = dt.datetime(2026, 11, 26, tzinfo=VIETNAM)
    assert rule.locked_until(began) == began + dt.timedelta(days=730)
    assert keep.retention(dt.date(2026, 11, 26))["scan"].locked_until(began) is None


def test_everything_that_is_held_on_a_person_comes_out_and_the_look_is_logged(office, acts, clock):
    act, _, pdf = issue(office, acts)
    another = acts.reserve(office, requester="Ai khác")
    steps = [("captured", office._now()), ("submitted", office._now())]
    for name in (REQUESTER, "Ai khác"):
        last = office.receive(keep.NewDossier(unit=acts.unit, steps=steps, requester=name))
    office.step(last.code, "withdrawn")
    held = office.held_on("nguyễn thị  đào", purpose="yêu cầu của chính người đó", person="Trần Văn Bình")
    (found,) = held.document["acts"]
    (file,) = held.document["dossiers"]
    assert file["requester"] == REQUESTER and [step["state"] for step in file["steps"]] == ["captured", "submitted"]
    (other,) = office.held_on("Ai khác", purpose="hỏi", person="Trần Văn Bình").document["dossiers"]
    assert other["code"] == last.code and other["state"] == "withdrawn"
    assert found["line"]["code"] == act.code and found["decision"] == {"seen": "001090000019"}
    assert held.files == {f"{act.code}.pdf": pdf, f"{act.code}-scan-1.png": SCAN}
    assert [file["held"] for file in found["files"]] == [True, True]
    (look,) = office.accesses(act.code)
    assert (look.at, look.person, look.what, look.purpose) == (
        clock(),
        "Trần Văn Bình",
        "person",
        "yêu cầu của chính người đó",
    )
    assert office.held_on("Không Ai", purpose="hỏi", person="Trần Văn Bình").document["acts"] == []
    assert [one.code for one in office.accesses()] == [act.code, another.code, None]
    for purpose, person in (("", "An"), ("x", " ")):
        with pytest.raises(UsageFault, match="for which purpose"):
            office.held_on(REQUESTER, purpose=purpose, person=person)


@pytest.mark.parametrize("order", ["DELETE FROM access", "UPDATE access SET purpose = 'x'"])
def test_a_look_stays_as_it_was_written(register, path, order):
    register.looked("line", purpose="kiểm tra", person="Trần Văn Bình")
    with pytest.raises(exc.DBAPIError):
        tamper(path, order)
    assert len(register.accesses()) == 1
