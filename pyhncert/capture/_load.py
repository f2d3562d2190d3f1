"""Reading a file whole, telling what it is by its first bytes, and checking it before anything slow starts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from pyhncert import _core
from pyhncert.capture import _jpeg, _png, _tiff
from pyhncert.capture._faults import ANOTHER, fault
from pyhncert.capture._limits import Limits
from pyhncert.errors import ScanError
from pyhncert.values import Scan

_TIFF_MAGIC = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
# Pictures that people have and we do not take, by their magic bytes: the message can then name them.
_STRANGERS = (
    (b"GIF8", "GIF"),
    (b"BM", "BMP"),
    (b"PK\x03\x04", "ZIP / DOCX"),
    (b"\xd0\xcf\x11\xe0", "DOC"),
    (b"8BPS", "PSD"),
    (b"\xff\x0a", "JPEG XL"),
    (b"\0\0\0\x0cjP", "JPEG 2000"),
)


def load(source: Path | bytes | Scan, *, name: str = "", limits: Limits = Limits()) -> Scan:  # noqa: B008  frozen
    """Read one file and check it whole; the type is told by its first bytes, never by its name.

    `name` is shown in messages; for a path it defaults to the file's name.

    Raises:
        ScanError: the file is missing, empty, cut off, damaged, encrypted, of another type, too large or too small.
    """
    if isinstance(source, Scan):
        _check(source.name, source.media_type, source.data, limits)
        return source
    if isinstance(source, Path):
        name = name or source.name
        data = _read(source, name, limits)
    else:
        data = bytes(source)
    if len(data) > limits.max_bytes:
        raise _too_long(name, limits)
    media_type = _sniff(name, data)
    _check(name, media_type, data, limits)
    return Scan(name=name, media_type=media_type, data=data, digest=_core.sha256(data))


def page_count(scans: Sequence[Scan], *, limits: Limits = Limits()) -> int:  # noqa: B008  frozen
    """How many pages the scans have together; decodes no pixel. `limits` are those that they were loaded with."""
    total = 0
    for scan in scans:
        if scan.frames is not None:
            total += len(scan.frames)
        elif scan.media_type == "application/pdf":
            from pyhncert.capture import _pdf  # noqa: PLC0415  slow to load, only for PDF

            total += _pdf.page_count(scan.name, scan.data)
        elif scan.media_type == "image/tiff":
            total += len(_tiff.check(scan.name, scan.data, limits))
        else:
            total += 1
    return total


def signed_pdf(scan: Scan) -> bool:
    """Whether the scan is a PDF that holds a signature (ISO 32000-2, 12.8)."""
    if scan.media_type != "application/pdf":
        return False
    # A signature dictionary stands outside object streams, for its ByteRange names offsets of the file itself.
    if re.search(rb"/ByteRange[\s\[]", scan.data):
        return True
    from pyhncert.capture import _pdf  # noqa: PLC0415  slow to load, only for PDF

    return _pdf.signed(scan.name, scan.data)


def _too_long(name: str, limits: Limits) -> ScanError:
    return fault(
        name,
        f"the file is over the limit of {limits.max_bytes // 2**20} MiB",
        f"tệp vượt giới hạn {limits.max_bytes // 2**20} MiB",
        ("hand in fewer pages at a time, or scan at 300 dpi", "hãy nộp ít trang hơn mỗi lần hoặc quét ở 300 dpi"),
    )


def _read(path: Path, name: str, limits: Limits) -> bytes:
    look = ("check the path", "hãy kiểm tra đường dẫn")
    try:
        with path.open("rb") as file:
            data = file.read(limits.max_bytes + 1)
    except FileNotFoundError as err:
        raise fault(name, "no such file", "không có tệp này", look) from err
    except IsADirectoryError as err:
        raise fault(name, "this is a folder, not a file", "đây là thư mục, không phải tệp", look) from err
    except PermissionError as err:
        raise fault(
            name,
            "the file may not be read",
            "không có quyền đọc tệp",
            ("check its permissions", "hãy kiểm tra quyền đọc tệp"),
        ) from err
    except (OSError, ValueError) as err:
        raise fault(name, f"the file cannot be read ({err})", f"không đọc được tệp ({err})", look) from err
    return data


def _sniff(name: str, data: bytes) -> str:
    if not data:
        raise fault(name, "the file is empty (0 bytes)", "tệp rỗng (0 byte)")
    if data.startswith(_png.SIGNATURE):
        return "image/png"
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if data.startswith(_TIFF_MAGIC):
        return "image/tiff"
    if b"%PDF-" in data[:1024]:  # ISO 32000-1, annex H.3, note 13: readers accept it anywhere in the first 1024 bytes
        return "application/pdf"
    for magic, what in _STRANGERS:
        if data.startswith(magic):
            raise fault(name, f"{what} is not taken as a scan", f"không nhận tệp {what} làm bản quét", ANOTHER)
    if data[4:8] == b"ftyp":
        raise fault(name, "HEIC or AVIF is not taken as a scan", "không nhận tệp HEIC, AVIF làm bản quét", ANOTHER)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        raise fault(name, "WEBP is not taken as a scan", "không nhận tệp WEBP làm bản quét", ANOTHER)
    if _cut_magic(data):
        raise fault(name, "the file is cut off after a few bytes", "tệp bị cụt ngay từ đầu")
    raise fault(name, "this is not a picture and not a PDF", "đây không phải tệp ảnh hay PDF", ANOTHER)


def _cut_magic(data: bytes) -> bool:
    return any(magic.startswith(data) for magic in (_png.SIGNATURE, b"\xff\xd8\xff", *_TIFF_MAGIC, b"%PDF-"))


def _check(name: str, media_type: str, data: bytes, limits: Limits) -> None:
    if media_type == "image/png":
        _png.check(name, data, limits)
    elif media_type == "image/jpeg":
        _jpeg.check(name, data, limits)
    elif media_type == "image/tiff":
        _tiff.check(name, data, limits)
    elif media_type == "application/pdf":
        from pyhncert.capture import _pdf  # noqa: PLC0415  slow to load, only for PDF

        _pdf.check(name, data, limits)
    else:
        raise fault(name, f"{media_type} is not taken as a scan", f"không nhận {media_type} làm bản quét", ANOTHER)
