"""A restored office: checked before anything is written, made beside its place, brought up to what was given out."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pyhncert._config import OFFICE_FILE, load_settings
from pyhncert._core import sha256
from pyhncert._parts import Passwords
from pyhncert._store_settings import open_store
from pyhncert.errors import StorageFault, UsageFault
from pyhncert.keep import (
    SCHEMA,
    Backup,
    BackupFolder,
    Given,
    LastNumbers,
    Refilled,
    alone_in,
    fsync_folder,
    read_given,
    storage_fault,
    upgrade_register,
    write_new,
)
from pyhncert.values import Clock, Randomness

if TYPE_CHECKING:
    from pyhncert.office import Office

__all__ = ["Restored", "restore"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What a restore did: from which `backup` into which `folder`, and what the register did not know (`refilled`).

    `lost` are copies whose lines are there and whose files are not: codes. `left_out` are private keys that are
    still to be put back, `elsewhere` files that lie outside of the office's folder. `proven`: the backup's proof shows
    that the office itself made it; there is none of a plain office, and of backups from before there were proofs.
    """

    backup: Backup
    folder: Path
    refilled: Refilled
    lost: tuple[str, ...]
    left_out: tuple[str, ...]
    elsewhere: tuple[str, ...]
    proven: bool


def restore(  # what a restore needs
    backups: Path,
    to: Path,
    *,
    name: str | None,
    receipts: Sequence[Path],
    last: LastNumbers,
    keys: Path | None,
    password: Passwords | None,
    clock: Clock,
    randomness: Randomness,
) -> Restored:
    """See `pyhncert.office.restore_office`."""
    from pyhncert.office import Office  # noqa: PLC0415  which imports this file

    to = to.absolute()
    if to.exists() and (not to.is_dir() or any(to.iterdir())):
        raise UsageFault(f"{to} is not empty; give a new folder", f"{to} không trống; hãy cho một thư mục mới")
    if not to.parent.is_dir():
        raise UsageFault(f"{to.parent}: no such folder", f"{to.parent}: không có thư mục này")
    held = BackupFolder(backups)
    backup = held.one(name)
    if faults := held.check(backup):
        more = "" if len(faults) == 1 else f" (+{len(faults) - 1})"
        raise StorageFault(
            f"backup {backup.name} is damaged: {faults[0].en}{more}; nothing was restored",
            f"bản sao lưu {backup.name} bị hỏng: {faults[0].vi}{more}; chưa khôi phục gì",
        )
    if backup.manifest["schema"] > SCHEMA:
        raise StorageFault(
            f"backup {backup.name} was made by a newer software (schema {backup.manifest['schema']}); install that one",
            f"bản sao lưu {backup.name} do phần mềm mới hơn tạo (lược đồ {backup.manifest['schema']}); hãy cài bản đó",
        )
    given = read_given(receipts)
    draft = to.with_name(f".{to.name}.restoring")
    with _alone(draft):
        try:
            draft.mkdir(mode=0o700)
            missing = _lay_out(held, backup, draft, keys)
            office = Office(load_settings(draft), password=password, clock=clock, randomness=randomness)
            proven, refilled, lost = _bring_up(office, held, backup, given, last)
            for folder in (draft, *(path for path in draft.rglob("*") if path.is_dir())):
                fsync_folder(folder)
            draft.rename(to)
            fsync_folder(to.parent)
        except OSError as err:
            raise storage_fault(err, to) from err
    return Restored(
        backup=backup,
        folder=to,
        refilled=refilled,
        lost=lost,
        left_out=missing,
        elsewhere=tuple(backup.manifest["elsewhere"]),
        proven=proven,
    )


@contextmanager
def _alone(draft: Path) -> Iterator[None]:
    """One restore beside a place at a time; what a killed one left there goes first."""
    busy = UsageFault(
        f"{draft.parent}: another restore is at work in this folder; wait for it",
        f"{draft.parent}: đang có tiến trình khác khôi phục vào đây; hãy chờ",
    )
    with alone_in(draft.parent, busy):
        shutil.rmtree(draft, ignore_errors=True)
        try:
            yield
        finally:
            shutil.rmtree(draft, ignore_errors=True)


