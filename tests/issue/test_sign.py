"""Signing: two revisions around our core's CMS, levels as the timestamp service answers, one byte layout."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from asn1crypto import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from pyhncert.errors import AlteredCore, CertificateFault, RevocationFault, TimestampFault, Unavailable
from pyhncert.identify import (
    Credential,
    TrialAuthority,
    TrialTimestamper,
    load_credential,
    make_trial_authority,
    read_certificates,
)
from pyhncert.issue import add_validation_data, check_speaks_for, level_reached, sign_copy
from pyhncert.issue._sign_append import Signer
from pyhncert.issue._sign_structure import read_revisions, read_signature
from pyhncert.values import VIETNAM

NOW = dt.datetime(2026, 11, 23, 9, 30, tzinfo=VIETNAM)


def revision1() -> bytes:
    """The smallest PDF with our two fields."""
    import pikepdf
    from pikepdf import Array, Dictionary, Name, String

    pdf = pikepdf.new()
    page = pdf.add_blank_page()
    widgets = [
        pdf.make_indirect(
            Dictionary(
                Type=Name.Annot, Subtype=Name.Widget, FT=Name.Sig, T=String(name), F=132, Rect=Array([0, 0, 0, 0])
            )
        )
        for name in ("Officer", "Agency")
    ]
    page.obj.Annots = Array(widgets)
    pdf.Root.AcroForm = Dictionary(Fields=Array(widgets), SigFlags=3)
    out = io.BytesIO()
    mode = pikepdf.ObjectStreamMode.disable
    pdf.save(out, object_stream_mode=mode, force_version="1.7", deterministic_id=True)
    return out.getvalue()


class Office:
    def __init__(self, folder: Path, key: str = "p-256") -> None:
        randomness = lambda count: hashlib.shake_128(str(count).encode()).digest(count)  # noqa: E731
        paths = make_trial_authority(folder, clock=lambda: NOW, randomness=os.urandom, agency_key=key)
        self.authority = TrialAuthority(folder, clock=lambda: NOW, randomness=randomness)
        self.timestamper = TrialTimestamper(self.authority)
        self.officer, self.agency = load_credential(paths.officer), load_credential(paths.agency)
        self.root = read_certificates(paths.root.read_bytes())[0]

    def sign(self, timestamper=None, **how):
        return sign_copy(
            **{
                "revision1": revision1(),
                "officer": self.officer,
                "agency": self.agency,
                "timestamper": timestamper,
                "now": NOW,
                **how,
            }
        )


@pytest.fixture(scope="module")
def office(tmp_path_factory) -> Office:
    return Office(tmp_path_factory.mktemp("sign") / "o")


@pytest.fixture(scope="module")
def signed(office) -> bytes:
    return office.sign(office.timestamper).pdf


@pytest.fixture(scope="module")
def upgraded(office, signed) -> bytes:
    return add_validation_data(signed, certs=[], crls=office.authority.crls())


class Silent:
    """A service that does not answer, and counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def token(self, digest: bytes, algorithm: str, /) -> bytes:
        self.asked += 1
        raise Unavailable("silent")


def test_former_bytes_stay_and_each_revision_ends_in_one_newline(signed) -> None:
    revisions = read_revisions(signed)
    assert len(revisions) == 3
    assert signed.startswith(revision1())
    for revision in revisions:
        assert signed[: revision.end].endswith(b"\n%%EOF\n")


def test_each_signature_covers_its_revision_but_for_one_canonical_string(signed) -> None:
    revisions = read_revisions(signed)
    for place, field in ((2, "Officer"), (3, "Agency")):
        found = read_signature(revisions, place, field)
        digits = signed[found.gap[0] + 1 : found.gap[1] - 1]
        assert digits == found.cms.hex().upper().encode().ljust(len(digits), b"0")
        assert found.end == revisions[place - 1].end


def test_both_are_b_t_where_the_service_answers(office) -> None:
    copy = office.sign(office.timestamper)
    assert copy.levels == ("B-T", "B-T")
    assert copy.level == "B-T"
    assert not copy.notes
    assert level_reached(copy.pdf) == "B-T"


