"""The smallest faithful file: what the bars hold, on strokes, on paper, in colour, at any size."""

from __future__ import annotations

import io

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from pyhncert._core import sauvola, stroke_changes
from pyhncert.errors import UsageFault
from pyhncert.issue._faithful import PAPER, STROKE, Judge, encode, faithful, quiet_level, room

ROOMY = 750_000


def printed(ink=(20, 20, 26), *, tint=(250, 248, 241), guilloche=None, noise=2.0, side=480, seed=1):
    """A piece of a page: rows of small print, a pattern beneath it where one is asked for, and a scanner's noise."""
    image = Image.new("RGB", (side, side), tint)
    pen = ImageDraw.Draw(image)
    if guilloche is not None:
        for x in range(0, side, 7):
            pen.line([(x + 9 * np.sin(y / 11), y) for y in range(side)], fill=guilloche)
    for y in range(20, side // 2, 30):
        pen.text((16, y), "Công dân đề nghị chứng thực bản sao từ bản chính số 118/2025", fill=ink, font_size=20)
    grain = np.random.default_rng(seed).normal(0, noise, (side, side, 1))
    return np.clip(np.asarray(image, float) + grain + 0.5, 0, 255).astype(np.uint8)


def judged(image):
    gray = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    ink = sauvola(gray, window=31, k=0.2)
    return gray, ink, Judge.of(gray, ink)


def through(stream):
    return np.asarray(Image.open(io.BytesIO(stream)).convert("RGB"))


def form(stream):
    with Image.open(io.BytesIO(stream)) as image:
        return bool(image.info.get("progressive")), [layer[1:3] for layer in image.layer]


def test_no_block_of_the_page_loses_more_than_the_bars():
    for image in (printed(), printed((150, 150, 154)), printed((196, 28, 42), guilloche=(244, 232, 216))):
        gray, ink, judge = judged(image)
        seen = cv2.cvtColor(through(faithful(image, gray, ink, room=ROOMY)), cv2.COLOR_RGB2GRAY)
        strokes, paper = judge.lost(seen)
        assert 0.3 * STROKE < strokes.max() <= 1.15 * STROKE
        assert paper.max() - quiet_level(paper) <= 1.15 * PAPER


def test_pale_print_is_kept_finer_than_black_print():
    def scale(image):
        _, _, judge = judged(image)
        return judge.scales(image, full_colour=True)[0]

    assert scale(printed((175, 175, 178))) < scale(printed())


def test_a_pattern_of_the_paper_is_kept():
    image = printed(guilloche=(232, 214, 196), noise=1.0)
    gray, ink, _ = judged(image)
    seen = through(faithful(image, gray, ink, room=ROOMY)).astype(float)
    below = np.s_[300:460, 40:440]
    kept = np.corrcoef(cv2.blur(image.astype(float), (3, 3))[below].ravel(), cv2.blur(seen, (3, 3))[below].ravel())
    assert kept[0, 1] > 0.9


def test_coloured_print_is_written_in_full_colour_and_black_print_in_half():
    for ink_colour, layers in (((196, 28, 42), [(1, 1)] * 3), ((24, 24, 30), [(2, 2), (1, 1), (1, 1)])):
        image = printed(ink_colour)
        gray, ink, _ = judged(image)
        assert form(faithful(image, gray, ink, room=ROOMY)) == (True, layers)


def test_a_page_without_room_is_made_coarser_but_within_the_slack():
    image = printed(noise=4.0)
    gray, ink, judge = judged(image)
    roomy, tight = (faithful(image, gray, ink, room=room) for room in (ROOMY, 1000))
    assert len(tight) < len(roomy)
    strokes, _ = judge.lost(cv2.cvtColor(through(tight), cv2.COLOR_RGB2GRAY))
    assert strokes.max() <= 1.15 * 1.5 * STROKE


def test_a_page_as_small_as_a_card_is_judged_exactly():
    image = printed(side=646, noise=3.0)
    image[-14:, 40:600] = cv2.resize(image[20:34, 20:300], (560, 14))  # print that runs into the lowest blocks
    gray, ink, judge = judged(image)
    seen = cv2.cvtColor(through(faithful(image, gray, ink, room=ROOMY)), cv2.COLOR_RGB2GRAY)
    assert 0.7 * STROKE < judge.lost(seen)[0].max() <= STROKE


def test_a_card_has_as_much_room_as_a4_and_a3_twice_as_much():
    assert room((1011, 638), 300) == room((2480, 3508), 300) == pytest.approx(ROOMY, rel=1e-3)
    assert room((4961, 7016), 600) == pytest.approx(ROOMY, rel=1e-3)
    assert room((4961, 3508), 300) == pytest.approx(2 * ROOMY, rel=1e-3)


def test_the_same_page_gives_the_same_bytes():
    image = printed(noise=3.0)
    gray, ink, _ = judged(image)
    assert faithful(image, gray, ink, room=ROOMY) == faithful(image.copy(), gray, ink, room=ROOMY)


@settings(max_examples=25)
@given(rows=st.integers(1, 70), columns=st.integers(1, 70), seed=st.integers(0, 9), dense=st.booleans())
def test_any_size_can_be_encoded(rows, columns, seed, dense):
    draw = np.random.default_rng(seed)
    image = draw.integers(0 if dense else 235, 256, (rows, columns, 3), np.uint8)
    gray, ink, _ = judged(image)
    assert through(faithful(image, gray, ink, room=ROOMY)).shape == image.shape


@settings(max_examples=60)
@given(rows=st.integers(1, 40), columns=st.integers(1, 40), seed=st.integers(0, 99))
def test_changes_agree_with_plain_numpy(rows, columns, seed):
    draw = np.random.default_rng(seed)
    before, after = draw.integers(0, 256, (2, rows, columns), np.uint8)
    near = (draw.random((rows, columns)) < draw.choice([0.0, 0.05, 0.4])).astype(np.uint8)
    change = np.pad(after.astype(float) - before, 1, mode="edge")
    mean = sum(change[y : y + rows, x : x + columns] for y in range(3) for x in range(3)) / 9
    strokes, paper = stroke_changes(before, after, near)
    assert strokes.shape == paper.shape == (-(-rows // 16), -(-columns // 16))
    for y, x in np.ndindex(strokes.shape):
        block = np.s_[16 * y : 16 * y + 16, 16 * x : 16 * x + 16]
        inked, squares = near[block] > 0, mean[block] ** 2
        want = np.sqrt(squares[inked].mean()) if inked.sum() >= 16 else 0
        beside = np.sqrt(squares.mean()) if not inked.any() else 0
        np.testing.assert_allclose((strokes[y, x], paper[y, x]), (want, beside), rtol=1e-4)


def test_pictures_of_different_sizes_are_refused():
    with pytest.raises(UsageFault, match="one size"):
        stroke_changes(np.zeros((4, 4), np.uint8), np.zeros((4, 5), np.uint8), np.zeros((4, 4), np.uint8))


def test_scale_steers_the_size():
    image = printed(noise=3.0)
    sizes = [len(encode(image, scale, full_colour=True)) for scale in (0.3, 0.6, 1.2, 2.0)]
    assert sizes == sorted(sizes, reverse=True) and sizes[0] > 2 * sizes[-1]
