"""Asking a responder: what is believed, what gives way to a list, and each way in which an answer may be wrong."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
from types import SimpleNamespace

import pytest
from asn1crypto import ocsp as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from hypothesis import given, settings
from hypothesis import strategies as st
from ocsp_double import HOUR, Responder, delegate, issuer_of, reissue, serve, wrapped

from pyhncert.errors import CertificateFault, ClockFault, RevocationFault, Unavailable
from pyhncert.identify import (
    OcspClient,
    check_standing,
    listed_status,
    load_credential,
    one_answer,
    read_ocsp,
)
from pyhncert.identify import _trial_certificates as make

UNKNOWN = b"\x30\x03\x0a\x01\x00"


@pytest.fixture
def world(office):
    """An office whose officer's certificate names a responder that runs."""
    with serve(Responder(issuer_of(office.folder), office.clock)) as responder:
        reissue(office.folder, "officer", responder.url)
        officer = load_credential(office.paths.officer)
        yield SimpleNamespace(
            office=office, responder=responder, officer=officer, issuer=officer.chain[0], clock=office.clock
        )


def client(world, **changes) -> OcspClient:
    given = {
        "clock": world.clock,
        "randomness": os.urandom,
        "crls": world.office.authority.crls,
        "check_list": listed_status,
    }
    return OcspClient(**given | changes)


def standing(world, *, crls=None, ocsp=None):
    return check_standing(
        world.officer,
        roots=world.office.roots,
        crls=world.office.authority.crls() if crls is None else crls,
        now=world.clock(),
        ocsp=ocsp or client(world),
    )


def ask(world, **changes):
    return client(world, **changes).ask(world.officer.certificate, world.issuer)


def test_the_responder_is_asked_first_and_the_lists_where_none_is_named(world):
    found = standing(world)
    assert [(s.source, s.certificate) for s in found.statuses] == [
        ("ocsp", world.officer.certificate),
        ("crl", world.issuer),
    ]
    assert client(world).evidence(world.officer.certificate, world.issuer) is not None
    assert found.statuses[0].next_update - found.statuses[0].this_update == HOUR
    assert read_ocsp(found.statuses[0].data).status == "good"
    assert set(world.responder.asked) == {world.officer.x509.serial_number}
    # a list of the issuing CA is not needed where its responder answers
    _, root = world.office.authority.crls()
    assert standing(world, crls=[root]).statuses[0].source == "ocsp"


def test_openssl_believes_the_same_answer(world, openssl, tmp_path):
    (tmp_path / "answer.der").write_bytes(ask(world).der)
    (tmp_path / "cert.pem").write_bytes(world.officer.x509.public_bytes(Encoding.PEM))
    said = openssl(
        f"ocsp -respin answer.der -issuer {world.office.paths.issuing} -cert cert.pem -CAfile {world.office.paths.root}"
        f" -attime {int(world.clock().timestamp())} -no_nonce"
    )
    assert "Response verify OK" in said and "\ngood\n" in said


def test_openssl_answers_and_is_believed(world, openssl, tmp_path):
    """The answer of a foreign responder: `openssl ocsp` signs with its own delegated certificate."""
    real = dt.datetime.now(dt.UTC)
    world.clock.now = real
    folder = world.office.folder
    signer = delegate(issuer_of(folder), real)
    (tmp_path / "signer.pem").write_bytes(signer.certificate.public_bytes(Encoding.PEM))
    (tmp_path / "signer.key").write_bytes(make.key_pem(signer.key))
    serial = f"{world.officer.x509.serial_number:X}"
    line = ["V", "491231000000Z", "", serial, "unknown", "/CN=officer"]
    (tmp_path / "index.txt").write_text("\t".join(line) + "\n")

    def by_openssl(_: bytes) -> bytes:
        words = "ocsp -index index.txt -rsigner signer.pem -rkey signer.key -reqin request.der -respout answer.der"
        openssl(f"{words} -CA {world.office.paths.issuing} -nmin 60")
        return (tmp_path / "answer.der").read_bytes()

    honest = world.responder.answer

    def answer(body: bytes) -> bytes:
        (tmp_path / "request.der").write_bytes(body)
        return by_openssl(body)

    world.responder.answer = answer
    found = ask(world)
    assert (found.status, found.serial) == ("good", world.officer.x509.serial_number)
    assert found.nonce is not None and found.stands_alone
    world.responder.answer = honest


