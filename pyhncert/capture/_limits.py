"""How much a scan may ask of us."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of one scan; beyond them it is refused before any pixel is decoded.

    `max_pixels` a page (A3 at 600 dpi has 70 million, A2 140), `min_side_px` the shortest side that can be a paper,
    `max_bytes` of the file, `max_pages` of all scans of one original together, counted
    as pictures before they are decoded and as the pages that lie on them after.
    """

    max_pixels: int = 200_000_000
    min_side_px: int = 200
    max_bytes: int = 512 * 1024 * 1024
    max_pages: int = 1000

    def __post_init__(self) -> None:
        if min(self.max_pixels, self.min_side_px, self.max_bytes, self.max_pages) < 1:
            raise ValueError("limits are at least 1")
