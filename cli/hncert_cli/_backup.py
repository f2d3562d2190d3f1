"""`hncert backup` and `hncert restore`: the office's register, objects and settings, kept and brought back."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hncert_cli._app import global_options
from hncert_cli._open import open_office, password_source
from hncert_cli._say import give, give_json, grouped, local, settings, tell
from hncert_cli._spoken import Command, Group
from pyhncert.errors import StorageFault, UsageFault
from pyhncert.values import Words

if TYPE_CHECKING:
    from pyhncert.keep import Backup, BackupFolder, Given


class BackupGroup(Group):
    """`hncert backup DIR` is `hncert backup make DIR`."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """A word that is no command is the folder of `make`."""
        if args and self.get_command(ctx, args[0]) is None:
            args = ["make", *args]
        return super().resolve_command(ctx, args)


@click.group(cls=BackupGroup, context_settings={"ignore_unknown_options": True})
@global_options
def backup() -> None:
    """Back the office up: `hncert backup DIR`."""


_FOLDER = click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))


@backup.command("make")
@_FOLDER
@click.option("--keys", is_flag=True, help="private keys too; without it they are left out, and named")
@click.option("--verify", is_flag=True, help="read and compare the objects that are there already")
@global_options
def make(folder: Path, *, keys: bool, verify: bool) -> None:
    """Add a backup of the office to DIR and print its name; the office goes on working.

    Objects that are there already are not copied again. A run that was interrupted is simply run again.
    """
    said = settings()
    made = open_office(said).backup(folder, keys=keys, verify=verify)
    w, facts = said.words, made.manifest
    tell(
        w(
            f"đã sao lưu {facts['acts']} dòng sổ và {facts['objects']} đối tượng, chép mới {made.copied}",
            f"backed up {facts['acts']} lines and {facts['objects']} objects, {made.copied} of them copied now",
        ),
        "green",
    )
    tell(w(f"  SHA-256 của bản kê: {made.digest}", f"  SHA-256 of the manifest: {made.digest}"))
    if facts["left_out"]:
        names = ", ".join(facts["left_out"])
        tell(w(f"  không có khóa bí mật: {names}", f"  private keys are not in it: {names}"))
    if facts["elsewhere"]:
        names = ", ".join(facts["elsewhere"])
        tell(w(f"  nằm ngoài thư mục văn phòng, không chép: {names}", f"  outside of the office, not in it: {names}"))
    if said.json:
        shown = {key: value for key, value in facts.items() if key not in {"format", "version", "files"}}
        named = {"name": made.name, "digest": made.digest, "copied": made.copied}
        give_json({"format": "hncert/backup-made", "version": 1, **named, **shown})
    else:
        give(made.name)


def _checked(held: BackupFolder, name: str | None) -> tuple[str, Backup | None, tuple[Words, ...]]:
    """What is wrong with one backup; also with one of which not even the manifest can be read."""
    try:
        one = held.one(name)
    except StorageFault as err:
        if name is None:
            raise
        return name, None, (Words(err.vi, err.en),)
    return one.name, one, held.check(one)


@backup.command("check")
@_FOLDER
@click.option("--name", metavar="NAME", help="this backup; the newest by default")
@click.option("--all", "every", is_flag=True, help="every backup in DIR")
@global_options
def check(folder: Path, *, name: str | None, every: bool) -> None:
    """Read every byte of a backup in DIR and compare it with its manifest; exit 18 where it is damaged."""
    from pyhncert.keep import BackupFolder  # noqa: PLC0415

    said = settings()
    held = BackupFolder(folder)
    results = [_checked(held, one) for one in (held.held() if every else [name])]
    if said.json:
        from hncert_cli._json import plain  # noqa: PLC0415

        give_json(
            [
                {
                    "format": "hncert/backup-checked",
                    "version": 1,
                    "name": found,
                    "digest": one.digest if one is not None else None,
                    "made_at": plain(one.made_at) if one is not None else None,
                    "faults": plain(faults),
                }
                for found, one, faults in results
            ]
        )
    else:
        for found, one, faults in results:
            state = said.words("tốt", "good") if not faults else said.words("hỏng", "damaged")
            give(found, state, one.digest if one is not None else "-")
            for fault in faults:
                tell(f"  {said.said(fault)}")
    bad = [found for found, _, faults in results if faults]
    if bad:
        names = ", ".join(bad)
        raise StorageFault(f"damaged: {names}", f"bị hỏng: {names}")


@backup.command("prune")
@_FOLDER
@click.option("--keep", type=click.IntRange(1), required=True, metavar="N", help="how many of the newest stay")
@global_options
def prune(folder: Path, *, keep: int) -> None:
    """Remove all backups in DIR but the newest N, and the objects that only they needed; print their names."""
    from pyhncert.keep import BackupFolder  # noqa: PLC0415

    said = settings()
    gone = BackupFolder(folder).prune(keep)
    tell(said.words(f"đã xóa {len(gone)} bản sao lưu", f"removed {len(gone)} backups"))
    if said.json:
        give_json({"format": "hncert/backup-pruned", "version": 1, "removed": list(gone)})
    else:
        for name in gone:
            give(name)


_PAIR = re.compile(r"(?P<book>.+)=(?P<number>\d{1,9})(?:/(?P<year>\d{4}))?", re.ASCII)


def _last(pairs: tuple[str, ...]) -> dict[str | tuple[str, int], int]:
    """`BOOK=NUMBER` and `BOOK=NUMBER/YEAR` pairs."""
    found: dict[str | tuple[str, int], int] = {}
    for pair in pairs:
        said = _PAIR.fullmatch(pair)
        if said is None:
            raise UsageFault(
                f"--last {pair!r} is not of the form BOOK=NUMBER or BOOK=NUMBER/YEAR, as 01/2026-SCT/BS=123",
                f"--last {pair!r} không có dạng QUYỂN=SỐ hoặc QUYỂN=SỐ/NĂM, ví dụ 01/2026-SCT/BS=123",
            )
        found[(said["book"], int(said["year"])) if said["year"] else said["book"]] = int(said["number"])
    return found


@click.command(cls=Command)
@_FOLDER
@click.option(
    "--to", required=True, type=click.Path(path_type=Path), metavar="OFFICE", help="the new folder of the office"
)
@click.option("--name", metavar="NAME", help="this backup; the newest by default")
@click.option(
    "--receipts",
    multiple=True,
    type=click.Path(path_type=Path, exists=True),
    metavar="PATH",
    help="receipts given out since, a folder of them, or what `hncert register list --json` printed elsewhere",
)
@click.option(
    "--last", "pairs", multiple=True, metavar="BOOK=NUMBER", help="the last number that paper shows was given out"
)
@click.option(
    "--keys",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    metavar="FOLDER",
    help="where the private keys lie as in the office's folder",
)
@global_options
def restore(
    folder: Path,
    *,
    to: Path,
    name: str | None,
    receipts: tuple[Path, ...],
    pairs: tuple[str, ...],
    keys: Path | None,
) -> None:
    """Make an office in the new folder OFFICE from a backup in DIR, and say what is missing in it.

    Everything is checked first. Numbers that receipts show were given out since are entered again; those in between are
    voided with a reason, so no number is missing and none is given twice.
    """
    from pyhncert.office import restore_office  # noqa: PLC0415

    said = settings()
    w = said.words
    done = restore_office(
        folder,
        to,
        name=name,
        receipts=receipts,
        last=_last(pairs),
        keys=keys,
        password=password_source(said),
    )
    found = done.refilled
    when = local(done.backup.made_at)
    tell(w(f"đã khôi phục bản sao lưu lúc {when}", f"restored the backup of {when}"), "green")
    if not done.proven:
        tell(
            w(
                f"  bản sao lưu không có bằng chứng của cơ quan; hãy so SHA-256 với bản đã ghi: {done.backup.digest}",
                f"  no proof of the office is in it; compare the SHA-256 that was written down: {done.backup.digest}",
            ),
            "yellow",
        )
    for name_ in done.left_out:
        tell(w(f"  khóa phải đặt lại: {name_}", f"  to be put back: the key {name_}"))
    for path in done.elsewhere:
        tell(w(f"  phải đặt lại: {path}", f"  to be put back: {path}"))
    tell(
        w(
            f"  việc thu hồi, thay thế sau {when} không có trong sổ: hãy làm lại từ giấy tờ",
            f"  what was revoked or replaced after {when} is not known: enter it again from your papers",
        ),
        "yellow",
    )
    if said.json:
        from hncert_cli._json import plain  # noqa: PLC0415

        shown = {
            "folder": str(done.folder),
            "backup": done.backup.name,
            "made_at": plain(done.backup.made_at),
            "digest": done.backup.digest,
            "proven": done.proven,
            "entered": [_place(line) for line in found.entered],
            "voided": [_place(line) for line in found.voided],
            "changed": [_given(one) for one in found.changed],
            "strange": [_given(one) for one in found.strange],
            "lost": list(done.lost),
            "left_out": list(done.left_out),
            "elsewhere": list(done.elsewhere),
        }
        give_json({"format": "hncert/restored", "version": 1, **shown})
        return
    give(str(done.folder))
    for title, lines in (
        (w("nhập lại từ biên nhận", "entered again from receipts"), found.entered),
        (w("hủy số, không rõ đã dùng vào việc gì", "voided, their use is not known"), found.voided),
    ):
        for line in lines:
            digest = line.file_digest.hex() if line.file_digest else "-"
            give(title, f"{line.number:02d}", line.book, str(line.year), grouped(line.code), digest)
    for title, ones in (
        (w("biên nhận mới hơn sổ", "the receipt knows more than the register"), found.changed),
        (w("không phải của sổ này", "not of this register"), found.strange),
    ):
        for one in ones:
            give(title, f"{one.number:02d}", one.book, str(one.year), grouped(one.code), str(one.source))
    for code in done.lost:
        give(w("thiếu tệp của bản sao", "the copy's file is missing"), grouped(code))


def _place(line: object) -> dict[str, object]:
    from hncert_cli._json import plain  # noqa: PLC0415

    names = ("unit", "book", "year", "number", "code", "state", "certified_at", "file_digest", "reason")
    return {name: plain(getattr(line, name)) for name in names}


def _given(one: Given) -> dict[str, object]:
    from hncert_cli._json import plain  # noqa: PLC0415

    names = ("unit", "book", "year", "number", "code", "state", "certified_at", "source")
    digests = [state.file_digest.hex() for state in one.states]
    return {**{name: plain(getattr(one, name)) for name in names}, "file_digests": digests}
