"""The way of a credential: who may do what and when, what is due, and every refusal by its name."""

from __future__ import annotations

import datetime as dt
import json
import os
import stat
import threading

import pytest
from credential_desk import AGENCY, NOW, PASSWORD, csr_for, key_of, named
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pyhncert.errors import HncertError, KeyFault, UsageFault
from pyhncert.identify import check_path, load_credential, parse_crl, profiles
from pyhncert.services.credentials import CredentialService, key_file, make_csr, read_csr, take_certificates, words
from pyhncert.services.credentials._refusals import refusals

CSR = csr_for(key_of(), named("Trần Văn Bình"))
PEOPLE = """
[[person]]
name = "An"
may = ["request", "issue", "revoke"]
account = "an"
[[person]]
name = "Dung"
may = ["approve"]
account = "dung"
"""


def test_a_credential_goes_from_request_to_revocation_and_each_step_says_who_and_when(desk):
    line = desk.asked()
    assert (line.id, line.state, line.requested.by, line.requested.at) == ("0001", "requested", "An", NOW)
    desk.clock.on(hours=1)
    line = desk.inventory.approve("1", by="Dung", note="hồ sơ 12")[0]
    assert (line.state, line.approved.by, line.approved.note) == ("approved", "Dung", "hồ sơ 12")
    assert line.approved.at == NOW + dt.timedelta(hours=1)
    line = desk.inventory.issue("1", by="An")[0]
    assert (line.state, line.issued.by, line.issued.account) == ("issued", "An", "an")
    assert desk.inventory.revoke("1", by="An", reason="keyCompromise").state == "revoked"
    assert desk.open().lines() == desk.inventory.lines()


def test_a_certificate_is_good_for_signing_papers_until_it_is_revoked(desk):
    line = desk.issued()
    issuing, root = desk.authority.certificates()

    def check():
        crls = desk.authority.crls()
        check_path(line.certificate, chain=(issuing,), roots=(root,), crls=crls, now=desk.clock(), usage="signature")

    check()
    desk.clock.on(hours=1)
    desk.inventory.revoke(line.id, by="An", reason="affiliationChanged")
    with pytest.raises(HncertError, match="was revoked"):
        check()


def test_sent_twice_each_step_does_no_harm(desk):
    key, subject = key_of(), named("Trần Văn Bình")
    first = desk.inventory.request(csr_for(key, subject), by="An", subject=subject)
    assert desk.inventory.request(csr_for(key, subject), by="An", subject=subject) == first
    for _ in range(2):
        desk.inventory.approve("1", by="Dung")
    certificates = {desk.inventory.issue("1", by="An")[0].certificate for _ in range(2)}
    assert len(certificates) == 1
    for _ in range(2):
        desk.inventory.revoke("1", by="An", reason="superseded")
    assert len((desk.folder / "credentials/journal.jsonl").read_text().splitlines()) == 4


def test_a_renewed_credential_has_a_new_key_and_the_old_one_holds_until_its_end(desk):
    old = desk.issued()
    desk.clock.on(days=1065)
    assert [line.id for line in desk.inventory.due()] == [old.id] and old.days_left(desk.clock()) == 31
    new = desk.inventory.renew(old.id, csr_for(key_of(), dict(old.subject)), by="An")
    assert (new.renews, new.subject, new.state) == (old.id, old.subject, "requested")
    assert desk.inventory.due()[0].renewed_by == new.id, "asked for is not issued yet"
    desk.inventory.approve(new.id, by="Dung")
    new = desk.inventory.issue(new.id, by="An")[0]
    old = desk.inventory.line(old.id)
    assert (old.state, old.status(desk.clock()), desk.inventory.due()) == ("issued", "issued", ())
    assert new.key != old.key and new.not_after > old.not_after
    desk.clock.on(days=32)
    assert old.status(desk.clock()) == "expired" and new.status(desk.clock()) == "issued"


