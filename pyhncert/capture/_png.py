"""PNG: every chunk is there and unhurt before a pixel is decoded (W3C PNG, third edition)."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pyhncert import _core
from pyhncert.capture._faults import check_size, damaged, truncated
from pyhncert.errors import ScanError

if TYPE_CHECKING:
    import numpy.typing as npt

    from pyhncert.capture._limits import Limits

SIGNATURE = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True, slots=True)
class Header:
    """What the file says of its picture."""

    width: int
    height: int
    dpi: float | None
    orientation: int


def check(name: str, data: bytes, limits: Limits) -> Header:
    """Walk all chunks with their checksums up to IEND.

    Raises ScanError for a file that is cut off, damaged, too large or too small.
    """
    view = memoryview(data)
    position, header, dpi, orientation, has_pixels = len(SIGNATURE), None, None, 1, False
    while True:
        if position + 12 > len(data):
            raise truncated(name, "PNG")
        length, kind = struct.unpack_from(">I4s", data, position)
        end = position + 12 + length
        if end > len(data):
            raise truncated(name, "PNG")
        if header is None:
            if kind != b"IHDR" or length != 13:
                raise damaged(name, "PNG")
            width, height = struct.unpack_from(">II", data, position + 8)
            header = (width, height)
            check_size(name, width, height, limits)  # before the checksums of a bomb are worked out
        if zlib.crc32(view[position + 4 : end - 4]) != int.from_bytes(view[end - 4 : end]):
            raise damaged(name, "PNG")
        body = position + 8
        if kind == b"pHYs" and length == 9:
            across, down, unit = struct.unpack_from(">IIB", data, body)
            if unit == 1 and across == down:
                dpi = across * 0.0254
        elif kind == b"eXIf":
            from pyhncert.capture._exif import orientation as read_orientation  # noqa: PLC0415  rare

            orientation = read_orientation(data[body : end - 4])
        elif kind == b"IDAT":
            has_pixels = True
        elif kind == b"IEND":
            break
        position = end
    if not has_pixels:
        raise damaged(name, "PNG")
    return Header(header[0], header[1], dpi, orientation)


def decode(name: str, data: bytes, header: Header) -> npt.NDArray[np.uint8]:
    """The picture as (height, width, 3) RGB: 16 bits cut to 8, palette and gray spread out, alpha laid on white."""
    image = np.empty((header.height, header.width, 3), np.uint8)
    try:
        _core.png_decode(data, image)
    except ScanError as err:
        raise damaged(name, "PNG") from err
    return image
