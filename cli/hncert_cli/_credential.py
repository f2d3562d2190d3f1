"""`hncert credential`: officials' credentials, from the request to the end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hncert_cli._app import global_options
from hncert_cli._credential_key import Place, key_options, read, token_options
from hncert_cli._open import open_office, password_source
from hncert_cli._say import Settings, give, give_json, local, settings, tell
from hncert_cli._spoken import Group
from pyhncert.errors import UsageFault
from pyhncert.values import VIETNAM

if TYPE_CHECKING:
    from pyhncert.services.credentials import CredentialLine, Credentials

PROFILES = ("officer", "agency", "timestamp", "qr")

Decorated = Callable[..., Any]


@click.group(cls=Group)
@global_options
def credential() -> None:
    """Request, approve, issue, renew, revoke and list officials' credentials."""


def opened(said: Settings) -> Credentials:
    """The inventory of the office that the options name."""
    from pyhncert.services.credentials import open_credentials  # noqa: PLC0415

    return open_credentials(open_office(said))


def by_option(command: Decorated) -> Decorated:
    """Who does it, and what is noted."""
    command = click.option("--note", metavar="TEXT", default="", help="kept with the step, for the file")(command)
    return click.option("--by", metavar="PERSON", required=True, help="who does this; kept with the step")(command)


def as_json(line: CredentialLine, now: dt.datetime) -> dict[str, Any]:
    """One credential as JSON, without the bytes of request and certificate."""
    from hncert_cli._json import plain  # noqa: PLC0415

    whole = plain(line)
    for name in ("csr", "certificate", "chain"):
        del whole[name]
    serial = None if line.serial is None else f"{line.serial:x}"
    facts = {"serial": serial, "status": line.status(now), "days_left": line.days_left(now)}
    return {"format": "hncert/credential", "version": 1, **whole, **facts}


def show(lines: Sequence[CredentialLine], now: dt.datetime, said: Settings) -> None:
    """The lines as a table or, with `--json`, as one JSON document."""
    from pyhncert.services.credentials import words  # noqa: PLC0415

    if said.json:
        give_json([as_json(line, now) for line in lines])
        return
    for line in lines:
        left = line.days_left(now)
        end = "" if line.not_after is None else f"{line.not_after.astimezone(VIETNAM):%Y-%m-%d}"
        holder = (line.name, line.subject.get("title", ""), line.subject.get("organisation", ""))
        state = said.said(words("state", line.status(now)))
        give(line.id, state, line.profile, *holder, end, "" if left is None else str(left))


@credential.command()
@click.option("--profile", type=click.Choice(PROFILES), default="officer", show_default=True, help="what it is for")
@click.option("--name", "common_name", metavar="NAME", help="whose it is")
@click.option("--organisation", metavar="NAME", help="the agency")
@click.option("--unit", metavar="NAME", help="the department")
@click.option("--title", metavar="TEXT", help="the office held")
@click.option("--number", "serial", metavar="TEXT", help="number that tells holders of one name apart")
@click.option("--province", metavar="NAME", help="province or city")
@click.option(
    "--csr",
    "requests",
    metavar="FILE",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="a request (PKCS#10) made where the key lies; several take their names from the requests",
)
@key_options
@by_option
@global_options
def request(*, profile: str, requests: tuple[Path, ...], years: float | None, by: str, note: str, **given: Any) -> None:
    """Ask for a credential: for a new key in a file or on a token, or for requests made elsewhere. Prints its id."""
    said = settings()
    place = Place.taken_from(given)
    place.check(requests)
    subject = {name: value for name, value in given.items() if value}
    inventory = opened(said)
    todo = [(read(path), "") for path in requests] or [place.request(said, profile, subject, years)]
    if len(todo) > 1 and subject:
        raise UsageFault(
            "several requests take their names from the requests; leave the name out",
            "nhiều yêu cầu thì tên lấy từ chính các yêu cầu; hãy bỏ phần tên",
        )
    lines = [
        inventory.request(csr, by=by, profile=profile, subject=subject or None, where=where, years=years, note=note)
        for csr, where in todo
    ]
    for line in lines:
        tell(said.words(f"đã yêu cầu {line.id} cho {line.name}", f"asked for {line.id}, for {line.name}"))
    finish(lines, inventory, said)


