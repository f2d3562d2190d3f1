"""A person's consent to a remote signature in the browser: OAuth 2.0, authorisation code with PKCE.

RFC 6749, 7636, 8252 and the CSC API v2: scope ``credential`` with the digests that will be signed, so the consent holds
for these alone; the token for it is the signature activation data (SAD). The answer is awaited on loopback, for as long
as the call lasts.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import threading
import urllib.parse
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from pyhncert.errors import KeyFault, Unavailable

__all__ = ["Browse", "Consent", "ask_consent"]

Browse = Callable[[str], bool]
"""Opens an address for the person; False where it cannot."""
_PATH = "/hncert"
_DONE = "Đã nhận. Có thể đóng trang này. / Received. You may close this page."


@dataclass(frozen=True, slots=True)
class Consent:
    """What the browser brought back, and what proves to the service that we asked for it."""

    code: str = field(repr=False)
    redirect: str
    verifier: str = field(repr=False)


def ask_consent(
    address: str,
    question: Mapping[str, str],
    *,
    browse: Browse,
    randomness: Callable[[int], bytes],
    timeout_s: float,
) -> Consent:
    """Send the person to `address` with `question` and wait for the code.

    Raises:
        KeyFault: no browser, the person or the service says no, or an answer to another question came.
        Unavailable: no answer within `timeout_s`.
    """
    state, verifier = _text(randomness(16)), _text(randomness(32))
    with _listening() as desk:
        asked = {
            "response_type": "code",
            **question,
            "redirect_uri": desk.redirect,
            "state": state,
            "code_challenge": _text(hashlib.sha256(verifier.encode()).digest()),
            "code_challenge_method": "S256",
        }
        if not browse(f"{address}?{urllib.parse.urlencode(asked)}"):
            raise KeyFault(
                "this key is used with a person's consent in a browser, and none opens here",
                "khóa này cần người ký đồng ý trên trình duyệt, nhưng không mở được trình duyệt",
            )
        if not desk.came.wait(timeout_s):
            raise Unavailable(
                f"nobody consented in the browser within {timeout_s:g} s; sign again",
                f"không có ai đồng ý trên trình duyệt trong {timeout_s:g} giây; hãy ký lại",
            )
    told = desk.told
    if not hmac.compare_digest(told.get("state", "").encode(), state.encode()):
        raise KeyFault(
            "the browser brought an answer to another question (state does not match); sign again",
            "trình duyệt trả về trả lời cho yêu cầu khác (state không khớp); hãy ký lại",
        )
    if not told.get("code"):
        said = "".join(c for c in told.get("error", "no code") if c.isprintable())[:60]
        raise KeyFault(f"consent was not given in the browser: {said}", f"không được đồng ý trên trình duyệt: {said}")
    return Consent(told["code"], desk.redirect, verifier)


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


@dataclass(slots=True)
class _Desk:
    redirect: str = ""
    told: dict[str, str] = field(default_factory=dict, repr=False)
    came: threading.Event = field(default_factory=threading.Event)


@contextmanager
def _listening() -> Iterator[_Desk]:
    """Takes the first answer on a port of loopback that the system chooses."""
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer  # noqa: PLC0415  slow to load, rarely needed

    desk = _Desk()

    class Handler(BaseHTTPRequestHandler):
        timeout = 10

        def do_GET(self) -> None:
            place, _, query = self.path.partition("?")
            mine = place == _PATH
            if mine and not desk.came.is_set():
                desk.told.update(urllib.parse.parse_qsl(query, max_num_fields=20))
            body = (_DONE if mine else "").encode()
            self.send_response(200 if mine else 404)
            self.send_header("Content-Type", "text/plain; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Referrer-Policy", "no-referrer")
            self.end_headers()
            self.wfile.write(body)
            if mine:
                desk.came.set()

        def log_message(self, *_: object) -> None:
            """The path carries the code."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    desk.redirect = f"http://127.0.0.1:{server.server_address[1]}{_PATH}"
    worker = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    worker.start()
    try:
        yield desk
    finally:
        server.shutdown()
        server.server_close()
        worker.join()
