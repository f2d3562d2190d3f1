"""Which scenes there are: conditions, how many of each, and the seeds for tuning and for reporting.

The two sets share neither seed nor sheets: `tune` lays the papers of examples/drawing, `report` those of benches/unseen
(other templates, other tints, other typefaces), and draws every parameter anew.
"""

from __future__ import annotations

import functools
import random
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import cv2
import numpy as np
import numpy.typing as npt
from drawing import cards as drawn_cards
from drawing import letters, papers
from unseen import cards, civil, other

from . import ground, lay

SEEDS = {"tune": 4, "report": 20261125}
A4 = (210.0, 297.0)
Maker = Callable[[random.Random], npt.NDArray[np.uint8]]


@dataclass
class Scene:
    """A picture, its resolution, the true corners of each paper, and whether anything is to be cut out."""

    name: str
    condition: str
    image: npt.NDArray[np.uint8]
    dpi: int
    quads: list[lay.Quad]
    fills: bool = False
    sizes_mm: list[tuple[float, float]] = field(default_factory=list)


@functools.cache
def sheets(which: str, dpi: int) -> dict[str, list[npt.NDArray[np.uint8]]]:
    """Some A4 papers and ID-1 cards, without what a scanner does to them."""
    rng = random.Random(f"{SEEDS[which]}/sheets")
    if which == "tune":
        a4 = [
            make(rng, dpi=dpi)
            for make in (papers.birth_certificate, papers.degree, papers.land_certificate, papers.decision)
        ] + [letters.letter(rng, dpi=dpi), letters.contract(rng, dpi=dpi)]
        holder = drawn_cards.card_person(rng)
        id1 = [
            make(rng, dpi=dpi, holder=holder)
            for make in (drawn_cards.cccd_front, drawn_cards.cccd_back, drawn_cards.can_cuoc_front)
        ]
        shown = [s.image for s in a4], [s.image for s in id1]
    else:
        faces = ("Noto Serif", "DejaVu Serif")
        made = [
            make(rng, faces[i % 2])
            for i, make in enumerate((civil.birth_new, civil.marriage, civil.degree_higher, civil.land, civil.decision))
        ] + [make(rng, faces[0]) for make in other.PAGES[:3]]
        id1 = [make(rng, "Noto Sans") for make in (cards.citizen, cards.back, cards.identity, cards.licence)]
        shown = [s.image for s in made], [s.image for s in id1]
    out: dict[str, list[npt.NDArray[np.uint8]]] = {"a4": [], "card": []}
    for name, images in zip(out, shown, strict=True):
        for image in images:
            pixels = np.asarray(image.convert("RGB"))
            long = round((297 if name == "a4" else 85.6) / 25.4 * dpi)
            scale = long / max(pixels.shape[:2])
            size = (round(pixels.shape[1] * scale), round(pixels.shape[0] * scale))
            out[name].append(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA))
    return out


GROUNDS: dict[str, Callable[..., ground.Scene]] = {
    "dark bed": functools.partial(ground.bed, low=8, high=60),
    "gray bed": functools.partial(ground.bed, low=85, high=165),
    "pale bed": functools.partial(ground.bed, low=190, high=222),
    "white lid": functools.partial(ground.bed, low=240, high=254),
    "wood": ground.wood,
    "cloth": ground.cloth,
    "stone": ground.stone,
    "desk": ground.desk,
}
FLAT, DESKS = ("dark bed", "gray bed", "pale bed", "white lid"), ("wood", "cloth", "stone", "desk")
# condition, how many, grounds
PLAN: tuple[tuple[str, int, tuple[str, ...]], ...] = (
    ("one sheet", 32, FLAT),
    ("askew", 16, FLAT[:3] + DESKS[:1]),
    ("two sheets", 20, FLAT),
    ("card", 20, FLAT),
    ("both sides of a card", 20, FLAT),
    ("photo", 48, DESKS),
    ("photo of two", 8, DESKS),
    ("torn", 14, FLAT[:3] + DESKS),
    ("folded", 14, FLAT[:3] + DESKS),
    ("finger", 14, FLAT[:2] + DESKS),
    ("over the edge", 12, FLAT[:3] + DESKS[:1]),
    ("booklet", 8, FLAT[:3] + DESKS[:1]),
    ("fills", 14, FLAT[:1]),
)


def scenes(which: str, *, dpi: int = 150, every: int = 1) -> Iterator[Scene]:
    """All scenes of the set, or each `every`-th."""
    place = 0
    for condition, count, grounds in PLAN:
        for i in range(count):
            if place % every == 0:
                ground_name = grounds[i % len(grounds)]
                name = f"{condition}/{ground_name}/{i:02d}"
                yield _scene(which, name, condition, ground_name, dpi)
            place += 1


