"""A copy taken apart strictly: whatever is not exactly what an office writes ends here (DESIGN 4 and 6).

The cheap checks come first, so that a changed byte is found before anything is trusted: tables and bodies, the two
ranges, the two digests and signatures, the permitted changes, revision 4 rebuilt, the act.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.exceptions import UnsupportedAlgorithm

from pyhncert import _core
from pyhncert.errors import CertificateFault, RevocationFault, TimestampFault
from pyhncert.identify import common_name, is_issued_by, parse_certificate
from pyhncert.issue._sign_structure import (
    AGENCY,
    OFFICER,
    Evidence,
    Revisions,
    Signed,
    ValidationData,
    build_revision4,
    certificate_facts,
    list_facts,
    low_s,
    needed,
    one_form,
    read_evidence,
    read_revisions,
    read_signature,
    read_validation_data,
    speaks_for,
)
from pyhncert.verify._act import CopyAct, read_act
from pyhncert.verify._changes import check_changes
from pyhncert.verify._tokens import check_token
from pyhncert.verify._words import altered

SIGNED, WITH_DATA = 3, 4
_UNREADABLE = (ValueError, TypeError, KeyError, UnsupportedAlgorithm)
"""What asn1crypto and cryptography raise for encodings they refuse only when a part is looked at."""


@dataclass(frozen=True, slots=True)
class Copy:
    """One of our copies with everything in its place."""

    revisions: Revisions
    officer: Evidence
    agency: Evidence
    data: ValidationData | None
    act: CopyAct


def read_copy(data: bytes) -> Copy:
    """The copy in `data`.

    Raises:
        AlteredCore: something in it is not what an office writes.
    """
    try:
        return _read_copy(data)
    except (CertificateFault, RevocationFault, TimestampFault, *_UNREADABLE) as err:
        raise altered("certificate_unreadable") from err


def _read_copy(data: bytes) -> Copy:
    revisions = read_revisions(data)
    if len(revisions) > WITH_DATA:
        raise altered("unknown_revision")
    officer = read_signature(revisions, 2, OFFICER)
    agency = read_signature(revisions, 3, AGENCY)
    for signed in (agency, officer):
        _check_cms(data, signed)
    check_changes(revisions, officer, agency)
    found = None
    if len(revisions) == WITH_DATA:
        found = read_validation_data(revisions)
        if build_revision4(revisions, found) != data[revisions[SIGNED - 1].end :]:
            raise altered("revision4")
    evidence = read_evidence(revisions)
    for one in evidence:
        _check_certificates(one)
        if one.token is not None:
            if one_form(one.token.cms.der) != one.token.cms.der:
                raise altered("second_form")
            check_token(one.token, one.cms.signature)
    _check_unique(evidence, found)
    if found is not None:
        _check_data(found, evidence)
    act = read_act(revisions)
    _check_roles(evidence, act)
    return Copy(revisions, *evidence, found, act)


def key_bits(certificate: bytes) -> int:
    """The size of a certificate's key, 0 where it is of an unknown kind."""
    try:
        return int(getattr(parse_certificate(certificate).public_key(), "key_size", 0))
    except (ValueError, UnsupportedAlgorithm):
        return 0


def _check_cms(data: bytes, signed: Signed) -> None:
    """Digest, signature and the one form of a CMS."""
    parts = _core.cms_strict(signed.cms)
    _core.cms_verify(signed.cms, signed.digest(data, parts.digest), strict=True)
    if parts.scheme == "ecdsa" and low_s(parts.signature, key_bits(parts.certificate)) != parts.signature:
        raise altered("second_form")


def _check_unique(evidence: tuple[Evidence, Evidence], found: ValidationData | None) -> None:
    """No certificate is there in two forms: its own signature may have two that verify."""
    every = set(found.certificates) if found is not None else set()
    for one in evidence:
        every.update(one.cms.certificates)
        if one.token is not None:
            every.update(one.token.cms.certificates)
    names = {(fact.issuer, fact.serial) for fact in map(certificate_facts, every)}
    if len(names) != len(every):
        raise altered("second_form")


def _check_certificates(one: Evidence) -> None:
    """The certificates in a CMS are the signer's chain, nothing else; a root may be among them."""
    chain = chain_of(one.cms.signer, one.cms.certificates)
    if set(chain) != set(one.cms.certificates):
        raise altered("extra_certificate")
    if one.token is not None and not set(chain_of(one.token.cms.signer, one.token.cms.certificates)) == set(
        one.token.cms.certificates
    ):
        raise altered("extra_certificate")


def chain_of(leaf: bytes, pool: Iterable[bytes]) -> tuple[bytes, ...]:
    """`leaf` and the certificates above it that `pool` holds."""
    facts = [certificate_facts(der) for der in sorted(set(pool))]
    found = [certificate_facts(leaf)]
    for fact in found:
        found += [
            issuer
            for issuer in facts
            if fact.issuer == issuer.subject and issuer not in found and is_issued_by(fact.der, issuer.der)
        ]
    return tuple(fact.der for fact in found)


def _check_data(found: ValidationData, evidence: tuple[Evidence, Evidence]) -> None:
    """Revision 4 holds exactly the chains and one list for each issuer, each in its place."""
    chain, issuers = needed(evidence, found.certificates)
    if tuple(fact.der for fact in chain) != found.certificates:
        raise altered("revision4_certificates")
    if tuple(sorted(set(found.lists))) != found.lists or len(found.lists) != len(issuers):
        raise altered("revision4_lists")
    if {list_facts(der).issuer for der in found.lists} != set(issuers):
        raise altered("revision4_lists")


def _check_roles(evidence: tuple[Evidence, Evidence], act: CopyAct) -> None:
    """Who signed is who the act names; a valid certificate of somebody else is not enough."""
    record = act.record
    wanted = (
        (record["officer"]["name"], record["officer"]["certificate"]),
        (record["office"], record["agency"]["certificate"]),
    )
    for one, (name, digest) in zip(evidence, wanted, strict=True):
        named = speaks_for(one.cms.signer, name, agency=one.signed.field == AGENCY)
        if not named or _core.sha256(one.cms.signer).hex() != digest:
            raise altered("other_signer", field=one.signed.field, name=name, signer=common_name(one.cms.signer))
    if evidence[0].cms.signer == evidence[1].cms.signer:
        raise altered("same_signer")
