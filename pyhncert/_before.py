"""Before signing: is each certificate good now, for this, and by whose word? What was found is the evidence of the act.

SPEC 1.10: who signs checks the certificate first, and the software keeps what was checked. It is checked at the door,
before anything slow, and once more when the officer has decided, who may have taken hours; the second is kept.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from pyhncert._core import sha256
from pyhncert._mandate import check_algorithm, check_delegation, delegation_json
from pyhncert.errors import UsageFault
from pyhncert.identify import (
    OcspClient,
    Status,
    algorithms,
    check_limits,
    check_standing,
    clock_off_s,
    listed_status,
    token_time,
)
from pyhncert.issue import check_speaks_for
from pyhncert.values import VIETNAM, Words

if TYPE_CHECKING:
    from pyhncert._config import KeySettings
    from pyhncert._parts import OfficeParts
    from pyhncert.identify import Credential, Standing, Timestamper
    from pyhncert.office import Office

__all__ = [
    "Vetted",
    "WatchedTimestamper",
    "clock_facts",
    "clock_notes",
    "ocsp_client",
    "signing_evidence",
    "vet",
    "vet_key",
]

FORMAT = "pyhncert/signing-evidence"
_EVENT = "agency_sealed"
"""The step with which what the clock was compared with is entered: it is known only when a timestamp came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vetted:
    """What was found before signing: `record` for the register, and the answers and lists it names, DER each."""

    record: dict[str, Any]
    objects: tuple[bytes, ...]
    notes: tuple[Words, ...]


def ocsp_client(office: OfficeParts) -> OcspClient | None:
    """Who asks responders for this office; None where its settings forbid it."""
    settings = office.settings
    if not settings.ocsp:
        return None
    return OcspClient(
        clock=office.clock,
        randomness=office.randomness,
        crls=office.crls,
        check_list=listed_status,
        url=settings.ocsp_url,
        timeout_s=settings.ocsp_timeout_s,
        allowed_clock_s=settings.max_clock_off_s,
    )


def vet_key(office: Office, key: KeySettings, usage: Literal["signature", "qr"]) -> tuple[Credential, Standing]:
    """The credential behind `key`, which may sign now, and what says so.

    Raises:
        KeyFault: it cannot be loaded.
        CertificateFault: it is another's, expired, not yet valid, revoked, for another use, or proves nothing any more.
        RevocationFault: nobody says how its certificate stands.
        ClockFault: a responder's time is not ours.
    """
    credential = office.credential(key)
    if usage == "signature":
        agency = key is office.settings.agency
        check_speaks_for(credential.certificate, office.settings.name if agency else key.name, agency=agency)
    standing = check_standing(
        credential, roots=office.roots, crls=office.crls(), now=office.clock(), usage=usage, ocsp=office.ocsp
    )
    if usage == "signature":
        check_algorithm(credential, office.clock())
    return credential, standing


def vet(office: Office, officer: KeySettings) -> Vetted:
    """All that must hold for `officer` to sign now, looked at once more.

    Raises:
        Blocked: the officer's delegation is not in force.
        KeyFault, CertificateFault, RevocationFault, ClockFault: see `vet_key`.
    """
    now = office.clock().astimezone(VIETNAM)
    check_delegation(officer, now.date())
    signers: list[dict[str, Any]] = []
    statuses: list[Status] = []
    for role, key in (("officer", officer), ("agency", office.settings.agency), ("qr", office.settings.qr)):
        credential, standing = vet_key(office, key, "qr" if role == "qr" else "signature")
        statuses += standing.statuses
        signers.append(
            {
                "role": role,
                "certificate": sha256(credential.certificate),
                "chain": [sha256(der) for der in standing.path[1:]],
                "algorithm": _algorithm(credential, now),
                "status": [_status(status) for status in standing.statuses],
            }
        )
    record = {
        "format": FORMAT,
        "version": 1,
        "at": now,
        "signers": signers,
        "algorithms_version": algorithms().version,
        "delegation": delegation_json(officer).get("delegation"),
    }
    return Vetted(
        record=record,
        objects=tuple(dict.fromkeys(status.data for status in statuses)),
        notes=tuple(dict.fromkeys(status.note for status in statuses if status.note is not None)),
    )


