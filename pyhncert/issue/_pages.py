"""A page becomes the JPEG of the copy and a map of its free area; its pixels are then dropped.

JPEG: 4:2:0 at quality 68, baseline with optimised tables: 36 ms and 0.76 MB for a noisy 300-dpi A4 page in colour (the
peer's pages), 30 dB on its ink. The progressive form of the same coefficients saves 7 % for 50 ms more; 4:4:4 at
quality 60 takes 48 ms and 0.68 MB with 1.5 dB more error on ink, where reading happens. A page that is larger than
`MOST` (dense print on rough paper) is encoded once more, progressive and coarser.
"""

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
from pyhncert.issue._free import CELL_MM, FreeArea

if TYPE_CHECKING:
    from pyhncert.values import Page, Pixels

__all__ = ["encode_page"]

MOST = 0.9e6 / (8.27 * 11.69)
"""Bytes a square inch from which the coarser setting is used: 0.9 MB for an A4 page."""
_SETTINGS = ((68, 0), (60, 1))
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
    stream = _jpeg(image, page.dpi)
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
        free=free_area(image, page.dpi),
    )


def _jpeg(image: Pixels, dpi: float) -> bytes:
    """`image` (RGB) as a JPEG stream of at most `MOST` a square inch where the settings reach that."""
    bgr = cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
    most = MOST * image.shape[0] * image.shape[1] / dpi**2
    stream = b""
    for quality, progressive in _SETTINGS:
        settings = [
            cv2.IMWRITE_JPEG_QUALITY,
            quality,
            cv2.IMWRITE_JPEG_OPTIMIZE,
            1,
            cv2.IMWRITE_JPEG_PROGRESSIVE,
            progressive,
            cv2.IMWRITE_JPEG_SAMPLING_FACTOR,
            cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420,
        ]
        stream = cv2.imencode(".jpg", bgr, settings)[1].tobytes()
        if len(stream) <= most:
            break
    return stream


def free_area(image: Pixels, dpi: float) -> FreeArea:
    """The map of cells in which a mark may lie.

    k is lower than is usual for reading (0.3), so that pale print counts as ink too. The mean of a cell of the mask is
    above zero as soon as one pixel of it is ink.
    """
    factor = min(max(1, round(CELL_MM / 25.4 * dpi)), 16, *image.shape[:2])
    level = np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.uint8)
    dark = sauvola(level, window=2 * max(1, round(_RADIUS_MM / 25.4 * dpi)) + 1, k=_LEVEL_K)
    rows, columns = image.shape[0] // factor, image.shape[1] // factor
    whole = dark[: rows * factor, : columns * factor] * np.uint8(255)
    inked = cv2.resize(whole, (columns, rows), interpolation=cv2.INTER_AREA)
    cell_mm = factor / dpi * 25.4
    reach = math.ceil(_CLEAR_MM / cell_mm)
    near = cv2.dilate(inked, np.ones((2 * reach + 1, 2 * reach + 1), np.uint8))
    small = shrink(image, factor)
    paper = np.percentile(small[::4, ::4].reshape(-1, 3), 80, axis=0)
    pale = cv2.inRange(small, np.ceil(_PAPER * paper), (255, 255, 255))
    return FreeArea.of((near == 0) & (pale > 0), cell_mm)
