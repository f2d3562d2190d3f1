"""Which sheets a copy has, and what is drawn on each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from pyhncert.issue._act import Act, PageRecord
from pyhncert.issue._band import corner_lines, draw_band, place_corner, plan_band
from pyhncert.issue._draw import Canvas, Cases
from pyhncert.issue._free import FreeArea
from pyhncert.issue._marks import A4_MM, FRAME_MM, Draw, Marks, last_page_place
from pyhncert.issue._pictures import Picture

__all__ = ["Sheet", "lay_out"]


@dataclass(slots=True)
class Sheet:
    """One page as it is laid out: the original's record or None for the appended page, strips and canvas.

    `head` and `strip` are the heights in mm of what was added above and below the original.
    """

    record: PageRecord | None
    width: float
    height: float
    head: float
    strip: float
    canvas: Canvas


def lay_out(
    act: Act, words: Mapping[str, Any], cases: Cases, verify_url: str, given: Mapping[str, Picture]
) -> list[Sheet]:
    """All sheets with their marks drawn, the appended page last where the block fits nowhere on the last page."""
    marks = Marks(act, words, verify_url, given)
    last = act.pages[-1]
    block = _block(act, words, cases, marks)
    count = len(act.pages) + (0 if block else 1)
    sheets = []
    for record in act.pages:
        sheet, _ = _sheet(act, words, cases, record, count)
        if record is last and block:
            block(sheet.canvas)
        sheets.append(sheet)
    if not block:
        width, height = A4_MM
        canvas = Canvas(cases, height)
        clear = FreeArea.clear(width, height)
        draw_band(canvas, plan_band(cases, words, act, (count, count), (A4_MM, clear)))
        marks.page(canvas)
        sheets.append(Sheet(None, width, height, 0.0, 0.0, canvas))
    return sheets


def _sheet(act: Act, words: Mapping[str, Any], cases: Cases, record: PageRecord, count: int) -> tuple[Sheet, FreeArea]:
    """One page of the original with the marks of every page, and the area that is still free."""
    width, height = (v / record.dpi * 25.4 for v in record.size)
    free, head, corner = record.free, 0.0, None
    if words["corner"] and record.number == 1:
        corner, free, head = place_corner(cases, corner_lines(act, words), (width, height), free)
        height += head
    band = plan_band(cases, words, act, (record.number, count), ((width, height), free))
    canvas = Canvas(cases, height + band.strip_mm)
    draw_band(canvas, band)
    if corner:
        draw_band(canvas, corner)
    if not band.strip_mm:
        free = free.without(band.left, band.top, band.width, band.height)
    return Sheet(record, width, height + band.strip_mm, head, band.strip_mm, canvas), free


def _block(act: Act, words: Mapping[str, Any], cases: Cases, marks: Marks) -> Callable[[Canvas], None] | None:
    """What draws the certification on the last page, or None when it fits nowhere there."""
    record = act.pages[-1]
    scratch = cases.measuring()
    _, free = _sheet(act, words, scratch, record, len(act.pages))
    for width, height, draw in marks.shapes(scratch):
        place = last_page_place(free, record, width, height)
        if place:
            return partial(_draw_at, draw, place, (width, height))
    return None


def _draw_at(draw: Draw, place: tuple[float, float], size: tuple[float, float], canvas: Canvas) -> None:
    """Draw the block in a thin frame, so that nobody takes it for a part of the original."""
    canvas.frame(place[0] - FRAME_MM, place[1] - FRAME_MM, size[0] + 2 * FRAME_MM, size[1] + 2 * FRAME_MM)
    draw(canvas, *place)
