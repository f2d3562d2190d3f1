"""The few facts of an OCSP response that chains are made of, and its one form in a copy."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from asn1crypto import core

from pyhncert import _core
from pyhncert.errors import AlteredCore, RevocationFault
from pyhncert.identify import OcspAnswer, one_answer, read_ocsp
from pyhncert.issue._dss_x509 import CertificateFacts

Responses = Callable[[bytes, bytes], bytes | None]
"""Gives the response (DER) about a certificate (first) of an issuer (second), or None where no responder gives one."""


@dataclass(frozen=True, slots=True)
class ResponseFacts:
    """A response: about which certificate, when it was made, until when it holds."""

    der: bytes
    answer: OcspAnswer
    this_update: dt.datetime
    ends: dt.datetime

    def is_about(self, certificate: CertificateFacts) -> bool:
        """Whether it is about `certificate`, by its number and its issuer's name."""
        return self.answer.names(certificate.issuer, core.Integer.load(certificate.serial).native)

    @property
    def stands_alone(self) -> bool:
        """Whether it proves by itself; else a list must say how its signer stands."""
        return self.answer.stands_alone


@lru_cache(maxsize=64)
def response_facts(der: bytes) -> ResponseFacts:
    """The facts of a response in its one form.

    Raises:
        AlteredCore: it is none, says nothing of the certificate, or is in another form.
    """
    _core.check_der(der)
    try:
        answer = read_ocsp(der)
        plain = one_answer(der) == der
    except RevocationFault as err:
        raise AlteredCore("an OCSP response cannot be read", "không đọc được một câu trả lời OCSP") from err
    if not plain or answer.status == "unknown":
        raise AlteredCore("an OCSP response is not in its one form", "câu trả lời OCSP sai dạng cho phép")
    return ResponseFacts(der, answer, answer.this_update, answer.ends)
