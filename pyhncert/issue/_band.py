"""The marks of every page, and where they go.

A narrow band says that the page is a copy, with the code and the page, and, for a trial office, that it has no legal
value. It lies in free area near the top or the bottom edge; a page without such an area is extended by a strip at the
bottom, so that the original stays whole and at 100 % scale (Decree 30/2020) and nothing of it is covered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pyhncert.issue._act import Act
from pyhncert.issue._draw import BLACK, LEADING, MM, RED, Canvas, Cases, wrap
from pyhncert.issue._free import FreeArea

__all__ = ["Band", "Piece", "corner_lines", "draw_band", "grouped", "place_corner", "plan_band"]

_PAD = 1.5
_GAP = 4.0
_ZONE_MM = 22.0
_EDGE_MM = 2.5
_CORNER_PT = 10.0


@dataclass(frozen=True, slots=True)
class Band:
    """Lines of text in a box, and the height of the strip that was added below the page for them, or 0."""

    lines: tuple[tuple[Piece, ...], ...]
    left: float
    top: float
    width: float
    strip_mm: float = 0.0
    align: float = 0.5

    @property
    def height(self) -> float:
        """Of the box, in millimetres."""
        return self.strip_mm or _height(self.lines) + 2 * _PAD


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of text of a band."""

    text: str
    size: float
    bold: bool
    red: bool


def _widths(cases: Cases, line: Sequence[Piece]) -> float:
    faces = cases.font
    return sum((faces.bold if p.bold else faces.regular).width(p.text, p.size) / MM for p in line) + _GAP * (
        len(line) - 1
    )


def _height(lines: Sequence[Sequence[Piece]]) -> float:
    return sum(max(p.size for p in line) * LEADING / MM for line in lines)


def plan_band(
    cases: Cases,
    words: Mapping[str, Any],
    act: Act,
    place: tuple[int, int],
    sheet: tuple[tuple[float, float], FreeArea],
) -> Band:
    """Where the marks of a page go: free area at the top, else at the bottom, else a strip added below the page.

    `place` is the page's number and the count, `sheet` its size in mm and its free area.
    """
    copy = Piece(words["copy_mark"], 11, True, True)
    code = Piece(words["code"].format(code=grouped(act.code)), 7.5, False, False)
    count = Piece(words["page"].format(page=place[0], pages=place[1]), 7.5, False, False)
    trial = [Piece(words["trial"], 7.5, True, True)] if act.trial else []
    shapes: list[list[list[Piece]]] = [[[copy, *trial, code, count]]]
    if trial:
        shapes.append([[copy, code, count], trial])
    shapes.append([[copy, count], [code], trial] if trial else [[copy, count], [code]])
    (width, height), free = sheet
    zone = min(0.5, _ZONE_MM / height)
    for low in (False, True):
        for shape in shapes:
            wide = max(_widths(cases, line) for line in shape) + 2 * _PAD
            high = _height(shape) + 2 * _PAD
            found = free.places(wide, high, top=1 - zone if low else 0.0, bottom=1.0 if low else zone)
            corner = found.nearest((width - wide) / 2, height - high - 8 if low else 8)
            if corner:
                return Band(_frozen(shape), corner[0], corner[1], wide)
    room = width - 2 * _EDGE_MM
    shape = next((s for s in shapes if max(_widths(cases, line) for line in s) <= room), shapes[-1])
    shape = [_shrunk(cases, line, room) for line in shape]
    return Band(_frozen(shape), 0.0, height, width, _height(shape) + 2 * _EDGE_MM)


def place_corner(
    cases: Cases, lines: Sequence[str], size_mm: tuple[float, float], free: FreeArea
) -> tuple[Band, FreeArea, float]:
    """Where the text of profile `sao_y` goes, what is still free, and the height of the strip that was added for it.

    Free area at the top right; else a strip above the page, so that it stands there all the same and covers nothing.
    """
    face, (width, _) = cases.font.regular, size_mm
    room = width - 2 * (_EDGE_MM + _PAD)
    shape = [[Piece(part, _CORNER_PT, False, False)] for text in lines for part in wrap(face, text, _CORNER_PT, room)]
    wide, high = max(_widths(cases, line) for line in shape) + 2 * _PAD, _height(shape) + 2 * _PAD
    place, head = free.places(wide, high, bottom=0.4).nearest(width - wide - 10, 8), 0.0
    if place is None:
        free, head = free.raised(high + 2 * _EDGE_MM)
        place = (max(_EDGE_MM, width - wide - 10), _EDGE_MM)
    return Band(_frozen(shape), *place, wide, align=1.0), free.without(*place, wide, high), head


def _shrunk(cases: Cases, line: Sequence[Piece], room: float) -> list[Piece]:
    gaps = _GAP * (len(line) - 1)
    share = min(1.0, max(1.0, room - gaps) / (_widths(cases, line) - gaps))
    return [Piece(p.text, p.size * share, p.bold, p.red) for p in line]


def _frozen(shape: Sequence[Sequence[Piece]]) -> tuple[tuple[Piece, ...], ...]:
    return tuple(tuple(line) for line in shape)


def draw_band(canvas: Canvas, band: Band) -> None:
    """Draw the marks of one page."""
    y = band.top + (_EDGE_MM if band.strip_mm else _PAD)
    for line in band.lines:
        x = band.left + _PAD + band.align * (band.width - 2 * _PAD - _widths(canvas.cases, line))
        high = max(p.size for p in line)
        for piece in line:
            drop = (high - piece.size) * 0.92 / MM
            end = canvas.line(x, y + drop, piece.text, piece.size, bold=piece.bold, colour=RED if piece.red else BLACK)
            x = end + _GAP
        y += high * LEADING / MM


def corner_lines(act: Act, words: Mapping[str, Any]) -> list[str]:
    """The text of profile `sao_y` (SPEC 1.5): form of copy, agency, signing time with its zone."""
    when = act.certified_local
    return [
        words["form_of_copy"],
        act.office,
        words["corner_time"].format(date=f"{when:%d/%m/%Y}", time=f"{when:%H:%M:%S}"),
    ]


def grouped(code: str) -> str:
    """A code as people read it: XXXXX-XXXXX-XXXXX."""
    return "-".join(code[i : i + 5] for i in range(0, len(code), 5))
