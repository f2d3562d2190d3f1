"""Certificates and revocation lists of a trial authority: what is in each, and nothing of where it lies."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from pyhncert.errors import UsageFault

AgencyKey = Literal["rsa-3072", "rsa-2048", "p-384", "p-256"]
Usage = Literal["signature", "timestamp", "qr"]
Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

NO_VALUE = "TRIAL / THỬ NGHIỆM - no legal value"
POLICY = x509.ObjectIdentifier("2.16.840.1.101.3.2.1.48.1")
"""NIST's test policy 1 (PKITS): a policy under which nothing is promised."""
_ANY_POLICY = x509.ObjectIdentifier("2.5.29.32.0")
_NOTICE = "Trial certificate: no legal value. Chứng thư số thử nghiệm: không có giá trị pháp lý."
_BACK = dt.timedelta(minutes=10)
"""How far before its making a certificate is valid, for clocks that are a little slow."""


@dataclass(frozen=True, slots=True)
class Issuer:
    """A CA's certificate and key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


def new_key(kind: str) -> Key:
    """A fresh key: ``rsa-3072``, ``rsa-2048``, ``p-384`` or ``p-256``.

    Raises:
        UsageFault: another kind.
    """
    match kind:
        case "rsa-3072" | "rsa-2048":
            return rsa.generate_private_key(65537, int(kind[4:]))
        case "p-384":
            return ec.generate_private_key(ec.SECP384R1())
        case "p-256":
            return ec.generate_private_key(ec.SECP256R1())
    raise UsageFault(
        f"key kind {kind!r} is unknown; use rsa-3072, rsa-2048, p-384 or p-256",
        f"không có loại khóa {kind!r}; hãy dùng rsa-3072, rsa-2048, p-384 hoặc p-256",
    )


def key_pem(key: Key) -> bytes:
    """The key as unencrypted PKCS#8 PEM; a trial key has no legal value."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def subject(name: str, *, organisation: str = NO_VALUE, title: str | None = None) -> x509.Name:
    """A name under C=VN."""
    attributes = [
        x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation[:64]),
    ]
    if title:
        attributes.append(x509.NameAttribute(NameOID.TITLE, title[:64]))
    attributes.append(x509.NameAttribute(NameOID.COMMON_NAME, name[:64]))
    return x509.Name(attributes)


def _digest(key: Key) -> hashes.SHA256 | hashes.SHA384:
    if isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.key_size == 384:
        return hashes.SHA384()
    return hashes.SHA256()


def _key_usage(*, sign: bool = False, commit: bool = False, authority: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=sign,
        content_commitment=commit,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )


def _start(
    name: x509.Name, issuer: x509.Name, key: Key, *, serial: int, now: dt.datetime, years: int
) -> x509.CertificateBuilder:
    now = now.astimezone(dt.UTC).replace(microsecond=0)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(serial)
        .not_valid_before(now - _BACK)
        .not_valid_after(now + dt.timedelta(days=round(365.25 * years)))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def root_certificate(key: ec.EllipticCurvePrivateKey, *, serial: int, now: dt.datetime) -> x509.Certificate:
    """The self-signed trust anchor, 20 years."""
    name = subject("TRIAL Root CA - CA gốc thử nghiệm")
    return (
        _start(name, name, key, serial=serial, now=now, years=20)
        .add_extension(x509.BasicConstraints(ca=True, path_length=1), critical=True)
        .add_extension(_key_usage(authority=True), critical=True)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
        .sign(key, _digest(key))
    )


def _issued(builder: x509.CertificateBuilder, issuer: Issuer, crl_url: str) -> x509.Certificate:
    ski = issuer.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    aki = x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(ski)
    point = x509.DistributionPoint([x509.UniformResourceIdentifier(crl_url)], None, None, None)
    return (
        builder.add_extension(aki, critical=False)
        .add_extension(x509.CRLDistributionPoints([point]), critical=False)
        .sign(issuer.key, _digest(issuer.key))
    )


def issuing_certificate(
    key: ec.EllipticCurvePrivateKey, issuer: Issuer, *, serial: int, now: dt.datetime
) -> x509.Certificate:
    """The CA under the root that issues everything else, 10 years."""
    name = subject("TRIAL Issuing CA - CA cấp phát thử nghiệm")
    builder = (
        _start(name, issuer.certificate.subject, key, serial=serial, now=now, years=10)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(authority=True), critical=True)
        .add_extension(x509.CertificatePolicies([x509.PolicyInformation(_ANY_POLICY, None)]), critical=False)
    )
    return _issued(builder, issuer, "http://crl.trial.invalid/root.crl")


def leaf_certificate(
    name: x509.Name,
    key: Key,
    issuer: Issuer,
    *,
    serial: int,
    now: dt.datetime,
    years: int,
    usage: Usage,
) -> x509.Certificate:
    """A certificate for one who signs papers, timestamps, or QR codes."""
    notice = x509.PolicyInformation(POLICY, [x509.UserNotice(None, _NOTICE)])
    builder = (
        _start(name, issuer.certificate.subject, key, serial=serial, now=now, years=years)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(sign=True, commit=usage == "signature"), critical=True)
        .add_extension(x509.CertificatePolicies([notice]), critical=False)
    )
    if usage == "timestamp":  # RFC 3161, 2.3: critical, and this purpose alone
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
    return _issued(builder, issuer, "http://crl.trial.invalid/issuing.crl")


@dataclass(frozen=True, slots=True)
class Revocation:
    """One line of a revocation list."""

    serial: int
    at: dt.datetime
    reason: str


def revocation_list(
    issuer: Issuer, revoked: Sequence[Revocation], *, number: int, now: dt.datetime, life: dt.timedelta
) -> bytes:
    """A complete list, DER, good for `life` from `now`."""
    now = now.astimezone(dt.UTC).replace(microsecond=0)
    ski = issuer.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.certificate.subject)
        .last_update(now)
        .next_update(now + life)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(ski), critical=False)
        .add_extension(x509.CRLNumber(number), critical=False)
    )
    for line in revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(line.serial).revocation_date(line.at)
        if line.reason != "unspecified":  # RFC 5280, 5.3.1: left out rather than said
            entry = entry.add_extension(x509.CRLReason(x509.ReasonFlags(line.reason)), critical=False)
        builder = builder.add_revoked_certificate(entry.build())
    return builder.sign(issuer.key, _digest(issuer.key)).public_bytes(Encoding.DER)
