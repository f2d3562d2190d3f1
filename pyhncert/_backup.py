"""A backup of the office: register, objects, settings and public certificates; private keys only on request.

Keys lie apart on purpose: who finds a backup must not be able to sign with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from pyhncert._config import OFFICE_FILE, KeySettings
from pyhncert._store_settings import open_store
from pyhncert.errors import StorageFault
from pyhncert.keep import Backup, BackupFolder, storage_fault
from pyhncert.values import VIETNAM

if TYPE_CHECKING:
    from pyhncert._parts import OfficeParts

__all__ = ["make_backup"]

_PRIVATE = b"PRIVATE KEY-----"
_KEY_FILES = (".p12", ".pfx", ".key")
_SECRET_FOLDERS = ("keys", "trial")


def make_backup(
    office: OfficeParts,
    folder: Path,
    *,
    keys: bool = False,
    verify: bool = False,
    step: Callable[[str], None] = lambda _: None,
) -> Backup:
    """See `Office.backup`."""
    settings = office.settings
    wanted, left_out, elsewhere = _settings_files(office, keys=keys)
    files: dict[str, bytes] = {}
    for name, path in wanted.items():
        try:
            files[name] = path.read_bytes()
        except OSError as err:
            raise storage_fault(err, path) from err
    about = {
        "office": settings.name,
        "unit": settings.unit,
        "keys": keys,
        "left_out": left_out,
        "elsewhere": elsewhere,
    }
    made = BackupFolder(folder, unit=settings.unit).make(
        open_store(settings),
        office.register.snapshot,
        files,
        made_at=office.clock().astimezone(VIETNAM),
        about=about,
        verify=verify,
        prove=office.register.prove,
        step=step,
    )
    if made.missing:
        names = ", ".join(made.missing[:3]) + ("…" if len(made.missing) > 3 else "")
        raise StorageFault(
            f"backup {made.name} is made, but the office's store lacks {len(made.missing)} objects: {names}",
            f"đã sao lưu {made.name}, nhưng kho của văn phòng thiếu {len(made.missing)} đối tượng: {names}",
        )
    return made


def _settings_files(office: OfficeParts, *, keys: bool) -> tuple[dict[str, Path], list[str], list[str]]:
    """Files to copy by their path in the office's folder; private ones left out; files that lie outside of it."""
    settings = office.settings
    home = settings.folder
    secret = {settings.privacy.key, *(key.key for key in _own_keys(office))}
    wanted: dict[str, Path] = {OFFICE_FILE: home / OFFICE_FILE}
    left_out: list[str] = []
    elsewhere: list[str] = []
    for path in dict.fromkeys(_named(office)):
        if not path.is_relative_to(home) or ".." in path.relative_to(home).parts:
            elsewhere.append(str(path))
            continue
        name = path.relative_to(home).as_posix()
        if keys or not (path in secret or _is_private(path, name)):
            wanted[name] = path
        else:
            left_out.append(name)
    return wanted, left_out, elsewhere


def _named(office: OfficeParts) -> Iterator[Path]:
    """Every file that the settings name or that lies in the folders of trust and keys."""
    settings = office.settings
    yield from (*settings.roots, *settings.intermediates, settings.font)
    for key in _own_keys(office):
        yield from (path for path in (key.key, key.picture) if path is not None and path.is_file())
    yield from (path for path in settings.crls if path.is_file())
    if settings.privacy.key is not None and settings.privacy.key.is_file():
        yield settings.privacy.key
    if settings.desktop is not None:
        yield from settings.desktop.certificates.values()
    for folder in ("trust", *_SECRET_FOLDERS):
        yield from sorted(path for path in (settings.folder / folder).rglob("*") if path.is_file())


def _own_keys(office: OfficeParts) -> tuple[KeySettings, ...]:
    return (*office.settings.officers, office.settings.agency, office.settings.qr)


def _is_private(path: Path, name: str) -> bool:
    if name.split("/", maxsplit=1)[0] in _SECRET_FOLDERS or path.suffix.lower() in _KEY_FILES:
        return True
    try:
        return _PRIVATE in path.read_bytes()
    except OSError as err:
        raise storage_fault(err, path) from err
