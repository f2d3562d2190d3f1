"""PDF whose pages are scans: what lies on each page, and its picture."""

from __future__ import annotations

import io
import math
import re
import zlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pikepdf

from pyhncert.capture import _content, _jpeg, _layers
from pyhncert.capture._faults import ANOTHER, check_size, damaged, fault, truncated
from pyhncert.capture._inflate import decodes_within
from pyhncert.capture._pillow import FOREIGN, jpeg2000_size, open_jpeg, rgb
from pyhncert.capture._tables import tables_within
from pyhncert.capture._turn import Turn, oriented
from pyhncert.errors import ScanError

if TYPE_CHECKING:
    import numpy.typing as npt

    from pyhncert.capture._limits import Limits
    from pyhncert.values import Matrix

_PDF_FAULTS = (pikepdf.PikepdfError, zlib.error, *FOREIGN)

_WIDE = re.compile(rb"/Columns\s+\+?0*[1-9][0-9]{6,}")
"""A row of a million columns or more, which no picture within the limits has."""

# Clockwise quarter turns as transpose, mirror left-right, mirror upside down.
_QUARTERS = ((False, False, False), (True, True, False), (False, True, True), (True, False, True))


@contextmanager
def _open(name: str, data: bytes) -> Iterator[pikepdf.Pdf]:
    """The opened PDF; no repair is tried, for a repaired file is not the one that was handed in."""
    try:
        pdf = pikepdf.open(io.BytesIO(data), attempt_recovery=False, suppress_warnings=True)
    except pikepdf.PasswordError as err:
        raise _encrypted(name) from err
    except _PDF_FAULTS as err:
        if b"%%EOF" not in data[-1024:]:
            raise truncated(name, "PDF") from err
        raise damaged(name, "PDF") from err
    with pdf:
        if pdf.is_encrypted:
            raise _encrypted(name)
        yield pdf


def _encrypted(name: str) -> ScanError:
    return fault(
        name,
        "the PDF is encrypted",
        "tệp PDF bị đặt mật khẩu hoặc mã hóa",
        ("hand it in without a password, or scan the paper", "hãy gỡ mật khẩu, hoặc quét lại bản giấy"),
    )


def check(name: str, data: bytes, limits: Limits) -> None:
    """Open the file and count its pages.

    Raises ScanError for a file that is encrypted, cut off, damaged, empty, or has too many pages.
    """
    if b"%%EOF" not in data[-1024:]:  # ISO 32000-1, annex H.3, note 18
        raise truncated(name, "PDF")
    if _WIDE.search(data):  # qpdf makes room for so many when it reads the file's own tables
        raise damaged(name, "PDF")
    if not tables_within(data):
        raise _encrypted(name) if b"/Encrypt" in data else damaged(name, "PDF")
    with _open(name, data) as pdf:
        try:
            count = len(pdf.pages)
        except _PDF_FAULTS as err:
            raise damaged(name, "PDF") from err
    if not count:
        raise fault(name, "the PDF has no page", "tệp PDF không có trang nào")
    if count > limits.max_pages:
        raise fault(
            name,
            f"the PDF has {count} pages, over the limit of {limits.max_pages}",
            f"tệp PDF có {count} trang, vượt giới hạn {limits.max_pages}",
            ("hand in fewer pages at a time", "hãy nộp ít trang hơn mỗi lần"),
        )


def page_count(name: str, data: bytes) -> int:
    """How many pages there are."""
    with _open(name, data) as pdf:
        return len(pdf.pages)


def signed(name: str, data: bytes) -> bool:
    """Whether a signature field holds a value."""
    with _open(name, data) as pdf:
        try:
            form = pdf.Root.get("/AcroForm")
            todo = list(form.get("/Fields", ())) if form is not None else []
            for _ in range(10_000):
                if not todo:
                    return False
                field = todo.pop()
                value = field.get("/V")
                if isinstance(value, pikepdf.Dictionary) and ("/ByteRange" in value or "/Contents" in value):
                    return True
                todo += list(field.get("/Kids", ()))
        except _PDF_FAULTS as err:
            raise damaged(name, "PDF") from err
    return False


