"""The strict readers: whatever the bytes, a value or `AlteredCore`, and no second form of anything."""

from __future__ import annotations

import contextlib

import pytest
from asn1crypto import core
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from hypothesis import given, settings
from hypothesis import strategies as st

from pyhncert._core import check_der
from pyhncert.errors import AlteredCore
from pyhncert.issue._dss_cms import read_cms
from pyhncert.issue._sign_ecdsa import _ORDERS, low_s
from pyhncert.issue._sign_objects import MAX_DEPTH, Name, PdfString, Ref, read_object, read_value
from pyhncert.issue._sign_revisions import read_revisions

PDF_BYTES = st.text(alphabet="<>[]()/\\ 0123456789RABnulltrefasxobjdm%.+-\n", max_size=80).map(str.encode)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        (b"/Name", Name("Name")),
        (b"/A#20B", Name("A B")),
        (b"12 0 R", Ref(12, 0)),
        (b"-4.5", -4.5),
        (b"7", 7),
        (b"true", True),
        (b"null", None),
        (b"[1 2 R]", [1, 2]),
        (b"[ 1 0 R /A ]", [Ref(1, 0), Name("A")]),
        (b"<</A 1/B<</C[]>>>>", {"A": 1, "B": {"C": []}}),
        (b"<4 >", PdfString(b"@", 0, 4, True)),
        (b"(a\\(b\\051\\n(c))", PdfString(b"a(b)\n(c)", 0, 15, False)),
    ],
)
def test_values_are_read_as_iso_32000_writes_them(written, value) -> None:
    if written == b"[1 2 R]":
        with pytest.raises(AlteredCore):
            read_value(b"[1 R 2]", 0)
        return
    assert read_value(written, 0) == (value, len(written))


@pytest.mark.parametrize(
    "written", [b"", b"<</A 1/A 2>>", b"<</A>>", b"[", b"(", b"<</A 1", b"nul", b"<<1 2>>", b"1x", b"<4g>", b"%x\n1"]
)
def test_what_is_no_value_is_altered(written) -> None:
    with pytest.raises(AlteredCore):
        read_value(written, 0)


def test_nesting_has_an_end() -> None:
    with pytest.raises(AlteredCore):
        read_value(b"[" * (MAX_DEPTH + 2) + b"]" * (MAX_DEPTH + 2), 0)


@settings(deadline=None)
@given(PDF_BYTES)
def test_any_bytes_are_a_value_or_altered(data) -> None:
    for read in (
        lambda: read_value(data, 0),
        lambda: read_object(b"1 0 obj\n" + data, 0),
        lambda: read_revisions(data),
    ):
        with contextlib.suppress(AlteredCore):
            read()


@settings(deadline=None)
@given(PDF_BYTES)
def test_any_last_revision_is_read_or_altered(data) -> None:
    with contextlib.suppress(AlteredCore):
        read_revisions(b"%PDF-1.7\nxref\n" + data + b"\nstartxref\n9\n%%EOF\n")


@pytest.mark.parametrize(
    "der",
    [
        "3080",
        "30810100",
        "0282000101",
        "02020001",
        "0202ff80",
        "0200",
        "010101",
        "0101" + "0000",
        "0501" + "00",
        "1000",
        "310602010202" + "0101",
        "0300",
        "030108",
        "1f8101" + "00",
    ],
)
def test_what_is_not_der_is_altered(der) -> None:
    with pytest.raises(AlteredCore):
        check_der(bytes.fromhex(der))


@settings(deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes_are_a_cms_or_altered(data) -> None:
    with pytest.raises(AlteredCore):
        read_cms(data)


@settings(deadline=None)
@given(st.lists(st.integers(-(2**70), 2**70), max_size=6))
def test_integers_in_their_one_form_are_der(values) -> None:
    check_der(core.SequenceOf(values, spec=core.Integer).dump())


@settings(deadline=None)
@given(st.sampled_from([256, 384]), st.data())
def test_of_two_forms_of_a_signature_the_smaller_one_is_kept(bits, data) -> None:
    order = _ORDERS[bits]
    r, s = (data.draw(st.integers(1, order - 1)) for _ in range(2))
    first, second = (encode_dss_signature(r, value) for value in (s, order - s))
    assert low_s(first, bits) == low_s(second, bits) in (first, second)


@pytest.mark.parametrize("signature", [b"", b"\x30\x00", encode_dss_signature(1, _ORDERS[256])])
def test_what_is_no_signature_has_no_smaller_form(signature) -> None:
    with pytest.raises(ValueError):
        low_s(signature, 256)
