"""The conductor: one office, and what it does with a paper, from scan to verified copy.

It may import every room, each only when it is used, so that verifying loads no reader. No room imports it.
Settings are read at the door (`open_office`); a key is loaded when it first signs.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyhncert._archive import Archive
from pyhncert._config import default_trial_folder, find_office, load_settings
from pyhncert._found import file_bytes, not_found
from pyhncert._parts import Passwords, now_in_vietnam
from pyhncert._reception import Reception
from pyhncert._upkeep import Upkeep
from pyhncert.errors import UsageFault
from pyhncert.values import (
    VIETNAM,
    CertifiedCopy,
    Check,
    Clock,
    Decision,
    Proposal,
    Randomness,
    RegisterLine,
    Renewal,
    Report,
    Scan,
    Watched,
)

if TYPE_CHECKING:
    from pyhncert._batch import Batch
    from pyhncert._restore import Restored
    from pyhncert.errors import HncertError
    from pyhncert.keep import Job, LastNumbers
    from pyhncert.recognise import Reader

__all__ = [
    "Office",
    "default_trial_folder",
    "find_office",
    "init_trial",
    "not_found",
    "open_office",
    "read_scans",
    "restore_office",
]

Source = Path | bytes | Scan
Progress = Callable[[str, float], None]
"""Told after each step: its name, and how many seconds it took."""
_ISSUED = ("registered", "revoked", "superseded")


def init_trial(
    folder: Path,
    *,
    agency_key: str = "rsa-3072",
    agency_scheme: str | None = None,
    register: str | None = None,
    clock: Clock = now_in_vietnam,
    randomness: Randomness = os.urandom,
) -> Path:
    """Make a trial office in `folder` (see `pyhncert._trial`); raises UsageFault, StorageFault."""
    from pyhncert._trial import init_trial as make  # noqa: PLC0415  rarely used

    return make(
        folder,
        agency_key=agency_key,
        agency_scheme=agency_scheme,
        register=register,
        clock=clock,
        randomness=randomness,
    )


def open_office(
    folder: Path | str | None = None,
    *,
    password: Passwords | None = None,
    clock: Clock = now_in_vietnam,
    randomness: Randomness = os.urandom,
) -> Office:
    """Open the office that `find_office` finds.

    Raises:
        UsageFault: there is none, or its settings are wrong.
        StorageFault: its register is missing or damaged.
    """
    found = find_office(folder)
    if found is None:
        raise UsageFault(
            "no office is configured",
            "chưa có văn phòng nào được cấu hình",
            hint="give --office DIR, set HNCERT_OFFICE, or make one: hncert office init DIR --trial",
            hint_vi="dùng --office DIR, đặt HNCERT_OFFICE, hoặc lập: hncert office init DIR --trial",
        )
    return Office(load_settings(found), password=password, clock=clock, randomness=randomness)


class Office(Reception, Archive, Upkeep):
    """One open office; many threads may use it at once.

    `clock` and `randomness` are its only sources of time and chance, `password` is asked when a key file needs one.
    """

    # -- what a person does with an office ---------------------------------------------------------------------------

    def certify(
        self,
        scans: Sequence[Source],
        out: Path | None = None,
        *,
        decide: Callable[[Proposal], Decision],
        officer: str | None = None,
        requester: str = "",
        copies: int = 1,
        progress: Progress | None = None,
        idempotency_key: str | None = None,
        dossier: str | None = None,
        channel: str | None = None,
        paper_copies: int = 0,
    ) -> CertifiedCopy:
        """Certify that the scans (one original, all its pages) are shown truly: sign, register, and write to `out`.

        `decide` is the officer: it is shown the proposal and answers. Without `out` no file is written; the copy is
        in the answer and in the store. Sent twice with one `idempotency_key` (any text of the caller's), it issues
        once: the second time the first copy is the answer, and is completed at `out` where it is not there. `dossier`
        is the file (hồ sơ) that the original came in, `channel` (``desk``, ``online``) how; `paper_copies` of the
        `copies` are on paper (`paper_copy` is what to print); see docs/register.md.

        Raises:
            ScanError, QualityRefused, Blocked: the scans, or the officer, stand against it; no number was used.
            KeyFault, CertificateFault, TimestampFault, RevocationFault, MissingDependency: found before anything slow.
            UsageFault: `out` is taken, no officer was named, or another process is at work under the key.
            StorageFault: disk or database; a number that was reserved is voided with its reason.
        """
        from pyhncert._certify import Run  # noqa: PLC0415  loads the rooms
        from pyhncert._errand import Errand  # noqa: PLC0415

        errand = Errand(
            requester=requester,
            copies=copies,
            paper_copies=paper_copies,
            channel=channel,
            dossier=dossier,
            idempotency_key=idempotency_key,
        )
        run = Run(self, officer=officer, errand=errand, progress=progress)
        return run.certify(scans, out, decide)

    def correct(
        self,
        code: str,
        scans: Sequence[Source],
        out: Path | None = None,
        *,
        decide: Callable[[Proposal], Decision],
        reason: str,
        fault: str = "office",
        officer: str | None = None,
        requester: str | None = None,
        copies: int | None = None,
        progress: Progress | None = None,
    ) -> CertifiedCopy:
        """Issue a new copy in the place of the delivered copy `code`, which had a mistake.

        As `certify`, under a new number; when its line is closed the old one is superseded by it in the same
        transaction, and a job tells the holder. `fault` is the ``office``'s, which then charges nothing, or the
        ``applicant``'s. Requester and copies are the old line's where nothing else is said.

        Raises:
            UsageFault: no such code, its copy is not in force, or no reason is given; before anything slow.
            HncertError: as `certify`; the old copy then stands as it was.
        """
        from pyhncert._certify import Run  # noqa: PLC0415  loads the rooms
        from pyhncert._errand import Correction, Errand  # noqa: PLC0415

        correction = Correction(code=code, reason=reason, fault=fault)
        errand = Errand.correcting(self, correction, requester=requester, copies=copies)
        return Run(self, officer=officer, errand=errand, progress=progress).certify(scans, out, decide)

    def examine(
        self, scans: Sequence[Source], *, officer: str | None = None, progress: Progress | None = None
    ) -> Proposal:
        """All that `certify` does up to the decision: nothing is reserved, signed or written."""
        from pyhncert._certify import Run  # noqa: PLC0415  loads the rooms

        return Run(self, officer=officer, progress=progress).examine(scans)

    def batch(self, *, officer: str | None = None, requester: str = "", progress: Progress | None = None) -> Batch:
        """An empty batch: originals are added and shown one by one, then signed together; to be used in ``with``."""
        from pyhncert._batch import Batch  # noqa: PLC0415  loads the rooms

        return Batch(self, officer=officer, requester=requester, progress=progress)

    def watch(
        self,
        folder: Path,
        *,
        decide: Callable[[Proposal], Decision],
        tell: Callable[[Watched], None],
        stop: threading.Event | None = None,
        officer: str | None = None,
        requester: str = "",
        separators: bool = False,
        settle_s: float = 3.0,
        once: bool = False,
        progress: Progress | None = None,
    ) -> HncertError | None:
        """Certify what appears in `folder`, original by original, until `stop` is set.

        `separators`: originals end at separator sheets, and only there. `settle_s`: a file is whole when it has stood
        still for so long. `once`: end when nothing is left to do. Returns the first fault for which something still
        lies there. See docs/eye.md.

        Raises:
            UsageFault: it is no folder, or somebody watches it already.
            KeyFault, CertificateFault, MissingDependency, StorageFault: found before the first original.
        """
        from pyhncert._watch import Watch, WatchSettings  # noqa: PLC0415  loads the rooms

        settings = WatchSettings(
            officer=officer, requester=requester, separators=separators, settle_s=settle_s, once=once
        )
        watch = Watch(self, folder, settings, decide=decide, tell=tell, progress=progress)
        return watch.run(stop or threading.Event())

    def sign_on_desktop(self, pdf: bytes, *, officer: str | None = None) -> bytes:
        """`pdf` with one more signature, which the officer makes in the state's desktop tool (docs/office.md).

        Raises:
            Unavailable, KeyFault: the tool is silent; it was cancelled, or sent something else back.
            UsageFault, Blocked, CertificateFault, RevocationFault: no tool is set, or the officer may not sign.
        """
        from pyhncert._desktop import sign_on_desktop  # noqa: PLC0415  rarely used

        return sign_on_desktop(self, pdf, officer)

    def verify(self, what: bytes | Path | str, *, receipt: Mapping[str, Any] | None = None) -> Report:
        """What is proven about a file (bytes or path) or a code, with this office's roots, lists and register.

        Raises:
            VerdictError: the verdict is not `valid`; the exception of that name carries the report.
        """
        if isinstance(what, str):
            line = self.register.public(what)
            if line is None or line.file_digest is None:
                raise not_found(what)
            return self._judge(self.store.get(line.file_digest), line, receipt)
        data = file_bytes(what)
        line = self.register.find(hashlib.sha256(data).digest())
        if line is None:
            # not a state of a copy that this register knows; whose code does it carry?
            report = self._judge(data, None, receipt)
            line = self._line(report.code) if report.code is not None else None
            if line is None:
                return report
        return self._judge(data, line, receipt)

    def look_up(self, code: str, *, asker: str) -> Report:
        """`verify` of a code for a stranger, who is counted as `asker` (an address): see docs/register.md.

        A code that never was and one that is not public get the same answer, after the same work.

        Raises:
            VerdictError: the verdict is not `valid`; `NotFound` where there is no such public code.
            TooMany: `asker` has asked too often; it says when to come back.
        """
        self.register.count("look_up", asker)
        return self.verify(str(code))

    def read(self, scans: Sequence[Source]) -> dict[str, Any]:
        """What is seen on the scans, as JSON-able values (see `read_scans`)."""
        return read_scans(scans, reader=self.reader, now=self.clock())

    def doctor(self) -> list[Check]:
        """Everything that must be well before a copy can be issued, each looked at once."""
        from pyhncert._doctor import examine  # noqa: PLC0415  rarely used

        return examine(self)

    def revoke(self, code: str, reason: str) -> RegisterLine:
        """From now on the copy verifies as `revoked`; raises UsageFault for a code that is not issued."""
        return self.register.revoke(code, reason)

    def supersede(self, code: str, reason: str, *, by: str | None = None) -> RegisterLine:
        """From now on the copy verifies as `superseded`, by the newer act `by` where one is named."""
        return self.register.supersede(code, by, reason)

    def renew(
        self,
        codes: Sequence[str] = (),
        *,
        within: dt.timedelta = dt.timedelta(days=180),
        dry_run: bool = False,
    ) -> Iterator[Renewal]:
        """Give a document timestamp to each copy (or those of `codes`) whose evidence ends `within` so long.

        Copy by copy, each in one transaction; a run that was stopped goes on where it was. A fault is told in the
        renewal, and the next copy follows. With `dry_run` it is only said what is due.

        Raises:
            UsageFault: no such code, or the office has no timestamp service.
        """
        from pyhncert._renew import renew  # noqa: PLC0415  rarely used

        return renew(self, codes, within=within, dry_run=dry_run)

    def work(
        self,
        *,
        tell: Callable[[Job], None] = lambda _: None,
        stop: threading.Event | None = None,
        once: bool = False,
        threads: int | None = None,
        progress: Progress | None = None,
    ) -> HncertError | None:
        """Do the jobs that wait (`register.jobs`), as they fall due, until `stop` is set.

        Any number of processes may work at once, and be killed at any time. `tell` hears of each job as it stands after
        a try, from this thread; `progress` of each step, from threads of its own. `once`: end when nothing is due now.
        Returns the first fault that was met. See docs/office.md.

        Raises:
            StorageFault: disk or database; what was leased is another worker's when its lease runs out.
        """
        from pyhncert._work import Worker  # noqa: PLC0415  rarely used

        worker = Worker(self, tell=tell, threads=threads, progress=progress)
        return worker.run(stop or threading.Event(), once=once)

    def waiting(self, code: str) -> Job | None:
        """The job by which a copy comes to the level that was asked, done or not; None where there was none."""
        from pyhncert._upgrade import job_key  # noqa: PLC0415

        line = self._line(code)
        return self.register.jobs.find(job_key(line.code)) if line is not None else None

    def seal(self, *, owner: str | None = None) -> int:
        """Seal what the office has kept plain, where it has an office key now; how many acts and objects.

        `owner` is the server's user who owns the register, where a desk's does not.

        Raises KeyFault, StorageFault; what was stopped goes on when it is called again.
        """
        from pyhncert._privacy import seal_office  # noqa: PLC0415  rarely used

        return seal_office(self, owner=owner)

    def rekey(self, new: Path | None = None, *, owner: str | None = None) -> int:
        """Go over to the office key in the file `new`; returns how many data keys were wrapped anew.

        Where `new` is an ``office.toml`` to come, it is the key that its ``[privacy]`` names. The settings must name it
        afterwards. Without `new` a change that was stopped is finished. `owner`: see `seal`.

        Raises:
            KeyFault: one of the keys is missing, or is none.
            UsageFault: the office seals nothing, or has this key already.
        """
        from pyhncert._privacy import rekey_office  # noqa: PLC0415  rarely used

        return rekey_office(self, new, owner=owner)

    # -- inside ------------------------------------------------------------------------------------------------------

    def _judge(self, data: bytes, line: RegisterLine | None, receipt: Mapping[str, Any] | None) -> Report:
        from pyhncert.verify import verify_copy  # noqa: PLC0415

        if receipt is None and line is not None and line.state in _ISSUED:
            receipt = self.receipt(line.code)
        report = verify_copy(data, trust=self.roots, receipt=receipt, crls=self.crls(), status=line, now=self.clock())
        if line is None:
            return report
        from pyhncert._upgrade import with_state  # noqa: PLC0415

        return with_state(report, line, self.waiting(line.code))

    def _line(self, code: str) -> RegisterLine | None:
        try:
            return self.register.find(code)
        except UsageFault:  # what was typed cannot be a code
            return None


def restore_office(
    backups: Path,
    to: Path,
    *,
    name: str | None = None,
    receipts: Sequence[Path] = (),
    last: LastNumbers | None = None,
    keys: Path | None = None,
    password: Passwords | None = None,
    clock: Clock = now_in_vietnam,
    randomness: Randomness = os.urandom,
) -> Restored:
    """Make an office in the new folder `to` from a backup, and bring its register up to what was given out since.

    `name` chooses the backup, the newest by default. `receipts` are receipts, folders of them, or copy lists; `last`
    is the last number that paper shows, by name of book, or by name and year where a book goes on over several. Private
    keys that the backup left out are taken from `keys`, a folder in which they lie as in the office's. See
    docs/register.md.

    Raises:
        UsageFault: `to` is not empty, no such backup, or a receipt cannot be used.
        StorageFault: the backup is damaged, or disk and database do not allow it; `to` is then as it was.
    """
    from pyhncert._restore import restore  # noqa: PLC0415  rarely used

    return restore(
        backups,
        to,
        name=name,
        receipts=receipts,
        last=last or {},
        keys=keys,
        password=password,
        clock=clock,
        randomness=randomness,
    )


def read_scans(
    scans: Sequence[Source], *, reader: Reader | None = None, now: dt.datetime | None = None
) -> dict[str, Any]:
    """What is seen on the scans, with no office: per page lines and words, then kind, fields and findings.

    Quads are in pixels of the input image, confidence is 0 to 1; the form is ``hncert/reading`` version 2.

    Raises:
        ScanError: the scans cannot be read as pages.
        Blocked: a page bears the mark of a state secret; nothing of what was read is told.
        MissingDependency: a model is missing.
    """
    from pyhncert._read import reading_of  # noqa: PLC0415  loads the rooms
    from pyhncert.recognise import Reader  # noqa: PLC0415

    return reading_of(scans, reader or Reader(second="fields"), (now or now_in_vietnam()).astimezone(VIETNAM).date())


def separator_sheet(out: Path) -> None:
    """Write the separator sheet of a watched folder, a PDF of two equal pages, to the new file `out`.

    Raises:
        UsageFault: the file exists.
        StorageFault, MissingDependency: it cannot be written; the font is missing.
    """
    from pyhncert._watch import separator_sheet as write  # noqa: PLC0415  rarely used

    write(out)
