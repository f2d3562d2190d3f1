"""The fields of a paper: printed labels and what stands beside or below them."""

from __future__ import annotations

import datetime as dt
from bisect import bisect
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from pyhncert.recognise._elsewhere import elsewhere
from pyhncert.recognise._finders import FINDERS, PLACE_DATE
from pyhncert.recognise._labels import Piece, labelish, pieces
from pyhncert.recognise._place import field_at
from pyhncert.recognise._specs import Spec, specs
from pyhncert.recognise._text import capitals, fold
from pyhncert.recognise._values import tidy, value
from pyhncert.values import Field, Kind, Line, Reading, Word

_NEAR, _FAR = 1.6, 2.6
_ONE_SIZE = 1.7
"""Lines of one size differ so much in height: one of capitals alone, one with marks above and tails below."""
_TITLE_LETTERS = 6
"""Shorter lines are no part of a title that could pass for a label."""


def fields(kind: Kind, readings: Sequence[Reading], *, today: dt.date | None = None) -> tuple[Field, ...]:
    """The fields of a paper of `kind`, in the order in which they stand on it.

    A value is what was read, NFC with single spaces, without leaders; dates are dd/mm/yyyy where they are beyond doubt,
    else left out. Names are never corrected. `today` is asked for the century of birth in the rows of passports, which
    are not looked at without it.
    """
    known, printed, part = specs(kind.key)
    labelled = _Labelled(known, printed, part)
    for reading in readings:
        labelled.read(_untitled(reading, kind))
        for spec in known:
            if spec.find is not None and spec.name not in labelled.out:
                found = FINDERS[spec.find](reading.lines, spec)
                if found is not None:
                    text, words = found
                    labelled.out[spec.name] = field_at(spec.name, "", text, reading.page, words, kind=spec.type)
    for reading in readings:
        elsewhere(kind.key, reading, today, labelled.out)
    return tuple(labelled.out.values())


def _untitled(reading: Reading, kind: Kind) -> Reading:
    """`reading` without the paper's title, which is no label: BẰNG TỐT NGHIỆP is close to “hạng tốt nghiệp”."""
    title = fold(kind.title)
    if not title or reading.page != kind.page:
        return reading
    lines = (line for line in reading.lines if len(form := fold(line.text)) < _TITLE_LETTERS or form not in title)
    return replace(reading, lines=tuple(lines))


class _Labelled:
    """Fields by their labels, page by page: `part` is the person of whom labels speak, `count` how many there were."""

    def __init__(self, known: tuple[Spec, ...], printed: Mapping[str, str], part: str | None) -> None:
        self.known, self.printed, self.part = known, printed, part
        self.count: Counter[str] = Counter()
        self.out: dict[str, Field] = {}

    def read(self, reading: Reading) -> None:
        """Keep the fields of one page."""
        cut = [piece for n, line in enumerate(reading.lines) for piece in pieces(n, line, self.printed)]
        used: set[int] = set()
        for told, k, cell in _columns(cut, self.known):
            if self._name(told) in self.out:
                continue
            used |= {k, cell}
            self._keep(told, str(cut[k].label), cut[cell].words, reading.page)
        for k, piece in enumerate(cut):
            spec = None if piece.label is None or k in used else self._meant(piece.label)
            if spec is None:
                continue
            if spec.opens is not None:
                self.part = spec.opens
                self.count[spec.opens] += spec.repeat
            words = None if spec.alone else _value_of(spec, k, cut, reading.lines, used)
            if words is not None:
                self._keep(spec, str(piece.label), words, reading.page)

    def _meant(self, label: str) -> Spec | None:
        """The field that `label` stands for here: first of the part that was opened, then of the whole paper."""
        free = [spec for spec in self.known if label in spec.labels and self._name(spec, opened=False) not in self.out]
        mine = [spec for spec in free if spec.part is not None and spec.part == self.part]
        return next(iter(mine or [spec for spec in free if spec.part is None]), None)

    def _name(self, spec: Spec, *, opened: bool = True) -> str | None:
        """What the field is called: that of a second member ends in ``_2``; None where it has no name."""
        number = self.count[spec.opens or spec.part or ""] + (spec.repeat and not opened)
        return f"{spec.name}_{number}" if spec.name and number > 1 else spec.name or None

    def _keep(self, spec: Spec, label: str, words: Sequence[Word], page: int) -> None:
        text = value(spec.type, _text(words), ever=spec.ever, strip=spec.strip)
        name = self._name(spec)
        if text is not None and name is not None:
            self.out[name] = field_at(name, self.printed[label], text, page, words, kind=spec.type)


