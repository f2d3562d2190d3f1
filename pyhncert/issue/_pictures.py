"""Pictures of the officer's signature and the agency's seal: what is asked of them, and their size on the page.

The rules are data (`data/pictures.toml`, SPEC 1.5). What counts is the ink: empty edges are cut off, so that the seal
has its real diameter whatever room the picture leaves around it.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyhncert.capture import Limits, load
from pyhncert.errors import ScanError, StorageFault, UsageFault

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

__all__ = ["Picture", "check_seal_size", "picture_rules", "read_picture"]

_INK = 128
"""Opacity from which a pixel counts as ink."""
_VIVID = 60
"""Saturation (of 255) from which ink has a colour."""
_WHAT = {"officer": ("signature", "chữ ký"), "agency": ("seal", "con dấu")}


@dataclass(frozen=True, slots=True)
class Picture:
    """A checked picture, cut to its ink: RGBA pixels (height, width, 4), and its size on the page in mm."""

    rgba: npt.NDArray[np.uint8] = field(repr=False)
    size: tuple[float, float]


@cache
def _data() -> list[dict[str, Any]]:
    text = files("pyhncert.issue").joinpath("data/pictures.toml").read_text("utf-8")
    return list(tomllib.loads(text)["picture"])


def picture_rules(key: str, day: dt.date) -> Mapping[str, Any]:
    """What is asked of the picture `key` (``officer`` or ``agency``) on `day`.

    Raises:
        UsageFault: nothing is known for that day.
    """
    for entry in _data():
        if entry["key"] == key and entry["valid_from"] <= day <= entry.get("valid_to", dt.date.max):
            return entry
    raise UsageFault(
        f"no rule for the picture of the {key} on {day}", f"không có quy định về hình {key} vào ngày {day}"
    )


def check_seal_size(size_mm: float | None, day: dt.date) -> float:
    """The seal's diameter: `size_mm` of the office's settings, or the usual one.

    Raises:
        UsageFault: no agency has a seal of that size.
    """
    rules = picture_rules("agency", day)
    if size_mm is None:
        return float(rules["size"][0])
    least, most = rules["least_size"], rules["most_size"]
    if not least <= size_mm <= most:
        raise UsageFault(
            f"a seal of {size_mm:g} mm is outside {least:g} to {most:g} mm; correct agency.seal_mm in office.toml",
            f"con dấu {size_mm:g} mm phải từ {least:g} đến {most:g} mm; hãy sửa agency.seal_mm trong office.toml",
        )
    return size_mm


def read_picture(path: Path, key: str, day: dt.date, *, seal_mm: float | None = None) -> Picture:
    """The picture of the ``officer``'s signature or the ``agency``'s seal, fit to be drawn.

    Raises:
        UsageFault: it is not what is asked on `day`: a PNG, transparent, large enough, of its colour; a seal round.
        StorageFault: the file cannot be read.
    """
    import numpy as np  # noqa: PLC0415  only an office with pictures needs it

    rules = picture_rules(key, day)
    rgba = _decode(path, key, rules)
    ink = rgba[:, :, 3] >= _INK
    if not ink.any():
        raise _refused(path, key, "has no ink at all", "không có nét mực nào")
    opaque = float(ink.mean())
    if opaque > rules["most_opaque"]:
        raise _refused(
            path,
            key,
            f"covers {opaque:.0%} of its area: the background is not transparent",
            f"phủ {opaque:.0%} diện tích: nền không trong suốt",
        )
    _check_colour(path, key, rgba[ink], rules)
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    cut = np.ascontiguousarray(rgba[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])
    tall, wide = cut.shape[:2]
    if "round_within" in rules and abs(wide / tall - 1) > rules["round_within"]:
        raise _refused(
            path, key, f"is not round: {wide} x {tall} pixels of ink", f"không tròn: {wide} x {tall} điểm ảnh"
        )
    across = check_seal_size(seal_mm, day) if key == "agency" else 0.0
    box = (across, across) if across else rules["size"]
    scale = min(box[0] / wide, box[1] / tall)
    dpi = 25.4 / scale
    if dpi < rules["least_dpi"]:
        raise _refused(
            path,
            key,
            f"is too small: {wide} x {tall} pixels of ink are {dpi:.0f} dpi; {rules['least_dpi']} are needed",
            f"quá nhỏ: {wide} x {tall} điểm ảnh là {dpi:.0f} dpi; cần {rules['least_dpi']}",
        )
    return Picture(cut, (wide * scale, tall * scale))


def _decode(path: Path, key: str, rules: Mapping[str, Any]) -> npt.NDArray[np.uint8]:
    """RGBA pixels of a whole PNG of 8 or 16 bits; nothing is decoded of one that is cut off or too large."""
    import cv2  # noqa: PLC0415  only an office with pictures needs it
    import numpy as np  # noqa: PLC0415

    try:
        data = path.read_bytes()
    except OSError as err:
        raise StorageFault(
            f"picture {path} cannot be read: {err.strerror}", f"không đọc được hình {path}: {err.strerror}"
        ) from err
    most = rules["most_px"]
    try:
        limits = Limits(max_pixels=most * most, min_side_px=8, max_bytes=rules["most_bytes"])
        scan = load(data, name=path.name, limits=limits)
    except ScanError as err:
        raise _refused(path, key, f"cannot be used: {err.en}", f"không dùng được: {err.vi}") from err
    pixels = (
        cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED) if scan.media_type == "image/png" else None
    )
    if pixels is None:
        raise _refused(path, key, "is not a PNG", "không phải tệp PNG")
    if max(pixels.shape[:2]) > most:
        raise _refused(path, key, f"is larger than {most} pixels", f"lớn hơn {most} điểm ảnh")
    if pixels.ndim != 3 or pixels.shape[2] != 4:
        raise _refused(path, key, "has no transparency", "không có nền trong suốt")
    if pixels.dtype == np.uint16:
        pixels = (pixels // 256).astype(np.uint8)
    return np.ascontiguousarray(cv2.cvtColor(pixels, cv2.COLOR_BGRA2RGBA), np.uint8)


def _check_colour(path: Path, key: str, ink: npt.NDArray[np.uint8], rules: Mapping[str, Any]) -> None:
    import cv2  # noqa: PLC0415  only an office with pictures needs it
    import numpy as np  # noqa: PLC0415

    hsv = cv2.cvtColor(np.ascontiguousarray(ink[None, :, :3]), cv2.COLOR_RGB2HSV_FULL)[0]
    hue = hsv[:, 0].astype(np.float64) * 360 / 256
    first, last = rules["hue"]
    inside = (first <= hue) & (hue <= last) if first <= last else (first <= hue) | (hue <= last)
    share = float((inside & (hsv[:, 1] >= _VIVID)).mean())
    if share < rules["least_coloured"]:
        raise _refused(
            path,
            key,
            f"must be {rules['colour']}: {share:.0%} of its ink is",
            f"phải có {rules['colour_vi']}: chỉ {share:.0%} nét mực đúng màu",
        )


def _refused(path: Path, key: str, en: str, vi: str) -> UsageFault:
    what, what_vi = _WHAT[key]
    colour, colour_vi = ("blue", "xanh") if key == "officer" else ("red", "đỏ")
    return UsageFault(
        f"picture of the {what}, {path.name}, {en}",
        f"hình {what_vi} {path.name} {vi}",
        hint=f"set the picture of the {what} in office.toml to a PNG, {colour} on a transparent background",
        hint_vi=f"khai trong office.toml hình {what_vi} dạng PNG màu {colour_vi}, nền trong suốt",
    )
