"""Certificates and revocation lists: read, cached by their bytes, described in words."""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from pyhncert import _core
from pyhncert.errors import AlteredCore, CertificateFault, RevocationFault
from pyhncert.identify._broken import BROKEN

__all__ = [
    "common_name",
    "is_issued_by",
    "key_usage_of",
    "parse_certificate",
    "parse_crl",
    "read_certificates",
    "read_crls",
    "shown_serial",
]

_PEM = b"-----BEGIN "
_PEM_CRL = re.compile(rb"-----BEGIN X509 CRL-----.+?-----END X509 CRL-----", re.DOTALL)


@lru_cache(maxsize=256)
def parse_certificate(der: bytes) -> x509.Certificate:
    """One certificate from DER; the same bytes give the same object.

    Raises:
        CertificateFault: the bytes are no certificate.
    """
    try:
        certificate = x509.load_der_x509_certificate(der)
        _ = certificate.extensions, certificate.subject, certificate.issuer
    except BROKEN as err:
        raise CertificateFault(
            f"certificate cannot be read ({err}); ask its issuer for a whole one",
            f"không đọc được chứng thư số ({err}); hãy xin lại bản đầy đủ từ nơi cấp",
        ) from err
    return certificate


@lru_cache(maxsize=16)  # a list of a large CA has megabytes
def parse_crl(der: bytes) -> x509.CertificateRevocationList:
    """One revocation list from DER; the same bytes give the same object.

    Raises:
        RevocationFault: the bytes are no revocation list.
    """
    try:
        crl = x509.load_der_x509_crl(der)
        _ = crl.extensions, crl.issuer, crl.last_update_utc
    except BROKEN as err:
        raise _no_crl(err) from err
    return crl


def read_certificates(data: bytes) -> tuple[bytes, ...]:
    """The certificates in `data`, DER (one) or PEM (any number), each as DER.

    Raises:
        CertificateFault: there is none, or one cannot be read.
    """
    if _PEM not in data:
        parse_certificate(data)
        return (data,)
    try:
        found = x509.load_pem_x509_certificates(data)
    except BROKEN as err:
        raise CertificateFault(
            f"no certificate can be read from this PEM ({err}); check the file",
            f"không đọc được chứng thư số từ tệp PEM ({err}); hãy kiểm tra tệp",
        ) from err
    ders = tuple(certificate.public_bytes(Encoding.DER) for certificate in found)
    for der in ders:
        parse_certificate(der)
    return ders


def read_crls(data: bytes) -> tuple[bytes, ...]:
    """The revocation lists in `data`, DER (one) or PEM (any number), each as DER.

    Raises:
        RevocationFault: there is none, or one cannot be read.
    """
    if _PEM not in data:
        parse_crl(data)
        return (data,)
    blocks = _PEM_CRL.findall(data)
    try:
        found = [x509.load_pem_x509_crl(block) for block in blocks]
    except BROKEN as err:
        raise _no_crl(err) from err
    if not found:
        raise _no_crl("no X509 CRL")
    ders = tuple(crl.public_bytes(Encoding.DER) for crl in found)
    for der in ders:
        parse_crl(der)
    return ders


def _no_crl(why: object) -> RevocationFault:
    return RevocationFault(
        f"revocation list cannot be read ({why}); fetch it again",
        f"không đọc được danh sách thu hồi ({why}); hãy tải lại",
    )


def is_issued_by(der: bytes, issuer: bytes, *, crl: bool = False) -> bool:
    """Whether the key of certificate `issuer` signed certificate (or, with `crl`, revocation list) `der`."""
    return _crl_issued(der, issuer) if crl else _issued(der, issuer)


@lru_cache(maxsize=256)
def _issued(der: bytes, issuer: bytes) -> bool:
    return _holds(der, issuer, crl=False)


@lru_cache(maxsize=16)
def _crl_issued(der: bytes, issuer: bytes) -> bool:
    return _holds(der, issuer, crl=True)


def _holds(der: bytes, issuer: bytes, *, crl: bool) -> bool:
    try:
        _core.verify_issued(der, issuer, crl=crl)
    except (AlteredCore, CertificateFault):
        return False
    return True


def key_usage_of(certificate: x509.Certificate) -> x509.KeyUsage | None:
    """What the key may do; None where nothing is said."""
    try:
        return certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return None


def common_name(name: x509.Name | bytes) -> str:
    """The name a person knows: CN, else O, else the whole; of a certificate's subject where DER is given."""
    if isinstance(name, bytes):
        name = parse_certificate(name).subject
    for oid in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME):
        for attribute in name.get_attributes_for_oid(oid):
            if isinstance(attribute.value, str):
                return attribute.value
    return name.rfc4514_string()


def shown_serial(certificate: x509.Certificate) -> str:
    """The serial number in hexadecimal, as certificate viewers show it."""
    return f"{certificate.serial_number:X}"


def shown_time(when: dt.datetime) -> str:
    """A time as people in Viet Nam write it, in their zone."""
    return when.astimezone(dt.timezone(dt.timedelta(hours=7))).strftime("%d/%m/%Y %H:%M:%S")
