"""Whether two readers agree: the form in which texts are compared, and what it means for a field."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace

from pyhncert.values import Agreement, Field, Line, Quad, Reading

_SAME = str.maketrans({"–": "-", "—": "-", "’": "'", "‘": "'", "“": '"', "”": '"', "…": "...", "Ð": "Đ", "ð": "đ"})
UNSURE, SECOND_UNSURE = 0.75, 0.6
"""Below these (0 to 1) a reader is unsure: the first by its weakest word, the second by the weakest letter of a later
look. Chosen on 40 pages of another seed than the sets' (docs/reader.md)."""
SURE = 0.8
"""A line with a word below it is in doubt: the second reader is asked about it though it is no field."""
_LEADERS = re.compile(r"[._·•]{3,}")
_WORST: tuple[Agreement, ...] = ("doubtful", "unread", "agreed")


def normal(text: str) -> str:
    """`text` as it is compared: NFC, single spaces, one form of dashes and of quotation marks, no leaders."""
    text = unicodedata.normalize("NFC", text).translate(_SAME)
    return " ".join(_LEADERS.sub(" ", text).split())


def agreed(fields: Sequence[Field], readings: Sequence[Reading]) -> tuple[Field, ...]:
    """`fields` with what both readers say of their words; values stay as they are.

    A field is agreed where each of its words was read the same by both, though its line may differ elsewhere; doubtful
    where one of them was not, and `second` is then what the second reader read there; else unread.
    """
    by_page = {reading.page: reading for reading in readings}
    return tuple(_judged(field, by_page.get(field.page)) for field in fields)


def to_compare(reading: Reading, fields: Sequence[Field]) -> set[int]:
    """Which lines of `reading` a second reader is asked about: those of fields, and those with a word in doubt."""
    quads = [field.quad for field in fields if field.page == reading.page]
    return {
        number
        for number, line in enumerate(reading.lines)
        if any(word.confidence < SURE for word in line.words) or any(holds(quad, line) for quad in quads)
    }


def holds(quad: Quad, line: Line) -> list[int]:
    """Which words of `line` have their middle in the box around `quad`."""
    xs, ys = [p[0] for p in quad], [p[1] for p in quad]
    left, top, right, bottom = min(xs), min(ys), max(xs), max(ys)
    found = []
    for number, word in enumerate(line.words):
        x, y = (sum(p[i] for p in word.quad) / 4 for i in (0, 1))
        if left <= x <= right and top <= y <= bottom:
            found.append(number)
    return found


def _judged(field: Field, reading: Reading | None) -> Field:
    said: list[tuple[Agreement, str]] = []
    for line in reading.lines if reading is not None else ():
        words = holds(field.quad, line)
        if words:
            said.append(_part(line, words))
    if not said:
        return field
    worst = min((agreement for agreement, _ in said), key=_WORST.index)
    return replace(field, agreement=worst, second=" ".join(text for _, text in said if text))


def _part(line: Line, words: Sequence[int]) -> tuple[Agreement, str]:
    """What both say of some words of a line."""
    if line.agreement == "unread":
        return "unread", ""
    first: list[str] = []
    wanted: set[int] = set()
    for number, word in enumerate(line.words):
        tokens = normal(word.text).split()
        if number in words:
            wanted.update(range(len(first), len(first) + len(tokens)))
        first += tokens
    second = normal(line.second).split()
    if line.agreement == "agreed":
        return "agreed", " ".join(first[i] for i in sorted(wanted))
    # a line that both read alike and is doubtful is so for lack of confidence
    same = first != second and all(line.words[number].confidence >= UNSURE for number in words)
    text: list[str] = []
    for kind, i, j, k, m in difflib.SequenceMatcher(None, first, second, autojunk=False).get_opcodes():
        mine = sorted(wanted & set(range(i, j)))
        if kind == "equal":
            text += [second[k + n - i] for n in mine]
        elif mine or (i == j and i - 1 in wanted and i in wanted):
            same = False
            text += second[k:m]
    return ("agreed" if same else "doubtful"), " ".join(text)
