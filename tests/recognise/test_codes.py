"""QR symbols: found where they are, and the code of an identity card in its known forms (SPEC 3.2, 8)."""

from __future__ import annotations

import string
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyhncert.recognise import fields, kind_name
from pyhncert.recognise._codes import CardCode, card_code, codes
from pyhncert.values import Code, Kind, Page, Reading

NUMBER, NAME, BORN, SEX, WHERE, GIVEN = "001090000019", "NGUYỄN VĂN MẪU", "01011990", "Nam", "Số 1, Hà Nội", "02032021"
SEVEN = "|".join((NUMBER, "012345678", NAME, BORN, SEX, WHERE, GIVEN))
SAID = CardCode(NUMBER, "012345678", NAME, "01/01/1990", "Nam", WHERE, "02/03/2021", ())


def test_seven_fields_are_the_card_of_2021() -> None:
    assert card_code(SEVEN) == SAID


def test_the_old_number_may_be_empty() -> None:
    found = card_code(SEVEN.replace("012345678", ""))
    assert found is not None
    assert (found.old_number, found.name, found.tail) == ("", NAME, ())


def test_six_fields_have_no_old_number() -> None:
    found = card_code(SEVEN.replace("012345678|", ""))
    assert found is not None
    assert (found.old_number, found.name, found.issue_date) == ("", NAME, "02/03/2021")


def test_what_follows_is_kept_as_it_is() -> None:
    found = card_code("|".join((NUMBER, NAME, BORN, SEX, WHERE, GIVEN, "", "x1", "TRẦN THỊ MẸ")))
    assert found is not None
    assert found.tail == ("", "x1", "TRẦN THỊ MẸ")


def test_dates_may_have_strokes() -> None:
    assert card_code(SEVEN.replace(BORN, "01/01/1990").replace(GIVEN, "02/03/2021")) == SAID


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (NUMBER, "00109000001"),
        (NUMBER, "٠٠١٠٩٠٠٠٠٠١٩"),
        (NAME, ""),
        (NAME, "=HYPERLINK(1)"),
        (NAME, "<b>MẪU</b>"),
        (NAME, "MẪU\u202e"),
        (NAME, "MẪU\n"),
        (BORN, "30021990"),
        (BORN, "1990"),
        (SEX, "X"),
        (GIVEN, "02031989"),
        ("|" + GIVEN, ""),
        (WHERE, "Hà Nội " * 200),
    ],
)
def test_anything_else_is_no_card(old: str, new: str) -> None:
    assert card_code(SEVEN.replace(old, new)) is None


@given(st.text(max_size=80))
def test_any_text_is_answered(text: str) -> None:
    assert card_code(text) is None
    card_code(f"{NUMBER}|{text}")


@given(st.integers(0, 11), st.sampled_from(string.ascii_letters + " <|"))
def test_a_number_with_another_letter_is_none(at: int, letter: str) -> None:
    found = card_code(NUMBER[:at] + letter + SEVEN[at + 1 :])
    assert found is None


@pytest.mark.parametrize("kind", ["cccd_both", "can_cuoc_both"])
@pytest.mark.parametrize("seed", range(4))
def test_the_code_of_a_drawn_card_is_read_in_its_place(
    drawn: Callable[..., tuple[Page, Any]], kind: str, seed: int
) -> None:
    """Both sides on one sheet, 300 dpi, with a scanner's noise: symbols of 14 and 17 mm."""
    page, truth = drawn(kind, seed)
    (found,) = codes(page.image)
    card = card_code(found.text)
    assert card is not None
    assert card.name.upper() == truth["fields"]["full_name"]["value"]
    (left, _), _, (right, _), _ = found.quad
    assert right - left == pytest.approx(14 / 25.4 * 300 if kind == "cccd_both" else 17 / 25.4 * 300, rel=0.25)


def test_a_page_without_codes_has_none() -> None:
    assert codes(np.full((200, 300, 3), 255, np.uint8)) == ()


def test_the_code_fills_in_what_was_not_read_in_print(reading_of: Callable[..., Reading]) -> None:
    reading = reading_of([(0, 0, "Giới tính / Sex: Nữ")])
    corner = (0.0, 0.0)
    reading = Reading(page=1, lines=reading.lines, reader="", codes=(Code(text=SEVEN, quad=(corner,) * 4),))
    kind = Kind(key="cccd", name=kind_name("cccd"), title="", confidence=1.0)
    got = {field.name: (field.value, field.label) for field in fields(kind, [reading])}
    assert got["sex"] == ("Nữ", "Giới tính / Sex")
    assert got["code_sex"] == ("Nam", "QR")
    assert got["full_name"] == got["code_name"] == (NAME, "QR")
    assert got["personal_id"] == got["code_number"] == (NUMBER, "QR")
    assert got["birth_date"] == ("01/01/1990", "QR")
    assert got["residence"] == (WHERE, "QR")
