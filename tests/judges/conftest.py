"""Copies of three offices for the foreign judges, and the judges themselves."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

import pyhncert
from pyhncert.office import init_trial
from pyhncert.values import Decision

ROOT = Path(__file__).parents[2]
OFFICES = {"rsa-pss": ("rsa-3072", "rsa-pss"), "rsa-v15": ("rsa-2048", "rsa-v15"), "ecdsa": ("p-384", "ecdsa")}


@dataclass(frozen=True)
class Judged:
    """One copy to be judged: its file, the root and issuing certificates of its office, and its pages."""

    name: str
    file: Path
    trust: Path
    scanned: int


@pytest.fixture(scope="session")
def copies(tmp_path_factory: pytest.TempPathFactory) -> list[Judged]:
    """For each office a copy with the marks in free area, and one of several pages with an appended page."""
    sys.path.insert(0, str(ROOT / "examples"))
    from draw import draw

    folder = tmp_path_factory.mktemp("judged")
    scans: dict[str, Path] = {}
    for name, options in {"free_area": {"dpi": 200}, "full": {"dpi": 200}, "small": {}}.items():
        image, truth = draw(name, 3, **options)
        scans[name] = folder / f"{name}.png"
        image.save(scans[name], dpi=(truth["dpi"], truth["dpi"]), compress_level=1)
    originals = {"one": [scans["free_area"]], "several": [scans["full"], scans["small"], scans["full"]]}
    made: list[Judged] = []
    for scheme, (key, how) in OFFICES.items():
        office = pyhncert.open_office(init_trial(folder / scheme, agency_key=key, agency_scheme=how))
        for which, pages in originals.items():
            out = folder / f"{scheme}-{which}.pdf"
            office.certify(pages, out, decide=lambda _: Decision(approved=True))
            made.append(Judged(out.stem, out, folder / scheme / "trust", len(pages)))
    return made
