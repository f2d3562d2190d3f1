"""Renewing issued copies: a document timestamp over each whose evidence ends soon (DESIGN 4).

A copy is read from the store, stamped, verified as a stranger would, stored, entered in the register, in this order:
a process that is killed in between leaves a file in the store that no line names, and the copy is renewed by the next
run. Nothing is entered that does not verify, so a renewal that comes too late is said and changes nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from pyhncert import issue
from pyhncert._core import sha256
from pyhncert.errors import HncertError, UsageFault
from pyhncert.values import LEVELS, Level, RegisterLine, Renewal
from pyhncert.verify import holds_until, verify_copy

if TYPE_CHECKING:
    from pyhncert.office import Office

__all__ = ["renew"]


def renew(office: Office, codes: Sequence[str], *, within: dt.timedelta, dry_run: bool) -> Iterator[Renewal]:
    """See `Office.renew`."""
    if office.patient_timestamper is None and not dry_run:
        raise UsageFault(
            "the office has no timestamp service; set [timestamp] url in office.toml",
            "văn phòng chưa có dịch vụ dấu thời gian; đặt [timestamp] url trong office.toml",
        )
    lines = [_line(office, code) for code in codes] if codes else office.register.lines(state="registered")
    return _renewals(office, lines, within, dry_run=dry_run)


def _line(office: Office, code: str) -> RegisterLine:
    line = office.register.find(code)
    if line is None or line.state != "registered":
        raise UsageFault(
            f"{code}: no copy that is in force has this code", f"{code}: không có bản sao nào còn hiệu lực mang mã này"
        )
    return line


def _renewals(
    office: Office, lines: Sequence[RegisterLine] | Iterator[RegisterLine], within: dt.timedelta, *, dry_run: bool
) -> Iterator[Renewal]:
    for line in lines:
        level, now = cast(Level, line.level), office.clock()
        found = Renewal(
            code=line.code, number=line.number, book=line.book, year=line.year, level_before=level, ends=now
        )
        try:
            pdf = office.store.get(line.file_digest or b"")
            found = replace(found, ends=holds_until(pdf).astimezone(now.tzinfo))
            asked = cast(Level, line.level_asked or level)
            if found.ends - now > within and LEVELS.index(level) >= LEVELS.index(asked):
                continue
            yield found if dry_run else _renewed(office, line, pdf, found)
        except HncertError as err:
            yield replace(found, error=err)


def _renewed(office: Office, line: RegisterLine, pdf: bytes, found: Renewal) -> Renewal:
    assert office.patient_timestamper is not None  # noqa: S101  asked before
    now, lists = office.clock(), office.crls()
    grown = issue.add_archive_timestamp(
        pdf,
        timestamper=office.patient_timestamper,
        certs=(*office.roots, *office.intermediates),
        crls=lists,
        now=now,
        ocsp=office.ocsp.evidence if office.ocsp is not None else None,
    )
    verify_copy(grown, trust=office.roots, crls=lists, now=office.clock())
    level, digest = issue.level_reached(grown), sha256(grown)
    before, length = line.file_digest or b"", len(grown)
    with _taken_back(office, digest, HncertError):
        office.store.put(grown)
    with _taken_back(office, digest, UsageFault):  # a broken connection may have entered it
        office.register.grown(line.code, before=before, file_digest=digest, level=level, length=length)
    return replace(found, level=level, until=holds_until(grown).astimezone(now.tzinfo))


@contextmanager
def _taken_back(office: Office, digest: bytes, fault: type[HncertError]) -> Iterator[None]:
    """What was stored goes where it comes to no line: nothing else would ever find it again."""
    try:
        yield
    except fault:
        with suppress(HncertError):
            if office.register.find(digest) is None:
                office.store.delete(digest)
        raise
