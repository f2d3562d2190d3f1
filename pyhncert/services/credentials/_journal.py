"""An append-only file of JSON lines: each is on the disk before it is answered, and holds the digest of the one before.

A process that is killed while it writes leaves at most a last line without its end. Nobody was told of that line, so
the next writer takes it away; a line that was changed, taken out or put in is found by the digests.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pyhncert.escape import for_json
from pyhncert.keep import fsync_folder, storage_fault
from pyhncert.services.credentials._refusals import refusal

__all__ = ["Journal"]

_FIRST = "0" * 64


class Journal:
    """The journal at `path`; `take` is given each record once, in order. Threads hold one of their own each."""

    def __init__(self, path: Path, take: Callable[[Mapping[str, Any]], None]) -> None:
        self.path = path
        self._take = take
        self._at = 0
        self._count = 0
        self._last = _FIRST

    def read(self) -> None:
        """Takes what was written since.

        Raises:
            StorageFault: the file cannot be read, or a line is not as it was written.
        """
        try:
            with self.path.open("rb") as file:
                self._read(file.fileno())
        except FileNotFoundError:
            return
        except OSError as err:
            raise storage_fault(err, self.path) from err

    @contextmanager
    def turn(self) -> Iterator[Callable[..., None]]:
        """Alone among all processes, and up to date; gives the function that appends records durably.

        Raises:
            StorageFault: disk, rights, or a line that is not as it was written.
        """
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            new = not self.path.exists()
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as err:
            raise storage_fault(err, self.path) from err
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX)
                if new:
                    fsync_folder(self.path.parent)
                self._read(descriptor)
                if os.fstat(descriptor).st_size > self._at:
                    os.ftruncate(descriptor, self._at)
            except OSError as err:
                raise storage_fault(err, self.path) from err
            yield lambda *records: self._append(descriptor, records)
        finally:
            os.close(descriptor)

    def _read(self, descriptor: int) -> None:
        size = os.fstat(descriptor).st_size
        if size < self._at:
            raise self._altered("it has become shorter")
        data = bytearray()
        while self._at + len(data) < size and (piece := os.pread(descriptor, 1 << 20, self._at + len(data))):
            data += piece
        for line in bytes(data[: data.rfind(b"\n") + 1]).splitlines(keepends=True):
            self._take(self._parsed(line))
            self._passed(line)

    def _parsed(self, line: bytes) -> Mapping[str, Any]:
        try:
            record = json.loads(line)
        except ValueError as err:
            raise self._altered("no JSON") from err
        if not isinstance(record, dict) or record.get("before") != self._last or record.get("line") != self._count + 1:
            raise self._altered("digest or number of the line before")
        return record

    def _altered(self, why: str) -> Exception:
        return refusal("journal_altered", file=self.path, line=self._count + 1, why=why)

    def _passed(self, line: bytes) -> None:
        self._at += len(line)
        self._count += 1
        self._last = hashlib.sha256(line).hexdigest()

    def _append(self, descriptor: int, records: tuple[Mapping[str, Any], ...]) -> None:
        """All of `records` in one write; each becomes true by itself."""
        lines, last = [], self._last
        for number, record in enumerate(records, self._count + 1):
            line = f"{for_json({'line': number, 'before': last, **record})}\n".encode()
            last = hashlib.sha256(line).hexdigest()
            lines.append(line)
        data = memoryview(b"".join(lines))
        try:
            done = 0
            while done < len(data):
                done += os.pwrite(descriptor, data[done:], self._at + done)
            os.fsync(descriptor)
        except OSError as err:
            os.ftruncate(descriptor, self._at)
            raise storage_fault(err, self.path) from err
        for line in lines:
            self._take(self._parsed(line))
            self._passed(line)
