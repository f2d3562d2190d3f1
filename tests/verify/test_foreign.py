"""Files that are not our copies: `unsigned`, and each foreign signature is judged; nothing ends in another error."""

from __future__ import annotations

import datetime as dt
import io
import os
import random
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from asn1crypto import keys, pem, x509
from hypothesis import given, settings
from hypothesis import strategies as st
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.timestamps import TimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from pyhncert.errors import Unsigned, VerdictError
from pyhncert.identify import parse_certificate
from pyhncert.verify import verify_copy

ROOT = Path(__file__).parents[2]


def plain_pdf() -> bytes:
    import pikepdf

    pdf = pikepdf.new()
    page = pdf.add_blank_page()
    page.obj.Contents = pdf.make_stream(b"0 0 m 100 100 l S")
    out = io.BytesIO()
    pdf.save(out)
    return out.getvalue()


class OfficeStamper(TimeStamper):
    """pyHanko's interface over the trial authority."""

    def __init__(self, office) -> None:
        super().__init__()
        self.office = office

    async def async_timestamp(self, message_digest, md_algorithm):
        from asn1crypto import cms

        return cms.ContentInfo.load(self.office.timestamper.token(message_digest, md_algorithm))

    async def async_request_tsa_response(self, req):
        raise AssertionError("no network in a test")


def foreign(
    office, pdf: bytes | None = None, *, field: str = "Sig1", stamper=None, path=None, digest: str = "sha256"
) -> bytes:
    """A PDF signed by stock pyHanko with the agency's key, by nobody's rules."""
    blocks = [der for _, _, der in pem.unarmor((path or office.paths.agency).read_bytes(), multiple=True)]
    store = SimpleCertificateStore()
    store.register(x509.Certificate.load(blocks[2]))
    signer = signers.SimpleSigner(
        signing_cert=x509.Certificate.load(blocks[1]),
        signing_key=keys.PrivateKeyInfo.load(blocks[0]),
        cert_registry=store,
    )
    meta = signers.PdfSignatureMetadata(field_name=field, md_algorithm=digest)
    out = signers.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf or plain_pdf())), meta, signer, timestamper=stamper)
    return out.getvalue()


def judge(office, pdf: bytes, **how):
    lists = how.pop("crls", None) or office.authority.crls()
    with pytest.raises(Unsigned) as caught:
        verify_copy(pdf, **{"trust": [office.root], "crls": lists, "now": office.clock(), **how})
    report = caught.value.report
    assert all(signature.role == "foreign" for signature in report.signatures)
    return [signature.verdict for signature in report.signatures]


@pytest.fixture
def own(make_office):
    return make_office()


def test_a_foreign_signature_that_is_in_order_is_reported_valid(own) -> None:
    assert judge(own, foreign(own)) == ["valid"]


def test_a_foreign_signature_over_sha_1_is_undecided(own) -> None:
    assert judge(own, foreign(own, digest="sha1")) == ["undecided"]


def test_the_evidence_in_a_foreign_file_is_used(own) -> None:
    """Certificates and lists lie in a DSS dictionary that is an object of its own, as every writer makes it."""
    writer = IncrementalPdfFileWriter(io.BytesIO(foreign(own)))
    lists = [writer.add_object(generic.StreamObject(stream_data=der)) for der in own.authority.crls()]
    store = generic.DictionaryObject({pdf_name("/CRLs"): writer.add_object(generic.ArrayObject(lists))})
    writer.root["/DSS"] = writer.add_object(store)
    writer.update_root()
    out = io.BytesIO()
    writer.write(out)
    assert judge(own, foreign(own), crls=own.authority.crls()[:1]) == ["undecided"]
    assert judge(own, out.getvalue(), crls=own.authority.crls()[:1]) == ["valid"]


def test_two_foreign_signatures_are_each_reported(own) -> None:
    assert judge(own, foreign(own, foreign(own), field="Sig2")) == ["valid", "valid"]


def test_a_foreign_signature_with_a_timestamp_is_judged_at_that_time(own) -> None:
    pdf = foreign(own, stamper=OfficeStamper(own))
    own.clock.now += dt.timedelta(days=1)
    own.authority.revoke(parse_certificate(own.agency.certificate).serial_number)
    own.clock.now += dt.timedelta(hours=1)
    assert judge(own, pdf) == ["valid"]
    assert judge(own, foreign(own)) == ["revoked"]


def test_a_foreign_signature_of_an_unknown_root_is_undecided(own, make_office) -> None:
    assert judge(own, foreign(own), trust=[make_office("p-384").root]) == ["undecided"]


def test_foreign_content_that_was_changed_is_altered(own) -> None:
    pdf = foreign(own)
    place = pdf.index(b"0 0 m 100") if b"0 0 m 100" in pdf else 40
    assert judge(own, pdf[:place] + bytes([pdf[place] ^ 1]) + pdf[place + 1 :]) in (["altered"], [])


