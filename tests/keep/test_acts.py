"""What may become of an act, and what is remembered of it."""

from __future__ import annotations

import hashlib
import itertools
import json
from pathlib import Path

import pytest
from mediums import tamper
from sqlalchemy.exc import IntegrityError

from pyhncert import _core, keep
from pyhncert.errors import UsageFault
from pyhncert.values import FileState, Finding, Words

NORMAL = ("number_reserved", "officer_signed", "agency_sealed", "registered")
ALLOWED = {
    *itertools.pairwise(NORMAL),
    *((state, "voided") for state in NORMAL[:3]),
    ("registered", "revoked"),
    ("registered", "superseded"),
    ("superseded", "revoked"),
}


def _bring(register, acts, state):
    act = acts.reserve(register)
    if state == "voided":
        register.void(act.act_id, "nhầm bản chính")
    if state in NORMAL[1:3]:
        register.advance(act.act_id, "officer_signed")
    if state == "agency_sealed":
        register.advance(act.act_id, "agency_sealed")
    if state in ("registered", "revoked", "superseded"):
        acts.finish(register, act)
    if state == "revoked":
        register.revoke(act.code, "sai tên")
    if state == "superseded":
        register.supersede(act.code, None, "sai tên")
    return act


def _move(register, act, state):
    if state in ("officer_signed", "agency_sealed", "number_reserved"):
        register.advance(act.act_id, state)
    elif state == "registered":
        register.close(act.act_id, content_digest=b"c" * 32, file_digest=b"f" * 32, level="B-B", length=1)
    elif state == "voided":
        register.void(act.act_id, "lý do")
    elif state == "revoked":
        register.revoke(act.code, "lý do")
    else:
        register.supersede(act.code, None, "lý do")


@pytest.mark.parametrize("old", keep.STATES)
def test_an_act_goes_only_where_the_law_lets_it(register, acts, old):
    for new in keep.STATES:
        act = _bring(register, acts, old)
        assert register.act(act.act_id).state == old
        if (old, new) in ALLOWED:
            _move(register, act, new)
            assert register.act(act.act_id).state == new
            if new == "registered":
                assert [s.file_digest for s in register.files(act.act_id)] == [b"f" * 32]
        else:
            with pytest.raises(UsageFault, match=r"cannot become|does not advance"):
                _move(register, act, new)
            assert register.act(act.act_id).state == old
        assert keep.may(old, new) == ((old, new) in ALLOWED)


def test_every_step_is_an_event_with_time_device_and_person(register, acts, clock):
    act = acts.reserve(register, person="máy quầy 1")
    clock.set(2026, 11, 24, 9, 31)
    acts.finish(register, act)
    clock.set(2026, 11, 25, 10, 0)
    register.revoke(act.code, "bản chính bị tẩy xóa", person="Lê Văn Cường")
    seen = [(e.state, e.at.isoformat(), e.device, e.person) for e in register.events(act.act_id)]
    assert seen == [
        ("number_reserved", "2026-11-24T09:30:00+07:00", "kiosk-1", "máy quầy 1"),
        ("officer_signed", "2026-11-24T09:31:00+07:00", "kiosk-1", "Trần Văn Bình"),
        ("agency_sealed", "2026-11-24T09:31:00+07:00", "kiosk-1", ""),
        ("registered", "2026-11-24T09:31:00+07:00", "kiosk-1", ""),
        ("revoked", "2026-11-25T10:00:00+07:00", "kiosk-1", "Lê Văn Cường"),
    ]
    assert register.events(act.act_id)[-1].facts == {"reason": "bản chính bị tẩy xóa"}


def test_the_decision_stays_here_and_only_its_salted_digest_travels(register, acts):
    decision = {"findings": [{"code": "no_seal", "severity": "warn"}], "overrides": [], "reason": "Đã đối chiếu"}
    first, second = acts.reserve(register, decision=decision), acts.reserve(register, decision=decision)
    kept = register.decision(first.act_id)
    assert kept is not None
    salt, record = kept
    assert json.loads(record) == decision
    assert hashlib.sha256(salt + record).digest() == first.findings_digest
    assert first.findings_digest != second.findings_digest
    assert register.decision("nobody") is None


