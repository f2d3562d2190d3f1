"""A copy on paper, to be printed, signed and sealed by hand: the original's pages, and a sheet with the wording.

The pages are those of the electronic copy of the same act, without its marks. Each stands on A4 under a strip that is
free for the mark BẢN SAO, at its true size where it fits there, else made smaller until it does.
"""

from __future__ import annotations

import datetime as dt
import io
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from pyhncert.errors import UsageFault
from pyhncert.issue._draw import BLACK, MM, RED
from pyhncert.issue._font import Font
from pyhncert.issue._wording import wording
from pyhncert.keep._sheets import Sheets
from pyhncert.values import RegisterLine

SHORT_MM, LONG_MM = 210.0, 297.0
STRIP_MM, EDGE_MM = 12.0, 5.0
JOINT_MM = (0.44, 0.56)
"""Between which shares of the sheet's height the joint seal goes."""
_ISSUED = ("registered", "superseded", "revoked")


@cache
def _words() -> dict[str, str]:
    return tomllib.loads(files("pyhncert.keep").joinpath("data/paper_copy.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class PrintedPage:
    """One page of the original: JPEG stream, size in pixels, size in mm."""

    jpeg: bytes
    size: tuple[int, int]
    wide_mm: float
    high_mm: float


def pages_of(copy: bytes) -> Iterator[PrintedPage]:
    """The original's pages out of one of our copies, as they lie in it, without marks and signatures."""
    import pikepdf  # noqa: PLC0415  rarely used

    with pikepdf.open(io.BytesIO(copy)) as pdf:
        for page in pdf.pages:
            images = page.obj.get("/Resources", pikepdf.Dictionary()).get("/XObject", pikepdf.Dictionary())
            image = images.get("/Im")
            if image is not None:
                wide_mm = float(page.mediabox[2]) / MM
                size = (int(image.Width), int(image.Height))
                yield PrintedPage(image.read_raw_bytes(), size, wide_mm, wide_mm * size[1] / size[0])


def paper_copy_pdf(
    copy: bytes, line: RegisterLine, *, agency: str, font: Font, now: dt.datetime, trial: bool = False
) -> bytes:
    """The print of an act's paper copies, A4, PDF/A: print it as often as the register says, then sign and seal.

    Raises:
        UsageFault: the act has no copies on paper, or is not in force.
    """
    shown = f"{line.number:02d}/{line.year}"
    if not line.paper_copies or line.state not in _ISSUED:
        raise UsageFault(
            f"number {shown} has no copies on paper ({line.state})", f"số {shown} không có bản sao giấy ({line.state})"
        )
    if line.state != "registered":
        raise UsageFault(
            f"number {shown} is {line.state}; it is printed no more", f"số {shown} đã {line.state}; không in nữa"
        )
    job = _Print(line, list(pages_of(copy)), agency=agency, font=font, now=now, trial=trial)
    return job.run()


class _Print:
    """One print."""

    def __init__(
        self,
        line: RegisterLine,
        pages: list[PrintedPage],
        *,
        agency: str,
        font: Font,
        now: dt.datetime,
        trial: bool,
    ) -> None:
        self.line, self.pages, self.agency, self.trial = line, pages, agency, trial
        self.sheets = Sheets(font, SHORT_MM, LONG_MM, now=now)
        self.count = len(pages) + 1
        self.face = wording("certified", line.certified_at.date())

    def run(self) -> bytes:
        for page in self.pages:
            self._page(page)
        self._wording()
        return self.sheets.finish(title=self.face["title"], author=self.agency, description=self.face["source"])

    def _page(self, page: PrintedPage) -> None:
        fits = page.wide_mm <= SHORT_MM - 2 * EDGE_MM and page.high_mm <= LONG_MM - STRIP_MM - EDGE_MM
        lying = page.wide_mm > page.high_mm and not fits
        wide, high = (LONG_MM, SHORT_MM) if lying else (SHORT_MM, LONG_MM)
        self.sheets.resize(wide, high)
        scale = min(1.0, (wide - 2 * EDGE_MM) / page.wide_mm, (high - STRIP_MM - EDGE_MM) / page.high_mm)
        across, down = page.wide_mm * scale, page.high_mm * scale
        self.sheets.jpeg(page.jpeg, page.size, (wide - across) / 2, STRIP_MM, across, down)
        canvas = self.sheets.canvas
        if not len(self.sheets):
            canvas.text(wide - 60, 3, 52, self.face["copy_mark"], 14, bold=True, align=1.0, colour=RED)
        canvas.text(EDGE_MM, 4, 60, self._sheet(), 8)
        if self.trial:
            canvas.text(60, 4, wide - 120, _words()["trial"], 8, align=0.5, colour=RED)
        self._joint(wide, high)
        self.sheets.flush()

    def _sheet(self) -> str:
        return _words()["sheet"].format(sheet=len(self.sheets) + 1, sheets=self.count)

    def _joint(self, wide: float, high: float) -> None:
        """Where the seal across the joints goes, at the right edge."""
        for share in JOINT_MM:
            self.sheets.canvas.rule(wide - 4, high * share, 4, colour=BLACK, thick=0.5)

    def _wording(self) -> None:
        words, face, line = _words(), self.face, self.line
        self.sheets.resize(SHORT_MM, LONG_MM)
        canvas, left, across = self.sheets.canvas, 25.0, 160.0
        canvas.text(EDGE_MM, 4, 60, self._sheet(), 8)
        y = canvas.text(left, 24, across, self.agency.upper(), 12, bold=True, align=0.5, most=3)
        if self.trial:
            y = canvas.text(left, y + 2, across, words["trial"], 10, bold=True, align=0.5, colour=RED)
        y = canvas.text(left, y + 14, across, face["title"], 14, bold=True, align=0.5)
        y += 6
        end = canvas.line(left, y + 1, face["number"], 11)
        end = canvas.line(end + 2, y, f"{line.number:02d}", 14, bold=True, colour=RED)
        end = canvas.line(end + 14, y + 1, face["book"], 11)
        canvas.line(end + 2, y + 1, line.book, 11, bold=True)
        y += 10
        told = [
            words["original"].format(title=line.original, pages=line.pages),
            words["copies"].format(copies=f"{line.paper_copies:02d}"),
            words["sheets"].format(sheets=self.count),
        ]
        if self.count > 1:
            told.append(words["joint"].format(sheets=self.count))
        for text in told:
            y = canvas.text(left, y, across, text, 11, most=6) + 2
        day = line.certified_at
        at = face["date"].format(day=f"{day.day:02d}", month=f"{day.month:02d}", year=day.year)
        middle, half = left + across / 2, across / 2
        y = canvas.text(middle, y + 8, half, at, 11, align=0.5)
        y = canvas.text(middle, y + 1, half, face["officer"], 12, bold=True, align=0.5)
        name, _, title = line.signer.partition(", ")
        if title:
            y = canvas.text(middle, y, half, title.upper(), 11, bold=True, align=0.5, most=3)
        y = canvas.text(middle, y, half, words["sign"], 9, align=0.5)
        canvas.text(middle, y + 42, half, name, 12, bold=True, align=0.5, most=2)
        self._joint(SHORT_MM, LONG_MM)
        self.sheets.flush()