def finish(lines: Sequence[CredentialLine], inventory: Credentials, said: Settings) -> None:
    """The ids on stdout, or the lines as JSON."""
    if said.json:
        show(lines, inventory.clock(), said)
    else:
        for line in lines:
            give(line.id)


@credential.command()
@click.argument("ids", metavar="ID...", nargs=-1)
@click.option("--all", "every", is_flag=True, help="every request that waits for approval")
@click.option("--refuse", is_flag=True, help="say no, with the reason in --note")
@by_option
@global_options
def approve(*, ids: tuple[str, ...], every: bool, refuse: bool, by: str, note: str) -> None:
    """Approve requests: never by the person who asked, nor by the holder."""
    said = settings()
    inventory = opened(said)
    chosen = which(inventory, ids, "requested", every=every)
    say = inventory.refuse if refuse else inventory.approve
    lines = say(*chosen, by=by, note=note)
    for line in lines:
        holder = ", ".join(
            line.subject[name] for name in ("common_name", "title", "organisation") if name in line.subject
        )
        asker = line.requested.by
        tell(said.words(f"{line.id}: {holder}; người yêu cầu: {asker}", f"{line.id}: {holder}; asked for by {asker}"))
    finish(lines, inventory, said)


def which(inventory: Credentials, ids: tuple[str, ...], state: str, *, every: bool) -> tuple[str, ...]:
    """The credentials that are named, or all in `state`."""
    if every == bool(ids):
        raise UsageFault("name credentials, or give --all", "hãy ghi số chứng thư, hoặc dùng --all")
    return tuple(line.id for line in inventory.lines() if line.state == state) if every else ids


@credential.command()
@click.argument("ids", metavar="ID...", nargs=-1)
@click.option("--all", "every", is_flag=True, help="every approved request")
@click.option("-o", "--out", metavar="DIR", type=click.Path(path_type=Path, file_okay=False), help="write ID.pem there")
@click.option(
    "--service",
    metavar="URL",
    default="",
    envvar="HNCERT_CREDENTIAL_SERVICE",
    help="where `hncert credential serve` is reached; stands in the certificates",
)
@by_option
@global_options
def issue(*, ids: tuple[str, ...], every: bool, out: Path | None, service: str, by: str, note: str) -> None:
    """Issue approved requests by the trial office's own authority. Prints their ids."""
    from pyhncert.services.credentials import write_certificate  # noqa: PLC0415

    said = settings()
    inventory = opened(said)
    chosen = which(inventory, ids, "approved", every=every)
    lines = inventory.issue(*chosen, by=by, service=service, note=note)
    for line in lines:
        if out is not None:
            write_certificate(line, out)
        if line.where.startswith("file:"):
            where = line.where.removeprefix("file:")
            tell(
                said.words(f"{line.id}: chứng thư đã ở cạnh khóa {where}", f"{line.id}: certificate put to key {where}")
            )
    finish(lines, inventory, said)


@credential.command()
@click.argument("id_", metavar="ID")
@click.option(
    "--csr", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False), help="a request with the new key"
)
@key_options
@by_option
@global_options
def renew(id_: str, *, csr: Path | None, years: float | None, by: str, note: str, **given: Any) -> None:
    """Ask for the successor of ID with a new key; ID stays valid until its end. Prints the new id."""
    said = settings()
    place = Place.taken_from(given)
    place.check([csr] if csr else [])
    inventory = opened(said)
    old = inventory.line(id_)
    data, where = (read(csr), "") if csr else place.request(said, old.profile, dict(old.subject), years)
    line = inventory.renew(id_, data, by=by, where=where, years=years, note=note)
    tell(said.words(f"đã yêu cầu {line.id} để thay {old.id}", f"asked for {line.id} in place of {old.id}"))
    finish([line], inventory, said)


@credential.command()
@click.argument("id_", metavar="ID")
@token_options
@global_options
def collect(id_: str, *, module: Path | None, token: str) -> None:
    """Put the issued certificate of ID beside its key on the token. Prints the key's label."""
    from pyhncert.identify import put_on_token  # noqa: PLC0415

    said = settings()
    line = opened(said).line(id_)
    if module is None:
        raise UsageFault("say which library the token has; give --module", "hãy cho biết thư viện của token: --module")
    if line.certificate is None:
        raise UsageFault(f"credential {line.id} is not issued yet", f"chứng thư số {line.id} chưa được cấp")
    ask = password_source(said)
    give(put_on_token(module, lambda: ask("credential"), line.certificate, line.chain, token=token))


