"""Moving a running office to another register and store: what a new ``office.toml`` says is made true first."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pyhncert._config import OFFICE_FILE, load_settings
from pyhncert._store_settings import open_store
from pyhncert.errors import HncertError, StorageFault, UsageFault
from pyhncert.values import Words

if TYPE_CHECKING:
    from pyhncert._config import OfficeSettings
    from pyhncert._parts import OfficeParts
    from pyhncert.keep import Move, ObjectStore, TableCopy

__all__ = ["Moved", "move"]

Tell = Callable[[Words], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What was moved: every table with its rows and digest, how many objects, the SHA-256 of their sorted names.

    `refused` counts the acts that were still in hand when writing was frozen: their processes are told, and the next
    desk voids them with the reason.
    """

    tables: tuple[TableCopy, ...]
    objects: int
    objects_digest: bytes
    refused: int
    file: Path


def move(office: OfficeParts, file: Path, *, owner: str | None, wait_s: float, tell: Tell) -> Moved:
    """See `Office.move`."""
    from pyhncert.keep import Move  # noqa: PLC0415  loads Alembic

    old, new = office.settings, load_settings(office.settings.folder, file)
    _only_the_place_differs(old, new, file)
    stores = _stores(old, new)
    with Move(old.register, str(new.register), owner=owner) as register:
        if register.prepare():
            refused, tables = 0, register.compare()
        else:
            refused, tables = _bring(register, stores, old, wait_s=wait_s, tell=tell)
        count, digest = _compare(stores)
        register.arrive()
        register.leave()
    _switch(old.folder, file)
    return Moved(tables=tables, objects=count, objects_digest=digest, refused=refused, file=old.folder / OFFICE_FILE)


def _only_the_place_differs(old: OfficeSettings, new: OfficeSettings, file: Path) -> None:
    if new.register == old.register:
        raise UsageFault(
            f"{file} names the register that the office has; there is nothing to move",
            f"{file} ghi đúng sổ mà văn phòng đang dùng; không có gì để chuyển",
        )
    if replace(new, register=old.register, objects=old.objects, s3=old.s3, min_free_mb=old.min_free_mb) != old:
        raise UsageFault(
            f"{file} may differ from {OFFICE_FILE} in register and store only",
            f"{file} chỉ được khác {OFFICE_FILE} ở sổ và kho",
        )


def _stores(old: OfficeSettings, new: OfficeSettings) -> tuple[ObjectStore, ObjectStore] | None:
    """Both stores, where they differ."""
    if (old.objects, old.s3) == (new.objects, new.s3):
        return None
    stores = open_store(old), open_store(new)
    if new.s3 is None:
        new.objects.mkdir(mode=0o700, parents=True, exist_ok=True)
    stores[1].check()
    return stores


def _bring(
    register: Move, stores: tuple[ObjectStore, ObjectStore] | None, old: OfficeSettings, *, wait_s: float, tell: Tell
) -> tuple[int, tuple[TableCopy, ...]]:
    """Fill the new places; writing is frozen at the end. What fails before the switch gives writing back."""

    def seen(name: str, rows: int) -> None:
        tell(Words(f"  {name}: {rows} dòng", f"  {name}: {rows} rows"))

    tell(Words("chép khi văn phòng vẫn làm việc", "copying while the office works"))
    _copy(stores, tell)
    register.copy(seen)
    try:
        tell(Words("tạm ngừng nhận việc mới; chờ việc đang làm", "no new acts; waiting for those in hand"))
        refused = register.close_door(old.folder / "work" / "holders", wait_s=wait_s)
        register.freeze()
        tell(Words("sổ tạm khóa; chép phần còn lại và so sánh", "the register is frozen; the rest, and comparing"))
        _copy(stores, tell)
        register.copy()
        _compare(stores)
        return refused, register.compare()
    except (HncertError, KeyboardInterrupt):
        register.go_on()
        raise


def _copy(stores: tuple[ObjectStore, ObjectStore] | None, tell: Tell) -> None:
    """Objects that are not there yet; each is checked against its digest where it is read and where it is written."""
    if stores is None:
        return
    old, new = stores
    there = set(new.digests())
    copied = 0
    for digest in old.digests():
        if digest not in there:
            new.put(old.get(digest))
            copied += 1
    tell(Words(f"  {copied} tệp trong kho", f"  {copied} objects"))


def _compare(stores: tuple[ObjectStore, ObjectStore] | None) -> tuple[int, bytes]:
    """How many objects there are, and the digest of their names.

    Raises:
        StorageFault: some did not arrive.
    """
    if stores is None:
        return 0, hashlib.sha256().digest()
    ours, theirs = (set(store.digests()) for store in stores)
    if ours - theirs:
        raise StorageFault(
            f"{len(ours - theirs)} objects did not arrive, so nothing was switched",
            f"{len(ours - theirs)} tệp chưa sang kho mới nên chưa chuyển",
        )
    return len(ours), hashlib.sha256("".join(sorted(ours)).encode()).digest()


def _switch(folder: Path, file: Path) -> None:
    """Let the new settings rule; those before lie beside them as ``office.toml.before``."""
    from pyhncert.keep import fsync_folder, storage_fault  # noqa: PLC0415

    draft, now, before = folder / f".{OFFICE_FILE}.new", folder / OFFICE_FILE, folder / f"{OFFICE_FILE}.before"
    try:
        draft.unlink(missing_ok=True)
        with draft.open("xb") as out:
            out.write(file.read_bytes())
            out.flush()
            os.fsync(out.fileno())
        draft.chmod(now.stat().st_mode & 0o777)
        if not before.exists():
            os.link(now, before)
        draft.replace(now)
        fsync_folder(folder)
    except OSError as err:
        raise storage_fault(err, now) from err
