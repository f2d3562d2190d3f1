"""Whose certificate it is: the officer or agency that the act names must be who signs."""

from __future__ import annotations

import unicodedata

from cryptography.x509.oid import NameOID

from pyhncert.errors import CertificateFault
from pyhncert.identify import common_name, parse_certificate

_PERSON = {NameOID.TITLE, NameOID.SURNAME, NameOID.GIVEN_NAME}
_AGENCY = {NameOID.ORGANIZATION_NAME, NameOID.ORGANIZATIONAL_UNIT_NAME}
_LENGTH = 64
"""ub-common-name, RFC 5280, appendix A: certificates cut longer names here."""


def speaks_for(certificate: bytes, name: str, *, agency: bool) -> bool:
    """Whether `certificate` (DER) is in `name`: by its CN, and for an agency's seal also by O or OU.

    Capitals and spaces do not matter. A certificate with a title, surname or given name is a person's and never an
    agency's by O or OU.
    """
    subject = parse_certificate(certificate).subject
    names = {common_name(certificate)}
    if agency and not any(attribute.oid in _PERSON for attribute in subject):
        names |= {str(attribute.value) for attribute in subject if attribute.oid in _AGENCY}
    return _fold(name) in {_fold(held) for held in names}


def check_speaks_for(certificate: bytes, name: str, *, agency: bool) -> None:
    """Refuse a certificate in another name before anything is signed with it: verification would.

    Raises:
        CertificateFault: it is in another name.
    """
    if not speaks_for(certificate, name, agency=agency):
        held = common_name(certificate)
        raise CertificateFault(
            f"certificate is in the name of {held}, not of {name}; write the name in office.toml as it is there",
            f"chứng thư số mang tên {held}, không phải {name}; hãy ghi tên trong office.toml đúng như chứng thư",
        )


def _fold(name: str) -> str:
    return " ".join(unicodedata.normalize("NFC", name).split())[:_LENGTH].casefold().strip()
