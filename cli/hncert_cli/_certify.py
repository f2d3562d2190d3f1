"""`hncert certify`: scans in, a certified copy, its receipt and its code out."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hncert_cli._app import global_options
from hncert_cli._ask import decider, show
from hncert_cli._each import certify_each, check_each
from hncert_cli._json import plain
from hncert_cli._open import open_office
from hncert_cli._say import Settings, at_terminal, give, give_bytes, give_json, grouped, settings, tell, tell_secret
from hncert_cli._spoken import Command
from pyhncert.deliver import free_name, receipt_path
from pyhncert.errors import UsageFault
from pyhncert.values import Override

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyhncert.office import Office
    from pyhncert.values import CertifiedCopy, Scan

DASH = Path("-")
_M_MMAP_THRESHOLD = -3
"""mallopt(3)."""


def pairs(codes: tuple[str, ...], reasons: tuple[str, ...]) -> tuple[Override, ...]:
    """`--override CODE --reason TEXT`, pair by pair."""
    if len(codes) != len(reasons):
        raise UsageFault(
            f"{len(codes)} --override and {len(reasons)} --reason were given; give each override its own reason",
            f"có {len(codes)} --override và {len(reasons)} --reason; mỗi --override cần một --reason",
        )
    for code, reason in zip(codes, reasons, strict=True):
        if not reason.strip():
            raise UsageFault(f"the reason for {code} is empty; say why", f"lý do cho {code} để trống; hãy nêu lý do")
    return tuple(Override(code=code, reason=reason) for code, reason in zip(codes, reasons, strict=True))


def progress_on_terminal(said: Settings) -> Callable[[str, float], None] | None:
    """A line that says which step is done, on a terminal only and not in the first second."""
    if not sys.stderr.isatty():
        return None
    begun = time.monotonic()

    def step(name: str, _: float) -> None:
        if time.monotonic() - begun >= 1.0:
            click.echo(f"\r\x1b[K{said.words('xong bước', 'done')}: {name}\r", err=True, nl=False, color=True)

    return step


def give_pixels_back() -> None:
    """Let large blocks go back to the system at once: glibc else keeps them, 26 MB more at the peak of fifty pages.

    The library leaves this setting, which belongs to the whole process, alone.
    """
    import ctypes  # noqa: PLC0415  only for long originals

    if sys.platform == "linux" and hasattr(libc := ctypes.CDLL(None), "mallopt"):
        libc.mallopt(_M_MMAP_THRESHOLD, 4 << 20)


def office_or_trial(said: Settings) -> Office:
    """The configured office; where there is none, a trial office in the user's data folder, and say so."""
    from pyhncert.office import default_trial_folder, find_office, init_trial  # noqa: PLC0415

    if find_office(said.office) is None:
        folder = default_trial_folder()
        if not (folder / "office.toml").exists():
            init_trial(folder)
            tell(
                said.words(
                    f"chưa có văn phòng nào được cấu hình: đã lập văn phòng thử nghiệm tại {folder}",
                    f"no office is configured: made a trial office in {folder}",
                )
            )
        else:
            tell(said.words(f"dùng văn phòng thử nghiệm tại {folder}", f"using the trial office in {folder}"))
        said.office = str(folder)
    return open_office(said)


def describe(copy: CertifiedCopy, out: Path | None, said: Settings) -> None:
    """Say what was issued: code, number, book, level, files."""
    w = said.words
    tell(w(f"đã chứng thực bản sao {grouped(copy.code)}", f"certified copy {grouped(copy.code)} is issued"), "green")
    tell(
        w(
            f"  số {copy.number:02d}, quyển {copy.book}, năm {copy.year}",
            f"  number {copy.number:02d}, book {copy.book}, year {copy.year}",
        )
    )
    tell(w(f"  người chứng thực: {copy.officer}", f"  certified by {copy.officer}"))
    level = w(f"  mức chữ ký {copy.level}", f"  signature level {copy.level}")
    if copy.level != copy.level_asked:
        level += w(f" (yêu cầu {copy.level_asked})", f" ({copy.level_asked} was asked)")
    tell(level, None if copy.level == copy.level_asked else "yellow")
    for note in copy.notes:
        tell(f"  {said.said(note)}")
    if out is not None:
        tell(w(f"  tệp: {out}", f"  file: {out}"))
        tell(w(f"  biên nhận: {receipt_path(out)}", f"  receipt: {receipt_path(out)}"))
        tell(w(f"  kiểm tra: hncert verify {out}", f"  check it: hncert verify {out}"))
    else:
        tell(
            w("  bản sao ra stdout, biên nhận nằm trong kho", "  the copy went to stdout, the receipt is in the store")
        )


def as_json(copy: CertifiedCopy, out: Path | None) -> dict[str, object]:
    """What `certify --json` prints."""
    return {
        "format": "hncert/certified",
        "version": 1,
        "code": copy.code,
        "number": copy.number,
        "book": copy.book,
        "year": copy.year,
        "officer": copy.officer,
        "issued_at": plain(copy.issued_at),
        "level": copy.level,
        "level_asked": copy.level_asked,
        "content_digest": copy.content_digest.hex(),
        "file_digest": copy.file_digest.hex(),
        "file": None if out is None else str(out),
        "receipt": None if out is None else str(receipt_path(out)),
        "findings": plain(copy.findings),
        "notes": plain(copy.notes),
        "stages_s": dict(copy.stages_s),
        **({"holder_secret": copy.holder_secret} if copy.holder_secret else {}),
    }


