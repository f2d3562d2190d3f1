"""Keys in a remote signing service: Cloud Signature Consortium API v2 (client credentials, authorize, signHash).

What leaves here is a digest, never a document. Each signature is authorised for its own digest (SCAL2) and verified
under the certificate before anybody uses it: a service that answers with something else is refused by name.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import os
import re
import threading
import urllib.parse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from asn1crypto import algos
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from pyhncert import _core
from pyhncert.errors import AlteredCore, CertificateFault, KeyFault, Unavailable, UsageFault
from pyhncert.identify import _http
from pyhncert.identify._consent import Browse, ask_consent
from pyhncert.identify._keys import Credential, KeyElsewhere, Password, issuers, no_fixed_form

__all__ = ["RemoteKey", "RemoteService", "load_remote_credential"]

_DIGESTS = {"sha256": "2.16.840.1.101.3.4.2.1", "sha384": "2.16.840.1.101.3.4.2.2", "sha512": "2.16.840.1.101.3.4.2.3"}
_V15 = {"sha256": "1.2.840.113549.1.1.11", "sha384": "1.2.840.113549.1.1.12", "sha512": "1.2.840.113549.1.1.13"}
_ECDSA = {"sha256": "1.2.840.10045.4.3.2", "sha384": "1.2.840.10045.4.3.3", "sha512": "1.2.840.10045.4.3.4"}
_PSS = "1.2.840.113549.1.1.10"
_WORDS = {
    "invalid_client": "dịch vụ ký số từ xa không nhận mã ứng dụng",
    "invalid_request": "dịch vụ ký số từ xa từ chối yêu cầu",
    "invalid_pin": "sai mã PIN của chứng thư số từ xa",
    "invalid_otp": "sai mã OTP hoặc ủy quyền ký đã hết hạn",
    "invalid_grant": "sự đồng ý đã hết hạn, đã dùng hoặc không phải cho yêu cầu này",
    "access_denied": "dịch vụ ký số từ xa không cho phép",
    "invalid_token": "phiên làm việc với dịch vụ ký số từ xa không còn hiệu lực",
}
"""Errors of RFC 6749 and of CSC 2.0, 10.1, in Vietnamese."""
_JSON, _FORM = "application/json", "application/x-www-form-urlencoded"
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


def _browser(url: str) -> bool:
    import webbrowser  # noqa: PLC0415  only for keys that want a person's consent

    return webbrowser.open(url)


def _is_safe(url: str) -> bool:
    """Whether `url` is https, or stays on this machine."""
    scheme, _, rest = url.partition("://")
    host = rest.partition("/")[0].rpartition("@")[2]
    loopback = re.sub(r":\d+$", "", host) in _LOOPBACK
    return scheme == "https" or (scheme == "http" and loopback)


@dataclass(slots=True)
class RemoteService:
    """A service at `url` (up to and with ``/csc/v2``), and how we are known to it.

    `client` is our client identifier, `secret` is asked for the client's secret, `timeout_s` bounds each answer and
    `patience_s` how long a person may take in the browser, which `browse` opens.
    """

    url: str
    client: str
    secret: Password
    timeout_s: float = 30.0
    patience_s: float = 180.0
    browse: Browse = field(default=_browser, repr=False)
    randomness: Callable[[int], bytes] = field(default=os.urandom, repr=False)
    _token: str | None = field(default=None, repr=False)
    _lock: threading.RLock = field(default_factory=threading.RLock, repr=False)

    def __post_init__(self) -> None:
        if not _is_safe(self.url):
            raise UsageFault(
                f"remote signing address {self.url!r} must be an https URL; correct it in office.toml",
                f"địa chỉ ký số từ xa {self.url!r} phải là URL https; hãy sửa trong office.toml",
            )
        self.url = self.url.rstrip("/")

    def consent(self, credential: str, sums: Sequence[str], digest: str) -> str:
        """What allows to sign these digests (base64) once, after a person consented in the browser.

        Raises:
            KeyFault: refused, or the answer is not to this question.
            Unavailable: nobody answers.
        """
        base = self.ask("info", {}).get("oauth2") or self.url
        if not isinstance(base, str) or not _is_safe(base):
            raise _wrong("info: oauth2 is no https URL")
        base = base.rstrip("/").removesuffix("/oauth2")
        found = ask_consent(
            f"{base}/oauth2/authorize",
            {
                "client_id": self.client,
                "scope": "credential",
                "credentialID": credential,
                "numSignatures": str(len(sums)),
                "hashes": ",".join(one.replace("+", "-").replace("/", "_").rstrip("=") for one in sums),
                "hashAlgorithmOID": _DIGESTS[digest],
            },
            browse=self.browse,
            randomness=self.randomness,
            timeout_s=self.patience_s,
        )
        question = {
            "grant_type": "authorization_code",
            "code": found.code,
            "client_id": self.client,
            "client_secret": self.secret(),
            "redirect_uri": found.redirect,
            "code_verifier": found.verifier,
        }
        return self._grant(question, base)

    def ask(self, method: str, question: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to a method of the API, as its JSON object; an access token that has ended is got anew, once.

        Raises:
            Unavailable: the service is silent.
            KeyFault: it refuses, or answers with something else than the API says.
        """
        with self._lock:
            known = self._token is not None
            body = json.dumps(question).encode()
            answer = self._post(self.url, method, body, self._access(), _JSON)
            if answer.status == 401 and known:
                self._token = None
                answer = self._post(self.url, method, body, self._access(), _JSON)
        return self._object(answer, method)

    def _access(self) -> str:
        if self._token is None:
            question = {"grant_type": "client_credentials", "client_id": self.client, "client_secret": self.secret()}
            self._token = self._grant(question)
        return self._token

    def _grant(self, question: Mapping[str, str], base: str = "") -> str:
        """A token of the OAuth 2.0 server, which takes forms (RFC 6749, 4.1.3)."""
        form = urllib.parse.urlencode(question).encode()
        told = self._object(self._post(base or self.url, "oauth2/token", form, None, _FORM), "oauth2/token")
        return _text(told, "access_token", "oauth2/token")

    def _post(self, base: str, method: str, body: bytes, access: str | None, kind: str) -> _http.Answer:
        headers = {"Content-Type": kind, "Accept": "application/json"}
        if access is not None:
            headers["Authorization"] = f"Bearer {access}"
        try:
            return _http.post(f"{base}/{method}", body, headers, timeout_s=self.timeout_s)
        except _http.Silent as err:
            host = _http.host_of(base)
            raise Unavailable(
                f"remote signing service {host} does not answer ({err}); try again later",
                f"dịch vụ ký số từ xa {host} không trả lời ({err}); hãy thử lại sau",
            ) from err

    def _object(self, answer: _http.Answer, method: str) -> dict[str, Any]:
        try:
            told = json.loads(answer.body) if not answer.too_long else None
        except (ValueError, RecursionError):
            told = None
        if answer.status == 204:
            return {}
        if answer.status == 200 and isinstance(told, dict):
            return told
        if answer.status in {400, 401, 403, 404} and isinstance(told, dict) and isinstance(told.get("error"), str):
            raise _refused(told["error"], str(told.get("error_description", "")))
        raise _wrong(f"{method}: HTTP status {answer.status}")


