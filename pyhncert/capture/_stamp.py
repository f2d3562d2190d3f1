"""Pixels as PNG, and the resolution written into a file's head where the device left it out; pixels are not touched."""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

from pyhncert.capture import _jpeg, _png
from pyhncert.capture._limits import Limits

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_JFIF = b"\xff\xe0\x00\x10JFIF\x00"
_IHDR_END = len(_png.SIGNATURE) + 25


def png(pixels: npt.NDArray[np.uint8], dpi: int) -> bytes:
    """`pixels`, (height, width) gray or (height, width, 3) RGB, as a PNG that says `dpi`; runs only, for speed."""
    import cv2  # noqa: PLC0415  slow to load, only for scanners that hand out pixels

    shown = cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR) if pixels.ndim == 3 else pixels
    how = [cv2.IMWRITE_PNG_COMPRESSION, 1, cv2.IMWRITE_PNG_STRATEGY, cv2.IMWRITE_PNG_STRATEGY_RLE]
    _, data = cv2.imencode(".png", shown, how)
    return _with_phys(data.tobytes(), dpi)


def with_dpi(name: str, media_type: str, data: bytes, dpi: int, limits: Limits) -> bytes:
    """`data` with `dpi` in its head, unless it says a resolution of its own that is no program's default.

    A JPEG of Adobe's kind without JFIF stays as it is: a JFIF head would change the meaning of its colours.
    """
    if media_type == "image/png":
        return data if _says(_png.check(name, data, limits).dpi) else _with_phys(data, dpi)
    if media_type == "image/jpeg":
        header = _jpeg.check(name, data, limits)
        return data if _says(header.dpi) else _with_jfif(data, dpi, adobe=header.adobe is not None)
    return data


def _says(dpi: float | None) -> bool:
    return dpi is not None and dpi > 20 and round(dpi) not in (72, 96)


def _with_phys(data: bytes, dpi: int) -> bytes:
    """A pHYs chunk behind IHDR; one that is there is taken out (PNG, 11.3.5.3)."""
    per_metre = round(dpi / 0.0254)
    body = b"pHYs" + struct.pack(">IIB", per_metre, per_metre, 1)
    chunk = struct.pack(">I", 9) + body + struct.pack(">I", zlib.crc32(body))
    parts, at = [data[:_IHDR_END], chunk], _IHDR_END
    while at < len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        if kind == b"IDAT":
            parts.append(data[at:])
            break
        if kind != b"pHYs":
            parts.append(data[at : at + 12 + length])
        at += 12 + length
    return b"".join(parts)


def _with_jfif(data: bytes, dpi: int, *, adobe: bool) -> bytes:
    """The density of the JFIF segment, or such a segment in front (ITU-T T.871, 10.1)."""
    density = struct.pack(">BHH", 1, dpi, dpi)
    if data[2:4] == _JFIF[:2] and data[6:11] == _JFIF[4:]:
        return data[:13] + density + data[18:]
    if adobe:
        return data
    return data[:2] + _JFIF + b"\x01\x02" + density + b"\0\0" + data[2:]
