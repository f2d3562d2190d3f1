"""What an office keeps behind its copies: receipts, evidence, raw scans; and the backup of it all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyhncert._parts import OfficeParts
from pyhncert.errors import UsageFault
from pyhncert.values import Scan

if TYPE_CHECKING:
    from pyhncert._kept import KeptScan
    from pyhncert.keep import Backup

__all__ = ["Archive"]


class Archive(OfficeParts):
    """What stands behind the copies of an office."""

    def receipt(self, code: str) -> dict[str, Any]:
        """The receipt of an issued copy as it stands now; raises UsageFault."""
        from pyhncert.deliver import receipt  # noqa: PLC0415

        if (line := self.register.find(code)) is None:
            raise UsageFault(f"{code}: no such code", f"{code}: không có mã này")
        return receipt(line, self.register.files(line.act_id))

    def signing_evidence(self, code: str) -> dict[str, Any] | None:
        """What was checked before an act was signed (docs/office.md); None where none was kept. Raises UsageFault."""
        from pyhncert._before import signing_evidence as found  # noqa: PLC0415  rarely used

        return found(self, code)

    def kept_scans(self, code: str) -> tuple[KeptScan, ...]:
        """The raw scans that an act's line names, each held in the store or not; none without ``[keep] raw``."""
        from pyhncert._kept import kept  # noqa: PLC0415  rarely used

        return kept(self, line) if (line := self.register.find(code)) is not None else ()

    def raw_scans(self, code: str) -> tuple[Scan, ...]:
        """The raw scans of an act, byte for byte as they were handed in; their names are not kept.

        Raises:
            UsageFault: no such code.
            StorageFault: a scan that the line names is not in the store, or is damaged.
        """
        from pyhncert._kept import raw_scans  # noqa: PLC0415  rarely used

        return raw_scans(self, code)

    def backup(
        self,
        folder: Path,
        *,
        keys: bool = False,
        verify: bool = False,
        step: Callable[[str], None] = lambda _: None,
    ) -> Backup:
        """Add a backup of the office as it stands to `folder`, while it goes on working; see docs/register.md.

        Private keys are in it only with `keys`. Objects that are there already are not copied again; with `verify` they
        are read and compared. `step` hears of each step.

        Raises:
            StorageFault: disk or database; or the backup is made and the store lacks objects that the register names.
            UsageFault: `folder` holds something else, or another run is at work there.
        """
        from pyhncert._backup import make_backup  # noqa: PLC0415  rarely used

        return make_backup(self, folder, keys=keys, verify=verify, step=step)
