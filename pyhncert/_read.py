"""Reading without issuing: what is seen on scans, as values that become JSON; and the steps that `certify` shares."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyhncert import capture, check, recognise
from pyhncert.errors import Blocked, UsageFault
from pyhncert.values import Field, Finding, Kind, Line, Matrix, Measures, Original, Page, PageFacts, Quad, Reading, Word

if TYPE_CHECKING:
    from pyhncert.office import Source
    from pyhncert.recognise import Reader

__all__ = [
    "finding_json",
    "known_kind",
    "may_be_long",
    "reading_of",
    "secret_refused",
    "software",
    "some",
    "understand",
]


def reading_of(sources: Sequence[Source], reader: Reader, today: dt.date) -> dict[str, Any]:
    """What is seen on the scans; see `pyhncert.office.read_scans`."""
    limits = capture.Limits()
    scans = [capture.load(source, limits=limits) for source in some(sources)]
    facts: list[PageFacts] = []
    readings: list[Reading] = []
    pages: list[dict[str, Any]] = []
    back: dict[int, Matrix] = {}
    known: Kind | None = None
    for raw in capture.raw_pages(scans, limits=limits):
        number = len(pages) + 1
        for page in capture.normalise(raw, number=number, limits=limits, stands_on_head=reader.stands_on_head):
            back[page.number] = page.matrix.inverse()
            facts.append(PageFacts.of(page))
            readings.append(reader.read(page, known))
            secret = check.secret(readings[-1], today=today)
            if secret is not None:
                del raw, page
                for kept in (scans, facts, readings, pages):
                    kept.clear()  # an error's traceback keeps what its frames hold
                raise secret_refused(secret, sources)
            known = known or known_kind(readings[-1])
            pages.append(_page_json(page, readings[-1], back[page.number]))
    signed = any(capture.signed_pdf(scan) for scan in scans)
    kind, fields, findings, originals = understand(facts, readings, today)
    if signed:
        findings = (*check.signed_findings(()), *findings)
    return {
        "format": "hncert/reading",
        "version": 2,
        "pages": [{**page, "verdict": _verdict_json(page["number"], findings)} for page in pages],
        "kind": {
            "key": kind.key,
            "vi": kind.name.vi,
            "en": kind.name.en,
            "title": kind.title,
            "confidence": round(kind.confidence, 3),
        },
        "papers": [
            {
                "kind": one.kind.key,
                "vi": one.kind.name.vi,
                "en": one.kind.name.en,
                "name": one.name,
                "pages": list(one.pages),
                "again": one.again,
            }
            for one in originals
        ],
        "fields": [
            {
                "name": f.name,
                "label": f.label,
                "value": f.value,
                "type": f.type,
                "page": f.page,
                "quad": _corners(f.quad, back[f.page]),
                "confidence": round(f.confidence, 3),
                **agreement_json(f),
            }
            for f in fields
        ],
        "notes": [{"vi": note.vi, "en": note.en} for note in reader.notes],
        "findings": [
            {
                **finding_json(f),
                "quad": _corners(f.quad, back[f.page]) if f.quad is not None and f.page is not None else None,
            }
            for f in findings
        ],
    }


def understand(
    facts: Sequence[PageFacts], readings: Sequence[Reading], today: dt.date
) -> tuple[Kind, tuple[Field, ...], tuple[Finding, ...], tuple[Original, ...]]:
    """Kind, fields and findings of what was handed in as one original, and the papers that were found in it."""
    kind = recognise.classify(readings)
    fields = recognise.agreed(recognise.fields(kind, readings, today=today), readings)
    originals = recognise.originals(readings, today=today)
    return kind, fields, check.findings(facts, readings, kind, fields, today=today, originals=originals), originals


def known_kind(reading: Reading) -> Kind | None:
    """The kind of the original, where this page tells it."""
    kind = recognise.classify([reading])
    return None if kind.key == "unknown" else kind


def software(readings: Sequence[Reading]) -> dict[str, str]:
    """What made the act: this library, and the readers by name and digest."""
    second = next((reading.second_reader for reading in readings if reading.second_reader), "")
    made = {"pyhncert": version("pyhncert"), "reader": readings[0].reader}
    return made | ({"second_reader": second} if second else {})


def some(sources: Sequence[Source]) -> Sequence[Source]:
    """`sources`, of which there must be one."""
    if not sources:
        raise UsageFault("no scan was given", "chưa có bản quét nào")
    return sources


def may_be_long(source: Source) -> bool:
    """Whether a source may hold many pages: all but single pictures."""
    if isinstance(source, Path):
        return source.suffix.lower() not in (".png", ".jpg", ".jpeg")
    head = source[:8] if isinstance(source, bytes) else source.data[:8]
    return not head.startswith((b"\x89PNG", b"\xff\xd8"))


def secret_refused(finding: Finding, sources: Sequence[Source]) -> Blocked:
    """The refusal of a secret paper; it holds nothing of the paper but its mark. The operator's own files stay."""
    files = ", ".join(str(source) for source in sources if isinstance(source, Path))
    return Blocked(
        f"{finding.reason.en} [{finding.code}]",
        f"{finding.reason.vi} [{finding.code}]",
        findings=(finding,),
        hint="nothing of this scan is kept here, and no override helps; destroy your own copy of it"
        + (f": delete {files}, also from the scanner and the bin" if files else ""),
        hint_vi="ở đây không lưu gì của bản quét này và không thể bỏ qua; hãy tự hủy bản của mình"
        + (f": xóa {files}, cả trong máy quét và thùng rác" if files else ""),
    )