class RemoteKey(KeyElsewhere):
    """A private key that a remote service holds; threads take turns."""

    def __init__(
        self, service: RemoteService, credential: str, pin: Password | None, otp: Password | None = None
    ) -> None:
        self._service, self._name, self._pin, self._otp = service, credential, pin, otp
        self._lock = threading.RLock()
        told = service.ask(
            "credentials/info",
            {"credentialID": credential, "certificates": "chain", "certInfo": False, "authInfo": True},
        )
        key, certificate = told.get("key"), told.get("cert")
        found = certificate.get("certificates") if isinstance(certificate, dict) else None
        if not isinstance(key, dict) or not isinstance(found, list) or not found:
            raise _wrong("credentials/info: no key or no certificate")
        if key.get("status") != "enabled":
            raise KeyFault(
                f"remote credential {credential} is not enabled; have it enabled by its issuer",
                f"chứng thư số từ xa {credential} chưa được kích hoạt; hãy yêu cầu đơn vị cấp kích hoạt",
            )
        self.certificates = [_decoded(one, "credentials/info") for one in found]
        self._bound = told.get("SCAL", "1") == "2"
        auth = told.get("auth")
        self._mode, objects = (auth.get("mode"), auth.get("objects")) if isinstance(auth, dict) else (None, None)
        self._asked = [one for one in objects if isinstance(one, dict)] if isinstance(objects, list) else []

    @property
    def certificate(self) -> bytes:
        """Its certificate, DER."""
        return self.certificates[0]

    def sign(self, message: bytes, /, *, scheme: str, digest: str) -> bytes:
        """The signature over `message`; ECDSA in DER.

        Raises:
            Unavailable: the service is silent.
            KeyFault: it refuses, or what it answers is no signature of this key over `message`.
        """
        algorithm, parameters = _named(scheme, digest)
        sum_ = base64.b64encode(hashlib.new(digest, message).digest()).decode()
        with self._lock:
            allowed = self._authorise(sum_, digest)
            told = self._service.ask(
                "signatures/signHash",
                {
                    "credentialID": self._name,
                    "SAD": allowed,
                    "hashes": [sum_],
                    "hashAlgorithmOID": _DIGESTS[digest],
                    "signAlgo": algorithm,
                    **({"signAlgoParams": parameters} if parameters else {}),
                },
            )
        signatures = told.get("signatures")
        if not isinstance(signatures, list) or len(signatures) != 1:
            raise _wrong("signatures/signHash: not exactly one signature")
        signature = _decoded(signatures[0], "signatures/signHash")
        if scheme == "ecdsa":
            signature = self._in_der(signature)
        try:
            _core.verify_signature(self.certificates[0], message, signature, scheme=scheme, digest=digest)
        except (AlteredCore, CertificateFault) as err:
            raise KeyFault(
                "remote signing service answered with a signature that is not over what was sent; tell its operator",
                "dịch vụ ký số từ xa trả về chữ ký không khớp với nội dung đã gửi; hãy báo cho đơn vị vận hành",
            ) from err
        return signature

    def sign_fixed(self, message: bytes, /) -> bytes:
        """The ECDSA signature with the curve's own digest, r and s of equal width; raises as `sign`."""
        if self.scheme != "ecdsa":
            raise no_fixed_form()
        r, s = decode_dss_signature(self.sign(message, scheme=self.scheme, digest=self.digest))
        width = (self.bits + 7) // 8
        return r.to_bytes(width, "big") + s.to_bytes(width, "big")

    def __repr__(self) -> str:
        return f"<RemoteKey {self._name}>"

    def _authorise(self, sum_: str, digest: str) -> str:
        if self._mode == "oauth2code":
            return self._service.consent(self._name, [sum_], digest)
        question: dict[str, Any] = {"credentialID": self._name, "numSignatures": 1}
        if self._bound:
            question |= {"hashes": [sum_], "hashAlgorithmOID": _DIGESTS[digest]}
        if self._mode != "implicit" and (secrets := self._secrets()):
            question["authData"] = secrets
        return _text(self._service.ask("credentials/authorize", question), "SAD", "credentials/authorize")

    def _secrets(self) -> list[dict[str, str]]:
        """What the credential is authorised by: PIN, one-time password, or both; the service sends the latter first."""
        given: list[dict[str, str]] = []
        for one in self._asked or [{"id": "PIN"}]:
            name = one.get("id")
            ask = {"PIN": self._pin, "OTP": self._otp}.get(name) if isinstance(name, str) else None
            if ask is None:
                if not self._asked:
                    continue
                shown = "".join(c for c in str(name) if c.isprintable())[:40]
                raise KeyFault(
                    f"remote credential {self._name} asks for {shown}, which nobody here can give",
                    f"chứng thư số từ xa {self._name} đòi {shown} nhưng không có ai cung cấp",
                )
            if name == "OTP" and not one.get("generator"):
                self._service.ask("credentials/sendOTP", {"credentialID": self._name})
            given.append({"id": str(name), "value": ask()})
        return given

    def _in_der(self, signature: bytes) -> bytes:
        """Services give r and s side by side, or in DER."""
        width = (self.bits + 7) // 8
        if len(signature) != 2 * width:
            return signature
        r, s = (int.from_bytes(half, "big") for half in (signature[:width], signature[width:]))
        return encode_dss_signature(r, s)


