"""Whatever comes in, the core answers with its own errors; signatures of another shape do not pass."""

from __future__ import annotations

import contextlib
import hashlib

import pytest
from asn1crypto import algos
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from hypothesis import given, settings
from hypothesis import strategies as st

from pyhncert import _core
from pyhncert.errors import AlteredCore, CertificateFault, KeyFault, RevocationFault
from pyhncert.identify import parse_certificate, parse_crl, read_certificates, read_crls

MESSAGE = b"message"
OURS = (AlteredCore, CertificateFault, KeyFault, RevocationFault)


@pytest.fixture(scope="session")
def samples(made):
    from pyhncert.identify import load_credential

    folder = made["rsa-2048"]
    credential = load_credential(folder / "keys/agency.pem")
    value = hashlib.sha256(MESSAGE).digest()
    return (
        credential.cms(value),
        credential.certificate,
        (folder / "trust/issuing.crl").read_bytes(),
        credential.key.public_spki,
    )


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_cut_and_joined_bytes_only_raise_our_errors(samples, data):
    sample = data.draw(st.sampled_from(samples))
    other = data.draw(st.sampled_from([*samples, b"", b"\x30\x80", b"\xff" * 40]))
    a, b = sorted(data.draw(st.tuples(st.integers(0, 3000), st.integers(0, 3000))))
    piece = other[slice(*sorted(data.draw(st.tuples(st.integers(0, 3000), st.integers(0, 3000)))))]
    junk = sample[:a] + piece + sample[b:]
    for read in (
        _core.cms_parse,
        _core.cms_strict,
        lambda der: _core.cms_verify(der, bytes(32), strict=False),
        _core.certificate_spki,
        _core.SigningKey,
        lambda der: _core.verify_issued(der, samples[1]),
        lambda der: _core.verify_issued(der, samples[1], crl=True),
        lambda der: _core.verify_issued(samples[1], der),
        lambda der: _core.verify_signature(der, MESSAGE, bytes(256), scheme="rsa-pss", digest="sha256"),
        lambda der: _core.verify_signature(samples[3], MESSAGE, der, scheme="rsa-pss", digest="sha256"),
        parse_certificate,
        parse_crl,
        read_certificates,
        read_crls,
    ):
        with contextlib.suppress(*OURS):
            read(junk)


@given(junk=st.binary(max_size=200))
def test_random_bytes_are_no_cms(junk):
    with pytest.raises(AlteredCore):
        _core.cms_parse(junk)


def ecdsa(office) -> bytes:
    return office.officer.key.sign(MESSAGE, scheme="ecdsa", digest="sha256")


def check_ecdsa(office, signature: bytes) -> None:
    _core.verify_signature(office.officer.certificate, MESSAGE, signature, scheme="ecdsa", digest="sha256")


def test_an_ecdsa_signature_has_one_encoding(office):
    good = ecdsa(office)
    check_ecdsa(office, good)
    body = good[2:]
    r = algos.DSASignature.load(good)["r"].native
    zero = algos.DSASignature({"r": 0, "s": 0}).dump()
    for wrong in (
        good + b"\0",
        b"\x30\x81" + bytes([len(body)]) + body,  # a longer length than needed
        b"\x30" + bytes([len(body) + 2]) + body + b"\x05\x00",
        algos.DSASignature({"r": r, "s": 0}).dump(),
        algos.DSASignature({"r": -r, "s": r}).dump(),
        zero,
        b"",
        b"\x30\x00",
    ):
        with pytest.raises(AlteredCore):
            check_ecdsa(office, wrong)


def test_pss_with_another_salt_or_mask_does_not_pass(office):
    key = load_pem_private_key(office.paths.agency.read_bytes(), None)
    sha256, sha1 = hashes.SHA256(), hashes.SHA1()
    for mask, salt in ((sha256, 20), (sha256, 0), (sha1, 32)):
        signature = key.sign(MESSAGE, padding.PSS(padding.MGF1(mask), salt), sha256)
        with pytest.raises(AlteredCore):
            _core.verify_signature(office.agency.certificate, MESSAGE, signature, scheme="rsa-pss", digest="sha256")
    signature = key.sign(MESSAGE, padding.PSS(padding.MGF1(sha256), 32), sha256)
    _core.verify_signature(office.agency.certificate, MESSAGE, signature, scheme="rsa-pss", digest="sha256")
    with pytest.raises(AlteredCore):
        _core.verify_signature(office.agency.certificate, MESSAGE, signature, scheme="rsa-v15", digest="sha256")


def test_rsa_signatures_of_cryptography_verify_here(office):
    key = load_pem_private_key(office.paths.agency.read_bytes(), None)
    for name, digest in (("sha256", hashes.SHA256()), ("sha384", hashes.SHA384()), ("sha512", hashes.SHA512())):
        signature = key.sign(MESSAGE, padding.PKCS1v15(), digest)
        _core.verify_signature(office.agency.certificate, MESSAGE, signature, scheme="rsa-v15", digest=name)
        signature = key.sign(MESSAGE, padding.PSS(padding.MGF1(digest), digest.digest_size), digest)
        _core.verify_signature(office.agency.certificate, MESSAGE, signature, scheme="rsa-pss", digest=name)


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        (b"\x06\x03U\x04\x03\x0c", b"\x06\x03U\x04\x03\x03"),  # a name that is a bit string
        (b"\x02\x01\x02\x02", b"\x02\x01\x07\x02"),  # version 8
    ],
)
def test_a_certificate_that_its_library_chokes_on_is_a_fault(samples, was: bytes, becomes: bytes) -> None:
    assert was in samples[1]
    with pytest.raises(CertificateFault, match="cannot be read"):
        parse_certificate(samples[1].replace(was, becomes, 1))


def test_a_list_of_another_version_is_a_fault(samples) -> None:
    assert samples[2].find(b"\x02\x01\x01\x30") < 12
    with pytest.raises(RevocationFault, match="cannot be read"):
        read_crls(samples[2].replace(b"\x02\x01\x01\x30", b"\x02\x01\x03\x30", 1))
