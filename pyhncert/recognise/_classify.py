"""The kind of paper, by its printed title: capitals, high on the page, near the name of the nation."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources

from pyhncert.recognise._text import capitals, contains, distances, fold, likeness
from pyhncert.values import Kind, Line, Quad, Reading, Words

UNKNOWN = Words("không rõ loại giấy tờ", "unknown kind of paper")
_ENOUGH = 0.82
"""A title may differ from the printed one by so many letters: one in six."""
_CAPITALS = 0.7


@dataclass(frozen=True, slots=True)
class _Title:
    """One printed title of a kind, folded."""

    key: str
    text: str
    prefix: bool


@dataclass(frozen=True, slots=True)
class _Titles:
    """The data file, folded once."""

    names: dict[str, Words]
    titles: tuple[_Title, ...]
    cues: dict[str, tuple[str, ...]]
    needs: dict[str, tuple[str, ...]]
    others: tuple[tuple[str, int], ...]
    """Folded, with the number of words."""
    stops: tuple[str, ...]
    nation: str


@dataclass(frozen=True, slots=True)
class _Row:
    """One printed row, which the detector may have cut into several lines."""

    text: str
    folded: str
    left: float
    top: float
    right: float
    bottom: float
    confidence: float


@functools.cache
def _titles() -> _Titles:
    data = tomllib.loads(resources.files("pyhncert.recognise").joinpath("titles.toml").read_text(encoding="utf-8"))
    titles = [
        _Title(kind["key"], fold(text), way == "prefix")
        for kind in data["kind"]
        for way in ("whole", "prefix")
        for text in kind.get(way, ())
    ]
    return _Titles(
        names={kind["key"]: Words(kind["name"]["vi"], kind["name"]["en"]) for kind in data["kind"]},
        titles=tuple(titles),
        cues={kind["key"]: tuple(map(fold, kind["cues"])) for kind in data["kind"] if "cues" in kind},
        needs={kind["key"]: tuple(map(fold, kind["needs"])) for kind in data["kind"] if "needs" in kind},
        others=tuple((fold(text), len(text.split())) for text in data["others"]),
        stops=tuple(map(fold, data["stops"])),
        nation=fold(data["nation"]),
    )


def kind_name(key: str) -> Words:
    """The name of kind `key` in both languages."""
    return _titles().names.get(key, UNKNOWN)


def classify(readings: Sequence[Reading]) -> Kind:
    """The kind of the paper that `readings` are the pages of; key ``unknown`` when no title says it for sure.

    The first page with a title decides; sides without a title (backs of cards) are known by two printed cues.
    """
    for reading in readings:
        kind = _by_title(reading)
        if kind is not None:
            return kind
    for reading in readings:
        kind = _by_cues(reading)
        if kind is not None:
            return kind
    return Kind(key="unknown", name=UNKNOWN, title="", confidence=0.0)


def _by_title(reading: Reading) -> Kind | None:
    data = _titles()
    rows = _rows(reading.lines)
    if not rows:
        return None
    nation = next((row for row in rows if contains(data.nation, row.folded, share=0.2)), None)
    top, bottom = min(row.top for row in rows), max(row.bottom for row in rows)
    floor = top
    if nation is None:
        reach = top + 0.5 * (bottom - top)
    else:  # a title stands within a dozen rows of the nation's name
        floor = nation.top
        reach = max(nation.bottom + 16 * (nation.bottom - nation.top), top + 0.35 * (bottom - top))
    best = _first_title(rows, floor, reach)
    if best is None:
        return None
    score, title, found = best
    trust = 1.0 if nation is not None else 0.85
    return Kind(
        key=title.key,
        name=data.names[title.key],
        title=" ".join(row.text for row in found),
        confidence=round(score * trust * min(1.0, 0.2 + sum(r.confidence for r in found) / len(found)), 3),
        page=reading.page,
        quad=_around(found),
    )


def _first_title(rows: list[_Row], floor: float, reach: float) -> tuple[float, _Title, list[_Row]] | None:
    """The first row in capitals between `floor` and `reach` that begins a title of ours, unless another text begins."""
    data = _titles()
    whole = "".join(row.folded for row in rows)
    for i, first in enumerate(rows):
        if first.folded.startswith(data.stops):
            return None
        if first.top > reach or first.bottom < floor or capitals(first.text) < _CAPITALS:
            continue
        stack = _stack(rows, i)
        if _other(data, stack):
            return None  # another text begins here; what it mentions below is not its title
        best = _likest(stack, whole)
        if best is not None:
            return best
    return None


def _likest(stack: list[_Row], whole: str) -> tuple[float, _Title, list[_Row]] | None:
    """The title that the first rows of `stack` are most like; the shortest stack wins a draw."""
    data = _titles()
    best: tuple[float, _Title, list[_Row]] | None = None
    for size in range(1, len(stack) + 1):
        text = "".join(row.folded for row in stack[:size])
        for title in data.titles:
            score = likeness(title.text, text, prefix=title.prefix)
            if score >= _ENOUGH and (best is None or score > best[0]) and _needed(data, title.key, whole):
                best = (score, title, stack[:size])
    return best


def _needed(data: _Titles, key: str, whole: str) -> bool:
    needs = data.needs.get(key)
    return needs is None or any(need in whole for need in needs)


def _other(data: _Titles, stack: list[_Row]) -> bool:
    """Whether the stack begins like the title of a text that is none of ours."""
    text, words = stack[0].folded, stack[0].text.split()
    near = []
    for other, count in data.others:
        begins = fold("".join(words[:count]))
        if abs(len(begins) - len(other)) <= 1 and distances(other, begins)[-1] <= len(other) // 8:
            near.append(other)
    if not near:
        return False
    # "GIẤY CHỨNG NHẬN TỐT NGHIỆP TẠM THỜI" against "GIẤY CHỨNG NHẬN …": the longer title is meant
    longest = max(map(len, near))
    joined = "".join(row.folded for row in stack)
    for title in data.titles:
        for whole in (text, joined):
            if len(title.text) > longest and likeness(title.text, whole, prefix=title.prefix) >= _ENOUGH:
                return False
    return True


def _stack(rows: list[_Row], start: int) -> list[_Row]:
    """Up to four rows in capitals right below each other and over each other's middle: a title of several rows."""
    out = [rows[start]]
    for row in rows[start + 1 :]:
        last = out[-1]
        if row.top < last.top + 0.5 * (last.bottom - last.top):
            continue
        height = max(last.bottom - last.top, row.bottom - row.top)
        middle = (row.left + row.right) / 2
        if (
            len(out) == 4
            or row.top - last.bottom > 1.2 * height
            or not last.left - 2 * height < middle < last.right + 2 * height
            or capitals(row.text) < _CAPITALS
        ):
            break
        out.append(row)
    return out


