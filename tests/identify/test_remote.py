"""Remote signing against a double of the CSC API: every scheme, and each thing it refuses, by name."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import pickle
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from csc_double import CLIENT, KEYS, PIN, SECRET, Service, serving

import pyhncert
from pyhncert import _core
from pyhncert.errors import KeyFault, Unavailable, UsageFault
from pyhncert.identify import RemoteService, load_credential, load_remote_credential, make_trial_authority
from pyhncert.office import init_trial
from pyhncert.values import VIETNAM

NOW = dt.datetime(2026, 11, 23, 9, 30, tzinfo=VIETNAM)
KINDS = {"rsa-2048": ("rsa-pss", "rsa-v15"), "p-256": ("ecdsa",), "p-384": ("ecdsa",)}


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory):
    """Credentials of each kind, whose keys the double has."""
    found = {}
    for kind in KINDS:
        folder = tmp_path_factory.mktemp(kind)
        paths = make_trial_authority(folder / "a", clock=lambda: NOW, randomness=os.urandom, agency_key=kind)
        found[kind] = load_credential(paths.agency)
        KEYS[found[kind].certificate] = load_pem_private_key(paths.agency.read_bytes(), None)
    return found


@pytest.fixture
def service(held) -> Iterator[Service]:
    with serving(Service(dict(held))) as running:
        yield running


def client(service: Service, secret: str = SECRET) -> RemoteService:
    return RemoteService(service.url, CLIENT, lambda: secret, timeout_s=5.0)


def load(service: Service, kind: str = "p-256", **how):
    return load_remote_credential(client(service), kind, lambda: PIN, **how)


@pytest.mark.parametrize("scal", ["1", "2"])
@pytest.mark.parametrize(("kind", "scheme"), [(k, s) for k, schemes in KINDS.items() for s in schemes])
def test_each_kind_of_key_signs_and_a_copy_takes_it(service, held, kind, scheme, scal) -> None:
    service.scal = scal
    credential = load(service, kind, scheme=scheme)
    assert credential.certificate == held[kind].certificate and credential.chain == held[kind].chain
    content = hashlib.new(credential.digest, b"a copy").digest()
    assert _core.cms_verify(credential.cms(content), content, strict=False).scheme == scheme
    if scheme == "ecdsa":
        how = {"scheme": scheme, "digest": credential.digest}
        _core.verify_signature(credential.certificate, b"m", credential.sign_fixed(b"m"), fixed=True, **how)


def test_the_document_never_leaves_and_each_signature_is_authorised_by_itself(service) -> None:
    credential = load(service)
    for number in range(3):
        credential.sign(b"%d" % number)
    assert service.calls.count("oauth2/token") == 1
    assert service.calls.count("credentials/authorize") == service.calls.count("signatures/signHash") == 3


def test_an_access_token_that_ended_is_got_anew_once(service) -> None:
    credential = load(service)
    service.tokens.clear()
    service.tokens.add("somebody else's")
    assert credential.sign(b"m")
    assert service.calls.count("oauth2/token") == 2


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("wrong_hash", "hashAlgorithmOID"),
        ("expired", "SAD has expired"),
        ("replay", "SAD was used before"),
        ("tamper", "not over what was sent"),
        ("two", "not exactly one signature"),
        ("nonsense", "answered wrongly"),
    ],
)
def test_what_goes_wrong_is_refused_by_name(service, fault, said) -> None:
    credential = load(service)
    assert credential.sign(b"before")
    service.faults.add(fault)
    with pytest.raises(KeyFault, match=said) as caught:
        credential.sign(b"m")
    assert caught.value.vi != caught.value.en and caught.value.exit_code == 14
    service.faults.clear()
    assert credential.sign(b"after")


def test_an_unknown_credential_a_disabled_one_and_a_wrong_pin_are_refused(service) -> None:
    with pytest.raises(KeyFault, match="credentialID"):
        load(service, "nobody")
    with pytest.raises(KeyFault, match="PIN is invalid"):
        load_remote_credential(client(service), "p-256", lambda: "000000").sign(b"m")
    service.faults.add("disabled")
    with pytest.raises(KeyFault, match="not enabled"):
        load(service)


def test_an_unknown_client_is_refused(service) -> None:
    with pytest.raises(KeyFault, match="unknown client"):
        load_remote_credential(client(service, "wrong"), "p-256", lambda: PIN)


def test_a_silent_service_may_be_asked_again(service) -> None:
    credential = load(service)
    service.faults.add("down")
    with pytest.raises(Unavailable, match="does not answer"):
        credential.sign(b"m")
    with pytest.raises(Unavailable):
        load_remote_credential(RemoteService("http://127.0.0.1:9/csc/v2", CLIENT, lambda: SECRET), "p-256")


@pytest.mark.parametrize("url", ["http://sign.example.vn/csc/v2", "ftp://127.0.0.1/", "sign.example.vn"])
def test_only_https_leaves_this_machine(url) -> None:
    with pytest.raises(UsageFault, match="https"):
        RemoteService(url, CLIENT, lambda: SECRET)


@pytest.mark.parametrize("url", ["http://127.0.0.1.example.vn/csc", "http://localhost.example.vn/csc"])
def test_a_host_that_begins_like_loopback_is_none(url) -> None:
    with pytest.raises(UsageFault, match="https"):
        RemoteService(url, CLIENT, lambda: SECRET)


def test_nothing_tells_of_secrets(service) -> None:
    credential = load(service)
    credential.sign(b"m")
    shown = repr(credential) + repr(credential.key) + repr(client(service))
    assert PIN not in shown and SECRET not in shown and "token-" not in shown
    with pytest.raises(TypeError):
        pickle.dumps(credential.key)


def settings_of(folder: Path, agency: str) -> Path:
    """A trial office whose agency's key is named by `agency`."""
    file = folder / "office.toml"
    file.write_text(file.read_text("utf-8").replace('key = "keys/agency.pem"', agency), "utf-8")
    return folder


def test_an_office_seals_by_a_remote_key(service, held, tmp_path, monkeypatch) -> None:
    folder = init_trial(tmp_path / "office", agency_key="p-256")
    agency = load_credential(folder / "keys/agency.pem")
    KEYS[agency.certificate] = load_pem_private_key((folder / "keys/agency.pem").read_bytes(), None)
    service.credentials["agency"] = agency
    (folder / "keys/agency.pem").unlink()
    settings_of(folder, f'remote = "{service.url}"\nclient = "{CLIENT}"\ncredential = "agency"')
    monkeypatch.setenv("HNCERT_PASSWORD_AGENCY", PIN)
    monkeypatch.setenv("HNCERT_PASSWORD_AGENCY_CLIENT", SECRET)
    office = pyhncert.open_office(folder)
    found = office.credential(office.settings.agency)
    assert found.certificate == agency.certificate and found.sign(b"m")


@pytest.mark.parametrize(
    ("agency", "said"),
    [
        ('key = "a.pem"\nmodule = "b.so"', "needs scheme"),
        ('name2 = ""', "is not known"),
        ('key = "a.pem"\ntoken = "t"', "token, certificate go with module"),
        ('module = "b.so"\nclient = "c"', "client, credential go with remote"),
        ('remote = "https://sign.example.vn/csc/v2"', "needs client and credential"),
    ],
)
def test_settings_say_one_place_for_a_key(tmp_path, agency, said) -> None:
    folder = settings_of(init_trial(tmp_path / "office"), agency)
    with pytest.raises(UsageFault, match=said):
        pyhncert.open_office(folder)
