"""The trial authority: quick to make, strict certificates, lists that renew themselves, safe with many at once."""

from __future__ import annotations

import datetime as dt
import os
import stat
import subprocess
import sys
import threading
import time

import pytest
from cryptography import x509

from pyhncert.errors import KeyFault, RevocationFault, StorageFault, UsageFault
from pyhncert.identify import TrialAuthority, load_credential, make_trial_authority, parse_crl

NAMES = ("keys/officer.pem", "keys/agency.pem", "keys/qr.pem", "trial/tsa.pem")


def numbers(crls):
    return [parse_crl(der).extensions.get_extension_for_class(x509.CRLNumber).value.crl_number for der in crls]


def test_openssl_finds_each_certificate_in_order(made, openssl):
    for folder in made.values():
        for name in NAMES:
            said = openssl(
                f"verify -x509_strict -attime 1794300000 -CAfile {folder}/trust/root.pem "
                f"-untrusted {folder}/trust/issuing.pem -crl_check_all "
                f"-CRLfile {folder}/trust/root.crl -CRLfile {folder}/trust/issuing.crl {folder}/{name}"
            )
            assert said.endswith("OK\n")


def test_the_three_kinds_of_agency_keys(made):
    found = {kind: load_credential(folder / "keys/agency.pem") for kind, folder in made.items()}
    assert [(c.key.bits, c.scheme, c.digest) for c in found.values()] == [
        (3072, "rsa-pss", "sha256"),
        (2048, "rsa-pss", "sha256"),
        (384, "ecdsa", "sha384"),
    ]


def test_each_certificate_says_that_it_has_no_legal_value(made):
    folder = made["rsa-3072"]
    ca = x509.load_pem_x509_certificate((folder / "trust/issuing.pem").read_bytes())
    root = x509.load_pem_x509_certificate((folder / "trust/root.pem").read_bytes())
    for certificate in (ca, root):
        assert "TRIAL / THỬ NGHIỆM - no legal value" in certificate.subject.rfc4514_string()
    for name in NAMES:
        certificate = load_credential(folder / name).x509
        assert "no legal value" in certificate.issuer.rfc4514_string()
        policies = certificate.extensions.get_extension_for_class(x509.CertificatePolicies).value
        assert "không có giá trị pháp lý" in policies[0].policy_qualifiers[0].explicit_text


