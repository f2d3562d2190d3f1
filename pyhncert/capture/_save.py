"""Scanned pages as files: each page whole under its name or not there at all, also after kill -9; none overwritten."""

from __future__ import annotations

import errno
import os
import re
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import IO

from pyhncert.capture._bundle import Bundle, Sink
from pyhncert.capture._scan import ScanJob
from pyhncert.errors import StorageFault, UsageFault

_NO_TMPFILE = frozenset((errno.EOPNOTSUPP, errno.EISDIR, errno.ENOENT, errno.EINVAL, errno.ENOSYS))
_NO_LINKS = frozenset((errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS))  # FAT and its kin
_PAGE = re.compile(r"page-(\d{3,})\.\w+")
_PROC = Path("/proc/self/fd")


def save_pages(job: ScanJob, out: Path | Sink, *, saved: Callable[[Path], None] = lambda _: None) -> int:
    """Keep the pages of `job` as they come, end it, and return how many there are.

    A folder gets one file a page, ``page-001.jpg`` (or ``.png``), counting on from those that lie there. A path that
    ends in .pdf, or a stream, gets one PDF of all pages. `saved` is told each file that is safely there.

    Where the scan breaks off, its pages are kept: those in a folder lie there, those of ``x.pdf`` become
    ``x-incomplete.pdf``, and `saved` is told; a stream is left without its end, so that nobody takes it for a PDF.

    Raises:
        UsageFault: `out` exists and is no folder, or is neither a folder nor a .pdf.
        StorageFault: the disk is full or does not allow it.
        ScannerFault, Unavailable, UsageFault, MissingDependency: what ended the scan.
    """
    with job:
        if not isinstance(out, Path):
            return _bundled(job, out)
        if out.is_dir():
            return _to_folder(job, out, saved)
        return _to_pdf(job, _new_pdf(out), saved)


def _new_pdf(out: Path) -> Path:
    if out.suffix.lower() != ".pdf":
        raise UsageFault(
            f"{out}: pages go into a folder that exists, or into a .pdf",
            f"{out}: trang quét được lưu vào một thư mục đã có, hoặc vào tệp .pdf",
        )
    if os.path.lexists(out):
        raise UsageFault(
            f"{out}: this file exists and is never overwritten; choose another name",
            f"{out}: tệp đã có và không bao giờ bị ghi đè; hãy chọn tên khác",
        )
    return out


def _bundled(job: ScanJob, sink: Sink) -> int:
    bundle = Bundle(sink)
    for page in job:
        bundle.add(page, dpi=job.dpi)
    bundle.finish()
    return job.count


def _to_folder(job: ScanJob, folder: Path, saved: Callable[[Path], None]) -> int:
    there = [int(found[1]) for path in folder.iterdir() if (found := _PAGE.fullmatch(path.name))]
    number = max(there, default=0)
    for page in job:
        number += 1
        path = folder / f"page-{number:03d}.{page.name.rpartition('.')[2]}"
        with _NewFile(folder) as file:
            file.write(page.data)
            file.publish(path)
        saved(path)
    return job.count


def _to_pdf(job: ScanJob, out: Path, saved: Callable[[Path], None]) -> int:
    with _NewFile(out.parent) as file:
        bundle = Bundle(file)
        try:
            for page in job:
                bundle.add(page, dpi=job.dpi)
        except BaseException:
            if job.count:
                bundle.finish()
                part = _free(out)
                file.publish(part)
                saved(part)
            raise
        bundle.finish()
        file.publish(out)
    saved(out)
    return job.count


def _free(out: Path) -> Path:
    names = (f"{out.stem}-incomplete{'' if n == 1 else f'-{n}'}.pdf" for n in range(1, 10_000))
    return next(path for name in names if not os.path.lexists(path := out.with_name(name)))


class _NewFile:
    """A file that has its name only when it is whole and durable; without `publish` nothing remains of it.

    Where the system can, it has no name before (``O_TMPFILE``), so a kill leaves nothing; else a hidden one.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._hidden: Path | None = None
        try:
            if not _PROC.is_dir() or not hasattr(os, "O_TMPFILE"):
                raise OSError(errno.ENOSYS, "")
            fd = os.open(folder, os.O_TMPFILE | os.O_RDWR | os.O_CLOEXEC, 0o600)
        except OSError as err:
            if err.errno not in _NO_TMPFILE or not folder.is_dir():
                raise _storage(err, folder) from err
            self._hidden = folder / f".hncert-scan-{secrets.token_hex(8)}.part"
            fd = os.open(self._hidden, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600)
        self._file: IO[bytes] = os.fdopen(fd, "wb")

    def write(self, data: bytes) -> None:
        try:
            self._file.write(data)
        except OSError as err:
            raise _storage(err, self._folder) from err

    def publish(self, path: Path) -> None:
        """Make it durable, then name it `path`; an existing file is not touched."""
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
            if self._hidden is None:
                fd = self._file.fileno()
                os.link(_PROC / str(fd), path, src_dir_fd=fd)  # linkat(2), which follows /proc's link
            else:
                self._rename(self._hidden, path)
            folder = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        except OSError as err:
            raise _storage(err, path) from err

    def _rename(self, hidden: Path, path: Path) -> None:
        try:
            os.link(hidden, path)
        except OSError as err:
            if err.errno not in _NO_LINKS:
                raise
            os.close(os.open(path, os.O_CREAT | os.O_EXCL, 0o600))  # the name is ours now
            hidden.replace(path)

    def __enter__(self) -> _NewFile:
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self._file.close()
        except OSError as err:
            raise _storage(err, self._folder) from err
        finally:
            if self._hidden is not None:
                self._hidden.unlink(missing_ok=True)


def _storage(err: OSError, path: Path) -> StorageFault:
    said = os.strerror(err.errno) if err.errno else str(err)
    return StorageFault(
        f"{path}: the scan cannot be written: {said}",
        f"{path}: không ghi được bản quét: {said}",
        hint="make room, or choose another folder",
        hint_vi="hãy giải phóng chỗ trống hoặc chọn thư mục khác",
    )
