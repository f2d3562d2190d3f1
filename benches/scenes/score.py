"""How well the papers of a scene are found: overlap of quads, and what is said where one is missed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from pyhncert import capture
from pyhncert.values import Matrix, Page, RawPage

from .lay import Quad
from .plan import Scene

FOUND = 0.95


@dataclass(frozen=True)
class Score:
    """For one scene: the best overlap (intersection over union) of each paper, pages too many, whether a word is said.

    `said` holds where any finding about edges, corners or the number of papers is raised (`pyhncert.check`).
    """

    scene: Scene
    overlaps: tuple[float, ...]
    extra: int
    said: bool

    @property
    def missed(self) -> int:
        """Papers below `FOUND`."""
        return sum(overlap < FOUND for overlap in self.overlaps)


def overlap(a: Quad, b: Quad) -> float:
    """Intersection over union of two convex quads."""
    one, two = (np.asarray(q, np.float32) for q in (a, b))
    common, _ = cv2.intersectConvexConvex(one, two)
    both = cv2.contourArea(one) + cv2.contourArea(two) - common
    return float(common / both) if both else 0.0


def in_raw(page: Page) -> Quad:
    """The corners of a page in raw pixels."""
    w, h = page.size
    return np.array(page.matrix.inverse().quad(((0.0, 0.0), (w, 0.0), (w, h), (0.0, h))))


def outside(pages: Sequence[Page], print_: npt.NDArray[np.bool_]) -> float:
    """The share of the print of a scan, (height, width) booleans, that lies on none of its pages."""
    kept = np.zeros(print_.shape, np.uint8)
    for page in pages:
        cv2.fillConvexPoly(kept, np.round(in_raw(page)).astype(np.int32), 1)
    return float((print_ & (kept == 0)).sum() / max(1, print_.sum()))


def _shown(quad: Quad, size: tuple[int, int]) -> Quad:
    """What the scan shows of a quad."""
    w, h = size
    frame = np.array([[0, 0], [w, 0], [w, h], [0, h]], np.float32)
    _, part = cv2.intersectConvexConvex(np.asarray(quad, np.float32), frame)
    return np.asarray(part, np.float64).reshape(-1, 2)


def pages(scene: Scene) -> tuple[Page, ...]:
    """The scene, normalised."""
    return capture.normalise(
        RawPage(number=1, scan=0, frame=0, image=scene.image, dpi=float(scene.dpi), to_file=Matrix.identity())
    )


def score(scene: Scene, found: Sequence[Page] | None = None) -> Score:
    """How well the papers of `scene` are found."""
    found = pages(scene) if found is None else found
    size = (scene.image.shape[1], scene.image.shape[0])
    whole = np.array([[0, 0], [size[0], 0], [size[0], size[1]], [0, size[1]]], np.float64)
    truth = [whole] if scene.fills else [_shown(quad, size) for quad in scene.quads]
    seen = [_shown(in_raw(page), size) for page in found]
    told = (page.measures for page in found)
    return Score(
        scene,
        tuple(max(overlap(quad, other) for other in seen) for quad in truth),
        max(0, len(found) - len(truth)),
        any(m.edges_unsure or m.lost_corners or m.papers > 1 for m in told),
    )
