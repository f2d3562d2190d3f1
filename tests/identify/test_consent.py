"""Remote keys that want a one-time password, or a person's consent in the browser: each refusal by name."""

from __future__ import annotations

import io
import logging
import os
import threading
import urllib.request

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from csc_double import CLIENT, KEYS, PIN, SECRET, Service, serving

from pyhncert import _core
from pyhncert.errors import KeyFault, Unavailable
from pyhncert.identify import RemoteService, load_credential, load_remote_credential, make_trial_authority

OTP = ({"type": "Password", "id": "PIN", "format": "A"}, {"type": "Password", "id": "OTP", "format": "N"})


@pytest.fixture(scope="module")
def held(tmp_path_factory):
    import datetime as dt

    now = dt.datetime(2026, 11, 23, 9, 30, tzinfo=dt.UTC)
    paths = make_trial_authority(
        tmp_path_factory.mktemp("a") / "a", clock=lambda: now, randomness=os.urandom, agency_key="p-256"
    )
    found = load_credential(paths.agency)
    KEYS[found.certificate] = load_pem_private_key(paths.agency.read_bytes(), None)
    return {"seal": found}


@pytest.fixture
def service(held):
    with serving(Service(dict(held))) as running:
        yield running


class Browser:
    """A person who says yes at once, on another thread as browsers do; `went` are the addresses."""

    def __init__(self, *, opens: bool = True, answers: bool = True) -> None:
        self.opens, self.answers, self.went, self.read = opens, answers, [], []

    def __call__(self, url: str) -> bool:
        self.went.append(url)
        if self.opens and self.answers:
            threading.Thread(target=self.go, args=(url,), daemon=True).start()
        return self.opens

    def go(self, url: str) -> None:
        with urllib.request.urlopen(url, timeout=10) as page:
            self.read.append(page.read().decode())


def remote(service: Service, browse=None, patience_s: float = 10.0) -> RemoteService:
    return RemoteService(service.url, CLIENT, lambda: SECRET, timeout_s=5.0, patience_s=patience_s, browse=browse)


def with_otp(service: Service, give=None, pin=PIN):
    service.objects = OTP
    return load_remote_credential(remote(service), "seal", lambda: pin, otp=give or (lambda: service.otps[-1]))


def with_consent(service: Service, browse, patience_s: float = 10.0):
    service.mode = "oauth2code"
    return load_remote_credential(remote(service, browse, patience_s), "seal")


def holds(credential, message: bytes) -> None:
    how = {"scheme": credential.scheme, "digest": credential.digest}
    _core.verify_signature(credential.certificate, message, credential.sign(message), **how)


def test_a_one_time_password_is_sent_for_each_signature_and_used_once(service):
    credential = with_otp(service)
    for message in (b"one", b"two"):
        holds(credential, message)
    assert service.calls.count("credentials/sendOTP") == service.calls.count("credentials/authorize") == 2
    assert not service.otps


def test_a_generator_in_the_persons_hand_is_not_sent(service):
    credential = with_otp(service, lambda: "424242")
    service.objects = (OTP[0], {**OTP[1], "generator": "totp"})
    credential = load_remote_credential(remote(service), "seal", lambda: PIN, otp=lambda: "424242")
    service.otps.append("424242")
    holds(credential, b"m")
    assert "credentials/sendOTP" not in service.calls


def test_a_wrong_a_late_and_a_used_one_time_password_are_refused(service):
    first: list[str] = []

    def give() -> str:
        first.append(service.otps[-1])
        return first[0]

    credential = with_otp(service, give)
    holds(credential, b"m")
    with pytest.raises(KeyFault, match="OTP is invalid") as told:  # the first once more
        credential.sign(b"m")
    assert "OTP" in told.value.vi
    with pytest.raises(KeyFault, match="OTP is invalid"):
        with_otp(service, lambda: "000000").sign(b"m")
    late = with_otp(service)
    service.faults.add("late")
    with pytest.raises(KeyFault, match="OTP is invalid"):
        late.sign(b"m")
    service.faults.clear()
    with pytest.raises(KeyFault, match="PIN is invalid"):
        with_otp(service, pin="000000").sign(b"m")


