"""The office key in a security module: SoftHSM2 stands for it."""

from __future__ import annotations

import datetime as dt
import os

import pytest
import softhsm

from pyhncert import keep
from pyhncert.errors import KeyFault
from pyhncert.identify import load_token_key
from pyhncert.values import VIETNAM


@pytest.fixture(scope="module")
def hsm(tmp_path_factory):
    store = softhsm.Store(softhsm.tokens_folder(tmp_path_factory), softhsm.library())
    store.make("khoa")
    for label in ("office", "other", "twice", "twice"):
        softhsm.run(
            *("pkcs11-tool", "--module", store.module, "--token-label", "khoa", "--login", "--pin", softhsm.PIN),
            *("--keygen", "--key-type", "AES:32", "--label", label, "--sensitive"),
        )
    return store


def key_on(hsm, label="office"):
    return load_token_key(hsm.module, label, lambda: softhsm.PIN, token="khoa")


def test_what_the_module_wrapped_only_its_key_opens_and_only_for_its_context(hsm):
    key = key_on(hsm)
    wrapped = key.wrap(b"k" * 32, b"register key 1")
    assert b"k" * 8 not in wrapped and key.wrap(b"k" * 32, b"register key 1") != wrapped
    assert key.unwrap(wrapped, b"register key 1") == b"k" * 32
    damaged = wrapped[:-1] + bytes([wrapped[-1] ^ 1])
    for other, what, context in (
        (key, wrapped, b"register key 2"),
        (key, damaged, b"register key 1"),
        (key, b"", b"register key 1"),
        (key_on(hsm, "other"), wrapped, b"register key 1"),
    ):
        with pytest.raises(KeyFault, match="does not open") as caught:
            other.unwrap(what, context)
        assert "không mở được" in caught.value.vi
    for label, words in (("none", "no AES key called none"), ("twice", "several AES keys")):
        with pytest.raises(KeyFault, match=words):
            key_on(hsm, label).wrap(b"k" * 32, b"")


def test_a_register_is_sealed_under_it_and_goes_over_to_a_file(hsm, tmp_path):
    clock = lambda: dt.datetime(2026, 11, 26, 9, tzinfo=VIETNAM)  # noqa: E731
    path = tmp_path / "register.sqlite"
    keep.create_register(path, keep.BookSettings(unit="U"), clock=clock)
    keep.seal_register(path, key_on(hsm))
    facts = {"unit": "U", "requester": "Nguyễn Thị Đào", "original": "Bằng", "signer": "An", "pages": 1}
    with keep.Register(path, clock=clock, randomness=os.urandom, office_key=key_on(hsm)) as register:
        register.reserve(**facts)
        register.rekey(keep.LocalKey(b"k" * 32))
    with keep.Register(path, clock=clock, randomness=os.urandom, office_key=keep.LocalKey(b"k" * 32)) as register:
        assert [line.requester for line in register.lines()] == ["Nguyễn Thị Đào"]
    with pytest.raises(KeyFault, match="sealed under"):
        keep.Register(path, clock=clock, randomness=os.urandom, office_key=key_on(hsm))
