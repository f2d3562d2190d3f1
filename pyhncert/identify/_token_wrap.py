"""The office key in a security module (PKCS#11): an AES key that seals the register's keys and never leaves."""

from __future__ import annotations

import os
import threading
from pathlib import Path

from pyhncert import _core
from pyhncert.errors import KeyFault
from pyhncert.identify._keys import Password
from pyhncert.identify._token import log_in
from pyhncert.values import Randomness

__all__ = ["TokenWrap", "load_token_key"]

_NONCE_BYTES = 12


class TokenWrap:
    """Wraps and unwraps by the AES key `label` on a token; its `id` is ``token:LABEL``. Threads take turns."""

    def __init__(self, token: _core.Token, label: str, randomness: Randomness = os.urandom) -> None:
        self._token, self._label, self._randomness = token, label, randomness
        self._lock = threading.Lock()
        self.id = f"token:{label}"

    def wrap(self, key: bytes, context: bytes) -> bytes:
        """`key` sealed for this `context`; raises KeyFault where the token does not do it."""
        nonce = self._randomness(_NONCE_BYTES)
        with self._lock:
            return nonce + self._token.seal(self._label, nonce, key, context)

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """The key; KeyFault where it was not sealed under this key for this `context`, or the token is gone."""
        with self._lock:
            opened = self._token.unseal(self._label, wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], context)
        if opened is None:
            raise KeyFault(
                f"the token's key {self._label} does not open the register's keys; name the right one in [privacy]",
                f"khóa {self._label} trên USB token không mở được khóa của sổ; hãy ghi đúng khóa trong [privacy]",
            )
        return opened

    def __repr__(self) -> str:
        return f"<TokenWrap {self.id}>"


def load_token_key(module: Path, label: str, password: Password | None = None, *, token: str = "") -> TokenWrap:
    """The AES key `label` on a token, logged in; see `load_token_credential` for `module`, `token` and the PIN.

    Raises:
        KeyFault: no such token, or its PIN is wrong, missing, or was not tried.
    """
    opened = _core.Token(module, token)
    log_in(opened, password)
    return TokenWrap(opened, label)
