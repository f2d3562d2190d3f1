"""Attacks on signed PDFs by their published families, made of one of our copies: nothing here may verify.

Universal forgery, incremental saving and signature wrapping: Mladenov et al., "1 Trillion Dollar Refund" (CCS 2019).
Shadow attacks: Mainka et al. (NDSS 2021). Evil annotation and sneaky signature: Rohlmann et al., "Breaking the
Specification: PDF Certification" (S&P 2021). The others are what parsers of PDF and of CMS were caught with.

As a script: `families.py COPY ROOT` verifies every variant and prints verdict, seconds and peak memory as JSON.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import re
import sys
import time
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import pikepdf

_RANGE = re.compile(rb"/ByteRange \[[0-9 ]+\] *")
_CONTENTS = re.compile(rb"/Contents <[0-9A-F]+>")


class Variant(NamedTuple):
    """One attack: its family, its name, the file."""

    family: str
    name: str
    pdf: bytes


class Copy:
    """A copy with the few places that attacks need."""

    def __init__(self, pdf: bytes) -> None:
        self.pdf = pdf
        with pikepdf.open(io.BytesIO(pdf)) as opened:
            self.root = opened.Root.objgen[0]
            self.page = opened.pages[0].obj.objgen[0]
            self.size = int(opened.trailer.Size)
            self.catalog = opened.Root.unparse(resolved=True)
            self.page_value = opened.pages[0].obj.unparse(resolved=True)
            self.image = next(iter(opened.pages[0].Resources.XObject.values())).objgen[0]
        self.ids = re.findall(rb"/ID (\[<[0-9A-Fa-f]+> <[0-9A-Fa-f]+>\])", pdf)[-1]
        self.last = int(re.findall(rb"startxref\n(\d+)\n%%EOF", pdf)[-1])
        self.ranges = [match.span() for match in _RANGE.finditer(pdf)]
        self.contents = [match.span() for match in _CONTENTS.finditer(pdf)]

    def update(self, objects: Mapping[int, bytes], *, root: int | None = None, extra: bytes = b"") -> bytes:
        """The copy with one more revision, as any incremental writer would make it."""
        out, places = bytearray(self.pdf), {}
        for number, body in objects.items():
            places[number] = len(out)
            out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
        table = len(out)
        out += b"xref\n0 1\n0000000000 65535 f \n"
        for number in sorted(places):
            out += b"%d 1\n%010d 00000 n \n" % (number, places[number])
        size = max(self.size, *(number + 1 for number in objects)) if objects else self.size
        head = b"/Size %d /Root %d 0 R /Prev %d /ID %b" % (size, root or self.root, self.last, self.ids)
        out += b"trailer\n<<%b %b>>\nstartxref\n%d\n%%%%EOF\n" % (head, extra, table)
        return bytes(out)

    def with_catalog(self, entry: bytes, objects: Mapping[int, bytes] | None = None) -> bytes:
        """One more revision, whose catalog has one more entry."""
        return self.update({self.root: self.catalog[:-2] + entry + b" >>", **(objects or {})})

    def with_page(self, change: tuple[bytes, bytes], objects: Mapping[int, bytes] | None = None) -> bytes:
        """One more revision, in which the first page's dictionary is changed."""
        old, new = change
        assert old in self.page_value, old
        return self.update({self.page: self.page_value.replace(old, new, 1), **(objects or {})})

    def put(self, span: tuple[int, int], new: bytes, fill: bytes = b" ") -> bytes:
        """The copy with the bytes of `span` replaced, filled up so that nothing moves."""
        width = span[1] - span[0]
        assert len(new) <= width
        return self.pdf[: span[0]] + new.ljust(width, fill) + self.pdf[span[1] :]


def variants(pdf: bytes) -> Iterator[Variant]:
    """Every attack on the copy `pdf`."""
    copy = Copy(pdf)
    for family in (
        universal_forgery,
        incremental_saving,
        signature_wrapping,
        shadow,
        evil_annotation,
        sneaky_signature,
        certification,
        active_content,
        polyglot,
        duplicates,
        tables,
        encryption,
        numbers,
        nested,
        parsers,
    ):
        for name, made in family(copy):
            yield Variant(family.__name__, name, made)


Made = Iterator[tuple[str, bytes]]


