"""What of a font one copy shows: a subset made anew for each copy, and an empty font for the invisible layer.

A subset holds the glyphs of one copy (about 10 kB) and is made in under 1 ms: no layout tables, glyphs
renumbered in the order of use, so that the same words always give the same bytes. fontTools does the same in 80 ms of
import and subsetting, which is why it is not used.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pyhncert.issue._font import Face, big_endian

__all__ = ["Case", "Subset", "empty_font", "subset"]


@dataclass(frozen=True, slots=True)
class Subset:
    """A font program with glyphs 1..n for `characters`, in that order, and their advance widths per 1000."""

    name: str
    program: bytes = field(repr=False)
    characters: str
    widths: tuple[int, ...]
    bbox: tuple[int, int, int, int]
    ascent: int
    descent: int
    cap_height: int


class Case:
    """Hands out the codes of one font while pages are written: the first character met is 1, the next new one 2."""

    def __init__(self, face: Face | None) -> None:
        self.face = face
        self._codes: dict[str, str] = {}

    def encode(self, text: str) -> str:
        """`text` as the hexadecimal string of two-byte codes that a content stream shows."""
        codes = self._codes
        for c in text:
            if c not in codes:
                codes[c] = f"{len(codes) + 1:04X}"
        return "".join([codes[c] for c in text])

    def subset(self) -> Subset | None:
        """The font for what was encoded; None when nothing was."""
        if not self._codes:
            return None
        return subset(self.face, self._codes) if self.face else empty_font(self._codes)


def _components(outline: bytes) -> Iterable[tuple[int, int]]:
    """Places and numbers of the glyphs that a composite outline is made of."""
    if len(outline) < 10 or struct.unpack_from(">h", outline)[0] >= 0:
        return
    at, more = 10, True
    while more:
        flags, gid = struct.unpack_from(">HH", outline, at)
        yield at + 2, gid
        at += 4 + (4 if flags & 1 else 2)
        at += 2 if flags & 8 else 4 if flags & 0x40 else 8 if flags & 0x80 else 0
        more = bool(flags & 0x20)


def subset(face: Face, text: Iterable[str]) -> Subset:
    """The part of `face` that draws `text`, in the order of its first appearances.

    Raises:
        KeyError: the face lacks a character; see `clean`.
    """
    characters = "".join(dict.fromkeys("".join(text)))
    order = [0, *(face.cmap[ord(c)] for c in characters)]
    new = {gid: i for i, gid in reversed(list(enumerate(order)))}
    outlines = []
    for gid in order:  # grows by the parts of composites
        outline = face.glyph(gid)
        patched = bytearray(outline)
        for at, part in _components(outline):
            if part not in new:
                new[part] = len(order)
                order.append(part)
            struct.pack_into(">H", patched, at, new[part])
        outlines.append(bytes(patched))
    per_mille = 1000 / face.units
    widths = tuple(round(face.advances[g] * per_mille) for g in order[1 : 1 + len(characters)])
    program = _program(face, outlines, order)
    box = struct.unpack_from(">hhhh", face.tables["head"], 36)
    tag = "".join(chr(65 + b % 26) for b in hashlib.sha256(program).digest()[:6])
    return Subset(
        name=f"{tag}+{face.name}",
        program=program,
        characters=characters,
        widths=widths,
        bbox=(
            round(box[0] * per_mille),
            round(box[1] * per_mille),
            round(box[2] * per_mille),
            round(box[3] * per_mille),
        ),
        ascent=round(face.ascent * per_mille),
        descent=round(face.descent * per_mille),
        cap_height=round(face.cap_height * per_mille),
    )


def _program(face: Face, outlines: list[bytes], order: list[int]) -> bytes:
    places, glyf = [0], bytearray()
    hmtx = bytearray()
    for outline, gid in zip(outlines, order, strict=True):
        glyf += outline + b"\0" * (-len(outline) % 4)
        places.append(len(glyf))
        hmtx += struct.pack(">Hh", face.advances[gid], face.bearings[gid])
    head = bytearray(face.tables["head"][:54])
    struct.pack_into(">L", head, 8, 0)
    struct.pack_into(">h", head, 50, 1)
    hhea = bytearray(face.tables["hhea"][:36])
    struct.pack_into(">H", hhea, 34, len(outlines))
    maxp = bytearray(face.tables["maxp"])
    struct.pack_into(">H", maxp, 4, len(outlines))
    return _assemble(
        {
            "glyf": bytes(glyf) or b"\0\0\0\0",
            "head": bytes(head),
            "hhea": bytes(hhea),
            "hmtx": bytes(hmtx),
            "loca": struct.pack(f">{len(places)}L", *places),
            "maxp": bytes(maxp),
            **{tag: face.tables[tag] for tag in ("cvt ", "fpgm", "prep") if tag in face.tables},
        }
    )


def _sum32(data: bytes) -> int:
    return sum(big_endian("I", data + b"\0" * (-len(data) % 4))) & 0xFFFFFFFF


def _assemble(tables: Mapping[str, bytes]) -> bytes:
    n = len(tables)
    power = 1 << (n.bit_length() - 1)
    out = bytearray(struct.pack(">LHHHH", 0x00010000, n, 16 * power, power.bit_length() - 1, 16 * (n - power)))
    offset = 12 + 16 * n
    body = bytearray()
    head_at = 0
    for tag in sorted(tables):
        data = tables[tag]
        if tag == "head":
            head_at = offset + len(body)
        out += struct.pack(">4sLLL", tag.encode(), _sum32(data), offset + len(body), len(data))
        body += data + b"\0" * (-len(data) % 4)
    whole = out + body
    struct.pack_into(">L", whole, head_at + 8, (0xB1B0AFBA - _sum32(bytes(whole))) & 0xFFFFFFFF)
    return bytes(whole)


def empty_font(text: Iterable[str]) -> Subset:
    """A font without ink for the invisible layer: one empty glyph, 500 wide, for each character of `text`.

    Text in place needs a font program only to be well formed (ISO 19005-3, 6.2.11.8 forbids .notdef even for
    invisible text), and any character of any script may have been read.
    """
    characters = "".join(dict.fromkeys("".join(text)))
    n = len(characters) + 1
    head = struct.pack(
        ">LLLLHHQQhhhhHHhhh", 0x10000, 0x10000, 0, 0x5F0F3CF5, 0, 1000, 0, 0, 0, -200, 500, 800, 0, 8, 2, 1, 0
    )
    hhea = struct.pack(">LhhhHhhhhhhhhhhhH", 0x10000, 800, -200, 0, 500, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1)
    maxp = struct.pack(">LHHHHHHHHHHHHHH", 0x10000, n, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0)
    program = _assemble(
        {
            "glyf": b"\0\0\0\0",
            "head": head,
            "hhea": hhea,
            "hmtx": struct.pack(">Hh", 500, 0) + b"\0\0" * (n - 1),
            "loca": b"\0\0\0\0" * (n + 1),
            "maxp": maxp,
        }
    )
    tag = "".join(chr(65 + b % 26) for b in hashlib.sha256(characters.encode()).digest()[:6])
    return Subset(f"{tag}+NoInk", program, characters, (500,) * (n - 1), (0, -200, 500, 800), 800, -200, 700)
