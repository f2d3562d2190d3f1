"""How often two readers agree, and are right then: `python benches/agreement.py [--sample N] [--seed N] [--own MODEL]`.

Counted by printed line of the test sets, on pages of the conditions that have bars. A line is *agreed* when every line
read of it is, *unread* when nothing was read of it; it is right when it was read as printed, leaders, dashes and
quotation marks aside. `--own` puts the network of training/ in the place of the wheel's. With `--keep FILE` a run that
was stopped goes on where it was.
"""

from __future__ import annotations

import argparse
import io
import sys
import time
from collections import defaultdict
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
for place in (HERE, HERE.parent / "examples", HERE.parent / "training"):
    if str(place) not in sys.path:
        sys.path.insert(0, str(place))

import numpy as np  # noqa: E402
from PIL import Image  # noqa: E402
from reading import bars, kept, plan, score, spoil  # noqa: E402

from pyhncert import recognise  # noqa: E402
from pyhncert.values import Line  # noqa: E402

PAGES = 125
HEAD = f"{'':22}{'pages':>6}{'lines':>7}{'exact':>8}{'agreed':>8}{'right':>8}{'doubtful':>10}{'unread':>8}"


@dataclass
class Count:
    """Printed lines: how many, how many the first reader has right, and what the gate says of them."""

    pages: int = 0
    lines: int = 0
    exact: int = 0
    agreed: int = 0
    agreed_right: int = 0
    unread: int = 0

    def __iadd__(self, other: Count) -> Count:
        for name in self.__dataclass_fields__:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        return self

    def share(self, name: str) -> float:
        """A count in per cent of the printed lines."""
        return 100 * getattr(self, name) / max(1, self.lines)

    @property
    def right(self) -> float:
        """Agreed lines that are exactly right, in per cent of those agreed."""
        return 100 * self.agreed_right / max(1, self.agreed)

    def row(self, name: str) -> str:
        """One row of the table."""
        doubtful = 100 - self.share("agreed") - self.share("unread")
        return (
            f"{name:22}{self.pages:6}{self.lines:7}{self.share('exact'):8.1f}{self.share('agreed'):8.1f}"
            f"{self.right:8.2f}{doubtful:10.1f}{self.share('unread'):8.1f}"
        )


class Own:
    """The network of training/ as a second reader, beside the same strips."""

    installed = True

    def __init__(self, path: Path) -> None:
        import evaluate

        self._reader = evaluate.Own(path)
        self.name = path.name

    def judge(self, line: Line, strip: Any) -> Line:
        """As `SecondReader.judge`, with one look."""
        from dataclasses import replace

        other = self._reader.read(strip)
        said = "" if other is None else other.text
        same = score.plain(said) == score.plain(line.text)
        return replace(line, agreement="agreed" if same else "doubtful" if said else "unread", second=said)


def reader(own: Path | None = None) -> recognise.Reader:
    """The product's reader with a second reading of every line."""
    made = recognise.Reader(second="all")
    if own is not None:
        made._second = Own(own)  # type: ignore[assignment]
    if not made.reads_twice:
        raise SystemExit("agreement: no second reader is installed: pip install '.[second-reader]'")
    return made


def judged(page: plan.Paged, read: Any) -> tuple[Count, list[tuple[str, str, str]]]:
    """The counts of one page, and agreed lines that are wrong: printed, read, read by the second."""
    out = io.BytesIO()
    Image.fromarray(page.image).save(out, "png", dpi=(page.dpi, page.dpi), compress_level=1)
    lines = [line for sheet in recognise.read(out.getvalue(), reader=read) for line in sheet.lines]
    words = [
        score.Read(word.text, np.array(word.quad, np.float64), number)
        for number, line in enumerate(lines)
        for word in line.words
    ]
    count, wrong = Count(pages=1), []
    found, _ = score.assign(page, words)
    for printed, text, of in zip(page.lines, found, score.sources(page, words), strict=True):
        right = score.plain(printed.text) == score.plain(text)
        agreed = bool(of) and all(lines[number].agreement == "agreed" for number in of)
        count += Count(lines=1, exact=right, agreed=agreed, agreed_right=agreed and right, unread=not of)
        if agreed and not right:
            wrong.append((printed.text, text, " | ".join(lines[number].second for number in sorted(of))))
    return count, wrong


def measure(
    entries: list[plan.Entry], read: Any, *, show: int = 0, before: kept.Kept | None = None
) -> dict[str, Count]:
    """Counts by condition, cards apart; wrong agreed lines are printed, `show` at most."""
    table: dict[str, Count] = defaultdict(Count)
    before = before or kept.Kept(None)
    for entry in entries:
        found = before.get(entry.name)
        if found is None:
            count, wrong = judged(plan.draw(entry), read)
            found = asdict(count), wrong
            before.put(entry.name, found)
        table[f"{entry.condition}{', cards' if entry.kind in plan.CARDS else ''}"] += Count(**found[0])
        wrong = found[1]
        for printed, text, second in wrong[:show]:
            print(f"  {entry.name}\n    printed {printed!r}\n    read    {text!r}\n    second  {second!r}")
        show -= len(wrong[:show])
    return dict(table)


def whole(table: dict[str, Count]) -> Count:
    """All together."""
    total = Count()
    for count in table.values():
        total += count
    return total


def weighted(table: dict[str, Count]) -> tuple[float, float, float]:
    """Exact, agreed and right shares where each condition counts as the sets have it (300 clean pages, 50 each)."""
    by = {name: whole({k: c for k, c in table.items() if k.split(",")[0] == name}) for name in spoil.BARRED}
    lines = {name: count.lines / max(1, count.pages) * len(plan.entries(name)) for name, count in by.items()}
    total = sum(lines.values())
    exact, agreed, right = (
        sum(lines[name] * count.share(of) for name, count in by.items()) / total
        for of in ("exact", "agreed", "agreed_right")
    )
    return exact, agreed, 100 * right / max(1e-9, agreed)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sample", type=int, default=PAGES, metavar="N", help=f"so many pages ({PAGES})")
    parser.add_argument("--seed", type=int, help="draw other pages than the sets'")
    parser.add_argument("--own", type=Path, metavar="MODEL", help="the exported network of training/")
    parser.add_argument("--worst", type=int, default=0, metavar="N", help="print N agreed lines that are wrong")
    parser.add_argument("--keep", type=Path, metavar="FILE", help="keep what was read, and go on from there")
    given = parser.parse_args()
    if given.seed is not None:
        plan.SEED = given.seed
    begun = time.process_time()
    before = kept.Kept(given.keep, "agreement", given.own.name if given.own else "")
    table = measure(plan.sample(given.sample, spoil.BARRED), reader(given.own), show=given.worst, before=before)
    total = whole(table)
    print(HEAD)
    for name in sorted(table):
        print(table[name].row(name))
    print(total.row("all"))
    exact, agreed, right = weighted(table)
    print(f"weighted as the sets are: exact {exact:.1f}, agreed {agreed:.1f}, right {right:.2f}")
    print(f"{(time.process_time() - begun) / max(1, total.pages):.2f} CPU s a page, drawing included")
    if given.sample == PAGES and given.seed is None and given.own is None:
        bars.hold(
            ("lines agreed", total.share("agreed"), "at least", 80), ("of these right", total.right, "at least", 99)
        )


if __name__ == "__main__":
    main()
