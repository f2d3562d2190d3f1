"""Refusals: one line each, with officer, reason of the law (R1 to R6), time and place; never changed, never deleted.

Of a paper that is a state secret (R3) nothing is kept, neither text nor digest nor the name of its file or of who
brought it: a digest could be compared with one that somebody holds, so it would say which paper it was.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from sqlalchemy import Connection, Row, text

from pyhncert.errors import UsageFault
from pyhncert.keep._form import erased_words
from pyhncert.keep._lines import time_text
from pyhncert.keep._seal import Seal

_COLUMNS = "at, device, officer, reason, pages, place, requester, original, words, dossier, owner"
_REFUSE = text(
    f"INSERT INTO refusal ({_COLUMNS}) VALUES (:at, :device, :officer, :reason, :pages, :place, :requester,"  # noqa: S608
    " :original, :words, :dossier, :owner) RETURNING id"
)
_REFUSALS = text(f"SELECT id, {_COLUMNS} FROM refusal ORDER BY id")  # noqa: S608  ours
_ONE = text(f"SELECT id, {_COLUMNS} FROM refusal WHERE id = :id")  # noqa: S608  ours


SEALED = ("requester", "original", "words")
"""What is personal of a refusal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusalReason:
    """A reason of the law: its words, legal basis, whether only a person sees it, whether nothing may be kept."""

    code: str
    vi: str
    en: str
    basis: str
    officer_only: bool = False
    keeps_nothing: bool = False


@cache
def refusal_reasons() -> dict[str, RefusalReason]:
    """The closed list, by code."""
    data = tomllib.loads(files("pyhncert.keep").joinpath("data/refusals.toml").read_text(encoding="utf-8"))
    return {code: RefusalReason(code=code, **entry) for code, entry in data.items()}


def refusal_reason(code: str) -> RefusalReason:
    """The reason of a code.

    Raises:
        UsageFault: the list has no such code.
    """
    found = refusal_reasons().get(code)
    if found is None:
        names = ", ".join(refusal_reasons())
        raise UsageFault(
            f"{code!r} is no reason of the law; one of {names}", f"{code!r} không phải lý do theo luật; gồm {names}"
        )
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Who refused a paper, when (Vietnam time), where, on which device, for which reason (SPEC 1.4, ``R1`` to ``R6``).

    `pages` counts the pages that were looked at until the reason was seen; `words` are the officer's own; `dossier` is
    the code of the file, where there is one. With R3 the last four say nothing. `number` counts refusals from 1.
    """

    at: dt.datetime
    device: str
    officer: str
    reason: str
    pages: int
    place: str = ""
    requester: str = ""
    original: str = ""
    words: str = ""
    dossier: str = ""
    number: int = 0


def enter(connection: Connection, refusal: Refusal, seal: Seal) -> Refusal:
    """Add a line, without what its reason forbids to keep; the line as it was entered, with its number.

    What names a person or his paper is sealed under keys of the refusal's own.

    Raises:
        UsageFault: no such reason, no officer, or no page.
    """
    reason = refusal_reason(refusal.reason)
    if not refusal.officer.strip() or refusal.pages < 1:
        raise UsageFault(
            "a refusal needs an officer and at least one page", "từ chối cần có người thực hiện và ít nhất một trang"
        )
    kept = not reason.keeps_nothing
    own = seal.new(f"refusal {seal.randomness(16).hex()}")
    values = {
        "owner": own.id,
        "at": time_text(refusal.at),
        "device": refusal.device,
        "officer": refusal.officer,
        "reason": refusal.reason,
        "pages": refusal.pages,
        "place": refusal.place,
        "requester": own.seal("rest", "requester", refusal.requester) if kept else "",
        "original": own.seal("rest", "original", refusal.original) if kept else "",
        "words": own.seal("rest", "words", refusal.words) if kept else "",
        "dossier": refusal.dossier if kept else "",
    }
    number = connection.execute(_REFUSE, values).scalar_one()
    seal.enter(connection, own)
    return refusal_of(connection, number, seal)


def entered(connection: Connection, seal: Seal) -> tuple[Refusal, ...]:
    """All lines, oldest first."""
    return tuple(_refusal(connection, row, seal) for row in connection.execute(_REFUSALS).all())


def refusal_of(connection: Connection, number: int, seal: Seal) -> Refusal:
    """The line of a number.

    Raises:
        UsageFault: there is none.
    """
    return _refusal(connection, _row(connection, number), seal)


def owner(connection: Connection, number: int) -> str:
    """Under which name the keys of a refusal stand.

    Raises:
        UsageFault: there is no such refusal.
    """
    return str(_row(connection, number).owner)


def _row(connection: Connection, number: int) -> Row[Any]:
    row = connection.execute(_ONE, {"id": number}).first()
    if row is None:
        raise UsageFault(f"{number}: no such refusal", f"{number}: không có lần từ chối này")
    return row


def _refusal(connection: Connection, row: Row[Any], seal: Seal) -> Refusal:
    values = dict(row._mapping)
    owner = values.pop("owner")
    if owner:  # a line of an older release has none, and names nobody
        own = seal.look(connection, owner)
        gone = erased_words() if own.erased("rest") else ""
        values |= {field: own.open("rest", field, values[field]) or gone for field in SEALED}
    return Refusal(at=dt.datetime.fromisoformat(values.pop("at")), number=values.pop("id"), **values)
