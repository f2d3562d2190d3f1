"""What the reader gets wrong on forty pages of the test sets (all of them: `make soak`), and what a page costs."""

from __future__ import annotations

import io
import os
import statistics
import threading
import time
from typing import Any

import pytest
from harness import Ledger
from PIL import Image
from reading import plan, readers, score, spoil

from pyhncert import capture, recognise

BARS = {"cer": 0.9, "wer": 2.2, "der": 0.3, "numbers": 97.5, "cards": 0.6}
CPU_S = 1.0
SPEED_UP = 1.8


def test_reading_of_a_sample(promise: Any) -> None:
    """Bars that hold what was measured on forty pages, with room for chance; docs/reader.md has the whole sets."""
    reader = readers.ours()
    papers, cards, others = score.Count(), score.Count(), score.Count()
    for page in plan.pages(plan.sample()):
        words, codes = readers.of(page, reader)
        count = score.score(page, words, codes).count
        print(f"  {page.name}: CER {count.cer:.2f}, {count.lines_right} of {count.lines} lines exact")
        into = cards if page.is_card else others if page.condition in spoil.REPORTED else papers
        into += count
    note = f"{papers.pages} pages"
    promise("reading: papers, CER", papers.cer, "%", bar=BARS["cer"], note=note)
    promise("reading: papers, WER", papers.wer, "%", bar=BARS["wer"], note=note)
    promise("reading: papers, DER", papers.der, "%", bar=BARS["der"], note=note)
    promise(
        "reading: papers, numbers exact", papers.numbers_exact, "%", bar=BARS["numbers"], rule="at_least", note=note
    )
    promise("reading: papers, lines exact", papers.lines_exact, "%", note=note)
    promise("reading: cards, CER", cards.cer, "%", bar=BARS["cards"], note=f"{cards.pages} cards")
    promise("reading: cards, codes", cards.codes_read, "%", note=f"{cards.codes_right} of {cards.codes}")
    promise("reading: fax and folded, CER", others.cer, "%", note=f"{others.pages} pages")


def scanned() -> list[bytes]:
    """One clean page and one scan of A4 of each of three kinds, as PNG."""
    files = []
    for condition in ("clean", "scan"):
        for kind in ("khai_sinh", "quyet_dinh", "hoc_ba"):
            out = io.BytesIO()
            page = plan.draw(plan.Entry(condition, kind, 1))
            Image.fromarray(page.image).save(out, "png", dpi=(page.dpi, page.dpi), compress_level=1)
            files.append(out.getvalue())
    return files


def whole(data: bytes, reader: recognise.Reader) -> None:
    """Load, find, straighten and read."""
    limits = capture.Limits()
    (raw,) = capture.raw_pages([capture.load(data, name="bench", limits=limits)], limits=limits)
    for page in capture.normalise(raw, stands_on_head=reader.stands_on_head):
        reader.read(page)


def test_cost_of_reading_a_page(promise: Any) -> None:
    """At most 1.0 CPU s a page of A4 from file to lines, one thread, models loaded; the mean of six."""
    reader, files = recognise.Reader(), scanned()
    whole(files[0], reader)
    costs = []
    for data in files:
        begun = time.thread_time()
        whole(data, reader)
        costs.append(time.thread_time() - begun)
    note = f"{min(costs):.2f} to {max(costs):.2f}"
    promise("whole reading of an A4 page, one thread", statistics.fmean(costs), "CPU s", bar=CPU_S, note=note)


def test_two_pages_in_two_threads(promise: Any, ledger: Ledger) -> None:
    """Two pages in two threads of one reader take little longer than one; only asked of an idle machine."""
    load = os.getloadavg()[0]
    if load >= 0.3 or (os.cpu_count() or 1) < 2:
        ledger.skipped.append(f"two threads, reading: not measured, the machine is busy (load {load:.2f})")
        pytest.skip(f"not measured: load {load:.2f}")
    reader, data = recognise.Reader(), scanned()[0]

    def wall(threads: int) -> float:
        """Seconds for so many pages, engines of the threads loaded before."""
        ready, go = threading.Barrier(threads + 1), threading.Barrier(threads + 1)

        def work() -> None:
            try:
                whole(data, reader)
                ready.wait()
                go.wait()
                whole(data, reader)
            except BaseException:
                ready.abort()
                go.abort()
                raise

        workers = [threading.Thread(target=work) for _ in range(threads)]
        for worker in workers:
            worker.start()
        ready.wait()
        begun = time.perf_counter()
        go.wait()
        for worker in workers:
            worker.join()
        return time.perf_counter() - begun

    one, two = (min(wall(n) for _ in range(5)) for n in (1, 2))
    promise("two threads, reading", 2 * one / two, "times one", bar=SPEED_UP, rule="at_least")
