"""Share grants: a holder lets a third party see his copy, so often and so long, and sees each view.

Holder's secrets and tokens are two codes' worth of symbols each, so they are typed and checked as codes are; the
register keeps their keyed digests only. A view takes a use and enters the view in one transaction.
"""

from __future__ import annotations

import datetime as dt
import hmac
import json
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection, Row, text

from pyhncert import _core
from pyhncert.errors import UsageFault
from pyhncert.keep import _lines, _public
from pyhncert.keep._codes import normal_code
from pyhncert.keep._database import Database
from pyhncert.keep._lines import time_text
from pyhncert.keep._seal import MARK, ActSeal, Seal
from pyhncert.keep._share_rules import OFFICER, Grant, NewGrant, View, share_rules, short
from pyhncert.values import VIETNAM, Clock, Randomness

_SECRET = text("SELECT digest FROM holder_secret WHERE act_id = :act_id")
_SET_SECRET = text(
    "INSERT INTO holder_secret (act_id, digest, given_at) VALUES (:act_id, :digest, :now)"
    " ON CONFLICT (act_id) DO UPDATE SET digest = excluded.digest, given_at = excluded.given_at"
)
_MAKE = text(
    "INSERT INTO share (id, act_id, token, purpose, note, recipient, shows, made_at, made_by, expires_at, uses,"
    " uses_left) VALUES (:id, :act_id, :token, :purpose, :note, :recipient, :shows, :now, :by, :until, :uses, :uses)"
)
_COLUMNS = (
    "share.id, share.act_id, share.token, share.purpose, share.note, share.recipient, share.shows, share.made_at,"
    " share.made_by, share.expires_at, share.uses, share.uses_left, share.revoked_at, share.revoked_by"
)
_OF_ACT = text(f"SELECT {_COLUMNS} FROM share WHERE act_id = :act_id ORDER BY made_at, id")  # noqa: S608 ours
_ONE = text(f"SELECT {_COLUMNS} FROM share WHERE id = :id")  # noqa: S608 ours
_VIEWS = text("SELECT at, who, purpose, address FROM share_event WHERE share_id = :id ORDER BY id")
_REVOKE = text("UPDATE share SET revoked_at = :now, revoked_by = :by WHERE id = :id")
_LIVE = "token = :token AND uses_left > 0 AND revoked_at IS NULL AND expires_at > :now"
_PEEK = text(f"SELECT {_COLUMNS} FROM share WHERE {_LIVE}")  # noqa: S608 ours
_USE = text(f"UPDATE share SET uses_left = uses_left - 1 WHERE {_LIVE} RETURNING id, act_id")  # noqa: S608 ours
_SAME = text(
    f"SELECT {_COLUMNS} FROM share JOIN share_event e ON e.share_id = share.id"  # noqa: S608 ours
    " WHERE share.token = :token AND e.request = :request AND e.at > :since AND share.revoked_at IS NULL"
)
_VIEW = text(
    "INSERT INTO share_event (share_id, at, who, purpose, address, request)"
    " VALUES (:id, :now, :who, :purpose, :address, :request)"
)
_OPEN = "revoked_at IS NULL AND uses_left > 0 AND expires_at > :now"
_END_ALL = text(f"UPDATE share SET revoked_at = :now, revoked_by = :by WHERE {_OPEN}")  # noqa: S608 ours
_END_OF_ACT = text(f"UPDATE share SET revoked_at = :now, revoked_by = :by WHERE act_id = :act_id AND {_OPEN}")  # noqa: S608


def new_key(randomness: Randomness) -> str:
    """A secret or a token: 28 random symbols (138 bits) and two check symbols."""
    return "".join(_core.code_from_random(randomness(64)) for _ in range(2))


def normal_key(typed: str) -> str:
    """A key as it is stored, from what a person typed; what cannot be one is itself, and matches nothing."""
    plain = "".join(symbol for symbol in typed if symbol.isalnum())
    try:
        return normal_code(plain[:15]) + normal_code(plain[15:])
    except UsageFault:
        return plain


def set_secret(connection: Connection, act_id: str, secret: str, now: dt.datetime) -> None:
    """Give an act's holder a secret; one from before is good no more. The register has its own secret already."""
    digest = _public.keyed(connection, "holder", f"{act_id} {secret}")
    connection.execute(_SET_SECRET, {"act_id": act_id, "digest": digest, "now": time_text(now)})


