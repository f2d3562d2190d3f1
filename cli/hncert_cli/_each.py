"""`hncert certify --each`: every scan is an original of its own; all are shown, then all are signed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from hncert_cli._app import complain
from hncert_cli._ask import decider
from hncert_cli._say import Settings, give, grouped, tell, tell_secret
from pyhncert.deliver import copy_name, free_name
from pyhncert.errors import HncertError, UsageFault
from pyhncert.escape import for_json
from pyhncert.values import Override

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyhncert.office import Office
    from pyhncert.values import CertifiedCopy

__all__ = ["certify_each", "check_each"]


def check_each(scans: tuple[Path, ...], out: Path | None, *, dry_run: bool) -> None:
    """Refuse what does not go with `--each`."""
    if dry_run or Path("-") in (*scans, out):
        raise UsageFault(
            "--each takes files and writes files: without --dry-run and without -",
            "--each chỉ nhận và ghi tệp: không dùng với --dry-run và -",
        )
    if out is not None and not out.is_dir():
        raise UsageFault(
            f"{out} is no folder: with --each, -o is the folder for all copies",
            f"{out} không phải thư mục: với --each, -o là thư mục chứa mọi bản sao",
        )


def certify_each(
    office: Office,
    scans: tuple[Path, ...],
    folder: Path | None,
    said: Settings,
    *,
    overrides: tuple[Override, ...],
    yes: bool,
    officer: str | None,
    requester: str,
    copies: int,
    as_json: Callable[[CertifiedCopy, Path | None], dict[str, object]],
) -> int:
    """The exit code: 0, or that of the first original that has no copy."""
    faults: list[HncertError] = []
    with office.batch(officer=officer, requester=requester) as batch:
        names: dict[int, Path] = {}
        for number, scan in enumerate(scans, 1):
            out = free_name(scan) if folder is None else folder / copy_name(scan, 1).name
            tell(f"{number}/{len(scans)}  {scan.name}")
            try:
                decide = decider(said, overrides, yes=yes)
                names[batch.add([scan], out, decide=decide, copies=copies)] = scan
            except HncertError as err:
                faults.append(err)
                complain(f"{scan.name}: {err.say(said.lang)}", err.hint(said.lang), said)
        for result in batch.sign():
            if result.error is not None:
                faults.append(result.error)
                name = names[result.place].name
                complain(f"{name}: {result.error.say(said.lang)}", result.error.hint(said.lang), said)
            elif result.copy is not None and said.json:
                click.echo(for_json(as_json(result.copy, result.out)))
            elif result.copy is not None:
                tell_secret(result.copy, said)
                give(grouped(result.copy.code), str(result.out))
        if len(batch):
            left = len(batch)
            tell(said.words(f"{left} bản chưa được ký", f"{left} copies were not signed"), "yellow")
    return faults[0].exit_code if faults else 0
