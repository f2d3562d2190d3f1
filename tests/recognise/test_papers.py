"""Kinds and fields of every template of the sets, from the lines as they are printed; and no kind for foreign pages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import foreign
import pytest
from reading import papers, plan

from pyhncert import recognise
from pyhncert.recognise._values import value
from pyhncert.values import Kind, Reading

TODAY = dt.date(2026, 11, 25)
TEMPLATES = [
    (kind, turn)
    for kind, makers in {**plan.PAPERS, **plan.CARDS}.items()
    if kind != "other"
    for turn in range(len(makers))
]


@pytest.mark.usefixtures("fonts")
@pytest.mark.parametrize(("kind", "turn"), TEMPLATES)
def test_a_printed_paper_gives_its_kind_and_all_its_fields(kind: str, turn: int) -> None:
    sheet = plan.sheet(plan.Entry("clean", kind, turn))
    reading = papers.printed_reading(sheet)
    named = recognise.classify([reading])
    assert named.key == kind
    got = {field.name: field for field in recognise.fields(named, [reading], today=TODAY)}
    for its, known in sheet.fields.items():
        name = papers.field_name(kind, its)
        assert name in got, name
        assert papers.same(name, known.value, got[name].value), (name, known.value, got[name].value)
    for field in got.values():
        assert 0 <= field.confidence <= 1
        (left, top), _, (right, bottom), _ = field.quad
        assert 0 <= left < right <= sheet.image.width
        assert 0 <= top < bottom <= sheet.image.height


def test_foreign_and_unrelated_pages_are_given_no_kind() -> None:
    assert len(foreign.MAKERS) >= 50
    named = {name: recognise.classify([papers.printed_reading(sheet)]).key for name, sheet in foreign.pages(step=1)}
    assert set(named.values()) == {"unknown"}


def test_the_second_member_of_a_household_has_fields_of_its_own(reading_of: Callable[..., Reading]) -> None:
    rows = []
    for i, (name, sex) in enumerate((("LÊ A", "Nam"), ("LÊ B", "Nữ"))):
        rows += [(100, 100 + 300 * i, f"Họ và tên: {name}"), (100, 200 + 300 * i, f"Giới tính: {sex}")]
    kind = Kind(key="ho_khau", name=recognise.kind_name("ho_khau"), title="", confidence=1.0)
    got = {field.name: field.value for field in recognise.fields(kind, [reading_of(rows)])}
    assert got == {"member_name": "LÊ A", "member_sex": "Nam", "member_name_2": "LÊ B", "member_sex_2": "Nữ"}


def test_a_list_that_comes_with_a_decision_is_of_its_kind(reading_of: Callable[..., Reading]) -> None:
    title = (500, 100, "DANH SÁCH VIÊN CHỨC ĐƯỢC NÂNG LƯƠNG")
    annex = reading_of([title, (500, 160, "(Kèm theo Quyết định số 12/QĐ-SNV ngày 05 tháng 06 năm 2020 của Giám đốc)")])
    named = recognise.classify([annex])
    assert (named.key, named.title) == ("quyet_dinh", title[2])
    got = {field.name: field.value for field in recognise.fields(named, [annex])}
    assert (got["number"], got["issue_date"]) == ("12/QĐ-SNV", "05/06/2020")
    assert recognise.classify([reading_of([title, (500, 160, "(Kèm theo Công văn số 12/CV-SNV)")])]).key == "unknown"


def test_the_back_of_a_card_has_a_place_though_it_has_no_title(reading_of: Callable[..., Reading]) -> None:
    back = reading_of(
        [(100, 100, "Đặc điểm nhận dạng / Personal identification"), (100, 200, "CỤC TRƯỞNG CỤC CẢNH SÁT")]
    )
    named = recognise.classify([back])
    assert (named.key, named.title, named.page) == ("cccd", "", 1)
    assert named.quad is not None


@pytest.mark.parametrize(
    ("kind", "text", "wanted"),
    [
        ("money", "1.250.000.000 đồng.", "1250000000"),
        ("money", "không", None),
        ("number", "7.5", "7,5"),
        ("number", "6", "6"),
        ("number", "5,", None),
        ("number", "1.2.3", None),
        ("date", "02/0CT/2021", "02/10/2021"),
        ("date", "24IOCT/2023", "24/10/2023"),
        ("date", "31/APR/2023", None),
        ("date", "Ngày (date) 14 tháng 03 năm 2023", "14/03/2023"),
        ("sex", "NAM / M", "Nam"),
        ("sex", "Nữ/Female", "Nữ"),
        ("sex", "NỮ!IF", "Nữ"),
        ("sex", "F", "Nữ"),
        ("sex", "NAM / F", None),
        ("text", "Bậc 3 (B1)", "Bậc 3 (B1)"),
        ("text", "(Bậc 3)", "Bậc 3"),
    ],
)
def test_values_are_typed_and_never_guessed(kind: str, text: str, wanted: str | None) -> None:
    assert value(kind, text) == wanted
