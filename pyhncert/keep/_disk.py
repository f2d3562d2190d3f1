"""Files that are whole or not there: temporary, fsync, link, fsync of the folder; and disk faults in plain words."""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pyhncert.errors import HncertError, StorageFault

_WORDS: dict[int, tuple[str, str]] = {
    errno.ENOSPC: ("the disk is full; free some space", "ổ đĩa đã đầy; hãy giải phóng dung lượng"),
    errno.EDQUOT: ("the disk quota is used up; free some space", "đã hết hạn mức ổ đĩa; hãy giải phóng dung lượng"),
    errno.EFBIG: ("the file is too large for this disk", "tệp quá lớn đối với ổ đĩa này"),
    errno.EROFS: ("the disk is read-only; choose another folder", "ổ đĩa chỉ đọc; hãy chọn thư mục khác"),
    errno.EACCES: ("no permission to write; choose another folder", "không có quyền ghi; hãy chọn thư mục khác"),
    errno.EPERM: ("not permitted; choose another folder", "không được phép; hãy chọn thư mục khác"),
    errno.EIO: ("the disk reports an error; replace it", "ổ đĩa báo lỗi; hãy thay ổ đĩa"),
    errno.ENOENT: ("no such folder or file; create the folder", "không có thư mục hoặc tệp; hãy tạo thư mục"),
    errno.ENOTDIR: ("a part of the path is not a folder", "một phần đường dẫn không phải thư mục"),
    errno.ENAMETOOLONG: ("the file name is too long; choose a shorter one", "tên tệp quá dài; hãy chọn tên ngắn hơn"),
    errno.EMFILE: ("too many open files", "quá nhiều tệp đang mở"),
}
_NO_LINKS = {errno.EPERM, errno.EOPNOTSUPP, errno.EMLINK, errno.ENOSYS, errno.EINVAL}
_NO_TMPFILE = {errno.EOPNOTSUPP, errno.EISDIR, errno.ENOENT, errno.EINVAL, errno.ENOSYS}
_AT_FDCWD = -100
_PROC = "/proc/self/fd"
_RENAME_NOREPLACE = 1


def storage_fault(err: OSError, path: Path | str) -> StorageFault:
    """`err` in words: which path, what was seen, what to do."""
    number = err.errno or 0
    en, vi = _WORDS.get(number, (os.strerror(number) if number else str(err), ""))
    return StorageFault(f"{path}: {en}", f"{path}: {vi or en}")


def free_bytes(folder: Path) -> int:
    """How many bytes an ordinary user can still write to the disk of `folder`.

    Raises:
        StorageFault: the disk does not answer.
    """
    try:
        facts = os.statvfs(folder)
    except OSError as err:
        raise storage_fault(err, folder) from err
    return facts.f_bavail * facts.f_frsize


def check_disk(folder: Path, *, needed_bytes: int) -> None:
    """Preflight: `folder` exists, can be written, and has room.

    Raises:
        StorageFault: one of these does not hold; the message says which.
    """
    try:
        facts = os.statvfs(folder)
        writable = os.access(folder, os.W_OK | os.X_OK)
    except OSError as err:
        raise storage_fault(err, folder) from err
    if facts.f_flag & os.ST_RDONLY:
        raise storage_fault(OSError(errno.EROFS, ""), folder)
    if not writable:
        raise storage_fault(OSError(errno.EACCES, ""), folder)
    room = facts.f_bavail * facts.f_frsize
    if room < needed_bytes:
        raise StorageFault(
            f"{folder}: {room / 1e6:.0f} MB free, {needed_bytes / 1e6:.0f} MB needed; free some space",
            f"{folder}: còn {room / 1e6:.0f} MB, cần {needed_bytes / 1e6:.0f} MB; hãy giải phóng dung lượng",
        )


