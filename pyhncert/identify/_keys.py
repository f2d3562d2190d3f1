"""Keys and whose they are: a private key that is never shown, and a credential that signs."""

from __future__ import annotations

import warnings
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal, Protocol

from cryptography import x509
from cryptography.exceptions import InternalError, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    pkcs12,
)

from pyhncert import _core
from pyhncert.errors import KeyFault
from pyhncert.identify._certificates import common_name, is_issued_by, parse_certificate, read_certificates

__all__ = ["Credential", "Password", "PrivateKey", "Scheme", "Signer", "load_credential"]

Scheme = Literal["rsa-pss", "rsa-v15", "ecdsa"]
DigestName = Literal["sha256", "sha384", "sha512"]
Password = Callable[[], str]
"""Asks for a password when one is needed, and only then."""


class Signer(Protocol):
    """Whatever holds a private key: a soft key today, a token or a remote gateway later."""

    @property
    def bits(self) -> int:
        """Size of the modulus or the curve."""

    @property
    def signature_len(self) -> int:
        """Longest signature in bytes."""

    @property
    def public_spki(self) -> bytes:
        """The public key, SubjectPublicKeyInfo in DER."""

    def sign(self, message: bytes, /, *, scheme: str, digest: str) -> bytes:
        """The signature over `message`; ECDSA in DER."""

    def sign_fixed(self, message: bytes, /) -> bytes:
        """The ECDSA signature as r and s of equal width."""


class PrivateKey:
    """A private key in memory, parsed once; neither `repr` nor pickling tells anything of it."""

    __slots__ = ("_key",)

    def __init__(self, pkcs8: bytes) -> None:
        try:
            self._key = _core.SigningKey(pkcs8)
        except KeyFault as err:
            raise KeyFault(
                f"{err}; use RSA of 2048 bits and more, P-256 or P-384",
                "khóa bí mật không dùng được; cần RSA từ 2048 bit, P-256 hoặc P-384 dạng PKCS#8",
            ) from err

    @property
    def bits(self) -> int:
        """Size of the modulus or the curve."""
        return self._key.bits

    @property
    def signature_len(self) -> int:
        """Longest signature in bytes."""
        return self._key.signature_len

    @property
    def public_spki(self) -> bytes:
        """The public key, SubjectPublicKeyInfo in DER."""
        return self._key.public_spki

    @property
    def scheme(self) -> str:
        """What the key signs by where nothing else is asked: ``rsa-pss`` or ``ecdsa``."""
        return self._key.scheme

    @property
    def digest(self) -> str:
        """The digest that goes with `scheme`."""
        return self._key.digest

    def sign(self, message: bytes, /, *, scheme: str, digest: str) -> bytes:
        """The signature over `message`; ECDSA in DER.

        Raises:
            KeyFault: this key does not sign by this scheme and digest.
        """
        return self._key.sign(message, scheme=scheme, digest=digest)

    def sign_fixed(self, message: bytes, /) -> bytes:
        """The ECDSA signature with the curve's own digest, r and s of equal width.

        Raises:
            KeyFault: an RSA key.
        """
        return self._key.sign_fixed(message)

    def __repr__(self) -> str:
        return f"<PrivateKey of {self.bits} bits>"

    def __reduce__(self) -> str:
        raise TypeError("a private key is not copied or stored")


class KeyElsewhere(ABC):
    """What is known of a key that never comes here, by its certificate: on a token, in a service."""

    @property
    @abstractmethod
    def certificate(self) -> bytes:
        """Its certificate, DER."""

    @property
    def bits(self) -> int:
        """Size of the modulus or the curve."""
        return self._public().key_size

    @property
    def signature_len(self) -> int:
        """Longest signature in bytes."""
        key = self._public()
        return key.key_size // 8 if isinstance(key, rsa.RSAPublicKey) else 2 * ((key.key_size + 7) // 8) + 8

    @property
    def public_spki(self) -> bytes:
        """The public key of its certificate, SubjectPublicKeyInfo in DER."""
        return _core.certificate_spki(self.certificate)

    @property
    def scheme(self) -> str:
        """What the key signs by where nothing else is asked: ``rsa-pss`` or ``ecdsa``."""
        return "rsa-pss" if isinstance(self._public(), rsa.RSAPublicKey) else "ecdsa"

    @property
    def digest(self) -> str:
        """The digest that goes with `scheme`."""
        return "sha384" if self.scheme == "ecdsa" and self.bits == 384 else "sha256"

    def __reduce__(self) -> str:
        raise TypeError("a private key is not copied or stored")

    def _public(self) -> rsa.RSAPublicKey | ec.EllipticCurvePublicKey:
        key = parse_certificate(self.certificate).public_key()
        if not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
            name = common_name(self.certificate)
            raise KeyFault(
                f"key of {name} is neither RSA nor on an elliptic curve; use another",
                f"khóa của {name} không phải RSA hay đường cong elliptic; hãy dùng khóa khác",
            )
        return key


