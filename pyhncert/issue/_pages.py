"""A page becomes the JPEG of the copy and a map of its free area; its pixels are then dropped."""

from __future__ import annotations

import hashlib
import math
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from pyhncert._core import sauvola, shrink
from pyhncert.errors import StorageFault
from pyhncert.issue._act import PageRecord
from pyhncert.issue._faithful import faithful, room
from pyhncert.issue._free import CELL_MM, FreeArea

if TYPE_CHECKING:
    from pyhncert.values import Page, Pixels

__all__ = ["encode_page"]

_CLEAR_MM = 0.3
_RADIUS_MM = 1.27
_LEVEL_K = 0.2
_PAPER = 0.75


def encode_page(page: Page, *, spool: Path | None = None) -> PageRecord:
    """The record of `page`: JPEG stream in memory, or in folder `spool`, and free area; keeps no reference to pixels.

    Raises:
        StorageFault: the spool cannot be written.
    """
    image = np.ascontiguousarray(page.image)
    gray, ink = _ink(image, page.dpi)
    stream = faithful(image, gray, ink, room=room(page.size, page.dpi))
    jpeg: bytes | Path = stream
    if spool is not None:
        jpeg = spool / f"page-{page.number:04d}.jpg"
        try:
            jpeg.write_bytes(stream)
        except OSError as err:
            raise StorageFault(
                f"{jpeg} cannot be written: {err.strerror}", f"không ghi được {jpeg}: {err.strerror}"
            ) from err
    return PageRecord(
        number=page.number,
        scan=page.scan,
        frame=page.frame,
        raw_size=page.raw_size,
        size=page.size,
        dpi=page.dpi,
        dpi_source=page.dpi_source,
        matrix=page.matrix,
        turned=page.turned,
        skew_deg=page.skew_deg,
        jpeg=jpeg,
        sha256=hashlib.sha256(stream).digest(),
        length=len(stream),
        free=free_area(image, ink, page.dpi),
    )


def _ink(image: Pixels, dpi: float) -> tuple[Pixels, Pixels]:
    """Gray of `image` and its mask of ink; k is lower than is usual for reading (0.3), so that pale print counts."""
    gray = np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.uint8)
    return gray, sauvola(gray, window=2 * max(1, round(_RADIUS_MM / 25.4 * dpi)) + 1, k=_LEVEL_K)


def free_area(image: Pixels, ink: Pixels, dpi: float) -> FreeArea:
    """The map of cells in which a mark may lie.

    The mean of a cell of the mask is above zero as soon as one pixel of it is ink.
    """
    factor = min(max(1, round(CELL_MM / 25.4 * dpi)), 16, *image.shape[:2])
    rows, columns = image.shape[0] // factor, image.shape[1] // factor
    whole = ink[: rows * factor, : columns * factor] * np.uint8(255)
    inked = cv2.resize(whole, (columns, rows), interpolation=cv2.INTER_AREA)
    cell_mm = factor / dpi * 25.4
    reach = math.ceil(_CLEAR_MM / cell_mm)
    near = cv2.dilate(inked, np.ones((2 * reach + 1, 2 * reach + 1), np.uint8))
    small = shrink(image, factor)
    paper = np.percentile(small[::4, ::4].reshape(-1, 3), 80, axis=0)
    pale = cv2.inRange(small, np.ceil(_PAPER * paper), (255, 255, 255))
    return FreeArea.of((near == 0) & (pale > 0), cell_mm)
