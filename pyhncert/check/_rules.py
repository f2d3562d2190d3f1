"""The rules and the wording, from data files."""

from __future__ import annotations

import datetime as dt
import functools
import tomllib
from importlib import resources
from typing import Any

from pyhncert.values import Finding, Quad, Severity, Words


@functools.cache
def _file(name: str) -> dict[str, Any]:
    return tomllib.loads(resources.files("pyhncert.check").joinpath(name).read_text(encoding="utf-8"))


def rule(name: str, today: dt.date) -> dict[str, Any] | None:
    """The version of rule `name` that holds on `today`, or None when none does."""
    held = [
        version
        for version in _file("rules.toml")[name]
        if version["from"] <= today and (version.get("until") is None or today < version["until"])
    ]
    return max(held, key=lambda version: version["from"], default=None)


def provinces() -> dict[str, str]:
    """Province by the first three digits of a personal number."""
    codes: dict[str, str] = _file("provinces.toml")["codes"]
    return codes


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
    """The finding `code` in its words; `facts` fill the gaps in them, and so does `page`."""
    text = _file("findings.toml")[code]
    facts = {"page": page, **facts}
    reason = Words(text["vi"].format(**facts), text["en"].format(**facts))
    return Finding(
        code=code, severity=severity, family=text["family"], reason=reason, page=page, quad=quad, final=final
    )
