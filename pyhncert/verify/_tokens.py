"""A timestamp token: that it stamps what it should, and that its signer signed exactly it (RFC 3161, 2.4.2)."""

from __future__ import annotations

import hashlib

from asn1crypto import cms

from pyhncert import _core
from pyhncert.errors import AlteredCore
from pyhncert.identify._algorithms import SCHEMES
from pyhncert.issue._sign_structure import TokenParts
from pyhncert.verify._words import altered

_DIGESTS = frozenset({"sha256", "sha384", "sha512"})


class TokenDoubtError(AlteredCore):
    """A token that another party signed does not verify: no time is proven, and nobody can say by whose fault."""


def check_token(token: TokenParts, *, fits: bool) -> None:
    """Refuse a token that does not stamp what it should (`fits`), or was not signed by the certificate it names.

    Raises:
        AlteredCore: it stamps something else.
        TokenDoubtError: it is damaged inside.
    """
    if not fits:
        raise altered("token_imprint")
    parts = token.cms
    algorithm, digest = parts.certificate_digest
    if (
        algorithm not in (*_DIGESTS, "sha1")
        or hashlib.new(algorithm, parts.signer, usedforsecurity=False).digest() != digest
    ):
        raise _doubt()
    scheme, hashed = scheme_of(parts.der)
    if hashed != parts.digest or parts.digest not in _DIGESTS or parts.content is None:
        raise _doubt()
    if hashlib.new(parts.digest, parts.content).digest() != parts.message_digest:
        raise _doubt()
    try:
        _core.verify_signature(
            parts.signer, parts.signed_attributes, parts.signature, scheme=scheme, digest=parts.digest
        )
    except AlteredCore as err:
        raise _doubt() from err


def _doubt() -> TokenDoubtError:
    err = altered("token_damaged")
    return TokenDoubtError(err.say("en"), err.say("vi"))


def scheme_of(der: bytes) -> tuple[str, str]:
    """Scheme and digest of the one signer of a CMS.

    Raises:
        TokenDoubtError: unknown ones.
    """
    signer = cms.ContentInfo.load(der)["content"]["signer_infos"][0]
    algorithm = signer["signature_algorithm"]
    try:
        scheme = SCHEMES[algorithm.signature_algo]
    except (ValueError, KeyError) as err:
        raise _doubt() from err
    try:
        return scheme, algorithm.hash_algo
    except ValueError:
        return scheme, signer["digest_algorithm"]["algorithm"].native
