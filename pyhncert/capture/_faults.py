"""The words for scans that cannot be read: what was seen, in which file, what to do."""

from __future__ import annotations

from pyhncert.capture._limits import Limits
from pyhncert.errors import ScanError

RESCAN = ("scan the paper again, or copy the file again", "hãy quét lại giấy tờ hoặc chép lại tệp")
ANOTHER = ("hand in PNG, JPEG, TIFF or PDF", "hãy nộp tệp PNG, JPEG, TIFF hoặc PDF")


def shown(name: str) -> str:
    """A file name that is safe to print on one line."""
    text = "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in name)
    return text or "scan"


def fault(name: str, en: str, vi: str, hint: tuple[str, str] = RESCAN) -> ScanError:
    """A ScanError about `name`."""
    return ScanError(f"{shown(name)}: {en}", f"{shown(name)}: {vi}", hint=hint[0], hint_vi=hint[1])


def truncated(name: str, what: str) -> ScanError:
    """The file ends before its picture does."""
    return fault(name, f"the {what} is cut off", f"tệp {what} bị cụt, thiếu phần cuối")


def damaged(name: str, what: str) -> ScanError:
    """The file contradicts itself."""
    return fault(name, f"the {what} is damaged", f"tệp {what} bị hỏng")


def too_many_pages(limits: Limits) -> ScanError:
    """The scans of one original show more pages than may be."""
    return ScanError(
        f"the original has more than {limits.max_pages} pages",
        f"bản chính có hơn {limits.max_pages} trang",
        hint="hand in fewer pages at a time",
        hint_vi="hãy nộp ít trang hơn mỗi lần",
    )


def check_size(name: str, width: int, height: int, limits: Limits) -> None:
    """Raise ScanError unless the picture may be decoded; called on the header, before any pixel."""
    if width * height > limits.max_pixels:
        raise fault(
            name,
            f"picture of {width} x {height} pixels is over the limit of {limits.max_pixels / 1e6:.0f} million",
            f"ảnh {width} x {height} điểm ảnh vượt giới hạn {limits.max_pixels / 1e6:.0f} triệu",
            ("scan at 300 dpi", "hãy quét ở độ phân giải 300 dpi"),
        )
    if min(width, height) < limits.min_side_px:
        raise fault(
            name,
            f"picture of {width} x {height} pixels is too small to be a paper",
            f"ảnh {width} x {height} điểm ảnh quá nhỏ, không thể là một trang giấy",
            ("scan the whole paper at 300 dpi", "hãy quét cả tờ giấy ở độ phân giải 300 dpi"),
        )
