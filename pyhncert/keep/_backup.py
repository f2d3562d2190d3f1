"""A folder of backups: objects by digest, once for all; and for each backup a folder that is whole or not there.

::

    DIR/backup.json                              whose backups these are
    DIR/objects/ab/abcdef…                       every object that any of them needs, as it lies in the office's store
    DIR/snapshots/20261126T033000-0123456789abcdef/
        manifest.json                            every file below with its SHA-256; last in the name: its own digest
        manifest.proof                           of a sealed office: that digest under a key which only the office has
        objects.txt                              the objects of this backup, a digest a line
        register.sqlite                          the register at one moment
        office/…                                 settings, certificates, lists

A backup is made in a hidden folder and gets its name at the end, so half a one is never taken for a whole one. Objects
that an interrupted run copied are there for the next.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from pyhncert.errors import StorageFault, UsageFault
from pyhncert.keep._disk import fsync_folder, make_folder, storage_fault, try_lock, write_new
from pyhncert.keep._folder_store import FolderStore
from pyhncert.keep._snapshot import SnapshotFacts, snapshot_facts
from pyhncert.keep._store import ObjectStore
from pyhncert.values import Words

FORMAT, VERSION = "hncert/backup", 1
REGISTER, OBJECTS, MANIFEST, OFFICE = "register.sqlite", "objects.txt", "manifest.json", "office"
PROOF = "manifest.proof"
_NAME = re.compile(r"\d{8}T\d{6}-[0-9a-f]{16}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """One whole backup: its name, the SHA-256 of its manifest, when it was made, and what the manifest says.

    `missing` are objects that the register names and the office's store did not have.
    """

    name: str
    digest: str
    made_at: dt.datetime
    manifest: Mapping[str, Any]
    copied: int = 0

    @property
    def missing(self) -> tuple[str, ...]:
        """Digests that the register names and the backup does not have."""
        return tuple(self.manifest["missing"])


class BackupFolder:
    """The backups of one office in `folder`.

    Raises:
        UsageFault: the folder holds something else, or another office's backups.
    """

    def __init__(self, folder: Path, *, unit: str | None = None) -> None:
        self.folder = folder
        self.objects = FolderStore(folder / "objects")
        self.unit = unit
        mark = self._mark()
        if mark is None and unit is None:
            raise UsageFault(
                f"{folder}: no backup lies here; give the folder that 'hncert backup' wrote",
                f"{folder}: không có bản sao lưu; hãy cho thư mục mà 'hncert backup' đã ghi",
            )
        if mark is None and folder.is_dir() and any(not path.name.startswith(".") for path in folder.iterdir()):
            raise UsageFault(
                f"{folder} holds something else; give an empty folder, or the one of earlier backups",
                f"{folder} đang chứa thứ khác; hãy cho thư mục trống hoặc thư mục sao lưu trước đây",
            )
        if mark is not None and unit is not None and mark["unit"] != unit:
            raise UsageFault(
                f"{folder} holds the backups of {mark['unit']}; give another folder",
                f"{folder} chứa bản sao lưu của {mark['unit']}; hãy cho thư mục khác",
            )

    def _mark(self) -> dict[str, Any] | None:
        try:
            mark = json.loads((self.folder / "backup.json").read_bytes())
        except FileNotFoundError:
            return None
        except NotADirectoryError as err:
            raise UsageFault(f"{self.folder} is no folder", f"{self.folder} không phải thư mục") from err
        except (OSError, ValueError) as err:
            raise _damaged(self.folder / "backup.json") from err
        if not isinstance(mark, dict) or mark.get("format") != FORMAT or mark.get("version") != VERSION:
            raise _damaged(self.folder / "backup.json")
        return mark

    # -- making one --------------------------------------------------------------------------------------------------

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One run at a time; what killed ones left is removed."""
        try:
            make_folder(self.folder)
            fd = os.open(self.folder / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as err:
            raise storage_fault(err, self.folder) from err
        try:
            if not try_lock(fd):
                raise UsageFault(
                    f"{self.folder}: another backup is being made here; wait for it",
                    f"{self.folder}: đang có tiến trình khác sao lưu vào đây; hãy chờ",
                )
            if self._mark() is None:  # before anything else, so that a killed run is known for what it was
                mark = {"format": FORMAT, "version": VERSION, "unit": self.unit}
                write_new(self.folder / "backup.json", _json(mark), mode=0o600)
            for folder in (self.folder / "snapshots", self.objects.folder):
                try:
                    make_folder(folder)
                except OSError as err:
                    raise storage_fault(err, folder) from err
            for left in self.folder.glob(".making-*"):
                shutil.rmtree(left, ignore_errors=True)
            self.objects.clean()
            yield
        finally:
            os.close(fd)

    def make(
        self,
        store: ObjectStore,
        register: Callable[[Path], None],
        files: Mapping[str, bytes],
        *,
        made_at: dt.datetime,
        about: Mapping[str, Any],
        verify: bool = False,
        prove: Callable[[bytes], bytes | None] = lambda _: None,
        step: Callable[[str], None] = lambda _: None,
    ) -> Backup:
        """Make a backup: `register` writes its snapshot to a path, then every object that `store` has is copied.

        `files` are settings by path; `about` goes into the manifest. Objects that are here already are not copied
        again; with `verify` they are read and compared. `prove` makes of the manifest's digest what `proof` gives back.
        `step` hears what was done.

        Raises:
            StorageFault: the disk is full or fails; what was copied so far serves the next run.
            UsageFault: another run is at work here.
        """
        with self._alone():
            draft = self.folder / f".making-{secrets.token_hex(6)}"
            try:
                draft.mkdir(mode=0o700)
                facts, names, copied = self._gather(store, register, draft, verify=verify, step=step)
                _new_file(draft / OBJECTS, "".join(f"{name}\n" for name in sorted(names)).encode())
                for path, data in files.items():
                    _new_file(draft / OFFICE / path, data)
                manifest = {
                    "format": FORMAT,
                    "version": VERSION,
                    "made_at": made_at.isoformat(timespec="microseconds"),
                    **about,
                    "schema": facts.schema,
                    "acts": facts.acts,
                    "numbers": list(facts.numbers),
                    "objects": len(names),
                    "missing": sorted(facts.objects - names),
                    "files": [_described(draft, path) for path in _all_files(draft)],
                }
                text = _json(manifest)
                _new_file(draft / MANIFEST, text)
                if (proof := prove(hashlib.sha256(text).digest())) is not None:
                    _new_file(draft / PROOF, proof)
                step("written")
                for folder in (draft, *(path for path in draft.rglob("*") if path.is_dir())):
                    fsync_folder(folder)
                self.objects.sync()  # what an earlier run was killed over, too
                digest = hashlib.sha256(text).hexdigest()
                name = f"{made_at:%Y%m%dT%H%M%S}-{digest[:16]}"
                draft.rename(self.folder / "snapshots" / name)
                fsync_folder(self.folder / "snapshots")
                fsync_folder(self.folder)
            except OSError as err:
                raise storage_fault(err, draft) from err
            finally:
                shutil.rmtree(draft, ignore_errors=True)
        step("named")
        return Backup(name=name, digest=digest, made_at=made_at, manifest=manifest, copied=copied)

    def _gather(
        self,
        store: ObjectStore,
        register: Callable[[Path], None],
        draft: Path,
        *,
        verify: bool,
        step: Callable[[str], None],
    ) -> tuple[SnapshotFacts, set[str], int]:
        """The register, then the objects; where one is missing, once more: it may have been deleted in between."""
        total = 0
        for again in (False, True):
            if again:
                (draft / REGISTER).unlink()
            register(draft / REGISTER)
            step("register")
            facts = snapshot_facts(draft / REGISTER)
            names, copied = self._copy(store, facts.objects, verify=verify, step=step)
            total += copied
            if facts.objects <= names:
                break
        return facts, names, total

    def _copy(
        self, store: ObjectStore, needed: frozenset[str], *, verify: bool, step: Callable[[str], None]
    ) -> tuple[set[str], int]:
        """The objects that are here now, of all that the store has; and how many were copied."""
        names: set[str] = set()
        copied = 0
        for name in store.digests():
            if not verify and self.objects.has(name):
                names.add(name)
                continue
            try:
                data = store.get(name)
            except StorageFault:
                if self._is_here(name):
                    names.add(name)  # damaged in the office, good here
                continue  # or deleted meanwhile; what the register needs is named as missing
            before = self.objects.has(name)
            self.objects.put(data)
            names.add(name)
            copied += not before
            step("object")
        return names | {name for name in needed - names if self._is_here(name)}, copied

    def _is_here(self, name: str) -> bool:
        try:
            self.objects.get(name)
        except StorageFault:
            return False
        return True

    def prune(self, keep: int) -> tuple[str, ...]:
        """Remove all backups but the newest `keep`, and the objects that none of those needs; returns their names.

        A run that is killed has removed whole backups, or objects that none needs.

        Raises:
            UsageFault: `keep` is below 1, or another run is at work here.
            StorageFault: a backup that stays cannot be read, so what it needs is not known; or the disk fails.
        """
        if keep < 1:
            raise UsageFault("at least one backup stays", "phải giữ lại ít nhất một bản sao lưu")
        with self._alone():
            held = self.held()
            needed = {name for one in held[-keep:] for name in self.names(self.one(one))}
            gone = tuple(held[:-keep])
            try:
                for name in gone:
                    draft = self.folder / f".making-{secrets.token_hex(6)}"
                    (self.folder / "snapshots" / name).rename(draft)
                    fsync_folder(self.folder / "snapshots")
                    shutil.rmtree(draft)
                for name in list(self.objects.digests()):
                    if name not in needed:
                        self.objects.delete(name)
            except OSError as err:
                raise storage_fault(err, self.folder) from err
        return gone

    # -- looking -----------------------------------------------------------------------------------------------------

    def held(self) -> list[str]:
        """The names of every backup here, oldest first; none of them was looked into yet.

        Raises:
            StorageFault: the folder cannot be read.
        """
        try:
            return sorted(p.name for p in (self.folder / "snapshots").iterdir() if _NAME.fullmatch(p.name))
        except FileNotFoundError:
            return []
        except OSError as err:
            raise storage_fault(err, self.folder) from err

    def all(self) -> list[Backup]:
        """Every backup here, oldest first.

        Raises:
            StorageFault: a manifest cannot be read, or is not the one of its name.
        """
        return [self.one(name) for name in self.held()]

    def one(self, name: str | None = None) -> Backup:
        """The backup called `name`, or the newest.

        Raises:
            UsageFault: there is no such backup.
            StorageFault: its manifest cannot be read, or is not the one of its name.
        """
        if name is None:
            if not (held := self.held()):
                raise UsageFault(f"{self.folder}: no whole backup here", f"{self.folder}: chưa có bản sao lưu trọn vẹn")
            name = held[-1]
        path = self.folder / "snapshots" / name / MANIFEST
        if not _NAME.fullmatch(name) or not path.parent.is_dir():
            raise UsageFault(f"no backup is called {name!r}", f"không có bản sao lưu nào tên {name!r}")
        try:
            text = path.read_bytes()
            manifest = json.loads(text)
            digest = hashlib.sha256(text).hexdigest()
            if not name.endswith(digest[:16]) or manifest["format"] != FORMAT or manifest["version"] != VERSION:
                raise _damaged(path)
            made_at = dt.datetime.fromisoformat(manifest["made_at"])
            outside = [path for path in manifest["left_out"] if not _is_inside(path)]
            if outside or any(not _is_inside(item["path"]) for item in manifest["files"]):
                raise _damaged(path)
        except OSError as err:
            raise storage_fault(err, path) from err
        except (ValueError, KeyError, TypeError, AttributeError) as err:
            raise _damaged(path) from err
        return Backup(name=name, digest=digest, made_at=made_at, manifest=manifest)

    def path(self, backup: Backup, file: str) -> Path:
        """Where a file of a backup lies."""
        return self.folder / "snapshots" / backup.name / file

    def bring(self, backup: Backup, file: str, to: Path) -> None:
        """Copy a file of a backup to the new file `to` (0600), durably; what lies there then is checked once more.

        Raises:
            StorageFault: it is not the file of the manifest, or the disk does not allow it.
        """
        source = self.path(backup, file)
        try:
            make_folder(to.parent)
            with (
                source.open("rb") as old,
                os.fdopen(os.open(to, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as new,
            ):
                shutil.copyfileobj(old, new)
                new.flush()
                os.fsync(new.fileno())
            brought = _described(to.parent, to.name)
        except OSError as err:
            raise storage_fault(err, to) from err
        if {**brought, "path": file} not in backup.manifest["files"]:
            raise _damaged(source)

    def proof(self, backup: Backup) -> bytes | None:
        """What was made of the manifest's digest when the backup was made; None where there is nothing."""
        path = self.path(backup, PROOF)
        try:
            return path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as err:
            raise storage_fault(err, path) from err

    def names(self, backup: Backup) -> list[str]:
        """The digests of a backup's objects; raises StorageFault where the list is not the one of its manifest."""
        path = self.path(backup, OBJECTS)
        try:
            text = path.read_bytes()
        except OSError as err:
            raise storage_fault(err, path) from err
        listed = {item["path"]: item["sha256"] for item in backup.manifest["files"]}
        if hashlib.sha256(text).hexdigest() != listed.get(OBJECTS):
            raise _damaged(path)
        return text.decode("ascii").split()

    def check(self, backup: Backup) -> tuple[Words, ...]:
        """What is wrong with a backup, each byte of it read: files, register, objects. Empty when all is well."""
        found: list[Words] = []
        home = self.folder / "snapshots" / backup.name
        known = {item["path"]: item for item in backup.manifest["files"]}
        there = set(_all_files(home)) - {MANIFEST, PROOF}
        for path in sorted(set(known) | there):
            if path not in there:
                found.append(Words(f"{path}: thiếu", f"{path}: missing"))
            elif path not in known:
                found.append(Words(f"{path}: không có trong bản kê", f"{path}: not in the manifest"))
            elif _described(home, path) != known[path]:
                found.append(Words(f"{path}: đã bị thay đổi", f"{path}: changed"))
        if found:
            return tuple(found)
        facts = snapshot_facts(home / REGISTER)
        found += facts.faults
        names = set(self.names(backup))
        for name in sorted(names | facts.objects):
            if name not in names or not self._is_here(name):
                words = Words(f"đối tượng {name}: thiếu hoặc hỏng", f"object {name}: missing or damaged")
                found.append(words)
        return tuple(found)


def _damaged(path: Path) -> StorageFault:
    return StorageFault(
        f"{path}: damaged, or of a newer software; use another backup",
        f"{path}: bị hỏng hoặc do phần mềm mới hơn ghi; hãy dùng bản sao lưu khác",
    )


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def _new_file(path: Path, data: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not write_new(path, data, mode=0o600):
        raise FileExistsError(path)


def _is_inside(path: str) -> bool:
    """Whether a path of a manifest stays in the folder that it belongs to."""
    return not PurePosixPath(path).is_absolute() and ".." not in PurePosixPath(path).parts


def _all_files(home: Path) -> list[str]:
    return sorted(path.relative_to(home).as_posix() for path in home.rglob("*") if not path.is_dir())


def _described(home: Path, path: str) -> dict[str, Any]:
    with (home / path).open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return {"path": path, "sha256": digest, "length": file.tell()}
