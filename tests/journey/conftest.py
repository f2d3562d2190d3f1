"""Offices, scans and the command for journeys from scan to verified copy."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PIL import Image

import pyhncert
from pyhncert.office import init_trial
from pyhncert.values import Decision, Proposal

ROOT = Path(__file__).parents[2]
# `import draw`, `seals`, `desktop_double`, `softhsm` and `scans` in these tests
for here in (ROOT / "examples", ROOT / "tests" / "issue", ROOT / "tests" / "identify", Path(__file__).parent):
    sys.path.insert(0, str(here))


def yes(_: Proposal) -> Decision:
    """The officer who agrees."""
    return Decision(approved=True)


@pytest.fixture(scope="session")
def officer() -> Callable[[Proposal], Decision]:
    return yes


@pytest.fixture(scope="session")
def draw() -> Callable[..., tuple[Image.Image, dict[str, Any]]]:
    """`examples/draw.py` as a function: kind, seed, options -> picture and truth."""
    import draw as drawing

    return drawing.draw


@pytest.fixture(scope="session")
def drawn(draw: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """A drawn page as a PNG with its dpi, made once a session."""
    folder = tmp_path_factory.mktemp("drawn")

    def make(kind: str, seed: int = 1, **options: Any) -> Path:
        name = "-".join([kind, str(seed), *(f"{k}{v}" for k, v in options.items())])
        path = folder / f"{name}.png"
        if not path.exists():
            image, truth = draw(kind, seed, **options)
            image.save(path, dpi=(truth["dpi"], truth["dpi"]), compress_level=1)
        return path

    return make


@pytest.fixture(scope="session")
def small(drawn: Callable[..., Path]) -> Path:
    """A decision on A6, 200 dpi: quick to read."""
    return drawn("small")


def one_reader(folder: Path) -> Path:
    """The office without a second reader, which costs a second or two a page; test_second.py has it."""
    file = folder / "office.toml"
    file.write_text(file.read_text("utf-8").replace('second = "fields"', 'second = "off"'), "utf-8")
    return folder


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a trial office, shared by the tests of this session."""
    return one_reader(init_trial(tmp_path_factory.mktemp("journey") / "office"))


@pytest.fixture(scope="session")
def office(folder: Path) -> Any:
    return pyhncert.open_office(folder)


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A watched folder with a stand-in conductor."""
    from watch_bench import Bench

    from pyhncert import _watch

    monkeypatch.setattr(_watch, "preflight", lambda *_: ())
    folder = tmp_path / "hộp quét"
    folder.mkdir()
    return Bench(folder)


@pytest.fixture(scope="session")
def sheet() -> Image.Image:
    """The separator sheet, A4 at 100 dpi."""
    import font_source_serif_pro

    from pyhncert import capture
    from pyhncert.issue import separator_pdf

    font = Path(font_source_serif_pro.__file__).parent / "files" / "SourceSerifPro-Regular.ttf"
    scan = capture.load(separator_pdf(font))
    return Image.fromarray(next(capture.raw_pages([scan])).image).resize((827, 1169))


@pytest.fixture
def new_folder(tmp_path: Path) -> Path:
    """The folder of a trial office of this test's own."""
    return one_reader(init_trial(tmp_path / "office"))


@pytest.fixture
def hncert(folder: Path, tmp_path: Path) -> Callable[..., Any]:
    """Run the command as a process of its own, off a terminal, with the session's office."""

    def run(*arguments: str | Path, data: bytes | None = None, cwd: Path | None = None, **environment: str) -> Any:
        env = {k: v for k, v in os.environ.items() if not k.startswith(("HNCERT_", "XDG_", "LC_", "LANG"))}
        env |= {"HNCERT_OFFICE": str(folder), "LANG": "C.UTF-8", "HOME": str(tmp_path), **environment}
        done = subprocess.run(
            [sys.executable, "-m", "hncert_cli", *map(str, arguments)],
            input=data if data is not None else b"",
            capture_output=True,
            cwd=cwd or tmp_path,
            env=env,
            timeout=240,
            check=False,
        )
        return SimpleNamespace(code=done.returncode, out=done.stdout, err=done.stderr.decode("utf-8"))

    return run
