"""Reading order."""

from __future__ import annotations

from pyhncert.recognise._order import order


def read(rows: list[tuple[float, float, float, str]]) -> list[str]:
    """Rows of (left, top, right, text), each 30 high, given in any order."""
    boxes = [(left, top, right, top + 30) for left, top, right, _ in rows]
    texts = [text for *_, text in rows]
    return [texts[i] for i in order(boxes, texts)]


def test_lines_are_read_from_top_to_bottom() -> None:
    assert read([(0, 100, 500, "hai"), (0, 0, 500, "một"), (0, 200, 500, "ba")]) == ["một", "hai", "ba"]


def test_the_head_of_a_decision_is_read_column_by_column() -> None:
    rows = [
        (0, 0, 300, "ỦY BAN NHÂN DÂN"),
        (400, 0, 1000, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
        (0, 45, 300, "PHƯỜNG BỒ ĐỀ"),
        (450, 45, 950, "Độc lập - Tự do - Hạnh phúc"),
        (0, 100, 300, "Số: 12/QĐ-UBND"),
        (450, 105, 950, "Hà Nội, ngày 1 tháng 2 năm 2025"),
        (300, 200, 700, "QUYẾT ĐỊNH"),
    ]
    assert read(rows[::-1]) == [rows[0][3], rows[2][3], rows[4][3], rows[1][3], rows[3][3], rows[5][3], "QUYẾT ĐỊNH"]


def test_a_form_row_is_read_from_left_to_right() -> None:
    rows = [
        (0, 0, 900, "Họ, chữ đệm, tên: A"),
        (0, 60, 200, "Giới tính: Nam"),
        (300, 60, 500, "Dân tộc: Kinh"),
        (600, 62, 900, "Quốc tịch: Việt Nam"),
        (0, 120, 200, "Năm sinh: 1990"),
        (300, 120, 500, "Dân tộc: Tày"),
        (0, 180, 900, "Nơi sinh: Bệnh viện Phụ sản Hà Nội"),
    ]
    assert read(rows) == [row[3] for row in rows]


def test_a_bilingual_degree_is_read_language_by_language() -> None:
    left = [(0, 60 * i, 400, f"Left {i}: x") for i in range(6)]
    right = [(600, 60 * i, 1000, f"Phải {i}: y") for i in range(6)]
    mixed = [row for pair in zip(right, left, strict=True) for row in pair]
    assert read(mixed) == [row[3] for row in left + right]


def test_a_number_right_above_the_title_stays_above_it() -> None:
    rows = [
        (200, 0, 800, "Độc lập - Tự do - Hạnh phúc"),
        (850, 60, 1000, "Số: 475/2023"),
        (300, 130, 700, "GIẤY KHAI SINH"),
        (0, 220, 500, "Họ, chữ đệm, tên: A"),
    ]
    assert read(rows) == [row[3] for row in rows]


def test_an_empty_page_has_no_order() -> None:
    assert order([], []) == []
