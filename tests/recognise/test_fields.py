"""Fields by label."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

from pyhncert.recognise import fields, kind_name
from pyhncert.values import Kind, Reading

Make = Callable[..., Reading]


def kind(key: str) -> Kind:
    return Kind(key=key, name=kind_name(key), title="", confidence=1.0)


def values(key: str, *readings: Reading) -> dict[str, str]:
    return {field.name: field.value for field in fields(kind(key), readings)}


def test_a_birth_certificate_gives_child_parents_and_registration(reading_of: Make) -> None:
    reading = reading_of(
        [
            (1700, 100, "Số: 475/2023"),
            (200, 300, "Họ, chữ đệm, tên: HỒ CÔNG KIỆT"),
            (200, 400, "Ngày, tháng, năm sinh: 19/05/2023......"),
            (200, 500, "Giới tính: Nam"),
            (900, 500, "Dân tộc: Kinh _"),
            (1500, 500, ". Quốc tịch: Việt Nam"),
            (200, 600, "Nơi sinh: Bệnh viện Phụ sản Trung ương,"),
            (200, 660, "thành phố Hà Nội"),
            (200, 760, "Số định danh cá nhân: 048223856988."),
            (200, 860, "Họ, chữ đệm, tên người mẹ: HOÀNG KIM NHUNG"),
            (200, 960, "Năm sinh: 1996 Dân tộc: Tày Quốc tịch: Việt Nam"),
            (200, 1060, "Nơi cư trú: Số 84 Bạch Mai, thành phố Hà Nội"),
            (200, 1160, "Họ, chữ đệm, tên người cha: HỒ XUÂN BẢO"),
            (200, 1260, "Năm sinh: 1988"),
            (200, 1360, "Nơi đăng ký khai sinh: Ủy ban nhân dân phường Bồ Đề"),
            (200, 1460, "Ngày, tháng, năm đăng ký: 08/06/2023"),
        ]
    )
    assert values("khai_sinh", reading) == {
        "number": "475/2023",
        "full_name": "HỒ CÔNG KIỆT",
        "birth_date": "19/05/2023",
        "sex": "Nam",
        "ethnicity": "Kinh",
        "nationality": "Việt Nam",
        "birth_place": "Bệnh viện Phụ sản Trung ương, thành phố Hà Nội",
        "personal_id": "048223856988",
        "mother_name": "HOÀNG KIM NHUNG",
        "mother_birth_year": "1996",
        "mother_ethnicity": "Tày",
        "mother_nationality": "Việt Nam",
        "mother_residence": "Số 84 Bạch Mai, thành phố Hà Nội",
        "father_name": "HỒ XUÂN BẢO",
        "father_birth_year": "1988",
        "registered_at": "Ủy ban nhân dân phường Bồ Đề",
        "registered_on": "08/06/2023",
    }


def test_a_table_with_a_column_for_each_parent_keeps_them_apart(reading_of: Make) -> None:
    rows = [
        (200, 300, "Họ và tên: TỪ SỸ CHIẾN"),
        (900, 600, "NGƯỜI CHA"),
        (1700, 600, "NGƯỜI MẸ"),
        (200, 700, "Họ và tên"),
        (680, 700, "TỪ HOÀNG GIÁP"),
        (1480, 700, "QUÁCH KHÁNH NGUYỆT"),
        (200, 800, "Năm sinh"),
        (1480, 800, "1981"),
        (200, 900, "Dân tộc"),
        (680, 900, "Kinh"),
        (1480, 900, "Tày"),
    ]
    found = values("khai_sinh", reading_of(rows))
    assert found["mother_birth_year"] == "1981"
    assert "father_birth_year" not in found
    assert (found["father_ethnicity"], found["mother_ethnicity"]) == ("Kinh", "Tày")
    assert (found["father_name"], found["mother_name"]) == ("TỪ HOÀNG GIÁP", "QUÁCH KHÁNH NGUYỆT")


def test_values_of_a_card_stand_beside_or_below_their_labels(reading_of: Make) -> None:
    reading = reading_of(
        [
            (600, 100, "SốINo.: 038182603622"),
            (600, 160, "Họ và tên / Full name:"),
            (600, 215, "DƯƠNG THÙY THẢO"),
            (600, 280, "Ngày sinh / Date of birth: 16/08/1982"),
            (600, 340, "Giới tính / Sex: Nữ Quốc tịch / Nationality: Việt Nam"),
            (600, 400, "Nơi thường trú / Place of residence: Số 38 Hàng Trống, phường"),
            (600, 455, "Ba Đình, thành phố Hà Nội"),
            (50, 400, "Có giá trị đến:"),
            (50, 455, "16/08/2042"),
        ]
    )
    assert values("cccd", reading) == {
        "personal_id": "038182603622",
        "full_name": "DƯƠNG THÙY THẢO",
        "birth_date": "16/08/1982",
        "sex": "Nữ",
        "nationality": "Việt Nam",
        "residence": "Số 38 Hàng Trống, phường Ba Đình, thành phố Hà Nội",
        "expiry_date": "16/08/2042",
    }


def test_labels_with_wrong_letters_are_still_known(reading_of: Make) -> None:
    reading = reading_of(
        [(600, 100, "Ngảy sính / Dale of birth: 01/02/1990"), (600, 200, "Quôc tich / Nationaliy: Việt Nam")]
    )
    assert values("cccd", reading) == {"birth_date": "01/02/1990", "nationality": "Việt Nam"}


def test_a_bilingual_label_is_known_by_its_vietnamese_half(reading_of: Make) -> None:
    found = fields(kind("chung_chi_nn"), [reading_of([(0, 0, "Số vào sổ/Reø. ÑNo.: 659/2022/CCNN")])])
    assert [(one.name, one.value) for one in found] == [("register_number", "659/2022/CCNN")]


def test_a_long_label_alone_on_its_line_may_have_two_letters_wrong(reading_of: Make) -> None:
    rows = [(0, 0, "Eirst Namcs"), (400, 0, "HONG NGUYET")]
    assert [one.value for one in fields(kind("chung_chi_nn"), [reading_of(rows)])] == ["HONG NGUYET"]
    assert not fields(kind("chung_chi_nn"), [reading_of([(0, 0, "Eirst Namcs HONG NGUYET")])])
    marks = [(0, 0, "Listehing"), (400, 0, "6.5")]
    assert [one.value for one in fields(kind("chung_chi_nn"), [reading_of(marks)])] == ["6,5"]


def test_a_degree_gives_what_its_labels_and_its_layout_say(reading_of: Make) -> None:
    reading = reading_of(
        [
            (900, 50, "HIỆU TRƯỞNG"),
            (900, 110, "TRƯỜNG ĐẠI HỌC SÔNG NHUỆ"),
            (900, 200, "Cho: Bà Đào Diệu Nhung"),
            (900, 300, "Ngày sinh: 17/08/2001"),
            (900, 400, "Ngành đào tạo: Kỹ thuật xây dựng"),
            (900, 500, "Năm tốt nghiệp: 2024"),
            (900, 600, "Xếp loại tốt nghiệp: Khá"),
            (1000, 700, "Hà Nội, ngày 26 tháng 06 năm 2024"),
            (100, 900, "Số hiệu: DDH 161087"),
            (100, 1000, "Số vào sổ gốc cấp bằng: CN 1087/2024"),
        ]
    )
    got = values("bang_tn", reading)
    assert got["full_name"] == "Đào Diệu Nhung"
    assert got["issuer"] == "TRƯỜNG ĐẠI HỌC SÔNG NHUỆ"
    assert got["issue_date"] == "26/06/2024"
    assert got["serial_number"] == "DDH 161087"
    assert got["register_number"] == "CN 1087/2024"
    assert (got["major"], got["graduation_year"], got["ranking"]) == ("Kỹ thuật xây dựng", "2024", "Khá")


def test_two_people_of_a_marriage_keep_their_own_facts(reading_of: Make) -> None:
    rows = [(1700.0, 50.0, "Số: 105/2022")]
    for x, word, name, number in (
        (100.0, "vợ", "LÝ THANH HẰNG", "040192978124"),
        (1300.0, "chồng", "DƯƠNG XUÂN KHÁNH", "038095331296"),
    ):
        rows += [
            (x, 200, f"Họ, chữ đệm, tên {word}:"),
            (x, 260, name),
            (x, 360, "Dân tộc: Kinh"),
            (x, 460, f"Số: {number}"),
        ]
    got = values("ket_hon", reading_of(rows))
    assert got["number"] == "105/2022"
    assert (got["wife_name"], got["wife_id"]) == ("LÝ THANH HẰNG", "040192978124")
    assert (got["husband_name"], got["husband_id"]) == ("DƯƠNG XUÂN KHÁNH", "038095331296")


def test_a_decision_gives_issuer_number_date_and_subject(reading_of: Make) -> None:
    reading = reading_of(
        [
            (200, 100, "ỦY BAN NHÂN DÂN"),
            (220, 160, "PHƯỜNG GIẢNG VÕ"),
            (230, 250, "Số: 2916/QĐ-UBND"),
            (1100, 100, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
            (1200, 250, "Hà Nội, ngày 08 tháng 03 năm 2025"),
            (900, 400, "QUYẾT ĐỊNH"),
            (600, 460, "Về việc bổ nhiệm công chức giữ chức vụ"),
            (600, 515, "lãnh đạo, quản lý"),
            (600, 640, "CHỦ TỊCH ỦY BAN NHÂN DÂN PHƯỜNG GIẢNG VÕ"),
            (200, 740, "Căn cứ Luật ngày 16 tháng 6 năm 2025;"),
        ]
    )
    assert values("quyet_dinh", reading) == {
        "number": "2916/QĐ-UBND",
        "issue_date": "08/03/2025",
        "issuer": "ỦY BAN NHÂN DÂN PHƯỜNG GIẢNG VÕ",
        "subject": "Về việc bổ nhiệm công chức giữ chức vụ lãnh đạo, quản lý",
    }


def test_a_field_tells_its_label_page_place_and_confidence(reading_of: Make) -> None:
    (field,) = fields(kind("khai_sinh"), [reading_of([(200, 300, "Dân tộc: Kinh")], page=3, confidence=0.5)])
    assert (field.label, field.page, field.confidence) == ("Dân tộc", 3, 0.5)
    left, right = field.quad[0][0], field.quad[1][0]
    assert 360 < left < right == 200 + 20 * 3 + 12 + 20 * 4 + 12 + 20 * 4


def test_a_label_without_a_value_gives_no_field(reading_of: Make) -> None:
    assert values("khai_sinh", reading_of([(200, 300, "Dân tộc:"), (200, 360, "Quốc tịch: ........")])) == {}


def test_values_are_composed_and_singly_spaced(reading_of: Make) -> None:
    reading = reading_of([(200, 300, unicodedata.normalize("NFD", "Họ và tên: Nguyễn Thị Ánh"))])
    assert values("khai_sinh", reading)["full_name"] == "Nguyễn Thị Ánh"


def test_an_unknown_kind_has_no_fields(reading_of: Make) -> None:
    assert fields(kind("unknown"), [reading_of([(200, 300, "Họ và tên: A B")])]) == ()


def test_a_title_that_resembles_a_label_is_no_field(reading_of: Make) -> None:
    assert values("bang_tn", reading_of([(200, 100, "BẰNG TỐT NGHIỆP ĐẠI HỌC")])) == {}


def test_a_value_below_the_title_is_not_taken_for_the_title_s_own(reading_of: Make) -> None:
    reading = reading_of(
        [(200, 100, "BẰNG TỐT NGHIỆP"), (200, 200, "TRUNG HỌC PHỔ THÔNG"), (200, 400, "Xếp loại: Khá")]
    )
    paper = Kind(key="bang_tn", name=kind_name("bang_tn"), title="BẰNG TỐT NGHIỆP", confidence=1.0, page=reading.page)
    assert [(field.name, field.value) for field in fields(paper, [reading])] == [("ranking", "Khá")]


def test_the_number_of_a_card_is_found_without_its_label(reading_of: Make) -> None:
    rows = [(400, 100, "CĂN CƯỚC CÔNG DÂN"), (400, 200, "ss/No: 036078782607"), (400, 300, "Họ và tên / Full name:")]
    assert values("cccd", reading_of(rows))["personal_id"] == "036078782607"
    assert "personal_id" not in values("cccd", reading_of([*rows, (400, 400, "036078782608")]))
