"""Sealing a register that was plain, and changing the office key of a sealed one; both may be stopped and go on."""

from __future__ import annotations

import json
from contextlib import ExitStack
from typing import Any

from sqlalchemy import Connection, text

from pyhncert.errors import UsageFault
from pyhncert.keep import _marks, _persons, _refusals, _shares
from pyhncert.keep._database import Database
from pyhncert.keep._erase import scan_names
from pyhncert.keep._lines import errand, facts_field
from pyhncert.keep._office_key import KEY_BYTES, OfficeKey
from pyhncert.keep._seal import INDEX, ActSeal, Seal, act_context, key_context, object_context, shut
from pyhncert.keep._sealed_store import SealedStore, is_sealed
from pyhncert.keep._store import ObjectStore, damaged
from pyhncert.values import Randomness

BATCH = 500

_ANY = text("SELECT 1 FROM register_key")
_UNWRITTEN = text("INSERT INTO secret (name, value) VALUES ('unwritten', :none)").bindparams(none=b"")
"""That old bytes lie in the register's file still; no secret, but a name that survives a kill."""
_IS_UNWRITTEN = text("SELECT 1 FROM secret WHERE name = 'unwritten'")
_WRITTEN = text("DELETE FROM secret WHERE name = 'unwritten'")
_NEW_KEY = text(
    "INSERT INTO register_key (generation, office_key, wrapped) VALUES (:generation, :office_key, :wrapped)"
)
_RENAME = text("UPDATE register_key SET office_key = :office_key, wrapped = :wrapped WHERE generation = :generation")
_KEYS = text("SELECT generation, wrapped FROM register_key ORDER BY generation")
_FORGET = text("DELETE FROM register_key WHERE generation > 0 AND generation < :generation")
_ACTS = text(
    "SELECT id, requester, original, note, reason, out_hint, idempotency_key FROM act a WHERE NOT EXISTS"
    " (SELECT 1 FROM data_key k WHERE k.owner = a.id) ORDER BY id LIMIT :most"
)
_SEAL_ACT = text(
    "UPDATE act SET requester = :requester, original = :original, note = :note, reason = :reason, out_hint = :out_hint,"
    " idempotency_key = :errand WHERE id = :id"
)
_DECISION = text("SELECT record FROM decision WHERE act_id = :id")
_SEAL_DECISION = text("UPDATE decision SET record = :record WHERE act_id = :id")
_EVENTS = text("SELECT id, state, at, facts FROM event WHERE act_id = :id")
_SEAL_EVENT = text("UPDATE event SET facts = :facts WHERE id = :event")
_FILES = text(
    "SELECT code AS id, requester, agreement FROM dossier d WHERE NOT EXISTS"
    " (SELECT 1 FROM data_key k WHERE k.owner = d.code) ORDER BY code LIMIT :most"
)
_SEAL_FILE = text("UPDATE dossier SET requester = :requester, agreement = :agreement WHERE code = :id")
_STEPS = text("SELECT id, state, at, facts FROM dossier_event WHERE dossier = :id")
_SEAL_STEP = text("UPDATE dossier_event SET facts = :facts WHERE id = :event")
_SHARES = text("SELECT id, note, recipient, made_by, revoked_by FROM share WHERE act_id = :id")
_SEAL_SHARE = text(
    "UPDATE share SET note = :note, recipient = :recipient, made_by = :made_by, revoked_by = :revoked_by WHERE id = :id"
)
_VIEWS = text("SELECT id, at, who, purpose, address FROM share_event WHERE share_id = :id")
_SEAL_VIEW = text("UPDATE share_event SET who = :who, purpose = :purpose, address = :address WHERE id = :view")
_REFUSALS = text("SELECT id, owner, requester, original, words FROM refusal WHERE owner <> ''")
_SEAL_REFUSAL = text("UPDATE refusal SET requester = :requester, original = :original, words = :words WHERE id = :id")
_SHARED = ("note", "recipient")
_FINAL = ("event", "dossier_event", "share_event", "refusal")
"""Tables whose rows never change, but for being sealed."""
_HELD = text("SELECT 1 FROM object_key WHERE held = :held")
_INDEXED = {
    table: (
        text(f"SELECT {digest} AS digest, act_id FROM {table} WHERE {digest} < :front ORDER BY 1, 2 LIMIT :most"),  # noqa: S608
        text(f"INSERT INTO {table} ({digest}, act_id) VALUES (:new, :id) ON CONFLICT ({digest}, act_id) DO NOTHING"),  # noqa: S608
        text(f"DELETE FROM {table} WHERE {digest} = :old AND act_id = :id"),  # noqa: S608
        what,
    )
    for table, digest, what in (("person", "digest", "person"), ("original_mark", "mark", "mark"))
}
"""Tables of digests that stand under the index keys, and of what: find, enter, remove."""
_OLD_ACTS = text(
    "SELECT owner AS id, generation, line_key, rest_key FROM data_key WHERE generation < :generation LIMIT :most"
)
_REWRAP_ACT = text("UPDATE data_key SET generation = :generation, line_key = :line, rest_key = :rest WHERE owner = :id")
_OLD_OBJECTS = text("SELECT name, generation, wrapped FROM object_key WHERE generation < :generation LIMIT :most")
_REWRAP_OBJECT = text("UPDATE object_key SET generation = :generation, wrapped = :wrapped WHERE name = :name")


