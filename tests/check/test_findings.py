"""Each finding, raised alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from pyhncert import check
from pyhncert.values import Finding, Line, Words

Faults = Callable[..., list[tuple[str, str]]]
Check = Callable[..., tuple[Finding, ...]]
QUAD = ((0.0, 10.0), (5.0, 10.0), (5.0, 90.0), (0.0, 90.0))


def test_a_good_paper_has_no_faults_and_says_what_was_found(faults: Faults, check_one: Check) -> None:
    assert faults() == []
    assert [f.code for f in check_one()] == ["resolution", "kind", "seal"]


@pytest.mark.parametrize(
    ("options", "code", "severity"),
    [
        ({"dpi": 149.4}, "low_dpi", "block"),
        ({"dpi": 150}, "low_dpi", "warn"),
        ({"sharpness": 0.39}, "blurred", "block"),
        ({"sharpness": 0.5}, "blurred", "warn"),
        ({"cut_edges": ("left",), "cut_quads": (QUAD,)}, "cut_off", "block"),
        ({"glare_share": 0.02}, "glare", "block"),
        ({"glare_share": 0.005}, "glare", "warn"),
        ({"papers": 2}, "two_papers", "block"),
        ({"lost_corners": (1,)}, "lost_corner", "warn"),
        ({"edges_unsure": True}, "unsure_edges", "warn"),
        ({"kind": "unknown", "title": ""}, "unknown_kind", "warn"),
        ({"seal_quads": ()}, "no_seal", "warn"),
        ({"lines": ["MẬT"]}, "secret", "block"),
        ({"lines": ["TỐI MẬT"]}, "secret", "block"),
        ({"lines": ["TUYỆT MẬT"]}, "secret", "block"),
        ({"lines": ["KHÔNG ĐƯỢC SAO CHỤP"]}, "no_copying", "block"),
        ({"lines": ["BẢN SAO"]}, "not_original", "block"),
        ({"lines": ["(BẢN SAO)"]}, "not_original", "block"),
        ({"lines": ["SAO Y BẢN CHÍNH"]}, "not_original", "block"),
        ({"title": "TRÍCH LỤC KHAI SINH", "kind": "khai_sinh"}, "not_original", "block"),
        ({"kind": "cccd", "fields": {"expiry_date": "22/11/2026"}}, "expired", "block"),
        ({"kind": "dk_xe", "fields": {"expiry_date": "22/11/2026"}}, "expired", "warn"),
        ({"kind": "cmnd"}, "worthless", "warn"),
        ({"kind": "cccd", "fields": {"personal_id": "001090000019", "sex": "Nữ"}}, "id_mismatch", "block"),
        (
            {"kind": "cccd", "fields": {"personal_id": "001090000019", "birth_date": "1/1/1991"}},
            "id_mismatch",
            "block",
        ),
        ({"kind": "cccd", "fields": {"personal_id": "003090000019", "sex": "Nam"}}, "id_province", "warn"),
    ],
)
def test_one_thing_wrong_raises_one_finding(faults: Faults, options: dict[str, Any], code: str, severity: str) -> None:
    assert faults(**options) == [(code, severity)]


def test_a_blank_page_is_only_blank(faults: Faults) -> None:
    assert faults(body=(), ink_share=0.0, sharpness=0.1, seal_quads=(), kind="unknown", title="") == [
        ("blank", "block")
    ]


def test_a_page_with_a_photo_and_no_text_is_not_blank(faults: Faults) -> None:
    assert ("blank", "block") not in faults(body=(), ink_share=0.2)


def test_doubtful_reading_is_a_warning_at_the_worst_line(check_one: Check, line_of: Callable[..., Line]) -> None:
    lines = [
        line_of("chữ đọc không chắc chắn lắm trên trang này", confidence=0.6, top=300),
        line_of("mờ", confidence=0.1),
    ]
    (finding,) = [f for f in check_one(lines=lines, body=()) if f.severity == "warn"]
    assert finding.code == "low_confidence"
    assert finding.quad == lines[1].quad


def test_machine_readable_rows_do_not_count_as_doubtful(faults: Faults, line_of: Callable[..., Line]) -> None:
    assert faults(lines=[line_of("IDVNM0900000199001090000019<<0", confidence=0.1)] * 9) == []


@pytest.mark.parametrize(
    "text",
    [
        "bảo vệ bí mật nhà nước",
        "BẢO VỆ BÍ MẬT NHÀ NƯỚC",
        "Mật khẩu",
        "mật",
        "BẢO MẬT",
        "MẮT",
        "MẶT",
        "Không được sao chụp khi chưa có sự đồng ý",
        "CHỨNG THỰC BẢN SAO TỪ BẢN CHÍNH VÀ CHỮ KÝ",
        "Bản sao",
        "NGHỊ ĐỊNH VỀ CẤP BẢN SAO TỪ SỔ GỐC",
        "Trích lục bản đồ địa chính thửa đất số 12",
    ],
)
def test_the_same_words_in_a_text_are_no_marks(faults: Faults, text: str) -> None:
    assert faults(lines=[text]) == []


def test_a_red_stamp_counts_even_when_its_marks_were_misread(faults: Faults, line_of: Callable[..., Line]) -> None:
    assert faults(lines=[line_of("MẶT", red=0.9)]) == [("secret", "block")]
    assert faults(lines=[line_of("Mật", red=0.9)]) == [("secret", "block")]


@pytest.mark.parametrize("text", ["[rỗi MẬT]", "TUYỆT°MWẤT", "TUYỆ MẬT"])
def test_a_red_mark_of_two_words_may_be_off_by_one_letter(
    faults: Faults, line_of: Callable[..., Line], text: str
) -> None:
    assert faults(lines=[line_of(text, red=0.9)]) == [("secret", "block")]
    assert faults(lines=[line_of(text)]) == []


@pytest.mark.parametrize("text", ["TUYẾT MAI", "TUYẾT MAN", "BẬT", "CHẤT MẬT", "TUYẾT NHẬT"])
def test_red_words_that_are_nearly_a_mark_are_none(faults: Faults, line_of: Callable[..., Line], text: str) -> None:
    assert faults(lines=[line_of(text, red=0.9)]) == []


def test_a_stamp_that_was_read_with_the_text_beside_it_counts(faults: Faults, line_of: Callable[..., Line]) -> None:
    words = line_of("Số: 12/QĐ-UBND").words
    x = words[-1].quad[1][0] + 200
    stamp = line_of("MẬT").words[0]
    moved = type(stamp)(text="MẬT", quad=((x, 500), (x + 60, 500), (x + 60, 540), (x, 540)), confidence=0.9)
    line = line_of("Số: 12/QĐ-UBND MẬT")
    line = Line(
        text=line.text,
        quad=((200, 500), (x + 60, 500), (x + 60, 540), (200, 540)),
        confidence=0.9,
        words=(*words, moved),
    )
    assert faults(lines=[line]) == [("secret", "block")]


def test_a_mark_tells_its_page_and_place(check_one: Check) -> None:
    finding = check_one(lines=["MẬT"])[0]
    assert finding.code == "secret"
    assert (finding.page, finding.family) == (1, "paper")
    assert finding.quad == ((200.0, 500), (260.0, 500), (260.0, 540), (200.0, 540))
    assert "MẬT" in finding.reason.vi
    assert "MẬT" in finding.reason.en


def test_the_printed_last_day_still_counts(faults: Faults, check_one: Check) -> None:
    options = {"kind": "cccd", "fields": {"expiry_date": "23/11/2026"}}
    assert faults(**options) == []
    assert "valid" in [f.code for f in check_one(**options)]


def test_a_card_without_a_last_day_never_expires(faults: Faults) -> None:
    assert faults(kind="cccd", fields={"expiry_date": "Không thời hạn"}) == []


def test_cards_need_no_seal(faults: Faults) -> None:
    assert faults(kind="can_cuoc", seal_quads=()) == []


def test_the_old_card_was_good_before_its_law_ended_it(faults: Faults) -> None:
    assert faults(kind="cmnd", today=dt.date(2024, 12, 31)) == []


def test_the_old_household_book_is_worthless(faults: Faults) -> None:
    assert faults(kind="ho_khau") == [("worthless", "warn")]


def test_blocks_come_before_warnings_and_warnings_before_what_is_well(check_one: Check) -> None:
    found = [f.severity for f in check_one(lines=["MẬT"], seal_quads=(), sharpness=0.1)]
    assert found == sorted(found, key=["block", "warn", "pass"].index)


def test_a_signed_pdf_is_final_and_names_its_signers() -> None:
    (finding,) = check.signed_findings([Words("Bà A: hợp lệ", "Ms A: valid"), Words("UBND: hợp lệ", "office: valid")])
    assert (finding.code, finding.severity, finding.family, finding.final) == ("signed", "block", "paper", True)
    assert "Ms A: valid; office: valid" in finding.reason.en
    assert "Bà A: hợp lệ" in finding.reason.vi
    assert len(check.signed_findings(())) == 1


def test_every_finding_speaks_both_languages_in_small_letters(check_one: Check) -> None:
    options: dict[str, Any] = {
        "kind": "cccd",
        "lines": ["MẬT", "BẢN SAO"],
        "fields": {"personal_id": "003090000019", "sex": "Nữ", "expiry_date": "01/01/2020"},
        "sharpness": 0.1,
        "cut_edges": ("left", "top"),
        "papers": 3,
        "lost_corners": (0, 2),
        "edges_unsure": True,
        "glare_share": 0.5,
        "dpi": 90,
    }
    found = check_one(**options)
    assert len(found) >= 9
    for finding in found:
        for words in finding.reason:
            assert words[0].islower() or not words[0].isalpha()
            assert not words.endswith(".")
            assert "{" not in words
            assert "None" not in words
