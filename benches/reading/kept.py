"""What was measured of each page, kept in a file as it comes, so that a long run goes on where it was stopped."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from . import plan

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ("benches/*.py", "benches/reading", "benches/scenes", "benches/unseen", "examples/drawing", "pyhncert")


class Kept:
    """Results by page in a file of JSON lines; those of other code, another seed or another reader do not count."""

    def __init__(self, path: Path | None, *how: str) -> None:
        self._path = path
        self._code = _digest(how) if path is not None else ""
        self._found: dict[str, Any] = {}
        if path is not None and path.exists():
            for line in path.read_text("utf-8").splitlines():
                try:
                    row = json.loads(line)
                except ValueError:  # the row that was being written when the run was stopped
                    continue
                if row["code"] == self._code:
                    self._found[row["page"]] = row["result"]

    def get(self, page: str) -> Any:
        """The result of `page`, None when there is none."""
        return self._found.get(page)

    def put(self, page: str, result: Any) -> None:
        """Keep the result of `page`; without a file nothing is kept."""
        if self._path is None:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        row = json.dumps({"code": self._code, "page": page, "result": result}, ensure_ascii=False)
        with self._path.open("a", encoding="utf-8") as out:
            out.write(f"\n{row}\n")


def _digest(how: Sequence[str]) -> str:
    """Of everything that the result of a page depends on: drawing, reader, scorer, seed."""
    known = hashlib.sha256(repr((plan.SEED, *how)).encode())
    for source in SOURCES:
        place = ROOT / source
        for path in sorted(place.rglob("*") if place.is_dir() else ROOT.glob(source)):
            if path.is_file() and "__pycache__" not in path.parts:
                known.update(path.read_bytes())
    return known.hexdigest()[:16]
