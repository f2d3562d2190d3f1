"""The kind of paper, by its printed title: capitals, high on the page, near the name of the nation."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Literal

from pyhncert.recognise._place import around
from pyhncert.recognise._text import capitals, contains, distances, fold, likeness
from pyhncert.values import Kind, Line, Quad, Reading, Words

UNKNOWN = Words("không rõ loại giấy tờ", "unknown kind of paper")
_ENOUGH = 0.82
"""A title may differ from the printed one by so many letters: one in six."""
_CAPITALS = 0.7
_CARD_LETTERS = 900
"""A card's side holds no more; a page that speaks of cards does."""


@dataclass(frozen=True, slots=True)
class _Title:
    """One printed title of a kind, folded."""

    key: str
    text: str
    prefix: bool


@dataclass(frozen=True, slots=True)
class _Cues:
    """Printed words, folded, of which `least` tell a page of a kind that bears no title; `card`: a side of a card."""

    key: str
    words: tuple[str, ...]
    least: int
    needs: tuple[str, ...]
    card: bool


@dataclass(frozen=True, slots=True)
class _Titles:
    """The data file, folded once."""

    names: dict[str, Words]
    short: dict[str, str]
    cards: frozenset[str]
    booklets: frozenset[str]
    titles: tuple[_Title, ...]
    cues: tuple[_Cues, ...]
    needs: dict[str, tuple[str, ...]]
    others: tuple[tuple[str, int], ...]
    """Folded, with the number of words."""
    annexes: tuple[str, ...]
    annex: dict[str, str]
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
        short={kind["key"]: kind["short"] for kind in data["kind"]},
        cards=frozenset(kind["key"] for kind in data["kind"] if kind.get("card")),
        booklets=frozenset(kind["key"] for kind in data["kind"] if kind.get("booklet")),
        titles=tuple(titles),
        cues=tuple(
            _Cues(
                key=kind["key"],
                words=tuple(map(fold, kind[name])),
                least=2 if card else kind["least"],
                needs=() if card else tuple(map(fold, kind.get("page_needs", ()))),
                card=card,
            )
            for name, card in (("cues", True), ("page_cues", False))
            for kind in data["kind"]
            if name in kind
        ),
        needs={kind["key"]: tuple(map(fold, kind["needs"])) for kind in data["kind"] if "needs" in kind},
        others=tuple((fold(text), len(text.split())) for text in data["others"]),
        annexes=tuple(map(fold, data["annexes"])),
        annex={fold(kind["annex"]): kind["key"] for kind in data["kind"] if "annex" in kind},
        stops=tuple(map(fold, data["stops"])),
        nation=fold(data["nation"]),
    )


def kind_name(key: str) -> Words:
    """The name of kind `key` in both languages."""
    return _titles().names.get(key, UNKNOWN)


def short_name(key: str) -> str:
    """The short name of kind `key`, for lists."""
    return {"blank": "Trang trắng", **_titles().short}.get(key, "Giấy tờ khác")


def card(key: str) -> bool:
    """Whether papers of kind `key` are cards."""
    return key in _titles().cards


def booklet(key: str) -> bool:
    """Whether pages of a paper of kind `key` may repeat its title."""
    return key in _titles().booklets


def page_kind(reading: Reading) -> tuple[Kind, bool]:
    """The kind of one page, and whether a text begins on it: a title of ours, or that of another text but a list."""
    kind = _by_title(reading)
    if kind is not None and kind.key != "unknown":
        return kind, not fold(kind.title).startswith(_titles().annexes)
    if kind is None:
        return _by_cues(reading) or _nothing(), False
    rows = _rows(reading.lines)
    return _nothing(), not any(row.folded.startswith(_titles().annexes) for row in rows[:6])


def _nothing() -> Kind:
    return Kind(key="unknown", name=UNKNOWN, title="", confidence=0.0)


def classify(readings: Sequence[Reading]) -> Kind:
    """The kind of the paper that `readings` are the pages of; key ``unknown`` when no title says it for sure.

    The first page with a title decides; sides and pages without one are known by what else is printed on all of them.
    """
    titled = [_by_title(reading) for reading in readings]
    for kind in titled:
        if kind is not None and kind.key != "unknown":
            return kind
    for reading, other in zip(readings, titled, strict=True):
        kind = None if other is not None else _by_cues(reading)
        if kind is not None:
            return kind
    return _nothing()


def _by_title(reading: Reading) -> Kind | None:
    """The kind whose title the page bears; ``unknown`` where another text begins; None for a page without a title."""
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
    if best == "other":
        return Kind(key="unknown", name=UNKNOWN, title="", confidence=0.0, page=reading.page)
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


def _first_title(
    rows: list[_Row], floor: float, reach: float
) -> tuple[float, _Title, list[_Row]] | Literal["other"] | None:
    """The first row in capitals between `floor` and `reach` that begins a title of ours, or ``other``: another text."""
    data = _titles()
    whole = "".join(row.folded for row in rows)
    for i, first in enumerate(rows):
        if first.folded.startswith(data.stops):
            return "other"
        if first.top > reach or first.bottom < floor or capitals(first.text) < _CAPITALS:
            continue
        stack = _stack(rows, i)
        if _other(data, stack):
            return _annex(data, rows[i : i + 6], whole) or "other"  # what it mentions below is not its title
        best = _likest(stack, whole)
        if best is not None:
            return best
    return None


def _annex(data: _Titles, rows: list[_Row], whole: str) -> tuple[float, _Title, list[_Row]] | None:
    """The kind of paper that a list comes with, as a row under its title says."""
    if not rows[0].folded.startswith(data.annexes):
        return None
    for n, row in enumerate(rows[1:], 1):
        for begins, key in data.annex.items():
            if row.folded.startswith(begins) and _needed(data, key, whole):
                return 1.0, _Title(key, begins, prefix=True), rows[:n]
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
        if row.top < last.top + 0.35 * (last.bottom - last.top):
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
    """The back of a card, or a page without a title: by its printed labels, and a card's rows for machines."""
    data = _titles()
    folded = [(line, fold(line.text)) for line in reading.lines]
    text = "".join(form for _, form in folded)
    small = len(text) <= _CARD_LETTERS
    machine = small and "IDVNM" in text
    best: tuple[float, Kind] | None = None
    for cues in data.cues:
        found = [cue for cue in cues.words if contains(cue, text)] if small or not cues.card else []
        enough = len(found) >= cues.least or (cues.card and machine and bool(found))
        if not enough or (cues.needs and not any(need in text for need in cues.needs)):
            continue
        share = len(found) / len(cues.words)
        if best is None or share > best[0]:
            trust = min(1.0, 0.6 + 0.1 * len(found) + 0.2 * machine)
            lines = [line for line, form in folded if form and any(contains(cue, form) for cue in found)]
            quad = around([line.quad for line in lines]) if lines else None
            kind = Kind(
                key=cues.key,
                name=data.names[cues.key],
                title="",
                confidence=round(trust, 3),
                page=reading.page,
                quad=quad,
            )
            best = (share, kind)
    return None if best is None else best[1]
