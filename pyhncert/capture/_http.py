"""HTTP to one device that is not trusted: bounded in bytes and in time, never led elsewhere, stopped at once.

Every request has its own connection: devices close idle ones as they like, and a stop then needs one socket only.
"""

from __future__ import annotations

import hashlib
import http.client
import re
import socket
import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from pyhncert.capture._scanner import Halt, stop

_CHUNK = 1 << 16
_SHA256 = re.compile(r"sha256=([0-9a-fA-F]{64})")


@dataclass(frozen=True, slots=True)
class Address:
    """Where a device answers: its eSCL root; `pin` is the SHA-256 of its certificate where one is given."""

    name: str
    host: str
    port: int
    path: str
    tls: bool
    pin: str = ""

    @classmethod
    def of(cls, name: str) -> Address:
        """Read ``escl:http://host:port/eSCL#sha256=…``; the path is /eSCL where none is given.

        Raises:
            UsageFault: this names no device.
        """
        try:
            parts = urlsplit(name.removeprefix("escl:"))
            port = parts.port
        except ValueError as err:
            raise stop("no_scanner", name, en=str(err)) from err
        pin = _SHA256.fullmatch(parts.fragment)
        plain = parts.scheme in ("http", "https") and parts.hostname and not (parts.query or "@" in parts.netloc)
        if not plain or (parts.fragment and not (pin and parts.scheme == "https")):
            raise stop("no_scanner", name)
        tls = parts.scheme == "https"
        path = parts.path.rstrip("/") or "/eSCL"
        return cls(name, parts.hostname or "", port or (443 if tls else 80), path, tls, pin[1].lower() if pin else "")

    def moved(self, location: str) -> Address | None:
        """The address after a redirect of its root, which stays on the host and never leaves TLS; None: refused."""
        try:
            parts = urlsplit(location)
            port = parts.port
        except ValueError:
            return None
        tls = parts.scheme == "https"
        root, sep, _ = parts.path.rpartition("/")
        if parts.scheme not in ("http", "https") or parts.hostname != self.host or (self.tls and not tls) or not sep:
            return None
        return replace(self, port=port or (443 if tls else 80), path=root, tls=tls)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


class _Pinned(http.client.HTTPSConnection):
    """TLS to a device whose certificate signs itself, known by the SHA-256 of that certificate."""

    def __init__(self, at: Address, timeout: float) -> None:
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE  # the pin below takes the place of a chain
        super().__init__(at.host, at.port, timeout=timeout, context=context)
        self._at = at

    def connect(self) -> None:
        super().connect()
        seen = fingerprint(self.sock)
        if seen != self._at.pin:
            self.close()
            raise stop("untrusted", self._at.name, en=f"sha256={seen}")


def fingerprint(sock: object) -> str:
    """SHA-256 of the certificate that the other side showed."""
    assert isinstance(sock, ssl.SSLSocket)  # noqa: S101  an HTTPS connection's socket
    return hashlib.sha256(sock.getpeercert(binary_form=True) or b"").hexdigest()


