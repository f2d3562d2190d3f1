"""EU DSS on copies signed with issued credentials: by lists inside the copy, and by our OCSP answers beside it."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest
from credential_desk import PASSWORD, named
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

import pyhncert
from pyhncert.identify import load_credential, parse_certificate, profiles
from pyhncert.office import init_trial
from pyhncert.services.credentials import CredentialService, key_file, make_csr, open_credentials
from pyhncert.services.credentials._ocsp import OcspResponder
from pyhncert.values import Decision

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900), pytest.mark.xdist_group("judges")]
HOLDERS = {
    "officer": ("Trần Văn Bình", "p-256", "Nguyễn Văn Mẫu"),
    "agency": ("UBND phường Thử Nghiệm Hai", "rsa-3072", "Ủy ban nhân dân phường Thử Nghiệm"),
}


@pytest.fixture(scope="module")
def port() -> int:
    """A free port, which stands in the certificates; somebody answers there only where a test says so."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


@pytest.fixture(scope="module")
def office(tmp_path_factory, port) -> Path:
    """A trial office whose officer and agency sign with credentials of the inventory."""
    folder = init_trial(tmp_path_factory.mktemp("judged") / "office")
    inventory = open_credentials(pyhncert.open_office(folder))
    settings = (folder / "office.toml").read_text("utf-8")
    for profile, (name, kind, old) in HOLDERS.items():
        path, subject = folder / f"keys/{profile}-new.pem", named(name)
        key = key_file(path, lambda: PASSWORD, kind=kind)
        csr = make_csr(profiles()[profile].subject(subject), key, scheme=key.scheme, digest=key.digest)
        line = inventory.request(csr, by="An", profile=profile, subject=subject, where=f"file:{path}")
        inventory.approve(line.id, by="Dung")
        inventory.issue(line.id, by="An", service=f"http://127.0.0.1:{port}")
        settings = settings.replace(f"keys/{profile}.pem", f"keys/{profile}-new.pem").replace(old, name)
    (folder / "office.toml").write_text(settings, "utf-8")
    return folder


def certified(office: Path, out: Path, level: str) -> Path:
    sys.path.insert(0, str(Path(__file__).parents[2] / "examples"))
    from draw import draw

    text = (office / "office.toml").read_text("utf-8")
    (office / "office.toml").write_text(text.replace('level = "B-LT"', f'level = "{level}"'), "utf-8")
    image, truth = draw("free_area", 3, dpi=200)
    scan = out.with_suffix(".png")
    image.save(scan, dpi=(truth["dpi"], truth["dpi"]), compress_level=1)
    opened = pyhncert.open_office(office, password=lambda _: PASSWORD)
    opened.certify([scan], out, decide=lambda _: Decision(approved=True))
    (office / "office.toml").write_text(text, "utf-8")
    return out


def judged(command, jar, *arguments: object) -> subprocess.CompletedProcess[str]:
    line = [command("java"), "-jar", jar, "validate", *map(str, arguments), "--strict-pdf"]
    return subprocess.run(line, capture_output=True, text=True, check=False)


def test_eu_dss_passes_a_copy_by_issued_credentials_with_our_ocsp_answers_in_it(office, port, tmp_path, command, jar):
    with CredentialService(open_credentials(pyhncert.open_office(office)), port=port):
        copy = certified(office, tmp_path / "copy.pdf", "B-LT")
    assert b"/OCSPs" in copy.read_bytes()
    done = judged(command, jar, copy, "--trust", office / "trust/root.pem", "--min-level", "LT")
    assert done.returncode == 0, done.stdout + done.stderr
    for name, _, _ in HOLDERS.values():
        assert f'cn="{name}"' in done.stdout, done.stdout
    assert done.stdout.count("indication=TOTAL_PASSED") >= 2


def answer_for(office: Path, profile: str, path: Path) -> Path:
    opened = pyhncert.open_office(office)
    issuing = parse_certificate(opened.authority.certificates()[0])
    own = load_credential(office / f"keys/{profile}-new.pem", lambda: PASSWORD).x509
    request = ocsp.OCSPRequestBuilder().add_certificate(own, issuing, hashes.SHA1()).build()
    responder = OcspResponder(opened.authority, open_credentials(opened))
    path.write_bytes(responder.answer(request.public_bytes(Encoding.DER)))
    return path


def test_eu_dss_believes_our_ocsp_answers_good_and_revoked(office, tmp_path, command, jar):
    copy = certified(office, tmp_path / "copy.pdf", "B-T")
    root_list = tmp_path / "root.crl"
    authority = pyhncert.open_office(office).authority
    root_list.write_bytes(authority.crls()[1])
    tsa = x509.load_pem_x509_certificates((office / "trial/tsa.pem").read_bytes())[0]

    def judge() -> subprocess.CompletedProcess[str]:
        answers = [answer_for(office, profile, tmp_path / f"{profile}.ocsp") for profile in HOLDERS]
        request = ocsp.OCSPRequestBuilder().add_certificate(
            tsa, parse_certificate(authority.certificates()[0]), hashes.SHA256()
        )
        stamp = tmp_path / "tsa.ocsp"
        inventory = open_credentials(pyhncert.open_office(office))
        stamp.write_bytes(OcspResponder(authority, inventory).answer(request.build().public_bytes(Encoding.DER)))
        given = [part for path in (*answers, stamp) for part in ("--ocsp", path)]
        return judged(command, jar, copy, "--trust", office / "trust/root.pem", "--crl", root_list, *given)

    done = judge()
    assert done.returncode == 0 and done.stdout.count("indication=TOTAL_PASSED") == 2, done.stdout + done.stderr
    inventory = open_credentials(pyhncert.open_office(office))
    line = next(line for line in inventory.lines() if line.profile == "officer")
    inventory.revoke(line.id, by="An", reason="keyCompromise", at=line.not_before)
    done = judge()
    assert done.returncode != 0 and "REVOKED" in done.stdout, done.stdout + done.stderr
