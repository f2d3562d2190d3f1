"""The bars of whole sets: a run of all pages that misses one ends with 1."""

from __future__ import annotations

from typing import Literal

Rule = Literal["at most", "at least"]


def hold(*rows: tuple[str, float, Rule, float]) -> None:
    """Print each value beside its bar; raises SystemExit with 1 where one is missed."""
    missed = [(value > bar) if rule == "at most" else (value < bar) for _, value, rule, bar in rows]
    for (name, value, rule, bar), wrong in zip(rows, missed, strict=True):
        print(f"{name}: {value:.2f}, {rule} {bar:g}{'  MISSED' if wrong else ''}")
    if any(missed):
        raise SystemExit(1)