def test_a_secret_that_nobody_here_has_is_told(service):
    service.objects = (*OTP, {"type": "Password", "id": "FINGERPRINT"})
    credential = load_remote_credential(remote(service), "seal", lambda: PIN, otp=lambda: service.otps[-1])
    with pytest.raises(KeyFault, match="asks for FINGERPRINT"):
        credential.sign(b"m")
    service.objects = OTP
    with pytest.raises(KeyFault, match="asks for OTP"):
        load_remote_credential(remote(service), "seal", lambda: PIN).sign(b"m")


def test_a_person_consents_in_the_browser_to_one_digest(service):
    browser = Browser()
    credential = with_consent(service, browser)
    for message in (b"one", b"two"):
        holds(credential, message)
    asked = list(service.codes.values())
    assert len(asked) == 2 and asked[0]["hashes"] != asked[1]["hashes"] and asked[0]["state"] != asked[1]["state"]
    assert asked[0]["code_challenge"] != asked[1]["code_challenge"] and "code_verifier" not in browser.went[0]
    assert "credentials/authorize" not in service.calls


REFUSED = {
    "denied": "access_denied",
    "state": "state does not match",
    "late": "expired or was used",
    "old code": "expired or was used|of another request",
    "other hash": "hashes were not authorised",
    "expired": "SAD has expired",
    "replay": "SAD was used before|Invalid parameter SAD",
    "tamper": "not over what was sent",
    "elsewhere": "oauth2 is no https URL",
}


@pytest.mark.parametrize("fault", REFUSED)
def test_what_goes_wrong_with_a_consent_is_refused_by_name(service, fault):
    credential = with_consent(service, Browser())
    holds(credential, b"before")
    service.faults.add(fault)
    with pytest.raises(KeyFault, match=REFUSED[fault]) as told:
        credential.sign(b"m")
    assert told.value.vi != told.value.en and told.value.exit_code == 14
    service.faults.clear()
    holds(credential, b"after")


def test_without_a_browser_and_without_an_answer_it_says_so(service):
    with pytest.raises(KeyFault, match="none opens here"):
        with_consent(service, Browser(opens=False)).sign(b"m")
    with pytest.raises(Unavailable, match="nobody consented"):
        with_consent(service, Browser(answers=False), patience_s=0.3).sign(b"m")


def test_a_stranger_at_the_door_of_loopback_gets_nothing(service):
    """Another program's answer ends the call, and nothing is signed."""
    browser = Browser(answers=False)

    def poked(url: str) -> bool:
        import urllib.parse

        place = urllib.parse.parse_qs(url.partition("?")[2])["redirect_uri"][0]
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(place + "/other", timeout=5)
        urllib.request.urlopen(place + "?code=stolen&state=guessed", timeout=5).close()
        return browser(url)

    with pytest.raises(KeyFault, match="state does not match"):
        with_consent(service, poked).sign(b"m")
    assert "signatures/signHash" not in service.calls


def test_no_secret_reaches_a_log_or_a_repr(service, caplog, capsys):
    told = io.StringIO()
    logging.getLogger().addHandler(logging.StreamHandler(told))
    caplog.set_level(logging.DEBUG)
    credential = with_consent(service, Browser())
    credential.sign(b"m")
    otp = with_otp(service)
    service.mode = "explicit"
    service.faults.add("expired")
    with pytest.raises(KeyFault) as fault:
        load_remote_credential(remote(service), "seal", lambda: PIN, otp=lambda: service.otps[-1]).sign(b"m")
    seen = capsys.readouterr()
    shown = [caplog.text, told.getvalue(), seen.out, seen.err, repr(credential), repr(credential.key), repr(otp)]
    shown += [repr(remote(service)), str(fault.value), fault.value.vi]
    for secret in (PIN, SECRET, "token-", "sad-", "code-"):
        assert not any(secret in text for text in shown), secret
