"""Scans in every shape that a scanner, a phone or an office has been seen to make, and broken ones."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pikepdf
from PIL import Image

DPI = 200


def picture(path: Path) -> Image.Image:
    return Image.open(path).convert("RGB")


def saved(image: Image.Image, form: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **{"dpi": (DPI, DPI), **options})
    return out.getvalue()


def pdf_of(*images: Image.Image) -> bytes:
    out = io.BytesIO()
    images[0].save(out, "PDF", resolution=DPI, save_all=True, append_images=list(images[1:]))
    return out.getvalue()


def png_16_bit(image: Image.Image) -> bytes:
    """16-bit RGB, which Pillow cannot write: chunks by hand (PNG specification, 11.2)."""
    deep = np.asarray(image).astype(">u2") * 257
    rows = b"".join(b"\0" + row.tobytes() for row in deep)
    return png(image.size, rows, depth=16)


def png(size: tuple[int, int], rows: bytes, depth: int = 8) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    per_metre = round(DPI / 0.0254)
    head = struct.pack(">IIBBBBB", *size, depth, 2, 0, 0, 0)
    body = chunk(b"pHYs", struct.pack(">IIB", per_metre, per_metre, 1)) + chunk(b"IDAT", zlib.compress(rows, 6))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + body + chunk(b"IEND", b"")


def bomb() -> bytes:
    """40,000 x 40,000 pixels of zeros in some megabytes, as a PNG."""
    side = 40_000
    row = b"\0" * (1 + 3 * side)
    squeeze = zlib.compressobj(9)
    parts = [squeeze.compress(row) for _ in range(200)] + [squeeze.flush()]
    whole = png((side, side), b"")
    data = b"".join(parts)
    idat = struct.pack(">I", len(data)) + b"IDAT" + data + struct.pack(">I", zlib.crc32(b"IDAT" + data))
    at = whole.index(b"IDAT") - 4
    return whole[:at] + idat + whole[whole.index(b"IEND") - 4 :]


def alpha(image: Image.Image) -> bytes:
    """Ink on nothing: transparent where the paper is."""
    made = image.convert("RGBA")
    gray = np.asarray(image.convert("L"))
    made.putalpha(Image.fromarray(np.where(gray > 200, 0, 255).astype(np.uint8)))
    return saved(made, "PNG")


def exif_turned(image: Image.Image) -> bytes:
    """Stored on its side, with EXIF orientation 6 saying so (rotate 90 clockwise to view)."""
    exif = Image.Exif()
    exif[0x0112] = 6
    return saved(image.transpose(Image.Transpose.ROTATE_90), "JPEG", quality=92, exif=exif)


def encrypted_pdf(image: Image.Image) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf_of(image))) as pdf:
        pdf.save(out, encryption=pikepdf.Encryption(owner="owner", user="user"))
    return out.getvalue()


Maker = Callable[[Image.Image], bytes]

WORKS: dict[str, Maker] = {
    "16-bit.png": png_16_bit,
    "16-bit-gray.png": lambda i: saved(Image.fromarray(np.asarray(i.convert("L")).astype(np.uint16) * 257), "PNG"),
    "cmyk.jpg": lambda i: saved(i.convert("CMYK"), "JPEG", quality=92),
    "cmyk.tif": lambda i: saved(i.convert("CMYK"), "TIFF", compression="tiff_lzw"),
    "palette.png": lambda i: saved(i.quantize(64), "PNG"),
    "gray.png": lambda i: saved(i.convert("L"), "PNG"),
    "1-bit.png": lambda i: saved(i.convert("L").point(lambda v: 255 * (v > 140)).convert("1"), "PNG"),
    "1-bit-g4.tif": lambda i: saved(
        i.convert("L").point(lambda v: 255 * (v > 140)).convert("1"), "TIFF", compression="group4"
    ),
    "alpha.png": alpha,
    "exif.jpg": exif_turned,
    "turned-90.png": lambda i: saved(i.transpose(Image.Transpose.ROTATE_270), "PNG"),
    "turned-180.png": lambda i: saved(i.transpose(Image.Transpose.ROTATE_180), "PNG"),
    "turned-270.png": lambda i: saved(i.transpose(Image.Transpose.ROTATE_90), "PNG"),
    "progressive.jpg": lambda i: saved(i, "JPEG", quality=92, progressive=True),
    "scan.pdf": lambda i: pdf_of(i),
}
"""Everything here simply works, and the result verifies (EXPECTATIONS, Input, second list)."""

BROKEN: dict[str, Maker] = {
    "empty.png": lambda _: b"",
    "truncated.png": lambda i: half(saved(i, "PNG")),
    "truncated.jpg": lambda i: half(saved(i, "JPEG", quality=92)),
    "truncated.tif": lambda i: half(saved(i, "TIFF")),
    "truncated.pdf": lambda i: half(pdf_of(i)),
    "text.png": lambda _: "đây là chữ, không phải ảnh\n".encode(),
    "bomb.png": lambda _: bomb(),
    "3x3.png": lambda _: saved(Image.new("RGB", (3, 3), "white"), "PNG"),
    "encrypted.pdf": encrypted_pdf,
}
"""Everything here is a ScanError, exit code 10 (EXPECTATIONS, Input, first list)."""


def half(data: bytes) -> bytes:
    return data[: len(data) // 2]
