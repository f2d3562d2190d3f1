"""Refusals: one line each, with nothing of the paper in it, neither text nor digest nor the name of its file.

A digest of a secret paper could be compared with one that somebody holds, so it would say which paper it was.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Connection, text

from pyhncert.keep._lines import time_text

_REFUSE = text(
    "INSERT INTO refusal (at, device, officer, reason, pages) VALUES (:at, :device, :officer, :reason, :pages)"
)
_REFUSALS = text("SELECT at, device, officer, reason, pages FROM refusal ORDER BY id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Who refused a paper, when (Vietnam time), on which device, for which reason (SPEC 1.4, ``R1`` to ``R6``).

    `pages` counts the pages that were looked at until the reason was seen.
    """

    at: dt.datetime
    device: str
    officer: str
    reason: str
    pages: int


def enter(connection: Connection, refusal: Refusal) -> None:
    """Add a line; it can never be changed or deleted."""
    values = {
        "at": time_text(refusal.at),
        "device": refusal.device,
        "officer": refusal.officer,
        "reason": refusal.reason,
        "pages": refusal.pages,
    }
    connection.execute(_REFUSE, values)


def entered(connection: Connection) -> tuple[Refusal, ...]:
    """All lines, oldest first."""
    return tuple(
        Refusal(
            at=dt.datetime.fromisoformat(row.at),
            device=row.device,
            officer=row.officer,
            reason=row.reason,
            pages=row.pages,
        )
        for row in connection.execute(_REFUSALS)
    )
