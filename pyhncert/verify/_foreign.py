"""Signatures in PDFs that are not our copies: each is judged, with pyHanko's reader and its policy about changes.

Nothing of this makes such a file `valid`: the verdict on the file is `unsigned`, the report says what became of each.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
from dataclasses import replace

from asn1crypto import cms
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.general import CMSStructuralError, MultivaluedAttributeError, NonexistentAttributeError
from pyhanko.sign.validation.errors import SignatureValidationError, ValidationInfoReadingError
from pyhanko.sign.validation.generic_cms import validate_sig_integrity
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel

from pyhncert.errors import AlteredCore
from pyhncert.identify import common_name
from pyhncert.identify._broken import BROKEN
from pyhncert.issue._sign_structure import TokenParts, read_token
from pyhncert.values import SignatureReport, Verdict, Words
from pyhncert.verify._copy import key_bits
from pyhncert.verify._policy import named
from pyhncert.verify._tokens import check_token
from pyhncert.verify._trust import Anchors, judge
from pyhncert.verify._words import say

_FAULTS = (
    PdfError,
    SignatureValidationError,
    ValidationInfoReadingError,
    CMSStructuralError,
    MultivaluedAttributeError,
    NonexistentAttributeError,
    AlteredCore,
    *BROKEN,
)

_EDWARDS = {"ed25519": 255, "ed448": 448}
"""Sizes of keys that do not tell theirs."""


def judge_foreign(data: bytes, given: Anchors, now: dt.datetime) -> tuple[SignatureReport, ...]:
    """A report for each signature of `data`, oldest first; none where the file cannot be read."""
    try:
        reader = PdfFileReader(io.BytesIO(data), strict=False)
        found = list(reader.embedded_signatures)
        stored = _stored(reader)
    except _FAULTS:
        return ()
    anchors = replace(given, certificates=stored[0], lists=(*stored[1], *given.lists), responses=stored[2])
    return tuple(_judge(embedded, anchors, data, now) for embedded in found)


def _stored(reader: PdfFileReader) -> tuple[tuple[bytes, ...], tuple[bytes, ...], tuple[bytes, ...]]:
    """Certificates, lists and OCSP responses of the DSS dictionary, where there is one."""
    if "/DSS" not in reader.root:
        return (), (), ()
    store = reader.root["/DSS"]  # not get(), which does not follow a reference
    certificates, lists, responses = (
        tuple(bytes(entry.get_object().data) for entry in (store[key] if key in store.keys() else ()))  # noqa: SIM118
        for key in ("/Certs", "/CRLs", "/OCSPs")
    )
    return certificates, lists, responses


def _judge(embedded: EmbeddedPdfSignature, anchors: Anchors, data: bytes, now: dt.datetime) -> SignatureReport:
    name = embedded.field_name or "?"
    try:
        return _judge_readable(embedded, name, anchors, data, now)
    except _FAULTS:
        return _report(name, "?", "altered", (say("foreign_unreadable"),))


def _judge_readable(
    embedded: EmbeddedPdfSignature, name: str, anchors: Anchors, data: bytes, now: dt.datetime
) -> SignatureReport:
    is_timestamp = embedded.sig_object_type == "/DocTimeStamp"
    leaf = embedded.signer_cert.dump()
    signer = common_name(leaf)
    if not _is_intact(embedded, data, is_timestamp=is_timestamp):
        return _report(name, signer, "altered", (say("foreign_altered"),))
    pool = tuple(certificate.dump() for certificate in embedded.other_embedded_certs)
    anchors = replace(anchors, certificates=tuple({*anchors.certificates, *pool, leaf}))
    stamped = _proven_time(embedded, anchors, is_timestamp=is_timestamp)
    at = stamped or now
    trust = judge(leaf, use="timestamp" if is_timestamp else "any", at=at, anchors=anchors)
    weak = _weak_algorithm(embedded, leaf, anchors, at) if trust.standing == "valid" else None
    standing: Verdict = "undecided" if weak is not None else trust.standing
    return replace(
        _report(name, signer, standing, trust.reasons if weak is None else (weak,)),
        algorithm=embedded.signer_info["signature_algorithm"]["algorithm"].native,
        signed_at=embedded.self_reported_timestamp,
        timestamped_at=stamped,
    )


def _weak_algorithm(embedded: EmbeddedPdfSignature, leaf: bytes, anchors: Anchors, at: dt.datetime) -> Words | None:
    """Why the algorithms of a signature prove nothing at `at`, if they do not."""
    signer, rules = embedded.signer_info, anchors.algorithms
    algorithm, content = signer["signature_algorithm"], signer["digest_algorithm"]["algorithm"].native
    scheme, digest = named(algorithm)
    bits = key_bits(leaf) or _EDWARDS.get(scheme, 0)
    if rules.allows(scheme, bits, digest, at) and rules.allows_digest(content, at):
        return None
    return say("weak_algorithm", algorithm=f"{algorithm['algorithm'].native} {bits}, {content}")


def _is_intact(embedded: EmbeddedPdfSignature, data: bytes, *, is_timestamp: bool) -> bool:
    """Whether digest and signature fit, and nothing but permitted changes follows."""
    embedded.compute_integrity_info()  # type: ignore[no-untyped-call]
    status = embedded.summarise_integrity_info()
    digest = embedded.compute_digest()
    if is_timestamp:
        token = _own_token(embedded)
        if token.imprint[1] != digest or token.cms.content is None:
            return False
        digest = hashlib.new(token.cms.digest, token.cms.content).digest()
    intact, fits = validate_sig_integrity(
        embedded.signer_info,
        embedded.signer_cert,
        expected_content_type="tst_info" if is_timestamp else "data",
        actual_digest=digest,
    )
    whole = status["coverage"] in (SignatureCoverageLevel.ENTIRE_FILE, SignatureCoverageLevel.ENTIRE_REVISION)
    ends = data.rstrip(b"\r\n \0").endswith(b"%%EOF")
    return bool(intact and fits and whole and status["docmdp_ok"] and ends)


def _own_token(embedded: EmbeddedPdfSignature) -> TokenParts:
    """The token that a document timestamp is."""
    return read_token(cms.ContentInfo({"content_type": "signed_data", "content": embedded.signed_data}).dump())


def _proven_time(embedded: EmbeddedPdfSignature, anchors: Anchors, *, is_timestamp: bool) -> dt.datetime | None:
    """The time a trusted token proves, if there is one."""
    if is_timestamp:
        return _own_token(embedded).at
    for attribute in embedded.signer_info["unsigned_attrs"] or ():
        if attribute["type"].native == "signature_time_stamp_token":
            token = read_token(attribute["values"][0].dump())
            check_token(token, fits=token.stamps(embedded.signer_info["signature"].native))
            pool = replace(anchors, certificates=tuple({*anchors.certificates, *token.cms.certificates}))
            if judge(token.cms.signer, use="timestamp", at=token.at, anchors=pool).standing == "valid":
                return token.at
    return None


def _report(name: str, signer: str, verdict: Verdict, reasons: tuple[Words, ...]) -> SignatureReport:
    return SignatureReport(
        field=name,
        role="foreign",
        signer=signer,
        verdict=verdict,
        algorithm="?",
        signed_at=None,
        timestamped_at=None,
        level=None,
        reasons=reasons,
    )
