"""`hncert revoke` and `hncert supersede`: what the register says of a copy from now on."""

from __future__ import annotations

import click

from hncert_cli._app import global_options
from hncert_cli._open import open_office
from hncert_cli._say import give, give_json, grouped, settings, tell
from hncert_cli._spoken import Command
from pyhncert.errors import UsageFault


def _reason(reason: str) -> str:
    if not reason.strip():
        raise UsageFault("the reason is empty; say why", "lý do để trống; hãy nêu lý do")
    return reason


def _done(code: str, state: str) -> None:
    said = settings()
    if said.json:
        give_json({"format": "hncert/act", "version": 1, "code": code, "state": state})
    else:
        give(grouped(code))


@click.command(cls=Command)
@click.argument("code")
@click.option("--reason", required=True, metavar="TEXT", help="why; kept in the register")
@global_options
def revoke(code: str, *, reason: str) -> None:
    """Revoke the copy CODE: from now on it verifies as revoked."""
    said = settings()
    open_office(said).revoke(code, _reason(reason))
    tell(said.words(f"đã thu hồi {code}", f"{code} is revoked"))
    _done(code, "revoked")


@click.command(cls=Command)
@click.argument("code")
@click.option("--reason", required=True, metavar="TEXT", help="why; kept in the register")
@click.option("--by", metavar="CODE", help="the code of the newer copy")
@global_options
def supersede(code: str, *, reason: str, by: str | None) -> None:
    """Mark the copy CODE as replaced by a newer act."""
    said = settings()
    open_office(said).supersede(code, _reason(reason), by=by)
    tell(said.words(f"đã đánh dấu {code} là được thay thế", f"{code} is superseded"))
    _done(code, "superseded")
