"""Roots, lists and proven times: revoked before or after, expired, unknown, weak."""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess

import pytest

from pyhncert.errors import Altered, CertificateFault, RevocationFault, Revoked, Undecided
from pyhncert.identify import algorithms, parse_certificate
from pyhncert.issue._sign_structure import read_revisions, read_signature
from pyhncert.issue._sign_token import RSA_ENCRYPTION
from pyhncert.verify import verify_copy

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


def verify(office, pdf, **how):
    return verify_copy(pdf, **{"trust": [office.root], "now": office.clock(), **how})


@pytest.fixture
def own(make_office):
    return make_office()


def serial(credential) -> int:
    return parse_certificate(credential.certificate).serial_number


def later_lists(office, after: dt.timedelta) -> list[bytes]:
    office.clock.now += after
    return [office.authority._issue("issuing"), office.authority._issue("root")]


def test_an_unknown_root_is_undecided(real, make_office) -> None:
    with pytest.raises(Undecided, match="trusted root") as caught:
        real.verify(trust=[make_office().root])
    assert {signature.verdict for signature in caught.value.report.signatures} == {"undecided"}


def test_no_root_at_all_is_undecided(real) -> None:
    with pytest.raises(Undecided):
        real.verify(trust=[])


def test_a_root_that_cannot_be_read_is_a_certificate_fault(real) -> None:
    with pytest.raises(CertificateFault):
        real.verify(trust=[b"no certificate"])


def test_a_list_that_cannot_be_read_is_a_revocation_fault(real) -> None:
    with pytest.raises(RevocationFault):
        real.verify(crls=[b"no list"])


def test_a_stamped_copy_without_lists_is_undecided_and_with_lists_valid(own) -> None:
    pdf = own.signed()
    with pytest.raises(Undecided, match="revocation"):
        verify(own, pdf)
    report = verify(own, pdf, crls=own.authority.crls())
    assert report.level == "B-T"


def test_an_unstamped_copy_is_valid_at_b_b_and_proves_no_time(own) -> None:
    report = verify(own, own.signed(stamped=False), crls=own.authority.crls())
    assert report.level == "B-B"
    assert any("signing time" in words.en for words in report.not_proven)
    assert all(signature.timestamped_at is None for signature in report.signatures)


def test_an_unstamped_copy_with_old_lists_is_undecided(own) -> None:
    pdf = own.upgraded(own.signed(stamped=False))
    assert verify(own, pdf).level == "B-B"
    with pytest.raises(Undecided):
        verify(own, pdf, now=own.clock() + 400 * DAY)


def test_a_stamped_copy_with_its_lists_is_valid_for_years(own) -> None:
    pdf = own.upgraded(own.signed())
    assert verify(own, pdf, now=own.clock() + 4 * 365 * DAY).verdict == "valid"


def test_when_the_timestamp_authority_has_expired_it_is_undecided(own) -> None:
    pdf = own.upgraded(own.signed())
    with pytest.raises(Undecided, match="timestamp service"):
        verify(own, pdf, now=own.clock() + 6 * 365 * DAY)


def test_a_stamp_from_the_future_is_undecided(own) -> None:
    pdf = own.upgraded(own.signed())
    with pytest.raises(Undecided, match="future"):
        verify(own, pdf, now=own.clock() - HOUR)


@pytest.mark.parametrize("who", ["officer", "agency"])
def test_a_certificate_revoked_before_the_proven_time_is_revoked(own, who) -> None:
    own.authority.revoke(serial(getattr(own, who)), at=own.clock() - HOUR)
    pdf = own.upgraded(own.signed())
    with pytest.raises(Revoked) as caught:
        verify(own, pdf)
    assert {s.role: s.verdict for s in caught.value.report.signatures}[who] == "revoked"


@pytest.mark.parametrize("who", ["officer", "agency"])
def test_a_later_list_that_dates_the_revocation_before_the_signature_counts(own, who) -> None:
    pdf = own.upgraded(own.signed())
    own.authority.revoke(serial(getattr(own, who)), at=own.clock() - HOUR)
    with pytest.raises(Revoked):
        verify(own, pdf, crls=later_lists(own, DAY))


@pytest.mark.parametrize("who", ["officer", "agency"])
def test_a_certificate_revoked_after_the_proven_time_leaves_the_copy_valid(own, who) -> None:
    pdf = own.upgraded(own.signed())
    own.clock.now += DAY
    own.authority.revoke(serial(getattr(own, who)))
    lists = later_lists(own, HOUR)
    assert verify(own, pdf, crls=lists).verdict == "valid"
    bare = own.signed(stamped=False)
    with pytest.raises(Revoked):
        verify(own, bare, crls=lists)


def test_a_revoked_issuing_authority_revokes_its_copies(own) -> None:
    own.authority.revoke(own.authority._certificate("issuing").serial_number, at=own.clock() - HOUR)
    with pytest.raises(Revoked):
        verify(own, own.upgraded(own.signed()))


def test_a_revoked_timestamp_authority_proves_no_time(own) -> None:
    pdf = own.upgraded(own.signed())
    own.clock.now += DAY
    own.authority.revoke(serial(own.authority.tsa()))
    with pytest.raises(Undecided, match="timestamp service"):
        verify(own, pdf, crls=later_lists(own, HOUR))


