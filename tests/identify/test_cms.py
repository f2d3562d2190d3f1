"""CMS as the core makes and reads it: judged by openssl, asn1crypto and `cryptography`; one form, no changed byte."""

from __future__ import annotations

import hashlib
import threading

import pytest
from asn1crypto import cms as asn1
from asn1crypto import core, tsp
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, utils
from hypothesis import given, settings
from hypothesis import strategies as st

from pyhncert import _core
from pyhncert.errors import AlteredCore, CertificateFault, KeyFault, UsageFault
from pyhncert.identify import Credential, load_credential
from pyhncert.identify._certificates import parse_certificate

CONTENT = "bản sao".encode()
HASHES = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}
SIGNERS = [
    ("rsa-3072", "officer", None, None),
    ("rsa-3072", "agency", "rsa-pss", "sha256"),
    ("rsa-3072", "agency", "rsa-pss", "sha512"),
    ("rsa-2048", "agency", "rsa-v15", "sha256"),
    ("rsa-2048", "agency", "rsa-v15", "sha384"),
    ("rsa-2048", "agency", "rsa-pss", "sha384"),
    ("p-384", "agency", None, None),
]


def signer_of(made, kind, who, scheme, digest) -> Credential:
    plain = load_credential(made[kind] / f"keys/{who}.pem", scheme=scheme)
    if digest is None:
        return plain
    return Credential(
        certificate=plain.certificate, chain=plain.chain, key=plain.key, scheme=plain.scheme, digest=digest
    )


def parts_again(parts: _core.CmsParts, **changes) -> bytes:
    given = {
        "digest": parts.digest,
        "scheme": parts.scheme,
        "certificate": parts.certificate,
        "chain": parts.chain,
        "timestamp": parts.timestamp,
        "content": parts.content,
    }
    return _core.cms_finish(parts.signed_attributes, parts.signature, **given | changes)


@pytest.fixture(scope="session", params=SIGNERS, ids=lambda p: "-".join(map(str, p)))
def signer(made, request) -> Credential:
    return signer_of(made, *request.param)


@pytest.fixture(scope="session")
def signed(signer) -> bytes:
    return signer.cms(hashlib.new(signer.digest, CONTENT).digest())


def test_openssl_accepts_each_cms_as_cades(signer, signed, made, openssl, tmp_path):
    (tmp_path / "cms.der").write_bytes(signed)
    (tmp_path / "content").write_bytes(CONTENT)
    roots = b"".join((folder / "trust/root.pem").read_bytes() for folder in made.values())
    (tmp_path / "roots.pem").write_bytes(roots)
    said = openssl(
        "cms -verify -binary -cades -inform DER -in cms.der -content content -CAfile roots.pem "
        "-purpose any -x509_strict -out got -attime 1794300000"
    )
    assert "CAdES Verification successful" in said
    assert (tmp_path / "got").read_bytes() == CONTENT


def test_openssl_refuses_other_content(signed, made, openssl, tmp_path):
    (tmp_path / "cms.der").write_bytes(signed)
    (tmp_path / "content").write_bytes(CONTENT + b".")
    openssl("cms -verify -binary -cades -noverify -inform DER -in cms.der -content content -out got", ok=False)


def test_cryptography_verifies_the_same_signature(signer, signed):
    parts = _core.cms_strict(signed)
    key = parse_certificate(signer.certificate).public_key()
    digest = HASHES[signer.digest]
    match signer.scheme:
        case "ecdsa":
            key.verify(parts.signature, parts.signed_attributes, ec.ECDSA(digest))
        case "rsa-pss":
            pss = padding.PSS(padding.MGF1(digest), digest.digest_size)
            key.verify(parts.signature, parts.signed_attributes, pss, digest)
        case "rsa-v15":
            key.verify(parts.signature, parts.signed_attributes, padding.PKCS1v15(), digest)


