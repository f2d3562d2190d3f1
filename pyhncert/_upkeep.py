"""Moving a whole office while it works."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from pyhncert._parts import OfficeParts
from pyhncert.values import Words

if TYPE_CHECKING:
    from pyhncert._move import Moved

__all__ = ["Upkeep"]


class Upkeep(OfficeParts):
    """What is done with a whole office; see docs/register.md."""

    def move(
        self,
        file: Path,
        *,
        owner: str | None = None,
        wait_s: float = 60.0,
        tell: Callable[[Words], None] = lambda _: None,
    ) -> Moved:
        """Move the running office to the register, and the store, that `file` names, an ``office.toml`` to come.

        At the end acts in hand have `wait_s`, writing is frozen, and all is compared; only then `file` rules. What is
        broken off is taken up by the next call. `owner` owns the new register on its server. See docs/register.md.

        Raises:
            UsageFault: `file` changes something else, or there is a register already.
            StorageFault: disk or server do not allow it, or the copy differs; the office goes on where it was.
        """
        from pyhncert._move import move  # noqa: PLC0415  rarely used

        return move(self, file, owner=owner, wait_s=wait_s, tell=tell)
