"""The state's desktop signing tool (SPEC 1.10): a local service that fetches a file, signs it and sends it back itself.

It listens for WebSocket calls on this machine. We lend it the file and a place to post to, both on loopback, under
names that nobody can guess and that end with the call, and believe nothing of what comes back (`check_returned`).
"""

from __future__ import annotations

import datetime as dt
import json
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from pyhncert.errors import KeyFault, MissingDependency, Unavailable, UsageFault
from pyhncert.identify._returned import check_returned

__all__ = ["DesktopTool"]

_LOOPBACK = re.compile(r"wss?://(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?(?:/[^\s]*)?")
_ROOM = 8 << 20
"""So much may a signature add, in bytes."""
_SHOWN = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class DesktopTool:
    """The tool behind `url`, function included (``ws://127.0.0.1:8987/SignCopy``).

    `timeout_s` is how long a person may take to choose the certificate and type the PIN.
    """

    url: str
    clock: Callable[[], dt.datetime]
    randomness: Callable[[int], bytes]
    timeout_s: float = 300.0

    def __post_init__(self) -> None:
        if _LOOPBACK.fullmatch(self.url) is None:
            raise UsageFault(
                f"desktop signing tool {self.url!r} must be a WebSocket address of this machine",
                f"công cụ ký số {self.url!r} phải là địa chỉ WebSocket của máy này",
                hint="correct desktop.url in office.toml",
                hint_vi="hãy sửa desktop.url trong office.toml",
            )

    def sign(self, pdf: bytes, certificate: bytes, *, name: str = "copy.pdf") -> bytes:
        """`pdf` with one more signature, by `certificate` (DER).

        Raises:
            Unavailable: the tool is not running, or gives no answer in time.
            KeyFault: it refuses, was cancelled, sent nothing, or what it sent is not that file with that one signature.
            MissingDependency: the extra ``[desktop]`` is not installed.
        """
        with _lent(pdf, name, self.randomness) as desk:
            answer = self._ask(desk.call)
            status = answer.get("Status")
            if type(status) is not int or status != 0:
                said = "".join(c for c in str(answer.get("Message", "")) if c.isprintable())[:_SHOWN]
                raise KeyFault(
                    f"the desktop signing tool did not sign: {said or 'cancelled'} (status {status!r:.20})",
                    f"công cụ ký số không ký: {said or 'đã hủy'} (trạng thái {status!r:.20})",
                )
            if len(desk.returned) != 1:
                sent, vi = ("nothing", "không có tệp") if not desk.returned else ("more than one file", "nhiều tệp")
                raise KeyFault(
                    f"the desktop signing tool says that it signed, and sent {sent} back",
                    f"công cụ ký số báo đã ký nhưng gửi lại {vi}",
                )
            returned = desk.returned[0]
        check_returned(pdf, returned, certificate=certificate, now=self.clock())
        return returned

    def _ask(self, call: Mapping[str, Any]) -> dict[str, Any]:
        try:
            from websockets.exceptions import WebSocketException  # noqa: PLC0415  an extra
            from websockets.sync.client import connect  # noqa: PLC0415
        except ImportError as err:
            raise MissingDependency(
                "the desktop signing tool needs the package websockets",
                "công cụ ký số cần gói websockets",
                hint="install pyhncert with the extra [desktop]",
                hint_vi="cài pyhncert với phần bổ sung [desktop]",
            ) from err
        until = time.monotonic() + self.timeout_s
        try:
            with connect(self.url, open_timeout=min(10.0, self.timeout_s), max_size=1 << 16, proxy=None) as line:
                line.send(json.dumps(call))
                told = json.loads(line.recv(timeout=max(0.0, until - time.monotonic())))
        except TimeoutError as err:
            raise self._silent(f"no answer within {self.timeout_s:g} s", f"quá {self.timeout_s:g} giây") from err
        except (OSError, WebSocketException) as err:
            raise self._silent("it is not running, or hung up", "chưa chạy hoặc đã ngắt kết nối") from err
        except (ValueError, RecursionError) as err:
            raise _senseless() from err
        if not isinstance(told, dict):
            raise _senseless()
        return told

    def _silent(self, en: str, vi: str) -> Unavailable:
        return Unavailable(
            f"the desktop signing tool at {self.url} does not answer: {en}",
            f"công cụ ký số tại {self.url} không trả lời: {vi}",
            hint="start it, plug the token in, and sign again",
            hint_vi="hãy mở công cụ, cắm USB token rồi ký lại",
        )


def _senseless() -> KeyFault:
    return KeyFault(
        "the desktop signing tool answered with something that is no answer",
        "công cụ ký số trả lời không đúng dạng",
    )


@dataclass(frozen=True, slots=True)
class _Desk:
    """What the tool is told, and what it posted."""

    call: dict[str, Any]
    returned: list[bytes]


@contextmanager
def _lent(pdf: bytes, name: str, randomness: Callable[[int], bytes]) -> Iterator[_Desk]:
    """The file on loopback, for as long as the call lasts."""
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer  # noqa: PLC0415  slow to load, rarely needed

    secret, session = randomness(16).hex(), randomness(16).hex()
    returned: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        timeout = 30

        def do_GET(self) -> None:
            found = self.path == f"/{secret}/{name}"
            self._answer(200 if found else 404, "application/pdf", pdf if found else b"")

        def do_POST(self) -> None:
            length = self.headers.get("Content-Length", "")
            if self.path != f"/{secret}/upload" or not length.isdecimal():
                self._answer(404, "application/json", b'{"Status": false}')
                return
            if int(length) > len(pdf) + _ROOM:
                self.close_connection = True
                self._answer(413, "application/json", b'{"Status": false, "Message": "too long"}')
                return
            found = _posted(self.headers.get("Content-Type", ""), self.rfile.read(int(length)))
            if found is not None and len(returned) < 2:
                returned.append(found)
            told = {"Status": found is not None, "Message": "", "FileName": name, "FileServer": f"{base}/{name}"}
            self._answer(200 if found is not None else 400, "application/json", json.dumps(told).encode())

        def _answer(self, status: int, kind: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Paths are secret."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    base = f"http://127.0.0.1:{server.server_address[1]}/{secret}"
    call = {
        "FileName": f"{base}/{name}",
        "FileUploadHandler": f"{base}/upload",
        "SessionId": session,
        "JWTToken": "",
        "MetaData": [],
    }
    worker = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    worker.start()
    try:
        yield _Desk(call, returned)
    finally:
        server.shutdown()
        server.server_close()
        worker.join()


def _posted(kind: str, body: bytes) -> bytes | None:
    """The one file in a form (RFC 7578), or the body itself where it is a PDF."""
    if body.startswith(b"%PDF-"):
        return body
    mark = re.search(r'^multipart/form-data\b.*\bboundary="?([^";,]{1,70})"?', kind, re.IGNORECASE)
    if mark is None:
        return None
    found = []
    for part in body.split(b"--" + mark[1].encode("latin-1", "replace"))[1:]:
        head, _, held = part.partition(b"\r\n\r\n")
        if re.search(rb"\bfilename\*?=", head, re.IGNORECASE):
            found.append(held.removesuffix(b"\r\n"))
    return found[0] if len(found) == 1 else None
