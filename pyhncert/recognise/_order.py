"""Reading order: from top to bottom, a left column before a right one, a form's row from left to right."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

Extent = tuple[float, float, float, float]
"""Left, top, right, bottom."""

_LABEL = re.compile(r"^\W{0,3}[^\W\d][^:]{1,40}:")
_MANY_ROWS = 5
"""So many rows side by side are two columns even when the right one begins with labels (a bilingual degree)."""


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
    a form's rows, whose right part begins with a label ("Quốc tịch: …"), from left to right.
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
    if labelled * 2 >= len(sided) and len(sided) < _MANY_ROWS:
        return [k for band in section.bands for k in sorted(band.lines, key=lambda k: boxes[k][0])]
    return [k for column in columns for k in sorted(column, key=lambda k: (boxes[k][1] + boxes[k][3], boxes[k][0]))]


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
