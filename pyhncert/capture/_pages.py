"""The pictures of scans, one by one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from pyhncert.capture import _jpeg, _png, _tiff
from pyhncert.capture._faults import too_many_pages
from pyhncert.capture._limits import Limits
from pyhncert.capture._turn import exif_turn, oriented
from pyhncert.values import Matrix, RawPage, Scan

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Picture = tuple[npt.NDArray[np.uint8], float | None, Matrix]
    """Pixels as they are seen, pixels an inch by the file, seen pixels to stored pixels."""


def raw_pages(scans: Iterable[Scan], *, limits: Limits = Limits()) -> Iterator[RawPage]:  # noqa: B008  frozen
    """The pictures of `scans` in their order, decoded when asked for; none is kept once the next is asked for.

    `scans` may be read lazily: each is asked for when the pages of the one before are done.

    Pages count from 1 over all scans, `scan` and `frame` (the place inside its file) from 0.

    Raises:
        ScanError: a picture cannot be decoded, is too large or too small, or there are too many.
    """
    number = 0
    for index, scan in enumerate(scans):
        for frame, (image, dpi, to_file) in _pictures(scan, limits):
            number += 1
            if number > limits.max_pages:
                raise too_many_pages(limits)
            yield RawPage(number=number, scan=index, frame=frame, image=image, dpi=dpi, to_file=to_file)
            del image  # else two pages lie in memory while the next one is decoded


def _pictures(scan: Scan, limits: Limits) -> Iterator[tuple[int, Picture]]:
    """The pictures that are meant, each with its place in the file; the others are not decoded."""
    name, data, wanted = scan.name, scan.data, scan.frames
    if scan.media_type == "image/tiff":
        for frame, header in enumerate(_tiff.check(name, data, limits)):
            if wanted is None or frame in wanted:
                yield frame, _tiff.picture(name, data, frame, header)
    elif scan.media_type == "application/pdf":
        from pyhncert.capture import _pdf  # noqa: PLC0415  slow to load, only for PDF

        yield from _pdf.pictures(name, data, limits, wanted)
    elif wanted is None or 0 in wanted:
        yield 0, (_png_picture if scan.media_type == "image/png" else _jpeg_picture)(name, data, limits)


def _png_picture(name: str, data: bytes, limits: Limits) -> Picture:
    header = _png.check(name, data, limits)
    image, to_file = oriented(_png.decode(name, data, header), exif_turn(header.orientation))
    return image, header.dpi, to_file


def _jpeg_picture(name: str, data: bytes, limits: Limits) -> Picture:
    header = _jpeg.check(name, data, limits)
    image, to_file = oriented(_jpeg.decode(name, data, header), exif_turn(header.orientation))
    return image, header.dpi, to_file
