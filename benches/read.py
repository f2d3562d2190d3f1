"""Measures a reader on the test sets: `python benches/read.py [--sample N | --all | --held-out SEED] [--worst N]`.

Prints, for each kind of paper and each condition, letters wrong (CER), words wrong (WER), marks wrong (DER), lines,
numbers and codes read exactly, in per cent; and the real scans of the shared folder. `--sample` takes pages from all
conditions in turn, `--show FOLDER` writes the pages as pictures with the printed lines outlined. With `--keep FILE` a
run that was stopped goes on where it was: what the same code has read before is not read again.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import Counter, defaultdict
from dataclasses import asdict
from pathlib import Path

HERE = Path(__file__).resolve().parent
for place in (HERE, HERE.parent / "examples"):
    if str(place) not in sys.path:
        sys.path.insert(0, str(place))

os.environ.setdefault("OMP_THREAD_LIMIT", "1")

from PIL import Image, ImageDraw  # noqa: E402
from reading import bars, kept, plan, readers, real, score, spoil  # noqa: E402

HEAD = f"{'':16}{'pages':>6}{'CER':>8}{'WER':>8}{'DER':>8}{'lines':>8}{'numbers':>9}{'codes':>8}"


def row(name: str, count: score.Count) -> str:
    """One row of the table."""
    codes = f"{count.codes_read:.1f}" if count.codes else "-"
    numbers = f"{count.numbers_exact:.1f}" if count.numbers else "-"
    shares = f"{count.cer:8.2f}{count.wer:8.2f}{count.der:8.2f}{count.lines_exact:8.1f}"
    return f"{name:16}{count.pages:6}{shares}{numbers:>9}{codes:>8}"


class Table:
    """Counts by condition and kind."""

    def __init__(self) -> None:
        self.cells: dict[tuple[str, str], score.Count] = defaultdict(score.Count)

    def add(self, entry: plan.Entry, count: score.Count) -> None:
        """Count a page."""
        self.cells[entry.condition, entry.kind] += count

    def of(self, *, conditions: tuple[str, ...] = (), kinds: tuple[str, ...] = ()) -> score.Count:
        """The sum over some conditions and kinds, or over all."""
        total = score.Count()
        for (condition, kind), count in self.cells.items():
            if (not conditions or condition in conditions) and (not kinds or kind in kinds):
                total += count
        return total

    def lines(self) -> list[str]:
        """The table as text."""
        papers, cards = tuple(plan.PAPERS), tuple(plan.CARDS)
        out = [HEAD]
        parts = [
            *((f"  {name}", self.of(conditions=(name,), kinds=papers)) for name in spoil.CONDITIONS),
            ("papers with bars", self.of(conditions=spoil.BARRED, kinds=papers)),
            *((f"  {name}", self.of(conditions=(name,), kinds=cards)) for name in plan.CARDS_TOO),
            ("cards", self.of(kinds=cards)),
            *((f"  {kind}", self.of(kinds=(kind,))) for kind in (*papers, *cards)),
        ]
        return out + [row(name, count) for name, count in parts if count.pages]


def show(page: plan.Paged, folder: Path) -> None:
    """Write the page as a picture, printed lines in green, seals in blue."""
    folder.mkdir(parents=True, exist_ok=True)
    picture = Image.fromarray(page.image)
    pen = ImageDraw.Draw(picture)
    for quads, colour in (([line.quad for line in page.lines], (0, 160, 0)), (page.seals, (40, 40, 255))):
        for quad in quads:
            pen.polygon([(float(x), float(y)) for x, y in quad], outline=colour)
    picture.save(folder / f"{page.name}.png", compress_level=1)


def measure(
    entries: list[plan.Entry], name: str, *, folder: Path | None = None, keep: Path | None = None
) -> tuple[Table, list[score.Fault], Counter[tuple[str, str]], float]:
    """The table, all faults, how often which letter was read as which, CPU seconds of reading a page."""
    reader = readers.READERS[name]()
    before = kept.Kept(keep, "read", name, os.environ.get("HNCERT_DETECTOR", ""))
    table, faults, letters, spent = Table(), [], Counter[tuple[str, str]](), 0.0
    for entry in entries:
        found = before.get(entry.name)
        if found is None or folder is not None:
            page = plan.draw(entry)
            if folder is not None:
                show(page, folder)
            begun = time.process_time()
            words, codes = readers.of(page, reader)
            took = time.process_time() - begun
            scored = score.score(page, words, codes)
            found = {"count": asdict(scored.count), "faults": [asdict(fault) for fault in scored.faults], "took": took}
            before.put(entry.name, found)
        spent += found["took"]
        table.add(entry, score.Count(**found["count"]))
        faults += [score.Fault(**fault) for fault in found["faults"]]
    for fault in faults:
        letters.update(score.steps(fault.printed, fault.read))
    return table, faults, letters, spent / max(1, len(entries))


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--sample", type=int, default=plan.SAMPLE, metavar="N", help="so many pages (40)")
    which.add_argument("--all", action="store_true", help="all 600 pages")
    which.add_argument("--held-out", type=int, metavar="SEED", help="68 other pages, drawn from SEED")
    parser.add_argument("--reader", choices=[*readers.READERS], default="ours")
    parser.add_argument("--condition", action="append", choices=[*spoil.CONDITIONS], help="only this one; repeatable")
    parser.add_argument("--papers", action="store_true", help="no cards")
    parser.add_argument("--worst", type=int, default=0, metavar="N", help="the N worst lines and commonest mistakes")
    parser.add_argument("--keep", type=Path, metavar="FILE", help="keep what was read, and go on from there")
    parser.add_argument("--show", type=Path, metavar="FOLDER", help="write the pages as pictures")
    given = parser.parse_args()
    conditions = tuple(given.condition or ())
    entries = plan.everything() if given.all else plan.sample(given.sample, conditions, papers=given.papers)
    if given.held_out is not None:
        plan.SEED, entries = given.held_out, plan.held_out()
    entries = [entry for entry in entries if not conditions or entry.condition in conditions]
    entries = [entry for entry in entries if not given.papers or entry.kind in plan.PAPERS]
    table, faults, letters, spent = measure(entries, given.reader, folder=given.show, keep=given.keep)
    print("\n".join(table.lines()))
    if given.reader == "ours" and not conditions:
        for name, count in real.scores():
            print(row(name, count))
    print(f"{given.reader}: {spent:.2f} CPU s a page")
    for fault in sorted(faults, key=lambda fault: -fault.wrong)[: given.worst]:
        print(f"{fault.wrong:4} {fault.page}\n     printed {fault.printed!r}\n     read    {fault.read!r}")
    for (printed, read), count in letters.most_common(given.worst):
        print(f"{count:5} {printed!r} read as {read!r}")
    if given.all and given.reader == "ours" and not conditions and not given.papers:
        papers, cards = table.of(conditions=spoil.BARRED, kinds=tuple(plan.PAPERS)), table.of(kinds=tuple(plan.CARDS))
        bars.hold(
            ("papers, CER", papers.cer, "at most", 0.6),
            ("papers, WER", papers.wer, "at most", 1.8),
            ("papers, DER", papers.der, "at most", 0.5),
            ("papers, numbers exact", papers.numbers_exact, "at least", 99),
            ("cards, CER", cards.cer, "at most", 2),
            ("cards, codes", cards.codes_read, "at least", 98),
        )


if __name__ == "__main__":
    main()
