"""Key pairs on tokens (PKCS#11) without a certificate: made there, asked to sign a request, given what was issued."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key

from pyhncert import _core
from pyhncert.errors import KeyFault
from pyhncert.identify._certificates import common_name, parse_certificate
from pyhncert.identify._keys import Password
from pyhncert.identify._token import log_in
from pyhncert.values import Randomness

__all__ = ["TokenPair", "put_on_token", "token_pair"]


class TokenPair:
    """A key pair on a token, which is logged in; the private half never leaves it."""

    def __init__(self, token: _core.Token, label: str, id: bytes, spki: bytes) -> None:
        self._token, self._id = token, id
        self.label = label
        self.public_spki = spki
        """The public key, SubjectPublicKeyInfo in DER."""

    @property
    def serial(self) -> str:
        """The token's serial number."""
        return self._token.serial

    @property
    def scheme(self) -> str:
        """What the key signs by where nothing else is asked: ``rsa-pss`` or ``ecdsa``."""
        return "ecdsa" if isinstance(load_der_public_key(self.public_spki), ec.EllipticCurvePublicKey) else "rsa-pss"

    @property
    def digest(self) -> str:
        """The digest that goes with `scheme`."""
        key = load_der_public_key(self.public_spki)
        return "sha384" if isinstance(key, ec.EllipticCurvePublicKey) and key.key_size == 384 else "sha256"

    def sign(self, message: bytes, /, *, scheme: str, digest: str) -> bytes:
        """The signature over `message`; ECDSA in DER.

        Raises:
            KeyFault: the token does not sign so, or was taken out.
        """
        return self._token.sign(self._id, message, scheme=scheme, digest=digest)

    def __repr__(self) -> str:
        return f"<TokenPair {self.label} on {self._token.label}>"

    def __reduce__(self) -> str:
        raise TypeError("a private key is not copied or stored")


def token_pair(
    module: Path, password: Password | None, *, label: str, kind: str, randomness: Randomness, token: str = ""
) -> TokenPair:
    """The key pair called `label`, made now as `kind` (``p-256``, ``rsa-3072``, …) where there is none.

    One that is there already is used only while it has no certificate: a run that broke off goes on, and no key is
    asked for twice. `module`, `password` and `token` as for `load_token_credential`.

    Raises:
        KeyFault: token, PIN or mechanism stand against it, or the pair has its certificate.
        UsageFault: the kind is unknown.
    """
    opened = _core.Token(module, token)
    log_in(opened, password)
    found = [pair for pair in opened.pairs() if pair[0] == label]
    if len(found) > 1:
        raise KeyFault(
            f"the token holds several keys called {label}; give another label",
            f"USB token có nhiều khóa tên {label}; hãy đặt nhãn khác",
        )
    if not found:
        return TokenPair(opened, *opened.generate(label, randomness(16), kind))
    if any(found[0][1] == id for _, id, _ in opened.certificates()):
        raise KeyFault(
            f"key {label} on the token has its certificate already; give another label for a new key",
            f"khóa {label} trên USB token đã có chứng thư số; hãy đặt nhãn khác cho khóa mới",
        )
    return TokenPair(opened, *found[0])


def put_on_token(
    module: Path, password: Password | None, certificate: bytes, chain: Sequence[bytes], *, token: str = ""
) -> str:
    """Puts a certificate and its chain (DER) beside its key on the token; gives its label. Twice does no harm.

    Raises:
        KeyFault: the token holds no key of that certificate, or stands against it.
    """
    opened = _core.Token(module, token)
    log_in(opened, password)
    spki = _core.certificate_spki(certificate)
    found = [pair for pair in opened.pairs() if pair[2] == spki]
    if not found:
        name = common_name(certificate)
        raise KeyFault(
            f"the token holds no key for the certificate of {name}; plug in the one that it was asked for with",
            f"USB token không có khóa của chứng thư số {name}; hãy cắm đúng token đã dùng khi yêu cầu",
        )
    label, id, _ = found[0]
    there = {der for _, _, der in opened.certificates()}
    for number, der in enumerate((certificate, *chain)):
        if der not in there:
            called, place = (label, id) if number == 0 else (f"{label}: CA {number}", id + bytes([number]))
            opened.put_certificate(called, place, parse_certificate(der).subject.public_bytes(), der)
    return label