def test_what_is_due_comes_soonest_first(desk):
    first = desk.issued("A")
    desk.clock.on(days=10)
    second = desk.issued("B")
    desk.clock.on(days=1090 - 10)
    assert [line.id for line in desk.inventory.due(dt.timedelta(days=30))] == [first.id, second.id]
    assert [line.id for line in desk.inventory.due(dt.timedelta(days=6))] == [first.id]


def test_a_key_file_is_its_owners_encrypted_and_gets_the_certificate_without_the_password(desk, tmp_path):
    path = tmp_path / "bình.pem"
    key = key_file(path, lambda: PASSWORD, kind="p-256")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 and b"ENCRYPTED" in path.read_bytes()
    subject = named("Trần Văn Bình")
    desk.inventory.request(csr_for(key, subject), by="An", subject=subject, where=f"file:{path}")
    desk.inventory.approve("1", by="Dung")
    line = desk.inventory.issue("1", by="An")[0]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    credential = load_credential(path, lambda: PASSWORD)
    assert (credential.certificate, credential.chain) == (line.certificate, line.chain)
    whole = path.read_bytes()
    desk.inventory.issue("1", by="An")
    assert path.read_bytes() == whole
    with pytest.raises(KeyFault):
        load_credential(path, lambda: "another one")


def test_a_key_file_left_by_a_killed_run_is_used_again_with_its_password(tmp_path):
    path = tmp_path / "key.pem"
    first = key_file(path, lambda: PASSWORD, kind="p-256")
    assert key_file(path, lambda: PASSWORD, kind="p-256").public_spki == first.public_spki


def test_no_password_and_no_private_key_stands_in_the_journal_or_in_any_message(desk, tmp_path, capsys):
    path = tmp_path / "key.pem"
    key = key_file(path, lambda: PASSWORD, kind="p-256")
    subject = named("Trần Văn Bình")
    desk.inventory.request(csr_for(key, subject), by="An", subject=subject, where=f"file:{path}")
    with pytest.raises(KeyFault) as told:
        key_file(path, lambda: PASSWORD + "x", kind="p-256")
    said = repr(told.value) + str(told.value.__dict__) + "".join(capsys.readouterr())
    written = b"".join(file.read_bytes() for file in desk.folder.rglob("credentials/*") if file.is_file())
    assert PASSWORD not in said and PASSWORD.encode() not in written and b"PRIVATE" not in written


