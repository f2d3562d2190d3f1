"""Every row of rules.toml: an example that breaks it, one that does not, words, a place; and rows that are changed."""

from __future__ import annotations

import datetime as dt
import string
import unicodedata
from collections.abc import Callable
from typing import Any

import pytest

from pyhncert.check._predicates import PREDICATES
from pyhncert.check._rules import _file
from pyhncert.values import Field, Finding, Kind, Original, Words

Check = Callable[..., tuple[Finding, ...]]
ROWS: list[dict[str, Any]] = _file("rules.toml")["rule"]
QUAD = ((0.0, 10.0), (5.0, 10.0), (5.0, 90.0), (0.0, 90.0))
ENGLISH = "This is to certify that the holder has attended the course and passed every examination of it with merit "
ONE, TWO = "IDVNM0900000199001090000019<<0", "9001011M3001019VNM<<<<<<<<<<<8"


def paper(kind: str, lines: tuple[str, ...] = (), **fields: str) -> dict[str, Any]:
    """Options of `check_one` for a paper with these lines and fields."""
    return {"kind": kind, "title": "" if kind == "unknown" else "GIẤY", "fields": fields, "lines": lines}


def original(key: str, *pages: int, again: int | None = None, title: str = "GIẤY", **said: str) -> Original:
    """One paper of a file, with these fields."""
    kind = Kind(key=key, name=Words("loại", "kind"), title=title, confidence=1.0, page=pages[0], quad=QUAD)
    fields = tuple(
        Field(name=name, label="", value=value, page=pages[0], quad=QUAD, confidence=1.0)
        for name, value in said.items()
    )
    return Original(kind=kind, pages=pages, fields=fields, name=f"{key} {pages[0]}", again=again)


def file_of(*originals: Original) -> dict[str, Any]:
    """Options of `check_one` for a file that was cut into `originals`."""
    return {**paper("khai_sinh"), "originals": originals}


CHILD = {"full_name": "LÊ THỊ MỸ", "personal_id": "001324000019", "birth_date": "01/02/2024"}

