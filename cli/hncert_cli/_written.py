"""Months that were typed, and files that are written once."""

from __future__ import annotations

import os
import re
from pathlib import Path

from pyhncert.errors import StorageFault, UsageFault

MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


def month_of(text: str | None) -> tuple[int, int] | None:
    """`2026-11` as year and month."""
    if text is None:
        return None
    if not MONTH.fullmatch(text):
        raise UsageFault(
            f"month {text!r} is not of the form YYYY-MM, as 2026-11",
            f"tháng {text!r} không có dạng YYYY-MM, ví dụ 2026-11",
        )
    year, _, month = text.partition("-")
    return int(year), int(month)


def check_new(path: Path | None) -> None:
    """That `write_new` will find room for a name, before anything is entered that cannot be taken back."""
    if path is None:
        return
    if path.exists():
        raise UsageFault(f"{path} exists; give another name", f"{path} đã có; cho tên khác")
    if not os.access(path.absolute().parent, os.W_OK):
        raise StorageFault(f"{path} cannot be written: no such folder, or not yours", f"không ghi được {path}")


def write_new(path: Path, data: bytes) -> None:
    """Write a file that is not there yet."""
    try:
        with path.open("xb") as file:
            file.write(data)
    except FileExistsError as err:
        raise UsageFault(f"{path} exists; give another name", f"{path} đã có; cho tên khác") from err
    except OSError as err:
        raise StorageFault(
            f"{path} cannot be written: {err.strerror}", f"không ghi được {path}: {err.strerror}"
        ) from err
