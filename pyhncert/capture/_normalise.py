"""From a raw picture to an upright page (first form: measures are placeholders)."""

from __future__ import annotations

from pyhncert.values import Measures, Page, RawPage


def normalise(raw: RawPage) -> Page:
    """The upright, straight, cropped page of `raw`, with its measures and its effective resolution."""
    height, width = raw.image.shape[:2]
    to_page = raw.to_file.inverse()
    return Page(
        number=raw.number,
        scan=raw.scan,
        frame=raw.frame,
        image=raw.image,
        raw_size=(width, height),
        matrix=to_page,
        turned=0,
        skew_deg=0.0,
        dpi=raw.dpi or 300.0,
        dpi_source="file" if raw.dpi else "paper",
        measures=Measures(sharpness=1.0, ink_share=0.05, contrast=200.0, text_height_px=24.0),
    )
