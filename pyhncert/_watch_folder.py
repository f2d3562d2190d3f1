"""A folder that scanners write into: what in it is ready, and where what is done with goes. Nothing is overwritten.

Looked at by polling, which also works on network shares. A file is ready when its size and times have stood still; a
file that is renamed into place is one that appears.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pyhncert.errors import StorageFault, UsageFault
from pyhncert.keep import fsync_folder, move_new, storage_fault, write_new

__all__ = ["DONE", "REFUSED", "Folder", "Move"]

DONE = "done"
REFUSED = "refused"
_LOCK = ".hncert-watch.lock"
_JOURNAL = ".hncert-watch.json"
_UNFINISHED = (".tmp", ".temp", ".part", ".partial", ".filepart", ".crdownload", ".download", ".lock", ".swp")
_TRIES = 10_000
_NAME_BYTES = 255
_Stamp = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Move:
    """Where a scan goes when all that is on it has found its end; `why` is written beside one that was refused."""

    path: Path
    to: Literal["done", "refused", "destroyed"]
    why: str = ""


@dataclass(slots=True)
class _Sight:
    """What a file looked like, and since when it has."""

    stamp: _Stamp
    since_s: float


class Folder:
    """One watched folder; `clock` counts seconds and need not be the time of day."""

    def __init__(self, path: Path, *, settle_s: float, clock: Callable[[], float]) -> None:
        self.path = path
        self.done = path / DONE
        self.refused = path / REFUSED
        self._settle_s = settle_s
        self._clock = clock
        self._seen: dict[str, _Sight] = {}

    @contextmanager
    def held(self) -> Iterator[None]:
        """Be the only one who watches it; its two folders are made.

        Raises:
            UsageFault: it is no folder, or somebody else watches it.
            StorageFault: it cannot be written or locked.
        """
        if not self.path.is_dir():
            raise UsageFault(
                f"{self.path}: no such folder; create it first", f"{self.path}: không có thư mục này; hãy tạo trước"
            )
        try:
            for folder in (self.done, self.refused):
                folder.mkdir(exist_ok=True)
            lock = os.open(self.path / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        except OSError as err:
            raise storage_fault(err, self.path) from err
        try:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as err:
                raise UsageFault(
                    f"{self.path}: another hncert watches this folder; stop it first",
                    f"{self.path}: một hncert khác đang theo dõi thư mục này; hãy dừng nó trước",
                ) from err
            except OSError as err:
                raise storage_fault(err, self.path) from err
            yield
        finally:
            os.close(lock)

    def look(self) -> list[Path]:
        """The scans that lie there, in the order of their names; how long each has stood still is noted.

        Raises:
            StorageFault: the folder cannot be read now.
        """
        now, found = self._clock(), {}
        try:
            with os.scandir(self.path) as entries:
                for entry in entries:
                    if _is_scan(entry) and (stamp := _stamp(entry)) is not None:
                        found[entry.name] = stamp
        except OSError as err:
            raise storage_fault(err, self.path) from err
        for name, stamp in found.items():
            before = self._seen.get(name)
            if before is None or before.stamp != stamp:
                self._seen[name] = _Sight(stamp, now)
        for name in self._seen.keys() - found.keys():
            del self._seen[name]
        return [self.path / name for name in sorted(found, key=_natural)]

    def stamp(self, path: Path) -> _Stamp:
        """What tells this file from a later one of the same name."""
        return self._seen[path.name].stamp

    def still_s(self, path: Path) -> float:
        """For how many seconds the file has stood still; 0 for one that is not there."""
        seen = self._seen.get(path.name)
        return 0.0 if seen is None else self._clock() - seen.since_s

    def settled(self, path: Path) -> bool:
        """Whether the file has stood still for long enough to be whole."""
        return self.still_s(path) >= self._settle_s

    def put_away(self, moves: Sequence[Move]) -> None:
        """Move or destroy these scans, all of them sooner or later: what a kill leaves over, `resume` completes.

        Raises:
            StorageFault: the disk is full, read-only, or does not allow it; what was not moved stays.
        """
        if len(moves) > 1:
            self._write_journal(moves)
        for move in moves:
            self._put_away(move)
        self._forget_journal()

    def resume(self) -> None:
        """Complete what `put_away` began and did not end; files that were changed since are left alone.

        Raises:
            StorageFault: the disk does not allow it, or the journal is damaged.
        """
        journal = self.path / _JOURNAL
        try:
            said = json.loads(journal.read_bytes())
            entries = [(str(e["name"]), (e["size"], e["mtime_ns"]), e["to"], str(e["why"])) for e in said["moves"]]
        except FileNotFoundError:
            return
        except OSError as err:
            raise storage_fault(err, journal) from err
        except (ValueError, KeyError, TypeError) as err:
            raise StorageFault(
                f"{journal}: this list is damaged; compare the folder with {DONE}, then delete the list",
                f"{journal}: danh sách này bị hỏng; hãy đối chiếu với thư mục {DONE} rồi xóa nó",
            ) from err
        for name, known, to, why in entries:
            path = self.path / name
            if path.name == name and _known(path) == known:
                self._put_away(Move(path, to, why))
        self._forget_journal()

    def _put_away(self, move: Move) -> None:
        if move.to == "destroyed":
            try:
                move.path.unlink(missing_ok=True)
                fsync_folder(self.path)
            except OSError as err:
                raise storage_fault(err, move.path) from err
            return
        into = self.done if move.to == "done" else self.refused
        for place in _names(into / move.path.name):
            if os.path.lexists(place) and not _same(move.path, place):
                continue
            if move.why:
                self._note(place, move.why)
            if move_new(move.path, place):
                return
        raise StorageFault(f"{into}: no name is free for a scan", f"{into}: không còn tên trống cho tệp quét")

    def _write_journal(self, moves: Sequence[Move]) -> None:
        entries = []
        for move in moves:
            size, mtime_ns = _known(move.path) or (-1, -1)
            entries.append({"name": move.path.name, "size": size, "mtime_ns": mtime_ns, "to": move.to, "why": move.why})
        data = json.dumps({"format": "hncert/watch-moves", "version": 1, "moves": entries}).encode("ascii")
        journal = self.path / _JOURNAL
        beside = journal.with_name(f"{_JOURNAL}.tmp")
        try:
            with beside.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(journal)
            fsync_folder(self.path)
        except OSError as err:
            raise storage_fault(err, journal) from err

    def _forget_journal(self) -> None:
        try:
            (self.path / _JOURNAL).unlink(missing_ok=True)
        except OSError as err:
            raise storage_fault(err, self.path / _JOURNAL) from err

    @staticmethod
    def _note(beside: Path, why: str) -> None:
        text = why.encode()
        stem = _shortened(beside.name, _NAME_BYTES - len(".refused-99999.txt"))
        for n in range(1, _TRIES):
            note = beside.with_name(f"{stem}.refused.txt" if n == 1 else f"{stem}.refused-{n}.txt")
            try:
                if note.read_bytes() == text:  # written by a run that was killed
                    return
            except OSError:
                pass
            if write_new(note, text):
                return


def _is_scan(entry: os.DirEntry[str]) -> bool:
    """A plain file that is no unfinished or hidden one; links are not followed."""
    name = entry.name
    if name.startswith((".", "~", "#")) or name.endswith("~") or name.lower().endswith(_UNFINISHED):
        return False
    return entry.is_file(follow_symlinks=False)


def _stamp(entry: os.DirEntry[str]) -> _Stamp | None:
    """Size, time of writing and number of a file; None where it is gone already."""
    try:
        facts = entry.stat(follow_symlinks=False)
    except OSError:
        return None
    return (facts.st_size, facts.st_mtime_ns, facts.st_ino) if stat.S_ISREG(facts.st_mode) else None


def _known(path: Path) -> tuple[int, int] | None:
    """Size and time of writing, by which a file is known again in another process."""
    try:
        facts = path.lstat()
    except OSError:
        return None
    return facts.st_size, facts.st_mtime_ns


def _natural(name: str) -> tuple[list[tuple[int, int, str]], str]:
    """`scan 2` before `scan 10`."""
    parts = re.split(r"([0-9]{1,18})", name.casefold())
    return [(0, int(p), "") if p.isascii() and p.isdigit() else (1, 0, p) for p in parts if p], name


def _names(wanted: Path) -> Iterator[Path]:
    yield wanted
    stem, ending = os.path.splitext(wanted.name)  # noqa: PTH122  Path.stem drops what follows a last dot
    for n in range(2, _TRIES):
        tail = f"-{n}{ending}"
        yield wanted.with_name(_shortened(stem, _NAME_BYTES - len(os.fsencode(tail))) + tail)


def _shortened(name: str, room: int) -> str:
    data = os.fsencode(name)
    return name if len(data) <= room else os.fsdecode(data[:room].decode("utf-8", "ignore").encode())


def _same(a: Path, b: Path) -> bool:
    try:
        return a.samefile(b)
    except OSError:
        return False
