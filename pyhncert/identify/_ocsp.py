"""Asking an OCSP responder about a certificate (RFC 6960), over http or https.

A responder that is silent is `Unavailable`; one whose answer is not to be believed is `RevocationFault`, never silence.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID

from pyhncert.errors import CertificateFault, ClockFault, RevocationFault, Unavailable
from pyhncert.identify import _http
from pyhncert.identify._certificates import parse_certificate, shown_time
from pyhncert.identify._clock import check_clock, clock_off_s
from pyhncert.identify._limits import check_limits
from pyhncert.identify._ocsp_answer import OcspAnswer, OcspRefusal, answer_signer, read_ocsp
from pyhncert.values import Clock, Randomness

__all__ = ["OcspClient", "is_authority", "responder_of"]

_TYPES = {"Content-Type": "application/ocsp-request", "Accept": "application/ocsp-response"}
_LATER = {"try later", "internal error"}
"""Answers of a responder that cannot answer now (RFC 6960, 4.2.1): as good as silence."""
_SKEW = dt.timedelta(minutes=5)

ListCheck = Callable[[bytes, bytes, Sequence[bytes], dt.datetime], object]
"""Raises where the lists do not say that a certificate (first) of an issuer (second) is good."""


def is_authority(certificate: bytes) -> bool:
    """Whether the certificate is a CA's."""
    try:
        return parse_certificate(certificate).extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def responder_of(certificate: bytes) -> str | None:
    """The first responder on the web that the certificate names (RFC 5280, 4.2.2.1); None where it names none."""
    try:
        access = parse_certificate(certificate).extensions.get_extension_for_class(x509.AuthorityInformationAccess)
    except x509.ExtensionNotFound:
        return None
    for found in access.value:
        place = found.access_location
        if found.access_method != AuthorityInformationAccessOID.OCSP or not isinstance(
            place, x509.UniformResourceIdentifier
        ):
            continue
        if place.value.lower().startswith(("http://", "https://")):
            return place.value
    return None


@dataclass(frozen=True, slots=True)
class _Known:
    """What was last heard of a certificate, and when; or of a responder's silence."""

    at: dt.datetime
    answer: OcspAnswer | None = None
    why: str = ""


