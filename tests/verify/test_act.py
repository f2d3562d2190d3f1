"""act.json must be there, canonical, of a known version, and true of the pages."""

from __future__ import annotations

import json

import pytest

from pyhncert.errors import Altered
from pyhncert.issue import act_json


@pytest.fixture
def record(office):
    act = office.act()
    return act, json.loads(act_json(act))


def dump(record, **how) -> bytes:
    options = {"sort_keys": True, "separators": (",", ":"), "ensure_ascii": False, **how}
    return json.dumps(record, **options).encode()


def verify(real, act, raw: bytes):
    office = real.office
    return real.verify(office.upgraded(office.signed(office.revision1(act, act_bytes=raw))))


def test_the_canonical_act_is_valid(real, record) -> None:
    act, parsed = record
    assert verify(real, act, dump(parsed)).act == parsed


@pytest.mark.parametrize(
    "how",
    [{"separators": (", ", ": ")}, {"sort_keys": False}, {"ensure_ascii": True}],
    ids=["blanks", "order", "ascii"],
)
def test_an_act_in_another_form_is_altered(real, record, how) -> None:
    act, parsed = record
    raw = dump(dict(reversed(parsed.items())), **how)
    with pytest.raises(Altered, match=r"act\.json"):
        verify(real, act, raw)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("format", "another/act"),
        ("version", 3),
        ("code", "000000000000001"),
        ("number", "7"),
        ("number", True),
        ("pages", []),
        ("scans", []),
        ("officer", None),
        ("certified_at", "yesterday"),
        ("certified_at", "2026-11-23T09:30:00"),
        ("original", {"title": "x", "kind": "unknown", "pages": 2}),
        ("qr", {"key_id": "00" * 8, "certificate": ""}),
    ],
)
def test_an_act_that_says_what_cannot_be_is_altered(real, record, key, value) -> None:
    act, parsed = record
    with pytest.raises(Altered):
        verify(real, act, dump({**parsed, key: value}))


@pytest.mark.parametrize("key", ["code", "number", "book", "office", "officer", "pages", "scans", "qr", "trial"])
def test_an_act_without_an_entry_is_altered(real, record, key) -> None:
    act, parsed = record
    with pytest.raises(Altered):
        verify(real, act, dump({name: value for name, value in parsed.items() if name != key}))


def test_pages_that_are_not_those_of_the_act_are_altered(real, record) -> None:
    act, parsed = record
    parsed["pages"][0]["image"]["sha256"] = "00" * 32
    with pytest.raises(Altered, match="page 1"):
        verify(real, act, dump(parsed))


def test_pages_in_another_order_are_altered(real, office) -> None:
    act = office.act(pages=2)
    parsed = json.loads(act_json(act))
    first, second = (page["image"] for page in parsed["pages"])
    parsed["pages"][0]["image"], parsed["pages"][1]["image"] = second, first
    with pytest.raises(Altered, match="image of page"):
        verify(real, act, dump(parsed))
    assert real.verify(office.upgraded(office.signed(office.revision1(act)))).verdict == "valid"


def test_more_pages_than_the_file_has_are_altered(real, office, record) -> None:
    act, parsed = record
    page = parsed["pages"][0]
    parsed["pages"] = [page] + [{**page, "number": number} for number in range(2, 9)]
    parsed["original"]["pages"] = 8
    with pytest.raises(Altered, match="page"):
        verify(real, act, dump(parsed))


def test_an_act_of_another_office_or_officer_is_altered(real, office) -> None:
    for act in (office.act(office="Sở Tư pháp"), office.act(officer_name="Lê Văn Khác")):
        with pytest.raises(Altered, match="not by"):
            real.verify(office.upgraded(office.signed(office.revision1(act))))


def test_an_act_that_is_not_json_is_altered(real, office) -> None:
    act = office.act()
    for raw in (b"", b"{", b"[]", b"\xff", b"[" * 100_000, b"null"):
        with pytest.raises(Altered):
            verify(real, act, raw)