def test_a_revoked_certificate_is_refused_whatever_the_lists_say(world):
    since = world.clock() - 2 * HOUR
    world.responder.fate[world.officer.x509.serial_number] = ("revoked", since.astimezone(dt.UTC))
    with pytest.raises(CertificateFault, match="was revoked on 10/11/2026 06:00:00") as caught:
        standing(world)
    assert caught.value.refusal == "revoked" and "đã bị thu hồi" in caught.value.vi
    assert client(world).evidence(world.officer.certificate, world.issuer) is None


def test_a_list_that_names_the_certificate_counts_whatever_the_responder_says(world):
    world.office.authority.revoke(world.officer.x509.serial_number)
    with pytest.raises(CertificateFault, match="was revoked"):
        standing(world)


def test_a_certificate_that_the_responder_does_not_know_is_refused(world):
    world.responder.fate[world.officer.x509.serial_number] = ("unknown", None)
    with pytest.raises(RevocationFault, match="is unknown: the OCSP responder of TRIAL Issuing CA") as caught:
        standing(world)
    assert caught.value.refusal == "unknown_status" and "không rõ trạng thái" in caught.value.vi


def test_a_silent_responder_gives_way_to_a_list_in_force_and_without_one_to_a_refusal(world):
    for refusal in (ocsp.OCSPResponseStatus.TRY_LATER, ocsp.OCSPResponseStatus.INTERNAL_ERROR):
        world.responder.refusal = refusal
        found = standing(world)
        assert found.statuses[0].source == "crl"
        assert "does not answer" in found.statuses[0].note.en and "không trả lời" in found.statuses[0].note.vi
    issuing, root = world.office.authority.crls()
    with pytest.raises(RevocationFault, match=r"is unknown: OCSP responder .* not answer .*, and no revocation") as no:
        standing(world, crls=[root])
    assert no.value.refusal == "unknown_status" and "không trả lời" in no.value.vi
    world.clock.on(days=8)
    with pytest.raises(RevocationFault, match=r"is unknown: .* is stale") as stale:
        standing(world, crls=[issuing, root])
    assert stale.value.refusal == "unknown_status"


def test_a_responder_that_is_not_there_is_silent_and_not_asked_again_for_a_minute(world):
    reissue(world.office.folder, "officer", "http://127.0.0.1:9/ocsp")
    world.officer = load_credential(world.office.paths.officer)
    asker = client(world)
    for _ in range(2):
        with pytest.raises(Unavailable, match=r"127\.0\.0\.1:9 does not answer"):
            asker.ask(world.officer.certificate, world.issuer)
    assert asker.evidence(world.officer.certificate, world.issuer) is None
    reissue(world.office.folder, "officer", world.responder.url)


def test_silence_is_remembered_for_a_minute_and_an_answer_for_five(world):
    asker = client(world)
    world.responder.status = 503
    for seconds in (0, 59):
        world.clock.on(seconds=seconds)
        with pytest.raises(Unavailable):
            asker.ask(world.officer.certificate, world.issuer)
    assert len(world.responder.asked) == 1
    world.responder.status = 200
    world.clock.on(seconds=2)
    first = asker.ask(world.officer.certificate, world.issuer)
    world.clock.on(seconds=299)
    assert asker.ask(world.officer.certificate, world.issuer) is first
    world.clock.on(seconds=2)
    assert asker.ask(world.officer.certificate, world.issuer) is not first
    assert len(world.responder.asked) == 3


def test_an_answer_that_ended_is_not_used_again(world):
    asker = client(world)
    world.responder.life = dt.timedelta(seconds=30)
    first = asker.ask(world.officer.certificate, world.issuer)
    world.clock.on(seconds=31)
    assert asker.ask(world.officer.certificate, world.issuer) is not first


def test_an_office_may_name_the_responder_for_certificates_that_name_none(world):
    reissue(world.office.folder, "officer", None)
    world.officer = load_credential(world.office.paths.officer)
    assert ask(world) is None
    found = standing(world, ocsp=client(world, url=world.responder.url))
    assert [status.source for status in found.statuses] == ["ocsp", "crl"]  # of CAs it is not asked


