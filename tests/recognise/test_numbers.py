"""The second reader decides on numbers only."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pyhncert.recognise._numbers import has_area, is_code, machine_row, with_numbers, with_squares
from pyhncert.values import Line, Reading


@pytest.fixture
def line_of(reading_of: Callable[..., Reading]) -> Callable[[str], Line]:
    return lambda text: reading_of([(0, 0, text)]).lines[0]


def test_numbers_are_taken_over_and_words_stay(line_of: Callable[[str], Line]) -> None:
    line = with_numbers(line_of("Số định danh: 0404182674324"), [("S", 0.5), ("dinh", 0.9), ("040182674324", 0.99)])
    assert line is not None
    assert line.text == "Số định danh: 040182674324"
    assert [word.text for word in line.words] == line.text.split()
    assert line.words[-1].confidence == 0.99


def test_numbers_with_letters_are_not_taken_over(line_of: Callable[[str], Line]) -> None:
    line = with_numbers(line_of("Số: 118/2025/NĐ-CP ngày 9"), [("118/2025/ND-CP", 0.9), ("8", 0.9)])
    assert line is not None
    assert line.text == "Số: 118/2025/NĐ-CP ngày 8"


def test_a_code_is_taken_over_where_the_other_reader_is_sure(line_of: Callable[[str], Line]) -> None:
    printed = line_of("Số khung: RL8BXXAHA71NUFC1SZ")
    line = with_numbers(printed, [("S", 0.9), ("khung:", 0.9), ("RL8XXAHA71NUFC1SZ", 0.99)])
    assert line is not None
    assert line.text == "Số khung: RL8XXAHA71NUFC1SZ"
    for text, read in ((printed.text, ("RL8XXAHA71NUFC1SZ", 0.8)), ("3518/QĐ-SNV", ("3518/QD-SNV", 0.99))):
        line = with_numbers(line_of(text), [read])
        assert line is not None
        assert line.text == text
    assert not is_code("Đen") and not is_code("1990") and is_code("21VN157388LAM001A")


def test_what_does_not_fit_together_is_left(line_of: Callable[[str], Line]) -> None:
    assert with_numbers(line_of("ngày 1 tháng 2"), [("12", 0.9)]) is None


@pytest.mark.parametrize("sign", ["2", "3", "?", '"', "”", "°", "°3", "Ÿ", "Ẻ", ""])
def test_raised_digits_behind_metres_are_those_of_the_reader_that_knows_them(
    line_of: Callable[[str], Line], sign: str
) -> None:
    line = line_of(f"Diện tích: 157,1 m{sign}; sàn: 44,8 cm{sign} (ba mét)")
    assert has_area(line)
    read = [("157,1", 0.9), ("m²2;", 0.6), ("san:", 0.9), ("44,8", 0.9), ("cm³", 0.98), ("mét)", 0.9)]
    assert with_squares(line, read).text == "Diện tích: 157,1 m²; sàn: 44,8 cm³ (ba mét)"
    assert with_squares(line, read[3:]) == line, "one place was not seen: it cannot be said which"
    plain = [("157,1", 0.9), ("m2;", 0.9), ("44,8", 0.9), ("m", 0.9)]
    assert with_squares(line, plain).text == line.text, "print that is not raised stays as it was read"


@pytest.mark.parametrize("text", ["dài 5 mét", "m2", "số 5 mn", "mười m2", "5m2"])
def test_words_that_begin_with_m_are_no_metres(line_of: Callable[[str], Line], text: str) -> None:
    assert not has_area(line_of(text))


def test_a_machine_readable_row_is_one_word(line_of: Callable[[str], Line]) -> None:
    row = machine_row(line_of("TDVNM1826 743241040182674324<<53"), [("IDVNM1826743241040182674324<<3", 0.99)])
    assert row is not None
    assert row.text == "IDVNM1826743241040182674324<<3"
    assert len(row.words) == 1
    assert machine_row(line_of("a << b"), [("a", 0.9), ("<<", 0.9)]) is None


@pytest.mark.parametrize(
    ("read", "row"),
    [
        ("P<VNMLU0NG<<BA0<TH0<<<<<<<<<<<<<<<<<<<<<<<<<", "P<VNMLUONG<<BAO<THO<<<<<<<<<<<<<<<<<<<<<<<<<"),
        ("THAI<<HAI<0ANH<<<<<<<<<<<<<<<<", "THAI<<HAI<OANH<<<<<<<<<<<<<<<<"),
        ("P7228696<3VNM7108271F3006276056171244163<<80", "P7228696<3VNM7108271F3006276056171244163<<80"),
        ("9606209F3606207VNM<<<<<<<<<<<2", "9606209F3606207VNM<<<<<<<<<<<2"),
    ],
)
def test_a_row_of_names_holds_no_digit(line_of: Callable[[str], Line], read: str, row: str) -> None:
    got = machine_row(line_of(read), [(read, 0.99)])
    assert got is not None
    assert got.text == row
