"""A file cut into papers: the rules of SPEC 6, and that each page is in one paper and only once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reading import papers, plan

from pyhncert.recognise import originals
from pyhncert.values import Reading

TODAY = dt.date(2026, 11, 25)
FRONT = [
    (500, 100, "CĂN CƯỚC CÔNG DÂN"),
    (400, 200, "Số / No.: 001090000019"),
    (400, 300, "Họ và tên / Full name: LÊ A"),
]
BACK = [
    (100, 100, "Đặc điểm nhận dạng / Personal identification: Nốt ruồi"),
    (300, 200, "CỤC TRƯỞNG CỤC CẢNH SÁT"),
    (100, 400, "IDVNM0900000199001090000019<<0"),
    (100, 460, "9001011M3001019VNM<<<<<<<<<<<8"),
    (100, 520, "LE<<A<<<<<<<<<<<<<<<<<<<<<<<<<"),
]
OTHER = [
    (row[0], row[1], row[2].replace("001090000019", "001090000027").replace("LÊ A", "ĐỖ BÌNH MINH")) for row in FRONT
]
BIRTH = [
    (300, 50, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
    (500, 150, "GIẤY KHAI SINH"),
    (300, 260, "Số: 12/2024"),
    (300, 350, "Họ, chữ đệm, tên: TRẦN THỊ MỸ LINH"),
    (300, 450, "Ngày, tháng, năm sinh: 02/03/2024"),
]
DEED = [(500, 150, "HỢP ĐỒNG MUA BÁN XE"), (300, 260, "Bên bán đồng ý bán cho bên mua một chiếc xe máy đã cũ")]
MORE = [(300, 150, "Bên mua trả tiền một lần khi nhận xe và chìa khóa của bên bán giao")]

Make = Callable[..., Reading]
Cut = Callable[..., list[tuple[str, tuple[int, ...]]]]


@pytest.fixture
def cut(reading_of: Make) -> Cut:
    """Kinds and pages of the papers that a file with these pages is cut into."""

    def run(*pages: list[tuple[float, float, str]]) -> list[tuple[str, tuple[int, ...]]]:
        found = originals([reading_of(rows, page=i) for i, rows in enumerate(pages, 1)], today=TODAY)
        return [(one.kind.key, one.pages) for one in found]

    return run


def test_a_paper_goes_on_over_pages_without_a_title(cut: Cut) -> None:
    assert cut(BIRTH, MORE) == [("khai_sinh", (1, 2))]
    assert cut(DEED, MORE, MORE[:0], MORE) == [("unknown", (1, 2)), ("blank", (3,)), ("unknown", (4,))]


def test_another_title_begins_another_paper(cut: Cut) -> None:
    assert cut(BIRTH, DEED, MORE) == [("khai_sinh", (1,)), ("unknown", (2, 3))]
    assert cut(DEED, BIRTH) == [("unknown", (1,)), ("khai_sinh", (2,))]


def test_the_sides_of_a_card_come_together_on_one_number_wherever_they_lie(cut: Cut) -> None:
    assert cut(FRONT, BACK) == [("cccd", (1, 2))]
    assert cut(BACK, FRONT) == [("cccd", (1, 2))]
    assert cut(FRONT, OTHER, BACK) == [("cccd", (1, 3)), ("cccd", (2,))]
    assert cut(OTHER, BACK) == [("cccd", (1,)), ("cccd", (2,))]


def test_a_side_without_number_or_person_is_put_to_no_card(cut: Cut) -> None:
    assert cut(FRONT, BACK[:2]) == [("cccd", (1,)), ("cccd", (2,))]


def test_text_after_a_card_is_not_of_the_card(cut: Cut) -> None:
    assert cut(FRONT, MORE) == [("cccd", (1,)), ("unknown", (2,))]


def test_a_cover_that_repeats_only_the_title_belongs_to_its_neighbour(cut: Cut) -> None:
    cover = [(500, 600, "HỌC BẠ"), (480, 700, "TRUNG HỌC CƠ SỞ")]
    inner = [(500, 100, "HỌC BẠ"), (300, 300, "Họ và tên: Trần Thị Mỹ Linh"), (300, 400, "Giới tính: Nữ")]
    other = [(500, 100, "HỌC BẠ"), (300, 300, "Họ và tên: Đỗ Văn Quang"), (300, 400, "Giới tính: Nam")]
    assert cut(cover, inner) == [("hoc_ba", (1, 2))]
    assert cut(inner, cover) == [("hoc_ba", (1, 2))]
    assert cut(cover, inner, other) == [("hoc_ba", (1, 2)), ("hoc_ba", (3,))]
    assert cut(BIRTH, cover) == [("khai_sinh", (1,)), ("hoc_ba", (2,))]


def test_a_page_that_was_scanned_again_is_another_copy(reading_of: Make) -> None:
    found = originals([reading_of(BIRTH, page=1), reading_of(FRONT, page=2), reading_of(BIRTH, page=3)], today=TODAY)
    assert [(one.pages, one.again) for one in found] == [((1,), None), ((2,), None), ((3,), 0)]


def test_two_papers_of_one_form_are_two(cut: Cut) -> None:
    second = [(x, y, text.replace("12/2024", "77/2019").replace("MỸ LINH", "HỒNG")) for x, y, text in BIRTH]
    assert cut(BIRTH, second) == [("khai_sinh", (1,)), ("khai_sinh", (2,))]


def test_names_to_show_have_forty_letters_at_most_and_no_whole_personal_number(reading_of: Make) -> None:
    pages = [BIRTH, FRONT, DEED, []]
    found = originals([reading_of(rows, page=i) for i, rows in enumerate(pages, 1)], today=TODAY)
    assert [one.name for one in found] == [
        "Khai sinh 12/2024 TRẦN THỊ MỸ LINH",
        "CCCD …0019 LÊ A",
        "Giấy tờ khác",
        "Trang trắng",
    ]
    long = [(x, y, text.replace("MỸ LINH", "MỸ LINH CÔNG TẰNG TÔN NỮ HOÀNG")) for x, y, text in BIRTH]
    (one,) = originals([reading_of(long)], today=TODAY)
    assert len(one.name) == 40
    assert one.name.endswith("…")


@pytest.mark.parametrize(
    ("kind", "turns"), [("ho_khau", (1, 0)), ("gcn_qsdd", (0, 2)), ("dkdn", (0,)), ("ho_chieu", (0,))]
)
def test_pages_of_a_booklet_are_one_paper(kind: str, turns: tuple[int, ...]) -> None:
    sheets = [plan.sheet(plan.Entry("clean", kind, turn)) for turn in turns]
    (one,) = originals([papers.printed_reading(sheet, page) for page, sheet in enumerate(sheets, 1)], today=TODAY)
    assert one.kind.key == kind
    assert one.pages == tuple(range(1, len(turns) + 1))
    assert {field.page for field in one.fields} <= set(one.pages)


@given(order=st.lists(st.sampled_from(range(8)), max_size=9))
@settings(max_examples=60, deadline=None)
def test_each_page_is_in_one_paper_once(reading_of: Make, order: list[int]) -> None:
    pool = [FRONT, BACK, OTHER, BIRTH, DEED, MORE, [], BIRTH[:2]]
    readings = [replace(reading_of(pool[n]), page=i) for i, n in enumerate(order, 1)]
    found = originals(readings, today=TODAY)
    assert sorted(page for one in found for page in one.pages) == list(range(1, len(order) + 1))
    assert all(list(one.pages) == sorted(one.pages) for one in found)
    assert [one.pages[0] for one in found] == sorted(one.pages[0] for one in found)
    assert all(len(one.name) <= 40 and (one.again is None or one.again < i) for i, one in enumerate(found))