def test_our_own_values_may_stand_in_a_decision(register, acts, clock):
    finding = Finding(code="no_seal", severity="warn", family="paper", reason=Words("không thấy dấu", "no seal"))
    decision = {"findings": (finding,), "at": clock(), "digest": b"\1\2", "kinds": {"b", "a"}, "file": Path("a/b")}
    act = acts.reserve(register, decision=decision)
    kept = register.decision(act.act_id)
    assert kept is not None
    assert json.loads(kept[1]) == {
        "findings": [
            {
                "code": "no_seal",
                "severity": "warn",
                "family": "paper",
                "reason": {"vi": "không thấy dấu", "en": "no seal"},
                "page": None,
                "quad": None,
                "final": False,
            }
        ],
        "at": "2026-11-24T09:30:00+07:00",
        "digest": "0102",
        "kinds": ["a", "b"],
        "file": "a/b",
    }
    with pytest.raises(ValueError, match="not JSON compliant"):
        acts.reserve(register, decision={"x": float("nan")})
    assert acts.reserve(register).number == 2


@pytest.mark.parametrize("step", ["void", "revoke", "supersede"])
def test_nothing_is_taken_back_without_a_reason(register, acts, step):
    act = acts.reserve(register)
    with pytest.raises(UsageFault, match="reason is needed"):
        if step == "void":
            register.void(act.act_id, "  ")
        elif step == "revoke":
            register.revoke(act.code, "")
        else:
            register.supersede(act.code, None, "\n")


def test_a_copy_is_found_by_its_code_in_any_hand_and_by_every_state_of_its_file(register, acts, clock):
    act = acts.reserve(register)
    sealed = FileState(at=clock(), level="B-T", length=90, file_digest=b"3" * 32)
    line = acts.finish(register, act, earlier=[sealed])
    register.grown(act.code, before=line.file_digest, file_digest=b"5" * 32, level="B-LTA", length=120)
    typed = f" {act.code[:5].lower()}-{act.code[5:10]} {act.code[10:]} ".replace("0", "o").replace("1", "l")
    for what in (act.code, typed, b"3" * 32, line.file_digest, b"5" * 32):
        found = register.find(what)
        assert found is not None
        assert found.act_id == act.act_id
    assert [(s.level, s.length) for s in register.files(act.act_id)] == [("B-T", 90), ("B-LT", 100), ("B-LTA", 120)]
    assert register.act(act.act_id).level == "B-LTA"
    assert register.find(b"9" * 32) is None
    assert register.find(_other(act.code)) is None


def _other(code):
    from pyhncert.keep._codes import new_code

    other = new_code(bytes(range(100, 132)))
    assert other != code
    return other


def test_a_mistyped_code_is_told_from_an_unknown_one(register, acts):
    act = acts.reserve(register)
    wrong = ("A" if act.code[0] != "A" else "B") + act.code[1:]
    with pytest.raises(UsageFault):
        register.find(wrong)


def test_a_reserved_act_has_no_file_that_could_be_found(register, acts):
    act = acts.reserve(register)
    register.advance(act.act_id, "officer_signed")
    register.advance(act.act_id, "agency_sealed", file_digest=b"7" * 32)
    assert register.find(b"7" * 32) is None
    with pytest.raises(UsageFault, match="has no copy"):
        register.grown(act.code, before=b"7" * 32, file_digest=b"8" * 32, level="B-LT", length=1)


def test_of_two_that_let_one_file_grow_the_second_is_refused(register, acts):
    act = acts.reserve(register)
    line = acts.finish(register, act)
    register.grown(act.code, before=line.file_digest, file_digest=b"5" * 32, level="B-LTA", length=120)
    with pytest.raises(UsageFault, match="grown meanwhile"):
        register.grown(act.code, before=line.file_digest, file_digest=b"6" * 32, level="B-LTA", length=120)
    assert register.act(act.act_id).file_digest == b"5" * 32


def test_the_same_file_is_registered_only_once(register, acts):
    one, two = acts.reserve(register), acts.reserve(register)
    acts.finish(register, one, file_digest=b"f" * 32)
    with pytest.raises(UsageFault, match="already"):
        acts.finish(register, two, file_digest=b"f" * 32)
    assert register.act(two.act_id).state == "agency_sealed"


def test_a_newer_act_replaces_an_older_one_and_both_lines_say_so(register, acts):
    old, new = acts.reserve(register), acts.reserve(register)
    acts.finish(register, old)
    acts.finish(register, new)
    line = register.supersede(old.code.lower(), new.code, "sai năm sinh")
    assert (line.state, line.superseded_by, line.reason) == ("superseded", new.code, "sai năm sinh")
    assert line.note == f"Đã được thay thế ngày 24/11/2026 bởi mã {_core.code_shown(new.code)}: sai năm sinh"
    newer = register.act(new.act_id)
    assert (newer.state, newer.replaces) == ("registered", old.code)
    assert newer.note == f"Thay thế cho số 01/2026, mã {_core.code_shown(old.code)}"
    register.revoke(old.code, "cả hai đều sai")
    assert register.act(old.act_id).superseded_by == new.code


