"""The few facts of certificates and revocation lists that chains are made of, read once and remembered."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache

from asn1crypto import crl, x509

from pyhncert.errors import AlteredCore

Authority = tuple[bytes, bytes]
"""Who issues certificates and lists: name (DER) and key identifier, which is empty where nothing says it."""


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """A certificate, its names and number as DER, and who issued it."""

    der: bytes
    subject: bytes
    issuer: bytes
    serial: bytes
    authority: Authority


@dataclass(frozen=True, slots=True)
class ListFacts:
    """A revocation list, who issued it, when it was made, and when the next one is due."""

    der: bytes
    authority: Authority
    this_update: dt.datetime
    next_update: dt.datetime | None

    def is_of(self, authority: Authority) -> bool:
        """Whether the list is of `authority`: by name, and by key where both say it (a CA keeps its name)."""
        (name, key), (wanted, wanted_key) = self.authority, authority
        return name == wanted and (not key or not wanted_key or key == wanted_key)


@lru_cache(maxsize=256)
def certificate_facts(der: bytes) -> CertificateFacts:
    """The facts of a certificate.

    Raises:
        AlteredCore: it is none.
    """
    try:
        certificate = x509.Certificate.load(der, strict=True)
        tbs = certificate["tbs_certificate"]
        issuer = tbs["issuer"].dump()
        authority = (issuer, certificate.authority_key_identifier or b"")
        return CertificateFacts(der, tbs["subject"].dump(), issuer, tbs["serial_number"].dump(), authority)
    except (ValueError, TypeError, KeyError) as err:
        raise AlteredCore("a certificate cannot be read", "không đọc được một chứng thư số") from err


@lru_cache(maxsize=64)
def list_facts(der: bytes) -> ListFacts:
    """The facts of a revocation list.

    Raises:
        AlteredCore: it is none.
    """
    try:
        found = crl.CertificateList.load(der, strict=True)
        tbs = found["tbs_cert_list"]
        authority = (tbs["issuer"].dump(), found.authority_key_identifier or b"")
        return ListFacts(der, authority, tbs["this_update"].native, tbs["next_update"].native)
    except (ValueError, TypeError, KeyError) as err:
        raise AlteredCore("a revocation list cannot be read", "không đọc được một danh sách thu hồi") from err
