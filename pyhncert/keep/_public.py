"""Codes as strangers find them, with the same work whether a code never was or is not public.

A public code stands in a table of its own, under a digest that is keyed with a secret of the register. A code that
never was, an act in progress and a voided one are all simply not there: the same statement searches the same tree and
finds nothing, so neither words nor time can tell them apart. Which way the search takes says nothing of a code either,
because nobody outside can compute the digest. The secret lies in the register: who can read that knows all codes.
"""

from __future__ import annotations

import hashlib
import hmac

from sqlalchemy import Connection, Row, text

from pyhncert.errors import UsageFault
from pyhncert.keep import _lines
from pyhncert.keep._codes import normal_code
from pyhncert.values import Randomness

_SECRET = text("SELECT value FROM secret WHERE name = 'askers'")
_NEW_SECRET = text("INSERT INTO secret (name, value) VALUES ('askers', :value) ON CONFLICT (name) DO NOTHING")
_ENTER = text("INSERT INTO public_code (digest, act_id) VALUES (:digest, :act_id)")
_FIND = text("SELECT act_id FROM public_code WHERE digest = :digest")


def keyed(connection: Connection, what: str, words: str) -> bytes:
    """The digest under the register's secret of `words`, which are a `what`; 32 bytes.

    A register that has no secret yet gives one under an empty key: nothing is stored under it.
    """
    said = f"{what} {words}".encode("utf-8", "surrogatepass")  # what strangers send may be no text at all
    return hmac.digest(connection.execute(_SECRET).scalar() or b"", said, hashlib.sha256)


def with_secret(connection: Connection, randomness: Randomness) -> None:
    """Make the register's secret where there is none yet, in the caller's transaction."""
    if connection.execute(_SECRET).first() is None:
        connection.execute(_NEW_SECRET, {"value": randomness(32)})


def publish(connection: Connection, act_id: str, code: str, randomness: Randomness) -> None:
    """From the end of this transaction on, strangers find the act by its `code`."""
    with_secret(connection, randomness)
    connection.execute(_ENTER, {"digest": keyed(connection, "code", code), "act_id": act_id})


def find(connection: Connection, typed: str) -> Row[tuple[str, ...]] | None:
    """The line of a public code, however it was typed; None for whatever else."""
    try:
        code = normal_code(typed)
    except UsageFault:
        code = typed  # no code at all, and searched for all the same
    act_id = connection.execute(_FIND, {"digest": keyed(connection, "code", code)}).scalar()
    return _lines.by_id(connection, act_id) if act_id is not None else None
