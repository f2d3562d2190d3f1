"""Later revisions of a copy: validation data, and document timestamps that keep it good (DESIGN 4).

A copy holds as long as the youngest timestamp over it: its certificate, and the algorithms it uses. Before that ends
the copy is renewed: the revocation data of that timestamp are added, and a new timestamp is made over everything.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence

from pyhncert.errors import RevocationFault, TimestampFault, Unavailable
from pyhncert.issue._archive import stamp_contents, stamp_frame
from pyhncert.issue._dss import SIGNED_REVISIONS, ValidationData, build_validation_data
from pyhncert.issue._dss_cms import CmsParts, read_token
from pyhncert.issue._dss_x509 import ListFacts, list_facts
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
    trail = read_trail(revisions)
    added = _missing(trail.held, trail.signers(), certs, _by_age(crls), dt.datetime.min.replace(tzinfo=dt.UTC))
    return pdf + build_validation_data(revisions, len(revisions) + 1, added)


def add_archive_timestamp(
    pdf: bytes, *, timestamper: TimestamperLike, certs: Sequence[bytes], crls: Sequence[bytes], now: dt.datetime
) -> bytes:
    """A copy with one more document timestamp over all of it, and before it the validation data that it lacks.

    Those are the chains of what no document timestamp covers yet and of the timestamp that is made, with a list of
    each issuer that holds at `now`. The service is asked again where its first answer told which certificates it uses.

    Raises:
        Unavailable: the service is silent.
        TimestampFault: it answered wrongly.
        RevocationFault: the list of an issuer is missing.
        AlteredCore: `pdf` is not a copy.
    """
    revisions, lists = read_revisions(pdf), _by_age(crls)
    trail, place = read_trail(revisions), len(revisions) + 1
    signers = [trail.stamps[-1].token.cms] if trail.stamps else list(trail.signers())
    room = TOKEN_BYTES
    for _ in range(_TRIES):
        added = _missing(trail.held, signers, certs, lists, now)
        grown = pdf
        if added != _NOTHING:
            grown += build_validation_data(revisions, place, added)
        stamped, token = _stamped(grown, timestamper, room)
        made_by = read_token(token).cms
        held = ValidationData(trail.held.certificates + added.certificates, trail.held.lists + added.lists)
        if len(token) > room:
            room = len(token) + 256
        elif _missing(held, [made_by], certs, lists, now) == _NOTHING:
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
) -> tuple[bytes, tuple[Words, ...]]:
    """`pdf` (revisions 1 to 3) raised to `level` as far as it goes, and notes on what stood in the way.

    Raises:
        TimestampFault: the timestamp service answered wrongly; one that is silent is only noted.
    """
    if level in {"B-LT", "B-LTA"}:
        try:
            pdf = add_validation_data(pdf, certs=certs, crls=crls)
        except RevocationFault:
            return pdf, (wording()["no_validation_data"],)
    if level != "B-LTA" or timestamper is None:
        return pdf, ()
    try:
        return add_archive_timestamp(pdf, timestamper=timestamper, certs=certs, crls=crls, now=now), ()
    except Unavailable:
        return pdf, (wording()["no_archive_timestamp"],)


def upgrade_copy(
    pdf: bytes,
    level: Level,
    *,
    timestamper: TimestamperLike | None,
    certs: Sequence[bytes],
    crls: Sequence[bytes],
    now: dt.datetime,
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
        return add_validation_data(pdf, certs=certs, crls=crls)
    if timestamper is None:
        raise Unavailable(
            "the office has no timestamp service; set [timestamp] url in office.toml",
            "văn phòng chưa có dịch vụ dấu thời gian; đặt [timestamp] url trong office.toml",
        )
    return add_archive_timestamp(pdf, timestamper=timestamper, certs=certs, crls=crls, now=now)


def _stamped(pdf: bytes, timestamper: TimestamperLike, room: int) -> tuple[bytes, bytes]:
    """`pdf` with a document timestamp, and its token, which must not be longer than `room`."""
    revisions = read_revisions(pdf)
    before, after = stamp_frame(revisions, len(revisions) + 1, room)
    hasher = hashlib.new(ARCHIVE_DIGEST)
    for part in (pdf, before, after):
        hasher.update(part)
    token = one_form(timestamper.token(hasher.digest(), ARCHIVE_DIGEST))
    return b"".join((pdf, before, stamp_contents(token, room), after)), token


def _missing(
    held: ValidationData,
    signers: Iterable[CmsParts],
    certs: Sequence[bytes],
    lists: Sequence[ListFacts],
    now: dt.datetime,
) -> ValidationData:
    """What `held` lacks of the chains of `signers`, and of `lists` (oldest first) that hold at `now`."""
    chain, authorities = needed(signers, (*certs, *held.certificates))
    added: set[bytes] = set()
    for authority in authorities:
        known = [facts for facts in map(list_facts, held.lists) if facts.is_of(authority)]
        if any(facts.next_update is None or facts.next_update >= now for facts in known):
            continue
        offered = [facts for facts in lists if facts.is_of(authority)]
        if not offered and not known:
            raise RevocationFault(
                "the revocation list of an issuer is missing",
                "thiếu danh sách thu hồi của một tổ chức cấp chứng thư",
                hint="give the lists of all authorities in the chain",
                hint_vi="cung cấp danh sách thu hồi của mọi tổ chức trong chuỗi chứng thư",
            )
        if offered and all(facts.this_update < offered[-1].this_update for facts in known):
            added.add(offered[-1].der)
    certificates = tuple(fact.der for fact in chain if fact.der not in held.certificates)
    return ValidationData(certificates, tuple(sorted(added)))


def _by_age(crls: Sequence[bytes]) -> list[ListFacts]:
    return sorted(map(list_facts, crls), key=lambda facts: facts.this_update)
