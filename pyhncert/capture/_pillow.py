"""Rare pixel formats, through Pillow; its errors end here."""

from __future__ import annotations

import io
import struct
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, JpegImagePlugin, TiffImagePlugin

from pyhncert.capture._faults import ANOTHER, damaged, fault

if TYPE_CHECKING:
    import numpy.typing as npt

# What Pillow raises on damaged files; it wraps little of what its parsers meet.
FOREIGN = (OSError, SyntaxError, ValueError, KeyError, IndexError, TypeError, EOFError, struct.error, MemoryError)


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


def rgb(name: str, what: str, image: Image.Image) -> npt.NDArray[np.uint8]:
    """Decode to (height, width, 3) RGB; alpha is laid on white, 16 and 32 bits are cut to 8."""
    try:
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