def no_fixed_form() -> KeyFault:
    """What is said where an RSA key is asked for r and s."""
    return KeyFault("an RSA signature has no fixed form", "chữ ký RSA không có dạng cố định")


@dataclass(frozen=True, kw_only=True)
class Credential:
    """A certificate (DER), the CA certificates above it, and the key that signs for it.

    Raises:
        CertificateFault: the certificate cannot be read.
        KeyFault: the key is not the certificate's, or does not sign by `scheme`.
    """

    certificate: bytes = field(repr=False)
    chain: tuple[bytes, ...] = field(repr=False)
    key: Signer
    scheme: str
    digest: str

    def __post_init__(self) -> None:
        if _core.certificate_spki(self.certificate) != self.key.public_spki:
            raise KeyFault(
                f"private key is not that of {self.name}'s certificate; use the pair that belongs together",
                f"khóa bí mật không khớp chứng thư số của {self.name}; hãy dùng đúng cặp khóa",
            )
        # also says whether key, scheme and digest go together, before anything slow
        try:
            _core.cms_prepare(
                bytes({"sha256": 32, "sha384": 48, "sha512": 64}.get(self.digest, 0)),
                digest=self.digest,
                scheme=self.scheme,
                certificate=self.certificate,
            )
        except KeyFault as err:
            raise KeyFault(
                f"key of {self.name} does not sign by {self.scheme}; correct the scheme in office.toml",
                f"khóa của {self.name} không ký theo {self.scheme}; hãy sửa kiểu ký trong office.toml",
            ) from err

    @property
    def x509(self) -> x509.Certificate:
        """The certificate, parsed."""
        return parse_certificate(self.certificate)

    @cached_property
    def name(self) -> str:
        """Whose it is: the certificate's common name."""
        return common_name(self.certificate)

    def sign(self, tbs: bytes) -> bytes:
        """The signature over `tbs` by this credential's scheme and digest."""
        return self.key.sign(tbs, scheme=self.scheme, digest=self.digest)

    def sign_fixed(self, tbs: bytes) -> bytes:
        """The ECDSA signature over `tbs` as r and s of equal width (for the QR code)."""
        return self.key.sign_fixed(tbs)

    def cms(self, content_digest: bytes, *, timestamp: Callable[[bytes], bytes | None] | None = None) -> bytes:
        """A whole detached CMS over content of this digest; `timestamp` is given the signature and returns a token."""
        attributes = _core.cms_prepare(
            content_digest, digest=self.digest, scheme=self.scheme, certificate=self.certificate
        )
        signature = self.sign(attributes)
        return _core.cms_finish(
            attributes,
            signature,
            digest=self.digest,
            scheme=self.scheme,
            certificate=self.certificate,
            chain=list(self.chain),
            timestamp=timestamp(signature) if timestamp else None,
        )


# pbeWithSHAAnd128BitRC4, …40BitRC4, …128BitRC2-CBC, …40BitRC2-CBC (RFC 7292, appendix C)
_OUTDATED = [bytes.fromhex("060a2a864886f70d010c01") + bytes([last]) for last in (1, 2, 5, 6)]


def _no_password(path: Path) -> KeyFault:
    return KeyFault(
        f"key file {path.name} is encrypted and no password was given; give one",
        f"tệp khóa {path.name} có mật khẩu nhưng chưa được cung cấp; hãy nhập mật khẩu",
    )


def _wrong_password(path: Path) -> KeyFault:
    return KeyFault(
        f"password of {path.name} is wrong, or the file is damaged; type it again",
        f"sai mật khẩu của {path.name}, hoặc tệp bị hỏng; hãy nhập lại",
    )


def _unreadable(path: Path, err: Exception) -> KeyFault:
    return KeyFault(
        f"key file {path.name} cannot be read ({err}); it must be PKCS#12 (.p12, .pfx) or PKCS#8 PEM",
        f"không đọc được tệp khóa {path.name} ({err}); tệp phải là PKCS#12 (.p12, .pfx) hoặc PEM PKCS#8",
    )


