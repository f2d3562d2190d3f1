"""Sealing at rest: each act and each object has data keys of its own (AES-256-GCM), wrapped under the register's key.

::

    office key (outside) > register key, one a generation > data keys: of an act its line and the rest, of an object one

An act has two data keys: `line` for the words of the register's columns, which the law keeps for ever, and `rest` for
everything else. Who removes a wrapped data key has shredded what was sealed under it, wherever its bytes lie. What is
sealed is bound to its act and field, or to its object, so nothing can be moved to another place.

The register's keys are wrapped anew in one row each when the office key changes. So are the index keys, under which
names are looked up and objects are named. What can be guessed, as a name or a number, then goes under one more index
key: its digest is digested again, so whoever knew the keys before can try nothing in the register as it is now. Objects
and errands stay under the first index key: to try their names one must have their very bytes.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, Final, Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, Row, text

from pyhncert.errors import KeyFault, StorageFault
from pyhncert.keep._office_key import KEY_BYTES, NONCE_BYTES, OfficeKey
from pyhncert.values import Randomness

Part = Literal["line", "rest"]
Keys = dict[Part, bytes | None]

MARK: Final = "\ue000sealed1:"
"""What a sealed text begins with: a private character that no keyboard has."""
_MARK_BYTES: Final = b"\x00sealed1:"
_PARTS: Final[tuple[Part, ...]] = ("line", "rest")
INDEX: Final = 0
"""The generation under which the first index key stands; further ones stand below it: -1, -2 and so on."""
_FRONT: Final = b"\xff" * 8
"""What a digest under a further index key begins with, then that key's number: so older ones sort before newer ones."""
_NUMBER_BYTES: Final = 2

_KEYS = text("SELECT generation, office_key, wrapped FROM register_key ORDER BY generation")
_CURRENT = text("SELECT max(generation) FROM register_key")
_OF = text("SELECT owner AS id, generation, line_key, rest_key, erased FROM data_key WHERE owner = :id")
_ENTER = text(
    "INSERT INTO data_key (owner, generation, line_key, rest_key, erased) VALUES (:id, :generation, :line, :rest, '')"
)
_RENEW = text("UPDATE data_key SET generation = :generation, line_key = :line, rest_key = :rest WHERE owner = :id")


class ActSeal:
    """Seals and opens the fields of one act, file (hồ sơ) or refusal; without an office key it leaves all as it is."""

    def __init__(self, act_id: str, keys: Keys | None, erased: str, randomness: Randomness) -> None:
        self.id = act_id
        self.keys = keys
        self._erased = erased.split()
        self._randomness = randomness

    def erased(self, part: Part) -> bool:
        """Whether what was sealed under this part's first key is gone for ever."""
        return part in self._erased

    def seal(self, part: Part, field: str, value: str) -> str:
        """The text as it is stored; an empty one says nothing and stays empty."""
        if self.keys is None or not value:
            return value
        return MARK + base64.b64encode(self._shut(part, field, value.encode())).decode()

    def open(self, part: Part, field: str, value: str | None) -> str | None:
        """The text; None where it was erased."""
        if self.keys is None or not value:
            return value
        if not value.startswith(MARK):
            raise _damaged(self.id, field)
        try:
            sealed = base64.b64decode(value[len(MARK) :])
        except ValueError as err:
            raise _damaged(self.id, field) from err
        opened = self._opened(part, field, sealed)
        return opened.decode() if opened is not None else None

    def seal_bytes(self, part: Part, field: str, value: bytes) -> bytes:
        """The bytes as they are stored."""
        return value if self.keys is None else _MARK_BYTES + self._shut(part, field, value)

    def open_bytes(self, part: Part, field: str, value: bytes) -> bytes | None:
        """The bytes; None where they were erased."""
        if self.keys is None:
            return value
        if not value.startswith(_MARK_BYTES):
            raise _damaged(self.id, field)
        return self._opened(part, field, value[len(_MARK_BYTES) :])

    def _context(self, field: str) -> bytes:
        return f"act {self.id} {field}".encode()

    def _shut(self, part: Part, field: str, value: bytes) -> bytes:
        key = self.keys[part] if self.keys is not None else None
        if key is None:
            raise _damaged(self.id, field)  # `Seal.of` gives a new key where one was erased
        return shut(key, value, self._context(field), self._randomness)

    def _opened(self, part: Part, field: str, sealed: bytes) -> bytes | None:
        key = self.keys[part] if self.keys is not None else None
        opened = opened_under(key, sealed, self._context(field)) if key is not None else None
        if opened is None and not self.erased(part):
            raise _damaged(self.id, field)
        return opened


