"""How benches measure: CPU time of whole process trees, ours and the peer's in turn, and a ledger with a bar a row.

CPU is user plus system seconds; wall clock is only used where a promise is about waiting. Rows go to build/bench.json.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
RESULTS = BUILD / "bench.json"
HNCERT = Path(sys.executable).parent / "hncert"
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")

Rule = Literal["ratio", "at_most", "at_least"]
"""What the bar holds: the peer's figure over ours, or our figure from above or below."""
FORMS: dict[str, str] = {"ratio": "≥ {:.3g}x", "at_most": "≤ {:.3g}", "at_least": "≥ {:.3g}"}


@dataclass(frozen=True)
class Row:
    """One promise and what was measured; without a bar only the figure."""

    name: str
    ours: float
    unit: str
    peer: float | None = None
    bar: float | None = None
    rule: Rule = "at_most"
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """How many times more the peer takes."""
        return None if self.peer is None or self.ours == 0 else self.peer / self.ours

    @property
    def met(self) -> bool:
        """Whether the bar is kept; a row without one always is."""
        if self.bar is None:
            return True
        if self.rule == "ratio":
            return self.ratio is not None and self.ratio >= self.bar
        return self.ours <= self.bar if self.rule == "at_most" else self.ours >= self.bar

    @property
    def said(self) -> str:
        """The row in words."""
        beside = "" if self.peer is None else f", peer {_figure(self.peer)} ({self.ratio or 0:.1f}x)"
        bar = "" if self.bar is None else f", bar {FORMS[self.rule].format(self.bar)}"
        return f"{self.name}: {_figure(self.ours)} {self.unit}{beside}{bar}"

    def as_json(self) -> dict[str, object]:
        """As it stands in build/bench.json."""
        ratio = self.ratio
        return {
            "ours": self.ours,
            "peer": self.peer,
            "ratio": None if ratio is None else round(ratio, 3),
            "bar": self.bar,
            "rule": self.rule if self.bar is not None else None,
            "unit": self.unit,
            "met": self.met,
            "note": self.note,
        }


class Ledger:
    """The rows of one run, written after each, so that a broken run leaves what it measured."""

    def __init__(self, path: Path = RESULTS) -> None:
        self.path = path
        self.rows: list[Row] = []
        self.skipped: list[str] = []

    def add(self, row: Row) -> Row:
        """Keep a row; `Row.met` is for the caller to judge."""
        self.rows = [r for r in self.rows if r.name != row.name] + [row]
        self.path.parent.mkdir(parents=True, exist_ok=True)
        kept = {r.name: r.as_json() for r in self.rows}
        self.path.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        return row

    def table(self) -> str:
        """The rows as text, missed bars marked."""
        lines = [f"{'':2}{'row':44}{'ours':>11}{'peer':>11}{'ratio':>9}{'bar':>12}  unit"]
        for r in self.rows:
            bar = "-" if r.bar is None else FORMS[r.rule].format(r.bar)
            peer = "-" if r.peer is None else _figure(r.peer)
            ratio = "-" if r.ratio is None else f"{r.ratio:.1f}x"
            note = f"  ({r.note})" if r.note else ""
            mark, ours = ("  " if r.met else "! "), _figure(r.ours)
            lines.append(f"{mark}{r.name:44}{ours:>11}{peer:>11}{ratio:>9}{bar:>12}  {r.unit}{note}")
        lines += [f"  skipped: {why}" for why in self.skipped]
        missed = [r.name for r in self.rows if not r.met]
        lines.append(f"bars missed: {', '.join(missed)}" if missed else "every bar is kept")
        return "\n".join(lines)


def _figure(value: float) -> str:
    return f"{value:.4g}" if abs(value) < 1000 else f"{value:.0f}"


@dataclass(frozen=True)
class Usage:
    """What one command took; `peak_mb` is the largest resident memory of its tree (10^6 bytes)."""

    code: int
    wall_s: float
    cpu_s: float
    peak_mb: float
    out: str
    err: str


def cpu_s(*, children: bool = True) -> float:
    """CPU seconds of this process and, where asked, of its finished children."""
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN) if children else (resource.RUSAGE_SELF,)
    return sum(u.ru_utime + u.ru_stime for u in map(resource.getrusage, who))


_USUAL = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
"""Both sides keep their compiled Python files, as they do for a user."""


def run(command: Sequence[str | Path], *, env: dict[str, str] | None = None, cwd: Path | None = None) -> Usage:
    """Run a command and wait for its whole tree."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begun = time.perf_counter()
    with subprocess.Popen(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=cwd,
        env={**_USUAL, **(env or {})},
    ) as process:
        watch = _Watch(process.pid)
        out, err = process.communicate()
        wall = time.perf_counter() - begun
        watch.stop()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Usage(process.returncode, wall, cpu, watch.peak / 1e6, out.decode(), err.decode(errors="replace"))


class _Watch(threading.Thread):
    """Samples the memory of a tree; the kernel's own peak (VmHWM) of each process, so that no short one is missed.

    ``ru_maxrss`` will not do: a child that was forked from us starts with our own peak.
    """

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid, self.peak, self._ended = pid, 0, threading.Event()
        self.start()

    def run(self) -> None:
        """Sample until told to stop."""
        while not self._ended.wait(0.02):
            self.peak = max(self.peak, sum(_peak_bytes(p) for p in _tree(self.pid)))

    def stop(self) -> None:
        """No more samples."""
        self._ended.set()
        self.join()


def _tree(pid: int) -> list[int]:
    found, todo = [], [pid]
    while todo:
        here = todo.pop()
        found.append(here)
        with contextlib.suppress(OSError):
            for task in Path(f"/proc/{here}/task").iterdir():
                todo += [int(child) for child in (task / "children").read_text().split()]
    return found


def _peak_bytes(pid: int) -> int:
    with contextlib.suppress(OSError, ValueError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return 0


def alternate(ours: Callable[[], object], peer: Callable[[], object], *, repeats: int) -> tuple[float, float]:
    """Median CPU seconds of each over `repeats` turns, this process only, after one turn that does not count."""
    taken: tuple[list[float], list[float]] = ([], [])
    for turn in range(repeats + 1):
        for call, into in zip((ours, peer), taken, strict=True):
            begun = time.process_time()
            call()
            if turn:
                into.append(time.process_time() - begun)
    return statistics.median(taken[0]), statistics.median(taken[1])
