"""Shadow and shine-through are taken from the reader's image, and from nothing else."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from pyhncert import _core
from pyhncert.issue._pages import encode_page
from pyhncert.recognise._light import evened


def shaded(image: np.ndarray) -> np.ndarray:
    light = np.linspace(1, 0.5, image.shape[1])[None, :, None]
    return (image * light).astype(np.uint8)


def shone_through(image: np.ndarray) -> np.ndarray:
    back = cv2.GaussianBlur(image[::-1, ::-1], (0, 0), 1.5).astype(np.float32) / 255
    return (image * (1 - 0.25 * (1 - back))).astype(np.uint8)


def test_an_even_page_is_read_as_it_is(drawn):
    page, _ = drawn("quyet_dinh", 3)
    image = np.ascontiguousarray(page.image)
    assert evened(image, dpi=300) is image


@pytest.mark.parametrize("spoil", [shaded, shone_through])
def test_paper_becomes_even_and_print_stays(drawn, spoil):
    page, _ = drawn("quyet_dinh", 3)
    image = np.ascontiguousarray(page.image)
    spoiled = spoil(image)
    before = spoiled.copy()
    even = evened(spoiled, dpi=300)
    np.testing.assert_array_equal(spoiled, before)
    gray, was = _core.gray(even).astype(int), _core.gray(image)
    ink = _core.sauvola(was)
    paper = cv2.dilate(ink, np.ones((9, 9), np.uint8)) == 0
    # Paper is nearly white everywhere, where it had fallen by a quarter and more.
    assert np.percentile(gray[paper], 2) > 215
    assert np.median(_core.gray(spoiled)[paper]) < 250
    dark = was < 100
    assert np.percentile(gray[dark], 90) < 140


def test_thin_rules_of_a_coarse_scan_are_not_what_shines_through(drawn):
    """In means over 4 x 4 pixels they are pale; taken for faint print, they made thin letters lose their strokes."""
    page, _ = drawn("quyet_dinh", 3)
    image = cv2.resize(np.asarray(page.image), None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    for at in range(30, image.shape[0] - 30, 30):
        image[at, 60:-60] = 60
    assert evened(image, dpi=150) is image
    assert evened(shone_through(image), dpi=150) is not image


def test_the_pattern_of_a_passport_is_not_what_shines_through(drawn):
    page, _ = drawn("quyet_dinh", 3)
    card = shone_through(np.ascontiguousarray(page.image[:1050, :1484]))
    assert evened(card, dpi=300) is card


def test_the_pattern_of_a_plastic_card_is_not_what_shines_through(drawn):
    page, _ = drawn("quyet_dinh", 3)
    card = shone_through(np.ascontiguousarray(page.image[:646, :1019]))
    assert evened(card, dpi=300) is card
    assert evened(card, dpi=150) is not card


def test_a_shaded_page_is_read_as_a_clean_one(drawn, reader, page_of):
    page, _ = drawn("quyet_dinh", 3)
    clean = reader.read(page)
    again = reader.read(page_of(shaded(np.asarray(page.image)), text_height_px=page.measures.text_height_px))
    words, same = clean.text.split(), set(again.text.split())
    assert sum(word in same for word in words) >= 0.97 * len(words)


def test_the_copy_keeps_the_shadow(drawn, reader, page_of):
    page, _ = drawn("quyet_dinh", 3)
    dark = page_of(shaded(np.asarray(page.image)))
    before = dark.image.copy()
    jpeg = encode_page(dark).jpeg
    reader.read(dark)
    np.testing.assert_array_equal(dark.image, before)
    assert encode_page(dark).jpeg == jpeg
    shown = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_GRAYSCALE)
    left, right = (np.median(shown[:, side]) for side in (slice(0, 200), slice(-200, None)))
    assert right < 0.65 * left
