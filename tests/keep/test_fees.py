"""Column 7: vectors of SPEC 1.13."""

from __future__ import annotations

import datetime as dt

import pytest

from pyhncert import keep
from pyhncert.errors import UsageFault
from pyhncert.values import Charge

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
    assert keep.charge(pages, copies, on=DAY).net == vnd


def test_the_cap_holds_for_each_copy_and_not_for_the_sum():
    assert keep.charge(250, 2, on=DAY).net == 400_000


def test_the_rule_names_its_source_and_its_days():
    rule = keep.fee_rule(DAY)
    assert "226/2016" in rule.source
    assert rule.valid_from <= DAY <= rule.valid_to


@pytest.mark.parametrize(("pages", "copies"), [(0, 1), (1, 0), (-1, 1)])
def test_no_fee_for_nothing(pages, copies):
    with pytest.raises(UsageFault, match="at least 1"):
        keep.charge(pages, copies, on=DAY)


def test_a_day_without_a_rule_is_refused():
    with pytest.raises(UsageFault, match="no fee rule"):
        keep.charge(1, on=dt.date(1990, 1, 1))


def test_the_register_counts_the_fee_unless_it_is_told(register, acts):
    assert acts.reserve(register, pages=4, copies=2).fee_vnd == 12_000
    assert register.act(acts.reserve(register, pages=4, cost=Charge(gross=0)).act_id).fee_vnd == 0


HA_NOI = {"place": "ha_noi", "channel": "online"}


def test_the_electronic_copy_is_one_more_copy_with_a_cap_of_its_own():
    """Not as a province's system counts, which forgets the cap on the electronic part (SPEC 1.13)."""
    assert keep.charge(250, 2, on=DAY).net == 400_000
    assert keep.charge(250, 2, on=DAY).net != 200_000 + 4_000 + 1_000 * 248


def test_pages_from_the_third_cost_less_and_nothing_is_split_at_the_cap():
    """Not as a notary office's specification counts: 2,000 for every page (SPEC 1.13)."""
    assert keep.charge(10, on=DAY).net != 2_000 * 10
    assert keep.charge(300, on=DAY).net == 200_000


def test_in_hanoi_an_online_file_costs_nothing_from_2026_on():
    cost = keep.charge(4, 2, on=dt.date(2026, 1, 1), **HA_NOI)
    assert (cost.gross, cost.subsidised, cost.net) == (12_000, 12_000, 0)
    assert "77/2025" in cost.subsidy
    assert "226/2016" in cost.rule


@pytest.mark.parametrize(
    ("day", "place", "channel"),
    [
        (dt.date(2025, 12, 31), "ha_noi", "online"),
        (dt.date(2026, 1, 1), "ha_noi", "desk"),
        (dt.date(2026, 1, 1), "hue", "online"),
        (dt.date(2026, 1, 1), None, None),
    ],
)
def test_before_that_day_at_the_desk_and_elsewhere_the_fee_is_due(day, place, channel):
    cost = keep.charge(4, 2, on=day, place=place, channel=channel)
    assert (cost.gross, cost.subsidised, cost.net) == (12_000, 0, 12_000)


def test_abroad_a_copy_costs_ten_dollars_whatever_its_pages():
    cost = keep.charge(250, 3, on=DAY, place="abroad")
    assert (cost.net, cost.currency) == (30, "USD")


def test_copies_that_the_office_keeps_cost_nothing():
    cost = keep.charge(4, 3, on=DAY, retained=1)
    assert (cost.gross, cost.waived, cost.net) == (18_000, 6_000, 12_000)
    assert "Điều 14" in cost.waiver
    with pytest.raises(UsageFault, match="cannot be retained"):
        keep.charge(4, 1, on=DAY, retained=2)


def test_nothing_is_charged_for_the_faults_of_the_office():
    cost = keep.charge(4, on=DAY, waiver="office_fault")
    assert (cost.gross, cost.waived, cost.net) == (6_000, 6_000, 0)
    with pytest.raises(UsageFault, match="no waiver 'kindness'"):
        keep.charge(4, on=DAY, waiver="kindness")


def test_a_line_keeps_how_its_fee_was_counted(register, acts):
    cost = keep.charge(4, 2, on=DAY, **HA_NOI)
    line = register.act(acts.reserve(register, pages=4, copies=2, cost=cost).act_id)
    assert line.fee_vnd == 0
    assert line.charge == cost
    abroad = acts.finish(register, acts.reserve(register, copies=2, cost=keep.charge(1, 2, on=DAY, place="abroad")))
    assert (abroad.fee_vnd, keep.paid(abroad)) == (0, "20 USD")
    assert "20 USD" in "".join(register_csv(register))


def register_csv(register):
    import io

    stream = io.StringIO()
    register.export_csv(stream, year=2026)
    return stream.getvalue()


@pytest.mark.parametrize(("gross", "waived"), [(-1, 0), (5, 6)])
def test_a_charge_is_never_negative(gross, waived):
    with pytest.raises(ValueError, match="never negative"):
        Charge(gross=gross, waived=waived)
