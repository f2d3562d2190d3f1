"""Files (hồ sơ): what one applicant hands in at one time, from its arrival to the hand-over, with every step.

A file has a code like ``H26.12.3-251110-0007`` (SPEC 2.1), one or several originals, and an act for each original that
was certified. Its steps are entered once and stay.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, text

from pyhncert.errors import UsageFault
from pyhncert.keep import _lines, _persons
from pyhncert.keep._canonical import record_json
from pyhncert.keep._lines import Event, facts_field, time_text
from pyhncert.keep._seal import ActSeal, Seal
from pyhncert.keep._states import check_move, portal_code
from pyhncert.values import RegisterLine

_CODE = re.compile(r"[A-Z]\d{2}(\.[0-9A-Z]{1,5}){0,4}-(\d{6})-\d{4,}")
_AGENCY = re.compile(r"[A-Z]\d{2}(\.[0-9A-Z]{1,5}){0,4}")
NO_AGENCY = "Z00"
"""Stands in codes of an office that has not said its agency's id."""

_COLUMNS = (
    "code, agency, day, serial, unit, received_at, requester, originals, channel, state, due_at, agreement,"
    " delivered_at"
)
_KEYS = "code AS id, k.generation, k.line_key, k.rest_key, k.erased"
_FROM = f"SELECT {_COLUMNS}, {_KEYS} FROM dossier LEFT JOIN data_key k ON k.owner = code"  # noqa: S608  ours
_ONE = text(f"{_FROM} WHERE code = :code")
_SOME = text(f"{_FROM} WHERE day >= :start AND day < :end ORDER BY day, agency, serial")
_REQUESTERS = text(
    "SELECT code, requester, code AS id, k.generation, k.line_key, k.rest_key, k.erased"
    " FROM dossier LEFT JOIN data_key k ON k.owner = code WHERE requester <> '' ORDER BY day, agency, serial"
)
_HAS_ACTS = text("SELECT 1 FROM act WHERE dossier = :code")
_NEXT = text(
    "INSERT INTO dossier_counter (agency, day, last) VALUES (:agency, :day, 1)"
    " ON CONFLICT (agency, day) DO UPDATE SET last = dossier_counter.last + 1 RETURNING last"
)
_INSERT = text(
    f"INSERT INTO dossier ({_COLUMNS}) VALUES (:code, :agency, :day, :serial, :unit, :received_at, :requester,"  # noqa: S608
    " :originals, :channel, :state, :due_at, :agreement, NULL)"
)
_MOVE = text("UPDATE dossier SET state = :state WHERE code = :code")
_FEWER = text("UPDATE dossier SET originals = originals - 1 WHERE code = :code")
_HANDED = text("UPDATE dossier SET delivered_at = :at WHERE code = :code")
_EVENT = text(
    "INSERT INTO dossier_event (dossier, state, at, place, device, person, facts)"
    " VALUES (:code, :state, :at, :place, :device, :person, :facts)"
)
_EVENTS = text("SELECT state, at, place, device, person, facts FROM dossier_event WHERE dossier = :code ORDER BY id")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDossier:
    """What is known of a file when it arrives; `due_at` is what the applicant was promised.

    `steps` are the states that it has gone through, in order, each with its moment; the last is where it stands.
    """

    unit: str
    steps: Sequence[tuple[str, dt.datetime]]
    agency: str = NO_AGENCY
    requester: str = ""
    originals: int = 1
    channel: str = "desk"
    due_at: dt.datetime | None = None
    agreement: str = ""

    def __post_init__(self) -> None:
        if not _AGENCY.fullmatch(self.agency) or len(self.agency) > 35:
            raise UsageFault(
                f"{self.agency!r} is no agency id such as H26.12.3",
                f"{self.agency!r} không phải mã cơ quan, ví dụ H26.12.3",
            )
        if self.originals < 1 or not self.steps:
            raise UsageFault("a file has at least one original", "hồ sơ có ít nhất một bản chính")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """A file as it stands; times are Vietnam's. `portal` is the code that the national portal is told (SPEC 2.2)."""

    code: str
    unit: str
    received_at: dt.datetime
    requester: str
    originals: int
    channel: str
    state: str
    portal: int
    due_at: dt.datetime | None
    agreement: str
    delivered_at: dt.datetime | None
    acts: tuple[RegisterLine, ...] = field(default=())


