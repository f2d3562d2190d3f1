"""act.json inside a copy: that it is there once, canonical, and says of the pages what the pages are."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pyhncert import _core
from pyhncert.errors import AlteredCore, HncertError
from pyhncert.issue._sign_structure import PdfObject, PdfString, Ref, Revisions, Value
from pyhncert.verify._words import altered

FORMAT, VERSIONS = "pyhncert/act", (1, 2)
MAX_ACT_BYTES = 64 << 20
MAX_PAGES = 4096
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class CopyAct:
    """The act of a copy: its parsed record and the digest that its QR names."""

    record: Mapping[str, Any]
    content_digest: bytes

    @property
    def certified_at(self) -> dt.datetime:
        """When the officer certified, as the record says."""
        return dt.datetime.fromisoformat(self.record["certified_at"])


def read_act(revisions: Revisions) -> CopyAct:
    """The act that revision 1 carries, compared with the pages.

    Raises:
        AlteredCore: it is missing, twice there, not canonical, or says another thing than the pages.
    """
    raw = _attachment(revisions)
    try:
        record = _core.canonical_json(raw)
    except AlteredCore as err:
        raise altered("act_unreadable") from err
    if not isinstance(record, dict):
        raise altered("act_unreadable")
    if record.get("format") != FORMAT or record.get("version") not in VERSIONS:
        raise altered("act_version")
    try:
        _check_record(record)
        digest = hashlib.sha256(b"".join(bytes.fromhex(scan["sha256"]) for scan in record["scans"]) + raw).digest()
        _check_pages(revisions, record["pages"])
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as err:
        raise altered("act_unreadable") from err
    return CopyAct(record, digest)


def _attachment(revisions: Revisions) -> bytes:
    """The bytes of the one attachment called act.json."""
    found: list[PdfObject] = []
    for number, held in revisions[0].objects.items():
        entries = held.value
        if not isinstance(entries, dict) or entries.get("Type") != "Filespec":
            continue
        if any(isinstance(entries.get(key), PdfString) and entries[key].text == "act.json" for key in ("F", "UF")):  # type: ignore[union-attr]
            found.append(revisions.object(Ref(number, 0), 1))
    if len(found) != 1 or found[0].dictionary.get("AFRelationship") != "Data":
        raise altered("act_missing")
    reference = Ref(found[0].number, found[0].generation)
    named = revisions.resolve(revisions.catalog(1).dictionary.get("AF"), 1)
    if not isinstance(named, list) or reference not in named:
        raise altered("act_missing")
    files = revisions.resolve(found[0].dictionary.get("EF"), 1)
    if not isinstance(files, dict):
        raise altered("act_missing")
    if "UF" in files and files["UF"] != files.get("F"):
        raise altered("act_missing")
    return stream_bytes(revisions, revisions.object(files.get("F"), 1))


def stream_bytes(revisions: Revisions, held: PdfObject) -> bytes:
    """The data of a stream that is plain or flate-coded.

    Raises:
        AlteredCore: it is neither, or too long.
    """
    if held.stream is None:
        raise altered("act_missing")
    raw = revisions.data[slice(*held.stream)]
    filters = held.dictionary.get("Filter")
    if filters is None:
        return raw
    if filters not in ("FlateDecode", ["FlateDecode"]) or "DecodeParms" in held.dictionary:
        raise altered("act_missing")
    inflate = zlib.decompressobj()
    try:
        out = inflate.decompress(raw, MAX_ACT_BYTES)
    except zlib.error as err:
        raise altered("act_unreadable") from err
    if not inflate.eof or inflate.unconsumed_tail:
        raise altered("act_unreadable")
    return out


_TYPES: dict[str, type] = {
    "code": str,
    "book": str,
    "unit": str,
    "office": str,
    "trial": bool,
    "number": int,
    "year": int,
}


def _check_record(record: Mapping[str, Any]) -> None:
    """What the rest of verification relies on; raises KeyError, TypeError or ValueError as it comes."""
    digests = [scan["sha256"] for scan in record["scans"]] + [page["image"]["sha256"] for page in record["pages"]]
    holds = (
        all(type(record[key]) is kind for key, kind in _TYPES.items())
        and all(type(record["officer"][key]) is str for key in ("name", "title"))
        and all(_SHA256.fullmatch(record[key]["certificate"]) for key in ("officer", "agency"))
        and type(record["original"]["title"]) is str
        and record["original"]["pages"] == len(record["pages"])
        and dt.datetime.fromisoformat(record["certified_at"]).tzinfo is not None
        and all(_SHA256.fullmatch(digest) for digest in digests)
        and bool(record["scans"])
        and bool(record["pages"])
    )
    try:
        holds = holds and _core.code_normalise(record["code"]) == record["code"]
        spki = _core.certificate_spki(base64.b64decode(record["qr"]["certificate"], validate=True))
    except HncertError as err:
        raise ValueError("code, qr") from err
    if not holds or record["qr"]["key_id"] != hashlib.sha256(spki).digest()[:8].hex():
        raise ValueError("record")


def _check_pages(revisions: Revisions, pages: Sequence[Mapping[str, Any]]) -> None:
    """Each certified page shows exactly the image that the act names, in order; no other page shows an image of one."""
    shown = [_images(revisions, page) for page in _page_tree(revisions)]
    if len(shown) < len(pages):
        raise altered("page_missing")
    for place, (page, images) in enumerate(zip(pages, shown, strict=False), 1):
        if page["number"] != place:
            raise altered("page_image", page=place)
        wanted = (page["image"]["sha256"], page["image"]["length"])
        large = [(hashlib.sha256(data).hexdigest(), len(data)) for data in images if len(data) == wanted[1]]
        if wanted not in large:
            raise altered("page_image", page=place)


def _page_tree(revisions: Revisions) -> list[PdfObject]:
    """The pages in reading order, as they stand at the end."""
    found: list[PdfObject] = []
    todo: list[Value] = [revisions.catalog().dictionary.get("Pages")]
    seen: set[int] = set()
    while todo:
        reference = todo.pop()
        node = revisions.object(reference)
        if node.number in seen or len(seen) > MAX_PAGES:
            raise altered("page_missing")
        seen.add(node.number)
        kids = node.dictionary.get("Kids")
        if node.dictionary.get("Type") == "Page":
            found.append(node)
        elif isinstance(kids, list):
            todo += reversed(kids)
        else:
            raise altered("page_missing")
    return found


def _images(revisions: Revisions, page: PdfObject) -> list[bytes]:
    """The JPEG streams among the page's XObjects."""
    resources = revisions.resolve(page.dictionary.get("Resources"))
    objects = revisions.resolve(resources.get("XObject")) if isinstance(resources, dict) else None
    found = []
    for reference in objects.values() if isinstance(objects, dict) else ():
        held = revisions.object(reference)
        entries = held.dictionary
        if (
            held.stream is not None
            and entries.get("Subtype") == "Image"
            and entries.get("Filter") in ("DCTDecode", ["DCTDecode"])
        ):
            found.append(revisions.data[slice(*held.stream)])
    return found
