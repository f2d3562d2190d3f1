"""Names that the reception took down and that led to no number: erased by an order or by their rule, provably."""

from __future__ import annotations

import datetime as dt
import os

import pytest
from mediums import alone, tamper

from pyhncert import keep
from pyhncert.errors import UsageFault

NAME, GONE = "Đỗ Văn Khế", "(dữ liệu cá nhân đã xóa)"


@pytest.fixture
def office(path, clock, holders, store):
    key = keep.LocalKey(b"k" * 32)
    keep.seal_register(alone(path), key)
    with keep.Register(
        path, clock=clock, randomness=os.urandom, holder_folder=holders, store=store, office_key=key
    ) as register:
        yield register


def withdrawn(office, acts, *, at="submitted"):
    steps = [("captured", office._now()), ("submitted", office._now())]
    code = office.receive(keep.NewDossier(unit=acts.unit, steps=steps, requester=NAME, agreement="bà Khế")).code
    if at != "submitted":
        office.step(code, at, reason="bà Khế rút")
    return code


def test_the_names_of_a_refusal_go_and_who_refused_why_and_when_stay(office, clock, path):
    refusal = office.refuse(officer="Bình", reason="R2", requester=NAME, original="Bằng", words="rách")
    other = office.refuse(officer="Bình", reason="R5", requester=NAME)
    clock.now += dt.timedelta(days=1)
    assert office.erase_reception(refusal.number, "yêu cầu", person="An") is True
    left = office.refusal(refusal.number)
    assert (left.requester, left.original, left.words) == (GONE, GONE, GONE)
    assert (left.at, left.officer, left.reason, left.number) == (refusal.at, "Bình", "R2", refusal.number)
    assert office.refusals() == (left, other)
    (look,) = office.accesses()
    assert (look.what, look.person, look.at) == ("erased", "An", clock())
    assert look.purpose == f"erased: refusal {refusal.number}: yêu cầu"
    assert office.erase_reception(refusal.number, "lần nữa", person="An") is False and len(office.accesses()) == 1
    assert tamper(path, "SELECT count(*) FROM data_key WHERE rest_key IS NULL") == [(1,)]


def test_the_names_of_a_file_without_an_act_go_and_an_event_says_so(office, acts):
    code = withdrawn(office, acts, at="withdrawn")
    assert office.dossiers_of(NAME) == [code]
    assert office.erase_reception(code, "yêu cầu", person="An") is True
    left = office.dossier(code)
    assert (left.requester, left.agreement, left.state) == ("", "", "withdrawn")
    *before, last = office.dossier_events(code)
    assert all(event.facts == {"erased": True} for event in before) and len(before) == 3
    assert (last.state, last.person) == ("withdrawn", "An")
    assert (last.facts["erased"], last.facts["reason"]) == (["reception"], "yêu cầu") and last.facts["basis"][
        "reception"
    ]
    assert office.dossiers_of(NAME) == []
    assert office.erase_reception(code, "lần nữa", person="An") is False


def test_what_is_under_way_or_has_an_act_or_is_not_there_is_refused(office, acts):
    code = withdrawn(office, acts)
    act = acts.reserve(office, dossier=keep.NewDossier(unit="U", steps=[("checking", office._now())], requester=NAME))
    office.void(act.act_id, "nhầm")
    office.step(act.dossier, "withdrawn")
    for what, words in (
        (code, "under way"),
        (act.dossier, "--class line"),
        ("Z00-261124-0009", "no such"),
        (7, "no such"),
    ):
        with pytest.raises(UsageFault, match=words):
            office.erase_reception(what, "yêu cầu", person="An")
    with pytest.raises(UsageFault, match="reason is needed"):
        office.erase_reception(code, " ", person="An")
    assert office.dossier(code).requester == NAME


def test_they_expire_by_their_rule(office, acts, clock):
    code = withdrawn(office, acts, at="withdrawn")
    withdrawn(office, acts)
    number = office.refuse(officer="Bình", reason="R2", requester=NAME).number
    assert office.expired_reception() == []
    clock.now += dt.timedelta(days=1826)
    assert office.expired_reception() == [code, number]
    for what in office.expired_reception():
        office.erase_reception(what, "thời hạn", person="An")
    assert office.expired_reception() == []
