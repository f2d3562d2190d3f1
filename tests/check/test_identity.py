"""The personal number: vectors of SPEC 8 and a plain model."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyhncert import check
from pyhncert.check import PersonalNumber
from pyhncert.check._provinces import codes_named, province_now
from pyhncert.check._rules import _file
from pyhncert.recognise import fields
from pyhncert.recognise._machine import check_digit
from pyhncert.values import Field, Kind, Line, Reading, Word, Words

Faults = Callable[..., list[tuple[str, str]]]


def test_the_vector_is_a_man_of_hanoi_born_in_1990() -> None:
    number = PersonalNumber("001090000019")
    assert (number.province, number.sex, number.birth_year) == ("Hà Nội", "Nam", 1990)


@pytest.mark.parametrize(
    ("fields", "wanted"),
    [
        ({"sex": "Nam", "birth_date": "01/01/1990"}, []),
        ({"sex": "Nữ", "birth_date": "01/01/1990"}, [("id_mismatch", "block")]),
        ({"sex": "Nam", "birth_date": "01/01/1991"}, [("id_mismatch", "block")]),
        ({}, []),
    ],
)
def test_the_number_is_held_against_sex_and_birth(
    faults: Faults, fields: dict[str, str], wanted: list[tuple[str, str]]
) -> None:
    assert faults(kind="cccd", fields={"personal_id": "001090000019", **fields}) == wanted


def test_the_printed_number_must_be_that_of_the_machine_readable_rows(faults: Faults) -> None:
    fields = {"personal_id": "001090000019", "machine_number": "001090000019"}
    assert faults(kind="cccd", fields=fields) == []
    assert faults(kind="cccd", fields={**fields, "machine_number": "001090000018"}) == [("id_mismatch", "block")]


@pytest.mark.parametrize(("name", "source"), [("machine_number", "MRZ"), ("code_number", "QR")])
def test_a_number_that_was_not_read_in_print_is_not_held_against_itself(name: str, source: str) -> None:
    corner = (0.0, 0.0)

    def told(label: str) -> list[str]:
        fields = [
            Field(name=key, label=where, value="001090000019", page=1, quad=(corner,) * 4, confidence=1.0)
            for key, where in (("personal_id", label), (name, source))
        ]
        kind = Kind(key="cccd", name=Words("thẻ", "card"), title="", confidence=1.0)
        found = check.findings((), (), kind, fields, today=dt.date(2026, 11, 25))
        return [finding.code for finding in found if finding.code.startswith("id_")]

    assert told("Số / No.") == ["id_number"]
    assert told(source) == []


def test_print_is_held_against_the_code(faults: Faults) -> None:
    number = {"personal_id": "001090000019", "code_number": "001090000019"}
    assert faults(kind="cccd", fields={**number, "full_name": "TÔ Ý LIÊN", "code_name": "Tô  Ý Liên"}) == []
    assert faults(kind="cccd", fields={**number, "code_number": "001090000018"}) == [("id_mismatch", "block")]
    for printed, said in (("full_name", "code_name"), ("birth_date", "code_birth_date"), ("sex", "code_sex")):
        here, there = {"sex": ("Nam", "Nữ"), "birth_date": ("01/01/1990", "02/01/1990")}.get(printed, ("TÔ Ý", "TÔ Y"))
        fields = {**number, printed: here, said: there}
        assert faults(kind="cccd", fields=fields) == [("code_mismatch", "warn")]
        assert faults(kind="cccd", fields={**number, printed: here}) == []


def test_without_its_pair_the_rule_is_silent(faults: Faults, monkeypatch: pytest.MonkeyPatch) -> None:
    fields = {"full_name": "TÔ Ý", "code_name": "TÔ Y"}
    (row,) = [row for row in _file("rules.toml")["rule"] if row["id"] == "code_mismatch"]
    monkeypatch.setitem(row, "pairs", [pair for pair in row["pairs"] if pair["one"] != "full_name"])
    assert faults(kind="cccd", fields=fields) == []


def test_an_unknown_province_warns_and_does_not_block(faults: Faults) -> None:
    assert faults(kind="cccd", fields={"personal_id": "003090000019"}) == [("id_province", "warn")]


def test_a_number_that_is_not_twelve_digits_is_not_judged(faults: Faults) -> None:
    assert faults(kind="cccd", fields={"personal_id": "012345678", "sex": "Nữ"}) == [("card_number", "warn")]
    for wrong in ("", "12345678901", "00109000001x", "٠٠١٠٩٠٠٠٠٠١٩"):
        with pytest.raises(ValueError, match="twelve digits"):
            PersonalNumber(wrong)


def test_wife_and_husband_are_judged_by_their_own_sex(faults: Faults) -> None:
    good = {"wife_id": "001190000019", "wife_birth_date": "01/02/1990", "husband_id": "001090000019"}
    assert faults(kind="ket_hon", fields=good) == []
    assert faults(kind="ket_hon", fields={"wife_id": "001090000019"}) == [("id_mismatch", "block")]


def test_an_owner_of_land_is_judged_by_the_year_of_birth(faults: Faults) -> None:
    assert faults(kind="gcn_qsdd", fields={"owner_id": "031079512880", "owner_birth_year": "1979"}) == []
    assert faults(kind="gcn_qsdd", fields={"owner_id": "031079512880", "owner_birth_year": "1978"}) != []


@given(century=st.integers(0, 4), year=st.integers(0, 99), woman=st.booleans(), rest=st.integers(0, 999_999))
def test_century_year_and_sex_come_back(century: int, year: int, woman: bool, rest: int) -> None:
    number = PersonalNumber(f"079{2 * century + woman}{year:02d}{rest:06d}")
    assert number.birth_year == 1900 + 100 * century + year
    assert number.sex == ("Nữ" if woman else "Nam")


def test_the_list_has_the_sixty_three_provinces_and_the_thirty_four_they_became() -> None:
    codes = _file("provinces.toml")["codes"]
    assert len(codes) == len(set(codes.values())) == 63
    assert len({province_now(code) for code in codes}) == 34
    merged = [code for codes in _file("provinces.toml")["since_2025_07"].values() for code in codes]
    assert len(merged) == len(set(merged))


@pytest.mark.parametrize(
    ("place", "codes"),
    [
        ("Ủy ban nhân dân xã Hải Anh, tỉnh Nam Định", {"036"}),
        ("UBND xã Hải Anh, tỉnh Ninh Bình", {"035", "036", "037"}),
        ("UBND phường Thủ Đức, TP. Hồ Chí Minh", {"074", "077", "079"}),
        ("UBND phường Thuận Hóa, thành phố Huế", {"046"}),
        ("Ủy ban nhân dân xã Thái Ninh", set()),
    ],
)
def test_provinces_are_known_by_old_and_new_names(place: str, codes: set[str]) -> None:
    assert codes_named(place) == codes


def test_a_paper_is_never_wrong_because_its_province_is_no_more(faults: Faults) -> None:
    fields = {"personal_id": "036325000019", "birth_date": "01/02/2025", "sex": "Nữ"}
    for place in ("UBND xã Hải Anh, tỉnh Nam Định", "UBND xã Hải Anh, tỉnh Ninh Bình", "UBND xã Hải Anh"):
        assert faults(kind="khai_sinh", title="GIẤY KHAI SINH", fields={**fields, "registered_at": place}) == []
    elsewhere = {**fields, "registered_at": "UBND phường Bến Nghé, TP. Hồ Chí Minh"}
    assert faults(kind="khai_sinh", title="GIẤY KHAI SINH", fields=elsewhere) == [("id_place", "warn")]


@pytest.mark.parametrize("code", sorted(_file("provinces.toml")["codes"]))
def test_every_province_of_numbers_raises_nothing(faults: Faults, code: str) -> None:
    assert faults(kind="cccd", fields={"personal_id": f"{code}090000019", "sex": "Nam"}) == []


def test_the_number_of_a_passport_is_not_held_against_the_personal_number() -> None:
    first = "P<VNMLE<<A".ljust(44, "<")
    head = f"C1234567<{check_digit('C1234567<')}VNM900101{check_digit('900101')}M300101{check_digit('300101')}"
    row = f"{head}001090000019<<{check_digit('001090000019<<')}"
    second = f"{row}{check_digit(row[0:10] + row[13:20] + row[21:43])}"
    corner = (0.0, 0.0)
    lines = tuple(
        Line(
            text=text, quad=(corner,) * 4, confidence=1.0, words=(Word(text=text, quad=(corner,) * 4, confidence=1.0),)
        )
        for text in ("Số hộ chiếu: C1234567", "Số GCMND: 001090000019", first, second)
    )
    kind = Kind(key="ho_chieu", name=Words("hộ chiếu", "passport"), title="", confidence=1.0)
    today = dt.date(2026, 11, 25)
    read = Reading(page=1, lines=lines, reader="by hand")
    said = fields(kind, [read], today=today)
    assert {"number", "personal_id", "machine_passport_number", "machine_personal_id"} <= {one.name for one in said}
    found = check.findings((), [read], kind, said, today=today)
    assert [finding.code for finding in found if finding.severity == "block"] == []
    assert "machine_mismatch" not in [finding.code for finding in found]


@pytest.mark.parametrize("issuer", ["ỦY BAN NHÂN DÂN HUYỆN Ý YÊN", "UỶ BAN NHÂN DÂN TỈNH CÀ MAU"])
def test_the_symbol_of_a_committee_fits_it_in_every_spelling(faults: Faults, issuer: str) -> None:
    assert faults(fields={"number": "3991/QĐ-UBND", "issuer": issuer}) == []
    assert faults(fields={"number": "3991/QĐ-SNV", "issuer": issuer}) == [("issuer_symbol", "warn")]
