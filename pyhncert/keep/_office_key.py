"""The office key: under it lie the register's keys, and so everything that is sealed. It never lies in the register.

It is a file that its owner alone may read, a value in the environment, or a key in a security module (`identify`).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
from pathlib import Path
from typing import Final, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pyhncert.errors import KeyFault, UsageFault
from pyhncert.keep._disk import storage_fault, write_new
from pyhncert.values import Randomness

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
_HEAD: Final = "hncert-office-key-1 "


class OfficeKey(Protocol):
    """What wraps keys; `id` tells one office key from another and says nothing of it."""

    @property
    def id(self) -> str:
        """Its name, 16 hex digits or the label of a key in a security module."""
        ...

    def wrap(self, key: bytes, context: bytes) -> bytes:
        """`key` sealed for this `context`."""
        ...

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """The key; KeyFault where it was not sealed under this office key for this `context`."""
        ...


class LocalKey:
    """An office key of 32 bytes in this process's memory (AES-256-GCM)."""

    def __init__(self, key: bytes, randomness: Randomness = os.urandom) -> None:
        if len(key) != KEY_BYTES:
            raise KeyFault(
                f"an office key has 32 bytes, not {len(key)}", f"khóa cơ quan phải dài 32 byte, có {len(key)}"
            )
        self._cipher = AESGCM(key)
        self._randomness = randomness
        self.id = hashlib.sha256(b"hncert office key id\n" + key).hexdigest()[:16]

    def wrap(self, key: bytes, context: bytes) -> bytes:
        """`key` sealed for this `context`."""
        nonce = self._randomness(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, key, context)

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """The key; KeyFault where it was not sealed under this office key for this `context`."""
        try:
            return self._cipher.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], context)
        except (InvalidTag, ValueError) as err:
            raise unfit(self.id) from err

    def __repr__(self) -> str:
        return f"<LocalKey {self.id}>"


def unfit(name: str) -> KeyFault:
    """That an office key does not open what lies in the register."""
    return KeyFault(
        f"the office key {name} does not open the register's keys; name the right one under [privacy]",
        f"khóa cơ quan {name} không mở được khóa của sổ; hãy ghi đúng khóa trong [privacy]",
    )


def make_key_file(path: Path, randomness: Randomness = os.urandom) -> None:
    """Write a new office key to the new file `path` (mode 0600).

    Raises:
        UsageFault: the file is there.
        StorageFault: the disk does not allow it.
    """
    text = _HEAD + base64.b64encode(randomness(KEY_BYTES)).decode() + "\n"
    if not write_new(path, text.encode(), mode=0o600):
        raise UsageFault(f"{path}: there is a file already; it is left alone", f"{path}: đã có tệp, được giữ nguyên")


def key_from_file(path: Path) -> LocalKey:
    """The office key in a file.

    Raises:
        KeyFault: it is missing, others may read it, or it holds no office key.
        StorageFault: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_mode & 0o077:
                raise KeyFault(
                    f"{path}: others may read the office key; run chmod 600",
                    f"{path}: người khác đọc được khóa cơ quan; hãy chạy chmod 600",
                )
            data = file.read(4096)
    except FileNotFoundError as err:
        raise KeyFault(
            f"{path}: the office key is missing; without it nothing that is sealed can be read",
            f"{path}: thiếu khóa cơ quan; không có khóa thì không đọc được dữ liệu đã mã hóa",
            hint="restore it from where it is kept apart from the register",
            hint_vi="hãy khôi phục từ nơi cất riêng, ngoài sổ",
        ) from err
    except OSError as err:
        raise storage_fault(err, path) from err
    return LocalKey(_decoded(data.decode("ascii", "replace"), str(path)))


def key_from_environment(variable: str) -> LocalKey:
    """The office key in an environment variable, in the words of its file.

    Raises:
        KeyFault: it is not set, or holds no office key.
    """
    value = os.environ.get(variable)
    if not value:
        raise KeyFault(f"{variable} is not set; it must hold the office key", f"chưa đặt {variable} chứa khóa cơ quan")
    return LocalKey(_decoded(value, variable))


def _decoded(text: str, where: str) -> bytes:
    try:
        if not text.startswith(_HEAD):
            raise ValueError
        key = base64.b64decode(text.removeprefix(_HEAD).strip(), validate=True)
        if len(key) != KEY_BYTES:
            raise ValueError
    except (ValueError, binascii.Error):
        pass
    else:
        return key
    raise KeyFault(
        f"{where}: this is no office key", f"{where}: đây không phải khóa cơ quan"
    )  # without what stands there
