"""Reading drawn pages."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from pyhncert.errors import MissingDependency
from pyhncert.recognise import Reader, classify, fields
from pyhncert.recognise._models import find, find_second, pinned
from pyhncert.recognise._recognise import one_shape, without_rules
from pyhncert.recognise._text import distances
from pyhncert.values import Page, Quad, Region, Word

Draw = Callable[..., tuple[Page, dict[str, Any]]]


def error_rate(read: str, truth: str) -> float:
    read, truth = " ".join(read.split()), " ".join(truth.split())
    return distances(truth, read)[-1] / len(truth)


def truth_of(truth: dict[str, Any]) -> str:
    return "\n".join(line["text"] for line in truth["lines"])


def test_a_small_decision_is_read_almost_without_error(reader: Reader, drawn: Draw) -> None:
    page, truth = drawn("small", seal=False)
    reading = reader.read(page)
    assert error_rate(reading.text, truth_of(truth)) < 0.02
    assert reading.page == 1
    assert "sha256" in reading.reader


def test_lines_and_words_lie_where_they_are_printed(reader: Reader, drawn: Draw) -> None:
    page, truth = drawn("small", seal=False)
    width, height = page.size
    places = {line["text"]: line["quad"] for line in truth["lines"]}
    lines = reader.read(page).lines
    known = [line for line in lines if line.text in places]
    assert len(known) > 8
    for line in known:
        printed = np.array(places[line.text])
        assert np.abs(np.array(line.quad) - printed).max() < 12
        for word in line.words:
            assert 0 <= word.confidence <= 1
            (x0, y0), _, (x1, y1), _ = word.quad
            assert 0 <= x0 < x1 <= width
            assert 0 <= y0 < y1 <= height


def test_a_card_on_a_large_sheet_is_read_at_its_own_scale(reader: Reader, drawn: Draw) -> None:
    page, truth = drawn("cccd", 11)
    reading = reader.read(page)
    kind = classify([reading])
    assert kind.key == "cccd"
    got = {field.name: field.value for field in fields(kind, [reading])}
    wanted = {name: known["value"] for name, known in truth["fields"].items()}
    assert sum(got.get(name) == value for name, value in wanted.items()) >= len(wanted) - 1


def test_a_birth_certificate_gives_its_fields_and_not_its_leaders(reader: Reader, drawn: Draw) -> None:
    page, truth = drawn("khai_sinh", 12)
    reading = reader.read(page)
    assert ".." not in reading.text
    got = {field.name: field.value for field in fields(classify([reading]), [reading])}
    wanted = {name: known["value"] for name, known in truth["fields"].items()}
    assert sum(got.get(name) == value for name, value in wanted.items()) >= 0.95 * len(wanted)


def test_a_rule_beside_print_is_no_letter_and_thin_letters_are() -> None:
    def word(text: str, left: float, right: float) -> Word:
        return Word(text=text, quad=((left, 0), (right, 0), (right, 24), (left, 24)), confidence=0.9)

    kinh = word("Kinh", 20, 60)
    assert without_rules([word("Ì", 5, 6.5), kinh, word("'", 72, 73)]) == [kinh]
    for thin in (word("I", 5, 9), word("-", 5, 11), word("I", 17, 18.5), word("Il", 5, 6.5)):
        assert without_rules([thin, kinh]) == [thin, kinh]
    assert without_rules([word("I", 5, 6.5)]) == [word("I", 5, 6.5)]


@pytest.mark.parametrize("kind", ["small", "cccd"])
def test_print_that_stands_on_its_head_is_told(reader: Reader, drawn: Draw, kind: str) -> None:
    page, _ = drawn(kind, 11)
    assert not reader.stands_on_head(page.image)
    assert reader.stands_on_head(np.ascontiguousarray(page.image[::-1, ::-1]))


def test_a_blank_page_stands_on_its_feet(reader: Reader) -> None:
    assert not reader.stands_on_head(np.full((300, 300, 3), 255, np.uint8))


def test_red_print_is_told(reader: Reader, drawn: Draw) -> None:
    page, _ = drawn("secret")
    reds = [line.text for line in reader.read(page).lines if line.red > 0.5]
    assert "MẬT" in reds


def test_a_blank_page_has_no_lines(reader: Reader, page_of: Callable[..., Page]) -> None:
    assert reader.read(page_of(np.full((1200, 900, 3), 246, np.uint8))).lines == ()


def test_threads_share_one_reader(reader: Reader, drawn: Draw) -> None:
    page, _ = drawn("small")
    alone = reader.read(page)
    with ThreadPoolExecutor(3) as pool:
        assert all(reading == alone for reading in pool.map(reader.read, [page] * 3))


def test_the_setting_of_opencv_comes_back(reader: Reader, page_of: Callable[..., Page]) -> None:
    before = cv2.getNumThreads()
    cv2.setNumThreads(2)
    try:
        reader.read(page_of(np.full((300, 300, 3), 255, np.uint8)))
        assert cv2.getNumThreads() == 2
    finally:
        cv2.setNumThreads(before)


def test_nothing_is_loaded_before_the_first_page() -> None:
    code = (
        "import sys; from pyhncert.recognise import Reader; Reader();"
        "print(sorted({'onnxruntime', 'tesserocr', 'rapidocr'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_both_models_are_there_and_pinned() -> None:
    assert Reader().ready() == ()
    assert set(pinned()) == {*find(None), *find_second(None)}


def test_a_changed_model_is_told_before_work_begins(tmp_path: Path) -> None:
    shutil.copy(find(None)["vie.traineddata"], tmp_path)
    with (tmp_path / "vie.traineddata").open("ab") as file:
        file.write(b"\0")
    (words,) = Reader(tmp_path).ready()
    assert "vie.traineddata" in words.en
    assert "vie.traineddata" in words.vi


def test_a_missing_model_is_a_missing_dependency(monkeypatch: pytest.MonkeyPatch, page_of: Callable[..., Page]) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    lost = Reader()
    assert "PP-OCRv6" in lost.ready()[0].en
    with pytest.raises(MissingDependency, match="missing"):
        lost.read(page_of(np.full((300, 300, 3), 255, np.uint8)))


def test_a_broken_model_is_a_missing_dependency(tmp_path: Path, drawn: Draw) -> None:
    (tmp_path / "PP-OCRv6_det_small.onnx").write_bytes(b"\x3a\x04junk")
    page, _ = drawn("small")
    with pytest.raises(MissingDependency, match="cannot be loaded"):
        Reader(tmp_path).read(page)


@pytest.fixture
def sheet(drawn: Draw) -> Any:
    from drawing.sheet import Sheet  # `drawn` knows where the drawings are

    return Sheet(dpi=300)


def box(left: float, top: float, right: float, bottom: float) -> Quad:
    """Corners in pixels of a box in millimetres."""
    left, top, right, bottom = (v / 25.4 * 300 for v in (left, top, right, bottom))
    return ((left, top), (right, top), (right, bottom), (left, bottom))


def test_a_part_of_a_red_title_that_was_taken_for_a_stamp_is_not_read_twice(
    reader: Reader, page_of: Callable[..., Page], sheet: Any
) -> None:
    sheet.text(105, 60, "GIẤY KHAI SINH", 26, style="bold", fill=(190, 20, 40), align="centre")
    page = page_of(np.asarray(sheet.image))
    assert reader.read(page).text == "GIẤY KHAI SINH"
    page = replace(page, marks=replace(page.marks, stamps=(box(93, 53, 115, 60.5),)))
    assert reader.read(page).text == "GIẤY KHAI SINH"


@pytest.mark.parametrize("colour", [(30, 44, 138), (28, 28, 32)])
def test_strokes_of_a_signature_are_no_words_and_the_name_below_is_one(
    reader: Reader, page_of: Callable[..., Page], sheet: Any, colour: tuple[int, int, int]
) -> None:
    sheet.signature(105, 60, random.Random(4), colour=colour)
    sheet.text(105, 75, "Nguyễn Văn Mẫu", 13, style="bold", align="centre")
    page = page_of(np.asarray(sheet.image))
    region = Region(quad=box(84, 48, 126, 78), confidence=0.9)
    seen = reader.read(replace(page, marks=replace(page.marks, signatures=(region,))))
    assert seen.text == "Nguyễn Văn Mẫu"


@pytest.mark.parametrize(
    ("read", "text"),
    [
        *[("QÐĐ-SNV", "QĐ-SNV"), ("ĐÐỏ", "Đỏ"), ("NÑNames", "Names"), ("ÑNo.", "No."), ("SGDĐT", "SGDĐT")],
        *[("—-", "–"), ("-–", "–"), ("--", "--"), ("2014-2015", "2014-2015")],
        *[("a.b8(@cty.vn", "a.b8@cty.vn"), ("mc92@)cty.vn", "mc92@cty.vn"), ("(@cty)", "(@cty)"), ("a (@b)", "a (@b)")],
    ],
)
def test_a_letter_written_as_two_of_one_shape_is_one(read: str, text: str) -> None:
    assert one_shape(read) == text


def test_signs_that_papers_do_not_print_are_not_read(reader: Reader, page_of: Callable[..., Page]) -> None:
    """The first capital was read as `©` in this size."""
    image = Image.new("RGB", (900, 300), "white")
    font = ImageFont.truetype("LiberationSerif-Regular.ttf", 33)
    ImageDraw.Draw(image).text((100, 120), "CCCD 025099604376", (20, 20, 20), font)
    text = reader.read(page_of(np.asarray(image))).text
    assert "025099604376" in text and not set(text) & set("©®Œœƒ{}\\")
