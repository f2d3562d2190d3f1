"""Key files: each way to fail has its own words, and nothing shows the key."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from pyhncert import _core
from pyhncert.errors import CertificateFault, KeyFault
from pyhncert.identify import Credential, PrivateKey, load_credential

SECRET = "mật khẩu"


@pytest.fixture
def p12(office, tmp_path, openssl):
    """Exports a trial key file as PKCS#12."""

    def export(name: str, *options: str, password: str = SECRET, source: str = "agency"):
        path = tmp_path / f"{name}.p12"
        pem = office.folder / f"keys/{source}.pem"
        keys = [] if "-nokeys" in options else ["-inkey", pem]
        openssl("pkcs12", "-export", *options, "-in", pem, *keys, "-out", path, "-passout", f"pass:{password}")
        return path

    return export


def test_pkcs12_opens_with_its_password(office, p12):
    found = load_credential(p12("agency"), lambda: SECRET)
    assert found.certificate == office.agency.certificate
    assert found.chain == office.agency.chain
    assert (found.scheme, found.digest) == ("rsa-pss", "sha256")
    assert found.name == "Ủy ban nhân dân phường Thử Nghiệm"
    assert found.sign(b"x")


@pytest.mark.parametrize(
    "options",
    [
        ("-legacy",),
        ("-legacy", "-certpbe", "PBE-SHA1-RC4-128", "-keypbe", "PBE-SHA1-RC4-128"),
        ("-certpbe", "PBE-SHA1-3DES", "-keypbe", "PBE-SHA1-3DES"),
        ("-nomac",),
    ],
    ids=["rc2", "rc4", "3des", "no-mac"],
)
def test_pkcs12_of_old_tools_opens_too(office, p12, options):
    assert load_credential(p12("old", *options), lambda: SECRET).certificate == office.agency.certificate


def test_a_wrong_password_is_told_as_such(p12):
    with pytest.raises(KeyFault, match=r"password of agency\.p12 is wrong") as caught:
        load_credential(p12("agency"), lambda: "sai")
    assert "sai mật khẩu của agency.p12" in caught.value.vi
    assert SECRET not in str(caught.value)
    with pytest.raises(KeyFault, match="no password was given"):
        load_credential(p12("agency"))


def test_outdated_encryption_that_openssl_no_longer_reads_is_told_as_such(p12):
    path = p12("old", "-legacy")
    script = (
        "import sys; from pathlib import Path; from pyhncert.identify import load_credential\n"
        f"try: load_credential(Path(sys.argv[1]), lambda: {SECRET!r})\n"
        "except Exception as err: print(type(err).__name__, err)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)],
        env=os.environ | {"CRYPTOGRAPHY_OPENSSL_NO_LEGACY": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("KeyFault") or not done.stdout  # a build of its own may read it after all
    if done.stdout:
        assert "outdated encryption (RC2, RC4)" in done.stdout


def test_a_file_without_key_or_certificate_is_told_as_such(p12):
    with pytest.raises(KeyFault, match="holds no private key"):
        load_credential(p12("certificates", "-nokeys"), lambda: SECRET)


def test_a_missing_or_damaged_file_is_told_as_such(tmp_path, p12):
    with pytest.raises(KeyFault, match="cannot be opened"):
        load_credential(tmp_path / "none.p12", lambda: SECRET)
    for damaged in (b"", b"junk", p12("agency").read_bytes()[:500], b"-----BEGIN PRIVATE KEY-----\njunk\n"):
        path = tmp_path / "damaged.p12"
        path.write_bytes(damaged)
        with pytest.raises(KeyFault, match="cannot be read"):
            load_credential(path, lambda: SECRET)


def test_encrypted_pem_asks_for_its_password_and_plain_pem_does_not(office, tmp_path, openssl):
    plain = office.paths.agency
    path = tmp_path / "agency.pem"
    openssl("pkcs8", "-topk8", "-in", plain, "-out", path, "-passout", f"pass:{SECRET}")
    certificates = plain.read_bytes().partition(b"-----END PRIVATE KEY-----\n")[2]
    path.write_bytes(path.read_bytes() + certificates)
    assert load_credential(path, lambda: SECRET).certificate == office.agency.certificate
    with pytest.raises(KeyFault, match=r"password of agency\.pem is wrong"):
        load_credential(path, lambda: "sai")
    with pytest.raises(KeyFault, match="no password was given"):
        load_credential(path)

    def never() -> str:
        raise AssertionError("asked")

    assert load_credential(plain, never).name == office.agency.name


def test_a_key_without_its_certificate_is_told_as_such(office, tmp_path):
    key, mark, _ = office.paths.agency.read_bytes().partition(b"-----END PRIVATE KEY-----\n")
    path = tmp_path / "mixed.pem"
    path.write_bytes(key + mark + office.paths.root.read_bytes())
    with pytest.raises(KeyFault, match="holds no certificate of its key"):
        load_credential(path)
    path.write_bytes(key + mark)
    with pytest.raises(CertificateFault):
        load_credential(path)


def test_key_and_certificate_must_be_a_pair(office):
    with pytest.raises(KeyFault, match="not that of Nguyễn Văn Mẫu's certificate"):
        Credential(
            certificate=office.officer.certificate, chain=(), key=office.agency.key, scheme="rsa-pss", digest="sha256"
        )


def test_key_and_scheme_must_go_together(office):
    with pytest.raises(KeyFault, match="Mẫu does not sign by rsa-pss") as caught:
        load_credential(office.paths.officer, scheme="rsa-pss")
    assert "không ký theo rsa-pss" in caught.value.vi
    with pytest.raises(KeyFault, match="does not sign by ecdsa"):
        load_credential(office.paths.agency, scheme="ecdsa")
    assert load_credential(office.paths.agency, scheme="rsa-v15").scheme == "rsa-v15"


def test_other_kinds_of_keys_are_refused():
    key = ed25519.Ed25519PrivateKey.generate().private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    with pytest.raises(KeyFault, match="neither RSA nor P-256 nor P-384") as caught:
        PrivateKey(key)
    assert "không dùng được" in caught.value.vi
    with pytest.raises(KeyFault, match="not PKCS#8"):
        PrivateKey(b"junk")


def test_nothing_shows_or_stores_a_key(office):
    key = office.officer.key
    assert repr(key) == "<PrivateKey of 256 bits>"
    assert "certificate" not in repr(office.officer)
    with pytest.raises(TypeError):
        pickle.dumps(key)
    with pytest.raises(TypeError):
        pickle.dumps(office.officer)
    assert not hasattr(key, "__dict__")
    assert repr(_core.SigningKey) == "<class 'pyhncert._core.SigningKey'>"
    with pytest.raises(TypeError):
        pickle.dumps(key._key)


def test_the_chain_is_in_order_and_without_the_root(office, tmp_path):
    text = office.paths.agency.read_bytes() + office.paths.root.read_bytes()
    path = tmp_path / "agency.pem"
    path.write_bytes(office.paths.root.read_bytes() + text)
    assert load_credential(path).chain == office.agency.chain


def test_the_chain_is_completed_from_the_authorities_at_hand(office, tmp_path):
    parts = office.paths.agency.read_bytes().split(b"-----BEGIN CERTIFICATE-----")
    path = tmp_path / "alone.pem"
    path.write_bytes(parts[0] + b"-----BEGIN CERTIFICATE-----" + parts[1])
    assert load_credential(path).chain == ()
    assert load_credential(path, authorities=(*office.roots, *office.agency.chain)).chain == office.agency.chain
