"""What makes a PDF a PDF/A-3u: sRGB as output intent, XMP metadata, fonts with a map back to Unicode."""

from __future__ import annotations

import datetime as dt
import struct
from collections.abc import Iterable
from functools import cache

from pyhncert.escape import for_xml
from pyhncert.issue._subset import Subset
from pyhncert.issue._write import Writer, number

__all__ = ["pdf_date", "srgb_profile", "write_font", "xmp"]


@cache
def srgb_profile() -> bytes:
    """A small ICC profile (version 4.2, display, matrix and curve) of sRGB as IEC 61966-2-1 defines it.

    Made here from the standard's own figures, adapted to D50, so that no foreign file and no licence is carried.
    """

    def xyz(*values: float) -> bytes:
        return b"XYZ \0\0\0\0" + b"".join(struct.pack(">l", round(v * 65536)) for v in values)

    def words(text: str) -> bytes:
        data = text.encode("utf-16-be")
        return b"mluc\0\0\0\0" + struct.pack(">LL2s2sLL", 1, 12, b"en", b"US", len(data), 28) + data

    figures = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
    curve = b"para\0\0\0\0\0\x03\0\0" + b"".join(struct.pack(">l", round(v * 65536)) for v in figures)
    bradford = (1.047882, 0.022919, -0.050201, 0.029587, 0.990479, -0.017059, -0.009232, 0.015076, 0.751678)
    chad = b"sf32\0\0\0\0" + b"".join(struct.pack(">l", round(v * 65536)) for v in bradford)
    tags = [
        ((b"desc",), words("sRGB IEC61966-2-1")),
        ((b"cprt",), words("No copyright")),
        ((b"wtpt",), xyz(0.96420, 1.0, 0.82491)),
        ((b"chad",), chad),
        ((b"rXYZ",), xyz(0.43604, 0.22249, 0.01392)),
        ((b"gXYZ",), xyz(0.38512, 0.71690, 0.09706)),
        ((b"bXYZ",), xyz(0.14305, 0.06061, 0.71393)),
        ((b"rTRC", b"gTRC", b"bTRC"), curve),
    ]
    count = sum(len(names) for names, _ in tags)
    table, body, at = struct.pack(">L", count), b"", 128 + 4 + 12 * count
    for names, data in tags:
        for name in names:
            table += name + struct.pack(">LL", at + len(body), len(data))
        body += data + b"\0" * (-len(data) % 4)
    size = at + len(body)
    head = struct.pack(">L4sL4s4s4s", size, b"\0\0\0\0", 0x04200000, b"mntr", b"RGB ", b"XYZ ")
    head += struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + b"\0" * 28
    head += struct.pack(">lll", 63190, 65536, 54061)
    return head.ljust(128, b"\0") + table + body


def pdf_date(when: dt.datetime) -> str:
    """A PDF date; `when` is in Vietnam's time."""
    return f"(D:{when:%Y%m%d%H%M%S}+07'00')"


def xmp(*, title: str, author: str, description: str, when: dt.datetime, tool: str) -> bytes:
    """The XMP packet: PDF/A-3 with conformance U, title, author, times."""
    stamp = when.isoformat()
    return f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/" \
xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/">
<pdfaid:part>3</pdfaid:part>
<pdfaid:conformance>U</pdfaid:conformance>
<dc:format>application/pdf</dc:format>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{for_xml(title)}</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>{for_xml(author)}</rdf:li></rdf:Seq></dc:creator>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{for_xml(description)}</rdf:li></rdf:Alt></dc:description>
<dc:language><rdf:Bag><rdf:li>vi-VN</rdf:li></rdf:Bag></dc:language>
<xmp:CreatorTool>{for_xml(tool)}</xmp:CreatorTool>
<xmp:CreateDate>{stamp}</xmp:CreateDate>
<xmp:ModifyDate>{stamp}</xmp:ModifyDate>
<xmp:MetadataDate>{stamp}</xmp:MetadataDate>
<pdf:Producer>{for_xml(tool)}</pdf:Producer>
</rdf:Description>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end="r"?>""".encode()


def write_font(pdf: Writer, font: Subset) -> int:
    """Write a composite font with Identity-H codes; the number of its dictionary.

    ToUnicode names each code for itself: veraPDF refuses one range for all (ISO 19005-3, 6.2.11.7.2). No CIDSet is
    written, for it is optional and, if present, must be complete (6.2.11.4.2).
    """
    program = pdf.stream(f"/Length1 {len(font.program)}", font.program)
    box = " ".join(str(v) for v in font.bbox)
    descriptor = pdf.put(
        f"<</Type /FontDescriptor /FontName /{font.name} /Flags 4 /FontBBox [{box}] /ItalicAngle 0"
        f" /Ascent {font.ascent} /Descent {font.descent} /CapHeight {font.cap_height} /StemV 80"
        f" /FontFile2 {program} 0 R>>"
    )
    widths = " ".join(number(w) for w in font.widths)
    descendant = pdf.put(
        f"<</Type /Font /Subtype /CIDFontType2 /BaseFont /{font.name}"
        " /CIDSystemInfo <</Registry (Adobe) /Ordering (Identity) /Supplement 0>>"
        f" /FontDescriptor {descriptor} 0 R /DW 500 /W [1 [{widths}]] /CIDToGIDMap /Identity>>"
    )
    unicode = pdf.stream("", _to_unicode(font.characters))
    return pdf.put(
        f"<</Type /Font /Subtype /Type0 /BaseFont /{font.name} /Encoding /Identity-H"
        f" /DescendantFonts [{descendant} 0 R] /ToUnicode {unicode} 0 R>>"
    )


def _to_unicode(characters: str) -> bytes:
    rows = [f"<{i:04X}> <{c.encode('utf-16-be').hex().upper()}>" for i, c in enumerate(characters, 1)]
    parts = [rows[i : i + 100] for i in range(0, len(rows), 100)]
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def\n"
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        "1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n"
        + "".join(f"{len(p)} beginbfchar\n{_joined(p)}\nendbfchar\n" for p in parts)
        + "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
    ).encode("ascii")


def _joined(rows: Iterable[str]) -> str:
    return "\n".join(rows)
