"""Inks parted by colour, and stamps read at their own slant."""

from __future__ import annotations

import math

import numpy as np
import pytest

from pyhncert.recognise import _inks
from pyhncert.values import Seal

PAPER, INK, RED = (250, 246, 238), (24, 24, 30), (196, 28, 42)
BLUE, VIOLET = (28, 52, 150), (92, 44, 140)


@pytest.fixture
def sealed():
    return crossed(RED)


def crossed(colour):
    """Black bars under coloured bars, both transparent inks, with half-inked edges."""
    cover = np.zeros((60, 60, 2))
    cover[10:50, 20:26, 0] = 1
    cover[30:36, 5:55, 1] = 1
    cover[36, 5:55, 1] = 0.5
    light = np.ones((60, 60, 3)) * PAPER
    for which, ink in enumerate((INK, colour)):
        light *= np.exp(cover[:, :, which, None] * np.log(np.array(ink) / PAPER))
    return np.clip(light + 0.5, 0, 255).astype(np.uint8), cover


def test_red_goes_and_black_stays_also_where_they_cross(sealed):
    part, cover = sealed
    gray = _inks.without_red(part).astype(int)
    assert gray[cover[:, :, 0] == 1].max() < 60
    assert gray[cover[:, :, 0] == 0].min() > 225


@pytest.mark.parametrize("colour", [RED, BLUE, VIOLET], ids=["red", "blue", "violet"])
def test_black_goes_and_the_stamp_stays_also_where_they_cross(colour):
    part, cover = crossed(colour)
    ink = _inks.strongest(part)
    assert ink is (_inks.RED if colour is RED else _inks.BLUE)
    gray = _inks.only(part, ink)
    assert gray[cover[:, :, 1] == 1].max() < 110
    assert gray[cover.sum(axis=2) == 0].min() > 240
    assert gray[10:28, 20:26].min() > 200


def test_without_red_ink_nothing_is_read_as_red():
    assert _inks.only(np.full((40, 40, 3), 240, np.uint8), _inks.RED) is None
    gray = np.full((40, 40, 3), 240, np.uint8)
    gray[10:20] = 30
    assert _inks.only(gray, _inks.RED) is None
    assert np.array_equal(_inks.without_red(gray) < 100, gray[:, :, 0] < 100)


def test_only_the_seals_circle_loses_its_red():
    page = np.full((100, 100, 3), PAPER, np.uint8)
    page[40:60, :] = RED
    seal = Seal(colour="red", centre=(50.0, 50.0), radius_px=20.0, radius_mm=18.0, quality=1.0, rim=1.0)
    out = _inks.unsealed(page, [seal])
    assert out[50, 50].min() > 225
    assert tuple(out[50, 90]) == RED and tuple(page[50, 50]) == RED
    assert _inks.unsealed(page, []) is page


@pytest.mark.parametrize("colour", [RED, BLUE, VIOLET], ids=["red", "blue", "violet"])
def test_only_the_stamps_box_loses_its_ink(colour):
    part, cover = crossed(colour)
    page = np.full((60, 120, 3), PAPER, np.uint8)
    page[:, :60], page[:, 60:] = part, part
    out = _inks.unstamped(page, [((-1.0, 24.0), (56.0, 24.0), (56.0, 42.0), (-1.0, 42.0))], _inks.strongest(part))
    left = out[:, :60].min(axis=2).astype(int)
    assert left[cover[:, :, 0] == 1].max() < 75
    assert left[cover[:, :, 0] == 0].min() > 215
    assert np.array_equal(out[:, 62:], page[:, 62:]) and np.array_equal(page[:, 60:], part)
    assert _inks.unstamped(page, [], _inks.RED) is page


@pytest.mark.parametrize("degrees", [0, 10, -14])
def test_a_stamp_is_turned_level(degrees):
    turn = math.radians(degrees)
    c, s = math.cos(turn), math.sin(turn)
    corners = [(100 + u * c - v * s, 120 + u * s + v * c) for u, v in ((0, 0), (200, 0), (200, 60), (0, 60))]
    ys, xs = np.mgrid[0:400, 0:400]
    u, v = (xs - 100) * c + (ys - 120) * s, (ys - 120) * c - (xs - 100) * s
    page = np.full((400, 400, 3), 250, np.uint8)
    page[(u > 60) & (u < 140) & (v > 25) & (v < 35)] = 0
    turned, way = _inks.upright(page, tuple(corners))
    rows = np.flatnonzero((turned[:, :, 0] < 100).sum(axis=1) > 60)
    assert rows.min() == pytest.approx(25 - 9, abs=1.5) and rows.max() == pytest.approx(35 - 9, abs=1.5)
    assert way[2] == pytest.approx(100 + 9 * (c - s)) and way[5] == pytest.approx(120 + 9 * (s + c))
    assert _inks.upright(page, ((0, 0), (9, 0), (9, 5), (0, 5))) is None
