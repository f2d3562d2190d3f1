"""The whole visit: measured machine time plus stated human times, for papers of 1, 4 and 10 pages.

Fails above 180 s for one page and 300 s for ten. Machine time is the wall clock of `hncert certify`, start-up included;
human times are those of human_times.toml. Also runs alone: `python benches/journey.py`.
"""

from __future__ import annotations

import json
import sys
import tomllib
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
for place in (HERE, HERE.parent / "examples"):
    if str(place) not in sys.path:
        sys.path.insert(0, str(place))

import pytest  # noqa: E402
from draw import draw, save  # noqa: E402
from harness import HNCERT, run  # noqa: E402

PAPERS = {1: ["khai_sinh"], 4: ["gcn_qsdd", "hop_dong", "full", "cong_van"]}
PAPERS[10] = ["quyet_dinh", "full", "hop_dong", "full", "hop_dong", "cong_van", "full", "hop_dong", "full", "hop_dong"]
HUMAN: dict[str, Any] = tomllib.loads((HERE / "human_times.toml").read_text(encoding="utf-8"))


def human_s(pages: int) -> float:
    """What people take for a paper of so many pages."""
    return float(sum(s["first_page_s"] + s["further_page_s"] * (pages - 1) for s in HUMAN["step"]))


def scans(pages: int, folder: Path) -> list[Path]:
    """A drawn paper of so many pages."""
    made = []
    for number, kind in enumerate(PAPERS[pages], 1):
        image, truth = draw(kind, seed=100 * pages + number)
        made.append(save(image, truth, folder, f"paper{pages}-{number:02d}"))
    return made


@pytest.mark.parametrize("pages", sorted(PAPERS))
def test_the_visit_stays_in_its_budget(promise: Any, work: Path, office: Path, pages: int) -> None:
    """180 s for one page, 300 s for ten; four pages must fit as ten do."""
    given = scans(pages, work / "papers")
    out = work / f"journey-{pages}.pdf"
    usage = run([HNCERT, "--office", office, "certify", *given, "-o", out, "--yes", "--json"])
    assert usage.code == 0, usage.err
    stages: dict[str, float] = json.loads(usage.out)["stages_s"]
    print(f"\n{pages} page(s): command {usage.wall_s:.2f} s wall, {usage.cpu_s:.2f} s CPU, {usage.peak_mb:.0f} MB")
    for name, seconds in stages.items():
        print(f"    {name:18}{seconds:8.3f} s  machine")
    print(f"    {'start and end':18}{usage.wall_s - sum(stages.values()):8.3f} s  machine")
    for step in HUMAN["step"]:
        seconds = step["first_page_s"] + step["further_page_s"] * (pages - 1)
        print(
            f"    {step['name'][:46]:48}{seconds:6.0f} s  {step['who']} ({step['source'].split(':')[0].split(';')[0]})"
        )
    limit = HUMAN["limits"][f"pages_{1 if pages == 1 else 10}_s"]
    size_mb = out.stat().st_size / 1e6 / pages
    note = f"machine {usage.wall_s:.1f} s, {size_mb:.2f} MB a page"
    promise(f"visit, paper of {pages} page(s)", human_s(pages) + usage.wall_s, "s", bar=float(limit), note=note)


if __name__ == "__main__":
    from run import main

    sys.argv = [sys.argv[0], "-k", "visit"]
    sys.exit(main())
