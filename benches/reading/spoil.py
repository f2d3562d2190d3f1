"""What scanners, cameras, fax machines and clerks do to a sheet, and where each of its points then is."""

from __future__ import annotations

import functools
import random
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from degraded import LID, Scan, scanned
from drawing.sheet import BLUE, RED, Sheet
from PIL import Image
from scenes import ground, lay

from . import words

Pixels = npt.NDArray[np.uint8]
Points = npt.NDArray[np.float64]
Place = Callable[[Points], Points]
"""From pixels of the sheet (300 dpi) to pixels of the picture."""
VIOLET = (92, 44, 140)


@dataclass(frozen=True)
class Spoilt:
    """A picture of a sheet, its resolution, and where the sheet's points are on it."""

    image: Pixels
    dpi: int
    place: Place


def _through(matrix: npt.NDArray[np.float64], points: Points) -> Points:
    return cv2.perspectiveTransform(points.reshape(-1, 1, 2), matrix).reshape(-1, 2)


def _laid(sheet: Image.Image, degrees: float, grow: float = 0.0) -> tuple[Image.Image, npt.NDArray[np.float64]]:
    """The sheet turned clockwise about its middle on a glass that is larger by the share `grow`."""
    width, height = (round(side * (1 + grow)) for side in sheet.size)
    turn = cv2.getRotationMatrix2D((sheet.width / 2, sheet.height / 2), -degrees, 1.0)
    turn[:, 2] += ((width - sheet.width) / 2, (height - sheet.height) / 2)
    matrix = np.vstack([turn, (0, 0, 1)])
    pixels = cv2.warpPerspective(
        np.asarray(sheet),
        matrix,
        (width, height),
        flags=cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=LID,
    )
    return Image.fromarray(pixels.astype(np.uint8)), matrix


def clean(sheet: Sheet, _rng: random.Random) -> Spoilt:
    """As printed, at 300 dpi."""
    return Spoilt(np.asarray(sheet.image), 300, lambda points: points)


def scan(sheet: Sheet, rng: random.Random) -> Spoilt:
    """A flatbed at 300 dpi: up to 1.5 degrees askew, JPEG 75."""
    image, matrix = _laid(sheet.image, rng.uniform(-1.5, 1.5))
    how = Scan(noise_levels=rng.uniform(2, 5), blur_mm=rng.uniform(0.03, 0.07), jpeg=75)
    return Spoilt(scanned(image, how, rng), 300, functools.partial(_through, matrix))


def low(sheet: Sheet, rng: random.Random) -> Spoilt:
    """150 dpi, up to 7 degrees askew (at least 2), JPEG 40."""
    degrees = rng.uniform(2, 7) * rng.choice([-1, 1])
    image, matrix = _laid(sheet.image, degrees, grow=0.12)
    how = Scan(dpi=150, noise_levels=rng.uniform(2, 5), blur_mm=rng.uniform(0.03, 0.08), jpeg=40)
    pixels = scanned(image, how, rng)
    matrix = np.diag([pixels.shape[1] / image.width, pixels.shape[0] / image.height, 1.0]) @ matrix
    return Spoilt(pixels, 150, functools.partial(_through, matrix))


def photo(sheet: Sheet, rng: random.Random) -> Spoilt:
    """A photo from the side on a desk, light uneven, at about 240 dots an inch (cards nearer), JPEG 80."""
    small = sheet.width_mm < 150
    dpi = 400 if small else 240
    own = np.random.default_rng(rng.getrandbits(32))
    scale = dpi / 300
    pixels = np.asarray(sheet.image)
    h, w = pixels.shape[:2]
    size = (round(w * scale * 1.14), round(h * scale * 1.14))
    scene = rng.choice([ground.wood, ground.desk, ground.stone])(own, *size)
    flat = lay.rectangle((size[0] / 2, size[1] / 2), w * scale, h * scale, rng.uniform(-2.5, 2.5))
    quad = lay.from_the_side(own, flat, size, 0.3)
    lay.lay(own, scene, pixels, quad, shadow=rng.uniform(0.2, 0.5), reach=rng.uniform(4, 14))
    image = Image.fromarray(lay.light(own, scene, photo=True, noise=rng.uniform(2, 5)))
    corners = np.array([[0, 0], [w, 0], [w, h], [0, h]], np.float32)
    matrix = cv2.getPerspectiveTransform(corners, quad.astype(np.float32))
    return Spoilt(
        scanned(image, Scan(noise_levels=0, blur_mm=0, jpeg=80), rng), dpi, functools.partial(_through, matrix)
    )


def fax(sheet: Sheet, rng: random.Random) -> Spoilt:
    """Black and white at 200 dots an inch, with specks and lost rows, a little askew."""
    image, matrix = _laid(sheet.image, rng.uniform(-1, 1))
    how = Scan(dpi=200, noise_levels=rng.uniform(8, 16), blur_mm=rng.uniform(0.05, 0.08))
    pixels = scanned(image, how, rng)
    matrix = np.diag([pixels.shape[1] / image.width, pixels.shape[0] / image.height, 1.0]) @ matrix
    gray = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    black = np.where(gray > rng.uniform(135, 165), 255, 0).astype(np.uint8)
    own = np.random.default_rng(rng.getrandbits(32))
    black[own.random(black.shape) < rng.uniform(0.0002, 0.001)] = 0
    for row in own.integers(1, black.shape[0], rng.randint(2, 7)):
        black[row] = black[row - 1]
    return Spoilt(np.repeat(black[:, :, None], 3, axis=2), 200, functools.partial(_through, matrix))


