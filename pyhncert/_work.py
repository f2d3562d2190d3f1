"""A worker: does the jobs of an office as they fall due (`keep.Jobs.serve`), and says how each stands."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from pyhncert import _notify, _upgrade
from pyhncert.errors import HncertError, RevocationFault, Unavailable, UsageFault
from pyhncert.keep import Service
from pyhncert.values import Words

if TYPE_CHECKING:
    from pyhncert.keep import Job, Lease
    from pyhncert.office import Office, Progress

__all__ = ["KINDS", "LATER", "Worker"]

KINDS: dict[str, Callable[[Office, Lease, Callable[[str], None]], None]] = {
    _upgrade.KIND: _upgrade.upgrade,
    _notify.KIND: _notify.notify,
}
"""What each kind of job does; it ends its own lease in the transaction of its effect."""
LATER = (Unavailable, RevocationFault)
"""Errors that are no fault of a job: what is missing may come, so it is tried for ever."""

_Done = tuple["Job | None", "HncertError | None"]


class Worker:
    """One process's worker; `threads` jobs are in its hands at once (`keep.JobRules.threads`)."""

    def __init__(
        self,
        office: Office,
        *,
        tell: Callable[[Job], None],
        threads: int | None = None,
        progress: Progress | None = None,
    ) -> None:
        self.office = office
        self.jobs = office.register.jobs
        self.threads = threads or self.jobs.rules.threads
        self._tell = tell
        self._progress = progress or (lambda _name, _seconds: None)

    def run(self, stop: threading.Event, *, once: bool) -> HncertError | None:
        """See `Office.work`."""
        _upgrade.sweep(self.office)
        self._progress("swept", 0.0)
        faults: list[HncertError] = []

        def ended(done: _Done) -> None:
            job, err = done
            if err is not None:
                faults.append(err)
            if job is not None:
                self._tell(job)

        self.jobs.serve(
            Service(
                do=self._do,
                ended=ended,
                taken=lambda: self._progress("leased", 0.0),
                threads=self.threads,
                stop=stop,
                once=once,
            )
        )
        return faults[0] if faults else None

    def _do(self, lease: Lease) -> _Done:
        """One try: the job as it stands afterwards, or None where the lease was lost meanwhile."""
        try:
            self._work(lease)
        except HncertError as err:
            return self.jobs.failed(lease, Words(err.vi, err.en), fault=not isinstance(err, LATER)), err
        except Exception as err:  # noqa: BLE001  a job that meets a fault of ours is set aside, and the others are done
            said = f"{type(err).__name__}: {err}"
            inner = HncertError(f"internal error: {said}", f"lỗi nội bộ: {said}")
            return self.jobs.failed(lease, Words(inner.vi, inner.en)), inner
        return self.jobs.find(lease.job.key), None

    def _work(self, lease: Lease) -> None:
        kind = KINDS.get(lease.job.kind)
        if kind is None:
            raise UsageFault(
                f"this software knows no job {lease.job.kind!r}", f"phần mềm này không biết việc {lease.job.kind!r}"
            )
        began = time.perf_counter()

        def step(name: str) -> None:
            nonlocal began
            now = time.perf_counter()
            self._progress(name, now - began)
            began = now

        kind(self.office, lease, step)
