"""Removing what is personal of an act, provably: its objects are shredded, its keys destroyed, and the event stays.

Line, number, code, digests and states of the file stay, so a delivered copy verifies as before. The event ``erased``
says what went, when, by whom, why and on what basis, with commitments: of each object the digest of its sealed bytes.
What the copy commits to (`content_digest`, `findings_digest`) stays too: whoever still has a paper can prove by it what
was there, nobody can find out from it.

All keys go, of objects too, and the event comes, in one transaction; from there on the objects' bytes are noise. These
go afterwards, and where that was stopped, the next erasure of the act takes them by the names that the event has.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, text

from pyhncert.errors import StorageFault, UsageFault
from pyhncert.keep import _lines, _persons, _shares
from pyhncert.keep._database import Database
from pyhncert.keep._form import erased_words
from pyhncert.keep._retention import retention, retention_rule
from pyhncert.keep._seal import Seal
from pyhncert.keep._sealed_store import SealedStore

ERASED: Final = "erased"
"""The fact by which an event tells what was erased."""
ORDINARY: Final = ("scan", "copy", "decision")
"""What an erasure removes where no class is named: all that the law does not order to keep."""
_KNOWN: Final = (*ORDINARY, "line")
_DONE = ("registered", "revoked", "superseded", "voided")

_SHRED = text(
    "UPDATE data_key SET line_key = CASE WHEN :line = 1 THEN NULL ELSE line_key END,"
    " rest_key = CASE WHEN :rest = 1 THEN NULL ELSE rest_key END, erased = :erased WHERE owner = :id"
)
_NO_HINT = text("UPDATE act SET out_hint = NULL WHERE id = :id")
_BLANK = text("UPDATE act SET requester = '', original = '', note = '', reason = :reason WHERE id = :id")
_BLANK_FILE = text("UPDATE dossier SET requester = '', agreement = '' WHERE code = :code")
_SHRED_FILE = text("UPDATE data_key SET line_key = NULL, rest_key = NULL, erased = 'line rest' WHERE owner = :code")
_NOBODY = text("DELETE FROM person WHERE act_id = :id")
_NO_MARKS = text("DELETE FROM original_mark WHERE act_id = :id")
_SHARED = text("SELECT count(*) FROM scan_of WHERE name = :name AND act_id <> :id")
_SCAN = text("INSERT INTO scan_of (name, act_id) VALUES (:name, :id) ON CONFLICT (name, act_id) DO NOTHING")
_NOT_MINE = text("DELETE FROM scan_of WHERE act_id = :id")
_OLD = text(
    "SELECT a.code, k.erased FROM act a JOIN data_key k ON k.owner = a.id WHERE a.certified_at < :before"
    " AND a.state IN ('registered','revoked','superseded','voided') ORDER BY a.certified_at, a.id"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What was removed of the act with this `code`: its `classes`, how many `objects`; `kept` for the law's sake."""

    code: str
    classes: tuple[str, ...]
    objects: int
    kept: tuple[str, ...]


