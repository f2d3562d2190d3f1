"""`hncert migrate`: a running office moves to another register and store."""

from __future__ import annotations

from pathlib import Path

import click

from hncert_cli._app import global_options
from hncert_cli._open import open_office
from hncert_cli._say import give, give_json, settings, tell
from hncert_cli._spoken import Command


@click.command(cls=Command)
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--as", "owner", metavar="USER", help="the server's user who owns the new register")
@click.option(
    "--wait",
    "wait_s",
    type=click.FloatRange(min=0),
    default=60.0,
    show_default=True,
    help="seconds that acts in hand have to end before writing is frozen",
)
@global_options
def migrate(file: Path, *, owner: str | None, wait_s: float) -> None:
    """Move the office to the register, and the store, that FILE names, an office.toml to come.

    The office works on meanwhile. Broken off at any moment, it is taken up by the same command.
    """
    said = settings()
    moved = open_office(said).move(
        file, owner=owner, wait_s=wait_s, tell=lambda words: tell(said.said(words)) if not said.json else None
    )
    if said.json:
        give_json(
            {
                "format": "hncert/migration",
                "version": 1,
                "tables": [{"name": t.name, "rows": t.rows, "sha256": t.digest.hex()} for t in moved.tables],
                "objects": {"count": moved.objects, "sha256": moved.objects_digest.hex()},
                "refused": moved.refused,
            }
        )
    else:
        for table in moved.tables:
            give(table.name, str(table.rows), table.digest.hex())
        give("objects", str(moved.objects), moved.objects_digest.hex())
    if moved.refused:
        tell(
            said.words(
                f"{moved.refused} việc đang làm dở bị từ chối; quầy tiếp theo sẽ hủy số và ghi lý do",
                f"{moved.refused} acts that were in hand were refused; the next desk voids them with the reason",
            )
        )
    tell(said.words(f"văn phòng nay theo {moved.file}", f"the office goes by the new {moved.file}"), "green")