@credential.command()
@click.argument("id_", metavar="ID")
@click.option("--reason", required=True, metavar="REASON", help="as RFC 5280 writes it: keyCompromise, superseded, …")
@click.option("--at", "since", type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]), help="from when on; now if not")
@by_option
@global_options
def revoke(id_: str, *, reason: str, since: dt.datetime | None, by: str, note: str) -> None:
    """Revoke the credential ID, for good."""
    said = settings()
    inventory = opened(said)
    at = None if since is None else since.replace(tzinfo=VIETNAM)
    line = inventory.revoke(id_, by=by, reason=reason, at=at, note=note)
    tell(said.words(f"đã thu hồi {line.id} của {line.name}", f"{line.id} of {line.name} is revoked"))
    if inventory.authority is None:
        tell(said.words("hãy yêu cầu CA đã cấp thu hồi nó", "ask the CA that issued it to revoke it"), "yellow")
    finish([line], inventory, said)


@credential.command("list")
@click.option("--due", type=click.IntRange(0), metavar="DAYS", help="only those that end within so many days")
@click.option("--state", metavar="STATE", help="only those in this state")
@global_options
def list_credentials(*, due: int | None, state: str | None) -> None:
    """List credentials: id, state, profile, name, title, agency, last day, days left."""
    said = settings()
    inventory = opened(said)
    now = inventory.clock()
    lines = inventory.lines() if due is None else inventory.due(dt.timedelta(days=due))
    show([line for line in lines if state in (None, line.status(now))], now, said)
    if due is None and (soon := inventory.due()):
        first = soon[0]
        assert first.not_after is not None  # noqa: S101  it is due
        end = local(first.not_after)
        tell(
            said.words(
                f"{len(soon)} chứng thư số sắp hết hạn, trước hết là {first.id} lúc {end}: `hncert credential renew`",
                f"{len(soon)} credential(s) end soon, {first.id} first, on {end}: `hncert credential renew`",
            ),
            "yellow",
        )


@credential.command()
@click.argument("ids", metavar="ID...", nargs=-1)
@click.option("--all", "every", is_flag=True, help="every approved request")
@click.option(
    "-o", "--out", metavar="DIR", required=True, type=click.Path(path_type=Path, file_okay=False), help="where to write"
)
@by_option
@global_options
def export(*, ids: tuple[str, ...], every: bool, out: Path, by: str, note: str) -> None:
    """Write approved requests and their enrolment forms for another CA into DIR. Prints the files."""
    from pyhncert.services.credentials import export_requests  # noqa: PLC0415

    inventory = opened(settings())
    chosen = which(inventory, ids, "approved", every=every)
    for path in export_requests(inventory, chosen, out, by=by, note=note):
        give(str(path))


@credential.command("import")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False))
@by_option
@global_options
def import_certificates(*, files: tuple[Path, ...], by: str, note: str) -> None:
    """Enter certificates that another CA issued for requests of this office. Prints their ids."""
    from pyhncert.services.credentials import take_certificates  # noqa: PLC0415

    said = settings()
    inventory = opened(said)
    lines = [line for file in files for line in take_certificates(inventory, read(file), by=by, note=note)]
    finish(lines, inventory, said)


@credential.command()
@click.option("--port", type=click.IntRange(0, 65535), default=8318, show_default=True, help="0 takes a free one")
@global_options
def serve(*, port: int) -> None:
    """Serve the trial authority's lists, OCSP and timestamps on this machine until stopped. Prints its address."""
    import signal  # noqa: PLC0415
    import threading  # noqa: PLC0415

    from pyhncert.services.credentials import CredentialService  # noqa: PLC0415

    said = settings()
    ended = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: ended.set())
    with CredentialService(opened(said), port=port) as service:
        for path, vi, en in (
            ("/issuing.crl, /root.crl", "danh sách thu hồi", "revocation lists"),
            ("/ocsp", "trạng thái chứng thư số (OCSP)", "state of certificates (OCSP)"),
            ("/tsa", "dấu thời gian (RFC 3161)", "timestamps (RFC 3161)"),
        ):
            tell(f"  {service.url}{path}: {said.words(vi, en)}")
        if said.json:
            give_json({"format": "hncert/credential-service", "version": 1, "url": service.url})
        else:
            give(service.url)
        ended.wait()
    tell(said.words("đã dừng", "stopped"))
