"""The verdict on a scan: which measure raises which finding, how severely, and where it says that it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from pyhncert import check
from pyhncert.check._places import edge, place
from pyhncert.check._rules import bounds
from pyhncert.values import Finding, Quad

Faults = Callable[..., list[tuple[str, str]]]
Check = Callable[..., tuple[Finding, ...]]
TODAY = dt.date(2026, 11, 23)
SIZE = (2480, 3508)


def box(left: float, top: float, right: float, bottom: float) -> Quad:
    """Corners from shares of a page."""
    (x0, x1), (y0, y1) = ((v * SIZE[0] for v in (left, right)), (v * SIZE[1] for v in (top, bottom)))
    return (x0, y0), (x1, y0), (x1, y1), (x0, y1)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"detail_dpi": 80}, ("low_detail", "block")),
        ({"detail_dpi": 140}, ("low_detail", "warn")),
        ({"noise_levels": 70}, ("noisy", "block")),
        ({"noise_levels": 40}, ("noisy", "warn")),
        ({"contrast": 20}, ("faded", "block")),
        ({"contrast": 40}, ("faded", "warn")),
        ({"shadow_share": 0.1, "shadow_depth": 0.5}, ("shadow", "block")),
        ({"shadow_share": 0.1, "shadow_depth": 0.35}, ("shadow", "warn")),
        ({"blocking_levels": 3.1}, ("compressed", "warn")),
        ({"blocking_levels": 60}, ("compressed", "warn")),
    ],
)
def test_each_measure_raises_its_finding(faults: Faults, options: dict[str, Any], expected: tuple[str, str]) -> None:
    assert faults(**options) == [expected]


@pytest.mark.parametrize("options", [
    {"detail_dpi": 151}, {"noise_levels": 30}, {"contrast": 45}, {"shadow_share": 0.3, "shadow_depth": 0.33},
    {"shadow_share": 0.019, "shadow_depth": 0.9}, {"blocking_levels": 3.0}, {"glare_share": 0.003},
])  # fmt: skip
def test_up_to_its_threshold_a_measure_is_fine(faults: Faults, options: dict[str, Any]) -> None:
    assert faults(**options) == []


def test_a_page_scanned_at_its_low_resolution_is_not_called_enlarged(faults: Faults) -> None:
    assert faults(dpi=140, detail_dpi=110) == [("low_dpi", "block")]


def test_a_blurred_page_is_not_called_enlarged_as_well(faults: Faults) -> None:
    assert faults(detail_dpi=80, sharpness=0.1) == [("blurred", "block")]


def test_a_frame_and_specks_alone_are_a_blank_page(faults: Faults) -> None:
    empty: dict[str, Any] = {"body": (), "seal_quads": (), "kind": "unknown", "title": ""}
    assert faults(ink_share=0.02, content_share=0.0001, **empty) == [("blank", "block")]
    assert ("blank", "block") not in faults(ink_share=0.02, content_share=0.0001)


@pytest.mark.parametrize(
    ("quad", "en", "vi"),
    [
        (box(0, 0, 0.2, 0.2), "the upper left corner", "góc trên bên trái"),
        (box(0.8, 0.8, 1, 1), "the lower right corner", "góc dưới bên phải"),
        (box(0, 0, 0.2, 1), "the left side", "phía bên trái"),
        (box(0, 0.9, 1, 1), "the lower part", "phía dưới"),
        (box(0.4, 0.4, 0.6, 0.6), "the middle", "giữa"),
        (box(0, 0, 1, 0.9), "most", "phần lớn"),
    ],
)
def test_a_place_is_named_by_its_ninth_of_the_page(quad: Quad, en: str, vi: str) -> None:
    assert place(quad, SIZE) == (vi, en)


@pytest.mark.parametrize(
    ("side", "quad", "en"),
    [
        ("right", box(0.97, 0.85, 1, 0.98), "the lower right corner"),
        ("right", box(0.97, 0.1, 1, 0.9), "the right edge"),
        ("left", box(0, 0.02, 0.03, 0.1), "the upper left corner"),
        ("bottom", box(0.02, 0.98, 0.2, 1), "the lower left corner"),
        ("top", box(0.3, 0, 0.7, 0.02), "the upper edge"),
        ("top", None, "the upper edge"),
    ],
)
def test_a_cut_is_named_by_its_edge_or_by_a_corner_of_it(side: str, quad: Quad | None, en: str) -> None:
    assert edge(side, quad, SIZE).en == en


def test_the_verdict_says_where_and_what_to_do_in_both_languages(check_one: Check) -> None:
    found = check_one(cut_edges=("right",), cut_quads=(box(0.97, 0.85, 1, 0.98),), glare_share=0.005)
    severity, words = check.verdict(1, found)
    assert severity == "block"
    assert (
        words.en
        == "text at the lower right corner of page 1 is cut off; lay the whole paper on the glass and scan again"
    )
    assert words.vi.startswith("chữ ở góc dưới bên phải trang 1 bị cắt mất; hãy đặt lại")
    assert found[0].quad == box(0.97, 0.85, 1, 0.98)


def test_a_good_page_has_a_good_verdict_and_another_page_s_fault_is_not_its_own(check_one: Check) -> None:
    assert check.verdict(1, check_one()) == ("pass", ("trang 1 rõ, dùng được", "page 1 is clear and can be used"))
    assert check.verdict(2, check_one(glare_share=0.5))[0] == "pass"
    assert check.verdict(1, check_one(glare_share=0.5))[0] == "block"


def test_shadow_and_glare_are_shown_at_their_places(check_one: Check) -> None:
    quad = box(0, 0, 0.15, 1)
    found = check_one(shadow_share=0.15, shadow_depth=0.5, shadow_quads=(quad,), glare_share=0.02, glare_quads=(quad,))
    shown = {f.code: f for f in found}
    assert shown["shadow"].quad == shown["glare"].quad == quad
    assert shown["shadow"].reason.en.startswith(
        "the left side of page 1 lies in shadow (50 % darker, 15 % of the page)"
    )


@pytest.mark.parametrize("name", ["detail", "noise", "contrast", "shadow", "compression", "glare", "sharpness"])
def test_each_threshold_of_the_gate_has_a_source_and_a_day(name: str) -> None:
    limits = bounds(name, TODAY)
    assert limits is not None
    assert limits["source"]
    assert bounds(name, dt.date(2014, 1, 1)) is None
