"""Draws the lines that the recogniser learns from: print on paper, worn as scans are, cut as the reader cuts them.

Line `n` of a seed is the same on every machine with the same fonts. Pillow and numpy only. The test pages of
`examples` and `benches` are drawn in Liberation, DejaVu, Noto and Source Serif, so no training line is.
"""

from __future__ import annotations

import functools
import math
import random
import sys
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import text
from PIL import Image, ImageDraw, ImageFilter, ImageFont

Gray = npt.NDArray[np.uint8]
HEIGHT = 32
"""Pixels of height of a strip as the network sees it."""
WIDEST = 512
"""Pixels of width; a wider line is cut when it is read, and not drawn here."""

FOLDERS = (Path("/usr/share/fonts"), Path("/usr/share/texmf/fonts/opentype/public/tex-gyre"), Path("~/.fonts"))
FAMILIES: dict[str, tuple[float, tuple[str, ...]]] = {
    # Debian's package -> how often it is drawn, and how its files of upright, bold, italic, bold italic begin
    "fonts-texgyre (Termes)": (5, ("texgyretermes-",)),
    "fonts-texgyre (others)": (3, ("texgyreheros-", "texgyrepagella-", "texgyrebonum-", "texgyreschola-")),
    "fonts-texgyre (narrow)": (1, ("texgyreheroscn-", "texgyrecursor-")),
    "fonts-freefont-ttf": (4, ("FreeSerif", "FreeSans", "FreeMono")),
    "fonts-crosextra-carlito": (1.5, ("Carlito-",)),
    "fonts-roboto-unhinted": (2, ("Roboto-", "RobotoCondensed-")),
    "fonts-roboto-slab": (0.5, ("RobotoSlab-",)),
    "fonts-open-sans": (2, ("OpenSans-",)),
    "fonts-linuxlibertine": (2, ("LinLibertine_R", "LinBiolinum_R")),
    "fonts-ebgaramond": (0.5, ("EBGaramond12-",)),
    "fonts-junicode": (0.5, ("JunicodeTwoBeta-Regular", "JunicodeTwoBeta-Bold", "JunicodeTwoBeta-Italic")),
    "fonts-sil-charis": (1.5, ("CharisSIL-",)),
    "fonts-sil-doulos": (1.5, ("DoulosSIL-",)),
    "fonts-sil-gentiumplus": (1.5, ("GentiumPlus-", "GentiumBookPlus-")),
    "fonts-sil-andika": (0.5, ("Andika-",)),
    "fonts-cmu": (1.5, ("cmunrm", "cmunbx", "cmunti", "cmunss", "cmunsx", "cmuntt")),
    "fonts-gfs-didot": (0.7, ("GFSDidot",)),
    "fonts-inter": (1.5, ("Inter-Regular", "Inter-Bold", "Inter-Italic", "Inter-Medium")),
    "fonts-lato": (1, ("Lato-Regular", "Lato-Bold", "Lato-Italic", "Lato-Medium")),
    "fonts-cantarell": (0.5, ("Cantarell-Regular", "Cantarell-Bold")),
    "fonts-manrope": (0.5, ("Manrope-Regular", "Manrope-Bold")),
    "fonts-jetbrains-mono": (0.7, ("JetBrainsMono-Regular", "JetBrainsMono-Bold")),
    "fonts-vollkorn": (0.7, ("Vollkorn-Regular", "Vollkorn-Bold", "Vollkorn-Italic")),
}
_RARE = ("Thin", "Light", "Hairline", "Black", "_RZ")


@dataclass(frozen=True, slots=True)
class Strip:
    """One line as the reader would cut it out, `HEIGHT` pixels high, and what it says."""

    gray: Gray
    text: str


