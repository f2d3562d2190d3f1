"""The tables of a PDF that are packed: object streams and cross-reference streams (ISO 32000-1, 7.5.7 and 7.5.8).

qpdf unpacks them to open the file, however long they become; so they are measured before. Where objects really begin
only such a table says, so whatever looks like an object counts, in a string or in pixels too.
"""

from __future__ import annotations

import re
import zlib

_MOST_BYTES = 2 << 20
"""What all packed tables may become together; those of a thousand scanned pages are a quarter of one."""
_MOST_READ = 8 << 20
"""So much may be read in dictionaries of objects: a second of work."""
_STEP = 1 << 16

_SPACE = rb"(?:[\s\0]|%[^\r\n]*)*"
_OBJECT = re.compile(rb"obj" + _SPACE + rb"<<")
_TOKEN = re.compile(rb"%[^\r\n]*|<<|>>|[()]|/[^\s\0()<>\[\]{}/%]*")
_STRING = re.compile(rb"\\.|[()]", re.DOTALL)
_STREAM = re.compile(_SPACE + rb"stream[\s\0]*")
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_FLATE = re.compile(
    rb"/Filter" + _SPACE + rb"(?:/FlateDecode(?=[\s\0/>%])|\[" + _SPACE + rb"/FlateDecode" + _SPACE + rb"\])"
)


def tables_within(data: bytes, most: int = _MOST_BYTES) -> bool:
    """Whether the packed tables of a PDF are deflated once or not at all, and become at most `most` bytes together."""
    read = 0
    for found in _OBJECT.finditer(data):
        end, names = _dictionary(data, found.end(), _MOST_READ - read)
        read += end - found.end()
        if read >= _MOST_READ:
            return False
        begun = _STREAM.match(data, end)
        if begun is None or not names.keys() & {b"/First", b"/W"}:  # a packed table has one of these, no picture has
            continue
        filters = names.get(b"/Filter", [])
        if any(not _FLATE.match(data, at) for at in filters) or len(filters) > 1:
            return False
        most -= _inflated(data, begun.end(), most) if filters else 0
        if most < 0:
            return False
    return True


def _dictionary(data: bytes, start: int, most: int) -> tuple[int, dict[bytes, list[int]]]:
    """Where the dictionary that begins before `start` ends, after `most` bytes at the latest; its names with places."""
    names: dict[bytes, list[int]] = {}
    depth, at, last = 1, start, min(len(data), start + most)
    while depth and (token := _TOKEN.search(data, at, last)):
        at = token.end()
        if token[0] == b"<<":
            depth += 1
        elif token[0] == b">>":
            depth -= 1
        elif token[0] == b"(":
            at = _string(data, at, last)
        elif token[0].startswith(b"/"):
            name = _ESCAPE.sub(lambda code: bytes([int(code[1], 16)]), token[0])
            names.setdefault(name, []).append(token.start())
    return (last if depth else at), names


def _string(data: bytes, start: int, last: int) -> int:
    """Where the string that begins before `start` ends."""
    depth, at = 1, start
    while depth and (part := _STRING.search(data, at, last)):
        at = part.end()
        depth += {b"(": 1, b")": -1}.get(part[0], 0)
    return last if depth else at


def _inflated(data: bytes, start: int, most: int) -> int:
    """How many bytes the deflated data at `start` become; one more than `most` where more, or damaged."""
    inflate, grown = zlib.decompressobj(), 0
    for at in range(start, len(data), _STEP):
        try:
            grown += len(inflate.decompress(data[at : at + _STEP], most + 1 - grown))
        except zlib.error:
            return most + 1
        if inflate.eof or grown > most:
            break
    return grown