def universal_forgery(copy: Copy) -> Made:
    """The signature dictionary says nothing that could be checked, or says it wrongly."""
    for who, span in zip(("officer", "agency"), copy.contents, strict=False):
        yield f"{who}: no contents", copy.put(span, b"")
        yield f"{who}: contents null", copy.put(span, b"/Contents null")
        yield f"{who}: contents empty", copy.put(span, b"/Contents <>")
        yield f"{who}: contents zero", copy.put(span, b"/Contents <".ljust(span[1] - span[0] - 1, b"0") + b">")
        yield f"{who}: contents a name", copy.put(span, b"/Contents /None")
    for who, span in zip(("officer", "agency"), copy.ranges, strict=False):
        yield f"{who}: no range", copy.put(span, b"")
        yield f"{who}: range null", copy.put(span, b"/ByteRange null")
        yield f"{who}: range empty", copy.put(span, b"/ByteRange []")
        yield f"{who}: range of zeros", copy.put(span, b"/ByteRange [0 0 0 0]")
        yield f"{who}: range negative", copy.put(span, b"/ByteRange [0 -1 9 9]")
        yield f"{who}: range of three", copy.put(span, b"/ByteRange [0 9 9]")


def incremental_saving(copy: Copy) -> Made:
    """Something is saved behind the signatures."""
    blank = b"<< /Length 0 >>\nstream\n\nendstream"
    number = copy.size
    yield "new content, whole update", copy.with_page(contents_of(copy, number), {number: blank})
    yield "new content, no table", copy.pdf + b"%d 0 obj\n%b\nendobj\n" % (copy.page, copy.page_value)
    yield "new content, no table, an end", copy.pdf + b"%d 0 obj\n<<>>\nendobj\n%%%%EOF\n" % copy.page
    old = copy.pdf[copy.pdf.rindex(b"startxref") :]
    yield "new content, the old table", copy.pdf + b"%d 0 obj\n<<>>\nendobj\n%b" % (copy.page, old)
    yield "an update of nothing", copy.update({})
    yield "other pages", copy.with_catalog(b"/Pages << /Type /Pages /Kids [] /Count 0 >>")


def contents_of(copy: Copy, number: int) -> tuple[bytes, bytes]:
    found = re.search(rb"/Contents \d+ 0 R", copy.page_value)
    assert found
    return found[0], b"/Contents %d 0 R" % number


def signature_wrapping(copy: Copy) -> Made:
    """The second signed part is moved, and something unsigned takes its place."""
    start, end = copy.contents[1]
    found = re.search(rb"\[0 (\d+) (\d+) (\d+)\]", copy.pdf[slice(*copy.ranges[1])])
    assert found
    first, second, length = (int(value) for value in found.groups())
    tail = copy.pdf[second : second + length]
    wedge = b"%d 0 obj\n<< /Type /Page >>\nendobj\n" % copy.page
    for name, kept in (("moved", tail), ("moved, the rest after it", copy.pdf[second:])):
        moved = copy.put(copy.ranges[1], b"/ByteRange [0 %d %d %d]" % (first, second + len(wedge), length))
        yield f"second part {name}", moved[:second] + wedge + kept
    yield "a second string in the gap", copy.pdf[: end - 9] + b"> <41414141>"[:9] + copy.pdf[end:]
    twice = copy.pdf[: start - 1] + b" " + copy.pdf[slice(*copy.ranges[1])].strip() + copy.pdf[start - 1 :]
    yield "two ranges", twice


def shadow(copy: Copy) -> Made:
    """Hide, replace, hide and replace: what is shown is swapped by a change that looks harmless."""
    number = copy.size
    white = zlib.compress(b"\xff" * 3)
    image = (
        b"<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceRGB /BitsPerComponent 8"
        b" /Filter /FlateDecode /Length %d >>\nstream\n%b\nendstream" % (len(white), white)
    )
    yield "hide: the picture is blank", copy.update({copy.image: image})
    yield "replace: another font", copy.with_page((b"/Font ", b"/Font << /F1 << >> >> /Was "))
    form = b"<< /Type /Catalog /Pages %d 0 R >>" % number
    yield "replace: another catalog", copy.update({number + 1: form}, root=number + 1)
    yield "hide and replace: a freed object", free(copy, copy.image)
    yield "hide: a smaller page", copy.with_page((b"/MediaBox", b"/CropBox [0 0 9 9] /MediaBox"))
    yield "hide: turned", copy.with_page((b"<< ", b"<< /Rotate 180 "))


def free(copy: Copy, number: int) -> bytes:
    table = len(copy.pdf)
    entries = b"xref\n0 1\n0000000000 65535 f \n%d 1\n0000000000 00001 f \n" % number
    head = b"/Size %d /Root %d 0 R /Prev %d /ID %b" % (copy.size, copy.root, copy.last, copy.ids)
    return copy.pdf + entries + b"trailer\n<<%b>>\nstartxref\n%d\n%%%%EOF\n" % (head, table)


