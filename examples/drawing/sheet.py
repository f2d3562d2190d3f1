"""One sheet of paper to draw on, in millimetres: text with its truth, leaders, frames, seals, signatures."""

from __future__ import annotations

import itertools
import math
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from PIL import Image, ImageDraw

from . import fonts

Colour = tuple[int, int, int]
Box = tuple[float, float, float, float]
INK: Colour = (24, 24, 30)
RED: Colour = (196, 28, 42)
BLUE: Colour = (28, 52, 150)


@dataclass
class TruthLine:
    """A line as printed, with its box in pixels of the sheet; `angle` degrees counter-clockwise about its middle."""

    text: str
    box: Box
    angle: float = 0

    @property
    def corners(self) -> list[tuple[float, float]]:
        """Those of the box as it lies, clockwise from the reader's upper left."""
        x0, y0, x1, y1 = self.box
        x, y, turn = (x0 + x1) / 2, (y0 + y1) / 2, math.radians(-self.angle)
        c, s = math.cos(turn), math.sin(turn)
        around = ((x0 - x, y0 - y), (x1 - x, y0 - y), (x1 - x, y1 - y), (x0 - x, y1 - y))
        return [(x + a * c - b * s, y + a * s + b * c) for a, b in around]


@dataclass
class TruthField:
    """A field with its printed label, value and the box of the value."""

    label: str
    value: str
    box: Box


