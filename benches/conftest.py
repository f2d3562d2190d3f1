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
def promise(ledger: harness.Ledger) -> Callable[..., None]:
    """Add a row; the bench fails when its bar is missed."""

    def add(name: str, ours: float, unit: str, **more: Any) -> None:
        row = ledger.add(harness.Row(name, ours, unit, **more))
        print(f"{row.name}: ours {row.ours:.4g} {row.unit}, peer {row.peer}, bar {row.bar}")
        assert row.met, f"{name}: {ours:.4g} {unit}, peer {row.peer}, ratio {row.ratio}, bar {row.bar}"

    return add


@pytest.fixture
def side_by_side(promise: Callable[..., None], short: bool) -> Callable[..., None]:
    """Alternate both in one run, by CPU time of this process, and add the row; `bar` is a ratio."""

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
        assert theirs is not None
        missed: list[BaseException] = []
        for suffix, more in (("", {"bar": bar, "rule": "ratio"}), (", most", {"bar": most_s and most_s * 1e3})):
            if suffix and most_s is None:
                continue
            try:
                promise(name + suffix, mine * 1e3, "CPU ms", peer=None if suffix else theirs * 1e3, **more)
            except AssertionError as err:
                missed.append(err)
        if missed:
            raise missed[0]

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
def work() -> Path:
    """An empty folder for this run's outputs, build/bench."""
    folder = harness.BUILD / "bench"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


@pytest.fixture(scope="session")
def office(work: Path) -> Path:
    """A trial office as `hncert office init --trial` makes it."""
    folder = work / "office"
    usage = harness.run([harness.HNCERT, "office", "init", folder, "--trial"])
    assert usage.code == 0, usage.err
    return folder


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Quick rooms first, so that a broken border shows before minutes of peer time."""
    order = ["test_identify", "test_issue", "test_office", "test_memory", "test_recognise", "journey"]
    items.sort(key=lambda item: order.index(item.path.stem) if item.path.stem in order else len(order))


def pytest_sessionfinish() -> None:
    """Print the table."""
    if LEDGER.rows or LEDGER.skipped:
        print(f"\n{LEDGER.table()}\n{harness.RESULTS}")