def _rows(lines: Sequence[Line]) -> list[_Row]:
    """Lines on one level, of one height and hardly apart, make one row; from top to bottom."""
    rows: list[_Row] = []
    for line in sorted(lines, key=lambda one: one.quad[0][0]):
        xs, ys = [p[0] for p in line.quad], [p[1] for p in line.quad]
        left, top, right, bottom = min(xs), min(ys), max(xs), max(ys)
        height = bottom - top
        for i, row in enumerate(rows):
            level = min(row.bottom, bottom) - max(row.top, top)
            low, high = sorted((row.bottom - row.top, height))
            if level > 0.6 * low and high < 1.6 * low and left - row.right < 1.6 * low:
                rows[i] = _Row(
                    f"{row.text} {line.text}",
                    row.folded + fold(line.text),
                    row.left,
                    min(row.top, top),
                    max(row.right, right),
                    max(row.bottom, bottom),
                    min(row.confidence, line.confidence),
                )
                break
        else:
            rows.append(_Row(line.text, fold(line.text), left, top, right, bottom, line.confidence))
    return sorted((row for row in rows if row.folded), key=lambda row: row.top)


def _around(rows: list[_Row]) -> Quad:
    left, top = min(row.left for row in rows), min(row.top for row in rows)
    right, bottom = max(row.right for row in rows), max(row.bottom for row in rows)
    return ((left, top), (right, top), (right, bottom), (left, bottom))


def _by_cues(reading: Reading) -> Kind | None:
    """The back of a card: two of its printed labels, or its machine-readable rows with one of them."""
    data = _titles()
    text = fold(reading.text)
    machine = "IDVNM" in text
    if len(text) > 900:
        return None  # a card's side holds little text; a page that speaks of cards holds much
    for key, cues in data.cues.items():
        found = [cue for cue in cues if contains(cue, text)]
        if len(found) >= 2 or (machine and found):
            share = min(1.0, 0.6 + 0.1 * len(found) + 0.2 * machine)
            return Kind(key=key, name=data.names[key], title="", confidence=round(share, 3), page=reading.page)
    return None
