"""What each revision may change: the officer's fills one field and certifies, the agency's fills the other, no more.

Stricter than any general policy about permitted changes: every object of revisions 2 and 3 is known, and every value
in it is either new by rule or the same as before.
"""

from __future__ import annotations

from collections.abc import Mapping

from pyhncert.issue._sign_structure import AGENCY, OFFICER, PdfObject, PdfString, Ref, Revisions, Signed, Value
from pyhncert.verify._words import altered

_SIGNATURE_KEYS = {"Type", "Filter", "SubFilter", "Contents", "ByteRange", "M", "Reason"}
_OPTIONAL_KEYS = {"Name", "Location", "ContactInfo"}
_CERTIFIES = [
    {
        "Type": "SigRef",
        "TransformMethod": "DocMDP",
        "TransformParams": {"Type": "TransformParams", "V": "1.2", "P": 2},
    }
]
_ESIC = {"ESIC": {"Type": "DeveloperExtensions", "BaseVersion": "1.7", "ExtensionLevel": 1}}


def plain(value: Value) -> object:
    """`value` without the places of its strings, so that two can be compared."""
    if isinstance(value, PdfString):
        return ("string", value.value)
    if isinstance(value, Ref):
        return ("ref", *value)
    if isinstance(value, bool):
        return ("bool", value)
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return value


def check_changes(revisions: Revisions, officer: Signed, agency: Signed) -> None:
    """Refuse revisions 1 to 3 where they do more than issue a copy.

    Raises:
        AlteredCore: one does.
    """
    _check_first(revisions)
    for place, signed in ((2, officer), (3, agency)):
        revision = revisions[place - 1]
        _check_trailer(revisions[0].trailer, revision.trailer)
        allowed = {signed.widget.number, signed.dictionary.number}
        catalog = revisions.catalog(place)
        if place == 2:
            allowed.add(catalog.number)
            _check_catalog(revisions.catalog(1), catalog, signed)
        if set(revision.objects) != allowed or signed.dictionary.number in revisions[0].objects:
            raise altered("changed_objects", revision=place)
        before = revisions.object(Ref(signed.widget.number, signed.widget.generation), place - 1)
        _check_widget(before, signed)
        _check_dictionary(signed, certifies=place == 2)


def _check_first(revisions: Revisions) -> None:
    """Exactly two signature fields, both empty, and nothing that would run."""
    catalog = revisions.catalog(1).dictionary
    form = revisions.resolve(catalog.get("AcroForm"), 1)
    if not isinstance(form, dict) or {"OpenAction", "AA", "Perms", "DSS", "XFA"} & (catalog.keys() | form.keys()):
        raise altered("not_revision1")
    fields = revisions.resolve(form.get("Fields"), 1)
    names = []
    for reference in fields if isinstance(fields, list) else ():
        entries = revisions.object(reference, 1).dictionary
        title = entries.get("T")
        if entries.get("FT") != "Sig" or "V" in entries or "Kids" in entries or not isinstance(title, PdfString):
            raise altered("not_revision1")
        names.append(title.text)
    if sorted(names) != [AGENCY, OFFICER]:
        raise altered("not_revision1")


def _check_trailer(first: Mapping[str, Value], later: Mapping[str, Value]) -> None:
    for key in ("Root", "Info"):
        if first.get(key) != later.get(key):
            raise altered("changed_trailer")
    old, new = first.get("ID"), later.get("ID")
    if not isinstance(old, list) or not isinstance(new, list) or not len(old) == len(new) == 2:
        raise altered("changed_trailer")
    if plain(old[0]) != plain(new[0]) or later.keys() - {"Root", "Info", "ID", "Size", "Prev"}:
        raise altered("changed_trailer")


def _check_catalog(before: PdfObject, after: PdfObject, officer: Signed) -> None:
    old, new = plain(before.dictionary), plain(after.dictionary)
    if not isinstance(old, dict) or not isinstance(new, dict):
        raise altered("changed_catalog")
    reference = ("ref", officer.dictionary.number, officer.dictionary.generation)
    if new.pop("Perms", None) != {"DocMDP": reference}:
        raise altered("not_certifying")
    if "Extensions" not in old and new.pop("Extensions", _ESIC) != _ESIC:
        raise altered("changed_catalog")
    if before.number != after.number or old != new:
        raise altered("changed_catalog")


def _check_widget(before: PdfObject, signed: Signed) -> None:
    old, new = plain(before.dictionary), plain(signed.widget.dictionary)
    if not isinstance(old, dict) or not isinstance(new, dict) or "V" in old:
        raise altered("changed_field", field=signed.field)
    if new.pop("V", None) != ("ref", signed.dictionary.number, signed.dictionary.generation) or old != new:
        raise altered("changed_field", field=signed.field)


def _check_dictionary(signed: Signed, *, certifies: bool) -> None:
    entries = signed.dictionary.dictionary
    wanted = _SIGNATURE_KEYS | ({"Reference"} if certifies else set())
    if not wanted <= entries.keys() <= wanted | _OPTIONAL_KEYS:
        raise altered("changed_dictionary", field=signed.field)
    if certifies and entries["Reference"] != _CERTIFIES:
        raise altered("not_certifying")
