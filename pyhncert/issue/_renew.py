"""Later revisions of a copy: validation data, and document timestamps that keep it good (DESIGN 4).

A copy holds as long as the youngest timestamp over it: its certificate, and the algorithms it uses. Before that ends
the copy is renewed: the revocation data of that timestamp are added, and a new timestamp is made over everything.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pyhncert.errors import RevocationFault, TimestampFault, Unavailable
from pyhncert.identify import is_issued_by, one_answer, parse_certificate
from pyhncert.issue._archive import stamp_contents, stamp_frame
from pyhncert.issue._dss import SIGNED_REVISIONS, ValidationData, build_validation_data
from pyhncert.issue._dss_cms import CmsParts, read_token
from pyhncert.issue._dss_ocsp import ResponseFacts, Responses, response_facts
from pyhncert.issue._dss_x509 import Authority, CertificateFacts, ListFacts, list_facts
from pyhncert.issue._evidence import level_reached, needed, read_trail
from pyhncert.issue._sign import wording
from pyhncert.issue._sign_append import TOKEN_BYTES, TimestamperLike
from pyhncert.issue._sign_objects import malformed
from pyhncert.issue._sign_revisions import read_revisions
from pyhncert.issue._sign_token import one_form
from pyhncert.values import LEVELS, Level, Words

ARCHIVE_DIGEST = "sha512"
"""What a document timestamp is made over: the strongest digest that every timestamp service takes."""


_TRIES = 4
_NOTHING = ValidationData((), ())


def add_validation_data(
    pdf: bytes, *, certs: Sequence[bytes], crls: Sequence[bytes], ocsp: Responses | None = None
) -> bytes:
    """`pdf` (revisions 1 to 3) with revision 4: the certificates of all chains, the timestamps' too, and their status.

    `certs` and `crls` are DER; what is not needed is left out, roots are never written. The status of a certificate is
    the response that `ocsp` gives about it, else the newest list of its issuer.

    Raises:
        RevocationFault: the list of an issuer is missing, or a responder's answer is not to be believed.
        AlteredCore: `pdf` is not a copy with exactly three revisions.
    """
    revisions = read_revisions(pdf)
    if len(revisions) != SIGNED_REVISIONS:
        raise malformed(len(pdf))
    trail = read_trail(revisions)
    offers = _Offers(certs, _by_age(crls), ocsp, dt.datetime.min.replace(tzinfo=dt.UTC))
    added = _missing(trail.held, trail.signers(), offers)
    return pdf + build_validation_data(revisions, len(revisions) + 1, added)


def add_archive_timestamp(
    pdf: bytes,
    *,
    timestamper: TimestamperLike,
    certs: Sequence[bytes],
    crls: Sequence[bytes],
    now: dt.datetime,
    ocsp: Responses | None = None,
) -> bytes:
    """A copy with one more document timestamp over all of it, and before it the validation data that it lacks.

    Those are the chains of what no document timestamp covers yet and of the timestamp that is made, with a response or
    a list for each certificate that holds at `now`. The service is asked again where its first answer told which
    certificates it uses.

    Raises:
        Unavailable: the service is silent.
        TimestampFault: it answered wrongly.
        RevocationFault: the list of an issuer is missing.
        AlteredCore: `pdf` is not a copy.
    """
    revisions, offers = read_revisions(pdf), _Offers(certs, _by_age(crls), ocsp, now)
    trail, place = read_trail(revisions), len(revisions) + 1
    signers = [trail.stamps[-1].token.cms] if trail.stamps else list(trail.signers())
    room = TOKEN_BYTES
    for _ in range(_TRIES):
        added = _missing(trail.held, signers, offers)
        grown = pdf
        if added != _NOTHING:
            grown += build_validation_data(revisions, place, added)
        stamped, token = _stamped(grown, timestamper, room)
        made_by = read_token(token).cms
        held = trail.held + added
        if len(token) > room:
            room = len(token) + 256
        elif _missing(held, [made_by], offers) == _NOTHING:
            return stamped
        signers.append(made_by)
    raise TimestampFault(
        "timestamp service signs with another certificate each time; tell the operator of the service",
        "dịch vụ dấu thời gian mỗi lần ký bằng một chứng thư khác; hãy báo cho đơn vị vận hành",
    )


def raise_level(
    pdf: bytes,
    level: Level,
    *,
    timestamper: TimestamperLike | None,
    certs: Sequence[bytes],
    crls: Sequence[bytes],
    now: dt.datetime,
    ocsp: Responses | None = None,
) -> tuple[bytes, tuple[Words, ...]]:
    """`pdf` (revisions 1 to 3) raised to `level` as far as it goes, and notes on what stood in the way.

    Raises:
        TimestampFault: the timestamp service answered wrongly; one that is silent is only noted.
    """
    if level in {"B-LT", "B-LTA"}:
        try:
            pdf = add_validation_data(pdf, certs=certs, crls=crls, ocsp=ocsp)
        except RevocationFault:
            return pdf, (wording()["no_validation_data"],)
    if level != "B-LTA" or timestamper is None:
        return pdf, ()
    try:
        grown = add_archive_timestamp(pdf, timestamper=timestamper, certs=certs, crls=crls, now=now, ocsp=ocsp)
    except Unavailable:
        return pdf, (wording()["no_archive_timestamp"],)
    return grown, ()


def upgrade_copy(
    pdf: bytes,
    level: Level,
    *,
    timestamper: TimestamperLike | None,
    certs: Sequence[bytes],
    crls: Sequence[bytes],
    now: dt.datetime,
    ocsp: Responses | None = None,
) -> bytes:
    """An issued copy with what it lacks of `level`, as further revisions; `pdf` itself where it lacks nothing.

    A timestamp that came too late for a signature comes as a document timestamp over all of it, which is level B-LTA.

    Raises:
        Unavailable: a timestamp is needed and no service answers.
        TimestampFault: the timestamp service answered wrongly.
        RevocationFault: the list of an issuer is missing.
        AlteredCore: `pdf` is not a copy.
    """
    reached = level_reached(pdf)
    if LEVELS.index(reached) >= LEVELS.index(level):
        return pdf
    if (reached, level) == ("B-T", "B-LT"):
        return add_validation_data(pdf, certs=certs, crls=crls, ocsp=ocsp)
    if timestamper is None:
        raise Unavailable(
            "the office has no timestamp service; set [timestamp] url in office.toml",
            "văn phòng chưa có dịch vụ dấu thời gian; đặt [timestamp] url trong office.toml",
        )
    return add_archive_timestamp(pdf, timestamper=timestamper, certs=certs, crls=crls, now=now, ocsp=ocsp)


def _stamped(pdf: bytes, timestamper: TimestamperLike, room: int) -> tuple[bytes, bytes]:
    """`pdf` with a document timestamp, and its token, which must not be longer than `room`."""
    revisions = read_revisions(pdf)
    before, after = stamp_frame(revisions, len(revisions) + 1, room)
    hasher = hashlib.new(ARCHIVE_DIGEST)
    for part in (pdf, before, after):
        hasher.update(part)
    token = one_form(timestamper.token(hasher.digest(), ARCHIVE_DIGEST))
    return b"".join((pdf, before, stamp_contents(token, room), after)), token


@dataclass(frozen=True, slots=True)
class _Offers:
    """What there is to take from: certificates, lists (oldest first), responders; and what must hold at `now`."""

    certs: Sequence[bytes]
    lists: Sequence[ListFacts]
    ocsp: Responses | None
    now: dt.datetime

    def response(self, fact: CertificateFacts, pool: Iterable[bytes]) -> ResponseFacts | None:
        """What a responder says of a certificate whose issuer is in `pool`."""
        if self.ocsp is None:
            return None
        issuers = (der for der in pool if parse_certificate(der).subject == parse_certificate(fact.der).issuer)
        issuer = next((der for der in issuers if is_issued_by(fact.der, der)), None)
        found = self.ocsp(fact.der, issuer) if issuer is not None else None
        return response_facts(one_answer(found)) if found is not None else None


def _missing(held: ValidationData, signers: Iterable[CmsParts], offers: _Offers) -> ValidationData:
    """What `held` lacks of the chains of `signers`, and of responses and lists that hold."""
    chain, _ = needed(signers, (*offers.certs, *held.certificates))
    pool = dict.fromkeys((*offers.certs, *held.certificates, *(fact.der for fact in chain)))
    known = [facts for facts in map(response_facts, held.responses) if facts.stands_alone]
    responses: set[bytes] = set()
    wanted = []
    for fact in chain:
        if _listed(held, fact, offers) or any(facts.is_about(fact) and facts.ends >= offers.now for facts in known):
            continue
        response = offers.response(fact, pool)
        if response is not None and response.der not in held.responses:
            responses.add(response.der)
        if response is None or not response.stands_alone:
            wanted.append(fact.authority)
    certificates = tuple(fact.der for fact in chain if fact.der not in held.certificates)
    return ValidationData(certificates, _lists(held, wanted, offers), tuple(sorted(responses)))


def _listed(held: ValidationData, fact: CertificateFacts, offers: _Offers) -> bool:
    """Whether `held` has a list for this certificate that holds."""
    known = (facts for facts in map(list_facts, held.lists) if facts.is_of(fact.authority))
    return any(facts.next_update is None or facts.next_update >= offers.now for facts in known)


def _lists(held: ValidationData, wanted: Iterable[Authority], offers: _Offers) -> tuple[bytes, ...]:
    """The newest list of each authority in `wanted` that `held` has not."""
    added: set[bytes] = set()
    for authority in sorted(set(wanted)):
        known = [facts for facts in map(list_facts, held.lists) if facts.is_of(authority)]
        offered = [facts for facts in offers.lists if facts.is_of(authority)]
        if not offered and not known:
            raise RevocationFault(
                "the revocation list of an issuer is missing",
                "thiếu danh sách thu hồi của một tổ chức cấp chứng thư",
                hint="give the lists of all authorities in the chain",
                hint_vi="cung cấp danh sách thu hồi của mọi tổ chức trong chuỗi chứng thư",
            )
        if offered and all(facts.this_update < offered[-1].this_update for facts in known):
            added.add(offered[-1].der)
    return tuple(sorted(added))


def _by_age(crls: Sequence[bytes]) -> list[ListFacts]:
    return sorted(map(list_facts, crls), key=lambda facts: facts.this_update)
