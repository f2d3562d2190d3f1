"""Revocation lists, OCSP and timestamps over HTTP, asked by openssl: a client that is not ours."""

from __future__ import annotations

import base64
import datetime as dt
import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from urllib.parse import quote

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pyhncert.errors import UsageFault
from pyhncert.identify import HttpTimestamper, OcspClient, listed_status, parse_certificate, parse_crl
from pyhncert.services.credentials import CredentialService


@pytest.fixture
def desk(desk):
    """At today's time, since openssl holds answers against its own clock."""
    desk.clock.now = dt.datetime.now(dt.UTC)
    return desk


@pytest.fixture
def service(desk):
    with CredentialService(desk.inventory) as running:
        yield running


def asked(service, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, str, bytes]:
    connection = http.client.HTTPConnection(service.url.removeprefix("http://"), timeout=10)
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    return answer.status, answer.getheader("Content-Type", ""), answer.read()


def pem(desk, line, tmp_path) -> Path:
    path = tmp_path / f"{line.id}.pem"
    path.write_bytes(parse_certificate(line.certificate).public_bytes(Encoding.PEM))
    return path


def test_our_own_client_believes_it_as_before_signing(desk, service):
    good, bad = desk.issued("Người Tốt"), desk.issued("Người Mất Thẻ")
    desk.inventory.revoke(bad.id, by="An", reason="keyCompromise")
    client = OcspClient(
        clock=desk.clock,
        randomness=os.urandom,
        crls=desk.authority.crls,
        check_list=listed_status,
        url=f"{service.url}/ocsp",
    )
    issuer = x509.load_pem_x509_certificate(desk.issuing.read_bytes()).public_bytes(Encoding.DER)
    found = client.ask(good.certificate, issuer)
    assert found is not None and found.status == "good" and found.nonce is not None
    assert (client.ask(bad.certificate, issuer) or found).status == "revoked"


def openssl_ocsp(openssl, desk, service, *certificates):
    files = [part for path in certificates for part in ("-cert", path)]
    return openssl(
        *("ocsp", "-issuer", desk.issuing, *files, "-url", f"{service.url}/ocsp"),
        *("-CAfile", desk.root, "-verify_other", desk.issuing),
    )


def test_openssl_hears_good_revoked_and_unknown_each_with_its_nonce(desk, service, openssl, tmp_path):
    good, bad = desk.issued("Người Tốt"), desk.issued("Người Mất Thẻ")
    desk.inventory.revoke(bad.id, by="An", reason="keyCompromise")
    stranger = desk.authority.certify(
        "officer", parse_certificate(good.certificate).subject, parse_certificate(bad.certificate).public_key()
    )
    unknown = tmp_path / "unknown.pem"
    unknown.write_bytes(parse_certificate(stranger).public_bytes(Encoding.PEM))
    said = openssl_ocsp(openssl, desk, service, pem(desk, good, tmp_path), pem(desk, bad, tmp_path), unknown)
    assert "Response verify OK" in said and "WARNING: no nonce" not in said
    assert re.search(r"0001\.pem: good\n", said) and re.search(r"unknown\.pem: unknown\n", said)
    assert re.search(r"0002\.pem: revoked\n.*Reason: keyCompromise\n.*Revocation Time: ", said, re.DOTALL)
    assert "Next Update" in said


def test_what_the_office_itself_signs_with_is_good_too(desk, service, openssl, tmp_path):
    for name in ("keys/officer.pem", "keys/agency.pem", "keys/qr.pem", "trial/tsa.pem"):
        said = openssl_ocsp(openssl, desk, service, desk.folder / name)
        assert ": good" in said and "Response verify OK" in said
    desk.authority.revoke(x509.load_pem_x509_certificate((desk.folder / "keys/qr.pem").read_bytes()).serial_number)
    assert ": revoked" in openssl_ocsp(openssl, desk, service, desk.folder / "keys/qr.pem")


def test_a_past_timestamp_authority_is_still_known(desk, openssl, tmp_path):
    old = x509.load_pem_x509_certificate((desk.folder / "trial/tsa.pem").read_bytes())
    desk.clock.on(days=4.5 * 365)
    new = desk.authority.tsa().x509
    assert new.serial_number != old.serial_number
    assert {old.serial_number, new.serial_number} <= desk.authority.own_serials()


