"""Machine-readable rows: the vector of SPEC 3.3, and each of its mutations."""

from __future__ import annotations

import string
from collections.abc import Callable

import pytest

from pyhncert.recognise import fields, kind_name
from pyhncert.recognise._machine import Machine, check_digit, find, td1
from pyhncert.values import Kind, Reading

FIRST = "IDVNM0900000199001090000019<<0"
SECOND = "9001011M3001019VNM<<<<<<<<<<<8"
LETTERS = string.digits + string.ascii_uppercase + "<"


def test_the_vector_is_read() -> None:
    assert td1(FIRST, SECOND) == Machine("001090000019", "01/01/1990", "Nam", "01/01/2030")


def test_the_check_digit_is_that_of_icao_9303() -> None:
    assert check_digit("L898902C3") == 6  # ICAO 9303 part 4, appendix A


@pytest.mark.parametrize("row", [0, 1])
def test_no_single_changed_letter_passes(row: int) -> None:
    for at in range(30):
        for letter in LETTERS:
            rows = [FIRST, SECOND]
            if rows[row][at] == letter or (row == 1 and at == 7):  # no digit covers the sex (ICAO 9303 part 5)
                continue
            rows[row] = rows[row][:at] + letter + rows[row][at + 1 :]
            assert td1(*rows) is None, rows


def test_a_sex_that_is_no_letter_for_one_does_not_pass() -> None:
    assert td1(FIRST, SECOND[:7] + "X" + SECOND[8:]) is None
    unknown = td1(FIRST, SECOND[:7] + "<" + SECOND[8:])
    assert unknown is not None
    assert unknown.sex is None


def test_rows_are_found_among_lines() -> None:
    assert find(["Nơi cư trú", FIRST, SECOND, "NGUYEN<<VAN<MAU"]) == (1, td1(FIRST, SECOND))
    assert find([SECOND, FIRST]) is None
    assert find([]) is None


def test_rows_fill_in_what_was_not_read_in_print(reading_of: Callable[..., Reading]) -> None:
    reading = reading_of([(0, 0, "Giới tính / Sex: Nữ"), (0, 100, FIRST), (0, 160, SECOND)])
    kind = Kind(key="cccd", name=kind_name("cccd"), title="", confidence=1.0)
    got = {field.name: (field.value, field.label) for field in fields(kind, [reading])}
    assert got["sex"] == ("Nữ", "Giới tính / Sex")
    assert got["personal_id"] == ("001090000019", "MRZ")
    assert got["machine_number"] == ("001090000019", "MRZ")
    assert got["birth_date"] == ("01/01/1990", "MRZ")
    assert got["expiry_date"] == ("01/01/2030", "MRZ")
