"""Reading for other programs: pixels or a file in, lines in place out, in the caller's own pixels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from pyhncert import capture
from pyhncert.errors import ScanError, UsageFault
from pyhncert.recognise._reader import Reader
from pyhncert.values import Code, Line, Matrix, RawPage, Word

if TYPE_CHECKING:
    from pathlib import Path

    from pyhncert.values import Page, Pixels, Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class PageText:
    """What is written on one paper, in pixels of the picture that was handed in.

    Attributes:
        number: the paper's place, from 1; a picture on which several papers lie gives several.
        frame: which picture of the file, from 0; 0 for an array.
        size: width and height of that picture in pixels.
        dpi: pixels an inch of the upright page, as the file says or as the paper or its print suggest (`dpi_source`:
            ``file``, ``paper`` or ``text``).
        turned: clockwise quarter turns in degrees (0, 90, 180, 270) by which the paper was set upright.
        skew_deg: clockwise skew in degrees that was taken out besides.
        to_page: 3x3 homography from pixels of the picture to pixels of the upright page.
        lines: in reading order; each `Line` has its text (NFC), its `quad`, its words and a confidence from 0 to 1.
            A quad is four corners (x, y) clockwise from the reader's upper left; the picture's upper left corner is
            (0, 0), x goes to the right, y down, the centre of the first pixel is (0.5, 0.5).
        codes: QR symbols, as strangers wrote them.
        reader: names and SHA-256 of the models.
    """

    number: int
    frame: int
    size: tuple[int, int]
    dpi: float
    dpi_source: str
    turned: int
    skew_deg: float
    to_page: Matrix
    lines: tuple[Line, ...]
    codes: tuple[Code, ...]
    reader: str

    @property
    def text(self) -> str:
        """The lines, one below the other."""
        return "\n".join(line.text for line in self.lines)


def read(
    source: Pixels | bytes | Path,
    *,
    dpi: float | None = None,
    reader: Reader | None = None,
    limits: capture.Limits = capture.Limits(),  # noqa: B008  frozen
) -> tuple[PageText, ...]:
    """Read every paper on a picture or in a file.

    `source` is an array of shape (height, width, 3), dtype uint8, RGB from the upper left; or the bytes, or the path,
    of a PNG, JPEG, TIFF or PDF of pictures. It is neither changed nor kept. `dpi` is pixels an inch of an array, and
    goes before what a file says; without it the size is guessed from paper and print. `reader` saves loading the
    models (0.3 s) for each call; it may be shared by threads.

    Nothing is judged here and nothing is kept: kinds, fields, findings and the stop at a paper marked secret are those
    of `pyhncert.office.read_scans` and `Office.certify`.

    Raises:
        UsageFault: the array or `dpi` is of another form than this.
        ScanError: the picture or file cannot be read as a page, or is beyond `limits`.
        MissingDependency: a model is missing.
    """
    if dpi is not None and not 0 < dpi < 100_000:
        raise UsageFault(f"{dpi} dpi is no resolution", f"{dpi} dpi không phải độ phân giải")
    reader = reader or Reader()
    number = 1
    out: list[PageText] = []
    for raw in _raw(source, dpi, limits):
        for page in capture.normalise(raw, number=number, limits=limits, stands_on_head=reader.stands_on_head):
            out.append(_text_of(page, reader.read(page)))
            number += 1
    return tuple(out)


def _raw(source: Pixels | bytes | Path, dpi: float | None, limits: capture.Limits) -> Iterable[RawPage]:
    if isinstance(source, np.ndarray):
        return (RawPage(number=1, scan=0, frame=0, image=_checked(source, limits), dpi=dpi),)
    return _pictures(source, dpi, limits)


def _pictures(source: bytes | Path, dpi: float | None, limits: capture.Limits) -> Iterator[RawPage]:
    for raw in capture.raw_pages([capture.load(source, limits=limits)], limits=limits):
        yield raw if dpi is None else replace(raw, dpi=dpi)


def _checked(image: Pixels, limits: capture.Limits) -> Pixels:
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3:
        raise UsageFault(
            f"the array is {image.dtype} of shape {image.shape}; give uint8 of shape (height, width, 3), RGB",
            f"mảng là {image.dtype} dạng {image.shape}; cần uint8 dạng (cao, rộng, 3), RGB",
        )
    height, width = image.shape[:2]
    if min(height, width) < limits.min_side_px or height * width > limits.max_pixels:
        raise ScanError(
            f"the array is {width}x{height} pixels; at least {limits.min_side_px} a side and"
            f" {limits.max_pixels} in all can be read",
            f"mảng {width}x{height} điểm ảnh; đọc được từ {limits.min_side_px} mỗi cạnh đến {limits.max_pixels} tất cả",
        )
    return np.ascontiguousarray(image)


def _text_of(page: Page, reading: Reading) -> PageText:
    back = page.matrix.inverse()
    return PageText(
        number=page.number,
        frame=page.frame,
        size=page.raw_size,
        dpi=page.dpi,
        dpi_source=page.dpi_source,
        turned=page.turned,
        skew_deg=page.skew_deg,
        to_page=page.matrix,
        lines=tuple(_line(line, back) for line in reading.lines),
        codes=tuple(replace(code, quad=back.quad(code.quad)) for code in reading.codes),
        reader=reading.reader,
    )


def _line(line: Line, back: Matrix) -> Line:
    words: tuple[Word, ...] = tuple(replace(word, quad=back.quad(word.quad)) for word in line.words)
    return replace(line, quad=back.quad(line.quad), words=words)
