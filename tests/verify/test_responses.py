"""OCSP responses in a copy: evidence that is judged offline like a list, in one form, and only what the copy needs."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

import pytest
from asn1crypto import ocsp as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

sys.path.insert(0, str(Path(__file__).parents[1] / "identify"))  # `import ocsp_double`
from ocsp_double import Responder, delegate, issuer_of, reissue

from pyhncert.errors import AlteredCore, RevocationFault, Revoked, VerdictError
from pyhncert.identify import load_credential, parse_certificate, read_ocsp
from pyhncert.issue import add_archive_timestamp, add_validation_data, level_reached
from pyhncert.issue._sign_structure import (
    ValidationData,
    build_validation_data,
    read_revisions,
    read_trail,
    read_validation_data,
)
from pyhncert.verify import verify_copy

DAY = dt.timedelta(days=1)
BAD = {"altered", "unsigned", "undecided"}


class Asked:
    """An office whose certificates name a responder, which answers for each; those of CAs name none."""

    def __init__(self, office) -> None:
        self.office = office
        folder = office.paths.root.parent.parent
        for key in ("officer", "agency", "tsa"):
            reissue(folder, key, "http://ocsp.invalid")
        office.officer, office.agency = load_credential(office.paths.officer), load_credential(office.paths.agency)
        office.authority._tsa = None
        self.responder = Responder(issuer_of(folder), office.clock)
        self.root_list = office.authority.crls()[1]

    def __call__(self, certificate: bytes, issuer: bytes) -> bytes | None:
        if issuer != self.responder.issuer.certificate.public_bytes(Encoding.DER):
            return None
        builder = ocsp.OCSPRequestBuilder().add_certificate(
            parse_certificate(certificate), parse_certificate(issuer), hashes.SHA1()
        )
        request = builder.add_extension(x509.OCSPNonce(b"n" * 16), critical=False).build()
        return self.responder.answer(request.public_bytes(Encoding.DER))

    def upgraded(self, pdf: bytes, crls=None) -> bytes:
        lists = [self.root_list] if crls is None else crls
        return add_validation_data(pdf, certs=[], crls=lists, ocsp=self)

    def verify(self, pdf: bytes, at: dt.timedelta = dt.timedelta(hours=1), **how):
        given = {"trust": [self.office.root], "now": self.office.clock() + at}
        return verify_copy(pdf, **given | how)

    def verdict(self, pdf: bytes, **how) -> str:
        try:
            return self.verify(pdf, **how).verdict
        except VerdictError as err:
            return err.report.verdict


@pytest.fixture
def asked(make_office) -> Asked:
    return Asked(make_office())


@pytest.fixture(scope="module")
def whole(another_office, tmp_path_factory) -> tuple[Asked, bytes]:
    office = type(another_office)(tmp_path_factory.mktemp("whole") / "trial")
    found = Asked(office)
    return found, found.upgraded(office.signed())


def held(pdf: bytes) -> ValidationData:
    return read_trail(read_revisions(pdf)).held


def test_responses_stand_in_the_place_of_a_list(whole) -> None:
    asked, pdf = whole
    report = asked.verify(pdf)
    assert (report.verdict, report.level, level_reached(pdf)) == ("valid", "B-LT", "B-LT")
    found = held(pdf)
    assert found.lists == (asked.root_list,)
    tsa = asked.office.authority.tsa()
    names = {parse_certificate(c.certificate).serial_number for c in (asked.office.officer, asked.office.agency, tsa)}
    assert {read_ocsp(der).serial for der in found.responses} == names


def test_without_them_the_copy_would_be_undecided(whole) -> None:
    asked, pdf = whole
    revisions = read_revisions(pdf)
    added = read_validation_data(revisions, 4)
    bare = ValidationData(added.certificates, added.lists)
    assert asked.verdict(pdf[: revisions[3].start] + build_validation_data(revisions, 4, bare)) == "altered"


def test_where_the_responder_says_nothing_the_list_is_taken(asked) -> None:
    asked.responder.issuer = issuer_of(asked.office.paths.root.parent.parent)
    silent = add_validation_data(
        asked.office.signed(), certs=[], crls=asked.office.authority.crls(), ocsp=lambda _c, _i: None
    )
    assert held(silent).responses == () and asked.verdict(silent) == "valid"
    with pytest.raises(RevocationFault, match="list of an issuer is missing"):
        add_validation_data(asked.office.signed(), certs=[], crls=[asked.root_list], ocsp=lambda _c, _i: None)


def test_a_copy_without_responses_has_the_bytes_it_always_had(asked) -> None:
    pdf = asked.office.upgraded(asked.office.signed())
    assert b"/OCSPs" not in pdf


def test_a_document_timestamp_over_responses_holds_for_years_and_is_renewed(asked) -> None:
    office = asked.office

    def stamp(pdf: bytes) -> bytes:
        asked.root_list = office.authority.crls()[1]
        return add_archive_timestamp(
            pdf, timestamper=office.timestamper, certs=[], crls=[asked.root_list], now=office.clock(), ocsp=asked
        )

    pdf = stamp(asked.upgraded(office.signed()))
    assert level_reached(pdf) == "B-LTA" and len(read_revisions(pdf)) == 5
    assert asked.verify(pdf, 4 * 365 * DAY).level == "B-LTA"
    office.clock.now += 3 * 365 * DAY
    again = stamp(pdf)
    assert asked.verify(again, 365 * DAY).level == "B-LTA"
    assert len(held(again).responses) == len(held(pdf).responses) + 1  # the first document timestamp's


def test_revoked_before_the_signature_is_revoked_and_after_it_needs_a_list(asked) -> None:
    office = asked.office
    number = parse_certificate(office.officer.certificate).serial_number
    signed = office.signed()
    after = (office.clock() + dt.timedelta(minutes=10)).astimezone(dt.UTC)
    office.clock.now += dt.timedelta(minutes=20)
    asked.responder.fate[number] = ("revoked", after)
    pdf = asked.upgraded(signed)
    assert asked.verdict(pdf) == "undecided"
    assert asked.verdict(pdf, crls=office.authority.crls()) == "valid"
    asked.responder.fate[number] = ("revoked", after - dt.timedelta(hours=1))
    with pytest.raises(Revoked):
        asked.verify(asked.upgraded(signed))


def test_a_response_that_knows_nothing_is_no_evidence(asked) -> None:
    asked.responder.fate[parse_certificate(asked.office.officer.certificate).serial_number] = ("unknown", None)
    with pytest.raises(AlteredCore):
        asked.upgraded(asked.office.signed())


def test_a_response_that_ended_before_the_signature_is_undecided(asked) -> None:
    asked.responder.age = 2 * dt.timedelta(hours=1)
    assert asked.verdict(asked.upgraded(asked.office.signed())) == "undecided"


def test_a_response_signed_by_a_stranger_is_undecided(asked, make_office) -> None:
    asked.responder.forger = issuer_of(make_office("p-384").paths.root.parent.parent).key
    assert asked.verdict(asked.upgraded(asked.office.signed())) == "undecided"


def test_a_delegated_responder_stands_alone_only_with_nocheck(asked) -> None:
    office, issuer = asked.office, asked.responder.issuer
    asked.responder.signer = delegate(issuer, office.clock())
    pdf = asked.upgraded(office.signed())
    assert asked.verdict(pdf) == "valid" and held(pdf).lists == (asked.root_list,)
    asked.responder.signer = delegate(issuer, office.clock(), nocheck=False)
    with pytest.raises(RevocationFault, match="list of an issuer is missing"):
        asked.upgraded(office.signed())
    pdf = asked.upgraded(office.signed(), office.authority.crls())
    assert asked.verdict(pdf) == "valid" and len(held(pdf).lists) == 2
    asked.responder.signer = delegate(issuer, office.clock(), purpose=False)
    assert asked.verdict(asked.upgraded(office.signed())) == "undecided"


def test_certificates_that_came_with_a_response_are_left_out(asked) -> None:
    asked.responder.carries = (asked.responder.issuer.certificate,)
    pdf = asked.upgraded(asked.office.signed())
    assert asked.verdict(pdf) == "valid"
    assert all(asn1.OCSPResponse.load(der).basic_ocsp_response["certs"].native is None for der in held(pdf).responses)


def test_no_other_set_of_responses_is_valid(whole, make_office) -> None:
    asked, pdf = whole
    revisions = read_revisions(pdf)
    added = read_validation_data(revisions, 4)
    certificates, lists, responses = added.certificates, added.lists, added.responses
    number = read_ocsp(responses[0]).serial
    leaf = next(c for c in certificates if parse_certificate(c).serial_number == number)
    asked.responder.life = dt.timedelta(hours=2)
    second = asked(leaf, asked.responder.issuer.certificate.public_bytes(Encoding.DER))
    asked.responder.carries = (asked.responder.issuer.certificate,)
    long = asked(leaf, asked.responder.issuer.certificate.public_bytes(Encoding.DER))
    asked.responder.life, asked.responder.carries = dt.timedelta(hours=1), ()
    stranger = Asked(make_office("p-384"))
    foreign = held(stranger.upgraded(stranger.office.signed())).responses[0]
    variants = {
        "one left out": responses[1:],
        "one twice": (responses[0], *responses),
        "unsorted": responses[::-1],
        "a foreign one": tuple(sorted((*responses, foreign))),
        "two about one certificate": tuple(sorted((*responses, second))),
        "one in another form": tuple(sorted((*responses[1:], long))),
        "a list in its place": tuple(sorted((*responses[1:], lists[0]))),
        "no response at all": tuple(sorted((*responses[1:], b"\x30\x03\x0a\x01\x06"))),
    }
    for name, changed in variants.items():
        data = ValidationData(certificates, lists, changed)
        assert asked.verdict(pdf[: revisions[3].start] + build_validation_data(revisions, 4, data)) in BAD, name
    assert asked.verdict(pdf) == "valid"


def test_an_empty_entry_for_responses_is_not_our_form(asked) -> None:
    pdf = asked.office.upgraded(asked.office.signed())
    at = pdf.rindex(b"\n>>\nendobj", 0, pdf.rindex(b"/Length", 0, pdf.rindex(b"stream")))
    assert asked.verdict(pdf[:at] + b"\n/OCSPs []" + pdf[at:]) == "altered"


def test_each_changed_byte_of_a_response_is_noticed(whole) -> None:
    asked, pdf = whole
    responses = held(pdf).responses
    start = read_revisions(pdf)[3].start
    for which, der in enumerate(responses[:2]):
        at = pdf.index(der, start)
        for place in range(at + which, at + len(der), 2):
            changed = pdf[:place] + bytes([pdf[place] ^ 1 << place % 8]) + pdf[place + 1 :]
            assert asked.verdict(changed) in BAD, place - at
