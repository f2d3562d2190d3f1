"""All findings of a paper: the scan, the marks on it, its kind, dates, numbers and seal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from pyhncert.check._edges import edges
from pyhncert.check._hand import copied, corrections, seals, seen
from pyhncert.check._identity import coded, identity
from pyhncert.check._marks import marks
from pyhncert.check._quality import quality
from pyhncert.check._rules import rule, say
from pyhncert.values import Field, Finding, Kind, PageFacts, Reading, Severity, Words

_ORDER = {"block": 0, "warn": 1, "pass": 2}


def findings(
    pages: Sequence[PageFacts],
    readings: Sequence[Reading],
    kind: Kind,
    fields: Sequence[Field],
    *,
    today: dt.date,
) -> tuple[Finding, ...]:
    """What the officer should know before deciding: blocks first, then warnings, then what was found in order.

    `today` is the day on which rules and papers must hold. A finding `secret` is final: the caller drops the scan, and
    asks `secret` page by page to do so in time.
    """
    by_page = {reading.page: reading for reading in readings}
    named = {field.name: field for field in fields}
    out: list[Finding] = []
    for page in pages:
        out += quality(page, by_page.get(page.number), today)
        out += edges(page)
    out += marks(readings, kind, today)
    written = any(line.text for reading in readings for line in reading.lines)
    if written:
        out += _kind(kind, today)
        out += _validity(kind, named, today)
        out += identity(named, today)
        out += coded(named, today)
        out += seals(pages, kind, today)
    for page in pages:
        out += corrections(page, today)
        out += copied(page, today)
        out += seen(page, today)
    return tuple(sorted(out, key=lambda finding: _ORDER[finding.severity]))


def signed_findings(signatures: Sequence[Words]) -> tuple[Finding, ...]:
    """The finding of a scan that is a signed PDF; `signatures` says of each who signed and what became of it."""
    vi, en = ("; ".join(words) for words in zip(*signatures, strict=True)) if signatures else ("", "")
    shown, shown_vi = (f" ({text})" if text else "" for text in (en, vi))
    return (say("signed", "block", final=True, signers=shown, signers_vi=shown_vi),)


def _kind(kind: Kind, today: dt.date) -> list[Finding]:
    if kind.key == "unknown":
        return [say("unknown_kind", "warn")]
    worthless = rule("worthless", today)
    if worthless and kind.key in worthless["kinds"]:
        return [say("worthless", "warn", page=kind.page, quad=kind.quad, kind=kind.name.en, kind_vi=kind.name.vi)]
    if not kind.title:
        return []
    name = kind.name
    return [say("kind", "pass", page=kind.page, quad=kind.quad, kind=name.en, kind_vi=name.vi, title=kind.title)]


def _validity(kind: Kind, fields: Mapping[str, Field], today: dt.date) -> list[Finding]:
    """The printed last day, which itself still counts."""
    field = fields.get("expiry_date")
    if field is None:
        return []
    try:
        day, month, year = map(int, field.value.split("/"))
        until = dt.date(year, month, day)
    except ValueError:  # "Không thời hạn"
        return []
    if until >= today:
        return [say("valid", "pass", page=field.page, quad=field.quad, date=field.value)]
    law = rule("expiry", today)
    severity: Severity = "block" if law and kind.key in law["block"] else "warn"
    return [say("expired", severity, page=field.page, quad=field.quad, date=field.value)]
