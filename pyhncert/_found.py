"""A code or file that somebody asks for, and the verdict where it is not there."""

from __future__ import annotations

from pathlib import Path

from pyhncert.errors import NotFound, StorageFault
from pyhncert.values import Report, Words

__all__ = ["file_bytes", "not_found"]


def not_found(what: str) -> NotFound:
    """The verdict on a code or file that is not there; the same whether it never was or is not public."""
    reason = Words(f"không có bản sao hay tệp nào là {what!r}", f"no such copy or file: {what!r}")
    return NotFound(
        reason.en,
        reason.vi,
        report=Report(verdict="not_found", reasons=(reason,)),
        hint="compare the code with the one printed beside the QR code",
        hint_vi="so mã với mã in cạnh mã QR",
    )


def file_bytes(what: bytes | Path) -> bytes:
    """The bytes of a file, or `what` itself; raises NotFound, StorageFault."""
    if isinstance(what, bytes):
        return what
    try:
        return what.read_bytes()
    except FileNotFoundError as err:
        raise not_found(str(what)) from err
    except OSError as err:
        raise StorageFault(f"{what} cannot be read: {err.strerror}", f"không đọc được {what}: {err.strerror}") from err
