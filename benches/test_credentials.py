"""174 credentials, as many as the city issued to its officials: asked for, approved and issued in one run."""

from __future__ import annotations

import datetime as dt
import os
import time
from collections.abc import Callable
from pathlib import Path

from pyhncert.identify import TrialAuthority, make_trial_authority, profiles
from pyhncert.services.credentials import Credentials, key_file, make_csr
from pyhncert.services.credentials._ocsp import OcspResponder

CREDENTIALS = 174
BAR_WHOLE_S = 3.0
BAR_ISSUE_S = 1.0


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def test_174_credentials_in_one_run(promise: Callable[..., None], work: Path) -> None:
    """Each key in a file of its own under a password; CPU seconds of this process, threads and system time included."""
    folder = work / "authority"
    make_trial_authority(folder, clock=now, randomness=os.urandom)
    authority = TrialAuthority(folder, clock=now, randomness=os.urandom)
    inventory = Credentials(folder / "credentials", authority=authority, clock=now)
    (folder / "holders").mkdir()

    start = time.process_time()
    for number in range(CREDENTIALS):
        subject = {"country": "VN", "organisation": "UBND phường Thử Nghiệm", "common_name": f"Cán bộ {number:03d}"}
        path = folder / f"holders/{number:03d}.pem"
        key = key_file(path, lambda: "mật khẩu để đo", kind="p-256")
        csr = make_csr(profiles()["officer"].subject(subject), key, scheme=key.scheme, digest=key.digest)
        inventory.request(csr, by="Nguyễn Thị An", subject=subject, where=f"file:{path}")
    asked = time.process_time()
    ids = [line.id for line in inventory.lines()]
    inventory.approve(*ids, by="Lê Văn Dũng")
    approved = time.process_time()
    issued = inventory.issue(*ids, by="Nguyễn Thị An", service="http://127.0.0.1:8318")
    done = time.process_time()

    assert len({line.serial for line in issued}) == CREDENTIALS
    assert all(b"BEGIN CERTIFICATE" in path.read_bytes() for path in (folder / "holders").iterdir())
    promise(f"{CREDENTIALS} credentials asked for, approved, issued", done - start, "CPU s", bar=BAR_WHOLE_S)
    promise(f"{CREDENTIALS} credentials issued", done - approved, "CPU s", bar=BAR_ISSUE_S)
    promise("keys and requests of them", asked - start, "CPU s")

    start = time.process_time()
    again = Credentials(folder / "credentials", authority=authority, clock=now)
    assert again.lines() == inventory.lines()
    promise("the inventory of them read anew", (time.process_time() - start) * 1e3, "CPU ms")
    measure_ocsp(promise, OcspResponder(authority, again), issued[0].certificate or b"", authority)


def measure_ocsp(
    promise: Callable[..., None], responder: OcspResponder, certificate: bytes, authority: TrialAuthority
) -> None:
    """One OCSP answer, with the inventory of all in memory."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.serialization import Encoding
    from cryptography.x509 import ocsp

    issuing = x509.load_der_x509_certificate(authority.certificates()[0])
    own = x509.load_der_x509_certificate(certificate)
    request = ocsp.OCSPRequestBuilder().add_certificate(own, issuing, hashes.SHA1()).build()
    body = request.public_bytes(Encoding.DER)
    responder.answer(body)
    start, rounds = time.process_time(), 50
    for _ in range(rounds):
        answer = responder.answer(body)
    spent = (time.process_time() - start) / rounds
    assert ocsp.load_der_ocsp_response(answer).certificate_status == ocsp.OCSPCertStatus.GOOD
    promise("an OCSP answer", spent * 1e3, "CPU ms", bar=5.0)
