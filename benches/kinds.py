"""Measures kinds and fields on the test sets: `python benches/kinds.py [--sample N | --all] [--printed]`.

Prints for each kind of paper how many pages are named rightly and how many fields are exact, on clean pages and scans,
and how many pages of no kind of ours (letters of the sets, foreign and unrelated pages) were given one. `--printed`
takes the lines as they were printed instead of reading them: what then is wrong is not the reader's fault.
"""

from __future__ import annotations

import argparse
import datetime as dt
import io
import os
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

HERE = Path(__file__).resolve().parent
for place in (HERE, HERE.parent / "examples"):
    if str(place) not in sys.path:
        sys.path.insert(0, str(place))

os.environ.setdefault("OMP_THREAD_LIMIT", "1")

from foreign import pages as foreign_pages  # noqa: E402
from PIL import Image  # noqa: E402
from reading import bars, papers, plan  # noqa: E402

from pyhncert import capture, recognise  # noqa: E402
from pyhncert.values import Reading  # noqa: E402

TODAY = dt.date(2026, 11, 25)
CONDITIONS = ("clean", "scan")
FOREIGN = "foreign"


@dataclass
class Table:
    """Pages and fields by condition and kind; True is right."""

    kinds: dict[tuple[str, str], Counter[bool]] = field(default_factory=lambda: defaultdict(Counter))
    fields: dict[tuple[str, str], Counter[bool]] = field(default_factory=lambda: defaultdict(Counter))
    rows: Counter[bool] = field(default_factory=Counter)
    """Cells of tables that are followed by their right neighbour."""
    faults: list[str] = field(default_factory=list)

    def add(self, name: str, condition: str, kind: str, truth: dict[str, str], readings: Sequence[Reading]) -> None:
        """Judge one page."""
        wanted = papers.kind_of(kind)
        named = recognise.classify(readings)
        for reading in readings:
            self.rows.update(_neighbours(reading))
        self.kinds[condition, kind][named.key == wanted] += 1
        if named.key != wanted:
            self.faults.append(f"{name}: named {named.key} by {named.title!r}")
        if wanted == "unknown":
            return
        got = {one.name: one.value for one in recognise.fields(named, readings, today=TODAY)}
        for its, printed in truth.items():
            ours = papers.field_name(kind, its)
            right = ours in got and papers.same(ours, printed, got[ours])
            self.fields[condition, kind][right] += 1
            if not right:
                self.faults.append(f"{name}: {ours} {printed!r} is {got.get(ours)!r}")

    def sums(self, what: str, condition: str = "", kind: str = "") -> Counter[bool]:
        """All of `kinds` or `fields` in a condition, of a kind, or all."""
        cells: dict[tuple[str, str], Counter[bool]] = getattr(self, what)
        total: Counter[bool] = Counter()
        for (where, key), count in cells.items():
            if condition in ("", where) and kind in ("", key) and (kind or key not in ("other", FOREIGN)):
                total.update(count)
        return total

    def lines(self) -> list[str]:
        """The table as text."""
        out = [f"{'':16}{'kinds right':>16}" + "".join(f"{f'fields, {name}':>24}" for name in CONDITIONS)]
        rows = [*plan.PAPERS, *plan.CARDS]
        for kind in [*(k for k in rows if k != "other"), ""]:
            cells = [_share(self.sums("fields", condition, kind)) for condition in CONDITIONS]
            named = _share(self.sums("kinds", kind=kind))
            out.append(f"{kind or 'all':16}{named:>16}" + "".join(f"{cell:>24}" for cell in cells))
        for kind in ("other", FOREIGN):
            count = self.sums("kinds", kind=kind)
            out.append(f"{kind:16}{count[False]} of {count.total()} pages were given a kind")
        out.append(f"{'tables':16}{_share(self.rows)} of cells are followed by their right neighbour")
        return out


