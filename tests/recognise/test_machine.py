"""Machine-readable rows: the vector of SPEC 3.3, and each of its mutations."""

from __future__ import annotations

import datetime as dt
import string
from collections.abc import Callable
from dataclasses import replace

import pytest

from pyhncert.recognise import broken_rows, fields, kind_name
from pyhncert.recognise._machine import Machine, Passport, check_digit, find, td1, td3
from pyhncert.values import Code, Kind, Reading

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


def passport(number: str = "C1234567<", optional: str = "001090000019<<", born: str = "900101") -> tuple[str, str]:
    """The rows of nobody's passport, its check digits by ICAO 9303 part 4."""
    fields = [number, "VNM", born, "M", "300101", optional]
    number, land, born, sex, until, optional = fields
    head = f"{number}{check_digit(number)}{land}{born}{check_digit(born)}{sex}{until}{check_digit(until)}"
    row = f"{head}{optional}{check_digit(optional)}"
    return "P<VNMNGUYEN<<VAN<MAU".ljust(44, "<"), f"{row}{check_digit(row[0:10] + row[13:20] + row[21:43])}"


TODAY = dt.date(2026, 11, 25)


def test_the_check_digits_of_the_published_passport_are_ours() -> None:
    """ICAO 9303 part 4, appendix A: its second row, whose composite digit is 0."""
    row = "L898902C36UTO7408122F1204159ZE184226B<<<<<10"
    assert check_digit(row[0:10] + row[13:20] + row[21:43]) == int(row[43])
    assert check_digit(row[28:42]) == int(row[42])


def test_a_passport_is_read() -> None:
    found = td3(*passport(), today=TODAY)
    assert found == Passport("C1234567", "NGUYEN", "VAN MAU", "01/01/1990", "Nam", "01/01/2030", "001090000019")
    bare = td3(*passport(optional="<" * 14), today=TODAY)
    assert bare is not None
    assert bare.personal_id == ""
    child = td3(*passport(born="240229"), today=TODAY)
    assert child is not None
    assert child.birth_date == "29/02/2024"


def test_no_single_changed_letter_of_a_passports_checked_row_passes() -> None:
    """But for the sex, which no digit covers, and what has the same value (ICAO 9303 part 4, 4.2.2.2).

    Those are a series letter ten places on, and a nought for the filler behind a number of eight places; which series
    Viet Nam has given out is not established.
    """
    first, second = passport()
    for at in range(44):
        for letter in LETTERS:
            same = (at == 0 and letter in {"M", "W"}) or (at, letter) == (8, "0")
            if letter != second[at] and at != 20 and not same:
                assert td3(first, second[:at] + letter + second[at + 1 :], today=TODAY) is None, (at, letter)


def test_rows_of_another_length_or_land_are_no_passport_of_ours() -> None:
    first, second = passport()
    for rows in ((first[:-1], second), (first, second + "<"), (first.replace("VNM", "UTO"), second), ("", "")):
        assert td3(*rows, today=TODAY) is None


def said(kind: str, reading: Reading, today: dt.date | None) -> dict[str, tuple[str, str]]:
    known = Kind(key=kind, name=kind_name(kind), title="", confidence=1.0)
    return {field.name: (field.value, field.label) for field in fields(known, [reading], today=today)}


def test_the_rows_of_a_passport_are_fields_and_fill_in_what_was_not_read(reading_of: Callable[..., Reading]) -> None:
    first, second = passport()
    rows = [(0, 0, "Số hộ chiếu / Passport No"), (0, 44, "C7654321"), (0, 200, first), (0, 260, second)]
    got = said("ho_chieu", reading_of(rows), TODAY)
    assert got["number"] == ("C7654321", "Số hộ chiếu / Passport No")
    assert got["machine_passport_number"] == ("C1234567", "MRZ")
    assert "machine_number" not in got  # that is a personal number, on cards
    assert got["machine_name"] == ("NGUYEN VAN MAU", "MRZ")
    assert got["birth_date"] == got["machine_birth_date"] == ("01/01/1990", "MRZ")
    assert got["personal_id"] == ("001090000019", "MRZ")
    assert got["expiry_date"] == ("01/01/2030", "MRZ")


def test_without_a_day_the_rows_of_a_passport_are_not_read(reading_of: Callable[..., Reading]) -> None:
    first, second = passport()
    assert said("ho_chieu", reading_of([(0, 200, first), (0, 260, second)]), None) == {}


def test_the_name_of_a_card_is_in_its_third_row(reading_of: Callable[..., Reading]) -> None:
    rows = [(0, 0, FIRST), (0, 60, SECOND), (0, 120, "NGUYEN<<VAN<MAU<<<<<<<<<<<<<<<")]
    assert said("cccd", reading_of(rows), None)["machine_name"] == ("NGUYEN VAN MAU", "MRZ")
    assert "machine_name" not in said("cccd", reading_of([*rows[:2], (0, 120, "NGUYEN<<VAN<MAU")]), None)


def test_rows_that_fail_their_digits_are_pointed_at(reading_of: Callable[..., Reading]) -> None:
    good = reading_of([(0, 0, "Nơi cư trú"), (0, 60, FIRST), (0, 120, SECOND)])
    assert broken_rows(good, today=TODAY) is None
    assert broken_rows(reading_of([(0, 0, "Nơi cư trú")]), today=TODAY) is None
    for rows in ((FIRST, SECOND[:-1] + "7"), (FIRST[:-1], SECOND), ("P<VNMNGUYEN<<VAN<MAU".ljust(44, "<"), SECOND)):
        bad = broken_rows(reading_of([(0, 0, "Nơi cư trú"), (0, 60, rows[0]), (0, 120, rows[1])]), today=TODAY)
        assert bad is not None
        assert bad.text == rows[0]
    first, second = passport()
    assert broken_rows(reading_of([(0, 60, first), (0, 120, second)]), today=TODAY) is None


@pytest.mark.parametrize(("kind", "kept"), [("dk_xe", True), ("gcn_qsdd", True), ("gplx", True), ("khai_sinh", False)])
def test_the_codes_of_vehicles_and_land_are_kept_as_they_are(
    reading_of: Callable[..., Reading], kind: str, kept: bool
) -> None:
    corner = (0.0, 0.0)
    reading = replace(reading_of([]), codes=(Code(text="36A-123.45;RL<&>", quad=(corner,) * 4),))
    assert said(kind, reading, None) == ({"code_raw": ("36A-123.45;RL<&>", "QR")} if kept else {})
