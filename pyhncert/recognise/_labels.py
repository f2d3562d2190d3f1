"""Printed labels in a line: which words are a label, and which are its value."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyhncert.recognise._text import fold, likeness
from pyhncert.values import Line, Word

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_ENOUGH = 0.84
_ALONE, _LONG = 0.79, 10
"""A long label that is the whole of a line may have more letters wrong."""
_LONGEST = 12
_BULLET = re.compile(r"^(?:[a-zđA-Z\d]{1,3}[.)]+|[-–+*•·.,:;_|'`~]+)$")
_LABELISH = re.compile(r"^\W{0,3}[^\W\d][^:]{1,45}:")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of one line: a label with the words after it, or words without a label.

    `label` is the folded label as the vocabulary has it, `shown` the words that were read as it.
    """

    line: int
    label: str | None
    shown: str
    words: tuple[Word, ...]
    box: tuple[float, float, float, float]
    height: float


def labelish(text: str) -> bool:
    """Whether `text` begins like some label, known or not."""
    return bool(_LABELISH.match(text))


def pieces(number: int, line: Line, vocabulary: Mapping[str, str]) -> list[Piece]:
    """`line` cut at the labels of `vocabulary` (folded label to printed label)."""
    words = _tokens(line.words)
    folded = [fold(word.text) for word in words]
    starts: list[tuple[int, int, str]] = []  # first word, word after the label, folded label
    at = 0
    while at < len(words) and _BULLET.match(words[at].text):
        at += 1
    first = _best(words, folded, at, vocabulary)
    if first is not None:
        starts.append((at, *first))
    end = starts[0][1] if starts else at
    for j in range(end, len(words)):
        if not words[j].text.endswith(":"):
            continue
        found = _ending(folded, end, j, vocabulary)
        if found is not None:
            starts.append((found[0], j + 1, found[1]))
            end = j + 1
    height = max(abs(line.quad[3][1] - line.quad[0][1]), 1.0)
    if not starts:
        return [Piece(number, None, "", tuple(words), _hull(words), height)] if words else []
    out = []
    if starts[0][0] > at:
        before = words[at : starts[0][0]]
        out.append(Piece(number, None, "", tuple(before), _hull(before), height))
    for k, (begin, after, label) in enumerate(starts):
        stop = starts[k + 1][0] if k + 1 < len(starts) else len(words)
        shown = " ".join(word.text for word in words[begin:after]).rstrip(" :.;")
        out.append(Piece(number, label, shown, tuple(words[after:stop]), _hull(words[begin:stop]), height))
    return out


def _tokens(words: Sequence[Word]) -> list[Word]:
    """The words, cut after each colon that sticks to what follows (but not in times and ratios)."""
    out = []
    for word in words:
        at = word.text.find(":")
        if 0 < at < len(word.text) - 1 and not word.text[at - 1].isdigit():
            share = (at + 1) / len(word.text)
            (x0, y0), (x1, y1), (x2, y2), (x3, y3) = word.quad
            top, low = (
                (x0 + (x1 - x0) * share, y0 + (y1 - y0) * share),
                (x3 + (x2 - x3) * share, y3 + (y2 - y3) * share),
            )
            out.append(Word(text=word.text[: at + 1], quad=((x0, y0), top, low, (x3, y3)), confidence=word.confidence))
            out.append(Word(text=word.text[at + 1 :], quad=(top, (x1, y1), (x2, y2), low), confidence=word.confidence))
        elif word.text == ":" and out:
            last = out[-1]
            out[-1] = Word(text=f"{last.text}:", quad=last.quad, confidence=last.confidence)
        else:
            out.append(word)
    return out


def _best(
    words: Sequence[Word], folded: Sequence[str], at: int, vocabulary: Mapping[str, str]
) -> tuple[int, str] | None:
    """The label with which the line begins at word `at`: the word after it, and the label."""
    best: tuple[tuple[bool, bool, int], int, str] | None = None
    text = ""
    for j in range(at, min(at + _LONGEST, len(words))):
        text += folded[j]
        colon = words[j].text.endswith(":")
        last = j == len(words) - 1
        alone = last and at == 0 and len(text) >= 8
        enough = _ALONE if alone and len(text) >= _LONG else _ENOUGH
        label = _match(text, vocabulary, fuzzy=colon or len(text) >= 8, enough=enough)
        if label is None and colon:
            label = _half(words[at : j + 1], vocabulary)
        whole = label == text and (len(label) >= 5 or (at == 0 and last))
        if label is not None and (colon or whole or alone or (last and len(label) >= _LONG)):
            rank = (colon, label == text or (last and len(label) >= _LONG), len(label))
            if best is None or rank > best[0]:
                best = (rank, j + 1, label)
        if colon:
            break
    return None if best is None else best[1:]


def _ending(folded: Sequence[str], first: int, last: int, vocabulary: Mapping[str, str]) -> tuple[int, str] | None:
    """The longest label that ends with word `last`: its first word, and the label."""
    text = ""
    best: tuple[int, str] | None = None
    for i in range(last, max(first, last - _LONGEST) - 1, -1):
        text = folded[i] + text
        label = _match(text, vocabulary, fuzzy=True)
        if label is not None and folded[i] and (best is None or len(label) > len(best[1])):
            best = (i, label)
    return best


def _half(words: Sequence[Word], vocabulary: Mapping[str, str]) -> str | None:
    """The label of two languages of which the Vietnamese half was read: “Số vào sổ/Reø. ÑNo.:”."""
    first, stroke, _ = " ".join(word.text for word in words).partition("/")
    half = fold(first)
    return half if stroke and len(half) >= 5 and half in vocabulary else None


def _match(text: str, vocabulary: Mapping[str, str], *, fuzzy: bool, enough: float = _ENOUGH) -> str | None:
    if text in vocabulary:
        return text
    if not fuzzy or len(text) < 5:
        return None
    best, score = None, enough
    for label in vocabulary:
        if len(label) >= 5 and abs(len(label) - len(text)) <= 0.16 * len(label):
            like = likeness(label, text)
            if like >= score:
                best, score = label, like
    return best


def _hull(words: Sequence[Word]) -> tuple[float, float, float, float]:
    xs = [p[0] for word in words for p in word.quad]
    ys = [p[1] for word in words for p in word.quad]
    return min(xs), min(ys), max(xs), max(ys)
