"""`hncert share`: a holder lets a third party see his copy, and sees who looked."""

from __future__ import annotations

import datetime as dt
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hncert_cli._app import global_options
from hncert_cli._open import open_office
from hncert_cli._say import Settings, at_terminal, give, give_bytes, give_json, grouped, local, settings, tell
from hncert_cli._spoken import Group
from pyhncert.errors import UsageFault
from pyhncert.values import VIETNAM, Typed

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyhncert.keep import ByHolder, ByOfficer, Grant

DASH = Path("-")
STATES = {
    "open": ("còn dùng được", "open"),
    "used": ("đã dùng hết", "used up"),
    "expired": ("đã hết hạn", "expired"),
    "revoked": ("đã thu hồi", "revoked"),
}


@click.group(cls=Group)
@global_options
def share() -> None:
    """Let others see a copy."""


def _who(command: Callable[..., Any]) -> Callable[..., Any]:
    command = click.option("--word", default="", metavar="TEXT", help="on whose word the officer acts")(command)
    return click.option(
        "--officer", metavar="NAME", help="the officer who acts on the holder's word, in the place of the secret"
    )(command)


def _by(officer: str | None, word: str, said: Settings) -> ByHolder | ByOfficer:
    """The officer, or the holder with his secret from HNCERT_HOLDER_SECRET or a prompt; never from an argument."""
    from pyhncert.keep import ByHolder, ByOfficer  # noqa: PLC0415

    if officer is not None:
        return ByOfficer(name=officer, word=word)
    secret = os.environ.get("HNCERT_HOLDER_SECRET", "")
    if not secret and at_terminal():
        label = said.words("mã bí mật của người giữ bản sao", "the holder's secret")
        secret = Typed(click.prompt(label, hide_input=True, err=True))
    if not secret:
        raise UsageFault(
            "the holder's secret is needed; set HNCERT_HOLDER_SECRET, or give --officer and --word",
            "cần mã bí mật của người giữ bản sao; đặt HNCERT_HOLDER_SECRET, hoặc dùng --officer và --word",
        )
    return ByHolder(secret=secret)


def _json(grant: Grant) -> dict[str, Any]:
    from hncert_cli._json import plain  # noqa: PLC0415

    state = grant.state(dt.datetime.now(VIETNAM))
    return {"format": "hncert/share", "version": 1, **plain(grant), "state": state}


@share.command("grant")
@click.argument("code")
@click.option("--purpose", required=True, metavar="NAME", help="what for; a wrong name lists the known ones")
@click.option("--note", default="", metavar="TEXT", help="the purpose in the holder's own words")
@click.option("--to", "recipient", default="", metavar="TEXT", help="for whom")
@click.option(
    "--show",
    "shows",
    multiple=True,
    metavar="WHAT",
    help="line, copy, field:NAME or field:*; several times; copy by default",
)
@click.option("--days", type=click.IntRange(1), metavar="N", help="ends after so many days; 7 by default")
@click.option("--uses", type=click.IntRange(1), default=1, show_default=True, help="how often it may be opened")
@_who
@global_options
def make(
    code: str,
    *,
    purpose: str,
    note: str,
    recipient: str,
    shows: tuple[str, ...],
    days: int | None,
    uses: int,
    officer: str | None,
    word: str,
) -> None:
    """Grant a third party a look at the copy CODE and print the token that opens it.

    The holder says his secret (HNCERT_HOLDER_SECRET, or a prompt), or an officer acts on his word.
    """
    from pyhncert.keep import NewGrant  # noqa: PLC0415

    said = settings()
    until = dt.datetime.now(VIETNAM) + dt.timedelta(days=days) if days is not None else None
    new = NewGrant(purpose=purpose, note=note, recipient=recipient, shows=shows or ("copy",), until=until, uses=uses)
    grant, token = open_office(said).shares.grant(code, new, by=_by(officer, word, said))
    ends = local(grant.expires_at)
    tell(said.words(f"quyền xem {grant.id}, đến {ends}, {uses} lần", f"grant {grant.id}, until {ends}, {uses} uses"))
    if said.json:
        give_json({**_json(grant), "token": token})
    else:
        give(grouped(token))


