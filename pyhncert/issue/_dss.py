"""Revision 4: the DSS dictionary, in one byte layout (ETSI EN 319 142-1, 5.4.2).

The layout is a function of revisions 1 to 3 and of the certificates and lists inside, so that verification can build
the revision again from its parts and compare byte by byte: nothing else fits into it, though no signature covers it.
Objects stand in the order catalog, DSS, certificates, lists; both sorted by their DER; streams are not compressed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pyhncert.errors import RevocationFault
from pyhncert.identify import is_issued_by
from pyhncert.issue._dss_cms import CmsParts, TokenParts, read_cms, read_token
from pyhncert.issue._dss_x509 import CertificateFacts, ListFacts, certificate_facts, list_facts
from pyhncert.issue._sign import AGENCY, OFFICER
from pyhncert.issue._sign_contents import Signed, read_signature
from pyhncert.issue._sign_objects import Ref, malformed
from pyhncert.issue._sign_revisions import Revisions, read_revisions
from pyhncert.issue._sign_update import closing, cross_references, extended, next_number, numbered
from pyhncert.values import Level

SIGNED_REVISIONS = 3


@dataclass(frozen=True, slots=True)
class ValidationData:
    """What a DSS dictionary holds, DER each, sorted."""

    certificates: tuple[bytes, ...]
    lists: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """One of our signatures with its CMS and, where it has one, its timestamp token."""

    signed: Signed
    cms: CmsParts
    token: TokenParts | None


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


def needed(
    evidence: Iterable[Evidence], pool: Iterable[bytes]
) -> tuple[tuple[CertificateFacts, ...], tuple[bytes, ...]]:
    """The certificates of all chains below their roots, sorted by DER, and the DER names that must publish a list.

    `pool` are certificates beyond those that travel in the signatures.
    """
    leaves: set[bytes] = set()
    every: set[bytes] = set(pool)
    for one in evidence:
        for cms in (one.cms, *((one.token.cms,) if one.token else ())):
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
    return found, tuple(sorted({fact.issuer for fact in found}))


def add_validation_data(pdf: bytes, *, certs: Sequence[bytes], crls: Sequence[bytes]) -> bytes:
    """`pdf` (revisions 1 to 3) with revision 4: all certificates of both chains and of the timestamps, and their lists.

    `certs` and `crls` are DER; what is not needed is left out, roots are never written, and of two lists of one
    issuer the newer one is taken.

    Raises:
        RevocationFault: the list of an issuer is missing.
        AlteredCore: `pdf` is not a copy with exactly three revisions.
    """
    revisions = read_revisions(pdf)
    if len(revisions) != SIGNED_REVISIONS:
        raise malformed(len(pdf))
    chain, issuers = needed(read_evidence(revisions), certs)
    newest: dict[bytes, ListFacts] = {}
    for der in crls:
        facts = list_facts(der)
        held = newest.get(facts.issuer)
        if held is None or held.this_update < facts.this_update:
            newest[facts.issuer] = facts
    if any(issuer not in newest for issuer in issuers):
        raise RevocationFault(
            "the revocation list of an issuer is missing",
            "thiếu danh sách thu hồi của một tổ chức cấp chứng thư",
            hint="give the lists of all authorities in the chain",
            hint_vi="cung cấp danh sách thu hồi của mọi tổ chức trong chuỗi chứng thư",
        )
    lists = tuple(sorted(newest[issuer].der for issuer in issuers))
    return pdf + build_revision4(revisions, ValidationData(tuple(fact.der for fact in chain), lists))


def build_revision4(revisions: Revisions, data: ValidationData) -> bytes:
    """The bytes of the one revision 4 that holds `data`, to stand behind revisions 1 to 3.

    Raises:
        AlteredCore: the catalog is not ours.
    """
    last = revisions[SIGNED_REVISIONS - 1]
    catalog, store = revisions.catalog(SIGNED_REVISIONS), next_number(last)
    if "DSS" in catalog.dictionary:
        raise malformed(last.table)
    streams = (*data.certificates, *data.lists)
    numbers = range(store + 1, store + 1 + len(streams))
    certificates, lists = (
        b" ".join(b"%d 0 R" % number for number in some)
        for some in (numbers[: len(data.certificates)], numbers[len(data.certificates) :])
    )
    value = revisions.data[catalog.value_start : catalog.value_end]
    objects = {
        catalog.number: extended(value, b"/DSS %d 0 R" % store),
        store: b"<<\n/Type /DSS\n/Certs [%b]\n/CRLs [%b]\n>>" % (certificates, lists),
    }
    for number, der in zip(numbers, streams, strict=True):
        objects[number] = b"<<\n/Length %d\n>>\nstream\n%b\nendstream" % (len(der), der)
    out, places = bytearray(), {}
    for number, body in objects.items():
        places[number] = last.end + len(out)
        out += numbered(number, body)
    table = last.end + len(out)
    out += cross_references(places)
    identity = hashlib.sha256(out).digest()[:16]
    return bytes(out) + closing(last, size=store + 1 + len(streams), identity=identity, table=table)


def read_validation_data(revisions: Revisions) -> ValidationData:
    """What revision 4 holds.

    Raises:
        AlteredCore: it has no DSS dictionary of our form.
    """
    store = revisions.object(revisions.catalog(SIGNED_REVISIONS + 1).dictionary.get("DSS"), SIGNED_REVISIONS + 1)

    def streams(key: str) -> tuple[bytes, ...]:
        found = []
        for reference in _list(store.dictionary.get(key), store.start):
            held = revisions.object(reference, SIGNED_REVISIONS + 1)
            if held.stream is None:
                raise malformed(held.start)
            found.append(revisions.data[slice(*held.stream)])
        return tuple(found)

    return ValidationData(streams("Certs"), streams("CRLs"))


def _list(value: object, position: int) -> list[Ref]:
    if not isinstance(value, list) or not all(isinstance(item, Ref) for item in value):
        raise malformed(position)
    return value


def level_reached(pdf: bytes) -> Level:
    """The level of a copy as its own bytes show it: the lower of both signatures.

    B-T where a token stamps the signature, B-LT where revision 4 holds every certificate and list that the chains
    name. Whether they are trusted is for `pyhncert.verify`.

    Raises:
        AlteredCore: it is not a copy.
    """
    revisions = read_revisions(pdf)
    evidence = read_evidence(revisions)
    for one in evidence:
        if one.token is None:
            return "B-B"
        if not one.token.stamps(one.cms.signature):
            return "B-B"
    if len(revisions) == SIGNED_REVISIONS:
        return "B-T"
    data = read_validation_data(revisions)
    chain, issuers = needed(evidence, data.certificates)
    complete = {fact.der for fact in chain} <= set(data.certificates)
    listed = {list_facts(der).issuer for der in data.lists}
    return "B-LT" if complete and listed >= set(issuers) else "B-T"
