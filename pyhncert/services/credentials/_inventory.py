"""The inventory: who asked for a credential, who approved it, what was issued, and what became of it.

States go ``requested -> approved -> issued -> revoked``; a request may be ``refused`` before it is issued. Every step
is one line of the journal, and only what stands there has happened: a certificate is handed out after its line is
durable.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyhncert.identify import parse_certificate, profiles
from pyhncert.services.credentials._csr import read_csr
from pyhncert.services.credentials._journal import Journal
from pyhncert.services.credentials._keys import add_certificates
from pyhncert.services.credentials._people import People, account, folded, tidy
from pyhncert.services.credentials._refusals import refusal
from pyhncert.services.credentials._values import CredentialLine, Step, reasons, settings, words
from pyhncert.values import Clock

if TYPE_CHECKING:
    from pyhncert.identify import TrialAuthority
    from pyhncert.office import Office

__all__ = ["Credentials", "open_credentials"]

FOLDER = "credentials"
_FROM = {"approved": ("requested",), "refused": ("requested", "approved"), "issued": ("approved",)}
"""From which states a step leads on; each has the name of the state that it leads to."""

_ADDRESS = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9._~-]+)*")

Append = Callable[..., None]


def open_credentials(office: Office) -> Credentials:
    """The inventory of `office`, with its own trial authority where it has one.

    What a killed process revoked and did not put on the authority's list is put there now.

    Raises:
        UsageFault: `people.toml` is wrong.
        StorageFault: the journal cannot be read, or was changed.
    """
    opened = Credentials(
        office.settings.folder / FOLDER,
        authority=office.authority,
        clock=office.clock,
        roots=office.roots,
        authorities=office.intermediates,
    )
    opened.settle()
    return opened


class Credentials:
    """The inventory in `folder`; safe with many threads and processes.

    `authority` issues; without one certificates come from elsewhere (`export_requests`, `take_certificates`) and are
    held against `roots` and `authorities` (CA certificates, DER). `account` is what the system calls who is working.
    """

    def __init__(
        self,
        folder: Path,
        *,
        authority: TrialAuthority | None,
        clock: Clock,
        roots: Sequence[bytes] = (),
        authorities: Sequence[bytes] = (),
        account: Callable[[], str] = account,
    ) -> None:
        self.folder = folder
        self.authority = authority
        self.clock = clock
        self.roots, self.authorities = tuple(roots), tuple(authorities)
        self._account = account
        self._people = People(folder / "people.toml")
        self._lines: dict[str, CredentialLine] = {}
        self._keys: dict[bytes, str] = {}
        self._serials: dict[int, str] = {}
        self._turns = threading.RLock()
        self._journal = Journal(folder / "journal.jsonl", self._take)
        self._journal.read()

    # -- looking -----------------------------------------------------------------------------------------------------

    def lines(self) -> tuple[CredentialLine, ...]:
        """Every credential, oldest first."""
        with self._turns:
            self._journal.read()
            return tuple(self._lines.values())

    def line(self, wanted: str) -> CredentialLine:
        """The credential with this id.

        Raises:
            UsageFault: there is none.
        """
        with self._turns:
            self._journal.read()
            return self._known(wanted)

    def due(self, within: dt.timedelta | None = None) -> tuple[CredentialLine, ...]:
        """Those in force that end `within` that time (60 days) and for which no newer one was issued, soonest first."""
        now, within = self.clock(), within or dt.timedelta(days=settings()["due_days"])
        lines = {line.id: line for line in self.lines()}
        newer = {"issued", "revoked"}
        due = [
            line
            for line in lines.values()
            if line.is_due(now, within) and not (line.renewed_by and lines[line.renewed_by].state in newer)
        ]
        return tuple(sorted(due, key=lambda line: (line.not_after, line.id)))

    def by_key(self, key: bytes) -> CredentialLine | None:
        """The credential whose public key has this SHA-256."""
        with self._turns:
            self._journal.read()
            found = self._keys.get(key)
            return self._lines[found] if found else None

    def by_serial(self, serial: int) -> CredentialLine | None:
        """The credential whose certificate has this serial number."""
        with self._turns:
            self._journal.read()
            found = self._serials.get(serial)
            return self._lines[found] if found else None

    def check_approved(self, line: CredentialLine) -> None:
        """That a second person approved the request and nothing followed.

        Raises:
            Blocked: it is not so.
        """
        if line.state == "requested":
            raise refusal("not_approved", id=line.id)
        self._may(line, "issued")
        assert line.approved is not None  # noqa: S101  the state says so
        self._four_eyes(line, line.approved.by)

    # -- steps -------------------------------------------------------------------------------------------------------

    def request(
        self,
        csr: bytes,
        *,
        by: str,
        profile: str = "officer",
        subject: Mapping[str, str] | None = None,
        where: str = "",
        years: float | None = None,
        note: str = "",
    ) -> CredentialLine:
        """Asks for a credential for the key of `csr` (PKCS#10, PEM or DER); `subject`, else the request's own name.

        The same request again is answered with the same line.

        Raises:
            UsageFault: profile, name or years are not possible.
            KeyFault: the request is damaged, its key is of the wrong kind, or was asked for before.
            Blocked: this person may not.
        """
        asked = {"where": where, "years": years, "renews": ""}
        return self._request(csr, by=by, profile=profile, subject=subject, note=note, asked=asked)

    def renew(
        self, wanted: str, csr: bytes, *, by: str, where: str = "", years: float | None = None, note: str = ""
    ) -> CredentialLine:
        """Asks for a successor with a new key, the same holder; the old credential stays valid until its end.

        Raises:
            Blocked: it is not issued, or is being renewed already.
            CertificateFault: it has expired.
            KeyFault: as for `request`; above all, the key is not new.
        """
        old = self.line(wanted)
        self._renewable(old, by, csr)
        asked = {"where": where, "years": years, "renews": old.id}
        return self._request(csr, by=by, profile=old.profile, subject=old.subject, note=note, asked=asked)

    def approve(self, *wanted: str, by: str, note: str = "") -> tuple[CredentialLine, ...]:
        """A second person says that these requests are right; those approved already stay as they are.

        Raises:
            Blocked: the same person asked, or it is for that person, or it is too late.
        """
        with self._step("approve", by) as (append, step):
            records = []
            for line in self._all(wanted):
                if line.state in {"approved", "issued"}:
                    continue
                self._may(line, "approved")
                self._four_eyes(line, step.by)
                digest = hashlib.sha256(line.csr).hexdigest()
                records.append(_record("approved", line.id, step, note, request=digest))
            append(*records)
            return self._all(wanted)

    def refuse(self, *wanted: str, by: str, note: str) -> tuple[CredentialLine, ...]:
        """Says no to requests that are not issued yet, with a reason."""
        if not tidy(note):
            raise refusal("no_note")
        with self._step("approve", by) as (append, step):
            for line in self._all(wanted):
                self._may(line, "refused")
            append(*(_record("refused", line.id, step, note) for line in self._all(wanted)))
            return self._all(wanted)

    def issue(self, *wanted: str, by: str, service: str = "", note: str = "") -> tuple[CredentialLine, ...]:
        """The authority certifies approved requests; those issued already are handed out once more.

        Where the key lies in a file of this machine, certificate and chain are put behind it. `service` is the address
        of the authority's lists and answers, which then stands in the certificates.

        Raises:
            UsageFault: the office has no authority.
            Blocked: a request was not approved by a second person.
        """
        if self.authority is None:
            raise refusal("no_authority")
        if service and not _ADDRESS.fullmatch(service):
            raise refusal("service_wrong", url=tidy(service))
        issuing, _ = self.authority.certificates()
        with self._step("issue", by) as (append, step):
            asked = [line for line in self._all(wanted) if line.state != "issued"]
            for line in asked:
                self.check_approved(line)
            records = []
            for line in asked:
                profile = profiles()[line.profile]
                name, key = profile.subject(line.subject), read_csr(line.csr).public_key
                der = self.authority.certify(line.profile, name, key, years=line.years, service=service)
                records.append(_issued(line.id, step, note, der, (issuing,)))
            append(*records)
            done = self._all(wanted)
        for line in done:
            hand_out(line)
        return done

    def took(self, line: CredentialLine, der: bytes, chain: tuple[bytes, ...], *, by: str, note: str) -> CredentialLine:
        """Enters a certificate that another CA issued for an approved request, and hands it out.

        Raises:
            Blocked: the request was not approved.
            CertificateFault: it has another certificate already.
        """
        with self._step("issue", by) as (append, step):
            line = self._known(line.id)
            if line.state == "issued" and line.certificate != der:
                raise refusal("other_certificate", id=line.id)
            if line.state != "issued":
                self.check_approved(line)
                append(_issued(line.id, step, note, der, chain))
            line = self._known(line.id)
        hand_out(line)
        return line

    def sent(self, *wanted: str, by: str, note: str = "") -> tuple[CredentialLine, ...]:
        """Notes that approved requests were exported for another CA."""
        with self._step("issue", by) as (append, step):
            for line in self._all(wanted):
                self.check_approved(line)
            append(*(_record("sent", line.id, step, note) for line in self._all(wanted)))
            return self._all(wanted)

    def revoke(
        self, wanted: str, *, by: str, reason: str, at: dt.datetime | None = None, note: str = ""
    ) -> CredentialLine:
        """Revokes an issued credential from `at` (now) on, for a reason of RFC 5280; one who is allowed is enough.

        The authority's list has it at once. Where another CA issued it, that CA must be asked too.

        Raises:
            UsageFault: the reason is unknown, or `at` lies outside the certificate's time or to come.
            Blocked: it is not issued.
        """
        if reason not in reasons():
            raise refusal("reason_unknown", reason=tidy(reason), known=", ".join(reasons()))
        with self._step("revoke", by) as (append, step):
            line = self._known(wanted)
            if line.state != "revoked":
                self._may(line, "revoked", ("issued",))
                start, since = line.not_before or step.at, (at or step.at).astimezone(dt.UTC).replace(microsecond=0)
                if not start <= since <= step.at:
                    raise refusal("date_wrong", id=line.id, at=since.isoformat(), start=start.isoformat())
                append(_record("revoked", line.id, step, note, reason=reason, since=since.isoformat()))
        self.settle()
        return self.line(wanted)

    def settle(self) -> int:
        """Puts on the authority's list what a killed process revoked and did not put there; says how many."""
        if self.authority is None:
            return 0
        revoked = [line for line in self.lines() if line.state == "revoked"]
        listed = self.authority.revocations() if revoked else {}
        missing = [line for line in revoked if line.serial not in listed]
        for line in missing:
            assert line.serial is not None  # noqa: S101  chosen above
            self.authority.revoke(line.serial, line.reason, line.revoked_from)
        return len(missing)

    # -- inside ------------------------------------------------------------------------------------------------------

    def _request(
        self,
        csr: bytes,
        *,
        by: str,
        profile: str,
        subject: Mapping[str, str] | None,
        note: str,
        asked: Mapping[str, Any],
    ) -> CredentialLine:
        kind, found = profiles()[profile], read_csr(csr)
        if profile not in settings()["profiles"]:
            raise refusal("not_for_people", profile=kind.name.en, known=", ".join(settings()["profiles"]))
        kind.check_key(found.kind)
        kind.check_years(asked["years"])
        renews = asked["renews"]
        given = dict(subject) if subject is not None else kind.values(found.subject)
        name = kind.values(kind.subject({"country": "VN", **given}))
        with self._step("request", by) as (append, step):
            known = self._keys.get(found.key)
            if known:
                line = self._lines[known]
                same = (line.profile, line.subject, line.requested.by, line.renews)
                if same == (profile, name, step.by, renews):
                    return line
                raise refusal("key_used", id=line.id)
            if renews:
                self._renewable(self._known(renews), by, csr)
            new = f"{len(self._lines) + 1:04d}"
            about = {"profile": profile, "subject": name, "csr": _text(found.der), "key": found.key.hex()}
            append(_record("requested", new, step, note, **about, **asked))
            return self._lines[new]

    def _renewable(self, old: CredentialLine, by: str, csr: bytes) -> None:
        self._may(old, "renewed", ("issued",))
        if old.status(self.clock()) == "expired":
            assert old.not_after is not None  # noqa: S101  it is issued
            raise refusal("expired", id=old.id, end=f"{old.not_after:%d/%m/%Y}")
        newer = self._lines.get(old.renewed_by)
        if newer is not None and newer.state != "refused":
            again = newer.key == read_csr(csr).key and folded(newer.requested.by) == folded(by)
            if not again:
                raise refusal("renewed_already", id=old.id, other=newer.id)

    @contextmanager
    def _step(self, step: str, by: str) -> Iterator[tuple[Append, Step]]:
        """Alone among all processes: the journal's function, and who does it now."""
        seen = self._account()
        name = self._people.check(by, step, seen)
        with self._turns, self._journal.turn() as append:
            now = self.clock().astimezone(dt.UTC)
            yield append, Step(by=name, account=seen, at=now)

    def _known(self, wanted: str) -> CredentialLine:
        line = self._lines.get(wanted.strip().zfill(4))
        if line is None:
            raise refusal("unknown_id", id=tidy(wanted))
        return line

    def _all(self, wanted: Iterable[str]) -> tuple[CredentialLine, ...]:
        return tuple({line.id: line for line in map(self._known, wanted)}.values())

    def _may(self, line: CredentialLine, step: str, states: tuple[str, ...] = ()) -> None:
        if line.state not in (states or _FROM[step]):
            state, said = words("state", line.state), words("step", step)
            raise refusal("wrong_state", id=line.id, state=state.en, state_vi=state.vi, step=said.en, step_vi=said.vi)

    def _four_eyes(self, line: CredentialLine, by: str) -> None:
        if folded(by) == folded(line.requested.by):
            raise refusal("same_person", id=line.id, by=by)
        if folded(by) == folded(line.name):
            raise refusal("own_credential", id=line.id, by=by)

    def _take(self, record: Mapping[str, Any]) -> None:
        """One line of the journal becomes true."""
        step = Step(
            by=record["by"],
            account=record["account"],
            at=dt.datetime.fromisoformat(record["at"]),
            note=record.get("note", ""),
        )
        if record["step"] == "requested":
            line = CredentialLine(
                id=record["id"],
                profile=record["profile"],
                subject=record["subject"],
                csr=_bytes(record["csr"]),
                key=bytes.fromhex(record["key"]),
                where=record["where"],
                years=record["years"],
                state="requested",
                requested=step,
                renews=record["renews"],
            )
            self._keys[line.key] = line.id
            if line.renews:
                self._lines[line.renews] = replace(self._lines[line.renews], renewed_by=line.id)
        else:
            line = self._lines[record["id"]]
            changed: dict[str, Any] = {record["step"]: step}
            if record["step"] != "sent":
                changed["state"] = record["step"]
            if record["step"] == "issued":
                changed |= _facts(_bytes(record["certificate"]), record["chain"])
                self._serials[changed["serial"]] = line.id
            if record["step"] == "revoked":
                since = dt.datetime.fromisoformat(record["since"])
                changed |= {"reason": record["reason"], "revoked_from": since}
            line = replace(line, **changed)
        self._lines[line.id] = line


def hand_out(line: CredentialLine) -> None:
    """Puts certificate and chain behind the key where that lies in a file here."""
    path = Path(line.where.removeprefix("file:"))
    if line.where.startswith("file:") and line.certificate is not None and path.exists():
        add_certificates(path, (line.certificate, *line.chain))


def _facts(der: bytes, chain: Sequence[str]) -> dict[str, Any]:
    certificate = parse_certificate(der)
    return {
        "certificate": der,
        "chain": tuple(map(_bytes, chain)),
        "serial": certificate.serial_number,
        "not_before": certificate.not_valid_before_utc,
        "not_after": certificate.not_valid_after_utc,
    }


def _record(kind: str, line: str, step: Step, note: str, **about: Any) -> dict[str, Any]:
    said = {"at": step.at.isoformat(), "by": step.by, "account": step.account, "step": kind, "id": line}
    return {**said, **({"note": tidy(note)} if tidy(note) else {}), **about}


def _issued(line: str, step: Step, note: str, der: bytes, chain: Sequence[bytes]) -> dict[str, Any]:
    return _record("issued", line, step, note, certificate=_text(der), chain=[_text(above) for above in chain])


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _bytes(text: str) -> bytes:
    return base64.b64decode(text)
