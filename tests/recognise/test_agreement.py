"""Two readers: what counts as the same, what a field is when its line differs, and that no text is ever changed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyhncert.recognise import agreed
from pyhncert.recognise._agreement import normal, to_compare
from pyhncert.values import Field, Line, Reading, Word


def line_of(
    text: str, top: float = 0, *, second: str = "", agreement: Any = "unread", confidence: float = 0.95
) -> Line:
    """A line of words 20 px wide a letter and 40 high."""
    words, x = [], 0.0
    for word in text.split(" "):
        right = x + 20 * max(1, len(word))
        quad = ((x, top), (right, top), (right, top + 40), (x, top + 40))
        words.append(Word(text=word, quad=quad, confidence=confidence))
        x = right + 12
    box = ((0.0, top), (x, top), (x, top + 40), (0.0, top + 40))
    return Line(text=text, quad=box, confidence=confidence, words=tuple(words), agreement=agreement, second=second)


def field_of(line: Line, first: int, last: int, *, value: str = "") -> Field:
    """A field of the words `first` to `last` of `line`."""
    a, b = line.words[first].quad, line.words[last].quad
    text = " ".join(word.text for word in line.words[first : last + 1])
    return Field(name="x", label="X", value=value or text, page=1, quad=(a[0], b[1], b[2], a[3]), confidence=0.9)


def judged(field: Field, *lines: Line) -> Field:
    return agreed([field], [Reading(page=1, lines=lines, reader="by hand")])[0]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Số:  12", "Số: 12"),
        ("2023–2024 “A”", '2023-2024 "A"'),
        ("Nguyễn", "Nguyễn"),
        ("Họ tên ........ Lan", "Họ tên Lan"),
        ("Ðào", "Đào"),
    ],
)
def test_blanks_dashes_quotation_marks_leaders_and_forms_of_unicode_are_no_difference(one, other):
    assert normal(one) == normal(other)


@pytest.mark.parametrize(("one", "other"), [("Tố", "Tổ"), ("12", "1 2"), ("An", "AN"), ("a,", "a.")])
def test_marks_case_points_and_torn_words_are_differences(one, other):
    assert normal(one) != normal(other)


def test_a_field_is_agreed_when_only_its_label_differs():
    line = line_of("Ho tên: TRẦN VĂN AN", second="Họ tên: TRẦN VĂN AN", agreement="doubtful")
    field = judged(field_of(line, 2, 4), line)
    assert (field.agreement, field.second, field.value) == ("agreed", "TRẦN VĂN AN", "TRẦN VĂN AN")


def test_a_field_in_doubt_keeps_both_texts_and_the_first_stays_the_value():
    line = line_of("Họ tên: NGUYÊN VĂN AN sinh 1990", second="Họ tên: NGUYỄN VĂN AN sinh 1990", agreement="doubtful")
    field = judged(field_of(line, 2, 4), line)
    assert (field.agreement, field.second, field.value) == ("doubtful", "NGUYỄN VĂN AN", "NGUYÊN VĂN AN")


def test_words_that_only_the_second_read_make_a_field_doubtful():
    line = line_of("Họ tên: TRẦN AN", second="Họ tên: TRẦN VĂN AN", agreement="doubtful")
    assert judged(field_of(line, 2, 3), line).agreement == "doubtful"


def test_a_value_on_two_lines_is_as_good_as_its_worse_line():
    first = line_of("Quê quán: xã An", second="Quê quán: xã An", agreement="agreed")
    last = line_of("tỉnh Bắc Giang", top=60, second="tỉnh Bắc Giảng", agreement="doubtful")
    whole = Field(
        name="x",
        label="X",
        value="xã An tỉnh Bắc Giang",
        page=1,
        quad=((0.0, 0.0), (400.0, 0.0), (400.0, 100.0), (0.0, 100.0)),
        confidence=0.9,
    )
    field = judged(whole, first, last)
    assert field.agreement == "doubtful" and field.second.endswith("tỉnh Bắc Giảng")
    assert judged(whole, first, replace(last, agreement="unread", second="")).agreement == "unread"


def test_what_both_read_without_trust_is_no_agreement():
    line = line_of("Họ tên: AN", second="Ho tên: AN", agreement="doubtful", confidence=0.4)
    assert judged(field_of(line, 2, 2), line).agreement == "doubtful"
    both = line_of("Họ tên: AN", second="Họ tên: AN", agreement="doubtful")
    assert judged(field_of(both, 2, 2), both).agreement == "doubtful"


def test_a_field_that_no_line_holds_is_unread():
    line = line_of("Họ tên: AN", second="Họ tên: AN", agreement="agreed")
    assert judged(field_of(line_of("a", top=900), 0, 0, value="từ mã QR"), line).agreement == "unread"


@given(
    first=st.lists(st.text(alphabet="abcđễ", min_size=1, max_size=4), min_size=1, max_size=6),
    second=st.lists(st.text(alphabet="abcđễ", min_size=1, max_size=4), max_size=6),
    data=st.data(),
)
def test_agreement_never_changes_a_value_and_means_that_the_second_text_has_the_words(first, second, data):
    line = line_of(" ".join(first), second=" ".join(second), agreement="doubtful")
    low = data.draw(st.integers(0, len(first) - 1))
    high = data.draw(st.integers(low, len(first) - 1))
    before = field_of(line, low, high)
    after = judged(before, line)
    assert replace(after, agreement="unread", second="") == before
    if after.agreement == "agreed":
        assert f" {before.value} " in f" {line.second} "
        assert after.second == before.value


def test_fields_and_lines_in_doubt_are_compared_and_others_are_not():
    name, sure = line_of("Họ tên: AN"), line_of("CỘNG HÒA", top=60)
    doubt = line_of("UỶ BAN", top=120, confidence=0.7)
    reading = Reading(page=1, lines=(name, sure, doubt), reader="by hand")
    assert to_compare(reading, [field_of(name, 2, 2)]) == {0, 2}
