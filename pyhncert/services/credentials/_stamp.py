"""Answers of a timestamp service (RFC 3161) that stands before the trial authority's timestamps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyhncert.errors import HncertError
from pyhncert.identify import profiles

if TYPE_CHECKING:
    from pyhncert.identify import TrialAuthority

__all__ = ["stamp_answer"]

_LENGTHS = {"sha256": 32, "sha384": 48, "sha512": 64}


class _No(Exception):
    """A refusal: RFC 3161's name for it, and the words."""


def stamp_answer(authority: TrialAuthority, request: bytes) -> bytes:
    """A TimeStampResp (DER) to a TimeStampReq (DER), whatever comes; a refusal names its reason (RFC 3161, 2.4.2)."""
    from asn1crypto import core, tsp  # noqa: PLC0415  slow to import

    try:
        token = _token(authority, request)
    except _No as no:
        failure, words = no.args
        status = tsp.PKIStatusInfo({"status": "rejection", "status_string": [words], "fail_info": {failure}}).dump()
        return bytes(core.Sequence(contents=status).dump())
    return bytes(core.Sequence(contents=tsp.PKIStatusInfo({"status": "granted"}).dump() + token).dump())


def _token(authority: TrialAuthority, request: bytes) -> bytes:
    from asn1crypto import tsp  # noqa: PLC0415

    try:
        asked = tsp.TimeStampReq.load(request, strict=True)
        version, imprint = asked["version"].native, asked["message_imprint"]
        algorithm, digest = imprint["hash_algorithm"]["algorithm"].native, imprint["hashed_message"].native
        policy = asked["req_policy"].dotted if asked["req_policy"].native is not None else None
        nonce, certificates = asked["nonce"].native, bool(asked["cert_req"].native)
        extensions = list(asked["extensions"] or ())
    except (ValueError, TypeError, KeyError, AttributeError) as err:
        raise _No("bad_data_format", "this is no timestamp request") from err
    own = profiles()["timestamp"].policy
    if version != "v1" or (nonce is not None and nonce < 0):
        raise _No("bad_request", "version 1 and a nonce that is not negative are answered")
    if algorithm not in _LENGTHS:
        raise _No("bad_alg", f"digest {algorithm} is not stamped; use sha256, sha384 or sha512")
    if len(digest) != _LENGTHS[algorithm]:
        raise _No("bad_data_format", f"a {algorithm} digest has {_LENGTHS[algorithm]} bytes")
    if own is not None and policy not in (None, own.dotted_string):
        raise _No("unaccepted_policy", f"the policy is {own.dotted_string}")
    if extensions:
        raise _No("unaccepted_extensions", "no extension is understood")
    raw = None if nonce is None else nonce.to_bytes((nonce.bit_length() + 8) // 8, "big")
    try:
        token = authority.timestamp(digest, algorithm, nonce=raw)
    except HncertError as err:
        raise _No("system_failure", "the service has a fault; try again later") from err
    return token if certificates else _without_certificates(token)


def _without_certificates(token: bytes) -> bytes:
    """The token for a client that has the certificate (RFC 3161, 2.4.1, certReq); no signature covers them."""
    from asn1crypto import cms  # noqa: PLC0415

    info: Any = cms.ContentInfo.load(token)
    del info["content"]["certificates"]
    return bytes(info.dump(force=True))
