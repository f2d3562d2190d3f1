"""What ink does: seals worn, faint, cut or half inked; pens; stamps; fluid. Lengths in mm of a `Sheet`."""

from __future__ import annotations

import itertools
import math
import random

import numpy as np
from drawing import fonts
from drawing.sheet import Box, Colour, Sheet, _spline
from PIL import Image, ImageDraw, ImageFilter


def _field(rng: random.Random, size: tuple[int, int], cells: int, low: float, high: float) -> np.ndarray:
    generator = np.random.default_rng(rng.getrandbits(32))
    small = Image.fromarray(generator.uniform(0, 255, (cells, cells)).astype(np.uint8))
    field = np.asarray(small.resize(size, Image.Resampling.BICUBIC), np.float32) / 255
    return np.clip(low + (high - low) * field, 0, 1)


def lay(s: Sheet, mask: Image.Image, cx: float, cy: float, colour: Colour) -> Box:
    """Lay ink with its middle at (cx, cy) mm; gives its box in pixels."""
    left, top = round(s.px(cx) - mask.width / 2), round(s.px(cy) - mask.height / 2)
    s.multiply(mask, left, top, colour)
    return (left, top, left + mask.width, top + mask.height)


def seal(
    s: Sheet,
    cx: float,
    cy: float,
    rng: random.Random,
    *,
    ring: str,
    centre: list[str],
    diameter: float,
    colour: Colour,
    strength: float = 1.0,
    part: float = 1.0,
    turn: float = 0.0,
) -> Box:
    """A round seal: `strength` of its ink, `part` of it inked, turned by `turn` degrees. Gives the box of its rim."""
    pad = diameter + 6
    own = Sheet(pad, pad, dpi=s.dpi, tint=(255, 255, 255), typeface=s.typeface)
    own.seal(pad / 2, pad / 2, ring, centre, rng, diameter=diameter, colour=(0, 0, 0))
    mask = Image.eval(own.image.convert("L"), lambda v: 255 - v).rotate(turn, Image.Resampling.BICUBIC)
    amount = np.asarray(mask, np.float32) * strength
    if part < 1:
        angle, w = rng.uniform(0, math.tau), mask.width
        ys, xs = np.mgrid[0:w, 0:w].astype(np.float32)
        ahead = ((xs - w / 2) * math.cos(angle) + (ys - w / 2) * math.sin(angle)) / s.px(diameter / 2)
        # the stamp was held at a slant: beyond a chord the ink fades out
        amount *= np.clip((2 * part - 1 - ahead) / 0.25 + 1, 0.0, 1)
    mask = Image.fromarray(np.clip(amount, 0, 255).astype(np.uint8))
    lay(s, mask, cx, cy, colour)
    r = s.px(diameter / 2)
    return (s.px(cx) - r, s.px(cy) - r, s.px(cx) + r, s.px(cy) + r)


