"""What is known of an original between its last pixel and its number."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pyhncert import issue
from pyhncert.values import Decision, Field, Finding, Kind, PageFacts, Reading, Scan, Words

if TYPE_CHECKING:
    from pyhncert.issue import PageRecord

__all__ = ["Admitted", "Prepared", "Seen"]

Admitted = tuple["issue.ScanRecord", "Scan | Path"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What is known of the original once its pixels are gone."""

    scans: tuple[issue.ScanRecord, ...]
    records: tuple[PageRecord, ...]
    facts: tuple[PageFacts, ...]
    readings: tuple[Reading, ...]
    kind: Kind
    fields: tuple[Field, ...]
    findings: tuple[Finding, ...]
    began: dt.datetime
    """When its scans were taken up."""
    shown: dt.datetime
    """When it was ready for the officer."""
    raw: tuple[Admitted, ...] = ()
    """The scans themselves, where the office keeps them."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """An original that was seen and approved, and which services were silent."""

    seen: Seen
    decision: Decision
    silent: tuple[Words, ...]