@pytest.mark.parametrize("name", ["page", "annotation"])
def test_a_change_behind_a_foreign_signature_is_altered(own, name) -> None:
    writer = IncrementalPdfFileWriter(io.BytesIO(foreign(own)))
    page = writer.root["/Pages"]["/Kids"].raw_get(0)
    if name == "page":
        page.get_object()["/Contents"] = writer.add_object(generic.StreamObject(stream_data=b"q Q"))
        writer.mark_update(page)
    else:
        note = generic.DictionaryObject(
            {
                pdf_name("/Type"): pdf_name("/Annot"),
                pdf_name("/Subtype"): pdf_name("/Square"),
                pdf_name("/Rect"): generic.ArrayObject([generic.NumberObject(n) for n in (0, 0, 500, 800)]),
            }
        )
        writer.register_annotation(page, writer.add_object(note))
    out = io.BytesIO()
    writer.write(out)
    assert judge(own, out.getvalue()) == ["altered"]


def test_bytes_behind_a_foreign_file_are_altered(own) -> None:
    assert judge(own, foreign(own) + b"\n% more") == ["altered"]


def test_a_foreign_document_timestamp_is_judged(own) -> None:
    stamped = signers.PdfTimeStamper(OfficeStamper(own), field_name="Stamp").timestamp_pdf(
        IncrementalPdfFileWriter(io.BytesIO(plain_pdf())), "sha256"
    )
    assert judge(own, stamped.getvalue()) == ["valid"]


def test_a_foreign_signature_in_fields_of_our_names_is_no_copy(own) -> None:
    """What looks like ours but is not exactly ours is altered: nobody need tell why."""
    pdf = plain_pdf()
    for name in ("Officer", "Agency"):
        writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
        fields.append_signature_field(writer, fields.SigFieldSpec(name))
        out = io.BytesIO()
        writer.write(out)
        pdf = foreign(own, out.getvalue(), field=name)
    with pytest.raises(VerdictError) as caught:
        verify_copy(pdf, trust=[own.root], crls=own.authority.crls(), now=own.clock())
    assert caught.value.report.verdict in ("altered", "unsigned")


NO_SIGNATURE = {
    "empty": b"",
    "text": b"no PDF",
    "header only": b"%PDF-1.7\n",
    "png": b"\x89PNG\r\n\x1a\n" + bytes(100),
    "zip": b"PK\x03\x04" + bytes(100),
    "plain": plain_pdf(),
}


@pytest.mark.parametrize("name", NO_SIGNATURE)
def test_what_has_no_signature_is_unsigned(real, name) -> None:
    with pytest.raises(Unsigned, match="no signature"):
        real.verify(NO_SIGNATURE[name])


def test_an_encrypted_file_is_unsigned(real) -> None:
    import pikepdf

    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(plain_pdf())) as pdf:
        pdf.save(out, encryption=pikepdf.Encryption(user="a", owner="b"))
    with pytest.raises(Unsigned):
        real.verify(out.getvalue())


@settings(deadline=None)
@given(head=st.binary(max_size=200), tail=st.binary(max_size=200))
def test_whatever_holds_a_byte_range_ends_in_a_verdict(real_pdf_free_verify, head, tail) -> None:
    assert real_pdf_free_verify(head + b"/ByteRange [0 1 2 3]" + tail) in ("altered", "unsigned")


@pytest.fixture(scope="module")
def real_pdf_free_verify(real):
    return real.verdict


def test_foreign_files_with_any_byte_changed_end_in_a_verdict(office) -> None:
    pdf = foreign(office)
    gap = re.search(rb"/Contents <", pdf).end()
    dice = random.Random(8)
    places = [*dice.sample(range(len(pdf)), 60), *range(gap, gap + 120, 2)]
    for place in places:
        changed = pdf[:place] + bytes([pdf[place] ^ (1 << dice.randrange(8))]) + pdf[place + 1 :]
        with pytest.raises(VerdictError) as caught:
            verify_copy(changed, trust=[office.root], crls=office.authority.crls(), now=office.clock())
        assert caught.value.report.verdict in ("unsigned", "altered")


def test_eu_dss_and_we_agree_on_foreign_files(own, tmp_path) -> None:
    jar = Path(os.environ.get("HNCERT_JUDGE") or ROOT / "build" / "judges" / "target" / "judge.jar")
    if not jar.exists() or shutil.which("java") is None:
        pytest.skip("EU DSS is not built: cp -r $HNCERT_SHARED/judges build/, mvn -q package in it")
    good = foreign(own, stamper=OfficeStamper(own))
    writer = IncrementalPdfFileWriter(io.BytesIO(good))
    page = writer.root["/Pages"]["/Kids"].raw_get(0)
    page.get_object()["/Contents"] = writer.add_object(generic.StreamObject(stream_data=b"q Q"))
    writer.mark_update(page)
    out = io.BytesIO()
    writer.write(out)
    files = {"good": good, "page": out.getvalue()}
    for name, pdf in files.items():
        (tmp_path / f"{name}.pdf").write_bytes(pdf)
    (tmp_path / "root.pem").write_bytes(own.root)
    command = ["java", "-jar", str(jar), "validate", *(str(tmp_path / f"{name}.pdf") for name in files)]
    command += ["--trust", str(tmp_path / "root.pem"), "--strict-pdf"]
    for number, der in enumerate(own.authority.crls()):
        (tmp_path / f"{number}.crl").write_bytes(der)
        command += ["--crl", str(tmp_path / f"{number}.crl")]
    said = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120).stdout
    passed = ["TOTAL_PASSED" in line for line in said.splitlines() if line.startswith("sig=")]
    assert passed == [judge(own, pdf) == ["valid"] for pdf in files.values()] == [True, False], said
