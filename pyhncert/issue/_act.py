"""act.json: what is certified, in one canonical form, and the digest that stands for it.

The file travels inside the copy and is fixed before signing. It binds the raw scans and the page images by digest, so
that whoever signs `content_digest` signs what is seen (DESIGN 4). Names of files do not travel: they may be personal.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyhncert.values import VIETNAM, Field, Line, Matrix, Quad, Reading, Scan, Word

if TYPE_CHECKING:
    from pyhncert.issue._free import FreeArea

__all__ = ["Act", "PageRecord", "ScanRecord", "act_json", "canonical_json", "content_digest"]

FORMAT = "pyhncert/act"
VERSION = 2
"""Version 2 adds what a second reader made of lines and fields; an act without one is still written as version 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanRecord:
    """What remains of a scan when its bytes are dropped: type, length in bytes and SHA-256."""

    media_type: str
    length: int
    sha256: bytes

    @classmethod
    def of(cls, scan: Scan) -> ScanRecord:
        """The record of `scan`."""
        return cls(media_type=scan.media_type, length=len(scan.data), sha256=scan.digest)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRecord:
    """What remains of a page when its pixels are dropped: the JPEG of the copy, its place, and its free area.

    `jpeg` holds the bytes, or names the spool file that does; `sha256` and `length` are over those bytes.
    The other names are those of `pyhncert.values.Page`.
    """

    number: int
    scan: int
    frame: int
    raw_size: tuple[int, int]
    size: tuple[int, int]
    dpi: float
    dpi_source: str
    matrix: Matrix
    turned: int
    skew_deg: float
    jpeg: bytes | Path = field(repr=False)
    sha256: bytes = field(repr=False)
    length: int
    free: FreeArea = field(repr=False)

    def stream(self) -> bytes:
        """The JPEG bytes."""
        return self.jpeg if isinstance(self.jpeg, bytes) else self.jpeg.read_bytes()


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One act of certification, complete before anything is signed.

    `book` is the book's number as the register writes it (``01``), `suffix` its kind (``SCT/BS``, SPEC 1.6); `unit` the
    register's unit, `office` the agency's name as it certifies. `certified_at` has a time zone and is shown in
    Vietnam's. `findings_digest` is the salted digest of findings, overrides and reasons, which stay in the register.
    `officer_certificate` and `agency_certificate` are SHA-256 over the certificates that will sign, so that
    nobody else's signature can stand in their places. `qr_key_id` and `qr_certificate` (DER) name the issuer key of
    the QR.
    """

    code: str
    number: int
    book: str
    year: int
    unit: str
    office: str
    trial: bool
    officer_name: str
    officer_title: str
    officer_certificate: bytes = b""
    agency_certificate: bytes = b""
    certified_at: dt.datetime
    kind: str
    title: str
    scans: tuple[ScanRecord, ...] = field(repr=False)
    pages: tuple[PageRecord, ...] = field(repr=False)
    readings: tuple[Reading, ...] = field(repr=False)
    fields: tuple[Field, ...] = field(default=(), repr=False)
    findings_digest: bytes = field(repr=False)
    qr_key_id: bytes
    qr_certificate: bytes = field(repr=False)
    software: Mapping[str, str] = field(default_factory=dict)
    suffix: str = "SCT/BS"

    def __post_init__(self) -> None:
        if self.certified_at.tzinfo is None:
            raise ValueError("certified_at needs a time zone")
        if not self.pages or not self.scans:
            raise ValueError("an act has at least one scan and one page")
        if [p.number for p in self.pages] != list(range(1, len(self.pages) + 1)):
            raise ValueError("pages are numbered from 1, in order")
        if any(p.scan not in range(len(self.scans)) for p in self.pages):
            raise ValueError("a page names a scan that is not there")

    @property
    def number_shown(self) -> str:
        """The number as it is written: 01, 02, … (SPEC 1.6)."""
        return f"{self.number:02d}"

    @property
    def book_shown(self) -> str:
        """The book as its cover says: ``01/2026-SCT/BS``; a book that already names its kind is left as it is."""
        if "/" in self.book or "-" in self.book:
            return self.book
        return f"{self.book.zfill(2)}/{self.year}-{self.suffix}"

    @property
    def certified_local(self) -> dt.datetime:
        """`certified_at` in Vietnam's time, to the second."""
        return self.certified_at.astimezone(VIETNAM).replace(microsecond=0)


