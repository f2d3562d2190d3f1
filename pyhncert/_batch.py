"""Many originals in one sitting: each is read, checked and shown to the officer, then all are signed with one PIN.

Nothing is reserved before `sign`. Each copy is an act of its own there, with its number, register line and delivery, so
what fails takes nothing with it: a copy that was issued stays issued, and one that was not can be signed later. A key
that fails (a token taken out, say) ends the signing before the next number is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from pyhncert._certify import Run
from pyhncert._doctor import preflight
from pyhncert._errand import Errand
from pyhncert._prepared import Prepared
from pyhncert.errors import (
    CertificateFault,
    HncertError,
    KeyFault,
    RevocationFault,
    StorageFault,
    Unavailable,
    UsageFault,
)
from pyhncert.values import CertifiedCopy, Decision, Proposal

if TYPE_CHECKING:
    from pyhncert.office import Office, Progress, Source

__all__ = ["Batch", "BatchResult"]

_ENDS = (CertificateFault, KeyFault, RevocationFault, StorageFault, Unavailable)
"""Faults that the next copy would meet too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchResult:
    """What became of one original: its copy, or why there is none; `place` counts from 1 in the order of adding."""

    place: int
    out: Path | None
    copy: CertifiedCopy | None = None
    error: HncertError | None = None


@dataclass(frozen=True, slots=True)
class _Waiting:
    place: int
    run: Run
    prepared: Prepared
    out: Path | None
    spool: ExitStack


class Batch:
    """Originals that were approved and wait for the signatures; leaving the ``with`` drops those that still wait."""

    def __init__(
        self, office: Office, *, officer: str | None = None, requester: str = "", progress: Progress | None = None
    ) -> None:
        self._office, self._officer, self._requester, self._progress = office, officer, requester, progress
        self._waiting: list[_Waiting] = []
        self._outs: set[Path] = set()
        self._count = 0

    def __enter__(self) -> Batch:
        return self

    def __exit__(self, kind: type[BaseException] | None, err: BaseException | None, at: TracebackType | None) -> None:
        while self._waiting:
            self._waiting.pop().spool.close()

    def __len__(self) -> int:
        """How many wait."""
        return len(self._waiting)

    def add(
        self,
        scans: Sequence[Source],
        out: Path | None = None,
        *,
        decide: Callable[[Proposal], Decision],
        copies: int = 1,
    ) -> int:
        """Read one original and show it to the officer; its place in the batch.

        `decide` is the officer, asked about this original alone. What stands against it is raised as `Office.certify`
        does, and the batch stays as it was; no number is used here.

        Raises:
            UsageFault: `out` is taken by a file or by another original of this batch.
            HncertError: as for `Office.certify`, up to the decision.
        """
        self._count += 1
        if out is not None and out.resolve() in self._outs:
            raise UsageFault(
                f"{out} is the file of another copy of this batch; give each its own",
                f"{out} đã dành cho bản sao khác trong lượt này; hãy đặt tên riêng cho từng bản",
            )
        run = Run(
            self._office,
            officer=self._officer,
            errand=Errand(requester=self._requester, copies=copies),
            progress=self._progress,
        )
        with ExitStack() as spool:
            folder = spool.enter_context(run.spool(scans, always=True))
            prepared = run.prepare(scans, out, decide, folder)
            self._waiting.append(_Waiting(self._count, run, prepared, out, spool.pop_all()))
        if out is not None:
            self._outs.add(out.resolve())
        return self._count

    def sign(self) -> Iterator[BatchResult]:
        """Sign, register and deliver what waits, in its order; each key asks for its PIN once at most.

        An original whose copy fails is told with its error and does not touch the others. A fault of a key, a
        certificate, a service or the disk ends the signing: that original and those behind it wait on, and
        `sign` may be called again.
        """
        while self._waiting:
            item = self._waiting[0]
            try:
                preflight(self._office, item.run.officer, item.out)  # hours may lie between showing and signing
                copy = item.run.finish(item.prepared, item.out)
            except _ENDS as err:
                yield BatchResult(place=item.place, out=item.out, error=err)
                return
            except HncertError as err:
                self._drop()
                yield BatchResult(place=item.place, out=item.out, error=err)
            else:
                self._drop()
                yield BatchResult(place=item.place, out=item.out, copy=copy)

    def _drop(self) -> None:
        self._waiting.pop(0).spool.close()
