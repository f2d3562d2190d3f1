"""The office's settings: one commented TOML, read strictly.

Passwords and PINs never stand here: they come from a prompt, a file descriptor or ``HNCERT_PASSWORD_<KEY>``.
"""

from __future__ import annotations

import datetime as dt
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

from pyhncert._config_desk import DESK, DeskSettings, read_desk
from pyhncert._privacy import PrivacySettings, read_privacy
from pyhncert._store_settings import S3Settings, read_s3
from pyhncert.errors import StorageFault, UsageFault
from pyhncert.values import LEVELS, Level, Second

__all__ = [
    "OFFICE_FILE",
    "KeySettings",
    "OfficeSettings",
    "default_trial_folder",
    "find_office",
    "load_settings",
    "named_file",
    "user_office",
]

OFFICE_FILE = "office.toml"
_HOMES: dict[str, tuple[str, ...]] = {"key": (), "module": ("token", "certificate"), "remote": ("client", "credential")}
"""Where a key may lie, and what else is said of it there."""
_KEY = frozenset({"scheme", *_HOMES, *(name for names in _HOMES.values() for name in names)})
_CALLS = ("timeout_s", "patience_s", "parallel", "failures", "pause_s")
"""How timestamp services are asked; what is not said here is as in `identify.ServiceRules`."""
_SECTIONS: dict[str, frozenset[str]] = {
    "office": frozenset({"name", "unit", "trial", "level", "verify_url", "profile"}),
    "register": frozenset({"file", "url", "book", "suffix", "paper"}),
    "store": frozenset({"objects", "min_free_mb", "s3"}),
    "keep": frozenset({"raw"}),
    "privacy": frozenset({"key", "env", "module", "token", "label", "plain"}),
    "read": frozenset({"second"}),
    "font": frozenset({"file"}),
    "trust": frozenset({"roots", "intermediates", "crls"}),
    "timestamp": frozenset({"trial", "url", "urls", "max_clock_off_s", *_CALLS}),
    "ocsp": frozenset({"ask", "url", "timeout_s"}),
    "agency": _KEY | {"name", "picture", "seal_mm"},
    "qr": _KEY,
    "desktop": frozenset({"url", "timeout_s", "certificates"}),
    "desk": DESK,
    "limits": frozenset({"max_pixels", "max_pages", "max_bytes"}),
}
_OFFICER = _KEY | {"id", "name", "title", "picture", "signs_by"}
_SIGNS_BY = ("office", "delegation")
_DELEGATION = {"decision": str, "from": dt.date, "until": dt.date, "kinds": list}


@dataclass(frozen=True, slots=True, kw_only=True)
class Delegation:
    """Who does not sign by office signs by a written decision: its number, its first and last day, and for which kinds.

    Without `kinds` for all.
    """

    decision: str
    first_day: dt.date
    last_day: dt.date
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DesktopSettings:
    """The state's desktop signing tool: its address, how long a person may take, each officer's certificate by id."""

    url: str
    timeout_s: float
    certificates: Mapping[str, Path]


_SECOND = ("off", "fields", "all")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeySettings:
    """One key of the office: whose, where it lies, and how it signs.

    Either `key` is its file, or `module` the PKCS#11 library of the token that holds it (`token` and `certificate` say
    which, where there are several), or `remote` the address of a signing service (CSC API v2) that knows us as `client`
    and the key as `credential`.
    """

    id: str
    name: str
    title: str = ""
    key: Path | None
    module: Path | None = None
    token: str = ""
    certificate: str = ""
    remote: str = ""
    client: str = ""
    credential: str = ""
    scheme: str
    picture: Path | None = None
    delegation: Delegation | None = None
    by_delegation: bool = False
    """Whether an officer signs by a decision alone, and not by office."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeSettings:
    """Everything `office.toml` says, with paths made absolute."""

    folder: Path
    name: str
    unit: str
    trial: bool
    level: Level
    verify_url: str
    profile: str
    register: Path | str
    """A file, or the ``postgresql://`` URL of a server, without a password."""
    book: int
    suffix: str
    paper_suffix: str
    objects: Path
    s3: S3Settings | None
    min_free_mb: int
    keep_raw: bool
    privacy: PrivacySettings
    second_reader: Second
    font: Path
    roots: tuple[Path, ...]
    intermediates: tuple[Path, ...]
    crls: tuple[Path, ...]
    tsa_urls: tuple[str, ...]
    tsa_trial: bool
    tsa_calls: Mapping[str, float]
    max_clock_off_s: float | None
    ocsp: bool
    ocsp_url: str
    ocsp_timeout_s: float | None
    officers: tuple[KeySettings, ...]
    agency: KeySettings
    seal_mm: float | None
    qr: KeySettings
    desktop: DesktopSettings | None
    desk: DeskSettings
    max_pixels: int
    max_pages: int
    max_bytes: int

    def officer(self, wanted: str | None) -> KeySettings:
        """The officer called `wanted`, or the only one; raises UsageFault."""
        if wanted is None and len(self.officers) == 1:
            return self.officers[0]
        known = ", ".join(o.id for o in self.officers)
        for officer in self.officers:
            if officer.id == wanted:
                return officer
        if wanted is None:
            raise UsageFault(
                f"the office has {len(self.officers)} officers and none was named",
                f"cơ quan có {len(self.officers)} người thực hiện chứng thực mà chưa chọn ai",
                hint=f"name one of: {known}",
                hint_vi=f"chọn một trong: {known}",
            )
        raise UsageFault(
            f"no officer is called {wanted!r}",
            f"không có người thực hiện chứng thực nào là {wanted!r}",
            hint=f"name one of: {known}",
            hint_vi=f"chọn một trong: {known}",
        )


