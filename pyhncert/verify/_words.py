"""The words of verification, from `words.toml`."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources

from pyhncert.errors import AlteredCore, HncertError
from pyhncert.values import Words


@cache
def _all() -> dict[str, Words]:
    text = resources.files("pyhncert.verify").joinpath("words.toml").read_text("utf-8")
    return {key: Words(entry["vi"], entry["en"]) for key, entry in tomllib.loads(text).items()}


def say(key: str, **values: object) -> Words:
    """The words called `key` with `values` put in."""
    words = _all()[key]
    return Words(words.vi.format(**values), words.en.format(**values)) if values else words


def altered(key: str, **values: object) -> AlteredCore:
    """The error that ends in the verdict `altered`, with its words."""
    words = say(key, **values)
    return AlteredCore(words.en, words.vi)


def words_of(err: HncertError) -> Words:
    """What an error says."""
    return Words(err.say("vi"), err.say("en"))
