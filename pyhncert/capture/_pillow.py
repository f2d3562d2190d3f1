"""Rare pixel formats, through Pillow; its errors end here."""

from __future__ import annotations

import io
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, Jpeg2KImagePlugin, JpegImagePlugin, TiffImagePlugin

from pyhncert.capture._faults import ANOTHER, damaged, fault

if TYPE_CHECKING:
    import numpy.typing as npt

# What Pillow raises on damaged files; it wraps little of what its parsers meet.
FOREIGN = (
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    Image.DecompressionBombError,
)


_GUARD = threading.Lock()
_USUAL = Image.MAX_IMAGE_PIXELS


@contextmanager
def _admitted(image: Image.Image) -> Iterator[None]:
    """Let a picture that our own limits admitted pass Pillow's, which is one for the whole process and lower."""
    pixels = image.width * image.height
    if _USUAL is None or pixels <= _USUAL:
        yield
        return
    with _GUARD:
        before, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, pixels
        try:
            yield
        finally:
            Image.MAX_IMAGE_PIXELS = before


def open_jpeg(name: str, data: bytes) -> Image.Image:
    """A JPEG whose header was checked."""
    try:
        return JpegImagePlugin.JpegImageFile(io.BytesIO(data))
    except FOREIGN as err:
        raise damaged(name, "JPEG") from err


def open_tiff(name: str, data: bytes) -> TiffImagePlugin.TiffImageFile:
    """A TIFF whose directories were checked."""
    try:
        return TiffImagePlugin.TiffImageFile(io.BytesIO(data))
    except FOREIGN as err:
        raise damaged(name, "TIFF") from err


def jpeg2000_size(name: str, what: str, data: bytes) -> tuple[int, int]:
    """Width and height that a JPEG 2000 itself claims; decodes nothing."""
    try:
        return Jpeg2KImagePlugin.Jpeg2KImageFile(io.BytesIO(data)).size
    except FOREIGN as err:
        raise damaged(name, what) from err


def rgb(name: str, what: str, image: Image.Image) -> npt.NDArray[np.uint8]:
    """Decode to (height, width, 3) RGB; alpha is laid on white, 16 and 32 bits are cut to 8."""
    try:
        with _admitted(image):
            image.load()
        if image.mode == "RGB":
            return np.array(image, np.uint8)
        if image.mode in ("I;16", "I;16B", "I;16L", "I;16N", "I"):
            wide = np.asarray(image)
            gray = (wide >> 8 if wide.max() > 255 else wide).clip(0, 255).astype(np.uint8)
            return np.repeat(gray[:, :, None], 3, axis=2)
        if image.mode == "F":
            return np.repeat(np.asarray(image).clip(0, 255).astype(np.uint8)[:, :, None], 3, axis=2)
        if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
            seen = image.convert("RGBA")
            white = Image.new("RGB", seen.size, "white")
            white.paste(seen, mask=seen.getchannel("A"))
            return np.array(white, np.uint8)
        return np.array(image.convert("RGB"), np.uint8)
    except FOREIGN as err:
        if "codec" in str(err) or ("decoder" in str(err) and "not available" in str(err)):
            raise fault(name, f"unknown compression in the {what}", f"kiểu nén lạ trong tệp {what}", ANOTHER) from err
        raise damaged(name, what) from err
