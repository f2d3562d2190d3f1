"""The raw scans beside the copy, where the office's policy is to keep them (``[keep] raw`` in ``office.toml``).

The line that closes the act names them, in the same transaction, and only then are they stored: a scan in the store
always belongs to a registered act, and a process that is killed in between leaves a name without its scan, which is
said. Nothing of a refused scan is ever stored.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pyhncert.errors import HncertError, UsageFault
from pyhncert.values import CertifiedCopy, RegisterLine, Scan, Words

if TYPE_CHECKING:
    from pyhncert._parts import OfficeParts
    from pyhncert.issue import ScanRecord
    from pyhncert.office import Office

__all__ = ["KeptScan", "fact", "keep", "kept", "raw_scans"]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptScan:
    """A raw scan that an act's line names, as ``act.json`` does (`length` in bytes), and whether the store has it."""

    media_type: str
    length: int
    sha256: bytes
    held: bool


def fact(scans: Iterable[ScanRecord]) -> list[dict[str, Any]]:
    """What the closing line says of `scans`."""
    return [{"media_type": s.media_type, "length": s.length, "sha256": s.sha256.hex()} for s in scans]


def keep(office: Office, copy: CertifiedCopy, scans: Iterable[Scan]) -> CertifiedCopy:
    """Store `scans`. Where that fails, the copy, registered by now, is good without them, and carries a note."""
    try:
        for scan in scans:
            office.store.put(scan.data)
    except HncertError as err:
        note = Words(f"chưa lưu được bản quét gốc: {err.vi}", f"the raw scan could not be kept: {err.en}")
        return replace(copy, notes=(*copy.notes, note))
    return copy


def kept(office: OfficeParts, line: RegisterLine) -> tuple[KeptScan, ...]:
    """The raw scans that the closing line of an act names, in their order; none where the policy was not in force."""
    for event in office.register.events(line.act_id):
        if event.state == "registered" and "scans" in event.facts:
            return tuple(
                KeptScan(
                    media_type=scan["media_type"],
                    length=scan["length"],
                    sha256=bytes.fromhex(scan["sha256"]),
                    held=office.store.has(scan["sha256"]),
                )
                for scan in event.facts["scans"]
            )
    return ()


def raw_scans(office: OfficeParts, code: str) -> tuple[Scan, ...]:
    """See `Office.raw_scans`."""
    line = office.register.find(code)
    if line is None:
        raise UsageFault(f"{code}: no such code", f"{code}: không có mã này")
    return tuple(
        Scan(name="", media_type=scan.media_type, data=office.store.get(scan.sha256), digest=scan.sha256)
        for scan in kept(office, line)
    )