def request_for(desk, der: bytes, nonce: bytes | None = None, digest=None) -> bytes:
    issuing = parse_certificate(desk.authority.certificates()[0])
    builder = ocsp.OCSPRequestBuilder().add_certificate(parse_certificate(der), issuing, digest or hashes.SHA1())
    if nonce is not None:
        builder = builder.add_extension(x509.OCSPNonce(nonce), critical=False)
    return builder.build().public_bytes(Encoding.DER)


@pytest.mark.parametrize("digest", [hashes.SHA1(), hashes.SHA256(), hashes.SHA384(), hashes.SHA512()])
def test_an_answer_is_fresh_signed_by_a_delegate_and_repeats_the_nonce(desk, service, digest):
    line, nonce = desk.issued(), os.urandom(32)
    _, kind, body = asked(service, "POST", "/ocsp", request_for(desk, line.certificate, nonce, digest))
    answer = ocsp.load_der_ocsp_response(body)
    now = desk.clock().replace(microsecond=0)
    assert kind == "application/ocsp-response" and answer.certificate_status == ocsp.OCSPCertStatus.GOOD
    assert (answer.this_update_utc, answer.produced_at_utc) == (now, now)
    assert answer.next_update_utc == now + dt.timedelta(hours=1)
    assert answer.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce == nonce
    delegate = answer.certificates[0]
    assert delegate.extensions.get_extension_for_class(x509.OCSPNoCheck)
    assert (
        x509.oid.ExtendedKeyUsageOID.OCSP_SIGNING
        in delegate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    )
    delegate.verify_directly_issued_by(parse_certificate(desk.authority.certificates()[0]))
    from cryptography.hazmat.primitives.asymmetric import ec

    delegate.public_key().verify(answer.signature, answer.tbs_response_bytes, ec.ECDSA(hashes.SHA256()))


def test_a_revocation_that_a_killed_process_did_not_list_is_told(desk, service):
    line = desk.issued()
    desk.open(authority=False).revoke(line.id, by="An", reason="cessationOfOperation")
    answer = ocsp.load_der_ocsp_response(asked(service, "POST", "/ocsp", request_for(desk, line.certificate))[2])
    assert answer.certificate_status == ocsp.OCSPCertStatus.REVOKED
    assert answer.revocation_reason == x509.ReasonFlags.cessation_of_operation
    assert answer.revocation_time_utc == desk.clock().replace(microsecond=0)


def test_a_get_with_the_request_in_its_path_is_answered(desk, service):
    der = request_for(desk, desk.issued().certificate)
    path = f"/ocsp/{quote(base64.b64encode(der).decode(), safe='')}"
    answer = ocsp.load_der_ocsp_response(asked(service, "GET", path)[2])
    assert answer.certificate_status == ocsp.OCSPCertStatus.GOOD


def test_certificates_of_another_issuer_are_not_answered_for(desk, service, made, tmp_path):
    from pyhncert.identify import TrialAuthority, make_trial_authority

    make_trial_authority(tmp_path / "other", clock=desk.clock, randomness=os.urandom)
    other = TrialAuthority(tmp_path / "other", clock=desk.clock, randomness=os.urandom)
    issuing = parse_certificate(other.certificates()[0])
    der = ocsp.OCSPRequestBuilder().add_certificate(issuing, issuing, hashes.SHA1()).build()
    body = asked(service, "POST", "/ocsp", der.public_bytes(Encoding.DER))[2]
    assert ocsp.load_der_ocsp_response(body).response_status == ocsp.OCSPResponseStatus.UNAUTHORIZED


@pytest.mark.parametrize("nonce", [b"", b"x" * 129])
def test_a_nonce_of_another_length_is_malformed(desk, service, nonce):
    body = asked(service, "POST", "/ocsp", request_for(desk, desk.issued().certificate, nonce))[2]
    assert ocsp.load_der_ocsp_response(body).response_status == ocsp.OCSPResponseStatus.MALFORMED_REQUEST


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(junk=st.binary(max_size=200))
def test_junk_gets_an_answer_of_its_kind(desk, junk):
    from pyhncert.services.credentials._ocsp import OcspResponder
    from pyhncert.services.credentials._stamp import stamp_answer

    answer = ocsp.load_der_ocsp_response(OcspResponder(desk.authority, desk.inventory).answer(junk))
    assert answer.response_status == ocsp.OCSPResponseStatus.MALFORMED_REQUEST
    assert stamp_answer(desk.authority, junk)[0] == 0x30


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_a_request_with_one_bit_changed_never_breaks_the_responder(desk, at, bit):
    from pyhncert.services.credentials._ocsp import OcspResponder

    der = bytearray(request_for(desk, desk.authority.tsa().certificate, b"n" * 16))
    der[at % len(der)] ^= 1 << bit
    ocsp.load_der_ocsp_response(OcspResponder(desk.authority, desk.inventory).answer(bytes(der)))


