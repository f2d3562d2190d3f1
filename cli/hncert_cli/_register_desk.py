"""`hncert register` for the reception: files (hồ sơ), appointments, fees, stage times."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hncert_cli._app import global_options
from hncert_cli._open import look, open_office, system_user
from hncert_cli._say import Settings, give, give_json, grouped, local, settings, tell
from hncert_cli._spoken import Command
from hncert_cli._written import check_new, month_of, write_new
from pyhncert.errors import UsageFault
from pyhncert.values import VIETNAM

if TYPE_CHECKING:
    from pyhncert.keep import Dossier

MOMENT = "%Y-%m-%dT%H:%M"


def moment(text: str | None) -> dt.datetime | None:
    """`2026-11-27T16:30`, Vietnam's time."""
    if text is None:
        return None
    try:
        at = dt.datetime.fromisoformat(text)
    except ValueError as err:
        raise UsageFault(
            f"{text!r} is no moment such as 2026-11-27T16:30", f"{text!r} không phải thời điểm, ví dụ 2026-11-27T16:30"
        ) from err
    return at if at.tzinfo is not None else at.replace(tzinfo=VIETNAM)


def as_json(dossier: Dossier) -> dict[str, Any]:
    """A file as JSON."""
    from hncert_cli._json import plain  # noqa: PLC0415
    from pyhncert.keep import portal_words  # noqa: PLC0415

    shown = {**plain(dossier), "acts": [act.code for act in dossier.acts]}
    return {"format": "hncert/file", "version": 1, **shown, "portal_words": plain(portal_words(dossier.portal))}


def _show(dossier: Dossier, said: Settings) -> None:
    if said.json:
        give_json(as_json(dossier))
    else:
        give(dossier.code)


@click.command(cls=Command)
@click.option("--requester", default="", help="who hands the file in")
@click.option("--originals", type=click.IntRange(1, 1000), default=1, show_default=True, help="how many originals")
@click.option("--channel", type=click.Choice(["desk", "online"]), help="how it came; else as in office.toml")
@click.option("--complex", "extra", type=click.IntRange(0, 2), default=0, help="so many working days more (0 to 2)")
@click.option("--promise", metavar="TIME", help="an hour that suits, as 2026-11-27T16:30; else the last lawful one")
@click.option("--agreement", default="", metavar="TEXT", help="the written agreement to a later time")
@click.option("--submitted", is_flag=True, help="it has only been handed in; accept it later with step")
@click.option("--person", default="", help="who receives it; printed on the slip")
@click.option(
    "--slip", type=click.Path(path_type=Path), help="write the appointment slip (A5, PDF) where one must be given"
)
@global_options
def receive(
    *,
    requester: str,
    originals: int,
    channel: str | None,
    extra: int,
    promise: str | None,
    agreement: str,
    submitted: bool,
    person: str,
    slip: Path | None,
) -> None:
    """Receive a file (hồ sơ) of one applicant, say by when, and print its code.

    Where the answer does not come the same day the law wants an appointment slip: give --slip FILE.
    """
    said = settings()
    check_new(slip)
    office = open_office(said)
    dossier, due = office.receive(
        requester=requester,
        originals=originals,
        channel=channel,
        extra_days=extra,
        promised=moment(promise),
        agreement=agreement,
        accepted=not submitted,
        person=person,
    )
    tell(said.words(f"hẹn trả kết quả {local(due.at)}", f"the answer is due {local(due.at)}"))
    if due.unverified:
        tell(said.words("lịch nghỉ lễ có ngày chưa xác minh", "the calendar of these days is unverified"), "yellow")
    if due.slip and slip is not None:
        write_new(slip, office.appointment_slip(dossier.code, receiver=person))
        tell(said.words(f"phiếu hẹn: {slip}", f"appointment slip: {slip}"))
    elif due.slip:
        tell(
            said.words(
                f"phải giao phiếu hẹn: hncert register slip {dossier.code} -o TỆP",
                f"an appointment slip must be given: hncert register slip {dossier.code} -o FILE",
            ),
            "yellow",
        )
    _show(dossier, said)


@click.command(cls=Command)
@click.argument("code")
@click.option("-o", "--out", required=True, type=click.Path(path_type=Path), help="the file to write")
@click.option("--person", default="", help="who received the file; printed on the slip")
@global_options
def slip(code: str, *, out: Path, person: str) -> None:
    """Print the appointment slip of the file CODE (A5, PDF)."""
    said = settings()
    write_new(out, open_office(said).appointment_slip(code, receiver=person))
    tell(said.words(f"đã ghi {out}", f"wrote {out}"))


