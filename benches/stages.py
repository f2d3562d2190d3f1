"""Makes the pictures of docs/eye.md: what goes into each stage of the eye and what comes out, on drawn pages.

    python benches/stages.py [ink.png …]      (all without a name)

Crops under "pixel for pixel" are enlarged by whole factors and never smoothed; everything else is scaled down.
"""

from __future__ import annotations

import datetime as dt
import io
import random
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
from PIL import Image, ImageDraw

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
for place in (HERE, ROOT / "examples"):
    if str(place) not in sys.path:
        sys.path.insert(0, str(place))

from draw import draw  # noqa: E402
from drawing import fonts, letters, papers, scanner  # noqa: E402

from pyhncert import _core, capture, issue  # noqa: E402
from pyhncert.check._quality import quality  # noqa: E402
from pyhncert.values import PageFacts  # noqa: E402

if TYPE_CHECKING:
    from pyhncert.values import Page, Pixels, Quad

OUT = ROOT / "docs/pictures"
GAP, BAND = 10, 24
Panel = tuple[str, "Pixels"]


def pages_of(image: Pixels, dpi: int = 300) -> tuple[Page, ...]:
    """The pages on a picture, as certifying finds them."""
    out = io.BytesIO()
    Image.fromarray(image).save(out, "png", dpi=(dpi, dpi), compress_level=1)
    limits = capture.Limits()
    (raw,) = capture.raw_pages([capture.load(out.getvalue(), name="picture", limits=limits)], limits=limits)
    return capture.normalise(raw)


