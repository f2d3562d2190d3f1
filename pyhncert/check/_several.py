"""Predicates about the papers of one file: several of them, one scanned twice, one person under two names."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import TYPE_CHECKING

from pyhncert.check._paper import Paper, bare, plain
from pyhncert.check._rules import Rule
from pyhncert.values import Field, Finding, Original, Quad

if TYPE_CHECKING:
    from collections.abc import Sequence


def several(rule: Rule, paper: Paper) -> Iterator[Finding]:
    """The file holds more than one paper; with `known`, more than one of kinds of ours that has a title or a number.

    Without it, papers of unknown kinds are meant that stand beside at most one of ours. A side of a card on which
    neither number nor person was read may be of the card before it. Papers on one picture have a finding of their own
    (``two_papers``).
    """
    real = [one for one in paper.originals if one.kind.key != "blank" and one.again is None]
    ours = [one for one in real if one.kind.key != "unknown" and (one.kind.title or _identity(one))]
    others = [one for one in real if one.kind.key == "unknown"]
    told = ours if rule["known"] else [*ours, *others]
    if len(told) < 2 or (not rule["known"] and (len(ours) > 1 or not others)):
        return
    told = sorted(told, key=lambda one: one.pages[0])
    # the first page of a picture says how many papers it shows; they are the pages that follow
    shared = {page.number + n for page in paper.pages for n in range(1, page.measures.papers)}
    if all(one.pages[0] in shared for one in told[1:]):
        return
    page, quad = _place(told[1], paper)
    yield rule.broken(page=page, quad=quad, count=len(told), papers="; ".join(one.name for one in told))


def repeated(rule: Rule, paper: Paper) -> Iterator[Finding]:
    """A page is another scan of one before it."""
    for one in paper.originals:
        if one.again is not None:
            page, quad = _place(one, paper)
            first = paper.originals[one.again]
            yield rule.broken(page=page, quad=quad, first=first.pages[0], name=first.name)


def names(rule: Rule, paper: Paper) -> Iterator[Finding]:
    """Two papers have one number, or one birthday and the same bare name, and write the name differently."""
    told = set()
    for one, other in combinations([one for one in paper.originals if one.again is None], 2):
        for person in rule["persons"]:
            for whom in rule["persons"]:
                first, second = _person(one, person), _person(other, whom)
                if first is None or second is None or not _one_person(first, second):
                    continue
                mine, theirs = first[0], second[0]
                if plain(mine.value) != plain(theirs.value) and (theirs.page, theirs.quad) not in told:
                    told.add((theirs.page, theirs.quad))
                    yield rule.at(theirs, one=mine.value, other=theirs.value, first=one.name)


_Person = tuple[Field, Field | None, Field | None]


def _person(one: Original, person: dict[str, str]) -> _Person | None:
    """Name, number and birth of somebody on a paper."""
    by_name = {field.name: field for field in one.fields}
    name = by_name.get(person["name"])
    return None if name is None else (name, by_name.get(person.get("number", "")), by_name.get(person.get("birth", "")))


def _one_person(first: _Person, second: _Person) -> bool:
    (name, number, birth), (other, its_number, its_birth) = first, second
    if number is not None and its_number is not None:
        return number.value == its_number.value
    same_day = birth is not None and its_birth is not None and birth.value == its_birth.value
    return same_day and bare(name.value) == bare(other.value)


def _identity(one: Original) -> bool:
    return any(field.name.endswith(("number", "personal_id", "name", "plate")) for field in one.fields)


def _place(one: Original, paper: Paper) -> tuple[int, Quad | None]:
    """Where a paper begins: its title, else its first line."""
    page = one.pages[0]
    if one.kind.page == page and one.kind.quad is not None:
        return page, one.kind.quad
    lines: Sequence[Quad] = [line.quad for reading in paper.readings if reading.page == page for line in reading.lines]
    return page, lines[0] if lines else None