@functools.cache
def faces() -> tuple[tuple[Path, ...], tuple[float, ...]]:
    """Files of the installed families that draw every marked letter, and how often each is drawn."""
    files = sorted(p for folder in FOLDERS for p in folder.expanduser().rglob("*.[ot]tf"))
    paths: list[Path] = []
    weights: list[float] = []
    for package, (weight, names) in FAMILIES.items():
        found = [p for p in files if p.name.startswith(names) and not any(rare in p.name for rare in _RARE)]
        whole = [p for p in found if set(text.MARKED) <= covered(p)]
        if not whole:
            print(f"lines: {package} {'lacks letters' if found else 'is not installed'}, left out", file=sys.stderr)
            continue
        paths += whole
        weights += [weight / len(whole)] * len(whole)
    if not paths:
        raise SystemExit("lines: no font to draw with; see training/README.md for the packages")
    return tuple(paths), tuple(weights)


@functools.cache
def covered(path: Path) -> frozenset[str]:
    """The letters of the alphabet that a font draws, and not as the box of a missing one."""
    font = _font(path, 24)
    missing = bytes(font.getmask("\U0010ffff"))
    return frozenset(
        c
        for c in text.ALPHABET
        if c == " " or (bytes(font.getmask(c)) not in (missing, b"") and _ink(font, c) > 0.8 * _ink(font, _bare(c)))
    )


def _bare(letter: str) -> str:
    return unicodedata.normalize("NFD", letter)[0] if letter in text.MARKED else letter


def _ink(font: ImageFont.FreeTypeFont, letter: str) -> int:
    """How much ink a letter takes: some fonts have for ữ only its mark."""
    return sum(bytes(font.getmask(letter)))


@functools.lru_cache(maxsize=1024)
def _font(path: Path, size: int) -> ImageFont.FreeTypeFont:
    # basic layout: the same on every machine, and composed letters need no shaping
    return ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.BASIC)


def line(seed: int, number: int, *, longest: int = 40) -> Strip:
    """Line `number` of `seed`; every draw of chance in it comes from these two."""
    for turn in range(100):
        rng = random.Random(f"{seed}/{number}/{turn}")
        strip = _line(rng, longest)
        if strip is not None:
            return strip
    raise AssertionError("a hundred lines without ink")


def _line(rng: random.Random, longest: int) -> Strip | None:
    paths, weights = faces()
    (path,) = rng.choices(paths, weights)
    words = text.line(rng, longest=longest)
    words = " ".join("".join(c for c in words if c in covered(path)).split())
    if not words:
        return None
    drawn = _worn(_printed(words, path, rng), rng)
    gray = _cut(drawn, rng)
    return None if gray is None else Strip(gray, words)


# -- print -----------------------------------------------------------------------------------------------------------


def _printed(words: str, path: Path, rng: random.Random) -> npt.NDArray[np.float32]:
    """Share of ink, 0 to 1, of the line and of what stands around it."""
    size = round(math.exp(rng.uniform(math.log(20), math.log(44))))
    font = _font(path, size)
    spread = rng.uniform(0.03, 0.3) * size if rng.random() < 0.12 else 0.0
    gap = rng.uniform(0.1, 1.2) * size if rng.random() < 0.15 else 0.0  # justified lines have wide blanks
    pieces = list(words) if spread else words.split(" ") if gap else [words]
    blank = font.getlength(" ") + gap if not spread else 0.0
    width = sum(font.getlength(piece) + spread + blank for piece in pieces)
    margin = round(1.2 * size)
    sheet = Image.new("L", (round(width) + 2 * margin, round(2.1 * size)), 0)
    pen = ImageDraw.Draw(sheet)
    ink = rng.randint(150, 255)
    x, base = float(margin), 1.45 * size
    bold = 1 if size > 28 and rng.random() < 0.06 else 0
    for piece in pieces:
        pen.text((x, base), piece, font=font, fill=ink, anchor="ls", stroke_width=bold)
        x += font.getlength(piece) + spread + blank
    _around(sheet, rng, base=base, size=size, margin=margin)
    return np.asarray(_bent(sheet, rng), np.float32) / np.float32(255)