# row -> (what breaks it, what comes near and does not)
EXAMPLES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "secret": (paper("quyet_dinh", ("TỐI MẬT",)), paper("quyet_dinh", ("BẢO VỆ BÍ MẬT NHÀ NƯỚC",))),
    "no_copying": (paper("quyet_dinh", ("CẤM SAO CHỤP",)), paper("quyet_dinh", ("Không sao chụp trang này",))),
    "not_original": (
        {"kind": "khai_sinh", "title": "TRÍCH LỤC KHAI SINH"},
        {"kind": "khai_sinh", "title": "GIẤY KHAI SINH", "lines": ("Bản sao được cấp theo yêu cầu",)},
    ),
    "household_book_ended": (paper("ho_khau"), {**paper("ho_khau"), "today": dt.date(2022, 12, 31)}),
    "old_card_ended": (paper("cmnd"), {**paper("cmnd"), "today": dt.date(2024, 12, 31)}),
    "expired": (paper("ho_chieu", expiry_date="22/11/2026"), paper("ho_chieu", expiry_date="23/11/2026")),
    "expired_otherwise": (paper("dk_xe", expiry_date="22/11/2026"), paper("dk_xe", expiry_date="23/11/2026")),
    "issued_in_future": (paper("bang_tn", issue_date="24/11/2026"), paper("bang_tn", issue_date="23/11/2026")),
    "issued_before_birth": (
        paper("dk_xe", birth_date="02/03/1990", issue_date="01/03/1990"),
        paper("dk_xe", birth_date="02/03/1990", issue_date="02/03/1990"),
    ),
    "expiry_before_issue": (
        paper("dk_xe", issue_date="02/03/2025", expiry_date="01/03/2025"),
        paper("dk_xe", issue_date="02/03/2025", expiry_date="02/03/2035"),
    ),
    "registered_before_birth": (
        paper("khai_sinh", birth_date="02/03/2025", registered_on="01/03/2025"),
        paper("khai_sinh", birth_date="02/03/2025", registered_on="02/03/2025"),
    ),
    "mother_not_older": (
        paper("khai_sinh", birth_date="02/03/2025", mother_birth_year="2025"),
        paper("khai_sinh", birth_date="02/03/2025", mother_birth_year="2000"),
    ),
    "father_not_older": (
        paper("khai_sinh", birth_date="02/03/2025", father_birth_year="2026"),
        paper("khai_sinh", birth_date="02/03/2025", father_birth_year="2000"),
    ),
    "wife_too_young": (
        paper("ket_hon", wife_birth_date="02/03/2002", registered_on="01/03/2020"),
        paper("ket_hon", wife_birth_date="02/03/2002", registered_on="02/03/2020"),
    ),
    "husband_too_young": (
        paper("ket_hon", husband_birth_date="02/03/2002", registered_on="01/03/2022"),
        paper("ket_hon", husband_birth_date="02/03/2002", registered_on="02/03/2022"),
    ),
    "graduate_too_young": (
        paper("bang_tn", birth_date="02/03/2002", issue_date="01/03/2016"),
        paper("bang_tn", birth_date="02/03/2002", issue_date="02/03/2016"),
    ),
    "graduated_before_issue": (
        paper("bang_tn", graduation_year="2021", issue_date="31/12/2020"),
        paper("bang_tn", graduation_year="2021", issue_date="15/07/2021"),
    ),
    "test_before_birth": (
        paper("chung_chi_nn", birth_date="02/03/2002", test_date="01/03/2002"),
        paper("chung_chi_nn", birth_date="02/03/2002", test_date="01/03/2026"),
    ),
    "scores_too_old": (
        paper("chung_chi_nn", ("IELTS Test Report Form",), test_date="22/11/2024"),
        paper("chung_chi_nn", ("IELTS Test Report Form",), test_date="23/11/2024"),
    ),
    "card_term": (
        paper("cccd", birth_date="01/02/1990", issue_date="01/03/2022", expiry_date="01/02/2040"),
        paper("cccd", birth_date="01/02/1990", issue_date="01/03/2022", expiry_date="01/02/2030"),
    ),
    "licence_term": (
        paper("gplx", **{"class": "C1", "issue_date": "02/03/2025", "expiry_date": "02/03/2030"}),
        paper("gplx", **{"class": "C1", "issue_date": "02/03/2025", "expiry_date": "02/03/2035"}),
    ),
    "licence_term_before_2025": (
        paper("gplx", **{"class": "B2", "issue_date": "02/03/2022", "expiry_date": "02/03/2027"}),
        paper("gplx", **{"class": "B2", "issue_date": "02/03/2022", "expiry_date": "02/03/2032"}),
    ),
    "school_years": (
        {"kind": "hoc_ba", "title": "HỌC BẠ", "pages": (("Năm học: 2019 - 2020",), ("Năm học: 2021 - 2022",))},
        {"kind": "hoc_ba", "title": "HỌC BẠ", "pages": (("Năm học: 2019 - 2020",), ("Năm học: 2020 - 2021",))},
    ),
    "id_mismatch": (
        paper("cccd", personal_id="001090000019", sex="Nữ"),
        paper("cccd", personal_id="001090000019", sex="Nam", birth_date="01/01/1990"),
    ),
    "id_province": (paper("cccd", personal_id="003090000019"), paper("cccd", personal_id="004090000019")),
    "id_place": (
        paper("khai_sinh", personal_id="036325000019", registered_at="UBND xã A, tỉnh Cà Mau"),
        paper("khai_sinh", personal_id="036325000019", registered_at="UBND xã A, tỉnh Ninh Bình"),
    ),
    "enterprise_number": (
        paper("dkdn", enterprise_code="0100109107"),
        paper("dkdn", enterprise_code="0100109106"),
    ),
    "chassis_number": (
        paper("dk_xe", chassis_number="RLHJC4329BY012O45"),
        paper("dk_xe", chassis_number="RLHJC4329BY012045"),
    ),
    "plate": (paper("dk_xe", plate="3A6-123.45"), paper("dk_xe", plate="36A-123.45")),
    "land_serial": (paper("gcn_qsdd", serial_number="B 123456"), paper("gcn_qsdd", serial_number="BK 123456")),
    "card_number": (paper("can_cuoc", personal_id="012345678"), paper("can_cuoc", personal_id="001090000019")),
    "old_card_number": (paper("cmnd", personal_id="12345678"), paper("cmnd", personal_id="012345678")),
    "passport_number": (paper("ho_chieu", number="12345678"), paper("ho_chieu", number="B1234567")),
    "licence_number": (paper("gplx", number="79012345678"), paper("gplx", number="790123456789")),
    "degree_numbers": (
        paper("bang_tn", serial_number="AB 123456"),
        paper("bang_tn", serial_number="AB 123456", register_number="12/2024/ĐH"),
    ),
    "card_sides": (
        {**paper("can_cuoc", nationality="Việt Nam"), "sides": False},
        {**paper("can_cuoc", nationality="Việt Nam", birth_registered_at="Nam Định"), "sides": False},
    ),
    "numbers_confused": (
        paper("gcn_qsdd", serial_number="CH 123456", register_number="CH 123456"),
        paper("gcn_qsdd", serial_number="BK 123456", register_number="CH 00123"),
    ),
    "issuer_symbol": (
        paper("quyet_dinh", number="12/QĐ-SNV", issuer="ỦY BAN NHÂN DÂN TỈNH CÀ MAU"),
        paper("quyet_dinh", number="12/QĐ-SNV", issuer="ỦY BAN NHÂN DÂN TỈNH CÀ MAU SỞ NỘI VỤ"),
    ),
    "code_mismatch": (
        paper("cccd", full_name="TÔ Ý LIÊN", code_name="Tô Y Liên"),
        paper("cccd", full_name="TÔ Ý LIÊN", code_name="Tô Ý Liên"),
    ),
    "machine_mismatch": (
        paper("cccd", full_name="ĐỖ Ý LIÊN", machine_name="DO Y LINH"),
        paper("cccd", full_name="ĐỖ Ý LIÊN", machine_name="DO Y LIEN"),
    ),
    "code_against_machine": (
        paper("can_cuoc", code_birth_date="01/02/1990", machine_birth_date="01/03/1990"),
        paper("can_cuoc", code_birth_date="01/02/1990", machine_birth_date="01/02/1990"),
    ),
    "machine_rows": (paper("cccd", (ONE, TWO.replace("8", "7"))), paper("cccd", (ONE, TWO))),
    "no_seal": ({**paper("ket_hon"), "seal_quads": ()}, {**paper("cccd"), "seal_quads": ()}),
    "crossed_out": ({**paper("ket_hon"), "marks": {"strikes": (QUAD, QUAD)}}, paper("ket_hon")),
    "correction_fluid": ({**paper("ket_hon"), "marks": {"fluid": (QUAD,)}}, paper("ket_hon")),
    "foreign_paper": (
        {**paper("unknown", (ENGLISH * 2,)), "body": ()},
        {**paper("unknown", (ENGLISH * 6, "CHỨNG NHẬN LÃNH SỰ")), "body": ()},
    ),
    "several_papers": (
        file_of(original("khai_sinh", 1), original("cccd", 2)),
        file_of(original("khai_sinh", 1), original("khai_sinh", 2, again=0), original("blank", 3, title="")),
    ),
    "other_papers": (
        file_of(original("khai_sinh", 1), original("unknown", 2, title="")),
        file_of(original("khai_sinh", 1, 2), original("blank", 3, title="")),
    ),
    "repeated_page": (
        file_of(original("khai_sinh", 1), original("khai_sinh", 2, again=0)),
        file_of(original("khai_sinh", 1, 2)),
    ),
    "names_differ": (
        file_of(original("khai_sinh", 1, **CHILD), original("cccd", 2, **{**CHILD, "full_name": "LÊ THỊ MY"})),
        file_of(original("khai_sinh", 1, **CHILD), original("cccd", 2, **{**CHILD, "full_name": "Lê Thị Mỹ"})),
    ),
}
ids = [row["id"] for row in ROWS]


