"""A CA that is not ours: what goes out to it, and how what comes back is held against what was asked for."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import os
from types import SimpleNamespace

import pytest
from credential_desk import AGENCY, PASSWORD, csr_for, key_of, named
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from pyhncert.errors import Blocked, CertificateFault, HncertError, UsageFault
from pyhncert.identify import TrialAuthority, load_credential, make_trial_authority, profiles
from pyhncert.services.credentials import (
    Credentials,
    certificate_pem,
    export_requests,
    key_file,
    read_csr,
    take_certificates,
)

EXTENSIONS = """
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature, nonRepudiation
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
"""


@pytest.fixture
def real(desk, tmp_path):
    """An office without an authority of its own, and the CA that it asks."""
    folder = tmp_path / "ca"
    make_trial_authority(folder, clock=desk.clock, randomness=os.urandom)
    authority = TrialAuthority(folder, clock=desk.clock, randomness=os.urandom)
    issuing, root = authority.certificates()
    inventory = Credentials(
        tmp_path / "credentials", authority=None, clock=desk.clock, roots=(root,), account=lambda: "an"
    )

    def certified(line, name: str = "", profile: str = "", **more: str) -> bytes:
        """What the CA answers to a request."""
        kind = profiles()[profile or line.profile]
        subject = {**line.subject, **more, **({"common_name": name} if name else {})}
        given = {field.name: subject[field.name] for field in kind.fields if field.name in subject}
        return authority.certify(kind.id, kind.subject(given), read_csr(line.csr).public_key)

    return SimpleNamespace(
        folder=folder, inventory=inventory, issuing=issuing, certified=certified, authority=authority
    )


def approved(real, name: str = "Trần Văn Bình", profile: str = "officer", **more: str):
    subject = named(name, **more)
    line = real.inventory.request(csr_for(key_of(), subject, profile), by="An", profile=profile, subject=subject)
    return real.inventory.approve(line.id, by="Dung")[0]


def test_requests_and_forms_go_out_and_openssl_reads_them(real, tmp_path, openssl):
    first, second = approved(real, title="Chủ tịch"), approved(real, "=cmd|' /C calc'!A0")
    files = export_requests(real.inventory, [first.id, second.id], tmp_path / "out", by="An", note="công văn 7")
    names = ["0001.csr.pem", "0001.form.json", "0002.csr.pem", "0002.form.json", "enrolment-0001-0002.csv"]
    assert [path.name for path in files] == names
    said = openssl("req", "-in", files[0], "-verify", "-noout", "-subject", "-nameopt", "utf8")
    assert "verify OK" in said and "Trần Văn Bình" in said
    form = json.loads(files[1].read_text("utf-8"))
    assert (form["common_name"], form["title"], form["key"], form["approved_by"]) == (
        *("Trần Văn Bình", "Chủ tịch"),
        *("p-256", "Dung"),
    )
    rows = list(csv.DictReader(io.StringIO(files[4].read_bytes().decode("utf-8"))))
    assert [row["Tên chủ thể"] for row in rows] == ["Trần Văn Bình", "'=cmd|' /C calc'!A0"]
    assert rows[0]["Cơ quan, tổ chức"] == AGENCY and rows[0]["Tệp yêu cầu (PKCS#10)"] == "0001.csr.pem"
    assert real.inventory.line("1").sent.note == "công văn 7"


def test_sent_out_again_is_the_same_and_noted_once(real, tmp_path):
    approved(real)
    for _ in range(2):
        export_requests(real.inventory, ["1"], tmp_path / "out", by="An")
    assert (tmp_path / "credentials/journal.jsonl").read_text().count('"sent"') == 1
    (tmp_path / "out/0001.csr.pem").write_text("another")
    with pytest.raises(UsageFault) as told:
        export_requests(real.inventory, ["1"], tmp_path / "out", by="An")
    assert told.value.reason == "file_taken"


def test_nothing_goes_out_without_a_second_person(real, tmp_path):
    real.inventory.request(csr_for(key_of(), named("A")), by="An")
    with pytest.raises(Blocked):
        export_requests(real.inventory, ["1"], tmp_path / "out", by="An")
    assert not (tmp_path / "out").exists()


def test_what_comes_back_joins_its_key_with_the_chain(real, tmp_path):
    path, subject = tmp_path / "key.pem", named("Trần Văn Bình")
    key = key_file(path, lambda: PASSWORD, kind="p-256")
    real.inventory.request(csr_for(key, subject), by="An", subject=subject, where=f"file:{path}")
    line = real.inventory.approve("1", by="Dung")[0]
    data = certificate_pem((real.certified(line), real.issuing))
    for _ in range(2):
        line = take_certificates(real.inventory, data, by="An")[0]
    assert (line.state, line.chain) == ("issued", (real.issuing,))
    assert load_credential(path, lambda: PASSWORD).chain == (real.issuing,)


@pytest.mark.parametrize("form", ["pem", "der", "p7b", "p7b-pem"])
def test_the_forms_in_which_a_ca_answers(real, form):
    line = approved(real)
    certificates = [x509.load_der_x509_certificate(der) for der in (real.issuing, real.certified(line))]
    match form:
        case "pem":
            data = b"".join(certificate.public_bytes(Encoding.PEM) for certificate in certificates)
        case "der":
            data = certificates[1].public_bytes(Encoding.DER)
        case _:
            data = pkcs7.serialize_certificates(certificates, Encoding.PEM if "pem" in form else Encoding.DER)
    chain = (real.issuing,) if form == "der" else ()
    assert take_certificates(real.inventory, data, by="An", chain=chain)[0].state == "issued"


def test_a_certificate_that_openssl_issued_for_the_exported_request_is_taken(real, tmp_path, openssl):
    approved(real)
    file = export_requests(real.inventory, ["1"], tmp_path / "out", by="An")[0]
    (tmp_path / "ext").write_text(EXTENSIONS)
    signer = ("-CA", real.folder / "trust/issuing.pem", "-CAkey", real.folder / "trial/issuing.key.pem")
    openssl("x509", "-req", "-in", file, *signer, "-extfile", tmp_path / "ext", "-days", 365, "-out", tmp_path / "crt")
    taken = tmp_path / "crt"
    certificate = x509.load_pem_x509_certificate(taken.read_bytes())
    real.inventory.clock.now = certificate.not_valid_before_utc
    line = take_certificates(real.inventory, taken.read_bytes(), by="An", chain=(real.issuing,))[0]
    assert line.serial == certificate.serial_number


def test_a_ca_may_add_to_a_name_but_not_change_it(real):
    line = approved(real)
    assert take_certificates(real.inventory, real.certified(line, title="Cán bộ"), by="An", chain=(real.issuing,))
    other = approved(real, "Lê Thị Cúc", title="Phó Chủ tịch")
    for change in ({"title": "Chủ tịch"}, {"organisation": "UBND khác"}, {"name": "Lê Thị Cú"}):
        with pytest.raises(CertificateFault) as told:
            take_certificates(real.inventory, real.certified(other, **change), by="An", chain=(real.issuing,))
        assert told.value.reason == "other_name"


def test_what_is_not_for_the_use_or_not_under_our_roots_or_not_in_force_is_refused(real, desk):
    line = approved(real)

    def refused(der: bytes, words: str) -> None:
        with pytest.raises(CertificateFault, match=words):
            take_certificates(real.inventory, der, by="An", chain=(real.issuing,))

    refused(real.certified(line, profile="qr"), "not made for signing papers")
    name, key = profiles()["officer"].subject(line.subject), read_csr(line.csr).public_key
    refused(desk.authority.certify("officer", name, key), "leads to no trusted root")
    good = real.certified(line)
    desk.clock.on(days=365 * 4)
    refused(good, "expired")
    desk.clock.on(days=-365 * 5)
    refused(good, "not valid before")
    assert real.inventory.line(line.id).state == "approved"


def test_one_that_is_refused_stops_all_of_its_file(real):
    first, second = approved(real, "A"), approved(real, "B")
    data = certificate_pem((real.certified(first), real.certified(second, name="C"), real.issuing))
    with pytest.raises(HncertError):
        take_certificates(real.inventory, data, by="An")
    assert real.inventory.line(first.id).state == "approved"


def test_a_request_that_waits_takes_no_certificate(real):
    line = real.inventory.request(csr_for(key_of(), named("A")), by="An")
    with pytest.raises(Blocked) as told:
        take_certificates(real.inventory, real.certified(line), by="An", chain=(real.issuing,))
    assert told.value.reason == "not_approved"


def test_a_renewal_names_the_certificate_that_it_replaces(real, tmp_path):
    line = approved(real)
    old = take_certificates(real.inventory, real.certified(line), by="An", chain=(real.issuing,))[0]
    new = real.inventory.renew(old.id, csr_for(key_of(), dict(old.subject)), by="An")
    real.inventory.approve(new.id, by="Dung")
    form = export_requests(real.inventory, [new.id], tmp_path / "out", by="An")[1]
    assert json.loads(form.read_text("utf-8"))["renews_serial"] == f"{old.serial:x}"


def test_the_command_sends_out_and_takes_in(real, tmp_path, monkeypatch, capsys):
    import hncert_cli._app
    from pyhncert.office import init_trial

    folder = init_trial(tmp_path / "another")
    monkeypatch.setenv("HNCERT_OFFICE", str(folder))
    (folder / "trust/real.pem").write_bytes((real.folder / "trust/root.pem").read_bytes())
    text = (
        (folder / "office.toml")
        .read_text("utf-8")
        .replace('["trust/root.pem"]', '["trust/root.pem", "trust/real.pem"]')
    )
    (folder / "office.toml").write_text(text, "utf-8")

    def hncert(*arguments: object, code: int = 0) -> str:
        assert hncert_cli._app.run(["credential", *map(str, arguments)]) == code, capsys.readouterr().err
        return capsys.readouterr().out

    (tmp_path / "csr").write_bytes(csr_for(key_of(), named("Trần Văn Bình")))
    hncert("request", "--csr", tmp_path / "csr", "--by", "An")
    hncert("export", "1", "-o", tmp_path / "out", "--by", "An", code=12)
    hncert("approve", "1", "--by", "Dung")
    assert hncert("export", "--all", "-o", tmp_path / "out", "--by", "An").count("\n") == 3
    line = SimpleNamespace(profile="officer", subject=named("Trần Văn Bình"), csr=(tmp_path / "csr").read_bytes())
    real.inventory.clock.now = dt.datetime.now(dt.UTC)
    answer = tmp_path / "answer.pem"
    answer.write_bytes(certificate_pem((real.certified(line), real.issuing)))
    assert hncert("import", answer, "--by", "An") == "0001\n"
    hncert("import", real.folder / "trust/issuing.pem", "--by", "An", code=15)
    assert hncert("list").split("\t")[1] == "issued"
