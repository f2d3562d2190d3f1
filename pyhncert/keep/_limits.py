"""How often one stranger may ask: token buckets in the register's database, so that all processes count together.

A bucket is kept as the one moment at which it will be full again (the generic cell rate algorithm), so a bucket that is
full needs no row, and a restart loses nothing. Who asks is kept as a keyed digest: no address stands in the register.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import math
import tomllib
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from sqlalchemy import Connection, text

from pyhncert.errors import TooMany, UsageFault
from pyhncert.keep._lines import time_text
from pyhncert.keep._public import keyed

_FULL = text("SELECT full_at FROM bucket WHERE asker = :asker")
_HOLD = text(  # the row is locked against other writers before it is read
    "INSERT INTO bucket (asker, full_at) VALUES (:asker, :now)"
    " ON CONFLICT (asker) DO UPDATE SET full_at = bucket.full_at RETURNING full_at"
)
_TAKE = text("UPDATE bucket SET full_at = :full WHERE asker = :asker")
_FORGET = text("DELETE FROM bucket WHERE full_at <= :now")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A bucket of `at_once` questions that fills by `per_minute`."""

    at_once: int
    per_minute: float

    def __post_init__(self) -> None:
        if self.at_once < 1 or not self.per_minute > 0:
            raise UsageFault(
                "a limit needs at_once of 1 or more and per_minute above 0",
                "giới hạn cần at_once từ 1 và per_minute lớn hơn 0",
            )


@cache
def _figures() -> tuple[int, dict[str, Limit]]:
    table = tomllib.loads(files("pyhncert.keep").joinpath("data/limits.toml").read_text("utf-8"))
    prefix = int(table.pop("ipv6_prefix"))
    return prefix, {name: Limit(**row) for name, row in table.items()}


def limit(name: str) -> Limit:
    """The limit of this release called `name` (``look_up``, ``share``)."""
    return _figures()[1][name]


def asker_name(asker: str) -> str:
    """`asker` as it is counted: an IPv6 address is its network, everything else is itself.

    Raises:
        UsageFault: it is empty, so nobody could be counted.
    """
    plain = asker.strip()
    if not plain:
        raise UsageFault("nobody is named who asks; give an address", "chưa biết ai hỏi; hãy cho địa chỉ")
    with suppress(ValueError):
        address = ipaddress.ip_address(plain)
        if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        if isinstance(address, ipaddress.IPv6Address):
            return str(ipaddress.ip_network((int(address), _figures()[0]), strict=False))
        return str(address)
    return plain


def bucket(connection: Connection, what: str, asker: str) -> bytes:
    """The name of the bucket of `asker` for `what`."""
    return keyed(connection, f"asker {what}", asker_name(asker))


def refuse_early(connection: Connection, name: bytes, rule: Limit, now: dt.datetime) -> None:
    """Refuse who has asked too often, writing nothing: a flood only reads.

    Raises:
        TooMany: the bucket is empty; it says when to come back.
    """
    found = connection.execute(_FULL, {"asker": name}).scalar()
    if found is not None:
        _after(dt.datetime.fromisoformat(found), rule, now)


def take(connection: Connection, name: bytes, rule: Limit, now: dt.datetime) -> None:
    """Take one question out of a bucket.

    Raises:
        TooMany: the bucket is empty; it says when to come back.
    """
    full = dt.datetime.fromisoformat(connection.execute(_HOLD, {"asker": name, "now": time_text(now)}).scalar_one())
    connection.execute(_TAKE, {"asker": name, "full": time_text(_after(full, rule, now))})


def forget(connection: Connection, now: dt.datetime) -> int:
    """Forget the buckets that are full again, in a transaction that holds none; returns how many."""
    return connection.execute(_FORGET, {"now": time_text(now)}).rowcount


def _after(full: dt.datetime, rule: Limit, now: dt.datetime) -> dt.datetime:
    """When the bucket is full after one more question."""
    one = dt.timedelta(minutes=1 / rule.per_minute)
    if full > now + rule.at_once * one:  # no bucket is that empty: the clock was set back since, or the limit changed
        full = now
    later = max(full, now) + one
    again = later - rule.at_once * one
    if again > now:
        wait_s = max(1, math.ceil((again - now).total_seconds()))
        raise TooMany(
            f"too many questions from here; ask again in {wait_s} s, at {again:%H:%M:%S}",
            f"đã hỏi quá nhiều lần; hãy hỏi lại sau {wait_s} giây, lúc {again:%H:%M:%S}",
            again_at=again,
            wait_s=wait_s,
        )
    return later