class OcspClient:
    """Asks responders, and believes them only where RFC 6960, 3.2 allows it; many threads may use it at once.

    `url` is asked about every certificate but those of CAs, whatever they name. `crls` gives the lists (DER) by which
    `check_list` judges the certificate of a delegated responder that has no ``ocsp-nocheck``.
    `allowed_clock_s` bounds how far its time may be from ours, where our nonce proves that the answer is new.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        randomness: Randomness,
        crls: Callable[[], Sequence[bytes]],
        check_list: ListCheck,
        url: str = "",
        timeout_s: float | None = None,
        allowed_clock_s: float | None = None,
    ) -> None:
        limits = check_limits()
        self._url = url
        self._clock = clock
        self._randomness = randomness
        self._crls = crls
        self._check_list = check_list
        self._timeout_s = timeout_s if timeout_s is not None else limits.ocsp_timeout_s
        self._allowed_clock_s = allowed_clock_s if allowed_clock_s is not None else limits.clock_allowed_s
        self._reuse = dt.timedelta(seconds=limits.ocsp_reuse_s)
        self._quiet = dt.timedelta(seconds=limits.ocsp_silent_s)
        self._known: dict[bytes, _Known] = {}
        self._once = threading.Lock()

    def responder(self, certificate: bytes) -> str | None:
        """Who is asked about `certificate`; None where nobody is."""
        return self._url if self._url and not is_authority(certificate) else responder_of(certificate)

    def ask(self, certificate: bytes, issuer: bytes) -> OcspAnswer | None:
        """What the responder says of `certificate` (DER) of `issuer`, whatever it is; None where there is no responder.

        Raises:
            Unavailable: the responder is silent, or says that it cannot answer now.
            RevocationFault: its answer is not to be believed.
            ClockFault: its time is not ours.
        """
        url = self.responder(certificate)
        if url is None:
            return None
        key, now = hashlib.sha256(issuer + certificate).digest(), self._clock()
        known = self._recall(key, now)
        if known is not None:
            return known
        mute = hashlib.sha256(url.encode()).digest()
        with self._once:
            silent = self._known.get(mute)
        if silent is not None and _apart(silent.at, now) < self._quiet:
            raise _silent(url, silent.why)
        try:
            answer = self._ask(url, certificate, issuer)
        except Unavailable as err:
            self._remember(mute, _Known(now, None, str(err.__cause__ or err)))
            raise
        self._remember(key, _Known(now, answer))
        return answer

    def evidence(self, certificate: bytes, issuer: bytes) -> bytes | None:
        """The response (DER) that proves `certificate` good; None where no responder says so now, and a list must.

        A certificate that names no responder has none: pyHanko, which judges copies, takes responses only for those
        that name one. Nor does it take one that tells of a revocation since; a list tells when.

        Raises:
            RevocationFault: an answer is not to be believed.
        """
        if responder_of(certificate) is None:
            return None
        try:
            answer = self.ask(certificate, issuer)
        except (Unavailable, ClockFault):
            return None
        return answer.der if answer is not None and answer.status == "good" else None

    def _recall(self, key: bytes, now: dt.datetime) -> OcspAnswer | None:
        with self._once:
            known = self._known.get(key)
        if known is None or known.answer is None or _apart(known.at, now) >= self._reuse:
            return None
        return known.answer if known.answer.ends >= now else None

    def _remember(self, key: bytes, known: _Known) -> None:
        with self._once:
            if len(self._known) > 1000:
                self._known.clear()
            self._known[key] = known

    def _ask(self, url: str, certificate: bytes, issuer: bytes) -> OcspAnswer:
        nonce = self._randomness(16)
        request = (
            ocsp.OCSPRequestBuilder()
            # SHA-1 only names the certificate here, and is the one digest that every responder knows (RFC 5019, 2.1.1)
            .add_certificate(parse_certificate(certificate), parse_certificate(issuer), hashes.SHA1())  # noqa: S303
            .add_extension(x509.OCSPNonce(nonce), critical=False)
            .build()
        )
        asked = self._clock()
        try:
            said = _http.post(url, request.public_bytes(Encoding.DER), _TYPES, timeout_s=self._timeout_s)
        except _http.Silent as err:
            raise _silent(url, str(err)) from err
        if said.status != 200:
            raise _wrong(url, f"HTTP status {said.status}")
        if said.too_long:
            raise _wrong(url, "it is longer than 1 MB")
        try:
            answer = read_ocsp(said.body)
        except OcspRefusal as err:
            if err.status in _LATER:
                raise _silent(url, err.status) from err
            raise _wrong(url, f"the responder says: {err.status}") from err
        self._accept(answer, url, certificate, issuer, nonce, asked)
        return answer

    def _accept(  # noqa: PLR0917  what was asked, and what came
        self, answer: OcspAnswer, url: str, certificate: bytes, issuer: bytes, nonce: bytes, asked: dt.datetime
    ) -> None:
        now = self._clock()
        if not answer.is_about(certificate, issuer):
            raise _wrong(url, "it is about another certificate")
        signer = answer_signer(answer, issuer, at=now)
        if answer.nonce is not None:
            if answer.nonce != nonce:
                raise _wrong(url, "it answers another question (nonce)")
            off_s = clock_off_s(answer.produced_at, asked=asked, answered=now)
            who = _http.host_of(url)
            check_clock(
                off_s,
                self._allowed_clock_s,
                said=answer.produced_at,
                service=f"OCSP responder {who}",
                service_vi=f"dịch vụ OCSP {who}",
            )
        if max(answer.this_update, answer.produced_at) > now + _SKEW:
            raise _wrong(url, f"it is dated {shown_time(answer.produced_at)}, which is still to come; compare clocks")
        if answer.ends < now:
            raise _wrong(url, f"it is stale since {shown_time(answer.ends)}")
        if answer.next_update is not None and answer.next_update < answer.this_update:
            raise _wrong(url, "it ends before it begins")
        if signer != issuer and not answer.stands_alone:
            try:
                self._check_list(signer, issuer, self._crls(), now)
            except (RevocationFault, CertificateFault) as err:
                raise _wrong(url, f"how its signer stands is not known: {err.en}") from err


def _apart(first: dt.datetime, second: dt.datetime) -> dt.timedelta:
    """How far apart two moments are; a clock that was set back does not make old news fresh."""
    return abs(second - first)


def _silent(url: str, why: str) -> Unavailable:
    host = _http.host_of(url)
    return Unavailable(
        f"OCSP responder {host} does not answer ({why}); try again later",
        f"dịch vụ OCSP {host} không trả lời ({why}); hãy thử lại sau",
    )


def _wrong(url: str, what: str) -> RevocationFault:
    host = _http.host_of(url)
    return RevocationFault(
        f"answer of OCSP responder {host} is not believed: {what}; tell its operator",
        f"không chấp nhận câu trả lời của dịch vụ OCSP {host}: {what}; hãy báo cho đơn vị vận hành",
        refusal="ocsp_answer_wrong",
    )
