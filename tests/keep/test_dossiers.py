"""Files (hồ sơ): their codes, the way to a number, what the portal is told, every step, stage times."""

from __future__ import annotations

import datetime as dt
import os

import pytest
from mediums import alone, tamper
from sqlalchemy.exc import IntegrityError

from pyhncert import keep
from pyhncert.errors import UsageFault

PERSON = "Lê Thị Hoa"


def new(clock, *states, **changes):
    steps = tuple((state, clock()) for state in states or ("submitted", "accepted", "checking"))
    return keep.NewDossier(**({"unit": "U", "agency": "H26.12.3", "requester": "An", "steps": steps} | changes))


@pytest.mark.parametrize("code", ["H26.12.3-251110-0007", "h26.12.3-251110-0007", "H26-240229-12345"])
def test_codes_of_files_that_are_well_formed(code):
    assert keep.check_dossier_code(code) == code.upper()


@pytest.mark.parametrize(
    "code",
    ["H26-251310-0001", "H26-250230-0001", "H26-251110-001", "26-251110-0001", "H26.123456-251110-0001", "H26", ""],
)
def test_codes_of_files_that_are_refused(code):
    with pytest.raises(UsageFault, match="no file code"):
        keep.check_dossier_code(code)


def test_codes_run_from_0001_each_day_for_each_agency(register, clock):
    codes = [register.receive(new(clock)).code for _ in range(2)]
    other = register.receive(new(clock, agency="H26.7")).code
    clock.set(2026, 11, 25, 8, 0)
    assert codes == ["H26.12.3-261124-0001", "H26.12.3-261124-0002"]
    assert other == "H26.7-261124-0001"
    assert register.receive(new(clock)).code == "H26.12.3-261125-0001"
    assert [d.code for d in register.dossiers(dt.date(2026, 11, 24), dt.date(2026, 11, 25))] == [*codes, other]


@pytest.mark.parametrize("wrong", [{"agency": "hà nội"}, {"originals": 0}, {"steps": ()}])
def test_a_file_that_cannot_be_is_refused(clock, wrong):
    with pytest.raises(UsageFault):
        new(clock, **wrong)


def test_the_way_of_a_file_and_what_the_portal_hears(register, acts, clock):
    code = register.receive(new(clock, "captured"), person=PERSON).code
    told = [register.dossier(code).portal]
    for state, reason in (
        ("submitted", ""),
        ("accepted", ""),
        ("checking", ""),
        ("need_more", "thiếu trang 2"),
        ("checking", ""),
        ("fee_due", ""),
    ):
        clock.now += dt.timedelta(minutes=1)
        told.append(register.step(code, state, person=PERSON, reason=reason).portal)
    assert told == [0, 1, 2, 4, 5, 4, 6]
    with pytest.raises(UsageFault, match="not at the officer's check"):
        acts.reserve(register, dossier=code)  # a payment is open
    assert list(register.lines()) == []
    assert register.step(code, "checking").portal == 4
    act = acts.reserve(register, dossier=code)
    assert act.dossier == code
    assert register.dossier(code).portal == 4
    with pytest.raises(UsageFault, match="stands at 4, not at 9"):
        register.hand_over(code)
    acts.finish(register, act)
    assert register.dossier(code).portal == 9
    done = register.hand_over(code, person=PERSON)
    assert (done.portal, done.delivered_at) == (10, clock())
    with pytest.raises(UsageFault, match="stands at 10"):
        register.hand_over(code)


def test_every_step_has_time_place_device_and_person(path, clock, holders):
    said = {"holder_folder": holders, "device": "quầy 1", "place": "TN-01"}
    with keep.Register(path, clock=clock, randomness=bytes, **said) as register:
        code = register.receive(new(clock, "submitted"), person=PERSON).code
        clock.now += dt.timedelta(minutes=3)
        register.step(code, "rejected", person="Trần Bình", reason="R2")
        first, last = register.dossier_events(code)
    assert (first.state, first.place, first.device, first.person) == ("submitted", "TN-01", "quầy 1", PERSON)
    assert (last.state, last.at, last.facts) == ("rejected", clock(), {"reason": "R2"})
    for attempt in ("DELETE FROM dossier", "DELETE FROM dossier_event", "UPDATE dossier_event SET at = ''"):
        with pytest.raises(IntegrityError):
            tamper(path, attempt)


