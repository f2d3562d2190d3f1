"""For all tests: optional parts are skipped visibly, and never where they are demanded; the foreign judges."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings
from PIL import ImageFont

if TYPE_CHECKING:
    from pgserver import Server

sys.path.insert(0, str(Path(__file__).parent))  # `import pgserver` in tests

# how fast a machine is, is a bench's matter
settings.register_profile("hncert", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("hncert")

DEMANDED = os.environ.get("HNCERT_DEMAND_ALL") == "1"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """With HNCERT_DEMAND_ALL=1 (the gate sets it) a skipped test is a failed test: something optional is missing."""
    report = yield
    if DEMANDED and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped where everything is demanded: {reason}"
    return report


def pytest_terminal_summary(terminalreporter):
    """Name what was skipped, so that a missing optional part is seen."""
    skipped = terminalreporter.stats.get("skipped", [])
    reasons = sorted({r.longrepr[2] for r in skipped if isinstance(r.longrepr, tuple)})
    for reason in reasons:
        terminalreporter.write_line(f"left out: {reason}")


@pytest.fixture(scope="session")
def fonts() -> None:
    """The test is left out, visibly, where the faces that its pages are drawn in are absent."""
    try:
        for name in ("LiberationSerif-Regular.ttf", "LiberationSans-Regular.ttf", "DejaVuSans.ttf"):
            ImageFont.truetype(name, 10)
    except OSError:
        pytest.skip("fonts of drawn pages are not installed: apt-get install fonts-dejavu-core fonts-liberation2")


@pytest.fixture(scope="session")
def command() -> Callable[[str], str]:
    """The path of a foreign command; the test is left out, visibly, where it is absent."""

    def find(name: str) -> str:
        path = shutil.which(name)
        if path is None:
            pytest.skip(f"{name} is not installed: it is one of the foreign judges")
        return path

    return find


@pytest.fixture(scope="session")
def jar() -> str:
    """EU DSS and veraPDF, built from the shared folder by the gate."""
    path = Path(
        os.environ.get("HNCERT_JUDGE") or Path(__file__).parents[1] / "build" / "judges" / "target" / "judge.jar"
    )
    if not path.exists():
        pytest.skip("EU DSS and veraPDF are not built: cp -r $HNCERT_SHARED/judges build/, mvn -q package in it")
    return str(path)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A PostgreSQL server, one for each worker of the tests."""
    import pgserver

    if pgserver.programs() is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    pytest.importorskip("psycopg", reason="psycopg is not installed: pip install 'pyhncert[postgresql]'")
    server = pgserver.Server()
    yield server
    server.remove()
