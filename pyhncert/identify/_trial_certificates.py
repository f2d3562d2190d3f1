"""Certificates and revocation lists of a trial authority: what is in each, and nothing of where it lies."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID

from pyhncert.errors import UsageFault
from pyhncert.identify._profiles import Profile, key_kind, profiles

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

NO_VALUE = "TRIAL / THỬ NGHIỆM - no legal value"
_NOWHERE = "http://crl.trial.invalid"
"""Where the lists of an authority lie that has no service: at a name that can never exist (RFC 2606)."""
_BACK = dt.timedelta(minutes=10)
"""How far before its making a certificate is valid, for clocks that are a little slow."""


@dataclass(frozen=True, slots=True)
class Issuer:
    """A CA's certificate and key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


def new_key(kind: str) -> Key:
    """A fresh key: ``rsa-2048``, ``rsa-3072``, ``rsa-4096``, ``p-256`` or ``p-384``.

    Raises:
        UsageFault: another kind.
    """
    match kind:
        case "rsa-2048" | "rsa-3072" | "rsa-4096":
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


def subject(profile: str, name: str, *, organisation: str = NO_VALUE, title: str = "") -> x509.Name:
    """A name under C=VN, of the fields of `profile`; what is too long for a field is cut."""
    given = {"country": "VN", "organisation": organisation[:64], "title": title[:64], "common_name": name[:64]}
    return profiles()[profile].subject(given)


def _digest(key: Key) -> hashes.SHA256 | hashes.SHA384:
    if isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.key_size == 384:
        return hashes.SHA384()
    return hashes.SHA256()


def _key_usage(profile: Profile) -> x509.KeyUsage:
    secrecy = ("key_encipherment", "data_encipherment", "key_agreement")
    uses = ("digital_signature", "content_commitment", *secrecy, "key_cert_sign", "crl_sign")
    return x509.KeyUsage(**{use: use in profile.key_usage for use in uses}, encipher_only=False, decipher_only=False)


def certificate(
    profile: str,
    name: x509.Name,
    key: rsa.RSAPublicKey | ec.EllipticCurvePublicKey,
    issuer: Issuer | ec.EllipticCurvePrivateKey,
    *,
    serial: int,
    now: dt.datetime,
    years: float | None = None,
    service: str = "",
) -> x509.Certificate:
    """A certificate of `profile` (`profiles.toml`) for `name` and `key`; an `issuer` that is a key alone signs itself.

    It ends after `years`, but not after its issuer. `service` is the address of the authority's lists and answers.

    Raises:
        UsageFault: no such profile, or more years than it allows.
        KeyFault: the profile is not for such a key.
    """
    kind = profiles()[profile]
    kind.check_key(key_kind(key))
    kind.check_years(years)
    above = issuer.certificate if isinstance(issuer, Issuer) else None
    now = now.astimezone(dt.UTC).replace(microsecond=0)
    end = now + dt.timedelta(days=round(365.25 * (years or kind.years)))
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(above.subject if above else name)
        .public_key(key)
        .serial_number(serial)
        .not_valid_before(now - _BACK)
        .not_valid_after(min(end, above.not_valid_after_utc) if above else end)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(
            x509.BasicConstraints(ca=kind.path_length is not None, path_length=kind.path_length), critical=True
        )
        .add_extension(_key_usage(kind), critical=True)
        .add_extension(_authority_key(above) if above else _own_key(key), critical=False)
    )
    for extension, critical in _extensions(kind, service):
        builder = builder.add_extension(extension, critical=critical)
    signer = issuer.key if isinstance(issuer, Issuer) else issuer
    return builder.sign(signer, _digest(signer))


def _own_key(key: rsa.RSAPublicKey | ec.EllipticCurvePublicKey) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(key)


def _authority_key(issuer: x509.Certificate) -> x509.AuthorityKeyIdentifier:
    ski = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(ski)


def _extensions(kind: Profile, service: str) -> Iterator[tuple[x509.ExtensionType, bool]]:
    """What the profile adds to every certificate's extensions, and whether it is critical."""
    if kind.policy is not None:
        notice = [x509.UserNotice(None, kind.notice)] if kind.notice else None
        yield x509.CertificatePolicies([x509.PolicyInformation(kind.policy, notice)]), False
    if kind.purposes:  # RFC 3161, 2.3: for timestamps critical, and this purpose alone
        yield x509.ExtendedKeyUsage(kind.purposes), ExtendedKeyUsageOID.TIME_STAMPING in kind.purposes
    if kind.nocheck:
        yield x509.OCSPNoCheck(), False
    if kind.crl:
        address = x509.UniformResourceIdentifier(f"{service or _NOWHERE}/{kind.crl}.crl")
        yield x509.CRLDistributionPoints([x509.DistributionPoint([address], None, None, None)]), False
    if kind.access and service:
        said = (
            (AuthorityInformationAccessOID.OCSP, "ocsp"),
            (AuthorityInformationAccessOID.CA_ISSUERS, f"{kind.crl}.cer"),
        )
        yield (
            x509.AuthorityInformationAccess(
                [x509.AccessDescription(how, x509.UniformResourceIdentifier(f"{service}/{at}")) for how, at in said]
            ),
            False,
        )


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
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.certificate.subject)
        .last_update(now)
        .next_update(now + life)
        .add_extension(_authority_key(issuer.certificate), critical=False)
        .add_extension(x509.CRLNumber(number), critical=False)
    )
    for line in revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(line.serial).revocation_date(line.at)
        if line.reason != "unspecified":  # RFC 5280, 5.3.1: left out rather than said
            entry = entry.add_extension(x509.CRLReason(x509.ReasonFlags(line.reason)), critical=False)
        builder = builder.add_revoked_certificate(entry.build())
    return builder.sign(issuer.key, _digest(issuer.key)).public_bytes(Encoding.DER)