def _around(sheet: Image.Image, rng: random.Random, *, base: float, size: int, margin: int) -> None:
    """Leaders, rules, the lines above and below, a seal's ring, a signature: in some lines, one or two of them."""
    pen = ImageDraw.Draw(sheet)
    width, height = sheet.size
    if rng.random() < 0.12:  # a leader, of which the reader has wiped most
        start, end = sorted((rng.uniform(0, width), rng.uniform(0, width)))
        radius, pitch, level = rng.uniform(0.02, 0.045) * size, rng.uniform(0.16, 0.4) * size, rng.randint(80, 220)
        y, kept = base + rng.uniform(-0.02, 0.12) * size, rng.uniform(0.1, 1)
        while start < end:
            if rng.random() < kept:
                pen.ellipse((start - radius, y - radius, start + radius, y + radius), fill=level)
            start += pitch
    if rng.random() < 0.05:
        y = base + rng.uniform(0.15, 0.4) * size
        pen.line((rng.uniform(0, margin), y, width, y), fill=rng.randint(80, 220), width=max(1, size // 20))
    if rng.random() < 0.04:
        x = rng.choice((rng.uniform(0, margin * 0.8), width - rng.uniform(0, margin * 0.8)))
        pen.line((x, 0, x, height), fill=rng.randint(80, 220), width=max(1, size // 20))
    if rng.random() < 0.10:  # what is left of a red seal once its colour is taken out
        radius, level = rng.uniform(1.5, 6) * size, rng.randint(20, 110)
        x, y = rng.uniform(0, width), rng.uniform(-0.9, 1.9) * radius
        for share in (1.0, rng.uniform(0.9, 0.96), rng.uniform(0.6, 0.7)):
            r = radius * share
            box = (x - r, y - r, x + r, y + r)
            pen.arc(box, 0, 360, fill=level, width=max(1, round(rng.uniform(0.02, 0.07) * size)))
        if rng.random() < 0.5:
            font = _font(rng.choice(faces()[0]), max(8, round(size * rng.uniform(0.4, 0.9))))
            pen.text((x, rng.uniform(0, height)), text.syllable(rng).upper(), font=font, fill=level, anchor="mm")
    if rng.random() < 0.03:
        points = [(rng.uniform(0, width), rng.uniform(-0.2, 1.2) * height) for _ in range(rng.randint(3, 7))]
        pen.line(points, fill=rng.randint(40, 150), width=max(1, size // 18), joint="curve")


def _bent(sheet: Image.Image, rng: random.Random) -> Image.Image:
    """Slant, a little skew, and a narrower or wider face."""
    width, height = sheet.size
    shear = rng.uniform(-0.08, 0.25) if rng.random() < 0.12 else 0.0
    tilt = rng.gauss(0, 0.004)
    wide = rng.uniform(0.8, 1.15) if rng.random() < 0.4 else 1.0
    if not shear and abs(tilt * width) < 0.7 and wide == 1.0:
        return sheet
    way = (1 / wide, shear, -shear * height * 0.6, tilt / wide, 1.0, -tilt * width / 2)
    return sheet.transform((round(width * wide), height), Image.Transform.AFFINE, way, Image.Resampling.BILINEAR)


# -- wear ------------------------------------------------------------------------------------------------------------


def _worn(ink: npt.NDArray[np.float32], rng: random.Random) -> Gray:
    """The scan: resolution, lens, toner, paper, lamp, noise, JPEG's blocks; ink dark on light paper."""
    noise = np.random.default_rng(rng.getrandbits(32))
    height, width = ink.shape
    image = Image.fromarray((ink * 255).astype(np.uint8))
    if rng.random() < 0.3:
        coarse = rng.uniform(0.35, 0.9)
        small = image.resize((max(8, round(width * coarse)), max(8, round(height * coarse))), Image.Resampling.BOX)
        image = small.resize((width, height), rng.choice((Image.Resampling.BICUBIC, Image.Resampling.BILINEAR)))
    if rng.random() < 0.08:
        image = image.filter(rng.choice((ImageFilter.MinFilter(3), ImageFilter.MaxFilter(3))))
    blur = rng.uniform(0, 0.028) * height
    if blur > 0.3:
        image = image.filter(ImageFilter.GaussianBlur(blur / 2))
    ink = np.asarray(image, np.float32) / np.float32(255)
    if rng.random() < 0.12:  # toner that did not take everywhere
        cells = noise.uniform(0.25, 1.3, (max(2, height // 4), max(2, width // 4))).astype(np.float32)
        ink *= np.clip(np.asarray(Image.fromarray(cells).resize((width, height), Image.Resampling.BILINEAR)), 0, 1)
    paper, dark = rng.uniform(190, 255), rng.uniform(0, 90)
    page = paper - ink * (paper - dark)
    if rng.random() < 0.25:
        cells = noise.normal(0, rng.uniform(2, 12), (2, max(2, width // 60))).astype(np.float32)
        page += np.asarray(Image.fromarray(cells).resize((width, height), Image.Resampling.BICUBIC))
    if rng.random() < 0.12:  # security print behind the words
        x = np.arange(width, dtype=np.float32)
        waves = np.sin(x[None, :] / rng.uniform(3, 30) + np.arange(height)[:, None] / rng.uniform(2, 20))
        page -= rng.uniform(2, 22) * (waves > rng.uniform(0, 0.9))
    page += noise.standard_normal((height, width), np.float32) * rng.choice((1, 3, 3, 6, 12, 20)) * rng.random()
    seen: Gray = np.clip(page + 0.5, 0, 255).astype(np.uint8)
    return seen


def _cut(gray: Gray, rng: random.Random) -> Gray | None:
    """Levels stretched and blank cut off as the reader does it, then made `HEIGHT` pixels high.

    None when there is no ink, or more of it than fits in `WIDEST`.
    """
    height, width = gray.shape
    paper, ink = float(np.percentile(gray[::2, ::2], 75)), float(np.percentile(gray[::2, ::2], 1))
    if paper - ink < 12:
        return None
    white = paper - 0.12 * (paper - ink)
    table: Gray = np.clip((np.arange(256) - ink) * (255.0 / (white - ink)), 0, 255).astype(np.uint8)
    gray = table[gray]
    dark = gray < 140
    rows = np.flatnonzero(dark.sum(axis=1) >= 2)
    if len(rows) < 3:
        return None
    edge = max(2, (rows[-1] - rows[0]) // 16)
    top = max(0, int(rows[0]) - edge - int(rng.random() * 0.12 * height * (rng.random() < 0.3)))
    bottom = min(height, int(rows[-1]) + 1 + edge + int(rng.random() * 0.12 * height * (rng.random() < 0.3)))
    columns = np.flatnonzero(dark[top:bottom].any(axis=0))
    left = max(0, int(columns[0]) - edge - rng.randint(0, edge))
    right = min(width, int(columns[-1]) + 1 + edge + rng.randint(0, edge))
    wide = max(HEIGHT // 2, round((right - left) * HEIGHT / (bottom - top)))
    if wide > WIDEST:
        return None
    way = Image.Resampling.BOX if bottom - top > 2 * HEIGHT else Image.Resampling.BILINEAR
    strip: Gray = np.asarray(Image.fromarray(gray[top:bottom, left:right]).resize((wide, HEIGHT), way), np.uint8)
    return strip


if __name__ == "__main__":
    first = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    shown = [line(20261125, first + i) for i in range(40)]
    sheet = Image.new("L", (WIDEST, 40 * len(shown)), 200)
    for i, strip in enumerate(shown):
        sheet.paste(Image.fromarray(strip.gray), (0, 40 * i))
        print(strip.text)
    Path("build").mkdir(exist_ok=True)
    sheet.save("build/training_lines.png")