def load_remote_credential(
    service: RemoteService,
    credential: str,
    pin: Password | None = None,
    *,
    otp: Password | None = None,
    scheme: str | None = None,
    authorities: Sequence[bytes] = (),
) -> Credential:
    """A credential whose key a remote service holds under the name `credential`.

    `pin` and `otp` (a one-time password, which the service is told to send) are called for each signature, where the
    credential asks for them, as the service authorises each by itself. Nothing is signed yet.

    Raises:
        Unavailable: the service is silent.
        KeyFault: it refuses, does not know the credential, or answers wrongly.
        CertificateFault: a certificate that cannot be read.
    """
    key = RemoteKey(service, credential, pin, otp)
    own, *others = key.certificates
    return Credential(
        certificate=own,
        chain=issuers(own, [*others, *authorities]),
        key=key,
        scheme=scheme or key.scheme,
        digest=key.digest,
    )


def _named(scheme: str, digest: str) -> tuple[str, str | None]:
    """Algorithm and, for PSS, its parameters as the API wants them: an OID, DER in base64."""
    if scheme == "rsa-pss":
        names = {"algorithm": digest}
        parameters = algos.RSASSAPSSParams(
            {
                "hash_algorithm": names,
                "mask_gen_algorithm": {"algorithm": "mgf1", "parameters": names},
                "salt_length": hashlib.new(digest).digest_size,
            }
        )
        return _PSS, base64.b64encode(parameters.dump()).decode()
    return (_V15 if scheme == "rsa-v15" else _ECDSA)[digest], None


def _text(told: Mapping[str, Any], name: str, method: str) -> str:
    value = told.get(name)
    if not isinstance(value, str) or not value:
        raise _wrong(f"{method}: no {name}")
    return value


def _decoded(value: object, method: str) -> bytes:
    try:
        return base64.b64decode(value if isinstance(value, str) else "!", validate=True)
    except (binascii.Error, ValueError) as err:
        raise _wrong(f"{method}: no base64") from err


def _refused(error: str, description: str) -> KeyFault:
    shown = "".join(c for c in f"{error} {description}".strip() if c.isprintable())[:200]
    vi = _WORDS.get(error, "dịch vụ ký số từ xa từ chối")
    return KeyFault(f"remote signing service refuses: {shown}", f"{vi}: {shown}")


def _wrong(what: str) -> KeyFault:
    return KeyFault(
        f"remote signing service answered wrongly ({what}); tell its operator",
        f"dịch vụ ký số từ xa trả lời sai ({what}); hãy báo cho đơn vị vận hành",
    )
