"""The attack table of DESIGN 6 beyond single bytes: each attack on one real copy, none is `valid`."""

from __future__ import annotations

import io
import re

import pyhanko_signer as inner
import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields
from pyhanko.sign.validation.dss import DocumentSecurityStore

from pyhncert.identify import read_certificates
from pyhncert.issue import add_validation_data
from pyhncert.issue._sign_structure import (
    ValidationData,
    build_validation_data,
    read_revisions,
    read_signature,
    read_validation_data,
)

BAD = ("altered", "unsigned")


def update(pdf: bytes, change) -> bytes:
    """`pdf` with one more revision in which `change` was made by pyHanko's writer."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def first_page(writer):
    return writer.root["/Pages"]["/Kids"][0]


def replace_content(writer) -> None:
    page = first_page(writer)
    page["/Contents"] = writer.add_object(generic.StreamObject(stream_data=b"BT ET 0 0 100 100 re f"))
    writer.update_container(page)


def replace_image(writer) -> None:
    image = first_page(writer)["/Resources"]["/XObject"]["/Im"]
    writer.objects[(0, image.container_ref.idnum)] = generic.StreamObject(dict(image), encoded_data=b"\xff\xd8\xff\xd9")


def overlay(writer) -> None:
    note = generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/Annot"),
            pdf_name("/Subtype"): pdf_name("/FreeText"),
            pdf_name("/Rect"): generic.ArrayObject([generic.NumberObject(n) for n in (0, 0, 500, 800)]),
            pdf_name("/Contents"): generic.pdf_string("another name"),
            pdf_name("/F"): generic.NumberObject(4),
        }
    )
    page = writer.root["/Pages"]["/Kids"].raw_get(0)
    writer.register_annotation(page, writer.add_object(note))


def another_field(writer) -> None:
    fields.append_signature_field(writer, fields.SigFieldSpec("Third"))


def same_field_again(writer) -> None:
    form = writer.root["/AcroForm"]
    form["/Fields"].append(form["/Fields"].raw_get(0))
    writer.update_root()


def empty_field_again(writer) -> None:
    form = writer.root["/AcroForm"]
    widget = generic.DictionaryObject(dict(form["/Fields"][0]))
    widget.pop("/V", None)
    form["/Fields"].append(writer.add_object(widget))
    writer.update_root()


def no_form(writer) -> None:
    del writer.root["/AcroForm"]
    writer.update_root()


def open_action(writer) -> None:
    writer.root["/OpenAction"] = generic.DictionaryObject(
        {pdf_name("/S"): pdf_name("/JavaScript"), pdf_name("/JS"): generic.pdf_string("app.alert(1)")}
    )
    writer.update_root()


def metadata_only(writer) -> None:
    writer.update_root()


CHANGES = [
    replace_content,
    replace_image,
    overlay,
    another_field,
    same_field_again,
    empty_field_again,
    no_form,
    open_action,
    metadata_only,
]


@pytest.mark.parametrize("change", CHANGES)
def test_an_update_behind_revision_4_is_altered(real, attack, change) -> None:
    assert attack(update(real.pdf, change)) in BAD


@pytest.mark.parametrize("change", CHANGES)
def test_an_update_in_place_of_revision_4_is_altered(real, attack, change) -> None:
    pdf = real.pdf[: read_revisions(real.pdf)[2].end]
    assert attack(update(pdf, change)) in BAD


@pytest.mark.parametrize("change", [change for change in CHANGES if change is not no_form])
def test_an_update_between_the_signatures_is_altered_although_the_agency_signed_it(office, attack, change) -> None:
    signer = inner.CoreSigner(office.officer, office.timestamper)
    how = {"now": office.clock(), "room": 9000, "reason": "x"}
    officer = inner.append_signature(office.revision1(), field="Officer", signer=signer, certify=True, **how)
    changed = update(officer, change)
    signer = inner.CoreSigner(office.agency, office.timestamper)
    pdf = inner.append_signature(changed, field="Agency", signer=signer, certify=False, **how)
    assert attack(pdf) in BAD


@pytest.mark.parametrize("field", ["Officer", "Agency"])
@pytest.mark.parametrize("change", [change for change in CHANGES if change is not no_form])
def test_a_signature_whose_own_revision_changes_more_is_altered(office, attack, change, field) -> None:
    """Signed by the right people, yet not what an office writes."""
    plain = inner.RevisionWriter
    pdf = office.revision1()
    for name, credential in (("Officer", office.officer), ("Agency", office.agency)):

        def writer(stream, name=name):
            made = plain(stream)
            if name == field:
                change(made)
            return made

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(inner, "RevisionWriter", writer)
            pdf = inner.append_signature(
                pdf,
                field=name,
                signer=inner.CoreSigner(credential, None),
                certify=name == "Officer",
                now=office.clock(),
                room=9000,
                reason="x",
            )
    if change is metadata_only and field == "Officer":
        return  # the catalog is written anew in this revision anyway: nothing was changed
    assert attack(pdf) in BAD


def test_a_byte_range_that_is_missing_is_altered(real, attack) -> None:
    for place in (m.start() for m in re.finditer(rb"/ByteRange", real.pdf)):
        assert attack(real.pdf[:place] + b"/BiteRange" + real.pdf[place + 10 :]) in BAD
    assert attack(real.pdf.replace(b"/ByteRange", b"/BiteRange")) in BAD
    assert attack(re.sub(rb"/ByteRange \[[\d ]+\] *\n", b"", real.pdf)) in BAD


def test_contents_that_are_missing_or_zeroed_are_altered(real, attack) -> None:
    revisions = read_revisions(real.pdf)
    for place, field in ((2, "Officer"), (3, "Agency")):
        start, end = read_signature(revisions, place, field).gap
        width = end - start
        assert attack(real.pdf[:start] + b"<" + b"0" * (width - 2) + b">" + real.pdf[end:]) in BAD
        assert attack(real.pdf[:start] + b"<>" + b" " * (width - 2) + real.pdf[end:]) in BAD
        assert attack(real.pdf[:start] + b"null" + b" " * (width - 4) + real.pdf[end:]) in BAD
        assert attack(real.pdf[: start - 10] + b"/Kontents " + real.pdf[start:]) in BAD
        assert attack(real.pdf[:start] + b"(" + real.pdf[start + 1 : end - 1] + b")" + real.pdf[end:]) in BAD


def test_a_gap_that_is_wider_than_its_string_is_altered(real, attack) -> None:
    """Less padding, and the place it leaves filled: by blanks, by a second string, by a comment, by an entry."""
    revisions = read_revisions(real.pdf)
    for place, field in ((2, "Officer"), (3, "Agency")):
        end = read_signature(revisions, place, field).gap[1]
        for filler in (b" " * 20, b"<" + b"0" * 18 + b">", b"%" + b"x" * 18 + b"\n", b"/Reason (another wor)"[:20]):
            assert attack(real.pdf[: end - 21] + b">" + filler + real.pdf[end:]) in BAD
        assert attack(real.pdf[: end - 41] + b" " * 40 + real.pdf[end - 1 :]) in BAD


def test_bytes_behind_the_last_line_are_altered(real, attack) -> None:
    for tail in (b"\n", b" ", b"\0", b"\r\n", b"%", b"%%EOF\n", b"x", real.pdf[-60:], real.pdf):
        assert attack(real.pdf + tail) in BAD
    assert attack(real.pdf[:-1]) in BAD
    assert attack(real.pdf[:-1] + b"\r") in BAD


def test_bytes_before_the_header_are_altered(real, attack) -> None:
    assert attack(b"\n" + real.pdf) in BAD
    assert attack(b"%!PS\n" + real.pdf) in BAD


def test_signatures_swapped_between_their_fields_are_altered(real, attack) -> None:
    revisions = read_revisions(real.pdf)
    first, second = (read_signature(revisions, place, field) for place, field in ((2, "Officer"), (3, "Agency")))
    pdf = bytearray(real.pdf)
    for signed, other in ((first, second), (second, first)):
        start, end = signed.gap
        digits = other.cms.hex().upper().encode()
        pdf[start + 1 : end - 1] = digits.ljust(end - start - 2, b"0")[: end - start - 2]
    assert attack(bytes(pdf)) in BAD


def test_a_copy_with_one_signature_is_altered(real, attack) -> None:
    revisions = read_revisions(real.pdf)
    assert attack(real.pdf[: revisions[1].end]) == "altered"
    assert attack(real.pdf[: revisions[0].end]) == "unsigned"


@pytest.fixture
def any_order(monkeypatch) -> None:
    """Signing without our own look at the order."""
    monkeypatch.setattr(inner.RevisionSigner, "_enforce_certification_constraints", lambda *_: None)


def test_revisions_in_another_order_are_altered(office, attack, any_order) -> None:
    how = {"now": office.clock(), "room": 9000, "reason": "x"}
    agency = inner.append_signature(
        office.revision1(), field="Agency", signer=inner.CoreSigner(office.agency, None), certify=False, **how
    )
    both = inner.append_signature(
        agency, field="Officer", signer=inner.CoreSigner(office.officer, None), certify=False, **how
    )
    assert attack(both) in BAD


def test_revision_4_before_the_agency_is_altered(office, attack) -> None:
    how = {"now": office.clock(), "room": 9000, "reason": "x"}
    officer = inner.append_signature(
        office.revision1(), field="Officer", signer=inner.CoreSigner(office.officer, None), certify=True, **how
    )

    def store(writer) -> None:
        writer.root["/DSS"] = writer.add_object(DocumentSecurityStore(writer=writer).as_pdf_object())
        writer.update_root()

    pdf = inner.append_signature(
        update(officer, store), field="Agency", signer=inner.CoreSigner(office.agency, None), certify=False, **how
    )
    assert attack(pdf) in BAD
    assert attack(real_store(pdf, office)) in BAD


def real_store(pdf: bytes, office) -> bytes:
    from pyhncert.errors import HncertError

    try:
        return add_validation_data(pdf, certs=[], crls=office.authority.crls())
    except HncertError:
        return pdf


def test_an_officer_who_does_not_certify_or_forbids_all_is_altered(office, attack, any_order) -> None:
    from pyhanko.sign.fields import MDPPerm

    how = {"now": office.clock(), "room": 9000, "reason": "x"}
    for certify, permission in ((False, MDPPerm.FILL_FORMS), (True, MDPPerm.ANNOTATE)):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(inner, "MDPPerm", type("P", (), {"FILL_FORMS": permission}))
            officer = inner.append_signature(
                office.revision1(),
                field="Officer",
                signer=inner.CoreSigner(office.officer, None),
                certify=certify,
                **how,
            )
        pdf = inner.append_signature(
            officer, field="Agency", signer=inner.CoreSigner(office.agency, None), certify=False, **how
        )
        assert attack(pdf) in BAD


def test_revision_4_twice_is_altered(real, attack) -> None:
    start = read_revisions(real.pdf)[3].start
    assert attack(real.pdf + real.pdf[start:]) in BAD


def test_revision_4_of_another_writer_is_altered(real, attack, office) -> None:
    pdf = real.pdf[: read_revisions(real.pdf)[2].end]
    from asn1crypto import crl, x509

    data = read_validation_data(read_revisions(real.pdf), 4)

    def store(writer) -> None:
        held = DocumentSecurityStore(writer=writer)
        held.register_vri(
            None,
            certs=[x509.Certificate.load(der) for der in data.certificates],
            crls=[crl.CertificateList.load(der) for der in data.lists],
        )
        writer.root["/DSS"] = writer.add_object(held.as_pdf_object())
        writer.update_root()

    assert attack(update(pdf, store)) in BAD


def test_revision_4_with_more_less_or_other_data_is_altered(real, attack, office) -> None:
    revisions = read_revisions(real.pdf[: read_revisions(real.pdf)[2].end])
    data = read_validation_data(read_revisions(real.pdf), 4)
    foreign = office.other("Người Ngoài").certificate
    root = read_certificates(office.root)[0]
    office.clock.now = office.clock.now.replace(minute=31)
    try:
        office.authority._issue("issuing")
        newer = office.authority.crls()
    finally:
        office.clock.now = office.clock.now.replace(minute=30)
    certificates, lists = data.certificates, data.lists
    for changed in (
        ValidationData(tuple(sorted((*certificates, foreign))), lists),
        ValidationData(tuple(sorted((*certificates, root))), lists),
        ValidationData(certificates[1:], lists),
        ValidationData((), lists),
        ValidationData(certificates, ()),
        ValidationData(certificates, lists[1:]),
        ValidationData(certificates[::-1], lists),
        ValidationData(certificates, lists[::-1]),
        ValidationData((*certificates, certificates[-1]), lists),
        ValidationData(certificates, (*lists, lists[-1])),
        ValidationData(certificates, tuple(sorted({*lists, *newer}))),
        ValidationData(certificates, (lists[0], lists[0])),
    ):
        assert attack(revisions.data + build_validation_data(revisions, 4, changed)) in BAD


def test_blanks_in_revision_4_are_altered_even_where_the_table_follows_them(real, attack) -> None:
    last = read_revisions(real.pdf)[3]
    for held in last.objects.values():
        for place in (held.start, held.value_start, held.value_end, held.end):
            pdf = bytearray(real.pdf[:place] + b"\n" + real.pdf[place:])
            table = last.table + 1
            for number, other in last.objects.items():
                if other.start >= place and number != held.number:
                    pdf = pdf.replace(b"%010d 00000 n \n" % other.start, b"%010d 00000 n \n" % (other.start + 1))
            pdf = bytearray(bytes(pdf).replace(b"startxref\n%d\n" % last.table, b"startxref\n%d\n" % table))
            assert attack(bytes(pdf)) in BAD


def test_the_other_form_of_an_ecdsa_signature_is_altered(real, attack) -> None:
    """(r, n - s) verifies as well as (r, s), and the agency's signature is covered by nothing."""
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

    from pyhncert import _core
    from pyhncert.issue._sign_ecdsa import _ORDERS

    signed = read_signature(read_revisions(real.pdf), 3, "Agency")
    parts = _core.cms_parse(signed.cms)
    r, s = decode_dss_signature(parts.signature)
    again = _core.cms_finish(
        parts.signed_attributes,
        encode_dss_signature(r, _ORDERS[256] - s),
        digest=parts.digest,
        scheme=parts.scheme,
        certificate=parts.certificate,
        chain=parts.chain,
        timestamp=None,
    )
    start, end = signed.gap
    digits = again.hex().upper().encode().ljust(end - start - 2, b"0")
    stripped = _core.cms_verify(again, signed.digest(real.pdf, "sha256"))
    assert stripped.timestamp is None
    assert attack(real.pdf[: start + 1] + digits + real.pdf[end - 1 :]) in BAD
    bare = real.pdf[: read_revisions(real.pdf)[2].end]
    assert attack(bare[: start + 1] + digits + bare[end - 1 :], crls=real.office.authority.crls()) == "altered"


