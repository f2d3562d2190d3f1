"""`hncert register refuse`, `refusals`, `refusal`: papers that may not be copied, and the slip."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hncert_cli._app import global_options
from hncert_cli._open import open_office
from hncert_cli._say import give, give_json, local, settings, tell
from hncert_cli._spoken import Command
from hncert_cli._written import check_new, write_new

if TYPE_CHECKING:
    from pyhncert.keep import Refusal


def as_json(refusal: Refusal) -> dict[str, Any]:
    """A refusal as JSON."""
    from hncert_cli._json import plain  # noqa: PLC0415

    return {"format": "hncert/refusal", "version": 2, **plain(refusal)}


@click.command(cls=Command)
@click.argument("reason")
@click.option("--officer", help="who refuses; the only one where there is one")
@click.option("--words", default="", metavar="TEXT", help="the officer's own words, printed on the slip")
@click.option("--requester", default="", help="who brought the paper")
@click.option("--original", default="", metavar="TEXT", help="what the paper is")
@click.option("--pages", type=click.IntRange(1), default=1, help="how many pages were looked at")
@click.option("--file", "dossier", metavar="CODE", help="the file (hồ sơ) that it came in")
@click.option("--slip", type=click.Path(path_type=Path), help="write the refusal slip (A5, PDF)")
@global_options
def refuse(
    reason: str,
    *,
    officer: str | None,
    words: str,
    requester: str,
    original: str,
    pages: int,
    dossier: str | None,
    slip: Path | None,
) -> None:
    """Refuse a paper for REASON, R1 to R6 of the law, enter it, and print its number.

    R1 altered, R2 damaged, R3 secret or not to be copied, R4 unlawful content, R5 private and unconfirmed, R6 foreign
    and not legalised. With R3 nothing of the paper or of whose it is is kept; the slip has it only once.
    """
    said = settings()
    check_new(slip)
    office = open_office(said)
    refusal = office.refuse(
        reason,
        officer=officer,
        words=words,
        requester=requester,
        original=original,
        pages=pages,
        dossier=dossier,
    )
    if slip is not None:
        write_new(slip, office.refusal_slip(refusal, requester=requester))
        tell(said.words(f"phiếu từ chối: {slip}", f"refusal slip: {slip}"))
    if said.json:
        give_json(as_json(refusal))
    else:
        give(str(refusal.number))


@click.command(cls=Command)
@global_options
def refusals() -> None:
    """List papers that were refused: number, time, officer, reason of the law, pages, place, paper, requester.

    Of state secrets (R3) nothing else is kept.
    """
    said = settings()
    entered = open_office(said).register.refusals()
    if said.json:
        give_json([as_json(refusal) for refusal in entered])
        return
    for one in entered:
        who = (one.place, one.original, one.requester)
        give(str(one.number), local(one.at), one.officer, one.reason, str(one.pages), *who)


@click.command(cls=Command)
@click.argument("number", type=click.IntRange(1))
@click.option("-o", "--out", required=True, type=click.Path(path_type=Path), help="the file to write")
@global_options
def refusal(number: int, *, out: Path) -> None:
    """Print the slip of the refusal NUMBER once more (A5, PDF)."""
    said = settings()
    office = open_office(said)
    write_new(out, office.refusal_slip(office.register.refusal(number)))
    tell(said.words(f"đã ghi {out}", f"wrote {out}"))
