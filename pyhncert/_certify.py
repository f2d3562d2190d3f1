"""The way of one paper through the rooms: a short list of steps, each a plain method.

Everything that can be refused is refused before a number is reserved; what goes wrong after that voids the number
with its reason. A step is told to `progress` when it is done, under the names of `STEPS`.
"""

from __future__ import annotations

import datetime as dt
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyhncert import _kept, capture, check, deliver, issue, keep
from pyhncert._before import WatchedTimestamper, clock_facts, clock_notes, vet
from pyhncert._core import sha256
from pyhncert._doctor import preflight
from pyhncert._errand import Errand, title
from pyhncert._issued import copy_of, issued_before
from pyhncert._mandate import check_kind
from pyhncert._prepared import Admitted, Prepared, Seen
from pyhncert._read import known_kind, may_be_long, secret_refused, software, some, understand
from pyhncert._signed import refuse_signed
from pyhncert._upgrade import upgrade_jobs, waiting_notes
from pyhncert.errors import Blocked, HncertError, QualityRefused, ScanError
from pyhncert.values import (
    VIETNAM,
    ActNumber,
    CertifiedCopy,
    Decision,
    FileState,
    Finding,
    Kind,
    Level,
    Page,
    PageFacts,
    Proposal,
    Reading,
    RegisterLine,
    Scan,
    Words,
)

if TYPE_CHECKING:
    from pyhncert.issue import PageRecord
    from pyhncert.office import Office, Progress, Source

__all__ = ["STEPS", "Run"]

STEPS = (
    "recover",
    "preflight",
    "load",
    "normalise",
    "read",
    "encode",
    "findings",
    "decision",
    "reserve",
    "compose",
    "officer_signed",
    "agency_sealed",
    "validation_data",
    "level_checked",
    "stored",
    "registered",
    "scans_kept",
    "delivered",
)
_SPOOL_FROM = 8
"""Pages from which the copy's images wait on disk and not in memory."""
_HELD_BYTES = 32 << 20
"""So much of the scans is kept in memory between checking and decoding; beyond it files are read twice."""


