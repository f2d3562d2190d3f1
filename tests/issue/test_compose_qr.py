"""The QR: a signed payload in a URL, and a symbol of at most 35 mm."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyhncert import issue
from pyhncert.errors import UsageFault
from pyhncert.issue._qr import DOMAIN, MODULE_MM, MOST_MM, QUIET, modules

CODE = "7K3MX9PQR2TWA4C"


def sign(message):
    return hashlib.sha512(message).digest()


@given(digest=st.binary(min_size=32, max_size=32), key=st.binary(min_size=8, max_size=8))
def test_a_payload_goes_there_and_back(digest, key):
    payload = issue.qr_payload(CODE, digest, sign, key)
    assert len(payload) == 104 and payload[0] == 1
    read = issue.read_payload(issue.qr_url("https://a.example/v#old", payload))
    assert (read.code, read.key_id, read.digest_start) == (CODE, key, digest[:16])
    assert read.signed == DOMAIN + payload[:40]
    assert read.signature == sign(read.signed)


@given(text=st.text())
def test_a_foreign_url_is_refused_and_nothing_else_happens(text):
    with pytest.raises(UsageFault):
        issue.read_payload("https://a.example/v#" + text)


@pytest.mark.parametrize("place", range(0, 139, 7))
def test_a_changed_url_reads_as_another_payload_or_not_at_all(place):
    url = issue.qr_url("", issue.qr_payload(CODE, b"\1" * 32, sign, b"\2" * 8))
    changed = url[: place + 1] + ("A" if url[place + 1] != "A" else "B") + url[place + 2 :]
    try:
        read = issue.read_payload(changed)
    except UsageFault:
        return
    assert read != issue.read_payload(url)


def test_wrong_parts_are_refused():
    for code, digest, key in (
        (CODE[:-1], b"\1" * 32, b"\2" * 8),
        (CODE, b"\1" * 16, b"\2" * 8),
        (CODE, b"\1" * 32, b""),
    ):
        with pytest.raises(UsageFault):
            issue.qr_payload(code, digest, sign, key)
    with pytest.raises(UsageFault, match="70 bytes"):
        issue.qr_payload(CODE, b"\1" * 32, lambda _: b"\0" * 70, b"\2" * 8)


def test_the_key_id_is_the_start_of_the_digest_of_the_public_key():
    assert issue.key_id(b"spki") == hashlib.sha256(b"spki").digest()[:8]


@pytest.mark.parametrize("host", ["a.example", "chungthuc.example.gov.vn", "tra-cuu.chung-thuc.hanoi.example.gov.vn"])
def test_the_symbol_with_its_quiet_zone_is_at_most_35_mm(host):
    url = issue.qr_url(f"https://{host}/v", bytes(range(104)))
    dark = modules(url)
    assert (dark.shape[0] + 2 * QUIET) * MODULE_MM <= MOST_MM
    assert dark[0, :7].all() and not dark[1, 1:6].any(), "a finder pattern stands in the corner"


def test_a_url_that_makes_too_large_a_symbol_is_refused():
    with pytest.raises(UsageFault, match="larger than 35 mm"):
        modules("https://a.example/" + "v" * 400)
