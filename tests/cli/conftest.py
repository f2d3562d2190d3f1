"""A stand-in for the conductor: the command's own behaviour is tested here, the real journey in tests/journey."""

from __future__ import annotations

import datetime as dt
import sys
import types
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

import hncert_cli._app
from pyhncert.errors import HncertError
from pyhncert.values import VIETNAM, CertifiedCopy, Field, Finding, Kind, Proposal, Words

CODE = "ABCDEFGHJKMNPQ2"
NOW = dt.datetime(2026, 11, 23, 9, 30, tzinfo=VIETNAM)


@dataclass
class Conductor:
    """What the fake office was asked, and what it should answer."""

    raises: HncertError | Exception | None = None
    findings: tuple[Finding, ...] = ()
    asked: dict[str, Any] = field(default_factory=dict)
    decision: Any = None
    level: str = "B-LT"
    fields: tuple[Field, ...] = ()
    notes: tuple[Words, ...] = ()
    read_fields: list[dict[str, Any]] = field(default_factory=list)
    read_notes: list[dict[str, str]] = field(default_factory=list)

    def examine(self, scans: Sequence[Any], **kw: Any) -> Proposal:
        self.asked = {"scans": list(scans), **kw}
        if self.raises is not None:
            raise self.raises
        name = Words("giấy khai sinh", "birth certificate")
        kind = Kind(key="khai_sinh", name=name, title="GIẤY KHAI SINH", confidence=1)
        return Proposal(
            kind=kind,
            fields=self.fields,
            findings=self.findings,
            page_count=1,
            officer="Nguyễn Văn A",
            trial=True,
            notes=self.notes,
        )

    def certify(self, scans: Sequence[Any], out: Path | None, *, decide: Callable[[Proposal], Any], **kw: Any) -> Any:
        self.decision = decide(self.examine(scans, out=out, **kw))
        return CertifiedCopy(
            code=CODE,
            number=7,
            book="01/2026-SCT/BS",
            year=2026,
            content_digest=bytes(32),
            file_digest=bytes(32),
            officer="Nguyễn Văn A",
            issued_at=NOW,
            level_asked="B-LT",
            level=self.level,
            pdf=b"%PDF-1.7 copy",
            receipt={},
        )


@pytest.fixture
def conductor(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Conductor:
    made = Conductor()
    module = types.ModuleType("pyhncert.office")

    def read_scans(scans: Sequence[Any]) -> dict[str, Any]:
        made.asked = {"scans": list(scans)}
        if made.raises is not None:
            raise made.raises
        seen = {"severity": "warn", "vi": "trang 1 bị nhiễu hạt", "en": "page 1 is noisy"}
        good = {"severity": "pass", "vi": "trang 2 rõ, dùng được", "en": "page 2 is clear and can be used"}
        texts = (("GIẤY KHAI SINH", seen), ("Nơi sinh", good))
        pages = [{"lines": [{"text": text}], "verdict": verdict} for text, verdict in texts]
        return {"pages": pages, "fields": made.read_fields, "notes": made.read_notes}

    module.open_office = lambda *_a, **_k: made  # type: ignore[attr-defined]
    module.find_office = lambda *_a: tmp_path  # type: ignore[attr-defined]
    module.default_trial_folder = lambda: tmp_path / "trial"  # type: ignore[attr-defined]
    module.init_trial = lambda folder, **_k: folder  # type: ignore[attr-defined]
    module.read_scans = read_scans  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "pyhncert.office", module)
    for name in ("LC_ALL", "LC_MESSAGES", "LANG", "HNCERT_OFFICE"):
        monkeypatch.delenv(name, raising=False)
    return made


@pytest.fixture
def hncert() -> Callable[..., int]:
    """Run the command in this process."""

    def run(*arguments: str) -> int:
        return hncert_cli._app.run(list(arguments))

    return run
