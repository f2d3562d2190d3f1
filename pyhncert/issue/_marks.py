"""The certification of an act, drawn in free area of the last page or on an appended page.

Wording, number and book, date, officer, signature with the seal over its left third, agency, conversion mark, QR, code
and how to verify (SPEC 1.5, 1.11, DESIGN 4). The appended page is the common case.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pyhncert.issue._act import Act, PageRecord
from pyhncert.issue._band import grouped
from pyhncert.issue._draw import BLACK, GRAY, LEADING, MM, RED, Canvas, Cases
from pyhncert.issue._free import FreeArea
from pyhncert.issue._pictures import Picture, picture_rules
from pyhncert.issue._trial import flourish, trial_seal

__all__ = ["A4_MM", "FRAME_MM", "Draw", "Marks", "last_page_place"]

Draw = Callable[[Canvas, float, float], float]
"""Draws something with its upper left corner at x, y (mm); the y below it."""
A4_MM = (210.0, 297.0)
QR_MM = 35.0
FRAME_MM = 2.0


@dataclass(frozen=True, slots=True)
class Marks:
    """Draws the certification of one act, as a block or as a page; `pictures` are those given, by whose they are."""

    act: Act
    words: Mapping[str, Any]
    verify_url: str
    pictures: Mapping[str, Picture]

    # -- the block: three columns or two rows, whichever fits

    def shapes(self, cases: Cases) -> list[tuple[float, float, Draw]]:
        """Width, height and drawer of each form of the block."""
        forms: list[tuple[float, Draw]] = [(176.0, self._wide), (124.0, self._tall)]
        return [(width, draw(Canvas(cases.measuring(), 1000), 0, 0), draw) for width, draw in forms]

    def _wide(self, canvas: Canvas, x: float, y: float) -> float:
        """QR, wording and signature side by side; the y below."""
        low = self._proof(canvas, x, y, 41)
        middle = self._certified(canvas, x + 45, y, 52)
        return max(low, middle, self._signed(canvas, x + 100, y, 76)) + 0.5

    def _tall(self, canvas: Canvas, x: float, y: float) -> float:
        """Wording above, QR and signature below; the y below."""
        y = self._certified(canvas, x, y, 124) + 2
        return max(self._proof(canvas, x, y, 44), self._signed(canvas, x + 48, y, 76)) + 0.5

    def _certified(self, canvas: Canvas, x: float, y: float, width: float) -> float:
        y = canvas.text(x, y, width, self.words["title"], 12, bold=True) + 1
        y = self._numbers(canvas, x, y, width, 12) + 1
        return canvas.text(x, y, width, self._conversion(), 8, colour=GRAY)

    def _proof(self, canvas: Canvas, x: float, y: float, width: float) -> float:
        y = self.qr(canvas, x + (width - QR_MM) / 2, y) + 0.5
        y = canvas.text(x, y, width, grouped(self.act.code), 9, bold=True, align=0.5)
        return canvas.text(x, y, width, self.words["verify_short"].format(url=self.verify_url), 7, align=0.5)

    def qr(self, canvas: Canvas, x: float, y: float) -> float:
        """The QR with its quiet zone; the y below."""
        canvas.picture("qr", x, y, QR_MM, QR_MM)
        canvas.claim("QR", x, y, QR_MM, QR_MM)
        return y + QR_MM

    def _numbers(self, canvas: Canvas, x: float, y: float, width: float, size: float) -> float:
        """``Số chứng thực: 01   Quyển số: 01/2026-SCT/BS``, the number in red; on two lines where one is too narrow."""
        align = 0.5 if size > 12 else 0.0
        label = size * 0.82
        regular, bold = canvas.face(False), canvas.face(True)
        parts = [(self.words["number"], self.act.number_shown, RED), (self.words["book"], self.act.book_shown, BLACK)]
        wide = [regular.width(f"{a} ", label) / MM + bold.width(b, size) / MM for a, b, _ in parts]
        gap = 6.0
        rows = [parts] if sum(wide) + gap <= width else [[part] for part in parts]
        for row in rows:
            total = sum(wide) + gap if len(row) == 2 else wide[parts.index(row[0])]
            at = x + align * (width - total)
            for a, b, colour in row:
                at = canvas.line(at, y + (size - label) * 0.92 / MM, f"{a} ", label)
                at = canvas.line(at, y, b, size, bold=True, colour=colour) + gap
            y += size * LEADING / MM
        return y

    def _conversion(self) -> str:
        when = self.act.certified_local
        officer = ", ".join(t for t in (self.act.officer_name, self.act.officer_title, self.act.office) if t)
        return str(self.words["conversion"].format(time=f"{when:%H:%M:%S}", date=f"{when:%d/%m/%Y}", officer=officer))

    def _signed(self, canvas: Canvas, x: float, y: float, width: float) -> float:
        """Date, officer, signature with the seal over its left third, name, agency; the y below."""
        when = self.act.certified_local
        axis = x + width - 32
        half = min(axis - x, x + width - axis)
        left, across = axis - half, 2 * half
        date = self.words["date"].format(day=f"{when:%d}", month=f"{when:%m}", year=f"{when:%Y}")
        y = canvas.text(left, y, across, date, 9.5, align=0.5)
        y = canvas.text(left, y, across, self.words["officer"], 9.5, bold=True, align=0.5)
        y = canvas.text(left, y, across, self.act.officer_title.upper(), 8.5, align=0.5)
        if self.pictures or (self.act.trial and self.words["pictures"]):
            y = self._pictures(canvas, axis, y)
        y = canvas.text(left, y, across, self.act.officer_name, 11, bold=True, align=0.5)
        return canvas.text(left, y, across, self.act.office, 8.5, align=0.5)

    def _pictures(self, canvas: Canvas, axis: float, y: float) -> float:
        """The signature around `axis` and the seal over its left third, on one level; the y below."""
        rules = {key: picture_rules(key, self.act.certified_local.date()) for key in ("officer", "agency")}
        officer, agency = self.pictures.get("officer"), self.pictures.get("agency")
        wide, high = officer.size if officer else rules["officer"]["size"]
        across, down = agency.size if agency else rules["agency"]["size"]
        left, middle = axis - wide / 2, y + max(high, down) / 2
        seal = left + wide * rules["agency"]["over"] - across
        if officer:
            canvas.picture("officer", left, middle - high / 2, wide, high)
        elif self.act.trial:
            flourish(canvas, left, middle - high / 2, wide, high)
        if agency:
            canvas.picture("agency", seal, middle - down / 2, across, down)
        elif self.act.trial:
            trial_seal(canvas, seal + across / 2, middle, across / 2, self.words)
        height = max(high, down)
        canvas.claim("signature and seal", seal, y, left + wide - seal, height)
        return y + height

    # -- the appended page

    def page(self, canvas: Canvas) -> None:
        """The whole certification on a page of its own."""
        w, act, (full, _) = self.words, self.act, A4_MM
        left, width = 22.0, full - 44.0
        y = canvas.text(left, 26, width, act.office.upper(), 12, bold=True, align=0.5)
        y = canvas.text(left, y + 0.5, width, f"{w['attached']} / {w['attached_en']}", 8.5, colour=GRAY, align=0.5) + 7
        y = canvas.text(left, y, width, w["title"], 18, bold=True, align=0.5)
        y = canvas.text(left, y, width, w["title_en"], 10, colour=GRAY, align=0.5) + 3.5
        y = self._numbers(canvas, left, y, width, 14) + 4
        canvas.rule(left, y, width)
        rows = [
            (w["original"], w["original_en"], act.title or w["untitled"], 12, True),
            (w["pages"], w["pages_en"], w["pages_value"].format(pages=len(act.pages)), 11, False),
            (w["office"], w["office_en"], act.office, 11, False),
            (w["copy_code"], w["copy_code_en"], grouped(act.code), 14, True),
            (w["converted"], w["converted_en"], self._conversion(), 10, False),
        ]
        y += 3
        for vi, en, value, size, bold in rows:
            low = canvas.text(left, y, 44, vi, 9.5)
            low = canvas.text(left, low, 44, en, 7.5, colour=GRAY)
            y = max(low, canvas.text(left + 47, y, width - 47, value, size, bold=bold)) + 2
        y += 1
        canvas.rule(left, y, width)
        if act.trial:
            self._no_value(canvas, left, y + 18, 78)
        y = self._signed(canvas, left + width - 80, y + 5, 80) + 6
        self._how(canvas, left, max(y, 232), width)

    def _no_value(self, canvas: Canvas, left: float, y: float, width: float) -> None:
        """What everybody must see on a trial office's page."""
        vi, _, en = self.words["trial"].partition(" / ")
        low = y + 3
        for part in vi.split(" - "):
            low = canvas.text(left + 3, low, width - 6, part, 13, bold=True, colour=RED, align=0.5)
        low = canvas.text(left + 3, low + 0.5, width - 6, en, 10, colour=RED, align=0.5)
        canvas.frame(left, y, width, low + 2.5 - y, colour=RED, thick=1.2)

    def _how(self, canvas: Canvas, left: float, y: float, width: float) -> None:
        w = self.words
        top = y
        self.qr(canvas, left + 2, y + 2)
        canvas.text(left, y + 38, 39, grouped(self.act.code), 9.5, bold=True, align=0.5)
        x, room = left + 43, width - 46
        y = canvas.text(x, y + 3, room, f"{w['verify']} / {w['verify_en']}", 11, bold=True) + 1.2
        y = canvas.text(x, y, room, w["verify_scan"].format(url=self.verify_url), 9)
        y = canvas.text(x, y, room, w["verify_scan_en"].format(url=self.verify_url), 8, colour=GRAY) + 1
        y = canvas.text(x, y, room, w["verify_file"], 9)
        y = canvas.text(x, y, room, w["verify_file_en"], 8, colour=GRAY)
        canvas.frame(left, top, width, max(y, top + 43) + 1.5 - top)


def last_page_place(free: FreeArea, record: PageRecord, width: float, height: float) -> tuple[float, float] | None:
    """Where a block fits on the last page, nearest to its lower middle; None when nowhere."""
    page_width, page_height = (v / record.dpi * 25.4 for v in record.size)
    around = FRAME_MM + 0.5
    found = free.places(width + 2 * around, height + 2 * around, edge_mm=6)
    place = found.nearest((page_width - width) / 2 - around, page_height - height - 20)
    return (place[0] + around, place[1] + around) if place else None