def test_asn1crypto_reads_what_pades_asks_for(signer, signed):
    info = asn1.ContentInfo.load(signed, strict=True)
    data = info["content"]
    assert data["version"].native == "v1"
    assert data["encap_content_info"]["content"].native is None
    assert [c.chosen.dump() for c in data["certificates"]] == sorted([signer.certificate, *signer.chain])
    one = data["signer_infos"][0]
    assert tsp.ESSCertIDv2  # importing tsp teaches asn1crypto the attribute's name
    assert {a["type"].native for a in one["signed_attrs"]} == {
        "content_type",
        "message_digest",
        "signing_certificate_v2",
    }
    assert one["unsigned_attrs"].native is None
    assert one["digest_algorithm"].dump() == data["digest_algorithms"][0].dump()
    assert one["digest_algorithm"]["parameters"].native is None
    algorithm = one["signature_algorithm"]
    if signer.scheme == "rsa-pss":
        parameters = algorithm["parameters"]
        assert parameters["hash_algorithm"]["algorithm"].native == signer.digest
        assert parameters["mask_gen_algorithm"]["parameters"]["algorithm"].native == signer.digest
        assert parameters["salt_length"].native == HASHES[signer.digest].digest_size
    assert info.dump(force=True) == signed


def test_a_digest_is_verified_and_another_refused(signer, signed):
    digest = hashlib.new(signer.digest, CONTENT).digest()
    parts = _core.cms_verify(signed, digest)
    assert (parts.scheme, parts.digest, parts.certificate) == (signer.scheme, signer.digest, signer.certificate)
    assert parts.message_digest == digest
    assert parts.content_type == "1.2.840.113549.1.7.1"
    with pytest.raises(AlteredCore, match="digest differs"):
        _core.cms_verify(signed, hashlib.new(signer.digest, b"else").digest())
    with pytest.raises(UsageFault, match="needs the digest"):
        _core.cms_verify(signed, None)


def test_the_parts_of_a_cms_make_it_again(signed):
    assert parts_again(_core.cms_parse(signed)) == signed


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_order_of_the_chain_does_not_matter_and_a_token_comes_back(made, data):
    kind, who, scheme, digest = data.draw(st.sampled_from(SIGNERS))
    credential = signer_of(made, kind, who, scheme, digest)
    pool = [p for folder in made.values() for p in load_credential(folder / "keys/officer.pem").chain]
    chain = data.draw(st.lists(st.sampled_from(pool), max_size=4))
    token = data.draw(st.none() | st.binary(max_size=300).map(lambda b: asn1.OctetString(b).dump()).map(sequence))
    value = hashlib.new(credential.digest, CONTENT).digest()
    attributes = _core.cms_prepare(
        value, digest=credential.digest, scheme=credential.scheme, certificate=credential.certificate
    )
    signature = credential.sign(attributes)
    frame = {"digest": credential.digest, "scheme": credential.scheme, "certificate": credential.certificate}
    der = _core.cms_finish(attributes, signature, chain=chain, timestamp=token, **frame)
    assert der == _core.cms_finish(attributes, signature, chain=chain[::-1] + chain, timestamp=token, **frame)
    parts = _core.cms_verify(der, value)
    assert set(parts.chain) == set(chain)
    assert parts.timestamp == token
    assert parts_again(parts) == der


