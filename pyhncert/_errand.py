"""What an applicant asked for beside the scans: for whom, how many copies, in which file (hồ sơ), in whose place.

It says what can be refused before anything slow, what the officer should know of earlier acts, and takes the number.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pyhncert._before import Vetted
from pyhncert._core import code_normalise as normal_code
from pyhncert._mandate import delegation_json
from pyhncert._prepared import Seen
from pyhncert._read import finding_json
from pyhncert.errors import UsageFault
from pyhncert.values import VIETNAM, ActNumber, Charge, Decision, Finding, Kind, RegisterLine, Words

if TYPE_CHECKING:
    from pyhncert._config import KeySettings
    from pyhncert.keep import NewDossier, NewJob, Refusal
    from pyhncert.office import Office

__all__ = ["Correction", "Errand", "title"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """The delivered copy that a new one replaces, why, and whose fault it was: ``office`` or ``applicant``."""

    code: str
    reason: str
    fault: str = "office"

    def __post_init__(self) -> None:
        if not self.reason.strip():
            raise UsageFault("a reason is needed", "cần ghi lý do")
        if self.fault not in ("office", "applicant"):
            raise UsageFault(
                f"the fault is the office's or the applicant's, not {self.fault!r}",
                f"lỗi thuộc về cơ quan (office) hoặc người yêu cầu (applicant), không phải {self.fault!r}",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """For whom, how many `copies` (of which `paper_copies` on paper), by which channel, in which file, under which key.

    Without `dossier` the act makes a file of its own; without `channel` the file's or the office's holds.
    """

    requester: str = ""
    copies: int = 1
    paper_copies: int = 0
    channel: str | None = None
    dossier: str | None = None
    idempotency_key: str | None = None
    corrects: Correction | None = None

    def __post_init__(self) -> None:
        if self.copies < 1 or not 0 <= self.paper_copies <= self.copies:
            raise UsageFault(f"{self.copies} copies; at least 1", f"{self.copies} bản; ít nhất 1")

    @classmethod
    def correcting(cls, office: Office, correction: Correction, *, requester: str | None, copies: int | None) -> Errand:
        """The errand of a correction: what is not said is as in the line that is corrected; raises UsageFault."""
        old = cls(corrects=correction).corrected(office)
        assert old is not None  # noqa: S101  it corrects
        return cls(
            requester=old.requester if requester is None else requester,
            copies=copies or old.copies,
            paper_copies=0 if copies else old.paper_copies,
            corrects=correction,
        )

    @property
    def supersedes(self) -> tuple[str, str] | None:
        """The code and the reason of what the new copy replaces."""
        return (self.corrects.code, self.corrects.reason) if self.corrects is not None else None

    def jobs(self, code: str) -> tuple[NewJob, ...]:
        """What is to be done once the act `code` stands: the holder of a corrected copy is told."""
        from pyhncert._notify import notify_job  # noqa: PLC0415

        return (notify_job(normal_code(self.corrects.code), code),) if self.corrects is not None else ()

    def symbol(self, office: Office) -> str:
        """The kind of book: that of paper copies where nothing else is given out."""
        only_paper = self.paper_copies == self.copies
        return office.settings.paper_suffix if only_paper else office.settings.suffix

    def check(self, office: Office) -> None:
        """Refuse before anything slow what the register will refuse.

        Raises:
            UsageFault: the file is not at the officer's check, no book of its kind is open, or the copy to be corrected
                is not in force.
        """
        if self.dossier is not None:
            office.register.check_dossier(self.dossier)
        office.register.check_book(office.settings.unit, symbol=self.symbol(office))
        self.corrected(office)

    def corrected(self, office: Office) -> RegisterLine | None:
        """The line of the copy that is corrected, if any; raises UsageFault."""
        if self.corrects is None:
            return None
        line = office.register.find(self.corrects.code)
        if line is None or line.state != "registered":
            state = line.state if line is not None else "not there"
            raise UsageFault(
                f"{self.corrects.code} cannot be corrected: it is {state}",
                f"không thể đính chính {self.corrects.code}: trạng thái {state}",
            )
        return line

    def seen_before(self, office: Office, seen: Seen) -> tuple[Finding, ...]:
        """A finding where the same original was certified here before; it blocks nothing."""
        scans, document = identity(seen)
        old = self.corrected(office)
        earlier = [
            line for line in office.register.seen_before(scans, document) if old is None or line.code != old.code
        ]
        if not earlier:
            return ()
        last = earlier[-1]
        number, day = f"{last.number:02d}/{last.year} ({last.book})", last.certified_at
        reason = Words(
            f"bản chính này đã được chứng thực ngày {day:%d/%m/%Y}, số {number}; hãy xem có cần bản mới không",
            f"this original was certified on {day:%Y-%m-%d} as number {number}; see whether a new copy is needed",
        )
        return (Finding(code="certified_before", severity="warn", family="paper", reason=reason),)

    def cost(self, office: Office, pages: int, on: dt.date) -> Charge:
        """What the act costs by the rules of the day, the office's place and the channel."""
        from pyhncert.keep import charge  # noqa: PLC0415

        waiver = f"{self.corrects.fault}_fault" if self.corrects and self.corrects.fault == "office" else None
        place = office.settings.desk.place
        return charge(pages, self.copies, on=on, place=place, channel=self._channel(office), waiver=waiver)

    def _channel(self, office: Office) -> str:
        if self.channel is None and self.dossier is not None:
            return office.register.dossier(self.dossier).channel
        return self.channel or office.settings.desk.channel

    def _requester(self, office: Office) -> str:
        """Who asks: as was said, else who handed the file in."""
        if self.requester or self.dossier is None:
            return self.requester
        return office.register.dossier(self.dossier).requester

    def refuse(self, office: Office, officer: KeySettings, seen: Seen, decision: Decision) -> Refusal:
        """Enter that the officer refuses the paper for a reason of the law; raises UsageFault where it is none."""
        return office.refuse(
            decision.refusal,
            officer=officer.id,
            words=decision.reason,
            requester=self._requester(office),
            original=title(seen.kind),
            pages=len(seen.records),
            dossier=self.dossier,
        )

    def _file(self, office: Office, seen: Seen) -> str | NewDossier:
        if self.dossier is not None:
            return self.dossier
        from pyhncert.keep import NewDossier  # noqa: PLC0415

        began, shown = (moment.astimezone(VIETNAM) for moment in (seen.began, seen.shown))
        return NewDossier(
            unit=office.settings.unit,
            agency=office.settings.desk.agency_id,
            requester=self.requester,
            channel=self._channel(office),
            steps=(("captured", began), ("submitted", shown), ("accepted", shown), ("checking", shown)),
        )

    def reserve(
        self, office: Office, officer: KeySettings, seen: Seen, decision: Decision, vetted: Vetted | None
    ) -> ActNumber:
        """Take the number, with everything that the register is to know from the start."""
        settings = office.settings
        record: dict[str, Any] = {
            "findings": [finding_json(f) for f in seen.findings],
            "overrides": [{"code": o.code, "reason": o.reason} for o in decision.overrides],
            "officer": officer.id,
            "reason": decision.reason,
            **delegation_json(officer),
            **({"signing": vetted.record} if vetted is not None else {}),
        }
        pages = len(seen.records)
        return office.register.reserve(
            unit=settings.unit,
            symbol=self.symbol(office),
            requester=self._requester(office),
            original=title(seen.kind),
            kind=seen.kind.key,
            signer=", ".join(part for part in (officer.name, officer.title) if part),
            pages=pages,
            copies=self.copies,
            paper_copies=self.paper_copies,
            cost=self.cost(office, pages, office.clock().astimezone(VIETNAM).date()),
            dossier=self._file(office, seen),
            original_marks=identity(seen),
            decision=record,
            level_asked=settings.level,
            person=officer.name,
            idempotency_key=self.idempotency_key,
            about=[field.value for field in seen.fields if field.type in ("name", "id")],
        )


def identity(seen: Seen) -> tuple[tuple[bytes, ...], str | None]:
    """By what an original is known again: the digests of its scans, and the name of the document."""
    from pyhncert.keep import document_name  # noqa: PLC0415

    fields: dict[str, str] = {}
    for one in seen.fields:
        fields.setdefault(one.name, one.value)
    return tuple(scan.sha256 for scan in seen.scans), document_name(seen.kind.key, fields)


def title(kind: Kind) -> str:
    """Column 4: the title printed on the paper, else the name of its kind."""
    return kind.title or kind.name.vi
