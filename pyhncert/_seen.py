"""What is measured and seen on a page before it is read; `pyhncert.values` gives these values to the rooms."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

Point = tuple[float, float]
Quad = tuple[Point, Point, Point, Point]
"""Four corners, clockwise from the reader's upper left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """What was measured on a page, before anybody read it.

    `sharpness` is 0 (blurred beyond reading) to 1 (crisp); `ink_share` the share of ink pixels; `contrast` the
    distance of ink and paper in gray levels; `text_height_px` the median height of text, 0 where there is none;
    `cut_edges` names the sides (``left`` ``top`` ``right`` ``bottom``) at which ink runs off the page, with the
    places in page pixels in `cut_quads`; `seal_quads` are red round seals; `papers` is, on the first page of a
    picture, how many papers were laid on the glass together (the two sides of one card are one), and 1 elsewhere;
    `glare_share` is the share of the page that a mirrored lamp burnt out, at `glare_quads`; `turn_confidence` (0 to 1)
    says how sure it is which side of the page is up.

    `blur_sigma_px` is the deviation of the blur of edges in page pixels, 0 where there are none; `detail_dpi` the
    resolution at which the picture was taken, less than the page's `dpi` where a program has enlarged it since;
    `content_share` the share of ink that is neither specks nor frames. `shadow_share` of the page is darkened by 15 %
    and more, a quarter of that by `shadow_depth` (0 to 1) and more, at `shadow_quads`. Of the raw picture:
    `noise_levels`, deviation of the paper in gray levels, and `blocking_levels`, by how many gray levels steps are
    higher on the borders of JPEG's 8 x 8 blocks than beside them, flat paper left out.

    `lost_corners` are the corners of the paper (0 upper left, 1 upper right, 2 lower right, 3 lower left) that are
    torn, folded or covered; `edges_unsure` says that something lies on the glass or desk whose edges could not be told.
    """

    sharpness: float
    ink_share: float
    contrast: float
    text_height_px: float
    cut_edges: tuple[str, ...] = ()
    cut_quads: tuple[Quad, ...] = ()
    seal_quads: tuple[Quad, ...] = ()
    papers: int = 1
    glare_share: float = 0.0
    turn_confidence: float = 1.0
    blur_sigma_px: float = 0.0
    detail_dpi: float = math.inf
    content_share: float = 1.0
    shadow_share: float = 0.0
    shadow_depth: float = 0.0
    noise_levels: float = 0.0
    blocking_levels: float = 0.0
    glare_quads: tuple[Quad, ...] = ()
    shadow_quads: tuple[Quad, ...] = ()
    lost_corners: tuple[int, ...] = ()
    edges_unsure: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """A round seal in page pixels; `radius_mm` is on the paper.

    `quality` (0 to 1) says how sure it is, `rim` is the share of the ring that is inked, of what lies on the page, and
    `overlap` the share of the ink of the signature beside it that it covers, 0 without one. `hue_spread` is how
    much the hue of its ink varies from pixel to pixel, as a share of its density; None where that cannot be judged.
    """

    colour: Literal["red", "blue", "black"]
    centre: Point
    radius_px: float
    radius_mm: float
    quality: float
    rim: float
    overlap: float = 0.0
    hue_spread: float | None = None

    @property
    def quad(self) -> Quad:
        """The square around it."""
        (x, y), r = self.centre, self.radius_px
        return ((x - r, y - r), (x + r, y - r), (x + r, y + r), (x - r, y + r))


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A place on a page, in page pixels, and how sure it is, 0 to 1."""

    quad: Quad
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """What a hand put on the paper, as it looks; nothing of it was read.

    `signatures` are handwritten, `portraits` photographs, `stamps` coloured frames with words at any slant, `strikes`
    words with a line through them, `fluid` white patches on tinted paper.
    """

    seals: tuple[Seal, ...] = ()
    signatures: tuple[Region, ...] = ()
    portraits: tuple[Region, ...] = ()
    stamps: tuple[Quad, ...] = ()
    strikes: tuple[Quad, ...] = ()
    fluid: tuple[Quad, ...] = ()
