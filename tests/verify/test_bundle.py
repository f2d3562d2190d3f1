"""Trust bundles: one form, one signature at least, followed only by who may follow, and honest about their age."""

from __future__ import annotations

import base64
import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from pyhncert import _core
from pyhncert.errors import Undecided, UsageFault
from pyhncert.identify import Algorithms, algorithms, read_certificates
from pyhncert.values import VIETNAM
from pyhncert.verify import BundleSigner, TrustBundle, accept_bundle, fingerprint, make_bundle, read_bundle

NOW, DAY = dt.datetime(2026, 11, 23, 9, 30, tzinfo=VIETNAM), dt.timedelta(days=1)  # the clock of these tests


def signer() -> BundleSigner:
    key = ec.generate_private_key(ec.SECP256R1())
    signing = _core.SigningKey(key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))
    return BundleSigner(signing.public_spki, signing.sign_fixed)


@pytest.fixture(scope="module")
def keys() -> list[BundleSigner]:
    return [signer() for _ in range(3)]


@pytest.fixture
def made(office, keys) -> Callable[..., bytes]:
    def make(**changes: Any) -> bytes:
        given: dict[str, Any] = {
            "number": 1,
            "publisher": "Thành phố Thử Nghiệm",
            "issued_at": NOW - DAY,
            "valid_until": NOW + 400 * DAY,
            "roots": read_certificates(office.root),
            "qr_certificates": [office.qr.certificate],
            "algorithms": algorithms(),
            "signers": keys[:1],
        }
        return make_bundle(**{**given, **changes})

    return make


def first(data: bytes, key: BundleSigner, now: dt.datetime = NOW) -> TrustBundle:
    return accept_bundle(data, known=None, key_fingerprint=fingerprint(key.spki), now=now)


def forged(data: bytes, change: Callable[[dict[str, Any]], object]) -> bytes:
    value = json.loads(data)
    change(value)
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def test_a_copy_is_judged_with_nothing_but_the_bundle(real, made, keys) -> None:
    bundle = first(made(), keys[0])
    report = bundle.verify(real.pdf, now=NOW + dt.timedelta(hours=1))
    assert report.verdict == "valid" and not any("bundle" in words.en for words in report.not_proven)
    assert bundle.algorithms == algorithms() and bundle.roots == read_certificates(real.office.root)


def test_every_changed_byte_is_refused(made, keys) -> None:
    data = made()
    assert read_bundle(data).number == 1
    for at in range(0, len(data), 7):
        wrong = bytearray(data)
        wrong[at] ^= 1
        with pytest.raises(UsageFault, match="trust bundle"):
            first(bytes(wrong), keys[0])


@pytest.mark.parametrize(
    "change",
    [
        lambda v: v["signed"].update(number=2),
        lambda v: v["signed"].update(publisher="another"),
        lambda v: v["signed"]["roots"].clear(),
        lambda v: v["signatures"].clear(),
        lambda v: v["signed"].update(version=2),
        lambda v: v["signed"].pop("algorithms"),
        lambda v: v.update(more=1),
    ],
)
def test_a_forged_bundle_is_refused(made, keys, change) -> None:
    with pytest.raises(UsageFault, match="no trust bundle"):
        first(forged(made(), change), keys[0])


def test_another_form_of_the_same_bundle_is_refused(made) -> None:
    with pytest.raises(UsageFault, match="one form"):
        read_bundle(json.dumps(json.loads(made())).encode())


def test_the_first_bundle_needs_the_right_fingerprint(made, keys) -> None:
    told = fingerprint(keys[0].spki)
    assert accept_bundle(made(), known=None, key_fingerprint=told.replace(" ", "").lower(), now=NOW).number == 1
    for wrong in (None, "", fingerprint(keys[1].spki), told[:-1]):
        with pytest.raises(UsageFault, match="fingerprint"):
            accept_bundle(made(), known=None, key_fingerprint=wrong, now=NOW)


def test_a_named_key_that_did_not_sign_is_not_enough(made, keys) -> None:
    """An attacker names the office's key among the signers and signs with his own."""

    def name_it(value: dict[str, Any]) -> None:
        value["signed"]["signers"] = sorted(base64.b64encode(key.spki).decode() for key in (keys[0], keys[1]))
        body = json.dumps(value["signed"], sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        value["signatures"][0]["signature"] = base64.b64encode(keys[1].sign(body)).decode()

    data = forged(made(signers=keys[1:2]), name_it)
    assert read_bundle(data).number == 1
    with pytest.raises(UsageFault, match="fingerprint"):
        first(data, keys[0])


def test_keys_are_exchanged_with_an_overlap(made, keys) -> None:
    """Old alone, both, new alone: each step is followed, the jump over the overlap is not."""
    old, both, new = (
        made(signers=keys[:1]),
        made(number=2, signers=keys[:2], issued_at=NOW),
        made(number=3, signers=keys[1:2], issued_at=NOW + DAY),
    )
    later = NOW + 2 * DAY
    held = first(old, keys[0])
    assert accept_bundle(accept_bundle(both, known=held, now=later).raw, known=held, now=later).number == 2
    assert accept_bundle(new, known=read_bundle(both), now=later).number == 3
    with pytest.raises(UsageFault, match="no key that the one held names"):
        accept_bundle(new, known=held, now=later)


def test_nothing_goes_backwards(made, keys) -> None:
    held = first(made(number=5), keys[0])
    assert accept_bundle(held.raw, known=held, now=NOW) == held
    for wrong, why in (
        ({"number": 4}, "held already"),
        ({"number": 5, "valid_until": NOW + 900 * DAY}, "held already"),
        ({"number": 6, "issued_at": NOW - 2 * DAY}, "held already"),
        ({"number": 6, "publisher": "another"}, "begin anew"),
        ({"number": 6, "issued_at": NOW + DAY}, "not yet"),
        ({"number": 6, "signers": keys[2:]}, "no key that the one held names"),
    ):
        with pytest.raises(UsageFault, match=why):
            accept_bundle(made(**wrong), known=held, now=NOW)


def test_an_old_bundle_says_what_it_cannot_judge(real, made, keys, make_office) -> None:
    bundle = first(made(valid_until=NOW), keys[0])
    report = bundle.verify(real.pdf, now=NOW + dt.timedelta(hours=1))
    assert report.verdict == "valid" and any("withdrawn or added after" in words.en for words in report.not_proven)
    strange = make_office()
    with pytest.raises(Undecided) as caught:
        bundle.verify(strange.upgraded(strange.signed()), now=NOW + dt.timedelta(hours=1))
    assert any("older than the copy" in words.en for words in caught.value.report.reasons)
    assert any("does not name it" in words.en for words in caught.value.report.not_proven)


def test_the_algorithms_of_the_bundle_count(real, made, keys) -> None:
    """What the bank's software believes of SHA-256 gives way to what the publisher says."""
    weak = Algorithms({"sha512": None, "sha256": NOW.date() - DAY}, algorithms().entries)
    with pytest.raises(Undecided):
        first(made(algorithms=weak), keys[0]).verify(real.pdf, now=NOW + dt.timedelta(hours=1))


@pytest.mark.parametrize(
    ("key", "value"), [("number", 0), ("roots", []), ("signers", []), ("valid_until", NOW - 2 * DAY)]
)
def test_a_bundle_that_says_nothing_is_not_made(made, key, value) -> None:
    with pytest.raises(UsageFault, match="needs"):
        made(**{key: value})
