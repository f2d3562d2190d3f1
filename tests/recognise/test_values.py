"""From words to values."""

from __future__ import annotations

import unicodedata

import pytest

from pyhncert.recognise._values import date_in, tidy, value


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("19/05/2023", "19/05/2023"),
        ("1/2/2024", "01/02/2024"),
        ("01-02-2024.", "01/02/2024"),
        ("ngày 8 tháng 3 năm 2025", "08/03/2025"),
        ("04 tháng 02 năm 1988", "04/02/1988"),
        ("Hà Nội, ngày/date 10 tháng/month 11 năm/year 2024", "10/11/2024"),
        ("29052023", "29/05/2023"),
        ("111121995", "11/12/1995"),
        ("15I03/2034", "15/03/2034"),
    ],
)
def test_a_date_is_found_in_the_ways_it_is_written_and_misread(text: str, date: str) -> None:
    assert date_in(text) == date


@pytest.mark.parametrize("text", ["31/02/2024", "11/42/1995", "0B/01/2040", "19/05/23", "", "Không", "1/1/1500"])
def test_what_is_no_date_beyond_doubt_is_none(text: str) -> None:
    assert date_in(text) is None


def test_leaders_and_dirt_go_and_marks_are_composed() -> None:
    assert tidy("_ Kinh ....... .") == "Kinh"
    assert tidy("Xã Yên Trị, , thị xã Ninh Hòa, . tỉnh") == "Xã Yên Trị, thị xã Ninh Hòa, tỉnh"
    assert tidy("Tổ 1., xã An") == "Tổ 1., xã An"
    assert tidy(unicodedata.normalize("NFD", "Nguyễn  Thị   Ánh")) == "Nguyễn Thị Ánh"


def test_each_type_takes_only_what_it_is() -> None:
    assert value("year", "sinh năm 1988") == "1988"
    assert value("year", "không rõ") is None
    assert value("id", "038 182 603 622") == "038182603622"
    assert value("id", "0384101890312") is None
    assert value("sex", "Nữ") == "Nữ"
    assert value("sex", "NAM") == "Nam"
    assert value("sex", "Nôm") is None
    assert value("area", "224,3 m") == "224,3 m²"
    assert value("name", "Bà Đào Diệu Nhung", strip=("Ông", "Bà")) == "Đào Diệu Nhung"
    assert value("name", "12") is None
    assert value("date", "Không thời hạn", ever=True) == "Không thời hạn"
    assert value("code", "...") is None


def test_a_name_is_never_corrected() -> None:
    assert value("name", "ĐĂNG NGOC ÁNH") == "ĐĂNG NGOC ÁNH"