def _algorithm(credential: Credential, now: dt.datetime) -> dict[str, Any]:
    """How the key signs, and the row of the list that allows it; a QR code's key is not held against the list."""
    shown = {"scheme": credential.scheme, "bits": credential.key.bits, "digest": credential.digest}
    row = algorithms().row(credential.scheme, credential.key.bits, now)
    allowed = {"scheme": row[0], "bits_from": row[1], "until": row[2]} if row is not None else None
    return {**shown, "allowed_by": allowed, "digest_until": algorithms().digests.get(credential.digest)}


def _status(status: Status) -> dict[str, Any]:
    note = status.note
    return {
        "certificate": sha256(status.certificate),
        "source": status.source,
        "this_update": status.this_update,
        "next_update": status.next_update,
        "sha256": sha256(status.data),
        "note": {"vi": note.vi, "en": note.en} if note is not None else None,
    }


class WatchedTimestamper:
    """A timestamp service whose tokens also say how far the office's clock is off; for one act.

    The officer's own token is the first thing that a trusted clock signs for an act, so no second question is asked.
    """

    def __init__(self, inner: Timestamper, office: Office) -> None:
        self._inner = inner
        self._clock = office.clock
        limits, settings = check_limits(), office.settings
        self.allowed_s = settings.max_clock_off_s if settings.max_clock_off_s is not None else limits.clock_allowed_s
        self.seen: dict[str, Any] | None = None

    @property
    def token_bytes(self) -> int:
        """The room that a token needs, where the service knows it; else 0."""
        return int(getattr(self._inner, "token_bytes", 0))

    def token(self, digest: bytes, algorithm: str, /) -> bytes:
        """A token over `digest`; see `Timestamper.token`. A clock that is off is `ClockFault`."""
        asked = self._clock()
        token = self._inner.token(digest, algorithm)
        if self.seen is None:
            said = token_time(token)
            off_s = clock_off_s(said, asked=asked, answered=self._clock())
            self.seen = {
                "compared_with": "timestamp",
                "said": said.astimezone(VIETNAM),
                "off_ms": round(1000 * off_s),
                "allowed_ms": round(1000 * self.allowed_s),
            }
        return token


def clock_facts(watched: WatchedTimestamper | None) -> dict[str, Any]:
    """What the register keeps of the clock: how far it was off, or that nothing was there to compare it with."""
    return {"clock": watched.seen if watched is not None and watched.seen is not None else {"compared_with": None}}


def clock_notes(watched: WatchedTimestamper | None, *, wanted: bool) -> tuple[Words, ...]:
    """What is said where a timestamp was wanted and none came: the clock stands by itself."""
    if not wanted or (watched is not None and watched.seen is not None):
        return ()
    return (
        Words(
            "chưa đối chiếu đồng hồ máy với dịch vụ nào; hãy kiểm tra giờ máy",
            "this machine's clock was compared with no service; check it",
        ),
    )


def signing_evidence(office: OfficeParts, code: str) -> dict[str, Any] | None:
    """What was checked before the act of `code` was signed; None for an act from before this was kept.

    Raises:
        UsageFault: no such code.
    """
    line = office.register.find(code)
    if line is None:
        raise UsageFault(f"{code}: no such code", f"{code}: không có mã này")
    decided = office.register.decision(line.act_id)
    kept = json.loads(decided[1]).get("signing") if decided is not None else None
    if kept is None:
        return None
    sealed = [event.facts for event in office.register.events(line.act_id) if event.state == _EVENT]
    clock = sealed[0].get("clock") if sealed else None
    return {**kept, "clock": clock, "held": _held(office, kept)}


def _held(office: OfficeParts, kept: dict[str, Any]) -> bool:
    """Whether the store has each answer and list that is named."""
    named = {status["sha256"] for signer in kept["signers"] for status in signer["status"]}
    return all(office.store.has(digest) for digest in named)
