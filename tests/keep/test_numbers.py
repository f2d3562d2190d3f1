"""Numbers, books, years (SPEC 1.6; acceptance vectors of SPEC 8)."""

from __future__ import annotations

import datetime as dt

import pytest
from mediums import tamper

from pyhncert import keep
from pyhncert.errors import StorageFault, UsageFault


def test_numbers_start_at_01_and_have_no_gaps(register, acts):
    taken = [acts.reserve(register) for _ in range(12)]
    assert [n.number for n in taken] == list(range(1, 13))
    assert taken[0].shown == "01"
    assert taken[11].shown == "12"
    assert register.check() == ()


def test_the_last_number_of_december_is_followed_by_01_in_the_same_book(register, acts, clock, path):
    _skip_to(path, acts.unit, 2026, 4710)
    clock.set(2026, 12, 31, 23, 59, 59)
    last = acts.reserve(register)
    clock.set(2027, 1, 1, 0, 0, 0)
    first = acts.reserve(register)
    assert (last.number, last.year) == (4711, 2026)
    assert (first.number, first.year) == (1, 2027)
    assert first.book == last.book == "01/2026-SCT/BS"


def _skip_to(path, unit, year, last):
    """Let the counter stand where thousands of acts would have left it."""
    tamper(path, f"INSERT INTO counter VALUES ('{unit}', 'SCT/BS', {year}, {last})")


def test_a_new_book_in_june_continues_the_numbers(register, acts, clock):
    clock.set(2027, 5, 31, 16, 0)
    before = [acts.reserve(register) for _ in range(3)]
    clock.set(2027, 6, 1, 8, 0)
    book = register.open_book(keep.BookSettings(unit=acts.unit))
    after = acts.reserve(register)
    assert book.name == "01/2027-SCT/BS"
    assert [n.number for n in (*before, after)] == [1, 2, 3, 4]
    assert before[0].book == "01/2026-SCT/BS"
    assert after.book == "01/2027-SCT/BS"
    closed, opened = register.books()
    assert closed.closed_on == dt.date(2027, 6, 1) == opened.opened_on
    assert opened.closed_on is None


def test_the_second_book_of_a_year_has_number_02(register, acts):
    assert register.open_book(keep.BookSettings(unit=acts.unit)).name == "02/2026-SCT/BS"


def test_a_yearly_book_is_bound_on_31_december_and_the_next_one_opened(register, acts, clock):
    register.open_book(keep.BookSettings(unit="xe 7", yearly=True))
    assert acts.reserve(register, unit="xe 7").book == "01/2026-SCT/BS"
    clock.set(2027, 1, 4, 8, 0)
    act = acts.reserve(register, unit="xe 7")
    assert (act.number, act.book) == (1, "01/2027-SCT/BS")
    old = next(b for b in register.books() if b.unit == "xe 7" and b.year == 2026)
    assert old.closed_on == dt.date(2026, 12, 31)


def test_the_year_turns_in_vietnam_not_in_greenwich(register, acts, clock):
    clock.now = dt.datetime(2026, 12, 31, 16, 59, 59, tzinfo=dt.UTC)
    assert acts.reserve(register).year == 2026
    clock.now = dt.datetime(2026, 12, 31, 17, 0, 0, tzinfo=dt.UTC)
    act = acts.reserve(register)
    assert (act.year, act.number) == (2027, 1)
    assert act.reserved_at is not None
    assert act.reserved_at.isoformat() == "2027-01-01T00:00:00+07:00"


def test_one_number_stands_for_five_copies(register, acts):
    act = acts.reserve(register, copies=5)
    line = register.act(act.act_id)
    assert (line.number, line.copies, line.fee_vnd) == (1, 5, 10_000)
    assert acts.reserve(register).number == 2


def test_each_unit_and_each_kind_of_book_counts_for_itself(register, acts):
    register.open_book(keep.BookSettings(unit=acts.unit, symbol="SCTĐT/BS"))
    register.open_book(keep.BookSettings(unit="xe 7"))
    acts.reserve(register)
    electronic = acts.reserve(register, symbol="SCTĐT/BS")
    van = acts.reserve(register, unit="xe 7")
    assert (electronic.number, electronic.book) == (1, "01/2026-SCTĐT/BS")
    assert (van.number, van.book) == (1, "01/2026-SCT/BS")
    assert acts.reserve(register).number == 2


def test_a_unit_without_an_open_book_is_refused(register, acts):
    with pytest.raises(UsageFault, match="has no open book"):
        acts.reserve(register, unit="nobody")
    assert list(register.lines()) == []


def test_preflight_names_the_book_and_changes_nothing(register, acts, clock):
    register.open_book(keep.BookSettings(unit="xe 7", yearly=True))
    clock.set(2027, 1, 4, 8, 0)
    before = register.books()
    assert register.check_book("xe 7").name == "01/2026-SCT/BS"
    assert register.books() == before
    with pytest.raises(UsageFault, match="has no open book"):
        register.check_book(acts.unit, symbol="SCTĐT/BS")
    clock.set(1970, 1, 1)
    with pytest.raises(UsageFault, match="set the clock"):
        register.check_book(acts.unit)


def test_a_clock_before_the_opening_of_the_book_is_refused(register, acts, clock):
    clock.set(1970, 1, 1)
    with pytest.raises(UsageFault, match="set the clock"):
        acts.reserve(register)
    with pytest.raises(UsageFault, match="set the clock"):
        register.open_book(keep.BookSettings(unit=acts.unit))


def test_a_clock_without_a_zone_is_refused(register, acts, clock):
    clock.now = dt.datetime(2026, 11, 24)
    with pytest.raises(UsageFault, match="time zone"):
        acts.reserve(register)


@pytest.mark.parametrize("wrong", [{"copies": 0}, {"pages": 0}])
def test_a_reservation_that_fails_uses_no_number(register, acts, wrong):
    with pytest.raises(UsageFault, match="at least 1"):
        acts.reserve(register, **wrong)
    assert acts.reserve(register).number == 1


@pytest.mark.parametrize("wrong", [{"unit": " "}, {"unit": "a", "symbol": ""}, {"unit": "a", "symbol": "SCT BS"}])
def test_a_book_needs_a_unit_and_a_symbol(wrong):
    with pytest.raises(UsageFault, match="needs a unit and a symbol"):
        keep.BookSettings(**wrong)


def test_codes_and_acts_never_repeat_and_a_stuck_random_source_is_noticed(path, clock, acts, holders):
    with keep.Register(path, clock=clock, randomness=lambda n: b"\x07" * n, holder_folder=holders) as register:
        acts.reserve(register)
        with pytest.raises(StorageFault, match="random source repeats"):
            acts.reserve(register)
        assert register.check() == ()
        assert len(list(register.lines())) == 1
