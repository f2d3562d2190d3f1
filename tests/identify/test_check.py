"""May this certificate sign now? Each refusal in its own words."""

from __future__ import annotations

import datetime as dt
import os
import time

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from pyhncert.errors import CertificateFault, RevocationFault
from pyhncert.identify import _trial_certificates as make
from pyhncert.identify import check_credential, check_path, load_credential

MADE = dt.datetime(2026, 11, 10, 8, 0, tzinfo=dt.timezone(dt.timedelta(hours=7)))


def check(office, credential=None, **changes):
    given = {"roots": office.roots, "crls": office.authority.crls(), "now": office.clock.now}
    return check_credential(credential or office.officer, **given | changes)


def test_a_good_certificate_gives_its_path_to_the_root(office):
    for credential in (office.officer, office.agency):
        path = check(office, credential)
        assert path == (credential.certificate, *credential.chain, *office.roots)
    assert check(office, office.authority.tsa(), usage="timestamp")
    assert check(office, load_credential(office.paths.qr), usage="qr")


def test_an_expired_certificate_is_refused(office):
    office.clock.on(days=366 * 3)
    with pytest.raises(CertificateFault, match=r"Nguyễn Văn Mẫu .* expired on 10/11/2029 .*; renew it") as caught:
        check(office)
    assert "đã hết hạn" in caught.value.vi


def test_a_certificate_is_refused_before_its_time(office):
    crls = office.authority.crls()
    with pytest.raises(CertificateFault, match="is not valid before 10/11/2026 07:50:00") as caught:
        check(office, now=MADE - dt.timedelta(minutes=11), crls=crls)
    assert "chưa có hiệu lực" in caught.value.vi
    check(office, now=MADE - dt.timedelta(minutes=4), crls=crls)


def test_a_revoked_certificate_is_refused(office):
    office.authority.revoke(office.officer.x509.serial_number, "keyCompromise")
    with pytest.raises(CertificateFault, match=r"was revoked on 10/11/2026 08:00:00") as caught:
        check(office)
    assert "đã bị thu hồi" in caught.value.vi
    check(office, office.agency)


def test_a_certificate_under_a_revoked_ca_is_refused(office):
    office.authority.revoke(x509.load_der_x509_certificate(office.officer.chain[0]).serial_number, "cACompromise")
    with pytest.raises(CertificateFault, match=r"TRIAL Issuing CA .* was revoked"):
        check(office, office.agency)


def test_an_unknown_root_is_refused(office, made):
    from pyhncert.identify import read_certificates

    other = read_certificates((made["p-384"] / "trust/root.pem").read_bytes())
    for roots in ((), other):
        with pytest.raises(CertificateFault, match="leads to no trusted root") as caught:
            check(office, roots=roots)
        assert "không dẫn tới gốc tin cậy" in caught.value.vi
    with pytest.raises(CertificateFault, match="leads to no trusted root"):
        check_path(office.officer.certificate, chain=(), roots=office.roots, crls=None, now=MADE, usage="signature")


def test_a_certificate_for_another_use_is_refused(office):
    with pytest.raises(CertificateFault, match="not made for timestamps") as caught:
        check(office, usage="timestamp")
    assert "không dùng để cấp dấu thời gian" in caught.value.vi
    with pytest.raises(CertificateFault, match="not made for signing papers"):
        check(office, office.authority.tsa())
    with pytest.raises(CertificateFault, match="not made for signing papers"):
        check(office, load_credential(office.paths.qr))
    with pytest.raises(CertificateFault, match="not made for signing QR codes"):
        check(office, office.authority.tsa(), usage="qr")


def test_a_stale_list_is_refused(office):
    crls = office.authority.crls()
    office.clock.on(days=7, seconds=1)
    with pytest.raises(RevocationFault, match=r"is stale since 17/11/2026 08:00:00; fetch the new one") as caught:
        check(office, crls=crls)
    assert "đã quá hạn" in caught.value.vi
    check(office)


def test_a_list_of_the_future_is_refused(office):
    office.clock.on(days=6)
    crls = office.authority.crls()
    with pytest.raises(RevocationFault, match="still to come"):
        check(office, crls=crls, now=MADE)


def test_a_missing_list_is_refused(office, made):
    issuing, root = office.authority.crls()
    for crls in ((), (issuing,), (root,)):
        with pytest.raises(RevocationFault, match="no revocation list of TRIAL") as caught:
            check(office, crls=crls)
        assert "chưa có danh sách thu hồi" in caught.value.vi
    forged = (made["p-384"] / "trust/issuing.crl").read_bytes()
    with pytest.raises(RevocationFault, match="no revocation list of TRIAL Issuing CA"):
        check(office, crls=(forged, root))