def evil_annotation(copy: Copy) -> Made:
    """An annotation covers what was certified; DocMDP P=2 does not allow it, P=3 would."""
    number = copy.size
    box = b"/Rect [0 0 595 842] /F 4"
    kinds = {
        "free text": b"/Subtype /FreeText /DA (/Helv 40 Tf) /Contents (VOID)",
        "stamp": b"/Subtype /Stamp /Name /Void",
        "redaction": b"/Subtype /Redact /OC null",
        "square": b"/Subtype /Square /IC [1 1 1]",
        "link": b"/Subtype /Link /A << /S /URI /URI (http://example.invalid/) >>",
        "popup": b"/Subtype /Popup /Open true",
    }
    for name, about in kinds.items():
        yield (
            name,
            copy.with_page(
                (b"/Annots [ ", b"/Annots [ %d 0 R " % number), {number: b"<< /Type /Annot %b %b >>" % (about, box)}
            ),
        )


def sneaky_signature(copy: Copy) -> Made:
    """One more signature field, whose look covers the page."""
    number = copy.size
    look = b"<< /Subtype /Form /BBox [0 0 9 9] /Length 10 >>\nstream\n0 0 9 9 re\nendstream"
    field = (
        b"<< /Type /Annot /Subtype /Widget /FT /Sig /T (%b) /F 4 /Rect [0 0 595 842] /P %d 0 R /AP << /N %d 0 R >> >>"
    )
    for name in (b"Officer2", b"Officer", b"Archive5"):
        body = field % (name, copy.page, number + 1)
        page = copy.page_value.replace(b"/Annots [ ", b"/Annots [ %d 0 R " % number, 1)
        catalog = copy.catalog.replace(b"/Fields [ ", b"/Fields [ %d 0 R " % number, 1)
        assert page != copy.page_value and catalog != copy.catalog
        objects = {number: body, number + 1: look, copy.page: page, copy.root: catalog}
        yield name.decode(), copy.update(objects)


def certification(copy: Copy) -> Made:
    """The certifying signature loses what it forbids."""
    perms = re.search(rb"/Perms <<.*?>>", copy.catalog)
    assert perms
    yield "no Perms", copy.update({copy.root: copy.catalog.replace(perms[0], b"")})
    yield "UR3 beside DocMDP", copy.update({copy.root: copy.catalog.replace(perms[0], perms[0][:-2] + b"/UR3 null >>")})
    for name, new in (("P 3", b"/P 3"), ("P 1", b"/P 1")):
        place = copy.pdf.index(b"/P 2")
        yield name, copy.pdf[:place] + new + copy.pdf[place + 4 :]


def active_content(copy: Copy) -> Made:
    """What would run or reach out."""
    script = b"<< /S /JavaScript /JS (app.alert\\(1\\)) >>"
    yield "XFA", copy.update({copy.root: copy.catalog.replace(b"/Fields [", b"/XFA (<xdp/>) /Fields [", 1)})
    yield "JavaScript when opened", copy.with_catalog(b"/OpenAction %b" % script)
    yield "launch when opened", copy.with_catalog(b"/OpenAction << /S /Launch /F (calc.exe) >>")
    yield "form sent when closed", copy.with_catalog(b"/AA << /WC << /S /SubmitForm /F (http://example.invalid) >> >>")
    yield "script of a page", copy.with_page((b"<< ", b"<< /AA << /O %b >> " % script))
    yield "embedded go-to", copy.with_catalog(b"/OpenAction << /S /GoToE /D [0 /Fit] >>")


def polyglot(copy: Copy) -> Made:
    """A file that is something else too."""
    yield "HTML before", b"<html><!--\n" + copy.pdf
    yield "ZIP before", b"PK\x03\x04" + bytes(26) + copy.pdf
    yield "JPEG before", b"\xff\xd8\xff\xfe\x00\x04ab" + copy.pdf
    yield "ZIP behind", copy.pdf + b"PK\x05\x06" + bytes(18)
    yield "script behind", copy.pdf + b"--><script>alert(1)</script>"
    yield "another PDF behind", copy.pdf + b"%PDF-1.7\n" + copy.pdf[9:]


def duplicates(copy: Copy) -> Made:
    """One number or key twice, so that two readers see two files."""
    body = b"%d 0 obj\n<< /Type /Page >>\nendobj\n" % copy.page
    yield (
        "an object twice in an update",
        copy.update({copy.page: copy.page_value}).replace(b"xref\n0 1", body + b"xref\n0 1"),
    )
    yield "a key twice in the catalog", copy.with_catalog(b"/Pages 1 0 R")
    yield "the last revision twice", copy.pdf + copy.pdf[copy.pdf[: copy.last].rindex(b"%%EOF\n") + 6 :]


def tables(copy: Copy) -> Made:
    """Two tables that say two things."""
    yield "hybrid: a table stream beside", copy.update({copy.page: copy.page_value}, extra=b"/XRefStm 9")
    yield "two previous tables", copy.update({copy.page: copy.page_value}, extra=b"/Prev 9")
    yield (
        "a table that is its own past",
        copy.update({copy.page: copy.page_value}).replace(b"/Prev %d " % copy.last, b"/Prev %d " % len(copy.pdf)),
    )
    with pikepdf.open(io.BytesIO(copy.pdf)) as opened:
        out = io.BytesIO()
        opened.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
        yield "written anew with streams of objects", out.getvalue()
        out = io.BytesIO()
        opened.save(out, linearize=True)
        yield "written anew for the web", out.getvalue()