def small(image: Pixels, height: int) -> Pixels:
    """`image` scaled down to `height`."""
    width = round(image.shape[1] * height / image.shape[0])
    return np.asarray(cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def large(image: Pixels, factor: int) -> Pixels:
    """Each pixel as a square of `factor`."""
    return image.repeat(factor, axis=0).repeat(factor, axis=1)


def side_by_side(panels: Sequence[Panel], *, down: bool = False) -> Image.Image:
    """Panels in a row, or one below the other, each under its words."""
    font = fonts.load("sans", "regular", 15)
    sizes = [(max(image.shape[1], round(font.getlength(words)) + 2), image.shape[0] + BAND) for words, image in panels]
    widths, heights = zip(*sizes, strict=True)
    if down:
        sheet = Image.new("RGB", (max(widths), sum(heights) + GAP * (len(panels) - 1)), "white")
    else:
        sheet = Image.new("RGB", (sum(widths) + GAP * (len(panels) - 1), max(heights)), "white")
    pen, x, y = ImageDraw.Draw(sheet), 0, 0
    for (words, image), (width, height) in zip(panels, sizes, strict=True):
        pen.text((x, y + 2), words, font=font, fill="black")
        sheet.paste(Image.fromarray(image).convert("RGB"), (x, y + BAND))
        x, y = (x, y + height + GAP) if down else (x + width + GAP, y)
    return sheet


def marked(image: Pixels, quads: Iterable[tuple[Quad, str, tuple[int, int, int]]], scale: float) -> Pixels:
    """`image`, scaled by `scale`, with quads drawn on it, each named above it, or below where a name stands already."""
    shown = Image.fromarray(small(image, round(image.shape[0] * scale)))
    pen, font = ImageDraw.Draw(shown), fonts.load("sans", "bold", 14)
    taken: list[tuple[float, float, float]] = []
    for quad, words, colour in quads:
        points = [(x * scale, y * scale) for x, y in quad]
        pen.line([*points, points[0]], fill=colour, width=3, joint="curve")
        left, top = min(x for x, _ in points), min(y for _, y in points)
        width = font.getlength(words)
        left = min(max(2, left), shown.width - width - 4)
        top = max(2, top - 19)
        if any(x < left + width and left < right and abs(y - top) < 19 for x, right, y in taken):
            top = max(y for _, y in points) + 3
        taken.append((left, left + width, top))
        at = (left, top)
        pen.rectangle((at[0] - 2, at[1], at[0] + width + 2, at[1] + 18), fill="white")
        pen.text(at, words, font=font, fill=colour)
    return np.asarray(shown)


# -- the stages ------------------------------------------------------------------------------------------------------


def paper() -> Image.Image:
    """Two papers askew on a dark desk become two upright pages."""
    rng = random.Random("stages/paper")
    desk = np.full((3508, 4960, 3), (52, 44, 40), np.uint8)
    sheets = [
        papers.decision(rng).image.resize((1860, 2631), Image.Resampling.LANCZOS),
        papers.birth_certificate(rng).image.resize((1860, 2631), Image.Resampling.LANCZOS),
    ]
    for sheet, left, degrees in ((sheets[0], 350, 7.0), (sheets[1], 2650, -5.0)):
        turned = sheet.convert("RGBA").rotate(-degrees, Image.Resampling.BICUBIC, expand=True)
        canvas = Image.fromarray(desk)
        canvas.paste(turned, (left, 330), turned)
        desk = np.asarray(canvas)
    noise = np.random.default_rng(1).normal(0, 3, desk.shape[:2])[:, :, None]
    scan = np.clip(desk + noise + 0.5, 0, 255).astype(np.uint8)
    found = pages_of(scan)
    upright = [(f"page {page.number}: {page.size[0]} x {page.size[1]} px", small(page.image, 420)) for page in found]
    return side_by_side([("the scan", small(scan, 420)), *upright])


def light() -> Image.Image:
    """A shadow, and print of the back that shines through: the scan, and what the reader is given."""
    front, back = (papers.decision(random.Random(f"stages/light/{side}")).image for side in ("front", "back"))
    behind = np.asarray(back.transpose(Image.Transpose.FLIP_LEFT_RIGHT), float)
    shown = np.asarray(front, float) - 0.13 * (255 - behind)
    rows, columns = np.indices(shown.shape[:2]) / np.array(shown.shape[:2]).reshape(2, 1, 1)
    shade = 1 - 0.4 / (1 + np.exp(-14 * (columns + 0.5 * rows - 0.9)))
    noise = np.random.default_rng(2).normal(0, 3, shown.shape[:2])
    scan = np.clip(shown * shade[:, :, None] + noise[:, :, None], 0, 255).astype(np.uint8)
    even = np.empty_like(scan)
    _core.flatten(scan, even)
    return side_by_side([("the scan, and the certified image", small(scan, 520)), ("for the reader", small(even, 520))])


def ink() -> Image.Image:
    """Sauvola's and Wolf's masks of pale print beside a shadow."""
    sheet = letters.letter(random.Random("stages/ink"))
    image, _ = scanner.scan(sheet, random.Random(3), skew_deg=0.0, noise=4.0)
    pixels = np.asarray(image)[640:740, 340:960].astype(float)
    shade = np.linspace(1.0, 0.3, pixels.shape[1])[None, :, None]
    crop = np.clip(pixels * shade, 0, 255).astype(np.uint8)
    gray = _core.gray(crop)
    level, _ = cv2.threshold(gray, 0, 255, cv2.THRESH_OTSU)
    masks = [
        (words, (255 * (1 - mask)).astype(np.uint8))
        for words, mask in (
            (f"one level for all of it (Otsu: {level:.0f})", (gray <= level).astype(np.uint8)),
            ("Sauvola, window 31, k 0.3", _core.sauvola(gray, window=31, k=0.3)),
            ("Wolf, window 31, k 0.3", _core.wolf(gray, window=31, k=0.3)),
        )
    ]
    return side_by_side([("the scan, in a shadow", crop), *masks], down=True)


def gate() -> Image.Image:
    """What the gate says of a page that is cut off, and where."""
    (page,) = pages_of(np.asarray(draw("cut_off", 2)[0]))
    findings = [f for f in quality(PageFacts.of(page), None, dt.date.today()) if f.severity != "pass"]
    red = (200, 30, 40)
    shown = marked(page.image, [(f.quad, f.code, red) for f in findings if f.quad is not None], 480 / page.size[1])
    said = "; ".join(f.reason.vi for f in findings if f.severity == "block")
    return side_by_side([("the scan", small(page.image, 480)), (said, shown)])


def marks() -> Image.Image:
    """The seal, the signature and a photograph, as they are found."""
    red, blue, green = (200, 30, 40), (30, 60, 190), (20, 120, 60)
    panels: list[Panel] = []
    for words, drawing in (("a decision", "quyet_dinh"), ("an identity card on the glass", "cccd")):
        (page,) = pages_of(np.asarray(draw(drawing, 4)[0]))
        quads = [(seal.quad, f"seal, {seal.colour}", red) for seal in page.marks.seals]
        quads += [(found.quad, "signature", blue) for found in page.marks.signatures]
        quads += [(found.quad, "photograph", green) for found in page.marks.portraits]
        panels.append((words, marked(page.image, quads, 560 / page.size[1])))
    return side_by_side(panels)


def faithful() -> Image.Image:
    """Small print, a diacritic, guilloche and the seal's rim before and after recompression."""
    image, truth = draw("khai_sinh", 7, skew_deg=0.0)
    (page,) = pages_of(np.asarray(image))
    stream = issue.encode_page(page).stream()
    copy = np.asarray(Image.open(io.BytesIO(stream)).convert("RGB"))
    signer = truth["lines"][-1]["quad"]
    title = next(line["quad"] for line in truth["lines"] if "định danh" in line["text"])
    panels: list[Panel] = []
    for quad, up in ((title, 0), (signer, 95)):
        x, y = page.matrix.apply((sum(p[0] for p in quad) / 4, sum(p[1] for p in quad) / 4 - up))
        rows, columns = slice(int(y) - 30, int(y) + 30), slice(int(x) - 95, int(x) + 95)
        for words, pixels in (
            ("the page, 26 MB of pixels", page.image),
            (f"the copy, {len(stream) / 1e6:.2f} MB", copy),
        ):
            panels.append((words, large(pixels[rows, columns], 4)))
    return side_by_side(panels, down=True)


STAGES: dict[str, Callable[[], Image.Image]] = {
    "paper.jpg": paper,
    "light.jpg": light,
    "ink.png": ink,
    "gate.jpg": gate,
    "marks.jpg": marks,
    "faithful.png": faithful,
}


def main() -> None:
    """Draw what was asked for."""
    OUT.mkdir(parents=True, exist_ok=True)
    for name in sys.argv[1:] or STAGES:
        file = OUT / f"eye-{name}"
        STAGES[name]().save(file, optimize=True, quality=80)
        print(file, file.stat().st_size)


if __name__ == "__main__":
    main()
