"""`hncert register erase`, `expire`, `person`, `access`: what the office holds on people, who looked, and what goes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from hncert_cli._app import global_options
from hncert_cli._open import open_office, system_user
from hncert_cli._say import give, give_json, grouped, local, settings, tell
from hncert_cli._spoken import Command
from hncert_cli._written import write_new
from pyhncert.errors import StorageFault, UsageFault
from pyhncert.escape import for_json

CLASSES = ("scan", "copy", "decision", "line")


@click.command(cls=Command)
@click.argument("code")
@click.option("--reason", required=True, metavar="TEXT", help="why, for the register; say no name")
@click.option("--class", "classes", multiple=True, type=click.Choice(CLASSES), help="only this; several times")
@global_options
def erase(code: str, *, reason: str, classes: tuple[str, ...]) -> None:
    """Remove what is personal of the act CODE for ever; its line, number and proof stay.

    CODE may be a file's (hồ sơ) that led to no act, or the number of a refusal: then the names in it go.
    """
    said = settings()
    register, person = open_office(said).register, system_user()
    what = reception(code)
    if what is not None:
        if classes:
            raise UsageFault("--class goes with the code of an act", "--class chỉ dùng với mã bản sao")
        done_now = register.erase_reception(what, reason, person=person)
        if said.json:
            give_json(
                {"format": "hncert/erased", "version": 1, "code": code, "classes": ["reception"] if done_now else []}
            )
        else:
            words = ("đã xóa tên", "names erased") if done_now else ("đã xóa từ trước", "erased before")
            tell(said.words(*words), "green")
        return
    done = register.erase(code, reason, classes=classes, person=person)
    if said.json:
        from hncert_cli._json import plain  # noqa: PLC0415

        give_json({"format": "hncert/erased", "version": 1, **plain(done)})
        return
    gone, kept = ", ".join(done.classes) or "-", ", ".join(done.kept) or "-"
    tell(said.words(f"đã xóa: {gone}; giữ lại: {kept}", f"erased: {gone}; kept: {kept}"), "green")


def reception(code: str) -> str | int | None:
    """The code of a file, or the number of a refusal; None for what is to be an act's code."""
    from pyhncert.keep import check_dossier_code  # noqa: PLC0415

    if len(code) <= 9 and code.isdecimal():
        return int(code)
    try:
        return check_dossier_code(code)
    except UsageFault:
        return None


@click.command(cls=Command)
@click.option("--dry-run", is_flag=True, help="only say what would go")
@global_options
def expire(*, dry_run: bool) -> None:
    """Remove what has been kept longer than its rule allows; print code and classes of each act, file and refusal."""
    said = settings()
    register, person = open_office(said).register, system_user()
    why = "thời hạn lưu giữ / retention"
    shown: list[dict[str, Any]] = []
    for what in register.expired_reception():
        if not dry_run:
            register.erase_reception(what, why, person=person)
        shown.append({"code": str(what), "classes": ["reception"], "erased": not dry_run})
        if not said.json:
            give(str(what), "reception")
    for code, classes in register.expired():
        if not dry_run:
            register.erase(code, why, classes=classes, person=person)
        shown.append({"code": code, "classes": list(classes), "erased": not dry_run})
        if not said.json:
            give(grouped(code), ",".join(classes))
    if said.json:
        give_json({"format": "hncert/expired", "version": 1, "acts": shown})


@click.command(cls=Command)
@click.argument("who", metavar="NAME")
@click.option("--purpose", required=True, metavar="TEXT", help="why it is looked at, for the access log; say no name")
@click.option("-o", "--out", type=click.Path(path_type=Path), metavar="DIR", help="a new folder, with the files too")
@global_options
def person(who: str, *, purpose: str, out: Path | None) -> None:
    """Give out everything that is held on one person, by NAME or number, as JSON; this is itself logged."""
    said = settings()
    if out is not None and out.exists():
        raise UsageFault(f"{out} exists; give another name", f"{out} đã có; cho tên khác")
    held = open_office(said).register.held_on(who, purpose=purpose, person=system_user())
    if out is None:
        give_json(held.document)
        return
    try:
        out.mkdir(mode=0o700)
    except OSError as err:
        raise StorageFault(f"{out}: {err.strerror}", f"{out}: {err.strerror}") from err
    write_new(out / "person.json", f"{for_json(held.document, indent=2)}\n".encode())
    for name, data in held.files.items():
        write_new(out / name, data)
    count = len(held.document["acts"])
    tell(said.words(f"đã ghi {count} hồ sơ vào {out}", f"wrote {count} acts to {out}"), "green")


@click.command(cls=Command)
@click.argument("code", required=False)
@global_options
def access(code: str | None) -> None:
    """List who looked at personal data, when and why: of the act CODE, or all."""
    said = settings()
    looks = open_office(said).register.accesses(code)
    if said.json:
        from hncert_cli._json import plain  # noqa: PLC0415

        give_json([{"format": "hncert/access", "version": 1, **plain(look)} for look in looks])
        return
    for look in looks:
        give(local(look.at), look.person, look.what, grouped(look.code or ""), look.purpose)
