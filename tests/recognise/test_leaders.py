"""Dotted leaders go, letters and their dots stay."""

from __future__ import annotations

import cv2
import numpy as np

from pyhncert.recognise._leaders import wipe


def strip() -> np.ndarray:
    gray = np.full((60, 900), 255, np.uint8)
    cv2.putText(gray, "Kinh", (5, 40), cv2.FONT_HERSHEY_SIMPLEX, 1.2, 0, 3)
    return gray


def dots(gray: np.ndarray, places: list[int], level: int = 46, radius: int = 2) -> np.ndarray:
    out = gray.copy()
    for x in places:
        cv2.circle(out, (x, level), radius, 0, -1)
    return out


def test_an_even_row_of_dots_is_wiped() -> None:
    clean = strip()
    wiped = wipe(dots(clean, list(range(150, 880, 12))), tall=40)
    assert np.array_equal(wiped < 128, clean < 128)


def test_unevenly_spaced_dots_stay() -> None:
    places = [150, 190, 262, 300, 371, 460, 498, 600, 690, 842]
    dotted = dots(strip(), places, level=50, radius=3)
    assert np.array_equal(wipe(dotted, tall=40), dotted)


def test_a_few_full_stops_stay() -> None:
    dotted = dots(strip(), [150, 162, 174])
    assert np.array_equal(wipe(dotted, tall=40), dotted)


def test_a_blank_strip_stays() -> None:
    blank = np.full((40, 200), 255, np.uint8)
    assert np.array_equal(wipe(blank, tall=40), blank)
