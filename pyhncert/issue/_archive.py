"""A revision with a document timestamp: what keeps a copy good beyond its certificates (EN 319 142-1, 5.4.3).

Like the DSS it has one byte layout, a function of the revisions before it, of the room that was kept and of the token:
catalog and first page, which name one more field, the field, and the timestamp dictionary over all that came before.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from pyhncert.issue._dss_cms import TokenParts, read_token
from pyhncert.issue._sign import OFFICER
from pyhncert.issue._sign_contents import Signed, find_field, read_signature
from pyhncert.issue._sign_objects import PdfObject, malformed
from pyhncert.issue._sign_revisions import Revisions
from pyhncert.issue._sign_update import BYTE_RANGE, file_ids, framed, next_number, numbered

SIGNED = 3
KIND = "DocTimeStamp"
_DICTIONARY = b"<<\n/Type /DocTimeStamp\n/Filter /Adobe.PPKLite\n/SubFilter /ETSI.RFC3161\n/ByteRange %b\n/Contents "
_LIST = rb"/%b\s*\[\s*\d+ 0 R(?:\s+\d+ 0 R)*\s*(?=\])"


@dataclass(frozen=True, slots=True)
class ArchiveStamp:
    """A document timestamp and the revision, counted from 1, that holds it."""

    place: int
    signed: Signed
    token: TokenParts

    def covers(self, data: bytes) -> bool:
        """Whether the token was made over all that its byte range names of `data`."""
        algorithm, digest = self.token.imprint
        return self.signed.digest(data, algorithm) == digest


def stamp_frame(revisions: Revisions, place: int, room: int) -> tuple[bytes, bytes]:
    """Revision `place` before and behind its contents, for which `room` bytes are kept.

    Raises:
        AlteredCore: catalog or first page are not ours.
    """
    last, catalog = revisions[place - 2], revisions.catalog(place - 1)
    page = revisions.object(find_field(revisions, OFFICER, SIGNED).dictionary.get("P"), place - 1)
    field, number = next_number(last), next_number(last) + 1
    body, places = bytearray(), {}
    for found, key in ((catalog, b"Fields"), (page, b"Annots")):
        places[found.number] = last.end + len(body)
        body += numbered(found.number, _with_one_more(revisions.data, found, key, field))
    places[field] = last.end + len(body)
    body += numbered(
        field,
        b"<</Type /Annot /Subtype /Widget /FT /Sig /T (%b) /F 132 /Rect [0 0 0 0] /P %d 0 R /V %d 0 R>>"
        % (field_name(place).encode(), page.number, number),
    )
    places[number] = last.end + len(body)
    body += b"%d 0 obj\n%b" % (number, _DICTIONARY % BYTE_RANGE)
    identity = hashlib.sha256(b"".join(file_ids(last))).digest()[:16]
    return framed(last, bytes(body), places, b"\n>>", room=room, identity=identity)


def stamp_contents(token: bytes, room: int) -> bytes:
    """The contents between both parts of a frame: `token`, and zeros behind it."""
    return b"<%b>" % token.hex().upper().ljust(2 * room, "0").encode()


def field_name(place: int) -> str:
    """The field of the document timestamp in revision `place`."""
    return f"Archive{place}"


def is_stamp(revisions: Revisions, place: int) -> bool:
    """Whether revision `place` holds a document timestamp rather than validation data."""
    values = (found.value for found in revisions[place - 1].objects.values())
    return any(isinstance(value, dict) and value.get("Type") == KIND for value in values)


def read_stamp(revisions: Revisions, place: int) -> ArchiveStamp:
    """The document timestamp in revision `place`.

    Raises:
        AlteredCore: there is none in our form.
    """
    signed = read_signature(revisions, place, field_name(place), kind=KIND, subfilter="ETSI.RFC3161")
    return ArchiveStamp(place, signed, read_token(signed.cms))


def _with_one_more(data: bytes, found: PdfObject, key: bytes, number: int) -> bytes:
    """The value of `found` with a reference to `number` at the end of its one list `key`."""
    value = data[found.value_start : found.value_end]
    places = list(re.finditer(_LIST % key, value))
    if found.generation or len(places) != 1:
        raise malformed(found.start)
    end = places[0].end()
    return b"%b %d 0 R%b" % (value[:end], number, value[end:])
