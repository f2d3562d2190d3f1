"""How long the data of a PDF stream become, told before they are decoded (ISO 32000-1, 7.4)."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

import pikepdf

_STEP = 1 << 20
_PIXELS = frozenset(("/DCTDecode", "/JPXDecode", "/CCITTFaxDecode", "/JBIG2Decode"))
_LZW_GROWTH, _RUN_GROWTH = 2800, 64
"""What one byte can become at most: a code of 12 bits is a string of up to 4096 bytes; two bytes are a run of 128."""


def decodes_within(stream: pikepdf.Object, most: int) -> bool:
    """Whether the decoded data have at most `most` bytes; never holds much more than that.

    Data for an image decoder count as they are: what they become is their header's affair.

    Raises:
        pikepdf.PdfError, zlib.error: the data are damaged.
    """
    data = bytes(stream.read_raw_bytes())
    said = stream.get("/Filter")
    several = said if isinstance(said, pikepdf.Array) else [said] if said is not None else []
    names = [str(name) for name in several]
    for at, name in enumerate(names):
        if name in _PIXELS:
            return True
        if name == "/FlateDecode":
            parts, grown = [], 0
            for part in _inflated(data):
                grown += len(part)
                if grown > most:
                    return False
                if at + 1 < len(names):
                    parts.append(part)
            if at + 1 == len(names):
                return True
            data = b"".join(parts)
            continue
        if name == "/LZWDecode" and len(data) * _LZW_GROWTH > most and _lzw_length(data, _early(stream, at)) > most:
            return False
        if name == "/RunLengthDecode" and len(data) * _RUN_GROWTH > most and _run_length(data) > most:
            return False
        with pikepdf.new() as alone:
            data = decoded(pikepdf.Stream(alone, data, Filter=pikepdf.Name(name)))
    return len(data) <= most


def decoded(stream: pikepdf.Stream) -> bytes:
    """The data with all filters undone that are none of pixels, run lengths too."""
    return stream.read_bytes(decode_level=pikepdf.StreamDecodeLevel.specialized)


def _inflated(data: bytes) -> Iterator[bytes]:
    """The inflated data, piece by piece."""
    inflate, rest = zlib.decompressobj(), data
    while rest and not inflate.eof:
        yield inflate.decompress(rest, _STEP)
        rest = inflate.unconsumed_tail


def _early(stream: pikepdf.Object, at: int) -> int:
    """Whether codes grow one early (the usual way), by the parameters of filter `at`."""
    parameters = stream.get("/DecodeParms")
    if isinstance(parameters, pikepdf.Array):
        parameters = parameters[at]
    return int(parameters.get("/EarlyChange", 1)) if isinstance(parameters, pikepdf.Dictionary) else 1


def _lzw_length(data: bytes, early: int) -> int:
    """Length of LZW data, without their strings (ISO 32000-1, 7.4.4.2)."""
    fresh = [1] * 256 + [0, 0]
    lengths, before, total, bit = fresh.copy(), 0, 0, 0
    while True:
        width = max(9, min(12, (len(lengths) + early).bit_length()))
        if bit + width > 8 * len(data):
            return total
        window = int.from_bytes(data[bit >> 3 : (bit >> 3) + 3].ljust(3, b"\0"))
        code = window >> (24 - width - (bit & 7)) & ((1 << width) - 1)
        bit += width
        if code == 256:
            lengths, before = fresh.copy(), 0
        elif code == 257 or code > len(lengths):
            return total
        else:
            length = lengths[code] if code < len(lengths) else before + 1
            if before:
                lengths.append(before + 1)
            total, before = total + length, length


def _run_length(data: bytes) -> int:
    """Length of run-length data (ISO 32000-1, 7.4.5)."""
    total, at = 0, 0
    while at < len(data) and data[at] != 128:
        total += data[at] + 1 if data[at] < 128 else 257 - data[at]
        at += data[at] + 2 if data[at] < 128 else 2
    return total