def _lay_out(held: BackupFolder, backup: Backup, draft: Path, keys: Path | None) -> tuple[str, ...]:
    """Settings, keys, register and objects, each read once more against its digest; which keys are still missing."""
    for item in backup.manifest["files"]:
        name = item["path"].removeprefix("office/")
        if name != item["path"]:
            held.bring(backup, item["path"], draft / name)
    missing: list[str] = []
    for name in backup.manifest["left_out"]:
        if keys is None or not (keys / name).is_file():
            missing.append(name)
            continue
        (draft / name).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_new(draft / name, (keys / name).read_bytes(), mode=0o600)
    _to_files(draft / OFFICE_FILE)
    settings = load_settings(draft)
    register, home = Path(settings.register), draft.resolve()
    places = (register.resolve(), settings.objects.resolve())
    if settings.s3 is not None or not all(place.is_relative_to(home) for place in places):
        raise UsageFault(
            "the office's settings put register or objects outside of its folder; restore by hand: docs/register.md",
            "cấu hình đặt sổ hoặc kho ngoài thư mục văn phòng; hãy khôi phục bằng tay: docs/register.md",
        )
    held.bring(backup, "register.sqlite", register)
    upgrade_register(register)
    settings.objects.mkdir(mode=0o700, parents=True, exist_ok=True)
    store = open_store(settings)
    for digest in held.names(backup):
        store.put(held.objects.get(digest))
    return tuple(missing)


_URL = re.compile(r"^(\[register\][^\[]*?^)(url\s*=)", re.MULTILINE)
_S3 = re.compile(r"^s3\s*=.*$|^\[store\.s3\].*(?:\n(?!\[).*)*", re.MULTILINE)


def _to_files(toml: Path) -> None:
    """Register and objects of a server come back as file and folder; the settings say so.

    The office whose backup this is may still work with both: nothing that is settled here may be settled there.
    """
    text = toml.read_text("utf-8")
    changed = _URL.sub(r"\1# restored into register.sqlite; it was: \2", text)
    changed = _S3.sub(lambda found: "# restored into a folder; it was:\n" + _silent(found[0]), changed)
    if changed != text:
        toml.unlink()
        write_new(toml, changed.encode(), mode=0o600)


def _silent(lines: str) -> str:
    return re.sub(r"^(?=.*\S)", "# ", lines, flags=re.MULTILINE)


def _proven(held: BackupFolder, backup: Backup, office: Office) -> bool:
    """Whether the manifest has a proof and it is right: a wrong one is refused, none is told.

    Raises:
        StorageFault: somebody without the office key changed the backup, or put another office's manifest there.
    """
    proof, register = held.proof(backup), office.register
    if proof is None or not register.sealed:
        return False
    if not register.proves(bytes.fromhex(backup.digest), proof):
        raise StorageFault(
            f"backup {backup.name} is not as the office made it: its proof is wrong; nothing was restored",
            f"bản sao lưu {backup.name} không còn như cơ quan đã tạo: bằng chứng sai; chưa khôi phục gì",
        )
    return True


def _bring_up(
    office: Office, held: BackupFolder, backup: Backup, given: Sequence[Given], last: LastNumbers
) -> tuple[bool, Refilled, tuple[str, ...]]:
    """See what is proven, enter what was given out since, run `recover`, and look at the result as a whole."""
    try:
        proven = _proven(held, backup, office)
        refilled = office.register.refill(given, last=last, backup=backup.name)
        _bring_copies(office, given)
        for left in office.register.recover().undelivered:
            problem = f"restored from {backup.name}; where it was to lie is another machine's"
            office.register.delivered(left.line.act_id, problem=problem)
        if faults := office.register.check():
            raise StorageFault(
                f"the restored register is not sound: {faults[0].en}", f"sổ khôi phục không đúng: {faults[0].vi}"
            )
        lost = tuple(
            line.code
            for state in ("registered", "revoked", "superseded")
            for line in office.register.lines(state=state)
            if line.file_digest is not None
            and not office.store.has(line.file_digest)
            and not _was_erased(office, line.act_id)
        )
    finally:
        office.register.leave()
    shutil.rmtree(office.settings.folder / "work", ignore_errors=True)
    return proven, refilled, lost


def _was_erased(office: Office, act_id: str) -> bool:
    """Whether somebody erased the stored copy, on purpose and with a reason."""
    said = [event.facts.get("erased") for event in office.register.events(act_id)]
    return any(isinstance(classes, list) and "copy" in classes for classes in said)


def _bring_copies(office: Office, given: Sequence[Given]) -> None:
    """Put the copies that lie beside receipts into the store, where they are the very bytes that the register names."""
    for one in given:
        line = office.register.find(one.code)
        if line is None or line.file_digest is None or one.copy is None or office.store.has(line.file_digest):
            continue
        data = one.copy.read_bytes()
        if sha256(data) == line.file_digest:
            office.store.put(data)