def user_office() -> Path | None:
    """The office named in the user's own configuration (``$XDG_CONFIG_HOME/hncert/config.toml``), if any."""
    home = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    file = home / "hncert" / "config.toml"
    try:
        data = tomllib.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as err:
        raise UsageFault(f"{file} cannot be read: {err}", f"không đọc được {file}: {err}") from err
    office = data.get("office")
    return (file.parent / Path(office).expanduser()) if isinstance(office, str) and office else None


def find_office(folder: Path | str | None = None) -> Path | None:
    """The office that is meant: `folder`, else ``HNCERT_OFFICE``, else the user's configuration, else None."""
    chosen = folder or os.environ.get("HNCERT_OFFICE")
    return Path(chosen).expanduser() if chosen else user_office()


def default_trial_folder() -> Path:
    """Where a trial office lies when none is configured: in the user's data folder."""
    home = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return home / "hncert" / "trial-office"


def load_settings(folder: Path, file: Path | None = None) -> OfficeSettings:
    """Read and check ``folder/office.toml``, or what `file` would say in its place.

    Raises:
        UsageFault: no office there, or a setting is missing, unknown or of the wrong type; it is named.
        StorageFault: the file cannot be read.
    """
    file = file or folder / OFFICE_FILE
    try:
        text = file.read_text("utf-8")
    except (FileNotFoundError, NotADirectoryError) as err:
        raise UsageFault(
            f"no office in {folder}: {file.name} is missing",
            f"không có cơ quan nào trong {folder}: thiếu {file.name}",
            hint=f"make one with: hncert office init {folder} --trial",
            hint_vi=f"tạo bằng lệnh: hncert office init {folder} --trial",
        ) from err
    except (OSError, UnicodeDecodeError) as err:
        raise StorageFault(f"{file} cannot be read: {err}", f"không đọc được {file}: {err}") from err
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as err:
        raise UsageFault(f"{file} is not valid TOML: {err}", f"{file} không phải TOML hợp lệ: {err}") from err
    return _Reader(folder.absolute(), file, data).settings()


def named_file(path: Path) -> bytes:
    """The bytes of a file that the settings name; raises UsageFault."""
    try:
        return path.read_bytes()
    except OSError as err:
        raise UsageFault(
            f"{path}, named in {OFFICE_FILE}, cannot be read: {err.strerror}",
            f"không đọc được {path} khai trong {OFFICE_FILE}: {err.strerror}",
        ) from err


