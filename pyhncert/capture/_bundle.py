"""Scanned pages as one PDF, written while they come: a page is on its way out before the next is scanned.

JPEG data go in as they are (DCTDecode), PNG data too (FlateDecode with PNG predictors, ISO 32000-1, 7.4.4.4); what
PDF cannot take so (palettes, alpha, interlacing, CMYK, a PDF itself) goes in pixel by pixel, without loss.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from pyhncert.capture import _jpeg, _png
from pyhncert.capture._limits import Limits
from pyhncert.capture._pages import raw_pages
from pyhncert.values import Scan

_POINTS = 72.0


class Sink(Protocol):
    """Where the PDF goes; it is never read or wound back."""

    def write(self, data: bytes, /) -> object:
        """Take all of `data`."""


@dataclass(frozen=True, slots=True)
class _Picture:
    """A picture as a PDF stream: its size, the rest of its dictionary, its bytes, its resolution."""

    width: int
    height: int
    rest: str
    data: bytes
    dpi: float


class Bundle:
    """A PDF in the making; only `finish` makes it one, so that a scan that broke off is never taken for a whole."""

    def __init__(self, sink: Sink, *, limits: Limits = Limits()) -> None:  # noqa: B008  frozen
        self._sink = sink
        self._limits = limits
        self._at = 0
        self._offsets: dict[int, int] = {}
        self._pages: list[int] = []
        self._next = 3  # 1 is the catalogue, 2 the page tree
        self._put(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")

    def add(self, scan: Scan, *, dpi: float) -> None:
        """Write the pages of `scan`; `dpi` holds where it says none itself."""
        for picture in _pictures(scan, dpi, self._limits):
            page, content, image = self._next, self._next + 1, self._next + 2
            self._next += 3
            width, height = (f"{side / picture.dpi * _POINTS:.4f}" for side in (picture.width, picture.height))
            size = f"/Width {picture.width} /Height {picture.height}"
            self._stream(image, f"/Type /XObject /Subtype /Image {size} {picture.rest}", picture.data)
            self._stream(content, "", f"q {width} 0 0 {height} 0 0 cm /P Do Q".encode("ascii"))
            self._object(
                page,
                f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {width} {height}] /Contents {content} 0 R"
                f" /Resources << /XObject << /P {image} 0 R >> >> >>",
            )
            self._pages.append(page)

    def finish(self) -> None:
        """Write what makes it a PDF."""
        kids = " ".join(f"{page} 0 R" for page in self._pages)
        self._object(2, f"<< /Type /Pages /Count {len(self._pages)} /Kids [{kids}] >>")
        self._object(1, "<< /Type /Catalog /Pages 2 0 R >>")
        start, count = self._at, len(self._offsets) + 1
        rows = "".join(f"{self._offsets[n]:010d} 00000 n \n" for n in range(1, count))
        tail = f"trailer\n<< /Size {count} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n"
        self._put(f"xref\n0 {count}\n0000000000 65535 f \n{rows}{tail}".encode("ascii"))

    def _stream(self, number: int, rest: str, data: bytes) -> None:
        self._begin(number)
        self._put(f"<< {rest} /Length {len(data)} >>\nstream\n".encode("ascii"))
        self._put(data)
        self._put(b"\nendstream\nendobj\n")

    def _object(self, number: int, text: str) -> None:
        self._begin(number)
        self._put(f"{text}\nendobj\n".encode("ascii"))

    def _begin(self, number: int) -> None:
        self._offsets[number] = self._at
        self._put(f"{number} 0 obj\n".encode("ascii"))

    def _put(self, data: bytes) -> None:
        self._sink.write(data)
        self._at += len(data)


def _pictures(scan: Scan, dpi: float, limits: Limits) -> Iterator[_Picture]:
    found = _as_it_is(scan, dpi, limits)
    if found is not None:
        yield found
        return
    for page in raw_pages([scan], limits=limits):
        height, width = page.image.shape[:2]
        rest = "/ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /FlateDecode"
        yield _Picture(width, height, rest, zlib.compress(page.image.tobytes(), 1), page.dpi or dpi)


def _as_it_is(scan: Scan, dpi: float, limits: Limits) -> _Picture | None:
    if scan.media_type == "image/jpeg":
        jpeg = _jpeg.check(scan.name, scan.data, limits)
        space = {1: "/DeviceGray", 3: "/DeviceRGB"}.get(jpeg.components)
        if space is None or jpeg.orientation != 1:
            return None
        rest = f"/ColorSpace {space} /BitsPerComponent 8 /Filter /DCTDecode"
        return _Picture(jpeg.width, jpeg.height, rest, scan.data, jpeg.dpi or dpi)
    if scan.media_type == "image/png":
        png = _png.check(scan.name, scan.data, limits)
        bits, kind, _, _, interlaced = struct.unpack_from(">BBBBB", scan.data, 24)
        colours = {0: 1, 2: 3}.get(kind)
        if colours is None or bits > 8 or interlaced or png.orientation != 1 or b"tRNS" in scan.data[:4096]:
            return None
        rest = (
            f"/ColorSpace {'/DeviceGray' if colours == 1 else '/DeviceRGB'} /BitsPerComponent {bits}"
            f" /Filter /FlateDecode /DecodeParms << /Predictor 15 /Colors {colours} /BitsPerComponent {bits}"
            f" /Columns {png.width} >>"
        )
        return _Picture(png.width, png.height, rest, b"".join(_idat(scan.data)), png.dpi or dpi)
    return None


def _idat(data: bytes) -> Iterator[memoryview]:
    view, at = memoryview(data), len(_png.SIGNATURE)
    while at < len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        if kind == b"IDAT":
            yield view[at + 8 : at + 8 + length]
        at += 12 + length
