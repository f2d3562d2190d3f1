"""Until when the evidence in a copy proves what it says, so that it is renewed before (EN 319 102-1, 5.6)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from asn1crypto import x509 as asn1

from pyhncert.identify import Algorithms, parse_certificate
from pyhncert.identify import algorithms as of_this_release
from pyhncert.issue._sign_structure import CmsParts, TokenParts, Trail, needed
from pyhncert.verify._copy import key_bits, read_copy
from pyhncert.verify._policy import named
from pyhncert.verify._tokens import scheme_of

_ENDLESS = 1 << 16
"""Stands for the size of a CA's key where its certificate is not looked at."""


def holds_until(data: bytes, *, algorithms: Algorithms | None = None) -> dt.datetime:
    """When the first part ends on which the copy in `data` rests: a certificate, or an algorithm by `algorithms`.

    A document timestamp covers all before it, so the youngest alone counts; without one, each signature counts by its
    timestamp, or by its own certificate where it has none. Whether anything is trusted is for `verify_copy`.

    Raises:
        AlteredCore: it is not one of our copies.
    """
    trail = read_copy(data).trail
    rules = algorithms or of_this_release()
    return min(end for token, cms in _resting_on(trail) for end in _ends(trail, token, cms, rules))


def _resting_on(trail: Trail) -> Iterator[tuple[TokenParts | None, CmsParts]]:
    if trail.stamps:
        yield trail.stamps[-1].token, trail.stamps[-1].token.cms
        return
    for one in (trail.officer, trail.agency):
        yield one.token, one.token.cms if one.token is not None else one.cms


def _ends(trail: Trail, token: TokenParts | None, cms: CmsParts, rules: Algorithms) -> Iterator[dt.datetime]:
    yield parse_certificate(cms.signer).not_valid_after_utc
    scheme, digest = scheme_of(cms.der)
    days = [rules.until(scheme, key_bits(cms.signer), digest)]
    if token is not None:
        days.append(rules.digests.get(token.imprint[0], dt.date.min))
    for fact in needed([cms], trail.held.certificates)[0]:
        algorithm = asn1.Certificate.load(fact.der)["signature_algorithm"]
        scheme, digest = named(algorithm)
        days.append(rules.until(scheme, _ENDLESS, digest))
    for day in days:
        if day is not None:
            yield dt.datetime.combine(day, dt.time(), dt.UTC)
