"""To a CA that is not ours and back: requests and forms go out, certificates come in and are held against them."""

from __future__ import annotations

import csv
import hashlib
import io
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from pyhncert import _core
from pyhncert.escape import for_csv, for_json
from pyhncert.identify import check_path, common_name, parse_certificate, profiles, read_certificates
from pyhncert.identify._broken import BROKEN
from pyhncert.services.credentials._csr import read_csr
from pyhncert.services.credentials._keys import write_same
from pyhncert.services.credentials._refusals import refusal
from pyhncert.services.credentials._values import enrolment_columns, settings

if TYPE_CHECKING:
    from pyhncert.services.credentials._inventory import Credentials
    from pyhncert.services.credentials._values import CredentialLine

_SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")

__all__ = ["export_requests", "take_certificates"]


def export_requests(
    inventory: Credentials, wanted: Iterable[str], folder: Path, *, by: str, note: str = ""
) -> tuple[Path, ...]:
    """Writes for each approved request ``ID.csr.pem`` and ``ID.form.json``, and one ``enrolment-….csv`` of all.

    The same again writes the same and does no harm; the inventory notes when a request was first sent.

    Raises:
        Blocked: a request was not approved by a second person.
        UsageFault: nothing was named, or other files lie there under these names.
        StorageFault: the disk does not allow it.
    """
    lines = [inventory.line(one) for one in dict.fromkeys(wanted)]
    if not lines:
        raise refusal("unknown_id", id="")
    for line in lines:
        inventory.check_approved(line)
    files = []
    for line in lines:
        pem = x509.load_der_x509_csr(line.csr).public_bytes(Encoding.PEM)
        form = f"{for_json(enrolment(inventory, line), indent=2)}\n".encode()
        for name, data in ((f"{line.id}.csr.pem", pem), (f"{line.id}.form.json", form)):
            files.append(folder / name)
            write_same(files[-1], data)
    ids = sorted(line.id for line in lines)
    files.append(folder / f"enrolment-{'-'.join(dict.fromkeys((ids[0], ids[-1])))}.csv")
    write_same(files[-1], table([enrolment(inventory, line) for line in lines]))
    if fresh := [line.id for line in lines if line.sent is None and line.state == "approved"]:
        inventory.sent(*fresh, by=by, note=note)
    return tuple(files)


def enrolment(inventory: Credentials, line: CredentialLine) -> dict[str, Any]:
    """What a CA asks about a request, as one flat record."""
    kind, approved = profiles()[line.profile], line.approved
    assert approved is not None  # noqa: S101  checked before
    old = inventory.line(line.renews) if line.renews else None
    return {
        "format": "hncert/enrolment",
        "version": 1,
        "id": line.id,
        "profile": line.profile,
        "purpose": kind.name.vi,
        **{field.name: line.subject.get(field.name, "") for field in kind.fields},
        "key_usage": ", ".join(sorted(kind.key_usage)),
        "key": read_csr(line.csr).kind,
        "years": line.years or kind.years,
        "csr": f"{line.id}.csr.pem",
        "csr_sha256": hashlib.sha256(line.csr).hexdigest(),
        "requested_by": line.requested.by,
        "requested_at": line.requested.at.isoformat(),
        "approved_by": approved.by,
        "approved_at": approved.at.isoformat(),
        "note": line.requested.note,
        "renews_serial": f"{old.serial:x}" if old is not None and old.serial is not None else "",
    }


def table(records: list[dict[str, Any]]) -> bytes:
    """The records as CSV in UTF-8, with the columns and headings of `words.toml`; no cell is a formula."""
    columns = enrolment_columns()
    stream = io.StringIO(newline="")
    write = csv.writer(stream)
    write.writerow(for_csv(heading) for heading in columns.values())
    for record in records:
        write.writerow(for_csv(str(record.get(column, ""))) for column in columns)
    return stream.getvalue().encode()


def take_certificates(
    inventory: Credentials, data: bytes, *, by: str, chain: Iterable[bytes] = (), note: str = ""
) -> tuple[CredentialLine, ...]:
    """Enters the certificates in `data` (PEM, DER or PKCS#7) that answer our requests; the others are their chain.

    Each must be for the key that was asked for, name what was asked for (a CA may add to it), be for the profile's use,
    in force now, and lead to a root of the office. All are looked at before the first is entered.

    Raises:
        CertificateFault: the data hold no certificate, or one is not what was asked for.
        Blocked: a request was not approved by a second person.
    """
    found = certificates_in(data)
    others = (*found, *chain, *inventory.authorities)
    todo = []
    for der in found:
        line = inventory.by_key(hashlib.sha256(_core.certificate_spki(der)).digest())
        if line is not None:
            _same_name(line, parse_certificate(der).subject)
            path = check_path(
                der,
                chain=others,
                roots=inventory.roots,
                crls=None,
                now=inventory.clock(),
                usage=settings()["usage"][line.profile],
            )
            if line.state != "issued":
                inventory.check_approved(line)
            todo.append((line, der, path[1:-1]))
    if not todo:
        raise refusal("no_request", name=common_name(found[0]))
    return tuple(inventory.took(line, der, above, by=by, note=note) for line, der, above in todo)


def certificates_in(data: bytes) -> tuple[bytes, ...]:
    """The certificates in `data`, DER: one in DER, any number in PEM or PKCS#7 (.p7b), as CAs send chains.

    Raises:
        CertificateFault: there is none, or one cannot be read.
    """
    load = None
    if b"-----BEGIN PKCS7-----" in data:
        load = pkcs7.load_pem_pkcs7_certificates
    elif _SIGNED_DATA in data[:32]:
        load = pkcs7.load_der_pkcs7_certificates
    if load is None:
        return read_certificates(data)
    try:
        found = load(data)
    except BROKEN as err:
        raise refusal("chain_unreadable", why=err) from err
    if not found:
        raise refusal("chain_unreadable", why="no certificate")
    return tuple(certificate.public_bytes(Encoding.DER) for certificate in found)


def _same_name(line: CredentialLine, subject: x509.Name) -> None:
    """That each field that was asked for stands in the certificate as it was asked for."""
    for field in profiles()[line.profile].fields:
        wanted = line.subject.get(field.name)
        seen = [str(attribute.value) for attribute in subject.get_attributes_for_oid(field.oid)]
        if wanted is not None and _even(wanted) not in map(_even, seen):
            said = field.words
            shown = ", ".join(seen)
            raise refusal("other_name", id=line.id, field=said.en, field_vi=said.vi, seen=shown, wanted=wanted)


def _even(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())
