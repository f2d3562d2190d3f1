"""The few facts of certificates and revocation lists that chains are made of, read once and remembered."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache

from asn1crypto import crl, x509

from pyhncert.errors import AlteredCore


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """A certificate, its names and number as DER."""

    der: bytes
    subject: bytes
    issuer: bytes
    serial: bytes


@dataclass(frozen=True, slots=True)
class ListFacts:
    """A revocation list, its issuer's name as DER, and when it was made."""

    der: bytes
    issuer: bytes
    this_update: dt.datetime


@lru_cache(maxsize=256)
def certificate_facts(der: bytes) -> CertificateFacts:
    """The facts of a certificate.

    Raises:
        AlteredCore: it is none.
    """
    try:
        tbs = x509.Certificate.load(der, strict=True)["tbs_certificate"]
        return CertificateFacts(der, tbs["subject"].dump(), tbs["issuer"].dump(), tbs["serial_number"].dump())
    except (ValueError, TypeError, KeyError) as err:
        raise AlteredCore("a certificate cannot be read", "không đọc được một chứng thư số") from err


@lru_cache(maxsize=64)
def list_facts(der: bytes) -> ListFacts:
    """The facts of a revocation list.

    Raises:
        AlteredCore: it is none.
    """
    try:
        tbs = crl.CertificateList.load(der, strict=True)["tbs_cert_list"]
        return ListFacts(der, tbs["issuer"].dump(), tbs["this_update"].native)
    except (ValueError, TypeError, KeyError) as err:
        raise AlteredCore("a revocation list cannot be read", "không đọc được một danh sách thu hồi") from err
