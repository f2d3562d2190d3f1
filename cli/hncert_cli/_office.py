"""`hncert office`: a working trial office in seconds, and an old register brought up to date."""

from __future__ import annotations

from pathlib import Path

import click

from hncert_cli._app import global_options
from hncert_cli._say import give, give_json, settings, tell
from hncert_cli._spoken import Group
from pyhncert.errors import UsageFault

SCHEMES = {"rsa-3072": "rsa-pss", "rsa-2048": "rsa-pss", "p-384": "ecdsa"}


@click.group(cls=Group)
@global_options
def office() -> None:
    """Set up an office."""


@office.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--trial", is_flag=True, help="make test keys, a test CA and a timestamp authority, all offline; no legal value"
)
@click.option(
    "--agency-key", type=click.Choice(list(SCHEMES)), default="rsa-3072", show_default=True, help="the agency's key"
)
@click.option(
    "--register", metavar="URL", help="the register lies on a PostgreSQL server: postgresql://USER@HOST/DATABASE, empty"
)
@click.option(
    "--agency-scheme",
    type=click.Choice(["rsa-pss", "rsa-v15", "ecdsa"]),
    help="how it signs; rsa-pss for RSA and ecdsa for P-384 by default",
)
@global_options
def init(folder: Path, *, trial: bool, agency_key: str, agency_scheme: str | None, register: str | None) -> None:
    """Make an office in DIR and print its folder."""
    from pyhncert.office import init_trial  # noqa: PLC0415

    said = settings()
    if not trial:
        raise UsageFault(
            "only a trial office can be made by command; give --trial",
            "chỉ lập được văn phòng thử nghiệm bằng lệnh; cho --trial",
            hint="a real office is set up in its office.toml: see docs/office.md",
            hint_vi="văn phòng thật được khai trong office.toml: xem docs/office.md",
        )
    scheme = agency_scheme or SCHEMES[agency_key]
    if (scheme == "ecdsa") != (agency_key == "p-384"):
        raise UsageFault(f"a {agency_key} key does not sign with {scheme}", f"khóa {agency_key} không ký bằng {scheme}")
    made = init_trial(folder, agency_key=agency_key, agency_scheme=scheme, register=register)
    w = said.words
    tell(w(f"đã lập văn phòng thử nghiệm tại {made}", f"made a trial office in {made}"), "green")
    tell(w("  bản sao của nó không có giá trị pháp lý", "  its copies have no legal value"))
    tell(w(f"  gốc tin cậy: {made / 'trust' / 'root.pem'}", f"  trust anchor: {made / 'trust' / 'root.pem'}"))
    tell(w(f"  dùng: hncert --office {made} certify scan.png", f"  use it: hncert --office {made} certify scan.png"))
    if said.json:
        give_json(
            {"format": "hncert/office", "version": 1, "folder": str(made), "root": str(made / "trust" / "root.pem")}
        )
    else:
        give(str(made))


@office.command()
@click.option("--as", "owner", metavar="USER", help="the server's user who owns the register, where a desk's does not")
@global_options
def upgrade(owner: str | None) -> None:
    """Bring the register of the office to this software's form, and seal it where the office has a key for that.

    Nothing happens where all that is done.
    """
    from hncert_cli._open import open_office  # noqa: PLC0415
    from pyhncert.keep import upgrade_register  # noqa: PLC0415

    said = settings()
    office = open_office(said)
    where = office.settings.register
    upgrade_register(where, owner=owner)
    sealed = office.seal(owner=owner)
    if sealed:
        tell(said.words(f"đã mã hóa {sealed} hồ sơ và tệp", f"sealed {sealed} acts and objects"), "green")
    tell(said.words(f"sổ {where} đã theo dạng của phần mềm này", f"the register {where} is up to date"), "green")


@office.command("key")
@click.argument("file", type=click.Path(path_type=Path))
@global_options
def make_key(file: Path) -> None:
    """Make an office key in the new FILE, which its owner alone may read; name it under [privacy] in office.toml."""
    from pyhncert.keep import key_from_file, make_key_file  # noqa: PLC0415

    said = settings()
    make_key_file(file)
    tell(
        said.words(
            f"đã tạo khóa cơ quan {file}; hãy cất một bản ở nơi khác, vì mất khóa là mất dữ liệu đã mã hóa",
            f"made the office key {file}; keep a copy of it elsewhere: without it what is sealed is lost",
        ),
        "green",
    )
    give(key_from_file(file).id)


@office.command("rekey")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--as", "owner", metavar="USER", help="the server's user who owns the register, where a desk's does not")
@global_options
def rekey(file: Path | None, *, owner: str | None) -> None:
    """Go over to the office key in FILE, and to new keys under it; without FILE finish a change that was stopped.

    FILE may be an office.toml to come: then the key is the one that its [privacy] names.
    """
    from hncert_cli._open import open_office  # noqa: PLC0415

    said = settings()
    done = open_office(said).rekey(file, owner=owner)
    tell(said.words(f"đã bọc lại {done} khóa", f"wrapped {done} keys anew"), "green")
    if file is not None:
        tell(
            said.words(
                "hãy ghi khóa mới vào [privacy] của office.toml; khóa cũ không mở được gì nữa",
                "now name the new key under [privacy] in office.toml; the old one opens nothing any more",
            )
        )
