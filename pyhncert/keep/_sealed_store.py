"""Objects under keys of their own, in whatever store lies below.

An object is known to its user by the SHA-256 of its plain bytes, as everywhere. In the register it stands under a keyed
digest of that, with its wrapped key; in the store below under the SHA-256 of its sealed bytes. So the names of a stolen
store say nothing: neither what lies there, nor that two offices hold the same paper. The store below can still be
checked, copied and restored by names alone, without any key.

First the row is entered, then the sealed bytes are stored: whoever puts the same bytes again seals them under the same
key to the same bytes, so what a killed process leaves is completed by the next one, or found by `delete`. The row goes
first when an object is deleted: from there on its bytes are noise wherever they lie.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, Row, text

from pyhncert.keep._database import Database
from pyhncert.keep._office_key import KEY_BYTES, NONCE_BYTES
from pyhncert.keep._seal import Seal, object_context
from pyhncert.keep._store import ObjectStore, damaged, missing, object_name
from pyhncert.values import Words

_HEAD = b"hncert-sealed-object-1\n"
_ONCE = bytes(NONCE_BYTES)
"""The nonce of every object: its key seals these bytes, by whose digest the key is found, and no others ever."""
_FIND = text("SELECT name, held, generation, wrapped FROM object_key WHERE name = :name")
_ENTER = text(
    "INSERT INTO object_key (name, held, generation, wrapped) VALUES (:name, :held, :generation, :wrapped)"
    " ON CONFLICT (name) DO NOTHING"
)
_DELETE = text("DELETE FROM object_key WHERE name = :name")


def is_sealed(data: bytes) -> bool:
    """Whether these bytes of a store below are those of a sealed object."""
    return data.startswith(_HEAD)


def _sealed(key: bytes, data: bytes, name: bytes) -> bytes:
    return _HEAD + AESGCM(key).encrypt(_ONCE, data, object_context(name))


class SealedStore:
    """The objects of a register's office, sealed, in the store `inner`."""

    def __init__(self, inner: ObjectStore, database: Database, seal: Seal) -> None:
        self.inner = inner
        self._database = database
        self._seal = seal

    def _name(self, digest: str | bytes) -> bytes:
        return self._seal.index("object", bytes.fromhex(object_name(digest)))

    def row(self, digest: str | bytes) -> Row[Any] | None:
        """What the register has of an object: its name there, what it is called below (`held`), its wrapped key."""
        with self._database.reading() as connection:
            return self.seen(connection, digest)

    def seen(self, connection: Connection, digest: str | bytes) -> Row[Any] | None:
        """The same, as the caller's transaction sees it."""
        return connection.execute(_FIND, {"name": self._name(digest)}).first()

    def put(self, data: bytes, *, locked_until: dt.datetime | None = None) -> str:
        """Keep `data` sealed and return the SHA-256 of `data`; it is durable when this returns.

        Raises:
            StorageFault: the store, or the register, cannot be written.
        """
        digest = hashlib.sha256(data).hexdigest()
        name = self._name(digest)
        row = self.row(digest) or self._enter(name, data)
        sealed = _sealed(self._key(row), data, name)
        if hashlib.sha256(sealed).hexdigest() != row.held:
            raise damaged(row.held)
        self.inner.put(sealed, locked_until=locked_until)
        return digest

    def _enter(self, name: bytes, data: bytes) -> Row[Any]:
        key = self._seal.randomness(KEY_BYTES)
        held = hashlib.sha256(_sealed(key, data, name)).hexdigest()
        with self._database.writing(("object", name.hex())) as connection:
            generation, wrapped = self._seal.wrap_object(connection, name, key)
            values = {"name": name, "held": held, "generation": generation, "wrapped": wrapped}
            connection.execute(_ENTER, values)
            return connection.execute(_FIND, {"name": name}).one()  # another process's, where it was quicker

    def _key(self, row: Row[Any]) -> bytes:
        key = self._seal.unwrap_object(row.generation, row.name, row.wrapped)
        if key is None:
            raise damaged(row.held)
        return key

    def _open(self, row: Row[Any], sealed: bytes) -> bytes:
        try:
            if is_sealed(sealed):
                return AESGCM(self._key(row)).decrypt(_ONCE, sealed[len(_HEAD) :], object_context(row.name))
        except InvalidTag:
            pass
        raise damaged(row.held)

    def get(self, digest: str | bytes) -> bytes:
        """The object's plain bytes, checked against the digest of its sealed bytes and against its own.

        Raises:
            StorageFault: there is no such object, it was erased, or its bytes have changed.
        """
        name = object_name(digest)
        row = self.row(name)
        if row is None:
            raise missing(name)
        data = self._open(row, self.inner.get(row.held))
        if hashlib.sha256(data).hexdigest() != name:
            raise damaged(name)
        return data

    def has(self, digest: str | bytes) -> bool:
        """Whether there is such an object, with its key; its bytes are not read."""
        row = self.row(digest)
        return row is not None and self.inner.has(row.held)

    def shred(self, connection: Connection, digest: str | bytes) -> None:
        """Destroy the object's key in the caller's transaction; its bytes below are noise when that ends."""
        connection.execute(_DELETE, {"name": self._name(digest)})

    def delete(self, digest: str | bytes) -> bool:
        """Shred the object, then remove its bytes; False where there was none.

        Raises:
            StorageFault: the register or the store cannot be written.
        """
        with self._database.writing(("object", self._name(digest).hex())) as connection:
            row = self.seen(connection, digest)
            if row is None:
                return False
            self.shred(connection, digest)
        self._database.scrub()
        self.inner.delete(row.held)
        return True

    def digests(self) -> Iterator[str]:
        """The digests under which the sealed bytes lie below; only the register knows what they stand for."""
        return self.inner.digests()

    def clean(self) -> int:
        """Remove what killed writers left below; returns how many."""
        return self.inner.clean()

    def check(self, *, needed_bytes: int = 0) -> Words:
        """Preflight of the store below; see there."""
        return self.inner.check(needed_bytes=needed_bytes)
