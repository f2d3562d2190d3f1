"""The receipt beside the file and what the register says."""

from __future__ import annotations

import pytest

from pyhncert.errors import Altered, Revoked, Superseded, Undecided
from pyhncert.values import RegisterStatus


@pytest.fixture
def receipt(real):
    return real.office.receipt(real.pdf)


def test_the_files_own_receipt_is_valid(real, receipt) -> None:
    assert real.verify(receipt=receipt).verdict == "valid"


def test_a_receipt_catches_bytes_that_no_signature_covers(real, receipt) -> None:
    """The same copy upgraded with other lists is in order by itself; the receipt knows better."""
    office = real.office
    pdf = office.signed()
    other = office.upgraded(pdf)
    with pytest.raises(Altered, match="receipt"):
        real.verify(other, receipt=receipt)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("code", "000000000000000"),
        ("content_digest", "00" * 32),
        ("states", []),
        ("states", [{"file_digest": "00" * 32, "length": 5}]),
        ("register", {"number": 8, "book": "01", "year": 2026}),
        ("version", 2),
        ("format", "another"),
        ("states", None),
        ("level_asked", "B-Z"),
    ],
)
def test_a_receipt_of_another_file_is_altered(real, receipt, key, value) -> None:
    with pytest.raises(Altered, match="receipt"):
        real.verify(receipt={**receipt, key: value})


@pytest.mark.parametrize(
    ("key", "value"),
    [("unit", "another"), ("certified_at", "2026-11-23T09:30:01+07:00"), ("certified_at", "yesterday"), ("number", 8)],
)
def test_a_receipt_with_another_register_line_is_altered(real, receipt, key, value) -> None:
    with pytest.raises(Altered, match="receipt"):
        real.verify(receipt={**receipt, "register": {**receipt["register"], key: value}})


def test_the_same_moment_in_another_zone_is_the_same(real, receipt) -> None:
    line = {**receipt["register"], "certified_at": "2026-11-23T02:30:00+00:00"}
    assert real.verify(receipt={**receipt, "register": line}).verdict == "valid"


def test_a_receipt_that_is_no_receipt_is_altered(real) -> None:
    with pytest.raises(Altered, match="receipt"):
        real.verify(receipt={})


def test_a_receipt_that_says_revoked_or_superseded_is_believed(real, receipt) -> None:
    with pytest.raises(Revoked):
        real.verify(receipt={**receipt, "status": "revoked"})
    with pytest.raises(Superseded, match="NEWER"):
        real.verify(receipt={**receipt, "status": "superseded", "superseded_by": "NEWER"})


def status(real, state, **more):
    return RegisterStatus(code=real.verify().code, state=state, **more)


def test_the_register_revokes_supersedes_and_confirms(real) -> None:
    assert real.verify(status=status(real, "registered")).verdict == "valid"
    with pytest.raises(Revoked, match="a wrong name"):
        real.verify(status=status(real, "revoked", reason="a wrong name"))
    with pytest.raises(Superseded) as caught:
        real.verify(status=status(real, "superseded", superseded_by="ABC"))
    assert caught.value.report.signatures[0].verdict == "valid"
    assert not caught.value.report.proven
    with pytest.raises(Revoked):
        real.verify(status=status(real, "voided"))
    with pytest.raises(Undecided):
        real.verify(status=status(real, "agency_sealed"))


def test_a_register_that_knows_another_content_makes_it_altered(real) -> None:
    with pytest.raises(Altered, match="register"):
        real.verify(status=status(real, "registered", content_digest=bytes(32)))
    with pytest.raises(Altered, match="register"):
        real.verify(status=RegisterStatus(code="X", state="registered"))


def test_revoked_outweighs_superseded_and_undecided(real, receipt) -> None:
    with pytest.raises(Revoked):
        real.verify(receipt={**receipt, "status": "superseded"}, status=status(real, "revoked"), trust=[])
