"""The rules, limits and wording, from data files."""

from __future__ import annotations

import datetime as dt
import functools
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

from pyhncert.values import Field, Finding, Quad, Severity, Words


@functools.cache
def _file(name: str) -> dict[str, Any]:
    return tomllib.loads(resources.files("pyhncert.check").joinpath(name).read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of rules.toml: `row` is as it stands there, the predicate's own keys among it."""

    row: Mapping[str, Any]

    def __getitem__(self, key: str) -> Any:
        return self.row[key]

    def get(self, key: str, default: Any = None) -> Any:
        """What the row says of `key`, or `default`."""
        return self.row.get(key, default)

    def holds(self, today: dt.date, kind: str) -> bool:
        """Whether the rule is law on `today` and looks at papers of `kind`."""
        row = self.row
        if today < row["from"] or today >= row.get("until", dt.date.max):
            return False
        return kind not in row.get("except", ()) and kind in row.get("kinds", (kind,))

    def broken(self, *, page: int | None = None, quad: Quad | None = None, **facts: Any) -> Finding:
        """The row's finding; `facts` fill the gaps in its words, and so does `page`."""
        row = self.row
        return Finding(
            code=row.get("code", row["id"]),
            severity=row["severity"],
            family="paper",
            reason=_words(row, {"page": page, **facts}),
            page=page,
            quad=quad,
            final=row.get("final", False),
        )

    def at(self, field: Field, **facts: Any) -> Finding:
        """The row's finding at the place of `field`."""
        return self.broken(page=field.page, quad=field.quad, **facts)

    def kept(self, field: Field, **facts: Any) -> Iterator[Finding]:
        """The finding that all is well at the place of `field`, where the row has words for it."""
        good = self.row.get("good")
        if good is not None:
            words = _words(good, {"page": field.page, **facts})
            yield Finding(
                code=good["code"], severity="pass", family="paper", reason=words, page=field.page, quad=field.quad
            )


def rules(today: dt.date, kind: str) -> Iterator[Rule]:
    """The rows that hold on `today` for papers of `kind`, in the order of the table."""
    return (rule for row in _file("rules.toml")["rule"] if (rule := Rule(row)).holds(today, kind))


def bounds(name: str, today: dt.date) -> dict[str, Any] | None:
    """The version of the limits `name` that holds on `today`, or None when none does."""
    held = [
        version
        for version in _file("limits.toml")[name]
        if version["from"] <= today and (version.get("until") is None or today < version["until"])
    ]
    return max(held, key=lambda version: version["from"], default=None)


def say(
    code: str,
    severity: Severity,
    /,
    *,
    page: int | None = None,
    quad: Quad | None = None,
    final: bool = False,
    **facts: Any,
) -> Finding:
    """The finding `code` of findings.toml in its words; `facts` fill the gaps in them, and so does `page`."""
    text = _file("findings.toml")[code]
    reason = _words(text, {"page": page, **facts})
    return Finding(
        code=code, severity=severity, family=text["family"], reason=reason, page=page, quad=quad, final=final
    )


def _words(text: Mapping[str, Any], facts: Mapping[str, Any]) -> Words:
    return Words(text["vi"].format(**facts), text["en"].format(**facts))