def test_pkilint_finds_no_fault_in_the_answers(desk, service, pkilint, tmp_path):
    good, bad = desk.issued("A"), desk.issued("B")
    desk.inventory.revoke(bad.id, by="An", reason="keyCompromise")
    for line in (good, bad):
        path = tmp_path / f"{line.id}.ocsp"
        path.write_bytes(asked(service, "POST", "/ocsp", request_for(desk, line.certificate, b"n" * 32))[2])
        assert pkilint("lint_ocsp_response", path) == []


@pytest.mark.parametrize("digest", ["sha256", "sha384", "sha512"])
def test_openssl_stamps_and_verifies(desk, service, openssl, tmp_path, digest):
    (tmp_path / "data").write_bytes(b"a copy")
    openssl("ts", "-query", "-data", tmp_path / "data", f"-{digest}", "-cert", "-out", tmp_path / "query")
    status, kind, body = asked(service, "POST", "/tsa", (tmp_path / "query").read_bytes())
    assert (status, kind) == (200, "application/timestamp-reply")
    (tmp_path / "reply").write_bytes(body)
    trust = ("-CAfile", desk.root, "-untrusted", desk.issuing)
    query = ("-queryfile", tmp_path / "query")
    assert "Verification: OK" in openssl("ts", "-verify", *query, "-in", tmp_path / "reply", *trust)
    (tmp_path / "data").write_bytes(b"another copy")
    openssl("ts", "-verify", "-data", tmp_path / "data", "-in", tmp_path / "reply", *trust, ok=False)


def test_a_client_that_has_the_certificate_gets_none(desk, service, openssl, tmp_path):
    (tmp_path / "data").write_bytes(b"a copy")
    openssl("ts", "-query", "-data", tmp_path / "data", "-sha256", "-out", tmp_path / "query")
    body = asked(service, "POST", "/tsa", (tmp_path / "query").read_bytes())[2]
    (tmp_path / "reply").write_bytes(body)
    assert desk.authority.tsa().certificate not in body
    own = tmp_path / "tsa.pem"
    own.write_bytes(desk.authority.tsa().x509.public_bytes(Encoding.PEM) + desk.issuing.read_bytes())
    trust = ("-CAfile", desk.root, "-untrusted", own)
    query = ("-queryfile", tmp_path / "query")
    assert "Verification: OK" in openssl("ts", "-verify", *query, "-in", tmp_path / "reply", *trust)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("-sha1",), "bad_alg|unrecognized or unsupported algorithm"),
        (("-sha256", "-tspolicy", "1.2.3.4"), "requested TSA policy is not supported"),
    ],
)
def test_what_is_not_stamped_is_refused_with_the_reason_of_the_standard(
    desk, service, openssl, tmp_path, options, words
):
    (tmp_path / "data").write_bytes(b"a copy")
    openssl("ts", "-query", "-data", tmp_path / "data", *options, "-out", tmp_path / "query")
    (tmp_path / "reply").write_bytes(asked(service, "POST", "/tsa", (tmp_path / "query").read_bytes())[2])
    said = openssl("ts", "-reply", "-in", tmp_path / "reply", "-text")
    assert "Status: Rejected." in said and re.search(words, said)


def test_our_own_client_takes_its_timestamps(desk, service):
    issuing, root = desk.authority.certificates()
    asks = HttpTimestamper(
        f"{service.url}/tsa", roots=(root,), chain=(issuing,), clock=desk.clock, randomness=os.urandom
    )
    assert len(asks.token(b"d" * 32, "sha256")) > 1000