def code(row: dict[str, Any]) -> str:
    return str(row.get("code", row["id"]))


def hits(row: dict[str, Any], found: tuple[Finding, ...]) -> list[Finding]:
    return [finding for finding in found if finding.code == code(row) and finding.severity != "pass"]


def test_every_row_is_known_has_examples_and_stands_once() -> None:
    assert len(ids) == len(set(ids))
    assert set(ids) == set(EXAMPLES)
    assert {row["when"] for row in ROWS} == set(PREDICATES)


@pytest.mark.parametrize("row", ROWS, ids=ids)
def test_a_row_names_its_source_its_days_and_what_to_say(row: dict[str, Any]) -> None:
    assert row["source"].strip()
    assert isinstance(row["from"], dt.date)
    assert row["severity"] in {"block", "warn"}
    assert row.get("until", dt.date.max) > row["from"]
    for text in (row, row.get("good", row)):
        gaps = [{name for _, name, _, _ in string.Formatter().parse(text[lang]) if name} for lang in ("vi", "en")]
        assert {gap.removesuffix("_vi") for gap in gaps[0]} == gaps[1]
        for lang in ("vi", "en"):
            assert text[lang][0].islower() or not text[lang][0].isalpha() or text[lang][0] == "{"
            assert not text[lang].endswith(".")