def wrong(world, match: str, **changes):
    with pytest.raises(RevocationFault, match=match) as caught:
        standing(world, ocsp=client(world, **changes))
    assert caught.value.refusal == "ocsp_answer_wrong" and caught.value.exit_code == 17
    assert "không chấp nhận câu trả lời" in caught.value.vi
    return caught.value


@pytest.mark.parametrize(
    ("part", "value", "said"),
    [
        ("age", 2 * HOUR, "stale since 10/11/2026 07:00:00"),
        ("age", -HOUR, "still to come"),
        ("nonce", lambda nonce: nonce[:-1] + b"x" * (nonce[-1:] != b"x") or b"y", "nonce"),
        ("about", lambda serial: serial + 1, "about another certificate"),
        ("refusal", ocsp.OCSPResponseStatus.UNAUTHORIZED, "the responder says: unauthorized"),
        ("refusal", ocsp.OCSPResponseStatus.MALFORMED_REQUEST, "the responder says: malformed request"),
        ("refusal", ocsp.OCSPResponseStatus.SIG_REQUIRED, "the responder says: sign required"),
        ("status", 404, "HTTP status 404"),
        ("change", lambda _: b"", "cannot be read"),
        ("change", lambda _: b"<html>", "cannot be read"),
        ("change", lambda der: der + b"\0", "cannot be read"),
        ("change", lambda _: UNKNOWN, "cannot be read"),
        ("change", lambda _: bytes(1 << 20) + b"\0", "longer than 1 MB"),
    ],
)
def test_an_answer_that_is_wrong_is_refused_and_never_taken_for_silence(world, part, value, said):
    setattr(world.responder, part, value)
    wrong(world, said)


def test_an_answer_without_a_nonce_counts_by_its_dates(world):
    world.responder.nonce = lambda _: None
    assert ask(world).nonce is None
    world.responder.age = dt.timedelta(minutes=59)
    assert ask(world).status == "good"
    world.responder.age = dt.timedelta(minutes=61)
    wrong(world, "stale")


def test_an_answer_that_says_no_end_holds_half_an_hour(world):
    world.responder.life = None
    assert ask(world).next_update is None
    world.responder.age = dt.timedelta(minutes=29)
    assert ask(world).status == "good"
    world.responder.age = dt.timedelta(minutes=31)
    wrong(world, "stale")


def test_each_changed_byte_of_an_answer_is_noticed(world):
    der = ask(world).der
    for at in range(len(der)):
        changed = bytearray(der)
        changed[at] ^= 1 << at % 8
        world.responder.change = lambda _, changed=bytes(changed): changed
        world.responder.nonce = lambda _: None  # the kept answer has another nonce
        with pytest.raises((RevocationFault, Unavailable)) as caught:
            ask(world)
        assert isinstance(caught.value, RevocationFault) or "does not answer" in caught.value.en


def test_a_delegated_responder_is_believed(world):
    world.responder.signer = delegate(world.responder.issuer, world.clock())
    found = ask(world)
    assert found.responder == world.responder.signer.certificate.public_bytes(Encoding.DER)
    assert found.stands_alone


def test_a_responder_without_the_purpose_or_from_another_ca_is_not(world, made):
    world.responder.signer = delegate(world.responder.issuer, world.clock(), purpose=False)
    wrong(world, "not made for that")
    stranger = issuer_of(made["p-384"])
    world.responder.signer = delegate(stranger, world.clock())
    wrong(world, "from another CA")
    world.responder.signer = stranger  # whose CA has the same name
    wrong(world, "signature does not verify")
    world.responder.signer = delegate(world.responder.issuer, world.clock() - dt.timedelta(days=400))
    wrong(world, "was not valid")


def test_a_responder_without_nocheck_is_judged_by_the_list(world):
    world.responder.signer = signer = delegate(world.responder.issuer, world.clock(), nocheck=False)
    found = ask(world)
    assert found.status == "good" and not found.stands_alone
    wrong(world, "how its signer stands is not known: no revocation list", crls=lambda: ())
    world.office.authority.revoke(signer.certificate.serial_number)
    wrong(world, "how its signer stands is not known: certificate of TRIAL OCSP .* was revoked")


