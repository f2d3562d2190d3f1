"""Slips for the applicant, A5 as PDF/A: the appointment (SPEC 1.8) and the refusal (SPEC 1.4); words are data."""

from __future__ import annotations

import datetime as dt
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from pyhncert.errors import UsageFault
from pyhncert.issue._draw import BLACK, RED
from pyhncert.issue._font import Font
from pyhncert.keep._calendar import deadline_source
from pyhncert.keep._dossiers import Dossier
from pyhncert.keep._refusals import Refusal, refusal_reason
from pyhncert.keep._sheets import Sheets

WIDTH_MM, HEIGHT_MM = 148.0, 210.0
LEFT, RIGHT, TOP = 14.0, 134.0, 12.0


@cache
def _words() -> dict[str, dict[str, Any]]:
    return tomllib.loads(files("pyhncert.keep").joinpath("data/slips.toml").read_text(encoding="utf-8"))


class _Slip:
    """One page, from the top down."""

    def __init__(self, font: Font, agency: str, title: str, number: str, *, now: dt.datetime, trial: bool) -> None:
        self.sheets = Sheets(font, WIDTH_MM, HEIGHT_MM, now=now)
        self.agency, self.title, self.now = agency, title, now
        head = _words()["head"]
        half = (RIGHT - LEFT) / 2
        canvas = self.sheets.canvas
        left = canvas.text(LEFT - 4, TOP, half - 4, agency.upper(), 9, bold=True, align=0.5, most=4)
        right = canvas.text(LEFT + half - 6, TOP, half + 10, head["nation"], 9, bold=True, align=0.5, most=2)
        right = canvas.text(LEFT + half - 6, right, half + 10, head["motto"], 9, bold=True, align=0.5)
        canvas.rule(LEFT + half + 14, right + 0.8, 30, colour=BLACK)
        self.y = max(left, right) + 8
        self.y = self._centre(title, 14, bold=True) + 1
        self.y = self._centre(number, 10.5)
        if trial:
            self.y = self._centre(head["trial"], 9.5, bold=True, red=True)
        self.y += 5

    def _centre(self, text: str, size: float, *, bold: bool = False, red: bool = False) -> float:
        colour = RED if red else BLACK
        canvas = self.sheets.canvas
        return canvas.text(LEFT, self.y, RIGHT - LEFT, text, size, bold=bold, align=0.5, colour=colour, most=3)

    def row(self, label: str, value: str, *, most: int = 4) -> None:
        """A label and what stands beside it; dots where it is written by hand."""
        canvas = self.sheets.canvas
        after = canvas.text(LEFT, self.y, 40, f"{label}:", 10, most=3)
        value = value or _words()["head"]["dots"]
        self.y = max(after, canvas.text(LEFT + 42, self.y, RIGHT - LEFT - 42, value, 10.5, bold=True, most=most)) + 1.6

    def box(self, label: str, lines: list[tuple[str, float, bool]]) -> None:
        """What the slip is for, in a frame."""
        canvas = self.sheets.canvas
        top = self.y + 1
        y = canvas.text(LEFT + 4, top + 3, RIGHT - LEFT - 8, label, 10.5, bold=True, align=0.5)
        for text, size, bold in lines:
            y = canvas.text(LEFT + 4, y + 1.2, RIGHT - LEFT - 8, text, size, bold=bold, align=0.5, most=9)
        canvas.frame(LEFT, top, RIGHT - LEFT, y + 3 - top, colour=BLACK, thick=1.0)
        self.y = y + 7

    def note(self, text: str) -> None:
        """A sentence across the page."""
        self.y = self.sheets.canvas.text(LEFT, self.y, RIGHT - LEFT, text, 9.5, most=6) + 1.4

    def end(self, signer: str, name: str, at: dt.datetime, *, source: str) -> bytes:
        """Day and place for the signature, at the foot."""
        canvas = self.sheets.canvas
        head = _words()["head"]
        x, width = LEFT + 48, RIGHT - LEFT - 48
        y = max(self.y + 3, HEIGHT_MM - 56)
        day = head["day"].format(place="", day=at.day, month=at.month, year=at.year)
        y = canvas.text(x, y, width, day, 10, align=0.5)
        y = canvas.text(x, y + 0.6, width, signer, 10.5, bold=True, align=0.5)
        canvas.text(x, y, width, head["sign"], 9, align=0.5)
        canvas.text(x, y + 24, width, name, 10.5, bold=True, align=0.5, most=2)
        self.sheets.flush()
        return self.sheets.finish(title=self.title, author=self.agency, description=source)


def _moment(at: dt.datetime) -> str:
    words = str(_words()["head"]["moment"])
    return words.format(hour=at.hour, minute=at.minute, day=at.day, month=at.month, year=at.year)


def appointment_pdf(
    dossier: Dossier, *, agency: str, receiver: str, place: str, font: Font, now: dt.datetime, trial: bool = False
) -> bytes:
    """The appointment slip of a file, with what, hour and day.

    Raises:
        UsageFault: the applicant was promised nothing: the file has no due time.
    """
    if dossier.due_at is None:
        raise UsageFault(f"{dossier.code} has no due time", f"hồ sơ {dossier.code} không có thời điểm hẹn")
    words = _words()["appointment"]
    slip = _Slip(font, agency, words["title"], words["number"].format(code=dossier.code), now=now, trial=trial)
    slip.row(words["requester"], dossier.requester)
    slip.row(words["what"], words["what_is"].format(originals=dossier.originals))
    slip.row(words["received"], _moment(dossier.received_at))
    slip.row(words["place"], place)
    if dossier.agreement:
        slip.row(words["agreement"], dossier.agreement)
    slip.box(words["due"], [(_moment(dossier.due_at), 14, True)])
    slip.note(words["bring"])
    slip.note(f"{words['basis']}: {deadline_source()}.")
    return slip.end(words["signer"], receiver, dossier.received_at, source=deadline_source())


def refusal_pdf(
    refusal: Refusal, *, agency: str, font: Font, now: dt.datetime, trial: bool = False, requester: str = ""
) -> bytes:
    """The refusal slip, citing the law; `requester` is printed where the register keeps no name (R3)."""
    words, reason = _words()["refusal"], refusal_reason(refusal.reason)
    number = words["number"].format(number=refusal.number, reason=refusal.reason)
    slip = _Slip(font, agency, words["title"], number, now=now, trial=trial)
    slip.row(words["requester"], refusal.requester or requester)
    slip.row(words["original"], refusal.original)
    slip.row(words["at"], _moment(refusal.at))
    if refusal.dossier:
        slip.row(words["dossier"], refusal.dossier)
    slip.box(words["reason"], [(f"{reason.vi}.", 11.5, True), (f"{words['basis']}: {reason.basis}", 10, False)])
    if refusal.words:
        slip.note(f"{words['words']}: {refusal.words}")
    if reason.keeps_nothing:
        slip.note(words["keep_nothing"])
    return slip.end(words["signer"], refusal.officer, refusal.at, source=reason.basis)