@pytest.mark.parametrize("row", ROWS, ids=ids)
def test_what_breaks_a_row_is_told_in_words_at_its_place(check_one: Check, row: dict[str, Any]) -> None:
    broken, near = EXAMPLES[row["id"]]
    (finding,) = hits(row, check_one(**broken))
    assert finding.severity == row["severity"]
    assert finding.page is not None
    assert finding.quad is not None
    for words in finding.reason:
        assert "{" not in words
        assert "None" not in words
    assert finding.reason.vi != finding.reason.en
    assert hits(row, check_one(**near)) == []


@pytest.mark.parametrize("row", ROWS, ids=ids)
def test_a_row_that_is_changed_changes_the_verdict(
    check_one: Check, monkeypatch: pytest.MonkeyPatch, row: dict[str, Any]
) -> None:
    broken, _ = EXAMPLES[row["id"]]
    today = dt.date(2026, 11, 23)
    with monkeypatch.context() as changed:
        changed.setitem(row, "severity", "block" if row["severity"] == "warn" else "warn")
        assert [f.severity for f in hits(row, check_one(**broken))] == [row["severity"]]
    with monkeypatch.context() as changed:
        changed.setitem(row, "from", today + dt.timedelta(1))
        assert hits(row, check_one(**broken)) == []
    with monkeypatch.context() as changed:
        changed.setitem(row, "until", today)
        assert hits(row, check_one(**broken)) == []
        changed.setitem(row, "until", today + dt.timedelta(1))
        assert len(hits(row, check_one(**broken))) == 1
    with monkeypatch.context() as changed:
        changed.setitem(row, "except", [broken["kind"]])
        assert hits(row, check_one(**broken)) == []
    with monkeypatch.context() as changed:
        changed.setitem(row, "en", "changed words")
        assert [f.reason.en for f in hits(row, check_one(**broken))] == ["changed words"]