def pen(s: Sheet, points: list[tuple[float, float]], colour: Colour, width: float, rng: random.Random) -> Box:
    """A pen stroke through `points` (mm), thicker and thinner; gives its box in pixels."""
    px = [(s.px(x), s.px(y)) for x, y in points]
    x0, y0 = min(p[0] for p in px) - 8, min(p[1] for p in px) - 8
    x1, y1 = max(p[0] for p in px) + 8, max(p[1] for p in px) + 8
    mask = Image.new("L", (int(x1 - x0) * 2, int(y1 - y0) * 2), 0)
    draw = ImageDraw.Draw(mask)
    line = _spline([((x - x0) * 2, (y - y0) * 2) for x, y in px], 14)
    slow = rng.uniform(0, 6)
    for i, (a, b) in enumerate(itertools.pairwise(line)):
        thick = max(2.0, s.px(width) * 2 * (1 + 0.35 * math.sin(i / 13 + slow)))
        draw.line((*a, *b), fill=235, width=round(thick))
        r = thick / 2
        draw.ellipse((b[0] - r, b[1] - r, b[0] + r, b[1] + r), fill=235)
    mask = mask.resize((mask.width // 2, mask.height // 2), Image.Resampling.LANCZOS)
    s.multiply(mask, round(x0), round(y0), colour)
    return (x0 + 8, y0 + 8, x1 - 8, y1 - 8)


def hand(s: Sheet, cx: float, cy: float, rng: random.Random, *, colour: Colour, width: float) -> Box:
    """A signature of another hand than `Sheet.signature`: a large initial, slanted loops that flatten, a long tail."""
    x, points = cx - width / 2, []
    tall = width * rng.uniform(0.25, 0.42)
    points += [(x + 2, cy + tall * 0.3), (x + 1, cy - tall * 0.6), (x + width * 0.16, cy - tall * 0.7)]
    points += [(x + width * 0.2, cy + tall * 0.4), (x + width * 0.06, cy + tall * 0.5)]
    loops = rng.randint(3, 7)
    for i in range(loops):
        at = x + width * (0.24 + 0.55 * i / loops)
        size = tall * rng.uniform(0.2, 0.6) * (1 - 0.5 * i / loops)
        points += [(at, cy - size), (at + width * 0.05, cy - size * 0.5), (at - width * 0.02, cy + size * 0.6)]
    points += [(x + width * 0.85, cy), (x + width, cy - tall * rng.uniform(0.1, 0.5))]
    if rng.random() < 0.5:
        points += [(x + width * 0.7, cy + tall * 0.45), (x + width * 0.2, cy + tall * 0.55)]
    return pen(s, points, colour, rng.uniform(0.28, 0.5), rng)


def framed(
    s: Sheet, cx: float, cy: float, text: str, rng: random.Random, *, pt: float, colour: Colour, angle: float,
    strength: float, typeface: str, double: bool,
) -> Box:  # fmt: skip
    """A rubber stamp with a frame; gives the box around it, turned as it is."""
    font = fonts.load(typeface, "bold", max(8, round(pt / 72 * s.dpi * 2)))
    width, height = int(font.getlength(text) + s.px(12)), int(pt / 72 * s.dpi * 2 * 1.75)
    mask = Image.new("L", (width + 60, height + 60), 0)
    draw = ImageDraw.Draw(mask)
    edge = max(2, round(s.px(0.5) * 2))
    draw.rectangle((30, 30, 30 + width, 30 + height), outline=255, width=edge)
    if double:
        inner = (30 + 3 * edge, 30 + 3 * edge, 30 + width - 3 * edge, 30 + height - 3 * edge)
        draw.rectangle(inner, outline=255, width=max(1, edge // 2))
    draw.text((mask.width / 2, mask.height / 2), text, font=font, fill=255, anchor="mm")
    mask = mask.rotate(angle, Image.Resampling.BICUBIC, expand=True)
    mask = mask.resize((mask.width // 2, mask.height // 2), Image.Resampling.LANCZOS)
    worn = np.asarray(mask, np.float32) * _field(rng, mask.size, 9, 0.55, 1.15) * strength
    mask = Image.fromarray(np.clip(worn, 0, 255).astype(np.uint8))
    left, top, right, bottom = lay(s, mask, cx, cy, colour)
    return (left + 15, top + 15, right - 15, bottom - 15)


def fluid(s: Sheet, box: Box, rng: random.Random, white: Colour) -> Box:
    """Correction fluid over `box` (mm): opaque, with an uneven edge and a little relief."""
    x0, y0, x1, y1 = (round(s.px(v)) for v in box)
    mask = Image.new("L", (x1 - x0 + 24, y1 - y0 + 24), 0)
    draw = ImageDraw.Draw(mask)
    edge = [
        (12 + (x1 - x0) * t + rng.uniform(-4, 4), 12 + (y1 - y0) * u + rng.uniform(-4, 4))
        for t, u in [(i / 6, 0) for i in range(7)] + [(1, i / 3) for i in (1, 2)] + [(1 - i / 6, 1) for i in range(7)]
    ]
    draw.polygon(edge, fill=255)
    mask = mask.filter(ImageFilter.GaussianBlur(1.4))
    s.image.paste(Image.new("RGB", mask.size, white), (x0 - 12, y0 - 12), mask)
    return (x0, y0, x1, y1)


def portrait(s: Sheet, box: Box, rng: random.Random, *, back: Colour, gray: bool) -> Box:
    """A photograph of nobody: soft shades, grain, light from one side."""
    x0, y0, x1, y1 = (round(s.px(v)) for v in box)
    w, h = (x1 - x0) * 2, (y1 - y0) * 2
    image = Image.new("RGB", (w, h), back)
    draw = ImageDraw.Draw(image)
    skin = rng.choice([(222, 184, 156), (206, 164, 134), (236, 204, 178), (190, 148, 120)])
    coat = rng.choice([(240, 240, 244), (40, 48, 70), (90, 40, 46), (50, 80, 60), (30, 30, 32)])
    draw.ellipse((w * 0.04, h * rng.uniform(0.7, 0.78), w * 0.96, h * 1.45), fill=coat)
    draw.rectangle((w * 0.41, h * 0.58, w * 0.59, h * 0.8), fill=skin)
    hair = rng.choice([(30, 26, 26), (60, 44, 36), (90, 90, 92)])
    draw.ellipse((w * 0.22, h * 0.1, w * 0.78, h * 0.62), fill=hair)
    draw.ellipse((w * 0.28, h * 0.2, w * 0.72, h * 0.7), fill=skin)
    for cx in (0.41, 0.59):
        draw.ellipse((w * (cx - 0.04), h * 0.42, w * (cx + 0.04), h * 0.45), fill=(40, 34, 32))
    draw.arc((w * 0.42, h * 0.52, w * 0.58, h * 0.6), 20, 160, fill=(160, 90, 86), width=max(2, w // 60))
    image = image.filter(ImageFilter.GaussianBlur(w / 60)).resize((x1 - x0, y1 - y0), Image.Resampling.LANCZOS)
    pixels = np.asarray(image, np.float32)
    light = np.linspace(rng.uniform(0.85, 1.0), rng.uniform(1.0, 1.1), x1 - x0, dtype=np.float32)[None, :, None]
    pixels = pixels * light + np.random.default_rng(rng.getrandbits(32)).normal(0, 4, (y1 - y0, x1 - x0, 1))
    if gray:
        pixels = np.repeat(pixels.mean(axis=2, keepdims=True), 3, axis=2)
    s.image.paste(Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)), (x0, y0))
    return (x0, y0, x1, y1)
