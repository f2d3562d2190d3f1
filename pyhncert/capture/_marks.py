"""Marks of a page: seals, signatures, photographs, stamps, corrections."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyhncert import _core
from pyhncert.values import Marks, Region, Seal

if TYPE_CHECKING:
    from pyhncert.values import Pixels


def marks(image: Pixels, dpi: float) -> Marks:
    """The marks on an upright page (height, width, 3) of `dpi`."""
    found = _core.find_marks(image, dpi)
    return Marks(
        seals=tuple(
            Seal(
                colour=seal.colour,
                centre=seal.centre,
                radius_px=seal.radius,
                radius_mm=seal.radius / dpi * 25.4,
                quality=seal.quality,
                rim=seal.rim,
                overlap=seal.overlap,
                hue_spread=seal.hue_spread,
            )
            for seal in found.seals
        ),
        signatures=tuple(Region(quad=quad, confidence=sure) for quad, sure, _ in found.signatures),
        portraits=tuple(Region(quad=quad, confidence=sure) for quad, sure in found.portraits),
        stamps=tuple(found.stamps),
        strikes=tuple(found.strikes),
        fluid=tuple(found.fluid),
    )
