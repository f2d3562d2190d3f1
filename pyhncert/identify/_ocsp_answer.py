"""An OCSP response (RFC 6960), read: what it says, about whom, when, and who may say so."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from asn1crypto import ocsp
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from pyhncert import _core
from pyhncert.errors import AlteredCore, CertificateFault, RevocationFault, UsageFault
from pyhncert.identify._algorithms import SCHEMES, algorithms
from pyhncert.identify._certificates import is_issued_by, parse_certificate
from pyhncert.identify._limits import check_limits

__all__ = ["OcspAnswer", "OcspRefusal", "answer_signer", "one_answer", "read_ocsp"]

_HASHES = ("sha1", "sha256", "sha384", "sha512")


class OcspRefusal(RevocationFault):
    """The responder answered that it does not answer; `status` is its word (RFC 6960, 4.2.1)."""

    def __init__(self, status: str) -> None:
        super().__init__(
            f"the responder answered: {status}", f"dịch vụ OCSP trả lời: {status}", refusal="ocsp_answer_wrong"
        )
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True)
class OcspAnswer:
    """One response about one certificate; nothing of it is believed before `answer_signer` names its signer."""

    der: bytes
    status: Literal["good", "revoked", "unknown"]
    serial: int
    hash_name: str
    name_hash: bytes
    key_hash: bytes
    this_update: dt.datetime
    next_update: dt.datetime | None
    produced_at: dt.datetime
    revoked_at: dt.datetime | None
    reason: str
    nonce: bytes | None
    responder: bytes | None
    """The certificate of the delegated responder that it carries, DER."""
    body: bytes
    algorithm: bytes
    scheme: str
    digest: str
    signature: bytes

    @property
    def ends(self) -> dt.datetime:
        """Until when it holds; one that does not say holds for a time of ours."""
        return self.next_update or self.this_update + dt.timedelta(seconds=check_limits().ocsp_unsaid_s)

    @property
    def stands_alone(self) -> bool:
        """Whether its signer's own status need not be asked: the CA itself, or a responder with ``ocsp-nocheck``."""
        if self.responder is None:
            return True
        try:
            parse_certificate(self.responder).extensions.get_extension_for_class(x509.OCSPNoCheck)
        except x509.ExtensionNotFound:
            return False
        return True

    def names(self, issuer_name: bytes, serial: int) -> bool:
        """Whether it is about the certificate `serial` of the CA called `issuer_name` (DER)."""
        return self.serial == serial and hashlib.new(self.hash_name, issuer_name).digest() == self.name_hash

    def is_about(self, certificate: bytes, issuer: bytes) -> bool:
        """Whether it is about `certificate`, by the name and the key of its `issuer`."""
        key = _key_bits(issuer)
        found = parse_certificate(certificate)
        return (
            self.names(found.issuer.public_bytes(), found.serial_number)
            and hashlib.new(self.hash_name, key).digest() == self.key_hash
        )


def _key_bits(certificate: bytes) -> bytes:
    """The public key itself, as OCSP digests it (RFC 6960, 4.1.1)."""
    from asn1crypto import keys  # noqa: PLC0415

    info = keys.PublicKeyInfo.load(_core.certificate_spki(certificate))
    return bytes(info["public_key"].contents[1:])


@lru_cache(maxsize=64)
def read_ocsp(der: bytes) -> OcspAnswer:
    """The one answer in a response.

    Raises:
        OcspRefusal: the responder says that it gives none.
        RevocationFault: it cannot be read, is about several certificates, or is in no form that is known here.
    """
    try:
        return _read(der)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, CertificateFault) as err:
        raise _wrong(f"it cannot be read ({err})") from err


def _read(der: bytes) -> OcspAnswer:
    response = ocsp.OCSPResponse.load(der, strict=True)
    if response["response_status"].native != "successful":
        raise OcspRefusal(str(response["response_status"].native).replace("_", " "))
    if response["response_bytes"]["response_type"].native != "basic_ocsp_response":
        raise _wrong("it is of an unknown type")
    basic = response.basic_ocsp_response
    body = basic["tbs_response_data"]
    if len(body["responses"]) != 1:
        raise _wrong("it is about several certificates, or none")
    one = body["responses"][0]
    for extension in (*_extensions(body["response_extensions"]), *_extensions(one["single_extensions"])):
        if extension["critical"].native:
            raise _wrong(f"it demands a rule that is not known here ({extension['extn_id'].dotted})")
    about, status = one["cert_id"], one["cert_status"]
    hash_name = about["hash_algorithm"]["algorithm"].native
    if hash_name not in _HASHES:
        raise _wrong(f"it names the certificate by {hash_name}")
    revoked = status.chosen if status.name == "revoked" else None
    nonces = [e["extn_value"] for e in _extensions(body["response_extensions"]) if e["extn_id"].native == "nonce"]
    algorithm = basic["signature_algorithm"]
    return OcspAnswer(
        der=der,
        status=status.name,
        serial=about["serial_number"].native,
        hash_name=hash_name,
        name_hash=about["issuer_name_hash"].native,
        key_hash=about["issuer_key_hash"].native,
        this_update=one["this_update"].native,
        next_update=one["next_update"].native,
        produced_at=body["produced_at"].native,
        revoked_at=revoked["revocation_time"].native if revoked is not None else None,
        reason=(revoked["revocation_reason"].native or "unspecified") if revoked is not None else "",
        nonce=nonces[0].parsed.native if nonces else None,
        responder=_responder(basic, hash_name, about["issuer_name_hash"].native),
        body=body.dump(),
        algorithm=algorithm.dump(),
        scheme=SCHEMES[algorithm.signature_algo],
        digest=algorithm.hash_algo,
        signature=basic["signature"].native,
    )


