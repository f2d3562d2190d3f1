"""JPEG: every marker up to the end of the picture is there before a pixel is decoded (ITU-T T.81, annex B)."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pyhncert.capture import _exif
from pyhncert.capture._faults import ANOTHER, check_size, damaged, fault, truncated

if TYPE_CHECKING:
    import numpy.typing as npt

    from pyhncert.capture._limits import Limits

_SIZES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_MARKER = re.compile(rb"\xff+[^\x00\xd0-\xd7\xff]")  # not a stuffed zero, not a restart, not a fill byte


@dataclass(frozen=True, slots=True)
class Header:
    """What the file says of its picture."""

    width: int
    height: int
    components: int
    dpi: float | None
    orientation: int
    adobe: int | None


@dataclass(slots=True)
class _Notes:
    """What was noted on the way through the segments."""

    size: tuple[int, int, int] | None = None
    dpi: float | None = None
    exif_dpi: float | None = None
    orientation: int = 1
    adobe: int | None = None
    scans: int = 0


def check(name: str, data: bytes, limits: Limits) -> Header:
    """Walk all segments and scans up to EOI.

    Raises ScanError for a file that is cut off, damaged, too large or too small.
    """
    notes = _Notes()
    position = 2
    while True:
        found = _MARKER.search(data, position)
        if found is None:
            raise truncated(name, "JPEG")
        marker = data[found.end() - 1]
        position = found.end()
        if marker == 0xD9:
            break
        if marker in (0xD8, 0x01):
            continue
        if position + 2 > len(data):
            raise truncated(name, "JPEG")
        (length,) = struct.unpack_from(">H", data, position)
        if length < 2:
            raise damaged(name, "JPEG")
        if position + length > len(data):
            raise truncated(name, "JPEG")
        _note(name, marker, data[position + 2 : position + length], limits, notes)
        position += length
    if notes.size is None or not notes.scans:
        raise damaged(name, "JPEG")
    return Header(*notes.size, notes.dpi or notes.exif_dpi, notes.orientation, notes.adobe)


def _note(name: str, marker: int, body: bytes, limits: Limits, notes: _Notes) -> None:
    if marker in _SIZES and notes.size is None:
        if len(body) < 6:
            raise damaged(name, "JPEG")
        bits, height, width, components = struct.unpack_from(">BHHB", body)
        check_size(name, width, height, limits)
        if bits != 8 or components not in (1, 3, 4) or marker not in (0xC0, 0xC1, 0xC2):
            raise fault(name, "this kind of JPEG is not supported", "không hỗ trợ loại JPEG này", ANOTHER)
        notes.size = width, height, components
    elif marker == 0xE0 and body.startswith(b"JFIF\0") and len(body) >= 12:
        unit, across, down = struct.unpack_from(">BHH", body, 7)
        if unit in (1, 2) and across == down and across:
            notes.dpi = across * (2.54 if unit == 2 else 1.0)
    elif marker == 0xE1 and body.startswith(b"Exif\0\0"):
        notes.orientation, notes.exif_dpi = _exif.orientation(body[6:]), _exif.resolution(body[6:])
    elif marker == 0xEE and body.startswith(b"Adobe") and len(body) >= 12:
        notes.adobe = body[11]
    elif marker == 0xDA:
        notes.scans += 1


def decode(name: str, data: bytes, header: Header) -> npt.NDArray[np.uint8]:
    """The picture as stored, (height, width, 3) RGB; CMYK and Adobe's inverted CMYK become RGB."""
    if header.components == 4:
        from pyhncert.capture._pillow import open_jpeg, rgb  # noqa: PLC0415  rare

        return rgb(name, "JPEG", open_jpeg(name, data))
    import cv2  # noqa: PLC0415  slow to load, of no use for PNG

    flags = cv2.IMREAD_COLOR_RGB | cv2.IMREAD_IGNORE_ORIENTATION
    try:
        image = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    except cv2.error as err:
        raise damaged(name, "JPEG") from err
    if image is None or image.shape[:2] != (header.height, header.width):
        raise damaged(name, "JPEG")
    return image.astype(np.uint8, copy=False)