def test_both_are_b_b_without_a_service(office) -> None:
    copy = office.sign()
    assert (copy.level, level_reached(copy.pdf), copy.notes) == ("B-B", "B-B", ())


def test_a_silent_service_is_asked_once_and_the_copy_says_so(office) -> None:
    silent, fields = Silent(), []
    copy = office.sign(silent, signed=fields.append)
    assert fields == ["Officer", "Agency"]
    assert silent.asked == 1
    assert copy.level == level_reached(copy.pdf) == "B-B"
    assert [bool(words.vi and words.en) for words in copy.notes] == [True]


def test_a_service_that_falls_silent_after_the_officer_leaves_the_agency_at_b_b(office) -> None:
    class Once(Silent):
        def token(self, digest: bytes, algorithm: str, /) -> bytes:
            if self.asked:
                raise Unavailable("silent")
            self.asked += 1
            return office.timestamper.token(digest, algorithm)

    copy = office.sign(Once())
    assert copy.levels == ("B-T", "B-B")
    assert level_reached(copy.pdf) == "B-B"


def test_a_wrong_answer_of_the_service_is_a_timestamp_fault(office) -> None:
    class Wrong(Silent):
        def token(self, digest: bytes, algorithm: str, /) -> bytes:
            raise TimestampFault("wrong")

    with pytest.raises(TimestampFault):
        office.sign(Wrong())


def test_a_token_of_another_signature_does_not_count_as_level(office) -> None:
    class Other(Silent):
        def token(self, digest: bytes, algorithm: str, /) -> bytes:
            return office.timestamper.token(bytes(32), algorithm)

    assert level_reached(office.sign(Other()).pdf) == "B-B"


def test_a_token_longer_than_its_room_gets_more_room(office) -> None:
    class Long(Silent):
        token_bytes = 64

        def token(self, digest: bytes, algorithm: str, /) -> bytes:
            self.asked += 1
            return office.timestamper.token(digest, algorithm)

    long = Long()
    copy = office.sign(long)
    assert copy.level == "B-T"
    assert long.asked <= 4


def test_the_room_that_is_kept_is_enough(office) -> None:
    for service in (None, office.timestamper):
        room = Signer(office.officer, service).estimate()
        assert room >= len(read_signature(read_revisions(office.sign(service).pdf), 2, "Officer").cms)


def test_the_signing_time_is_the_clocks(signed) -> None:
    for found in PdfFileReader(io.BytesIO(signed)).embedded_signatures:
        assert found.self_reported_timestamp == NOW


def test_nothing_depends_on_chance_but_keys(office) -> None:
    """The revisions differ only inside Contents, and in the table that follows from it."""
    first, second = office.sign().pdf, office.sign().pdf
    gaps = [read_signature(read_revisions(first), place, field).gap for place, field in ((2, "Officer"), (3, "Agency"))]

    def outside(pdf: bytes) -> bytes:
        return pdf[: gaps[0][0]] + pdf[gaps[0][1] : gaps[1][0]] + pdf[gaps[1][1] :]

    assert len(first) == len(second)
    assert outside(first) == outside(second)


def test_revision_4_brings_b_lt_and_the_same_parts_give_the_same_bytes(office, signed, upgraded) -> None:
    assert level_reached(upgraded) == "B-LT"
    assert upgraded.startswith(signed)
    lists = office.authority.crls()
    assert add_validation_data(signed, certs=[office.root], crls=lists[::-1]) == upgraded


def test_a_missing_list_is_a_revocation_fault(office, signed) -> None:
    for lists in ([], office.authority.crls()[:1], office.authority.crls()[1:]):
        with pytest.raises(RevocationFault, match="missing"):
            add_validation_data(signed, certs=[], crls=lists)