@click.command(cls=Command)
@click.argument("code")
@click.option("-o", "--out", required=True, type=click.Path(path_type=Path), help="the file to write")
@global_options
def paper(code: str, *, out: Path) -> None:
    """Print the copies on paper of the act CODE (A4, PDF): the pages, and a sheet to be signed and sealed by hand."""
    said = settings()
    write_new(out, open_office(said).paper_copy(code))
    tell(said.words(f"đã ghi {out}", f"wrote {out}"))


@click.command(cls=Command)
@click.argument("code")
@global_options
def notice(code: str) -> None:
    """Print the message to the holder of the replaced copy CODE, in both languages; this is logged as a look.

    A slip in the outbox says that it is to be sent.
    """
    said = settings()
    message = open_office(said).notice(code, person=system_user())
    if said.json:
        give_json(message)
        return
    give(message["to"])
    for lang in ("vi", "en"):
        give("")
        give(message["subject"][lang])
        give("")
        for line in message["text"][lang].splitlines():
            give(line)


@click.command("file", cls=Command)
@click.argument("code")
@global_options
def show_file(code: str) -> None:
    """Show the file CODE: where it stands, its acts, and every step with time, place, device and person.

    This is logged as a look.
    """
    from hncert_cli._json import plain  # noqa: PLC0415
    from pyhncert.keep import file_state_words, portal_words  # noqa: PLC0415

    said = settings()
    office = open_office(said)
    dossier, events = office.register.dossier(code), office.register.dossier_events(code)
    look(office, f"file {dossier.code}")
    if said.json:
        give_json({**as_json(dossier), "events": plain(events)})
        return
    w = said.words
    portal = portal_words(dossier.portal)
    for label, value in (
        (w("mã hồ sơ", "file"), dossier.code),
        (w("trạng thái", "state"), said.said(file_state_words(dossier.state))),
        (w("mã trạng thái DVCQG", "portal"), f"{dossier.portal} {said.said(portal)}" if portal else ""),
        (w("người yêu cầu", "requester"), dossier.requester),
        (w("tiếp nhận", "received"), local(dossier.received_at)),
        (w("hẹn trả", "due"), local(dossier.due_at) if dossier.due_at else ""),
        (w("thỏa thuận", "agreement"), dossier.agreement),
        (w("số bản chính", "originals"), str(dossier.originals)),
        *(
            (w("bản sao", "act"), f"{act.number:02d}/{act.year} {grouped(act.code)} {act.state}")
            for act in dossier.acts
        ),
    ):
        if value:
            give(f"{label}: {value}")
    for event in events:
        give(local(event.at), event.state, event.place, event.device, event.person, event.facts.get("reason", ""))


@click.command(cls=Command)
@click.option("--day", metavar="YYYY-MM-DD", help="the day of arrival; today by default")
@click.option("--month", metavar="YYYY-MM", help="a whole month")
@global_options
def files(*, day: str | None, month: str | None) -> None:
    """List files (hồ sơ): code, state, portal's code, originals, when due, requester."""
    said = settings()
    start, end = period(day, month)
    found = open_office(said).register.dossiers(start, end)
    if said.json:
        give_json([as_json(dossier) for dossier in found])
        return
    for dossier in found:
        due = local(dossier.due_at) if dossier.due_at else ""
        give(dossier.code, dossier.state, str(dossier.portal), str(dossier.originals), due, dossier.requester)


