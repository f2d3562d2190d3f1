"""The kind of paper."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pyhncert.recognise import classify, kind_name
from pyhncert.values import Reading

Make = Callable[..., Reading]
NATION = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"
BODY = "Căn cứ các quy định của pháp luật về chứng thực bản sao từ bản chính"


def paper(make: Make, *title: str, body: tuple[str, ...] = (BODY, BODY, BODY)) -> Reading:
    rows = [(500.0, 100.0, NATION), (700.0, 160.0, MOTTO)]
    rows += [(800.0, 280.0 + 60 * i, text) for i, text in enumerate(title)]
    rows += [(200.0, 600.0 + 70 * i, text) for i, text in enumerate(body)]
    return make(rows)


@pytest.mark.parametrize(
    ("title", "key"),
    [
        (("GIẤY KHAI SINH",), "khai_sinh"),
        (("GIẤY KHAl SlNH",), "khai_sinh"),
        (("GIAY KHAI SINH",), "khai_sinh"),
        (("TRÍCH LỤC KHAI SINH",), "khai_sinh"),
        (("GIẤY CHỨNG NHẬN KẾT HÔN",), "ket_hon"),
        (("GIẤY CHỨNG NHẬN", "KẾT HÔN"), "ket_hon"),
        (("BẰNG TỐT NGHIỆP TRUNG HỌC PHỔ THÔNG",), "bang_tn"),
        (("BẰNG CỬ NHÂN",), "bang_tn"),
        (("BẰNG KỸ SƯ",), "bang_tn"),
        (("CĂN CƯỚC CÔNG DÂN", "Citizen Identity Card"), "cccd"),
        (("CĂN CƯỚC", "IDENTITY CARD"), "can_cuoc"),
        (("GIẤY PHÉP LÁI XE I DRIVER'S LICENSE",), "gplx"),
        (("GIẤY CHỨNG NHẬN", "QUYỀN SỬ DỤNG ĐẤT", "QUYỀN SỞ HỮU NHÀ Ở VÀ TÀI SẢN KHÁC GẮN LIỀN VỚI ĐẤT"), "gcn_qsdd"),
        (("GIẤY CHỨNG MINH NHÂN DÂN",), "cmnd"),
        (("SỔ HỘ KHẨU",), "ho_khau"),
        (("GIẤY CHỨNG NHẬN ĐĂNG KÝ DOANH NGHIỆP", "CÔNG TY CỔ PHẦN"), "dkdn"),
    ],
)
def test_a_printed_title_tells_the_kind(reading_of: Make, title: tuple[str, ...], key: str) -> None:
    kind = classify([paper(reading_of, *title)])
    assert kind.key == key
    assert kind.name == kind_name(key)
    assert kind.page == 1
    assert kind.quad is not None
    assert kind.confidence > 0.8


def test_a_birth_certificate_whose_title_cannot_be_read_is_known_by_its_labels(reading_of: Make) -> None:
    labels = ("(BẢN CHÍNH)", "Quyển số: 01/2011", "Nơi sinh: Trạm y tế", "Quê quán: Xã An Khê", "Dân tộc: Tày",
              "Quốc tịch: Việt Nam", "NGƯỜI CHA", "NGƯỜI MẸ", "Người đi khai sinh: Lê Văn An")  # fmt: skip
    assert classify([paper(reading_of, "GIẤY '€IAI SIINIR", body=labels)]).key == "khai_sinh"
    assert classify([paper(reading_of, body=labels[:-1])]).key == "unknown"
    assert classify([paper(reading_of, "TỜ KHAI ĐĂNG KÝ KHAI SINH", body=labels)]).key == "unknown"


def test_rows_of_a_leaning_title_may_overlap(reading_of: Make) -> None:
    title = [(100, 100, "GIẤY CHỨNG NHẬN"), (180, 119, "KẾT HÔN")]
    assert classify([reading_of([(0, 0, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"), *title])]).key == "ket_hon"


def test_members_of_a_household_are_known_by_their_labels(reading_of: Make) -> None:
    labels = ("Nguyên quán: X", "Dân tộc: Kinh", "Tôn giáo: Không", "CMND số: 1", "Hộ chiếu số:", "Chuyển đến ngày: 1")
    rows = [(0, 60 * i, text) for i, text in enumerate(labels)]
    assert classify([reading_of(rows)]).key == "ho_khau"
    assert classify([reading_of(rows[:5])]).key != "ho_khau"


def test_a_decision_is_known_by_title_and_number(reading_of: Make) -> None:
    rows = [(100, 100, "ỦY BAN NHÂN DÂN"), (1000, 100, NATION), (100, 220, "Số: 12/QĐ-UBND"), (800, 360, "QUYẾT ĐỊNH")]
    assert classify([reading_of([*rows, (200, 500, "Về việc khen thưởng")])]).key == "quyet_dinh"
    assert classify([paper(reading_of, "QUYẾT ĐỊNH", body=("Nội dung khác",))]).key == "unknown"


@pytest.mark.parametrize(
    "title",
    [
        ("HỢP ĐỒNG THUÊ NHÀ",),
        ("THÔNG BÁO", "GIẤY KHAI SINH"),
        ("ĐƠN ĐỀ NGHỊ CẤP LẠI", "GIẤY PHÉP LÁI XE"),
        ("TỜ KHAI ĐĂNG KÝ KHAI SINH",),
        ("GIẤY ỦY QUYỀN",),
        ("BIÊN BẢN BÀN GIAO", "GIẤY CHỨNG NHẬN QUYỀN SỬ DỤNG ĐẤT"),
        ("GIẤY CHỨNG SINH",),
        ("GIẤY XÁC NHẬN", "CĂN CƯỚC CÔNG DÂN"),
        ("HÓA ĐƠN GIÁ TRỊ GIA TĂNG",),
        ("GIẤY CHỨNG NHẬN TẠM TRÚ",),
        ("GIẤY CHỨNG NHẬN TỐT NGHIỆP TẠM THỜI",),
    ],
)
def test_another_title_gets_no_kind(reading_of: Make, title: tuple[str, ...]) -> None:
    assert classify([paper(reading_of, *title)]).key == "unknown"


def test_a_paper_mentioned_in_the_body_gives_no_kind(reading_of: Make) -> None:
    body = ("Kính gửi: Ủy ban nhân dân phường", "Tôi đã nộp giấy khai sinh và căn cước công dân của cháu", BODY)
    assert classify([paper(reading_of, "THÔNG BÁO", body=body)]).key == "unknown"
    assert classify([reading_of([(200, 100 + 70 * i, text) for i, text in enumerate(body)])]).key == "unknown"


def test_a_letter_that_lists_papers_in_capitals_gets_no_kind(reading_of: Make) -> None:
    rows = [
        (500, 100, NATION),
        (700, 160, MOTTO),
        (300, 300, "Kính gửi: Ban quản lý tòa nhà"),
        (800, 380, "GIẤY KHAI SINH"),
    ]
    assert classify([reading_of(rows)]).key == "unknown"


def test_a_title_at_the_foot_of_the_page_is_none(reading_of: Make) -> None:
    rows = [(500, 100, NATION), *((200, 300 + 70 * i, BODY) for i in range(30)), (800, 2500, "GIẤY KHAI SINH")]
    assert classify([reading_of(rows)]).key == "unknown"


def test_the_signer_of_a_birth_certificate_is_no_title(reading_of: Make) -> None:
    assert classify([paper(reading_of, "NGƯỜI KÝ GIẤY KHAI SINH")]).key == "unknown"


def test_an_issuing_body_that_sounds_like_another_title_is_passed_over(reading_of: Make) -> None:
    rows = [
        (1000, 100, NATION),
        (100, 104, "THỦ TƯỚNG CHÍNH PHỦ"),
        (100, 170, "HUYỆN ĐÔNG ANH"),
        (100, 240, "Số: 5/QĐ-TTg"),
        (800, 400, "QUYẾT ĐỊNH"),
    ]
    assert classify([reading_of(rows)]).key == "quyet_dinh"


@pytest.mark.parametrize(
    ("rows", "key"),
    [
        (
            (
                "Đặc điểm nhận dạng / Personal identification:",
                "CỤC TRƯỞNG CỤC CẢNH SÁT",
                "IDVNM0900000199001090000019<<0",
            ),
            "cccd",
        ),
        (
            ("Nơi cư trú / Place of residence:", "Nơi đăng ký khai sinh / Place of birth:", "BỘ CÔNG AN", "IDVNM09"),
            "can_cuoc",
        ),
    ],
)
def test_the_back_of_a_card_is_known_by_its_labels(reading_of: Make, rows: tuple[str, ...], key: str) -> None:
    assert classify([reading_of([(100, 100 + 60 * i, text) for i, text in enumerate(rows)])]).key == key


def test_the_first_page_with_a_title_decides(reading_of: Make) -> None:
    first = reading_of([(200, 100, "Trang bìa")], page=1)
    second = reading_of([(500, 100, NATION), (800, 260, "HỌC BẠ TRUNG HỌC PHỔ THÔNG")], page=2)
    kind = classify([first, second])
    assert (kind.key, kind.page) == ("hoc_ba", 2)


def test_nothing_read_is_unknown(reading_of: Make) -> None:
    assert classify([]).key == "unknown"
    assert classify([reading_of([])]).key == "unknown"
