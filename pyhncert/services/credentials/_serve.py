"""The authority's answers over HTTP, on loopback: revocation lists, its certificates, OCSP, timestamps.

========================== =====================================================================
``GET /issuing.crl``       the issuing CA's list; ``/root.crl`` the root's (RFC 5280)
``GET /issuing.cer``       the issuing CA's certificate; ``/root.cer`` the root's
``POST /ocsp``             OCSP (RFC 6960); ``GET /ocsp/…`` as well, the request in base64
``POST /tsa``              timestamps (RFC 3161)
========================== =====================================================================

Nothing of what is asked is written down.
"""

from __future__ import annotations

import base64
import binascii
import sys
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from pyhncert.errors import HncertError
from pyhncert.services.credentials._ocsp import OcspResponder
from pyhncert.services.credentials._refusals import refusal
from pyhncert.services.credentials._stamp import stamp_answer

if TYPE_CHECKING:
    from pyhncert.services.credentials._inventory import Credentials

__all__ = ["CredentialService"]

_MOST = 1 << 16
"""Bytes of a request."""
_AT_ONCE = 32
_WAIT_S = 10.0
_FILES = ("issuing", "root")
_MEDIA = {"crl": "application/pkix-crl", "cer": "application/pkix-cert"}

Answer = tuple[str, bytes]


class CredentialService:
    """Serves the authority of `inventory` on 127.0.0.1 from now on, in threads; `port` 0 takes a free one.

    Raises:
        UsageFault: the office has no authority, or the port is taken.
    """

    def __init__(self, inventory: Credentials, *, port: int = 0) -> None:
        if inventory.authority is None:
            raise refusal("no_authority")
        inventory.settle()
        self._authority = inventory.authority
        self._ocsp = OcspResponder(inventory.authority, inventory)
        try:
            self._server = _Server(("127.0.0.1", port), self._answer)
        except (OSError, OverflowError) as err:
            raise refusal("port", address=f"127.0.0.1:{port}", why=getattr(err, "strerror", None) or err) from err
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Ends: requests in hand are answered, no other is taken."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> CredentialService:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _answer(self, method: str, path: str, body: bytes) -> Answer | int:
        """Media type and bytes, or a status of HTTP."""
        if path == "/ocsp" or path.startswith("/ocsp/"):
            request = body if method == "POST" else _from_path(path)
            return "application/ocsp-response", self._ocsp.answer(request)
        if path == "/tsa":
            return ("application/timestamp-reply", stamp_answer(self._authority, body)) if method == "POST" else 405
        kind, _, end = path.removeprefix("/").partition(".")
        if kind not in _FILES or end not in _MEDIA:
            return 404
        if method != "GET":
            return 405
        try:
            read = self._authority.crls if end == "crl" else self._authority.certificates
            return _MEDIA[end], read()[_FILES.index(kind)]
        except HncertError:
            return 503


def _from_path(path: str) -> bytes:
    """The request that a GET carries (RFC 6960, A.1); nothing where it is no base64, and so no request."""
    try:
        return base64.b64decode(unquote(path.removeprefix("/ocsp/")), validate=True)
    except (binascii.Error, ValueError):
        return b""


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], answer: Callable[[str, str, bytes], Answer | int]) -> None:
        self.answer = answer
        self._room = threading.BoundedSemaphore(_AT_ONCE)
        super().__init__(address, _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """One more thread, when there is room."""
        self._room.acquire()
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Answers one connection."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._room.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away or drips is no news; a fault of ours is."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = _WAIT_S
    server_version, sys_version = "hncert", ""

    def do_GET(self) -> None:
        """A list, a certificate, or OCSP."""
        self._give(self.server.answer("GET", self.path.partition("?")[0], b""))

    def do_POST(self) -> None:
        """OCSP or a timestamp."""
        length = self.headers.get("Content-Length", "")
        if not length.isascii() or not length.isdigit():
            self._give(411)
        elif int(length) > _MOST:
            self._give(413)
        else:
            self._give(self.server.answer("POST", self.path, self.rfile.read(int(length))))

    def _give(self, answer: Answer | int) -> None:
        status, kind, body = (answer, "text/plain", b"") if isinstance(answer, int) else (200, *answer)
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is written down."""
