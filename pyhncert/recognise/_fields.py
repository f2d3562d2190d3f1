"""The fields of a paper: printed labels and what stands beside or below them."""

from __future__ import annotations

import datetime as dt
import functools
import re
import tomllib
from bisect import bisect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from importlib import resources
from itertools import pairwise
from typing import Any

from pyhncert.recognise._elsewhere import elsewhere
from pyhncert.recognise._labels import Piece, labelish, pieces
from pyhncert.recognise._place import field_at
from pyhncert.recognise._text import capitals, contains, fold
from pyhncert.recognise._values import date_in, tidy, value
from pyhncert.values import Field, Kind, Line, Reading, Word

_PLACE_DATE = re.compile(
    r"ng[àáaảạ]y\S*\s*\d{1,2}\s*,?\s*th[áàa]ng\S*\s*\d{1,2}\s*,?\s*n[ăaâ]m\S*\s*\d{4}", re.IGNORECASE
)
_SERIAL = re.compile(r"^[A-ZĐ]{2}\s?\d{6,8}$")
_TWELVE = re.compile(r"\d{12}", re.ASCII)
_TITLE_LETTERS = 6
"""Shorter lines are no part of a title that could pass for a label."""


@dataclass(frozen=True, slots=True)
class _Spec:
    """One field of one kind, as fields.toml has it."""

    name: str
    labels: tuple[str, ...]
    type: str
    lines: int
    part: str | None
    opens: str | None
    below: bool
    ever: bool
    find: str | None
    strip: tuple[str, ...]
    starts: tuple[str, ...]
    first: bool


@functools.cache
def _specs(kind: str) -> tuple[tuple[_Spec, ...], dict[str, str], str | None]:
    """Specs of `kind`, its labels (folded to printed), and the part with which it begins."""
    path = resources.files("pyhncert.recognise").joinpath("fields.toml")
    data = tomllib.loads(path.read_text(encoding="utf-8")).get(kind)
    if not isinstance(data, dict):
        return (), {}, None
    specs = tuple(_spec(raw) for raw in data["fields"])
    printed = {form: label for raw in data["fields"] for label in raw.get("labels", ()) for form in _forms(label)}
    return specs, printed, data.get("first_part")


def _forms(label: str) -> tuple[str, ...]:
    """`label` folded, and as it comes out when the stroke of a bilingual label is read as a letter."""
    strokes = ("/", "I", "J", "L", "IL", "II") if "/" in label else ("",)
    return tuple(dict.fromkeys(fold(label.replace("/", stroke)) for stroke in strokes))


def _spec(raw: dict[str, Any]) -> _Spec:
    return _Spec(
        name=raw["name"],
        labels=tuple(form for label in raw.get("labels", ()) for form in _forms(label)),
        type=raw["type"],
        lines=raw.get("lines", 1),
        part=raw.get("part"),
        opens=raw.get("opens"),
        below=raw.get("below", True),
        ever=raw.get("ever", False),
        find=raw.get("find"),
        strip=tuple(raw.get("strip", ())),
        starts=tuple(fold(text) for text in raw.get("starts", ())),
        first=raw.get("first", False),
    )


def fields(kind: Kind, readings: Sequence[Reading], *, today: dt.date | None = None) -> tuple[Field, ...]:
    """The fields of a paper of `kind`, in the order in which they stand on it.

    A value is what was read, NFC with single spaces, without leaders; dates are dd/mm/yyyy where they are beyond doubt,
    else left out. Names are never corrected. `today` is asked for the century of birth in the rows of passports, which
    are not looked at without it.
    """
    specs, printed, part = _specs(kind.key)
    out: dict[str, Field] = {}
    for reading in readings:
        part = _labelled(_untitled(reading, kind), specs, printed, part, out)
        for spec in specs:
            if spec.find is not None and spec.name not in out:
                found = _FINDERS[spec.find](reading.lines, spec)
                if found is not None:
                    text, words = found
                    out[spec.name] = field_at(spec.name, "", text, reading.page, words, kind=spec.type)
    for reading in readings:
        elsewhere(kind.key, reading, today, out)
    return tuple(out.values())


