"""`hncert register`: list, show and export the register's lines."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hncert_cli import _register_desk, _register_privacy, _register_refuse
from hncert_cli._app import global_options
from hncert_cli._open import look, open_office
from hncert_cli._say import Settings, give, give_bytes, give_json, grouped, local, settings, tell
from hncert_cli._spoken import Group
from hncert_cli._written import month_of, write_new
from pyhncert.errors import UsageFault
from pyhncert.escape import for_json
from pyhncert.values import VIETNAM

if TYPE_CHECKING:
    from pyhncert.values import RegisterLine

STATES = {
    "number_reserved": ("đã lấy số", "number reserved"),
    "officer_signed": ("người chứng thực đã ký", "signed by the officer"),
    "agency_sealed": ("cơ quan đã đóng dấu", "sealed by the agency"),
    "registered": ("đã vào sổ", "registered"),
    "voided": ("bỏ số", "voided"),
    "revoked": ("đã thu hồi", "revoked"),
    "superseded": ("đã được thay thế", "superseded"),
}


def as_json(line: RegisterLine) -> dict[str, Any]:
    """One line as JSON."""
    from hncert_cli._json import plain  # noqa: PLC0415

    return {"format": "hncert/register-line", "version": 1, **plain(line)}


@click.group(cls=Group)
@global_options
def register() -> None:
    """Show and export the register."""


@register.command("list")
@click.option("--month", metavar="YYYY-MM", help="only this month")
@global_options
def list_lines(*, month: str | None) -> None:
    """List the register's lines, one a line: number, book, state, code, time, original."""
    said = settings()
    lines = _lines(month)
    if said.json:
        give_json([as_json(line) for line in lines])
        return
    for line in lines:
        state = said.words(*STATES.get(line.state, (line.state, line.state)))
        time = f"{line.certified_at:%Y-%m-%d %H:%M}"
        give(f"{line.number:02d}", line.book, state, grouped(line.code), time, line.original)


def _lines(month: str | None) -> list[RegisterLine]:
    year, number = month_of(month) or (None, None)
    return list(open_office(settings()).register.lines(year=year, month=number))


@register.command("show")
@click.argument("code")
@click.option("--purpose", metavar="TEXT", help="why you look, for the access log; say no name")
@global_options
def show_line(code: str, *, purpose: str | None) -> None:
    """Show the register's line of CODE; this is logged as a look."""
    from hncert_cli._json import plain  # noqa: PLC0415
    from pyhncert.office import not_found  # noqa: PLC0415

    said = settings()
    office = open_office(said)
    line = office.register.find(code)
    if line is None:
        raise not_found(code)
    look(office, "line", code=line.code, purpose=purpose)
    kept = office.kept_scans(code)
    job, evidence = office.waiting(code), office.signing_evidence(code)
    if said.json:
        shown = {**as_json(line), **({"raw_scans": [plain(scan) for scan in kept]} if kept else {})}
        shown |= {"signing_evidence": evidence} if evidence is not None else {}
        give_json({**shown, **({"job": plain(job)} if job is not None else {})})
        return
    w = said.words
    waits = job.words() if job is not None else None
    for label, value in (
        (w("số, quyển, năm", "number, book, year"), f"{line.number:02d}, {line.book}, {line.year}"),
        (w("trạng thái", "state"), w(*STATES.get(line.state, (line.state, line.state)))),
        (w("mã", "code"), grouped(line.code)),
        (w("thời điểm", "time"), local(line.certified_at)),
        (w("người yêu cầu", "requester"), line.requester),
        (w("bản chính", "original"), line.original),
        (w("người ký", "signer"), line.signer),
        (w("số bản sao", "copies"), str(line.copies)),
        (w("lệ phí (đồng)", "fee (VND)"), str(line.fee_vnd)),
        (w("ghi chú", "note"), line.note),
        (w("lý do", "reason"), line.reason),
        (w("mức chữ ký", "signature level"), line.level or ""),
        (w("mức yêu cầu", "level asked"), line.level_asked or ""),
        (w("phần còn thiếu", "what is missing"), said.said(waits) if waits is not None else ""),
        (w("thay bằng", "superseded by"), grouped(line.superseded_by or "")),
        ("content_digest", line.content_digest.hex() if line.content_digest else ""),
        ("file_digest", line.file_digest.hex() if line.file_digest else ""),
        *(
            (
                w("bản quét gốc được lưu", "raw scan kept")
                if scan.held
                else w("bản quét gốc không còn trong kho", "raw scan missing from the store"),
                f"{scan.sha256.hex()} ({scan.media_type}, {scan.length} B)",
            )
            for scan in kept
        ),
        *(_evidence_lines(evidence) if evidence is not None else ()),
    ):
        if value:
            give(f"{label}: {value}")


