"""A trial authority with an inventory of credentials, a clock that tests can set, and people who ask and approve."""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from pyhncert.identify import PrivateKey, TrialAuthority, new_key, profiles
from pyhncert.services.credentials import CredentialLine, Credentials, make_csr
from pyhncert.values import VIETNAM

NOW = dt.datetime(2026, 11, 23, 9, 30, tzinfo=VIETNAM)
AGENCY = "Ủy ban nhân dân phường Thử Nghiệm"
PASSWORD = "cá chép hóa rồng"


class Clock:
    """Stands still until it is moved."""

    def __init__(self, now: dt.datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> dt.datetime:
        return self.now

    def on(self, **delta: float) -> None:
        self.now += dt.timedelta(**delta)


def key_of(kind: str = "p-256") -> PrivateKey:
    return PrivateKey(new_key(kind).private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))


def named(name: str, **more: str) -> dict[str, str]:
    return {"country": "VN", "organisation": AGENCY, "common_name": name, **more}


def csr_for(key: PrivateKey, subject: dict[str, str], profile: str = "officer", scheme: str = "") -> bytes:
    name = profiles()[profile].subject(subject)
    return make_csr(name, key, scheme=scheme or key.scheme, digest=key.digest)


@dataclass
class Desk:
    """An authority, its inventory, and shortcuts for those who work with them."""

    folder: Path
    clock: Clock = field(default_factory=Clock)
    account: str = "an"

    def __post_init__(self) -> None:
        self.authority = TrialAuthority(self.folder, clock=self.clock, randomness=os.urandom)
        self.inventory = self.open()
        self.root = self.folder / "trust/root.pem"
        self.issuing = self.folder / "trust/issuing.pem"

    def open(self, *, authority: bool = True, people: str = "") -> Credentials:
        folder = self.folder / "credentials"
        if people:
            folder.mkdir(exist_ok=True)
            (folder / "people.toml").write_text(people, "utf-8")
        issuing, root = self.authority.certificates()
        return Credentials(
            folder,
            authority=self.authority if authority else None,
            clock=self.clock,
            roots=(root,),
            authorities=(issuing,),
            account=lambda: self.account,
        )

    def asked(self, name: str = "Trần Văn Bình", profile: str = "officer", kind: str = "p-256") -> CredentialLine:
        subject = named(name)
        return self.inventory.request(
            csr_for(key_of(kind), subject, profile), by="An", profile=profile, subject=subject
        )

    def issued(
        self, name: str = "Trần Văn Bình", profile: str = "officer", kind: str = "p-256", service: str = ""
    ) -> CredentialLine:
        line = self.asked(name, profile, kind)
        self.inventory.approve(line.id, by="Dung")
        return self.inventory.issue(line.id, by="An", service=service)[0]
