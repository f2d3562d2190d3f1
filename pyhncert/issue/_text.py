"""The invisible layer: every word that was read, in its place and in reading order."""

from __future__ import annotations

import math

from pyhncert.escape import for_pdf
from pyhncert.issue._subset import Case
from pyhncert.issue._write import number
from pyhncert.values import Line, Reading, Word

__all__ = ["invisible"]


def invisible(case: Case, reading: Reading, *, scale: float, height: float) -> str:
    """Operators that place `reading` on a page of `height` points, `scale` points to the pixel (text mode 3).

    A word's matrix stretches it from the left to the right side of its quad (what Tz would do), so that a selection
    covers the word; a space closes each word but the last of its line.
    """
    parts = ["q BT 3 Tr /F0 1 Tf"]
    for line in reading.lines:
        words: tuple[Word | Line, ...] = line.words or (line,)
        shown = [(for_pdf(w.text), w) for w in words]
        shown = [(t, w) for t, w in shown if t]
        for i, (text, word) in enumerate(shown):
            (x0, y0), _, (x2, y2), (x3, y3) = word.quad
            across, down = (x2 - x3) * scale, (y3 - y2) * scale
            long = math.hypot(across, down) or 1.0
            cos, sin = across / long, down / long
            size = max(math.hypot(x3 - x0, y3 - y0) * scale, 0.5)
            stretch = 2 * long / len(text)
            x, y = (x3 + 0.2 * (x0 - x3)) * scale, height - (y3 + 0.2 * (y0 - y3)) * scale
            matrix = (stretch * cos, stretch * sin, -size * sin, size * cos, x, y)
            space = " " if i + 1 < len(shown) else ""
            parts.append(f"{' '.join([number(v) for v in matrix])} Tm <{case.encode(text + space)}> Tj")
    return "\n".join([*parts, "ET Q"]) if len(parts) > 1 else ""
