"""Column 7: vectors of SPEC 1.13."""

from __future__ import annotations

import datetime as dt

import pytest

from pyhncert import keep
from pyhncert.errors import UsageFault

DAY = dt.date(2026, 11, 24)
VECTORS = [
    (1, 1, 2_000),
    (2, 1, 4_000),
    (3, 1, 5_000),
    (4, 1, 6_000),
    (10, 1, 12_000),
    (198, 1, 200_000),
    (250, 1, 200_000),
    (4, 2, 12_000),
    (250, 5, 1_000_000),
]


@pytest.mark.parametrize(("pages", "copies", "vnd"), VECTORS)
def test_fee_table_of_the_circular(pages, copies, vnd):
    assert keep.fee(pages, copies, on=DAY) == vnd


def test_the_cap_holds_for_each_copy_and_not_for_the_sum():
    assert keep.fee(250, 2, on=DAY) == 400_000


def test_the_rule_names_its_source_and_its_days():
    rule = keep.fee_rule(DAY)
    assert "226/2016" in rule.source
    assert rule.valid_from <= DAY <= rule.valid_to


@pytest.mark.parametrize(("pages", "copies"), [(0, 1), (1, 0), (-1, 1)])
def test_no_fee_for_nothing(pages, copies):
    with pytest.raises(UsageFault, match="at least 1"):
        keep.fee(pages, copies, on=DAY)


def test_a_day_without_a_rule_is_refused():
    with pytest.raises(UsageFault, match="no fee rule"):
        keep.fee(1, on=dt.date(1990, 1, 1))


def test_the_register_counts_the_fee_unless_it_is_told(register, acts):
    assert acts.reserve(register, pages=4, copies=2).fee_vnd == 12_000
    assert register.act(acts.reserve(register, pages=4, fee_vnd=0).act_id).fee_vnd == 0
