"""Predicates about one card's sources: print, machine-readable rows, QR code."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from pyhncert.check._paper import Paper, bare, plain
from pyhncert.check._rules import Rule
from pyhncert.recognise import broken_rows
from pyhncert.values import Finding

_WAYS: dict[str, Callable[[str], str]] = {"plain": plain, "name": plain, "bare": bare}


def agree(rule: Rule, paper: Paper) -> Iterator[Finding]:
    """The fields of one of `pairs` differ; what was filled in from a source is not held against it."""
    for pair in rule["pairs"]:
        one, other = paper.fields.get(pair["one"]), paper.fields.get(pair["other"])
        if paper.kind.key not in pair.get("kinds", (paper.kind.key,)) or one is None or other is None:
            continue
        if one.label == other.label or _same(pair, one.value, other.value):
            continue
        facts = {"what": pair["en"], "what_vi": pair["vi"], "one": one.value, "other": other.value}
        yield rule.at(one, **facts)


def _same(pair: dict[str, Any], one: str, other: str) -> bool:
    way = pair.get("as", "plain")
    one, other = _WAYS[way](one), _WAYS[way](other)
    # a row for machines has room for so many letters: a longer name is cut off there
    return one == other or (way == "bare" and len(other) >= pair.get("room", 26) and one.startswith(other))


def rows_broken(rule: Rule, paper: Paper) -> Iterator[Finding]:
    """Rows for machines were seen, and no two of them pass their check digits."""
    for reading in paper.readings:
        line = broken_rows(reading, today=paper.today)
        if line is not None:
            yield rule.broken(page=reading.page, quad=line.quad)
