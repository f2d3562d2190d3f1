"""Removing the names that the reception took down: of files (hồ sơ) that led to no act, and of refusals.

Keys are destroyed as those of acts are (`_erase`). Of a file an event says so, of a refusal, whose row never changes,
the access log; code, number, states, officer, reason and time stay.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

from sqlalchemy import Connection, text

from pyhncert.errors import UsageFault
from pyhncert.keep import _access, _dossiers, _refusals
from pyhncert.keep._erase import ERASED
from pyhncert.keep._lines import time_text
from pyhncert.keep._retention import retention_rule
from pyhncert.keep._seal import Seal

CLASS: Final = "reception"
"""The class of ``retention.toml``."""

_SHRED = text(
    "UPDATE data_key SET line_key = NULL, rest_key = NULL, erased = 'line rest' WHERE owner = :owner AND erased = ''"
)
_BLANK = text("UPDATE dossier SET requester = '', agreement = '' WHERE code = :code")
_OLD_FILES = text(
    "SELECT d.code FROM dossier d JOIN data_key k ON k.owner = d.code WHERE d.received_at < :before AND k.erased = ''"
    " AND d.state IN ('rejected','withdrawn','stopped')"
    " AND NOT EXISTS (SELECT 1 FROM act a WHERE a.dossier = d.code) ORDER BY d.day, d.agency, d.serial"
)
_OLD_REFUSALS = text(
    "SELECT r.id FROM refusal r JOIN data_key k ON k.owner = r.owner WHERE r.at < :before AND k.erased = ''"
    " ORDER BY r.id"
)


def erase_file(
    connection: Connection,
    seal: Seal,
    code: str,
    reason: str,
    now: dt.datetime,
    *,
    place: str,
    device: str,
    person: str,
) -> bool:
    """Remove the names of a file that led to no act; False where that was done before.

    Raises:
        UsageFault: no such file, it is under way, or it has acts, with whose lines its names go.
    """
    file = _dossiers.dossier(connection, code, seal)
    if _dossiers.has_acts(connection, file.code) or file.state not in ("rejected", "withdrawn", "stopped"):
        raise UsageFault(
            f"{file.code} is {file.state}: under way, or its names go with the lines of its acts (--class line)",
            f"{file.code} đang ở {file.state}: chưa xong, hoặc tên được xóa cùng dòng sổ của nó (--class line)",
        )
    if connection.execute(_SHRED, {"owner": file.code}).rowcount != 1:
        return False
    connection.execute(_BLANK, {"code": file.code})
    facts = {ERASED: [CLASS], "reason": reason, "basis": {CLASS: retention_rule(CLASS, now.date()).basis}}
    _dossiers.tell(connection, file.code, now, seal, facts=facts, place=place, device=device, person=person)
    return True


def erase_refusal(
    connection: Connection, number: int, reason: str, now: dt.datetime, *, place: str, device: str, person: str
) -> bool:
    """Remove the names of a refusal; False where that was done before.

    Raises:
        UsageFault: no such refusal, or nobody is named who erases.
    """
    if connection.execute(_SHRED, {"owner": _refusals.owner(connection, number)}).rowcount != 1:
        return False
    said = f"{ERASED}: refusal {number}: {reason}"
    where = {"person": person, "place": place, "device": device}
    _access.enter(connection, now, what=ERASED, act_id=None, purpose=said, **where)
    return True


def expired(connection: Connection, now: dt.datetime) -> list[str | int]:
    """Codes of files, then numbers of refusals, whose names have been kept longer than the rule allows."""
    rule = retention_rule(CLASS, now.date())
    if rule.days is None or rule.duty:
        return []
    before = {"before": time_text(now - dt.timedelta(days=rule.days))}
    return [found for one in (_OLD_FILES, _OLD_REFUSALS) for found in connection.execute(one, before).scalars()]
