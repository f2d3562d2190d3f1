"""A remote signing service on loopback that keeps the rules of the CSC API v2, and breaks one of them when told to."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import http.server
import json
import threading
import urllib.parse
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
    mode: str = "explicit"
    objects: tuple[dict[str, str], ...] = ()
    otps: list[str] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/csc/v2"

    def answer(self, path: str, asked: dict[str, Any], bearer: str) -> dict[str, Any]:
        method = path.partition("/csc/v2/")[2]
        self.calls.append(method)
        if method == "oauth2/token" and asked.get("grant_type") == "authorization_code":
            return self.consented(asked)
        if method == "oauth2/token":
            if (asked.get("client_id"), asked.get("client_secret")) != (CLIENT, SECRET):
                raise Refuse("invalid_client", "unknown client")
            token = f"token-{len(self.tokens)}"
            self.tokens.add(token)
            return {"access_token": token, "token_type": "Bearer", "expires_in": 60}
        if method == "info":
            return {"specs": "2.0.0.2", **({"oauth2": "http://sign.example.vn"} if "elsewhere" in self.faults else {})}
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
            "auth": {"mode": self.mode, **({"objects": list(self.objects)} if self.objects else {})},
            "SCAL": self.scal,
            "multisign": 1,
        }

    def credentials_authorize(self, name: str, _: Credential, asked: dict[str, Any]) -> dict[str, Any]:
        if self.mode == "oauth2code":
            raise Refuse("invalid_request", "this credential is authorised by OAuth 2.0")
        given = {one["id"]: one["value"] for one in asked.get("authData", ())}
        wanted = {one["id"] for one in self.objects} or {"PIN"}
        if given.keys() != wanted:
            raise Refuse("invalid_request", "Invalid parameter authData")
        if "PIN" in wanted and given["PIN"] != PIN:
            raise Refuse("invalid_pin", "The PIN is invalid")
        if "OTP" in wanted:
            if "late" in self.faults:
                self.otps.clear()
            if given["OTP"] not in self.otps:
                raise Refuse("invalid_otp", "The OTP is invalid")
            self.otps.remove(given["OTP"])  # once
        hashes = tuple(asked.get("hashes", ()))
        if self.scal == "2" and (not hashes or asked.get("hashAlgorithmOID") not in DIGESTS):
            raise Refuse("invalid_request", "SCAL2 needs hashes and hashAlgorithmOID")
        sad = f"sad-{len(self.allowed)}"
        self.allowed[sad] = (name, hashes)
        return {"SAD": sad, "expiresIn": 0 if "expired" in self.faults else 300}

    def credentials_sendOTP(self, name: str, _: Credential, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        self.otps.append(f"{len(self.calls):06d}")
        return {}

    def authorize(self, asked: dict[str, str]) -> str:
        """Where the browser goes after the person said yes."""
        self.calls.append("oauth2/authorize")
        assert asked["response_type"] == "code" and asked["code_challenge_method"] == "S256"
        assert asked["client_id"] == CLIENT and asked["scope"] == "credential"
        assert asked["redirect_uri"].startswith("http://127.0.0.1:")
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        told = {"code": code, "state": asked["state"]}
        if "denied" in self.faults:
            told = {"error": "access_denied", "state": asked["state"]}
        if "state" in self.faults:
            told["state"] = "another"
        if "old code" in self.faults:
            told["code"] = next(iter(self.codes))
        return f"{asked['redirect_uri']}?{urllib.parse.urlencode(told)}"

    def consented(self, asked: dict[str, Any]) -> dict[str, Any]:
        """A code for a SAD: once, by the client that asked, with what its challenge was made of (RFC 7636, 4.6)."""
        if (asked.get("client_id"), asked.get("client_secret")) != (CLIENT, SECRET):
            raise Refuse("invalid_client", "unknown client")
        found = self.codes.get(asked["code"])
        challenge = base64.urlsafe_b64encode(hashlib.sha256(asked["code_verifier"].encode()).digest()).decode()
        if found is None or asked["code"] in self.used or "late" in self.faults:
            raise Refuse("invalid_grant", "The code has expired or was used")
        if found["redirect_uri"] != asked["redirect_uri"] or found["code_challenge"] != challenge.rstrip("="):
            raise Refuse("invalid_grant", "The code is of another request")
        self.used.add(asked["code"])
        sums = [one.replace("-", "+").replace("_", "/") for one in found["hashes"].split(",")]
        hashes = tuple(one + "=" * (-len(one) % 4) for one in sums)
        if "other hash" in self.faults:
            hashes = tuple(base64.b64encode(bytes(32)).decode() for _ in hashes)
        sad = f"sad-{len(self.allowed)}"
        self.allowed[sad] = (found["credentialID"], hashes)
        return {"access_token": sad, "token_type": "SAD", "expires_in": 300}

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

        def do_GET(self) -> None:
            place, _, query = self.path.partition("?")
            assert place == "/csc/v2/oauth2/authorize"
            self.send_response(302)
            self.send_header("Location", service.authorize(dict(urllib.parse.parse_qsl(query))))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            form = self.headers["Content-Type"] == "application/x-www-form-urlencoded"
            assert form == self.path.endswith("/oauth2/token"), "RFC 6749 wants a form, CSC JSON"
            asked = dict(urllib.parse.parse_qsl(raw.decode())) if form else json.loads(raw)
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
