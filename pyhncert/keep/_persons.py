"""Finding the acts of a person by name or number, without either being stored: keyed digests of their folded words."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from sqlalchemy import Connection, bindparam, text

from pyhncert.errors import UsageFault
from pyhncert.keep._seal import Seal

_TONES = "\u0300\u0301\u0303\u0309\u0323"
_ENTER = text("INSERT INTO person (digest, act_id) VALUES (:digest, :id) ON CONFLICT (digest, act_id) DO NOTHING")
_ACTS = text("SELECT DISTINCT act_id FROM person WHERE digest IN :digests ORDER BY act_id").bindparams(
    bindparam("digests", expanding=True)
)


def folded(words: str) -> str:
    """A name or number for comparing: without capitals, spare spaces, and the two places of a tone (hoà, hòa).

    Marks are kept: Đào and Dao are two people. Of a number its digits and letters alone are left.
    """
    plain = " ".join(unicodedata.normalize("NFKC", words).casefold().split())
    if any(char.isdigit() for char in plain):
        return "".join(char for char in plain if char.isalnum())
    return " ".join(_syllable(word) for word in plain.split(" "))


def _syllable(word: str) -> str:
    letters = unicodedata.normalize("NFD", word)
    tones = "".join(char for char in letters if char in _TONES)
    return unicodedata.normalize("NFC", "".join(char for char in letters if char not in _TONES)) + tones


def enter(connection: Connection, seal: Seal, act_id: str, who: Iterable[str]) -> None:
    """Enter whom an act is about: names and numbers. A register that is not sealed is searched through instead."""
    if not seal.sealed:
        return
    for words in {folded(one) for one in who} - {""}:
        connection.execute(_ENTER, {"digest": seal.digests("person", words)[-1], "id": act_id})


def acts(connection: Connection, seal: Seal, who: str) -> list[str]:
    """The acts that are about the person with this name or number; raises UsageFault where nobody is named."""
    seal.current(connection)
    digests = seal.digests("person", needed(who))
    return list(connection.execute(_ACTS, {"digests": digests}).scalars())


def needed(who: str) -> str:
    """The folded name or number.

    Raises:
        UsageFault: nothing is left of it.
    """
    if not (words := folded(who)):
        raise UsageFault("name a person, or a number", "hãy ghi tên hoặc số của một người")
    return words
