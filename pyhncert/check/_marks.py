"""Marks on a paper that forbid copying it: secrecy, "do not copy", BẢN SAO and TRÍCH LỤC.

A mark is a stamp or a title: capitals, on a line of its own. The same words inside a sentence or a longer heading
("bảo vệ bí mật nhà nước") are no marks.
"""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import islice

from pyhncert.check._paper import Paper
from pyhncert.check._rules import Rule, rules
from pyhncert.recognise import capitals, distances, fold
from pyhncert.values import Finding, Kind, Line, Quad, Reading, Word

_CAPITALS = 0.75
_UNKNOWN = "unknown"
_RED = 0.5
_GAP = 1.2
"""Words further apart than this many line heights were not printed together."""


def secret(reading: Reading, *, today: dt.date) -> Finding | None:
    """The mark of a state secret on a page, which is final: the caller drops the scan and all that was read of it."""
    for rule in rules(today, _UNKNOWN):
        if rule["when"] == "secrecy":
            found = next(_secret(rule, reading), None)
            if found is not None:
                return found
    return None


def secrecy(rule: Rule, paper: Paper) -> Iterator[Finding]:
    """A page bears one of `marks` as a stamp; once a page."""
    for reading in paper.readings:
        yield from islice(_secret(rule, reading), 1)


def _secret(rule: Rule, reading: Reading) -> Iterator[Finding]:
    for words, line in _groups(reading.lines):
        text = " ".join(word.text for word in words)
        for mark in sorted(rule["marks"], key=len, reverse=True):
            if _is_mark(text, mark, line):
                yield rule.broken(page=reading.page, quad=_around(words), mark=mark)


def alone(rule: Rule, paper: Paper) -> Iterator[Finding]:
    """One of `marks`, or what `begins` so, stands alone in capitals, or the title begins or ends so; once a page."""
    for reading in paper.readings:
        yield from islice(_alone(rule, paper.kind, reading), 1)


def _alone(rule: Rule, kind: Kind, reading: Reading) -> Iterator[Finding]:
    title, ends, begins = (
        fold(kind.title),
        tuple(map(fold, rule.get("title_ends", ()))),
        tuple(map(fold, rule.get("title_begins", ()))),
    )
    if kind.page == reading.page and (title.startswith(begins) or title.endswith(ends)):
        yield rule.broken(page=reading.page, quad=kind.quad, mark=kind.title)
    marks, starts = set(map(fold, rule["marks"])), tuple(map(fold, rule.get("begins", ())))
    for words, _line in _groups(reading.lines):
        text = " ".join(word.text for word in words)
        folded = fold(text)
        if capitals(text) > _CAPITALS and (folded in marks or folded.startswith(starts)):
            yield rule.broken(page=reading.page, quad=_around(words), mark=text.strip(" ()[]"))


def foreign(rule: Rule, paper: Paper) -> Iterator[Finding]:
    """The first page with text enough of which hardly a letter is Vietnamese, unless the paper was `legalised`."""
    whole = fold("".join(line.text for reading in paper.readings for line in reading.lines))
    if any(fold(mark) in whole for mark in rule["legalised"]):
        return
    for reading in paper.readings:
        letters = [c for c in reading.text if c.isalpha()]
        ours = sum(not c.isascii() for c in letters)
        if len(letters) >= rule["least_letters"]:
            if ours < rule["most_share"] * len(letters):
                longest = max(reading.lines, key=lambda line: len(line.text))
                yield rule.broken(page=reading.page, quad=longest.quad)
            return


def _is_mark(text: str, mark: str, line: Line) -> bool:
    """`text` is the secrecy mark and nothing else. MẬT without its marks is also MẮT (eye) and MẶT (side).

    In red one letter may be wrong, missing or too many, but for the last two: stamps are worn, and lie over print.
    """
    red, found, wanted = line.red >= _RED, fold(text), fold(mark)
    if found != wanted:
        worn = found[-2:] == wanted[-2:] and distances(wanted, found)[-1] == 1
        return red and " " in mark and worn
    if capitals(text) < _CAPITALS and not red:
        return False
    return " " in mark or red or _letters(text)[-3:].upper() in {"MẬT", "MÂT", "MẤT", "MẠT"}


def _letters(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFC", text) if c.isalpha())


def _groups(lines: Sequence[Line]) -> Iterator[tuple[Sequence[Word], Line]]:
    """Each line, cut where its words stand far apart: a stamp beside a text may have been read with it."""
    for line in lines:
        height = max(line.quad[3][1] - line.quad[0][1], 1.0)
        group: list[Word] = []
        for word in line.words:
            if group and word.quad[0][0] - group[-1].quad[1][0] > _GAP * height:
                yield group, line
                group = []
            group.append(word)
        if group:
            yield group, line


def _around(words: Sequence[Word]) -> Quad:
    xs = [p[0] for word in words for p in word.quad]
    ys = [p[1] for word in words for p in word.quad]
    left, top, right, bottom = min(xs), min(ys), max(xs), max(ys)
    return ((left, top), (right, top), (right, bottom), (left, bottom))