def pictures(
    name: str, data: bytes, limits: Limits, wanted: Collection[int] | None = None
) -> Iterator[tuple[int, tuple[npt.NDArray[np.uint8], float | None, Matrix]]]:
    """Place (from 0) and picture of each page as it is seen, its pixels an inch, and the way back to stored pixels.

    Raises ScanError for a page that is not one scanned picture. Only the pages in `wanted` are looked at, where it is
    given.
    """
    with _open(name, data) as pdf:
        for frame in range(len(pdf.pages)):
            if wanted is not None and frame not in wanted:
                continue
            where = f"{name}, page {frame + 1}"
            try:
                picture = _picture(where, pdf.pages[frame], limits)
            except _PDF_FAULTS as err:
                raise damaged(where, "PDF") from err
            yield frame, picture
            del picture  # else two pages lie in memory while the next one is decoded


def _picture(name: str, page: pikepdf.Page, limits: Limits) -> tuple[npt.NDArray[np.uint8], float | None, Matrix]:
    drawn = _content.drawn(page)
    unit, turns = _unit(page), int(page.rotation) // 90 % 4
    if not drawn.images:
        raise fault(
            name,
            "the page is not a scan: it has no picture",
            "trang này không phải bản quét: không có ảnh",
            ("print it and certify the paper, or hand in the scan", "hãy nộp bản quét của giấy tờ"),
        )
    if drawn.text or drawn.paths or not all(p.straight and min(p.size_pt) > 0 for p in drawn.images):
        raise fault(
            name,
            "the page is not a plain scan: text or drawings lie on its picture",
            "trang này không phải bản quét thuần: có chữ hoặc hình vẽ chồng lên ảnh",
            ("hand in the scan as it came from the scanner", "hãy nộp bản quét nguyên gốc từ máy quét"),
        )
    for placed in drawn.images:
        check_size(name, placed.width, placed.height, replace(limits, min_side_px=1))
    if len(drawn.images) == 1 and drawn.images[0].plain:
        placed = drawn.images[0]
        check_size(name, placed.width, placed.height, limits)
        image, to_file = oriented(_pixels(name, placed.image, limits), placed.turn(turns))
        across, down = placed.size_pt
        return image, (placed.width / across + placed.height / down) / 2 * 72 / unit, to_file
    return _layered(name, page, drawn.images, limits)


def _unit(page: pikepdf.Page) -> float:
    """How many 1/72 inch one unit of the page is (ISO 32000-1, table 30)."""
    unit = float(page.obj.get("/UserUnit", 1))
    if not 0 < unit < math.inf:
        raise ValueError(f"a unit of {unit}")
    return unit


def _layered(
    name: str, page: pikepdf.Page, images: list[_content.Placement], limits: Limits
) -> tuple[npt.NDArray[np.uint8], float | None, Matrix]:
    """A page of several layers; its pixels are those of the finest one, and the file's pixels are the page's."""
    unit, turns = _unit(page), int(page.rotation) // 90 % 4
    left, bottom, right, top = (float(v) for v in page.cropbox)
    box = (min(left, right), min(bottom, top), max(left, right), max(bottom, top))
    width, height, dpi = _layers.size_and_dpi(images, box)
    check_size(name, width, height, limits)

    def decode(placed: _content.Placement) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8] | None]:
        if bool(placed.image.get("/ImageMask", False)):
            painted = 255 - _pixels(name, placed.image, limits)[:, :, 0]  # a stencil paints where it is 0
            return np.full((*painted.shape, 3), placed.colour, np.uint8), painted
        with _unmasked(placed.image) as mask:
            pixels = _pixels(name, placed.image, limits)
        if not isinstance(mask, pikepdf.Stream):
            return pixels, None
        check_size(name, int(mask["/Width"]), int(mask["/Height"]), replace(limits, min_side_px=1))
        cover = _pixels(name, mask, limits)[:, :, 0]
        return _same_size(pixels, 255 - cover if bool(mask.get("/ImageMask", False)) else cover)

    image = _layers.flattened(images, box, (width, height), decode)
    turned = np.ascontiguousarray(np.rot90(image, -turns))
    return turned, dpi / unit, Turn(*_QUARTERS[turns]).to_file(turned.shape[1], turned.shape[0])