def test_an_answer_signed_by_a_stranger_in_the_cas_name_is_refused(world, made):
    world.responder.forger = issuer_of(made["p-384"]).key
    wrong(world, "signature does not verify")


def test_a_clock_that_is_off_is_told_by_the_responders_time(world):
    for ahead, way in ((61, "behind"), (-62, "ahead")):
        world.responder.produced = dt.timedelta(seconds=ahead)
        with pytest.raises(ClockFault, match=f"this machine's clock is 61 s {way}, and 60 s are allowed") as caught:
            standing(world)
        assert (caught.value.refusal, caught.value.exit_code) == ("clock_off", 16)
        assert "đồng hồ máy này" in caught.value.vi
    world.responder.produced = dt.timedelta(seconds=60)
    assert ask(world).status == "good"
    world.responder.produced = dt.timedelta(seconds=90)
    assert ask(world, allowed_clock_s=120).status == "good"


def test_two_answers_in_one_response_are_refused(world):
    def twice(der: bytes) -> bytes:
        response = asn1.OCSPResponse.load(der)
        basic = response["response_bytes"]["response"].parsed
        body = basic["tbs_response_data"]
        body["responses"] = [body["responses"][0], body["responses"][0]]
        return wrapped(basic)

    world.responder.change = twice
    wrong(world, "about several certificates")


def test_one_form_keeps_the_signer_and_drops_the_rest(world):
    world.responder.signer = delegate(world.responder.issuer, world.clock())
    plain = ask(world).der
    assert one_answer(plain) == plain
    world.responder.carries = (world.responder.issuer.certificate,)
    long = ask(world).der
    short = one_answer(long)
    assert len(short) < len(long)
    assert one_answer(short) == short
    assert read_ocsp(short).responder == read_ocsp(long).responder
    assert ocsp.load_der_ocsp_response(short).certificates == [world.responder.signer.certificate]
    world.responder.signer, world.responder.carries = None, ()
    alone = ask(world).der
    assert one_answer(alone) == alone and ocsp.load_der_ocsp_response(alone).certificates == []


def test_the_first_responder_on_the_web_is_taken(world):
    url = world.responder.url
    method = x509.oid.AuthorityInformationAccessOID
    places = [
        x509.AccessDescription(method.CA_ISSUERS, x509.UniformResourceIdentifier("http://ca.invalid/ca.cer")),
        x509.AccessDescription(method.OCSP, x509.UniformResourceIdentifier("ldap://ocsp.invalid")),
        x509.AccessDescription(method.OCSP, x509.UniformResourceIdentifier(url)),
    ]
    reissue(world.office.folder, "officer", None, extensions=[x509.AuthorityInformationAccess(places)])
    world.officer = load_credential(world.office.paths.officer)
    assert client(world).responder(world.officer.certificate) == url
    assert ask(world).status == "good"


@pytest.fixture(scope="module")
def samples(made):
    """Two whole responses: the CA's own, and a delegated responder's."""
    issuer = issuer_of(made["rsa-3072"])
    request = ocsp.OCSPRequestBuilder().add_certificate_by_hash(bytes(20), bytes(20), 7, hashes.SHA1())
    body = request.add_extension(x509.OCSPNonce(b"n" * 16), critical=False).build().public_bytes(Encoding.DER)
    now = dt.datetime(2026, 11, 10, 1, tzinfo=dt.UTC)
    plain = Responder(issuer, lambda: now)
    return plain.answer(body), Responder(issuer, lambda: now, signer=delegate(issuer, now)).answer(body)


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_cut_and_joined_responses_only_raise_our_error(samples, data):
    one, other = data.draw(st.permutations(samples))
    a, b = sorted(data.draw(st.tuples(st.integers(0, 900), st.integers(0, 900))))
    piece = other[slice(*sorted(data.draw(st.tuples(st.integers(0, 900), st.integers(0, 900)))))]
    for junk in (one[:a] + piece + one[b:], one[:a] + data.draw(st.binary(min_size=1, max_size=4)) + one[a + 1 :]):
        with contextlib.suppress(RevocationFault):
            assert one_answer(one_answer(junk)) == one_answer(junk)
