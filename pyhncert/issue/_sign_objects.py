"""PDF objects, read strictly: what signing, validation data and verification need to know about their places.

This reader is for the revisions of our own copies, not for any PDF: classic tables, no object streams, no comments
between tokens. What it does not know is `AlteredCore`, never a guess. ISO 32000-1, 7.2 and 7.3.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from pyhncert.errors import AlteredCore

MAX_DEPTH = 24
"""Arrays and dictionaries inside each other; our own objects stay under 10."""

_WHITE = rb"[\x00\t\n\x0c\r ]*"
_SPACE = re.compile(_WHITE)
_TOKEN = re.compile(
    _WHITE + rb"(?:(?P<ref>(?P<num>\d{1,10})[ \n]+(?P<gen>\d{1,5})[ \n]+R(?![^\x00\t\n\x0c\r ()<>\[\]{}/%]))"
    rb"|(?P<number>[+-]?(?:\d{1,15}(?:\.\d{0,15})?|\.\d{1,15})(?![^\x00\t\n\x0c\r ()<>\[\]{}/%]))"
    rb"|(?P<name>/[^\x00\t\n\x0c\r ()<>\[\]{}/%]*)"
    rb"|(?P<dict><<)|(?P<end>>>)|(?P<hex><)|(?P<open>\[)|(?P<close>\])|(?P<text>\()"
    rb"|(?P<word>true|false|null)(?![^\x00\t\n\x0c\r ()<>\[\]{}/%]))"
)
_WHOLE_NUMBERS = re.compile(rb"(?:[ \n]*[+-]?\d{1,15}(?=[ \n\[\]]))+(?=[ \n]*[\[\]])")
"""A run of them up to a bracket, so that none of them begins a reference."""
_WORDS = {b"true": True, b"false": False, b"null": None}
_NAME_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_HEADER = re.compile(rb"(\d{1,10}) (\d{1,5}) obj[\n ]")
_STREAM = re.compile(_WHITE + rb"stream\r?\n")
_STREAM_END = re.compile(rb"\r?\n?endstream\nendobj\n\n?")
_OBJECT_END = re.compile(rb"[\n ]endobj\n\n?")
_OCTAL = re.compile(rb"[0-7]{1,3}")
_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


class Name(str):
    """A name without its slash, escapes undone."""

    __slots__ = ()


class Ref(NamedTuple):
    """An indirect reference."""

    number: int
    generation: int


@dataclass(frozen=True, slots=True)
class PdfString:
    """A string with the place of its token, delimiters included: ``data[start:end]``."""

    value: bytes
    start: int
    end: int
    hexadecimal: bool

    @property
    def text(self) -> str:
        """The text of a text string (UTF-16BE with mark, UTF-8 with mark, else Latin-1)."""
        if self.value.startswith(b"\xfe\xff"):
            return self.value[2:].decode("utf-16-be", "replace")
        if self.value.startswith(b"\xef\xbb\xbf"):
            return self.value[3:].decode("utf-8", "replace")
        return self.value.decode("latin-1")


Value = None | bool | int | float | Name | Ref | PdfString | list["Value"] | dict[str, "Value"]


@dataclass(frozen=True, slots=True)
class PdfObject:
    """One indirect object; `value_start` and `value_end` frame its value, `stream` its raw stream bytes."""

    number: int
    generation: int
    value: Value
    start: int
    value_start: int
    value_end: int
    end: int
    stream: tuple[int, int] | None = None

    @property
    def dictionary(self) -> dict[str, Value]:
        """The value, where it is a dictionary.

        Raises:
            AlteredCore: it is not.
        """
        if not isinstance(self.value, dict):
            raise malformed(self.start)
        return self.value


def malformed(position: int, what: str = "") -> AlteredCore:
    """The error for bytes that are no PDF as we write it."""
    tail_en, tail_vi = (f": {what}", f": {what}") if what else ("", "")
    return AlteredCore(
        f"the file's structure is broken at byte {position}{tail_en}",
        f"cấu trúc tệp bị hỏng tại byte {position}{tail_vi}",
    )


def skip_white(data: bytes, position: int) -> int:
    """The next position that is not white space."""
    match = _SPACE.match(data, position)
    return match.end() if match else position


def read_value(data: bytes, position: int, depth: int = 0) -> tuple[Value, int]:
    """The value at `position` and the position behind it.

    Raises:
        AlteredCore: no value stands there.
    """
    return _value(data, _token(data, position), depth)


def _token(data: bytes, position: int) -> re.Match[bytes]:
    """The next token; its group does not hold the white space before it."""
    token = _TOKEN.match(data, position)
    if token is None:
        raise malformed(skip_white(data, position))
    return token


def _value(data: bytes, token: re.Match[bytes], depth: int) -> tuple[Value, int]:
    """The value that begins with `token`, and the position behind it."""
    kind, end = token.lastgroup, token.end()
    if kind in _LONG:
        return _LONG[kind](data, end, depth)
    if kind == "name":
        return _name(token["name"]), end
    if kind == "number":
        raw = token["number"]
        return float(raw) if b"." in raw else int(raw), end
    if kind == "ref":
        return Ref(int(token["num"]), int(token["gen"])), end
    if kind == "word":
        return _WORDS[token["word"]], end
    raise malformed(end)


def _hexadecimal(data: bytes, position: int, _: int) -> tuple[PdfString, int]:
    start, end = position - 1, data.find(b">", position)
    digits = data[position:end].translate(None, b"\t\n\x0b\x0c\r ")
    try:
        value = bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii"))
    except ValueError as err:
        raise malformed(start) from err
    if end < 0:
        raise malformed(start)
    return PdfString(value, start, end + 1, True), end + 1


@lru_cache(maxsize=1024)
def _name(raw: bytes) -> Name:
    return Name(_NAME_ESCAPE.sub(lambda m: bytes([int(m[1], 16)]), raw[1:]).decode("latin-1"))


def _dictionary(data: bytes, position: int, depth: int) -> tuple[dict[str, Value], int]:
    found: dict[str, Value] = {}
    if depth >= MAX_DEPTH:
        raise malformed(position)
    while True:
        token = _token(data, position)
        if token.lastgroup == "end":
            return found, token.end()
        key = _name(token["name"]) if token.lastgroup == "name" else None
        if key is None or key in found:
            raise malformed(token.end())
        found[str(key)], position = _value(data, _token(data, token.end()), depth + 1)


def _array(data: bytes, position: int, depth: int) -> tuple[list[Value], int]:
    found: list[Value] = []
    if depth >= MAX_DEPTH:
        raise malformed(position)
    while True:
        if (numbers := _WHOLE_NUMBERS.match(data, position)) is not None:
            found += map(int, numbers[0].split())
            position = numbers.end()
        token = _token(data, position)
        if token.lastgroup == "close":
            return found, token.end()
        value, position = _value(data, token, depth + 1)
        found.append(value)


def _literal(data: bytes, position: int, _: int) -> tuple[PdfString, int]:
    start, nested, found = position - 1, 1, bytearray()
    while position < len(data):
        char = data[position : position + 1]
        position += 1
        if char == b"(":
            nested += 1
        elif char == b")":
            nested -= 1
            if nested == 0:
                return PdfString(bytes(found), start, position, False), position
        elif char == b"\\":
            octal = _OCTAL.match(data, position)
            if octal:
                found.append(int(octal[0], 8) & 255)
                position = octal.end()
                continue
            escaped = data[position : position + 1]
            position += 1
            if escaped not in (b"\n", b"\r"):
                found += _ESCAPES.get(escaped, escaped)
            continue
        found += char
    raise malformed(start)


_LONG: dict[str | None, Callable[[bytes, int, int], tuple[Value, int]]] = {
    "dict": _dictionary,
    "open": _array,
    "text": _literal,
    "hex": _hexadecimal,
}
"""What begins with a bracket, read from behind it."""


def read_object(data: bytes, position: int) -> PdfObject:
    """The indirect object that starts exactly at `position`, to behind its ``endobj`` line.

    Raises:
        AlteredCore: no such object stands there.
    """
    header = _HEADER.match(data, position)
    if header is None:
        raise malformed(position)
    value_start = skip_white(data, header.end())
    value, value_end = read_value(data, value_start)
    number, generation = int(header[1]), int(header[2])
    stream = _STREAM.match(data, value_end) if isinstance(value, dict) else None
    if stream is None:
        end = _OBJECT_END.match(data, value_end)
        if end is None:
            raise malformed(value_end)
        return PdfObject(number, generation, value, position, value_start, value_end, end.end())
    length = value.get("Length") if isinstance(value, dict) else None
    if not isinstance(length, int) or isinstance(length, bool) or length < 0:
        raise malformed(value_end)
    body = (stream.end(), stream.end() + length)
    end = _STREAM_END.match(data, body[1])
    if end is None:
        raise malformed(body[1])
    return PdfObject(number, generation, value, position, value_start, value_end, end.end(), body)
