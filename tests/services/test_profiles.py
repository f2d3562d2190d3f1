"""Certificates of each profile hold what the profile says, and foreign judges accept them."""

from __future__ import annotations

from pathlib import Path

import pytest
from credential_desk import AGENCY, NOW, csr_for, key_of, named
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from pyhncert.errors import KeyFault, UsageFault
from pyhncert.identify import make_trial_authority, parse_certificate, profiles

SERVICE = "http://127.0.0.1:8318"
# profile -> key usages, purposes, is the purpose critical, list, access, nocheck; written down apart from profiles.toml
HOLDS = {
    "officer": ({"digital_signature", "content_commitment"}, [], None, "issuing", True, False),
    "agency": ({"digital_signature", "content_commitment"}, [], None, "issuing", True, False),
    "qr": ({"digital_signature"}, [], None, "issuing", False, False),
    "timestamp": ({"digital_signature"}, [ExtendedKeyUsageOID.TIME_STAMPING], True, "issuing", False, False),
    "ocsp": ({"digital_signature"}, [ExtendedKeyUsageOID.OCSP_SIGNING], False, None, False, True),
}
USES = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement")


def extension(certificate, kind):
    try:
        return certificate.extensions.get_extension_for_class(kind)
    except x509.ExtensionNotFound:
        return None


def of_profile(desk, profile: str) -> bytes:
    if profile == "ocsp":
        return desk.authority.responder().certificate
    return desk.issued("Trần Văn Bình", profile, service=SERVICE).certificate


@pytest.mark.parametrize("profile", HOLDS)
def test_a_certificate_holds_what_its_profile_says(desk, profile):
    uses, purposes, critical, crl, access, nocheck = HOLDS[profile]
    certificate = parse_certificate(of_profile(desk, profile))
    usage = extension(certificate, x509.KeyUsage)
    assert usage.critical and {use for use in (*USES, "key_cert_sign", "crl_sign") if getattr(usage.value, use)} == uses
    basic = extension(certificate, x509.BasicConstraints)
    assert basic.critical and not basic.value.ca
    purpose = extension(certificate, x509.ExtendedKeyUsage)
    assert (list(purpose.value), purpose.critical) == (purposes, critical) if purposes else purpose is None
    points = extension(certificate, x509.CRLDistributionPoints)
    assert (points is None) == (crl is None)
    if points is not None:
        where = SERVICE if profile != "ocsp" else "http://crl.trial.invalid"
        assert points.value[0].full_name[0].value == f"{where}/{crl}.crl"
    told = extension(certificate, x509.AuthorityInformationAccess)
    assert (told is not None) == access
    if told is not None:
        assert {d.access_location.value for d in told.value} == {f"{SERVICE}/ocsp", f"{SERVICE}/issuing.cer"}
    assert (extension(certificate, x509.OCSPNoCheck) is not None) == nocheck
    policy = extension(certificate, x509.CertificatePolicies).value[0]
    assert "no legal value" in policy.policy_qualifiers[0].explicit_text


def test_an_address_that_nobody_gave_stands_in_no_certificate(desk):
    certificate = parse_certificate(desk.issued().certificate)
    assert extension(certificate, x509.AuthorityInformationAccess) is None


def test_openssl_finds_each_strict_and_in_force(desk, openssl, tmp_path):
    crls = [part for path in desk.folder.glob("trust/*.crl") for part in ("-CRLfile", path)]
    desk.authority.crls()
    for profile in HOLDS:
        file = tmp_path / f"{profile}.pem"
        file.write_bytes(parse_certificate(of_profile(desk, profile)).public_bytes(Encoding.PEM))
        trust = ("-CAfile", desk.root, "-untrusted", desk.issuing, "-attime", int(desk.clock().timestamp()))
        purpose = {"timestamp": "timestampsign", "ocsp": "ocsphelper"}.get(profile, "any")
        said = openssl("verify", "-x509_strict", "-purpose", purpose, "-crl_check_all", *crls, *trust, file)
        assert said.endswith("OK\n")


def test_pkilint_finds_no_fault_in_any_profile(desk, pkilint, tmp_path):
    authority = {"root": desk.authority.certificates()[1], "issuing": desk.authority.certificates()[0]}
    for profile in (*HOLDS, *authority):
        file = tmp_path / f"{profile}.der"
        file.write_bytes(authority.get(profile) or of_profile(desk, profile))
        assert pkilint("lint_pkix_cert", file) == [], profile


