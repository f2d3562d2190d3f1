"""A page becomes the JPEG of the copy and a map of its free area; its pixels are then dropped.

JPEG: 4:2:0, luma and chroma quality 70, baseline with optimised tables: 36 ms and 0.80 MB for a noisy 300-dpi A4 page
in colour, where the progressive form of the same coefficients takes 83 ms and 0.75 MB and 4:4:4 at quality 60 takes
48 ms and 0.68 MB with 1.5 dB more error on ink (measured on the peer's pages). A page that is larger than `MOST` all
the same is encoded again, progressively and then coarser.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from pyhncert.errors import StorageFault
from pyhncert.issue._act import PageRecord
from pyhncert.issue._free import CELL_MM, FreeArea

if TYPE_CHECKING:
    import numpy.typing as npt

    from pyhncert.values import Page, Pixels

__all__ = ["encode_page"]

MOST = 0.86e6 / (8.27 * 11.69)
"""Bytes a square inch from which a coarser setting is tried: 0.86 MB for an A4 page."""
_LADDER = ((70, 0), (70, 1), (62, 1), (54, 1))
_GROW_MM = 0.3
_WINDOW_MM = 5.0
_LEVEL_K = 0.2
_PAPER = 0.75


def encode_page(page: Page, *, spool: Path | None = None) -> PageRecord:
    """The record of `page`: JPEG stream in memory, or in folder `spool`, and free area; keeps no reference to pixels.

    Raises:
        StorageFault: the spool cannot be written.
    """
    stream = _jpeg(page.image, page.dpi)
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
        free=free_area(page.image, page.dpi),
    )


def _jpeg(image: Pixels, dpi: float) -> bytes:
    """`image` (RGB) as a JPEG stream of at most `MOST` a square inch where the ladder reaches it."""
    bgr = cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
    most = MOST * image.shape[0] * image.shape[1] / dpi**2
    stream = b""
    for quality, progressive in _LADDER:
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


def ink(gray: Pixels, dpi: float) -> npt.NDArray[np.bool_]:
    """Pixels darker than the local Sauvola level, grown by 0.3 mm."""
    window = round(_WINDOW_MM / 25.4 * dpi) | 1
    values = gray.astype(np.float32)
    mean = cv2.boxFilter(values, -1, (window, window))
    square = cv2.sqrBoxFilter(values, cv2.CV_32F, (window, window))
    deviation = np.sqrt(np.maximum(square - mean * mean, 0))
    dark = (values < mean * (1 + _LEVEL_K * (deviation / 128 - 1))).astype(np.uint8)
    reach = int(np.ceil(_GROW_MM / 25.4 * dpi))
    return cv2.dilate(dark, np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)).astype(bool)


def free_area(image: Pixels, dpi: float) -> FreeArea:
    """The map of cells in which a mark may lie."""
    height, width = image.shape[:2]
    rows, columns = int(height / dpi * 25.4 / CELL_MM), int(width / dpi * 25.4 / CELL_MM)
    if not rows or not columns:
        return FreeArea(0, 0, b"")
    taken = ink(np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.uint8), dpi)
    top = _edges(rows, height, dpi)
    left = _edges(columns, width, dpi)
    inked = np.logical_or.reduceat(np.logical_or.reduceat(taken, top, axis=0), left, axis=1)
    small = cv2.resize(image, (columns, rows), interpolation=cv2.INTER_AREA)
    paper = np.percentile(small.reshape(-1, 3), 80, axis=0)
    return FreeArea.of(~inked & (small >= _PAPER * paper).all(axis=2))


def _edges(cells: int, pixels: int, dpi: float) -> npt.NDArray[np.intp]:
    """The first pixel of each cell."""
    return np.minimum((np.arange(cells) * (CELL_MM / 25.4 * dpi)).astype(np.intp), pixels - 1)
