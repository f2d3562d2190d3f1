"""Keys on SoftHSM2: every scheme, one login, a PIN that is never tried twice, tokens that go and come."""

from __future__ import annotations

import datetime as dt
import gc
import hashlib
import os
import pickle
from pathlib import Path

import pytest
from softhsm import PIN, Store, library, tokens_folder

import pyhncert
from pyhncert import _core
from pyhncert.errors import KeyFault
from pyhncert.identify import load_token_credential, make_trial_authority, parse_certificate
from pyhncert.office import init_trial
from pyhncert.values import VIETNAM, Decision, Typed

NOW = dt.datetime(2026, 11, 23, 9, 30, tzinfo=VIETNAM)
KINDS = {"rsa": ("rsa-2048", ("rsa-pss", "rsa-v15")), "p256": ("p-256", ("ecdsa",)), "p384": ("p-384", ("ecdsa",))}


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Tokens: one for each kind of key, one with two certificates, one for wrong PINs, one that is taken out."""
    module = library()
    made = Store(tokens_folder(tmp_path_factory), module)
    folder = tmp_path_factory.mktemp("token-offices")
    for name, (kind, _) in KINDS.items():
        paths = authority(folder / f"authority-{name}", kind)
        made.make(name)
        made.put(name, paths.agency, name="agency", number="01")
    for label in ("both", "pin", "fickle"):
        made.make(label)
        made.put(label, paths.agency, name="agency", number="01")
    made.put("both", paths.officer, name="officer", number="02")
    made.office = init_trial(folder / "office")
    for label, pem in (("desk", "officer"), ("safe", "agency")):
        made.make(label)
        made.put(label, made.office / f"keys/{pem}.pem", name=pem, number="01")
    return made


def authority(folder: Path, kind: str):
    return make_trial_authority(folder, clock=lambda: NOW, randomness=os.urandom, agency_key=kind)


def pin() -> str:
    return PIN


@pytest.mark.parametrize(("name", "scheme"), [(n, s) for n, (_, schemes) in KINDS.items() for s in schemes])
def test_each_kind_of_key_signs_and_the_signature_verifies(store, name, scheme) -> None:
    credential = load_token_credential(store.module, pin, token=name, certificate="agency", scheme=scheme)
    signature = credential.sign(b"what is signed")
    how = {"scheme": scheme, "digest": credential.digest}
    _core.verify_signature(credential.certificate, b"what is signed", signature, **how)
    assert len(signature) <= credential.key.signature_len
    assert credential.chain and parse_certificate(credential.chain[0]).subject == credential.x509.issuer
    if scheme == "ecdsa":
        _core.verify_signature(credential.certificate, b"m", credential.sign_fixed(b"m"), fixed=True, **how)


def test_the_token_gives_what_a_copy_needs(store) -> None:
    credential = load_token_credential(store.module, pin, token="rsa", certificate="agency", scheme="rsa-pss")
    content = hashlib.sha256(b"a copy").digest()
    assert _core.cms_verify(credential.cms(content), content, strict=True).scheme == "rsa-pss"


def test_one_login_serves_a_batch(store) -> None:
    asked: list[str] = []

    def ask() -> str:
        asked.append("pin")
        return PIN

    credential = load_token_credential(store.module, ask, token="p256")
    for number in range(30):
        credential.sign(b"%d" % number)
    assert asked == ["pin"]


def test_a_wrong_pin_is_tried_once_and_a_stored_one_never_after_it(store) -> None:
    open_it = {"token": "pin"}
    with pytest.raises(KeyFault, match="wrong PIN"):
        load_token_credential(store.module, lambda: "000000", **open_it)
    assert state(store) == "failed"
    with pytest.raises(KeyFault, match="stored one is not tried"):
        load_token_credential(store.module, pin, **open_it)
    with pytest.raises(KeyFault, match="refused before"):
        load_token_credential(store.module, lambda: Typed("000000"), **open_it)
    assert load_token_credential(store.module, lambda: Typed(PIN), **open_it).sign(b"m")
    assert state(store) == "well"


def state(store) -> str:
    return next(how for label, _, how in _core.tokens(store.module) if label == "pin")


def test_without_a_pin_the_token_says_that_it_needs_one(store) -> None:
    with pytest.raises(KeyFault, match="needs its PIN"):
        load_token_credential(store.module, None, token="p384")


def test_of_several_tokens_one_is_named_by_label_or_serial_number(store) -> None:
    serials = {label: serial for label, serial, _ in _core.tokens(store.module)}
    with pytest.raises(KeyFault, match="several tokens fit") as caught:
        load_token_credential(store.module, pin)
    assert serials["rsa"] in caught.value.en and serials["both"] in caught.value.vi
    by_serial = load_token_credential(store.module, pin, token=serials["p256"])
    assert by_serial.certificate == load_token_credential(store.module, pin, token="p256").certificate
    with pytest.raises(KeyFault, match="not plugged in"):
        load_token_credential(store.module, pin, token="no such token")


def test_of_several_certificates_one_is_named_by_label_id_or_serial_number(store) -> None:
    with pytest.raises(KeyFault, match="more than one certificate") as caught:
        load_token_credential(store.module, pin, token="both")
    assert "officer (" in caught.value.en
    officer = load_token_credential(store.module, pin, token="both", certificate="officer")
    serial = f"{officer.x509.serial_number:x}"
    for name in ("02", serial, serial.upper()):
        assert (
            load_token_credential(store.module, pin, token="both", certificate=name).certificate == officer.certificate
        )
    with pytest.raises(KeyFault, match="no certificate on the token fits"):
        load_token_credential(store.module, pin, token="both", certificate="nobody")


def test_a_library_that_is_none_is_told(store, tmp_path) -> None:
    (tmp_path / "none.so").write_bytes(b"no library")
    for path in (tmp_path / "none.so", tmp_path / "absent.so"):
        with pytest.raises(KeyFault, match="library cannot be used"):
            load_token_credential(path, pin)


def test_a_certificate_without_its_key_is_told(store) -> None:
    token = _core.Token(store.module, "rsa")
    token.login(PIN, typed=False)
    with pytest.raises(KeyFault, match="no private key"):
        token.sign(b"\x77", b"m", scheme="rsa-pss", digest="sha256")
    with pytest.raises(KeyFault, match=r"cannot sign in this way|token failed"):
        token.sign(b"\x01", b"m", scheme="ecdsa", digest="sha256")


def test_nothing_tells_of_the_key(store) -> None:
    credential = load_token_credential(store.module, pin, token="p256")
    assert PIN not in repr(credential.key) + repr(credential)
    with pytest.raises(TypeError):
        pickle.dumps(credential.key)


def test_a_token_taken_out_in_mid_batch_is_a_fault_and_works_again_when_it_is_back(store) -> None:
    asked: list[str] = []

    def ask() -> str:
        asked.append("pin")
        return PIN

    credential = load_token_credential(store.module, ask, token="fickle")
    assert credential.sign(b"first")
    home = store.folder_of("fickle")
    away = store.folder / "away"
    home.rename(away)
    try:
        with pytest.raises(KeyFault):
            credential.sign(b"second")
    finally:
        away.rename(home)
    gc.collect()  # other tests' tokens: a module looks anew only when none of its tokens is open
    signature = credential.sign(b"third")
    assert asked == ["pin", "pin"]
    how = {"scheme": "ecdsa", "digest": credential.digest}
    _core.verify_signature(credential.certificate, b"third", signature, **how)


def test_an_office_signs_by_tokens(store, tmp_path) -> None:
    import sys

    sys.path.insert(0, str(Path(__file__).parents[2] / "examples"))
    from draw import draw

    folder = store.office
    settings = (folder / "office.toml").read_text("utf-8")
    for label, name in (("desk", "officer"), ("safe", "agency")):
        settings = settings.replace(f'key = "keys/{name}.pem"', f'module = "{store.module}"\ntoken = "{label}"')
    (folder / "office.toml").write_text(settings, "utf-8")
    (folder / "keys/officer.pem").unlink()
    (folder / "keys/agency.pem").unlink()
    image, truth = draw("small", 1)
    scan = tmp_path / "scan.png"
    image.save(scan, dpi=(truth["dpi"], truth["dpi"]))
    asked: list[str] = []

    def ask(name: str) -> str:
        asked.append(name)
        return PIN

    office = pyhncert.open_office(folder, password=ask)
    for _ in range(2):
        copy = office.certify([scan], decide=lambda _: Decision(approved=True))
        assert (copy.level, office.verify(copy.pdf).verdict) == ("B-LT", "valid")
    assert asked == ["officer", "agency"]