def _legacy(path: Path) -> KeyFault:
    return KeyFault(
        f"password of {path.name} is wrong, or its outdated encryption (RC2, RC4) is no longer read here; "
        "type it again, or export the file with AES-256",
        f"sai mật khẩu của {path.name}, hoặc máy này không còn đọc kiểu mã hóa lỗi thời (RC2, RC4) của tệp; "
        "hãy nhập lại hoặc xuất lại tệp với AES-256",
    )


def _load_p12(path: Path, data: bytes, password: Password | None) -> tuple[bytes, bytes, list[bytes]]:
    secret = password().encode() if password else None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # BER, as some CAs' tools write it, is no news for an officer
            found = pkcs12.load_pkcs12(data, secret)
    except (UnsupportedAlgorithm, InternalError) as err:
        raise _legacy(path) from err
    except ValueError as err:
        if "password" in str(err).lower():
            if password is None:
                raise _no_password(path) from err
            raise (_legacy if any(oid in data for oid in _OUTDATED) else _wrong_password)(path) from err
        raise _unreadable(path, err) from err
    except TypeError as err:
        raise _unreadable(path, err) from err
    if found.key is None or found.cert is None:
        what = "private key" if found.key is None else "certificate"
        raise KeyFault(
            f"key file {path.name} holds no {what}; export key and certificate together",
            f"tệp khóa {path.name} thiếu {'khóa bí mật' if found.key is None else 'chứng thư số'}; hãy xuất cả cặp",
        )
    pkcs8 = found.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    others = [extra.certificate.public_bytes(Encoding.DER) for extra in found.additional_certs]
    return pkcs8, found.cert.certificate.public_bytes(Encoding.DER), others


def _load_pem(path: Path, data: bytes, password: Password | None) -> tuple[bytes, bytes, list[bytes]]:
    encrypted = b"ENCRYPTED" in data
    if encrypted and password is None:
        raise _no_password(path)
    try:
        # whoever may write this file may as well put another key into it, and testing the primes costs 0.1 s
        key = load_pem_private_key(
            data, password().encode() if encrypted and password else None, unsafe_skip_rsa_key_validation=True
        )
    except UnsupportedAlgorithm as err:
        raise _legacy(path) from err
    except (ValueError, TypeError) as err:
        if encrypted:
            raise _wrong_password(path) from err
        raise _unreadable(path, err) from err
    pkcs8 = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    certificates = read_certificates(data)
    spki = PrivateKey(pkcs8).public_spki
    own = [der for der in certificates if _core.certificate_spki(der) == spki]
    if not own:
        raise KeyFault(
            f"key file {path.name} holds no certificate of its key; put both into it",
            f"tệp khóa {path.name} không có chứng thư số của khóa; hãy đặt cả hai vào tệp",
        )
    return pkcs8, own[0], [der for der in certificates if der != own[0]]


def load_credential(
    path: Path, password: Password | None = None, *, scheme: str | None = None, authorities: Sequence[bytes] = ()
) -> Credential:
    """A credential from PKCS#12 (``.p12``, ``.pfx``) or PEM (PKCS#8 key and certificates in one file).

    `password` is called for PKCS#12 and for encrypted PEM, never for plain PEM.
    Without `scheme`, RSA signs by RSASSA-PSS (SPEC 1.10). `authorities` are CA certificates (DER) from which the chain
    is completed where the file holds only the signer's.

    Raises:
        KeyFault: missing or unreadable file, wrong password, outdated encryption, key and certificate not a pair.
        CertificateFault: a certificate that cannot be read.
    """
    try:
        data = path.read_bytes()
    except OSError as err:
        raise KeyFault(
            f"key file {path} cannot be opened ({err.strerror}); check the path in office.toml",
            f"không mở được tệp khóa {path} ({err.strerror}); hãy kiểm tra đường dẫn trong office.toml",
        ) from err
    load = _load_pem if b"-----BEGIN " in data else _load_p12
    pkcs8, certificate, others = load(path, data, password)
    key = PrivateKey(pkcs8)
    return Credential(
        certificate=certificate,
        chain=issuers(certificate, [*others, *authorities]),
        key=key,
        scheme=scheme or key.scheme,
        digest=key.digest,
    )


def issuers(certificate: bytes, others: list[bytes]) -> tuple[bytes, ...]:
    """Those of `others` that lead up from `certificate`, in order, without the self-signed root."""
    chain: list[bytes] = []
    below = certificate
    while len(chain) < 8:
        name = parse_certificate(below).issuer
        above = [der for der in others if parse_certificate(der).subject == name and is_issued_by(below, der)]
        if not above or parse_certificate(above[0]).issuer == name:
            break
        below = above[0]
        chain.append(below)
    return tuple(chain)
