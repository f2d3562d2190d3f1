"""Who is alive: each process that holds acts keeps a lock on a file of its own.

The system drops the lock when the process ends, however it ends. A file that can be locked belongs to the dead. Where
desks on several machines share a register, its server holds a second lock, which the others see (`Medium.hold`).
"""

from __future__ import annotations

import os
import re
import shutil
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pyhncert.errors import StorageFault
from pyhncert.keep._database import Medium
from pyhncert.keep._disk import storage_fault, try_lock
from pyhncert.values import Randomness

_ID = re.compile(r"[0-9a-f]{16}")


class Holder:
    """This process's sign of life, ``<id>.lock`` in `folder`; `spool` is its own folder for unfinished files."""

    def __init__(self, medium: Medium, folder: Path, randomness: Randomness) -> None:
        self.pid = os.getpid()
        self._medium = medium
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            for _ in range(8):
                self.id = randomness(8).hex()
                self.path = folder / f"{self.id}.lock"
                try:
                    self._fd = os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600)
                except FileExistsError:
                    continue
                if try_lock(self._fd) and os.fstat(self._fd).st_nlink == 1:
                    break  # nobody took the new file for a dead one's before it was locked
                os.close(self._fd)
            else:
                raise StorageFault(
                    f"{folder}: no free name for a lock; the random source repeats itself",
                    f"{folder}: không tạo được tệp khóa; nguồn ngẫu nhiên bị lặp",
                )
        except OSError as err:
            raise storage_fault(err, folder) from err
        self.spool = folder.parent / self.id
        self._end = weakref.finalize(self, _leave, self._fd, self.path, self.spool, self.pid)
        try:
            self.session = medium.hold(self.id)
        except StorageFault:
            self._end()
            raise

    def watch(self) -> None:
        """See to it that the server still knows of this process, whose session may have been lost.

        Raises:
            StorageFault: it does not answer, or somebody is settling what this process had in hand.
        """
        if self.session is not None and not self.session.alive():
            self.session.close()
            self.session = self._medium.hold(self.id)

    def leave(self) -> None:
        """Say goodbye: acts still in hand are for others to recover."""
        if self.session is not None and self.pid == os.getpid():
            self.session.close()
        self._end()


def _leave(fd: int, path: Path, spool: Path, pid: int) -> None:
    if os.getpid() == pid:
        _bury(path, spool)
    with suppress(OSError):
        os.close(fd)


def _bury(path: Path, spool: Path) -> None:
    """Spool first, then the lock file: a spool without a lock file is left by a power loss only (see `the_dead`)."""
    shutil.rmtree(spool, ignore_errors=True)
    with suppress(OSError):
        path.unlink()


@contextmanager
def the_dead(medium: Medium, folder: Path, ids: frozenset[str], *, me: str | None) -> Iterator[frozenset[str]]:
    """Which of `ids` belong to nobody alive.

    Their locks are held while the block runs, so that nobody else settles the same ones; when it ends without an
    error, the spool folders and lock files that the dead of this machine left are removed, and spool folders without a
    lock file: when the power goes, a disk may remember that the lock file went and forget that the spool did, and there
    are pages of papers in it.
    """
    others = ids - {me}
    with _the_dead_here(folder, others, me=me) as (absent, dead_here), medium.unheld(others, absent, dead_here) as dead:
        yield dead


@contextmanager
def _the_dead_here(
    folder: Path, ids: frozenset[str], *, me: str | None
) -> Iterator[tuple[frozenset[str], frozenset[str]]]:
    """Which of `ids`, and of the lock files in `folder`, nobody alive holds here; and which of these have a file."""
    held: list[tuple[int, str]] = []
    dead: set[str] = set()
    try:
        spools = _spools(folder.parent)  # first: who came later has a lock file, who left meanwhile has no spool
        try:
            known = {entry.name[:-5] for entry in os.scandir(folder) if entry.name.endswith(".lock")}
        except FileNotFoundError:
            known = set()
        for holder in (known | ids) - {me}:
            try:
                fd = os.open(folder / f"{holder}.lock", os.O_RDWR | os.O_CLOEXEC)
            except FileNotFoundError:
                dead.add(holder)
                continue
            if try_lock(fd):
                held.append((fd, holder))
                dead.add(holder)
            else:
                os.close(fd)
        yield frozenset(dead), frozenset(holder for _, holder in held)
        for _, holder in held:
            _bury(folder / f"{holder}.lock", folder.parent / holder)
        for name in spools - known - {me}:
            shutil.rmtree(folder.parent / name, ignore_errors=True)
    except OSError as err:
        raise storage_fault(err, folder) from err
    finally:
        for fd, _ in held:
            os.close(fd)


def _spools(folder: Path) -> set[str]:
    try:
        return {entry.name for entry in os.scandir(folder) if _ID.fullmatch(entry.name) and entry.is_dir()}
    except FileNotFoundError:
        return set()
