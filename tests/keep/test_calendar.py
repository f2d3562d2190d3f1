"""By when (SPEC 1.8; acceptance vectors of SPEC 8): the 15:00 rule, working days, holidays, complex files."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyhncert import keep
from pyhncert.errors import UsageFault
from pyhncert.values import VIETNAM


def at(text):
    return dt.datetime.fromisoformat(text).replace(tzinfo=VIETNAM)


@pytest.mark.parametrize(
    ("received", "day"),
    [
        ("2026-11-23T14:59", "2026-11-23"),  # Monday before 15:00
        ("2026-11-23T15:00", "2026-11-23"),  # the moment itself still counts
        ("2026-11-23T15:00:00.000001", "2026-11-24"),
        ("2026-11-23T15:01", "2026-11-24"),  # Monday after 15:00: Tuesday
        ("2026-11-27T15:01", "2026-11-30"),  # Friday after 15:00: Monday
        ("2026-11-28T09:00", "2026-11-30"),  # Saturday
        ("2026-04-29T15:01", "2026-05-04"),  # before two holidays and a weekend
        ("2026-02-13T16:00", "2026-02-23"),  # the last day before Tết
        ("2025-04-25T15:01", "2025-04-26"),  # a Saturday that is worked for 2 May
        ("2025-12-31T15:01", "2026-01-05"),  # over the turn of the year
    ],
)
def test_the_fifteen_hours_rule(received, day):
    due = keep.due(at(received))
    assert due.at == at(f"{day}T17:00")
    assert due.slip == (day != received[:10])
    assert "23/2015" in due.source


@pytest.mark.parametrize(
    ("received", "extra", "day"),
    [
        ("2026-11-23T10:00", 2, "2026-11-25"),
        ("2026-11-26T15:01", 2, "2026-12-01"),  # Friday, then Monday and Tuesday
        ("2026-11-23T10:00", 1, "2026-11-24"),
    ],
)
def test_a_complex_file_has_two_working_days_more_and_a_slip(received, extra, day):
    due = keep.due(at(received), extra_days=extra)
    assert due.at.date().isoformat() == day
    assert due.slip


def test_more_than_two_days_need_a_written_agreement():
    monday = at("2026-11-23T10:00")
    with pytest.raises(UsageFault, match="the law allows 2"):
        keep.due(monday, extra_days=3)
    with pytest.raises(UsageFault, match="needs a written agreement"):
        keep.due(monday, extra_days=2, promised=at("2026-11-26T09:00"))
    late = keep.due(monday, extra_days=2, promised=at("2026-11-26T09:00"), agreement="07/TT")
    assert late.at == at("2026-11-26T09:00")
    assert keep.due(monday, extra_days=2, promised=at("2026-11-25T09:00")).at == at("2026-11-25T09:00")


@pytest.mark.parametrize("promised", ["2026-11-23T09:59", "2026-11-23T17:01", "2026-11-28T09:00", "2026-11-24T07:59"])
def test_nothing_is_promised_in_the_past_or_outside_working_hours(promised):
    with pytest.raises(UsageFault, match="cannot be promised"):
        keep.due(at("2026-11-23T10:00"), extra_days=2, promised=at(promised), agreement="07/TT")


def test_an_office_adds_days_and_saturday_mornings_of_its_own():
    friday, saturday = at("2026-11-27T15:01"), dt.date(2026, 11, 28)
    mornings = keep.OfficeHours(saturday_morning=True)
    assert keep.due(friday, hours=mornings).at == at("2026-11-28T12:00")
    assert keep.due(at("2026-11-28T12:01"), hours=mornings).at == at("2026-11-30T17:00")
    assert keep.due(friday, hours=keep.OfficeHours(workdays=frozenset({saturday}))).at == at("2026-11-28T17:00")
    off = keep.OfficeHours(holidays=frozenset({dt.date(2026, 11, 30)}))
    assert keep.due(friday, hours=off).at == at("2026-12-01T17:00")


def test_a_year_that_the_calendar_does_not_know_is_refused():
    with pytest.raises(UsageFault, match="public holidays of 2031"):
        keep.due(at("2031-01-02T10:00"))
    with pytest.raises(UsageFault, match="public holidays of 2028"):
        keep.due(at("2027-12-31T16:00"))


def test_what_is_unverified_in_the_calendar_says_so():
    assert keep.due(at("2026-01-01T10:00")).unverified
    assert not keep.due(at("2026-11-23T15:01")).unverified


@given(st.datetimes(dt.datetime(2025, 1, 1), dt.datetime(2027, 12, 20), timezones=st.just(VIETNAM)), st.integers(0, 2))
def test_the_due_day_is_a_working_day_and_the_nearest_that_the_law_allows(received, extra):
    due = keep.due(received, extra_days=extra)
    day, counted = received.date(), -1
    if received.time() > dt.time(15) or not keep.is_working_day(day):
        counted = -2 if keep.is_working_day(day) else -1
    while day < due.at.date():
        counted += keep.is_working_day(day)
        day += dt.timedelta(days=1)
    assert keep.is_working_day(due.at.date())
    assert counted + 1 == extra
