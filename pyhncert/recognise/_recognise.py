"""Reading one strip: Tesseract's line recogniser, one engine per thread."""

from __future__ import annotations

import os
import re
import threading
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyhncert.errors import MissingDependency
from pyhncert.recognise._crop import FINE, QUICK
from pyhncert.values import Line, Point, Quad, Word

if TYPE_CHECKING:
    from pyhncert.recognise._crop import Look, Strip
    from pyhncert.values import Matrix

_SETTINGS = {"tessedit_do_invert": "0"}
"""A second pass on the inverted image costs as much as the first and is for white text on black."""

SMALL_PX = 34
"""Lines up to this height on the page (cards, low resolution) are read finely at once."""
SURE = 0.88
DIGITS = 6
_DATE = re.compile(r"(?<!\d)\d{1,2}/\d{1,2}/\d{4}(?!\d)|\d/\d{4}/|/QĐ")


class Recogniser:
    """Strips in, lines out; safe from several threads."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._own = threading.local()

    def _engine(self) -> Any:
        engine = getattr(self._own, "engine", None)
        if engine is None:
            os.environ.setdefault("OMP_THREAD_LIMIT", "1")  # read once by the OpenMP in Tesseract, when it is loaded
            import tesserocr  # noqa: PLC0415  costs 40 ms, needed only to read

            try:
                engine = tesserocr.PyTessBaseAPI(
                    path=str(self._path.parent),
                    lang=self._path.stem,
                    psm=tesserocr.PSM.SINGLE_LINE,
                    oem=tesserocr.OEM.LSTM_ONLY,
                    variables=_SETTINGS,
                )
            except RuntimeError as err:
                raise MissingDependency(
                    f"model {self._path.name} cannot be loaded ({err})",
                    f"không nạp được mô hình {self._path.name} ({err})",
                    hint="install pyhncert again",
                    hint_vi="hãy cài lại gói pyhncert",
                ) from err
            self._own.engine = engine
            self._own.word = tesserocr.RIL.WORD
        return engine

    def read(self, strip: Strip) -> Line | None:
        """The line on `strip`, in page pixels; None where nothing can be read.

        Large print is read quickly; small print, digits and doubtful words get the finer look.
        """
        if strip.gray.shape[0] <= SMALL_PX:
            return self._look(strip, FINE)
        quick = self._look(strip, QUICK)
        if quick is None:
            return self._look(strip, FINE)
        if quick.confidence >= SURE and sum(c.isdigit() for c in quick.text) < DIGITS:
            return quick
        fine = self._look(strip, FINE)
        return quick if fine is None or _worth(quick) > _worth(fine) else fine

    def _look(self, strip: Strip, look: Look) -> Line | None:
        engine = self._engine()
        level = self._own.word
        image, to_page = strip.seen(look)
        height, width = image.shape
        engine.SetImageBytes(image.tobytes(), width, height, 1, width)
        if not engine.Recognize():
            return None
        words: list[Word] = []
        at = engine.GetIterator()
        while at is not None and not at.Empty(level):
            try:
                text = unicodedata.normalize("NFC", at.GetUTF8Text(level).strip())
            except RuntimeError:  # no text in this word
                text = ""
            box = at.BoundingBox(level)
            if text and box is not None:
                words.append(Word(text=text, quad=_quad(to_page, box), confidence=at.Confidence(level) / 100))
            if not at.Next(level):
                break
        engine.Clear()
        if not words:
            return None
        text = " ".join(word.text for word in words)
        total = sum(len(word.text) for word in words)
        confidence = sum(word.confidence * len(word.text) for word in words) / total
        return Line(text=text, quad=strip.quad, confidence=confidence, words=tuple(words), red=round(strip.red, 3))


def _worth(line: Line) -> tuple[int, float]:
    """Whole dates first, then confidence: the recogniser loses slashes without losing confidence."""
    return len(_DATE.findall(line.text)), line.confidence


def _quad(to_page: Matrix, box: tuple[float, float, float, float]) -> Quad:
    left, top, right, bottom = box
    corners: list[Point] = [to_page.apply(p) for p in ((left, top), (right, top), (right, bottom), (left, bottom))]
    return (corners[0], corners[1], corners[2], corners[3])
