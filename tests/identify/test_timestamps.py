"""Timestamps: the trial authority's, judged by openssl; a service's over HTTP, with each way in which it may lie."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import http.server
import os
import threading
import time

import pytest
from asn1crypto import tsp
from hypothesis import given
from hypothesis import strategies as st

from pyhncert import _core
from pyhncert.errors import AlteredCore, ClockFault, TimestampFault, Unavailable, UsageFault
from pyhncert.identify import (
    HttpTimestamper,
    TrialTimestamper,
    clock_off_s,
    load_credential,
    make_trial_authority,
    read_certificates,
)

DIGEST = hashlib.sha256(b"signature").digest()


def test_openssl_accepts_the_trial_token(office, openssl, tmp_path):
    (tmp_path / "token").write_bytes(TrialTimestamper(office.authority).token(DIGEST, "sha256"))
    (tmp_path / "data").write_bytes(b"signature")
    said = openssl(
        f"ts -verify -token_in -in token -data data -CAfile {office.paths.root} -attime 1794300000 -x509_strict"
    )
    assert "Verification: OK" in said
    (tmp_path / "data").write_bytes(b"else")
    openssl(f"ts -verify -token_in -in token -data data -CAfile {office.paths.root} -attime 1794300000", ok=False)


@pytest.mark.parametrize("algorithm", ["sha256", "sha384", "sha512"])
def test_a_trial_token_says_what_when_and_by_whom(office, algorithm):
    digest = hashlib.new(algorithm, b"signature").digest()
    parts = _core.cms_verify(office.authority.timestamp(digest, algorithm), None)
    assert parts.certificate == office.authority.tsa().certificate
    assert parts.chain == list(office.officer.chain)
    info = tsp.TSTInfo.load(parts.content, strict=True)
    assert info.dump(force=True) == parts.content
    assert info["gen_time"].native == office.clock.now
    assert info["accuracy"]["seconds"].native == 1
    assert info["message_imprint"]["hash_algorithm"]["algorithm"].native == algorithm
    assert info["message_imprint"]["hashed_message"].native == digest
    assert info["nonce"].native is None


def test_serial_numbers_of_tokens_differ(office):
    tokens = [_core.cms_parse(office.authority.timestamp(DIGEST, "sha256")) for _ in range(50)]
    assert len({tsp.TSTInfo.load(token.content)["serial_number"].native for token in tokens}) == 50


def test_a_digest_of_the_wrong_length_is_not_stamped(office):
    with pytest.raises(UsageFault, match="31 bytes"):
        office.authority.timestamp(DIGEST[:31], "sha256")


def test_a_changed_token_is_refused(office):
    token = office.authority.timestamp(DIGEST, "sha256")
    ca = token.find(office.officer.chain[0])
    for at in range(0, len(token), 3):
        if not ca <= at < ca + len(office.officer.chain[0]):
            wrong = bytearray(token)
            wrong[at] ^= 4
            with pytest.raises(AlteredCore):
                _core.cms_verify(bytes(wrong), None)


# -- over HTTP ---------------------------------------------------------------------------------------------------------


def granted(token: bytes) -> bytes:
    return tsp.TimeStampResp({"status": {"status": "granted"}, "time_stamp_token": tsp.ContentInfo.load(token)}).dump()


@pytest.fixture
def service(office):
    """A timestamp service on this machine; `service.answer` is (request) -> (status, body)."""
    state = type("State", (), {})()

    def honest(request: tsp.TimeStampReq) -> tuple[int, bytes]:
        imprint = request["message_imprint"]
        token = office.authority.timestamp(
            imprint["hashed_message"].native,
            imprint["hash_algorithm"]["algorithm"].native,
            nonce=request["nonce"].native.to_bytes(9, "big"),
        )
        return 200, granted(token)

    state.honest = state.answer = honest
    state.requests = []
    state.headers = {}
    state.drip = 0.0

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            assert self.headers["Content-Type"] == "application/timestamp-query"
            request = tsp.TimeStampReq.load(body, strict=True)
            assert request.dump(force=True) == body
            state.requests.append(request)
            status, answer = state.answer(request)
            self.send_response(status)
            for name, value in {"Content-Length": str(len(answer)), **state.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            if not state.drip:
                self.wfile.write(answer)
                return
            with contextlib.suppress(OSError):
                for at in range(len(answer)):
                    self.wfile.write(answer[at : at + 1])
                    time.sleep(state.drip)

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    state.url = f"http://127.0.0.1:{server.server_port}/tsa"
    yield state
    server.shutdown()
    server.server_close()


def client(office, url: str, **changes) -> HttpTimestamper:
    given = {"roots": office.roots, "clock": office.clock, "randomness": os.urandom, "timeout_s": 5.0}
    return HttpTimestamper(url, **given | changes)


def test_a_service_s_token_is_taken(office, service):
    token = client(office, service.url).token(DIGEST, "sha256")
    assert tsp.TSTInfo.load(_core.cms_verify(token, None).content)["message_imprint"]["hashed_message"].native == DIGEST
    (request,) = service.requests
    assert request["cert_req"].native is True
    assert request["version"].native == "v1"
    assert request["req_policy"].native is None


def test_a_policy_is_asked_for_and_demanded(office, service):
    policy = "2.16.840.1.101.3.2.1.48.1"
    assert client(office, service.url, policy=policy).token(DIGEST, "sha256")
    assert service.requests[0]["req_policy"].dotted == policy
    with pytest.raises(TimestampFault, match=r"is under policy 2\.16\.840\.1\.101\.3\.2\.1\.48\.1, not 1\.2\.3"):
        client(office, service.url, policy="1.2.3").token(DIGEST, "sha256")


def test_a_silent_service_is_unavailable(office, service):
    with pytest.raises(Unavailable, match=r"127\.0\.0\.1:1 does not answer") as caught:
        client(office, "http://127.0.0.1:1/tsa").token(DIGEST, "sha256")
    assert "không trả lời" in caught.value.vi
    release = threading.Event()

    def slow(request):
        release.wait(10)
        return 200, b""

    service.answer = slow
    start = time.monotonic()
    with pytest.raises(Unavailable, match="timed out"):
        client(office, service.url, timeout_s=0.2).token(DIGEST, "sha256")
    assert time.monotonic() - start < 5
    release.set()


@pytest.mark.parametrize("status", [500, 503, 429, 408])
def test_a_service_in_trouble_is_unavailable(office, service, status):
    service.answer = lambda _: (status, b"busy")
    with pytest.raises(Unavailable, match=f"HTTP {status}"):
        client(office, service.url).token(DIGEST, "sha256")


@pytest.mark.parametrize("status", [400, 403, 404])
def test_a_service_that_refuses_by_status_is_at_fault(office, service, status):
    service.answer = lambda _: (status, b"no")
    with pytest.raises(TimestampFault, match=f"HTTP status {status}") as caught:
        client(office, service.url).token(DIGEST, "sha256")
    assert "trả lời sai" in caught.value.vi


def test_a_service_that_drips_is_unavailable(office, service):
    status, body = 200, b"x" * 4000
    service.answer = lambda _: (status, body)
    service.drip = 0.1
    with pytest.raises(Unavailable, match="timed out"):
        client(office, service.url, timeout_s=0.3).token(DIGEST, "sha256")


def test_a_redirect_is_not_followed(office, service):
    service.headers = {"Location": service.url + "/else"}
    service.answer = lambda _: (302, b"")
    with pytest.raises(TimestampFault, match="HTTP status 302"):
        client(office, service.url).token(DIGEST, "sha256")
    assert len(service.requests) == 1


@pytest.mark.parametrize("answer", [b"", b"<html>", b"\x30\x00", bytes(3 << 19)], ids=["empty", "html", "bare", "long"])
def test_an_answer_that_is_no_timestamp_is_a_fault(office, service, answer):
    service.answer = lambda _: (200, answer)
    with pytest.raises(TimestampFault):
        client(office, service.url).token(DIGEST, "sha256")


def test_a_rejection_is_told_with_its_words(office, service):
    status = tsp.PKIStatusInfo({"status": "rejection", "status_string": ["over quota"]}).dump()
    service.answer = lambda _: (200, b"\x30" + bytes([len(status)]) + status)
    with pytest.raises(TimestampFault, match=r"refused: rejection over quota"):
        client(office, service.url).token(DIGEST, "sha256")


def test_a_status_that_nobody_defined_is_a_rejection(office, service):
    service.answer = lambda _: (200, b"\x30\x05\x30\x03\x02\x01\x63")
    with pytest.raises(TimestampFault, match=r"refused: 99"):
        client(office, service.url).token(DIGEST, "sha256")


def lying(office, service, **change):
    def answer(request):
        return 200, granted(
            office.authority.timestamp(
                change.get("digest", DIGEST),
                "sha256",
                nonce=change.get("nonce", request["nonce"].native.to_bytes(9, "big")),
            )
        )

    service.answer = answer


def test_a_token_over_another_digest_is_a_fault(office, service):
    lying(office, service, digest=bytes(32))
    with pytest.raises(TimestampFault, match="another digest"):
        client(office, service.url).token(DIGEST, "sha256")


@pytest.mark.parametrize("nonce", [b"\1", None])
def test_a_token_with_another_nonce_or_none_is_a_fault(office, service, nonce):
    lying(office, service, nonce=nonce)
    with pytest.raises(TimestampFault, match="nonce"):
        client(office, service.url).token(DIGEST, "sha256")


@pytest.mark.parametrize(("ahead", "way"), [(62, "behind"), (-62, "ahead")])
def test_a_clock_that_is_off_is_told_by_name(office, service, ahead, way):
    """By more than 60 s; whole seconds of a token may hide one more."""
    now = office.clock.now

    def off(request):
        office.clock.now = now + dt.timedelta(seconds=ahead)
        try:
            return service.honest(request)
        finally:
            office.clock.now = now

    service.answer = off
    with pytest.raises(ClockFault, match=rf"this machine's clock is 6[12] s {way}, and 60 s are allowed") as caught:
        client(office, service.url).token(DIGEST, "sha256")
    assert (caught.value.refusal, caught.value.exit_code) == ("clock_off", 16)
    assert "đồng hồ máy này" in caught.value.vi and "chỉnh đồng hồ" in caught.value.hint("vi")
    assert client(office, service.url, allowed_clock_s=62).token(DIGEST, "sha256")


@given(off=st.floats(-300, 300), slow=st.floats(0, 200), fraction=st.booleans())
def test_the_difference_is_never_more_than_it_was(off, slow, fraction):
    """`off` is how far our clock is ahead; the service read its clock at some time between question and answer."""
    start = dt.datetime(2026, 11, 10, 8, tzinfo=dt.UTC) + dt.timedelta(milliseconds=137)
    true = start + dt.timedelta(seconds=slow / 2)
    said = true if fraction else true.replace(microsecond=0)
    ours = dt.timedelta(seconds=off)
    found = clock_off_s(said, asked=start + ours, answered=start + dt.timedelta(seconds=slow) + ours)
    assert abs(found) <= abs(off) + 1e-3
    assert found == 0 or (found < 0) == (off > 0)
    assert abs(found) >= abs(off) - slow - 1.001


def test_a_token_of_another_time_is_a_fault(office, service):
    now = office.clock.now
    with pytest.raises(TimestampFault, match="which is not now"):
        client(office, service.url, clock=lambda: now + dt.timedelta(minutes=10)).token(DIGEST, "sha256")


def test_a_changed_token_is_a_fault(office, service):
    def answer(request):
        status, body = service.honest(request)
        return status, body[:-1] + bytes([body[-1] ^ 1])

    service.answer = answer
    with pytest.raises(TimestampFault, match="does not verify"):
        client(office, service.url).token(DIGEST, "sha256")


def test_a_token_under_an_unknown_root_is_a_fault(office, service):
    with pytest.raises(TimestampFault, match="leads to no trusted root"):
        client(office, service.url, roots=()).token(DIGEST, "sha256")


def test_a_token_by_somebody_who_may_not_stamp_is_a_fault(office, service):
    office.authority._services["timestamp"] = load_credential(office.paths.officer)
    with pytest.raises(TimestampFault, match="not made for timestamps"):
        client(office, service.url).token(DIGEST, "sha256")


def test_an_address_must_be_http(office):
    for url in ("file:///etc/passwd", "ftp://x", "tsa.example"):
        with pytest.raises(UsageFault, match="no http or https URL"):
            client(office, url)


CONFIG = """
[ tsa ]
default_tsa = here
[ here ]
serial = serial
signer_cert = {tsa}
signer_key = {tsa}
certs = {issuing}
signer_digest = sha512
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512
accuracy = secs:1, millisecs:500
ordering = yes
tsa_name = yes
ess_cert_id_chain = {chain}
ess_cert_id_alg = {ess}
"""


@pytest.mark.parametrize("ess", ["sha1", "sha256", "sha512"])
@pytest.mark.parametrize("chain", ["no", "yes"])
def test_the_tokens_of_openssl_are_taken_and_kept(tmp_path, service, openssl, ess, chain):
    now = dt.datetime.now(dt.UTC)
    paths = make_trial_authority(tmp_path / "now", clock=lambda: now, randomness=os.urandom, agency_key="p-256")
    (tmp_path / "serial").write_text("01")
    (tmp_path / "ts.cnf").write_text(CONFIG.format(tsa=paths.tsa, issuing=paths.issuing, ess=ess, chain=chain))

    def answer(request):
        (tmp_path / "query").write_bytes(request.dump())
        openssl("ts -reply -config ts.cnf -section here -queryfile query -out reply")
        return 200, (tmp_path / "reply").read_bytes()

    service.answer = answer
    timestamper = HttpTimestamper(
        service.url,
        roots=read_certificates(paths.root.read_bytes()),
        clock=lambda: dt.datetime.now(dt.UTC),
        randomness=os.urandom,
    )
    officer = load_credential(paths.officer)
    value = hashlib.sha256(b"content").digest()
    der = officer.cms(value, timestamp=lambda s: timestamper.token(hashlib.sha256(s).digest(), "sha256"))
    parts = _core.cms_verify(der, value)
    token = _core.cms_verify(parts.timestamp, None, strict=False)
    assert token.certificate == load_credential(paths.tsa).certificate
    assert tsp.TSTInfo.load(token.content)["message_imprint"]["hashed_message"].native == (
        hashlib.sha256(parts.signature).digest()
    )
