"""Refusals by name: class and words are data (`refusals.toml`)."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Any

from pyhncert import errors
from pyhncert.errors import HncertError

__all__ = ["refusal"]


@cache
def refusals() -> dict[str, dict[str, str]]:
    """Every refusal by name."""
    return tomllib.loads(resources.files(__package__).joinpath("refusals.toml").read_text("utf-8"))


def refusal(reason: str, /, **about: Any) -> HncertError:
    """The error of that name; its `reason` says the name again."""
    entry = refusals()[reason]
    made: HncertError = getattr(errors, entry["fault"])(entry["en"].format(**about), entry["vi"].format(**about))
    made.reason = reason  # type: ignore[attr-defined]
    return made
