"""Certificate requests (PKCS#10, RFC 2986): made by any key that signs, in a file or on a token; read strictly."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, Protocol

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from pyhncert.identify import key_kind
from pyhncert.identify._broken import BROKEN
from pyhncert.services.credentials._refusals import refusal

__all__ = ["Csr", "make_csr", "read_csr"]

_MOST = 1 << 16
_PSS_SALT = {"sha256": 32, "sha384": 48, "sha512": 64}


class Signs(Protocol):
    """A key that signs, wherever it lies."""

    @property
    def public_spki(self) -> bytes:
        """The public key, SubjectPublicKeyInfo in DER."""

    def sign(self, message: bytes, /, *, scheme: str, digest: str) -> bytes:
        """The signature over `message`; ECDSA in DER."""


@dataclass(frozen=True, slots=True)
class Csr:
    """A request whose signature holds: its DER, name, public key, and the SHA-256 of the SubjectPublicKeyInfo."""

    der: bytes
    subject: x509.Name
    public_key: rsa.RSAPublicKey | ec.EllipticCurvePublicKey
    key: bytes

    @property
    def kind(self) -> str:
        """The kind of key, as profiles name it."""
        return key_kind(self.public_key)


def make_csr(subject: x509.Name, signer: Signs, *, scheme: str, digest: str) -> bytes:
    """A request (DER) for `subject`, signed by `signer`; it asks for no extensions, since the profile decides those.

    Raises:
        KeyFault: the key does not sign.
    """
    from asn1crypto import algos, csr, keys  # noqa: PLC0415  slow to import
    from asn1crypto import x509 as names  # noqa: PLC0415

    info = csr.CertificationRequestInfo(
        {
            "version": "v1",
            "subject": names.Name.load(subject.public_bytes()),
            "subject_pk_info": keys.PublicKeyInfo.load(signer.public_spki),
            "attributes": [],
        }
    )
    signature = signer.sign(info.dump(), scheme=scheme, digest=digest)
    how: dict[str, Any] = {
        "algorithm": {"ecdsa": f"{digest}_ecdsa", "rsa-v15": f"{digest}_rsa"}.get(scheme, "rsassa_pss")
    }
    if scheme == "rsa-pss":
        how["parameters"] = algos.RSASSAPSSParams(
            {
                "hash_algorithm": {"algorithm": digest},
                "mask_gen_algorithm": {"algorithm": "mgf1", "parameters": {"algorithm": digest}},
                "salt_length": _PSS_SALT[digest],
            }
        )
    request = csr.CertificationRequest(
        {"certification_request_info": info, "signature_algorithm": how, "signature": signature}
    )
    return bytes(request.dump())


def read_csr(data: bytes) -> Csr:
    """The request in `data`, PEM or DER, whose own key has signed it.

    Raises:
        KeyFault: it is no request, or not signed by its key, or its key is of no use here.
    """
    if len(data) > _MOST:
        raise refusal("request_unreadable", why=f"longer than {_MOST >> 10} kB")
    try:
        load = x509.load_pem_x509_csr if b"-----BEGIN " in data else x509.load_der_x509_csr
        found = load(data)
        key, subject, holds = found.public_key(), found.subject, found.is_signature_valid
    except BROKEN as err:
        raise refusal("request_unreadable", why=err) from err
    if not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
        raise refusal("request_unreadable", why=f"its key is {key_kind(key)}")
    if not holds:
        raise refusal("request_not_signed")
    spki = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return Csr(found.public_bytes(Encoding.DER), subject, key, hashlib.sha256(spki).digest())