class Eraser:
    """Erases in one register; `event` enters what happened, in the caller's transaction."""

    def __init__(
        self,
        database: Database,
        seal: Seal,
        store: object,
        *,
        now: Callable[[], dt.datetime],
        event: Callable[[Connection, str, str, dt.datetime, str, Mapping[str, Any]], None],
    ) -> None:
        self._database = database
        self._seal = seal
        self._now = now
        self._event = event
        if not seal.sealed or not isinstance(store, SealedStore):
            raise UsageFault(
                "only a sealed register can erase provably; name an office key, then run 'hncert office upgrade'",
                "chỉ sổ đã mã hóa mới xóa được có chứng minh; hãy đặt khóa cơ quan rồi chạy 'hncert office upgrade'",
            )
        self._store = store

    def erase(self, code: str, classes: Iterable[str], reason: str, person: str) -> Erased:
        """See `Register.erase`."""
        today = self._now().date()
        wanted = tuple(dict.fromkeys(classes)) or ORDINARY
        for name in wanted:
            retention_rule(name, today)
            if name not in _KNOWN:
                raise UsageFault(f"no act has anything of the class {name}", f"không hồ sơ nào có loại {name}")
        with self._database.writing() as connection:
            row = _lines.known(_lines.by_code(connection, code), code)
            if row.state not in _DONE:
                raise UsageFault(
                    f"{code} is {row.state}: it is still under way", f"{code} đang ở {row.state}, chưa xong"
                )
            events = _lines.events(connection, row.id, self._seal)
            earlier = _tombstones(events)
            gone = str(row.erased or "").split()
            left = [name for name in wanted if name not in gone]
            if "decision" in left and "scan" not in (*left, *gone):
                left.append("scan")  # the facts that name the scans go
            objects: list[dict[str, str]] = []
            if "scan" in left:
                for event in events:
                    for scan in event.facts.get("scans", ()):
                        objects += self._shred(connection, "scan", bytes.fromhex(scan["sha256"]), row.id)
            if "copy" in left:
                for file in _lines.files(connection, row.id):
                    objects += self._shred(connection, "copy", file.file_digest, row.id)
            if left:
                self._destroy(connection, row, left, gone)
                self._bury(connection, row, left, objects, earlier, reason, person)
        for one in (*(old for stone in earlier for old in stone["objects"]), *objects):
            self._store.inner.delete(one["sealed_sha256"])
        scrubbed(self._database)
        kept = tuple(rule.name for rule in retention(today).values() if rule.name in _KNOWN and rule.name not in wanted)
        return Erased(code=row.code, classes=tuple(left), objects=len(objects), kept=kept)

    def _shred(self, connection: Connection, what: str, digest: bytes, act_id: str) -> list[dict[str, str]]:
        """Destroy an object's key, unless another act has the object too; the commitment to what it was."""
        found = self._store.seen(connection, digest)
        if found is None or connection.execute(_SHARED, {"name": found.name, "id": act_id}).scalar():
            return []
        self._store.shred(connection, digest)
        return [{"class": what, "sealed_sha256": found.held}]

    def _destroy(self, connection: Connection, row: Any, left: list[str], gone: list[str]) -> None:
        words = {"decision": "rest"}
        erased = [*gone, *left, *(words[name] for name in left if name in words)]
        values = {"line": int("line" in left), "rest": int("decision" in left), "erased": " ".join(erased)}
        opened = self._seal.row(row)
        old_reason = opened.open("line", "reason", row.reason)
        connection.execute(_SHRED, {"id": row.id, **values})
        if "decision" in left:
            connection.execute(_NO_HINT, {"id": row.id})
            connection.execute(_NO_MARKS, {"id": row.id})
            connection.execute(_NOBODY, {"id": row.id})
        if "copy" in left or "decision" in left:
            _shares.end_of(connection, row.id, self._now(), by=ERASED)
        if "scan" in left:
            connection.execute(_NOT_MINE, {"id": row.id})
        act = self._seal.of(connection, row.id)
        if "line" in left:
            said = act.seal("line", "reason", erased_words()) if old_reason else ""
            connection.execute(_BLANK, {"id": row.id, "reason": said})
            connection.execute(_NOBODY, {"id": row.id})
            if row.dossier:
                connection.execute(_BLANK_FILE, {"code": row.dossier})
                connection.execute(_SHRED_FILE, {"code": row.dossier})
        elif "decision" in left:
            requester = opened.open("line", "requester", row.requester)
            _persons.enter(connection, self._seal, row.id, (requester or "",))

    def _bury(  # noqa: PLR0917  what a tombstone says
        self,
        connection: Connection,
        row: Any,
        left: list[str],
        objects: list[dict[str, str]],
        earlier: list[dict[str, Any]],
        reason: str,
        person: str,
    ) -> None:
        """Enter the event ``erased``; what earlier ones said is said again where their facts go with the decision."""
        now = self._now()
        rules = retention(now.date())
        facts = {
            ERASED: left,
            "objects": objects,
            "reason": reason,
            "basis": {name: rules[name].basis for name in left},
            **({"earlier": earlier} if earlier and "decision" in left else {}),
        }
        self._event(connection, row.id, row.state, now, person, facts)

    def expired(self) -> list[tuple[str, tuple[str, ...]]]:
        """Acts, by code, of which something has been kept longer than its rule allows; never what the law orders."""
        now = self._now()
        ends = {
            rule.name: now - dt.timedelta(days=rule.days)
            for rule in retention(now.date()).values()
            if rule.days is not None and not rule.duty and rule.name in _KNOWN
        }
        found: list[tuple[str, tuple[str, ...]]] = []
        if not ends:
            return found
        with self._database.reading() as connection:
            for name, before in sorted(ends.items()):
                for code, erased in connection.execute(_OLD, {"before": _lines.time_text(before)}):
                    if name not in erased.split():
                        found.append((code, (name,)))
        merged: dict[str, tuple[str, ...]] = {}
        for code, names in found:
            merged[code] = (*merged.get(code, ()), *names)
        return list(merged.items())


def scrubbed(database: Database) -> None:
    """Overwrite what was erased, in the log too; raises StorageFault where others read for long."""
    for _ in range(20):
        if database.scrub():
            return
        time.sleep(0.1)
    raise StorageFault(
        "it is erased, but others read the register and its log still holds old bytes; run the same again",
        "đã xóa, nhưng tiến trình khác đang đọc sổ nên nhật ký còn dữ liệu cũ; hãy chạy lại lệnh này",
    )


def _tombstones(events: Iterable[_lines.Event]) -> list[dict[str, Any]]:
    """What was erased before, oldest first, each with its moment and person."""
    found: list[dict[str, Any]] = []
    for event in events:
        if isinstance(event.facts.get(ERASED), list):
            told = {name: value for name, value in event.facts.items() if name != "earlier"}
            found += event.facts.get("earlier", ())
            found.append({"at": event.at.isoformat(), "person": event.person, **told})
    return found


def scan_names(connection: Connection, seal: Seal, act_id: str, facts: Mapping[str, Any]) -> None:
    """Enter which scans an act has, under their keyed digests, so that none goes that another act has too."""
    if not seal.sealed:
        return
    for scan in facts.get("scans", ()):
        name = seal.index("object", bytes.fromhex(scan["sha256"]))
        connection.execute(_SCAN, {"name": name, "id": act_id})