@pytest.mark.parametrize(
    ("row", "key", "value", "options"),
    [
        ("wife_too_young", "years", 20, paper("ket_hon", wife_birth_date="02/03/2002", registered_on="02/03/2020")),
        ("card_term", "ages", [16], EXAMPLES["card_term"][1]),
        ("card_term", "grace_years", 9, EXAMPLES["card_term"][1]),
        ("licence_term", "years", {"C1": 5}, EXAMPLES["licence_term"][1]),
        ("licence_term", "issued_from", dt.date(2022, 1, 1), paper(
            "gplx", **{"class": "B", "issue_date": "02/03/2022", "expiry_date": "02/03/2027"})),
        ("enterprise_number", "weights", [1] * 9, EXAMPLES["enterprise_number"][1]),
        ("plate", "pattern", r"\d+", EXAMPLES["plate"][1]),
        ("scores_too_old", "years", 1, EXAMPLES["scores_too_old"][1]),
        ("no_copying", "marks", ["LƯU HÀNH NỘI BỘ"], paper("quyet_dinh", ("LƯU HÀNH NỘI BỘ",))),
        ("secret", "marks", ["HỎA TỐC"], paper("quyet_dinh", ("HỎA TỐC",))),
        ("foreign_paper", "legalised", [], EXAMPLES["foreign_paper"][1]),
        ("degree_numbers", "groups", [["decision"]], EXAMPLES["degree_numbers"][1]),
    ],
)  # fmt: skip
def test_a_parameter_that_is_changed_changes_the_verdict(
    check_one: Check, monkeypatch: pytest.MonkeyPatch, row: str, key: str, value: object, options: dict[str, Any]
) -> None:
    (found,) = [one for one in ROWS if one["id"] == row]
    assert hits(found, check_one(**options)) == []
    monkeypatch.setitem(found, key, value)
    assert len(hits(found, check_one(**options))) == 1


@pytest.mark.parametrize(
    ("born", "issued", "until"),
    [
        ("01/02/2015", "01/03/2022", "01/02/2029"),  # to 14
        ("01/02/2009", "01/03/2021", "01/02/2034"),  # under two years before 14: to 25
        ("01/02/2009", "31/01/2021", "01/02/2023"),  # two years and a day before 14
        ("01/02/1998", "01/03/2021", "01/02/2038"),  # under two years before 25: to 40
        ("01/02/1983", "01/03/2022", "01/02/2043"),  # under two years before 40: to 60
        ("01/02/1964", "01/03/2022", "Không thời hạn"),  # under two years before 60
        ("01/02/1950", "01/03/2022", "Không thời hạn"),
        ("29/02/2000", "01/03/2022", "28/02/2025"),
        ("29/02/2000", "01/03/2022", "01/03/2025"),
    ],
)
def test_a_card_holds_to_14_25_40_60(check_one: Check, born: str, issued: str, until: str) -> None:
    def told(expiry: str) -> list[str]:
        options = paper("cccd", birth_date=born, issue_date=issued, expiry_date=expiry)
        return [f.code for f in check_one(**options, today=dt.date(2022, 6, 1)) if f.code == "card_term"]

    assert told(until) == []
    assert told("07/08/2040") == ["card_term"]
    if until != "Không thời hạn":
        assert told("Không thời hạn") == ["card_term"]


def test_a_card_without_its_day_of_issue_ends_on_one_of_the_birthdays(check_one: Check) -> None:
    def told(expiry: str) -> list[str]:
        found = check_one(**paper("cccd", birth_date="01/02/1990", expiry_date=expiry))
        return [f.code for f in found if f.code == "card_term"]

    assert told("01/02/2030") == told("01/02/2050") == told("Không thời hạn") == []
    assert told("02/02/2030") == told("01/02/2033") == ["card_term"]


@pytest.mark.parametrize(
    ("grade", "until"),
    [("A1", None), ("A", None), ("B1", None), ("B", 10), ("C1", 10), ("C", 5), ("D1", 5), ("D2", 5), ("D", 5),
     ("BE", 5), ("C1E", 5), ("CE", 5), ("D1E", 5), ("D2E", 5), ("DE", 5)],
)  # fmt: skip
def test_a_licence_holds_as_long_as_its_class(check_one: Check, grade: str, until: int | None) -> None:
    def told(expiry: str) -> list[str]:
        options = paper("gplx", **{"class": grade, "issue_date": "02/03/2025", "expiry_date": expiry})
        return [f.code for f in check_one(**options) if f.code == "licence_term"]

    days = {5: "02/03/2030", 10: "02/03/2035", None: "Không thời hạn"}
    for years, day in days.items():
        assert told(day) == ([] if years == until else ["licence_term"])