def is_secret(connection: Connection, act_id: str, typed: str) -> bool:
    """Whether the act's holder would say this; compared in constant time, also where there is no secret."""
    said = _public.keyed(connection, "holder", f"{act_id} {normal_key(typed)}")
    held = connection.execute(_SECRET, {"act_id": act_id}).scalar()
    return hmac.compare_digest(said, held or bytes(32)) and held is not None


def end_of(connection: Connection, act_id: str, now: dt.datetime, *, by: str) -> None:
    """End every grant on an act that could be opened now."""
    connection.execute(_END_OF_ACT, {"act_id": act_id, "now": time_text(now), "by": by})


def sealed_by(own: ActSeal, key: str, field: str, by: str) -> str:
    """Who made or ended a grant, as it is stored: on whose word an officer did is sealed, the rest names nobody."""
    return own.seal("rest", f"share {key} {field}", by) if by.startswith(OFFICER) else by


def _opened_by(own: ActSeal, key: str, field: str, by: str | None) -> str:
    if not by or not by.startswith(MARK):
        return by or ""
    return own.open("rest", f"share {key} {field}", by) or ""


def view_field(share: str, at: str, name: str) -> str:
    """What a field of a view is bound to, beside its act."""
    return f"share {share} view {at} {name}"


class Shares:
    """The share grants of one register; threads and processes may use them at once."""

    def __init__(
        self,
        database: Database,
        seal: Seal,
        *,
        clock: Clock,
        randomness: Randomness,
        event: Callable[[Connection, str, str, dt.datetime, str, Mapping[str, Any]], None],
    ) -> None:
        self._database = database
        self._seal = seal
        self._event = event
        self._clock = clock
        self._randomness = randomness

    def _now(self) -> dt.datetime:
        return self._clock().astimezone(VIETNAM)

    def new_secret(self, act_id: str, *, by: str) -> str:
        """A new secret for the act's holder; the one before is good no more, grants stay. Who gave it is an event."""
        secret = new_key(self._randomness)
        with self._database.writing() as connection:
            row, now = _lines.known(_lines.by_id(connection, act_id), act_id), self._now()
            _public.with_secret(connection, self._randomness)
            set_secret(connection, act_id, secret, now)
            self._event(connection, act_id, row.state, now, "", {"holder_secret": "new", "by": by})
        return secret

    def is_holder(self, typed_code: str, secret: str) -> bool:
        """Whether `secret` is that of the holder of a public code; False alike for a code that is not public."""
        with self._database.reading() as connection:
            line = _public.find(connection, typed_code)
            return is_secret(connection, line.id if line is not None else "", secret)

    def make(self, act_id: str, new: NewGrant, *, by: str) -> tuple[Grant, str]:
        """Make a grant on an act; the token, which opens it, is told here and never again.

        Raises:
            UsageFault: its end is past or too far away.
        """
        token, key = new_key(self._randomness), self._randomness(6).hex()
        with self._database.writing() as connection:
            now = self._now()
            _public.with_secret(connection, self._randomness)
            own = self._seal.of(connection, act_id)
            values = {
                "id": key,
                "act_id": act_id,
                "token": _public.keyed(connection, "share", token),
                "purpose": new.purpose,
                "note": own.seal("rest", f"share {key} note", short(new.note)),
                "recipient": own.seal("rest", f"share {key} recipient", short(new.recipient)),
                "shows": json.dumps(list(dict.fromkeys(new.shows))),
                "now": time_text(now),
                "by": sealed_by(own, key, "made_by", by),
                "until": time_text(new.ends(now).astimezone(VIETNAM)),
                "uses": new.uses,
            }
            connection.execute(_MAKE, values)
            return self._grant(connection, connection.execute(_ONE, {"id": key}).one()), token

    def of(self, act_id: str) -> tuple[Grant, ...]:
        """Every grant that was ever made on an act, with its views, oldest first."""
        with self._database.reading() as connection:
            return tuple(self._grant(connection, row) for row in connection.execute(_OF_ACT, {"act_id": act_id}).all())

    def revoke(self, act_id: str, key: str, *, by: str) -> Grant:
        """End a grant of the act at once.

        Raises:
            UsageFault: the act has no such grant, or it was revoked before.
        """
        with self._database.writing() as connection:
            row = connection.execute(_ONE, {"id": key}).first()
            if row is None or row.act_id != act_id or row.revoked_at is not None:
                raise UsageFault(
                    f"{key}: no such grant that can be revoked; 'hncert share list' names them",
                    f"{key}: không có quyền xem nào như vậy để thu hồi; xem 'hncert share list'",
                )
            said = sealed_by(self._seal.of(connection, act_id), key, "revoked_by", by)
            connection.execute(_REVOKE, {"id": key, "by": said, "now": time_text(self._now())})
            return self._grant(connection, connection.execute(_ONE, {"id": key}).one())

    def revoke_all(self, connection: Connection, *, by: str) -> int:
        """End every grant that could be opened now, in the caller's transaction; returns how many."""
        return connection.execute(_END_ALL, {"now": time_text(self._now()), "by": by}).rowcount

    def peek(self, token: str, *, request: str = "") -> Grant | None:
        """What a token would open now; nothing is used. None where it opens nothing, whatever the reason."""
        with self._database.reading() as connection:
            return self._again(connection, token, request) or self._live(connection, token)

    def open(self, token: str, *, who: str, purpose: str, address: str, request: str = "") -> Grant | None:
        """Take one use and enter the view, in one transaction; None where the token opens nothing.

        `request` is a key of the caller's own: sent again with it for a few minutes, the same view is the answer, so an
        answer that was lost on its way costs no second use.

        Raises:
            UsageFault: he does not say who he is, or for what, or says too much.
            StorageFault: the register cannot be written; nothing was used.
        """
        said = {"who": short(who), "purpose": short(purpose), "address": short(address)}
        if not said["who"] or not said["purpose"]:
            raise UsageFault("say who you are and for what you look", "hãy cho biết bạn là ai và xem để làm gì")
        with self._database.writing(("share", normal_key(token))) as connection:
            if (again := self._again(connection, token, request)) is not None:
                return again
            now = time_text(self._now())
            digest = _public.keyed(connection, "share", normal_key(token))
            used = connection.execute(_USE, {"token": digest, "now": now}).first()
            if used is None:
                return None
            key, own = used.id, self._seal.of(connection, used.act_id)
            sealed = {name: own.seal("rest", view_field(key, now, name), words) for name, words in said.items()}
            view = {"id": key, "now": now, **sealed}
            asked = _public.keyed(connection, "request", request) if request else None
            connection.execute(_VIEW, {**view, "request": asked})
            return self._grant(connection, connection.execute(_ONE, {"id": key}).one())

    def _live(self, connection: Connection, token: str) -> Grant | None:
        digest = _public.keyed(connection, "share", normal_key(token))
        row = connection.execute(_PEEK, {"token": digest, "now": time_text(self._now())}).first()
        return self._grant(connection, row) if row is not None else None

    def _again(self, connection: Connection, token: str, request: str) -> Grant | None:
        if not request:
            return None
        since = self._now() - dt.timedelta(minutes=share_rules().again_minutes)
        values = {
            "token": _public.keyed(connection, "share", normal_key(token)),
            "request": _public.keyed(connection, "request", request),
            "since": time_text(since),
        }
        row = connection.execute(_SAME, values).first()
        return self._grant(connection, row) if row is not None else None

    def _grant(self, connection: Connection, row: Row[Any]) -> Grant:
        own = self._seal.look(connection, row.act_id)

        def view(at: str, words: dict[str, str]) -> View:
            opened = {name: own.open("rest", view_field(row.id, at, name), said) or "" for name, said in words.items()}
            return View(at=dt.datetime.fromisoformat(at), **opened)

        return Grant(
            id=row.id,
            act_id=row.act_id,
            purpose=row.purpose,
            note=own.open("rest", f"share {row.id} note", row.note) or "",
            recipient=own.open("rest", f"share {row.id} recipient", row.recipient) or "",
            shows=tuple(json.loads(row.shows)),
            made_at=dt.datetime.fromisoformat(row.made_at),
            made_by=_opened_by(own, row.id, "made_by", row.made_by),
            expires_at=dt.datetime.fromisoformat(row.expires_at),
            uses=row.uses,
            uses_left=row.uses_left,
            revoked_at=dt.datetime.fromisoformat(row.revoked_at) if row.revoked_at else None,
            revoked_by=_opened_by(own, row.id, "revoked_by", row.revoked_by),
            views=tuple(
                view(at, {"who": who, "purpose": purpose, "address": address})
                for at, who, purpose, address in connection.execute(_VIEWS, {"id": row.id}).all()
            ),
        )
