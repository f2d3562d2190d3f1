"""A PDF that is signed already is never touched: its signatures are checked and said, and it is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyhncert import capture, check
from pyhncert.errors import Blocked, VerdictError
from pyhncert.values import Scan, Words

if TYPE_CHECKING:
    from pyhncert.office import Office

__all__ = ["refuse_signed"]


def refuse_signed(office: Office, scan: Scan) -> None:
    """Let pass what is not signed.

    Raises:
        Blocked: it is signed; the findings say by whom and how that stands.
    """
    if not capture.signed_pdf(scan):
        return
    finding = next(f for f in check.signed_findings(_signatures(office, scan)) if f.severity == "block")
    raise Blocked(
        finding.reason.en,
        finding.reason.vi,
        findings=(finding,),
        hint="a signed file is already electronic: verify it, or scan the paper original",
        hint_vi="tệp đã ký là bản điện tử: hãy kiểm tra chữ ký, hoặc quét bản chính giấy",
    )


def _signatures(office: Office, scan: Scan) -> tuple[Words, ...]:
    try:
        report = office.verify(scan.data)
    except VerdictError as err:
        report = err.report
    return tuple(Words(f"{s.signer}: {s.verdict}", f"{s.signer}: {s.verdict}") for s in report.signatures)
