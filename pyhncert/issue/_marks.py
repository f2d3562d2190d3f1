"""The marks of a copy, and where they go.

On every page a narrow band says that it is a copy, with the code and the page, and, for a trial office, that it has no
legal value. It lies in free area near the top or the bottom edge; a page without such an area is extended by a strip at
the bottom, so that the original stays whole and at 100 % scale (Decree 30/2020) and nothing of it is covered.
The certification block goes into free area of the last page, else on an appended page (DESIGN 4).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pyhncert.issue._act import Act, PageRecord
from pyhncert.issue._draw import BLACK, BLUE, GRAY, LEADING, MM, RED, Canvas, Cases
from pyhncert.issue._free import FreeArea

__all__ = ["Band", "Marks", "plan_band"]

Draw = Callable[[Canvas, float, float], float]
"""Draws something with its upper left corner at x, y (mm); the y below it."""
A4_MM = (210.0, 297.0)
QR_MM = 35.0
SEAL_MM = 36.0
SIGNATURE_MM = (45.0, 18.0)
_PAD = 1.5
_BAND_ZONE_MM = 22.0
_STRIP_EDGE_MM = 2.5
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


_GAP = 4.0


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
    *,
    below: Sequence[str] = (),
) -> Band:
    """Where the marks of a page go: free area at the top, else at the bottom, else a strip added below the page.

    `place` is the page's number and the count, `sheet` its size in mm and its free area. Lines of `below` found no
    place on the page and force the strip.
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
    zone = min(0.5, _BAND_ZONE_MM / height)
    for low in (False, True) if not below else ():
        for shape in shapes:
            wide = max(_widths(cases, line) for line in shape) + 2 * _PAD
            high = _height(shape) + 2 * _PAD
            found = free.places(wide, high, top=1 - zone if low else 0.0, bottom=1.0 if low else zone)
            corner = found.nearest((width - wide) / 2, height - high - 8 if low else 8)
            if corner:
                return Band(_frozen(shape), corner[0], corner[1], wide)
    room = width - 2 * _STRIP_EDGE_MM
    shape = next((s for s in shapes if max(_widths(cases, line) for line in s) <= room), shapes[-1])
    shape = [*shape, *([Piece(text, _CORNER_PT, False, False)] for text in below)]
    shape = [_shrunk(cases, line, room) for line in shape]
    return Band(_frozen(shape), 0.0, height, width, _height(shape) + 2 * _STRIP_EDGE_MM)


def plan_corner(cases: Cases, lines: Sequence[str], size_mm: tuple[float, float], free: FreeArea) -> Band | None:
    """Where the text of profile `sao_y` goes: free area at the top right, or None."""
    shape = [[Piece(text, _CORNER_PT, False, False)] for text in lines]
    wide, high = max(_widths(cases, line) for line in shape) + 2 * _PAD, _height(shape) + 2 * _PAD
    place = free.places(wide, high, bottom=0.4).nearest(size_mm[0] - wide - 10, 8)
    return Band(_frozen(shape), place[0], place[1], wide, align=1.0) if place else None


def _shrunk(cases: Cases, line: Sequence[Piece], room: float) -> list[Piece]:
    gaps = _GAP * (len(line) - 1)
    share = min(1.0, max(1.0, room - gaps) / (_widths(cases, line) - gaps))
    return [Piece(p.text, p.size * share, p.bold, p.red) for p in line]


def _frozen(shape: Sequence[Sequence[Piece]]) -> tuple[tuple[Piece, ...], ...]:
    return tuple(tuple(line) for line in shape)


def draw_band(canvas: Canvas, band: Band) -> None:
    """Draw the marks of one page."""
    y = band.top + (_STRIP_EDGE_MM if band.strip_mm else _PAD)
    for line in band.lines:
        x = band.left + _PAD + band.align * (band.width - 2 * _PAD - _widths(canvas.cases, line))
        high = max(p.size for p in line)
        for piece in line:
            drop = (high - piece.size) * 0.92 / MM
            end = canvas.line(x, y + drop, piece.text, piece.size, bold=piece.bold, colour=RED if piece.red else BLACK)
            x = end + _GAP
        y += high * LEADING / MM


def grouped(code: str) -> str:
    """A code as people read it: XXXXX-XXXXX-XXXXX."""
    return "-".join(code[i : i + 5] for i in range(0, len(code), 5))