@share.command("list")
@click.argument("code")
@_who
@global_options
def show(code: str, *, officer: str | None, word: str) -> None:
    """List the grants on the copy CODE and each view of them, indented: time, who, for what, address."""
    from pyhncert.keep import share_rules  # noqa: PLC0415

    said = settings()
    grants = open_office(said).shares.list(code, by=_by(officer, word, said))
    if said.json:
        give_json([_json(grant) for grant in grants])
        return
    names = {purpose.id: purpose.words for purpose in share_rules().purposes}
    for grant in grants:
        state = said.words(*STATES[grant.state(dt.datetime.now(VIETNAM))])
        purpose = said.said(names[grant.purpose]) if grant.purpose in names else grant.purpose
        what = ", ".join(part for part in (purpose, grant.note) if part)
        left = f"{grant.uses_left}/{grant.uses}"
        give(grant.id, state, left, local(grant.expires_at), what, grant.recipient, ",".join(grant.shows))
        for view in grant.views:
            give("", local(view.at), view.who, view.purpose, view.address)


@share.command("revoke")
@click.argument("code")
@click.argument("grant")
@_who
@global_options
def revoke(code: str, grant: str, *, officer: str | None, word: str) -> None:
    """End the grant GRANT (as `list` names it) on the copy CODE at once."""
    said = settings()
    ended = open_office(said).shares.revoke(code, grant, by=_by(officer, word, said))
    tell(said.words(f"đã thu hồi quyền xem {ended.id}", f"grant {ended.id} is revoked"))
    if said.json:
        give_json(_json(ended))
    else:
        give(ended.id)


@share.command("secret")
@click.argument("code")
@click.option("--officer", required=True, metavar="NAME", help="the officer who saw the holder")
@click.option("--word", required=True, metavar="TEXT", help="how he knew him")
@global_options
def secret(code: str, *, officer: str, word: str) -> None:
    """Give the holder of the copy CODE a new secret and print it; the old one is good no more."""
    from pyhncert.keep import ByOfficer  # noqa: PLC0415

    said = settings()
    new = open_office(said).shares.new_secret(code, by=ByOfficer(name=officer, word=word))
    if said.json:
        give_json({"format": "hncert/holder-secret", "version": 1, "code": code, "holder_secret": new})
    else:
        give(grouped(new))


@share.command("open")
@click.argument("token", metavar="TOKEN")
@click.option("--who", required=True, metavar="TEXT", help="who looks; the holder sees it")
@click.option("--purpose", required=True, metavar="TEXT", help="for what; the holder sees it")
@click.option("--address", default="", metavar="TEXT", help="from where; counted where it is given")
@click.option("--request", default="", metavar="KEY", help="sent again with the same KEY, it costs no second use")
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path),
    help="the copy (- for stdout); CODE.certified.pdf by default",
)
@global_options
def open_grant(token: str, *, who: str, purpose: str, address: str, request: str, out: Path | None) -> None:
    """Open what TOKEN grants (- reads it from stdin): print what may be seen, and write the copy.

    A token that is unknown, used up, expired or revoked gets one answer, exit 8.
    """
    from pyhncert.deliver import free_name, write_copy  # noqa: PLC0415
    from pyhncert.keep import check_disk  # noqa: PLC0415

    said = settings()
    if out == DASH and said.json:
        raise UsageFault(
            "stdout cannot carry the copy and JSON at once; give -o FILE",
            "stdout không thể chứa cả bản sao và JSON; cho -o TỆP",
        )
    if out != DASH:
        if out is not None and out.exists():
            raise UsageFault(f"{out} is there already; give another name", f"{out} đã có; hãy chọn tên khác")
        check_disk((out or Path("x")).absolute().parent, needed_bytes=8 << 20)
    given = sys.stdin.readline().strip() if token == "-" else token  # noqa: S105  the sign for stdin
    seen = open_office(said).shares.open(given, who=who, purpose=purpose, address=address, request=request)
    if seen.copy is not None and seen.receipt is not None:
        if out == DASH:
            give_bytes(seen.copy)
        else:
            target = out or free_name(Path(f"{seen.code}.png"))
            write_copy(seen.copy, seen.receipt, target)
            out = target
    if said.json:
        from hncert_cli._json import plain  # noqa: PLC0415

        file = str(out) if seen.copy is not None else None
        shown = {name: plain(getattr(seen, name)) for name in ("code", "state", "superseded_by", "line", "fields")}
        left = {"uses_left": seen.grant.uses_left, "expires_at": plain(seen.grant.expires_at)}
        give_json({"format": "hncert/shared", "version": 1, **shown, **left, "file": file})
        return
    if out == DASH and seen.copy is not None:
        tell(f"{grouped(seen.code)} {seen.state}")
        return
    give(grouped(seen.code), seen.state)
    for name, value in {**(seen.line or {}), **(seen.fields or {})}.items():
        give(name, str(value))
    if seen.copy is not None:
        give(str(out))
