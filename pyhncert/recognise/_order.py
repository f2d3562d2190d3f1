"""Reading order: from top to bottom, a left column before a right one, rows of forms and tables from left to right."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

from pyhncert.recognise._text import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

Extent = tuple[float, float, float, float]
"""Left, top, right, bottom."""

_LABEL = re.compile(r"^\W{0,3}[^\W\d][^:]{1,40}:")
_MANY_ROWS = 5
"""So many rows side by side are a table or form, unless the columns are two languages, prose or the head of a text."""
_FEW = 2
"""More rows than this are a table too, where so many of them have more cells."""
_WIDE, _WIDER = 3.0, 1.6
"""A gap of so many lines, so much wider than those above, ends a table."""
_CLEAR = 1.35
"""Gaps within rows and between them differ by so much, where a row has several lines."""
_LETTERS = 24
"""Columns of fewer letters have no language."""
_NATION = "CONGHOAXAHOI"


@dataclass
class _Band:
    """Lines that share a level; `gutters` are the gaps between its columns."""

    lines: list[int]
    gutters: list[tuple[float, float]]


@dataclass
class _Section:
    """Bands with a common gutter."""

    bands: list[_Band] = field(default_factory=list)
    gutters: list[tuple[float, float]] = field(default_factory=list)


def order(boxes: Sequence[Extent], texts: Sequence[str]) -> list[int]:
    """Indices of `boxes` in the order in which a person reads them.

    Bands that lie side by side (the head of a decision, the two signers of a marriage) are read column by column;
    a form's rows, whose right part begins with a label ("Quốc tịch: …"), and tables from left to right, row by row.
    A value below its label, and lines of one cell, are read together.
    """
    done: list[int] = []
    section = _Section()
    bands = _bands(boxes)
    for i, band in enumerate(bands):
        shared = _common(section.gutters, band.gutters) if section.bands else band.gutters
        if band.gutters and shared:
            section.bands.append(band)
            section.gutters = shared
            continue
        one_sided = section.bands and not band.gutters and _beside(band, section, boxes)
        if one_sided and (
            _close(band, section, boxes) or any(_common(section.gutters, b.gutters) for b in bands[i + 1 : i + 3])
        ):
            section.bands.append(band)
            continue
        done += _read(section, boxes, texts)
        section = _Section([band], band.gutters) if band.gutters else _Section()
        if not band.gutters:
            done += sorted(band.lines, key=lambda k: boxes[k][0])
    return done + _read(section, boxes, texts)


def _read(section: _Section, boxes: Sequence[Extent], texts: Sequence[str]) -> list[int]:
    sided = [band for band in section.bands if band.gutters]
    if not sided:
        return []
    edges = [(a + b) / 2 for a, b in section.gutters]
    columns: list[list[int]] = [[] for _ in range(len(edges) + 1)]
    for band in section.bands:
        for k in band.lines:
            columns[sum(boxes[k][0] > edge for edge in edges)].append(k)
    labelled = sum(any(_LABEL.match(texts[k]) for k in band.lines if boxes[k][0] > edges[0]) for band in sided)
    many = len(sided) >= _MANY_ROWS or _gridded(section.bands, boxes)
    if many and not (_two_languages(columns, texts) or _prose(columns, boxes) or _head(section.bands, texts)):
        return _table(section, boxes, texts)
    if labelled * 2 >= len(sided) and len(sided) < _MANY_ROWS:
        return [k for band in section.bands for k in _cells([band], boxes)]
    return [k for column in columns for k in _downwards(column, boxes)]


def _gridded(bands: Sequence[_Band], boxes: Sequence[Extent]) -> bool:
    """Whether three rows follow each other, two of them of three cells or more; names of signers stand far below."""
    tall = [boxes[band.lines[0]][3] - boxes[band.lines[0]][1] for band in bands]
    close = all(gap < _WIDE * height for gap, height in zip(_gaps(bands, boxes), tall, strict=False))
    return len(bands) > _FEW and close and sum(len(band.gutters) >= _FEW for band in bands) >= _FEW


def _head(bands: Sequence[_Band], texts: Sequence[str]) -> bool:
    """Whether the nation's name stands in a column: who wrote a text and its date are beside it."""
    return any(_NATION in fold(texts[k]) for band in bands for k in band.lines)


def _table(section: _Section, boxes: Sequence[Extent], texts: Sequence[str]) -> list[int]:
    """Row by row; what follows after a wide gap, as signers do, is no part of the table."""
    bands, gaps = section.bands, _gaps(section.bands, boxes)
    step = _step(gaps, median(boxes[k][3] - boxes[k][1] for band in bands for k in band.lines))
    rows, sided = [[bands[0]]], int(bool(bands[0].gutters))
    for n, (band, gap) in enumerate(zip(bands[1:], gaps, strict=True), 1):
        height = max(boxes[k][3] - boxes[k][1] for k in band.lines)
        if sided >= _MANY_ROWS and gap > max(_WIDE * height, _WIDER * max(gaps[: n - 1])):
            rest = _Section(bands[n:], section.gutters)
            return [k for row in rows for k in _cells(row, boxes)] + _read(rest, boxes, texts)
        first = min(boxes[k][0] for k in band.lines) < section.gutters[0][0]
        if gap < step or (not band.gutters and not first and gap < 0.8 * height):
            rows[-1].append(band)
        else:
            rows.append([band])
        sided += bool(band.gutters)
    return [k for row in rows for k in _cells(row, boxes)]


