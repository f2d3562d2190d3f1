"""The test sets of the reader: the same pages on each run, boxes around their print, and a fair count of faults."""

from __future__ import annotations

import functools
from pathlib import Path

import cv2
import numpy as np
import pytest
from drawing.sheet import Sheet
from reading import kept, plan, score, spoil
from reading.plan import Line, Paged
from reading.score import Read

from pyhncert import capture
from pyhncert.recognise import Reader
from pyhncert.values import Matrix, RawPage

PAGE = {"clean": "dkdn", "scan": "khai_sinh", "150 dpi": "ket_hon", "photo": "bang_tn", "fax": "hoc_ba"}


@functools.cache
def drawn(condition: str, kind: str = "", turn: int = 1) -> Paged:
    return plan.draw(plan.Entry(condition, kind or PAGE.get(condition, "quyet_dinh"), turn))


def strip(image: np.ndarray, quad: np.ndarray) -> np.ndarray:
    flat = np.array([(0, 0), (200, 0), (200, 24), (0, 24)], np.float32)
    matrix = cv2.getPerspectiveTransform(quad.astype(np.float32), flat)
    return cv2.warpPerspective(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), matrix, (200, 24), flags=cv2.INTER_AREA)


def test_there_are_sixteen_kinds_300_clean_pages_and_50_of_each_condition() -> None:
    everything = plan.everything()
    assert len({entry.kind for entry in everything}) == 16
    assert len({entry.name for entry in everything}) == len(everything) == 600
    assert [len(plan.entries(name)) for name in spoil.CONDITIONS] == [300, 50, 50, 50, 50, 50, 50]


def test_pages_held_out_are_of_each_kind_and_none_of_the_sets() -> None:
    held_out = plan.held_out()
    assert len({entry.kind for entry in held_out}) == 16
    assert {entry.condition for entry in held_out} == set(spoil.BARRED)
    assert not {entry.name for entry in held_out} & {entry.name for entry in plan.everything()}


def test_the_words_of_a_stamp_lie_in_their_box_at_their_slant() -> None:
    """Ink of the words within the truth's corners, none of the frame."""
    sheet = Sheet(width_mm=120, height_mm=60, dpi=200)
    sheet.stamp(60, 30, "ĐÃ ĐỐI CHIẾU", pt=16, colour=(92, 44, 140), angle=5)
    (line,) = sheet.lines
    flat = strip(np.asarray(sheet.image), np.array(line.corners))
    dark = flat < 170
    assert dark.mean() > 0.15
    assert dark[0].mean() < 0.2 and dark[-1].mean() < 0.2, "a frame would run along them"
    (x0, y0), (x1, y1) = line.corners[:2]
    assert np.degrees(np.arctan2(y1 - y0, x1 - x0)) == pytest.approx(-5)


def test_the_sample_has_every_condition_and_nearly_every_kind() -> None:
    sample = plan.sample()
    assert len(set(sample)) == 40
    assert {entry.condition for entry in sample} == set(spoil.CONDITIONS)
    assert len({entry.kind for entry in sample}) >= 15


@pytest.mark.parametrize("kind", [*plan.PAPERS, *plan.CARDS])
def test_no_line_is_printed_over_another(kind: str) -> None:
    """One page of each template, three letters."""
    for turn in range(min(3, len((plan.PAPERS | plan.CARDS)[kind]))):
        lines = plan.sheet(plan.Entry("clean", kind, turn)).lines
        for i, one in enumerate(lines):
            for two in lines[:i]:
                wide = min(one.box[2], two.box[2]) - max(one.box[0], two.box[0])
                high = min(one.box[3], two.box[3]) - max(one.box[1], two.box[1])
                least = min(line.box[3] - line.box[1] for line in (one, two))
                assert wide <= 1 or high <= 0.25 * least, (turn, one.text, two.text)


def test_an_old_card_whose_leaders_look_like_marks_is_read_upright(reader: Reader) -> None:
    """Its shapes say with much certainty that it stands on its head, as it does not."""
    image = plan.draw(plan.Entry("clean", "cmnd", 3)).image
    raw = RawPage(number=1, scan=0, frame=0, image=image, to_file=Matrix.identity(), dpi=300)
    (page,) = capture.normalise(raw, stands_on_head=reader.stands_on_head)
    assert any("DẤU VẾT RIÊNG" in line.text for line in reader.read(page).lines)


@pytest.mark.parametrize("condition", spoil.CONDITIONS)
def test_a_page_is_the_same_on_each_run(condition: str) -> None:
    page = drawn(condition)
    again = drawn.__wrapped__(condition)
    assert np.array_equal(page.image, again.image)
    assert [line.text for line in page.lines] == [line.text for line in again.lines]
    assert np.array_equal([line.quad for line in page.lines], [line.quad for line in again.lines])


