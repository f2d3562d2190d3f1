"""The whole journey beside the peer, the copies' size, and how well both read the same pages."""

from __future__ import annotations

import io
import json
import os
import statistics
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from harness import HNCERT, Ledger, cpu_s, run
from peer import Peer

import pyhncert
from pyhncert.values import Decision, Override

OURS: dict[Path, Path] = {}
"""Page -> our copy; each journey takes other pages of the peer's."""
THEIRS: dict[Path, Path] = {}
TURNS = 3
"""How often our command runs on a page; the middle one counts. Another's burst of two seconds spoils one turn of ours
whole, and a tenth of the peer's twenty seconds."""
COLD = "whole journey cold (command)"
WARM = "whole journey warm (in process)"
GIVEN = Override(code="id_mismatch", reason="the peer draws its numbers by chance")
OVERRIDE = ["--yes", "--override", GIVEN.code, "--reason", GIVEN.reason]


def count(*, short: bool) -> int:
    """How many pages each journey takes."""
    return int(os.environ.get("HNCERT_BENCH_PAGES") or (1 if short else 6))


def test_whole_journey_cold(promise: Any, short: bool, peer: Peer, office: Path, work: Path) -> None:
    """`hncert certify` against the peer's commands, CPU of the whole tree, in turn: at least 8x less."""
    ours, theirs, walls, peaks = [], [], [], []
    command = [HNCERT, "--office", office, "certify"]
    first = peer.pages()[0]
    run([*command, first, "-o", work / "first.pdf", *OVERRIDE])  # files into the cache, for both sides
    for page in peer.pages()[: count(short=short)]:
        copies = [work / f"ours-{page.stem}-{turn}.pdf" for turn in range(TURNS)]
        turns = [run([*command, page, "-o", copy, *OVERRIDE]) for copy in copies]
        assert all(turn.code == 0 for turn in turns), [turn.err for turn in turns]
        mine = sorted(turns, key=lambda turn: turn.cpu_s)[TURNS // 2]
        copy, theirs_too = copies[-1], work / f"peer-{page.stem}.pdf"
        other = peer.certify(page, theirs_too)
        OURS[page], THEIRS[page] = copy, theirs_too
        print(f"  {page.name}: CPU s {mine.cpu_s:.2f}, {other.cpu_s:.2f}; wall {mine.wall_s:.2f}, {other.wall_s:.2f}")
        ours.append(mine.cpu_s)
        theirs.append(other.cpu_s)
        walls.append(mine.wall_s)
        peaks.append(mine.peak_mb)
    promise(COLD, statistics.mean(ours), "CPU s", peer=statistics.mean(theirs), bar=8.0, rule="ratio")
    promise("one page, wall", statistics.median(walls), "s", bar=10.0)
    promise("peak memory, one page", max(peaks), "MB", bar=500.0)


def test_whole_journey_warm(promise: Any, short: bool, peer: Peer, office: Path, work: Path) -> None:
    """`office.certify` in this process against the peer's APIs in theirs, in turn: at least 10x less."""
    n = count(short=short)
    pages = peer.pages()
    pages = [pages[(n + i) % len(pages)] for i in range(n)]
    ours, theirs = [], []
    opened = pyhncert.open_office(office)
    with peer.warm(work / "warm") as warm:
        for turn, page in enumerate([pages[0], *pages]):
            out = work / f"ours-warm-{page.stem}.pdf"
            out.unlink(missing_ok=True)
            out.with_name(out.name.removesuffix(".pdf") + ".receipt.json").unlink(missing_ok=True)
            out.with_name(out.name + ".receipt.json").unlink(missing_ok=True)
            before = cpu_s()
            copy = opened.certify([page], out, decide=lambda _proposal: Decision(approved=True, overrides=(GIVEN,)))
            mine = cpu_s() - before
            told = warm.certify(page)
            if turn:
                ours.append(mine)
                theirs.append(told["cpu_ocr"] + told["cpu_sign"])
                OURS[page], THEIRS[page] = out, work / "warm" / f"{page.stem}.pdf"
                print(f"  {page.name}: ours {mine:.2f}, peer {theirs[-1]:.2f} CPU s")
    stages = ", ".join(f"{name} {seconds * 1e3:.0f}" for name, seconds in copy.stages_s.items() if seconds > 0.004)
    print(f"  last page, ms wall: {stages}")
    promise(WARM, statistics.mean(ours), "CPU s", peer=statistics.mean(theirs), bar=10.0, rule="ratio")


def test_output_megabytes_a_page(promise: Any) -> None:
    """0.8 MB a page in the mean, no page above 0.9, for 300-dpi A4 colour PNGs."""
    if not OURS:
        pytest.skip("the journeys did not run")
    ours = [path.stat().st_size / 1e6 for path in OURS.values()]
    theirs = [path.stat().st_size / 1e6 for path in THEIRS.values()]
    promise("output a page, mean", statistics.mean(ours), "MB", peer=statistics.mean(theirs), bar=0.8)
    promise("output a page, largest", max(ours), "MB", peer=max(theirs), bar=0.9)


def text_of(copy: Path) -> str:
    """What was read, in reading order, without our marks: the lines of act.json, which the invisible layer shows."""
    with pikepdf.open(io.BytesIO(copy.read_bytes())) as pdf:
        act = json.loads(pdf.attachments["act.json"].get_file().read_bytes())
    return "\n".join(line["text"] for page in act["pages"] for line in page["lines"])


def test_character_error(promise: Any, ledger: Ledger, peer: Peer, work: Path) -> None:
    """No worse than the peer on its own pages, in this run."""
    if not OURS:
        pytest.skip("the journeys did not run")
    texts = []
    for page, copy in OURS.items():
        text = work / f"{page.stem}.ours.txt"
        text.write_text(text_of(copy), encoding="utf-8")
        texts.append(text)
    truths = [page.with_suffix(".txt") for page in OURS]
    ours = peer.character_error(texts, truths)
    theirs = peer.character_error([THEIRS[page] for page in OURS], truths)
    for page, mine, other in zip(OURS, ours, theirs, strict=True):
        print(f"  {page.name}: CER ours {mine:.4f}, peer {other:.4f}")
    mine, other = statistics.mean(ours) * 100, statistics.mean(theirs) * 100
    promise("character error, the peer's pages", mine, "%", peer=other, bar=other, note=f"{len(ours)} pages")
    assert ledger.rows
