"""`hncert scan`: pages from a scanner, as files or as one PDF on stdout."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hncert_cli._app import global_options
from hncert_cli._json import plain
from hncert_cli._say import Settings, give, give_json, settings, tell
from hncert_cli._spoken import Command
from pyhncert.errors import UsageFault

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyhncert.capture import Abilities

DASH = Path("-")


def progress_on_terminal(said: Settings) -> Callable[[int, float], None] | None:
    """Which page is coming in, on a terminal only."""
    if not sys.stderr.isatty():
        return None

    def step(page: int, share: float) -> None:
        click.echo(f"\r\x1b[K{said.words('trang', 'page')} {page}: {share:.0%}\r", err=True, nl=False, color=True)

    return step


def paper(size: str) -> str | tuple[float, float]:
    """A named paper, or WIDTHxHEIGHT in mm."""
    width, times, height = size.lower().partition("x")
    try:
        return (float(width), float(height)) if times and width != "ma" else size
    except ValueError:
        return size


def listing(device: str | None, said: Settings) -> None:
    """Print the scanners that are found, or what `device` can do."""
    from pyhncert.capture import abilities, scanners  # noqa: PLC0415  loads only what is asked for

    if device is not None:
        can = abilities(device)
        if said.json:
            give_json({"format": "hncert/scanner", "version": 1, **as_json(can)})
            return
        for one in can.sources:
            width, height = one.size_mm
            give(one.source, f"{shown(one.dpi)} dpi", ", ".join(one.modes), f"{width:.0f} x {height:.0f} mm")
        return
    found = scanners()
    if said.json:
        give_json({"format": "hncert/scanners", "version": 1, "scanners": plain(found)})
        return
    for scanner in found:
        give(scanner.name, f"{scanner.vendor} {scanner.model}")
    if not found:
        tell(said.words("không tìm thấy máy quét nào qua SANE", "SANE finds no scanner"))
    tell(
        said.words(
            "máy quét mạng (eSCL) dùng được ngay bằng địa chỉ: escl:http://ĐỊA-CHỈ/eSCL",
            "a scanner on the network (eSCL) is used by its address: escl:http://ADDRESS/eSCL",
        )
    )


def shown(dpi: Any) -> str:
    """Resolutions in one word or a list."""
    return f"{dpi[0]}-{dpi[-1]}" if isinstance(dpi, range) and len(dpi) > 8 else ", ".join(map(str, dpi))


def as_json(can: Abilities) -> dict[str, Any]:
    """What `scan --list DEVICE --json` prints: a range of resolutions by its ends and step."""
    sources = []
    for one in can.sources:
        span = isinstance(one.dpi, range) and len(one.dpi) > 8
        dpi = {"min": one.dpi[0], "max": one.dpi[-1], "step": one.dpi[1] - one.dpi[0]} if span else list(one.dpi)
        sources.append({"source": one.source, "dpi": dpi, "modes": list(one.modes), "size_mm": list(one.size_mm)})
    return {"scanner": plain(can.scanner), "sources": sources}


@click.command(cls=Command)
@click.argument("device", required=False, envvar="HNCERT_SCANNER")
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path, allow_dash=True),
    default=DASH,
    help="a folder (one file a page), a new .pdf, or - for one PDF on stdout (the default)",
)
@click.option("--list", "listed", is_flag=True, help="list the scanners, or with DEVICE what it can do")
@click.option("--source", type=click.Choice(["flatbed", "feeder", "duplex"]), help="glass, feeder, or both sides")
@click.option("--dpi", type=click.IntRange(1), default=300, show_default=True, help="resolution")
@click.option(
    "--mode", type=click.Choice(["colour", "gray", "bw"]), default="colour", show_default=True, help="colour or not"
)
@click.option(
    "--size", default="A4", show_default=True, help="A3, A4, A5, A6, letter, legal, card, max, or WIDTHxHEIGHT in mm"
)
@click.option("--pages", type=click.IntRange(1), metavar="N", help="stop after N pages; else all in the feeder")
@global_options
def scan(
    device: str | None,
    *,
    out: Path,
    listed: bool,
    source: Any,
    dpi: int,
    mode: Any,
    size: str,
    pages: int | None,
) -> None:
    """Scan on DEVICE: a SANE name, or escl:http://ADDRESS/eSCL; by default HNCERT_SCANNER, or the only one.

    stdout gets the names of the files, or with `-o -` one PDF of all pages: hncert scan | hncert certify - --yes.
    """
    from pyhncert import capture  # noqa: PLC0415  loads numpy

    said = settings()
    if listed:
        listing(device, said)
        return
    if out == DASH and said.json:
        raise UsageFault(
            "stdout cannot carry the pages and JSON at once; give -o FOLDER or -o FILE.pdf",
            "stdout không thể chứa cả trang quét và JSON; cho -o THƯ-MỤC hoặc -o TỆP.pdf",
        )
    if out == DASH and sys.stdout.isatty():
        raise UsageFault(
            "a PDF does not go to a terminal; give -o FOLDER or -o FILE.pdf",
            "không ghi PDF ra terminal; cho -o THƯ-MỤC hoặc -o TỆP.pdf",
        )
    files: list[Path] = []

    def saved(path: Path) -> None:
        files.append(path)
        if not said.json:
            give(str(path))

    job = capture.scan(
        device,
        source=source,
        dpi=dpi,
        mode=mode,
        size=paper(size),
        pages=pages,
        progress=progress_on_terminal(said),
    )
    whole = False
    try:
        capture.save_pages(job, sys.stdout.buffer if out == DASH else out, saved=saved)
        sys.stdout.flush()
        whole = True
    finally:
        if said.json:
            kept = {"complete": whole, "pages": job.count, "files": [str(path) for path in files]}
            give_json({"format": "hncert/scan", "version": 1, **kept})
    tell(said.words(f"đã quét {job.count} trang", f"{job.count} page(s) scanned"), "green")