def test_the_number_of_a_licence_class_that_no_row_knows_is_not_judged(check_one: Check) -> None:
    options = paper("gplx", **{"class": "Z9", "issue_date": "02/03/2025", "expiry_date": "02/03/2027"})
    assert "licence_term" not in [f.code for f in check_one(**options)]


@pytest.mark.parametrize("number", ["0100109106", "0100686209", "0300588569"])
def test_published_enterprise_numbers_pass_and_no_other_last_digit_does(check_one: Check, number: str) -> None:
    for digit in string.digits:
        found = [f.code for f in check_one(**paper("dkdn", enterprise_code=number[:-1] + digit))]
        assert ("enterprise_number_good" in found) == (digit == number[-1])
        assert ("enterprise_number" in found) != (digit == number[-1])


def test_a_branch_has_the_number_of_its_firm_and_three_digits(check_one: Check) -> None:
    assert "enterprise_number_good" in [f.code for f in check_one(**paper("dkdn", enterprise_code="0100109106-001"))]


def told(check_one: Check, code: str, *originals: Original) -> list[Finding]:
    return [finding for finding in check_one(**file_of(*originals)) if finding.code == code]


def test_names_are_compared_in_nfc_and_without_case_but_with_their_marks(check_one: Check) -> None:
    birth = original("khai_sinh", 1, **CHILD)
    for name, differ in (
        (unicodedata.normalize("NFD", "Lê Thị Mỹ"), False),
        ("LÊ  THỊ MỸ", False),
        ("LÊ THỊ MY", True),
        ("LÊ THỊ HOA", True),
    ):
        card = original("can_cuoc", 2, **{**CHILD, "full_name": name})
        assert bool(told(check_one, "names_differ", birth, card)) == differ


def test_another_person_of_the_same_file_may_have_another_name(check_one: Check) -> None:
    birth = original("khai_sinh", 1, **CHILD)
    mother = original("cccd", 2, full_name="LÊ THỊ MY", personal_id="001190000019", birth_date="01/02/1990")
    assert told(check_one, "names_differ", birth, mother) == []
    married = original("ket_hon", 3, wife_name="Lê Thị Mị", wife_id="001190000019")
    (finding,) = told(check_one, "names_differ", mother, married)
    assert finding.page == 3
    assert "LÊ THỊ MY" in finding.reason.vi
    assert "Lê Thị Mị" in finding.reason.vi


def test_without_numbers_one_birthday_and_one_bare_name_are_one_person(check_one: Check) -> None:
    degree = original("bang_tn", 1, full_name="LÊ THỊ MỸ", birth_date="01/02/2000")
    scores = original("chung_chi_nn", 2, full_name="LÊ THỊ MY", birth_date="01/02/2000")
    assert len(told(check_one, "names_differ", degree, scores)) == 1
    other = original("chung_chi_nn", 2, full_name="LÊ THỊ MY", birth_date="01/02/2001")
    assert told(check_one, "names_differ", degree, other) == []


def test_the_other_side_of_a_card_that_says_nothing_of_whom_is_no_second_paper(check_one: Check) -> None:
    front = original("cccd", 1, full_name="LÊ A", personal_id="001090000019")
    back = original("cccd", 2, title="", features="Nốt ruồi")
    assert told(check_one, "several_papers", front, back) == []


def test_papers_on_one_picture_are_told_by_their_own_finding(check_one: Check) -> None:
    def codes(*originals: Original) -> set[str]:
        return {finding.code for finding in check_one(**file_of(*originals), papers=2)} & {
            "two_papers",
            "several_papers",
        }

    both = original("khai_sinh", 1), original("khai_sinh", 2)
    assert codes(*both) == {"two_papers"}
    assert codes(*both, original("cccd", 3)) == {"two_papers", "several_papers"}


def test_a_file_of_several_papers_names_them_and_where_the_second_begins(check_one: Check) -> None:
    (finding,) = told(check_one, "several_papers", original("khai_sinh", 1, 2), original("cccd", 3))
    assert (finding.severity, finding.final, finding.page) == ("block", False, 3)
    assert "khai_sinh 1; cccd 3" in finding.reason.en
