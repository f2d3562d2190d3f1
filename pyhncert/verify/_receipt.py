"""What lies beside the file: its receipt, and what the register says today."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Literal, Protocol

from pyhncert.values import LEVELS, Level, Words
from pyhncert.verify._act import CopyAct
from pyhncert.verify._words import altered, say

Fate = tuple[Literal["revoked", "superseded", "undecided"], Words]


class StatusLike(Protocol):
    """What verification needs of `RegisterStatus` or `RegisterLine`."""

    @property
    def code(self) -> str:
        """The act's code."""

    @property
    def state(self) -> str:
        """Its state."""

    @property
    def reason(self) -> str:
        """Why it was changed."""

    @property
    def changed_at(self) -> dt.datetime | None:
        """When it was changed."""

    @property
    def superseded_by(self) -> str | None:
        """The newer act's code."""

    @property
    def content_digest(self) -> bytes | None:
        """What was registered."""


def check_receipt(receipt: Mapping[str, Any], act: CopyAct, digest: bytes, length: int) -> Fate | None:
    """Compare the receipt with the file; what it says of revocation, if it does.

    Raises:
        AlteredCore: it is not this file's receipt.
    """
    try:
        if receipt["format"] != "pyhncert/receipt" or receipt["version"] != 1:
            raise altered("receipt_unreadable")
        states = [(state["file_digest"], state["length"]) for state in receipt["states"]]
        same = receipt["code"] == act.record["code"] and receipt["content_digest"] == act.content_digest.hex()
        line = receipt["register"]
        same = same and all(line[key] == act.record[key] for key in ("unit", "number", "book", "year"))
        at = dt.datetime.fromisoformat(line["certified_at"])
        same = same and at.astimezone(dt.UTC) == act.certified_at.astimezone(dt.UTC).replace(microsecond=0)
        if not all(state["level"] in LEVELS for state in receipt["states"]) or receipt["level_asked"] not in LEVELS:
            raise altered("receipt_unreadable")
        status, newer = receipt["status"], receipt.get("superseded_by")
    except (KeyError, TypeError, AttributeError, ValueError, OverflowError) as err:
        raise altered("receipt_unreadable") from err
    if not same or (digest.hex(), length) not in states:
        raise altered("receipt_mismatch")
    return _fate(status, newer, "", None)


def level_asked(receipt: Mapping[str, Any]) -> Level | None:
    """What the office asked of the signatures, by its receipt, which nobody signed."""
    asked = receipt.get("level_asked")
    return asked if asked in LEVELS else None


def check_status(status: StatusLike, act: CopyAct) -> Fate | None:
    """What the register says of the act, if it is not simply registered.

    Raises:
        AlteredCore: the register knows another content under this code.
    """
    if status.code != act.record["code"] or status.content_digest not in (None, act.content_digest):
        raise altered("register_mismatch")
    return _fate(status.state, status.superseded_by, status.reason, status.changed_at)


def _fate(state: object, newer: object, reason: str, at: dt.datetime | None) -> Fate | None:
    when = f"{at:%d/%m/%Y}" if at is not None else "?"
    if state in ("revoked", "voided"):
        return "revoked", say("register_revoked", at=when, reason=reason or "?")
    if state == "superseded":
        return "superseded", say("register_superseded", newer=newer or "?")
    if state == "registered":
        return None
    return "undecided", say("register_unfinished")
