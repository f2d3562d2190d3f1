"""`hncert correct`: a new copy in the place of a delivered one that had a mistake."""

from __future__ import annotations

from pathlib import Path

import click

from hncert_cli._app import global_options
from hncert_cli._ask import decider
from hncert_cli._certify import as_json, describe, pairs, progress_on_terminal
from hncert_cli._open import open_office
from hncert_cli._say import at_terminal, give, give_json, grouped, settings, tell
from hncert_cli._spoken import Command
from pyhncert.deliver import free_name
from pyhncert.errors import UsageFault


@click.command(cls=Command)
@click.argument("code")
@click.argument("scans", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--reason", required=True, metavar="TEXT", help="what was wrong; kept, and told to the holder")
@click.option(
    "--fault",
    type=click.Choice(["office", "applicant"]),
    default="office",
    show_default=True,
    help="whose fault it was; for the office's nothing is charged",
)
@click.option("-o", "--out", type=click.Path(path_type=Path), help="the copy; by default NAME.certified.pdf beside it")
@click.option("--yes", is_flag=True, help="the officer has decided: do not ask (needed off a terminal)")
@click.option(
    "--override", "codes", multiple=True, metavar="CODE", help="go on against this blocking finding; needs --why"
)
@click.option("--why", "reasons", multiple=True, metavar="TEXT", help="why, once for each --override")
@click.option("--officer", help="who decides and signs; the only one where there is one")
@click.option("--requester", help="who asked for the copy; as in the old line where nothing is said")
@click.option("--copies", type=click.IntRange(1, 10_000), help="how many copies; as in the old line")
@global_options
def correct(
    code: str,
    scans: tuple[Path, ...],
    *,
    reason: str,
    fault: str,
    out: Path | None,
    yes: bool,
    codes: tuple[str, ...],
    reasons: tuple[str, ...],
    officer: str | None,
    requester: str | None,
    copies: int | None,
) -> None:
    """Issue a new copy of SCANS in the place of the delivered copy CODE, and print its code.

    The new copy has a number of its own. From then on CODE verifies as superseded and names the new one; the holder is
    told (a job, see `hncert worker`).
    """
    said = settings()
    overrides = pairs(codes, reasons)
    if not yes and not at_terminal():
        raise UsageFault(
            "nobody can be asked: this is no terminal",
            "không hỏi được ai: đây không phải terminal",
            hint="give --yes when the officer has compared copy and original",
            hint_vi="thêm --yes khi người chứng thực đã đối chiếu với bản chính",
        )
    out = out or free_name(scans[0])
    copy = open_office(said).correct(
        code,
        list(scans),
        out,
        decide=decider(said, overrides, yes=yes),
        reason=reason,
        fault=fault,
        officer=officer,
        requester=requester,
        copies=copies,
        progress=progress_on_terminal(said),
    )
    tell(said.words(f"{grouped(code)} đã được thay thế", f"{grouped(code)} is superseded"))
    describe(copy, out, said)
    if said.json:
        give_json(as_json(copy, out))
    else:
        give(grouped(copy.code))