def _untitled(reading: Reading, kind: Kind) -> Reading:
    """`reading` without the paper's title, which is no label: BẰNG TỐT NGHIỆP is close to “hạng tốt nghiệp”."""
    title = fold(kind.title)
    if not title or reading.page != kind.page:
        return reading
    lines = (line for line in reading.lines if len(form := fold(line.text)) < _TITLE_LETTERS or form not in title)
    return replace(reading, lines=tuple(lines))


def _labelled(
    reading: Reading, specs: tuple[_Spec, ...], printed: dict[str, str], part: str | None, out: dict[str, Field]
) -> str | None:
    cut = [piece for n, line in enumerate(reading.lines) for piece in pieces(n, line, printed)]
    used: set[int] = set()
    for told, k, cell in _columns(cut, specs):
        used |= {k, cell}
        _keep(told, printed[str(cut[k].label)], cut[cell].words, reading.page, out)
    for k, piece in enumerate(cut):
        if piece.label is None or k in used:
            continue
        spec = _meant(specs, piece.label, part, out)
        if spec is None:
            continue
        if spec.opens is not None:
            part = spec.opens
        words = list(piece.words)
        if not tidy(_text(words)):
            taken = _beside(piece, cut, used)
            if taken is None and spec.below:
                taken = _below(piece.box, piece.height, cut, reading.lines, used)
            if taken is None:
                continue
            used.add(taken)
            words = list(cut[taken].words)
            last = cut[taken]
        else:
            last = piece
        used.add(k)
        for _ in range(spec.lines - 1):
            more = _next_line(piece, last, cut, reading.lines, used)
            if more is None:
                break
            used.add(more)
            last = cut[more]
            words += last.words
        _keep(spec, printed[piece.label], words, reading.page, out)
    return part


def _keep(spec: _Spec, label: str, words: Sequence[Word], page: int, out: dict[str, Field]) -> None:
    text = value(spec.type, _text(words), ever=spec.ever, strip=spec.strip)
    if text is not None and spec.name:
        out[spec.name] = field_at(spec.name, label, text, page, words, kind=spec.type)


def _columns(cut: Sequence[Piece], specs: tuple[_Spec, ...]) -> Iterator[tuple[_Spec, int, int]]:
    """Field, label and cell of a table in columns of persons: its head names them in a row, the first column is labels.

    What stands in one person's column is never another's, even where a cell is empty.
    """
    opens = {label: spec.opens for spec in specs if spec.opens is not None for label in spec.labels}
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
            own = [spec for spec in specs if spec.part == part and label.label in spec.labels]
            kinds = {spec.type for spec in specs if label.label in spec.labels}  # “Họ và tên” stands for the person
            spec = next(iter(own or [spec for spec in specs if spec.opens == part and spec.type in kinds]), None)
            if spec is not None:
                yield spec, k, n


def _middle(piece: Piece) -> float:
    return (piece.box[0] + piece.box[2]) / 2


def _level(one: Piece, other: Piece) -> bool:
    """Whether both stand on one row."""
    (_, a, _, b), (_, c, _, d) = one.box, other.box
    return min(b, d) - max(a, c) > 0.5 * min(b - a, d - c)


def _meant(specs: tuple[_Spec, ...], label: str, part: str | None, out: dict[str, Field]) -> _Spec | None:
    """The field that `label` stands for here: first of the part that was opened, then of the whole paper."""
    free = [spec for spec in specs if label in spec.labels and (not spec.name or spec.name not in out)]
    mine = [spec for spec in free if spec.part is not None and spec.part == part]
    return next(iter(mine or [spec for spec in free if spec.part is None]), None)


def _beside(piece: Piece, cut: Sequence[Piece], used: set[int]) -> int | None:
    """The piece right of a label on its row, when no other label stands between."""
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
    if best is None or cut[best[1]].label is not None or labelish(_text(cut[best[1]].words)):
        return None
    return best[1]


def _below(
    box: tuple[float, float, float, float], height: float, cut: Sequence[Piece], lines: Sequence[Line], used: set[int]
) -> int | None:
    """The piece right below a label, when it is no label itself."""
    left, _, right, bottom = box
    best: tuple[float, int] | None = None
    for k, other in enumerate(cut):
        gap = other.box[1] - bottom
        if not -0.4 * height < gap < 1.6 * height or (other.box[1] + other.box[3]) / 2 <= bottom - 0.2 * height:
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
    if high > 1.5 * low or other.box[0] > max(piece.box[0], last.words[0].quad[0][0]) + 3 * piece.height:
        return None
    if capitals(_text(other.words)) > 0.8 > capitals(_text(last.words)):
        return None  # a title or a signer follows
    if _PLACE_DATE.search(_text(other.words)):
        return None
    return found


