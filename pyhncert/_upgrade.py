"""What a copy lacks of the level that was asked is a job: entered with its line, done by a worker, exactly once.

The way is that of a renewal: read, stamped, verified as a stranger would, stored, entered. The digest is noted with the
job before the file is stored, so that the worker after a killed one removes what no line names; the register's line and
the end of the job are one transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from pyhncert import issue
from pyhncert._core import sha256
from pyhncert.errors import AlteredCore, HncertError, UsageFault
from pyhncert.keep import Job, Lease, NewJob
from pyhncert.values import LEVELS, Level, RegisterLine, Report, Words

if TYPE_CHECKING:
    from pyhncert.office import Office

__all__ = [
    "KIND",
    "STEPS",
    "job_key",
    "sweep",
    "upgrade",
    "upgrade_jobs",
    "waiting_notes",
    "with_state",
]

KIND = "upgrade"
STEPS = ("read", "stamped", "verified", "noted", "stored", "entered")
"""Told after each step of the job."""


def job_key(code: str) -> str:
    """The key of the job of the copy with this code, as the register has it."""
    return f"{KIND}:{code}"


def upgrade_jobs(code: str, level: Level, asked: Level) -> tuple[NewJob, ...]:
    """The job of a copy that was issued at `level`, where that is below the level `asked`."""
    if LEVELS.index(level) >= LEVELS.index(asked):
        return ()
    return (NewJob(key=job_key(code), kind=KIND, facts={"code": code, "level": asked}),)


def sweep(office: Office) -> int:
    """Enter the job of each copy that is below its level and has none, as those of an older release; how many."""
    jobs = [job for code, asked in office.register.below_level(KIND) for job in upgrade_jobs(code, "B-B", asked)]
    return office.register.jobs.enqueue(*jobs) if jobs else 0


def upgrade(office: Office, lease: Lease, step: Callable[[str], None]) -> None:
    """Bring the copy that the job names to its level; where it has it, or is not in force any more, only end the job.

    Raises:
        Unavailable, RevocationFault: what is missing cannot be had now.
        UsageFault: another process was quicker, or the lease is lost.
        HncertError: the answer, the file or the disk is at fault; nothing was entered.
    """
    code, asked = str(lease.job.facts["code"]), cast(Level, lease.job.facts["level"])
    if asked not in LEVELS:
        raise UsageFault(f"{asked!r} is no level", f"không có mức {asked!r}")
    line = office.register.find(code)
    if line is None:
        raise UsageFault(f"{code}: no such code", f"{code}: không có mã này")
    _clear(office, lease)
    if line.state != "registered" or LEVELS.index(cast(Level, line.level)) >= LEVELS.index(asked):
        office.register.jobs.done(lease)
        return
    pdf = office.store.get(line.file_digest or b"")
    step("read")
    grown, level = _grown(office, pdf, asked, step)
    digest = sha256(grown)
    office.register.jobs.note(lease, digest.hex())
    step("noted")
    office.store.put(grown)
    step("stored")
    office.register.grown(
        code, before=line.file_digest or b"", file_digest=digest, level=level, length=len(grown), job=lease
    )
    step("entered")


def _clear(office: Office, lease: Lease) -> None:
    """Remove what a try before this one stored and did not enter.

    Only the holder of the lease may: without it that file can be entered no more, not even by a worker that still runs.
    """
    left = lease.job.note
    if left and office.register.find(bytes.fromhex(left)) is None:
        office.store.delete(left)


def _grown(office: Office, pdf: bytes, asked: Level, step: Callable[[str], None]) -> tuple[bytes, Level]:
    from pyhncert.verify import verify_copy  # noqa: PLC0415  certify needs none of it

    lists = office.crls()
    grown = issue.upgrade_copy(
        pdf,
        asked,
        timestamper=office.patient_timestamper,
        certs=(*office.roots, *office.intermediates),
        crls=lists,
        now=office.clock(),
        ocsp=office.ocsp.evidence if office.ocsp is not None else None,
    )
    step("stamped")
    if not grown.startswith(pdf):
        raise AlteredCore("the upgrade changed bytes of the copy", "việc bổ sung đã làm thay đổi bản sao")
    verify_copy(grown, trust=office.roots, crls=lists, now=office.clock())
    level = issue.level_reached(grown)
    if LEVELS.index(level) < LEVELS.index(asked):
        raise HncertError(
            f"the copy reached {level} only, not {asked}", f"bản sao chỉ đạt mức {level}, chưa đạt {asked}"
        )
    step("verified")
    return grown, level


# -- how the state is told ---------------------------------------------------------------------------------------------


def waiting_notes(jobs: Sequence[NewJob]) -> tuple[Words, ...]:
    """What the answer of `certify` says of the jobs that it entered."""
    return tuple(
        Words(
            f"phần còn thiếu của mức {job.facts['level']} đang chờ; hncert worker sẽ bổ sung",
            f"what is missing to level {job.facts['level']} waits; hncert worker adds it",
        )
        for job in jobs
    )


def with_state(report: Report, line: RegisterLine, job: Job | None) -> Report:
    """A report with the level that was asked, and what is still waiting, or held for who has an earlier state."""
    asked, held = cast("Level | None", line.level_asked), cast(Level, line.level)
    waiting = job.words() if job is not None else None
    if report.level is not None and LEVELS.index(report.level) < LEVELS.index(held):
        waiting = Words(
            f"cơ quan đã có bản này ở mức {held}; lấy về theo mã",
            f"the office holds this copy at {held}; fetch it by code",
        )
    return replace(report, level_asked=asked, waiting=waiting)
