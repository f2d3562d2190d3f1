"""Reading one strip: Tesseract's line recogniser, one engine per thread."""

from __future__ import annotations

import itertools
import os
import re
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pyhncert.errors import MissingDependency
from pyhncert.escape import plain
from pyhncert.recognise._blanks import LEAST, Symbol, blanks, left_out
from pyhncert.recognise._crop import HIGH, LOW, QUICK
from pyhncert.recognise._numbers import (
    NumberReader,
    has_area,
    is_code,
    machine_row,
    number_alone,
    with_numbers,
    with_squares,
)
from pyhncert.values import Line, Point, Quad, Word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyhncert.recognise._crop import Look, Strip
    from pyhncert.values import Matrix, Pixels

    _Edges = tuple[float, float, float, float]

_SETTINGS = {"tessedit_do_invert": "0", "tessedit_char_blacklist": "©®Œœƒ{}\\"}
"""A second pass on the inverted image costs as much as the first and is for white text on black. The signs are those
that capitals C and G, an italic f and rules of tables were read as (`©CCCD` for `CCCD`); our papers print none."""

_ETH = str.maketrans("Ðð", "Đđ")
"""Tesseract writes the Icelandic letter for the Vietnamese one of the same shape."""
_BOTH = re.compile("ÐĐ|ĐÐ|ðđ|đð|N?ÑN|NÑ")
"""One letter that was written as each of two of one shape; Ñ stands beside N in no language."""
_DASHES = re.compile("-[–—]|[–—]-")
"""One dash that was written as a short and as a long one."""
_RULES = "|¡¦_"
"""What rules, frames and leaders beside a word are read as; no paper begins or ends a word with these letters."""
_AT = re.compile(r"(?<=\w)(?:\(@|@\))(?=\w)")
"""An @ whose round was written as a bracket too."""
SMALL_PX = 34
"""Lines up to this height on the page (cards, low resolution) gain nothing by a finer look."""
SURE, LOST = 0.88, 0.6
"""A line of large print with a word below this is read again; on a dense page only what is lost otherwise."""
DIGITS = 6
"""A line with so many digits, or a code of so many letters, is looked at twice."""
ALONE = 0.95
"""A number that stands alone has no neighbours to tell its size: below that the second reader reads it."""
_SHORT = 6
"""A strip less wide than so many of its heights may hold a number alone."""
_FAINT = 200
"""Levels below this are ink where a blank is looked for: a worn stroke is none."""
_NUMBER = re.compile(r"[\d/]*\d[\d/]*")
_DATE = re.compile(r"(?<!\d)(\d{1,2})/(\d{1,2})/\d{4}(?!\d)")
_SHAPE = re.compile(r"(?<!\d)\d{12}(?!\d)|\d/\d{4}/|\d/QĐ")


