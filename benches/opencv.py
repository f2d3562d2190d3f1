"""The capture chain as someone who knows OpenCV writes it: the peer of `test_capture.py`. Images are RGB or gray."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Result:
    """What the chain found and made."""

    quad: npt.NDArray[np.float32] | None
    skew_deg: float
    page: Pixels
    even: Pixels
    ink: Pixels
    gate: dict[str, float]
    seals: list[tuple[float, float, float]]


def sauvola_numpy(gray: Pixels, window: int = 31, k: float = 0.3) -> npt.NDArray[np.bool_]:
    """Mask of ink: OpenCV's box filters, numpy's arithmetic, in place."""
    mean = cv2.boxFilter(gray, cv2.CV_32F, (window, window), borderType=cv2.BORDER_REFLECT)
    level = cv2.sqrBoxFilter(gray, cv2.CV_32F, (window, window), borderType=cv2.BORDER_REFLECT)
    level -= mean * mean
    np.maximum(level, 0, out=level)
    np.sqrt(level, out=level)
    level *= k / 128
    level += 1 - k
    level *= mean
    return gray < level


def sauvola(gray: Pixels, window: int = 31, k: float = 0.3) -> Pixels:
    """Mask of ink (255): every heavy step in OpenCV."""
    mean = cv2.boxFilter(gray, cv2.CV_32F, (window, window), borderType=cv2.BORDER_REFLECT)
    level = cv2.sqrBoxFilter(gray, cv2.CV_32F, (window, window), borderType=cv2.BORDER_REFLECT)
    square = cv2.multiply(mean, mean)
    cv2.subtract(level, square, dst=level)
    cv2.max(level, 0, dst=level)
    cv2.sqrt(level, dst=level)
    np.multiply(level, k / 128, out=level)
    np.add(level, 1 - k, out=level)
    np.multiply(level, mean, out=level)
    return cv2.compare(gray.astype(np.float32), level, cv2.CMP_LT)


def chain(image: Pixels) -> Result:
    """Find, one warp, even light, skew, Sauvola, gate, seals."""
    height, width = image.shape[:2]
    half = cv2.resize(image, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    gray = cv2.cvtColor(half, cv2.COLOR_RGB2GRAY)
    quarter = cv2.resize(gray, (width // 4, height // 4), interpolation=cv2.INTER_AREA)
    quad = _quad(quarter)
    skew = _skew(quarter) if quad is None else 0.0
    page = _warp(image, quad, skew, quarter)
    even = evened(page)
    ink = sauvola(cv2.cvtColor(even, cv2.COLOR_RGB2GRAY))
    small = cv2.resize(page, (page.shape[1] // 2, page.shape[0] // 2), interpolation=cv2.INTER_AREA)
    return Result(None if quad is None else quad * 4, skew, page, even, ink, _gate(small), _seals(small))


def _quad(gray: Pixels) -> npt.NDArray[np.float32] | None:
    """The largest bright outline of four corners, in pixels of `gray`; None where paper fills the scan."""
    _, paper = cv2.threshold(cv2.GaussianBlur(gray, (5, 5), 0), 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    paper = cv2.morphologyEx(paper, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8))
    found, _ = cv2.findContours(paper, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    if not found:
        return None
    outline = max(found, key=cv2.contourArea)
    area = cv2.contourArea(outline)
    if not 0.1 * gray.size < area < 0.97 * gray.size:
        return None
    hull = cv2.convexHull(outline)
    corners = cv2.approxPolyDP(hull, 0.02 * cv2.arcLength(hull, True), True)
    if len(corners) != 4:
        corners = cv2.boxPoints(cv2.minAreaRect(hull))[:, None]
    points = corners[:, 0].astype(np.float32)
    total, apart = points.sum(1), points[:, 0] - points[:, 1]
    return points[[total.argmin(), apart.argmax(), total.argmax(), apart.argmin()]]


def _skew(gray: Pixels) -> float:
    """Clockwise skew in degrees: the turn at which rows of ink are most uneven."""
    ink = cv2.adaptiveThreshold(gray, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 25, 15)
    height, width = ink.shape
    best, span = 0.0, 5.0
    for step in (0.5, 0.1, 0.02):
        scores = []
        angles = np.arange(best - span, best + span + step / 2, step)
        for angle in angles:
            turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1)
            rows = cv2.reduce(cv2.warpAffine(ink, turn, (width, height)), 1, cv2.REDUCE_SUM, dtype=cv2.CV_32F)
            scores.append(float(np.square(np.diff(rows[:, 0])).sum()))
        best, span = float(angles[int(np.argmax(scores))]), step
    return best


def _warp(image: Pixels, quad: npt.NDArray[np.float32] | None, skew: float, gray: Pixels) -> Pixels:
    """The page, bicubic."""
    height, width = image.shape[:2]
    if quad is None:
        matrix = np.vstack([cv2.getRotationMatrix2D((width / 2, height / 2), skew, 1), [0, 0, 1]])
        size = (width, height)
    else:
        a, b, c, d = quad * 4
        size = (round(max(np.hypot(*(b - a)), np.hypot(*(c - d)))), round(max(np.hypot(*(d - a)), np.hypot(*(c - b)))))
        corners = np.array([[0, 0], [size[0], 0], [size[0], size[1]], [0, size[1]]], np.float32)
        matrix = cv2.getPerspectiveTransform(quad * 4, corners)
    fill = (float(np.median(gray[::8, ::8])),) * 3
    return cv2.warpPerspective(image, matrix, size, flags=cv2.INTER_CUBIC, borderValue=fill)


def evened(page: Pixels) -> Pixels:
    """Divided by the paper's own light: closing and median of an eighth, enlarged."""
    height, width = page.shape[:2]
    small = cv2.cvtColor(cv2.resize(page, (width // 8, height // 8), interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY)
    paper = cv2.medianBlur(cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((15, 15), np.uint8)), 21)
    light = cv2.resize(paper, (width, height), interpolation=cv2.INTER_LINEAR)
    return cv2.divide(page, cv2.merge([light, light, light]), scale=245)


def _gate(page: Pixels) -> dict[str, float]:
    """Blur, contrast, glare, height of text, text at the edges, on half the page's size."""
    gray = cv2.cvtColor(page, cv2.COLOR_RGB2GRAY)
    _, deviation = cv2.meanStdDev(cv2.Laplacian(gray, cv2.CV_16S))
    shades = np.cumsum(cv2.calcHist([gray], [0], None, [256], [0, 256]).ravel()) / gray.size
    dark, light = (int(np.searchsorted(shades, share)) for share in (0.02, 0.5))
    ink = cv2.adaptiveThreshold(gray, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 31, 20)
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink)
    heights, widths = stats[1:, cv2.CC_STAT_HEIGHT], stats[1:, cv2.CC_STAT_WIDTH]
    letters = stats[1:][(heights >= 6) & (heights <= 60) & (widths <= 80)]
    left, top = letters[:, cv2.CC_STAT_LEFT], letters[:, cv2.CC_STAT_TOP]
    right, bottom = left + letters[:, cv2.CC_STAT_WIDTH], top + letters[:, cv2.CC_STAT_HEIGHT]
    height, width = gray.shape
    return {
        "blur": float(deviation[0, 0]),
        "contrast": float(light - dark),
        "glare": cv2.countNonZero(cv2.inRange(gray, 253, 255)) / gray.size if light < 242 else 0.0,
        "text_px": float(np.median(letters[:, cv2.CC_STAT_HEIGHT])) * 2 if len(letters) else 0.0,
        "cut": float(((left < 2) | (top < 2) | (right > width - 2) | (bottom > height - 2)).sum()),
        "ink": cv2.countNonZero(ink) / gray.size,
    }


def _seals(page: Pixels) -> list[tuple[float, float, float]]:
    """Red circles (x, y, radius) on half the page's size."""
    hsv = cv2.cvtColor(page, cv2.COLOR_RGB2HSV)
    red = cv2.inRange(hsv, (0, 60, 80), (12, 255, 255)) | cv2.inRange(hsv, (165, 60, 80), (180, 255, 255))
    red = cv2.morphologyEx(red, cv2.MORPH_CLOSE, np.ones((7, 7), np.uint8))
    found, _ = cv2.findContours(red, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    seals = []
    for outline in found:
        (x, y), radius = cv2.minEnclosingCircle(outline)
        if 50 < radius < 300 and cv2.contourArea(cv2.convexHull(outline)) > 0.8 * np.pi * radius**2:
            seals.append((2 * x, 2 * y, 2 * radius))
    return seals