class _Reader:
    """Takes settings out of parsed TOML and names what is wrong with them."""

    def __init__(self, folder: Path, file: Path, data: dict[str, Any]) -> None:
        self.folder, self.file, self.data = folder, file, data

    def settings(self) -> OfficeSettings:
        for section in self.data:
            if section not in _SECTIONS and section not in ("officer", "version"):
                raise self._wrong(section, "is not known", "không được biết đến")
        if self.data.get("version") != 1:
            raise self._wrong("version", "must be 1", "phải là 1")
        officers = self.data.get("officer")
        if not isinstance(officers, list) or not officers:
            raise self._wrong("[[officer]]", "is missing", "bị thiếu")
        return OfficeSettings(
            folder=self.folder,
            name=self._text("office", "name"),
            unit=self._text("office", "unit"),
            trial=bool(self._get("office", "trial", False, bool)),
            level=cast(Level, self._one_of("office", "level", "B-LT", LEVELS)),
            verify_url=self._text("office", "verify_url"),
            profile=self._text("office", "profile", "certified"),
            register=self._register(),
            book=int(self._get("register", "book", 1, int)),
            suffix=(suffix := self._text("register", "suffix", "SCT/BS")),
            paper_suffix=self._text("register", "paper", suffix),
            objects=self._path(self._text("store", "objects", "objects")),
            s3=read_s3(self._get("store", "s3", {}, dict), self._wrong),
            min_free_mb=int(self._get("store", "min_free_mb", 100, int)),
            keep_raw=bool(self._get("keep", "raw", False, bool)),
            privacy=read_privacy(self._table("privacy"), self._path, self._wrong),
            second_reader=cast(Second, self._one_of("read", "second", "fields", _SECOND)),
            font=self._path(self._text("font", "file")),
            roots=self._paths("roots"),
            intermediates=self._paths("intermediates"),
            crls=self._paths("crls"),
            tsa_urls=self._urls(),
            tsa_trial=bool(self._get("timestamp", "trial", False, bool)),
            tsa_calls=self._calls(),
            max_clock_off_s=self._seconds("timestamp", "max_clock_off_s"),
            ocsp=bool(self._get("ocsp", "ask", True, bool)),
            ocsp_url=self._url("ocsp", "url"),
            ocsp_timeout_s=self._seconds("ocsp", "timeout_s"),
            officers=tuple(self._officer(entry, n) for n, entry in enumerate(officers, 1)),
            agency=self._key("agency"),
            seal_mm=self._get("agency", "seal_mm", 0, (int, float)) or None,
            qr=self._key("qr"),
            desktop=self._desktop(),
            desk=read_desk(self.data.get("desk", {}), self._wrong),
            max_pixels=int(self._get("limits", "max_pixels", 200_000_000, int)),
            max_pages=int(self._get("limits", "max_pages", 1000, int)),
            max_bytes=int(self._get("limits", "max_bytes", 512 * 1024 * 1024, int)),
        )

    def _wrong(self, name: str, en: str, vi: str) -> UsageFault:
        return UsageFault(f"{self.file}: {name} {en}", f"{self.file}: {name} {vi}")

    def _get(self, section: str, name: str, default: object, kind: type | tuple[type, ...]) -> Any:
        table = self._table(section)
        for key in table:
            if key not in _SECTIONS[section]:
                raise self._wrong(f"{section}.{key}", "is not known", "không được biết đến")
        value = table.get(name, default)
        if value is None:
            raise self._wrong(f"{section}.{name}", "is missing", "bị thiếu")
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise self._wrong(f"{section}.{name}", "has the wrong type", "sai kiểu")
        return value

    def _table(self, section: str) -> dict[str, Any]:
        table = self.data.get(section, {})
        if not isinstance(table, dict):
            raise self._wrong(section, "must be a table", "phải là một bảng")
        return table

    def _text(self, section: str, name: str, default: str | None = None) -> str:
        return str(self._get(section, name, default, str))

    def _seconds(self, section: str, name: str) -> float | None:
        """A number above 0; None where the library's own holds."""
        if name not in self.data.get(section, {}):
            return None
        value = float(self._get(section, name, None, (int, float)))
        if not 0 < value <= 86_400:
            raise self._wrong(f"{section}.{name}", "must be 1 to 86400 seconds", "phải từ 1 đến 86400 giây")
        return value

    def _url(self, section: str, name: str) -> str:
        value = self._text(section, name, "")
        if value and not value.lower().startswith(("http://", "https://")):
            raise self._wrong(f"{section}.{name}", "is no http or https URL", "không phải URL http hoặc https")
        return value

    def _one_of(self, section: str, name: str, default: str, known: tuple[str, ...]) -> str:
        value = self._text(section, name, default)
        if value not in known:
            names = ", ".join(known)
            raise self._wrong(f"{section}.{name}", f"must be one of {names}", f"phải là một trong {names}")
        return value

    def _path(self, text: str) -> Path:
        return self.folder / Path(text).expanduser()

    def _register(self) -> Path | str:
        url = self._text("register", "url", "")
        if not url:
            return self._path(self._text("register", "file", "register.sqlite"))
        if "file" in self.data["register"]:
            raise self._wrong("register", "has file or url, not both", "chỉ có file hoặc url")
        if not url.startswith(("postgresql://", "postgres://")):
            raise self._wrong("register.url", "must begin with postgresql://", "phải bắt đầu bằng postgresql://")
        return url

    def _paths(self, name: str) -> tuple[Path, ...]:
        values = self._get("trust", name, [], list)
        if not all(isinstance(v, str) for v in values):
            raise self._wrong(f"trust.{name}", "must be a list of paths", "phải là danh sách đường dẫn")
        return tuple(self._path(v) for v in values)

    def _urls(self) -> tuple[str, ...]:
        """``url``, ``urls``, or both: in the order in which they are asked."""
        one, more = self._text("timestamp", "url", ""), self._get("timestamp", "urls", [], list)
        if not all(isinstance(url, str) and url for url in more):
            raise self._wrong("timestamp.urls", "must be a list of addresses", "phải là danh sách địa chỉ")
        return tuple(dict.fromkeys((*([one] if one else []), *more)))

    def _calls(self) -> dict[str, float]:
        """What the settings say of how services are asked, each above zero."""
        table = self.data.get("timestamp", {})
        said = {name: self._get("timestamp", name, 0, (int, float)) for name in _CALLS if name in table}
        for name, value in said.items():
            if value <= 0 or (name in {"parallel", "failures"} and not isinstance(value, int)):
                raise self._wrong(f"timestamp.{name}", "must be above zero", "phải lớn hơn không")
        return said

    def _key(self, section: str) -> KeySettings:
        table = {name: self._get(section, name, "", str) for name in _SECTIONS[section] - {"seal_mm"}}
        return self._make_key(section, {"id": section, **table})

    def _desktop(self) -> DesktopSettings | None:
        if "desktop" not in self.data:
            return None
        files = self._get("desktop", "certificates", {}, dict)
        if not all(isinstance(path, str) for path in files.values()):
            raise self._wrong(
                "desktop.certificates", "must name a file for each officer", "phải ghi tệp cho từng người"
            )
        return DesktopSettings(
            url=self._text("desktop", "url"),
            timeout_s=float(self._get("desktop", "timeout_s", 300.0, (int, float))),
            certificates={name: self._path(path) for name, path in files.items()},
        )

    def _officer(self, entry: object, n: int) -> KeySettings:
        if not isinstance(entry, dict):
            raise self._wrong(f"officer {n}", "must be a table", "phải là một bảng")
        delegation = self._delegation(n, entry.get("delegation"))
        entry = {key: value for key, value in entry.items() if key != "delegation"}
        for key, value in entry.items():
            if key not in _OFFICER:
                raise self._wrong(f"officer.{key}", "is not known", "không được biết đến")
            if not isinstance(value, str):
                raise self._wrong(f"officer.{key}", "has the wrong type", "sai kiểu")
        if not entry.get("id") or not entry.get("name"):
            raise self._wrong(f"officer {n}", "needs id and name", "cần id và name")
        signs_by = entry.get("signs_by", "delegation" if delegation is not None else "office")
        if signs_by not in _SIGNS_BY:
            names = ", ".join(_SIGNS_BY)
            raise self._wrong("officer.signs_by", f"must be one of {names}", f"phải là một trong {names}")
        key = self._make_key(f"officer {n}", entry)
        return replace(key, delegation=delegation, by_delegation=signs_by == "delegation")

    def _delegation(self, n: int, table: object) -> Delegation | None:
        if table is None:
            return None
        where = f"officer {n}.delegation"
        if not isinstance(table, dict) or any(
            name not in _DELEGATION or not isinstance(value, _DELEGATION[name]) or isinstance(value, dt.datetime)
            for name, value in table.items()
        ):
            raise self._wrong(
                where, "has decision, from, until and kinds only", "chỉ gồm decision, from, until và kinds"
            )
        kinds = table.get("kinds", [])
        if not table.get("decision") or "from" not in table or "until" not in table or table["from"] > table["until"]:
            raise self._wrong(where, "needs decision, from and a later until", "cần decision, from và until sau from")
        if not all(isinstance(kind, str) for kind in kinds):
            raise self._wrong(where, "kinds must be a list of names", "kinds phải là danh sách tên loại giấy tờ")
        return Delegation(
            decision=table["decision"], first_day=table["from"], last_day=table["until"], kinds=tuple(kinds)
        )

    def _make_key(self, where: str, table: dict[str, str]) -> KeySettings:
        homes = [home for home in _HOMES if table.get(home)]
        if len(homes) != 1 or not table.get("scheme"):
            raise self._wrong(
                where, "needs scheme, and key, module or remote", "cần scheme, và key, module hoặc remote"
            )
        for home, names in _HOMES.items():
            if home != homes[0] and any(table.get(name) for name in names):
                both = ", ".join(names)
                raise self._wrong(where, f"{both} go with {home}", f"{both} đi cùng {home}")
        if homes == ["remote"] and not (table.get("client") and table.get("credential")):
            raise self._wrong(where, "remote needs client and credential", "remote cần client và credential")
        paths = {name: self._path(table[name]) if table.get(name) else None for name in ("key", "module", "picture")}
        return KeySettings(
            id=table["id"],
            name=table.get("name", ""),
            title=table.get("title", ""),
            key=paths["key"],
            module=paths["module"],
            token=table.get("token", ""),
            certificate=table.get("certificate", ""),
            remote=table.get("remote", ""),
            client=table.get("client", ""),
            credential=table.get("credential", ""),
            scheme=table["scheme"],
            picture=paths["picture"],
        )
