"""A remote signing service on loopback that keeps the rules of the CSC API v2, and breaks one of them when told to."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import http.server
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pyhncert.identify import Credential

CLIENT, SECRET, PIN = "hncert", "client secret", "135790"
DIGESTS = {"2.16.840.1.101.3.4.2.1": "sha256", "2.16.840.1.101.3.4.2.2": "sha384"}
SCHEMES = {
    "1.2.840.113549.1.1.10": "rsa-pss",
    "1.2.840.113549.1.1.11": "rsa-v15",
    "1.2.840.10045.4.3.2": "ecdsa",
    "1.2.840.10045.4.3.3": "ecdsa",
}


class Refuse(Exception):
    """An error of the API: its name and description."""


@dataclass
class Service:
    """Credentials by name; what was authorised; what happens to the next answers."""

    credentials: dict[str, Credential]
    scal: str = "2"
    faults: set[str] = field(default_factory=set)
    calls: list[str] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)
    allowed: dict[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/csc/v2"

    def answer(self, path: str, asked: dict[str, Any], bearer: str) -> dict[str, Any]:
        method = path.partition("/csc/v2/")[2]
        self.calls.append(method)
        if method == "oauth2/token":
            if (asked.get("client_id"), asked.get("client_secret")) != (CLIENT, SECRET):
                raise Refuse("invalid_client", "unknown client")
            token = f"token-{len(self.tokens)}"
            self.tokens.add(token)
            return {"access_token": token, "token_type": "Bearer", "expires_in": 60}
        if bearer not in self.tokens:
            raise Refuse("invalid_token", "no such access token")
        name = asked.get("credentialID", "")
        if name not in self.credentials:
            raise Refuse("invalid_request", "Invalid parameter credentialID")
        return getattr(self, method.replace("/", "_"))(name, self.credentials[name], asked)

    def credentials_info(self, name: str, credential: Credential, asked: dict[str, Any]) -> dict[str, Any]:
        assert asked["certificates"] == "chain"
        chain = [credential.certificate, *credential.chain]
        return {
            "key": {"status": "disabled" if "disabled" in self.faults else "enabled", "algo": [], "len": 0},
            "cert": {"status": "valid", "certificates": [base64.b64encode(der).decode() for der in chain]},
            "auth": {"mode": "explicit"},
            "SCAL": self.scal,
            "multisign": 1,
        }

    def credentials_authorize(self, name: str, _: Credential, asked: dict[str, Any]) -> dict[str, Any]:
        if asked.get("authData") != [{"id": "PIN", "value": PIN}]:
            raise Refuse("invalid_pin", "The PIN is invalid")
        hashes = tuple(asked.get("hashes", ()))
        if self.scal == "2" and (not hashes or asked.get("hashAlgorithmOID") not in DIGESTS):
            raise Refuse("invalid_request", "SCAL2 needs hashes and hashAlgorithmOID")
        sad = f"sad-{len(self.allowed)}"
        self.allowed[sad] = (name, hashes)
        return {"SAD": sad, "expiresIn": 0 if "expired" in self.faults else 300}

    def signatures_signHash(self, name: str, credential: Credential, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        sad = asked.get("SAD", "")
        if "replay" in self.faults:
            sad = next(iter(self.used), sad)
        if sad not in self.allowed or self.allowed[sad][0] != name:
            raise Refuse("invalid_request", "Invalid parameter SAD")
        if "expired" in self.faults:
            raise Refuse("invalid_otp", "The SAD has expired")
        if sad in self.used:
            raise Refuse("invalid_request", "SAD was used before")
        self.used.add(sad)
        hashes = asked["hashes"]
        if self.scal == "2" and tuple(hashes) != self.allowed[sad][1]:
            raise Refuse("invalid_request", "hashes were not authorised")
        digest, scheme = DIGESTS.get(asked["hashAlgorithmOID"]), SCHEMES.get(asked["signAlgo"])
        sums = [base64.b64decode(one, validate=True) for one in hashes]
        if digest is None or scheme is None or "wrong_hash" in self.faults:
            raise Refuse("invalid_request", "Invalid parameter hashAlgorithmOID")
        if any(len(one) != hashlib.new(digest).digest_size for one in sums):
            raise Refuse("invalid_request", "Invalid digest value length")
        if "tamper" in self.faults:
            sums = [hashlib.new(digest, b"something else").digest() for _ in sums]
        made = [raw_signature(credential, one, scheme, digest) for one in sums]
        if "two" in self.faults:
            made *= 2
        return {"signatures": [base64.b64encode(one).decode() for one in made]}


def raw_signature(credential: Credential, sum_: bytes, scheme: str, digest: str) -> bytes:
    """A signature over a digest, by the key behind the double; ECDSA as r and s side by side."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, padding
    from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature

    key = KEYS[credential.certificate]
    kind = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384()}[digest]
    if scheme == "ecdsa":
        r, s = decode_dss_signature(key.sign(sum_, ec.ECDSA(Prehashed(kind))))
        width = key.key_size // 8
        return r.to_bytes(width, "big") + s.to_bytes(width, "big")
    pad = padding.PKCS1v15() if scheme == "rsa-v15" else padding.PSS(padding.MGF1(kind), kind.digest_size)
    return key.sign(sum_, pad, Prehashed(kind))


KEYS: dict[bytes, Any] = {}
"""The private key of each certificate that a double holds."""


@contextlib.contextmanager
def serving(service: Service) -> Iterator[Service]:
    class Door(http.server.BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status, body = 200, b""
            if "nonsense" in service.faults:
                body = b"<html>"
            elif "down" in service.faults:
                status = 503
            else:
                bearer = self.headers.get("Authorization", "").removeprefix("Bearer ")
                try:
                    body = json.dumps(service.answer(self.path, asked, bearer)).encode()
                except Refuse as err:
                    status = 401 if err.args[0] == "invalid_token" else 400
                    body = json.dumps({"error": err.args[0], "error_description": err.args[1]}).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Door)
    service.port = server.server_port
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