def refused(desk, reason):
    """Does what is refused for this reason."""
    inventory, subject = desk.inventory, named("Trần Văn Bình")
    match reason:
        case "unknown_id":
            inventory.line("77")
        case "nobody":
            inventory.request(csr_for(key_of(), subject), by=" \u200b ", subject=subject)
        case "unknown_person":
            desk.open(people=PEOPLE).request(csr_for(key_of(), subject), by="Cúc", subject=subject)
        case "not_allowed":
            desk.open(people=PEOPLE).request(csr_for(key_of(), subject), by="Dung", subject=subject)
        case "wrong_account":
            desk.asked()
            desk.open(people=PEOPLE).approve("1", by="Dung")
        case "people_wrong":
            desk.open(people="[[person]]\nname = 'An'\nmay = ['fly']")
        case "same_person":
            desk.asked()
            inventory.approve("1", by="AN ")
        case "own_credential":
            desk.asked()
            inventory.approve("1", by="trần  văn bình")
        case "not_approved":
            desk.asked()
            inventory.issue("1", by="An")
        case "wrong_state":
            desk.issued()
            inventory.refuse("1", by="Dung", note="late")
        case "no_authority":
            desk.asked()
            desk.open(authority=False).issue("1", by="An")
        case "not_for_people":
            inventory.request(csr_for(key_of("p-256"), subject, "ocsp"), by="An", profile="ocsp", subject=subject)
        case "request_unreadable":
            inventory.request(b"-----BEGIN CERTIFICATE REQUEST-----\nAAAA", by="An")
        case "request_not_signed":
            csr = bytearray(csr_for(key_of(), subject))
            csr[csr.index(b"Th\xe1\xbb\xad")] ^= 1  # a letter of the name: the signature is over another one
            inventory.request(bytes(csr), by="An")
        case "key_used":
            key = key_of()
            inventory.request(csr_for(key, subject), by="An", subject=subject)
            inventory.request(csr_for(key, named("B")), by="An", subject=named("B"))
        case "weak_password":
            key_file(desk.folder / "k.pem", lambda: "1234567", kind="p-256")
        case "key_file_taken":
            (desk.folder / "k.pem").write_bytes(b"something else")
            key_file(desk.folder / "k.pem", lambda: PASSWORD, kind="p-256")
        case "key_file_unusable":
            key_file(desk.folder / "k.pem", lambda: PASSWORD, kind="p-256")
            key_file(desk.folder / "k.pem", lambda: "another one", kind="p-256")
        case "renewed_already":
            desk.issued()
            for _ in range(2):
                inventory.renew("1", csr_for(key_of(), subject), by="An")
        case "expired":
            desk.issued()
            desk.clock.on(days=1100)
            inventory.renew("1", csr_for(key_of(), subject), by="An")
        case "reason_unknown":
            inventory.revoke(desk.issued().id, by="An", reason="certificateHold")
        case "date_wrong":
            inventory.revoke(desk.issued().id, by="An", reason="superseded", at=NOW + dt.timedelta(seconds=2))
        case "other_certificate":
            line, other = desk.issued("A"), desk.issued("B")
            inventory.took(line, other.certificate, other.chain, by="An", note="")
        case "port":
            with CredentialService(inventory) as running:
                CredentialService(inventory, port=int(running.url.rpartition(":")[2]))
        case "no_request":
            take_certificates(desk.inventory, desk.authority.certificates()[0], by="An")
        case "other_name":
            line = desk.asked()
            inventory.approve(line.id, by="Dung")
            name = profiles()["officer"].subject({**named("Trần Văn Bính"), "title": "Chủ tịch"})
            der = desk.authority.certify("officer", name, read_csr(line.csr).public_key)
            take_certificates(inventory, der, by="An")
        case "chain_unreadable":
            take_certificates(inventory, b"-----BEGIN PKCS7-----\nAAAA\n-----END PKCS7-----\n", by="An")
        case "no_note":
            inventory.refuse(desk.asked().id, by="Dung", note=" ")
        case "service_wrong":
            inventory.issue(desk.asked().id, by="An", service="http://x y/\u202e")
        case "file_taken":
            from pyhncert.services.credentials import write_certificate

            (desk.folder / "0001.pem").write_bytes(b"other")
            write_certificate(desk.issued(), desk.folder)
        case "journal_altered":
            desk.issued()
            path = desk.folder / "credentials/journal.jsonl"
            path.write_bytes(path.read_bytes().replace(b"Dung", b"Hung", 1))
            desk.open()
        case _:
            raise AssertionError(f"{reason}: no example of it")


@pytest.mark.parametrize("reason", refusals())
def test_each_refusal_has_its_name_its_class_and_two_languages(desk, reason):
    with pytest.raises(HncertError) as told:
        refused(desk, reason)
    assert told.value.reason == reason
    assert type(told.value).__name__ == refusals()[reason]["fault"]
    assert told.value.en != told.value.vi and "{" not in told.value.en + told.value.vi


def test_a_refusal_changes_nothing(desk):
    desk.asked()
    before = (desk.folder / "credentials/journal.jsonl").read_bytes()
    for refuse in ("same_person", "not_approved"):
        with pytest.raises(HncertError):
            getattr(desk.inventory, {"same_person": "approve"}.get(refuse, "issue"))("1", by="An")
    assert (desk.folder / "credentials/journal.jsonl").read_bytes() == before


def test_one_that_cannot_be_issued_stops_the_others_of_its_run(desk):
    desk.asked("A")
    desk.asked("B")
    desk.inventory.approve("1", by="Dung")
    with pytest.raises(HncertError, match="0002 was not approved"):
        desk.inventory.issue("1", "2", by="An")
    assert desk.inventory.line("1").state == "approved"


