"""The verdict on a file: valid, or the exception of the verdict's name with the same report. No network, no clock."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from pyhncert import _core
from pyhncert.errors import (
    Altered,
    AlteredCore,
    Revoked,
    Superseded,
    Undecided,
    Unsigned,
    VerdictError,
)
from pyhncert.identify import Algorithms, common_name, parse_certificate, read_certificates, read_crls
from pyhncert.identify import algorithms as of_this_release
from pyhncert.issue._sign_structure import Evidence, PdfString, TokenParts
from pyhncert.values import LEVELS, Level, Report, SignatureReport, Verdict, Words
from pyhncert.verify._copy import Copy, key_bits, read_copy
from pyhncert.verify._receipt import StatusLike, check_receipt, check_status, level_asked
from pyhncert.verify._tokens import TokenDoubtError, scheme_of
from pyhncert.verify._trust import Anchors, Trust, judge
from pyhncert.verify._words import say, words_of

_ERRORS: dict[str, type[VerdictError]] = {
    "altered": Altered,
    "revoked": Revoked,
    "superseded": Superseded,
    "unsigned": Unsigned,
    "undecided": Undecided,
}
_ORDER = ("altered", "revoked", "superseded", "undecided", "valid")
_OURS = (b"(Officer)", b"(Agency)", b"(act.json)")
_TOLERANCE = dt.timedelta(minutes=5)
_DATE = re.compile(r"D:(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:Z|([+-])(\d\d)'(\d\d)'?)")


def verify_copy(
    data: bytes,
    *,
    trust: Sequence[bytes],
    receipt: Mapping[str, Any] | None = None,
    crls: Sequence[bytes] = (),
    status: StatusLike | None = None,
    algorithms: Algorithms | None = None,
    now: dt.datetime,
) -> Report:
    """What is proven about `data`, the bytes of a PDF file.

    `trust` are the roots (PEM with any number, or DER), `crls` further revocation lists (PEM or DER), `receipt` the
    parsed receipt beside the file, `status` what the register says today, `algorithms` which algorithms prove
    something, and until when (this release's list where none is given). `now` must have a time zone.

    Raises:
        Altered: a byte, page or structure is not what was signed, or the receipt is another file's.
        Revoked: the act was revoked, or a certificate was before the proven time of its signature.
        Superseded: a newer act replaces it.
        Unsigned: no signature, or not one of our copies; the report judges each foreign signature.
        Undecided: evidence is missing.
        CertificateFault: a root cannot be read.
        RevocationFault: a list in `crls` cannot be read.
    """
    if now.tzinfo is None:
        raise ValueError("now needs a time zone")
    roots = tuple(der for entry in trust for der in read_certificates(entry))
    lists = tuple(der for entry in crls for der in read_crls(entry))
    rules = algorithms or of_this_release()
    digest = _core.sha256(data)
    try:
        copy = read_copy(data)
    except AlteredCore as err:
        raise _not_a_copy(data, digest, err, Anchors(roots, (), lists, rules), now) from err
    held = copy.trail.held
    certificates = sorted(set(held.certificates).union(*(cms.certificates for cms in copy.trail.signers())))
    anchors = Anchors(roots, tuple(certificates), tuple(dict.fromkeys((*held.lists, *lists))), rules, held.responses)
    report = _Judgement(copy, digest, anchors, now).report()
    fates = []
    try:
        if receipt is not None:
            fates.append(check_receipt(receipt, copy.act, digest, len(data)))
            report = replace(report, level_asked=level_asked(receipt))
        if status is not None:
            fates.append(check_status(status, copy.act))
    except AlteredCore as err:
        raise _error(_with(report, "altered", words_of(err))) from err
    for fate in fates:
        if fate is not None:
            report = _with(report, *fate)
    if report.verdict != "valid":
        raise _error(report)
    return report if status is None else _standing(report)


def _standing(report: Report) -> Report:
    """The register was asked, and says that the act stands."""
    today = say("not_proven_today")
    return replace(
        report,
        proven=(*report.proven, say("proven_today")),
        not_proven=tuple(words for words in report.not_proven if words != today),
    )


def _with(report: Report, verdict: Verdict, words: Words) -> Report:
    """`report` with one more reason; the graver verdict stands."""
    graver = min(report.verdict, verdict, key=_ORDER.index)
    first = verdict == graver and report.verdict != graver
    reasons = (words, *report.reasons) if first else (*report.reasons, words)
    return replace(report, verdict=graver, reasons=reasons, proven=report.proven if graver == "valid" else ())


def _error(report: Report) -> VerdictError:
    words = report.reasons[0]
    return _ERRORS[report.verdict](words.en, words.vi, report=report)


def _not_a_copy(data: bytes, digest: bytes, err: AlteredCore, given: Anchors, now: dt.datetime) -> VerdictError:
    """The verdict on what is not exactly one of our copies."""
    ours = any(mark in data for mark in _OURS)
    if b"/ByteRange" not in data:
        stripped = ours and b"/Contents <" in data
        if stripped:
            return _error(Report(verdict="altered", reasons=(say("copy_without_range"),), file_digest=digest))
        return _error(Report(verdict="unsigned", reasons=(say("unsigned"),), file_digest=digest))
    if not ours:
        from pyhncert.verify._foreign import judge_foreign  # noqa: PLC0415 - pyHanko's PDF half, only for foreign files

        found = judge_foreign(data, given, now)
        if found:
            return _error(Report(verdict="unsigned", reasons=(say("foreign"),), signatures=found, file_digest=digest))
    verdict: Verdict = "undecided" if isinstance(err, TokenDoubtError) else "altered"
    return _error(Report(verdict=verdict, reasons=(words_of(err),), file_digest=digest))


@dataclass(frozen=True, slots=True)
class _Time:
    """The proven time of a signature, or why there is none."""

    at: dt.datetime | None
    trust: Trust | None


class _Judgement:
    """Trust, time and words for one copy whose bytes are in order."""

    def __init__(self, copy: Copy, digest: bytes, anchors: Anchors, now: dt.datetime) -> None:
        self.copy, self.digest, self.anchors, self.now = copy, digest, anchors, now
        self.known_at, self.archived = now, False

    def report(self) -> Report:
        """The report, without receipt and register."""
        copy, record = self.copy, self.copy.act.record
        stamps = self._archive()
        times = [self._time(one.token, self.known_at) for one in (copy.trail.officer, copy.trail.agency)]
        # the agency signs over the officer's signature, so its proven time is one for both
        proven = [time.at for time in times if time.at is not None]
        first = min(proven) if len(proven) == 2 else times[0].at or times[1].at
        signatures: tuple[SignatureReport, ...] = (
            self._signature(copy.trail.officer, "officer", times[0], first),
            self._signature(copy.trail.agency, "agency", times[1], times[1].at),
        )
        level: Level = min((signature.level or "B-B" for signature in signatures), key=LEVELS.index)
        signatures = (*signatures, *stamps)
        verdict = min((signature.verdict for signature in signatures), key=_ORDER.index)
        not_proven = [say("not_proven_person"), *([say("not_proven_time")] if times[1].at is None else [])]
        if record["trial"]:
            not_proven.append(say("trial"))
        not_proven.append(say("not_proven_today"))
        gravest = sorted(signatures, key=lambda signature: _ORDER.index(signature.verdict))
        reasons = tuple(dict.fromkeys(words for signature in gravest for words in signature.reasons))
        report = Report(
            verdict=verdict,
            reasons=reasons or (say("valid"),),
            signatures=signatures,
            not_proven=tuple(not_proven),
            code=record["code"],
            number=record["number"],
            book=record["book"],
            year=record["year"],
            original=record["original"]["title"],
            office=record["office"],
            certified_at=copy.act.certified_at,
            level=level,
            trial=record["trial"],
            file_digest=self.digest,
            act=record,
        )
        return replace(report, proven=self._proven(first)) if verdict == "valid" else report

    def _proven(self, at: dt.datetime | None) -> tuple[Words, ...]:
        record = self.copy.act.record
        words = [
            say("proven_who", officer=common_name(self.copy.trail.officer.cms.signer), office=record["office"]),
            say("proven_bytes", pages=len(record["pages"])),
        ]
        if at is not None:
            words.append(
                say("proven_time", at=at.astimezone(self.copy.act.certified_at.tzinfo).strftime("%H:%M:%S %d/%m/%Y"))
            )
        return tuple(words)

    def _archive(self) -> tuple[SignatureReport, ...]:
        """The document timestamps, oldest first. Each is judged when the next younger one proves that it existed.

        From then on `known_at` is the oldest time that all evidence is proven to have existed.
        """
        found: list[SignatureReport] = []
        for stamp in reversed(self.copy.trail.stamps):
            time = self._time(stamp.token, self.known_at)
            if time.at is not None:
                self.known_at = time.at
                self.archived = True
            cms = stamp.token.cms
            scheme, digest = scheme_of(cms.der)
            found.append(
                SignatureReport(
                    field=stamp.signed.field,
                    role="timestamp",
                    signer=common_name(cms.signer),
                    verdict="valid" if time.at is not None else "undecided",
                    algorithm=_algorithm(scheme, key_bits(cms.signer), digest),
                    signed_at=None,
                    timestamped_at=time.at,
                    level=None,
                    reasons=time.trust.reasons if time.trust is not None else (),
                )
            )
        return tuple(reversed(found))

    def _time(self, token: TokenParts | None, known_at: dt.datetime) -> _Time:
        """What `token` proves, which existed at `known_at`; without one, what a document timestamp proves."""
        if token is None:
            return _Time(known_at if self.archived else None, None)
        at, signer = token.at, token.cms.signer
        trust = judge(signer, use="timestamp", at=at, anchors=self.anchors, known_at=known_at)
        if trust.standing == "valid":
            scheme, digest = scheme_of(token.cms.der)
            strong = self.anchors.algorithms.allows(scheme, key_bits(signer), digest, known_at)
            if at > known_at + _TOLERANCE:
                trust = Trust("undecided", (say("time_in_future"),))
            elif parse_certificate(signer).not_valid_after_utc < known_at:
                trust = Trust("undecided", (say("timestamp_expired"),))
            elif trust.revoked_at is not None and trust.revoked_at <= known_at:
                trust = Trust("undecided", (say("timestamp_revoked_later"),))
            elif not strong or not self.anchors.algorithms.allows_digest(token.imprint[0], known_at):
                name = _algorithm(scheme, key_bits(signer), digest)
                trust = Trust("undecided", (say("timestamp_weak", algorithm=f"{name}; {_shown(token.imprint[0])}"),))
        return _Time(at if trust.standing == "valid" else None, trust)

    def _signature(
        self, one: Evidence, role: Literal["officer", "agency"], time: _Time, proven: dt.datetime | None
    ) -> SignatureReport:
        parts = _core.cms_parse(one.signed.cms)
        # a token that proves nothing still says which moment to judge; the verdict is then undecided at best
        at = proven or (one.token.at if one.token is not None else self.now)
        trust = judge(one.cms.signer, use="sign", at=at, anchors=self.anchors, known_at=self.known_at)
        reasons: list[Words] = []
        verdict: Verdict = trust.standing
        if time.trust is not None and time.trust.standing != "valid":
            reasons += time.trust.reasons
            verdict = _graver(verdict, "undecided")
        reasons = [*trust.reasons, *reasons] if trust.standing == "revoked" else [*reasons, *trust.reasons]
        bits = key_bits(one.cms.signer)
        if not self.anchors.algorithms.allows(parts.scheme, bits, parts.digest, at):
            reasons.append(say("weak_algorithm", algorithm=_algorithm(parts.scheme, bits, parts.digest)))
            verdict = _graver(verdict, "undecided")
        level: Level = "B-B"
        if time.at is not None:
            level = "B-T" if not self.copy.trail.data else "B-LTA" if self.archived else "B-LT"
        return SignatureReport(
            field=one.signed.field,
            role=role,
            signer=common_name(one.cms.signer),
            verdict=verdict,
            algorithm=_algorithm(parts.scheme, bits, parts.digest),
            signed_at=_signing_time(one),
            timestamped_at=time.at,
            level=level,
            reasons=tuple(dict.fromkeys(reasons)),
        )


def _graver(first: Verdict, second: Verdict) -> Verdict:
    return min(first, second, key=_ORDER.index)


def _algorithm(scheme: str, bits: int, digest: str) -> str:
    names = {"rsa-pss": "RSASSA-PSS", "rsa-v15": "RSA PKCS#1 v1.5", "ecdsa": "ECDSA"}
    return f"{names.get(scheme, scheme)} {bits}, {_shown(digest)}"


def _shown(digest: str) -> str:
    return digest.upper().replace("SHA", "SHA-")


def _signing_time(one: Evidence) -> dt.datetime | None:
    """The claimed time in the signature dictionary."""
    value = one.signed.dictionary.dictionary.get("M")
    found = _DATE.fullmatch(value.text) if isinstance(value, PdfString) else None
    if found is None:
        return None
    zone = dt.timedelta(hours=int(found[8] or 0), minutes=int(found[9] or 0)) * (-1 if found[7] == "-" else 1)
    try:
        return dt.datetime(*(int(part) for part in found.groups()[:6]), tzinfo=dt.timezone(zone))  # type: ignore[arg-type,misc]
    except ValueError:
        return None
