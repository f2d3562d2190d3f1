"""Rows that are written once and stay: an act with its decision, the states of its file, what happened to it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, exc, text

from pyhncert.errors import UsageFault
from pyhncert.keep._canonical import record_json
from pyhncert.keep._lines import facts_field, time_text
from pyhncert.keep._seal import ActSeal
from pyhncert.values import VIETNAM, FileState

_ACT = text(
    "INSERT INTO act (id, code, book_id, unit, symbol, year, number, state, certified_at, requester, original, kind,"
    " pages, signer, copies, fee_vnd, note, findings_digest, level_asked, reason, holder, idempotency_key, charge,"
    " paper_copies, dossier)"
    " VALUES (:id, :code, :book_id, :unit, :symbol, :year, :number, 'number_reserved', :at, :requester, :original,"
    " :kind, :pages, :signer, :copies, :fee_vnd, :note, :findings_digest, :level_asked, '', :holder,"
    " :idempotency_key, :charge, :paper_copies, :dossier)"
)
_DECISION = text("INSERT INTO decision (act_id, salt, record) VALUES (:id, :salt, :record)")
_EVENT = text(
    "INSERT INTO event (act_id, state, at, place, device, person, facts)"
    " VALUES (:id, :state, :at, :place, :device, :person, :facts)"
)
_FILE = text(
    "INSERT INTO file_state (file_digest, act_id, step, at, level, length)"
    " VALUES (:file_digest, :id, :step, :at, :level, :length)"
)


def act(connection: Connection, values: Mapping[str, Any]) -> None:
    """Enter an act whose number was taken in this transaction; `values` has every column but its state and reason.

    How the fee was counted, copies on paper and the file may be left out.
    """
    connection.execute(_ACT, {"charge": "", "paper_copies": 0, "dossier": None, **values})


def decision(connection: Connection, act_id: str, salt: bytes, record: bytes) -> None:
    """Enter the officer's decision on an act, as canonical JSON, with the salt of its digest."""
    connection.execute(_DECISION, {"id": act_id, "salt": salt, "record": record})


def event(
    connection: Connection,
    act: ActSeal,
    state: str,
    at: dt.datetime,
    *,
    place: str = "",
    device: str,
    person: str,
    facts: Mapping[str, Any],
) -> None:
    """Enter what happened to an act; its facts are sealed under the act's keys."""
    moment = time_text(at)
    values = {
        "id": act.id,
        "state": state,
        "at": moment,
        "place": place,
        "device": device,
        "person": person,
        "facts": act.seal("rest", facts_field(state, moment), record_json(facts).decode()),
    }
    connection.execute(_EVENT, values)


def file_state(connection: Connection, act_id: str, step: int, state: FileState) -> None:
    """Enter the state of an act's file; `step` counts from 1.

    Raises:
        UsageFault: the same bytes are known already.
    """
    values = {
        "file_digest": state.file_digest,
        "id": act_id,
        "step": step,
        "at": time_text(state.at.astimezone(VIETNAM)),
        "level": state.level,
        "length": state.length,
    }
    try:
        connection.execute(_FILE, values)
    except exc.IntegrityError as err:
        raise UsageFault("this file is in the register already", "tệp này đã có trong sổ") from err
