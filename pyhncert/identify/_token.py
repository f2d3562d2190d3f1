"""Keys on tokens and in security modules (PKCS#11): found by their certificate, never read out.

The PIN is asked once, when the token is opened; all signatures of a process go through that session. A token that was
taken out is an error for the paper in hand, and is opened again, PIN included, when it is next needed.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from cryptography import x509

from pyhncert import _core
from pyhncert.errors import KeyFault
from pyhncert.identify._certificates import parse_certificate
from pyhncert.identify._keys import Credential, KeyElsewhere, Password, issuers, no_fixed_form
from pyhncert.values import Typed

__all__ = ["TokenKey", "load_token_credential"]


class _Held(NamedTuple):
    label: str
    id: bytes
    der: bytes

    @property
    def names(self) -> tuple[str, str, str]:
        """What it may be called by: label, id and serial number in hex."""
        return self.label, self.id.hex(), f"{parse_certificate(self.der).serial_number:x}"


class TokenKey(KeyElsewhere):
    """A private key on a token; threads take turns."""

    def __init__(self, module: Path, token: str, password: Password | None) -> None:
        self._module, self._wanted, self._password = module, token, password
        self._lock = threading.RLock()
        self._token: _core.Token | None = None
        self._held: _Held | None = None

    def choose(self, wanted: str) -> tuple[bytes, list[bytes]]:
        """Take the certificate called `wanted` (or the only one that issues no others) and its key; log in.

        Its DER, and that of all others on the token.

        Raises:
            KeyFault: not exactly one fits, or the token or its PIN stand against it.
        """
        found = [_Held(*one) for one in self._open().certificates()]
        if wanted:
            fitting = [one for one in found if wanted == one.label or wanted.lower() in one.names]
        else:
            fitting = [one for one in found if _is_leaf(one.der)]
        if len(fitting) != 1:
            names = ", ".join(f"{one.label} ({one.names[2]})" for one in found)
            count = "no" if not fitting else "more than one"
            raise KeyFault(
                f"{count} certificate on the token fits; name one in office.toml by label or serial number: {names}",
                f"trên USB token {'không có' if not fitting else 'có nhiều'} chứng thư số phù hợp; "
                f"hãy ghi nhãn hoặc số sê-ri trong office.toml: {names}",
            )
        self._held = fitting[0]
        log_in(self._open(), self._password)
        return self._held.der, [one.der for one in found if one is not self._held]

    @property
    def certificate(self) -> bytes:
        """Its certificate, DER."""
        return self._chosen().der

    def sign(self, message: bytes, /, *, scheme: str, digest: str) -> bytes:
        """The signature over `message`; ECDSA in DER.

        Raises:
            KeyFault: the token does not sign, or was taken out.
        """
        return self._sign(message, scheme, digest, fixed=False)

    def sign_fixed(self, message: bytes, /) -> bytes:
        """The ECDSA signature with the curve's own digest, r and s of equal width.

        Raises:
            KeyFault: an RSA key; as for `sign`.
        """
        if self.scheme != "ecdsa":
            raise no_fixed_form()
        return self._sign(message, self.scheme, self.digest, fixed=True)

    def __repr__(self) -> str:
        return f"<TokenKey on {self._wanted or 'the only token'}>"

    # -- inside ------------------------------------------------------------------------------------------------------

    def _sign(self, message: bytes, scheme: str, digest: str, *, fixed: bool) -> bytes:
        with self._lock:
            fresh = self._token is None
            token = self._open()
            if fresh:
                log_in(token, self._password)
            try:
                return token.sign(self._chosen().id, message, scheme=scheme, digest=digest, fixed=fixed)
            except KeyFault:
                if not token.answers():
                    self._token = None
                    del token  # whoever keeps the error keeps this frame: the module looks anew only when all are shut
                raise

    def _open(self) -> _core.Token:
        with self._lock:
            if self._token is None:
                self._token = _core.Token(self._module, self._wanted)
            return self._token

    def _chosen(self) -> _Held:
        if self._held is None:
            raise KeyFault("no certificate of the token was chosen", "chưa chọn chứng thư số trên USB token")
        return self._held


def log_in(token: _core.Token, password: Password | None) -> None:
    """Asks for the PIN and gives it, once.

    Raises:
        KeyFault: there is none, or the token refuses it, or it was not tried.
    """
    if password is None:
        raise KeyFault(f"token {token.label} needs its PIN; give one", f"USB token {token.label} cần mã PIN; hãy nhập")
    pin = password()
    token.login(pin, typed=isinstance(pin, Typed))


def load_token_credential(
    module: Path,
    password: Password | None = None,
    *,
    token: str = "",
    certificate: str = "",
    scheme: str | None = None,
    authorities: Sequence[bytes] = (),
) -> Credential:
    """A credential whose key lies on a token; the token is logged in.

    `module` is the PKCS#11 library of the token's maker. `token` is its label or serial number (only needed where
    several are plugged in), `certificate` the label, id or serial number (hex) of one of its certificates (where it
    holds several). `password` is called once, for the PIN; only a `pyhncert.values.Typed` one is tried where somebody
    failed before, and none where the token has one try left.

    Raises:
        KeyFault: library, token, certificate or key are not there, or the PIN is wrong or not tried.
        CertificateFault: a certificate that cannot be read.
    """
    key = TokenKey(module, token, password)
    own, others = key.choose(certificate)
    return Credential(
        certificate=own,
        chain=issuers(own, [*others, *authorities]),
        key=key,
        scheme=scheme or key.scheme,
        digest=key.digest,
    )


def _is_leaf(der: bytes) -> bool:
    try:
        return not parse_certificate(der).extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return True