def _extensions(found: ocsp.ResponseDataExtensions) -> list[ocsp.ResponseDataExtension]:
    return list(found) if found.native is not None else []


def _responder(basic: ocsp.BasicOCSPResponse, hash_name: str, name_hash: bytes) -> bytes | None:
    """The certificate that goes by the name or key of the signer, where it is carried and not the CA's own."""
    who = basic["tbs_response_data"]["responder_id"]
    for certificate in basic["certs"] if basic["certs"].native is not None else ():
        der: bytes = certificate.dump()
        if hashlib.new(hash_name, certificate.subject.dump()).digest() == name_hash:
            continue
        if who.name == "by_name":
            if certificate.subject == who.chosen:
                parse_certificate(der)
                return der
        elif hashlib.sha1(_key_bits(der)).digest() == who.native:  # noqa: S324 - the form of RFC 6960, 4.2.1
            return der
    return None


def one_answer(der: bytes) -> bytes:
    """The response in one form: with its signer's certificate, and none of the others that came with it.

    Raises:
        RevocationFault: as `read_ocsp`.
    """
    answer = read_ocsp(der)
    parts = [answer.body, answer.algorithm, _tlv(0x03, b"\x00" + answer.signature)]
    if answer.responder is not None:
        parts.append(_tlv(0xA0, _tlv(0x30, answer.responder)))
    basic = _tlv(0x04, _tlv(0x30, b"".join(parts)))
    kind = bytes.fromhex("06092b0601050507300101")  # id-pkix-ocsp-basic
    return _tlv(0x30, b"\x0a\x01\x00" + _tlv(0xA0, _tlv(0x30, kind + basic)))


def _tlv(tag: int, value: bytes) -> bytes:
    size = len(value)
    if size < 0x80:
        return bytes((tag, size)) + value
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + value


def answer_signer(answer: OcspAnswer, issuer: bytes, *, at: dt.datetime | None) -> bytes:
    """The certificate (DER) whose key signed: `issuer`, or a responder which it made for that (RFC 6960, 4.2.2.2).

    The responder's certificate must have been valid when the answer was made, and the algorithm allowed at `at`, where
    that is given; its own status is not looked at, see `OcspAnswer.stands_alone`.

    Raises:
        RevocationFault: nobody who may has signed.
    """
    signer = answer.responder or issuer
    if signer != issuer:
        _check_delegated(answer, signer, issuer)
    try:
        _core.verify_signature(signer, answer.body, answer.signature, scheme=answer.scheme, digest=answer.digest)
    except (AlteredCore, UsageFault, CertificateFault) as err:
        raise _wrong("its signature does not verify") from err
    bits = getattr(parse_certificate(signer).public_key(), "key_size", 0)
    if at is not None and not algorithms().allows(answer.scheme, bits, answer.digest, at):
        raise _wrong(f"it is signed by {answer.scheme} {bits}, {answer.digest}, which proves nothing any more")
    return signer


def _check_delegated(answer: OcspAnswer, signer: bytes, issuer: bytes) -> None:
    found = parse_certificate(signer)
    if found.issuer != parse_certificate(issuer).subject or not is_issued_by(signer, issuer):
        raise _wrong("its signer has its certificate from another CA")
    try:
        purposes = set(found.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)
    except x509.ExtensionNotFound:
        purposes = set()
    try:
        usage = found.extensions.get_extension_for_class(x509.KeyUsage).value
        signs = usage.digital_signature or usage.content_commitment
    except x509.ExtensionNotFound:
        signs = True
    if ExtendedKeyUsageOID.OCSP_SIGNING not in purposes or not signs:
        raise _wrong("its signer's certificate is not made for that")
    if not found.not_valid_before_utc <= answer.produced_at <= found.not_valid_after_utc:
        raise _wrong("its signer's certificate was not valid when it was made")


def _wrong(what: str) -> RevocationFault:
    return RevocationFault(
        f"OCSP answer is not believed: {what}; tell the operator of the responder",
        f"không chấp nhận câu trả lời OCSP: {what}; hãy báo cho đơn vị vận hành",
        refusal="ocsp_answer_wrong",
    )
