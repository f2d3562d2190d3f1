"""From a raw picture to the upright pages on it, with their measures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pyhncert import _core
from pyhncert.capture._faults import too_many_pages
from pyhncert.capture._limits import Limits
from pyhncert.capture._marks import marks
from pyhncert.capture._resolution import detail, resolution
from pyhncert.values import Matrix, Measures, Page, Quad, RawPage

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

_SIDES = ("left", "top", "right", "bottom")
# Blur of the edges of letters as a Gaussian's deviation in pixels of 300 dpi: a crisp print, and one past reading.
_CRISP, _LOST = 1.2, 4.2
_DOUBTFUL, _DOUBTFUL_CARD = 0.6, 0.85
"""Certainty of the turn below which a page may stand on its head. No whole page of the test sets that did had more than
0.2; on cards few letters vote, and leaders under them look like marks: an old identity card on its head had 0.76."""
_CARD_MM = 95.0
"""The shorter side of a card or of a passport's page is less."""


def normalise(
    raw: RawPage,
    *,
    number: int | None = None,
    limits: Limits = Limits(),  # noqa: B008  frozen
    stands_on_head: Callable[[npt.NDArray[np.uint8]], bool] | None = None,
) -> tuple[Page, ...]:
    """The upright, straight, cropped pages of `raw` in reading order, each with its measures and resolution.

    A sheet that fills the picture, or whose edges cannot be told from what it lies on, is one page; each sheet on a
    scanner bed or desk becomes a page of its own, so there is always at least one. Pages are numbered from `number`,
    by default that of `raw`; `scan` and `frame` are the same for all.

    Each page is sampled at most once (bicubic); where quarter turns and a crop by whole pixels are enough, or nothing
    has to be done, no pixel changes its value. A page's matrix maps pixels of the picture *in the file* to page
    pixels, and `raw_size` is that picture's size.

    Raises:
        ScanError: with these pages there are more than `limits` allow; none of them has been drawn.
    """
    image = np.ascontiguousarray(raw.image)
    first = raw.number if number is None else number
    sheets = _core.survey(image)
    if first + len(sheets) - 1 > limits.max_pages:
        raise too_many_pages(limits)
    grain = _core.grain(image)
    asked = stands_on_head or (lambda _page: False)
    return tuple(_page(raw, image, grain, found, asked, place=place, first=first) for place, found in enumerate(sheets))


def _page(
    raw: RawPage,
    image: npt.NDArray[np.uint8],
    grain: _core.Grain,
    found: _core.Survey,
    stands_on_head: Callable[[npt.NDArray[np.uint8]], bool],
    *,
    place: int,
    first: int,
) -> Page:
    """The page at `place` of a picture whose first page has the number `first`."""
    page = _drawn(image, found)
    seen = _core.measure(page, found.outline)
    dpi, source = resolution(found.size, raw.dpi, seen.text_height_px)
    small = 25.4 * min(found.size) < _CARD_MM * dpi
    if found.confidence < (_DOUBTFUL_CARD if small else _DOUBTFUL) and stands_on_head(page):
        found = found.turned_over()
        page = np.ascontiguousarray(page[::-1, ::-1])
        seen = _core.measure(page, found.outline)
    matrix = Matrix(found.matrix)
    seen_marks = marks(page, dpi)
    corner = raw.to_file.apply((float(image.shape[1]), float(image.shape[0])))
    origin = raw.to_file.apply((0.0, 0.0))
    cuts = tuple((_SIDES[side], _quad(quad)) for side, quad in seen.cuts)
    return Page(
        number=first + place,
        scan=raw.scan,
        frame=raw.frame,
        image=page,
        raw_size=(round(abs(corner[0] - origin[0])), round(abs(corner[1] - origin[1]))),
        matrix=raw.to_file.inverse().then(matrix),
        turned=90 * found.quarters,
        skew_deg=found.skew_deg,
        dpi=dpi,
        dpi_source=source,
        measures=Measures(
            sharpness=_sharpness(seen.blur_px, dpi),
            ink_share=seen.ink_share,
            contrast=seen.contrast,
            text_height_px=seen.text_height_px,
            cut_edges=tuple(side for side, _ in cuts),
            cut_quads=tuple(quad for _, quad in cuts),
            seal_quads=tuple(seal.quad for seal in seen_marks.seals if seal.colour == "red"),
            papers=found.papers if place == 0 else 1,
            glare_share=seen.glare_share,
            turn_confidence=found.confidence,
            blur_sigma_px=seen.blur_px,
            detail_dpi=detail(dpi, seen.blur_px, grain),
            content_share=seen.content_share,
            shadow_share=seen.shadow_share,
            shadow_depth=seen.shadow_depth,
            noise_levels=grain.noise_sigma,
            blocking_levels=grain.blocking,
            glare_quads=tuple(_quad(quad) for quad in seen.glare),
            shadow_quads=tuple(_quad(quad) for quad in seen.shadows),
            lost_corners=tuple(corner for corner, lost in enumerate(found.lost_corners) if lost),
            edges_unsure=found.unsure and place == 0,
        ),
        marks=seen_marks,
    )


def _drawn(image: npt.NDArray[np.uint8], found: _core.Survey) -> npt.NDArray[np.uint8]:
    if Matrix(found.matrix) == Matrix.identity() and found.size == image.shape[1::-1]:
        return image
    width, height = found.size
    page = np.empty((height, width, 3), np.uint8)
    _core.warp(image, found.matrix, page, fill=found.fill)
    return page


def _quad(quad: Quad) -> Quad:
    a, b, c, d = quad
    return a, b, c, d


def _sharpness(blur_px: float, dpi: float) -> float:
    """1 for a crisp print, 0 where letters run together; a page without edges has nothing that could be blurred.

    Below 300 dpi the scanner's own grain widens edges on paper; that is the resolution's fault and judged there, so
    up to 0.6 pixel of blur is forgiven at any resolution.
    """
    on_paper = max(blur_px, 0.0) * 300 / dpi
    if blur_px <= 0.7:
        return 1.0
    return min(1.0, max(0.0, (_LOST - on_paper) / (_LOST - _CRISP)))