def test_of_two_lists_of_one_issuer_the_newer_one_is_taken(office, signed, upgraded) -> None:
    later = TrialAuthority(office.authority.folder, clock=lambda: NOW + dt.timedelta(hours=1), randomness=os.urandom)
    old = office.authority.crls()
    newer = later._issue("issuing")
    pdf = add_validation_data(signed, certs=[], crls=[*old, newer])
    assert newer in pdf
    assert old[0] not in pdf


def test_validation_data_go_only_behind_three_revisions(office, signed, upgraded) -> None:
    for pdf in (revision1(), signed[: read_revisions(signed)[1].end], upgraded, b"", b"%PDF-1.7\n"):
        with pytest.raises(AlteredCore):
            add_validation_data(pdf, certs=[], crls=office.authority.crls())


@pytest.mark.parametrize("key", ["p-256", "p-384", "rsa-2048", "rsa-3072"])
def test_pyhanko_trusts_both_signatures_for_every_key(tmp_path, key) -> None:
    own = Office(tmp_path / "o", key)
    lists = own.authority.crls()
    pdf = add_validation_data(own.sign(own.timestamper).pdf, certs=[], crls=lists)
    found = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
    assert [one.field_name for one in found] == ["Officer", "Agency"]
    for one in found:
        context = ValidationContext(
            trust_roots=[x509.Certificate.load(own.root)],
            crls=lists,
            moment=NOW,
            revocation_mode="require",
            retroactive_revinfo=True,
        )
        status = validate_pdf_signature(one, signer_validation_context=context)
        assert status.bottom_line, status.pretty_print_details()
        assert status.coverage == SignatureCoverageLevel.ENTIRE_REVISION
        assert status.modification_level <= ModificationLevel.FORM_FILLING
        assert status.timestamp_validity is not None
        assert status.timestamp_validity.trusted


def test_pyhanko_sees_a_certified_file_that_allows_filling(signed) -> None:
    first, second = PdfFileReader(io.BytesIO(signed)).embedded_signatures
    assert first.docmdp_level.value == 2
    assert second.docmdp_level is None


def test_qpdf_finds_nothing_to_complain_about(upgraded, tmp_path) -> None:
    qpdf = shutil.which("qpdf")
    if qpdf is None:
        pytest.skip("qpdf is not installed: it is one of the foreign judges")
    (tmp_path / "a.pdf").write_bytes(upgraded)
    done = subprocess.run([qpdf, "--check", str(tmp_path / "a.pdf")], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_field_that_is_missing_is_refused_before_anything_is_signed(office) -> None:
    with pytest.raises(AlteredCore):
        office.sign(revision1=revision1().replace(b"(Agency)", b"(Agencx)"))


def test_a_copy_that_is_signed_already_is_refused(office, signed) -> None:
    with pytest.raises(AlteredCore, match="filled already"):
        office.sign(revision1=signed)


def test_signing_needs_no_foreign_writer() -> None:
    """pyHanko, a quarter of a second of imports, judges; it does not write."""
    look = "import sys, pyhncert.issue._sign, pyhncert.issue._dss; sys.exit('pyhanko' in sys.modules)"
    subprocess.run([sys.executable, "-c", look], check=True, timeout=60)


def test_credentials_fit_what_signing_needs() -> None:
    assert {"certificate", "chain", "scheme", "digest"} <= set(Credential.__dataclass_fields__)


@pytest.mark.parametrize("name", ["Ủy ban nhân dân phường Thử Nghiệm", "ỦY BAN NHÂN DÂN  phường thử nghiệm "])
def test_a_certificate_speaks_for_its_name_however_it_is_written(office, name) -> None:
    check_speaks_for(office.agency.certificate, name, agency=True)


def test_a_certificate_in_another_name_is_a_certificate_fault(office) -> None:
    with pytest.raises(CertificateFault, match="Nguyễn Văn Mẫu"):
        check_speaks_for(office.officer.certificate, "Ủy ban nhân dân phường Thử Nghiệm", agency=True)
    with pytest.raises(CertificateFault):
        check_speaks_for(office.agency.certificate, "Nguyễn Văn Mẫu", agency=False)
