"""Every format that leaves the office carries a version, and what is issued is what its JSON Schema says."""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path

import jsonschema
import pikepdf
import pytest
from pikepdf import PdfImage

from pyhncert._core import verify_signature
from pyhncert.issue import content_digest, key_id, read_payload

ROOT = Path(__file__).parents[2]


def schema(place: str) -> dict:
    value = json.loads((ROOT / place).read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(value)
    return value


def check(value: object, place: str) -> None:
    jsonschema.validate(value, schema(place), format_checker=jsonschema.FormatChecker())


@pytest.fixture(scope="module")
def issued(office, officer, small, tmp_path_factory):
    out = tmp_path_factory.mktemp("formats") / "copy.pdf"
    return office.certify([small], out, decide=officer), out


@pytest.fixture(scope="module")
def act(issued) -> bytes:
    with pikepdf.open(io.BytesIO(issued[0].pdf)) as pdf:
        return pdf.attachments["act.json"].get_file().read_bytes()


def test_the_act_is_canonical_and_fixes_the_content_digest(issued, act, small):
    value = json.loads(act)
    check(value, "pyhncert/issue/schemas/act.schema.json")
    assert (value["format"], value["version"]) == ("pyhncert/act", 1)
    assert json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode() == act
    scans = [bytes.fromhex(scan["sha256"]) for scan in value["scans"]]
    assert content_digest(scans, act) == issued[0].content_digest


def test_the_receipt_lies_beside_the_copy_and_knows_its_digest(issued):
    copy, out = issued
    value = json.loads(out.with_name("copy.receipt.json").read_text("utf-8"))
    check(value, "pyhncert/deliver/schemas/receipt.schema.json")
    assert (value["format"], value["version"]) == ("pyhncert/receipt", 1)
    assert value["states"][-1]["file_digest"] == copy.file_digest.hex()
    assert value["states"][-1]["length"] == len(copy.pdf)


def test_the_qr_on_the_page_is_read_by_a_foreign_reader_and_its_signature_holds(issued, act):
    import numpy as np
    import zxingcpp

    copy, _ = issued
    found = []
    with pikepdf.open(io.BytesIO(copy.pdf)) as pdf:
        for page in pdf.pages:
            for image in page.get_images().values():
                picture = PdfImage(image).as_pil_image().convert("L")
                if picture.width < 400:  # the symbol is drawn one pixel a module: give it size and a quiet zone
                    pixels = np.pad(np.asarray(picture).repeat(4, 0).repeat(4, 1), 32, constant_values=255)
                    found += [code.text for code in zxingcpp.read_barcodes(pixels)]
    url = next(text for text in found if "#" in text)
    payload = read_payload(url)
    value = {
        "version": 1,
        "code": payload.code,
        "key_id": payload.key_id.hex(),
        "digest_start": payload.digest_start.hex(),
        "signature": payload.signature.hex(),
    }
    check(value, "pyhncert/issue/schemas/qr.schema.json")
    assert payload.code == copy.code
    assert copy.content_digest.startswith(payload.digest_start)
    certificate = base64.b64decode(json.loads(act)["qr"]["certificate"])
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    public = x509.load_der_x509_certificate(certificate).public_key()
    spki = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert key_id(spki) == payload.key_id
    verify_signature(spki, payload.signed, payload.signature, scheme="ecdsa", digest="sha256", fixed=True)


def test_the_register_as_json_is_what_its_schema_says(hncert, issued):
    done = hncert("register", "export", "--json")
    value = json.loads(done.out)
    check(value, "pyhncert/keep/schemas/register.schema.json")
    assert (value["format"], value["version"]) == ("pyhncert/register", 1)
