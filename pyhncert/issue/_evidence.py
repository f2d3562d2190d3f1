"""What proves a copy: two signatures with their timestamps, validation data, document timestamps.

Behind revision 3 stand revisions with validation data and revisions with a document timestamp, as many as there were
renewals (DESIGN 4); validation data come first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pyhncert.identify import is_issued_by
from pyhncert.issue._archive import ArchiveStamp, is_stamp, read_stamp
from pyhncert.issue._dss import SIGNED_REVISIONS, ValidationData, read_validation_data
from pyhncert.issue._dss_cms import CmsParts, TokenParts, read_cms, read_token
from pyhncert.issue._dss_ocsp import response_facts
from pyhncert.issue._dss_x509 import Authority, CertificateFacts, certificate_facts, list_facts
from pyhncert.issue._sign import AGENCY, OFFICER
from pyhncert.issue._sign_contents import Signed, read_signature
from pyhncert.issue._sign_revisions import Revisions, read_revisions
from pyhncert.values import Level


@dataclass(frozen=True, slots=True)
class Evidence:
    """One of our signatures with its CMS and, where it has one, its timestamp token."""

    signed: Signed
    cms: CmsParts
    token: TokenParts | None


@dataclass(frozen=True, slots=True)
class Trail:
    """All evidence of a copy: `data` by the revision (counted from 1) that adds it, `stamps` oldest first."""

    officer: Evidence
    agency: Evidence
    data: dict[int, ValidationData]
    stamps: tuple[ArchiveStamp, ...]

    @property
    def held(self) -> ValidationData:
        """What all revisions with validation data hold together, in the order in which it was added."""
        every = sum(self.data.values(), ValidationData((), ()))
        parts = (every.certificates, every.lists, every.responses)
        return ValidationData(*(tuple(dict.fromkeys(part)) for part in parts))

    def signers(self, upto: int | None = None) -> Iterator[CmsParts]:
        """Each CMS of the signatures, their tokens and the document timestamps before revision `upto`."""
        for one in (self.officer, self.agency):
            yield one.cms
            if one.token is not None:
                yield one.token.cms
        yield from (stamp.token.cms for stamp in self.stamps if upto is None or stamp.place < upto)


def read_evidence(revisions: Revisions) -> tuple[Evidence, Evidence]:
    """The officer's and the agency's signature of a copy.

    Raises:
        AlteredCore: one is missing or not in its form.
    """
    found = []
    for place, field in ((2, OFFICER), (3, AGENCY)):
        signed = read_signature(revisions, place, field)
        cms = read_cms(signed.cms)
        found.append(Evidence(signed, cms, read_token(cms.token) if cms.token is not None else None))
    return found[0], found[1]


def read_trail(revisions: Revisions) -> Trail:
    """All evidence of a copy.

    Raises:
        AlteredCore: a part is missing or not in its form.
    """
    data: dict[int, ValidationData] = {}
    stamps: list[ArchiveStamp] = []
    for place in range(SIGNED_REVISIONS + 1, len(revisions) + 1):
        if data and is_stamp(revisions, place):
            stamps.append(read_stamp(revisions, place))
        else:
            data[place] = read_validation_data(revisions, place)
    return Trail(*read_evidence(revisions), data, tuple(stamps))


def needed(
    signers: Iterable[CmsParts], pool: Iterable[bytes]
) -> tuple[tuple[CertificateFacts, ...], tuple[Authority, ...]]:
    """The certificates of all chains below their roots, sorted by DER, and the authorities that may publish a list.

    `pool` are certificates beyond those that travel in the signatures.
    """
    leaves: set[bytes] = set()
    every: set[bytes] = set(pool)
    for cms in signers:
        leaves.add(cms.signer)
        every.update(cms.certificates)
    facts = sorted((certificate_facts(der) for der in every), key=lambda fact: fact.der)
    by_subject: dict[bytes, list[CertificateFacts]] = {}
    for fact in facts:
        by_subject.setdefault(fact.subject, []).append(fact)
    chain: dict[bytes, CertificateFacts] = {}
    todo = [certificate_facts(der) for der in sorted(leaves)]
    while todo:
        fact = todo.pop()
        if fact.der in chain or fact.subject == fact.issuer:
            continue
        chain[fact.der] = fact
        todo += [issuer for issuer in by_subject.get(fact.issuer, ()) if is_issued_by(fact.der, issuer.der)]
    found = tuple(sorted(chain.values(), key=lambda fact: fact.der))
    return found, tuple(sorted({fact.authority for fact in found}))


def is_complete(signers: Iterable[CmsParts], held: ValidationData) -> bool:
    """Whether `held` has each certificate of the chains of `signers`, and for each a list or a response."""
    chain, _ = needed(signers, held.certificates)
    lists = [list_facts(der) for der in held.lists]
    alone = [facts for facts in map(response_facts, held.responses) if facts.stands_alone]
    proven = all(
        any(facts.is_of(fact.authority) for facts in lists) or any(facts.is_about(fact) for facts in alone)
        for fact in chain
    )
    return proven and {fact.der for fact in chain} <= set(held.certificates)


def level_reached(pdf: bytes) -> Level:
    """The level of a copy as its own bytes show it: the lower of both signatures.

    B-T where a token stamps the signature, B-LT where the validation data hold every certificate of the chains, and for
    each a list or an OCSP response, B-LTA where a document timestamp covers that. Whether they are trusted is for
    `pyhncert.verify`.

    Raises:
        AlteredCore: it is not a copy.
    """
    trail = read_trail(read_revisions(pdf))
    signatures = (trail.officer, trail.agency)
    if trail.stamps:
        last = trail.stamps[-1]
        before = Trail(*signatures, {p: added for p, added in trail.data.items() if p < last.place}, ())
        if is_complete(trail.signers(last.place), before.held) and last.covers(pdf):
            return "B-LTA"
    if any(one.token is None or not one.token.stamps(one.cms.signature) for one in signatures):
        return "B-B"
    return "B-LT" if is_complete(Trail(*signatures, {}, ()).signers(), trail.held) else "B-T"
