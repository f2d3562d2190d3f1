"""All findings of a paper: the scan, the marks on it, its kind, dates, numbers and seal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from pyhncert.check._edges import edges
from pyhncert.check._hand import copied, sealed, seen
from pyhncert.check._paper import Paper
from pyhncert.check._predicates import PREDICATES
from pyhncert.check._quality import quality
from pyhncert.check._rules import rules, say
from pyhncert.values import Field, Finding, Kind, Original, PageFacts, Reading, Words

_ORDER = {"block": 0, "warn": 1, "pass": 2}


def findings(
    pages: Sequence[PageFacts],
    readings: Sequence[Reading],
    kind: Kind,
    fields: Sequence[Field],
    *,
    today: dt.date,
    originals: Sequence[Original] = (),
) -> tuple[Finding, ...]:
    """What the officer should know before deciding: blocks first, then warnings, then what was found in order.

    `today` is the day on which rules and papers must hold. A finding `secret` is final: the caller drops the scan, and
    asks `secret` page by page to do so in time. `originals` are the papers that the file was cut into, where it was.
    """
    by_page = {reading.page: reading for reading in readings}
    paper = Paper(
        pages=pages,
        readings=readings,
        kind=kind,
        fields={field.name: field for field in fields},
        today=today,
        originals=originals,
    )
    out: list[Finding] = []
    for page in pages:
        out += quality(page, by_page.get(page.number), today)
        out += edges(page)
    if paper.written:
        out += _kind(kind)
        out += sealed(pages)
    for rule in rules(today, kind.key):
        out += PREDICATES[rule["when"]](rule, paper)
    for page in pages:
        out += copied(page, today)
        out += seen(page, today)
    return tuple(sorted(out, key=lambda finding: _ORDER[finding.severity]))


def signed_findings(signatures: Sequence[Words]) -> tuple[Finding, ...]:
    """The finding of a scan that is a signed PDF; `signatures` says of each who signed and what became of it."""
    vi, en = ("; ".join(words) for words in zip(*signatures, strict=True)) if signatures else ("", "")
    shown, shown_vi = (f" ({text})" if text else "" for text in (en, vi))
    return (say("signed", "block", final=True, signers=shown, signers_vi=shown_vi),)


def _kind(kind: Kind) -> list[Finding]:
    if kind.key == "unknown":
        return [say("unknown_kind", "warn")]
    if not kind.title:
        return []
    name = kind.name
    return [say("kind", "pass", page=kind.page, quad=kind.quad, kind=name.en, kind_vi=name.vi, title=kind.title)]
