"""Revision 1 of a copy: PDF/A-3u with the pages, what was read, the marks, act.json, and two empty signature fields."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

from pyhncert.errors import StorageFault
from pyhncert.issue._act import Act, PageRecord, content_digest
from pyhncert.issue._draw import MM, Cases
from pyhncert.issue._font import Font
from pyhncert.issue._layout import Sheet, lay_out
from pyhncert.issue._pdfa import pdf_date, srgb_profile, write_font, xmp
from pyhncert.issue._pictures import Picture, read_picture
from pyhncert.issue._qr import QUIET, modules
from pyhncert.issue._text import invisible
from pyhncert.issue._wording import wording
from pyhncert.issue._write import Writer, number, text_string

__all__ = ["compose", "compose_into"]

_TOOL = "pyhncert"
_FIELDS = ("Officer", "Agency")


def compose(
    act: Act,
    *,
    act_bytes: bytes,
    font: Font,
    url: str,
    verify_url: str,
    profile: str = "certified",
    officer_picture: Path | None = None,
    seal_picture: Path | None = None,
    seal_mm: float | None = None,
) -> bytes:
    """The bytes of revision 1; see `compose_into` for arguments and errors."""
    out = io.BytesIO()
    compose_into(
        out,
        act,
        act_bytes=act_bytes,
        font=font,
        url=url,
        verify_url=verify_url,
        profile=profile,
        officer_picture=officer_picture,
        seal_picture=seal_picture,
        seal_mm=seal_mm,
    )
    return out.getvalue()


def compose_into(
    out: BinaryIO,
    act: Act,
    *,
    act_bytes: bytes,
    font: Font,
    url: str,
    verify_url: str,
    profile: str = "certified",
    officer_picture: Path | None = None,
    seal_picture: Path | None = None,
    seal_mm: float | None = None,
) -> int:
    """Write revision 1 to `out`; its length. The same arguments give the same bytes.

    `act_bytes` is `act_json(act)`, which is attached, and its content digest gives the file its ID; `url` is what the
    QR says, `verify_url` what people read. The pictures are PNG files, with transparency, of the officer's signature
    and of the seal, whose diameter is `seal_mm` or the usual one; a trial office without them gets drawn ones.
    Pages are read from the spool one at a time.

    Raises:
        UsageFault: unknown profile, a URL too long for the QR, or a picture that is not what `read_picture` asks.
        StorageFault: a spooled page or a picture cannot be read.
    """
    day = act.certified_local.date()
    words = wording(profile, day)
    pictures = {"officer": officer_picture, "agency": seal_picture}
    job = _Job(Writer(out), act, words, Cases(font), (url, verify_url))
    job.given = {
        key: read_picture(path, key, day, seal_mm=seal_mm)
        for key, path in pictures.items()
        if path and words["pictures"]
    }
    return job.run(act_bytes)


class _Job:
    """One copy being written."""

    def __init__(self, pdf: Writer, act: Act, words: Mapping[str, Any], cases: Cases, urls: tuple[str, str]) -> None:
        self.pdf, self.act, self.words, self.cases = pdf, act, words, cases
        self.url, self.verify_url = urls
        self.given: dict[str, Picture] = {}
        self.images: dict[str, int] = {}
        self.root, self.tree, self.fonts = pdf.reserve(), pdf.reserve(), pdf.reserve()
        self.widgets = [pdf.reserve() for _ in _FIELDS]

    def run(self, act_bytes: bytes) -> int:
        readings = {r.page: r for r in self.act.readings}
        kids: list[int] = []
        for sheet in lay_out(self.act, self.words, self.cases, self.verify_url, self.given):
            reading = readings.get(sheet.record.number) if sheet.record else None
            seen = ""
            if reading and sheet.record:
                seen = invisible(
                    self.cases.unseen, reading, scale=72 / sheet.record.dpi, height=(sheet.height - sheet.head) * MM
                )
            kids.append(self._page(sheet, seen, first=not kids))
        self.pdf.put(f"<</Type /Pages /Count {len(kids)} /Kids [{' '.join(f'{k} 0 R' for k in kids)}]>>", self.tree)
        for name, widget in zip(_FIELDS, self.widgets, strict=True):
            self.pdf.put(
                f"<</Type /Annot /Subtype /Widget /FT /Sig /T ({name}) /F 132 /Rect [0 0 0 0] /P {kids[0]} 0 R>>",
                widget,
            )
        self._fonts()
        self._catalog(act_bytes)
        identity = content_digest([scan.sha256 for scan in self.act.scans], act_bytes)
        return self.pdf.finish(self.root, identity[:16])

    def _page(self, sheet: Sheet, seen: str, *, first: bool) -> int:
        pdf, parts, images = self.pdf, [], {}
        width, height = number(sheet.width * MM), number(sheet.height * MM)
        strip = sheet.strip * MM
        if sheet.record:
            images["Im"] = self._scan(sheet.record)
            tall = number((sheet.height - sheet.head) * MM - strip)
            parts.append(f"q {width} 0 0 {tall} 0 {number(strip)} cm /Im Do Q")
        if seen:
            parts.append(seen)
        parts.append(sheet.canvas.content)
        for name in sheet.canvas.pictures:
            images[name] = self._image(name)
        content = pdf.stream("", "\n".join(parts).encode("ascii"))
        objects = " ".join(f"/{name} {n} 0 R" for name, n in images.items())
        annotations = f" /Annots [{' '.join(f'{w} 0 R' for w in self.widgets)}]" if first else ""
        return pdf.put(
            f"<</Type /Page /Parent {self.tree} 0 R /MediaBox [0 0 {width} {height}] /Contents {content} 0 R"
            f" /Resources <</Font {self.fonts} 0 R /XObject <<{objects}>>>>{annotations}>>"
        )

    def _scan(self, record: PageRecord) -> int:
        try:
            stream = record.stream()
        except OSError as err:
            raise StorageFault(
                f"page {record.number} is gone from the spool: {err.strerror}",
                f"trang {record.number} không còn trong vùng tạm: {err.strerror}",
            ) from err
        return self.pdf.stream(
            f"/Type /XObject /Subtype /Image /Width {record.size[0]} /Height {record.size[1]}"
            " /ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /DCTDecode",
            stream,
            deflate=False,
        )

    def _image(self, key: str) -> int:
        if key not in self.images:
            self.images[key] = self._qr() if key == "qr" else self._picture(key)
        return self.images[key]

    def _qr(self) -> int:
        import numpy as np  # noqa: PLC0415

        light = np.pad(~modules(self.url), QUIET, constant_values=True)
        side = light.shape[0]
        return self.pdf.stream(
            f"/Type /XObject /Subtype /Image /Width {side} /Height {side} /ColorSpace /DeviceGray /BitsPerComponent 1",
            np.packbits(light, axis=1).tobytes(),
        )

    def _picture(self, key: str) -> int:
        pixels = self.given[key].rgba
        tall, wide, _ = pixels.shape
        size = f"/Type /XObject /Subtype /Image /Width {wide} /Height {tall} /BitsPerComponent 8"
        mask = self.pdf.stream(f"{size} /ColorSpace /DeviceGray", pixels[:, :, 3].tobytes())
        return self.pdf.stream(f"{size} /ColorSpace /DeviceRGB /SMask {mask} 0 R", pixels[:, :, :3].tobytes())

    def _fonts(self) -> None:
        entries = []
        for name, case in (("F0", self.cases.unseen), ("F1", self.cases.regular), ("F2", self.cases.bold)):
            made = case.subset()
            if made:
                entries.append(f"/{name} {write_font(self.pdf, made)} 0 R")
        self.pdf.put(f"<<{' '.join(entries)}>>", self.fonts)

    def _catalog(self, act_bytes: bytes) -> None:
        pdf, act = self.pdf, self.act
        when = act.certified_local
        check = hashlib.md5(act_bytes, usedforsecurity=False).hexdigest().upper()  # ISO 32000-1, table 46
        embedded = pdf.stream(
            f"/Type /EmbeddedFile /Subtype /application#2Fjson /Params <</Size {len(act_bytes)}"
            f" /CreationDate {pdf_date(when)} /ModDate {pdf_date(when)} /CheckSum <{check}>>>",
            act_bytes,
        )
        attached = pdf.put(
            "<</Type /Filespec /F (act.json) /UF (act.json) /AFRelationship /Data"
            f" /Desc {text_string('Dữ liệu của việc chứng thực / the data of this act')}"
            f" /EF <</F {embedded} 0 R /UF {embedded} 0 R>>>>"
        )
        colours = pdf.stream("/N 3 /Alternate /DeviceRGB", srgb_profile())
        title = f"{self.words['copy_mark']}: {act.title or self.words['untitled']}"
        about = (
            f"{self.words['title']}; {self.words['number']} {act.number_shown}; {self.words['book']} {act.book_shown}"
        )
        if act.trial:
            about += f"; {self.words['trial']}"
        packet = xmp(title=title, author=act.office, description=about, when=when, tool=_TOOL)
        metadata = pdf.stream("/Type /Metadata /Subtype /XML", packet, deflate=False)
        fields = " ".join(f"{w} 0 R" for w in self.widgets)
        pdf.put(
            f"<</Type /Catalog /Version /1.7 /Pages {self.tree} 0 R /Lang (vi-VN) /Metadata {metadata} 0 R"
            " /ViewerPreferences <</DisplayDocTitle true>>"
            " /OutputIntents [<</Type /OutputIntent /S /GTS_PDFA1 /OutputConditionIdentifier (sRGB)"
            f" /Info (sRGB IEC61966-2-1) /DestOutputProfile {colours} 0 R>>]"
            f" /AcroForm <</Fields [{fields}] /SigFlags 3>>"
            f" /Names <</EmbeddedFiles <</Names [(act.json) {attached} 0 R]>>>> /AF [{attached} 0 R]>>",
            self.root,
        )
