"""One signature against stock pyHanko, and the CMS alone."""

from __future__ import annotations

import datetime as dt
import io
import os
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pikepdf
import pytest
from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko_certvalidator.registry import SimpleCertificateStore

from pyhncert import _core
from pyhncert.issue import _sign_append as inner

NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.timezone(dt.timedelta(hours=7)))


@dataclass(frozen=True)
class Key:
    """A key with a certificate for it, in the forms that both sides want."""

    pkcs8: bytes
    certificate: bytes
    scheme: str
    digest: str = "sha256"
    chain: tuple[bytes, ...] = ()

    def sign(self, tbs: bytes, /) -> bytes:
        """The raw signature."""
        return _CORE_KEYS[self.pkcs8].sign(tbs, scheme=self.scheme, digest=self.digest)


_CORE_KEYS: dict[bytes, _core.SigningKey] = {}


def make(scheme: str) -> Key:
    """RSA-2048 or P-256, self-signed."""
    key: Any = ec.generate_private_key(ec.SECP256R1()) if scheme == "ecdsa" else rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Bench")])
    usage = x509.KeyUsage(True, True, False, False, False, False, False, False, False)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - dt.timedelta(days=9))
        .not_valid_after(NOW + dt.timedelta(days=900))
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    pkcs8 = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    _CORE_KEYS[pkcs8] = _core.SigningKey(pkcs8)
    return Key(pkcs8, certificate.public_bytes(Encoding.DER), scheme)


@pytest.fixture(scope="module")
def page() -> bytes:
    """A PDF of a page's size (700 kB) with an empty signature field on it."""
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(595, 842))
    pdf.pages[0].Contents = pdf.make_stream(b"q Q % " + os.urandom(350_000).hex().encode())
    names = pikepdf.Dictionary(FT=pikepdf.Name.Sig, T="Officer", Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Widget)
    field = pdf.make_indirect(names)
    field.Rect = pikepdf.Array([0, 0, 0, 0])
    field.F = 132
    field.P = pdf.pages[0].obj
    pdf.pages[0].Annots = pikepdf.Array([field])
    pdf.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([field]), SigFlags=3)
    out = io.BytesIO()
    pdf.save(
        out,
        object_stream_mode=pikepdf.ObjectStreamMode.disable,
        compress_streams=False,
        force_version="1.7",
        deterministic_id=True,
    )
    return out.getvalue()


def stock(page: bytes, key: Key) -> Callable[[], bytes]:
    """PyHanko with its SimpleSigner, the key loaded before; B-B with its default order of things."""
    store = SimpleCertificateStore()
    certificate = asn1_x509.Certificate.load(key.certificate)
    store.register(certificate)
    signer = SimpleSigner(
        signing_cert=certificate,
        signing_key=asn1_keys.PrivateKeyInfo.load(key.pkcs8),
        cert_registry=store,
        prefer_pss=key.scheme == "rsa-pss",
    )
    metadata = PdfSignatureMetadata(
        field_name="Officer",
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=MDPPerm.FILL_FORMS,
        reason="Chứng thực",
    )

    def sign() -> bytes:
        out = io.BytesIO()
        writer = IncrementalPdfFileWriter(io.BytesIO(page))
        PdfSigner(metadata, signer).sign_pdf(writer, existing_fields_only=True, output=out)
        return out.getvalue()

    return sign


def own(page: bytes, key: Key) -> Callable[[], bytes]:
    """The same signature by our signer."""

    def sign() -> bytes:
        signer = inner.Signer(key, None)
        return inner.append_signature(
            page, field="Officer", signer=signer, now=NOW, room=signer.estimate(), certify=True, reason="Chứng thực"
        )

    return sign


@pytest.mark.parametrize(
    ("name", "scheme", "bar"),
    [("RSA-2048 v1.5", "rsa-v15", 20.0), ("RSA-2048 PSS", "rsa-pss", 20.0), ("P-256", "ecdsa", 5.0)],
)
def test_one_b_b_signature(side_by_side: Any, page: bytes, name: str, scheme: str, bar: float) -> None:
    """At least 20x (RSA) and 5x (EC) under stock pyHanko, and at most 5 ms."""
    key = make(scheme)
    assert own(page, key)().startswith(page)
    side_by_side(
        f"one B-B signature {name}", ours=own(page, key), peer=stock(page, key), bar=bar, repeats=40, most_s=0.005
    )


@pytest.mark.parametrize(
    ("name", "scheme", "most_ms"),
    [("RSA-2048 v1.5", "rsa-v15", 0.5), ("RSA-2048 PSS", "rsa-pss", 0.5), ("P-256", "ecdsa", 0.1)],
)
def test_cms_alone(promise: Any, name: str, scheme: str, most_ms: float) -> None:
    """Signed attributes, signature and ContentInfo from a given digest."""
    key = make(scheme)
    digest = _core.sha256(b"a page")
    times = []
    for _ in range(300):
        begun = time.perf_counter()
        attributes = _core.cms_prepare(digest, digest="sha256", scheme=scheme, certificate=key.certificate)
        signature = key.sign(attributes)
        _core.cms_finish(attributes, signature, digest="sha256", scheme=scheme, certificate=key.certificate, chain=[])
        times.append(time.perf_counter() - begun)
    promise(f"CMS alone {name}", statistics.median(times) * 1e3, "ms", bar=most_ms)
