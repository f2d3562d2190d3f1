"""The fields of each kind of paper, as fields.toml has them."""

from __future__ import annotations

import functools
import tomllib
from dataclasses import dataclass
from importlib import resources
from typing import Any

from pyhncert.recognise._text import fold


@dataclass(frozen=True, slots=True)
class Spec:
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
    loose: bool
    alone: bool
    repeat: bool
    pattern: str


@functools.cache
def specs(kind: str) -> tuple[tuple[Spec, ...], dict[str, str], str | None]:
    """Specs of `kind`, its labels (folded to printed), and the part with which it begins."""
    path = resources.files("pyhncert.recognise").joinpath("fields.toml")
    data = tomllib.loads(path.read_text(encoding="utf-8")).get(kind)
    if not isinstance(data, dict):
        return (), {}, None
    known = tuple(_spec(raw) for raw in data["fields"])
    printed = {form: label for raw in data["fields"] for label in raw.get("labels", ()) for form in _forms(label)}
    return known, printed, data.get("first_part")


def _forms(label: str) -> tuple[str, ...]:
    """`label` folded, and as it comes out when the stroke of a bilingual label is read as a letter."""
    strokes = ("/", "I", "J", "L", "IL", "II", "7", "1", "T") if "/" in label else ("",)
    return tuple(dict.fromkeys(fold(label.replace("/", stroke)) for stroke in strokes))


def _spec(raw: dict[str, Any]) -> Spec:
    return Spec(
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
        loose=raw.get("loose", False),
        alone=raw.get("alone", False),
        repeat=raw.get("repeat", False),
        pattern=raw.get("pattern", ""),
    )
