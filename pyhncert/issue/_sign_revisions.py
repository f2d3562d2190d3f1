"""The revisions of a copy: each a body, a classic table, a trailer, and exactly one newline behind its %%EOF.

`read_revisions` follows the chain of tables from the end of the file and accepts nothing that is not in it: no byte
before the first object, between two objects, or behind the last line. ISO 32000-1, 7.5.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pyhncert.issue._sign_objects import PdfObject, Ref, Value, malformed, read_object, read_value, skip_white

MAX_REVISIONS = 64
_HEADER = re.compile(rb"%PDF-1\.7\n(?:%[^\n]{4,32}\n)?\n?")
_TAIL = re.compile(rb"startxref\n(0|[1-9]\d{0,11})\n%%EOF\n\Z")
_SECTION_END = re.compile(rb"\n?startxref\n(0|[1-9]\d{0,11})\n%%EOF\n")
_SUBSECTION = re.compile(rb"(0|[1-9]\d{0,8}) ([1-9]\d{0,6})\n")
_ENTRY = re.compile(rb"(\d{10}) (\d{5}) ([nf]) \n")


@dataclass(frozen=True, slots=True)
class Revision:
    """One revision: ``data[start:end]``, its table at `table`, its objects by number."""

    start: int
    table: int
    end: int
    trailer: dict[str, Value]
    trailer_span: tuple[int, int]
    objects: dict[int, PdfObject]


@dataclass(frozen=True, slots=True)
class Revisions:
    """All revisions of `data`, oldest first."""

    data: bytes
    found: tuple[Revision, ...]

    def __len__(self) -> int:
        return len(self.found)

    def __getitem__(self, index: int) -> Revision:
        return self.found[index]

    def __iter__(self) -> Iterator[Revision]:
        return iter(self.found)

    def object(self, reference: Value, upto: int | None = None) -> PdfObject:
        """The object behind `reference` as it stood after revision `upto` (counted from 1; default: the last).

        Raises:
            AlteredCore: there is none.
        """
        if isinstance(reference, Ref):
            for revision in reversed(self.found[:upto]):
                found = revision.objects.get(reference.number)
                if found is not None:
                    if found.generation != reference.generation:
                        break
                    return found
        raise malformed(len(self.data))

    def resolve(self, value: Value, upto: int | None = None) -> Value:
        """`value`, or what it refers to."""
        return self.object(value, upto).value if isinstance(value, Ref) else value

    def catalog(self, upto: int | None = None) -> PdfObject:
        """The document catalog after revision `upto`."""
        revision = self.found[-1 if upto is None else upto - 1]
        return self.object(revision.trailer.get("Root"), upto)


def read_revisions(data: bytes) -> Revisions:
    """All revisions of `data`.

    Raises:
        AlteredCore: the file is not a chain of revisions as we write them.
    """
    tail = _TAIL.search(data, max(0, len(data) - 64))
    if tail is None:
        raise malformed(len(data), "%%EOF")
    tables = [int(tail[1])]
    sections = [_read_section(data, tables[0])]
    while "Prev" in sections[-1][1]:
        prev = sections[-1][1]["Prev"]
        if type(prev) is not int or not 0 < prev < tables[-1] or len(tables) >= MAX_REVISIONS:
            raise malformed(tables[-1], "Prev")
        section = _read_section(data, prev)
        if section[3] > tables[-1]:
            raise malformed(prev)
        tables.append(prev)
        sections.append(section)
    if sections[0][3] != len(data):
        raise malformed(sections[0][3])
    found: list[Revision] = []
    for place in reversed(range(len(tables))):
        entries, trailer, span, end = sections[place]
        start = sections[place + 1][3] if place + 1 < len(tables) else 0
        objects = _read_body(data, start, tables[place], entries)
        found.append(Revision(start, tables[place], end, trailer, span, objects))
    return Revisions(data, tuple(found))


def _read_section(data: bytes, table: int) -> tuple[dict[int, tuple[int, int]], dict[str, Value], tuple[int, int], int]:
    """Table entries, trailer, the trailer's place, and the end of the section at `table`."""
    if not data.startswith(b"xref\n", table):
        raise malformed(table, "xref")
    position = table + 5
    entries: dict[int, tuple[int, int]] = {}
    next_number = 0
    while (head := _SUBSECTION.match(data, position)) is not None:
        position = head.end()
        first, count = int(head[1]), int(head[2])
        if first < next_number or count * 20 > len(data) - position:
            raise malformed(position)
        next_number = first + count
        for number in range(first, next_number):
            entry = _ENTRY.match(data, position)
            if entry is None or (entry[3] == b"f") is not (number == 0):
                raise malformed(position)
            if number == 0 and entry[0] != b"0000000000 65535 f \n":
                raise malformed(position)
            if number:
                entries[number] = (int(entry[1]), int(entry[2]))
            position += 20
    if not data.startswith((b"trailer\n", b"trailer "), position):
        raise malformed(position, "trailer")
    span_start = skip_white(data, position + 7)
    trailer, span_end = read_value(data, span_start)
    close = _SECTION_END.match(data, span_end)
    if not isinstance(trailer, dict) or close is None or int(close[1]) != table or not entries:
        raise malformed(span_start, "trailer")
    size = trailer.get("Size")
    if type(size) is not int or size < next_number or {"XRefStm", "Encrypt"} & trailer.keys():
        raise malformed(span_start, "trailer")
    return entries, trailer, (span_start, span_end), close.end()


def _read_body(data: bytes, start: int, table: int, entries: dict[int, tuple[int, int]]) -> dict[int, PdfObject]:
    """The objects between `start` and `table`, which must fill that place without a gap."""
    position = start
    if start == 0:
        header = _HEADER.match(data)
        if header is None:
            raise malformed(0, "%PDF-1.7")
        position = header.end()
    objects: dict[int, PdfObject] = {}
    for number, (offset, generation) in sorted(entries.items(), key=lambda item: item[1]):
        if offset != position:
            raise malformed(position)
        found = read_object(data, offset)
        if (found.number, found.generation) != (number, generation):
            raise malformed(offset)
        objects[number] = found
        position = found.end
    if position != table:
        raise malformed(position)
    return objects
