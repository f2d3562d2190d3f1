"""Timestamps (RFC 3161): the trial authority's, made in process, and a service's over HTTP.

A service that is silent is `Unavailable`: the copy is issued without (DESIGN 4). One that answers wrongly is
`TimestampFault`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Protocol

from pyhncert import _core
from pyhncert.errors import AlteredCore, CertificateFault, TimestampFault, Unavailable, UsageFault
from pyhncert.identify import _http
from pyhncert.identify._check import check_path
from pyhncert.identify._clock import check_clock, clock_off_s
from pyhncert.identify._limits import check_limits
from pyhncert.identify._trial import TrialAuthority
from pyhncert.values import Clock, Randomness

__all__ = ["HttpTimestamper", "Timestamper", "TrialTimestamper"]


class Timestamper(Protocol):
    """Gives timestamp tokens."""

    def token(self, digest: bytes, algorithm: str, /) -> bytes:
        """A token (ContentInfo, DER) over `digest`, which was made by ``sha256``, ``sha384`` or ``sha512``.

        Raises:
            Unavailable: the service is silent.
            TimestampFault: it answered wrongly.
        """


class TrialTimestamper:
    """The trial authority's timestamps, made in process; `token_bytes` is the room that one needs."""

    token_bytes = 2560

    def __init__(self, authority: TrialAuthority) -> None:
        self._authority = authority

    def token(self, digest: bytes, algorithm: str, /) -> bytes:
        """A token over `digest`."""
        return self._authority.timestamp(digest, algorithm)


class HttpTimestamper:
    """A timestamp service at `url`, believed only where nonce, imprint, purpose, time and signature are right.

    `roots` are the trusted CA certificates (DER) of the service, `chain` such as lie between. `policy` is asked for
    where it is given. `timeout_s` bounds each wait for the network, in seconds, where `token` is given none;
    `allowed_clock_s` how far the service's clock and `clock` may differ where a slow answer does not explain it.
    """

    def __init__(
        self,
        url: str,
        *,
        roots: Sequence[bytes],
        clock: Clock,
        randomness: Randomness,
        chain: Sequence[bytes] = (),
        policy: str | None = None,
        timeout_s: float = 10.0,
        allowed_clock_s: float | None = None,
    ) -> None:
        if not url.lower().startswith(("http://", "https://")):
            raise UsageFault(
                f"timestamp address {url!r} is no http or https URL; correct it in office.toml",
                f"địa chỉ dấu thời gian {url!r} không phải URL http hoặc https; hãy sửa trong office.toml",
            )
        self.url = url
        self._roots = tuple(roots)
        self._chain = tuple(chain)
        self._clock = clock
        self._randomness = randomness
        self._policy = policy
        self._timeout_s = timeout_s
        self._allowed_clock_s = allowed_clock_s if allowed_clock_s is not None else check_limits().clock_allowed_s

    def token(self, digest: bytes, algorithm: str, /, *, timeout_s: float | None = None) -> bytes:
        """A token over `digest`; see `Timestamper.token`. A clock that is off is `ClockFault`."""
        nonce = self._randomness(8)
        request = _core.timestamp_request(digest, digest=algorithm, nonce=nonce, policy=self._policy)
        asked = self._clock()
        answer = self._ask(request, self._timeout_s if timeout_s is None else timeout_s)
        answered = self._clock()
        return self._accept(answer, digest, algorithm, int.from_bytes(nonce, "big"), (asked, answered))

    def _ask(self, body: bytes, timeout_s: float) -> bytes:
        kinds = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
        try:
            answer = _http.post(self.url, body, kinds, timeout_s=timeout_s)
        except _http.Silent as err:
            raise _silent(self.url, str(err)) from err
        if answer.status != 200:
            raise _wrong(f"HTTP status {answer.status}")
        if answer.too_long:
            raise _wrong("answer is longer than 1 MB")
        return answer.body

    def _accept(
        self, answer: bytes, digest: bytes, algorithm: str, nonce: int, between: tuple[dt.datetime, dt.datetime]
    ) -> bytes:
        from asn1crypto import core, tsp  # noqa: PLC0415

        try:
            # not tsp.TimeStampResp, which cannot read a refusal: it takes the token for mandatory
            response = core.SequenceOf.load(answer, spec=core.Any, strict=True)
            said = response[0].parse(spec=tsp.PKIStatusInfo)
            status, text = said["status"].native, said["status_string"].native
            token = response[1].dump() if status in {"granted", "granted_with_mods"} else b""
        except (ValueError, TypeError, KeyError, IndexError) as err:
            raise _wrong("answer is no timestamp reply") from err
        if not token:
            raise _wrong(f"request was refused: {' '.join([str(status), *(text or ())])}")
        try:
            parts = _core.cms_verify(token, None, strict=False)
            if parts.content is None or parts.content_type != "1.2.840.113549.1.9.16.1.4":
                raise _wrong("token holds no timestamp")
            info = tsp.TSTInfo.load(parts.content, strict=True)
            imprint = info["message_imprint"]
            found = (imprint["hash_algorithm"]["algorithm"].native, imprint["hashed_message"].native)
            stamped, answered, policy = info["gen_time"].native, info["nonce"].native, info["policy"].dotted
        except (AlteredCore, UsageFault) as err:
            raise _wrong(f"token does not verify: {err}") from err
        except (ValueError, TypeError, KeyError) as err:
            raise _wrong("token cannot be read") from err
        if found != (algorithm, digest):
            raise _wrong("token is over another digest")
        if answered != nonce:
            raise _wrong("token answers another request (nonce)")
        if self._policy is not None and policy != self._policy:
            raise _wrong(f"token is under policy {policy}, not {self._policy}")
        try:
            check_path(
                parts.certificate,
                chain=(*parts.chain, *self._chain),
                roots=self._roots,
                crls=None,
                now=stamped,
                usage="timestamp",
            )
        except CertificateFault as err:
            raise TimestampFault(
                f"timestamp service: {err}", f"dịch vụ dấu thời gian: {err.vi}", hint=err.hint_en, hint_vi=err.hint_vi
            ) from err
        check_clock(
            clock_off_s(stamped, asked=between[0], answered=between[1]),
            self._allowed_clock_s,
            said=stamped,
            service=f"timestamp service {_http.host_of(self.url)}",
            service_vi=f"dịch vụ dấu thời gian {_http.host_of(self.url)}",
        )
        return token


def _silent(url: str, why: str) -> Unavailable:
    host = _http.host_of(url)
    return Unavailable(
        f"timestamp service {host} does not answer ({why}); try again later",
        f"dịch vụ dấu thời gian {host} không trả lời ({why}); hãy thử lại sau",
    )


def _wrong(what: str) -> TimestampFault:
    return TimestampFault(
        f"timestamp service answered wrongly: {what}; tell the operator of the service",
        f"dịch vụ dấu thời gian trả lời sai: {what}; hãy báo cho đơn vị vận hành",
    )
