"""TIFF: all directories and all strips lie inside the file before a pixel is decoded (TIFF 6.0)."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyhncert.capture._faults import check_size, damaged, fault, truncated
from pyhncert.capture._turn import exif_turn

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from pyhncert.capture._limits import Limits
    from pyhncert.values import Matrix

_ORIENTATION = 274
_WIDTH = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
_CODE = {1: "B", 3: "H", 4: "I", 6: "b", 8: "h", 9: "i", 13: "I", 16: "Q", 17: "q", 18: "Q"}


@dataclass(frozen=True, slots=True)
class Header:
    """What the file says of one of its pictures."""

    width: int
    height: int
    dpi: float | None
    orientation: int


@dataclass(frozen=True, slots=True)
class _Layout:
    order: str
    big: bool

    def number(self, data: bytes, at: int, code: str) -> int:
        if at < 0 or at + struct.calcsize(code) > len(data):
            raise IndexError(at)
        return int(struct.unpack_from(self.order + code, data, at)[0])


def check(name: str, data: bytes, limits: Limits) -> tuple[Header, ...]:
    """Walk all directories; each picture's strips or tiles must lie inside the file.

    Raises ScanError for a file that is cut off, damaged, too large or too small, or has too many pages.
    """
    layout = _Layout("<" if data[:2] == b"II" else ">", data[2:4] in (b"+\0", b"\0+"))
    try:
        return _walk(name, data, layout, limits)
    except (IndexError, struct.error) as err:
        raise truncated(name, "TIFF") from err


def _walk(name: str, data: bytes, layout: _Layout, limits: Limits) -> tuple[Header, ...]:
    offset_code, count_code, entry_size = ("Q", "Q", 20) if layout.big else ("I", "H", 12)
    at = layout.number(data, 8 if layout.big else 4, offset_code)
    headers: list[Header] = []
    seen = set()
    while at:
        if at in seen or len(headers) >= limits.max_pages:
            raise fault(
                name,
                f"more than {limits.max_pages} pages, or pages in a circle",
                f"nhiều hơn {limits.max_pages} trang hoặc các trang lặp vòng",
                ("hand in fewer pages at a time", "hãy nộp ít trang hơn mỗi lần"),
            )
        seen.add(at)
        count = layout.number(data, at, count_code)
        first = at + struct.calcsize(count_code)
        tags = {}
        for i in range(count):
            entry = first + i * entry_size
            tags[layout.number(data, entry, "H")] = entry
        if layout.number(data, first + count * entry_size, offset_code) and first + count * entry_size > len(data):
            raise IndexError(at)
        headers.append(_picture(name, data, layout, tags, limits))
        at = layout.number(data, first + count * entry_size, offset_code)
    if not headers:
        raise damaged(name, "TIFF")
    return tuple(headers)


def _picture(name: str, data: bytes, layout: _Layout, tags: dict[int, int], limits: Limits) -> Header:
    width, height = (_values(data, layout, tags, tag)[:1] for tag in (256, 257))
    if not width or not height:
        raise damaged(name, "TIFF")
    check_size(name, int(width[0]), int(height[0]), limits)
    starts = _values(data, layout, tags, 273) or _values(data, layout, tags, 324)
    lengths = _values(data, layout, tags, 279) or _values(data, layout, tags, 325)
    if not starts or len(starts) != len(lengths):
        raise damaged(name, "TIFF")
    if any(start + length > len(data) for start, length in zip(starts, lengths, strict=True)):
        raise truncated(name, "TIFF")
    across, down = (_values(data, layout, tags, tag)[:1] for tag in (282, 283))
    unit = (_values(data, layout, tags, 296) or (2,))[0]
    dpi = None
    if across and down and unit in (2, 3) and across[0] > 0 and abs(across[0] - down[0]) < 0.01 * across[0]:
        dpi = across[0] * (2.54 if unit == 3 else 1.0)
    orientation = int((_values(data, layout, tags, _ORIENTATION) or (1,))[0])
    return Header(int(width[0]), int(height[0]), dpi, orientation)


def _values(data: bytes, layout: _Layout, tags: dict[int, int], tag: int) -> tuple[float, ...]:
    """The numbers of one entry; empty where there is none."""
    if tag not in tags:
        return ()
    entry = tags[tag]
    kind = layout.number(data, entry + 2, "H")
    count = layout.number(data, entry + 4, "Q" if layout.big else "I")
    inline = entry + (12 if layout.big else 8)
    size = _WIDTH.get(kind, 1) * count
    start = inline if size <= (8 if layout.big else 4) else layout.number(data, inline, "Q" if layout.big else "I")
    if start + size > len(data):
        raise IndexError(start)
    if kind in (5, 10):
        pair = struct.unpack_from(f"{layout.order}{2 * count}{'I' if kind == 5 else 'i'}", data, start)
        return tuple(a / b if b else 0.0 for a, b in zip(pair[::2], pair[1::2], strict=True))
    if kind not in _CODE:
        return ()
    return struct.unpack_from(f"{layout.order}{count}{_CODE[kind]}", data, start)


def picture(name: str, data: bytes, frame: int, header: Header) -> tuple[npt.NDArray[np.uint8], float | None, Matrix]:
    """Picture `frame` (from 0) as it is seen, its resolution, and the way back to stored pixels."""
    from pyhncert.capture._pillow import FOREIGN, open_tiff, rgb  # noqa: PLC0415  rare

    turn = exif_turn(header.orientation)
    with open_tiff(name, data) as image:
        try:
            image.seek(frame)
        except FOREIGN as err:
            raise damaged(name, "TIFF") from err
        if sorted(image.size) != sorted((header.width, header.height)):  # Pillow may have turned it already
            raise damaged(name, "TIFF")
        pixels = rgb(name, "TIFF", image)
        if _ORIENTATION in image.tag_v2 and header.orientation != 1:  # else Pillow has turned it by itself
            pixels = turn.image(pixels)
    return pixels, header.dpi, turn.to_file(pixels.shape[1], pixels.shape[0])