def _text(words: Sequence[Word]) -> str:
    return " ".join(word.text for word in words)


# --- fields without a label ------------------------------------------------------------------------------------------

_Found = tuple[str, Sequence[Word]]


def _date_line(lines: Sequence[Line], spec: _Spec) -> _Found | None:
    """``Hà Nội, ngày 1 tháng 2 năm 2024``: the first such line of a decision, else the last of the paper."""
    found = []
    for line in lines:
        match = _PLACE_DATE.search(line.text)
        if match and match.start() <= 40 and len(line.text) - match.end() <= 4 and ("," in line.text[: match.start()]):
            date = date_in(match.group())
            if date is not None:
                found.append((date, line.words))
    if not found:
        return None
    return found[0] if spec.first else found[-1]


def _issuer(lines: Sequence[Line], spec: _Spec) -> _Found | None:
    """The first line in capitals that begins with the word for such a body."""
    for line in lines:
        text = tidy(line.text)
        if capitals(text) > 0.7 and any(fold(text).startswith(start) for start in spec.starts) and len(text) > 8:
            return text, line.words
    return None


def _head(lines: Sequence[Line], spec: _Spec) -> _Found | None:
    """The issuing body: lines in capitals over the number, left of the nation's name."""
    del spec
    number = next((line for line in lines if re.match(r"^S[ốóôoồ]\s*[:.]", line.text)), None)
    if number is None:
        return None
    left, right = number.quad[0][0], number.quad[1][0]
    middle, floor = (left + right) / 2, number.quad[0][1]
    half = max(right - left, 8 * (number.quad[3][1] - floor))
    rows = [
        line
        for line in lines
        if line.quad[3][1] <= floor + 4
        and abs((line.quad[0][0] + line.quad[1][0]) / 2 - middle) < half
        and capitals(line.text) > 0.8
        and sum(c.isalpha() for c in line.text) > 3
        and not contains("CONGHOAXAHOICHUNGHIA", fold(line.text))
    ]
    rows.sort(key=lambda line: line.quad[0][1])
    if not rows:
        return None
    return tidy(" ".join(line.text for line in rows)), [word for line in rows for word in line.words]


def _subject(lines: Sequence[Line], spec: _Spec) -> _Found | None:
    """What a decision is about: the lines below its title, up to the next line in capitals."""
    del spec
    ordered = sorted(lines, key=lambda line: line.quad[0][1])
    start = next(
        (i for i, line in enumerate(ordered) if fold(line.text).startswith("QUYETDINH") and capitals(line.text) > 0.7),
        None,
    )
    if start is None:
        return None
    rows: list[Line] = []
    for line in ordered[start + 1 :]:
        above = rows[-1] if rows else ordered[start]
        height = max(line.quad[3][1] - line.quad[0][1], 1.0)
        if (
            capitals(line.text) > 0.7
            or line.quad[0][1] - above.quad[3][1] > (1.5 if rows else 2.5) * height
            or len(rows) == 4
        ):
            break
        if fold(line.text).startswith(("CANCU", "XETDENGHI", "THEODENGHI", "DIEU1")):
            break
        rows.append(line)
    if not rows:
        return None
    return tidy(" ".join(line.text for line in rows)), [word for line in rows for word in line.words]


def _serial(lines: Sequence[Line], spec: _Spec) -> _Found | None:
    """The number printed on a land certificate: two letters and six to eight digits."""
    del spec
    for line in lines:
        text = tidy(line.text)
        if _SERIAL.match(text):
            return text, line.words
    return None


def _twelve(lines: Sequence[Line], spec: _Spec) -> _Found | None:
    """The one number of twelve digits, where its label was not read."""
    del spec
    found = {word.text: word for line in lines for word in line.words if _TWELVE.fullmatch(word.text)}
    return next(((text, [word]) for text, word in found.items()), None) if len(found) == 1 else None


_FINDERS: dict[str, Callable[[Sequence[Line], _Spec], _Found | None]] = {
    "date_line": _date_line,
    "issuer": _issuer,
    "head": _head,
    "subject": _subject,
    "serial": _serial,
    "twelve": _twelve,
}