def test_our_own_client_finds_the_service_by_the_certificate_and_hears_of_strangers(desk, service):
    issuing, _ = desk.authority.certificates()
    line = desk.issued(service=service.url)
    certificate = parse_certificate(line.certificate)
    stranger = desk.authority.certify("officer", certificate.subject, certificate.public_key(), service=service.url)
    client = OcspClient(clock=desk.clock, randomness=os.urandom, crls=desk.authority.crls, check_list=listed_status)
    assert [client.ask(der, issuing).status for der in (line.certificate, stranger)] == ["good", "unknown"]


def test_lists_and_certificates_are_served_and_a_revocation_is_on_the_next_list(desk, service, openssl, tmp_path):
    line = desk.issued(service=service.url)
    certificate = parse_certificate(line.certificate)
    points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    path = points[0].full_name[0].value.removeprefix(service.url)
    status, kind, before = asked(service, "GET", path)
    assert (status, kind) == (200, "application/pkix-crl")
    desk.inventory.revoke(line.id, by="An", reason="affiliationChanged")
    after = asked(service, "GET", path)[2]
    assert parse_crl(before).get_revoked_certificate_by_serial_number(line.serial) is None
    entry = parse_crl(after).get_revoked_certificate_by_serial_number(line.serial)
    assert entry.extensions[0].value.reason == x509.ReasonFlags.affiliation_changed
    (tmp_path / "crl").write_bytes(after)
    said = openssl("crl", "-inform", "DER", "-in", tmp_path / "crl", "-CAfile", desk.issuing, "-noout", "-crlnumber")
    assert "verify OK" in said and "crlNumber=" in said
    access = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    issuers = [d.access_location.value for d in access if "cer" in d.access_location.value]
    assert asked(service, "GET", issuers[0].removeprefix(service.url))[2] == desk.authority.certificates()[0]


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "/", {}, 404),
        ("GET", "/trial/root.pem", {}, 404),
        ("GET", "/../trial/root.pem", {}, 404),
        ("GET", "/issuing.key", {}, 404),
        ("GET", "/tsa", {}, 405),
        ("POST", "/issuing.crl", {"Content-Length": "0"}, 405),
        ("POST", "/ocsp", {"Content-Length": "99999999"}, 413),
        ("POST", "/ocsp", {"Content-Length": "-1"}, 411),
        ("POST", "/ocsp", {"Transfer-Encoding": "chunked"}, 411),
        ("DELETE", "/issuing.crl", {}, 501),
    ],
)
def test_what_is_not_served_has_its_status(service, method, path, headers, status):
    connection = http.client.HTTPConnection(service.url.removeprefix("http://"), timeout=10)
    connection.putrequest(method, path, skip_accept_encoding=True)
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    assert connection.getresponse().status == status


def test_many_clients_at_once_are_answered_and_one_that_says_nothing_holds_up_none(desk, service):
    der = request_for(desk, desk.issued().certificate)
    host, port = service.url.removeprefix("http://").split(":")
    found = []
    with socket.create_connection((host, int(port))):
        threads = [
            threading.Thread(target=lambda: found.append(asked(service, "POST", "/ocsp", der)[0])) for _ in range(40)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert found == [200] * 40


def test_a_taken_port_and_an_office_without_authority_are_said(desk, service):
    with pytest.raises(UsageFault) as told:
        CredentialService(desk.inventory, port=int(service.url.rpartition(":")[2]))
    assert told.value.reason == "port"
    with pytest.raises(UsageFault) as told:
        CredentialService(desk.open(authority=False))
    assert told.value.reason == "no_authority"


def test_the_answer_is_stale_after_its_time_for_a_client_that_looks(desk, service, openssl, tmp_path):
    """Freshness is in the answer: openssl refuses it when its nextUpdate lies behind."""
    line = desk.issued()
    desk.clock.on(hours=-3)
    said = openssl_ocsp(openssl, desk, service, pem(desk, line, tmp_path))
    assert "Status times invalid" in said or "status expired" in said


def test_the_command_serves_until_it_is_stopped(tmp_path):
    from pyhncert.office import init_trial

    folder = init_trial(tmp_path / "office")
    command = [sys.executable, "-m", "hncert_cli", "--office", str(folder), "credential", "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        url = running.stdout.readline().strip()
        connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=10)
        connection.request("GET", "/issuing.crl")
        assert parse_crl(connection.getresponse().read()).next_update_utc is not None
        running.send_signal(signal.SIGTERM)
        _, said = running.communicate(timeout=30)
        assert running.returncode == 0 and "/ocsp" in said and "stopped" in said