def test_a_list_made_after_a_certificate_expired_says_nothing_about_it(own) -> None:
    """Authorities drop what has expired, so an empty list is no proof then."""
    pdf = own.signed()
    assert verify(own, pdf, crls=later_lists(own, 365 * DAY)).verdict == "valid"
    with pytest.raises(Undecided, match="revocation"):
        verify(own, pdf, crls=later_lists(own, 3 * 365 * DAY))


def test_an_expired_certificate_without_a_timestamp_is_undecided(own) -> None:
    pdf = own.signed(stamped=False)
    lists = later_lists(own, 4 * 365 * DAY)
    with pytest.raises(Undecided):
        verify(own, pdf, crls=lists)


def test_a_list_of_another_authority_is_not_looked_at(own, make_office) -> None:
    with pytest.raises(Undecided, match="revocation"):
        verify(own, own.signed(), crls=make_office("p-384").authority.crls())


def test_now_needs_a_time_zone(real) -> None:
    with pytest.raises(ValueError, match="time zone"):
        real.verify(now=dt.datetime(2026, 11, 23))


@pytest.mark.parametrize(
    ("scheme", "bits", "digest", "year", "allowed"),
    [
        ("rsa-pss", 3072, "sha256", 2040, True),
        ("rsa-pss", 2048, "sha256", 2028, True),
        ("rsa-pss", 2048, "sha256", 2029, False),
        ("rsa-v15", 4096, "sha256", 2028, True),
        ("rsa-v15", 4096, "sha256", 2029, False),
        ("rsa-pss", 1024, "sha256", 2026, False),
        ("ecdsa", 256, "sha256", 2040, True),
        ("ecdsa", 192, "sha256", 2026, False),
        ("ecdsa", 256, "sha1", 2026, False),
        ("dsa", 3072, "sha256", 2026, False),
    ],
)
def test_the_policy_has_dates_and_sizes(scheme, bits, digest, year, allowed) -> None:
    at = dt.datetime(year, 1, 1, tzinfo=dt.UTC)
    assert algorithms().allows(scheme, bits, digest, at) is allowed


def test_a_weak_key_is_undecided_once_its_time_has_passed(make_office) -> None:
    office = make_office("rsa-2048")
    office.clock.now = office.clock.now.replace(year=2029)
    with pytest.raises(Undecided, match="RSASSA-PSS 2048"):
        verify(office, office.upgraded(office.signed()))


class OpenSslTimestamper:
    """A foreign timestamp authority: OpenSSL's, with the trial authority's key."""

    def __init__(self, office, folder, *, certificates: bool = True) -> None:
        self.folder, self.office = folder, office
        (folder / "serial").write_text("01\n")
        (folder / "tsa.cnf").write_text(
            "[tsa]\ndefault_tsa=t\n[t]\nserial=serial\nsigner_cert=tsa.pem\nsigner_key=tsa.pem\ncerts=issuing.pem\n"
            "default_policy=1.2.3.4\ndigests=sha256\nsigner_digest=sha256\ness_cert_id_alg=sha256\naccuracy=secs:1\n"
        )
        (folder / "tsa.pem").write_bytes(office.paths.tsa.read_bytes())
        (folder / "issuing.pem").write_bytes(office.paths.issuing.read_bytes())
        self.flags = ["-cert"] if certificates else []

    def token(self, digest: bytes, algorithm: str, /) -> bytes:
        def openssl(*command: str) -> None:
            subprocess.run(["openssl", "ts", *command], cwd=self.folder, check=True, capture_output=True)

        openssl("-query", "-digest", digest.hex(), f"-{algorithm}", *self.flags, "-out", "q.tsq")
        openssl("-reply", "-config", "tsa.cnf", "-queryfile", "q.tsq", "-token_out", "-out", "t.der")
        return (self.folder / "t.der").read_bytes()


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
@pytest.mark.parametrize("kind", ["p-256", "rsa-2048"])
def test_a_token_of_another_maker_is_believed(own, tmp_path, kind) -> None:
    own.clock.now = dt.datetime.now(dt.UTC)
    own.authority._issue("issuing")
    own.authority._issue("root")
    own.timestamper = OpenSslTimestamper(own, tmp_path)
    own.other("OpenSSL TSA", usage="timestamp", kind=kind)
    (tmp_path / "tsa.pem").write_bytes(own.last_pem.read_bytes())
    pdf = own.upgraded(own.signed())
    assert verify(own, pdf, now=own.clock() + HOUR).level == "B-LT"
    if kind == "rsa-2048":
        cms = read_signature(read_revisions(pdf), 3, "Agency").cms.hex().upper().encode()
        named = RSA_ENCRYPTION[:-1].hex().upper().encode()
        place = pdf.index(cms) + cms.rindex(named + b"0B") + len(named)
        with pytest.raises(Altered, match="another form"):
            verify(own, pdf[:place] + b"01" + pdf[place + 2 :], now=own.clock() + HOUR)


def test_a_ca_below_the_root_may_be_trusted_too(real) -> None:
    """A bank that was given the issuing CA beside the root still has its verdict."""
    below = real.office.paths.issuing.read_bytes()
    for trust in ([real.office.root, below], [below, real.office.root], [real.office.root + below]):
        assert real.verify(trust=trust).verdict == "valid"


def test_every_list_of_a_pem_is_taken(own) -> None:
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    pdf = own.signed()
    pems = [x509.load_der_x509_crl(der).public_bytes(Encoding.PEM) for der in own.authority.crls()]
    assert len(pems) == 2 and verify(own, pdf, crls=[b"".join(pems)]).verdict == "valid"
