"""What ``[privacy]`` says: where the office key is, or that an office has none and keeps personal data plain."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyhncert.errors import UsageFault

if TYPE_CHECKING:
    from pyhncert._parts import OfficeParts
    from pyhncert.keep import OfficeKey

__all__ = ["PrivacySettings", "office_key", "read_privacy", "rekey_office", "seal_office"]

_HOMES = ("key", "env", "module", "plain")
_KNOWN = frozenset({*_HOMES, "token", "label"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivacySettings:
    """The office key: in a `key` file, in the variable `env`, or in the PKCS#11 `module` under `label`; or `plain`."""

    key: Path | None = None
    env: str = ""
    module: Path | None = None
    token: str = ""
    label: str = ""
    plain: bool = False


def read_privacy(
    table: Mapping[str, Any], path: Callable[[str], Path], wrong: Callable[[str, str, str], UsageFault]
) -> PrivacySettings:
    """What the section says; `path` makes a path absolute, `wrong` makes the error of a setting.

    Raises:
        UsageFault: it says nothing, too much, or something unknown.
    """
    for name, value in table.items():
        if name not in _KNOWN:
            raise wrong(f"privacy.{name}", "is not known", "không được biết đến")
        if not isinstance(value, bool if name == "plain" else str):
            raise wrong(f"privacy.{name}", "has the wrong type", "sai kiểu")
    homes = [name for name in _HOMES if table.get(name)]
    if len(homes) != 1:
        err = wrong(
            "[privacy]",
            "must say one of: key, env or module (personal data are sealed), plain = true (they are not)",
            "phải ghi một trong: key, env hoặc module (mã hóa dữ liệu cá nhân), plain = true (không mã hóa)",
        )
        raise UsageFault(
            err.en,
            err.vi,
            hint="make a key: hncert office key FILE; write key = FILE; run hncert office upgrade",
            hint_vi="tạo khóa: hncert office key TỆP; ghi key = TỆP; chạy hncert office upgrade",
        )
    if homes[0] != "module" and (table.get("token") or table.get("label")):
        raise wrong("[privacy]", "token and label go with module", "token và label đi cùng module")
    if homes[0] == "module" and not table.get("label"):
        raise wrong("privacy.label", "is missing: the name of the AES key", "bị thiếu: tên của khóa AES")
    return PrivacySettings(
        key=path(table["key"]) if table.get("key") else None,
        env=table.get("env", ""),
        module=path(table["module"]) if table.get("module") else None,
        token=table.get("token", ""),
        label=table.get("label", ""),
        plain=table.get("plain", False),
    )


def office_key(
    settings: PrivacySettings, password: Callable[[str], str] | None, *, name: str = "privacy"
) -> OfficeKey | None:
    """The office key, ready for use; None where the office keeps personal data plain. `password` gives the PIN `name`.

    Raises:
        KeyFault: it is missing, others may read it, or its PIN is wrong.
    """
    from pyhncert import keep  # noqa: PLC0415  rooms load when they are used

    if settings.key is not None:
        return keep.key_from_file(settings.key)
    if settings.env:
        return keep.key_from_environment(settings.env)
    if settings.module is not None:
        from pyhncert._credentials import asker  # noqa: PLC0415
        from pyhncert.identify import load_token_key  # noqa: PLC0415

        return load_token_key(settings.module, settings.label, asker(password, name), token=settings.token)
    return None


def rekey_office(office: OfficeParts, new: Path | None, *, owner: str | None = None) -> int:
    """See `Office.rekey`."""
    return office.register.rekey(_new_key(office, new) if new is not None else None, owner=owner)


def _new_key(office: OfficeParts, file: Path) -> OfficeKey:
    """The office key in a file, or the one that an ``office.toml`` to come names under ``[privacy]``."""
    if file.suffix != ".toml":
        from pyhncert.keep import key_from_file  # noqa: PLC0415

        return key_from_file(file)
    from pyhncert._config import load_settings  # noqa: PLC0415  it imports this

    key = office_key(load_settings(office.settings.folder, file).privacy, office.password, name="privacy_new")
    if key is None:
        raise UsageFault(f"{file} names no office key", f"{file} không ghi khóa cơ quan nào")
    return key


def seal_office(office: OfficeParts, *, owner: str | None = None) -> int:
    """Seal what an office has kept plain, where it has an office key now; returns how many acts and objects.

    `owner` is the user of a server who owns the register's tables, where the settings name a desk's.

    Raises:
        KeyFault: the office key is missing or another.
        StorageFault: register or store cannot be written; called again it goes on.
    """
    from pyhncert._store_settings import open_store  # noqa: PLC0415
    from pyhncert.keep import seal_register  # noqa: PLC0415

    key = office_key(office.settings.privacy, office.password)
    if key is None:
        return 0
    store = open_store(office.settings)
    return seal_register(office.settings.register, key, store=store, randomness=office.randomness, owner=owner)
