"""The few EXIF entries that matter: orientation and resolution."""

from __future__ import annotations

import struct

_LONG = 4
_RATIONAL = 5


def entries(tiff: bytes) -> dict[int, tuple[int, int, bytes]]:
    """First directory of a TIFF structure as tag -> (type, count, four bytes of value); empty if there is none."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(bytes(tiff[:4]))
    if order is None or len(tiff) < 8:
        return {}
    (start,) = struct.unpack_from(order + "I", tiff, 4)
    if start + 2 > len(tiff):
        return {}
    (count,) = struct.unpack_from(order + "H", tiff, start)
    found = {}
    for i in range(count):
        at = start + 2 + 12 * i
        if at + 12 > len(tiff):
            break
        tag, kind, number = struct.unpack_from(order + "HHI", tiff, at)
        found[tag] = (kind, number, tiff[at + 8 : at + 12])
    return found


def orientation(tiff: bytes) -> int:
    """EXIF orientation 1 to 8; 1 where nothing sensible is said."""
    entry = entries(tiff).get(0x0112)
    if entry is None:
        return 1
    order = "little" if tiff[:2] == b"II" else "big"
    value = int.from_bytes(entry[2][:2], order)  # type: ignore[arg-type]
    return value if 1 <= value <= 8 else 1


def resolution(tiff: bytes) -> float | None:
    """Pixels an inch, where both axes agree and a unit is given."""
    found = entries(tiff)
    order = "<" if tiff[:2] == b"II" else ">"
    axes = []
    for tag in (0x011A, 0x011B):
        entry = found.get(tag)
        if entry is None or entry[0] != _RATIONAL:
            return None
        (at,) = struct.unpack(order + "I", entry[2])
        if at + 8 > len(tiff):
            return None
        above, below = struct.unpack_from(order + "II", tiff, at)
        if not below:
            return None
        axes.append(above / below)
    unit = struct.unpack(order + "H", found[0x0128][2][:2])[0] if 0x0128 in found else 2
    if axes[0] <= 0 or abs(axes[0] - axes[1]) > 0.01 * axes[0] or unit not in (2, 3):
        return None
    return float(axes[0] * (2.54 if unit == 3 else 1.0))
