"""Fonts: checked for Vietnamese, and cut down to what one copy shows."""

from __future__ import annotations

import io
from importlib.resources import files
from pathlib import Path

import pytest
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.ttLib import TTFont

from pyhncert import issue
from pyhncert.errors import MissingDependency
from pyhncert.issue._font import clean, needed_characters, vietnamese
from pyhncert.issue._subset import Case, empty_font, subset

FOLDER = Path(str(files("font_source_serif_pro") / "files"))


def test_vietnamese_has_134_marked_letters():
    letters = vietnamese()
    assert len(letters) == len(set(letters)) == 134
    assert set("ẳẴđĐưỬỵỸ") <= set(letters)


def test_the_bold_face_beside_the_regular_one_is_used(font):
    assert (font.regular.name, font.bold.name) == ("SourceSerifPro-Regular", "SourceSerifPro-Bold")


def test_a_font_has_a_plain_name_in_the_file_whatever_its_file_is_called(tmp_path):
    (tmp_path / "Phông (1) #.ttf").write_bytes((FOLDER / "SourceSerifPro-Regular.ttf").read_bytes())
    assert issue.prepare_font(tmp_path / "Phông (1) #.ttf").regular.name == "Phng1"


def test_a_font_alone_serves_for_both(tmp_path):
    (tmp_path / "own.ttf").write_bytes((FOLDER / "SourceSerifPro-Regular.ttf").read_bytes())
    alone = issue.prepare_font(tmp_path / "own.ttf")
    assert alone.bold is alone.regular


def test_a_missing_font_is_a_missing_dependency(tmp_path):
    with pytest.raises(MissingDependency, match="cannot be read"):
        issue.prepare_font(tmp_path / "absent.ttf")


@pytest.mark.parametrize("name", ["SourceSerifPro-Regular.otf", "LICENSE.txt"])
def test_what_is_no_truetype_font_is_a_missing_dependency(name):
    with pytest.raises(MissingDependency, match="not a plain TrueType"):
        issue.prepare_font(FOLDER / name)


def test_a_font_without_vietnamese_letters_is_a_missing_dependency():
    with pytest.raises(MissingDependency, match=r"lacks \d+ needed letters"):
        issue.prepare_font(FOLDER / "SourceSerifPro-It.ttf")


@pytest.mark.parametrize("cut", [11, 40, 300, 20_000, 60_000])
def test_a_damaged_font_is_a_missing_dependency(tmp_path, cut):
    (tmp_path / "cut.ttf").write_bytes((FOLDER / "SourceSerifPro-Regular.ttf").read_bytes()[:cut])
    with pytest.raises(MissingDependency):
        issue.prepare_font(tmp_path / "cut.ttf")


def test_a_subset_draws_what_the_font_draws(font):
    text = needed_characters()
    made = subset(font.regular, text)
    whole, part = TTFont(FOLDER / "SourceSerifPro-Regular.ttf"), TTFont(io.BytesIO(made.program), checkChecksums=2)
    before, after, names = whole.getGlyphSet(), part.getGlyphSet(), whole.getBestCmap()
    order = part.getGlyphOrder()
    for i, c in enumerate(made.characters, 1):
        drawn = []
        for glyphs, name in ((before, names[ord(c)]), (after, order[i])):
            pen = DecomposingRecordingPen(glyphs)
            glyphs[name].draw(pen)
            drawn.append(pen.value)
        assert drawn[0] == drawn[1], c
        assert made.widths[i - 1] == before[names[ord(c)]].width == after[order[i]].width


def test_a_subset_is_small_and_always_the_same(font):
    once = subset(font.regular, "CHỨNG THỰC BẢN SAO")
    assert once == subset(font.regular, "CHỨNG THỰC BẢN SAO")
    assert len(once.program) < 4000
    assert subset(font.regular, "KHÁC").name != once.name


def test_codes_are_given_in_the_order_of_use(font):
    case = Case(font.regular)
    assert (case.encode("aba"), case.encode("c")) == ("000100020001", "0003")
    made = case.subset()
    assert made is not None and made.characters == "abc"
    assert Case(font.regular).subset() is None


def test_the_empty_font_has_a_glyph_without_ink_for_each_character():
    made = empty_font("Hồ漢😀")
    held = TTFont(io.BytesIO(made.program), checkChecksums=2)
    assert held["maxp"].numGlyphs == 5
    assert all(held["hmtx"][name] == (500, 0) for name in held.getGlyphOrder())


def test_what_a_font_cannot_draw_is_shown_as_a_question(font):
    assert clean(font.regular, "Hồ 漢") == "Hồ ?"