def _neighbours(reading: Reading) -> Iterator[bool]:
    """For each cell of a table, five rows of three or more, whether the next in order is the one right of it."""
    boxes = [
        (*map(min, zip(*line.quad, strict=True)), *map(max, zip(*line.quad, strict=True))) for line in reading.lines
    ]
    rows = set()
    for _, top, _, bottom in boxes:
        level = [k for k, box in enumerate(boxes) if box[1] < (top + bottom) / 2 < box[3]]
        rows.add(tuple(sorted(level, key=lambda k: boxes[k][0])))
    tables = [row for row in rows if len(row) >= 3]
    if len(tables) >= 5:
        yield from (b == a + 1 for row in tables for a, b in pairwise(row))


def _share(count: Counter[bool]) -> str:
    return f"{count[True]}/{count.total()} {share(count):5.1f} %" if count else "-"


def share(count: Counter[bool]) -> float:
    """Per cent of what is right."""
    return 100 * count[True] / max(1, count.total())


def chosen(sample: int | None) -> list[plan.Entry]:
    """Clean pages and scans: all, or so many of them, each of another kind and one in four a scan."""
    if sample is None:
        return [entry for condition in CONDITIONS for entry in plan.entries(condition)]
    clean, scan = (plan.entries(condition) for condition in CONDITIONS)
    return [(scan if i % 4 == 3 else clean)[17 * i % (50 if i % 4 == 3 else 300)] for i in range(sample)]


def _read(image: plan.npt.NDArray[plan.np.uint8], dpi: int, reader: recognise.Reader) -> list[Reading]:
    out = io.BytesIO()
    Image.fromarray(image).save(out, "png", dpi=(dpi, dpi), compress_level=1)
    limits = capture.Limits()
    (raw,) = capture.raw_pages([capture.load(out.getvalue(), name="set", limits=limits)], limits=limits)
    return [reader.read(page) for page in capture.normalise(raw, stands_on_head=reader.stands_on_head)]


def measure(entries: Sequence[plan.Entry], foreign: Iterator[tuple[str, plan.Sheet]], *, printed: bool) -> Table:
    """Judge the pages of `entries`, and foreign ones."""
    table = Table()
    reader = recognise.Reader()
    for entry in entries:
        if printed:
            sheet = plan.sheet(entry)
            truth = {name: known.value for name, known in sheet.fields.items()}
            table.add(entry.name, entry.condition, entry.kind, truth, [papers.printed_reading(sheet)])
        else:
            page = plan.draw(entry)
            table.add(page.name, page.condition, page.kind, page.fields, _read(page.image, page.dpi, reader))
    for name, sheet in foreign:
        readings = (
            [papers.printed_reading(sheet)] if printed else _read(plan.np.asarray(sheet.image), sheet.dpi, reader)
        )
        table.add(name, "clean", FOREIGN, {}, readings)
    return table


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "--sample", type=int, default=32, metavar="N", help="so many pages (32), and every fourth foreign"
    )
    which.add_argument("--all", action="store_true", help="all clean pages, all scans, all foreign pages")
    parser.add_argument("--printed", action="store_true", help="take the printed lines, do not read")
    parser.add_argument("--faults", action="store_true", help="print what is wrong")
    given = parser.parse_args()
    table = measure(
        chosen(None if given.all else given.sample),
        foreign_pages(step=1 if given.all or given.printed else 4),
        printed=given.printed,
    )
    if given.faults:
        print("\n".join(table.faults))
    print("\n".join(table.lines()))
    if given.all and not given.printed:
        kinds, others = table.sums("kinds"), [table.sums("kinds", kind=kind) for kind in ("other", FOREIGN)]
        bars.hold(
            ("kinds right", share(kinds), "at least", 99),
            ("others given a kind", sum(count[False] for count in others), "at most", 0),
            *((f"fields, {name}", share(table.sums("fields", name)), "at least", 98) for name in CONDITIONS),
        )


if __name__ == "__main__":
    main()