def stamped(sheet: Sheet, rng: random.Random) -> Spoilt:
    """A scan with a red seal over print, half of one over the right edge, and a clerk's stamp put carelessly."""
    boxes = [line.box for line in sheet.lines if line.box[2] - line.box[0] > 0.12 * sheet.image.width]
    x0, y0, x1, y1 = rng.choice(boxes)
    at = (rng.uniform(x0, x1) / sheet.k, (y0 + y1) / 2 / sheet.k + rng.uniform(-6, 6))
    sheet.seal(*at, "VĂN PHÒNG CÔNG CHỨNG", [], rng, diameter=rng.uniform(28, 36))
    edge = (sheet.width_mm + rng.uniform(-6, 4), sheet.height_mm * rng.uniform(0.3, 0.7))
    sheet.seal(*edge, "PHÒNG TƯ PHÁP", [], rng, diameter=rng.uniform(28, 36))
    word, pt = rng.choice(words.STAMPS), rng.uniform(13, 18)
    half = (sheet.width_of(word, pt, "bold") / 2 + 3, 0.3 * pt)
    spots = [
        (rng.uniform(25 + half[0], sheet.width_mm - 25 - half[0]), rng.uniform(30, sheet.height_mm - 30))
        for _ in range(60)
    ]
    covered = [_covered(sheet, spot, half) for spot in spots]
    careless = [spot for spot, share in zip(spots, covered, strict=True) if 0.05 < share < 0.3]
    spot = careless[0] if careless else spots[int(np.argmin(covered))]
    sheet.stamp(*spot, word, pt=pt, colour=rng.choice([RED, BLUE, VIOLET]), angle=rng.uniform(-6, 6))
    return scan(sheet, rng)


def _covered(sheet: Sheet, spot: tuple[float, float], half: tuple[float, float]) -> float:
    """The share of a stamp's box that lies on lines of print."""
    left, top = (sheet.px(at - side) for at, side in zip(spot, half, strict=True))
    right, bottom = (sheet.px(at + side) for at, side in zip(spot, half, strict=True))
    common = (
        max(0.0, min(right, box[2]) - max(left, box[0])) * max(0.0, min(bottom, box[3]) - max(top, box[1]))
        for box in (line.box for line in sheet.lines)
    )
    return sum(common) / ((right - left) * (bottom - top))


def folded(sheet: Sheet, rng: random.Random) -> Spoilt:
    """A scan of a sheet that was folded in three: its parts lean, the creases are worn pale beside a dark edge."""
    height, width = sheet.image.height, sheet.image.width
    folds = [height * (share + rng.uniform(-0.04, 0.04)) for share in (1 / 3, 2 / 3)]
    knots = np.array([0.0, *folds, height])
    shrunk = np.cumsum([0.0, *(np.diff(knots) * [rng.uniform(0.975, 1.0) for _ in range(3)])])
    shrunk += (height - shrunk[-1]) / 2
    lean = np.cumsum([0.0, *(rng.uniform(-0.006, 0.006) * width for _ in range(3))])
    lean -= lean.mean()
    rows = np.arange(height, dtype=np.float64)
    source = np.interp(rows, shrunk, knots, left=-1e4, right=1e5)
    shift = np.interp(source, knots, lean)
    map_x = (np.arange(width)[None, :] - shift[:, None]).astype(np.float32)
    map_y = np.broadcast_to(source[:, None], (height, width)).astype(np.float32)
    pixels = cv2.remap(
        np.asarray(sheet.image), map_x, map_y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT, borderValue=LID
    ).astype(np.float32)
    shade = np.interp(rows, shrunk, [rng.uniform(0.86, 1.0) for _ in range(4)])
    own = np.random.default_rng(rng.getrandbits(32))
    for crease in shrunk[1:3]:
        away = rows - crease
        shade *= 1 - rng.uniform(0.1, 0.25) * np.exp(-((away - 9) ** 2) / (2 * 6.0**2))
        worn = np.exp(-(away**2) / (2 * 2.5**2))[:, None] * own.uniform(0.2, 0.95, (1, width))
        pixels += (np.array(sheet.tint, np.float32) - pixels) * worn[:, :, None].astype(np.float32)
    pixels *= shade[:, None, None].astype(np.float32)
    flat = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
    image, matrix = _laid(flat, rng.uniform(-1.5, 1.5))
    how = Scan(noise_levels=rng.uniform(2, 5), blur_mm=rng.uniform(0.03, 0.07), jpeg=75)

    def place(points: Points) -> Points:
        y = np.interp(points[:, 1], knots, shrunk)
        return _through(matrix, np.stack([points[:, 0] + np.interp(points[:, 1], knots, lean), y], 1))

    return Spoilt(scanned(image, how, rng), 300, place)


CONDITIONS: dict[str, Callable[[Sheet, random.Random], Spoilt]] = {
    "clean": clean,
    "scan": scan,
    "150 dpi": low,
    "photo": photo,
    "fax": fax,
    "stamped": stamped,
    "folded": folded,
}
REPORTED = ("fax", "folded")
"""Conditions without a bar."""
BARRED = tuple(name for name in CONDITIONS if name not in REPORTED)