def check_dossier_code(code: str) -> str:
    """The code as it is written, capital letters.

    Raises:
        UsageFault: it has another form, or its day is none of the calendar.
    """
    code = code.strip().upper()
    found = _CODE.fullmatch(code)
    try:
        if found is None:
            raise ValueError("form")
        dt.datetime.strptime(found[2], "%y%m%d")
    except ValueError as err:
        raise UsageFault(
            f"{code!r} is no file code such as H26.12.3-251110-0007",
            f"{code!r} không phải mã hồ sơ, ví dụ H26.12.3-251110-0007",
        ) from err
    return code


def receive(connection: Connection, new: NewDossier, seal: Seal, *, place: str, device: str, person: str) -> str:
    """Enter a file with its steps so far; its code. Codes of an agency and day run from 0001 without gaps."""
    received = new.steps[0][1]
    agency, day = new.agency, received.date().isoformat()
    serial = int(connection.execute(_NEXT, {"agency": agency, "day": day}).scalar_one())
    code = f"{agency}-{received:%y%m%d}-{serial:04d}"
    act = seal.new(code)
    values = {
        "code": code,
        "agency": agency,
        "day": day,
        "serial": serial,
        "unit": new.unit,
        "received_at": time_text(received),
        "requester": act.seal("line", "requester", new.requester),
        "originals": new.originals,
        "channel": new.channel,
        "state": new.steps[-1][0],
        "due_at": time_text(new.due_at) if new.due_at is not None else None,
        "agreement": act.seal("line", "agreement", new.agreement),
    }
    connection.execute(_INSERT, values)
    seal.enter(connection, act)
    for state, at in new.steps:
        _enter(connection, act, state, at, place=place, device=device, person=person, facts={})
    return code


def _enter(
    connection: Connection,
    own: ActSeal,
    state: str,
    at: dt.datetime,
    *,
    place: str,
    device: str,
    person: str,
    facts: Mapping[str, Any],
) -> None:
    values = {
        "code": own.id,
        "state": state,
        "at": time_text(at),
        "place": place,
        "device": device,
        "person": person,
        "facts": own.seal("rest", facts_field(state, time_text(at)), record_json(facts).decode()),
    }
    connection.execute(_EVENT, values)


def _row(connection: Connection, code: str) -> Row[Any]:
    row = connection.execute(_ONE, {"code": check_dossier_code(code)}).first()
    if row is None:
        raise UsageFault(f"{code}: no such file", f"{code}: không có hồ sơ này")
    return row


def move(
    connection: Connection,
    code: str,
    state: str,
    at: dt.datetime,
    seal: Seal,
    *,
    place: str,
    device: str,
    person: str,
    facts: Mapping[str, Any],
) -> None:
    """Enter that a file has come to `state`.

    Raises:
        UsageFault: no such file, it may not go there, a reason is missing, or one of its acts was signed.
    """
    row = _row(connection, code)
    check_move(row.state, state, str(facts.get("reason", "")))
    if state in ("withdrawn", "rejected", "stopped") and _acts(connection, row.code):
        raise UsageFault(
            f"{code}: an act of this file has its number; void or revoke that first",
            f"{code}: hồ sơ đã có số chứng thực; hãy hủy hoặc thu hồi trước",
        )
    connection.execute(_MOVE, {"state": state, "code": row.code})
    tell(connection, code, at, seal, place=place, device=device, person=person, facts=facts)


def refuse_one(
    connection: Connection,
    code: str,
    at: dt.datetime,
    seal: Seal,
    *,
    place: str,
    device: str,
    person: str,
    facts: Mapping[str, Any],
) -> str:
    """Enter that one original of a file was refused: its last one rejects the file; the code as it is stored.

    Raises:
        UsageFault: no such file, or it is not at a step where it can be refused.
    """
    row = _row(connection, code)
    if row.originals == 1:
        move(connection, code, "rejected", at, seal, place=place, device=device, person=person, facts=facts)
    else:
        for_act(connection, code)
        connection.execute(_FEWER, {"code": row.code})
        said = {"refused": facts["reason"]}
        _enter(
            connection,
            seal.of(connection, row.code),
            row.state,
            at,
            place=place,
            device=device,
            person=person,
            facts=said,
        )
    return str(row.code)


def for_act(connection: Connection, code: str) -> str:
    """The code of the file to which an act is to belong; it must be at the officer's check, with nothing to pay.

    Raises:
        UsageFault: no such file, it stands elsewhere, or each of its originals has its act.
    """
    row = _row(connection, code)
    if row.state != "checking":
        raise UsageFault(
            f"{code} is {row.state}, not at the officer's check (checking)",
            f"{code} đang ở trạng thái {row.state}, chưa ở bước kiểm tra (checking)",
        )
    if len(_acts(connection, row.code)) >= row.originals:
        raise UsageFault(
            f"{code} has {row.originals} originals, and each has its number",
            f"{code} có {row.originals} bản chính và đều đã có số",
        )
    return str(row.code)


