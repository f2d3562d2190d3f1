"""The register's form: columns and words from data, and what column 8 says."""

from __future__ import annotations

import datetime as dt
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from pyhncert.errors import UsageFault
from pyhncert.keep._codes import shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """The printed form in force on some day: version, title, the eight column names, legal source."""

    version: int
    title: str
    columns: tuple[str, ...]
    source: str


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(files("pyhncert.keep").joinpath("data/register_form.toml").read_text(encoding="utf-8"))


def form(day: dt.date) -> Form:
    """The form that holds on `day`.

    Raises:
        UsageFault: none does.
    """
    for entry in _data()["form"]:
        if entry["valid_from"] <= day <= entry.get("valid_to", dt.date.max):
            return Form(
                version=entry["version"],
                title=entry["title"],
                columns=tuple(entry["columns"]),
                source=entry["source"],
            )
    raise UsageFault(f"no form of the register is in force on {day}", f"không có mẫu sổ nào có hiệu lực ngày {day}")


def words(key: str, **values: object) -> str:
    """The words printed under `key`."""
    return str(_data()["words"][key]).format(**values)


def interrupted(state: str) -> str:
    """The reason of an act whose process died in `state`."""
    data = _data()
    return str(data["reason"]["interrupted"]).format(step=data["step"][state], state=state)


def lost(backup: str, *, under_way: bool = False) -> str:
    """The reason of a number whose use a restored register does not know, or of an act that was under way."""
    return str(_data()["reason"]["under_way" if under_way else "lost"]).format(backup=backup)


def erased_words() -> str:
    """What stands in a column whose words were erased."""
    return str(_data()["note"]["erased"])


def day_text(moment: dt.date) -> str:
    """A day as the office writes it."""
    return f"{moment.day:02d}/{moment.month:02d}/{moment.year}"


def column_8(
    state: str,
    *,
    reason: str,
    changed_at: dt.datetime | None,
    note: str,
    superseded_by: str | None,
    replaces: tuple[str, int, int] | None,
    copies: int = 0,
    paper_copies: int = 0,
) -> str:
    """The note of a line: what became of its act, then what the office wrote."""
    notes = _data()["note"]
    parts: list[str] = []
    if state in ("voided", "revoked", "superseded"):
        key = "superseded_by" if state == "superseded" and superseded_by else state
        day = day_text(changed_at) if changed_at else ""
        parts.append(notes[key].format(day=day, reason=reason, code=shown(superseded_by) if superseded_by else ""))
    elif state != "registered":
        parts.append(notes["open"])
    if replaces is not None:
        code, number, year = replaces
        parts.append(notes["replaces"].format(code=shown(code), number=f"{number:02d}", year=year))
    if paper_copies and state != "voided":
        electronic = copies - paper_copies
        parts.append(notes["paper" if electronic else "paper_only"].format(paper=paper_copies, electronic=electronic))
    if note:
        parts.append(note)
    return "; ".join(parts)
