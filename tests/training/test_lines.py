"""The generator of training lines, drawn here in the one font that comes with the project."""

from __future__ import annotations

import random
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import font_source_serif_pro
import numpy as np
import pytest

TRAINING = Path(__file__).resolve().parents[2] / "training"
if str(TRAINING) not in sys.path:
    sys.path.insert(0, str(TRAINING))

import score  # noqa: E402
import text  # noqa: E402

SEED = 5


@pytest.fixture(scope="module")
def lines() -> Iterator[ModuleType]:
    import lines

    lines.faces.cache_clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines, "FOLDERS", (Path(font_source_serif_pro.__file__).parent / "files",))
        patch.setattr(lines, "FAMILIES", {"font-source-serif-pro": (1, ("SourceSerifPro-",))})
        yield lines
    lines.faces.cache_clear()


def test_the_alphabet_has_every_letter_of_vietnamese_once_and_composed():
    assert len(text.MARKED) == 134
    assert len(set(text.ALPHABET)) == len(text.ALPHABET)
    assert unicodedata.is_normalized("NFC", text.ALPHABET)
    assert set("ăâđêôơưẠẾỢỮỵ<0123456789 /.,:;()") <= set(text.ALPHABET)


def test_texts_are_composed_and_hold_no_other_letters():
    for number in range(3000):
        said = text.line(random.Random(number))
        assert said and said == " ".join(said.split())
        assert unicodedata.is_normalized("NFC", said)
        assert set(said) <= set(text.ALPHABET)


def test_every_letter_is_met():
    met = {letter for number in range(6000) for letter in text.line(random.Random(number))}
    assert met == set(text.ALPHABET)


def test_syllables_are_spelled_as_vietnamese_spells_them():
    rng = random.Random(1)
    for _ in range(2000):
        spelled = text.syllable(rng)
        marks = [c for c in unicodedata.normalize("NFD", spelled) if c in "\u0300\u0301\u0303\u0309\u0323"]
        assert len(marks) <= 1, spelled
        assert not spelled.startswith(("ka", "ko", "ce", "ci", "ngi", "gha", "nge")), spelled
        if spelled.endswith(("c", "ch", "p", "t")):
            assert marks and marks[0] in "\u0301\u0323", spelled


def test_a_line_is_the_same_for_the_same_seed_and_number(lines):
    first = [lines.line(SEED, number) for number in range(20)]
    again = [lines.line(SEED, number) for number in reversed(range(20))]
    for one, other in zip(first, reversed(again), strict=True):
        assert one.text == other.text
        np.testing.assert_array_equal(one.gray, other.gray)
    assert lines.line(SEED + 1, 0).text != first[0].text


def test_strips_are_as_high_as_the_network_wants_and_hold_ink_on_paper(lines):
    for number in range(60):
        strip = lines.line(SEED, number)
        assert strip.gray.dtype == np.uint8
        assert strip.gray.shape[0] == lines.HEIGHT
        assert strip.gray.shape[1] <= lines.WIDEST
        dark = (strip.gray < 140).mean()
        assert 0.01 < dark < 0.65, (number, strip.text)
        assert strip.text


def test_a_font_that_lacks_letters_is_left_out_by_name(lines, monkeypatch, capsys):
    monkeypatch.setattr(lines, "covered", lambda _path: frozenset("abc"))
    lines.faces.cache_clear()
    with pytest.raises(SystemExit, match="no font"):
        lines.faces()
    assert "font-source-serif-pro lacks letters" in capsys.readouterr().err
    lines.faces.cache_clear()


def test_runs_of_a_class_become_one_letter_and_blanks_none():
    classes = {letter: i for i, letter in enumerate(text.ALPHABET, 1)}
    row = [0, classes["S"], classes["S"], 0, classes["ố"], 0, classes[" "], classes["1"], 0, classes["1"]]
    assert score.written(np.array(row)) == "Số 11"


def test_character_error_counts_the_fewest_edits():
    assert score.edits("Nguyên Ván", "Nguyễn Văn") == 2
    assert score.edits("", "abc") == score.edits("abc", "") == 3
    assert score.character_error(["abd", "x"], ["abc", "x"]) == pytest.approx(0.25)
