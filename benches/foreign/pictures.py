"""Pages with hardly a letter: pictures, plans, signs that look like writing, sheets that are nearly empty."""

from __future__ import annotations

import random
from collections.abc import Callable

from drawing.sheet import Sheet

Maker = Callable[[random.Random, str], Sheet]


def photograph(rng: random.Random, typeface: str) -> Sheet:
    """A landscape of hills and a sun."""
    s = Sheet(typeface=typeface, tint=(150, 190, 224))
    s.pen.ellipse(tuple(s.px(v) for v in (130, 40, 165, 75)), fill=(250, 226, 120))
    for i in range(5):
        y = 130 + 26 * i
        x = rng.uniform(-40, 40)
        s.pen.ellipse(tuple(s.px(v) for v in (x - 60, y, x + 260, y + 180)), fill=(60 + 20 * i, 130 - 12 * i, 70))
    return s


def portraits(rng: random.Random, typeface: str) -> Sheet:
    """A sheet of four faces."""
    s = Sheet(typeface=typeface)
    for x in (30, 115):
        for y in (40, 160):
            s.rect((x, y, x + 65, y + 90), 0.3, (120, 120, 120), (210, 222, 230))
            s.pen.ellipse(
                tuple(s.px(v) for v in (x + 18, y + 15, x + 47, y + 55)), fill=(222, 184, rng.randint(140, 160))
            )
    return s


def signs(rng: random.Random, typeface: str) -> Sheet:
    """Columns of square signs of a few strokes each, as Chinese print looks from afar."""
    s = Sheet(typeface=typeface)
    for row in range(22):
        for column in range(20):
            x, y = 24 + 8 * column, 30 + 11 * row
            for _ in range(rng.randint(3, 7)):
                if rng.random() < 0.5:
                    h = y + rng.uniform(0, 5.4)
                    s.rule(x, h, x + rng.uniform(3, 5.6), h, 0.4)
                else:
                    v = x + rng.uniform(0, 5.4)
                    s.rule(v, y, v, y + rng.uniform(3, 5.6), 0.4)
    return s


def plan(rng: random.Random, typeface: str) -> Sheet:
    """A plan of rooms with measures."""
    s = Sheet(typeface=typeface)
    for x0, y0, x1, y1 in ((30, 60, 110, 140), (110, 60, 180, 100), (110, 100, 180, 200), (30, 140, 110, 200)):
        s.rect((x0, y0, x1, y1), 0.6)
        s.text((x0 + x1) / 2, (y0 + y1) / 2, f"{rng.randint(20, 60) / 10:.1f} m", 10, align="centre")
    return s


def empty(_rng: random.Random, typeface: str) -> Sheet:
    """Nothing."""
    return Sheet(typeface=typeface)


def number_only(_rng: random.Random, typeface: str) -> Sheet:
    """A page number at the foot."""
    s = Sheet(typeface=typeface)
    s.text(105, 285, "- 12 -", 11, align="centre")
    return s


def ruled(_rng: random.Random, typeface: str) -> Sheet:
    """Empty ruled paper."""
    s = Sheet(typeface=typeface)
    for i in range(26):
        s.rule(20, 40 + 9 * i, 190, 40 + 9 * i, 0.2, (120, 140, 200))
    return s


def sums(rng: random.Random, typeface: str) -> Sheet:
    """A child's sums."""
    s = Sheet(typeface=typeface)
    for i in range(12):
        a, b = rng.randint(10, 99), rng.randint(10, 99)
        s.text(40 if i % 2 else 120, 50 + 18 * (i // 2), f"{a} + {b} = {a + b}", 16)
    return s


MAKERS: tuple[Maker, ...] = (photograph, portraits, signs, plan, empty, number_only, ruled, sums)
