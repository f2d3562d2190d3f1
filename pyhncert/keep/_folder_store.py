"""Objects by digest in a folder: each is whole or not there, and is checked each time it is read."""

from __future__ import annotations

import datetime as dt
import errno
import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from pyhncert.keep._disk import (
    NewFile,
    check_disk,
    clean_leftovers,
    free_bytes,
    fsync_folder,
    make_folder,
    storage_fault,
)
from pyhncert.keep._store import damaged, is_object_name, missing, object_name
from pyhncert.values import Words


class FolderStore:
    """A folder of objects named by their SHA-256: ``ab/abcdef…``. Safe with many threads and processes."""

    def __init__(self, folder: Path | str) -> None:
        self.folder = Path(folder)
        self._durable: set[str] = set()

    def _path(self, digest: str | bytes) -> Path:
        name = object_name(digest)
        return self.folder / name[:2] / name

    def put(self, data: bytes, *, locked_until: dt.datetime | None = None) -> str:  # noqa: ARG002  folders have no lock
        """Keep `data` and return its SHA-256 in hex digits; it is durable when this returns.

        The same bytes twice are one object; a damaged object is replaced by the good bytes. A folder cannot lock, so
        `locked_until` says nothing here.

        Raises:
            StorageFault: the disk is full, read-only, or does not allow it.
        """
        digest = hashlib.sha256(data).hexdigest()
        path = self._path(digest)
        try:
            self._make_durable(path.parent)
            if not self._holds(path, data):
                with NewFile(path.parent, data, mode=0o600, prefix=".put-") as new:
                    while not new.publish(path) and not self._holds(path, data):
                        path.replace(path.with_name(f"{digest}.damaged"))
            fsync_folder(path.parent)  # also of what is there: another process may not have come to its own fsync
        except OSError as err:
            raise storage_fault(err, path) from err
        return digest

    def _make_durable(self, shard: Path) -> None:
        """The same for a folder of objects, once for each."""
        if shard.name not in self._durable or not shard.is_dir():
            make_folder(shard)
            fsync_folder(self.folder)
            self._durable.add(shard.name)

    def sync(self) -> None:
        """Make every name here durable, whoever wrote it.

        Raises:
            StorageFault: the disk does not allow it.
        """
        try:
            for shard in self._shards():
                fsync_folder(shard)
            fsync_folder(self.folder)
        except OSError as err:
            raise storage_fault(err, self.folder) from err

    @staticmethod
    def _holds(path: Path, data: bytes) -> bool:
        try:
            return path.stat().st_size == len(data) and path.read_bytes() == data
        except FileNotFoundError:
            return False

    def get(self, digest: str | bytes) -> bytes:
        """The object, checked against its digest.

        Raises:
            StorageFault: there is no such object, or its bytes have changed.
        """
        path = self._path(digest)
        try:
            data = path.read_bytes()
        except FileNotFoundError as err:
            raise missing(path.name) from err
        except OSError as err:
            raise storage_fault(err, path) from err
        if hashlib.sha256(data).hexdigest() != path.name:
            raise damaged(path.name)
        return data

    def has(self, digest: str | bytes) -> bool:
        """Whether there is such an object; its bytes are not read.

        Raises:
            StorageFault: the disk does not say.
        """
        path = self._path(digest)
        try:
            return stat.S_ISREG(path.stat().st_mode)
        except FileNotFoundError:
            return False
        except OSError as err:
            raise storage_fault(err, path) from err

    def delete(self, digest: str | bytes) -> bool:
        """Remove the object for ever; False where there was none.

        Raises:
            StorageFault: the disk does not allow it.
        """
        path = self._path(digest)
        try:
            path.unlink()
            fsync_folder(path.parent)
        except FileNotFoundError:
            return False
        except OSError as err:
            raise storage_fault(err, path) from err
        return True

    def digests(self) -> Iterator[str]:
        """The digests of all objects, in no order.

        Raises:
            StorageFault: a folder cannot be read: what is in it must not be taken for gone.
        """
        try:
            for shard in self._shards():
                with os.scandir(shard) as entries:
                    yield from (entry.name for entry in entries if is_object_name(entry.name))
        except OSError as err:
            raise storage_fault(err, self.folder) from err

    def _shards(self) -> list[Path]:
        with os.scandir(self.folder) as entries:
            return [Path(entry) for entry in entries if len(entry.name) == 2 and entry.is_dir()]

    def clean(self) -> int:
        """Remove what killed writers left (only where the disk knows no nameless files); returns how many."""
        return clean_leftovers(self.folder, "??/.put-*.tmp")

    def check(self, *, needed_bytes: int = 0) -> Words:
        """Preflight: the folder is there, can be written, and has room; says how much.

        Raises:
            StorageFault: one of these does not hold; the message says which.
        """
        if not self.folder.is_dir():
            raise storage_fault(OSError(errno.ENOENT, ""), self.folder)
        if not os.access(self.folder, os.W_OK | os.X_OK):
            raise storage_fault(OSError(errno.EACCES, ""), self.folder)
        check_disk(self.folder, needed_bytes=needed_bytes)
        free = free_bytes(self.folder) / 1e9
        return Words(f"còn trống {free:.1f} GB", f"{free:.1f} GB free")
