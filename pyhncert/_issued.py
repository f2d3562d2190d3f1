"""A copy that was issued before, asked for again under the same idempotency key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

from pyhncert import _kept, capture, deliver
from pyhncert.errors import Blocked
from pyhncert.values import CertifiedCopy, Level, RegisterLine, Words

if TYPE_CHECKING:
    from pyhncert.office import Office, Source

__all__ = ["copy_of", "issued_before"]

_STATE_VI = {"revoked": "đã bị thu hồi", "superseded": "đã được thay thế"}


def issued_before(office: Office, line: RegisterLine, out: Path | None, sources: Sequence[Source]) -> CertifiedCopy:
    """The copy of a register line, delivered to `out` unless it lies there; nothing is issued.

    Of `sources`, the scans that the line says are kept and are not yet, are kept now.

    Raises:
        Blocked: the copy was revoked or replaced since.
        StorageFault: it cannot be read or written.
    """
    became = _STATE_VI.get(line.state, line.state)
    if line.state != "registered" or line.file_digest is None:
        raise Blocked(
            f"this scan was certified as {line.code}, and that copy is {line.state}",
            f"bản quét này đã được chứng thực với mã {line.code}, và bản sao đó {became}",
            hint="where a new copy is needed, scan the paper again",
            hint_vi="nếu cần bản sao mới, hãy quét lại giấy tờ",
        )
    pdf = office.store.get(line.file_digest)
    if out is not None:
        deliver.finish_copy(pdf, deliver.receipt(line, office.register.files(line.act_id)), out)
    words = Words("đã được cấp trước đó; không cấp số mới", "was issued before; no new number was used")
    copy = replace(copy_of(office, line, pdf), notes=(words,))
    missing = {scan.sha256 for scan in office.kept_scans(line.code) if not scan.held}
    return _kept.keep(
        office, copy, (scan for scan in map(capture.load, sources if missing else ()) if scan.digest in missing)
    )


def copy_of(office: Office, line: RegisterLine, pdf: bytes) -> CertifiedCopy:
    """The copy `pdf` of a register line, as it stands now."""
    level = cast(Level, line.level)
    return CertifiedCopy(
        code=line.code,
        number=line.number,
        book=line.book,
        year=line.year,
        content_digest=line.content_digest or b"",
        file_digest=line.file_digest or b"",
        officer=line.signer.partition(",")[0],
        issued_at=line.certified_at,
        level_asked=cast(Level, line.level_asked) or level,
        level=level,
        pdf=pdf,
        receipt=deliver.receipt(line, office.register.files(line.act_id)),
    )
