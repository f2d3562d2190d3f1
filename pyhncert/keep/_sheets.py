"""Sheets of paper as one PDF/A: pages of one size, filled one after the other, so memory stays flat."""

from __future__ import annotations

import datetime as dt
import hashlib
import io

from pyhncert.issue._draw import MM, Canvas, Cases
from pyhncert.issue._font import Font
from pyhncert.issue._pdfa import srgb_profile, write_font, xmp
from pyhncert.issue._write import Writer, number


class Sheets:
    """Draw on `canvas`, `flush` each page, `finish` the file; the same drawing gives the same bytes.

    `resize` an empty page where it is to have another size than the one before.
    """

    def __init__(self, font: Font, width_mm: float, height_mm: float, *, now: dt.datetime) -> None:
        self.width_mm, self.height_mm, self.now = width_mm, height_mm, now
        self._out = io.BytesIO()
        self._pdf = Writer(self._out)
        self._root, self._tree, self._fonts = self._pdf.reserve(), self._pdf.reserve(), self._pdf.reserve()
        self._cases = Cases(font)
        self._kids: list[int] = []
        self._seal = hashlib.sha256()
        self._images: dict[str, int] = {}
        self.canvas = Canvas(self._cases, height_mm)

    def __len__(self) -> int:
        """How many pages are full."""
        return len(self._kids)

    def resize(self, width_mm: float, height_mm: float) -> None:
        """Give the page that is still empty, and those after it, another size."""
        self.width_mm, self.height_mm = width_mm, height_mm
        self.canvas = Canvas(self._cases, height_mm)

    def jpeg(  # noqa: PLR0917  a picture and its box
        self, data: bytes, size: tuple[int, int], x: float, y: float, width: float, height: float
    ) -> None:
        """A JPEG in colour, `size` pixels wide and high, in a box of millimetres from the upper left corner."""
        name = f"I{len(self._images) + 1}"
        self._images[name] = self._pdf.stream(
            f"/Type /XObject /Subtype /Image /Width {size[0]} /Height {size[1]}"
            " /ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /DCTDecode",
            data,
            deflate=False,
        )
        self._seal.update(data)
        self.canvas.picture(name, x, y, width, height)

    def flush(self) -> None:
        """Put the page away and begin the next."""
        content = self.canvas.content.encode("ascii")
        self._seal.update(content)
        stream = self._pdf.stream("", content)
        box = f"[0 0 {number(self.width_mm * MM)} {number(self.height_mm * MM)}]"
        self._kids.append(
            self._pdf.put(
                f"<</Type /Page /Parent {self._tree} 0 R /MediaBox {box} /Contents {stream} 0 R"
                f" /Resources <</Font {self._fonts} 0 R{self._pictures()}>>>>"
            )
        )
        self._images = {}
        self.canvas = Canvas(self._cases, self.height_mm)

    def _pictures(self) -> str:
        """The entry of the page's images, if it has any."""
        objects = " ".join(f"/{name} {key} 0 R" for name, key in self._images.items())
        return f" /XObject <<{objects}>>" if objects else ""

    def finish(self, *, title: str, author: str, description: str) -> bytes:
        """Fonts, page tree, catalogue: the whole file."""
        pdf = self._pdf
        entries = [
            f"/{name} {write_font(pdf, made)} 0 R"
            for name, case in (("F1", self._cases.regular), ("F2", self._cases.bold))
            if (made := case.subset()) is not None
        ]
        pdf.put(f"<<{' '.join(entries)}>>", self._fonts)
        kids = " ".join(f"{kid} 0 R" for kid in self._kids)
        pdf.put(f"<</Type /Pages /Kids [{kids}] /Count {len(self._kids)}>>", self._tree)
        packet = xmp(title=title, author=author, description=description, when=self.now, tool="pyhncert")
        metadata = pdf.stream("/Type /Metadata /Subtype /XML", packet, deflate=False)
        colours = pdf.stream("/N 3 /Alternate /DeviceRGB", srgb_profile())
        pdf.put(
            f"<</Type /Catalog /Version /1.7 /Pages {self._tree} 0 R /Lang (vi-VN) /Metadata {metadata} 0 R"
            " /ViewerPreferences <</DisplayDocTitle true>>"
            " /OutputIntents [<</Type /OutputIntent /S /GTS_PDFA1 /OutputConditionIdentifier (sRGB)"
            f" /Info (sRGB IEC61966-2-1) /DestOutputProfile {colours} 0 R>>]>>",
            self._root,
        )
        pdf.finish(self._root, self._seal.digest()[:16])
        return self._out.getvalue()