def sequence(content: bytes) -> bytes:
    """SEQUENCE around `content`."""
    n = len(content)
    size = n.to_bytes((n.bit_length() + 7) // 8, "big")
    return b"\x30" + (bytes([n]) if n < 128 else bytes([0x80 + len(size)]) + size) + content


@pytest.fixture(scope="session")
def originals(made):
    value = hashlib.sha256(CONTENT).digest()
    credentials = [signer_of(made, *signer) for signer in SIGNERS[:2]]
    return [(credential, value, credential.cms(value)) for credential in credentials]


@settings(max_examples=400, deadline=None)
@given(which=st.integers(0, 1), place=st.floats(0, 1, exclude_max=True), mask=st.integers(1, 255))
def test_one_changed_byte_anywhere_is_refused(made, originals, which, place, mask):
    credential, value, original = originals[which]
    der = bytearray(original)
    der[int(place * len(der))] ^= mask
    start = bytes(der).find(credential.chain[0])
    try:
        parts = _core.cms_verify(bytes(der), value)
    except AlteredCore:
        return
    # the issuing CA's certificate is guarded by the root's signature on it
    assert start < 0, "only a changed CA certificate passes the CMS itself"
    root = next(p for p in made.values() if load_credential(p / "keys/officer.pem").chain == credential.chain)
    with pytest.raises((AlteredCore, CertificateFault)):
        _core.verify_issued(parts.chain[0], pem_to_der(root / "trust/root.pem"))


def pem_to_der(path):
    from pyhncert.identify import read_certificates

    return read_certificates(path.read_bytes())[0]


def test_what_stands_where_no_signature_looks_is_refused(signer, signed):
    info = asn1.ContentInfo.load(signed)
    one = info["content"]["signer_infos"][0]
    one["unsigned_attrs"] = asn1.CMSAttributes([asn1.CMSAttribute({"type": "1.2.3.4", "values": [core.Null()]})])
    extra = info.dump(force=True)
    info = asn1.ContentInfo.load(signed)
    info["content"]["version"] = "v3"
    version = info.dump(force=True)
    info = asn1.ContentInfo.load(signed)
    info["content"]["digest_algorithms"].append(asn1.DigestAlgorithm({"algorithm": "sha1"}))
    algorithms = info.dump(force=True)
    digest = hashlib.new(signer.digest, CONTENT).digest()
    for other in (extra, version, algorithms):
        assert other != signed
        _core.cms_verify(other, digest, strict=False)
        with pytest.raises(AlteredCore, match="not in the one form"):
            _core.cms_verify(other, digest)


@pytest.mark.parametrize("junk", [b"", b"0", b"junk", b"\x30\x80\x00\x00", b"\x30\x03\x02\x01\x01", bytes(5000)])
def test_junk_is_no_cms(junk):
    for read in (_core.cms_parse, _core.cms_strict):
        with pytest.raises(AlteredCore):
            read(junk)


def test_a_wrong_argument_is_told_at_once(office):
    attributes = {"certificate": office.officer.certificate, "scheme": "ecdsa", "digest": "sha256"}
    with pytest.raises(UsageFault, match="31 bytes"):
        _core.cms_prepare(bytes(31), **attributes)
    with pytest.raises(UsageFault, match="md5"):
        _core.cms_prepare(bytes(32), **attributes | {"digest": "md5"})
    with pytest.raises(UsageFault, match="dsa"):
        _core.cms_prepare(bytes(32), **attributes | {"scheme": "dsa"})
    with pytest.raises(UsageFault, match="object identifier"):
        _core.cms_prepare(bytes(32), content_type="1.x", **attributes)
    with pytest.raises(KeyFault, match="rsa-pss"):
        _core.cms_prepare(bytes(32), **attributes | {"scheme": "rsa-pss"})
    with pytest.raises(CertificateFault):
        _core.cms_prepare(bytes(32), **attributes | {"certificate": b"junk"})


def test_a_fixed_signature_is_r_and_s(office):
    tbs = b"pyhncert/qr/1"
    signature = office.officer.sign_fixed(tbs)
    assert len(signature) == 64
    _core.verify_signature(office.officer.certificate, tbs, signature, scheme="ecdsa", digest="sha256", fixed=True)
    der = utils.encode_dss_signature(int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big"))
    office.officer.x509.public_key().verify(der, tbs, ec.ECDSA(hashes.SHA256()))
    for at in range(64):
        wrong = bytearray(signature)
        wrong[at] ^= 1
        with pytest.raises(AlteredCore):
            _core.verify_signature(
                office.officer.certificate, tbs, bytes(wrong), scheme="ecdsa", digest="sha256", fixed=True
            )
    with pytest.raises(KeyFault, match="no fixed form"):
        office.agency.sign_fixed(tbs)


def test_scheme_and_key_that_do_not_go_together_do_not_verify(office):
    tbs = b"x"
    with pytest.raises(AlteredCore, match="does not go with this key"):
        _core.verify_signature(office.officer.certificate, tbs, bytes(64), scheme="rsa-pss", digest="sha256")


def test_threads_share_a_key(office):
    value = hashlib.sha256(CONTENT).digest()
    made: list[bytes] = []

    def work() -> None:
        for _ in range(25):
            made.append(office.officer.cms(value))
            made.append(office.agency.cms(value))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 400
    for der in made:
        _core.cms_verify(der, value)
