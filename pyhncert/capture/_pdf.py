"""PDF whose pages are scans: what lies on each page, and its picture."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np
import pikepdf

from pyhncert.capture import _content, _jpeg
from pyhncert.capture._faults import ANOTHER, check_size, damaged, fault, truncated
from pyhncert.capture._pillow import FOREIGN, open_jpeg, rgb
from pyhncert.capture._turn import oriented
from pyhncert.errors import ScanError

if TYPE_CHECKING:
    import numpy.typing as npt

    from pyhncert.capture._limits import Limits
    from pyhncert.values import Matrix

_PDF_FAULTS = (pikepdf.PdfError, *FOREIGN, RuntimeError, NotImplementedError, AttributeError, RecursionError)


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
    name: str, data: bytes, limits: Limits
) -> Iterator[tuple[npt.NDArray[np.uint8], float | None, Matrix]]:
    """The picture of each page as it is seen, its pixels an inch, and the way back to stored pixels.

    Raises ScanError for a page that is not one scanned picture.
    """
    with _open(name, data) as pdf:
        for number, page in enumerate(pdf.pages, 1):
            yield _picture(f"{name}, page {number}", page, limits)


def _picture(name: str, page: pikepdf.Page, limits: Limits) -> tuple[npt.NDArray[np.uint8], float | None, Matrix]:
    try:
        drawn = _content.drawn(page)
        unit = float(page.obj.get("/UserUnit", 1))
        turns = int(page.rotation) // 90 % 4
    except _PDF_FAULTS as err:
        raise damaged(name, "PDF") from err
    placements = [p for p in drawn.images if p.width * p.height > 0]
    if not placements:
        raise fault(
            name,
            "the page is not a scan: it has no picture",
            "trang này không phải bản quét: không có ảnh",
            ("print it and certify the paper, or hand in the scan", "hãy nộp bản quét của giấy tờ"),
        )
    if drawn.text or drawn.paths or len(placements) > 1:
        raise fault(
            name,
            "the page is not one scanned picture: text or drawings lie on it",
            "trang này không phải một ảnh quét: có chữ hoặc hình vẽ chồng lên",
            ("hand in the scan as it came from the scanner", "hãy nộp bản quét nguyên gốc từ máy quét"),
        )
    placed = placements[0]
    check_size(name, placed.width, placed.height, limits)
    turn = placed.turn(turns)
    image, to_file = oriented(_pixels(name, placed.image, limits), turn)
    across, down = placed.size_pt
    dpi = (placed.width / across + placed.height / down) / 2 * 72 / unit if across and down else None
    return image, dpi, to_file


def _pixels(name: str, image: pikepdf.Object, limits: Limits) -> npt.NDArray[np.uint8]:
    """Decode one image object to (height, width, 3) RGB."""
    try:
        filters = image.get("/Filter")
        only = filters[0] if isinstance(filters, pikepdf.Array) and len(filters) == 1 else filters
        inverted = _inverted(image)
        if only == pikepdf.Name.DCTDecode:
            return _jpeg_pixels(name, bytes(image.read_raw_bytes()), inverted=inverted, limits=limits)
        pixels = rgb(name, "PDF", pikepdf.PdfImage(image).as_pil_image())
    except ScanError:
        raise
    except pikepdf.DependencyError as err:
        raise fault(name, "JBIG2 needs the program jbig2dec", "JBIG2 cần chương trình jbig2dec", ANOTHER) from err
    except (pikepdf.UnsupportedImageTypeError, NotImplementedError) as err:
        raise fault(name, "unknown kind of picture in the PDF", "kiểu ảnh lạ trong tệp PDF", ANOTHER) from err
    except _PDF_FAULTS as err:
        raise damaged(name, "PDF") from err
    return pixels


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
