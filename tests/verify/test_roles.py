"""Who signed must be who the act names, and the certificates no more than the chain."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pyhncert import _core
from pyhncert.errors import Altered
from pyhncert.identify import load_credential, read_certificates
from pyhncert.verify import verify_copy

OFFICE = "Ủy ban nhân dân phường Thử Nghiệm"
NEIGHBOUR = "Ủy ban nhân dân phường Bên Cạnh"


def test_another_officer_of_the_same_authority_is_altered(office, attack) -> None:
    assert attack(office.upgraded(office.signed(officer=office.other("Trần Thị Khác")))) == "altered"


def test_another_agency_of_the_same_authority_is_altered(office, attack) -> None:
    assert attack(office.upgraded(office.signed(agency=office.other(NEIGHBOUR, NEIGHBOUR)))) == "altered"


def test_a_person_of_the_agency_cannot_seal_for_it(office, attack) -> None:
    assert attack(office.upgraded(office.signed(agency=office.officer))) == "altered"
    assert attack(office.upgraded(office.signed(officer=office.agency))) == "altered"
    assert attack(office.upgraded(office.signed(officer=office.agency, agency=office.officer))) == "altered"


def test_who_stamps_time_or_signs_codes_cannot_sign_copies(office, attack) -> None:
    for path in (office.paths.qr, office.paths.tsa):
        credential = load_credential(path)
        assert attack(office.signed(officer=credential)) == "altered"
        assert attack(office.signed(agency=credential)) == "altered"


def signed_as_named(office, officer):
    """A copy whose act names the certificate that signed it, whoever's it is."""
    act = office.act(officer_certificate=_core.sha256(officer.certificate))
    return office.upgraded(office.signed(office.revision1(act), officer=officer))


def test_a_certificate_of_another_name_is_altered_even_if_the_act_names_it(office, attack) -> None:
    assert attack(signed_as_named(office, office.other("Trần Thị Khác"))) == "altered"


def test_another_certificate_in_the_officers_name_is_altered(office, attack) -> None:
    """Names are not rare; the act names the one certificate."""
    namesake = office.other("Nguyễn Văn Mẫu")
    assert attack(office.upgraded(office.signed(officer=namesake))) == "altered"
    assert attack(signed_as_named(office, namesake)) == "valid"


def test_a_time_stamping_certificate_in_the_officers_name_is_not_believed(office, attack) -> None:
    assert attack(signed_as_named(office, office.other("Nguyễn Văn Mẫu", usage="timestamp"))) == "undecided"


def test_a_certificate_that_is_not_in_the_chain_is_altered(office, attack) -> None:
    extra = office.other("Người Ngoài").certificate
    padded = replace(office.agency, chain=(*office.agency.chain, extra))
    assert attack(office.signed(agency=padded)) == "altered"


def test_a_chain_that_travels_with_its_root_is_valid(office, real) -> None:
    rooted = replace(office.agency, chain=(*office.agency.chain, read_certificates(office.root)[0]))
    assert real.verify(office.upgraded(office.signed(agency=rooted))).verdict == "valid"


def test_the_words_name_who_signed_instead(office, real) -> None:
    with pytest.raises(Altered, match="Trần Thị Khác"):
        real.verify(office.upgraded(office.signed(officer=office.other("Trần Thị Khác"))))


@pytest.mark.parametrize("key", ["rsa-3072", "rsa-2048", "p-384"])
def test_agencies_with_other_keys_are_valid(make_office, key) -> None:
    office = make_office(key)
    report = verify_copy(office.upgraded(office.signed()), trust=[office.root], now=office.clock())
    assert report.verdict == "valid"
    assert report.level == "B-LT"


def test_an_agency_that_signs_by_the_older_rsa_scheme_is_valid(make_office) -> None:
    office = make_office("rsa-2048", "rsa-v15")
    report = verify_copy(office.upgraded(office.signed()), trust=[office.root], now=office.clock())
    assert report.signatures[1].algorithm == "RSA PKCS#1 v1.5 2048, SHA-256"
