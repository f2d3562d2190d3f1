"""One credential of the inventory, as its journal tells it; and the words for it."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal

from pyhncert.values import Words

__all__ = ["CredentialLine", "Step", "settings", "words"]

State = Literal["requested", "approved", "refused", "issued", "revoked"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Who did something, under which account of the system, when, and what was noted."""

    by: str
    account: str
    at: dt.datetime
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialLine:
    """One credential: what was asked for, by whom, who approved it, and what became of it.

    `subject` has the fields of the profile, `key` is the SHA-256 of the public key (SubjectPublicKeyInfo), `where` says
    where the private key lies: ``file:…``, ``token:…``, or nothing where only its request came here. `csr` and
    `certificate` are DER. `renews` and `renewed_by` are the ids of the older and the newer one.
    """

    id: str
    profile: str
    subject: Mapping[str, str]
    csr: bytes
    key: bytes
    where: str
    years: float | None
    state: State
    requested: Step
    approved: Step | None = None
    refused: Step | None = None
    sent: Step | None = None
    issued: Step | None = None
    revoked: Step | None = None
    certificate: bytes | None = None
    chain: tuple[bytes, ...] = ()
    serial: int | None = None
    not_before: dt.datetime | None = None
    not_after: dt.datetime | None = None
    reason: str = ""
    revoked_from: dt.datetime | None = None
    renews: str = ""
    renewed_by: str = ""

    @property
    def name(self) -> str:
        """Whose it is."""
        return self.subject["common_name"]

    def status(self, now: dt.datetime) -> str:
        """The state, or ``expired``."""
        over = self.state == "issued" and self.not_after is not None and now > self.not_after
        return "expired" if over else self.state

    def days_left(self, now: dt.datetime) -> int | None:
        """Whole days until an issued certificate ends, below 0 where it has; None where there is none in force."""
        if self.state != "issued" or self.not_after is None:
            return None
        return (self.not_after - now) // dt.timedelta(days=1)

    def is_due(self, now: dt.datetime, within: dt.timedelta) -> bool:
        """Whether it is in force and ends `within` that time."""
        left = self.days_left(now)
        return left is not None and left >= 0 and self.not_after is not None and self.not_after - now <= within


@cache
def _data() -> dict[str, dict[str, Any]]:
    return tomllib.loads(resources.files(__package__).joinpath("words.toml").read_text("utf-8"))


def words(kind: str, name: str) -> Words:
    """The words for a ``state``, ``step`` or ``reason``."""
    return Words(**_data()[kind][name])


def reasons() -> tuple[str, ...]:
    """Reasons for revoking, as RFC 5280 writes them."""
    return tuple(_data()["reason"])


def enrolment_columns() -> Mapping[str, str]:
    """The fields of an enrolment form in their order, each with its heading."""
    return _data()["enrolment"]


def settings() -> Mapping[str, Any]:
    """Which profiles may be asked for, the least length of a password, and when a credential is due."""
    return _data()["asked"]
