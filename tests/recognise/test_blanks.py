"""Blanks that the recogniser left out are seen in the ink, and only there."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont

from pyhncert.recognise import Reader
from pyhncert.recognise._blanks import Symbol, blanks, left_out
from pyhncert.values import Page

TALL = 40


def line(text: str, gaps: dict[int, int]) -> tuple[list[Symbol], np.ndarray]:
    """Letters of 12 pixels with 3 between them, or `gaps[i]` before letter i; `text` as it was read, blanks of 12."""
    symbols: list[Symbol] = []
    ink: list[tuple[int, int]] = []
    at, word = 5, 0
    for letter in text:
        if letter == " ":
            word, at = word + 1, at + 9
            continue
        at += gaps.get(len(symbols), 3)
        symbols.append(Symbol(letter, at, at + 12, word))
        ink.append((at, at + 12))
        at += 12
    dark = np.zeros(at + 5, bool)
    for start, end in ink:
        dark[start:end] = True
    return symbols, dark


@pytest.mark.parametrize(
    ("text", "gaps", "found"),
    [
        ("Nguyễn VănAn", {9: 12}, [9]),
        ("Ảnh 3x4", {4: 12, 5: 12}, [4, 5]),
        ("NAM/M", {3: 16, 4: 16}, [3, 4]),
        ("Nguyễn Văn An", {}, []),
        ("Nguyễn VănAn", {9: 6}, []),
        ("VănAn", {3: 12}, []),
        ("Số 123456", {5: 12}, []),
        ("Số 12.345", {5: 12}, []),
    ],
    ids=["name", "x", "alone", "none", "narrow", "alone and narrow", "digits", "point"],
)
def test_a_blank_is_left_out_where_it_is_as_wide_as_those_written(
    text: str, gaps: dict[int, int], found: list[int]
) -> None:
    symbols, dark = line(text, gaps)
    assert left_out(symbols, dark, TALL) == found


@given(runs=st.lists(st.integers(1, 30), min_size=1, max_size=20), first=st.booleans())
def test_blanks_are_the_runs_between_ink(runs: list[int], first: bool) -> None:
    inked = [first ^ bool(i % 2) for i in range(len(runs))]
    dark = np.repeat(inked, runs)
    starts = np.cumsum([0, *runs[:-1]])
    inner = range(1, len(runs) - 1)
    assert blanks(dark).tolist() == [[starts[i], runs[i]] for i in inner if not inked[i]]


@pytest.mark.usefixtures("fonts")
def test_print_with_plain_blanks_is_read_with_them(reader: Reader, page_of: Callable[..., Page]) -> None:
    """Tesseract reads `3x4`."""
    image = Image.new("RGB", (700, 300), "white")
    font = ImageFont.truetype("DejaVuSerif.ttf", 36)
    ImageDraw.Draw(image).text((100, 120), "Ảnh 3 x 4", (20, 20, 20), font)
    seen = reader.read(page_of(np.asarray(image)))
    assert seen.text == "Ảnh 3 x 4"
    words = seen.lines[0].words
    assert [word.text for word in words] == ["Ảnh", "3", "x", "4"]
    assert all(one.quad[1][0] < two.quad[0][0] for one, two in itertools.pairwise(words))
