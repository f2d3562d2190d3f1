"""Strips of lines: what they take in beside the print."""

from __future__ import annotations

import numpy as np
import pytest

from pyhncert.recognise import _crop
from pyhncert.recognise._detect import Box

PAPER, INK = 250, 20


def cell(rule: slice, *, gap: int = 12, beside: bool = False) -> np.ndarray:
    """Two figures of 18 px, `gap` below a rule of 2 px that is drawn every so many pixels; a rule at the left too."""
    page = np.full((80, 120, 3), PAPER, np.uint8)
    page[30 - gap - 2 : 30 - gap, rule] = INK
    for x in (50, 62):
        page[30:48, x : x + 8] = INK
        page[34:44, x + 2 : x + 6] = PAPER
    if beside:
        page[30 - gap - 2 : 48, 34:36] = INK
    return page


def strip(page: np.ndarray, left: float, top: float) -> np.ndarray:
    (cut,) = _crop.strips(page, [Box((left + 72) / 2, (top + 48) / 2, 72 - left, 48 - top, 0.0)])
    return cut.gray


@pytest.mark.parametrize("rule", [slice(46, 76), slice(46, 76, 2)], ids=["whole", "worn"])
def test_a_rule_above_a_figure_in_a_cell_is_no_part_of_its_strip(rule: slice) -> None:
    """With it the figure is half as large to the reader, which then loses its comma."""
    assert strip(cell(rule), 48, 16).shape[0] <= 24


def test_rules_above_and_beside_that_meet_are_no_part_of_it() -> None:
    gray = strip(cell(slice(34, 76), beside=True), 34, 16)
    assert gray.shape[0] <= 24
    columns = np.flatnonzero((gray < 140).any(axis=0))
    assert columns[-1] - columns[0] <= 22


def test_a_stroke_near_the_print_stays() -> None:
    """As over a capital with its mark, and the tilde of a narrow word."""
    assert strip(cell(slice(50, 70), gap=3), 48, 24).shape[0] >= 23
