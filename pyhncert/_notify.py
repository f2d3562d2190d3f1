"""The job `notify`: that there is a message to the holder of a copy, written to the office's outbox (``outbox/``) once.

The slip there names nobody; whoever sends the message has its words from `Reception.notice`, which logs the look.
Sending it is another matter's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from pyhncert import deliver, keep
from pyhncert.errors import UsageFault

if TYPE_CHECKING:
    from pyhncert.keep import Lease, NewJob
    from pyhncert.office import Office

__all__ = ["KIND", "notify", "notify_job"]

KIND = "notify"


def notify_job(old: str, new: str) -> NewJob:
    """The job that tells the holder of `old` that `new` stands in its place."""
    return keep.NewJob(key=f"{KIND}:{old}", kind=KIND, facts={"code": old, "by": new})


def notify(office: Office, lease: Lease, step: Callable[[str], None]) -> None:
    """Write the slip of the message that the job names; a slip that lies there already is left as it is.

    Raises:
        UsageFault: the register does not know the copies.
        StorageFault: the outbox cannot be written; the job waits.
    """
    code, by = str(lease.job.facts["code"]), str(lease.job.facts["by"])
    old, new = office.register.find(code), office.register.find(by)
    if old is None or new is None:
        raise UsageFault(f"{code}: no such code", f"{code}: không có mã này")
    step("read")
    folder = office.settings.folder / "outbox"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as err:
        raise keep.storage_fault(err, folder) from err
    keep.write_new(folder / f"{old.code}.superseded.json", deliver.notice_slip(old, new), mode=0o600)
    step("written")
    office.register.jobs.done(lease)