@pytest.mark.parametrize("old", keep.file_states())
def test_a_file_goes_only_where_the_data_lets_it(register, clock, old):
    allowed = keep.state_data()["file"]
    for state in keep.file_states():
        code = register.receive(new(clock, old)).code
        if state in allowed[old]["next"]:
            assert register.step(code, state, reason="lý do").state == state
            assert register.dossier(code).portal == allowed[state]["portal"]
        else:
            with pytest.raises(UsageFault, match="does not become"):
                register.step(code, state, reason="lý do")
            assert register.dossier(code).state == old
        assert keep.file_state_words(state).vi != keep.file_state_words(state).en


def test_what_needs_a_reason_and_what_is_unknown_is_refused(register, clock):
    code = register.receive(new(clock)).code
    with pytest.raises(UsageFault, match="a reason is needed"):
        register.step(code, "need_more")
    with pytest.raises(UsageFault, match="is no state of a file"):
        register.step(code, "lost")
    with pytest.raises(UsageFault, match="no such file"):
        register.step("H26-251110-0001", "accepted")


def test_a_file_of_several_originals_is_done_with_the_last_of_them(register, acts, clock):
    code = register.receive(new(clock, originals=2)).code
    acts.finish(register, acts.reserve(register, dossier=code))
    assert register.dossier(code).portal == 4
    voided = acts.reserve(register, dossier=code)
    with pytest.raises(UsageFault, match="has 2 originals, and each has its number"):
        acts.reserve(register, dossier=code)
    register.void(voided.act_id, "nhầm bản chính")
    acts.finish(register, acts.reserve(register, dossier=code))
    found = register.dossier(code)
    assert (found.portal, [act.number for act in found.acts]) == (9, [1, 3])


def test_a_file_whose_act_has_its_number_is_not_withdrawn(register, acts, clock):
    code = register.receive(new(clock)).code
    act = acts.reserve(register, dossier=code)
    with pytest.raises(UsageFault, match="void or revoke that first"):
        register.step(code, "withdrawn")
    register.void(act.act_id, "người yêu cầu rút hồ sơ")
    assert register.step(code, "withdrawn").portal == 7


def test_an_act_that_brings_its_own_file_is_handed_over_when_it_lies_there(register, acts, clock):
    act = acts.reserve(register, dossier=new(clock))
    acts.finish(register, act, out_hint="x.pdf")
    assert register.dossier(act.dossier).portal == 9
    register.delivered(act.act_id, problem="đĩa đầy")
    assert register.dossier(act.dossier).portal == 9
    register.delivered(act.act_id)
    assert register.dossier(act.dossier).portal == 10


@pytest.mark.parametrize("sealed", [False, True], ids=["plain", "sealed"])
def test_an_act_of_a_larger_file_is_delivered_when_its_copy_lies_there(path, acts, clock, holders, sealed):
    key = keep.LocalKey(b"k" * 32) if sealed else None
    if key is not None:
        keep.seal_register(alone(path), key)
    with keep.Register(path, clock=clock, randomness=os.urandom, holder_folder=holders, office_key=key) as register:
        act = acts.reserve(register, dossier=register.receive(new(clock, originals=2)).code)
        acts.finish(register, act, out_hint="x.pdf")
        clock.now += dt.timedelta(seconds=7)
        register.delivered(act.act_id, problem="đĩa đầy")
        clock.now += dt.timedelta(seconds=4)
        register.delivered(act.act_id)
        found = {stage.name: stage.median_s for stage in register.times(clock().date(), dt.date(2026, 11, 25))}
        assert found["deliver"] == 11


def test_stage_times_stand_against_three_to_five_minutes(register, acts, clock):
    whole = (60, 150, 400)
    for seconds in whole:
        began = clock()
        steps = (("captured", began), ("checking", began + dt.timedelta(seconds=10)))
        clock.now = began + dt.timedelta(seconds=seconds - 5)
        act = acts.reserve(register, dossier=new(clock, steps=steps))
        clock.now += dt.timedelta(seconds=3)
        acts.finish(register, act, out_hint="x.pdf")
        clock.now += dt.timedelta(seconds=2)
        register.delivered(act.act_id)
    register.void(acts.reserve(register, dossier=new(clock)).act_id, "nhầm")
    found = {stage.name: stage for stage in register.times(dt.date(2026, 11, 24), dt.date(2026, 11, 25))}
    assert {name: (s.count, s.median_s) for name, s in found.items()} == {
        "scan": (3, 10),
        "decide": (3, 135),
        "sign": (3, 3),
        "deliver": (3, 2),
        "whole": (3, 150),
    }
    last = found["whole"]
    assert (last.p90_s, last.longest_s, last.within_s, last.within, last.beyond) == (400, 400, 180, 2, 1)
    assert register.times(dt.date(2026, 11, 25), dt.date(2026, 11, 26)) == ()