class Run:
    """One call of `certify` or `examine`."""

    def __init__(
        self,
        office: Office,
        *,
        officer: str | None = None,
        errand: Errand | None = None,
        progress: Progress | None = None,
    ) -> None:
        self.office = office
        self.officer = office.settings.officer(officer)
        self.errand = errand or Errand()
        self.stages_s: dict[str, float] = {}
        self._progress = progress or (lambda _name, _seconds: None)

    # -- the two ways through ----------------------------------------------------------------------------------------

    def examine(self, sources: Sequence[Source]) -> Proposal:
        """Everything up to the decision."""
        with self._step("preflight"):
            preflight(self.office, self.officer, None)
        return self._proposal(self._see(sources, None))

    def certify(
        self, sources: Sequence[Source], out: Path | None, decide: Callable[[Proposal], Decision]
    ) -> CertifiedCopy:
        """The whole way; see `Office.certify`."""
        with self._step("recover"):
            self._recover()
        key = self.errand.idempotency_key
        if key is not None and (line := self.office.register.issued_under(key)):
            return issued_before(self.office, line, out, sources)
        with self.spool(sources) as spool:
            prepared = self.prepare(sources, out, decide, spool)
            return self.finish(prepared, out)

    def prepare(
        self, sources: Sequence[Source], out: Path | None, decide: Callable[[Proposal], Decision], spool: Path | None
    ) -> Prepared:
        """Everything up to and with the officer's yes; nothing is reserved yet."""
        with self._step("preflight"):
            silent = preflight(self.office, self.officer, out)
            self.errand.check(self.office)
        seen = self._see(sources, spool)
        check_kind(self.officer, seen.kind)
        with self._step("decision"):
            return Prepared(seen, self._decide(seen, decide, sources), silent)

    def finish(self, prepared: Prepared, out: Path | None) -> CertifiedCopy:
        """Number, signatures, register, delivery."""
        seen = prepared.seen
        with self._step("reserve"):
            vetted = vet(self.office, self.officer)
            for found in vetted.objects:
                self.office.store.put(found)
            number = self.errand.reserve(self.office, self.officer, seen, prepared.decision, vetted)
        try:
            copy, line = self._issue(seen, number, out, prepared.silent, vetted.notes)
        except BaseException as err:
            # also on Ctrl-C: whatever ended the act, its number must say so
            self.office.register.abandon(number.act_id, _why(err), person=self.officer.name)
            raise
        if seen.raw:
            with self._step("scans_kept"):
                copy = _kept.keep(self.office, copy, self._scans(seen.raw, self._limits()))
        if out is not None:
            with self._step("delivered"):
                self._deliver(line, copy, out)
        return copy

    # -- before the number -------------------------------------------------------------------------------------------

    def _recover(self) -> None:
        """Settle what a killed process left: its numbers are voided by the register, its finished copies delivered."""
        for left in self.office.register.recover().undelivered:
            problem = ""
            if left.line.file_digest is not None:
                try:
                    pdf = self.office.store.get(left.line.file_digest)
                    deliver.finish_copy(pdf, deliver.receipt(left.line, left.files), left.out)
                except HncertError as err:
                    problem = err.en
            self.office.register.delivered(left.line.act_id, problem=problem)

    def _see(self, sources: Sequence[Source], spool: Path | None) -> Seen:
        limits, began = self._limits(), self.office.clock()
        with self._step("load"):
            admitted = self._admit(sources, limits)
        records: list[PageRecord] = []
        facts: list[PageFacts] = []
        readings: list[Reading] = []
        secret = self._look(self._pages(admitted, limits), spool, (records, facts, readings))
        if secret is not None:
            for kept in (admitted, records, facts, readings):
                kept.clear()  # an error's traceback keeps what its frames hold
            self.office.register.refuse(officer=self.officer.name, reason="R3", pages=secret.page or 1)
            raise secret_refused(secret, sources)
        with self._step("findings"):
            kind, fields, findings, _ = understand(facts, readings, self._today())
        seen = Seen(
            scans=tuple(record for record, _ in admitted),
            records=tuple(records),
            facts=tuple(facts),
            readings=tuple(readings),
            kind=kind,
            fields=fields,
            findings=findings,
            began=began,
            shown=self.office.clock(),
            raw=tuple(admitted) if self.office.settings.keep_raw else (),
        )
        before = self.errand.seen_before(self.office, seen)
        return replace(seen, findings=(*seen.findings, *before)) if before else seen

    def _limits(self) -> capture.Limits:
        settings = self.office.settings
        return capture.Limits(
            max_pixels=settings.max_pixels, max_pages=settings.max_pages, max_bytes=settings.max_bytes
        )

    def _look(
        self,
        pages: Iterator[Page],
        spool: Path | None,
        into: tuple[list[PageRecord], list[PageFacts], list[Reading]],
    ) -> Finding | None:
        """Read and encode page by page; a page with the mark of a state secret ends it before that page is kept."""
        records, facts, readings = into
        kind: Kind | None = None
        for page in pages:
            with self._step("read"):
                reading = self.office.reader.read(page, kind)
            secret = check.secret(reading, today=self._today())
            if secret is not None:
                return secret
            readings.append(reading)
            kind = kind or known_kind(reading)
            with self._step("encode"):
                records.append(issue.encode_page(page, spool=spool))
            facts.append(PageFacts.of(page))
            del page
        return None

    def _admit(self, sources: Sequence[Source], limits: capture.Limits) -> list[Admitted]:
        """Every source checked whole before a pixel is decoded; what is too much to hold is read again in its turn."""
        admitted: list[Admitted] = []
        held = 0
        for source in some(sources):
            scan = capture.load(source, limits=limits)
            refuse_signed(self.office, scan)
            held += len(scan.data)
            keep = scan if held <= _HELD_BYTES or not isinstance(source, Path) else source
            admitted.append((issue.ScanRecord.of(scan), keep))
        return admitted

    @staticmethod
    def _scans(admitted: Sequence[Admitted], limits: capture.Limits) -> Iterator[Scan]:
        """The scans in their order, one in memory at a time where they are many."""
        for record, kept in admitted:
            scan = kept if isinstance(kept, Scan) else capture.load(kept, limits=limits)
            if scan.digest != record.sha256:
                raise ScanError(
                    f"{scan.name} was changed while it was being read; certify again",
                    f"{scan.name} bị thay đổi trong khi đang đọc; hãy chứng thực lại",
                )
            yield scan

    def _pages(self, admitted: Sequence[Admitted], limits: capture.Limits) -> Iterator[Page]:
        """Upright pages, one in memory at a time."""
        raw_pages = capture.raw_pages(self._scans(admitted, limits), limits=limits)
        number = 1
        while True:
            with self._step("load"):
                raw = next(raw_pages, None)
            if raw is None:
                return
            with self._step("normalise"):
                judge = self.office.reader.stands_on_head
                pages = list(capture.normalise(raw, number=number, limits=limits, stands_on_head=judge))
            del raw
            number += len(pages)
            while pages:
                yield pages.pop(0)  # nobody else holds it: else two pages lie in memory while the next is decoded

    def _decide(self, seen: Seen, decide: Callable[[Proposal], Decision], sources: Sequence[Source]) -> Decision:
        decision = decide(self._proposal(seen))
        if decision.refusal:
            raise self._refused(seen, decision, sources)
        overridden = {override.code for override in decision.overrides}
        standing = [f for f in seen.findings if f.severity == "block" and (f.final or f.code not in overridden)]
        if standing:
            refusal = QualityRefused if all(f.family == "quality" for f in standing) else Blocked
            codes = ", ".join(dict.fromkeys(f.code for f in standing))
            raise refusal(
                "; ".join(dict.fromkeys(f"{f.reason.en} [{f.code}]" for f in standing)),
                "; ".join(dict.fromkeys(f"{f.reason.vi} [{f.code}]" for f in standing)),
                findings=tuple(standing),
                hint=f"scan again, or go on with --override CODE --reason TEXT for: {codes}",
                hint_vi=f"quét lại, hoặc tiếp tục bằng --override MÃ --reason LÝ-DO cho: {codes}",
            )
        if not decision.approved:
            why = f": {decision.reason}" if decision.reason else ""
            raise Blocked(f"the officer refused{why}", f"người thực hiện chứng thực từ chối{why}")
        return decision

    def _refused(self, seen: Seen, decision: Decision, sources: Sequence[Source]) -> Blocked:
        """Enter the officer's refusal; what is to be raised for it."""
        refusal = self.errand.refuse(self.office, self.officer, seen, decision)
        reason = keep.refusal_reasons()[refusal.reason]
        if reason.keeps_nothing:
            words = Words(reason.vi, reason.en)
            return secret_refused(Finding(code="secret", severity="block", family="paper", reason=words), sources)
        number = refusal.number
        return Blocked(
            f"the officer refused: {reason.en} [{reason.code}]; refusal {number}",
            f"người thực hiện chứng thực từ chối: {reason.vi} [{reason.code}]; từ chối số {number}",
            hint=f"the slip: hncert register refusal {number} -o FILE",
            hint_vi=f"phiếu từ chối: hncert register refusal {number} -o TỆP",
        )

    def _proposal(self, seen: Seen) -> Proposal:
        return Proposal(
            kind=seen.kind,
            fields=seen.fields,
            findings=seen.findings,
            page_count=len(seen.records),
            officer=self.officer.name,
            trial=self.office.settings.trial,
            notes=self.office.reader.notes,
        )

    # -- from the number on ------------------------------------------------------------------------------------------

    def _issue(
        self, seen: Seen, number: ActNumber, out: Path | None, silent: tuple[Words, ...], notes: tuple[Words, ...]
    ) -> tuple[CertifiedCopy, RegisterLine]:
        office, settings, register = self.office, self.office.settings, self.office.register
        now = number.reserved_at or office.clock().astimezone(VIETNAM)
        officer, agency = office.credential(self.officer), office.credential(settings.agency)
        with self._step("compose"):
            act = self._act(seen, number, now)
            act_bytes = issue.act_json(act)
            digest = issue.content_digest([s.sha256 for s in seen.scans], act_bytes)
            composed = [self._compose(act, act_bytes, digest)]
        done = {"Officer": "officer_signed", "Agency": "agency_sealed"}
        began = time.perf_counter()

        def signed(field: str) -> None:
            nonlocal began
            if field == "Officer":
                register.advance(number.act_id, "officer_signed", person=self.officer.name)
            self._done(done[field], time.perf_counter() - began)
            began = time.perf_counter()

        service = None if settings.level == "B-B" or silent else office.timestamper
        stamper = WatchedTimestamper(service, office) if service is not None else None
        copy = issue.sign_copy(
            composed.pop(),  # nobody else holds it: a long copy is too large to lie in memory twice
            officer=officer,
            agency=agency,
            timestamper=stamper,
            now=now,
            signed=signed,
        )
        sealed = FileState(at=now, level=copy.level, length=len(copy.pdf), file_digest=sha256(copy.pdf))
        with self._step("validation_data"):
            asked = None if copy.level == "B-B" else stamper  # a service that was silent is not asked again
            pool = (*office.roots, *office.intermediates)
            pdf, late = issue.raise_level(
                copy.pdf,
                settings.level,
                timestamper=asked,
                certs=pool,
                crls=office.crls(),
                now=now,
                ocsp=office.ocsp.evidence if office.ocsp is not None else None,
            )
        with self._step("level_checked"):
            level = issue.level_reached(pdf)
            file_digest = sha256(pdf)
        with self._step("stored"):
            clock = clock_facts(stamper)
            register.advance(number.act_id, "agency_sealed", person=self.officer.name, file_digest=file_digest, **clock)
            office.store.put(pdf)
        facts: dict[str, Any] = {"scans": _kept.fact(seen.scans)} if seen.raw else {}
        secret = keep.new_key(office.randomness)
        with self._step("registered"):
            line = register.close(
                number.act_id,
                content_digest=digest,
                file_digest=file_digest,
                level=level,
                length=len(pdf),
                earlier=() if file_digest == sealed.file_digest else (sealed,),
                out_hint=out,
                holder_secret=secret,
                jobs=(*(waits := upgrade_jobs(number.code, level, settings.level)), *self.errand.jobs(number.code)),
                supersedes=self.errand.supersedes,
                person=self.officer.name,
                **facts,
            )
        unsure = clock_notes(stamper, wanted=settings.level != "B-B")
        said = (*silent, *notes, *copy.notes, *late, *unsure, *waiting_notes(waits))
        return replace(self._answer(line, pdf, level, seen, said), holder_secret=secret), line

    def _act(self, seen: Seen, number: ActNumber, now: dt.datetime) -> issue.Act:
        settings = self.office.settings
        qr = self.office.credential(settings.qr)
        return issue.Act(
            code=number.code,
            number=number.number,
            book=number.book,
            year=number.year,
            unit=number.unit,
            office=settings.name,
            trial=settings.trial,
            officer_name=self.officer.name,
            officer_title=self.officer.title,
            officer_certificate=sha256(self.office.credential(self.officer).certificate),
            agency_certificate=sha256(self.office.credential(settings.agency).certificate),
            certified_at=now,
            kind=seen.kind.key,
            title=title(seen.kind),
            scans=seen.scans,
            pages=seen.records,
            readings=seen.readings,
            fields=seen.fields,
            findings_digest=number.findings_digest,
            qr_key_id=issue.key_id(qr.key.public_spki),
            qr_certificate=qr.certificate,
            software=software(seen.readings),
            suffix=self.errand.symbol(self.office),
        )

    def _compose(self, act: issue.Act, act_bytes: bytes, digest: bytes) -> bytes:
        settings = self.office.settings
        qr = self.office.credential(settings.qr)
        payload = issue.qr_payload(act.code, digest, qr.sign_fixed, act.qr_key_id)
        return issue.compose(
            act,
            act_bytes=act_bytes,
            font=self.office.font,
            url=issue.qr_url(settings.verify_url, payload),
            verify_url=settings.verify_url,
            profile=settings.profile,
            officer_picture=self.officer.picture,
            seal_picture=settings.agency.picture,
            seal_mm=settings.seal_mm,
        )

    def _answer(
        self, line: RegisterLine, pdf: bytes, level: Level, seen: Seen, notes: tuple[Words, ...]
    ) -> CertifiedCopy:
        copy = copy_of(self.office, line, pdf)
        notes = tuple(dict.fromkeys(notes))
        return replace(
            copy, officer=self.officer.name, level=level, findings=seen.findings, notes=notes, stages_s=self.stages_s
        )

    def _deliver(self, line: RegisterLine, copy: CertifiedCopy, out: Path) -> None:
        deliver.write_copy(copy.pdf, copy.receipt, out)
        self.office.register.delivered(line.act_id, person=self.officer.name)

    # -- small things ------------------------------------------------------------------------------------------------

    def _today(self) -> dt.date:
        return self.office.clock().astimezone(VIETNAM).date()

    @contextmanager
    def spool(self, sources: Sequence[Source], *, always: bool = False) -> Iterator[Path | None]:
        """Where images of a long original wait; they go whatever happens, for the paper may be secret."""
        if not always and len(sources) < _SPOOL_FROM and not any(may_be_long(source) for source in sources):
            yield None
            return
        folder = self.office.register.spool / self.office.randomness(8).hex()
        folder.mkdir(mode=0o700)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _done(self, name: str, seconds: float) -> None:
        self.stages_s[name] = self.stages_s.get(name, 0.0) + seconds
        self._progress(name, seconds)

    @contextmanager
    def _step(self, name: str) -> Iterator[None]:
        began = time.perf_counter()
        yield
        self._done(name, time.perf_counter() - began)


def _why(err: BaseException) -> str:
    return f"{type(err).__name__}: {err}" if isinstance(err, HncertError) else f"stopped by {type(err).__name__}"
