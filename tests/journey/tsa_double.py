"""A timestamp service on loopback that is as good or as bad as a test wants it, and counts who asks."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from asn1crypto import cms, tsp

from pyhncert.identify import TrialAuthority


class Double:
    """`mode` is ``good``, ``silent`` (accepts and says nothing), ``slow`` (answers when `pace` lets it), ``503`` or
    ``wrong nonce``. `asked` counts requests, `most` is how many were there at once."""

    def __init__(self, authority: TrialAuthority) -> None:
        self.authority = authority
        self.mode = "good"
        self.pace: Callable[[], object] = lambda: None
        self.asked = self.now = self.most = 0
        self.end = threading.Event()
        self.heard = threading.Event()
        self._count = threading.Lock()
        double = self

        class Service(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_: object) -> None:
                pass

            def do_POST(self) -> None:
                with double._count:
                    double.asked += 1
                    double.now += 1
                    double.most = max(double.most, double.now)
                double.heard.set()
                try:
                    double._answer(self)
                except OSError:
                    pass  # who asked has gone
                finally:
                    with double._count:
                        double.now -= 1

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Service)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/tsa"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def _answer(self, handler: http.server.BaseHTTPRequestHandler) -> None:
        asked = tsp.TimeStampReq.load(handler.rfile.read(int(handler.headers["Content-Length"])))
        if self.mode == "silent":
            self.end.wait()
            return
        if self.mode == "503":
            handler.send_error(503)
            return
        if self.mode == "slow":
            self.pace()
        imprint = asked["message_imprint"]
        nonce = asked["nonce"].native + (self.mode == "wrong nonce")
        token = self.authority.timestamp(
            imprint["hashed_message"].native,
            imprint["hash_algorithm"]["algorithm"].native,
            nonce=nonce.to_bytes(9, "big").lstrip(b"\0"),
        )
        answer = tsp.TimeStampResp(
            {"status": {"status": "granted"}, "time_stamp_token": cms.ContentInfo.load(token)}
        ).dump()
        handler.send_response(200)
        handler.send_header("Content-Type", "application/timestamp-reply")
        handler.send_header("Content-Length", str(len(answer)))
        handler.end_headers()
        handler.wfile.write(answer)

    def stop(self) -> None:
        """Let go of everybody who waits."""
        self.end.set()
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def running(*authorities: TrialAuthority) -> Iterator[list[Double]]:
    """A double for each authority."""
    doubles = [Double(authority) for authority in authorities]
    try:
        yield doubles
    finally:
        for double in doubles:
            double.stop()


def point_at(folder: Path, *urls: str, **figures: float) -> None:
    """The office asks the services at `urls`, and keeps its CA's lists as files."""
    settings = folder / "office.toml"
    lines = settings.read_text("utf-8").splitlines()
    at = lines.index("[timestamp]")
    end = lines.index("", at)
    said = [f"urls = {list(urls)!r}".replace("'", '"'), *(f"{name} = {value}" for name, value in figures.items())]
    settings.write_text("\n".join([*lines[: at + 1], *said, *lines[end:]]) + "\n", "utf-8")


def point_home(folder: Path) -> None:
    """The office makes its timestamps itself."""
    settings = folder / "office.toml"
    lines = settings.read_text("utf-8").splitlines()
    at = lines.index("[timestamp]")
    settings.write_text("\n".join([*lines[: at + 1], "trial = true", *lines[lines.index("", at) :]]) + "\n", "utf-8")
