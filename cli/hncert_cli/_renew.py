"""`hncert renew`: document timestamps for copies whose evidence ends soon."""

from __future__ import annotations

import datetime as dt

import click

from hncert_cli._app import complain, global_options
from hncert_cli._open import open_office
from hncert_cli._say import Settings, give, give_json, grouped, local, settings, tell
from hncert_cli._spoken import Command
from pyhncert.values import Renewal


@click.command(cls=Command)
@click.argument("codes", nargs=-1, metavar="[CODE]...")
@click.option("--within", type=click.IntRange(0), default=180, show_default=True, metavar="DAYS", help="end so soon")
@click.option("--dry-run", is_flag=True, help="say what is due; change nothing")
@global_options
def renew(codes: tuple[str, ...], *, within: int, dry_run: bool) -> int:
    """Give a document timestamp to each copy whose evidence ends soon, or only to those of CODE.

    Run it daily. Copies that were issued below the level asked are raised too. A run that is stopped goes on where it
    was; a copy that cannot be renewed now is named, and the others follow.
    """
    said = settings()
    office, found = open_office(said), []
    for renewal in office.renew(codes, within=dt.timedelta(days=within), dry_run=dry_run):
        found.append(renewal)
        if not said.json:
            _show(renewal, said)
    errors = [renewal.error for renewal in found if renewal.error is not None]
    if said.json:
        give_json({"format": "hncert/renewals", "version": 1, "renewals": [_plain(renewal) for renewal in found]})
    else:
        done = sum(renewal.until is not None for renewal in found)
        tell(
            said.words(
                f"đến hạn {len(found)}, đã gia hạn {done}, lỗi {len(errors)}",
                f"due {len(found)}, renewed {done}, failed {len(errors)}",
            )
        )
    return errors[0].exit_code if errors else 0


def _show(renewal: Renewal, said: Settings) -> None:
    code = grouped(renewal.code)
    if renewal.error is not None:
        complain(f"{code}: {renewal.error.say(said.lang)}", renewal.error.hint(said.lang), said)
    elif renewal.until is None:
        give(f"{code} {renewal.level_before} {said.words('đến', 'until')} {local(renewal.ends)}")
    else:
        give(f"{code} {renewal.level} {said.words('đến', 'until')} {local(renewal.until)}")


def _plain(renewal: Renewal) -> dict[str, object]:
    error = renewal.error
    return {
        "code": renewal.code,
        "number": renewal.number,
        "book": renewal.book,
        "year": renewal.year,
        "level_before": renewal.level_before,
        "ends": renewal.ends.isoformat(timespec="seconds"),
        "level": renewal.level,
        "until": renewal.until.isoformat(timespec="seconds") if renewal.until else None,
        "error": None if error is None else {"vi": error.vi, "en": error.en, "exit_code": error.exit_code},
    }
