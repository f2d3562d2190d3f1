"""Folding and edit distance."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pyhncert.recognise._text import capitals, contains, distances, fold, likeness

SHORT = st.text(alphabet="ABCD", max_size=12)


def slow(a: str, b: str) -> int:
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        new = [i]
        for j, y in enumerate(b, 1):
            new.append(min(row[j] + 1, new[-1] + 1, row[j - 1] + (x != y)))
        row = new
    return row[-1]


@given(pattern=SHORT, text=SHORT)
def test_distances_agree_with_the_plain_table(pattern: str, text: str) -> None:
    assert distances(pattern, text) == [slow(pattern, text[:j]) for j in range(len(text) + 1)]


@given(pattern=SHORT.filter(bool), text=SHORT)
def test_distances_anywhere_agree_with_the_best_piece(pattern: str, text: str) -> None:
    best = [min(slow(pattern, text[i:j]) for i in range(j + 1)) for j in range(len(text) + 1)]
    assert distances(pattern, text, anywhere=True) == best


def test_folding_takes_marks_case_and_punctuation_away() -> None:
    assert fold("Họ, chữ đệm, tên:") == "HOCHUDEMTEN"
    assert fold("Đà Nẵng – 2025") == "DANANG2025"


def test_likeness_forgives_a_letter_and_not_another_word() -> None:
    assert likeness("GIAYKHAISINH", fold("GIẤY KHAl SINH")) > 0.9
    assert likeness("GIAYKHAISINH", fold("GIẤY CHỨNG SINH")) < 0.8
    assert likeness("BANGTOTNGHIEP", fold("BẰNG TỐT NGHIỆP ĐẠI HỌC"), prefix=True) == 1.0


def test_a_phrase_is_found_inside_a_line() -> None:
    assert contains("CONGHOAXAHOI", fold("1. CỘNG H0A XÃ HỘI CHỦ NGHĨA"))
    assert not contains("CONGHOAXAHOI", fold("hợp đồng thuê nhà"))


def test_capitals_are_counted_among_letters_only() -> None:
    assert capitals("MẬT 12") == 1.0
    assert capitals("Bí mật") < 0.5
    assert capitals("12/2025") == 0.0
