"""An OCSP responder on loopback for tests: honest by default, and with each way in which one may be wrong.

Answers are made by `cryptography`'s builder, so that our own reading is not judged by itself.
"""

from __future__ import annotations

import datetime as dt
import http.server
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from asn1crypto import core
from asn1crypto import ocsp as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

from pyhncert.identify import _trial_certificates as make

HOUR = dt.timedelta(hours=1)


def issuer_of(folder: Path) -> make.Issuer:
    """The issuing CA of a trial office."""
    key = load_pem_private_key((folder / "trial/issuing.key.pem").read_bytes(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return make.Issuer(x509.load_pem_x509_certificate((folder / "trust/issuing.pem").read_bytes()), key)


def again(old: x509.Certificate, issuer: make.Issuer, url: str | None, **changes: Any) -> x509.Certificate:
    """A certificate like `old` that names the responder at `url`; `changes` are dates and extensions by class."""
    start, end = changes.pop("start", old.not_valid_before_utc), changes.pop("end", old.not_valid_after_utc)
    replaced = {type(value): value for value in changes.pop("extensions", ())}
    builder = (
        x509.CertificateBuilder()
        .subject_name(old.subject)
        .issuer_name(issuer.certificate.subject)
        .public_key(old.public_key())
        .serial_number(changes.pop("serial", None) or x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
    )
    assert not changes
    for extension in old.extensions:
        if not isinstance(extension.value, x509.AuthorityInformationAccess):
            builder = builder.add_extension(replaced.pop(type(extension.value), extension.value), extension.critical)
    for value in replaced.values():
        builder = builder.add_extension(value, critical=False)
    if url is not None:
        where = x509.AccessDescription(AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier(url))
        builder = builder.add_extension(x509.AuthorityInformationAccess([where]), critical=False)
    return builder.sign(issuer.key, hashes.SHA256())


def reissue(folder: Path, key: str, url: str | None, **changes: Any) -> x509.Certificate:
    """Gives `officer`, `agency`, `qr` or `tsa` of a trial office a certificate that names the responder at `url`."""
    path, issuer = folder / ("trial" if key == "tsa" else "keys") / f"{key}.pem", issuer_of(folder)
    text = path.read_bytes()
    old = x509.load_pem_x509_certificates(text)[0]
    made = again(old, issuer, url, **changes)
    path.write_bytes(text.replace(old.public_bytes(Encoding.PEM), made.public_bytes(Encoding.PEM)))
    return made


def delegate(issuer: make.Issuer, now: dt.datetime, *, nocheck: bool = True, purpose: bool = True) -> make.Issuer:
    """A responder's key and the certificate that the CA gave it."""
    key = ec.generate_private_key(ec.SECP256R1())
    signs = x509.KeyUsage(True, False, False, False, False, False, False, False, False)
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "TRIAL OCSP")]))
        .issuer_name(issuer.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - HOUR)
        .not_valid_after(now + 365 * 24 * HOUR)
        .add_extension(signs, critical=True)
    )
    if purpose:
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING]), critical=False)
    if nocheck:
        builder = builder.add_extension(x509.OCSPNoCheck(), critical=False)
    return make.Issuer(builder.sign(issuer.key, hashes.SHA256()), key)


def wrapped(basic: asn1.BasicOCSPResponse) -> bytes:
    """A response that succeeds, around `basic`."""
    inner = core.ParsableOctetString(basic.dump(force=True))
    parts = {"response_type": "basic_ocsp_response", "response": inner}
    return asn1.OCSPResponse({"response_status": "successful", "response_bytes": parts}).dump()


@dataclass
class Responder:
    """What the responder says; tests change it while it runs."""

    issuer: make.Issuer
    clock: Callable[[], dt.datetime]
    signer: make.Issuer | None = None
    """None: the CA itself."""
    fate: dict[int, tuple[str, dt.datetime | None]] = field(default_factory=dict)
    """By serial number ``revoked`` or ``unknown``; every other certificate is good."""
    life: dt.timedelta | None = HOUR
    age: dt.timedelta = dt.timedelta()
    produced: dt.timedelta = dt.timedelta()
    """How far its clock is ahead."""
    nonce: Callable[[bytes], bytes | None] = lambda nonce: nonce
    about: Callable[[int], int] = lambda serial: serial
    refusal: ocsp.OCSPResponseStatus | None = None
    forger: ec.EllipticCurvePrivateKey | None = None
    """Signs in the signer's place."""
    change: Callable[[bytes], bytes] = lambda der: der
    carries: tuple[x509.Certificate, ...] = ()
    status: int = 200
    asked: list[int] = field(default_factory=list)
    url: str = ""

    def answer(self, body: bytes) -> bytes:
        request = ocsp.load_der_ocsp_request(body)
        assert asn1.OCSPRequest.load(body, strict=True).dump(force=True) == body
        self.asked.append(request.serial_number)
        if self.refusal is not None:
            return ocsp.OCSPResponseBuilder.build_unsuccessful(self.refusal).public_bytes(Encoding.DER)
        now = self.clock().astimezone(dt.UTC).replace(microsecond=0)
        status, since = self.fate.get(request.serial_number, ("good", None))
        signer = self.signer or self.issuer
        start = now - self.age
        builder = ocsp.OCSPResponseBuilder().add_response_by_hash(
            issuer_name_hash=request.issuer_name_hash,
            issuer_key_hash=request.issuer_key_hash,
            serial_number=self.about(request.serial_number),
            algorithm=hashes.SHA1(),
            cert_status=ocsp.OCSPCertStatus[status.upper()],
            this_update=start,
            next_update=start + self.life if self.life is not None else None,
            revocation_time=since,
            revocation_reason=x509.ReasonFlags.key_compromise if since else None,
        )
        builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, signer.certificate)
        nonce = self.nonce(request.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce)
        if nonce is not None:
            builder = builder.add_extension(x509.OCSPNonce(nonce), critical=False)
        held = (signer.certificate, *self.carries) if signer is not self.issuer else self.carries
        if held:
            builder = builder.certificates(list(held))
        made = builder.sign(signer.key, hashes.SHA256()).public_bytes(Encoding.DER)
        return self.change(self._dated(made, self.forger or signer.key, now + self.produced))

    @staticmethod
    def _dated(der: bytes, key: ec.EllipticCurvePrivateKey, at: dt.datetime) -> bytes:
        """The response signed again with another producedAt, which the builder takes from the machine."""
        response = asn1.OCSPResponse.load(der)
        basic = response["response_bytes"]["response"].parsed
        body = basic["tbs_response_data"]
        body["produced_at"] = at
        raw = body.dump(force=True)
        basic["signature"] = key.sign(raw, ec.ECDSA(hashes.SHA256()))
        return wrapped(basic)


@contextmanager
def serve(responder: Responder) -> Iterator[Responder]:
    """`responder` behind a port of this machine, as `responder.url`."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.headers["Content-Type"] == "application/ocsp-request"
            answer = responder.answer(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(responder.status)
            self.send_header("Content-Type", "application/ocsp-response")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    responder.url = f"http://127.0.0.1:{server.server_port}/ocsp"
    try:
        yield responder
    finally:
        server.shutdown()
        server.server_close()