class Seal:
    """The register's keys, opened by the office key; without one nothing is sealed."""

    def __init__(
        self,
        office_key: OfficeKey | None,
        reading: Callable[[], AbstractContextManager[Connection]],
        randomness: Randomness = os.urandom,
    ) -> None:
        self.office_key = office_key
        self.randomness = randomness
        self._reading = reading
        self._keys: dict[int, bytes] = {}
        with reading() as connection:
            self._load(connection)

    @property
    def sealed(self) -> bool:
        """Whether what is written is sealed."""
        return bool(self._keys)

    def _load(self, connection: Connection) -> None:
        rows = connection.execute(_KEYS).all()
        key = self.office_key
        if key is None and rows:
            raise KeyFault(
                "the register is sealed and no office key is given; name it under [privacy] in office.toml",
                "sổ đã được mã hóa mà chưa có khóa cơ quan; hãy ghi trong [privacy] của office.toml",
            )
        if key is not None and not rows:
            raise StorageFault(
                "an office key is set, and the register is not sealed yet; run 'hncert office upgrade'",
                "đã đặt khóa cơ quan nhưng sổ chưa được mã hóa; hãy chạy 'hncert office upgrade'",
            )
        if key is None:
            return
        if rows[0].office_key != key.id:
            raise KeyFault(
                f"the register is sealed under the office key {rows[0].office_key}, not under {key.id}",
                f"sổ được mã hóa bằng khóa cơ quan {rows[0].office_key}, không phải {key.id}",
            )
        known = {row.generation for row in rows}
        self._keys = {
            **{name: value for name, value in self._keys.items() if name in known},
            **{
                row.generation: key.unwrap(row.wrapped, key_context(row.generation))
                for row in rows
                if row.generation not in self._keys
            },
        }

    def _key(self, generation: int) -> bytes:
        if generation not in self._keys:  # the keys were changed by another process
            with self._reading() as connection:
                self._load(connection)
        if generation not in self._keys:
            raise StorageFault(f"the register has no key {generation}", f"sổ không có khóa {generation}")
        return self._keys[generation]

    def current(self, connection: Connection) -> tuple[int, bytes]:
        """The generation that is in force, and its key, as a transaction sees them."""
        generation = int(connection.execute(_CURRENT).scalar_one())
        if generation not in self._keys:
            self._load(connection)
        return generation, self._keys[generation]

    def index(self, what: str, words: str | bytes) -> bytes:
        """The keyed digest (32 bytes) by which bytes are found, without any of them being stored."""
        data = words.encode() if isinstance(words, str) else words
        return _keyed(self._key(INDEX), what, data)

    def digests(self, what: str, words: str | bytes) -> list[bytes]:
        """The keyed digests under which words that can be guessed may stand, oldest first; enter them under the last.

        As far as this process knows the keys: ask for `current` in the same transaction, or `enter` an act.
        """
        found = [self.index(what, words)]
        while (more := self._further(what, found[-1])) is not None:
            found.append(more)
        return found

    def front(self) -> bytes:
        """What sorts after every digest that does not stand under the newest index key, and before those that do."""
        newest = -min(self._keys)
        return _FRONT + newest.to_bytes(_NUMBER_BYTES, "big") if newest else b""

    def newest(self, what: str, digest: bytes) -> bytes:
        """The digest that stands for the same words under the newest index key."""
        while (more := self._further(what, digest)) is not None:
            digest = more
        return digest

    def _further(self, what: str, digest: bytes) -> bytes | None:
        """The digest under the next index key; None where there is none."""
        own = len(digest) - hashlib.sha256().digest_size
        number = 1 + (int.from_bytes(digest[len(_FRONT) : own], "big") if own else 0)
        if INDEX - number not in self._keys:
            return None
        return _FRONT + number.to_bytes(_NUMBER_BYTES, "big") + _keyed(self._keys[INDEX - number], what, digest[own:])

    # -- acts --------------------------------------------------------------------------------------------------------

    def new(self, act_id: str) -> ActSeal:
        """Data keys for a new act; `enter` them once the act stands."""
        if not self.sealed:
            return ActSeal(act_id, None, "", self.randomness)
        return ActSeal(act_id, {part: self.randomness(KEY_BYTES) for part in _PARTS}, "", self.randomness)

    def _still_plain(self, connection: Connection) -> None:
        """A process that runs while the register is sealed writes nothing plain into it afterwards."""
        if connection.execute(_CURRENT).scalar() is not None:
            self._load(connection)

    def enter(self, connection: Connection, act: ActSeal) -> None:
        """Enter the data keys of an act in the transaction that enters the act."""
        if act.keys is None:
            self._still_plain(connection)
        else:
            connection.execute(_ENTER, self._wrapped(connection, act.id, act.keys))

    def of(self, connection: Connection, act_id: str) -> ActSeal:
        """The data keys of an act, to write; where one was erased there is a new one from here on."""
        if not self.sealed:
            self._still_plain(connection)
            return ActSeal(act_id, None, "", self.randomness)
        row = connection.execute(_OF, {"id": act_id}).first()
        if row is None:
            raise _damaged(act_id, "key")
        keys = self.unwrapped(row)
        if None in keys.values():
            keys = {part: key or self.randomness(KEY_BYTES) for part, key in keys.items()}
            connection.execute(_RENEW, self._wrapped(connection, act_id, keys))
        return ActSeal(act_id, keys, row.erased, self.randomness)

    def look(self, connection: Connection, owner: str) -> ActSeal:
        """The data keys of an act, file or refusal, to read."""
        if not self.sealed:
            return ActSeal(owner, None, "", self.randomness)
        row = connection.execute(_OF, {"id": owner}).first()
        if row is None:
            raise _damaged(owner, "key")
        return self.row(row)

    def row(self, row: Row[Any]) -> ActSeal:
        """The data keys of an act, to read: from a row of `_lines.select`."""
        if not self.sealed:
            return ActSeal(row.id, None, "", self.randomness)
        if row.generation is None:
            raise _damaged(row.id, "key")
        return ActSeal(row.id, self.unwrapped(row), row.erased, self.randomness)

    def unwrapped(self, row: Row[Any]) -> Keys:
        """The data keys of an act, from a row of `data_key`."""
        key = self._key(row.generation)
        found: Keys = {}
        for part, wrapped in zip(_PARTS, (row.line_key, row.rest_key), strict=True):
            found[part] = opened_under(key, wrapped, act_context(part, row.id)) if wrapped is not None else None
            if wrapped is not None and found[part] is None:
                raise _damaged(row.id, "key")
        return found

    def _wrapped(self, connection: Connection, act_id: str, keys: Keys) -> dict[str, Any]:
        generation, under = self.current(connection)
        wrapped: dict[str, bytes | None] = {
            part: shut(under, key, act_context(part, act_id), self.randomness) if key is not None else None
            for part, key in keys.items()
        }
        return {"id": act_id, "generation": generation, **wrapped}

    # -- objects -----------------------------------------------------------------------------------------------------

    def wrap_object(self, connection: Connection, name: bytes, key: bytes) -> tuple[int, bytes]:
        """The data key of an object as it is stored: the generation, and the wrapped key."""
        generation, under = self.current(connection)
        return generation, shut(under, key, object_context(name), self.randomness)

    def unwrap_object(self, generation: int, name: bytes, wrapped: bytes) -> bytes | None:
        """The data key of an object; None where it is damaged."""
        return opened_under(self._key(generation), wrapped, object_context(name))


def _keyed(key: bytes, what: str, data: bytes) -> bytes:
    return hmac.digest(key, what.encode() + b"\n" + data, hashlib.sha256)


def shut(key: bytes, value: bytes, context: bytes, randomness: Randomness) -> bytes:
    """`value` under `key`: nonce, ciphertext, tag."""
    nonce = randomness(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, value, context)


def opened_under(key: bytes, sealed: bytes, context: bytes) -> bytes | None:
    """What was sealed; None where it was not sealed under this key for this context."""
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], context)
    except (InvalidTag, ValueError):
        return None


def key_context(generation: int) -> bytes:
    """What a register key is bound to."""
    return f"register key {generation}".encode()


def act_context(part: str, act_id: str) -> bytes:
    """What a data key of an act is bound to."""
    return f"{part} key {act_id}".encode()


def object_context(name: bytes) -> bytes:
    """What an object, and its data key, are bound to."""
    return b"object " + name


def _damaged(act_id: str, field: str) -> StorageFault:
    return StorageFault(
        f"{act_id}: {field} is sealed and cannot be opened; stop work and restore the backup",
        f"{act_id}: không mở được {field} đã mã hóa; hãy dừng việc và khôi phục bản sao lưu",
    )
