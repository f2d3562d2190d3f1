"""A plain PDF writer: numbered objects, a classic cross-reference table, nothing else.

The copy's bytes are ours from the first to the last: the same input gives the same file, pages stream through from the
spool, and no library is imported for it (pikepdf costs 55 ms at a cold start and holds all pages at once).
"""

from __future__ import annotations

import zlib
from typing import BinaryIO

__all__ = ["Writer", "literal", "number", "text_string"]


def number(value: float) -> str:
    """A number with at most three decimals and no exponent."""
    shown = f"{value:.3f}".rstrip("0").rstrip(".")
    return "0" if shown in ("-0", "") else shown


def text_string(text: str) -> str:
    """A text string: ASCII as a literal, anything else as UTF-16BE with its mark, in hexadecimal."""
    if text.isascii():
        return literal(text)
    return f"<FEFF{text.encode('utf-16-be').hex().upper()}>"


def literal(text: str) -> str:
    """An ASCII literal string."""
    escaped = text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)").replace("\r", "\\r")
    return f"({escaped})"


class Writer:
    """Writes objects to `out` as they come; `finish` writes the table and the trailer."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._at = 0
        self._places: list[int] = [0]
        self._write(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")

    def _write(self, data: bytes) -> None:
        self._out.write(data)
        self._at += len(data)

    def reserve(self) -> int:
        """The number of an object that is written later."""
        self._places.append(0)
        return len(self._places) - 1

    def put(self, body: str, number: int | None = None) -> int:
        """Write an object; its number."""
        number = self.reserve() if number is None else number
        self._places[number] = self._at
        self._write(f"{number} 0 obj\n{body}\nendobj\n".encode("ascii"))
        return number

    def stream(self, entries: str, data: bytes, *, deflate: bool = True, number: int | None = None) -> int:
        """Write a stream with the dictionary `entries`; its number. The data are compressed unless told otherwise."""
        number = self.reserve() if number is None else number
        if deflate:
            data = zlib.compress(data, 6)
            entries += " /Filter /FlateDecode"
        self._places[number] = self._at
        self._write(f"{number} 0 obj\n<<{entries} /Length {len(data)}>>\nstream\n".encode("ascii"))
        self._write(data)
        self._write(b"\nendstream\nendobj\n")
        return number

    def finish(self, root: int, identity: bytes) -> int:
        """Write the cross-reference table and the trailer; the length of the file."""
        start = self._at
        rows = ["0000000000 65535 f \n", *(f"{place:010d} 00000 n \n" for place in self._places[1:])]
        if any(place == 0 for place in self._places[1:]):
            raise AssertionError("a reserved object was not written")
        once = identity.hex().upper()
        self._write(
            (
                f"xref\n0 {len(rows)}\n{''.join(rows)}"
                f"trailer\n<</Size {len(rows)} /Root {root} 0 R /ID [<{once}> <{once}>]>>\nstartxref\n{start}\n%%EOF\n"
            ).encode("ascii")
        )
        return self._at