@pytest.mark.parametrize("condition", spoil.CONDITIONS)
def test_boxes_go_where_the_print_goes(condition: str) -> None:
    """What lies in each box of a spoilt page looks like what lies in the box of the sheet."""
    page = drawn(condition)
    entry = plan.Entry(page.condition, page.kind, 1)
    sheet = plan.sheet(entry)
    image = np.asarray(sheet.image)
    alike = []
    for line, printed in zip(page.lines, sheet.lines, strict=False):
        x0, y0, x1, y1 = printed.box
        before = strip(image, np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)]))
        alike.append(np.corrcoef(before.ravel(), strip(page.image, line.quad).ravel())[0, 1])
    assert np.median(alike) > 0.8
    assert np.mean(np.array(alike) > 0.5) > 0.9


@pytest.mark.parametrize("kind", [*plan.PAPERS, *plan.CARDS])
def test_each_box_holds_ink_and_lies_on_the_sheet(kind: str) -> None:
    makers = plan.PAPERS.get(kind) or plan.CARDS[kind]
    for turn in range(min(3, len(makers))):
        sheet = plan.sheet(plan.Entry("clean", kind, turn))
        gray = np.asarray(sheet.image.convert("L"))
        for line in sheet.lines:
            x0, y0, x1, y1 = (round(v) for v in line.box)
            assert x0 >= 0 <= y0 and x1 <= gray.shape[1] and y1 <= gray.shape[0], line
            ink = gray[y0:y1, x0:x1] < 140
            assert ink.mean() > 0.03, line
            end = max(8, round(1.2 * (y1 - y0)))
            assert ink[:, :end].any(), line
            assert ink[:, -end:].any(), line


def page_of(*lines: tuple[str, float, float], seals: tuple[np.ndarray, ...] = ()) -> Paged:
    """A page with lines of 20 px, a letter 10 px wide, at (x, y)."""
    printed = tuple(Line(text, box(x, y, 10 * len(text))) for text, x, y in lines)
    return Paged("made", "other", "clean", np.zeros((1, 1, 3), np.uint8), 300, printed, {}, (), seals)


def box(x: float, y: float, wide: float, high: float = 20) -> np.ndarray:
    return np.array([(x, y), (x + wide, y), (x + wide, y + high), (x, y + high)], float)


def words(text: str, x: float, y: float, line: int) -> list[Read]:
    out = []
    for word in text.split():
        out.append(Read(word, box(x, y, 10 * len(word)), line))
        x += 10 * (len(word) + 1)
    return out


def test_the_order_of_lines_and_joined_columns_cost_nothing() -> None:
    page = page_of(("Độc lập", 300, 0), ("Số: 12/QĐ", 0, 0), ("Điều 1", 0, 50))
    read = [*words("Điều 1", 0, 50, 0), *words("Số: 12/QĐ", 0, 0, 1), *words("Độc lập", 300, 0, 1)]
    count = score.score(page, read).count
    assert (count.letters_wrong, count.words_wrong, count.lines_right, count.numbers_right) == (0, 0, 3, 2)


def test_a_wrong_mark_a_missed_line_and_one_too_many_are_counted() -> None:
    page = page_of(("Họ và tên: Đỗ Lê", 0, 0), ("15/03/2020", 0, 50))
    read = [*words("Ho và tên: Dỗ Lê", 0, 0, 0), *words("rác", 0, 300, 1)]
    scored = score.score(page, read)
    count = scored.count
    assert (count.marks_wrong, count.letters_wrong, count.lines_right) == (2, 2 + 10 + 3, 0)
    assert (count.numbers, count.numbers_right) == (1, 0)
    assert sorted(fault.wrong for fault in scored.faults) == [2, 3, 10]


def test_what_is_read_in_a_seal_is_neither_right_nor_wrong() -> None:
    page = page_of(("Lê Na", 0, 0), seals=(box(300, 300, 100, 100),))
    assert score.score(page, [*words("Lê Na", 0, 0, 0), *words("TRƯỜNG", 320, 340, 1)]).count.letters_wrong == 0


def test_leaders_and_the_writing_of_dashes_are_no_faults() -> None:
    assert score.compare("Độc lập – Tự do", "Độc lập - Tự do").letters_wrong == 0
    assert score.compare("Họ tên: Lê Na", "Họ tên: ........ Lê Na").letters_wrong == 0
    assert score.compare("123", "128").numbers_right == 0


def test_a_run_that_was_stopped_goes_on_where_it_was(tmp_path: Path) -> None:
    """A row that was cut short is read again; so is what another reader read."""
    file = tmp_path / "new" / "kept.jsonl"
    before = kept.Kept(file, "read", "ours")
    assert before.get("scan-hoc_ba-01") is None
    before.put("scan-hoc_ba-01", {"letters": 3, "text": "Đỗ"})
    with file.open("a", encoding="utf-8") as out:
        out.write('{"code": "12')
    before.put("scan-hoc_ba-02", 5)
    again = kept.Kept(file, "read", "ours")
    assert again.get("scan-hoc_ba-01") == {"letters": 3, "text": "Đỗ"}
    assert again.get("scan-hoc_ba-02") == 5
    assert kept.Kept(file, "read", "reference").get("scan-hoc_ba-01") is None
    kept.Kept(None).put("scan-hoc_ba-01", 1)
