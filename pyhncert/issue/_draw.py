"""Drawing marks: a content stream in millimetres from the upper left corner, and what it uses.

Each text and picture leaves its box in `boxes`, so that a test can prove that nothing overlaps.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from pyhncert.issue._font import Face, Font, clean
from pyhncert.issue._subset import Case
from pyhncert.issue._write import number, text_string

__all__ = ["BLACK", "BLUE", "GRAY", "MM", "RED", "Box", "Canvas", "Cases", "wrap"]

MM = 72 / 25.4
"""Points a millimetre."""
Colour = tuple[float, float, float]
BLACK: Colour = (0, 0, 0)
GRAY: Colour = (0.33, 0.33, 0.33)
PALE: Colour = (0.72, 0.72, 0.72)
RED: Colour = (0.78, 0.04, 0.08)
BLUE: Colour = (0.05, 0.16, 0.6)
LEADING = 1.22


@dataclass(frozen=True, slots=True)
class Box:
    """What lies where, in millimetres from the upper left corner of the page."""

    what: str
    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: Box) -> bool:
        """Whether the two share more than a tenth of a millimetre in both directions."""
        wide = min(self.right, other.right) - max(self.left, other.left)
        high = min(self.bottom, other.bottom) - max(self.top, other.top)
        return wide > 0.1 and high > 0.1


class Cases:
    """The fonts of one copy: /F0 without ink for what was read, /F1 regular and /F2 bold for marks."""

    def __init__(self, font: Font) -> None:
        self.font = font
        self.unseen = Case(None)
        self.regular = Case(font.regular)
        self.bold = Case(font.bold)

    def measuring(self) -> Cases:
        """Cases of the same fonts, to try a drawing that is thrown away."""
        return Cases(self.font)


def wrap(face: Face, text: str, size: float, width_mm: float) -> list[str]:
    """`text` in lines of at most `width_mm`; a word wider than that is cut."""
    lines: list[str] = []
    line = ""
    room = width_mm * MM
    for word in clean(face, text).split():
        tried = f"{line} {word}" if line else word
        if face.width(tried, size) <= room:
            line = tried
            continue
        if line:
            lines.append(line)
        while face.width(word, size) > room and len(word) > 1:
            cut = max(n for n in range(1, len(word)) if n == 1 or face.width(word[:n], size) <= room)
            lines.append(word[:cut])
            word = word[cut:]  # noqa: PLW2901
        line = word
    return [*lines, line] if line else lines


def balance(face: Face, text: str, size: float, width_mm: float) -> list[str]:
    """Like `wrap`, with lines of about the same length."""
    lines = wrap(face, text, size, width_mm)
    narrow = 0.0
    for _ in range(5 if len(lines) > 1 else 0):
        middle = (narrow + width_mm) / 2
        tried = wrap(face, text, size, middle)
        if len(tried) > len(lines):
            narrow = middle
        else:
            lines, width_mm = tried, middle
    return lines


class Canvas:
    """Marks on one page of `height_mm`."""

    def __init__(self, cases: Cases, height_mm: float) -> None:
        self.cases = cases
        self.height_mm = height_mm
        self.boxes: list[Box] = []
        self.pictures: list[str] = []
        self._parts: list[str] = []

    @property
    def content(self) -> str:
        """The operators."""
        return "\n".join(self._parts)

    def _at(self, x: float, y: float) -> str:
        return f"{number(x * MM)} {number((self.height_mm - y) * MM)}"

    def face(self, bold: bool) -> Face:
        """The face of regular or bold text."""
        return self.cases.font.bold if bold else self.cases.font.regular

    def line(self, x: float, y: float, text: str, size: float, *, bold: bool = False, colour: Colour = BLACK) -> float:
        """One line of text whose box has its upper left corner at (x, y); the x where it ends."""
        face = self.face(bold)
        text = clean(face, text)
        case = self.cases.bold if bold else self.cases.regular
        base = y + size * face.ascent / (face.ascent - face.descent) * LEADING / MM
        end = x + face.width(text, size) / MM
        if text:
            self._parts.append(
                f"BT /F{2 if bold else 1} {number(size)} Tf {_colour(colour)} rg {self._at(x, base)} Td"
                f" <{case.encode(text)}> Tj ET"
            )
            self.boxes.append(Box(text, x, y, end, y + size * LEADING / MM))
        return end

    def text(
        self,
        x: float,
        y: float,
        width: float,
        text: str,
        size: float,
        *,
        bold: bool = False,
        colour: Colour = BLACK,
        align: float = 0.0,
        most: int = 8,
    ) -> float:
        """Text in at most `most` lines of at most `width`, `align` 0 left, 0.5 centred, 1 right; the y below it.

        What is left over shows as three dots; act.json has it in full.
        """
        face = self.face(bold)
        lines = (balance if align else wrap)(face, text, size, width)
        if len(lines) > most:
            lines = [*lines[: most - 1], f"{lines[most - 1][:-1]}…"]
        for line in lines:
            left = x + align * (width - face.width(line, size) / MM)
            self.line(left, y, line, size, bold=bold, colour=colour)
            y += size * LEADING / MM
        return y

    def rule(self, x: float, y: float, width: float, *, colour: Colour = PALE, thick: float = 0.6) -> None:
        """A horizontal line `thick` points thick."""
        self._parts.append(f"{_colour(colour)} RG {number(thick)} w {self._at(x, y)} m {self._at(x + width, y)} l S")

    def frame(
        self, x: float, y: float, width: float, height: float, *, colour: Colour = PALE, thick: float = 0.6
    ) -> None:
        """An empty rectangle."""
        size = f"{number(width * MM)} {number(height * MM)}"
        self._parts.append(f"{_colour(colour)} RG {number(thick)} w {self._at(x, y + height)} {size} re S")

    def curve(self, points: Sequence[tuple[float, float]], *, colour: Colour, thick: float) -> None:
        """A stroke through Bezier points: the start, then three for each piece."""
        path = [f"{self._at(*points[0])} m"]
        for i in range(1, len(points), 3):
            path.append(" ".join(self._at(*p) for p in points[i : i + 3]) + " c")
        self._parts.append(f"{_colour(colour)} RG {number(thick)} w 1 J 1 j {' '.join(path)} S")

    def circle(self, x: float, y: float, radius: float, *, colour: Colour, thick: float) -> None:
        """A circle around (x, y)."""
        k = 0.5523 * radius
        r = radius
        ring = [
            (r, 0),
            (r, k),
            (k, r),
            (0, r),
            (-k, r),
            (-r, k),
            (-r, 0),
            (-r, -k),
            (-k, -r),
            (0, -r),
            (k, -r),
            (r, -k),
        ]
        points = [(x + dx, y + dy) for dx, dy in [*ring, ring[0]]]
        self.curve(points, colour=colour, thick=thick)

    def star(self, x: float, y: float, radius: float, *, colour: Colour) -> None:
        """A filled five-pointed star."""
        corners = []
        for i in range(10):
            r = radius if i % 2 == 0 else radius * 0.382
            a = math.pi * (i / 5 - 0.5)
            corners.append(self._at(x + r * math.cos(a), y + r * math.sin(a)))
        self._parts.append(f"{_colour(colour)} rg {corners[0]} m {' '.join(f'{c} l' for c in corners[1:])} h f")

    def ring_text(
        self, x: float, y: float, radius: float, text: str, size: float, *, colour: Colour, bold: bool = True
    ) -> None:
        """Text around a circle, centred at its top; extracted as one piece of text."""
        face = self.face(bold)
        text = clean(face, text)
        case = self.cases.bold if bold else self.cases.regular
        full = 2 * math.pi * radius * MM
        natural = face.width(text, size)
        spread = min(1.0, 0.94 * full / natural)
        angle = -math.pi / 2 - math.pi * natural * spread / full
        parts = [f"/Span <</ActualText {text_string(text)}>> BDC BT /F{2 if bold else 1} 1 Tf {_colour(colour)} rg"]
        for c in text:
            advance = face.width(c, size) * spread
            middle = angle + math.pi * advance / full
            turn = -(middle + math.pi / 2)
            cos, sin = math.cos(turn), math.sin(turn)
            half = advance / 2 / MM
            px = x + radius * math.cos(middle) - half * cos
            py = y + radius * math.sin(middle) + half * sin
            a, b, c1, d = (number(v) for v in (size * spread * cos, size * spread * sin, -size * sin, size * cos))
            parts.append(f"{a} {b} {c1} {d} {self._at(px, py)} Tm <{case.encode(c)}> Tj")
            angle += 2 * math.pi * advance / full
        self._parts.append(" ".join([*parts, "ET EMC"]))

    def picture(self, name: str, x: float, y: float, width: float, height: float) -> None:
        """The image `name` (see `_compose`) in a box."""
        self.pictures.append(name)
        self._parts.append(
            f"q {number(width * MM)} 0 0 {number(height * MM)} {self._at(x, y + height)} cm /{name} Do Q"
        )

    def claim(self, what: str, x: float, y: float, width: float, height: float) -> None:
        """Note the box of something drawn."""
        self.boxes.append(Box(what, x, y, x + width, y + height))


def _colour(colour: Colour) -> str:
    return " ".join(number(v) for v in colour)
