"""Laying sheets on a ground: where, how askew or how much from the side, what happens to a corner or an edge."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from .ground import Rng, Scene, clouds

Quad = npt.NDArray[np.float64]
Sheet = npt.NDArray[np.uint8]


def rectangle(middle: tuple[float, float], width: float, height: float, degrees: float) -> Quad:
    """Corners of a sheet as a flatbed sees it, clockwise from its upper left; turned clockwise."""
    a = np.radians(degrees)
    turn = np.array([[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]])
    corners = np.array([[-width, -height], [width, -height], [width, height], [-width, height]]) / 2
    return corners @ turn.T + middle


def from_the_side(rng: Rng, quad: Quad, size: tuple[int, int], most: float) -> Quad:
    """The same corners as a camera sees them that looks down at an angle of up to `most` radians."""
    width, height = size
    focal = rng.uniform(0.75, 1.1) * np.hypot(width, height)
    x, y = (quad - (width / 2, height / 2)).T
    z = np.zeros(4)
    for axis in range(2):
        a = rng.uniform(-most, most)
        if axis == 0:
            y, z = y * np.cos(a) - z * np.sin(a), y * np.sin(a) + z * np.cos(a)
        else:
            x, z = x * np.cos(a) - z * np.sin(a), x * np.sin(a) + z * np.cos(a)
    scale = focal / (focal + z)
    seen = np.stack([x * scale + width / 2, y * scale + height / 2], 1)
    # back into the picture with a rim around it
    low, high = seen.min(0), seen.max(0)
    room = 0.94 * np.array(size)
    shrink = min(1.0, *(room / (high - low)))
    seen = (seen - (low + high) / 2) * shrink + (low + high) / 2
    low, high = seen.min(0), seen.max(0)
    rim = 0.03 * np.array(size)
    return seen + np.clip(rim - low, 0, None) - np.clip(high - (np.array(size) - rim), 0, None)


def shape(rng: Rng, sheet: Sheet, damage: str) -> tuple[Sheet, npt.NDArray[np.float32]]:
    """The sheet and what is left of it (1) after `damage`: ``torn``, ``folded`` or nothing."""
    h, w = sheet.shape[:2]
    left = np.ones((h, w), np.float32)
    if damage not in ("torn", "folded"):
        return sheet, left
    sheet = sheet.copy()
    reach = rng.uniform(0.08, 0.2) * min(w, h)
    a, b = reach * rng.uniform(0.7, 1.3), reach * rng.uniform(0.7, 1.3)
    if damage == "torn":
        steps = np.linspace(0, 1, 14)[1:-1]
        rough = [(a * (1 - t) + rng.normal(0, reach / 22), b * t + rng.normal(0, reach / 22)) for t in steps]
        cut = np.array([(0, 0), (a, 0), *rough, (0, b)])
    else:
        cut = np.array([(0, 0), (a, 0), (0, b)])
        # the corner lies mirrored on the sheet, its back a little darker
        n = np.array([b, a]) / np.hypot(a, b)
        tip = 2 * (a * n[0]) * n
        back = np.array([(a, 0), tuple(tip), (0, b)])
        cv2.fillPoly(sheet, [(back + 3).astype(np.int32)], (150, 148, 144))
        cv2.fillPoly(sheet, [back.astype(np.int32)], tuple(int(v) for v in rng.uniform(222, 238, 1).repeat(3)))
    flip_x, flip_y = rng.random() < 0.5, rng.random() < 0.5
    cv2.fillPoly(left, [cut.astype(np.int32)], 0)
    if damage == "folded":
        flip_x = flip_y = False
    if flip_x:
        left = left[:, ::-1]
    if flip_y:
        left = left[::-1]
    return sheet, np.ascontiguousarray(left)


def lay(
    rng: Rng, scene: Scene, sheet: Sheet, quad: Quad, *, damage: str = "", shadow: float = 0.5, reach: float = 4.0
) -> Quad:
    """Put `sheet` with its corners on `quad`; `shadow` (0 to 1) and its `reach` in pixels. Returns the quad."""
    height, width = scene.shape[:2]
    sheet, left = shape(rng, sheet, damage)
    h, w = sheet.shape[:2]
    flat = np.array([[0, 0], [w, 0], [w, h], [0, h]], np.float32)
    matrix = cv2.getPerspectiveTransform(flat, quad.astype(np.float32))
    half = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])
    matrix = np.linalg.inv(half) @ matrix @ half
    size = max(np.linalg.norm(quad[1] - quad[0]) / w, 1e-3)
    if size < 0.7:
        sheet = cv2.GaussianBlur(sheet, (0, 0), 0.4 / size)
    seen = cv2.warpPerspective(sheet, matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    share = cv2.warpPerspective(left, matrix, (width, height), flags=cv2.INTER_LINEAR)
    if shadow:
        off = rng.normal(0, 1, 2)
        off *= reach * 0.6 / np.hypot(*off)
        moved = cv2.warpAffine(share, np.array([[1, 0, off[0]], [0, 1, off[1]]], np.float32), (width, height))
        dark = cv2.GaussianBlur(moved, (0, 0), reach / 2)
        scene *= (1 - shadow * dark * (1 - share))[:, :, None]
    scene *= (1 - share)[:, :, None]
    scene += share[:, :, None] * seen
    return quad


def finger(rng: Rng, scene: Scene, quad: Quad) -> None:
    """A finger that holds the sheet down at one side, from outside."""
    side = int(rng.integers(4))
    a, b = quad[side], quad[(side + 1) % 4]
    at = a + (b - a) * rng.uniform(0.25, 0.75)
    along = (b - a) / np.linalg.norm(b - a)
    inward = np.array([-along[1], along[0]])
    wide = 0.055 * np.linalg.norm(quad[2] - quad[0]) * rng.uniform(0.8, 1.2)
    tip = at + inward * wide * rng.uniform(0.4, 1.2)
    root = at - inward * 6 * wide + along * rng.normal(0, wide)
    mask = np.zeros(scene.shape[:2], np.uint8)
    cv2.line(mask, tuple(int(v) for v in tip), tuple(int(v) for v in root), 255, int(wide), cv2.LINE_AA)
    share = cv2.GaussianBlur(mask, (0, 0), 1.2).astype(np.float32)[:, :, None] / 255
    skin = np.asarray(rng.choice([(214, 168, 138), (186, 136, 104), (150, 104, 78)]), np.float32)
    round_ = cv2.GaussianBlur(mask, (0, 0), wide / 4).astype(np.float32)[:, :, None] / 255
    scene *= 1 - share
    scene += share * skin * (0.7 + 0.3 * round_)


def light(rng: Rng, scene: Scene, *, photo: bool, noise: float) -> npt.NDArray[np.uint8]:
    """The picture as the sensor gives it: uneven light, blur, noise."""
    height, width = scene.shape[:2]
    if photo:
        y, x = np.mgrid[:height, :width].astype(np.float32)
        a = rng.uniform(0, 2 * np.pi)
        slope = (x / width - 0.5) * np.cos(a) + (y / height - 0.5) * np.sin(a)
        scene = scene * (rng.uniform(0.8, 0.95) + rng.uniform(0, 0.35) * slope)[:, :, None]
        scene = cv2.GaussianBlur(scene, (0, 0), rng.uniform(0.6, 1.1))
    else:
        scene = cv2.GaussianBlur(scene, (0, 0), rng.uniform(0.4, 0.8))
    grain = rng.normal(0, noise, (height, width, 1)).astype(np.float32)
    return np.clip(scene + clouds(rng, width, height, 6, 1.2)[:, :, None] + grain + 0.5, 0, 255).astype(np.uint8)
