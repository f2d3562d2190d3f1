"""Fixtures of the benches: short or whole, the ledger, the peer, one trial office."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).resolve().parent
for place in (HERE, HERE.parent / "examples"):
    if str(place) not in sys.path:
        sys.path.insert(0, str(place))

import harness  # noqa: E402
import peer as peers  # noqa: E402

LEDGER = harness.Ledger()


@pytest.fixture(scope="session")
def short() -> bool:
    """Few repetitions and pages, as CI takes them."""
    return os.environ.get("HNCERT_BENCH_SHORT") == "1"


@pytest.fixture(scope="session")
def ledger() -> harness.Ledger:
    """The rows of this run."""
    return LEDGER


@pytest.fixture
def promise(ledger: harness.Ledger) -> Iterator[Callable[..., None]]:
    """Add a row; when the bench is over it fails if a bar was missed, so that each row of it is measured."""
    missed: list[str] = []

    def add(name: str, ours: float, unit: str, **more: Any) -> None:
        row = ledger.add(harness.Row(name, ours, unit, **more))
        print(f"  = {row.said}")
        if not row.met:
            missed.append(row.said)

    yield add
    if missed:
        pytest.fail("bar missed: " + "; ".join(missed), pytrace=False)


@pytest.fixture
def side_by_side(promise: Callable[..., None], short: bool) -> Callable[..., None]:
    """Alternate both in one run, by CPU time of this process, and add the row; `bar` is a ratio, `most_s` our limit."""

    def measure(
        name: str,
        *,
        ours: Callable[[], object],
        peer: Callable[[], object],
        bar: float | None = None,
        repeats: int = 20,
        most_s: float | None = None,
    ) -> None:
        mine, theirs = harness.alternate(ours, peer, repeats=max(3, repeats // 4) if short else repeats)
        promise(name, mine * 1e3, "CPU ms", peer=theirs * 1e3, bar=bar, rule="ratio")
        if most_s is not None:
            promise(f"{name}, at most", mine * 1e3, "CPU ms", bar=most_s * 1e3)

    return measure


@pytest.fixture(scope="session")
def peer(ledger: harness.Ledger) -> Iterator[peers.Peer]:
    """The peer, installed and served; skipped in plain sight where its source is missing."""
    folder = peers.home()
    if folder is None:
        why = f"no peer: {peers.shared()} is missing; set HNCERT_SHARED"
        if os.environ.get("HNCERT_DEMAND_ALL"):
            pytest.fail(why)
        if why not in ledger.skipped:
            ledger.skipped.append(why)
        pytest.skip(why)
    with peers.running(folder) as peer:
        yield peer


@pytest.fixture(scope="session")
def work() -> Iterator[Path]:
    """An empty folder for this run's outputs under build/bench; gone when the run is over."""
    folder = harness.BUILD / "bench" / str(os.getpid())
    folder.mkdir(parents=True)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def office(work: Path) -> Path:
    """A trial office as `hncert office init --trial` makes it, but for the second reader, which no peer has."""
    folder = work / "office"
    usage = harness.run([harness.HNCERT, "office", "init", folder, "--trial"])
    assert usage.code == 0, usage.err
    settings = folder / "office.toml"
    settings.write_text(settings.read_text("utf-8").replace('second = "fields"', 'second = "off"'), "utf-8")
    return folder


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Quick rooms first, so that a broken border shows before minutes of peer time."""
    first = ["test_scenes", "test_turns", "test_gate", "test_identify", "test_capture", "test_issue", "test_office"]
    more = ["test_credentials", "test_batch", "test_memory", "test_recognise", "test_kinds", "test_reading", "journey"]
    order = [*first, *more]
    items.sort(key=lambda item: order.index(item.path.stem) if item.path.stem in order else len(order))


def pytest_sessionfinish() -> None:
    """Print the table."""
    if LEDGER.rows or LEDGER.skipped:
        print(f"\n{LEDGER.table()}\n{harness.RESULTS}")