def _value_of(spec: Spec, k: int, cut: Sequence[Piece], lines: Sequence[Line], used: set[int]) -> list[Word] | None:
    """The words that belong to the label that is piece `k`: behind, beside or below it, with further lines."""
    piece = last = cut[k]
    words = list(piece.words)
    if not tidy(_text(words)):
        taken = _beside(piece, cut, used, dates=spec.type == "date")
        if taken is None and spec.below:
            reach = _FAR if spec.type == "number" else _NEAR  # marks stand in cells of tables
            taken = _below(piece.box, piece.height, cut, lines, used, reach=reach)
        if taken is None:
            return None
        used.add(taken)
        last = cut[taken]
        words = list(last.words)
    used.add(k)
    for _ in range(spec.lines - 1):
        more = _next_line(piece, last, cut, lines, used)
        if more is None:
            break
        used.add(more)
        last = cut[more]
        words += last.words
    return words


def _columns(cut: Sequence[Piece], known: tuple[Spec, ...]) -> Iterator[tuple[Spec, int, int]]:
    """Field, label and cell of a table in columns of persons: its head names them in a row, the first column is labels.

    What stands in one person's column is never another's, even where a cell is empty.
    """
    opens = {label: spec.opens for spec in known if spec.opens is not None for label in spec.labels}
    heads = [piece for piece in cut if piece.label in opens and not piece.words]
    head = next((a for a in heads if any(a is not b and _level(a, b) for b in heads)), None)
    if head is None:
        return
    row = sorted((piece for piece in heads if _level(head, piece)), key=_middle)
    borders = [(_middle(a) + _middle(b)) / 2 for a, b in pairwise(row)]
    for k, label in enumerate(cut):
        if label.label is None or label.words or label.box[1] < head.box[3]:
            continue
        for n, cell in enumerate(cut):
            if cell.label is not None or cell.box[0] < label.box[2] or not _level(label, cell):
                continue
            part = opens[str(row[bisect(borders, _middle(cell))].label)]
            own = [spec for spec in known if spec.part == part and label.label in spec.labels]
            kinds = {spec.type for spec in known if label.label in spec.labels}  # “Họ và tên” stands for the person
            spec = next(iter(own or [spec for spec in known if spec.opens == part and spec.type in kinds]), None)
            if spec is not None:
                yield spec, k, n


def _middle(piece: Piece) -> float:
    return (piece.box[0] + piece.box[2]) / 2


def _level(one: Piece, other: Piece) -> bool:
    """Whether both stand on one row."""
    (_, a, _, b), (_, c, _, d) = one.box, other.box
    return min(b, d) - max(a, c) > 0.5 * min(b - a, d - c)


def _beside(piece: Piece, cut: Sequence[Piece], used: set[int], *, dates: bool) -> int | None:
    """The piece right of a label on its row, when no other label stands between; a date in words only for `dates`."""
    right = piece.box[2]
    best: tuple[float, int] | None = None
    for k, other in enumerate(cut):
        if other is piece or k in used:
            continue
        if not _level(piece, other) or other.box[0] < right - 0.3 * piece.height:
            continue
        gap = other.box[0] - right
        if gap < 14 * piece.height and (best is None or gap < best[0]):
            best = (gap, k)
    if best is None or cut[best[1]].label is not None:
        return None
    text = _text(cut[best[1]].words)
    return None if labelish(text) or (PLACE_DATE.search(text) and not dates) else best[1]


def _below(
    box: tuple[float, float, float, float],
    height: float,
    cut: Sequence[Piece],
    lines: Sequence[Line],
    used: set[int],
    *,
    reach: float = _NEAR,
) -> int | None:
    """The piece right below a label, at most `reach` heights away, when it is no label itself."""
    left, _, right, bottom = box
    best: tuple[float, int] | None = None
    for k, other in enumerate(cut):
        gap = other.box[1] - bottom
        if (
            not -0.4 * height < gap < reach * max(height, (height + other.height) / 2)
            or (other.box[1] + other.box[3]) / 2 <= bottom - 0.2 * height
        ):
            continue
        if other.box[0] > right + 2 * height or other.box[2] < left - height:
            continue
        if best is None or gap < best[0]:
            best = (gap, k)
    if best is None:
        return None
    found = cut[best[1]]
    if best[1] in used or found.label is not None or labelish(lines[found.line].text):
        return None
    return best[1]


def _next_line(piece: Piece, last: Piece, cut: Sequence[Piece], lines: Sequence[Line], used: set[int]) -> int | None:
    """The line on which a value runs on: right below, of one size, at the label's margin or the value's."""
    found = _below(last.box, last.height, cut, lines, used)
    if found is None:
        return None
    other = cut[found]
    low, high = sorted((last.height, other.height))
    if high > _ONE_SIZE * low or other.box[0] > max(piece.box[0], last.words[0].quad[0][0]) + 3 * piece.height:
        return None
    if capitals(_text(other.words)) > 0.8 > capitals(_text(last.words)):
        return None  # a title or a signer follows
    if PLACE_DATE.search(_text(other.words)):
        return None
    return found


def _text(words: Sequence[Word]) -> str:
    return " ".join(word.text for word in words)