def test_a_chain_of_tables_that_overlap_is_altered_at_once(attack) -> None:
    table = (
        b"xref\n0 1\n0000000000 65535 f \n1 1\n0000000009 00000 n \ntrailer\n<</Size 2 /Prev 9>>\nstartxref\n9\n%%EOF\n"
    )
    assert attack(b"%PDF-1.7\n" + table + b"%/ByteRange") in BAD


def resigned(office, ranges) -> bytes:
    """A copy whose agency signed other ranges than it should: the digest is over just these, the signature verifies."""
    import hashlib

    from pyhncert import _core

    pdf = office.signed(stamped=False)
    start, end = read_signature(read_revisions(pdf), 3, "Agency").gap
    written = ranges(start, end, len(pdf))
    place = pdf.rindex(b"/ByteRange [")
    close = pdf.index(b"\n", place)
    pdf = pdf[:place] + (b"/ByteRange " + written).ljust(close - place) + pdf[close:]
    numbers = [int(float(number)) for number in written.strip(b"[]").split()]
    covered = b"".join(pdf[at : at + length] for at, length in zip(numbers[::2], numbers[1::2], strict=True))
    agency = office.agency
    how = {"digest": agency.digest, "scheme": agency.scheme, "certificate": agency.certificate}
    attributes = _core.cms_prepare(hashlib.sha256(covered).digest(), **how)
    from pyhncert.issue._sign_ecdsa import low_s

    signature = low_s(agency.sign(attributes), 256)
    cms = _core.cms_finish(attributes, signature, chain=list(agency.chain), **how)
    _core.cms_verify(cms, hashlib.sha256(covered).digest())
    digits = cms.hex().upper().encode().ljust(end - start - 2, b"0")
    return pdf[: start + 1] + digits + pdf[end - 1 :]