def encryption(copy: Copy) -> Made:
    """Encrypted with the empty password, which every reader opens without asking."""
    with pikepdf.open(io.BytesIO(copy.pdf)) as opened:
        out = io.BytesIO()
        opened.save(out, encryption=pikepdf.Encryption(owner="owner", user=""))
        yield "the whole file", out.getvalue()
    yield (
        "an Encrypt that lies",
        copy.update({copy.page: copy.page_value}, extra=b"/Encrypt << /Filter /Standard /V 5 >>"),
    )


def numbers(copy: Copy) -> Made:
    """Numbers that overflow, or ask for memory."""
    for span, who in zip(copy.ranges, ("officer", "agency"), strict=False):
        for name, value in {
            "2**63": b"[0 9223372036854775808 0 9]",
            "2**64 + 9": b"[0 9 18446744073709551625 9]",
            "real": b"[0 9.5 99.5 9]",
            "hex": b"[<00> 1 2 3]",
        }.items():
            yield f"{who}: {name}", copy.put(span, b"/ByteRange " + value)
    yield (
        "a table of a billion",
        copy.pdf + b"xref\n0 999999999\ntrailer\n<<>>\nstartxref\n%d\n%%%%EOF\n" % len(copy.pdf),
    )


def nested(copy: Copy) -> Made:
    """A signature in a signature, a copy in a copy."""
    inner = copy.pdf[slice(*copy.contents[0])]
    start, end = copy.contents[1]
    yield (
        "the officer's contents for the agency's",
        copy.put((start, end), inner, b" ")
        if (len(inner) <= end - start)
        else copy.pdf[:start] + inner[: end - start - 1] + b">" + copy.pdf[end:],
    )
    attached = b"<< /Type /EmbeddedFile /Length %d >>\nstream\n%b\nendstream" % (len(copy.pdf), copy.pdf)
    yield "the copy inside an update of itself", copy.update({copy.size: attached})
    with pikepdf.new() as outer:
        outer.add_blank_page()
        outer.attachments["copy.pdf"] = pikepdf.AttachedFileSpec(outer, copy.pdf)
        out = io.BytesIO()
        outer.save(out)
        yield "the copy inside another file", out.getvalue()


def parsers(copy: Copy) -> Made:
    """What parsers were caught with: depth, loops, bombs, white space, ends of line."""
    yield "lists in lists", copy.with_catalog(b"/X " + b"[" * 5000 + b"]" * 5000)
    yield "a catalog that is its own page", copy.with_catalog(b"/Pages %d 0 R" % copy.root)
    bomb = zlib.compress(bytes(60_000_000), 9)
    stream = b"<< /Filter /FlateDecode /Length %d >>\nstream\n%b\nendstream" % (len(bomb), bomb)
    yield "a bomb", copy.with_page(contents_of(copy, copy.size), {copy.size: stream})
    yield "Windows' ends of line", copy.pdf.replace(b"\n", b"\r\n")
    yield "zeros behind", copy.pdf + bytes(4096)
    yield "a hundred updates", many(copy, 100)
    yield "cut in half", copy.pdf[: len(copy.pdf) // 2]
    yield "the last byte lost", copy.pdf[:-1]


def many(copy: Copy, count: int) -> bytes:
    pdf = copy.pdf
    for _ in range(count):
        again = object.__new__(Copy)
        again.__dict__.update(copy.__dict__)
        again.pdf = pdf
        again.last = int(re.findall(rb"startxref\n(\d+)\n%%EOF", pdf[-64:])[-1])
        pdf = again.update({copy.page: copy.page_value})
    return pdf


def main(pdf: Path, root: Path) -> None:
    """Verify every variant; one JSON object on stdout."""
    from pyhncert.errors import VerdictError
    from pyhncert.verify import verify_copy

    trust, now = [root.read_bytes()], dt.datetime.fromisoformat(sys.argv[3])
    found = []
    every = list(variants(pdf.read_bytes()))
    for variant in every:
        began = time.process_time()
        try:
            verdict = verify_copy(variant.pdf, trust=trust, now=now).verdict
        except VerdictError as err:
            verdict = err.report.verdict
        seconds = time.process_time() - began
        found.append({"family": variant.family, "name": variant.name, "verdict": verdict, "seconds": seconds})
    # not ru_maxrss, which begins with the parent's
    peak = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text("ascii"))
    assert peak
    print(json.dumps({"variants": found, "peak_mib": int(peak[1]) / 1024}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
