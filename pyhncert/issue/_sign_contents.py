"""A signature's place in the file: its field, its dictionary, its one gap (ISO 32000-1, 12.8.1; DESIGN 6)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from pyhncert.errors import AlteredCore
from pyhncert.issue._sign_objects import PdfObject, PdfString, Ref, Value, malformed
from pyhncert.issue._sign_revisions import Revisions


@dataclass(frozen=True, slots=True)
class Signed:
    """One signature field that was filled: `cms` without its padding; the gap is ``data[gap[0]:gap[1]]``."""

    field: str
    widget: PdfObject
    dictionary: PdfObject
    cms: bytes
    gap: tuple[int, int]
    end: int

    def digest(self, data: bytes, algorithm: str) -> bytes:
        """The digest over the bytes that the signature covers."""
        hasher = hashlib.new(algorithm)
        view = memoryview(data)
        hasher.update(view[: self.gap[0]])
        hasher.update(view[self.gap[1] : self.end])
        return hasher.digest()


def _ours(what_en: str, what_vi: str) -> AlteredCore:
    return AlteredCore(what_en, what_vi)


def find_field(revisions: Revisions, name: str, upto: int) -> PdfObject:
    """The one terminal field called `name`.

    Raises:
        AlteredCore: there is none, or more than one.
    """
    form = revisions.resolve(revisions.catalog(upto).dictionary.get("AcroForm"), upto)
    fields = revisions.resolve(form.get("Fields"), upto) if isinstance(form, dict) else None
    if not isinstance(fields, list):
        raise _ours("the file has no signature fields", "tệp không có trường chữ ký")
    found = []
    for reference in fields:
        widget = revisions.object(reference, upto)
        title = widget.dictionary.get("T")
        if isinstance(title, PdfString) and title.text == name:
            found.append(widget)
    if len(found) != 1:
        raise _ours(f"there is not exactly one field {name}", f"không có đúng một trường {name}")
    return found[0]


def read_signature(
    revisions: Revisions, place: int, name: str, *, kind: str = "Sig", subfilter: str = "ETSI.CAdES.detached"
) -> Signed:
    """The signature that revision `place` (counted from 1) put into field `name`; `kind` is its dictionary's type.

    Raises:
        AlteredCore: it is missing, or its range does not leave exactly one canonical string open.
    """
    if len(revisions) < place:
        raise _ours(f"the signature in field {name} is missing", f"thiếu chữ ký ở trường {name}")
    revision = revisions[place - 1]
    widget = find_field(revisions, name, place)
    value = widget.dictionary.get("V")
    if not isinstance(value, Ref) or value.number not in revision.objects or widget.number not in revision.objects:
        raise _ours(f"the signature in field {name} is missing", f"thiếu chữ ký ở trường {name}")
    signature = revisions.object(value, place)
    entries = signature.dictionary
    wanted = (kind, "Adobe.PPKLite", subfilter)
    if tuple(entries.get(key) for key in ("Type", "Filter", "SubFilter")) != wanted:
        raise _ours(f"the signature in field {name} is of another kind", f"chữ ký ở trường {name} khác loại quy định")
    contents = entries.get("Contents")
    if not isinstance(contents, PdfString) or not contents.hexadecimal:
        raise _ours(f"field {name} has no signature contents", f"trường {name} không có nội dung chữ ký")
    gap = (contents.start, contents.end)
    _check_range(entries.get("ByteRange"), gap, revision.end, name)
    if not contents.value or revisions.data[slice(*gap)] != b"<%b>" % contents.value.hex().upper().encode():
        raise _ours(f"the gap of {name} is not one plain string", f"khoảng trống của {name} không đúng dạng")
    return Signed(name, widget, signature, _unpad(contents.value, name), gap, revision.end)


def _check_range(value: Value, gap: tuple[int, int], end: int, name: str) -> None:
    if value != [0, gap[0], gap[1], end - gap[1]] or any(type(item) is not int for item in value):
        raise _ours(
            f"the byte range of {name} does not cover its revision", f"phạm vi ký của {name} không phủ kín phiên bản"
        )


def _unpad(value: bytes, name: str) -> bytes:
    """The DER in `value`; behind it only zeros."""
    if len(value) < 4 or value[0] != 0x30 or value[1] != 0x82:
        raise _ours(f"field {name} holds no signature", f"trường {name} không chứa chữ ký")
    length = 4 + int.from_bytes(value[2:4], "big")
    if length > len(value) or value[length:].strip(b"\0"):
        raise malformed(0, name)
    return value[:length]
