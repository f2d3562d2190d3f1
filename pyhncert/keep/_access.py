"""Who looked at personal data: which act, when, for which purpose. Rows are added, never changed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Connection, text

from pyhncert.errors import UsageFault
from pyhncert.keep._lines import time_text

_ENTER = text(
    "INSERT INTO access (at, place, device, person, what, act_id, purpose)"
    " VALUES (:at, :place, :device, :person, :what, :act_id, :purpose)"
)
_SOME = text(
    "SELECT x.at, x.place, x.device, x.person, x.what, a.code, x.purpose FROM access x"
    " LEFT JOIN act a ON a.id = x.act_id WHERE :code = '' OR a.code = :code ORDER BY x.id"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """One look: when (Vietnam time), where, by whom, at `what`, of the act `code`, for which purpose."""

    at: dt.datetime
    place: str
    device: str
    person: str
    what: str
    code: str | None
    purpose: str


def enter(  # what a look is
    connection: Connection,
    at: dt.datetime,
    *,
    what: str,
    act_id: str | None,
    purpose: str,
    person: str,
    place: str,
    device: str,
) -> None:
    """Enter a look, before anything is shown.

    Raises:
        UsageFault: nobody is named, or no purpose.
    """
    if not person.strip() or not purpose.strip():
        raise UsageFault(
            "say who looks at personal data, and for which purpose", "hãy ghi ai xem dữ liệu cá nhân và để làm gì"
        )
    values = {"at": time_text(at), "place": place, "device": device, "person": person, "what": what}
    connection.execute(_ENTER, {**values, "act_id": act_id, "purpose": purpose})


def entered(connection: Connection, code: str = "") -> tuple[Access, ...]:
    """All looks, or those at one act, oldest first."""
    return tuple(
        Access(
            at=dt.datetime.fromisoformat(row.at),
            place=row.place,
            device=row.device,
            person=row.person,
            what=row.what,
            code=row.code,
            purpose=row.purpose,
        )
        for row in connection.execute(_SOME, {"code": code})
    )