def _evidence_lines(evidence: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What was checked before signing, a line each: when, by whose word each certificate was good, and the clock."""
    w = settings().words
    yield w("kiểm tra trước khi ký", "checked before signing"), local(dt.datetime.fromisoformat(evidence["at"]))
    for signer in evidence["signers"]:
        for status in signer["status"]:
            until = status["next_update"]
            ends = local(dt.datetime.fromisoformat(until)) if until else "-"
            whose = f"{signer['role']} {status['certificate'][:16]}"
            yield whose, f"{status['source']}, {w('đến', 'until')} {ends}, {status['sha256']}"
    clock = evidence["clock"] or {}
    if clock.get("compared_with"):
        off = f"{clock['off_ms'] / 1000:g} s"
        yield w("đồng hồ lệch", "clock off by"), off
    else:
        yield w("đồng hồ", "clock"), w("chưa đối chiếu với dịch vụ nào", "compared with no service")
    if not evidence["held"]:
        yield w("bằng chứng", "evidence"), w("thiếu trong kho", "missing from the store")


def _day(year: int | None, month: int | None) -> dt.date:
    """The day whose form of the register is used: the last of what is exported, but not after today."""
    today = dt.datetime.now(VIETNAM).date()
    if year is None:
        return today
    after = dt.date(year + 1, 1, 1) if month in (None, 12) else dt.date(year, month + 1, 1)
    return min(today, after - dt.timedelta(days=1))


def table(said: Settings, chosen: tuple[int, int] | None, year: int | None) -> bytes:
    """The lines as CSV or, with `--json`, as one JSON document."""
    from pyhncert.keep import export_csv, export_json  # noqa: PLC0415

    asked, month = chosen or (year, None)
    stream = io.StringIO(newline="")
    write = export_json if said.json else export_csv
    write(open_office(said).register.lines(year=asked, month=month), stream, on=_day(asked, month))
    return stream.getvalue().encode("utf-8")


def printed(said: Settings, chosen: tuple[int, int]) -> bytes:
    """The monthly print as PDF."""
    from pyhncert.keep import monthly_pdf  # noqa: PLC0415

    office = open_office(said)
    year, month = chosen
    return monthly_pdf(
        office.register.lines(year=year, month=month),
        office.register.books(),
        year=year,
        month=month,
        font=office.font,
        now=office.clock(),
        trial=office.settings.trial,
    )


def closed(said: Settings, year: int, symbol: str | None) -> bytes:
    """The year of the office's own unit, closed, as PDF."""
    from pyhncert.keep import yearly_pdf  # noqa: PLC0415

    office = open_office(said)
    unit, kind = office.settings.unit, symbol or office.settings.suffix
    return yearly_pdf(
        office.register.lines(unit=unit, symbol=kind, year=year),
        office.register.books(),
        unit=unit,
        symbol=kind,
        year=year,
        font=office.font,
        now=office.clock(),
        trial=office.settings.trial,
    )


@register.command("books")
@click.option("--open", "kind", metavar="SYMBOL", help="close the open book of this kind, as SCT/BS, and open the next")
@global_options
def books(*, kind: str | None) -> None:
    """List the books: name, unit, opened, closed; or open the next one."""
    from hncert_cli._json import plain  # noqa: PLC0415
    from pyhncert.keep import BookSettings  # noqa: PLC0415

    said = settings()
    office = open_office(said)
    if kind is not None:
        new = BookSettings(unit=office.settings.unit, symbol=kind, agency=office.settings.agency.name)
        tell(said.words("đã mở quyển ", "opened book ") + office.register.open_book(new).name)
    found = office.register.books()
    if said.json:
        give_json([{"format": "hncert/book", "version": 1, **plain(book)} for book in found])
        return
    for book in found:
        give(book.name, book.unit, str(book.opened_on), str(book.closed_on or ""))


@register.command("export")
@click.option("--csv", "form", flag_value="csv", default="csv", help="the eight columns of the law as CSV (default)")
@click.option("--pdf", "form", flag_value="pdf", help="print as PDF: of a --month, or of a --year, closed")
@click.option("--month", metavar="YYYY-MM", help="only this month")
@click.option("--year", type=click.IntRange(2000, 9999), help="only this year")
@click.option("--book", metavar="SYMBOL", help="with --pdf --year: the kind of book; the office's own by default")
@click.option(
    "-o", "--out", type=click.Path(path_type=Path, allow_dash=True), help="the file to write; stdout by default"
)
@global_options
def export(*, form: str, month: str | None, year: int | None, book: str | None, out: Path | None) -> None:
    """Export the register as CSV, or a month or a closed year as PDF."""
    said = settings()
    chosen = month_of(month)
    if form != "pdf":
        data = table(said, chosen, year)
    elif chosen is not None:
        data = printed(said, chosen)
    elif year is not None:
        data = closed(said, year, book)
    else:
        raise UsageFault(
            "the print needs a month or a year; give --month YYYY-MM or --year YYYY",
            "bản in cần tháng hoặc năm; cho --month YYYY-MM hoặc --year YYYY",
        )
    if out is None or str(out) == "-":
        give_bytes(data)
        return
    write_new(out, data)
    if form == "csv" and not said.json:
        from pyhncert.keep import csv_metadata  # noqa: PLC0415

        asked, number = chosen or (year, None)
        described = for_json(csv_metadata(out.name, on=_day(asked, number)), indent=2)
        write_new(out.with_name(f"{out.name}-metadata.json"), f"{described}\n".encode())
    tell(said.words(f"đã ghi {out}", f"wrote {out}"))


for command in (
    _register_desk.receive,
    _register_desk.slip,
    _register_desk.paper,
    _register_desk.notice,
    _register_desk.show_file,
    _register_desk.files,
    _register_desk.step,
    _register_desk.handover,
    _register_desk.due,
    _register_desk.fee,
    _register_desk.times,
    _register_privacy.erase,
    _register_privacy.expire,
    _register_privacy.person,
    _register_privacy.access,
    _register_refuse.refuse,
    _register_refuse.refusals,
    _register_refuse.refusal,
):
    register.add_command(command)
