"""`hncert read`: what the software sees on a scan; nothing is issued and no office is needed."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from hncert_cli._app import global_options
from hncert_cli._ask import ICON, INK, doubt
from hncert_cli._say import give, give_json, settings, tell
from hncert_cli._spoken import Command


@click.command(cls=Command)
@click.argument("scans", nargs=-1, required=True, type=click.Path(path_type=Path, allow_dash=True))
@global_options
def read(scans: tuple[Path, ...]) -> None:
    """Print what is read on SCANS: text, or with --json lines, words, kind, fields and findings in place.

    What the scan of each page is worth, and fields on which two readers differ, are said on stderr, with --json in the
    document. Quads are in pixels of the
    input image.
    """
    from pyhncert.office import read_scans  # noqa: PLC0415  loads the reader

    said = settings()
    answer = read_scans([sys.stdin.buffer.read() if str(scan) == "-" else scan for scan in scans])
    if said.json:
        give_json(answer)
        return
    for note in answer["notes"]:
        tell(note[said.lang])
    for field in answer["fields"]:
        if field["agreement"] == "doubtful":
            tell(doubt(field["label"] or field["name"], field["value"], field["second"], said), INK["warn"])
    for page in answer["pages"]:
        verdict = page["verdict"]
        tell(f"{ICON[verdict['severity']]} {verdict[said.lang]}", INK[verdict["severity"]])
        for line in page["lines"]:
            give(line["text"])