def test_pkilint_finds_no_fault_in_the_revocation_list(desk, pkilint, tmp_path):
    for reason in ("unspecified", "keyCompromise", "cessationOfOperation"):
        desk.inventory.revoke(desk.issued(reason).id, by="An", reason=reason)
    for kind, file in zip(("issuing", "root"), desk.authority.crls(), strict=True):
        path = tmp_path / f"{kind}.crl"
        path.write_bytes(file)
        assert pkilint("lint_crl", path, "-t", "CRL" if kind == "issuing" else "ARL", "-p", "PKIX") == []


def test_pkilint_would_find_a_fault(pkilint, tmp_path):

    key = ec.generate_private_key(ec.SECP256R1())
    name = profiles()["officer"].subject(named("X"))
    odd = x509.CertificateBuilder(name, name, key.public_key(), 5, NOW, NOW.replace(year=2027))
    file = tmp_path / "odd.der"
    authority = odd.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=False)
    file.write_bytes(authority.sign(key, hashes.SHA256()).public_bytes(Encoding.DER))
    assert pkilint("lint_pkix_cert", file)


@pytest.mark.parametrize("kind", profiles()["officer"].keys)
def test_each_kind_of_key_that_a_profile_names_is_certified(desk, kind, openssl, tmp_path):
    line = desk.issued(kind=kind)
    csr = tmp_path / "request.der"
    csr.write_bytes(line.csr)
    assert "verify OK" in openssl("req", "-inform", "DER", "-in", csr, "-verify", "-noout")
    assert parse_certificate(line.certificate).not_valid_after_utc == line.not_after


def test_rsa_requests_by_the_older_scheme_are_read_too(desk):
    subject = named("Trần Văn Bình")
    line = desk.inventory.request(csr_for(key_of("rsa-2048"), subject, scheme="rsa-v15"), by="An", subject=subject)
    assert line.subject == subject


def test_a_key_that_a_profile_does_not_name_is_refused(desk):

    key = ec.generate_private_key(ec.SECP521R1())
    name = profiles()["officer"].subject(named("Trần Văn Bình"))
    csr = x509.CertificateSigningRequestBuilder(name).sign(key, hashes.SHA256()).public_bytes(Encoding.DER)
    with pytest.raises(KeyFault, match="secp521r1 key is not for officer"):
        desk.inventory.request(csr, by="An")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"common_name": ""}, "needs the name"),
        ({"organisation": ""}, "needs the organisation"),
        ({"common_name": "Trần Văn\u202eBình"}, "cannot be seen"),
        ({"common_name": "Trần\x1b[31m"}, "cannot be seen"),
        ({"title": "x" * 65}, "at most 64"),
        ({"country": "Việt Nam"}, "at most 2"),
        ({"post": "x"}, "has no field 'post'"),
    ],
)
def test_a_name_that_cannot_stand_in_a_certificate_is_refused(fields, words):
    with pytest.raises(UsageFault, match=words) as told:
        profiles()["officer"].subject({**named("Trần Văn Bình"), **fields})
    assert told.value.vi != told.value.en


def test_a_name_stands_in_the_order_of_its_profile_whatever_the_order_it_was_given_in():
    given = {"common_name": "Trần Văn Bình", "title": "Chủ tịch", "organisation": AGENCY, "country": "VN"}
    shown = profiles()["officer"].subject(given).rfc4514_string()
    assert shown.split(",")[-1] == "C=VN" and shown.startswith("CN=Trần Văn Bình")


def test_a_certificate_never_outlives_its_issuer_and_never_the_years_of_its_profile(desk, tmp_path):
    desk.clock.on(days=365 * 18)
    line = desk.issued()
    assert line.not_after == parse_certificate(desk.authority.certificates()[0]).not_valid_after_utc
    with pytest.raises(UsageFault, match="at most 5 years"):
        subject = named("Lê Thị Cúc")
        desk.inventory.request(csr_for(key_of(), subject), by="An", subject=subject, years=6)


def test_the_trial_office_and_the_inventory_use_one_builder(tmp_path, desk):
    """An officer of `office init --trial` has the same extensions as one who asked."""
    folder = tmp_path / "other"
    make_trial_authority(folder, clock=desk.clock, randomness=lambda n: bytes(range(n)))
    old = x509.load_pem_x509_certificates(Path(folder / "keys/officer.pem").read_bytes())[0]
    new = parse_certificate(desk.issued().certificate)
    skipped = (x509.SubjectKeyIdentifier, x509.AuthorityKeyIdentifier)
    told = [[e for e in c.extensions if not isinstance(e.value, skipped)] for c in (old, new)]
    assert told[0] == told[1]
