"""Numbers, by a second reader: PP-OCRv6 cannot write Vietnamese, but hardly ever errs in digits, strokes and MRZ.

On 23 lines of cards and certificates with numbers on which Tesseract's looks differ, all its numbers were right. It
costs 0.1 CPU s to load and is loaded only when Tesseract disagrees with itself or is unsure about numbers and codes of
capitals and digits, reads a number that stands alone in a cell with some doubt, or a machine-readable row is met.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from pyhncert.recognise._network import Network
from pyhncert.values import Line, Word

if TYPE_CHECKING:
    from pyhncert.recognise._crop import Strip

_HEIGHT = 48
_PLAIN = re.compile(r"[\d/.,:\-]*\d[\d/.,:\-]*")
_CODE = re.compile(r"(?=.*\d)(?=.*[A-ZĐ])[A-ZĐ\d/.,:\-]+")
_ALONE = re.compile(r"[A-Z]{0,2}[\d/.,:\-]*\d[\d/.,:\-]*%?")
_SURE = 0.9
_MACHINE = re.compile(r"[A-Z0-9<]{26,46}")
_METRES = re.compile(r"(c?m)([^\s;,.:)]{0,2})([;,.:)]*)")
_RAISED = re.compile(r"c?m([²³]?)\d?[;,.:)]*")
"""Metres with a raised digit behind them as Tesseract writes them, which knows none; and as this reader does."""
_NUMBERS = re.compile(r"[1-9]")
"""What every other row for machines holds: numbers and dates."""


class NumberReader:
    """Reads digits, capitals and strokes."""

    def __init__(self, path: Path) -> None:
        self._network = Network(path)
        self._letters: list[str] = []

    def read(self, strip: Strip) -> list[tuple[str, float]]:
        """The words on `strip` with the confidence of their weakest letter."""
        session = self._network.session()
        letters = self._letters
        if not letters:
            listed = session.get_modelmeta().custom_metadata_map["character"].splitlines()
            letters = self._letters = ["", *listed, " "]
        height, width = strip.gray.shape
        gray = cv2.resize(strip.gray, (max(_HEIGHT, round(width * _HEIGHT / height)), _HEIGHT))
        net = np.broadcast_to(gray.astype(np.float32) / 127.5 - 1, (1, 3, *gray.shape))
        (name,) = (one.name for one in session.get_inputs())
        heat = session.run(None, {name: np.ascontiguousarray(net)})[0][0]
        best, sure = heat.argmax(axis=1), heat.max(axis=1)
        words: list[tuple[str, float]] = []
        text, least, before = "", 1.0, 0
        for index, trust in zip(best.tolist(), sure.tolist(), strict=True):
            if index and index != before:
                letter = letters[index]
                if letter == " ":
                    words.append((text, least))
                    text, least = "", 1.0
                else:
                    text += letter
                    least = min(least, trust)
            before = index
        return [(word, trust) for word, trust in (*words, (text, least)) if word]


def with_numbers(line: Line, read: list[tuple[str, float]]) -> Line | None:
    """`line` with its numbers as they were `read` by the other reader; None when the two do not fit together."""
    mine = [i for i, word in enumerate(line.words) if any(c.isdigit() for c in word.text)]
    others = [(text, trust) for text, trust in read if any(c.isdigit() for c in text)]
    if len(mine) != len(others):
        return None
    words = list(line.words)
    for i, (text, trust) in zip(mine, others, strict=True):
        if _PLAIN.fullmatch(text) or _same_code(words[i], text, trust):
            words[i] = Word(text=text, quad=words[i].quad, confidence=trust)
    return _line(line, words)


def has_area(line: Line) -> bool:
    """Whether a number of metres or centimetres with one sign behind them, or none, is in `line`."""
    return bool(_areas(line))


def with_squares(line: Line, read: list[tuple[str, float]]) -> Line:
    """`line` with ``m²`` and ``cm³`` as they were `read` by the other reader, where both saw as many metres."""
    mine = _areas(line)
    pairs = itertools.pairwise(read)
    raised = ((_RAISED.fullmatch(text), trust) for (before, _), (text, trust) in pairs if before[-1].isdigit())
    others = [(found.group(1), trust) for found, trust in raised if found]
    if len(mine) != len(others):
        return line
    words = list(line.words)
    for (i, metres, behind), (digit, trust) in zip(mine, others, strict=True):
        if digit:
            words[i] = Word(text=f"{metres}{digit}{behind}", quad=words[i].quad, confidence=trust)
    return _line(line, words)


def _areas(line: Line) -> list[tuple[int, str, str]]:
    """Places of the words of `line` that are metres behind a number; these, and the points behind them."""
    pairs = itertools.pairwise(enumerate(line.words))
    found = ((i, _METRES.fullmatch(word.text)) for (_, before), (i, word) in pairs if before.text[-1].isdigit())
    return [(i, metres[1], metres[3]) for i, metres in found if metres and metres[2] == metres[2].upper()]


def is_code(text: str) -> bool:
    """Whether `text` is of capitals and digits, as the numbers of papers, engines and frames are."""
    return _CODE.fullmatch(text) is not None


def _same_code(mine: Word, text: str, trust: float) -> bool:
    """Whether the other reader's `text` is surely the code that `mine` is; as it hardly knows Đ, none may be lost."""
    return trust >= _SURE and is_code(mine.text) and is_code(text) and ("Đ" in mine.text) == ("Đ" in text)


def number_alone(strip: Strip, read: list[tuple[str, float]]) -> Line | None:
    """The line of a strip on which nothing but a number was `read`, each letter with trust."""
    if len(read) != 1 or read[0][1] < _SURE or not _ALONE.fullmatch(read[0][0]):
        return None
    text, trust = read[0]
    word = Word(text=text, quad=strip.quad, confidence=trust)
    return Line(text=text, quad=strip.quad, confidence=trust, words=(word,), red=round(strip.red, 3))


def machine_row(line: Line, read: list[tuple[str, float]]) -> Line | None:
    """`line` as one row of machine-readable letters, when it is one; a row of names holds no digit (ICAO 9303)."""
    text = "".join(word for word, _ in read)
    if not _MACHINE.fullmatch(text) or "<" not in text:
        return None
    if not _NUMBERS.search(text):
        text = text.replace("0", "O")
    word = Word(text=text, quad=line.quad, confidence=min(trust for _, trust in read))
    return _line(line, [word])


def _line(line: Line, words: list[Word]) -> Line:
    total = sum(len(word.text) for word in words)
    confidence = sum(word.confidence * len(word.text) for word in words) / total
    return replace(line, text=" ".join(word.text for word in words), words=tuple(words), confidence=confidence)
