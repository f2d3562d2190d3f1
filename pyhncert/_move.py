"""Moving a running office to another register and store: what a new ``office.toml`` says is made true first."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pyhncert._config import OFFICE_FILE, load_settings
from pyhncert._store_settings import open_store
from pyhncert.errors import StorageFault, UsageFault
from pyhncert.values import Words

if TYPE_CHECKING:
    from pyhncert._config import OfficeSettings
    from pyhncert._parts import OfficeParts
    from pyhncert.keep import Move, ObjectStore, TableCopy

__all__ = ["Moved", "move"]

BEFORE = f"{OFFICE_FILE}.before"
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
    from pyhncert.keep import Move, alone_in  # noqa: PLC0415  loads Alembic

    old, new = office.settings, load_settings(office.settings.folder, file)
    before = old.folder / BEFORE
    switched = new == old and before.is_file()
    if switched:  # perhaps it was killed before it could answer
        old = load_settings(old.folder, before)
    _only_the_place_differs(old, new, file)
    busy = UsageFault(
        f"{old.folder}: another move of this office is at work; wait for it",
        f"{old.folder}: đang có tiến trình khác chuyển văn phòng này; hãy chờ",
    )
    with alone_in(old.folder, busy), Move(old.register, str(new.register), owner=owner) as register:
        try:
            stores = _stores(old, new)
            refused = 0
            if not register.prepare():
                refused = _bring(register, stores, old, wait_s=wait_s, tell=tell)
            objects = _copy(stores, tell)
            _arrived(stores, objects)
            tables = _compared(register, file, switched=switched)
            register.leave()
        except BaseException:  # also of a call that takes up what a killed one left frozen
            register.go_on()
            raise
        register.arrive()
        _switch(old.folder, file)
    digest = hashlib.sha256("".join(sorted(objects)).encode()).digest()
    return Moved(
        tables=tables, objects=len(objects), objects_digest=digest, refused=refused, file=old.folder / OFFICE_FILE
    )


def _compared(register: Move, file: Path, *, switched: bool) -> tuple[TableCopy, ...]:
    try:
        return register.compare()
    except StorageFault as err:
        if not switched:
            raise
        raise _nothing_to_move(file) from err  # the office has gone on in the new register


def _nothing_to_move(file: Path) -> UsageFault:
    return UsageFault(
        f"{file} names the register that the office has; there is nothing to move",
        f"{file} ghi đúng sổ mà văn phòng đang dùng; không có gì để chuyển",
    )


def _only_the_place_differs(old: OfficeSettings, new: OfficeSettings, file: Path) -> None:
    if new.register == old.register:
        raise _nothing_to_move(file)
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
) -> int:
    """Fill the new places; writing is frozen at the end. How many acts were still in hand then."""

    def seen(name: str, rows: int) -> None:
        tell(Words(f"  {name}: {rows} dòng", f"  {name}: {rows} rows"))

    tell(Words("chép khi văn phòng vẫn làm việc", "copying while the office works"))
    _copy(stores, tell)
    register.copy(seen)
    tell(Words("tạm ngừng nhận việc mới; chờ việc đang làm", "no new acts; waiting for those in hand"))
    refused = register.close_door(old.folder / "work" / "holders", wait_s=wait_s)
    register.freeze()
    tell(Words("sổ tạm khóa; chép phần còn lại và so sánh", "the register is frozen; the rest, and comparing"))
    register.copy()
    return refused


def _copy(stores: tuple[ObjectStore, ObjectStore] | None, tell: Tell) -> set[str]:
    """Bring objects that are not there yet, each checked against its digest where it is read and written; all names.

    What comes into the old store after the register was frozen belongs to no line, and stays.
    """
    if stores is None:
        return set()
    old, new = stores
    there, ours = set(new.digests()), set(old.digests())
    for digest in ours - there:
        new.put(old.get(digest))
    tell(Words(f"  {len(ours - there)} tệp trong kho", f"  {len(ours - there)} objects"))
    return ours


def _arrived(stores: tuple[ObjectStore, ObjectStore] | None, objects: set[str]) -> None:
    """See to it that the new store has all `objects`; raises StorageFault."""
    lost = objects - set(stores[1].digests()) if stores is not None else set()
    if lost:
        raise StorageFault(
            f"{len(lost)} objects did not arrive, so nothing was switched",
            f"{len(lost)} tệp chưa sang kho mới nên chưa chuyển",
        )


def _switch(folder: Path, file: Path) -> None:
    """Let the new settings rule; those before lie beside them as ``office.toml.before``."""
    from pyhncert.keep import fsync_folder, storage_fault, write_new  # noqa: PLC0415

    now, before = folder / OFFICE_FILE, folder / BEFORE
    try:
        old, new = now.read_bytes(), file.read_bytes()
        for path, data in ((before, old), (now, new)) if old != new else ():
            draft = path.with_name(f".{path.name}.new")
            draft.unlink(missing_ok=True)
            write_new(draft, data, mode=0o600)
            draft.chmod(now.stat().st_mode & 0o777)
            draft.replace(path)
        fsync_folder(folder)
    except OSError as err:
        raise storage_fault(err, now) from err