def fsync_folder(folder: Path) -> None:
    """Make the names in `folder` durable."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def make_folder(folder: Path) -> None:
    """Make a folder (0700), and those above it, durably; nothing happens where it is there."""
    if not folder.is_dir():
        make_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
        fsync_folder(folder.parent)


def _write_all(fd: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]


class NewFile:
    """Bytes that lie safely on the disk of a folder and have no name yet.

    Where the system can, the file has no name at all (``O_TMPFILE``), so a kill leaves nothing behind; elsewhere it is
    a hidden file that begins with `prefix`. `publish` gives the name, or fails where the name is taken.
    """

    def __init__(self, folder: Path, data: bytes, *, mode: int = 0o644, prefix: str = ".hncert-") -> None:
        self._folder = folder
        self._named: Path | None = None
        try:
            try:
                if not Path(_PROC).is_dir():
                    raise OSError(errno.ENOSYS, "")
                self._fd = os.open(folder, os.O_TMPFILE | os.O_RDWR | os.O_CLOEXEC, mode)
            except OSError as err:
                if err.errno not in _NO_TMPFILE:
                    raise
                self._named, self._fd = _locked(folder, mode, prefix)
            try:
                _write_all(self._fd, data)
                os.fsync(self._fd)
            except OSError:
                self.discard()
                raise
        except OSError as err:
            raise storage_fault(err, folder) from err

    def publish(self, path: Path) -> bool:
        """Name the file `path` (same folder); False where that name is taken, and then nothing has changed.

        The name is durable only after `fsync_folder`.

        Raises:
            StorageFault: the disk does not allow it.
        """
        try:
            if self._named is None:
                # a src_dir_fd makes Python call linkat(2), which follows /proc's link; plain link(2) does not
                os.link(f"{_PROC}/{self._fd}", path, src_dir_fd=self._fd)
            else:
                self._publish_named(self._named, path)
        except FileExistsError:
            return False
        except OSError as err:
            raise storage_fault(err, path) from err
        return True

    def _publish_named(self, named: Path, path: Path) -> None:
        try:
            os.link(named, path)
        except OSError as err:
            if err.errno not in _NO_LINKS:
                raise
            _rename_noreplace(named, path)  # FAT and its kin have no links
            self._named = None
        else:
            named.unlink()
            self._named = None

    def discard(self) -> None:
        """Let go; without `publish` nothing remains."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1
        if self._named is not None:
            with suppress(OSError):
                self._named.unlink()
            self._named = None

    def __enter__(self) -> NewFile:
        return self

    def __exit__(self, *_: object) -> None:
        self.discard()


def _locked(folder: Path, mode: int, prefix: str) -> tuple[Path, int]:
    """A new hidden file; its writer's lock tells `clean_leftovers` that it is wanted."""
    while True:
        path = folder / f"{prefix}{secrets.token_hex(8)}.tmp"
        fd = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, mode)
        if try_lock(fd) and os.fstat(fd).st_nlink > 0:
            return path, fd
        os.close(fd)  # taken for a dead writer's before it was locked


def try_lock(fd: int) -> bool:
    """Take the lock of an open file, if nobody alive has it; it goes when the process ends."""
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def alone_in(folder: Path, busy: HncertError) -> Iterator[None]:
    """One such block for a folder at a time; where another is at work `busy` is raised.

    The folder itself is locked: a file of our own would stay where the process is killed.

    Raises:
        StorageFault: the folder cannot be opened.
    """
    try:
        fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as err:
        raise storage_fault(err, folder) from err
    try:
        if not try_lock(fd):
            raise busy
        yield
    finally:
        os.close(fd)


def clean_leftovers(folder: Path, pattern: str) -> int:
    """Remove the hidden files that killed writers left where the disk knows no nameless files; returns how many."""
    removed = 0
    for path in folder.glob(pattern):
        with suppress(OSError):
            fd = os.open(path, os.O_RDWR | os.O_CLOEXEC)
            try:
                if try_lock(fd):
                    path.unlink()
                    removed += 1
            finally:
                os.close(fd)
    return removed


def _rename_noreplace(old: Path, new: Path) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    done = libc.renameat2(_AT_FDCWD, os.fsencode(old), _AT_FDCWD, os.fsencode(new), _RENAME_NOREPLACE)
    if done != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), str(new))


def move_new(old: Path, new: Path) -> bool:
    """Give the file `old` the name `new`, on the same disk, durably; False where another file has that name.

    Raises:
        StorageFault: the disk does not allow it; the file has its old name.
    """
    try:
        try:
            _rename_noreplace(old, new)
        except OSError as err:
            if err.errno not in {errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP}:
                raise
            os.link(old, new)  # network shares often have links, but not this rename
            old.unlink()
    except FileExistsError:
        if not (old.exists() and old.samefile(new)):
            return False
        old.unlink()  # linked by a process that was killed before it let go of the old name
    except OSError as err:
        raise storage_fault(err, new) from err
    try:
        fsync_folder(new.parent)
        fsync_folder(old.parent)
    except OSError as err:
        raise storage_fault(err, new.parent) from err
    return True


def write_new(path: Path, data: bytes, *, mode: int = 0o644) -> bool:
    """Write `path` whole and durable, or not at all; False where it exists already, which is then left alone.

    Raises:
        StorageFault: the disk is full, read-only, or does not allow it.
    """
    with NewFile(path.parent, data, mode=mode) as new:
        if not new.publish(path):
            return False
    try:
        fsync_folder(path.parent)
    except OSError as err:
        raise storage_fault(err, path.parent) from err
    return True
