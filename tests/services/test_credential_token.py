"""Requests signed by keys that SoftHSM2 made and keeps; the certificate joins its key there."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from credential_desk import named

from pyhncert import _core
from pyhncert.errors import KeyFault, UsageFault
from pyhncert.identify import load_token_credential, profiles, put_on_token, token_pair
from pyhncert.services.credentials import make_csr, read_csr

sys.path.insert(0, str(Path(__file__).parents[1] / "identify"))  # `import softhsm`

from softhsm import PIN, Store, library, tokens_folder


@pytest.fixture(scope="module")
def store(tmp_path_factory) -> Store:
    """One token."""
    module = library()
    made = Store(tokens_folder(tmp_path_factory), module)
    made.make("credentials")
    return made


def pair(store, label: str, kind: str = "p-256"):
    return token_pair(store.module, lambda: PIN, label=label, kind=kind, randomness=os.urandom, token="credentials")


def request(key, name: str, scheme: str = "") -> bytes:
    subject = profiles()["officer"].subject(named(name))
    return make_csr(subject, key, scheme=scheme or key.scheme, digest=key.digest)


@pytest.mark.parametrize("kind", ["p-256", "p-384", "rsa-2048", "rsa-3072"])
def test_a_key_made_on_the_token_signs_its_request_and_then_copies(desk, store, openssl, tmp_path, kind):
    key = pair(store, f"của {kind}", kind)
    csr = request(key, "Trần Văn Bình")
    (tmp_path / "csr").write_bytes(csr)
    assert "verify OK" in openssl("req", "-inform", "DER", "-in", tmp_path / "csr", "-verify", "-noout")
    assert read_csr(csr).kind == kind
    line = desk.inventory.request(csr, by="An", where=f"token:{key.serial}/{key.label}")
    desk.inventory.approve(line.id, by="Dung")
    line = desk.inventory.issue(line.id, by="An")[0]
    for _ in range(2):
        label = put_on_token(store.module, lambda: PIN, line.certificate, line.chain, token="credentials")
    assert label == f"của {kind}"
    credential = load_token_credential(store.module, lambda: PIN, token="credentials", certificate=label)
    assert (credential.certificate, credential.chain) == (line.certificate, line.chain)
    how = {"scheme": credential.scheme, "digest": credential.digest}
    _core.verify_signature(line.certificate, b"copy", credential.sign(b"copy"), **how)


def test_an_older_token_signs_its_request_by_the_older_scheme(store):
    key = pair(store, "cũ", "rsa-2048")
    assert read_csr(request(key, "A", scheme="rsa-v15")).kind == "rsa-2048"


def test_a_run_that_broke_off_finds_its_key_again_and_one_with_a_certificate_is_not_used_twice(desk, store):
    key = pair(store, "một lần")
    assert pair(store, "một lần").public_spki == key.public_spki
    line = desk.inventory.request(request(key, "B"), by="An")
    desk.inventory.approve(line.id, by="Dung")
    line = desk.inventory.issue(line.id, by="An")[0]
    put_on_token(store.module, lambda: PIN, line.certificate, line.chain, token="credentials")
    with pytest.raises(KeyFault, match="has its certificate already"):
        pair(store, "một lần")


def test_a_certificate_of_another_key_is_not_put_on_the_token(desk, store):
    line = desk.issued()
    with pytest.raises(KeyFault, match="holds no key for the certificate of Trần Văn Bình"):
        put_on_token(store.module, lambda: PIN, line.certificate, line.chain, token="credentials")


def test_the_private_key_cannot_be_read_out(store):
    from softhsm import run

    pair(store, "kín")
    said = run(
        *("pkcs11-tool", "--module", store.module, "--token-label", "credentials", "--login", "--pin", PIN),
        *("--list-objects", "--type", "privkey"),
    )
    assert "never extractable" in said and "sensitive" in said


def test_what_stands_against_a_token_key_is_said(store):
    with pytest.raises(UsageFault, match="key kind"):
        pair(store, "lạ", "p-521")
    with pytest.raises(KeyFault, match="needs its PIN"):
        token_pair(store.module, None, label="x", kind="p-256", randomness=os.urandom, token="credentials")
    with pytest.raises(KeyFault, match="not plugged in"):
        token_pair(store.module, lambda: PIN, label="x", kind="p-256", randomness=os.urandom, token="none")


def test_the_command_asks_with_a_token_and_collects_onto_it(store, tmp_path, monkeypatch, capsys):
    import hncert_cli._app
    from pyhncert.office import init_trial

    monkeypatch.setenv("HNCERT_OFFICE", str(init_trial(tmp_path / "office")))
    monkeypatch.setenv("HNCERT_PASSWORD_CREDENTIAL", PIN)
    token = ("--module", str(store.module), "--token", "credentials")

    def hncert(*arguments: str, code: int = 0) -> str:
        assert hncert_cli._app.run(["credential", *arguments]) == code, capsys.readouterr().err
        return capsys.readouterr().out

    name = ("--name", "Lê Thị Cúc", "--organisation", "UBND", "--by", "An")
    assert hncert("request", *name, *token, "--label", "cúc", "--key-kind", "p-384") == "0001\n"
    hncert("collect", "1", *token, code=2)
    hncert("approve", "1", "--by", "Dung")
    hncert("issue", "1", "--by", "An")
    assert hncert("collect", "1", *token) == "cúc\n"
    hncert("request", *name, *token, code=2)
    own = load_token_credential(store.module, lambda: PIN, token="credentials", certificate="cúc")
    assert own.name == "Lê Thị Cúc" and PIN.encode() not in b"".join(
        path.read_bytes() for path in (tmp_path / "office/credentials").iterdir()
    )
