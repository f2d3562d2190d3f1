"""`hncert trust`: the signed file of roots, QR keys and algorithms by which a bank judges copies without a network."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hncert_cli._app import global_options
from hncert_cli._open import open_office
from hncert_cli._say import Settings, give, give_json, local, settings, tell
from hncert_cli._spoken import Command, Group
from pyhncert.errors import UsageFault

if TYPE_CHECKING:
    from pyhncert.verify import TrustBundle

_FILE = click.Path(path_type=Path)


@click.group(cls=Group)
@global_options
def trust() -> None:
    """Make, renew and read trust bundles."""


@trust.command(cls=Command)
@click.argument("out", type=_FILE)
@click.option(
    "--key", "keys", multiple=True, required=True, type=_FILE, help="a key that signs (PEM); two while one is exchanged"
)
@click.option("--new-key", type=_FILE, help="make this key first, and sign with it too")
@click.option("--days", type=click.IntRange(1), default=400, show_default=True, help="good for so long")
@click.option("--root", "roots", multiple=True, type=_FILE, help="further root certificates")
@click.option("--qr", "qr", multiple=True, type=_FILE, help="certificates of further QR keys")
@global_options
def export(
    out: Path, *, keys: tuple[Path, ...], new_key: Path | None, days: int, roots: tuple[Path, ...], qr: tuple[Path, ...]
) -> None:
    """Write the office's trust bundle to OUT; a bundle that is there is followed by its next number.

    Give the fingerprint that is printed to those who take their first bundle, by another way than the bundle.
    """
    from pyhncert.identify import read_certificates  # noqa: PLC0415
    from pyhncert.services.trust import export_bundle  # noqa: PLC0415
    from pyhncert.verify import read_bundle  # noqa: PLC0415

    said = settings()
    office = open_office(said)
    held = read_bundle(load(out)) if out.exists() else None
    bundle = export_bundle(
        office,
        keys=keys,
        new_key=new_key,
        held=held,
        days=days,
        roots=[der for path in roots for der in read_certificates(load(path))],
        qr_certificates=[der for path in qr for der in read_certificates(load(path))],
    )
    bundle.save(out)
    _print(bundle, said)


@trust.command(cls=Command)
@click.argument("held", type=_FILE)
@click.argument("new", type=_FILE)
@click.option("--fingerprint", metavar="TEXT", help="the fingerprint of a publisher's key, for the first bundle")
@global_options
def update(held: Path, new: Path, *, fingerprint: str | None) -> None:
    """Put the bundle NEW in the place of HELD, if it may follow; else nothing changes.

    Without HELD it is the first one, and believed by its fingerprint only.
    """
    from pyhncert.verify import accept_bundle, read_bundle  # noqa: PLC0415

    said = settings()
    known = read_bundle(load(held)) if held.exists() else None
    if known is None and fingerprint is None:
        raise UsageFault(
            f"{held} is not there, so this is the first bundle; give --fingerprint",
            f"chưa có {held}, đây là gói đầu tiên; hãy cho --fingerprint",
        )
    bundle = accept_bundle(load(new), known=known, key_fingerprint=fingerprint, now=dt.datetime.now(dt.UTC))
    bundle.save(held)
    _print(bundle, said)


@trust.command(cls=Command)
@click.argument("bundle", type=_FILE)
@global_options
def show(bundle: Path) -> None:
    """Say what a bundle holds: number, publisher, days, roots, QR keys, and the fingerprints of its keys."""
    from pyhncert.verify import read_bundle  # noqa: PLC0415

    _print(read_bundle(load(bundle)), settings())


def load(path: Path) -> bytes:
    """The bytes of a file.

    Raises:
        UsageFault: it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as err:
        raise UsageFault(f"{path} cannot be read: {err.strerror}", f"không đọc được {path}: {err.strerror}") from err


def _print(bundle: TrustBundle, said: Settings) -> None:
    from pyhncert.identify import common_name, parse_certificate  # noqa: PLC0415
    from pyhncert.verify import fingerprint  # noqa: PLC0415

    roots: list[dict[str, Any]] = [
        {"name": common_name(der), "until": parse_certificate(der).not_valid_after_utc.isoformat()}
        for der in bundle.roots
    ]
    signers = [fingerprint(key) for key in bundle.signers]
    if said.json:
        give_json(
            {
                "format": "hncert/trust",
                "version": 1,
                "number": bundle.number,
                "publisher": bundle.publisher,
                "issued_at": bundle.issued_at.isoformat(),
                "valid_until": bundle.valid_until.isoformat(),
                "roots": roots,
                "qr_keys": sorted(bundle.qr_keys),
                "signers": signers,
            }
        )
        return
    w = said.words
    give(w(f"gói tin cậy số {bundle.number}", f"trust bundle {bundle.number}") + f", {bundle.publisher}")
    until = w("dùng đến", "good until")
    give(f"  {w('phát hành', 'issued')}: {local(bundle.issued_at)}, {until} {local(bundle.valid_until)}")
    for root in roots:
        give(f"  {w('chứng thư gốc', 'root')}: {root['name']}, {w('đến', 'until')} {root['until'][:10]}")
    for key in sorted(bundle.qr_keys):
        give(f"  {w('khóa QR', 'QR key')}: {key}")
    for signer in signers:
        give(f"  {w('dấu vân tay', 'fingerprint')}: {signer}")
    if bundle.valid_until < dt.datetime.now(dt.UTC):
        tell(w("gói đã quá hạn; hãy nhận gói mới", "the bundle is past its day; take the newer one"), "yellow")
