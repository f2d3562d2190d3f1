"""Where an office keeps objects: by the SHA-256 of their bytes, whole or not there, checked each time they are read.

Two stores do so: `FolderStore` on a disk, `S3Store` on a server. Whoever has one asks for no more than this.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Protocol

from pyhncert.errors import StorageFault, UsageFault
from pyhncert.values import Words

_HEX = re.compile(r"[0-9a-f]{64}")


class ObjectStore(Protocol):
    """Objects by digest; many threads and processes may use one at once.

    A digest is given as 32 bytes or 64 hex digits, else UsageFault. A store that cannot do what it is asked raises
    StorageFault, which says why in words.
    """

    def put(self, data: bytes, *, locked_until: dt.datetime | None = None) -> str:
        """Keep `data` and return its SHA-256 in hex digits; it is durable when this returns.

        The same bytes twice are one object; a damaged object is replaced by the good bytes. Until `locked_until` a
        store that can lock lets nobody remove the bytes; `delete` then takes the name away, and the bytes go later.
        """
        ...

    def get(self, digest: str | bytes) -> bytes:
        """The object, checked against its digest; StorageFault where it is missing or damaged."""
        ...

    def has(self, digest: str | bytes) -> bool:
        """Whether there is such an object; its bytes are not read."""
        ...

    def delete(self, digest: str | bytes) -> bool:
        """Remove the object for ever; False where there was none."""
        ...

    def digests(self) -> Iterator[str]:
        """The digests of all objects, in no order."""
        ...

    def clean(self) -> int:
        """Remove what killed writers left; returns how many."""
        ...

    def check(self, *, needed_bytes: int = 0) -> Words:
        """Preflight: the store answers, can be written, and has room; says how it stands."""
        ...


def object_name(digest: str | bytes) -> str:
    """The digest as it is written in names: 64 lower-case hex digits.

    Raises:
        UsageFault: it is no SHA-256.
    """
    name = digest.hex() if isinstance(digest, bytes) else digest.lower()
    if not _HEX.fullmatch(name):
        raise UsageFault(f"{name!r} is not a SHA-256 in hex digits", f"{name!r} không phải là mã băm SHA-256")
    return name


def is_object_name(name: str) -> bool:
    """Whether an object can have this name."""
    return _HEX.fullmatch(name) is not None


def missing(name: str) -> StorageFault:
    """That there is no such object."""
    return StorageFault(
        f"{name}: no such object in the store; restore it from a backup",
        f"{name}: không có trong kho; hãy khôi phục từ bản sao lưu",
    )


def damaged(name: str) -> StorageFault:
    """That an object is not what its name says."""
    return StorageFault(
        f"{name}: the stored object is damaged; restore it from a backup",
        f"{name}: đối tượng lưu trữ bị hỏng; hãy khôi phục từ bản sao lưu",
    )