def period(day: str | None, month: str | None) -> tuple[dt.date, dt.date]:
    """First day, and the day after the last."""
    if month is not None:
        year, number = month_of(month) or (0, 0)
        return dt.date(year, number, 1), dt.date(year + number // 12, number % 12 + 1, 1)
    try:
        first = dt.date.fromisoformat(day) if day else dt.datetime.now(VIETNAM).date()
    except ValueError as err:
        raise UsageFault(f"{day!r} is no day such as 2026-11-27", f"{day!r} không phải ngày, ví dụ 2026-11-27") from err
    return first, first + dt.timedelta(days=1)


@click.command(cls=Command)
@click.argument("code")
@click.argument("state")
@click.option("--reason", default="", metavar="TEXT", help="why; needed to reject, stop or ask for more")
@click.option("--person", default="", help="who does it")
@global_options
def step(code: str, state: str, *, reason: str, person: str) -> None:
    """Enter that the file CODE has come to STATE.

    STATE is submitted, accepted, checking, need_more, fee_due, rejected, withdrawn or stopped. A paid fee and papers
    that were brought lead back to checking; from there `certify --file` goes on.
    """
    said = settings()
    dossier = open_office(said).register.step(code, state, person=person, reason=reason)
    tell(said.words(f"{dossier.code}: {dossier.state}", f"{dossier.code} is {dossier.state}"))
    _show(dossier, said)


@click.command(cls=Command)
@click.argument("code")
@click.option("--person", default="", help="who does it")
@global_options
def handover(code: str, *, person: str) -> None:
    """Enter that the applicant has the results of the file CODE; only once all is done and nothing is left to pay."""
    said = settings()
    dossier = open_office(said).register.hand_over(code, person=person)
    tell(said.words(f"{dossier.code}: đã trả kết quả", f"{dossier.code} is handed over"))
    _show(dossier, said)


@click.command(cls=Command)
@click.option("--received", metavar="TIME", help="when it was complete, as 2026-11-27T14:59; now by default")
@click.option("--complex", "extra", type=click.IntRange(0, 2), default=0, help="so many working days more (0 to 2)")
@global_options
def due(*, received: str | None, extra: int) -> None:
    """Say by when a file is due: the 15:00 rule, working days and holidays."""
    from hncert_cli._json import plain  # noqa: PLC0415

    said = settings()
    office = open_office(said)
    found = office.due(moment(received) or office.clock(), extra_days=extra)
    if said.json:
        give_json({"format": "hncert/due", "version": 1, **plain(found)})
        return
    slip_words = said.words("cần phiếu hẹn", "needs an appointment slip") if found.slip else ""
    give(local(found.at), slip_words, found.source)


@click.command(cls=Command)
@click.argument("pages", type=click.IntRange(1))
@click.option("--copies", type=click.IntRange(1), default=1, show_default=True, help="copies, an electronic one is one")
@click.option("--retained", type=click.IntRange(0), default=0, help="copies of these that the office keeps")
@click.option("--on", metavar="YYYY-MM-DD", help="the day; today by default")
@click.option("--place", help="the place key of the rules, as ha_noi or abroad; else as in office.toml")
@click.option("--channel", type=click.Choice(["desk", "online"]), help="the channel; else as in office.toml")
@global_options
def fee(pages: int, *, copies: int, retained: int, on: str | None, place: str | None, channel: str | None) -> None:
    """Count the fee for copies of an original of PAGES pages: what is charged, waived, subsidised, and what is left."""
    from hncert_cli._json import plain  # noqa: PLC0415
    from pyhncert.keep import charge  # noqa: PLC0415

    said = settings()
    desk = open_office(said).settings.desk
    day, _ = period(on, None)
    cost = charge(pages, copies, on=day, place=place or desk.place, channel=channel or desk.channel, retained=retained)
    if said.json:
        give_json({"format": "hncert/fee", "version": 1, **plain(cost), "net": cost.net})
        return
    w = said.words
    for label, amount, source in (
        (w("phí", "fee"), cost.gross, cost.rule),
        (w("miễn", "waived"), cost.waived, cost.waiver),
        (w("hỗ trợ", "subsidised"), cost.subsidised, cost.subsidy),
        (w("phải nộp", "to pay"), cost.net, ""),
    ):
        give(label, f"{amount} {cost.currency}", source)


@click.command(cls=Command)
@click.option("--day", metavar="YYYY-MM-DD", help="the day of certification; today by default")
@click.option("--month", metavar="YYYY-MM", help="a whole month")
@global_options
def times(*, day: str | None, month: str | None) -> None:
    """Say how long the stages of acts took: stage, acts, median, 90th percentile, longest, in seconds.

    The last line is the whole way, which is to take 3 to 5 minutes.
    """
    from hncert_cli._json import plain  # noqa: PLC0415

    said = settings()
    found = open_office(said).register.times(*period(day, month))
    if said.json:
        give_json([{"format": "hncert/times", "version": 1, **plain(stage)} for stage in found])
        return
    for stage in found:
        figures = (f"{value:.1f}" for value in (stage.median_s, stage.p90_s, stage.longest_s))
        give(said.said(stage.words), str(stage.count), *figures)
        if stage.within_s is not None and stage.longest_allowed_s is not None:
            tell(
                said.words(
                    f"{stage.within} trên {stage.count} trong {stage.within_s:.0f} s,"
                    f" {stage.beyond} quá {stage.longest_allowed_s:.0f} s",
                    f"{stage.within} of {stage.count} within {stage.within_s:.0f} s,"
                    f" {stage.beyond} beyond {stage.longest_allowed_s:.0f} s",
                )
            )
