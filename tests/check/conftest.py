"""Pages and readings made by hand, on which nothing is wrong until a test changes one thing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from pyhncert import check
from pyhncert.values import Field, Finding, Kind, Line, Marks, Measures, Original, PageFacts, Reading, Word, Words

TODAY = dt.date(2026, 11, 23)
SEAL = ((100.0, 100.0), (200.0, 100.0), (200.0, 200.0), (100.0, 200.0))
BODY = (
    "Căn cứ các quy định của pháp luật về bảo vệ bí mật nhà nước;",
    "bản sao được chứng thực từ bản chính có giá trị",
)


@pytest.fixture
def line_of() -> Callable[..., Line]:
    def make(text: str, *, top: float = 500, confidence: float = 0.95, red: float = 0.0, gap: float = 10) -> Line:
        words, x = [], 200.0
        for word in text.split():
            right = x + 20 * len(word)
            words.append(
                Word(text=word, quad=((x, top), (right, top), (right, top + 40), (x, top + 40)), confidence=confidence)
            )
            x = right + gap
        quad = ((200.0, top), (x - gap, top), (x - gap, top + 40), (200.0, top + 40))
        return Line(text=text, quad=quad, confidence=confidence, words=tuple(words), red=red)

    return make


@pytest.fixture
def check_one(line_of: Callable[..., Line]) -> Callable[..., tuple[Finding, ...]]:
    """The findings of one page: measures, marks, kind, lines, fields by hand, cards from both `sides`;
    `pages` are the lines of further pages, `originals` what the file was cut into."""

    def run(
        *,
        kind: str = "quyet_dinh",
        title: str = "QUYẾT ĐỊNH",
        lines: Sequence[Line | str] = (),
        fields: Mapping[str, str] | None = None,
        body: Sequence[str] = BODY,
        today: dt.date = TODAY,
        dpi: float = 300,
        marks: Mapping[str, Any] | None = None,
        sides: bool = True,
        pages: Sequence[Sequence[str]] = (),
        originals: Sequence[Original] = (),
        **measures: Any,
    ) -> tuple[Finding, ...]:
        seen = {
            "sharpness": 1.0,
            "ink_share": 0.05,
            "contrast": 200.0,
            "text_height_px": 30.0,
            "seal_quads": (SEAL,),
            **measures,
        }
        page = PageFacts(
            number=1,
            size=(2480, 3508),
            dpi=dpi,
            dpi_source="file",
            measures=Measures(**seen),
            marks=Marks(**(marks or {})),
        )
        written = [line if isinstance(line, Line) else line_of(line) for line in lines]
        written += [line_of(text, top=1000 + 60 * i) for i, text in enumerate(body)]
        reading = Reading(page=1, lines=tuple(written), reader="by hand")
        further = [
            Reading(page=2 + i, lines=tuple(map(line_of, texts)), reader="by hand") for i, texts in enumerate(pages)
        ]
        known = Kind(
            key=kind, name=Words("loại", "kind"), title=title, confidence=1.0, page=1 if title else None, quad=SEAL
        )
        both = {"nationality": "Việt Nam", "features": "Nốt ruồi"} if sides and kind in {"cccd", "can_cuoc"} else {}
        given = [
            Field(name=name, label=name, value=value, page=1, quad=SEAL, confidence=0.9)
            for name, value in {**both, **(fields or {})}.items()
        ]
        return check.findings([page], [reading, *further], known, given, today=today, originals=originals)

    return run


@pytest.fixture
def faults(check_one: Callable[..., tuple[Finding, ...]]) -> Callable[..., list[tuple[str, str]]]:
    """Code and severity of everything that is not `pass`."""

    def run(**options: Any) -> list[tuple[str, str]]:
        return [(f.code, f.severity) for f in check_one(**options) if f.severity != "pass"]

    return run
