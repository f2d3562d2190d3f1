"""The register for other programs: CSV with the eight columns of the form, its description, and JSON. Version 1."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable
from dataclasses import asdict
from typing import IO, Any

from pyhncert.escape import for_csv, for_json
from pyhncert.keep._form import day_text, form
from pyhncert.values import RegisterLine

FORMAT = "pyhncert/register"
VERSION = 1


def columns(line: RegisterLine) -> tuple[str, ...]:
    """The eight columns of a line, as text; a voided act certified no copy and cost nothing."""
    voided = line.state == "voided"
    return (
        f"{line.number:02d}",
        day_text(line.certified_at),
        line.requester,
        line.original,
        line.signer,
        "0" if voided else str(line.copies),
        "0" if voided else _fee(line),
        line.note,
    )


def _fee(line: RegisterLine) -> str:
    abroad = line.charge is not None and line.charge.currency != "VND"
    return paid(line) if abroad else str(line.fee_vnd)


def paid(line: RegisterLine) -> str:
    """What the applicant pays for an act, with its currency."""
    if line.charge is not None and line.charge.currency != "VND":
        return f"{line.charge.net} {line.charge.currency}"
    return f"{line.fee_vnd:,} VND".replace(",", ".")


def export_csv(lines: Iterable[RegisterLine], stream: IO[str], *, on: dt.date, bom: bool = False) -> int:
    """Write `lines` as CSV (RFC 4180) under the column names in force on `on`; returns how many.

    Open the stream with ``newline=""`` and UTF-8; `bom` tells Excel so. What a later reader must know of the columns,
    the version too, is in `csv_metadata`.
    """
    if bom:
        stream.write("\ufeff")
    writer = csv.writer(stream)
    writer.writerow(form(on).columns)
    count = 0
    for line in lines:
        writer.writerow([for_csv(cell) for cell in columns(line)])
        count += 1
    return count


def csv_metadata(url: str, *, on: dt.date) -> dict[str, Any]:
    """What describes the CSV file named `url`, after W3C "CSV on the Web": version, columns, source of law.

    Lies beside the file as ``FILE.csv-metadata.json``, where readers of that standard look for it.
    """
    printed = form(on)
    names = ("number", "date", "requester", "original", "signer", "copies", "fee_vnd", "note")
    kinds: tuple[Any, ...] = (
        "integer",
        {"base": "date", "format": "dd/MM/yyyy"},
        *("string",) * 3,
        "integer",
        "integer",
        "string",
    )
    return {
        "@context": "http://www.w3.org/ns/csvw",
        "url": url,
        "dc:title": printed.title,
        "dc:source": printed.source,
        "pyhncert:format": FORMAT,
        "pyhncert:version": VERSION,
        "pyhncert:form": printed.version,
        "tableSchema": {
            "columns": [
                {"name": name, "titles": title, "datatype": kind}
                for name, title, kind in zip(names, printed.columns, kinds, strict=True)
            ]
        },
    }


def export_json(lines: Iterable[RegisterLine], stream: IO[str], *, on: dt.date) -> int:
    """Write `lines` as one JSON document, schema in ``schemas/register.schema.json``; returns how many.

    Written line by line, so that memory stays flat.
    """
    head = {"format": FORMAT, "version": VERSION, "columns": list(form(on).columns)}
    stream.write(for_json(head)[:-1] + ', "lines": [')
    count = 0
    for line in lines:
        stream.write((",\n" if count else "\n") + for_json(as_json(line)))
        count += 1
    stream.write("\n]}\n")
    return count


def as_json(line: RegisterLine) -> dict[str, Any]:
    """One line with its columns and what the printed register does not show."""
    return {
        "code": line.code,
        "unit": line.unit,
        "book": line.book,
        "year": line.year,
        "number": line.number,
        "state": line.state,
        "certified_at": line.certified_at.isoformat(timespec="seconds"),
        "requester": line.requester,
        "original": line.original,
        "kind": line.kind,
        "pages": line.pages,
        "signer": line.signer,
        "copies": line.copies,
        "fee_vnd": line.fee_vnd,
        "charge": {**asdict(line.charge), "net": line.charge.net} if line.charge is not None else None,
        "paper_copies": line.paper_copies,
        "dossier": line.dossier,
        "note": line.note,
        "reason": line.reason,
        "changed_at": line.changed_at.isoformat(timespec="seconds") if line.changed_at else None,
        "superseded_by": line.superseded_by,
        "replaces": line.replaces,
        "level_asked": line.level_asked,
        "level": line.level,
        "content_digest": line.content_digest.hex() if line.content_digest else None,
        "file_digest": line.file_digest.hex() if line.file_digest else None,
    }
