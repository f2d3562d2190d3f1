"""A revision with validation data: the DSS dictionary, in one byte layout (ETSI EN 319 142-1, 5.4.2).

The layout is a function of the revisions before it and of the certificates and lists that it adds, so that verification
can build the revision again from its parts and compare byte by byte: nothing else fits into it, though no signature
covers the last one. Objects stand in the order catalog, DSS, certificates, lists, OCSP responses, each kind sorted by
its DER; streams are not compressed. The entry OCSPs is there only where there are responses. A later DSS keeps the
number and the entries of the one before, and leaves the catalog alone.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from pyhncert.issue._sign_objects import PdfObject, Ref, malformed
from pyhncert.issue._sign_revisions import Revisions
from pyhncert.issue._sign_update import closing, cross_references, extended, next_number, numbered

SIGNED_REVISIONS = 3


@dataclass(frozen=True, slots=True)
class ValidationData:
    """Certificates, lists and OCSP responses, DER each, sorted: what one revision adds, or what all hold."""

    certificates: tuple[bytes, ...]
    lists: tuple[bytes, ...]
    responses: tuple[bytes, ...] = ()

    def __add__(self, other: ValidationData) -> ValidationData:
        """Both, in the order in which they were added."""
        return ValidationData(
            self.certificates + other.certificates, self.lists + other.lists, self.responses + other.responses
        )


def build_validation_data(revisions: Revisions, place: int, added: ValidationData) -> bytes:
    """The bytes of the one revision `place` (counted from 1) that adds `added` to the revisions before it.

    Raises:
        AlteredCore: the catalog or the DSS dictionary before it is not ours.
    """
    last = revisions[place - 2]
    catalog, store = revisions.catalog(place - 1), next_number(last)
    held = _store(revisions, place - 1)
    entries = {key: _entries(held, key) for key in ("Certs", "CRLs", "OCSPs")}
    first = store if held is not None else store + 1
    objects: dict[int, bytes] = {}
    if held is None:
        value = revisions.data[catalog.value_start : catalog.value_end]
        objects[catalog.number] = extended(value, b"/DSS %d 0 R" % store)
    else:
        store = held.number
    parts = (added.certificates, added.lists, added.responses)
    streams = tuple(der for part in parts for der in part)
    numbers = range(first, first + len(streams))
    at = first
    for key, part in zip(entries, parts, strict=True):
        entries[key] += (b"%d 0 R" % number for number in range(at, at + len(part)))
        at += len(part)
    named = [
        b"/%b [%b]" % (key.encode(), b" ".join(found)) for key, found in entries.items() if found or key != "OCSPs"
    ]
    objects[store] = b"<<\n/Type /DSS\n%b\n>>" % b"\n".join(named)
    for number, der in zip(numbers, streams, strict=True):
        objects[number] = b"<<\n/Length %d\n>>\nstream\n%b\nendstream" % (len(der), der)
    out, places = bytearray(), {}
    for number, body in objects.items():
        places[number] = last.end + len(out)
        out += numbered(number, body)
    table = last.end + len(out)
    out += cross_references(places)
    identity = hashlib.sha256(out).digest()[:16]
    return bytes(out) + closing(last, size=first + len(streams), identity=identity, table=table)


def read_validation_data(revisions: Revisions, place: int) -> ValidationData:
    """What revision `place` adds.

    Raises:
        AlteredCore: it has no DSS dictionary of our form.
    """
    held, objects = _store(revisions, place), revisions[place - 1].objects
    if held is None or held.number not in objects:
        raise malformed(revisions[place - 1].start)

    def streams(key: str) -> tuple[bytes, ...]:
        found = []
        for reference in _references(held, key):
            if reference.number in objects:
                stream = objects[reference.number].stream
                if stream is None:
                    raise malformed(objects[reference.number].start)
                found.append(revisions.data[slice(*stream)])
        return tuple(found)

    return ValidationData(streams("Certs"), streams("CRLs"), streams("OCSPs"))


def _store(revisions: Revisions, place: int) -> PdfObject | None:
    """The DSS dictionary as it stood after revision `place`, where there was one."""
    reference = revisions.catalog(place).dictionary.get("DSS")
    return None if reference is None else revisions.object(reference, place)


def _references(held: PdfObject, key: str) -> list[Ref]:
    value = held.dictionary.get(key, [] if key == "OCSPs" else None)
    if not isinstance(value, list) or not all(isinstance(item, Ref) and not item.generation for item in value):
        raise malformed(held.start)
    return [item for item in value if isinstance(item, Ref)]


def _entries(held: PdfObject | None, key: str) -> list[bytes]:
    return [] if held is None else [b"%d 0 R" % reference.number for reference in _references(held, key)]
