"""The reception of an office: files (hồ sơ) that are handed in, appointments, refusals, and the slips for both."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from pyhncert import keep
from pyhncert._parts import OfficeParts
from pyhncert.errors import UsageFault
from pyhncert.values import VIETNAM

if TYPE_CHECKING:
    from pyhncert.keep import Dossier, Due, Refusal

__all__ = ["Reception"]


class Reception(OfficeParts):
    """What an office does with people before and beside certifying; see docs/register.md."""

    def receive(
        self,
        *,
        requester: str = "",
        originals: int = 1,
        channel: str | None = None,
        extra_days: int = 0,
        promised: dt.datetime | None = None,
        agreement: str = "",
        accepted: bool = True,
        person: str = "",
    ) -> tuple[Dossier, Due]:
        """Receive a file (hồ sơ) with so many `originals`, and say by when it is due.

        Without `accepted` it is only submitted. An appointment slip must be given where `Due.slip` says so.

        Raises:
            UsageFault: as `keep.due`; nothing was entered.
        """
        now = self.clock().astimezone(VIETNAM)
        until = self.due(now, extra_days=extra_days, promised=promised, agreement=agreement)
        steps = ("submitted", "accepted", "checking") if accepted else ("submitted",)
        new = keep.NewDossier(
            unit=self.settings.unit,
            agency=self.settings.desk.agency_id,
            requester=requester,
            originals=originals,
            channel=channel or self.settings.desk.channel,
            due_at=until.at,
            agreement=agreement,
            steps=tuple((step, now) for step in steps),
        )
        return self.register.receive(new, person=person), until

    def due(
        self,
        received: dt.datetime,
        *,
        extra_days: int = 0,
        promised: dt.datetime | None = None,
        agreement: str = "",
    ) -> Due:
        """By when a file that was complete at `received` is due, by the calendar of the land and this office's own.

        Raises:
            UsageFault: more days than the law allows, or the calendar does not know that year.
        """
        said: dict[str, Any] = dict(self.settings.desk.hours)
        for name in ("holidays", "workdays"):
            said[name] = frozenset(said.get(name, ()))
        hours = keep.OfficeHours(**said)
        return keep.due(received, hours=hours, extra_days=extra_days, promised=promised, agreement=agreement)

    def appointment_slip(self, code: str, *, receiver: str = "") -> bytes:
        """The appointment slip of a file, PDF/A on A5; raises UsageFault for a file that was promised nothing."""
        return keep.appointment_pdf(
            self.register.dossier(code),
            agency=self.settings.name,
            receiver=receiver,
            place=self.settings.name,
            font=self.font,
            now=self.clock(),
            trial=self.settings.trial,
        )

    def notice(self, code: str, *, person: str) -> dict[str, Any]:
        """The message to the holder of the replaced copy `code`, ``hncert/notice``; that `person` looked is logged.

        Raises:
            UsageFault: no such code, or no newer copy replaces it.
        """
        from pyhncert.deliver import superseded_notice  # noqa: PLC0415  rarely used

        old = self.register.find(code)
        new = self.register.find(old.superseded_by) if old is not None and old.superseded_by else None
        if old is None or new is None:
            raise UsageFault(f"{code}: no newer copy replaces it", f"{code}: không có bản sao mới nào thay thế")
        purpose = "báo cho người giữ bản sao / notice to the holder"
        self.register.looked("notice", purpose=purpose, person=person, code=old.code)
        return superseded_notice(old, new, office=self.settings.name)

    def paper_copy(self, code: str) -> bytes:
        """The print of an act's copies on paper: pages, and a sheet to be signed and sealed by hand; PDF/A, A4.

        Raises:
            UsageFault: no such code, no copies on paper, or the act is not in force.
            StorageFault: the electronic copy, from which the pages are taken, is missing or damaged.
        """
        line = self.register.find(code)
        if line is None or line.file_digest is None:
            raise UsageFault(f"{code}: no such copy", f"{code}: không có bản sao này")
        return keep.paper_copy_pdf(
            self.store.get(line.file_digest),
            line,
            agency=self.settings.agency.name or self.settings.name,
            font=self.font,
            now=self.clock(),
            trial=self.settings.trial,
        )

    def refuse(
        self,
        reason: str,
        *,
        officer: str | None = None,
        words: str = "",
        requester: str = "",
        original: str = "",
        pages: int = 1,
        dossier: str | None = None,
    ) -> Refusal:
        """Enter that an officer refuses a paper for a `reason` of the law, ``R1`` to ``R6``; with R3 nothing else.

        Raises:
            UsageFault: no such reason, officer or file.
        """
        return self.register.refuse(
            officer=self.settings.officer(officer).name,
            reason=reason,
            pages=pages,
            requester=requester,
            original=original,
            words=words,
            dossier=dossier,
        )

    def refusal_slip(self, refusal: Refusal, *, requester: str = "") -> bytes:
        """The refusal slip, PDF/A on A5; `requester` is printed where the register keeps no name."""
        return keep.refusal_pdf(
            refusal,
            agency=self.settings.name,
            font=self.font,
            now=self.clock(),
            trial=self.settings.trial,
            requester=requester,
        )
