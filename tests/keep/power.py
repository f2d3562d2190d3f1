"""What a disk may hold after the power went: images built from the system calls of a real run.

A run is recorded by strace. The model is the one that POSIX allows: what was written before an fsync of the file is
there; of what came later any part may be, in any order, the last piece torn at a sector of 512 bytes; a name is there
when its folder was synced after it was given, and of later changes to a folder any first part is. SQLite's shared
memory is never written by a call, so an image holds noise in its place.
"""

from __future__ import annotations

import random
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

SECTOR = 512
CALLS = (
    "openat,pwrite64,pwritev,write,fsync,fdatasync,rename,renameat,renameat2,link,linkat,unlink,unlinkat,ftruncate,"
    "fallocate,mkdir,rmdir"
)
_LINE = re.compile(r"^(?:\d+ +)?(?:[\d.]+ )?(\w+)\((.*)\) += (-?\d+)(.*)$")
_UNFINISHED = re.compile(r"^(\d+ +)((?:[\d.]+ )?)(.*) <unfinished \.\.\.>$")
_RESUMED = re.compile(r"^(\d+ +)((?:[\d.]+ )?)<\.\.\. \w+ resumed>(.*)$")
_FD = re.compile(r"^(\d+)<((?:\\x[0-9a-f]{2})*)>(\(deleted\))?")
_TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')


def _bytes(escaped: str) -> bytes:
    return bytes.fromhex(escaped.replace("\\x", ""))