class Recogniser:
    """Strips in, lines out; safe from several threads."""

    def __init__(self, path: Path, numbers: NumberReader) -> None:
        self._path = path
        self._second = numbers
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
            self._own.word, self._own.symbol = tesserocr.RIL.WORD, tesserocr.RIL.SYMBOL
        return engine

    def read(self, strip: Strip, *, dense: bool = False) -> Line | None:
        """The line on `strip`, in page pixels; None where nothing can be read.

        Doubtful words of large print get a finer look, fewer of them on a `dense` page, and numbers are read until two
        looks agree.
        """
        line = self._first(strip, dense=dense)
        if line is not None and has_area(line):
            return with_squares(line, self._second.read(strip))
        return line

    def _first(self, strip: Strip, *, dense: bool) -> Line | None:
        """The line but for its areas."""
        small = strip.gray.shape[0] <= SMALL_PX and not dense
        line = self._look(strip, QUICK)
        if line is None and not small:
            line = self._look(strip, HIGH)
        height, width = strip.gray.shape
        if width < _SHORT * height and (line is None or line.confidence < (ALONE if _digits(line.text) else LOST)):
            number = number_alone(strip, self._second.read(strip))
            if number is not None:
                return number
        if line is None:
            return None
        if line.text.count("<") >= 2 or line.text.startswith(("IDVNM", "P<VNM")):
            row = machine_row(line, self._second.read(strip))
            if row is not None:
                return row
        if sum(c.isdigit() for c in line.text) >= DIGITS or any(len(code) >= DIGITS for code in _codes(line)):
            return self._numbers(strip, line, HIGH if not small else LOW)
        if _weakest(line) < (LOST if dense else SURE) and not small:
            fine = self._look(strip, HIGH)
            return line if fine is None or _weakest(line) > _weakest(fine) else fine
        return line

    def glance(self, strip: Strip) -> Line | None:
        """The line on `strip` as the quickest look has it."""
        return self._look(strip, QUICK)

    def _numbers(self, strip: Strip, first: Line, look: Look) -> Line:
        """Two looks that agree on every number without doubt; else the second reader decides on the numbers."""
        second = self._look(strip, look)
        if second is None:
            return first
        better = max(first, second, key=lambda line: (_whole(line.text), line.confidence))
        if _digits(first.text) == _digits(second.text) and not _doubtful(first, second):
            return better
        read = self._second.read(strip)
        fitting = (with_numbers(line, read) for line in (better, first, second))
        return next((line for line in fitting if line is not None), better)

    def _look(self, strip: Strip, look: Look) -> Line | None:
        engine = self._engine()
        level = self._own.word
        image, to_page = strip.seen(look)
        height, width = image.shape
        engine.SetImageBytes(image.tobytes(), width, height, 1, width)
        if not engine.Recognize():
            return None
        found: list[tuple[str, _Edges, float]] = []
        at = engine.GetIterator()
        while at is not None and not at.Empty(level):
            box = at.BoundingBox(level)
            found.append((_text(at, level), box or (0, 0, 0, 0), at.Confidence(level) / 100))
            if not at.Next(level):
                break
        found = self._parted(engine, image, look.height, found)
        engine.Clear()
        shown = ((one_shape(plain(text)).strip(_RULES), box, sure) for text, box, sure in found)
        words = [Word(text=text, quad=_quad(to_page, box), confidence=sure) for text, box, sure in shown if text]
        words = without_rules(words)
        if not words:
            return None
        text = " ".join(word.text for word in words)
        total = sum(len(word.text) for word in words)
        confidence = sum(word.confidence * len(word.text) for word in words) / total
        return Line(text=text, quad=strip.quad, confidence=confidence, words=tuple(words), red=round(strip.red, 3))

    def _parted(
        self, engine: Any, image: Pixels, tall: int, words: list[tuple[str, _Edges, float]]
    ) -> list[tuple[str, _Edges, float]]:
        """`words` with those parted in which a blank as plain as those between words was left out."""
        dark = np.asarray((image < _FAINT).any(axis=0))
        if np.count_nonzero(blanks(dark)[:, 1] >= LEAST * tall) < len(words):
            return words
        level = self._own.symbol
        letters: list[Symbol] = []
        at = engine.GetIterator()
        number = -1
        while at is not None and not at.Empty(level):
            number += at.IsAtBeginningOf(self._own.word)
            box = at.BoundingBox(level)
            if box is not None:
                letters.append(Symbol(_text(at, level), box[0], box[2], number))
            if not at.Next(level):
                break
        cuts = left_out(letters, dark, tall)
        out: list[tuple[str, _Edges, float]] = []
        for i, (text, box, sure) in enumerate(words):
            mine = [n for n, letter in enumerate(letters) if letter.word == i]
            ends = [n for n in cuts if n in mine]
            if not ends:
                out.append((text, box, sure))
                continue
            for start, end in itertools.pairwise([mine[0], *ends, mine[-1] + 1]):
                part = letters[start:end]
                edges = (part[0].left, box[1], part[-1].right, box[3])
                out.append(("".join(letter.text for letter in part), edges, sure))
        return out


def _text(at: Any, level: Any) -> str:
    try:
        return str(at.GetUTF8Text(level))
    except RuntimeError:  # no text there
        return ""


def one_shape(text: str) -> str:
    """`text` with the Vietnamese letter for the Icelandic one, and one letter where two of one shape were written."""
    text = _AT.sub("@", _DASHES.sub("–", text))
    return _BOTH.sub(lambda found: "N" if "N" in found.group() else found.group()[0], text).translate(_ETH)


def without_rules(words: Sequence[Word]) -> list[Word]:
    """`words` of a line without a rule of a table before or behind them that was read as a letter, a dash or a point.

    A rule is one letter hardly wider than a ninth of its neighbour's height, and apart from it; no stem is so thin.
    """
    kept = list(words)
    for end, beside in ((0, 1), (-1, -2)):
        if len(kept) > 1 and _is_rule(kept[end], kept[beside]):
            del kept[end]
    return kept


def _is_rule(word: Word, beside: Word) -> bool:
    (left, right), (other_left, other_right) = ((w.quad[0][0], w.quad[1][0]) for w in (word, beside))
    tall = beside.quad[3][1] - beside.quad[0][1]
    gap = max(other_left - right, left - other_right)
    return len(word.text) == 1 and right - left <= 0.11 * tall and gap >= 0.35 * tall


def _weakest(line: Line) -> float:
    """The confidence of the word that is most in doubt: a lost mark lowers that of its word only."""
    return min((word.confidence for word in line.words if any(c.isalnum() for c in word.text)), default=0.0)


def _doubtful(first: Line, second: Line) -> bool:
    """Whether the codes of two looks differ, or a word with a digit is unsure."""
    words = (*first.words, *second.words)
    unsure = any(word.confidence < SURE for word in words if any(c.isdigit() for c in word.text))
    return unsure or _codes(first) != _codes(second)


def _codes(line: Line) -> list[str]:
    return [word.text for word in line.words if is_code(word.text)]


def _digits(text: str) -> str:
    """The numbers of `text` with their strokes."""
    return " ".join(_NUMBER.findall(text))


def _whole(text: str) -> int:
    """How many dates, personal numbers and document numbers of `text` are complete."""
    return sum(1 <= int(day) <= 31 and 1 <= int(month) <= 12 for day, month in _DATE.findall(text)) + len(
        _SHAPE.findall(text)
    )


def _quad(to_page: Matrix, box: tuple[float, float, float, float]) -> Quad:
    left, top, right, bottom = box
    corners: list[Point] = [to_page.apply(p) for p in ((left, top), (right, top), (right, bottom), (left, bottom))]
    return (corners[0], corners[1], corners[2], corners[3])