def _gaps(bands: Sequence[_Band], boxes: Sequence[Extent]) -> list[float]:
    """From the foot of each band to the head of the next."""
    foot = [max(boxes[k][3] for k in band.lines) for band in bands]
    head = [min(boxes[k][1] for k in band.lines) for band in bands]
    return [below - above for above, below in zip(foot, head[1:], strict=False)]


def _step(gaps: Sequence[float], tall: float) -> float:
    """Smaller gaps lie within a row, as between a label and the value below it; 0 where all are alike.

    They are less than `tall`, the height of a line, and of both sorts there is a quarter at least.
    """
    ordered = sorted(max(gap, 1.0) for gap in gaps)
    least = -(-len(ordered) // 4)
    splits = [(b / a, (a + b) / 2) for a, b in pairwise(ordered[least - 1 : len(ordered) - least + 1]) if a < tall]
    share, step = max(splits, default=(1.0, 0.0))
    return step if share >= _CLEAR else 0.0


def _cells(row: Sequence[_Band], boxes: Sequence[Extent]) -> list[int]:
    """The lines of a row of a table, cell by cell; band by band where its bands have no cells in common."""
    gutters = _gutters([boxes[k] for band in row for k in band.lines])
    if len(row) > 1 and len(gutters) < max(len(band.gutters) for band in row):
        return [k for band in row for k in _cells([band], boxes)]
    cells: list[list[int]] = [[] for _ in range(len(gutters) + 1)]
    for band in row:
        for k in band.lines:
            cells[sum(boxes[k][0] >= right for _, right in gutters)].append(k)
    return [k for cell in cells for k in _downwards(cell, boxes)]


def _downwards(lines: Sequence[int], boxes: Sequence[Extent]) -> list[int]:
    return sorted(lines, key=lambda k: (boxes[k][1] + boxes[k][3], boxes[k][0]))


def _two_languages(columns: Sequence[Sequence[int]], texts: Sequence[str]) -> bool:
    """Whether letters have Vietnamese marks in one of two columns of words only: each language is read by itself."""
    if len(columns) != 2:
        return False
    words = ["".join(c for k in column for c in texts[k] if c.isalpha()) for column in columns]
    marked = sorted(sum(not c.isascii() for c in letters) / max(1, len(letters)) for letters in words)
    return min(map(len, words)) > _LETTERS and marked[0] < 0.02 and marked[1] > 0.1


def _prose(columns: Sequence[Sequence[int]], boxes: Sequence[Extent]) -> bool:
    """Whether two columns hold lines that run on: right below each other, and as long as the column is wide."""
    return sum(_runs_on([boxes[k] for k in column]) for column in columns) > 1


def _runs_on(lines: Sequence[Extent]) -> bool:
    if len(lines) < _MANY_ROWS:
        return False
    left, right = min(box[0] for box in lines), max(box[2] for box in lines)
    full = sum(box[2] - box[0] > 0.85 * (right - left) for box in lines)
    tall = median(box[3] - box[1] for box in lines)
    tops = sorted(box[1] for box in lines)
    near = sum(b - a < 1.8 * tall for a, b in pairwise(tops))
    return full > 0.6 * len(lines) and near > 0.6 * len(lines) and right - left > 10 * tall


def _bands(boxes: Sequence[Extent]) -> list[_Band]:
    """Lines whose cores share a level, from top to bottom."""
    out: list[list[int]] = []
    floor = 0.0
    for k in sorted(range(len(boxes)), key=lambda k: boxes[k][1] + boxes[k][3]):
        top, bottom = boxes[k][1], boxes[k][3]
        core = (bottom - top) * 0.25
        if out and top + core < floor:
            out[-1].append(k)
            floor = max(floor, bottom - core)
        else:
            out.append([k])
            floor = bottom - core
    return [_Band(lines, _gutters([boxes[k] for k in lines])) for lines in out]


def _gutters(boxes: Sequence[Extent]) -> list[tuple[float, float]]:
    gaps = []
    end: float | None = None
    for left, _, right, _ in sorted(boxes):
        if end is not None and left > end:
            gaps.append((end, left))
        end = right if end is None else max(end, right)
    return gaps


def _common(a: Sequence[tuple[float, float]], b: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Where gutters of both lie over each other, by more than a hair."""
    both = [(max(p[0], q[0]), min(p[1], q[1])) for p in a for q in b]
    return [(left, right) for left, right in both if right - left > 4]


def _close(band: _Band, section: _Section, boxes: Sequence[Extent]) -> bool:
    """Whether the band follows the section at the distance of the next line."""
    floor = max(boxes[k][3] for k in section.bands[-1].lines)
    top, bottom = min(boxes[k][1] for k in band.lines), max(boxes[k][3] for k in band.lines)
    return top - floor < 0.8 * (bottom - top)


def _beside(band: _Band, section: _Section, boxes: Sequence[Extent]) -> bool:
    """Whether the band's lines cross none of the section's gutters."""
    return not any(
        boxes[k][0] < (left + right) / 2 < boxes[k][2] for k in band.lines for left, right in section.gutters
    )