@dataclass
class Inode:
    """A file: its bytes that are safe, and the changes that are not yet."""

    safe: bytearray = field(default_factory=bytearray)
    later: list[tuple[int, bytes | None]] = field(default_factory=list)  # None: cut to this length
    end: int = 0

    def write(self, at: int, data: bytes) -> None:
        self.later.append((at, data))
        self.end = max(self.end, at + len(data))

    def sync(self) -> None:
        for change in self.later:
            _apply(self.safe, *change)
        self.later.clear()

    def after_power_loss(self, dice: random.Random) -> bytes:
        held = bytearray(self.safe)
        way = dice.choice(("none", "all", "first", "any"))
        changes = list(self.later)
        if way == "none":
            changes = []
        elif way == "first":
            changes = changes[: dice.randint(0, len(changes))]
        elif way == "any":
            changes = [change for change in changes if dice.random() < 0.5]
        for n, (at, data) in enumerate(changes):
            if n == len(changes) - 1 and data is not None and way != "all":
                data = data[: SECTOR * dice.randint(0, len(data) // SECTOR)]
            _apply(held, at, data)
        return bytes(held)


def _apply(held: bytearray, at: int, data: bytes | None) -> None:
    if data is None:
        del held[at:]
        held.extend(bytes(at - len(held)))
        return
    if not data:
        return
    held.extend(bytes(max(0, at + len(data) - len(held))))
    held[at : at + len(data)] = data


@dataclass
class Folder:
    """The names in a folder that are safe, and the changes that are not yet; an inode of None is a folder's."""

    safe: dict[str, Inode | None] = field(default_factory=dict)
    later: list[tuple[str, Inode | None, bool]] = field(default_factory=list)  # name, inode, given or taken away

    def now(self) -> dict[str, Inode | None]:
        return _names(self.safe, self.later)

    def sync(self) -> None:
        self.safe = self.now()
        self.later.clear()

    def after_power_loss(self, dice: random.Random) -> dict[str, Inode | None]:
        return _names(self.safe, self.later[: dice.randint(0, len(self.later))])


def _names(safe: dict[str, Inode | None], later: list[tuple[str, Inode | None, bool]]) -> dict[str, Inode | None]:
    names = dict(safe)
    for name, inode, given in later:
        if given:
            names[name] = inode
        else:
            names.pop(name, None)
    return names


class Disk:
    """The part of a disk under `root`, as it stands after the calls that were told so far."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folders: dict[Path, Folder] = {}
        self.nameless: dict[str, Inode] = {}
        self.at: dict[str, int] = {}
        self.said = b""
        for path in [root, *root.rglob("*")]:
            if path.is_dir():
                self.folders[path] = Folder()
        for path in root.rglob("*"):
            inode = None if path.is_dir() else Inode(safe=bytearray(path.read_bytes()))
            if inode is not None:
                inode.end = len(inode.safe)
            self.folders[path.parent].safe[path.name] = inode

    # -- what the calls did ------------------------------------------------------------------------------------------

    def _inode(self, shown: str, deleted: bool) -> Inode | None:
        if deleted or "/#" in shown:
            return self.nameless.setdefault(shown, Inode())
        path = Path(shown)
        return self.folders[path.parent].now().get(path.name) if path.parent in self.folders else None

    def _give(self, path: Path, inode: Inode | None) -> None:
        if path.parent in self.folders:
            self.folders[path.parent].later.append((path.name, inode, True))

    def _take(self, path: Path) -> None:
        if path.parent in self.folders:
            self.folders[path.parent].later.append((path.name, None, False))

    def tell(self, line: str) -> None:
        """One line of ``strace -f -y -xx``."""
        parsed = _LINE.match(line)
        if parsed is None or int(parsed[3]) < 0:
            return
        call, inside, _, behind = parsed.groups()
        fd = _FD.match(inside)
        shown = _bytes(fd[2]).decode() if fd else ""
        texts = [_bytes(t) for t in _TEXT.findall(inside)]
        if call in {"pwrite64", "write"} and fd:
            if fd[1] == "1" and call == "write":
                self.said += texts[0]
                return
            inode = self._inode(shown, bool(fd[3]))
            if inode is not None:
                at = int(inside.rsplit(", ", 1)[1]) if call == "pwrite64" else self.at.get(shown, inode.end)
                inode.write(at, texts[0][: int(parsed[3])])
                if call == "write" and shown in self.at:
                    self.at[shown] += int(parsed[3])
        elif call == "pwritev" and fd:
            inode = self._inode(shown, bool(fd[3]))
            if inode is not None:
                inode.write(int(inside.rsplit(", ", 1)[1]), b"".join(texts)[: int(parsed[3])])
        elif call == "fallocate" and fd:
            inode = self._inode(shown, bool(fd[3]))
            if inode is not None:
                start, length = (int(part) for part in inside.rsplit(", ", 2)[1:])
                inode.later.append((max(inode.end, start + length), None))
                inode.end = max(inode.end, start + length)
        elif call == "ftruncate" and fd:
            inode = self._inode(shown, bool(fd[3]))
            if inode is not None:
                inode.end = int(inside.rsplit(", ", 1)[1])
                inode.later.append((inode.end, None))
        elif call in {"fsync", "fdatasync"} and fd:
            if Path(shown) in self.folders:
                self.folders[Path(shown)].sync()
            elif (inode := self._inode(shown, bool(fd[3]))) is not None:
                inode.sync()
        elif call == "openat":
            path = self.root / texts[0].decode()
            folder = self.folders.get(path.parent)
            if folder is not None and "O_DIRECTORY" not in inside:
                self.at[str(path)] = 0
                if "O_APPEND" in inside:
                    del self.at[str(path)]
            if "O_TMPFILE" in inside:
                new = _FD.match(behind.strip()) or re.search(r"<((?:\\x[0-9a-f]{2})*)>", behind)
                assert new is not None, line
            elif folder is not None and "O_CREAT" in inside and path.name not in folder.now():
                self._give(path, Inode())
            elif folder is not None and "O_TRUNC" in inside and (found := folder.now().get(path.name)) is not None:
                found.later.append((0, None))
                found.end = 0
        elif call == "mkdir":
            path = self.root / texts[0].decode()
            if path.parent in self.folders:
                self._give(path, None)
                self.folders[path] = Folder()
        elif call in {"link", "linkat"}:
            if call == "linkat" and fd:
                inode = self._inode(shown, bool(fd[3]))
            else:
                inode = self._inode(str(self.root / texts[0].decode()), False)
            assert inode is not None, line
            self._give(self.root / texts[-1].decode(), inode)
        elif call in {"rename", "renameat", "renameat2"}:
            old, new_path = self.root / texts[0].decode(), self.root / texts[1].decode()
            if old.parent in self.folders:
                self._give(new_path, self._inode(str(old), False))
                self._take(old)
        elif call in {"unlink", "unlinkat", "rmdir"}:
            self._take(self.root / texts[0].decode())

    # -- what is left of it ------------------------------------------------------------------------------------------

    def lose_power(self, dice: random.Random) -> None:
        """Put under `root` what may be there after the power went now."""
        for left in self.root.iterdir():
            if left.is_dir():
                shutil.rmtree(left)
            else:
                left.unlink()
        waiting = [self.root]
        while waiting:
            folder = waiting.pop()
            for name, inode in self.folders[folder].after_power_loss(dice).items():
                path = folder / name
                if inode is None:
                    path.mkdir()
                    waiting.append(path)
                elif name.endswith("-shm"):
                    path.write_bytes(dice.randbytes(32768))
                else:
                    path.write_bytes(inode.after_power_loss(dice))


def calls(log: Path) -> Iterator[str]:
    """The lines of a log of strace, those of a call that was interrupted put together."""
    begun: dict[str, str] = {}
    for line in log.read_text().splitlines():
        if (half := _UNFINISHED.match(line)) is not None:
            begun[half[1]] = half[3]
        elif (rest := _RESUMED.match(line)) is not None:
            yield rest[1] + rest[2] + begun.pop(rest[1], "") + rest[3]
        else:
            yield line


def strace_works() -> bool:
    """Whether calls can be recorded, and faults injected, here."""
    strace = shutil.which("strace")
    return (
        strace is not None and subprocess.run([strace, "-qq", "true"], capture_output=True, check=False).returncode == 0
    )