@contextmanager
def _unmasked(image: pikepdf.Object) -> Iterator[pikepdf.Object | None]:
    """The image without its mask, which is handed out; else it would be laid on white, on a coarser grid."""
    taken = {key: image[key] for key in ("/SMask", "/Mask") if key in image}
    for key in taken:
        del image[key]
    try:
        yield taken.get("/SMask", taken.get("/Mask"))
    finally:
        for key, value in taken.items():
            image[key] = value


def _same_size(
    pixels: npt.NDArray[np.uint8], cover: npt.NDArray[np.uint8]
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    """Colour and opacity on the grid of the finer of both."""
    import cv2  # noqa: PLC0415  rare

    width, height = max(pixels.shape[1], cover.shape[1]), max(pixels.shape[0], cover.shape[0])

    def fit(image: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
        if image.shape[:2] == (height, width):
            return image
        return cv2.resize(image, (width, height), interpolation=cv2.INTER_LINEAR).astype(np.uint8, copy=False)

    return fit(pixels), fit(cover)


def _pixels(name: str, image: pikepdf.Object, limits: Limits) -> npt.NDArray[np.uint8]:
    """Decode one image object to (height, width, 3) RGB."""
    try:
        filters = image.get("/Filter")
        only = filters[0] if isinstance(filters, pikepdf.Array) and len(filters) == 1 else filters
        if only == pikepdf.Name.DCTDecode:
            inverted = _inverted(image)
            return _jpeg_pixels(name, bytes(image.read_raw_bytes()), inverted=inverted, limits=limits)
        if not isinstance(image, pikepdf.Stream):
            raise damaged(name, "PDF")
        if not decodes_within(image, _most(image)):
            raise damaged(name, "PDF")
        if only == pikepdf.Name.JPXDecode:
            _check_jpeg2000(name, image)
        return rgb(name, "PDF", pikepdf.PdfImage(image).as_pil_image())
    except ScanError:
        raise
    except pikepdf.DependencyError as err:
        raise fault(name, "JBIG2 needs the program jbig2dec", "JBIG2 cần chương trình jbig2dec", ANOTHER) from err
    except (pikepdf.UnsupportedImageTypeError, NotImplementedError) as err:
        raise fault(name, "unknown kind of picture in the PDF", "kiểu ảnh lạ trong tệp PDF", ANOTHER) from err
    except _PDF_FAULTS as err:
        raise damaged(name, "PDF") from err


def _most(image: pikepdf.Object) -> int:
    """Bytes that the data of an image may have: four channels of 16 bits, and a filter byte a row."""
    return (int(image["/Width"]) * 8 + 1) * int(image["/Height"]) + 65536


def _check_jpeg2000(name: str, image: pikepdf.Object) -> None:
    """Raise ScanError for a JPEG 2000 of another size than the PDF says, which is the size that was checked."""
    size = jpeg2000_size(name, "PDF", bytes(image.read_raw_bytes()))
    if size != (int(image["/Width"]), int(image["/Height"])):
        raise damaged(name, "PDF")


def _inverted(image: pikepdf.Object) -> bool:
    decode = image.get("/Decode")
    return decode is not None and len(decode) >= 2 and float(decode[0]) > float(decode[1])


def _jpeg_pixels(name: str, data: bytes, *, inverted: bool, limits: Limits) -> npt.NDArray[np.uint8]:
    header = _jpeg.check(name, data, limits)
    if header.components != 4:
        pixels = _jpeg.decode(name, data, header)
        return 255 - pixels if inverted else pixels
    # Pillow inverts CMYK where Adobe's marker stands; PDF goes by /Decode alone (ISO 32000-1, 8.9.5.2).
    cmyk = open_jpeg(name, data)
    if inverted != (header.adobe is not None):
        from PIL import ImageChops  # noqa: PLC0415  rare

        cmyk.load()
        return rgb(name, "PDF", ImageChops.invert(cmyk))
    return rgb(name, "PDF", cmyk)
