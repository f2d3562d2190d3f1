"""Marks on a paper that forbid copying it: secrecy, "do not copy", BẢN SAO and TRÍCH LỤC.

A mark is a stamp or a title: capitals, on a line of its own. The same words inside a sentence or a longer heading
("bảo vệ bí mật nhà nước") are no marks.
"""

from __future__ import annotations

import datetime as dt
import functools
import unicodedata
from collections.abc import Iterator, Sequence

from pyhncert.check._rules import rule, say
from pyhncert.recognise import capitals, fold
from pyhncert.values import Finding, Kind, Line, Quad, Reading, Word

_CAPITALS = 0.75
_RED = 0.5
_GAP = 1.2
"""Words further apart than this many line heights were not printed together."""


def marks(readings: Sequence[Reading], kind: Kind, today: dt.date) -> list[Finding]:
    """The marks on all pages, each at most once a page."""
    out = []
    for reading in readings:
        for way in (_secret(reading, today), _forbidden(reading, today), _copy(reading, kind, today)):
            found = next(way, None)
            if found is not None:
                out.append(found)
    return out


def secret(reading: Reading, *, today: dt.date) -> Finding | None:
    """The mark of a state secret on a page, which is final: the caller drops the scan and all that was read of it."""
    return next(_secret(reading, today), None)


def _secret(reading: Reading, today: dt.date) -> Iterator[Finding]:
    law = rule("secret", today)
    if law is None:
        return
    for words, line in _groups(reading.lines):
        text = " ".join(word.text for word in words)
        for mark in sorted(law["marks"], key=len, reverse=True):
            if _is_mark(text, mark, line):
                yield say("secret", "block", final=True, page=reading.page, quad=_around(words), mark=mark)


def _forbidden(reading: Reading, today: dt.date) -> Iterator[Finding]:
    law = rule("secret", today)
    if law is None:
        return
    for words, _line in _groups(reading.lines):
        text = " ".join(word.text for word in words)
        for mark in law["no_copying"]:
            if fold(text) == fold(mark) and capitals(text) > _CAPITALS:
                yield say("no_copying", "block", page=reading.page, quad=_around(words), mark=text)


def _is_mark(text: str, mark: str, line: Line) -> bool:
    """`text` is the secrecy mark and nothing else. MẬT without its marks is also MẮT (eye) and MẶT (side)."""
    if fold(text) != fold(mark) or (capitals(text) < _CAPITALS and line.red < _RED):
        return False
    last = _letters(text)[-3:].upper()
    return " " in mark or line.red >= _RED or last in {"MẬT", "MÂT", "MẤT", "MẠT"}


def _letters(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFC", text) if c.isalpha())


def _copy(reading: Reading, kind: Kind, today: dt.date) -> Iterator[Finding]:
    law = _copies(today)
    if law is None:
        return
    title = fold(kind.title)
    if kind.page == reading.page and (title.startswith(law["title_begins"]) or title.endswith(law["title_ends"])):
        yield say("not_original", "block", page=reading.page, quad=kind.quad, mark=kind.title)
    for words, _line in _groups(reading.lines):
        text = " ".join(word.text for word in words)
        folded = fold(text)
        if capitals(text) > _CAPITALS and (folded in law["alone"] or folded.startswith(law["begins"])):
            yield say("not_original", "block", page=reading.page, quad=_around(words), mark=text.strip(" ()[]"))


@functools.lru_cache(maxsize=8)
def _copies(today: dt.date) -> dict[str, tuple[str, ...]] | None:
    law = rule("original", today)
    if law is None:
        return None
    return {key: tuple(map(fold, law[key])) for key in ("alone", "begins", "title_begins", "title_ends")}


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