def test_keys_are_for_the_owner_alone(made):
    folder = made["rsa-3072"]
    for path in (*folder.glob("keys/*"), *folder.glob("trial/*")):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    for path in (folder, folder / "keys", folder / "trial"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o700, path
    assert not list(folder.rglob(".*"))


def test_an_authority_is_made_in_well_under_two_seconds(tmp_path, clock):
    start = time.process_time()
    make_trial_authority(tmp_path / "new", clock=clock, randomness=os.urandom)
    assert time.process_time() - start < 2


def test_an_authority_is_never_made_over_another(office, clock):
    with pytest.raises(UsageFault, match="already holds a trial authority"):
        make_trial_authority(office.folder, clock=clock, randomness=os.urandom)


def test_an_unknown_kind_of_key_leaves_nothing_that_looks_whole(tmp_path, clock):
    with pytest.raises(UsageFault, match="p-521"):
        make_trial_authority(tmp_path / "new", clock=clock, randomness=os.urandom, agency_key="p-521")
    assert not (tmp_path / "new/trust/root.pem").exists()


def test_names_are_those_asked_for(tmp_path, clock):
    paths = make_trial_authority(
        tmp_path,
        clock=clock,
        randomness=os.urandom,
        agency_key="p-256",
        officer_name="Trần Thị Hà",
        officer_title="Phó",
    )
    officer = load_credential(paths.officer).x509.subject
    assert officer.rfc4514_string() == ("CN=Trần Thị Hà,2.5.4.12=Phó,O=Ủy ban nhân dân phường Thử Nghiệm,C=VN")


def test_lists_renew_themselves_past_half_their_life(office):
    first = office.authority.crls()
    assert numbers(first) == [1, 1]
    office.clock.on(days=3.4)
    assert office.authority.crls() == first
    office.clock.on(days=0.2)
    second = office.authority.crls()
    assert numbers(second) == [2, 1]
    assert parse_crl(second[0]).last_update_utc == office.clock.now.astimezone(dt.UTC)
    assert second[0] == office.paths.issuing_crl.read_bytes()
    office.clock.on(days=60)
    assert numbers(office.authority.crls()) == [3, 2]


def test_a_list_of_the_future_or_a_lost_one_is_made_anew(office):
    office.authority.crls()
    office.clock.on(days=-1)
    assert numbers(office.authority.crls()) == [2, 2]
    office.paths.issuing_crl.unlink()
    assert numbers(office.authority.crls()) == [1, 2]


def test_another_process_s_list_is_seen(office):
    other = TrialAuthority(office.folder, clock=office.clock, randomness=os.urandom)
    assert other.crls() == office.authority.crls()
    office.clock.on(days=4)
    assert office.authority.crls() == other.crls()
    assert numbers(other.crls())[0] == 2


def test_revocation_stands_at_once_and_stays(office):
    serial = office.officer.x509.serial_number
    office.clock.on(hours=1)
    at = office.clock.now - dt.timedelta(minutes=30)
    office.authority.revoke(serial, "superseded", at=at)
    office.authority.revoke(serial, "keyCompromise")
    for _ in range(2):
        entry = parse_crl(office.authority.crls()[0]).get_revoked_certificate_by_serial_number(serial)
        assert entry.revocation_date_utc == at.astimezone(dt.UTC)
        assert entry.extensions.get_extension_for_class(x509.CRLReason).value.reason is x509.ReasonFlags.superseded
        office.clock.on(days=5)
    for reason in ("nonsense", "removeFromCRL"):
        with pytest.raises(UsageFault, match=f"{reason}.*keyCompromise"):
            office.authority.revoke(serial, reason)


def test_unspecified_is_left_out_of_the_list(office):
    serial = office.officer.x509.serial_number
    office.authority.revoke(serial, "unspecified")
    entry = parse_crl(office.authority.crls()[0]).get_revoked_certificate_by_serial_number(serial)
    assert len(entry.extensions) == 0


def test_a_damaged_authority_is_told_as_such(office):
    office.paths.issuing_crl.write_bytes(b"junk")
    with pytest.raises(RevocationFault, match="cannot be read"):
        office.authority.crls()
    office.paths.issuing_crl.unlink()
    (office.folder / "trial/state.json").write_text("{}")
    with pytest.raises(RevocationFault, match=r"state\.json cannot be read"):
        office.authority.crls()
    (office.folder / "trial/state.json").write_text('{"revoked": []}')
    (office.folder / "trial/issuing.key.pem").unlink()
    with pytest.raises(KeyFault, match="no usable"):
        office.authority.crls()


def test_a_folder_that_cannot_be_written_is_told_as_such(tmp_path, clock):
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageFault, match="cannot be made"):
        make_trial_authority(tmp_path / "file/office", clock=clock, randomness=os.urandom)


def test_an_authority_on_a_medium_that_is_only_read_serves_the_list_in_force(office, monkeypatch):
    first = office.authority.crls()
    office.clock.on(days=5)

    def refuse(*_: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(os, "open", refuse)
    assert office.authority.crls() == first
    office.clock.on(days=3)
    with pytest.raises(StorageFault, match="Read-only file system"):
        office.authority.crls()


def test_names_are_needed(tmp_path, clock):
    with pytest.raises(UsageFault, match="need names"):
        make_trial_authority(tmp_path / "new", clock=clock, randomness=os.urandom, officer_name=" ")


def test_threads_and_processes_renew_a_list_once(office):
    office.clock.on(days=4)
    script = (
        "import datetime as dt, os, sys; from pathlib import Path; from pyhncert.identify import TrialAuthority\n"
        "now = dt.datetime.fromisoformat(sys.argv[2])\n"
        "print(TrialAuthority(Path(sys.argv[1]), clock=lambda: now, randomness=os.urandom).crls()[0].hex())"
    )
    command = [sys.executable, "-c", script, str(office.folder), office.clock.now.isoformat()]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    found: list[bytes] = []
    threads = [threading.Thread(target=lambda: found.append(office.authority.crls()[0])) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found += [bytes.fromhex(process.communicate(timeout=60)[0]) for process in processes]
    assert len(set(found)) == 1
    assert numbers(found[:1]) == [2]
