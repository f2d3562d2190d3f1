"""Reading one strip: Tesseract's line recogniser, one engine per thread."""

from __future__ import annotations

import os
import threading
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyhncert.errors import MissingDependency
from pyhncert.values import Line, Point, Quad, Word

if TYPE_CHECKING:
    from pyhncert.recognise._crop import Strip
    from pyhncert.values import Matrix

_SETTINGS = {"tessedit_do_invert": "0"}
"""A second pass on the inverted image costs as much as the first and is for white text on black."""


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
        """The line on `strip`, in page pixels; None where nothing can be read."""
        engine = self._engine()
        level = self._own.word
        height, width = strip.gray.shape
        engine.SetImageBytes(strip.gray.tobytes(), width, height, 1, width)
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
                words.append(Word(text=text, quad=_quad(strip.to_page, box), confidence=at.Confidence(level) / 100))
            if not at.Next(level):
                break
        engine.Clear()
        if not words:
            return None
        text = " ".join(word.text for word in words)
        total = sum(len(word.text) for word in words)
        confidence = sum(word.confidence * len(word.text) for word in words) / total
        edge = _edges(strip)
        return Line(text=text, quad=edge, confidence=confidence, words=tuple(words), red=round(strip.red, 3))


def _quad(to_page: Matrix, box: tuple[float, float, float, float]) -> Quad:
    left, top, right, bottom = box
    corners: list[Point] = [to_page.apply(p) for p in ((left, top), (right, top), (right, bottom), (left, bottom))]
    return (corners[0], corners[1], corners[2], corners[3])


def _edges(strip: Strip) -> Quad:
    from pyhncert.recognise._crop import PAD_PX  # noqa: PLC0415

    height, width = strip.gray.shape
    return _quad(strip.to_page, (PAD_PX, PAD_PX, width - PAD_PX, height - PAD_PX))