@settings(max_examples=200, deadline=None)
@given(at=st.integers(0, 10_000), byte=st.integers(1, 255), cut=st.booleans())
@example(at=CSR.index(b"\x02\x01\x00") + 2, byte=1, cut=False)  # another version
def test_a_damaged_request_is_refused_in_words_or_is_still_one(at, byte, cut):
    der = bytearray(CSR)
    der[at % len(der)] ^= byte
    try:
        assert len(read_csr(bytes(der[: at % len(der)] if cut else der)).key) == 32
    except KeyFault as err:
        assert err.reason in {"request_unreadable", "request_not_signed"}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.sampled_from(["approve", "own", "refuse", "issue", "revoke"]), max_size=6))
def test_nothing_is_ever_issued_without_a_second_person(desk, steps):
    line = desk.asked()
    model = "requested"
    leads = {
        ("requested", "approve"): "approved",
        ("requested", "refuse"): "refused",
        ("approved", "refuse"): "refused",
        ("approved", "issue"): "issued",
        ("issued", "revoke"): "revoked",
    }
    still = {("approved", "approve"), ("issued", "approve"), ("issued", "issue"), ("revoked", "revoke")}
    still |= {("approved", "own"), ("issued", "own")}
    do = {
        "approve": lambda: desk.inventory.approve(line.id, by="Dung"),
        "own": lambda: desk.inventory.approve(line.id, by="An"),
        "refuse": lambda: desk.inventory.refuse(line.id, by="Dung", note="no"),
        "issue": lambda: desk.inventory.issue(line.id, by="An"),
        "revoke": lambda: desk.inventory.revoke(line.id, by="An", reason="superseded"),
    }
    for step in steps:
        if (model, step) in leads:
            do[step]()
            model = leads[model, step]
        elif (model, step) in still:
            do[step]()
        else:
            with pytest.raises(HncertError):
                do[step]()
        found = desk.open().line(line.id)
        assert found.state == model
        assert found.certificate is None or found.approved.by != found.requested.by


def test_people_with_accounts_of_their_own_work_under_them_alone(desk):
    inventory = desk.open(people=PEOPLE)
    subject = named("Trần Văn Bình")
    inventory.request(csr_for(key_of(), subject), by="an", subject=subject)
    desk.account = "dung"
    inventory.approve("1", by="Dung")
    assert inventory.line("1").approved.account == "dung"
    assert inventory.line("1").requested.by == "An", "as the file writes the name"


@pytest.mark.parametrize(
    "people",
    [
        PEOPLE.replace('"dung"', '"an"'),
        PEOPLE.replace('"Dung"', '"AN"'),
        PEOPLE + "may = []",
        "people = 3",
        "[[person]]\nname = ''\nmay = []",
        "[[person]]\nname = 'An'\nmay = 'approve'",
        "[[person]]\nname = 'An'\nmay = []\npower = 1",
    ],
)
def test_a_list_of_people_that_says_something_else_is_refused(desk, people):
    with pytest.raises(UsageFault) as told:
        desk.open(people=people)
    assert told.value.reason == "people_wrong"


@pytest.mark.parametrize("name", ["=cmd|' /C calc'!A0", "<b>Bình</b>", "Bình\\u202e", "%s{by}${x}"])
def test_names_that_are_formulas_or_markup_stay_text(desk, name):
    line = desk.issued(name)
    assert desk.open().line(line.id).name == name
    assert desk.inventory.line(line.id).subject["organisation"] == AGENCY


def test_a_hidden_character_in_a_persons_name_is_not_another_person(desk):
    desk.asked()
    with pytest.raises(HncertError) as told:
        desk.inventory.approve("1", by="Ａｎ\u2060")
    assert told.value.reason == "same_person"


