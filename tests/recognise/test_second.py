"""The second reader: it changes no text, says where both agree, and nothing fails without it."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont

from pyhncert.errors import MissingDependency
from pyhncert.recognise import Reader, _models
from pyhncert.recognise._agreement import normal
from pyhncert.recognise._crop import Strip
from pyhncert.recognise._second import SecondReader, pieces
from pyhncert.values import Line, Matrix, Word

needs_second = pytest.mark.skipif(
    importlib.util.find_spec("asterocr") is None, reason="the second reader is not installed (extra [second-reader])"
)
pytestmark = pytest.mark.usefixtures("fonts")


@pytest.fixture(scope="module")
def second() -> SecondReader:
    return SecondReader()


def strip_of(text: str, size: int = 40) -> Strip:
    """Print as the reader cuts it: dark on white, hardly a margin."""
    font = ImageFont.truetype("LiberationSerif-Regular.ttf", size)
    left, top, right, bottom = font.getbbox(text)
    image = Image.new("L", (round(right - left) + 6, round(bottom - top) + 6), 255)
    ImageDraw.Draw(image).text((3 - left, 3 - top), text, 0, font)
    return Strip(np.asarray(image), Matrix.identity(), 0.0)


def line_of(text: str, strip: Strip) -> Line:
    words = tuple(Word(text=word, quad=strip.quad, confidence=0.95) for word in text.split())
    return Line(text=text, quad=strip.quad, confidence=0.95, words=words)


@needs_second
@pytest.mark.parametrize("text", ["Họ và tên: Nguyễn Thị Phượng", "Số: 12/QĐ-UBND", "Hà Nội, ngày 05 tháng 3 năm 2024"])
def test_what_is_printed_and_read_is_agreed(second, text):
    strip = strip_of(text)
    judged = second.judge(line_of(text, strip), strip)
    assert judged.agreement == "agreed" and normal(judged.second) == normal(text)


@needs_second
def test_a_wrong_mark_of_the_first_is_doubtful_and_stays_as_it_was_read(second):
    strip = strip_of("Họ và tên: Nguyễn Thị Phượng")
    line = line_of("Họ và tên: Nguyên Thị Phượng", strip)
    judged = second.judge(line, strip)
    assert (judged.agreement, judged.text, judged.words) == ("doubtful", line.text, line.words)
    assert "Nguyễn" in judged.second


@needs_second
def test_a_line_wider_than_the_network_is_cut_at_blanks_and_joined(second):
    text = "Ủy ban nhân dân phường Giảng Võ chứng thực bản sao này đúng với bản chính, đã được đối chiếu và vào sổ " * 2
    strip = strip_of(text.strip())
    assert strip.gray.shape[1] * 32 / strip.gray.shape[0] > 2 * 1024
    judged = second.judge(line_of(text.strip(), strip), strip)
    assert len(judged.second.split()) == len(text.split())
    alike = sum(a == b for a, b in zip(judged.second.split(), text.split(), strict=True))
    assert alike >= 0.9 * len(text.split())


@needs_second
def test_machine_readable_rows_and_blank_strips_stay_unread(second):
    row = "IDVNM0900012345037090001234<<5"
    strip = strip_of(row)
    assert second.judge(line_of(row, strip), strip).agreement == "unread"
    blank = Strip(np.full((40, 300), 255, np.uint8), Matrix.identity(), 0.0)
    judged = second.judge(line_of("bụi", blank), blank)
    assert (judged.agreement, judged.second) == ("unread", "")


@given(
    width=st.integers(10, 4000),
    room=st.integers(64, 1024),
    inked=st.lists(st.tuples(st.integers(0, 4000), st.integers(1, 300)), max_size=20),
)
def test_pieces_are_the_strip_and_none_is_too_wide(width, room, inked):
    gray = np.full((8, width), 255, np.uint8)
    for start, wide in inked:
        gray[:, start : start + wide] = 0
    cut = pieces(gray, room)
    np.testing.assert_array_equal(np.concatenate(cut, axis=1), gray)
    assert all(0 < piece.shape[1] <= room for piece in cut)


def test_a_cut_goes_through_a_blank_where_there_is_one():
    gray = np.zeros((40, 1500), np.uint8)
    gray[:, 700:720] = 255
    gray[:, 900:905] = 255
    first, *_ = pieces(gray, 1000)
    assert 700 <= first.shape[1] <= 720


def test_values_that_stand_apart_in_one_line_are_cut_apart():
    gray = np.zeros((20, 400), np.uint8)
    gray[:, 100:120] = gray[:, 200:240] = gray[:, 390:] = 255
    assert [piece.shape[1] for piece in pieces(gray, 1000)] == [220, 180]


@needs_second
def test_values_that_stand_apart_in_one_line_have_a_blank_between(second):
    left, right = (strip_of(text).gray for text in ("Ngày sinh: 06/05/1990", "Nơi sinh: Hưng Yên"))
    tall = max(left.shape[0], right.shape[0])
    gray = np.full((tall, left.shape[1] + 3 * tall + right.shape[1]), 255, np.uint8)
    gray[: left.shape[0], : left.shape[1]] = left
    gray[: right.shape[0], -right.shape[1] :] = right
    strip = Strip(gray, Matrix.identity(), 0.0)
    text = "Ngày sinh: 06/05/1990 Nơi sinh: Hưng Yên"
    assert second.judge(line_of(text, strip), strip).agreement == "agreed"


@needs_second
def test_a_page_read_twice_has_the_same_text_and_most_lines_agree(reader, drawn):
    page, _ = drawn("small")
    once = reader.read(page)
    twice = Reader(second="all").read(page)
    assert [replace(line, agreement="unread", second="") for line in twice.lines] == list(once.lines)
    assert "asternet.onnx sha256:10c96b533e1f6403" in twice.second_reader and once.second_reader == ""
    judged = [line.agreement for line in twice.lines]
    assert judged.count("agreed") >= 0.5 * len(judged) and "unread" not in judged
    for line in twice.lines:
        assert (line.agreement == "agreed") <= (normal(line.text) == normal(line.second))


@needs_second
def test_by_default_of_an_office_fields_are_compared_and_sure_lines_are_not(drawn):
    page, _ = drawn("khai_sinh")
    some = Reader(second="fields").read(page)
    judged = {line.text: line.agreement for line in some.lines}
    assert judged["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"] == "unread"
    assert next(said for text, said in judged.items() if text.startswith("Họ, chữ đệm, tên:")) != "unread"


def test_without_the_extra_nothing_fails_and_it_is_said(drawn, reader, monkeypatch):
    monkeypatch.setattr(_models, "_folder", without("asterocr", _models._folder))
    lone = Reader(second="all")
    assert not lone.reads_twice and lone.ready() == ()
    assert [note.en for note in lone.notes] == [
        "read once only: the extra [second-reader] is not installed, so nothing was read a second time"
    ]
    page, _ = drawn("small")
    assert lone.read(page) == reader.read(page)
    assert Reader().notes == () and Reader(second="off").ready() == ()


def without(package: str, folder: Any) -> Any:
    """`folder` as if `package` were not installed."""
    return lambda name, inside: None if name == package else folder(name, inside)


@needs_second
def test_another_file_than_the_pinned_one_is_named_before_anything_is_read(tmp_path):
    (tmp_path / "asternet.onnx").write_bytes(b"no network")
    (words,) = Reader(tmp_path, second="fields").ready()
    assert "asternet.onnx is not the pinned file" in words.en and "asternet.onnx" in words.vi
    assert Reader(tmp_path).ready() == ()


@needs_second
def test_a_file_that_cannot_be_loaded_is_a_missing_dependency(tmp_path):
    (tmp_path / "asternet.onnx").write_bytes(b"no network")
    strip = strip_of("Họ và tên")
    with pytest.raises(MissingDependency, match=r"asternet\.onnx cannot be loaded") as caught:
        SecondReader(tmp_path).judge(line_of("Họ và tên", strip), strip)
    assert "asterocr" in caught.value.hint("en") and "asterocr" in caught.value.hint("vi")


@needs_second
def test_letters_that_cannot_be_read_are_a_missing_dependency(tmp_path):
    (tmp_path / "vocab.json").write_text("[1]", "utf-8")
    strip = strip_of("Họ và tên")
    with pytest.raises(MissingDependency, match=r"vocab\.json"):
        SecondReader(tmp_path).judge(line_of("Họ và tên", strip), strip)


def test_nothing_is_loaded_before_the_first_strip():
    made = SecondReader(Path("nowhere"))
    assert made._network._session is None