@dataclass
class Sheet:
    """A4 by default; y grows downward, text stands on its baseline; everything drawn is kept as truth."""

    width_mm: float = 210
    height_mm: float = 297
    dpi: int = 300
    tint: Colour = (250, 248, 241)
    typeface: str = "serif"
    leaders_below: float = 0.5
    """How far under the baseline leaders run, in mm."""
    lines: list[TruthLine] = field(default_factory=list)
    fields: dict[str, TruthField] = field(default_factory=dict)
    seals: list[Box] = field(default_factory=list)
    """Where round seals are; their lettering is no line of the truth."""
    codes: list[str] = field(default_factory=list)
    """What QR codes hold, and machine-readable rows one below the other."""

    def __post_init__(self) -> None:
        self.k = self.dpi / 25.4
        size = (round(self.width_mm * self.k), round(self.height_mm * self.k))
        self.image = Image.new("RGB", size, self.tint)
        self.pen = ImageDraw.Draw(self.image)

    def px(self, mm: float) -> float:
        """Millimetres as pixels."""
        return mm * self.k

    def width_of(self, text: str, pt: float, style: str = "regular", typeface: str | None = None) -> float:
        """How wide `text` will be, in mm."""
        font = fonts.load(typeface or self.typeface, style, self._size(pt))
        return font.getlength(text) / self.k

    def fitting(self, text: str, pt: float, style: str, most: float) -> float:
        """The size at which `text` is no wider than `most` mm, `pt` at most."""
        return min(pt, pt * most / max(self.width_of(text, pt, style), 1e-6) * 0.995)

    def _size(self, pt: float) -> int:
        return max(6, round(pt / 72 * self.dpi))

    def text(
        self,
        x: float,
        y: float,
        text: str,
        pt: float = 13,
        style: str = "regular",
        *,
        fill: Colour = INK,
        align: str = "left",
        truth: bool = True,
        typeface: str | None = None,
        most: float | None = None,
    ) -> Box:
        """Draw `text` with its baseline at `y`; `x` is its left end, middle or right end. Returns the box in pixels.

        What is wider than `most` mm is set smaller.
        """
        if most is not None:
            pt = self.fitting(text, pt, style, most)
        font = fonts.load(typeface or self.typeface, style, self._size(pt))
        anchor = {"left": "ls", "centre": "ms", "right": "rs"}[align]
        at = (self.px(x), self.px(y))
        self.pen.text(at, text, font=font, fill=fill, anchor=anchor)
        box = tuple(float(v) for v in self.pen.textbbox(at, text, font=font, anchor=anchor))
        if truth:
            self.lines.append(TruthLine(text, (box[0], box[1], box[2], box[3])))
        return (box[0], box[1], box[2], box[3])

    def labelled(
        self,
        x: float,
        y: float,
        label: str,
        value: str,
        right: float,
        *,
        name: str | None = None,
        pt: float = 13,
        label_style: str = "regular",
        value_style: str = "bold",
        leaders: bool = True,
        fill: Colour = INK,
        value_fill: Colour = INK,
        gap: float = 2.0,
        value_pt: float | None = None,
    ) -> float:
        """A label, dotted leaders up to `right`, the value above them; wraps long values. Returns the last baseline."""
        left = self.text(x, y, label, pt, label_style, fill=fill, truth=False)
        start = left[2] / self.k + gap
        size = value_pt or pt
        rows = self.wrap(value, right - start, size, value_style, rest_width=right - x)
        first: Box | None = None
        for i, row in enumerate(rows):
            at = start if i == 0 else x
            base = y + i * size * 0.3528 * 1.55
            if leaders:
                self.leaders(at - 1, right, base + self.leaders_below)
            box = self.text(at, base, row, size, value_style, fill=value_fill, truth=False)
            if i == 0:
                self.lines.append(TruthLine(f"{label} {row}".strip(), (left[0], min(left[1], box[1]), box[2], box[3])))
                first = box
            else:
                self.lines.append(TruthLine(row, box))
                first = (min(first[0], box[0]), first[1], max(first[2], box[2]), box[3]) if first else box
        if name is not None and first is not None:
            self.fields[name] = TruthField(label.rstrip(" :"), value, first)
        return y + (len(rows) - 1) * size * 0.3528 * 1.55

    def leaders(self, left: float, right: float, y: float) -> None:
        """Dots from `left` to `right`, one each 1.1 mm."""
        radius = max(0.5, 0.13 * self.k)
        x = left
        while x < right:
            cx, cy = self.px(x), self.px(y)
            self.pen.ellipse((cx - radius, cy - radius, cx + radius, cy + radius), fill=(110, 110, 112))
            x += 1.1

    def wrap(
        self, text: str, width: float, pt: float, style: str = "regular", *, rest_width: float | None = None
    ) -> list[str]:
        """`text` in rows no wider than `width` (further rows `rest_width`) mm."""
        rows: list[str] = []
        row = ""
        limit = width
        for word in text.split():
            trial = f"{row} {word}".strip()
            if row and self.width_of(trial, pt, style) > limit:
                rows.append(row)
                row, limit = word, rest_width or width
            else:
                row = trial
        return [*rows, row]

    def paragraph(
        self,
        x: float,
        y: float,
        width: float,
        text: str,
        pt: float = 13,
        style: str = "regular",
        *,
        indent: float = 10,
        leading: float = 1.45,
        justify: bool = True,
    ) -> float:
        """A paragraph from baseline `y`; returns the baseline for whatever comes next."""
        step = pt * 0.3528 * leading
        rows = self.wrap(text, width - indent, pt, style, rest_width=width)
        for i, row in enumerate(rows):
            at = x + (indent if i == 0 else 0)
            room = width - (indent if i == 0 else 0)
            words = row.split(" ")
            if not justify or i == len(rows) - 1 or len(words) == 1:
                self.text(at, y, row, pt, style)
            else:
                space = (room - sum(self.width_of(w, pt, style) for w in words)) / (len(words) - 1)
                cursor, top, bottom = at, math.inf, 0.0
                for word in words:
                    box = self.text(cursor, y, word, pt, style, truth=False)
                    top, bottom = min(top, box[1]), max(bottom, box[3])
                    cursor += self.width_of(word, pt, style) + space
                self.lines.append(TruthLine(row, (self.px(at), top, self.px(at + room), bottom)))
            y += step
        return y

    def rule(self, x0: float, y0: float, x1: float, y1: float, width_mm: float = 0.25, fill: Colour = INK) -> None:
        """A straight line."""
        line = (self.px(x0), self.px(y0), self.px(x1), self.px(y1))
        self.pen.line(line, fill=fill, width=max(1, round(self.px(width_mm))))

    def rect(self, box: Box, width_mm: float = 0.4, outline: Colour = INK, fill: Colour | None = None) -> None:
        """A frame, box in mm."""
        x0, y0, x1, y1 = (self.px(v) for v in box)
        self.pen.rectangle((x0, y0, x1, y1), outline=outline, fill=fill, width=max(1, round(self.px(width_mm))))

    def guilloche(self, box: Box, colour: Colour, *, waves: float = 9, strands: int = 14, rows: int = 1) -> None:
        """Bands of interlaced waves, light as security print is, box in mm."""
        x0, y0, x1, y1 = (self.px(v) for v in box)
        height = (y1 - y0) / rows
        xs = np.linspace(x0, x1, max(80, int((x1 - x0) / 6)))
        phase = (xs - x0) / (x1 - x0) * waves * 2 * math.pi
        for row in range(rows):
            middle = y0 + (row + 0.5) * height
            for s in range(strands):
                shift = s / strands * 2 * math.pi
                ys = middle + height * 0.46 * np.sin(phase + shift) * np.cos(phase / 7 + shift / 2)
                points = np.stack([xs, ys], axis=1).ravel().tolist()
                self.pen.line(points, fill=colour, width=max(1, round(self.k * 0.09)))

    def rosette(self, cx: float, cy: float, radius: float, colour: Colour, petals: int = 11) -> None:
        """A round guilloche."""
        turn = np.linspace(0, 2 * math.pi, 700)
        for s in range(12):
            r = self.px(radius) * (0.62 + 0.36 * np.sin(petals * turn + s * math.pi / 6))
            xs, ys = self.px(cx) + r * np.cos(turn), self.px(cy) + r * np.sin(turn)
            points = np.stack([xs, ys], axis=1).ravel().tolist()
            self.pen.line(points, fill=colour, width=max(1, round(self.k * 0.09)))

    def border(self, margin: float, colour: Colour, pale: Colour) -> None:
        """The ornamental frame of a certificate: two rules with woven waves in between."""
        w, h = self.width_mm, self.height_mm
        inner = margin + 7
        self.guilloche((margin, margin, w - margin, inner), pale, waves=w / 7, strands=6)
        self.guilloche((margin, h - inner, w - margin, h - margin), pale, waves=w / 7, strands=6)
        for left in (margin, w - inner):
            ys = np.linspace(self.px(inner), self.px(h - inner), 900)
            phase = (ys - ys[0]) / self.px(1) / 7 * 2 * math.pi
            for s in range(6):
                shift = s / 6 * 2 * math.pi
                xs = self.px(left + 3.5) + self.px(3.2) * np.sin(phase + shift) * np.cos(phase / 7 + shift / 2)
                points = np.stack([xs, ys], axis=1).ravel().tolist()
                self.pen.line(points, fill=pale, width=max(1, round(self.k * 0.09)))
        self.rect((margin, margin, w - margin, h - margin), 0.6, colour)
        self.rect((inner, inner, w - inner, h - inner), 0.35, colour)

    def multiply(self, mask: Image.Image, left: int, top: int, colour: Colour) -> None:
        """Lay transparent ink over the page: `mask` (mode L) is how much of it."""
        x0, y0 = max(0, left), max(0, top)
        x1, y1 = min(self.image.width, left + mask.width), min(self.image.height, top + mask.height)
        if x0 >= x1 or y0 >= y1:
            return
        cover = np.asarray(mask, np.float32)[y0 - top : y1 - top, x0 - left : x1 - left, None] / 255
        under = np.asarray(self.image.crop((x0, y0, x1, y1)), np.float32)
        over = under * (1 - cover * (1 - np.array(colour, np.float32) / 255))
        self.image.paste(Image.fromarray(over.round().astype(np.uint8)), (x0, y0))

    def seal(
        self,
        cx: float,
        cy: float,
        ring: str,
        centre: Sequence[str],
        rng: random.Random,
        *,
        diameter: float = 36,
        below: str = "",
        colour: Colour = RED,
    ) -> None:
        """A round red seal, text along the upper arc, a star and a name inside; never quite straight or even."""
        k = self.k * 2
        side = int(diameter * k) + 8
        mask = Image.new("L", (side, side), 0)
        pen = ImageDraw.Draw(mask)
        middle, radius = side / 2, diameter / 2 * k
        for r, width in ((radius - 2, 0.75), (radius * 0.955, 0.28), (radius * 0.66, 0.3)):
            pen.ellipse((middle - r, middle - r, middle + r, middle + r), outline=255, width=max(1, round(width * k)))
        self._arc(mask, ring, middle, radius * 0.735, diameter * 0.088 * k, upper=True)
        if below:
            self._arc(mask, below, middle, radius * 0.74, diameter * 0.088 * k, upper=False)
        star = radius * (0.22 if centre else 0.3)
        up = middle - (radius * 0.3 if centre else 0)
        points = [
            (
                middle + (star if i % 2 == 0 else star * 0.4) * math.sin(i * math.pi / 5),
                up - (star if i % 2 == 0 else star * 0.4) * math.cos(i * math.pi / 5),
            )
            for i in range(10)
        ]
        pen.polygon(points, fill=255)
        for i, row in enumerate(centre):
            size = diameter * 0.085 * k
            font = fonts.load(self.typeface, "bold", max(6, int(size)))
            while font.getlength(row) > radius * 1.22 and size > 8:
                size *= 0.93
                font = fonts.load(self.typeface, "bold", max(6, int(size)))
            pen.text((middle, middle + radius * (0.14 + 0.2 * i)), row, font=font, fill=255, anchor="mm")
        mask = mask.rotate(rng.uniform(-9, 9), Image.Resampling.BICUBIC)
        mask = mask.resize((side // 2, side // 2), Image.Resampling.LANCZOS)
        generator = np.random.default_rng(rng.getrandbits(32))
        small = generator.uniform(185, 255, (14, 14)).astype(np.uint8)
        blotch = np.asarray(Image.fromarray(small).resize(mask.size, Image.Resampling.BICUBIC), np.float32) / 255
        grain = generator.uniform(0.86, 1.0, (mask.height, mask.width)).astype(np.float32)
        worn = np.asarray(mask, np.float32) * blotch * grain * 0.97
        mask = Image.fromarray(worn.astype(np.uint8))
        r = diameter / 2
        self.seals.append((self.px(cx - r), self.px(cy - r), self.px(cx + r), self.px(cy + r)))
        self.multiply(mask, round(self.px(cx) - mask.width / 2), round(self.px(cy) - mask.height / 2), colour)

    def _arc(self, mask: Image.Image, text: str, middle: float, radius: float, size: float, *, upper: bool) -> None:
        font = fonts.load(self.typeface, "bold", max(6, int(size)))
        longest = radius * (math.radians(300) if upper else math.radians(110))
        total = sum(font.getlength(c) for c in text) * 1.06
        while total > longest and size > 8:
            size *= 0.95
            font = fonts.load(self.typeface, "bold", max(6, int(size)))
            total = sum(font.getlength(c) for c in text) * 1.06
        angle = -total / radius / 2
        for letter in text:
            step = font.getlength(letter) * 1.06 / radius
            here = angle + step / 2
            angle += step
            glyph = Image.new("L", (int(size * 2), int(size * 2)), 0)
            ImageDraw.Draw(glyph).text((size, size * 1.35), letter, font=font, fill=255, anchor="ms")
            sign = 1 if upper else -1
            turned = glyph.rotate(-math.degrees(here) * sign, Image.Resampling.BICUBIC)
            x = middle + radius * math.sin(here) * 1.07
            y = middle - sign * radius * math.cos(here) * 1.07
            at = (int(x - size), int(y - size))
            mask.paste(255, (at[0], at[1], at[0] + glyph.width, at[1] + glyph.height), turned)

    def signature(self, cx: float, cy: float, rng: random.Random, *, width: float = 34, colour: Colour = BLUE) -> None:
        """A quick pen stroke with loops and an underline, wider where the pen slows down."""
        k = self.k * 2
        side = (int((width + 8) * k), int(width * 0.75 * k))
        mask = Image.new("L", side, 0)
        pen = ImageDraw.Draw(mask)
        count = rng.randint(8, 12)
        knots = [(0.08 * side[0], side[1] * rng.uniform(0.45, 0.6))]
        for i in range(count):
            up = 0.3 if i % 2 == 0 else 0.68
            x = 0.1 + 0.7 * (i + 1) / count + rng.uniform(-0.05, 0.05)
            tall = 0.5 if i < 3 else 1.0
            knots.append((side[0] * x, side[1] * (0.5 + (up - 0.5) * rng.uniform(0.5, 1.5) / tall * 0.8)))
        knots.append((side[0] * 0.95, side[1] * rng.uniform(0.35, 0.5)))
        knots.extend([(side[0] * 0.35, side[1] * 0.74), (side[0] * 0.8, side[1] * 0.7)])
        points = _spline(knots, 26)
        slow = rng.uniform(0, 6)
        for i, (a, b) in enumerate(itertools.pairwise(points)):
            thick = (0.42 + 0.2 * math.sin(i / 17 + slow)) * k
            pen.line((*a, *b), fill=255, width=max(2, round(thick)))
            r = thick / 2
            pen.ellipse((b[0] - r, b[1] - r, b[0] + r, b[1] + r), fill=255)
        mask = mask.resize((side[0] // 2, side[1] // 2), Image.Resampling.LANCZOS).point(lambda v: int(v * 0.9))
        self.multiply(mask, round(self.px(cx) - mask.width / 2), round(self.px(cy) - mask.height / 2), colour)

    def stamp(self, x: float, y: float, text: str, *, pt: float = 18, colour: Colour = RED, angle: float = 0) -> None:
        """Words in a rectangle, as a rubber stamp prints them; (x, y) is its middle. A line of its own in the truth."""
        font = fonts.load(self.typeface, "bold", self._size(pt))
        width, height = font.getlength(text) + self.px(6), self._size(pt) * 1.7
        mask = Image.new("L", (int(width + 20), int(height + 20)), 0)
        pen = ImageDraw.Draw(mask)
        edge = max(2, round(self.px(0.5)))
        pen.rectangle((8, 8, mask.width - 9, mask.height - 9), outline=235, width=edge)
        pen.text((mask.width / 2, mask.height / 2), text, font=font, fill=235, anchor="mm")
        if angle:
            mask = mask.rotate(angle, Image.Resampling.BICUBIC, expand=True)
        left, top = round(self.px(x) - mask.width / 2), round(self.px(y) - mask.height / 2)
        self.multiply(mask, left, top, colour)
        x, y = left + mask.width / 2, top + mask.height / 2
        across, up = (width - self.px(6)) / 2, self._size(pt) / 2
        self.lines.append(TruthLine(text, (x - across, y - up, x + across, y + up), angle))

    def paste(self, card: Sheet, x: float, y: float) -> None:
        """Lay a card on the glass with its upper left corner at (x, y) mm; its truth comes along."""
        left, top = round(self.px(x)), round(self.px(y))
        size = (card.image.width, card.image.height)
        mask = Image.new("L", size, 0)
        ImageDraw.Draw(mask).rounded_rectangle((0, 0, size[0] - 1, size[1] - 1), radius=self.px(3.18), fill=255)
        shade = (left - 2, top - 1, left + size[0] + 3, top + size[1] + 4)
        self.pen.rounded_rectangle(shade, radius=self.px(3.2), fill=(196, 196, 198))
        self.image.paste(card.image, (left, top), mask)
        for line in card.lines:
            self.lines.append(TruthLine(line.text, _moved(line.box, left, top), line.angle))
        for name, known in card.fields.items():
            self.fields[name] = TruthField(known.label, known.value, _moved(known.box, left, top))
        self.seals += [_moved(box, left, top) for box in card.seals]
        self.codes += card.codes

    def know(self, name: str, label: str, value: str, box: Box) -> None:
        """Keep a field that was drawn in another way than `labelled`."""
        self.fields[name] = TruthField(label, value, box)

    def line(self, text: str, box: Box) -> None:
        """Keep a line that was drawn in pieces."""
        self.lines.append(TruthLine(text, box))

    def full_lines(self) -> list[str]:
        """The lines with blanks made single."""
        return [re.sub(r"\s+", " ", line.text).strip() for line in self.lines]


def _moved(box: Box, dx: float, dy: float) -> Box:
    return (box[0] + dx, box[1] + dy, box[2] + dx, box[3] + dy)


def _spline(knots: Sequence[tuple[float, float]], steps: int) -> list[tuple[float, float]]:
    """Catmull-Rom through `knots`."""
    padded = [knots[0], *knots, knots[-1]]
    points: list[tuple[float, float]] = []
    for i in range(len(knots) - 1):
        p0, p1, p2, p3 = padded[i : i + 4]
        for s in range(steps):
            t = s / steps
            xy = [
                0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t + (3 * b - a - 3 * c + d) * t * t * t)
                for a, b, c, d in zip(p0, p1, p2, p3, strict=True)
            ]
            points.append((xy[0], xy[1]))
    return points