def seal(database: Database, office_key: OfficeKey, store: ObjectStore | None, randomness: Randomness) -> int:
    """Seal a plain register and the objects of its `store` (the one below); returns how many acts and objects.

    The lines are sealed in one transaction, the objects one by one afterwards; what was stopped goes on when it is
    called again. The old bytes are then overwritten in the register's file.
    """
    with database.writing() as connection:
        done = 0
        if connection.execute(_ANY).first() is None:
            for generation in (INDEX, 1):
                _enter_key(connection, office_key, generation, randomness(KEY_BYTES))
            same = Seal(office_key, lambda: _same(connection), randomness)
            with ExitStack() as open_tables:
                for table in _FINAL:
                    open_tables.enter_context(database.medium.unguarded(connection, table, f"{table}_is_final"))
                done = _seal_acts(connection, same)
            connection.execute(_UNWRITTEN)
    opened = Seal(office_key, database.reading, randomness)
    if store is not None:
        done += _seal_objects(SealedStore(store, database, opened), database)
    with database.reading() as connection:
        unwritten = connection.execute(_IS_UNWRITTEN).first() is not None
    if done or unwritten:
        database.rewrite()
        with database.writing() as connection:
            connection.execute(_WRITTEN)
    return done


class _same:  # noqa: N801  used as a verb
    """The transaction that is open already."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def __enter__(self) -> Connection:
        return self._connection

    def __exit__(self, *_: object) -> None:
        """Leave it open."""


def _enter_key(connection: Connection, office_key: OfficeKey, generation: int, key: bytes) -> None:
    wrapped = office_key.wrap(key, key_context(generation))
    connection.execute(_NEW_KEY, {"generation": generation, "office_key": office_key.id, "wrapped": wrapped})


def _seal_acts(connection: Connection, opened: Seal) -> int:
    done = 0
    while rows := connection.execute(_ACTS, {"most": BATCH}).all():
        for row in rows:
            act = opened.new(row.id)
            opened.enter(connection, act)
            values: dict[str, Any] = {"id": row.id}
            for field in ("requester", "original", "note", "reason"):
                values[field] = act.seal("line", field, getattr(row, field))
            values["out_hint"] = act.seal("rest", "out_hint", row.out_hint) if row.out_hint else None
            values["errand"] = errand(row.idempotency_key, opened) if row.idempotency_key else None
            connection.execute(_SEAL_ACT, values)
            for record in connection.execute(_DECISION, {"id": row.id}).scalars().all():
                sealed = act.seal_bytes("rest", "decision", record)
                connection.execute(_SEAL_DECISION, {"id": row.id, "record": sealed})
            for event in connection.execute(_EVENTS, {"id": row.id}).all():
                facts = act.seal("rest", facts_field(event.state, event.at), event.facts)
                scan_names(connection, opened, row.id, json.loads(event.facts))
                connection.execute(_SEAL_EVENT, {"event": event.id, "facts": facts})
            _seal_shares(connection, act)
            _persons.enter(connection, opened, row.id, (row.requester,))
        done += len(rows)
    while rows := connection.execute(_FILES, {"most": BATCH}).all():
        for row in rows:
            act = opened.new(row.id)
            opened.enter(connection, act)
            values = {field: act.seal("line", field, getattr(row, field)) for field in ("requester", "agreement")}
            connection.execute(_SEAL_FILE, {"id": row.id, **values})
            for step in connection.execute(_STEPS, {"id": row.id}).all():
                facts = act.seal("rest", facts_field(step.state, step.at), step.facts)
                connection.execute(_SEAL_STEP, {"event": step.id, "facts": facts})
        done += len(rows)
    _marks.seal_all(connection, opened)
    for row in connection.execute(_REFUSALS).all():
        own = opened.new(row.owner)
        opened.enter(connection, own)
        words = {field: own.seal("rest", field, getattr(row, field)) for field in _refusals.SEALED}
        connection.execute(_SEAL_REFUSAL, {"id": row.id, **words})
    return done


def _seal_shares(connection: Connection, act: ActSeal) -> None:
    for share in connection.execute(_SHARES, {"id": act.id}).all():
        said = {field: act.seal("rest", f"share {share.id} {field}", getattr(share, field)) for field in _SHARED}
        for field in ("made_by", "revoked_by"):
            by = getattr(share, field)
            said[field] = _shares.sealed_by(act, share.id, field, by) if by else by
        connection.execute(_SEAL_SHARE, {"id": share.id, **said})
        for view in connection.execute(_VIEWS, {"id": share.id}).all():
            seen = {
                field: act.seal("rest", _shares.view_field(share.id, view.at, field), getattr(view, field))
                for field in ("who", "purpose", "address")
            }
            connection.execute(_SEAL_VIEW, {"view": view.id, **seen})


def _seal_objects(store: SealedStore, database: Database) -> int:
    done = 0
    for name in list(store.inner.digests()):
        with database.reading() as connection:
            if connection.execute(_HELD, {"held": name}).first() is not None:
                continue
        data = store.inner.get(name)
        if is_sealed(data):
            continue  # another process is between storing and entering it
        store.put(data)
        store.inner.delete(name)
        done += 1
    return done


# -- another office key ------------------------------------------------------------------------------------------------


def rekey(database: Database, opened: Seal, new: OfficeKey | None, randomness: Randomness) -> int:
    """Go over to the office key `new`, and to a new register key; returns how many data keys were wrapped anew.

    The first transaction puts everything under the new office key: from there on the old one opens nothing. Then the
    data keys go under the new register key, and what persons and originals are found by under a new index key, batch by
    batch, and the old register keys are forgotten. Without `new` a change that was stopped is finished.

    Raises:
        UsageFault: `new` is the office key already.
    """
    if opened.office_key is None:
        raise UsageFault("the register is not sealed", "sổ chưa được mã hóa")
    if new is not None:
        if new.id == opened.office_key.id:
            raise UsageFault(
                f"{new.id} is the office key already; give another, or none to finish a change that was stopped",
                f"{new.id} đang là khóa cơ quan; hãy cho khóa khác, hoặc bỏ trống để làm nốt việc dở dang",
            )
        with database.writing() as connection:
            rows = connection.execute(_KEYS).all()
            for row in rows:
                key = opened.office_key.unwrap(row.wrapped, key_context(row.generation))
                wrapped = new.wrap(key, key_context(row.generation))
                connection.execute(_RENAME, {"generation": row.generation, "office_key": new.id, "wrapped": wrapped})
            for generation in (rows[-1].generation + 1, rows[0].generation - 1):
                _enter_key(connection, new, generation, randomness(KEY_BYTES))
    opened = Seal(new or opened.office_key, database.reading, randomness)
    done = 0
    while some := _rewrap(database, opened, randomness):
        done += some
    while _reindex(database, opened):
        pass
    with database.writing() as connection:
        generation, _ = opened.current(connection)
        connection.execute(_FORGET, {"generation": generation})
    database.rewrite()
    return done


def _rewrap(database: Database, opened: Seal, randomness: Randomness) -> int:
    with database.writing() as connection:
        generation, under = opened.current(connection)
        values = {"generation": generation, "most": BATCH}
        acts = connection.execute(_OLD_ACTS, values).all()
        for row in acts:
            keys = opened.unwrapped(row)
            sealed: dict[str, bytes | None] = {
                part: shut(under, key, act_context(part, row.id), randomness) if key is not None else None
                for part, key in keys.items()
            }
            connection.execute(_REWRAP_ACT, {"id": row.id, "generation": generation, **sealed})
        objects = connection.execute(_OLD_OBJECTS, values).all()
        for row in objects:
            key = opened.unwrap_object(row.generation, row.name, row.wrapped)
            if key is None:
                raise damaged(row.name.hex())
            wrapped = shut(under, key, object_context(row.name), randomness)
            connection.execute(_REWRAP_OBJECT, {"name": row.name, "generation": generation, "wrapped": wrapped})
        return len(acts) + len(objects)


def _reindex(database: Database, opened: Seal) -> int:
    """Put the next digests under the newest index key; those that stand under it sort last, and are not met again."""
    with database.writing() as connection:
        done = 0
        for find, enter, remove, what in _INDEXED.values():
            for row in connection.execute(find, {"front": opened.front(), "most": BATCH}).all():
                new = opened.newest(what, row.digest)
                connection.execute(enter, {"new": new, "id": row.act_id})
                connection.execute(remove, {"old": row.digest, "id": row.act_id})
                done += 1
        return done
