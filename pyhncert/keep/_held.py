"""Everything that the register and the store hold on one person, for that person."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pyhncert.errors import StorageFault
from pyhncert.keep import _persons
from pyhncert.keep._canonical import record_json
from pyhncert.keep._export import as_json

if TYPE_CHECKING:
    from pyhncert.keep._register import Register

_ENDING = {"image/png": "png", "image/jpeg": "jpg", "image/tiff": "tif", "application/pdf": "pdf"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """`document` is JSON-able; `files` are copies and scans by the names under which it tells of them."""

    document: dict[str, Any]
    files: dict[str, bytes]


def held_on(register: Register, who: str, acts: list[str]) -> Held:
    """What is held on `who`, of whom these are the `acts`; what was erased, or is missing in the store, is said.

    Files (hồ sơ) stand with their acts; those that led to none, or to acts of other people, beside them.
    """
    files: dict[str, bytes] = {}
    found = [_act(register, act_id, files) for act_id in acts]
    wanted = _persons.folded(who)
    refusals = [
        _plain(refusal)
        for refusal in register.refusals()
        if refusal.requester and _persons.folded(refusal.requester) == wanted
    ]
    shown = {act["line"]["dossier"] for act in found}
    document = {
        "format": "hncert/person",
        "version": 1,
        "asked": who,
        "acts": found,
        "dossiers": [_dossier(register, code) for code in register.dossiers_of(who) if code not in shown],
        "refusals": refusals,
    }
    return Held(document=document, files=files)


def _act(register: Register, act_id: str, files: dict[str, bytes]) -> dict[str, Any]:
    line = register.act(act_id)
    events = register.events(act_id)
    decided = register.decision(act_id)
    objects: list[dict[str, Any]] = []
    if line.file_digest is not None and line.state != "voided":
        objects.append(_file(register, files, f"{line.code}.pdf", line.file_digest))
    scans = [scan for event in events for scan in event.facts.get("scans", ())]
    for number, scan in enumerate(scans, start=1):
        name = f"{line.code}-scan-{number}.{_ENDING.get(scan['media_type'], 'bin')}"
        objects.append(_file(register, files, name, bytes.fromhex(scan["sha256"])))
    return {
        "line": as_json(line),
        "decision": json.loads(decided[1]) if decided is not None else None,
        "events": [_plain(event) for event in events],
        "files": objects,
        "states": [_plain(state) for state in register.files(act_id)],
        "shares": [_plain(grant) for grant in register.shares.of(act_id)],
        "looked_at": [_plain(look) for look in register.accesses(line.code)],
        **({"file": _dossier(register, line.dossier)} if line.dossier else {}),
    }


def _dossier(register: Register, code: str) -> dict[str, Any]:
    dossier = _plain(register.dossier(code))
    dossier.pop("acts")
    return {**dossier, "steps": [_plain(step) for step in register.dossier_events(code)]}


def _file(register: Register, files: dict[str, bytes], name: str, digest: bytes) -> dict[str, Any]:
    held = False
    if register.store is not None:
        try:
            files[name] = register.store.get(digest)
            held = True
        except StorageFault:
            held = register.store.has(digest)
    return {"name": name, "sha256": digest.hex(), "held": held}


def _plain(value: Any) -> Any:
    return json.loads(record_json(value))