@pytest.mark.parametrize(
    "ranges",
    [
        lambda start, end, size: b"[0 %d %d %d]" % (start, end, size - end - 1),
        lambda start, end, size: b"[1 %d %d %d]" % (start - 1, end, size - end),
        lambda start, end, size: b"[0 %d %d %d]" % (start - 10, end, size - end),
        lambda start, end, size: b"[0 %d %d %d]" % (start, end + 1, size - end - 1),
        lambda start, end, size: b"[0 %d %d %d 0 9]" % (start, end, size - end),
        lambda start, end, size: b"[0 9 9 %d %d %d]" % (start - 9, end, size - end),
        lambda start, end, size: b"[0 %d.0 %d %d]" % (start, end, size - end),
        lambda start, end, size: b"[0 %d]" % start,
        lambda start, end, size: b"[0 %d %d 0]" % (start, end),
    ],
)
def test_an_agency_that_signed_other_ranges_is_altered(office, attack, ranges) -> None:
    assert attack(resigned(office, ranges), crls=office.authority.crls()) in BAD


def test_the_same_way_of_signing_with_the_right_range_is_valid(office, attack) -> None:
    def right(start: int, end: int, size: int) -> bytes:
        return b"[0 %d %d %d]" % (start, end, size - end)

    assert attack(resigned(office, right), crls=office.authority.crls()) == "valid"