def test_what_cannot_replace_an_act_is_refused(register, acts):
    old, new, open_act, third = (acts.reserve(register) for _ in range(4))
    for act in (old, new, third):
        acts.finish(register, act)
    with pytest.raises(UsageFault, match="cannot replace"):
        register.supersede(old.code, old.code, "x")
    with pytest.raises(UsageFault, match="cannot replace"):
        register.supersede(old.code, open_act.code, "x")
    register.supersede(old.code, new.code, "x")
    with pytest.raises(UsageFault, match="cannot replace"):
        register.supersede(third.code, new.code, "x")
    with pytest.raises(UsageFault, match="cannot replace"):
        register.supersede(new.code, old.code, "x")
    with pytest.raises(UsageFault, match="no such act"):
        register.supersede(new.code, _other(new.code), "x")


def test_unknown_acts_are_refused_by_name(register):
    for step in (
        lambda: register.act("nobody"),
        lambda: register.advance("nobody", "officer_signed"),
        lambda: register.void("nobody", "x"),
        lambda: register.delivered("nobody"),
        lambda: register.close("nobody", content_digest=b"", file_digest=b"", level="B-B", length=1),
    ):
        with pytest.raises(UsageFault, match="nobody: no such act"):
            step()


def test_voiding_removes_the_file_that_had_been_stored(register, acts, store):
    act = acts.reserve(register)
    pdf = b"%PDF sealed, but never registered"
    register.advance(act.act_id, "officer_signed")
    register.advance(act.act_id, "agency_sealed", file_digest=hashlib.sha256(pdf).digest())
    digest = store.put(pdf)
    register.void(act.act_id, "đĩa đầy")
    assert not store.has(digest)
    assert register.act(act.act_id).note == "Đã hủy số ngày 24/11/2026: đĩa đầy"


def test_abandoning_voids_what_is_not_registered_and_leaves_a_copy_that_exists(register, acts):
    act, finished, voided = (acts.reserve(register) for _ in range(3))
    acts.finish(register, finished)
    register.void(voided.act_id, "nhầm")
    assert register.abandon(act.act_id, "hết dung lượng") is True
    assert register.abandon(voided.act_id, "hết dung lượng") is True
    assert register.abandon(finished.act_id, "hết dung lượng") is False
    assert [line.state for line in register.lines()] == ["voided", "registered", "voided"]
    assert [line.reason for line in register.lines()] == ["hết dung lượng", "", "nhầm"]


def test_the_database_itself_refuses_to_change_a_number_or_to_forget(register, acts, path):
    acts.finish(register, acts.reserve(register))
    for attempt in (
        "DELETE FROM act",
        "UPDATE act SET number = 7",
        "UPDATE act SET code = 'x'",
        "DELETE FROM event",
        "UPDATE event SET at = ''",
        "DELETE FROM file_state",
        "UPDATE file_state SET length = 0",
        "UPDATE act SET state = 'lost'",
        "UPDATE act SET content_digest = NULL",
    ):
        with pytest.raises(IntegrityError):
            tamper(path, attempt)


def test_lines_are_filtered_and_come_in_order(register, acts, clock):
    for month in (11, 12):
        clock.set(2026, month, 30, 8, 0)
        acts.finish(register, acts.reserve(register))
        acts.reserve(register)
    clock.set(2027, 1, 2, 8, 0)
    acts.reserve(register)
    assert [(line.year, line.number) for line in register.lines()] == [(2026, n) for n in (1, 2, 3, 4)] + [(2027, 1)]
    assert [line.number for line in register.lines(year=2026, month=12)] == [3, 4]
    assert [line.number for line in register.lines(year=2026, state="registered")] == [1, 3]
    assert list(register.lines(unit="nobody")) == []
    assert len(list(register.lines(unit=acts.unit, symbol="SCT/BS", book="01/2026-SCT/BS"))) == 5
    for wrong in ({"month": 3}, {"year": 2026, "month": 13}):
        with pytest.raises(UsageFault, match="a month is 1 to 12"):
            register.lines(**wrong)


def test_many_lines_are_read_page_by_page(register, acts, monkeypatch):
    from pyhncert.keep import _lines

    monkeypatch.setattr(_lines, "PAGE", 3)
    for _ in range(9):
        acts.reserve(register)
    assert [line.number for line in register.lines()] == list(range(1, 10))