def _scene(which: str, name: str, condition: str, ground_name: str, dpi: int) -> Scene:
    rng = np.random.default_rng([SEEDS[which], zlib.crc32(name.encode())])
    stock = sheets(which, dpi)
    k = dpi / 25.4

    def pick(kind: str) -> npt.NDArray[np.uint8]:
        return stock[kind][int(rng.integers(len(stock[kind])))]

    def turned(sheet: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
        return np.ascontiguousarray(np.rot90(sheet, int(rng.integers(4))))

    a4 = tuple(round(v * k) for v in A4)
    a3 = (round(297 * k), round(420 * k))
    photo = ground_name in DESKS
    slack = float(rng.normal(0, 1.5))
    damage = condition if condition in ("torn", "folded") else ""
    laid: list[tuple[npt.NDArray[np.uint8], lay.Quad, tuple[float, float]]] = []

    def put(sheet: npt.NDArray[np.uint8], middle: tuple[float, float], degrees: float, scale: float = 1.0) -> None:
        size = (sheet.shape[1] * scale, sheet.shape[0] * scale)
        laid.append((sheet, lay.rectangle(middle, *size, degrees), (size[0] / k, size[1] / k)))

    size = a4
    if condition == "fills":
        sheet = pick("a4")
        size = (sheet.shape[1], sheet.shape[0])
        put(sheet, (size[0] / 2, size[1] / 2), float(rng.normal(0, 0.5)))
    elif condition in ("card", "both sides of a card"):
        count = 1 if condition == "card" else 2
        for j in range(count):
            half = size[1] / count
            middle = (size[0] * rng.uniform(0.3, 0.7), half * (j + rng.uniform(0.3, 0.7)))
            put(stock["card"][(j + int(rng.integers(2))) % len(stock["card"])], middle, float(rng.normal(0, 3)))
    elif condition in ("two sheets", "photo of two"):
        size = a4 if rng.random() < 0.5 else (a3[1], a3[0])
        tall = size[1] > size[0]
        for j in range(2):
            part = (size[0] / 2, size[1] * (0.25 + 0.5 * j)) if tall else (size[0] * (0.25 + 0.5 * j), size[1] / 2)
            sheet = pick("a4")
            sheet = np.ascontiguousarray(np.rot90(sheet)) if tall == (sheet.shape[0] > sheet.shape[1]) else sheet
            room = min(0.46 * size[tall] / sheet.shape[1 - tall], 0.92 * size[1 - tall] / sheet.shape[tall])
            put(sheet, part, float(rng.normal(0, 1.2)), room * rng.uniform(0.8, 0.94))
    elif condition == "booklet":
        sheet = np.concatenate([pick("a4"), pick("a4")][:1] * 2, axis=1)
        fold = sheet.shape[1] // 2
        sheet = sheet.copy()
        shade = 1 - 0.25 * np.exp(-((np.arange(sheet.shape[1]) - fold) ** 2) / (2 * (3 * k) ** 2))
        sheet = (sheet * shade[None, :, None]).astype(np.uint8)
        size = (round(1.25 * sheet.shape[1] * 0.7), round(1.3 * sheet.shape[0] * 0.7))
        put(sheet, (size[0] / 2, size[1] / 2), float(rng.normal(0, 1.5)), 0.7)
    else:
        sheet = turned(pick("a4"))
        w, h = sheet.shape[1], sheet.shape[0]
        scale = float(rng.uniform(0.45, 0.72)) if ground_name in FLAT else 0.7
        degrees = slack
        if condition == "askew":
            degrees = float(rng.uniform(8, 44) * rng.choice([-1, 1]))
            w, h = int(1.3 * max(w, h)), int(1.3 * max(w, h))
        size = (round(w * 0.7 * rng.uniform(1.2, 1.5)), round(h * 0.7 * rng.uniform(1.2, 1.5)))
        middle = (size[0] * rng.uniform(0.45, 0.55), size[1] * rng.uniform(0.45, 0.55))
        if condition == "over the edge":
            side = int(rng.integers(4))
            out = 0.5 * sheet.shape[1 - side % 2] * scale * 0.86
            middle = (
                (out, middle[1]) if side == 0 else (middle[0], out) if side == 1
                else (size[0] - out, middle[1]) if side == 2 else (middle[0], size[1] - out)
            )  # fmt: skip
        put(sheet, middle, degrees, scale)
    scene = GROUNDS[ground_name](rng, *size) if condition != "fills" else ground.bed(rng, *size, low=238, high=246)
    quads = []
    for sheet, flat, _ in laid:
        quad = lay.from_the_side(rng, flat, size, 0.42) if photo and len(laid) == 1 else flat
        white = ground_name == "white lid" or condition == "fills"
        shadow = rng.uniform(0.06, 0.22) if white else rng.uniform(0.1, 0.6)
        reach = float(rng.uniform(0.3, 1.2) * k)
        quads.append(lay.lay(rng, scene, sheet, quad, damage=damage, shadow=float(shadow), reach=reach))
    if condition == "finger":
        lay.finger(rng, scene, quads[0])
    image = lay.light(rng, scene, photo=photo, noise=float(rng.uniform(1, 4)))
    return Scene(name, condition, image, dpi, quads, condition == "fills", [s for _, _, s in laid])
