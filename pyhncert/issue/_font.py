"""Fonts of the copy: a checked TrueType file, subset anew for each copy, and an empty font for the invisible layer.

A subset holds the glyphs of one copy (20-30 kB) and is made in under 1 ms: no layout tables, no hinting, glyphs
renumbered in the order of use, so that the same words always give the same bytes. fontTools does the same in 80 ms of
import and subsetting, which is why it is not used.
"""

from __future__ import annotations

import hashlib
import struct
import sys
import unicodedata
from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pyhncert.errors import MissingDependency

__all__ = ["Font", "Subset", "empty_font", "prepare_font"]

_VOWELS = "aăâeêioôơuưy"
_MARKS = ("\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
_TABLES = ("glyf", "head", "hhea", "hmtx", "loca", "maxp", "cmap", "OS/2")


def vietnamese() -> str:
    """The 134 marked letters of Vietnamese, both cases: 60 vowels with a tone, ă â ê ô ơ ư and đ."""
    letters = {unicodedata.normalize("NFC", v + m) for v in _VOWELS for m in _MARKS} | set("ăâđêôơư")
    return "".join(sorted(letters | {c.upper() for c in letters}))


def needed_characters() -> str:
    """What a font must draw before it may be used for marks."""
    return vietnamese() + "".join(chr(c) for c in range(0x20, 0x7F)) + "–—“”‘’…·×"


@dataclass(frozen=True, slots=True)
class Face:
    """One parsed TrueType file: tables, glyph places, and the character map of the basic plane."""

    name: str
    tables: Mapping[str, bytes] = field(repr=False)
    loca: array[int] = field(repr=False)
    advances: array[int] = field(repr=False)
    cmap: Mapping[int, int] = field(repr=False)
    ascent: int
    descent: int
    cap_height: int
    units: int

    def width(self, text: str, size: float) -> float:
        """How wide `text` runs at `size`, in the unit of `size`."""
        advances, cmap = self.advances, self.cmap
        return sum(advances[cmap.get(ord(c), 0)] for c in text) * size / self.units

    def glyph(self, gid: int) -> bytes:
        """The outline of one glyph; empty for a space."""
        return self.tables["glyf"][self.loca[gid] : self.loca[gid + 1]]


@dataclass(frozen=True, slots=True)
class Font:
    """The office's type: `regular` for text, `bold` for titles (the same face where no bold file lies beside it)."""

    regular: Face
    bold: Face


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


def prepare_font(path: Path) -> Font:
    """Read and check the font file `path`, and the bold one beside it (``-Regular`` becomes ``-Bold``) if there is one.

    Raises:
        MissingDependency: no such file, not a TrueType font, or it lacks a letter of Vietnamese.
    """
    regular = _read_face(path)
    beside = path.with_name(path.name.replace("-Regular", "-Bold"))
    bold = _read_face(beside) if beside != path and beside.is_file() else regular
    return Font(regular, bold)


def _read_face(path: Path) -> Face:
    try:
        data = path.read_bytes()
    except OSError as err:
        raise MissingDependency(
            f"font {path} cannot be read: {err.strerror}",
            f"không đọc được phông chữ {path}: {err.strerror}",
            hint="run hncert doctor, or set font.file to a TrueType font with Vietnamese letters",
            hint_vi="chạy hncert doctor, hoặc đặt font.file là phông TrueType có đủ chữ tiếng Việt",
        ) from err
    try:
        face = _parse(data, path.stem)
    except (struct.error, KeyError, IndexError, ValueError) as err:
        raise MissingDependency(
            f"font {path} is not a plain TrueType font ({err})",
            f"phông chữ {path} không phải phông TrueType thường ({err})",
            hint="use a .ttf file with outlines in a glyf table",
            hint_vi="dùng tệp .ttf có bảng glyf",
        ) from err
    lacking = [c for c in needed_characters() if ord(c) not in face.cmap]
    if lacking:
        raise MissingDependency(
            f"font {path} lacks {len(lacking)} needed letters, first {lacking[0]!r}",
            f"phông chữ {path} thiếu {len(lacking)} chữ cần dùng, đầu tiên là {lacking[0]!r}",
            hint="use Source Serif Pro, DejaVu, Noto or Liberation 2",
            hint_vi="dùng Source Serif Pro, DejaVu, Noto hoặc Liberation 2",
        )
    return face


def _parse(data: bytes, name: str) -> Face:
    if data[:4] not in (b"\0\1\0\0", b"true"):
        raise ValueError("no TrueType header")
    tables = {}
    for i in range(struct.unpack_from(">H", data, 4)[0]):
        tag, _, offset, length = struct.unpack_from(">4sLLL", data, 12 + 16 * i)
        key = tag.decode("latin-1")
        if key in _TABLES:
            tables[key] = data[offset : offset + length]
            if len(tables[key]) != length:
                raise ValueError(f"table {key} is cut off")
    (units,) = struct.unpack_from(">H", tables["head"], 18)
    (long_loca,) = struct.unpack_from(">h", tables["head"], 50)
    (count,) = struct.unpack_from(">H", tables["maxp"], 4)
    if long_loca:
        places = _numbers("I", tables["loca"][: (count + 1) * 4])
    else:
        places = array("I", (2 * v for v in _numbers("H", tables["loca"][: (count + 1) * 2])))
    if len(places) != count + 1 or places[-1] > len(tables["glyf"]):
        raise ValueError("glyph places run past the outlines")
    ascent, descent = struct.unpack_from(">hh", tables["hhea"], 4)
    (metrics,) = struct.unpack_from(">H", tables["hhea"], 34)
    advances = _numbers("H", tables["hmtx"][: 4 * metrics])[::2]
    advances.extend([advances[-1]] * (count - metrics))
    os2 = tables.get("OS/2", b"")
    cap = struct.unpack_from(">h", os2, 88)[0] if len(os2) >= 90 else round(0.7 * units)
    return Face(name, tables, places, advances, _cmap(tables["cmap"], count), ascent, descent, cap, units)


def _cmap(table: bytes, count: int) -> dict[int, int]:
    """Characters of the basic plane from the format 4 subtable."""
    for i in range(struct.unpack_from(">H", table, 2)[0]):
        platform, encoding, offset = struct.unpack_from(">HHL", table, 4 + 8 * i)
        if (platform, encoding) in ((3, 1), (0, 3)) and struct.unpack_from(">H", table, offset)[0] == 4:
            break
    else:
        raise ValueError("no Unicode character map")
    length, _, segments = struct.unpack_from(">HHH", table, offset + 2)
    n = segments // 2
    words = _numbers("H", table[offset : offset + length])
    ends, starts = words[7 : 7 + n], words[8 + n : 8 + 2 * n]
    deltas, ranges = words[8 + 2 * n : 8 + 3 * n], words[8 + 3 * n : 8 + 4 * n]
    found = {}
    for s in range(n):
        for code in range(starts[s], min(ends[s], 0xFFFE) + 1):
            if ranges[s]:
                gid = words[8 + 3 * n + s + ranges[s] // 2 + code - starts[s]]
                gid = (gid + deltas[s]) & 0xFFFF if gid else 0
            else:
                gid = (code + deltas[s]) & 0xFFFF
            if 0 < gid < count:
                found[code] = gid
    return found


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
    program = _program(face, outlines, [face.advances[g] for g in order])
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


def clean(face: Face, text: str) -> str:
    """`text` in NFC, with every character that `face` cannot draw shown as ?, so that nothing is lost silently."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    return "".join(c if ord(c) in face.cmap else "?" for c in text)


def _program(face: Face, outlines: list[bytes], advances: list[int]) -> bytes:
    places, glyf = [0], bytearray()
    hmtx = bytearray()
    for outline, advance in zip(outlines, advances, strict=True):
        glyf += outline + b"\0" * (-len(outline) % 4)
        places.append(len(glyf))
        left = struct.unpack_from(">h", outline, 2)[0] if outline else 0
        hmtx += struct.pack(">Hh", advance, left)
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
        }
    )


def _numbers(code: str, data: bytes) -> array[int]:
    """Big-endian numbers of `data`."""
    numbers = array(code)
    numbers.frombytes(data)
    if sys.byteorder == "little":
        numbers.byteswap()
    return numbers


def _sum32(data: bytes) -> int:
    return sum(_numbers("I", data + b"\0" * (-len(data) % 4))) & 0xFFFFFFFF


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
