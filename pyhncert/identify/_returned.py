"""What a foreign signing tool gave back: our bytes, and behind them exactly one signature by the expected certificate.

The tool fetches a PDF, signs and sends it back by itself (SPEC 1.10): its CMS is not made by us, so nothing about it is
believed. The old file must be the beginning of the new one, one revision may follow, and that revision may fill or add
one signature field over the whole file and change nothing that is seen. pyHanko reads the file and judges the changes.
"""

from __future__ import annotations

import datetime as dt
import io
import re
from typing import TYPE_CHECKING

from pyhncert.errors import KeyFault
from pyhncert.identify._algorithms import SCHEMES, algorithms
from pyhncert.identify._broken import BROKEN
from pyhncert.identify._certificates import common_name

if TYPE_CHECKING:
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.fields import MDPPerm
    from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

__all__ = ["check_returned"]

_END = re.compile(rb"startxref[ \r\n]+\d{1,12}[ \r\n]+%%EOF[\r\n]{0,2}\Z")


def check_returned(sent: bytes, returned: bytes, *, certificate: bytes, now: dt.datetime) -> None:
    """Refuse `returned` unless it is `sent` with one more signature, by `certificate` (DER).

    Raises:
        KeyFault: the message names what is wrong: our bytes were changed, no new signature, more than one, another
            certificate, not over the whole file, bytes behind its end, another change, a signature that does not hold,
            an algorithm that proves nothing.
    """
    from pyhanko.pdf_utils.misc import PdfError  # noqa: PLC0415  slow to load, only for offices with such a tool
    from pyhanko.sign.general import CMSStructuralError  # noqa: PLC0415
    from pyhanko.sign.validation.errors import SignatureValidationError  # noqa: PLC0415

    if not returned.startswith(sent):
        raise _refused("it changed the file that it was given", "tệp đã giao bị thay đổi")
    if returned == sent:
        raise _refused("it added no signature", "không có chữ ký mới")
    if _END.search(returned, max(0, len(returned) - 64)) is None:
        raise _refused("bytes follow behind the end of the file", "có dữ liệu sau điểm kết thúc tệp")
    try:
        _check(sent, returned, certificate, now)
    except (PdfError, SignatureValidationError, CMSStructuralError, *BROKEN) as err:
        raise _refused("what it added cannot be read", "không đọc được phần thêm vào") from err


def _check(sent: bytes, returned: bytes, certificate: bytes, now: dt.datetime) -> None:
    from pyhanko.pdf_utils.reader import PdfFileReader  # noqa: PLC0415
    from pyhanko.sign.validation.status import SignatureCoverageLevel  # noqa: PLC0415

    before, after = (PdfFileReader(io.BytesIO(data), strict=False) for data in (sent, returned))
    known = {one.field_name for one in before.embedded_signatures}
    added = [one for one in after.embedded_signatures if one.field_name not in known]
    if len(added) != 1:
        raise _refused(
            f"it added {len(added) or 'no'} signatures instead of one",
            f"thêm {len(added)} chữ ký thay vì một" if added else "không có chữ ký mới",
        )
    if after.xrefs.total_revisions != before.xrefs.total_revisions + 1:
        raise _refused("it added more than one revision", "thêm nhiều hơn một phiên bản")
    one = added[0]
    if one.signer_cert.dump() != certificate:
        name = common_name(one.signer_cert.dump())
        raise _refused(
            f"it signed with the certificate of {name}, not that of {common_name(certificate)}",
            f"ký bằng chứng thư số của {name}, không phải của {common_name(certificate)}",
        )
    one.compute_integrity_info()
    if one.evaluate_signature_coverage() is not SignatureCoverageLevel.ENTIRE_FILE:
        raise _refused("its signature does not cover the whole file", "chữ ký không phủ toàn bộ tệp")
    certified = next((found.docmdp_level for found in before.embedded_signatures if found.docmdp_level), None)
    _check_changes(after, certified)
    raw = bytes(one.pkcs7_content)
    length = 4 + int.from_bytes(raw[2:4], "big")
    if raw[:2] != b"\x30\x82" or raw[length:].strip(b"\0"):
        raise _refused("bytes follow behind the signature", "có dữ liệu sau chữ ký")
    _check_signature(one, now)


def _check_changes(reader: PdfFileReader, certified: MDPPerm | None) -> None:
    """The last revision adds or fills one signature field; pages, attachments and everything else stay."""
    from pyhanko.sign.diff_analysis import DEFAULT_DIFF_POLICY, ModificationLevel, SuspiciousModification  # noqa: PLC0415

    last = reader.xrefs.total_revisions - 1
    try:
        found = DEFAULT_DIFF_POLICY.apply(
            old=reader.get_historical_resolver(last - 1),
            new=reader.get_historical_resolver(last),
            doc_mdp=certified,
        )
    except SuspiciousModification as err:
        raise _refused("it changed more than a signature field", "thay đổi nội dung ngoài trường chữ ký") from err
    if found.modification_level > ModificationLevel.FORM_FILLING or len(found.changed_form_fields) > 1:
        raise _refused("it changed more than a signature field", "thay đổi nội dung ngoài trường chữ ký")


def _check_signature(one: EmbeddedPdfSignature, now: dt.datetime) -> None:
    from pyhanko.sign.validation.generic_cms import validate_sig_integrity  # noqa: PLC0415

    intact, fits = validate_sig_integrity(
        one.signer_info, one.signer_cert, expected_content_type="data", actual_digest=one.compute_digest()
    )
    if not (intact and fits):
        raise _refused("its signature does not hold", "chữ ký không hợp lệ")
    scheme = SCHEMES.get(one.signer_info["signature_algorithm"].signature_algo, "")
    digest = one.signer_info["digest_algorithm"]["algorithm"].native
    if not algorithms().allows(scheme, one.signer_cert.public_key.bit_size, digest, now):
        raise _refused(
            f"its signature ({scheme or 'unknown'}, {digest}) proves nothing any more",
            f"chữ ký ({scheme or 'không rõ'}, {digest}) không còn giá trị chứng minh",
        )


def _refused(en: str, vi: str) -> KeyFault:
    return KeyFault(
        f"what the desktop signing tool gave back is refused: {en}",
        f"không nhận tệp do công cụ ký số trả về: {vi}",
        hint="sign again; if it stays so, tell whoever maintains the tool",
        hint_vi="hãy ký lại; nếu vẫn vậy, báo cho đơn vị quản lý công cụ",
    )