def on_paper(copies: int, paper: int, *, only: bool, apart: bool) -> int:
    """How many copies there are in all, `paper` of them on paper; `apart` is what does not go with paper only."""
    if not paper and not only:
        return copies
    all_copies = paper + (not only)
    if not paper or copies not in (1, all_copies) or (only and apart):
        raise UsageFault(
            "--paper N counts the copies on paper, and one electronic copy beside them unless --paper-only says"
            " otherwise, which goes without -o and --each",
            "--paper N là số bản giấy, kèm một bản điện tử trừ khi có --paper-only (không dùng với -o, --each)",
        )
    return all_copies


@click.command(cls=Command)
@click.argument("scans", nargs=-1, required=True, type=click.Path(path_type=Path, allow_dash=True))
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path, allow_dash=True),
    help="the copy to write (- for stdout); by default NAME.certified.pdf beside the scan",
)
@click.option("--yes", is_flag=True, help="the officer has decided: do not ask (needed off a terminal)")
@click.option(
    "--override", "codes", multiple=True, metavar="CODE", help="go on against this blocking finding; needs --reason"
)
@click.option("--reason", "reasons", multiple=True, metavar="TEXT", help="why, once for each --override")
@click.option("--officer", help="who decides and signs; the only one where there is one")
@click.option("--requester", default="", help="who asked for the copy, for the register")
@click.option(
    "--copies", type=click.IntRange(1, 10_000), default=1, show_default=True, help="how many copies the register counts"
)
@click.option("--file", "dossier", metavar="CODE", help="the file (hồ sơ) that the original came in")
@click.option("--channel", type=click.Choice(["desk", "online"]), help="how it came; else as in office.toml")
@click.option("--paper", type=click.IntRange(0, 10_000), default=0, help="copies on paper beside the electronic one")
@click.option("--paper-only", is_flag=True, help="the electronic copy stays in the office; with --paper, without -o")
@click.option("--each", is_flag=True, help="each scan is an original of its own: show all, then sign all with one PIN")
@click.option("--dry-run", is_flag=True, help="do everything up to the decision; reserve, sign and write nothing")
@global_options
def certify(
    scans: tuple[Path, ...],
    out: Path | None,
    *,
    yes: bool,
    codes: tuple[str, ...],
    reasons: tuple[str, ...],
    officer: str | None,
    requester: str,
    copies: int,
    dossier: str | None,
    channel: str | None,
    paper: int,
    paper_only: bool,
    each: bool,
    dry_run: bool,
) -> int:
    """Issue a certified copy of SCANS and print its code.

    SCANS are PNG, JPEG, TIFF or PDF files, - for stdin; several pages make one original. stdout gets the code,
    or, with `-o -`, the copy itself (the code then goes to stderr). With `--each` every scan is an original: all are
    shown first, then signed with one PIN; stdout gets code and file of each.
    """
    said = settings()
    overrides = pairs(codes, reasons)
    copies = on_paper(copies, paper, only=paper_only, apart=each or out is not None)
    if scans.count(DASH) > 1:
        raise UsageFault("stdin was given twice; give - once", "stdin được cho hai lần; chỉ cho - một lần")
    if not yes and not dry_run and (DASH in scans or not at_terminal()):
        raise UsageFault(
            "nobody can be asked: this is no terminal",
            "không hỏi được ai: đây không phải terminal",
            hint="give --yes when the officer has compared copy and original",
            hint_vi="thêm --yes khi người chứng thực đã đối chiếu với bản chính",
        )
    if each:
        check_each(scans, out, dry_run=dry_run)
        return certify_each(
            office_or_trial(said),
            scans,
            out,
            said,
            overrides=overrides,
            yes=yes,
            officer=officer,
            requester=requester,
            copies=copies,
            as_json=as_json,
        )
    if out is None and not dry_run and not paper_only:
        out = DASH if scans[0] == DASH else free_name(scans[0])
    if out == DASH and said.json:
        raise UsageFault(
            "stdout cannot carry the copy and JSON at once; give -o FILE",
            "stdout không thể chứa cả bản sao và JSON; cho -o TỆP",
        )
    if out == DASH and sys.stdout.isatty():
        raise UsageFault("a PDF does not go to a terminal; give -o FILE", "không ghi PDF ra terminal; cho -o TỆP")
    target = None if out in (None, DASH) else out
    sources: list[Path | bytes | Scan] = [sys.stdin.buffer.read() if scan == DASH else scan for scan in scans]
    if len(sources) > 1 or scans[0].suffix.lower() not in (".png", ".jpg", ".jpeg"):
        give_pixels_back()
    office = office_or_trial(said)
    progress = progress_on_terminal(said)
    if dry_run:
        proposal = office.examine(sources, officer=officer, progress=progress)
        show(proposal, said, set())
        tell(
            said.words(
                "chạy thử: không cấp số, không ký, không ghi gì", "dry run: no number, no signature, nothing written"
            )
        )
        if said.json:
            give_json({"format": "hncert/proposal", "version": 1, **plain(proposal)})
        return 0
    copy = office.certify(
        sources,
        target,
        officer=officer,
        requester=requester,
        copies=copies,
        dossier=dossier,
        channel=channel,
        paper_copies=paper,
        decide=decider(said, overrides, yes=yes),
        progress=progress,
    )
    describe(copy, target, said)
    tell_secret(copy, said)
    if said.json:
        give_json(as_json(copy, target))
    elif out == DASH:
        give_bytes(copy.pdf)
    else:
        give(grouped(copy.code))
    return 0
