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


def check(name: str, data: bytes, limits: Limits) -> Header:
    """Walk all segments and scans up to EOI.

    Raises ScanError for a file that is cut off, damaged, too large or too small.
    """
    position, size, dpi, exif_dpi, orientation, adobe, scans = 2, None, None, None, 1, None, 0
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
        body, position = position + 2, position + length
        if length < 2:
            raise damaged(name, "JPEG")
        if position > len(data):
            raise truncated(name, "JPEG")
        if marker in _SIZES and size is None:
            if length < 8:
                raise damaged(name, "JPEG")
            bits, height, width, components = struct.unpack_from(">BHHB", data, body)
            check_size(name, width, height, limits)
            if bits != 8 or components not in (1, 3, 4) or marker not in (0xC0, 0xC1, 0xC2):
                raise fault(name, "this kind of JPEG is not supported", "không hỗ trợ loại JPEG này", ANOTHER)
            size = width, height, components
        elif marker == 0xE0 and data[body : body + 5] == b"JFIF\0" and length >= 14:
            unit, across, down = struct.unpack_from(">BHH", data, body + 7)
            if unit in (1, 2) and across == down and across:
                dpi = across * (2.54 if unit == 2 else 1.0)
        elif marker == 0xE1 and data[body : body + 6] == b"Exif\0\0":
            tiff = data[body + 6 : position]
            orientation, exif_dpi = _exif.orientation(tiff), _exif.resolution(tiff)
        elif marker == 0xEE and data[body : body + 5] == b"Adobe" and length >= 14:
            adobe = data[body + 11]
        elif marker == 0xDA:
            scans += 1
    if size is None or not scans:
        raise damaged(name, "JPEG")
    return Header(*size, dpi or exif_dpi, orientation, adobe)


def decode(name: str, data: bytes, header: Header) -> npt.NDArray[np.uint8]:
    """The picture as stored, (height, width, 3) RGB; CMYK and Adobe's inverted CMYK become RGB."""
    if header.components == 4:
        from pyhncert.capture._pillow import open_jpeg, rgb  # noqa: PLC0415  rare

        return rgb(name, "JPEG", open_jpeg(name, data))
    import cv2  # noqa: PLC0415  slow to load, of no use for PNG

    flags = cv2.IMREAD_COLOR_RGB | cv2.IMREAD_IGNORE_ORIENTATION
    image = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    if image is None or image.shape[:2] != (header.height, header.width):
        raise damaged(name, "JPEG")
    return image.astype(np.uint8, copy=False)
