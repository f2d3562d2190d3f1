"""Whether a certificate is revoked: by its OCSP responder where it names one, else by the newest revocation list.

A responder that is silent gives way to a list in force; without one the status is unknown, and nothing is signed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from cryptography import x509

from pyhncert.errors import CertificateFault, RevocationFault, Unavailable
from pyhncert.identify._certificates import (
    common_name,
    is_issued_by,
    key_usage_of,
    parse_certificate,
    parse_crl,
    shown_serial,
    shown_time,
)
from pyhncert.identify._ocsp import OcspClient
from pyhncert.values import Words

__all__ = ["Status", "certificate_status", "listed_status"]

_SKEW = dt.timedelta(minutes=5)
"""How far clocks of issuer and office may differ."""
UNKNOWN = "unknown_status"


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """Who said that a certificate is not revoked: `data` is the response or list itself (DER), `certificate` DER."""

    certificate: bytes
    source: Literal["ocsp", "crl"]
    data: bytes
    this_update: dt.datetime
    next_update: dt.datetime | None
    note: Words | None = None
    """Why it is not the responder, where one is named."""


def certificate_status(
    der: bytes, issuer: bytes, *, crls: Sequence[bytes], now: dt.datetime, ocsp: OcspClient | None = None
) -> Status:
    """Who says that certificate `der` of `issuer` is good at `now`.

    Without `ocsp`, lists alone are asked. A list that names the certificate counts whatever the responder says.

    Raises:
        CertificateFault: it is revoked.
        RevocationFault: nobody says, or what was said is not to be believed.
        ClockFault: the responder's time is not ours.
    """
    lists = _lists_for(der, issuer, crls)
    _refuse_listed(der, lists)
    silent: Unavailable | None = None
    answer = None
    if ocsp is not None:
        try:
            answer = ocsp.ask(der, issuer)
        except Unavailable as err:
            silent = err
    if answer is not None:
        certificate = parse_certificate(der)
        if answer.status == "revoked":
            raise _revoked(certificate, answer.revoked_at or answer.this_update)
        if answer.status == "unknown":
            by = common_name(certificate.issuer)
            raise RevocationFault(
                f"status of {_whose(certificate)} is unknown: the OCSP responder of {by} does not know it; ask {by}",
                f"không rõ trạng thái chứng thư số của {_whose_vi(certificate)}: "
                f"dịch vụ OCSP của {by} không biết chứng thư này; hãy hỏi {by}",
                refusal=UNKNOWN,
            )
        return Status(
            certificate=der,
            source="ocsp",
            data=answer.der,
            this_update=answer.this_update,
            next_update=answer.next_update,
        )
    try:
        found = _newest(der, lists, now)
    except RevocationFault as err:
        if silent is None:
            raise
        raise RevocationFault(
            f"status of {_whose(parse_certificate(der))} is unknown: {silent.en.partition(';')[0]}, and {err.en}",
            f"không rõ trạng thái chứng thư số của {_whose_vi(parse_certificate(der))}: "
            f"{silent.vi.partition(';')[0]}, và {err.vi}",
            refusal=UNKNOWN,
        ) from silent
    return found if silent is None else replace(found, note=Words(silent.vi, silent.en))


def listed_status(der: bytes, issuer: bytes, crls: Sequence[bytes], now: dt.datetime) -> Status:
    """The same by lists alone."""
    return certificate_status(der, issuer, crls=crls, now=now)


def _lists_for(der: bytes, issuer: bytes, crls: Sequence[bytes]) -> list[tuple[bytes, x509.CertificateRevocationList]]:
    """The lists of this issuer that are complete for certificates like this one."""
    certificate = parse_certificate(der)
    usage = key_usage_of(parse_certificate(issuer))
    if usage is not None and not usage.crl_sign:
        return []
    return [
        (raw, crl)
        for raw in dict.fromkeys(crls)
        if (crl := parse_crl(raw)).issuer == certificate.issuer
        and _covers(crl, certificate)
        and is_issued_by(raw, issuer, crl=True)
    ]


def _covers(crl: x509.CertificateRevocationList, certificate: x509.Certificate) -> bool:
    """Whether the list is complete for certificates like this one (RFC 5280, 5.2)."""
    for extension in crl.extensions:
        if not extension.critical:
            continue
        point = extension.value
        if not isinstance(point, x509.IssuingDistributionPoint):
            return False  # a delta list, or something unknown
        try:
            authority = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
        except x509.ExtensionNotFound:
            authority = False
        if point.indirect_crl or point.only_some_reasons or point.only_contains_attribute_certs:
            return False
        if (authority and point.only_contains_user_certs) or (not authority and point.only_contains_ca_certs):
            return False
    return True


def _refuse_listed(der: bytes, lists: Sequence[tuple[bytes, x509.CertificateRevocationList]]) -> None:
    certificate = parse_certificate(der)
    for _, crl in lists:
        revoked = crl.get_revoked_certificate_by_serial_number(certificate.serial_number)
        if revoked is not None:
            raise _revoked(certificate, revoked.revocation_date_utc)


def _newest(der: bytes, lists: Sequence[tuple[bytes, x509.CertificateRevocationList]], now: dt.datetime) -> Status:
    by = common_name(parse_certificate(der).issuer)
    if not lists:
        raise RevocationFault(
            f"no revocation list of {by} is at hand; fetch it",
            f"chưa có danh sách thu hồi của {by}; hãy tải về",
            refusal=UNKNOWN,
        )
    raw, newest = max(lists, key=lambda found: found[1].last_update_utc)
    if newest.last_update_utc > now + _SKEW:
        start = shown_time(newest.last_update_utc)
        raise RevocationFault(
            f"revocation list of {by} is dated {start}, which is still to come; set this machine's clock",
            f"danh sách thu hồi của {by} ghi thời điểm {start} trong tương lai; hãy chỉnh đồng hồ máy",
            refusal=UNKNOWN,
        )
    if newest.next_update_utc is None or newest.next_update_utc < now:
        end = shown_time(newest.next_update_utc or newest.last_update_utc)
        raise RevocationFault(
            f"revocation list of {by} is stale since {end}; fetch the new one",
            f"danh sách thu hồi của {by} đã quá hạn từ {end}; hãy tải bản mới",
            refusal=UNKNOWN,
        )
    return Status(
        certificate=der,
        source="crl",
        data=raw,
        this_update=newest.last_update_utc,
        next_update=newest.next_update_utc,
    )


def _revoked(certificate: x509.Certificate, at: dt.datetime) -> CertificateFault:
    since = shown_time(at)
    return CertificateFault(
        f"certificate of {_whose(certificate)} was revoked on {since}; use another certificate",
        f"chứng thư số của {_whose_vi(certificate)} đã bị thu hồi từ {since}; hãy dùng chứng thư khác",
        refusal="revoked",
    )


def _whose(certificate: x509.Certificate) -> str:
    return f"{common_name(certificate.subject)} (serial {shown_serial(certificate)})"


def _whose_vi(certificate: x509.Certificate) -> str:
    return f"{common_name(certificate.subject)} (số sê-ri {shown_serial(certificate)})"
