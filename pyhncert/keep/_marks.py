"""Marks of originals, by which one brought twice is noticed: keyed digests, never the number or the scan itself.

The secret is the register's own, and where it is sealed the office key's: without it nobody can try whether a paper was
certified here.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from sqlalchemy import Connection, Row, bindparam, text

from pyhncert.keep import _lines
from pyhncert.keep._public import keyed
from pyhncert.keep._seal import Seal

_ENTER = text("INSERT INTO original_mark (mark, act_id) VALUES (:mark, :id) ON CONFLICT (mark, act_id) DO NOTHING")
_ALL = text("SELECT mark, act_id FROM original_mark")
_CHANGE = text("UPDATE original_mark SET mark = :new WHERE mark = :old AND act_id = :id")
_FOUND = (
    "WHERE a.id IN (SELECT act_id FROM original_mark WHERE mark IN :marks) AND a.state <> 'voided'"
    " ORDER BY a.certified_at"
)


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(files("pyhncert.keep").joinpath("data/marks.toml").read_text(encoding="utf-8"))


def document_name(kind: str, fields: Mapping[str, str]) -> str | None:
    """What tells a paper of this kind from all others, of what was read; None where too little was read."""
    data = _data()
    number = _plain(next((fields[name] for name in data["number"] if fields.get(name)), ""))
    if kind == "unknown" or len(number) < data["shortest"]:
        return None
    day = _plain(next((fields[name] for name in data["day"] if fields.get(name)), ""))
    return f"{kind} {number} {day}"


def _plain(value: str) -> str:
    return "".join(c for c in value.upper() if c.isalnum())


def marks(connection: Connection, scans: Sequence[bytes], document: str | None) -> list[bytes]:
    """The marks of an original: of its scans together (their SHA-256, in order), and of its `document_name`."""
    said = [keyed(connection, "scans", b"".join(scans).hex())] if scans else []
    if document:
        said.append(keyed(connection, "document", document))
    return said


def _under(seal: Seal, mark: bytes) -> list[bytes]:
    """As what a mark may stand in the register, oldest first."""
    return seal.digests("mark", mark) if seal.sealed else [mark]


def seal_all(connection: Connection, seal: Seal) -> None:
    """Put the marks of a register that was plain under the office key too."""
    for mark, act_id in connection.execute(_ALL).all():
        connection.execute(_CHANGE, {"old": mark, "new": _under(seal, mark)[-1], "id": act_id})


def enter(connection: Connection, seal: Seal, act_id: str, some: Iterable[bytes]) -> None:
    """Enter the marks of an act."""
    for mark in some:
        connection.execute(_ENTER, {"mark": _under(seal, mark)[-1], "id": act_id})


def seen(connection: Connection, seal: Seal, some: Iterable[bytes]) -> list[Row[Any]]:
    """The lines of acts that bear one of the marks and are not void, oldest first."""
    if seal.sealed:
        seal.current(connection)
    found = [name for mark in some for name in _under(seal, mark)]
    if not found:
        return []
    statement = _lines.select(_FOUND).bindparams(bindparam("marks", expanding=True))
    return list(connection.execute(statement, {"marks": found}))
