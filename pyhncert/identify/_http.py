"""One question to a service: bounded in bytes and time, no redirect, and a silence told from a refusal."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import http.client

_MOST = 1 << 20
"""Longest answer that is read, in bytes."""


class Answer(NamedTuple):
    """Status and body; the body ends at `_MOST` bytes and one more, which `too_long` tells."""

    status: int
    body: bytes

    @property
    def too_long(self) -> bool:
        """Whether the service said more than is read."""
        return len(self.body) > _MOST


class Silent(Exception):
    """The service does not answer now: no connection, no time, or it says so itself (408, 429, 5xx)."""


def post(url: str, body: bytes, headers: Mapping[str, str], *, timeout_s: float) -> Answer:
    """What the service at `url` (http or https) answers to `body`.

    `timeout_s` bounds the connection, each wait, and the whole answer: a service that drips is as good as silent.

    Raises:
        Silent: it does not answer.
    """
    # these cost 50 ms to import, and only an office with a service on the network needs them
    import http.client  # noqa: PLC0415
    import urllib.error  # noqa: PLC0415
    import urllib.request  # noqa: PLC0415

    class StayHere(urllib.request.HTTPRedirectHandler):
        """Urllib would turn a redirected POST into a GET without the request."""

        def redirect_request(self, *_: object) -> None:
            """Not followed, so the status is told."""

    request = urllib.request.Request(url, data=body, headers=dict(headers))  # noqa: S310 - the caller checked the scheme
    until = time.monotonic() + timeout_s
    try:
        with urllib.request.build_opener(StayHere).open(request, timeout=timeout_s) as response:
            return Answer(response.status, _read(response, until))
    except urllib.error.HTTPError as err:
        with err:
            if err.code >= 500 or err.code in {408, 429}:
                raise Silent(f"HTTP {err.code}") from err
            try:
                return Answer(err.code, err.read(_MOST + 1))
            except (OSError, http.client.HTTPException) as cut:
                raise Silent(f"HTTP {err.code}, cut off") from cut
    except (OSError, http.client.HTTPException) as err:
        raise Silent(str(getattr(err, "reason", err)) or type(err).__name__) from err


def host_of(url: str) -> str:
    """The host of `url` for a message, without name and password."""
    return url.partition("://")[2].partition("/")[0].rpartition("@")[2]


def _read(response: http.client.HTTPResponse, until: float) -> bytes:
    answer = b""
    while len(answer) <= _MOST and (piece := response.read1(1 << 16)):
        answer += piece
        if time.monotonic() > until:
            raise TimeoutError("timed out")
    return answer
