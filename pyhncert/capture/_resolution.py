"""How many pixels an inch of paper has: what the file says, where that can be, else what the page itself tells."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyhncert import _core

# Sides in mm: ISO 216; ISO/IEC 7810 ID-1. The most frequent paper first.
_PAPERS = ((297.0, 210.0), (210.0, 148.0), (420.0, 297.0))
_CARD = (85.6, 53.98)
_TOLERANCE = 0.03
# Written by programs that know nothing of the scan: screens of 72 and 96 dpi, JFIF without a density.
_DEFAULTS = (72.0, 96.0)
_USUAL_TEXT_MM = 2.5  # median height of letters over 30 drawn and real papers set in 12 to 14 pt


# Below this deviation most of what scatters may be rounding (0.29 by itself), which says nothing of its neighbours.
_LEAST_NOISE = 0.5
# Noise of a picture as a sensor gives it has roughness 1; enlarged by half it has 0.76, doubled 0.62 (bicubic).
_SHARED = 0.85
# Blur of edges in pixels: of a crisp scan as it is, and more for each time it is enlarged (measured: 1.5 to 4 times).
# JPEG makes neighbours share their noise too, so after it (so many levels of blocking) more is put down to the lens.
_OWN_BLUR_PX, _BLUR_PER_TIME_PX = 0.65, 0.42
_OWN_BLUR_JPEG_PX, _JPEG_LEVELS = 1.0, 0.25


def detail(dpi: float, blur_px: float, grain: _core.Grain) -> float:
    """The resolution at which a picture was really taken: `dpi`, or less where a program has enlarged it since.

    Pixels written several times show on their grid. Enlarging by interpolation shows where two things agree: edges
    are wide, and neighbours share their noise. Wide edges with noise of its own in each pixel are a lens out of focus.
    """
    if grain.noise_sigma < _LEAST_NOISE or grain.noise_roughness >= _SHARED:
        return dpi / grain.repeats
    own = _OWN_BLUR_PX if grain.blocking < _JPEG_LEVELS else _OWN_BLUR_JPEG_PX
    return dpi / max(1.0, 1 + (blur_px - own) / _BLUR_PER_TIME_PX, grain.repeats)


def resolution(size: tuple[int, int], in_file: float | None, text_height_px: float) -> tuple[float, str]:
    """Pixels an inch of a page of `size` pixels, and whence it is known: ``file``, ``paper`` or ``text``.

    The file's entry is believed where it makes the page a usual paper (A3, A4, A5, ID-1, within 3 %), or where it is
    no program's default and gives a possible size and text. Else the proportions tell the paper, and the height of
    its text which of a kind; else the text alone.
    """
    long, short = float(max(size)), float(min(size))
    if in_file is not None and 20 <= in_file <= 4800:
        if any(_is(long, short, in_file, paper) for paper in (*_PAPERS, _CARD)):
            return in_file, "file"
        default = any(abs(in_file - value) < 0.5 for value in _DEFAULTS)
        if not default and _possible(long, in_file, text_height_px):
            return in_file, "file"
    if abs(long / short / math.sqrt(2) - 1) <= _TOLERANCE:
        return min(
            (long * 25.4 / paper[0] for paper in _PAPERS), key=lambda dpi: _strange(dpi, text_height_px)
        ), "paper"
    if abs(long / short / (_CARD[0] / _CARD[1]) - 1) <= _TOLERANCE:
        return long * 25.4 / _CARD[0], "paper"
    if text_height_px > 0:
        return text_height_px * 25.4 / _USUAL_TEXT_MM, "text"
    return long * 25.4 / _PAPERS[0][0], "paper"


def _is(long: float, short: float, dpi: float, paper: tuple[float, float]) -> bool:
    return all(abs(px * 25.4 / dpi / mm - 1) <= _TOLERANCE for px, mm in zip((long, short), paper, strict=True))


def _possible(long: float, dpi: float, text_height_px: float) -> bool:
    """A paper of 40 to 650 mm whose text, if any, is 1 to 10 mm high."""
    text_mm = text_height_px * 25.4 / dpi
    return 40 <= long * 25.4 / dpi <= 650 and (text_height_px == 0 or 1 <= text_mm <= 10)


def _strange(dpi: float, text_height_px: float) -> float:
    """How far the text is from its usual size; A4 wins unless another paper explains the text far better."""
    if text_height_px == 0:
        return 0.0
    miss = abs(math.log(text_height_px * 25.4 / dpi / _USUAL_TEXT_MM))
    return 0.0 if miss < 0.45 else miss
