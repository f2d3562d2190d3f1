"""Objects by digest in a bucket of an S3-compatible server, through `obstore`.

Each object is put if it is absent (``If-None-Match: *``), with its SHA-256 as checksum, so that the server refuses what
arrived damaged. Credentials come from the environment or the machine (``AWS_ACCESS_KEY_ID``, web identity, instance
metadata), never from a file of the office.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, ClassVar, Literal, TypeVar

from pyhncert.errors import MissingDependency, StorageFault
from pyhncert.keep._store import damaged, is_object_name, missing, object_name
from pyhncert.values import Words

if TYPE_CHECKING:
    from obstore.store import S3Store as Bucket

LockMode = Literal["governance", "compliance"]
_T = TypeVar("_T")

_PROBE = "probe"
_STATUS = re.compile(r"status (?:code:? )?(\d{3})|\b([45]\d\d) (?:[A-Z][a-z]+ ?)+")


class S3Store:
    """The objects under `prefix` in a `bucket`: ``prefix/ab/abcdef…``. Safe with many threads and processes.

    A process that was forked after one of these stores had spoken to its server cannot speak to any: the threads of
    `obstore` are not in it, and each call says so. Start it fresh (`spawn`, `forkserver`).

    `endpoint` is the server's address where it is not Amazon's own. A call that brings no answer in `timeout_s` is
    given up, and what may pass the second time is tried `retries` times more, within `timeout_s` times their number.
    `lock` is the mode in which `put` locks what it is told to lock; the bucket must have been made with object lock.

    Raises:
        MissingDependency: `obstore` is not installed.
    """

    _spoke_in: ClassVar[int] = 0
    """The process in which the threads of `obstore` are; 0 before the first call."""

    def __init__(
        self,
        bucket: str,
        *,
        endpoint: str = "",
        region: str = "us-east-1",
        prefix: str = "",
        timeout_s: float = 10.0,
        retries: int = 3,
        lock: LockMode = "governance",
    ) -> None:
        self.where = f"s3://{bucket}/{prefix}".rstrip("/")
        self.lock = lock
        self._make = _maker(bucket, endpoint, region, prefix, timeout_s, retries)
        self._bucket = self._make({})

    @staticmethod
    def _path(digest: str | bytes) -> str:
        name = object_name(digest)
        return f"{name[:2]}/{name}"

    def put(self, data: bytes, *, locked_until: dt.datetime | None = None) -> str:
        """Keep `data` and return its SHA-256 in hex digits; the server has it when this returns.

        The same bytes twice are one object, of which a lock makes a further version: what lies there may have none. A
        damaged object is kept aside and replaced by the good bytes.

        Raises:
            StorageFault: the server is silent, or does not allow it.
        """
        digest = hashlib.sha256(data).hexdigest()
        path = self._path(digest)
        bucket = self._bucket if locked_until is None else self._make(self._lock_headers(locked_until))
        if self._create(bucket, path, data):
            return digest
        found = self._read(path)
        if found == data and locked_until is None:
            return digest
        if found is not None and found != data:
            self._call(lambda: self._bucket.put(f"{path}.damaged", found, use_multipart=False), path)
        self._call(lambda: bucket.put(path, data, use_multipart=False), path)
        return digest

    def _lock_headers(self, until: dt.datetime) -> dict[str, str]:
        moment = until.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return {
            "x-amz-object-lock-mode": self.lock.upper(),
            "x-amz-object-lock-retain-until-date": moment,
            "x-amz-sdk-checksum-algorithm": "SHA256",  # S3 asks for it by name with every lock
        }

    def _create(self, bucket: Bucket, path: str, data: bytes) -> bool:
        """Put what is absent; False where there is an object of that name."""
        from obstore.exceptions import AlreadyExistsError  # noqa: PLC0415  an extra

        def create() -> bool:
            try:
                bucket.put(path, data, mode="create", use_multipart=False)
            except AlreadyExistsError:
                return False
            return True

        return self._call(create, path)

    def _read(self, path: str) -> bytes | None:
        def read() -> bytes | None:
            try:
                return self._bucket.get(path).bytes().to_bytes()
            except FileNotFoundError:
                return None

        return self._call(read, path)

    def get(self, digest: str | bytes) -> bytes:
        """The object, checked against its digest.

        Raises:
            StorageFault: there is no such object, its bytes have changed, or the server is silent.
        """
        name = object_name(digest)
        data = self._read(self._path(name))
        if data is None:
            raise missing(name)
        if hashlib.sha256(data).hexdigest() != name:
            raise damaged(name)
        return data

    def has(self, digest: str | bytes) -> bool:
        """Whether there is such an object; its bytes are not read.

        Raises:
            StorageFault: the server is silent.
        """
        path = self._path(digest)

        def head() -> bool:
            try:
                self._bucket.head(path)
            except FileNotFoundError:
                return False
            return True

        return self._call(head, path)

    def delete(self, digest: str | bytes) -> bool:
        """Take the object away; False where there was none.

        A bucket that keeps versions keeps the bytes behind a delete marker until its own rules remove them, and a lock
        keeps them until its day.

        Raises:
            StorageFault: the server is silent, or does not allow it.
        """
        if not self.has(digest):
            return False
        path = self._path(digest)
        self._call(lambda: self._bucket.delete(path), path)
        return True

    def digests(self) -> Iterator[str]:
        """The digests of all objects, in no order."""
        pages = iter(self._bucket.list())
        while (page := self._call(lambda: next(pages, None), self.where)) is not None:
            for entry in page:
                name = entry["path"].rpartition("/")[2]
                if is_object_name(name):
                    yield name

    def clean(self) -> int:
        """Nothing is left behind by a killed writer: the server names an object when it has it whole."""
        return 0

    def check(self, *, needed_bytes: int = 0) -> Words:  # noqa: ARG002  the room is the server's business
        """Preflight: the server answers, and lets us write; says where.

        Raises:
            StorageFault: it does not.
        """
        self._call(lambda: self._bucket.put(_PROBE, b"", use_multipart=False), self.where)
        return Words(f"kho {self.where} trả lời", f"{self.where} answers")

    def _call(self, ask: Callable[[], _T], what: str) -> _T:
        from obstore.exceptions import BaseError  # noqa: PLC0415  an extra

        if S3Store._spoke_in not in {0, os.getpid()}:
            raise StorageFault(
                "this process was forked from one that spoke to S3, and cannot speak to it; start it fresh",
                "tiến trình này tách ra (fork) từ tiến trình đã dùng S3 nên không dùng được S3; hãy khởi động lại",
            )
        S3Store._spoke_in = os.getpid()
        try:
            return ask()
        except (BaseError, OSError, ValueError) as err:
            fault = _fault(err, what if what.startswith("s3:") else f"{self.where}/{what}")
        raise fault  # not inside: the answer may repeat the key by which we came, and stays out of tracebacks


def _maker(  # noqa: PLR0917  what a bucket needs
    bucket: str, endpoint: str, region: str, prefix: str, timeout_s: float, retries: int
) -> Callable[[dict[str, str]], Bucket]:
    """What opens the bucket with further headers, which are signed like all others."""
    try:
        from obstore.store import S3Store as Bucket  # noqa: PLC0415  an extra
    except ImportError as err:
        raise MissingDependency(
            "objects in S3 need obstore; install pyhncert[s3]", "lưu vào S3 cần obstore; hãy cài pyhncert[s3]"
        ) from err
    limit = dt.timedelta(seconds=timeout_s)

    def make(headers: dict[str, str]) -> Bucket:
        return Bucket(
            bucket,
            prefix=prefix or None,
            config={"region": region, "checksum_algorithm": "SHA256", **({"endpoint": endpoint} if endpoint else {})},
            client_options={
                "allow_http": endpoint.startswith("http://"),
                "timeout": limit,
                "connect_timeout": min(limit, dt.timedelta(seconds=5)),
                "default_headers": headers,
            },
            retry_config={
                "max_retries": retries,
                "retry_timeout": limit * (retries + 1),
                "backoff": {"init_backoff": dt.timedelta(milliseconds=100), "max_backoff": dt.timedelta(seconds=2)},
            },
        )

    return make


def _fault(err: Exception, where: str) -> StorageFault:
    from obstore.exceptions import PermissionDeniedError, UnauthenticatedError  # noqa: PLC0415  an extra

    if isinstance(err, PermissionDeniedError | UnauthenticatedError):
        en, vi = (
            "the server refuses our credentials, or they may not do this; see docs/office.md, S3",
            "máy chủ từ chối thông tin đăng nhập hoặc không đủ quyền; xem docs/office.md, mục S3",
        )
    elif isinstance(err, FileNotFoundError):
        en, vi = "no such bucket; make it, or correct [store.s3]", "không có bucket này; hãy tạo hoặc sửa [store.s3]"
    elif found := _STATUS.search(str(err)):
        status = found[1] or found[2]
        en, vi = f"the server answered with error {status}; try again later", f"máy chủ báo lỗi {status}; thử lại sau"
    else:
        en, vi = (
            "the server does not answer; check the network, then try again",
            "máy chủ không trả lời; hãy kiểm tra mạng rồi thử lại",
        )
    return StorageFault(f"{where}: {en}", f"{where}: {vi}")
