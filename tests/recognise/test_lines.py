"""Which print makes a line, in which order lines are read, and what is no print: one drawn page for each."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from pyhncert import capture
from pyhncert.recognise import Reader
from pyhncert.values import Page, RawPage, Reading

RED, BLUE, VIOLET, INK = (200, 30, 45), (30, 44, 138), (92, 44, 140), (28, 28, 32)


@pytest.fixture
def sheet(drawn: Any) -> Any:
    from drawing.sheet import Sheet  # `drawn` knows where the drawings are

    return Sheet(dpi=300)


@pytest.fixture
def read(reader: Reader) -> Callable[[Any], Reading]:
    """What is read on a sheet as it comes from the scanner."""

    def of(sheet: Any) -> Reading:
        raw = RawPage(number=1, scan=0, frame=0, image=np.ascontiguousarray(sheet.image), dpi=300)
        (page,) = capture.normalise(raw, stands_on_head=reader.stands_on_head)
        return reader.read(page)

    return of


def rows(sheet: Any, x: float, texts: list[str], y: float = 40) -> None:
    for i, text in enumerate(texts):
        sheet.text(x, y + 8 * i, text, 13)


LEFT = ["Người giao đã kiểm đủ số lượng", "và ký tên vào biên bản này", "trước khi rời khỏi kho hàng", "lúc chiều."]
RIGHT = ["Người nhận giữ một bản gốc,", "bản còn lại nộp cho kế toán", "trong vòng ba ngày làm việc", "kể từ hôm nay."]


def test_two_columns_are_read_one_after_the_other(read: Callable[[Any], Reading], sheet: Any) -> None:
    rows(sheet, 20, LEFT)
    rows(sheet, 115, RIGHT)
    assert read(sheet).text.split("\n") == LEFT + RIGHT


def test_each_cell_of_a_table_is_a_line_and_rules_are_no_strokes(read: Callable[[Any], Reading], sheet: Any) -> None:
    cells = [["STT", "Họ và tên", "Điểm"], ["1", "Lê Thị Mẫu", "8,5"], ["2", "Đỗ Văn Thử", "9,0"]]
    columns = (20, 34, 70, 88)
    for i, row in enumerate(cells):
        for x, text in zip(columns, row, strict=False):
            sheet.text(x + 1.2, 46 + 9 * i, text, 13)
    for y in (40, 49, 58, 67):
        sheet.rule(columns[0], y, columns[-1], y)
    for x in columns:
        sheet.rule(x, 40, x, 67)
    reading = read(sheet)
    assert sorted(line.text for line in reading.lines) == sorted(text for row in cells for text in row)


def test_a_value_stands_with_its_label_and_leaders_are_no_text(read: Callable[[Any], Reading], sheet: Any) -> None:
    sheet.labelled(20, 50, "Họ và tên:", "NGUYỄN VĂN MẪU", 190)
    sheet.labelled(20, 62, "Nơi cư trú:", "Xã Đông Kết", 190)
    assert read(sheet).text.split("\n") == ["Họ và tên: NGUYỄN VĂN MẪU", "Nơi cư trú: Xã Đông Kết"]


def test_print_under_a_seal_is_read_and_its_ring_is_not(read: Callable[[Any], Reading], sheet: Any) -> None:
    sheet.text(105, 60, "TRƯỞNG PHÒNG TƯ PHÁP", 13, style="bold", align="centre")
    sheet.text(105, 92, "Hoàng Thị Kiểm", 13, style="bold", align="centre")
    sheet.seal(92, 78, "ỦY BAN NHÂN DÂN XÃ THỬ NGHIỆM", ["MẪU"], random.Random(3))
    assert read(sheet).text.split("\n") == ["TRƯỞNG PHÒNG TƯ PHÁP", "Hoàng Thị Kiểm"]


@pytest.mark.parametrize("colour", [RED, BLUE, VIOLET], ids=["red", "blue", "violet"])
def test_a_stamp_on_print_is_read_and_leaves_the_print_as_it_is(
    read: Callable[[Any], Reading], sheet: Any, colour: tuple[int, int, int]
) -> None:
    rows(sheet, 20, LEFT)
    sheet.stamp(55, 49, "HỎA TỐC", colour=colour, angle=6)
    texts = [line.text for line in read(sheet).lines]
    assert sorted(texts) == sorted([*LEFT, "HỎA TỐC"])


def test_a_stamp_that_was_not_read_takes_nothing_away(read: Callable[[Any], Reading], sheet: Any) -> None:
    """Where its frame holds no words, what lies under it is read as it lies."""
    rows(sheet, 20, LEFT)
    sheet.stamp(57, 51, 40 * " ", colour=VIOLET, angle=6)
    assert [line.text for line in read(sheet).lines] == LEFT


def test_leaders_of_underscores_are_no_text(read: Callable[[Any], Reading], sheet: Any) -> None:
    sheet.text(20, 50, "Số buổi nghỉ: 9 _____", 13)
    assert read(sheet).text == "Số buổi nghỉ: 9"


def test_a_page_upside_down_is_read_upright(read: Callable[[Any], Reading], sheet: Any) -> None:
    sheet.text(30, 60, "Số: 1234/TB-UBND", 13)
    sheet.image = sheet.image.rotate(180)
    assert read(sheet).text == "Số: 1234/TB-UBND"


def test_marks_over_capitals_and_dots_below_are_kept(read: Callable[[Any], Reading], sheet: Any) -> None:
    texts = ["ĐỖ THỊ THỂ NGUYỄN SỬ ẤM", "QUỐC NGỮ VIỆT NAM ẬM Ạ", "HUẾ, HỘI AN, ĐẠI LỘC"]
    for i, text in enumerate(texts):
        sheet.text(20, 40 + 5.6 * i, text, 13)  # as tight as print may be
    assert read(sheet).text.split("\n") == texts


def test_a_line_is_read_without_its_neighbours(reader: Reader, page_of: Callable[..., Page], sheet: Any) -> None:
    """Letters that reach into the next line belong to nobody there."""
    sheet.text(20, 40, "ngày quý giá, gấp gáp", 13)
    sheet.text(20, 45.6, "TỔ CHỨC ĐỂ LẠI QUỸ", 13)
    reading = reader.read(page_of(np.asarray(sheet.image)))
    (upper, lower) = reading.lines
    assert upper.text == "ngày quý giá, gấp gáp"
    assert lower.text == "TỔ CHỨC ĐỂ LẠI QUỸ"


def test_a_card_on_the_glass_is_a_page_of_its_own_scale(reader: Reader, drawn: Any) -> None:
    """Cut out by the eye: the reader sees the card, not the sheet around it."""
    page, _ = drawn("cccd", 11)
    raw = RawPage(number=1, scan=0, frame=0, image=page.image, dpi=page.dpi)
    seen = capture.normalise(raw, stands_on_head=reader.stands_on_head)
    assert max(seen[0].size) < 0.6 * max(page.size)
    assert any("CĂN CƯỚC CÔNG DÂN" in line.text for line in reader.read(seen[0]).lines)


def test_a_line_lies_close_around_its_ink(reader: Reader, page_of: Callable[..., Page], sheet: Any) -> None:
    sheet.text(20, 40, "Ổn định", 13)
    image = np.asarray(sheet.image)
    (line,) = reader.read(page_of(image)).lines
    ink = np.argwhere(image.min(axis=2) < 128)
    (top, left), (bottom, right) = ink.min(axis=0), ink.max(axis=0) + 1
    assert np.abs(np.array((line.quad[0], line.quad[2])) - ((left, top), (right, bottom))).max() <= 4


def test_the_network_is_not_asked_about_plain_print(
    reader: Reader, page_of: Callable[..., Page], sheet: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: Any, **__: Any) -> Any:
        raise AssertionError

    rows(sheet, 20, LEFT)
    page = page_of(np.asarray(sheet.image))
    monkeypatch.setattr(reader._detector, "find", never)
    assert reader.read(page).text.split("\n") == LEFT
    with pytest.raises(AssertionError):
        reader.read(replace(page, dpi=150))
