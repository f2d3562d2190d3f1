"""What a CMS and a timestamp token carry: read, not judged.

`read_cms` is strict about shape (DER, one signer, no second reading); whether a signature verifies is for `verify`.
RFC 5652, RFC 3161, ETSI EN 319 122-1.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import Any

from asn1crypto import algos, cms, tsp

from pyhncert import _core
from pyhncert.errors import AlteredCore
from pyhncert.issue._dss_x509 import certificate_facts

DIGESTS = ("sha256", "sha384", "sha512")
SIGNATURE_TIMESTAMP = "1.2.840.113549.1.9.16.2.14"


@dataclass(frozen=True, slots=True)
class CmsParts:
    """One signer's CMS, taken apart; everything is DER."""

    der: bytes
    certificates: tuple[bytes, ...]
    signer: bytes
    signed_attributes: bytes
    signature: bytes
    digest: str
    content_type: str
    content: bytes | None
    message_digest: bytes
    certificate_digest: tuple[str, bytes]
    token: bytes | None


@dataclass(frozen=True, slots=True)
class TokenParts:
    """A timestamp token: its CMS, what it stamps, and when."""

    cms: CmsParts
    imprint: tuple[str, bytes]
    at: dt.datetime
    accuracy_s: float

    def stamps(self, signature: bytes) -> bool:
        """Whether the token was made over `signature`."""
        algorithm, digest = self.imprint
        return algorithm in DIGESTS and hashlib.new(algorithm, signature).digest() == digest


def _broken() -> AlteredCore:
    return AlteredCore("the signature's encoding is not DER", "mã hóa của chữ ký không phải DER")


def _shape(what: str) -> AlteredCore:
    return AlteredCore(f"the signature is not in its one permitted form: {what}", f"chữ ký sai dạng cho phép: {what}")


def read_cms(der: bytes) -> CmsParts:
    """The parts of a CMS with exactly one signer.

    Raises:
        AlteredCore: it is not DER, or not of this shape.
    """
    try:
        _core.check_der(der)
    except AlteredCore as err:
        raise _broken() from err
    try:
        return _read_cms(der)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError) as err:
        raise _shape("CMS") from err


def _read_cms(der: bytes) -> CmsParts:
    info = cms.ContentInfo.load(der, strict=True)
    if info["content_type"].native != "signed_data":
        raise _shape("contentType")
    signed = info["content"]
    signers = signed["signer_infos"]
    if len(signers) != 1 or len(signed["crls"]):
        raise _shape("signerInfos, crls")
    signer = signers[0]
    plain = signed["encap_content_info"]["content_type"].native == "data"
    if signed["version"].native != ("v1" if plain else "v3") or signer["version"].native != "v1":
        raise _shape("version")
    algorithms = signed["digest_algorithms"]
    if len(algorithms) != 1 or _algorithm(algorithms[0]) != _algorithm(signer["digest_algorithm"]):
        raise _shape("digestAlgorithms")
    choices = list(signed["certificates"])
    certificates = tuple(choice.chosen.dump() for choice in choices)
    if any(choice.name != "certificate" for choice in choices) or len(set(certificates)) != len(certificates):
        raise _shape("certificates")
    sid = signer["sid"]
    if sid.name != "issuer_and_serial_number":
        raise _shape("sid")
    named = (sid.chosen["issuer"].dump(), sid.chosen["serial_number"].dump())
    own = [der for der in certificates if (certificate_facts(der).issuer, certificate_facts(der).serial) == named]
    if len(own) != 1:
        raise _shape("sid")
    attributes = _attributes(signer["signed_attrs"])
    unsigned = _attributes(signer["unsigned_attrs"])
    if unsigned.keys() - {SIGNATURE_TIMESTAMP}:
        raise _shape("unsignedAttrs")
    content_type = signed["encap_content_info"]["content_type"].native
    if attributes["1.2.840.113549.1.9.3"].native != content_type:
        raise _shape("contentType")
    content = signed["encap_content_info"]["content"]
    token = unsigned.get(SIGNATURE_TIMESTAMP)
    return CmsParts(
        der=der,
        certificates=certificates,
        signer=own[0],
        signed_attributes=signer["signed_attrs"].untag().dump(),
        signature=signer["signature"].native,
        digest=signer["digest_algorithm"]["algorithm"].native,
        content_type=content_type,
        content=content.parsed.dump() if content_type == "tst_info" else None,
        message_digest=attributes["1.2.840.113549.1.9.4"].native,
        certificate_digest=_certificate_digest(attributes),
        token=token.dump() if token is not None else None,
    )


def _algorithm(identifier: algos.DigestAlgorithm) -> bytes:
    """The OID, DER; parameters may be absent or NULL (RFC 5754, 2)."""
    name: bytes = identifier["algorithm"].dump()
    if identifier.dump() not in (b"\x30%c%b" % (len(name), name), b"\x30%c%b\x05\x00" % (len(name) + 2, name)):
        raise _shape("digestAlgorithm")
    return name


def _attributes(found: cms.CMSAttributes) -> dict[str, Any]:
    """Attribute values by type; each type once, with one value."""
    values: dict[str, Any] = {}
    for attribute in found or ():
        kind = attribute["type"].dotted
        if kind in values or len(attribute["values"]) != 1:
            raise _shape(kind)
        values[kind] = attribute["values"][0]
    return values


def _certificate_digest(attributes: dict[str, Any]) -> tuple[str, bytes]:
    second = attributes.get("1.2.840.113549.1.9.16.2.47")
    if second is not None:
        entry = second["certs"][0]
        return entry["hash_algorithm"]["algorithm"].native, entry["cert_hash"].native
    first = attributes["1.2.840.113549.1.9.16.2.12"]["certs"][0]
    return "sha1", first["cert_hash"].native


def read_token(der: bytes) -> TokenParts:
    """The parts of a timestamp token.

    Raises:
        AlteredCore: it is not one.
    """
    parts = read_cms(der)
    if parts.content_type != "tst_info" or parts.content is None or parts.token is not None:
        raise _shape("TSTInfo")
    try:
        info = tsp.TSTInfo.load(parts.content, strict=True)
        imprint = info["message_imprint"]
        accuracy = info["accuracy"].native or {}
        return TokenParts(
            cms=parts,
            imprint=(imprint["hash_algorithm"]["algorithm"].native, imprint["hashed_message"].native),
            at=info["gen_time"].native,
            accuracy_s=(accuracy.get("seconds") or 0)
            + (accuracy.get("millis") or 0) / 1e3
            + (accuracy.get("micros") or 0) / 1e6,
        )
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError) as err:
        raise _shape("TSTInfo") from err