def test_a_torn_last_line_was_never_said_and_goes(desk):
    desk.asked("A")
    path = desk.folder / "credentials/journal.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:100])
    assert [line.name for line in desk.open().lines()] == ["A"]
    desk.inventory = desk.open()
    desk.asked("B")
    assert [line.name for line in desk.open().lines()] == ["A", "B"] and path.read_bytes().startswith(whole)


@pytest.mark.parametrize("change", ["out", "in", "swap", "shorter"])
def test_lines_taken_out_put_in_or_swapped_are_found(desk, change):
    desk.issued()
    path = desk.folder / "credentials/journal.jsonl"
    first, second, third = path.read_bytes().splitlines(keepends=True)
    changed = {
        "out": [first, third],
        "in": [first, second, second, third],
        "swap": [second, first, third],
        "shorter": [first],
    }
    path.write_bytes(b"".join(changed[change]))
    with pytest.raises(HncertError) as told:
        desk.inventory.lines() if change == "shorter" else desk.open()
    assert told.value.reason == "journal_altered" and told.value.exit_code == 18


def test_many_at_once_get_numbers_of_their_own(desk):
    faults = []

    def ask(n: int) -> None:
        try:
            subject = named(f"Người {n}")
            desk.open().request(csr_for(key_of(), subject), by="An", subject=subject)
        except HncertError as err:  # pragma: no cover
            faults.append(err)

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lines = desk.inventory.lines()
    assert not faults and [line.id for line in lines] == [f"{n:04d}" for n in range(1, 13)]


def test_journal_and_folder_are_for_their_owner_alone_and_lines_are_plain_json(desk):
    desk.issued()
    path = desk.folder / "credentials/journal.jsonl"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 and stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [json.loads(line)["step"] for line in path.read_text().splitlines()] == ["requested", "approved", "issued"]


def test_the_list_gives_number_reason_and_date_of_a_revocation(desk):
    line = desk.issued()
    desk.clock.on(days=2)
    number = parse_crl(desk.authority.crls()[0]).extensions[1].value.crl_number
    since = NOW + dt.timedelta(days=1)
    desk.inventory.revoke(line.id, by="An", reason="keyCompromise", at=since)
    crl = parse_crl(desk.authority.crls()[0])
    entry = crl.get_revoked_certificate_by_serial_number(line.serial)
    assert entry.revocation_date_utc == since and entry.extensions[0].value.reason.value == "keyCompromise"
    assert crl.extensions[1].value.crl_number == number + 1
    assert crl.next_update_utc - crl.last_update_utc == dt.timedelta(days=7)


def test_what_a_killed_process_revoked_and_did_not_list_is_listed_by_the_next(desk):
    line = desk.issued()
    desk.open(authority=False).revoke(line.id, by="An", reason="keyCompromise")
    assert line.serial not in desk.authority.revocations()
    assert (desk.open().settle(), desk.open().settle()) == (1, 0)
    assert desk.authority.revocations()[line.serial].reason == "keyCompromise"


def test_every_state_and_reason_has_words():
    assert words("state", "expired").vi == "đã hết hạn"
    with pytest.raises(KeyError):
        words("state", "lost")


def test_a_request_by_a_remote_or_foreign_key_needs_only_a_signer(desk):
    class Elsewhere:
        """A key that is only asked to sign."""

        def __init__(self) -> None:
            self.key = key_of("p-384")
            self.public_spki = self.key.public_spki

        def sign(self, message, *, scheme, digest):
            return self.key.sign(message, scheme=scheme, digest=digest)

    subject = named("Trần Văn Bình")
    csr = make_csr(profiles()["officer"].subject(subject), Elsewhere(), scheme="ecdsa", digest="sha384")
    assert desk.inventory.request(csr, by="An").subject == subject


def test_an_unwritable_folder_is_said_in_words(desk):
    if os.getuid() == 0:
        (desk.folder / "credentials").write_bytes(b"a file where a folder should be")
    else:
        (desk.folder).chmod(0o500)
    with pytest.raises((HncertError, UsageFault)) as told:
        desk.open().request(csr_for(key_of(), named("A")), by="An")
    assert told.value.exit_code == 18
