"""Whether a certificate was good at a moment: pyHanko's path validation, offline, with the lists and responses at hand.

The moment is fixed and nothing is fetched. Those made after the moment count too (they know more); an entry counts
only from its revocation date on, which is what separates a signature before a revocation from one after it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Coroutine, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import pairwise
from typing import Any, Literal

from asn1crypto import ocsp
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID
from pyhanko_certvalidator import CertificateValidator, ValidationContext, errors

from pyhncert import _core
from pyhncert.errors import AlteredCore, CertificateFault, HncertError, RevocationFault
from pyhncert.identify import (
    Algorithms,
    OcspAnswer,
    algorithms,
    answer_signer,
    parse_certificate,
    parse_crl,
    read_ocsp,
)
from pyhncert.identify._broken import BROKEN
from pyhncert.values import Words
from pyhncert.verify._policy import Policy
from pyhncert.verify._words import say

Standing = Literal["valid", "revoked", "undecided"]
Use = Literal["sign", "timestamp", "any"]
_TOLERANCE = dt.timedelta(seconds=60)

_OTHER_USES = {
    ExtendedKeyUsageOID.TIME_STAMPING,
    ExtendedKeyUsageOID.OCSP_SIGNING,
    ExtendedKeyUsageOID.SERVER_AUTH,
    ExtendedKeyUsageOID.CODE_SIGNING,
}
_REFUSALS = (errors.ValidationError, errors.PathError, errors.CRLValidationError, errors.OCSPValidationError)
_WORDS: tuple[tuple[type[Exception], str], ...] = (
    (errors.InsufficientRevinfoError, "no_revocation_data"),
    (errors.ExpiredError, "certificate_expired"),
    (errors.NotYetValidError, "certificate_not_yet_valid"),
    (errors.PathBuildingError, "unknown_root"),
)


@dataclass(frozen=True, slots=True)
class Trust:
    """What became of a certificate at a moment, and why."""

    standing: Standing
    reasons: tuple[Words, ...] = ()
    revoked_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Anchors:
    """What may be relied on: roots, other certificates, lists, OCSP responses, DER each; and algorithms, until when."""

    roots: tuple[bytes, ...]
    certificates: tuple[bytes, ...]
    lists: tuple[bytes, ...]
    algorithms: Algorithms = field(default_factory=algorithms)
    responses: tuple[bytes, ...] = ()


def run(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """The result of a coroutine that never waits, because nothing is fetched."""
    try:
        coroutine.send(None)
    except StopIteration as stop:
        return stop.value
    coroutine.close()
    raise HncertError("path validation waited for something, though it works offline")


def judge(leaf: bytes, *, use: Use, at: dt.datetime, anchors: Anchors, known_at: dt.datetime | None = None) -> Trust:
    """Whether certificate `leaf` was good for `use` at `at`.

    `known_at` is when its chain and lists are proven to have existed: algorithms are judged then (without it: at `at`).
    """
    policy = Policy(anchors.algorithms, known_at)
    own = tuple(der for der in anchors.roots if _is_self_issued(der))
    try:
        # by the roots alone first: where a CA below one is an anchor too, pyHanko finds no path for that CA's lists
        trust = _judge(leaf, use, at, replace(anchors, roots=own) if own else anchors, policy)
        if trust.standing == "undecided" and own and own != anchors.roots:
            return _judge(leaf, use, at, anchors, policy)
    except BROKEN:
        return Trust("undecided", (say("certificate_unreadable"),))
    return trust


@lru_cache(maxsize=256)
def _is_self_issued(der: bytes) -> bool:
    certificate = parse_certificate(der)
    return certificate.subject == certificate.issuer


def _judge(leaf: bytes, use: Use, at: dt.datetime, anchors: Anchors, policy: Policy) -> Trust:
    pool = tuple(der for der in anchors.certificates if _readable(der))
    lists = tuple(der for der in anchors.lists if _signed_list(der, (*pool, *anchors.roots)))
    answers = tuple(found for found in map(_answer, anchors.responses) if found is not None)
    context = ValidationContext(
        trust_roots=[_asn1(der) for der in anchors.roots],
        other_certs=[_asn1(der) for der in pool],
        moment=at,
        crls=list(lists),
        ocsps=[ocsp.OCSPResponse.load(answer.der) for answer in answers],
        revocation_mode="require",
        retroactive_revinfo=True,
        time_tolerance=_TOLERANCE,
        algorithm_usage_policy=policy,
    )
    validator = CertificateValidator(_asn1(leaf), validation_context=context)
    try:
        path = run(validator.async_validate_path())
    except errors.RevokedError as err:
        return _revoked(err.revocation_dt)
    except _REFUSALS as err:
        key = next((key for kind, key in _WORDS if isinstance(err, kind)), "path_invalid")
        return Trust("undecided", (say(key, detail=str(err)) if key == "path_invalid" else say(key),))
    if not _serves(leaf, use):
        return Trust("undecided", (say("wrong_usage"),))
    dates: list[dt.datetime] = []
    for issuer, der in pairwise(certificate.dump() for certificate in path):  # the root comes first
        certificate = parse_certificate(der)
        own = [answer for answer in answers if _believed(answer, der, issuer)]
        if not (_is_listed(certificate, lists, at) or any(_speaks_for(answer, certificate, at) for answer in own)):
            return Trust("undecided", (say("no_revocation_data"),))
        dates += _revocations(certificate, lists)
        dates += [answer.revoked_at for answer in own if answer.revoked_at is not None]
    found = min(dates, default=None)
    return _revoked(found) if found is not None and found <= at else Trust("valid", (), found)


@lru_cache(maxsize=256)
def _answer(der: bytes) -> OcspAnswer | None:
    try:
        return read_ocsp(der)
    except RevocationFault:
        return None


@lru_cache(maxsize=256)
def _believed(answer: OcspAnswer, certificate: bytes, issuer: bytes) -> bool:
    """Whether the response is about `certificate`, and its signer may speak for `issuer`.

    Its algorithm is judged by the policy of the path; a signer whose own status is in question does not count.
    """
    if not answer.stands_alone or not answer.is_about(certificate, issuer):
        return False
    try:
        answer_signer(answer, issuer, at=None)
    except RevocationFault:
        return False
    return True


def _speaks_for(answer: OcspAnswer, certificate: x509.Certificate, at: dt.datetime) -> bool:
    """Whether the response tells how the certificate stood at `at`, as a list does."""
    return answer.this_update <= certificate.not_valid_after_utc and answer.ends + _TOLERANCE >= at


def _revoked(at: dt.datetime) -> Trust:
    return Trust("revoked", (say("certificate_revoked", at=at.astimezone(dt.UTC).strftime("%d/%m/%Y %H:%M UTC")),), at)


def _serves(leaf: bytes, use: Use) -> bool:
    """Whether the usages in the certificate allow `use`; who may only stamp time or serve TLS signs no papers."""
    extensions = parse_certificate(leaf).extensions
    try:
        usage = extensions.get_extension_for_class(x509.KeyUsage).value
        signs = usage.digital_signature or usage.content_commitment
    except x509.ExtensionNotFound:
        signs = use == "any"
    try:
        extended = extensions.get_extension_for_class(x509.ExtendedKeyUsage)
        purposes, critical = set(extended.value), extended.critical
    except x509.ExtensionNotFound:
        purposes, critical = set(), False
    if use == "timestamp":
        return signs and critical and purposes == {ExtendedKeyUsageOID.TIME_STAMPING}
    return signs and not (purposes and purposes <= _OTHER_USES)


def _readable(der: bytes) -> bool:
    try:
        parse_certificate(der)
    except CertificateFault:
        return False
    return True


@lru_cache(maxsize=256)
def _asn1(der: bytes) -> asn1.Certificate:
    return asn1.Certificate.load(der, strict=True)


@lru_cache(maxsize=256)
def _signed_list(der: bytes, issuers: tuple[bytes, ...]) -> bool:
    """Whether one of `issuers` made this list; a list that nobody vouches for is not looked at."""
    try:
        name = parse_crl(der).issuer
    except RevocationFault:
        return False
    for issuer in issuers:
        try:
            if parse_certificate(issuer).subject == name:
                _core.verify_issued(der, issuer, crl=True)
                return True
        except (CertificateFault, AlteredCore):
            continue
    return False


def _lists_of(certificate: x509.Certificate, lists: Sequence[bytes]) -> Iterable[x509.CertificateRevocationList]:
    return (parsed for parsed in map(parse_crl, lists) if parsed.issuer == certificate.issuer)


def _is_listed(certificate: x509.Certificate, lists: Sequence[bytes], at: dt.datetime) -> bool:
    """Whether a list speaks for the certificate: one made after it expired may have forgotten it (RFC 5280, 3.3)."""
    return any(
        parsed.last_update_utc <= certificate.not_valid_after_utc
        and (parsed.next_update_utc is None or parsed.next_update_utc + _TOLERANCE >= at)
        for parsed in _lists_of(certificate, lists)
    )


def _revocations(certificate: x509.Certificate, lists: Sequence[bytes]) -> list[dt.datetime]:
    """When the certificate was revoked, by each list that names it."""
    entries = (
        parsed.get_revoked_certificate_by_serial_number(certificate.serial_number)
        for parsed in _lists_of(certificate, lists)
    )
    return [entry.revocation_date_utc for entry in entries if entry is not None]
