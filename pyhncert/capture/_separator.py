"""Sheets between originals: a page that carries our separator's QR, whichever way it lies."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from pyhncert import _core
from pyhncert.capture._limits import Limits
from pyhncert.capture._pages import raw_pages
from pyhncert.errors import ScanError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from pyhncert.values import Scan

SEPARATOR = "HNCERT-SEPARATOR:1"
"""What the QR of a separator sheet says; the number is the version of the sheet."""
_LONG_SIDE = 1200
"""Pixels of the side in which a QR is looked for: of 62 mm on A4, each of its modules has 10."""
_SHARE = 0.24
"""Of the shorter side of a scan a QR takes 62 of 210 mm; where it takes less, something else lies there too."""


def is_separator(image: npt.NDArray[np.uint8]) -> bool:
    """Whether a page, (height, width, 3) RGB, is a separator sheet.

    Raises:
        ScanError: a separator sheet and another paper lie on it.
    """
    import zxingcpp  # noqa: PLC0415  only where sheets are looked for

    small = _core.gray(_core.shrink(image, max(1, max(image.shape[:2]) // _LONG_SIDE)))
    for code in zxingcpp.read_barcodes(small, formats=zxingcpp.barcode_formats_from_str("QRCode")):
        if code.text == SEPARATOR:
            corner, next_corner = code.position.top_left, code.position.top_right
            side = math.hypot(corner.x - next_corner.x, corner.y - next_corner.y)
            if side < _SHARE * min(small.shape):
                raise ScanError(
                    "a separator sheet lies beside another paper on one scan",
                    "tờ ngăn cách nằm cạnh giấy tờ khác trong một lần quét",
                    hint="scan the separator sheet and the paper one after the other",
                    hint_vi="hãy quét tờ ngăn cách và giấy tờ lần lượt, mỗi thứ một lượt",
                )
            return True
    return False


def separators(scan: Scan, *, limits: Limits = Limits()) -> tuple[bool, ...]:  # noqa: B008  frozen
    """For each page of the scan in its order whether it is a separator sheet; one page is in memory at a time.

    Raises:
        ScanError: a page cannot be decoded, or a separator sheet lies beside another paper.
    """
    return tuple(is_separator(page.image) for page in raw_pages([scan], limits=limits))