def _page_json(page: Page, reading: Reading, back: Matrix) -> dict[str, Any]:
    return {
        "number": page.number,
        "scan": page.scan,
        "frame": page.frame,
        "size": list(page.raw_size),
        "dpi": round(page.dpi, 1),
        "dpi_source": page.dpi_source,
        "turned": page.turned,
        "skew_deg": round(page.skew_deg, 2),
        "measures": _measures_json(page.measures),
        "lines": [
            {
                **_text_json(line, back),
                **agreement_json(line),
                "words": [_text_json(word, back) for word in line.words],
            }
            for line in reading.lines
        ],
    }


def _measures_json(seen: Measures) -> dict[str, float]:
    """What was measured, in the units that its names say."""
    return {
        "detail_dpi": round(seen.detail_dpi, 1),
        "blur_sigma_px": round(seen.blur_sigma_px, 2),
        "text_height_px": round(seen.text_height_px, 1),
        "contrast_levels": round(seen.contrast, 1),
        "noise_levels": round(seen.noise_levels, 2),
        "blocking_levels": round(seen.blocking_levels, 2),
        "ink_share": round(seen.ink_share, 5),
        "content_share": round(seen.content_share, 5),
        "glare_share": round(seen.glare_share, 5),
        "shadow_share": round(seen.shadow_share, 5),
        "shadow_depth": round(seen.shadow_depth, 3),
    }


def _verdict_json(page: int, findings: Sequence[Finding]) -> dict[str, str]:
    severity, words = check.verdict(page, findings)
    return {"severity": severity, "vi": words.vi, "en": words.en}


def _text_json(item: Line | Word, back: Matrix) -> dict[str, Any]:
    return {"text": item.text, "quad": _corners(item.quad, back), "confidence": round(item.confidence, 3)}


def agreement_json(item: Line | Field) -> dict[str, str]:
    """What two readers say of it; the second text where they differ."""
    return {"agreement": item.agreement, **({"second": item.second} if item.agreement == "doubtful" else {})}


def _corners(quad: Quad, back: Matrix) -> list[float]:
    return [round(v, 1) for point in back.quad(quad) for v in point]


def finding_json(finding: Finding) -> dict[str, Any]:
    """A finding as JSON-able values, places in page pixels."""
    return {
        "code": finding.code,
        "severity": finding.severity,
        "family": finding.family,
        "vi": finding.reason.vi,
        "en": finding.reason.en,
        "page": finding.page,
        "quad": None if finding.quad is None else [round(v, 1) for point in finding.quad for v in point],
    }