class Http:
    """Requests to the device at `at`; a stop asked of `halt` ends the one that runs."""

    def __init__(self, at: Address, halt: Halt, *, connect_s: float) -> None:
        self.at = at
        self._halt = halt
        self._connect_s = connect_s

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        *,
        most_bytes: int,
        within_s: float,
        heed: bool = True,
        pages: int = 0,
        broken: str = "nonsense",
    ) -> Answer:
        """One request; the answer is whole, at most `most_bytes` long and complete after `within_s`.

        `heed` False goes on although a stop was asked, to tell the device of it; `broken` is the fault of an answer
        that breaks off, `pages` how many came before.

        Raises:
            Unavailable: nobody answers there, or not in time.
            ScannerFault: stopped; the answer breaks off, is too long, or is no HTTP; the certificate is not trusted.
        """
        connection = self._connection(min(within_s, self._connect_s))
        late = threading.Event()

        def cut() -> None:
            if connection.sock is not None:
                with suppress(OSError):  # it may be down already; close() would not wake a read in another thread
                    connection.sock.shutdown(socket.SHUT_RDWR)

        def overdue() -> None:
            late.set()
            cut()

        watch = threading.Timer(within_s, overdue)
        watch.daemon = True
        watch.start()
        began = False
        try:
            if heed:
                self._halt.wake(cut)
            connection.connect()
            connection.sock.settimeout(within_s)
            if heed and self._halt:
                cut()  # asked while there was no socket to shut
            headers = {"Connection": "close", "User-Agent": "pyhncert"}
            if body is not None:
                headers["Content-Type"] = "text/xml"
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            began = True
            return self._read(response, most_bytes, pages)
        except (OSError, UnicodeError, http.client.HTTPException) as err:  # UnicodeError: a host that IDNA refuses
            if heed and self._halt:
                raise stop("cancelled", self.at.name, pages=pages) from err
            if late.is_set() or isinstance(err, TimeoutError):
                raise stop("silent", self.at.name, pages=pages) from err
            raise self._fault(err, pages, broken if began else "") from err
        finally:
            watch.cancel()
            self._halt.wake(None)
            connection.close()

    def _connection(self, within_s: float) -> http.client.HTTPConnection:
        at = self.at
        if not at.tls:
            return http.client.HTTPConnection(at.host, at.port, timeout=within_s)
        if at.pin:
            return _Pinned(at, within_s)
        return http.client.HTTPSConnection(at.host, at.port, timeout=within_s, context=ssl.create_default_context())

    def _read(self, response: http.client.HTTPResponse, most_bytes: int, pages: int) -> Answer:
        headers = {name.lower(): value for name, value in response.getheaders()}
        if headers.get("content-encoding", "identity").lower() != "identity":
            raise stop("nonsense", self.at.name, pages=pages, en=f"Content-Encoding {headers['content-encoding']}")
        if (response.length or 0) > most_bytes:
            raise self._too_long(most_bytes, pages)
        parts, size = [], 0
        while part := response.read(_CHUNK):
            size += len(part)
            if size > most_bytes:
                raise self._too_long(most_bytes, pages)
            parts.append(part)
        if response.length:  # fewer bytes than promised: a read with a size does not say so
            raise http.client.IncompleteRead(b"", response.length)
        return Answer(response.status, headers, b"".join(parts))

    def _too_long(self, most_bytes: int, pages: int) -> Exception:
        most = f"{most_bytes / 2**20:.0f} MiB"
        return stop(
            "nonsense",
            self.at.name,
            pages=pages,
            en=f"an answer of more than {most}",
            vi=f"câu trả lời dài hơn {most}",
        )

    def _fault(self, err: Exception, pages: int, broken: str) -> Exception:
        name = self.at.name
        if broken:
            return stop(broken, name, pages=pages, en="it breaks off", vi="câu trả lời bị đứt quãng")
        if isinstance(err, ssl.SSLCertVerificationError):
            return stop("untrusted", name, en=f"{err.verify_message}; {self._shown_fingerprint()}")
        away = "gone" if pages else "unreachable"
        if isinstance(err, http.client.RemoteDisconnected):
            return stop(away, name, pages=pages, en="it hung up", vi="máy ngắt kết nối")
        if isinstance(err, http.client.HTTPException):
            return stop("nonsense", name, pages=pages, en="no HTTP", vi="không phải HTTP")
        return stop(away, name, pages=pages, en=getattr(err, "strerror", None) or str(err))

    def _shown_fingerprint(self) -> str:
        """The certificate's fingerprint, for a person to compare with the one on the device."""
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE  # nothing is sent on this connection, and nothing believed
        try:
            with (
                socket.create_connection((self.at.host, self.at.port), timeout=5) as plain,
                context.wrap_socket(plain, server_hostname=self.at.host) as sock,
            ):
                return f"#sha256={fingerprint(sock)}"
        except OSError:
            return "no certificate"
