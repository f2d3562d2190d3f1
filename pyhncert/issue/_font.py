"""The font of the office: a TrueType file, read and checked for every letter of Vietnamese."""

from __future__ import annotations

import struct
import sys
import unicodedata
from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pyhncert.errors import MissingDependency
from pyhncert.escape import dangerous

__all__ = ["Face", "Font", "big_endian", "clean", "prepare_font"]

_VOWELS = "aăâeêioôơuưy"
_MARKS = ("\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
_TABLES = ("glyf", "head", "hhea", "hmtx", "loca", "maxp", "cmap", "OS/2", "cvt ", "fpgm", "prep")


def vietnamese() -> str:
    """The 134 marked letters of Vietnamese, both cases: 60 vowels with a tone, ă â ê ô ơ ư and đ."""
    letters = {unicodedata.normalize("NFC", v + m) for v in _VOWELS for m in _MARKS} | set("ăâđêôơư")
    return "".join(sorted(letters | {c.upper() for c in letters}))


def needed_characters() -> str:
    """What a font must draw before it may be used for marks."""
    return vietnamese() + "".join(chr(c) for c in range(0x20, 0x7F)) + "–—“”‘’…·×•"


@dataclass(frozen=True, slots=True)
class Face:
    """One parsed TrueType file: tables, glyph places, and the character map of the basic plane."""

    name: str
    tables: Mapping[str, bytes] = field(repr=False)
    loca: array[int] = field(repr=False)
    advances: array[int] = field(repr=False)
    bearings: array[int] = field(repr=False)
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
        places = big_endian("I", tables["loca"][: (count + 1) * 4])
    else:
        places = array("I", (2 * v for v in big_endian("H", tables["loca"][: (count + 1) * 2])))
    if len(places) != count + 1 or places[-1] > len(tables["glyf"]):
        raise ValueError("glyph places run past the outlines")
    ascent, descent = struct.unpack_from(">hh", tables["hhea"], 4)
    (metrics,) = struct.unpack_from(">H", tables["hhea"], 34)
    advances = big_endian("H", tables["hmtx"][: 4 * metrics])[::2]
    advances.extend([advances[-1]] * (count - metrics))
    bearings = big_endian("h", tables["hmtx"][: 4 * metrics])[1::2]
    bearings.extend(big_endian("h", tables["hmtx"][4 * metrics : 2 * (metrics + count)]))
    if not len(advances) == len(bearings) == count:
        raise ValueError("glyph widths are cut off")
    os2 = tables.get("OS/2", b"")
    cap = struct.unpack_from(">h", os2, 88)[0] if len(os2) >= 90 else round(0.7 * units)
    return Face(
        _plain_name(name), tables, places, advances, bearings, _cmap(tables["cmap"], count), ascent, descent, cap, units
    )


def _plain_name(name: str) -> str:
    """A file's name as a font's name in a PDF: letters, digits, hyphens."""
    return "".join(c for c in name if c.isascii() and (c.isalnum() or c == "-")) or "Font"


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
    words = big_endian("H", table[offset : offset + length])
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


def big_endian(code: str, data: bytes) -> array[int]:
    """Big-endian numbers of `data`."""
    numbers = array(code)
    numbers.frombytes(data)
    if sys.byteorder == "little":
        numbers.byteswap()
    return numbers


def clean(face: Face, text: str) -> str:
    """`text` in NFC, with every character that `face` cannot draw, or that is not to be drawn (see `pyhncert.escape`),
    shown as ?, so that nothing is lost silently."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    return "".join(c if ord(c) in face.cmap and not dangerous(c) else "?" for c in text)
