"""`hncert verify`: a file or a code in, the verdict out."""

from __future__ import annotations

import datetime as dt
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hncert_cli._app import global_options
from hncert_cli._say import Settings, give, give_json, grouped, local, settings
from hncert_cli._spoken import Command
from pyhncert.deliver import receipt_path
from pyhncert.errors import UsageFault, VerdictError

if TYPE_CHECKING:
    from pyhncert.values import Report, SignatureReport

# the seven verdicts, the same words everywhere: icon, colour, Vietnamese, English
VERDICTS = {
    "valid": ("✓", "green", "HỢP LỆ", "VALID"),
    "altered": ("✗", "red", "ĐÃ BỊ SỬA ĐỔI", "ALTERED"),
    "revoked": ("✗", "red", "ĐÃ THU HỒI", "REVOKED"),
    "superseded": ("↷", "yellow", "ĐÃ ĐƯỢC THAY THẾ", "SUPERSEDED"),
    "unsigned": ("✗", "red", "KHÔNG CÓ CHỮ KÝ", "UNSIGNED"),
    "undecided": ("?", "yellow", "CHƯA KẾT LUẬN ĐƯỢC", "UNDECIDED"),
    "not_found": ("?", "red", "KHÔNG TÌM THẤY", "NOT FOUND"),
}


def show(report: Report, said: Settings) -> None:
    """Print the report in plain words."""
    w = said.words
    icon, ink, vi, en = VERDICTS[report.verdict]
    give(f"{icon} {w(vi, en)}", ink=ink)
    for reason in report.reasons:
        give(f"  {said.said(reason)}")
    if report.trial:
        give(w("  văn phòng THỬ NGHIỆM: không có giá trị pháp lý", "  TRIAL office: no legal value"), ink="yellow")
    for label, value in (
        (w("mã", "code"), grouped(report.code or "")),
        (w("bản chính", "original"), report.original),
        (w("nơi chứng thực", "office"), report.office),
        (w("số, quyển", "number, book"), _place(report, said)),
        (
            w("chứng thực lúc", "certified at"),
            None if report.certified_at is None else local(report.certified_at),
        ),
        (w("mức chữ ký", "signature level"), report.level),
        (w("mức yêu cầu", "level asked"), report.level_asked if report.level_asked != report.level else None),
        (w("phần còn thiếu", "what is missing"), said.said(report.waiting) if report.waiting is not None else None),
    ):
        if value:
            give(f"  {label}: {value}")
    for signature in report.signatures:
        _show_signature(signature, said)
    _show_list(w("đã chứng minh", "proven"), report.proven, said)
    _show_list(w("chưa chứng minh", "not proven"), report.not_proven, said)


def _place(report: Report, said: Settings) -> str | None:
    if report.number is None:
        return None
    return said.words(f"số {report.number:02d}, quyển {report.book}", f"number {report.number:02d}, book {report.book}")


def _show_signature(signature: SignatureReport, said: Settings) -> None:
    w = said.words
    role = {
        "officer": w("người chứng thực", "officer"),
        "agency": w("cơ quan", "agency"),
        "timestamp": w("dấu thời gian", "timestamp"),
        "foreign": w("chữ ký khác", "foreign signature"),
    }[signature.role]
    icon, ink, vi, en = VERDICTS[signature.verdict]
    at = signature.timestamped_at or signature.signed_at
    when = "" if at is None else ", " + local(at)
    level = f", {signature.level}" if signature.level else ""
    give(f"  {icon} {role}: {signature.signer} ({signature.algorithm}{level}{when}): {w(vi, en)}", ink=ink)
    for reason in signature.reasons:
        give(f"      {said.said(reason)}")


def _show_list(title: str, items: tuple[Any, ...], said: Settings) -> None:
    if items:
        give(f"  {title}:")
        for item in items:
            give(f"    - {said.said(item)}")


def as_json(report: Report) -> dict[str, Any]:
    """What `verify --json` prints; schemas/report.schema.json describes it."""
    from hncert_cli._json import plain  # noqa: PLC0415

    return {"format": "hncert/report", "version": 1, **plain(report)}


def _load(path: Path, what: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as err:
        raise UsageFault(
            f"{what} {path} cannot be read: {err.strerror}", f"không đọc được {what} {path}: {err.strerror}"
        ) from err


def _receipt(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(_load(path, "receipt"))
    except ValueError as err:
        raise UsageFault(
            f"receipt {path} is no JSON; give the file written beside the copy", f"biên nhận {path} không phải JSON"
        ) from err
    if not isinstance(value, dict):
        raise UsageFault(
            f"receipt {path} is no receipt; give the file written beside the copy", f"{path} không phải biên nhận"
        )
    return value


def check(what: str, said: Settings, trust: tuple[Path, ...], receipt: Path | None, crls: tuple[Path, ...]) -> Report:
    """Ask the library: with `--trust` as a stranger, otherwise as the office that is configured.

    Raises:
        VerdictError: the verdict is not `valid`.
    """
    from pyhncert.office import default_trial_folder, find_office  # noqa: PLC0415

    path = Path(what)
    is_file = what == "-" or (bool(what) and path.exists())
    if receipt is None and is_file and what != "-" and receipt_path(path).is_file():
        receipt = receipt_path(path)
    known = None if receipt is None else _receipt(receipt)
    data = (sys.stdin.buffer.read() if what == "-" else _load(path, "file")) if is_file else b""
    if not trust:
        folder = find_office(said.office)
        if folder is None and (default_trial_folder() / "office.toml").exists():
            folder = default_trial_folder()
        if folder is not None or not is_file:
            from pyhncert import open_office  # noqa: PLC0415

            return open_office(folder).verify(data if is_file else what, receipt=known)
    from pyhncert.verify import read_bundle, verify_copy  # noqa: PLC0415

    if not is_file:
        from pyhncert.office import not_found  # noqa: PLC0415

        raise not_found(what)
    anchors = [_load(p, "certificate") for p in trust]
    lists, now = [_load(p, "revocation list") for p in crls], dt.datetime.now(dt.UTC)
    if any(anchor.startswith(b"{") for anchor in anchors):
        if len(anchors) > 1:
            raise UsageFault(
                "give one trust bundle, or root certificates", "hãy cho một gói tin cậy, hoặc các chứng thư gốc"
            )
        return read_bundle(anchors[0]).verify(data, receipt=known, crls=lists, now=now)
    return verify_copy(data, trust=anchors, receipt=known, crls=lists, now=now)


@click.command(cls=Command)
@click.argument("what", metavar="FILE|CODE")
@click.option(
    "--trust",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="trust these roots, or this trust bundle, and use no office: how a stranger verifies",
)
@click.option("--receipt", type=click.Path(path_type=Path), help="the receipt; by default the one beside FILE")
@click.option(
    "--crl", "crls", multiple=True, type=click.Path(path_type=Path), help="further revocation lists, with --trust"
)
@global_options
def verify(what: str, *, trust: tuple[Path, ...], receipt: Path | None, crls: tuple[Path, ...]) -> None:
    """Verify a copy by FILE (- for stdin) or CODE; the exit code is the verdict.

    0 valid, 3 altered, 4 revoked, 5 superseded, 6 unsigned, 7 undecided, 8 not found. No network is used.
    """
    said = settings()
    try:
        report = check(what, said, trust, receipt, crls)
    except VerdictError as err:
        _print(err.report, said)
        raise
    _print(report, said)


def _print(report: Report, said: Settings) -> None:
    if said.json:
        give_json(as_json(report))
    else:
        show(report, said)
