"""A copy taken apart strictly: whatever is not exactly what an office writes ends here (DESIGN 4 and 6).

The cheap checks come first, so that a changed byte is found before anything is trusted: tables and bodies, the two
ranges, the two digests and signatures, the permitted changes, every later revision rebuilt, the act.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm

from pyhncert import _core
from pyhncert.errors import CertificateFault, RevocationFault, TimestampFault
from pyhncert.identify import common_name, is_issued_by, parse_certificate
from pyhncert.issue._sign_structure import (
    AGENCY,
    OFFICER,
    ArchiveStamp,
    CertificateFacts,
    CmsParts,
    Revisions,
    Signed,
    TokenParts,
    Trail,
    ValidationData,
    build_validation_data,
    certificate_facts,
    is_complete,
    list_facts,
    low_s,
    needed,
    one_form,
    read_revisions,
    read_signature,
    read_trail,
    response_facts,
    speaks_for,
    stamp_contents,
    stamp_frame,
)
from pyhncert.verify._act import CopyAct, read_act
from pyhncert.verify._changes import check_changes
from pyhncert.verify._tokens import check_token
from pyhncert.verify._words import altered

_UNREADABLE = (ValueError, TypeError, KeyError, UnsupportedAlgorithm)
"""What asn1crypto and cryptography raise for encodings they refuse only when a part is looked at."""


@dataclass(frozen=True, slots=True)
class Copy:
    """One of our copies with everything in its place."""

    revisions: Revisions
    trail: Trail
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


def act_record(data: bytes) -> Mapping[str, Any]:
    """What ``act.json`` in a copy says, once its structure is as an office writes it; signatures are not judged here.

    Raises:
        AlteredCore: something in it is not what an office writes.
    """
    return read_copy(data).act.record


def _read_copy(data: bytes) -> Copy:
    revisions = read_revisions(data)
    officer = read_signature(revisions, 2, OFFICER)
    agency = read_signature(revisions, 3, AGENCY)
    for signed in (agency, officer):
        _check_cms(data, signed)
    check_changes(revisions, officer, agency)
    trail = read_trail(revisions)
    for one in (trail.officer, trail.agency):
        _check_certificates(one.cms)
        if one.token is not None:
            _check_one_form(one.token)
            check_token(one.token, fits=one.token.stamps(one.cms.signature))
    for place, added in trail.data.items():
        if build_validation_data(revisions, place, added) != data[slice(*_span(revisions, place))]:
            raise altered("revision4", revision=place)
    for stamp in trail.stamps:
        _check_stamp(revisions, stamp)
    _check_unique(trail)
    _check_data(trail)
    act = read_act(revisions)
    _check_roles(trail, act)
    return Copy(revisions, trail, act)


def _span(revisions: Revisions, place: int) -> tuple[int, int]:
    return revisions[place - 1].start, revisions[place - 1].end


def _check_stamp(revisions: Revisions, stamp: ArchiveStamp) -> None:
    """A document timestamp in its one layout, over all that came before it."""
    start, end = _span(revisions, stamp.place)
    gap = stamp.signed.gap
    room = (gap[1] - gap[0] - 2) // 2
    before, after = stamp_frame(revisions, stamp.place, room)
    if before + stamp_contents(stamp.signed.cms, room) + after != revisions.data[start:end]:
        raise altered("archive_layout", revision=stamp.place)
    _check_one_form(stamp.token)
    check_token(stamp.token, fits=stamp.covers(revisions.data))


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


def _check_unique(trail: Trail) -> None:
    """No certificate is there in two forms: its own signature may have two that verify."""
    every = set(trail.held.certificates).union(*(cms.certificates for cms in trail.signers()))
    names = {(fact.issuer, fact.serial) for fact in map(certificate_facts, every)}
    if len(names) != len(every):
        raise altered("second_form")


def _check_certificates(cms: CmsParts) -> None:
    """The certificates in a CMS are the signer's chain, nothing else; a root may be among them."""
    if set(chain_of(cms.signer, cms.certificates)) != set(cms.certificates):
        raise altered("extra_certificate")


def _check_one_form(token: TokenParts) -> None:
    """A token in the one form of its algorithm, with its signer's chain and nothing else."""
    if one_form(token.cms.der) != token.cms.der:
        raise altered("second_form")
    _check_certificates(token.cms)


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


def _check_data(trail: Trail) -> None:
    """The validation data are exactly the chains in this copy, each in its place, and lists of their authorities."""
    if not trail.data:
        return
    held = trail.held
    chain, authorities = needed(trail.signers(), held.certificates)
    if {fact.der for fact in chain} != set(held.certificates):
        raise altered("revision4_certificates")
    if not is_complete(trail.signers(), held):
        raise altered("revision4_lists")
    before = ValidationData((), ())
    for added in trail.data.values():
        if not _sorted_once(added.certificates, before.certificates):
            raise altered("revision4_certificates")
        named = [any(list_facts(der).is_of(authority) for authority in authorities) for der in added.lists]
        if not all(named) or len(named) > len(authorities) or not _sorted_once(added.lists, before.lists):
            raise altered("revision4_lists")
        _check_responses(added, before, chain)
        before += added


def _check_responses(added: ValidationData, before: ValidationData, chain: Iterable[CertificateFacts]) -> None:
    """Each response is about one certificate of the chains, and no two that were added together are about the same."""
    about = [[fact.der for fact in chain if response_facts(der).is_about(fact)] for der in added.responses]
    if not _sorted_once(added.responses, before.responses) or any(len(found) != 1 for found in about):
        raise altered("revision4_lists")
    if len({found[0] for found in about}) != len(about):
        raise altered("revision4_lists")


def _sorted_once(added: tuple[bytes, ...], held: tuple[bytes, ...]) -> bool:
    return tuple(sorted(set(added))) == added and not set(added) & set(held)


def _check_roles(trail: Trail, act: CopyAct) -> None:
    """Who signed is who the act names; a valid certificate of somebody else is not enough."""
    record, evidence = act.record, (trail.officer, trail.agency)
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