def canonical_json(value: Any) -> bytes:
    """`value` as JSON in one form only: sorted keys, no spaces, NFC, UTF-8, whole numbers without a point.

    Raises:
        TypeError, ValueError: `value` holds something that JSON has no form for, NaN included, or two keys that are
            one after normalisation.
    """
    text = json.dumps(_plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode()


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return value if value.isascii() else unicodedata.normalize("NFC", value)
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 2**53 else value
    if isinstance(value, Mapping):
        plain = {_key(k): _plain(v) for k, v in value.items()}
        if len(plain) != len(value):
            raise ValueError("two keys are the same after normalisation")
        return plain
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    return value


def _key(key: object) -> str:
    if not isinstance(key, str):
        raise TypeError("keys of canonical JSON are strings")
    return unicodedata.normalize("NFC", key)


def act_json(act: Act) -> bytes:
    """The act as canonical JSON (schemas/act.schema.json): places to a tenth of a pixel, confidence to a thousandth."""
    by_page = {r.page: r for r in act.readings}
    twice = any(r.second_reader for r in act.readings)
    return canonical_json(
        {
            "format": FORMAT,
            "version": VERSION if twice else 1,
            "code": act.code,
            "number": act.number,
            "book": act.book,
            "year": act.year,
            "unit": act.unit,
            "office": act.office,
            "trial": act.trial,
            "officer": {
                "name": act.officer_name,
                "title": act.officer_title,
                "certificate": act.officer_certificate.hex(),
            },
            "agency": {"certificate": act.agency_certificate.hex()},
            "certified_at": act.certified_local.isoformat(),
            "original": {"kind": act.kind, "title": act.title, "pages": len(act.pages)},
            "scans": [{"media_type": s.media_type, "length": s.length, "sha256": s.sha256.hex()} for s in act.scans],
            "pages": [_page(p, by_page.get(p.number), twice=twice) for p in act.pages],
            "fields": [_field(f, twice=twice) for f in act.fields],
            "findings_digest": act.findings_digest.hex(),
            "qr": {
                "key_id": act.qr_key_id.hex(),
                "certificate": base64.b64encode(act.qr_certificate).decode(),
            },
            "software": dict(act.software),
        }
    )


def content_digest(scan_digests: Iterable[bytes], act: bytes) -> bytes:
    """SHA-256 over the scans' digests, in order, and the bytes of act.json: fixed before signing."""
    whole = hashlib.sha256()
    for digest in scan_digests:
        whole.update(digest)
    whole.update(act)
    return whole.digest()


def _page(page: PageRecord, reading: Reading | None, *, twice: bool) -> dict[str, Any]:
    return {
        "number": page.number,
        "scan": page.scan,
        "frame": page.frame,
        "raw_size": list(page.raw_size),
        "size": list(page.size),
        "dpi": round(page.dpi, 3),
        "dpi_source": page.dpi_source,
        "matrix": [float(f"{v:.12g}") for v in page.matrix.m],
        "turned": page.turned,
        "skew_deg": round(page.skew_deg, 4),
        "image": {"sha256": page.sha256.hex(), "length": page.length},
        "lines": [_line(line, twice=twice) for line in reading.lines] if reading else [],
    }


def _line(line: Line, *, twice: bool) -> dict[str, Any]:
    return {**_word(line), "words": [_word(w) for w in line.words], **(_agreement(line) if twice else {})}


def _agreement(item: Line | Field) -> dict[str, str]:
    """What two readers say; the second text only where it differs, so that nothing is carried twice."""
    return {"agreement": item.agreement, **({"second": item.second} if item.agreement == "doubtful" else {})}


def _word(word: Word | Line) -> dict[str, Any]:
    return {"text": word.text, "quad": _quad(word.quad), "confidence": round(word.confidence, 3)}


def _field(item: Field, *, twice: bool) -> dict[str, Any]:
    return {
        "name": item.name,
        "label": item.label,
        "value": item.value,
        "page": item.page,
        "quad": _quad(item.quad),
        "confidence": round(item.confidence, 3),
        **(_agreement(item) if twice else {}),
    }


def _quad(quad: Quad) -> Sequence[float]:
    return [round(v, 1) for point in quad for v in point]
