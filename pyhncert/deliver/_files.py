"""A copy and its receipt as files: both whole, nothing overwritten, the copy last, so never alone."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pyhncert.deliver._receipt import receipt_bytes
from pyhncert.errors import StorageFault, UsageFault
from pyhncert.keep import NewFile, check_disk, clean_leftovers, fsync_folder, storage_fault

_NAME_BYTES = 255
_TRIES = 10_000


def receipt_path(out: Path) -> Path:
    """Where the receipt of the copy `out` lies: ``x.certified.pdf`` has ``x.certified.receipt.json``."""
    stem = out.name[:-4] if out.name.lower().endswith(".pdf") else out.name
    return out.with_name(f"{stem}.receipt.json")


def check_out(out: Path, *, needed_bytes: int = 0) -> None:
    """Preflight for `out`, before anything slow: its folder can be written and both names are free.

    Raises:
        UsageFault: a file of that name, or of its receipt's, is there, or the folder is not.
        StorageFault: the folder is read-only or full.
    """
    folder = out.parent
    if not folder.is_dir():
        raise UsageFault(f"{folder}: no such folder; create it first", f"{folder}: không có thư mục này; hãy tạo trước")
    for path in (out, receipt_path(out)):
        if os.path.lexists(path):
            raise _taken(path)
        _name_fits(path)
    check_disk(folder, needed_bytes=needed_bytes)


def _name_fits(path: Path) -> None:
    if len(os.fsencode(path.name)) > _NAME_BYTES:
        raise storage_fault(OSError(errno.ENAMETOOLONG, ""), path)


def _taken(path: Path) -> UsageFault:
    return UsageFault(
        f"{path}: this file exists and is never overwritten; choose another name",
        f"{path}: tệp đã có và không bao giờ bị ghi đè; hãy chọn tên khác",
    )


def free_name(scan: Path) -> Path:
    """Where the copy of `scan` goes when nobody says: ``NAME.certified.pdf``, then ``NAME.certified-2.pdf``, …

    The answer is free now; `write_copy` still refuses if somebody takes it first.

    Raises:
        StorageFault: no name is free.
    """
    for n in range(1, _TRIES):
        out = copy_name(scan, n)
        if not os.path.lexists(out) and not os.path.lexists(receipt_path(out)):
            return out
    raise StorageFault(
        f"{scan.parent}: too many copies of {scan.name} lie here; move them away",
        f"{scan.parent}: có quá nhiều bản sao của {scan.name}; hãy chuyển đi nơi khác",
    )


def copy_name(scan: Path, n: int = 1) -> Path:
    """The nth name that a copy of `scan` may have, free or not."""
    ending = ".certified.pdf" if n == 1 else f".certified-{n}.pdf"
    return scan.with_name(_shortened(scan.stem, _NAME_BYTES - len(ending) - len(".receipt.json")) + ending)


def _shortened(name: str, room: int) -> str:
    data = os.fsencode(name)
    if len(data) <= room:
        return name
    return data[:room].decode("utf-8", "ignore")


def write_copy(pdf: bytes, receipt: Mapping[str, Any], out: Path) -> Path:
    """Write the copy to `out` and its receipt beside it; returns the receipt's path.

    Both are durable when this returns. The receipt gets its name first: a copy never lies there without it.

    Raises:
        UsageFault: one of the names is taken, or the folder does not exist; nothing was written.
        StorageFault: the disk is full, read-only, or does not allow it; nothing is left there.
    """
    check_out(out)
    return _write(pdf, receipt_bytes(receipt), out, again=False)


def finish_copy(pdf: bytes, receipt: Mapping[str, Any], out: Path) -> Path:
    """What `write_copy` began in a process that was killed: complete it, and return where the copy lies.

    A file that has the very bytes is the one that was meant; where another file has taken the name meanwhile, the
    copy goes to the next free one.

    Raises:
        UsageFault: the folder is gone.
        StorageFault: the disk is full, read-only, or does not allow it.
    """
    if not out.parent.is_dir():
        raise UsageFault(f"{out.parent}: this folder is gone", f"{out.parent}: thư mục không còn")
    clean_leftovers(out.parent, ".hncert-*.tmp")
    text = receipt_bytes(receipt)
    stem = out.name[: -len(".pdf")] if out.name.lower().endswith(".pdf") else out.name
    for n in range(1, _TRIES):
        place = out if n == 1 else out.with_name(f"{_shortened(stem, _NAME_BYTES - 24)}-{n}.pdf")
        if os.path.lexists(place) and not _is(place, pdf):
            continue
        if _is(place, pdf) and _says(receipt_path(place), receipt.get("code")):
            return place  # complete already; the act may have changed its status since
        try:
            _write(pdf, text, place, again=True)
        except UsageFault:
            continue  # another file has the receipt's name, or took this one just now
        return place
    raise _taken(out)


def _is(path: Path, data: bytes) -> bool:
    try:
        return not path.is_symlink() and path.stat().st_size == len(data) and path.read_bytes() == data
    except OSError:
        return False


def _says(path: Path, code: object) -> bool:
    try:
        said = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(said, dict) and said.get("code") == code


def _write(pdf: bytes, text: bytes, out: Path, *, again: bool) -> Path:
    beside = receipt_path(out)
    with NewFile(out.parent, pdf) as copy, NewFile(out.parent, text) as paper:
        mine = paper.publish(beside)
        if not mine and not (again and _is(beside, text)):
            raise _taken(beside)
        try:
            if not copy.publish(out) and not (again and _is(out, pdf)):
                raise _taken(out)
        except (UsageFault, StorageFault):
            if mine:
                beside.unlink(missing_ok=True)
            raise
    try:
        fsync_folder(out.parent)
    except OSError as err:
        raise storage_fault(err, out.parent) from err
    return beside
