"""An officer's no for a reason of the law is entered (SPEC 1.4); nothing is issued, and of secrets nothing stays."""

from __future__ import annotations

import pytest

import pyhncert
from pyhncert.errors import Blocked, UsageFault
from pyhncert.values import Decision

NAME = "Nguyễn Thị Đào"


@pytest.fixture
def office(new_folder):
    return pyhncert.open_office(new_folder)


def no(code, words=""):
    return lambda proposal: Decision(approved=False, refusal=code, reason=words)


def test_it_is_entered_with_paper_and_requester_and_its_file_is_rejected(office, small):
    file, _ = office.receive(requester=NAME, person="Lê Thị Hoa")
    with pytest.raises(Blocked, match=r"damaged or worn.*refusal 1") as caught:
        office.certify([small], decide=no("R2", "rách góc"), dossier=file.code)
    assert "hncert register refusal 1" in caught.value.hint_en and "từ chối số 1" in caught.value.vi
    (refusal,) = office.register.refusals()
    assert (refusal.reason, refusal.words, refusal.requester, refusal.pages) == ("R2", "rách góc", NAME, 1)
    assert refusal.original and refusal.dossier == file.code and refusal.officer
    assert office.refusal_slip(refusal).startswith(b"%PDF")
    assert office.register.dossier(file.code).state == "rejected"
    assert list(office.register.lines()) == []


def test_of_a_secret_that_only_the_officer_saw_nothing_stays(office, small):
    with pytest.raises(Blocked) as caught:
        office.certify([small], decide=no("R3", "công văn mật số 5"), requester=NAME)
    assert [finding.code for finding in caught.value.findings] == ["secret"]
    assert "destroy your own copy" in caught.value.hint_en
    (refusal,) = office.register.refusals()
    assert (refusal.reason, refusal.words, refusal.requester, refusal.original) == ("R3", "", "", "")


def test_a_reason_that_is_none_enters_nothing(office, small):
    with pytest.raises(UsageFault, match="'R9' is no reason of the law"):
        office.certify([small], decide=no("R9"))
    assert office.register.refusals() == ()
    with pytest.raises(ValueError, match="approves"):
        Decision(approved=True, refusal="R2")


def test_the_line_of_an_act_in_a_file_has_the_name_of_who_handed_it_in(office, small, officer):
    file, _ = office.receive(requester=NAME, originals=1)
    copy = office.certify([small], decide=officer, dossier=file.code)
    assert office.register.find(copy.code).requester == NAME