def test_the_newer_of_two_lists_counts_and_any_revocation_does(office):
    old = office.authority.crls()
    office.clock.on(days=4)
    new = office.authority.crls()
    office.clock.on(days=6)
    check(office, crls=(*old, *new))
    office.authority.revoke(office.officer.x509.serial_number)
    with pytest.raises(CertificateFault, match="revoked"):
        check(office, crls=(*old, *new, *office.authority.crls()))


def leaf(office, *, change):
    """A certificate of the office's issuing CA with something wrong."""
    key = ec.generate_private_key(ec.SECP256R1())
    issuer = office.authority._issuer("issuing")
    builder = (
        x509.CertificateBuilder()
        .subject_name(make.subject("officer", "odd"))
        .issuer_name(issuer.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(MADE - dt.timedelta(days=1))
        .not_valid_after(MADE + dt.timedelta(days=1))
    )
    return key, change(builder).sign(issuer.key, hashes.SHA256()).public_bytes(Encoding.DER)


def check_leaf(office, der, *between, usage="signature"):
    return check_path(
        der,
        chain=(*between, *office.officer.chain),
        roots=office.roots,
        crls=office.authority.crls(),
        now=MADE,
        usage=usage,
    )


def signed_by(key):
    """A certificate that `odd` would have issued."""
    return (
        x509.CertificateBuilder()
        .subject_name(make.subject("officer", "fake"))
        .issuer_name(make.subject("officer", "odd"))
        .public_key(key.public_key())
        .serial_number(5)
        .not_valid_before(MADE - dt.timedelta(hours=1))
        .not_valid_after(MADE + dt.timedelta(hours=1))
        .add_extension(SIGNS, critical=True)
        .sign(key, hashes.SHA256())
        .public_bytes(Encoding.DER)
    )


SIGNS = x509.KeyUsage(True, True, False, False, False, False, False, False, False)


def test_a_critical_rule_that_is_not_known_refuses(office):
    unknown = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")
    _, der = leaf(office, change=lambda b: b.add_extension(SIGNS, critical=True).add_extension(unknown, critical=True))
    with pytest.raises(CertificateFault, match=r"rule that is not known here \(1\.2\.3\.4\)"):
        check_leaf(office, der)
    _, der = leaf(office, change=lambda b: b.add_extension(SIGNS, critical=True).add_extension(unknown, critical=False))
    check_leaf(office, der)


def test_a_certificate_that_names_no_use_does_not_sign(office):
    _, der = leaf(office, change=lambda b: b)
    with pytest.raises(CertificateFault, match="not made for signing papers"):
        check_leaf(office, der)


def test_purposes_beside_signing_do_no_harm_but_only_others_do(office):
    def purposes(*oids):
        return lambda b: b.add_extension(SIGNS, critical=True).add_extension(x509.ExtendedKeyUsage(oids), False)

    _, der = leaf(office, change=purposes(ExtendedKeyUsageOID.EMAIL_PROTECTION, ExtendedKeyUsageOID.CLIENT_AUTH))
    check_leaf(office, der)
    _, der = leaf(office, change=purposes(ExtendedKeyUsageOID.SERVER_AUTH))
    with pytest.raises(CertificateFault, match="not made for signing papers"):
        check_leaf(office, der)
    _, der = leaf(office, change=purposes(ExtendedKeyUsageOID.TIME_STAMPING))
    with pytest.raises(CertificateFault, match="not made for timestamps"):
        check_leaf(office, der, usage="timestamp")  # the purpose must be critical


def test_a_citizen_does_not_issue_certificates(office):
    key, ca = leaf(office, change=lambda b: b.add_extension(SIGNS, critical=True))
    below = signed_by(key)
    with pytest.raises(CertificateFault, match="not made for issuing certificates"):
        check_leaf(office, below, ca)


def test_the_chain_is_no_longer_than_its_ca_allows(office):
    basic = x509.BasicConstraints(ca=True, path_length=None)
    signs = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
    key, ca = leaf(office, change=lambda b: b.add_extension(basic, critical=True).add_extension(signs, critical=True))
    below = signed_by(key)
    with pytest.raises(CertificateFault, match=r"not made for so long a chain \(1 CAs"):
        check_leaf(office, below, ca)


def test_checking_again_is_quick(office):
    crls = office.authority.crls()
    check(office, crls=crls)
    start = time.process_time()
    for _ in range(20):
        check(office, crls=crls)
    assert (time.process_time() - start) / 20 < 0.002


def test_random_bytes_are_no_certificate(office):
    with pytest.raises(CertificateFault, match="cannot be read"):
        check_leaf(office, os.urandom(100))
    with pytest.raises(RevocationFault, match="cannot be read"):
        check(office, crls=[b"junk"])