@dataclass(frozen=True, slots=True)
class Marks:
    """Draws the certification of one act, as a block or as a page; `pictures` has width by height of those given."""

    act: Act
    words: Mapping[str, Any]
    verify_url: str
    pictures: Mapping[str, float]

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
        wide, high = SIGNATURE_MM
        left, top = axis - wide / 2, y + (SEAL_MM - high) / 2
        seal = left + wide / 3 - SEAL_MM
        if "officer" in self.pictures:
            self._fitted(canvas, "officer", (left, top), SIGNATURE_MM)
        elif self.act.trial:
            _flourish(canvas, left, top, wide, high)
        if "agency" in self.pictures:
            self._fitted(canvas, "agency", (seal, y), (SEAL_MM, SEAL_MM))
        elif self.act.trial:
            self._trial_seal(canvas, seal + SEAL_MM / 2, y + SEAL_MM / 2)
        canvas.claim("signature and seal", seal, y, left + wide - seal, SEAL_MM)
        return y + SEAL_MM

    def _fitted(self, canvas: Canvas, name: str, at: tuple[float, float], room: tuple[float, float]) -> None:
        """A given picture as large as the box allows, undistorted, in its middle."""
        (x, y), (wide, high), shape = at, room, self.pictures[name]
        w, h = min(wide, high * shape), min(high, wide / shape)
        canvas.picture(name, x + (wide - w) / 2, y + (high - h) / 2, w, h)

    def _trial_seal(self, canvas: Canvas, x: float, y: float) -> None:
        radius = SEAL_MM / 2 - 0.4
        canvas.circle(x, y, radius, colour=RED, thick=1.6)
        canvas.circle(x, y, radius - 1.1, colour=RED, thick=0.5)
        canvas.circle(x, y, radius - 5.4, colour=RED, thick=0.5)
        canvas.ring_text(x, y, radius - 4.1, self.words["trial_seal"], 8, colour=RED)
        canvas.star(x, y - 2.2, 5.2, colour=RED)
        centre = self.words["trial_seal_centre"]
        face = canvas.face(True)
        canvas.line(x - face.width(centre, 7) / MM / 2, y + 4.2, centre, 7, bold=True, colour=RED)
        canvas.boxes.pop()

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


def _flourish(canvas: Canvas, x: float, y: float, width: float, height: float) -> None:
    """A drawn signature that nobody has."""
    shape = [
        (0.02, 0.62), (0.10, 0.05), (0.24, -0.02), (0.20, 0.48), (0.17, 0.86), (0.08, 0.98), (0.12, 0.70),
        (0.17, 0.38), (0.32, 0.30), (0.33, 0.55), (0.34, 0.74), (0.28, 0.72), (0.32, 0.52), (0.37, 0.30),
        (0.44, 0.34), (0.43, 0.56), (0.43, 0.70), (0.50, 0.62), (0.53, 0.44), (0.57, 0.20), (0.66, 0.00),
        (0.64, 0.22), (0.62, 0.48), (0.52, 0.84), (0.62, 0.72), (0.74, 0.58), (0.82, 0.40), (0.99, 0.30),
    ]  # fmt: skip
    canvas.curve([(x + a * width, y + b * height) for a, b in shape], colour=BLUE, thick=1.3)
    under = [(0.08, 0.90), (0.34, 0.80), (0.66, 0.82), (0.94, 0.72)]
    canvas.curve([(x + a * width, y + b * height) for a, b in under], colour=BLUE, thick=0.9)


def corner_lines(act: Act, words: Mapping[str, Any]) -> list[str]:
    """The text of profile `sao_y` (SPEC 1.5): form of copy, agency, signing time with its zone."""
    when = act.certified_local
    return [
        words["form_of_copy"],
        act.office,
        words["corner_time"].format(date=f"{when:%d/%m/%Y}", time=f"{when:%H:%M:%S}"),
    ]


def last_page_place(free: FreeArea, record: PageRecord, width: float, height: float) -> tuple[float, float] | None:
    """Where a block fits on the last page, nearest to its lower middle; None when nowhere."""
    page_width, page_height = (v / record.dpi * 25.4 for v in record.size)
    found = free.places(width + 4, height + 4, edge_mm=6)
    place = found.nearest((page_width - width) / 2, page_height - height - 20)
    return (place[0] + 2, place[1] + 2) if place else None
