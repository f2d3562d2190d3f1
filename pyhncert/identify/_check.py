"""Is this certificate good, now, for this use? From the signer up to a configured root, with revocation (SPEC 1.10).

Each way to fail has its own words. RFC 5280, 6, kept to what our certificates and those of the state's CAs use:
a critical extension that is not understood refuses the certificate.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID

from pyhncert.errors import CertificateFault
from pyhncert.identify._certificates import (
    common_name,
    is_issued_by,
    key_usage_of,
    parse_certificate,
    shown_serial,
    shown_time,
)
from pyhncert.identify._keys import Credential
from pyhncert.identify._ocsp import OcspClient
from pyhncert.identify._status import Status, certificate_status

__all__ = ["Standing", "Usage", "check_credential", "check_path", "check_standing", "find_path"]

Usage = Literal["signature", "timestamp", "qr"]

_DEEPEST = 8
_UNDERSTOOD = {
    ExtensionOID.BASIC_CONSTRAINTS,
    ExtensionOID.KEY_USAGE,
    ExtensionOID.EXTENDED_KEY_USAGE,
    ExtensionOID.CERTIFICATE_POLICIES,
    ExtensionOID.SUBJECT_ALTERNATIVE_NAME,
    ExtensionOID.SUBJECT_KEY_IDENTIFIER,
    ExtensionOID.AUTHORITY_KEY_IDENTIFIER,
    ExtensionOID.CRL_DISTRIBUTION_POINTS,
}
_ONLY_OTHER_USES = {
    ExtendedKeyUsageOID.TIME_STAMPING,
    ExtendedKeyUsageOID.OCSP_SIGNING,
    ExtendedKeyUsageOID.SERVER_AUTH,
    ExtendedKeyUsageOID.CODE_SIGNING,
}


@dataclass(frozen=True, slots=True)
class Standing:
    """What was found of a certificate: its path (DER) from it to the root, and who vouches for each below the root."""

    path: tuple[bytes, ...]
    statuses: tuple[Status, ...]


def check_credential(
    credential: Credential,
    *,
    roots: Sequence[bytes],
    crls: Sequence[bytes],
    now: dt.datetime,
    usage: Usage = "signature",
    ocsp: OcspClient | None = None,
) -> tuple[bytes, ...]:
    """Says whether `credential` may sign now; gives its path (DER), from its certificate to the root.

    `roots` and `crls` are DER. With `ocsp`, certificates that name a responder are asked of it first.

    Raises:
        CertificateFault: expired, not yet valid, revoked, for another use, or under an unknown root.
        RevocationFault: a revocation list is missing or stale, or a responder's answer is not to be believed.
        ClockFault: a responder's time is not ours.
    """
    return check_standing(credential, roots=roots, crls=crls, now=now, usage=usage, ocsp=ocsp).path


def check_standing(
    credential: Credential,
    *,
    roots: Sequence[bytes],
    crls: Sequence[bytes],
    now: dt.datetime,
    usage: Usage = "signature",
    ocsp: OcspClient | None = None,
) -> Standing:
    """The same, with the evidence: who said that no certificate of the path is revoked."""
    path = check_path(credential.certificate, chain=credential.chain, roots=roots, crls=None, now=now, usage=usage)
    found = [certificate_status(der, issuer, crls=crls, now=now, ocsp=ocsp) for der, issuer in pairwise(path)]
    return Standing(path, tuple(found))


def check_path(
    certificate: bytes,
    *,
    chain: Sequence[bytes],
    roots: Sequence[bytes],
    crls: Sequence[bytes] | None,
    now: dt.datetime,
    usage: Usage,
) -> tuple[bytes, ...]:
    """The same for a certificate without its key, by lists; `crls` None leaves revocation aside.

    A ``signature`` needs nonRepudiation, a ``timestamp`` the critical purpose timeStamping alone (RFC 3161, 2.3), a
    ``qr`` code any right to sign.
    """
    path = find_path(certificate, chain=chain, roots=roots)
    for der in path:
        _check_dates(parse_certificate(der), now)
    _check_usage(parse_certificate(certificate), usage)
    for below, der in enumerate(path[1:]):
        _check_issuer(parse_certificate(der), below)
    for der in path:
        _check_understood(parse_certificate(der))
    if crls is not None:
        for der, issuer in pairwise(path):
            certificate_status(der, issuer, crls=crls, now=now)
    return path


def find_path(certificate: bytes, *, chain: Sequence[bytes], roots: Sequence[bytes]) -> tuple[bytes, ...]:
    """The certificates from `certificate` up to one of `roots`, each signed by the next.

    Raises:
        CertificateFault: none leads there.
    """
    for path in _paths((certificate,), chain, roots):
        return path
    leaf = parse_certificate(certificate)
    issuer = common_name(leaf.issuer)
    raise CertificateFault(
        f"certificate of {common_name(leaf.subject)} leads to no trusted root (issued by {issuer}); "
        "add its CA certificates to the office's trust folder, or use another certificate",
        f"chứng thư số của {common_name(leaf.subject)} không dẫn tới gốc tin cậy nào (nơi cấp: {issuer}); "
        "hãy thêm chứng thư CA vào thư mục tin cậy của đơn vị hoặc dùng chứng thư khác",
        refusal="unknown_chain",
    )


def _paths(path: tuple[bytes, ...], chain: Sequence[bytes], roots: Sequence[bytes]) -> Iterator[tuple[bytes, ...]]:
    top = path[-1]
    if top in roots:
        yield path
        return
    if len(path) > _DEEPEST:
        return
    wanted = parse_certificate(top).issuer
    for candidate in (*roots, *chain):
        if candidate not in path and parse_certificate(candidate).subject == wanted and is_issued_by(top, candidate):
            yield from _paths((*path, candidate), chain, roots)


def _whose(certificate: x509.Certificate) -> str:
    return f"{common_name(certificate.subject)} (serial {shown_serial(certificate)})"


def _whose_vi(certificate: x509.Certificate) -> str:
    return f"{common_name(certificate.subject)} (số sê-ri {shown_serial(certificate)})"


def _check_dates(certificate: x509.Certificate, now: dt.datetime) -> None:
    if now > certificate.not_valid_after_utc:
        end = shown_time(certificate.not_valid_after_utc)
        raise CertificateFault(
            f"certificate of {_whose(certificate)} expired on {end}; renew it",
            f"chứng thư số của {_whose_vi(certificate)} đã hết hạn từ {end}; hãy gia hạn",
            refusal="expired",
        )
    if now < certificate.not_valid_before_utc:
        start = shown_time(certificate.not_valid_before_utc)
        raise CertificateFault(
            f"certificate of {_whose(certificate)} is not valid before {start}; wait, or set this machine's clock",
            f"chứng thư số của {_whose_vi(certificate)} chưa có hiệu lực trước {start}; hãy chờ hoặc chỉnh đồng hồ máy",
            refusal="not_yet_valid",
        )


def _wrong_usage(certificate: x509.Certificate, en: str, vi: str) -> CertificateFault:
    return CertificateFault(
        f"certificate of {_whose(certificate)} is not made for {en}; use one that is",
        f"chứng thư số của {_whose_vi(certificate)} không dùng để {vi}; hãy dùng chứng thư phù hợp",
        refusal="wrong_usage",
    )


def _check_usage(certificate: x509.Certificate, usage: Usage) -> None:
    key_usage = key_usage_of(certificate)
    signs = key_usage is not None and (key_usage.digital_signature or key_usage.content_commitment)
    # verification asks for nonRepudiation on papers, so signing asks for it first (EN 319 412-2, 4.3.2)
    commits = key_usage is not None and key_usage.content_commitment
    try:
        extension = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound:
        purposes, critical = set(), False
    else:
        purposes, critical = set(extension.value), extension.critical
    if usage == "timestamp":
        if not signs or purposes != {ExtendedKeyUsageOID.TIME_STAMPING} or not critical:
            raise _wrong_usage(certificate, "timestamps", "cấp dấu thời gian")
    elif not (signs if usage == "qr" else commits) or (purposes and purposes <= _ONLY_OTHER_USES):
        if usage == "qr":
            raise _wrong_usage(certificate, "signing QR codes", "ký mã QR")
        raise _wrong_usage(certificate, "signing papers", "ký văn bản")


def _check_issuer(certificate: x509.Certificate, below: int) -> None:
    """`certificate` may issue others, `below` CAs under it."""
    key_usage = key_usage_of(certificate)
    try:
        basic = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
    except x509.ExtensionNotFound:
        basic = x509.BasicConstraints(ca=False, path_length=None)
    if not basic.ca or (key_usage is not None and not key_usage.key_cert_sign):
        raise _wrong_usage(certificate, "issuing certificates", "cấp chứng thư số")
    if basic.path_length is not None and below > basic.path_length:
        raise _wrong_usage(certificate, f"so long a chain ({below} CAs under it)", f"chuỗi dài như vậy ({below} CA)")


def _check_understood(certificate: x509.Certificate) -> None:
    for extension in certificate.extensions:
        if extension.critical and extension.oid not in _UNDERSTOOD:
            raise CertificateFault(
                f"certificate of {_whose(certificate)} demands a rule that is not known here "
                f"({extension.oid.dotted_string}); use another certificate",
                f"chứng thư số của {_whose_vi(certificate)} có ràng buộc không được hỗ trợ "
                f"({extension.oid.dotted_string}); hãy dùng chứng thư khác",
                refusal="rule_not_known",
            )
