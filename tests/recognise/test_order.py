"""Reading order."""

from __future__ import annotations

import itertools

import pytest
from reading import papers, plan

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


def test_a_table_is_read_row_by_row_and_signers_below_it_are_not() -> None:
    table = [(200 * x, 60 * y, 200 * x + 120, f"{x}{y}") for y in range(7) for x in range(4)]
    signers = [(left, top, left + 200, f"{left} {top}") for left in (0, 500) for top in (640, 690, 800)]
    assert read((table + signers)[::-1]) == [row[3] for row in table + signers]


def test_a_cell_of_two_lines_is_read_whole() -> None:
    rows = [
        (400 * x, 160 * y + 36 * part, 400 * x + 300, f"{x} {y} {part}")
        for y in range(5)
        for x in range(3)
        for part in range(2)
    ]
    assert read(rows[::-1]) == [row[3] for row in rows]


def test_values_below_their_labels_are_read_with_them() -> None:
    rows = [
        (500 * x, 120 * y + 42 * part, 500 * x + 300, f"{x} {y} {part}")
        for y in range(5)
        for x in range(2)
        for part in range(2)
    ]
    assert read(rows) == [row[3] for row in rows]


def test_prose_in_two_columns_is_read_column_by_column() -> None:
    rows = [(500 * x, 40 * y, 500 * x + 440, f"những lời dài đến hết cột {x} {y}") for x in range(2) for y in range(9)]
    assert read(rows[::-1]) == [row[3] for row in rows]


@pytest.mark.parametrize(
    ("kind", "turn", "wanted"),
    [
        ("hoc_ba", 0, ("Toán", "GDQP-AN")),
        ("quyet_dinh", 1, ("TT", "Thời điểm hưởng")),
        ("dkdn", 0, ("STT", "Ghi chú")),
        ("ket_hon", 0, ("Dân tộc", "Quốc tịch")),
    ],
)
def test_rows_of_the_tables_of_the_sets_are_read_from_left_to_right(
    kind: str, turn: int, wanted: tuple[str, str]
) -> None:
    """Each cell of a row is followed by its right neighbour; `wanted` are cells that must be in such rows."""
    lines = papers.printed_reading(plan.sheet(plan.Entry("clean", kind, turn))).lines
    boxes = [(*line.quad[0], *line.quad[2]) for line in lines]
    place = {k: n for n, k in enumerate(order(boxes, [line.text for line in lines]))}
    rows = []
    for k, (_, top, _, bottom) in enumerate(boxes):
        middle = (top + bottom) / 2
        row = sorted((j for j, box in enumerate(boxes) if box[1] < middle < box[3]), key=lambda j: boxes[j][0])
        if len(row) >= 3 and row[0] == k:
            rows.append(row)
    seen = {lines[k].text for row in rows for k in row}
    assert seen.issuperset(wanted)
    for row in rows:
        assert [place[b] - place[a] for a, b in itertools.pairwise(row)] == [1] * (len(row) - 1), [
            lines[k].text for k in row
        ]