def hand_over(
    connection: Connection, code: str, at: dt.datetime, seal: Seal, *, place: str, device: str, person: str
) -> None:
    """Enter that the applicant has the results; only from the portal's state 9, when nothing is left to pay.

    Raises:
        UsageFault: no such file, or it is not done.
    """
    found = dossier(connection, code, seal)
    if found.portal != 9:
        raise UsageFault(
            f"{code} cannot be handed over: it stands at {found.portal}, not at 9 (done)",
            f"chưa thể trả kết quả {code}: đang ở mã {found.portal}, chưa phải 9 (đã xử lý xong)",
        )
    connection.execute(_HANDED, {"at": time_text(at), "code": found.code})
    own = seal.of(connection, found.code)
    _enter(connection, own, "delivered", at, place=place, device=device, person=person, facts={})


def delivered_alone(
    connection: Connection, code: str, at: dt.datetime, seal: Seal, *, place: str, device: str, person: str
) -> None:
    """The copy of an act lies where it was asked for: a file of that one original is thereby handed over."""
    found = dossier(connection, code, seal)
    if found.originals == 1 and found.portal == 9:
        hand_over(connection, code, at, seal, place=place, device=device, person=person)


def has_acts(connection: Connection, code: str) -> bool:
    """Whether a number was ever given in the file; void ones count."""
    return connection.execute(_HAS_ACTS, {"code": code}).first() is not None


def tell(
    connection: Connection,
    code: str,
    at: dt.datetime,
    seal: Seal,
    *,
    place: str,
    device: str,
    person: str,
    facts: Mapping[str, Any],
) -> None:
    """Enter what happened to a file where it stands."""
    row = _row(connection, code)
    own = seal.of(connection, row.code)
    _enter(connection, own, row.state, at, place=place, device=device, person=person, facts=facts)


def _acts(connection: Connection, code: str) -> list[Row[Any]]:
    where = "WHERE a.dossier = :code AND a.state <> 'voided' ORDER BY a.year, a.number"
    return list(connection.execute(_lines.select(where), {"code": code}))


def dossier(connection: Connection, code: str, seal: Seal) -> Dossier:
    """The file of a code, with its acts.

    Raises:
        UsageFault: no such file.
    """
    return _dossier(connection, _row(connection, code), seal)


def _dossier(connection: Connection, row: Row[Any], seal: Seal) -> Dossier:
    opened = seal.row(row)
    acts = _acts(connection, row.code)
    handed = row.delivered_at is not None
    states = ["delivered" if handed and act.state == "registered" else act.state for act in acts]
    return Dossier(
        code=row.code,
        unit=row.unit,
        received_at=dt.datetime.fromisoformat(row.received_at),
        requester=opened.open("line", "requester", row.requester) or "",
        originals=row.originals,
        channel=row.channel,
        state=row.state,
        portal=10 if handed else portal_code(row.state, row.originals, states),
        due_at=dt.datetime.fromisoformat(row.due_at) if row.due_at else None,
        agreement=opened.open("line", "agreement", row.agreement) or "",
        delivered_at=dt.datetime.fromisoformat(row.delivered_at) if handed else None,
        acts=tuple(_lines.line(act, seal) for act in acts),
    )


def dossiers(connection: Connection, start: dt.date, end: dt.date, seal: Seal) -> tuple[Dossier, ...]:
    """The files that arrived from `start` to before `end`, in order."""
    rows = connection.execute(_SOME, {"start": start.isoformat(), "end": end.isoformat()}).all()
    return tuple(_dossier(connection, row, seal) for row in rows)


def handed_in_by(connection: Connection, folded: str, seal: Seal) -> list[str]:
    """The codes of the files whose requester has this folded name or number."""
    return [
        row.code
        for row in connection.execute(_REQUESTERS)
        if _persons.folded(seal.row(row).open("line", "requester", row.requester) or "") == folded
    ]


def events(connection: Connection, code: str, seal: Seal) -> tuple[Event, ...]:
    """The steps of a file, in order."""
    rows = connection.execute(_EVENTS, {"code": code}).all()
    if not rows:
        return ()
    own = seal.look(connection, code)
    return tuple(_lines.event(row, own) for row in rows)
