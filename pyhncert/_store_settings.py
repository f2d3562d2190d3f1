"""Where the office's settings say that objects lie: in a folder (``[store] objects``), or in S3 (``[store.s3]``)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, cast

from pyhncert.errors import UsageFault

if TYPE_CHECKING:
    from pyhncert._config import OfficeSettings
    from pyhncert.keep import ObjectStore

__all__ = ["S3Settings", "open_store", "read_s3"]

_TEXTS = ("bucket", "endpoint", "region", "prefix", "lock")
_NUMBERS = {"timeout_s": 600.0, "retries": 20}
_LOCKS = ("governance", "compliance")


@dataclass(frozen=True, slots=True, kw_only=True)
class S3Settings:
    """A bucket of an S3-compatible server; see `keep.S3Store`. Credentials are never settings."""

    bucket: str
    endpoint: str = ""
    region: str = "us-east-1"
    prefix: str = ""
    timeout_s: float = 10.0
    retries: int = 3
    lock: Literal["governance", "compliance"] = "governance"


def read_s3(table: Mapping[str, Any], wrong: Callable[[str, str, str], UsageFault]) -> S3Settings | None:
    """What ``[store.s3]`` says; None where there is none. `wrong` makes the error of a setting.

    Raises:
        UsageFault: a setting is missing, unknown or of the wrong type.
    """
    if not table:
        return None
    for name, value in table.items():
        where = f"store.s3.{name}"
        if name in _TEXTS:
            if not isinstance(value, str):
                raise wrong(where, "has the wrong type", "sai kiểu")
        elif name in _NUMBERS:
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise wrong(where, "has the wrong type", "sai kiểu")
            if not (0 if name == "retries" else 0.1) <= value <= _NUMBERS[name] or (name == "retries" and value % 1):
                raise wrong(where, "is out of range", "nằm ngoài khoảng cho phép")
        else:
            raise wrong(where, "is not known", "không được biết đến")
    if not table.get("bucket"):
        raise wrong("store.s3.bucket", "is missing", "bị thiếu")
    if table.get("lock", _LOCKS[0]) not in _LOCKS:
        raise wrong("store.s3.lock", f"must be one of {', '.join(_LOCKS)}", f"phải là một trong {', '.join(_LOCKS)}")
    endpoint = str(table.get("endpoint", ""))
    if endpoint and not endpoint.startswith(("http://", "https://")):
        raise wrong("store.s3.endpoint", "is no http or https URL", "không phải URL http hoặc https")
    if "@" in endpoint:
        raise wrong("store.s3.endpoint", "must not hold a password", "không được chứa mật khẩu")
    return S3Settings(**cast("dict[str, Any]", {**table, "retries": int(table.get("retries", 3))}))


def open_store(settings: OfficeSettings) -> ObjectStore:
    """The store of an office; nothing is asked of it yet.

    Raises:
        MissingDependency: it lies in S3, and the extra ``s3`` is not installed.
    """
    s3 = settings.s3
    if s3 is None:
        from pyhncert.keep import FolderStore  # noqa: PLC0415  rooms load when they are used

        return FolderStore(settings.objects)
    from pyhncert.keep import S3Store  # noqa: PLC0415

    return S3Store(
        s3.bucket,
        endpoint=s3.endpoint,
        region=s3.region,
        prefix=s3.prefix,
        timeout_s=s3.timeout_s,
        retries=s3.retries,
        lock=s3.lock,
    )
