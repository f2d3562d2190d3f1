"""Thousands of mutated scans, the same ones each time: pages or a ScanError, in bounded time and memory.

`make soak` tries fifty times as many. What is found gets a test of its own in test_bombs.py.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import fuzz
import pytest

COUNT = 100_000 if os.environ.get("HNCERT_SOAK") else 2_000
SCRIPT = Path(fuzz.__file__)


@pytest.mark.timeout(20_000 if os.environ.get("HNCERT_SOAK") else 600)
@pytest.mark.parametrize("kind", fuzz.KINDS)
def test_mutated_scans_give_pages_or_one_clear_error(kind, tmp_path):
    command = [sys.executable, str(SCRIPT), "1000000", str(COUNT), kind]
    done = subprocess.run(
        command, capture_output=True, check=False, env={**os.environ, "HNCERT_FUZZ_KEEP": str(tmp_path)}
    )
    kept = [path.read_bytes() for path in tmp_path.iterdir()]
    assert done.returncode == 0, f"{done.stderr[-3000:].decode(errors='replace')}\n{kept!r}"
    came = json.loads(done.stdout)
    assert sum(came.values()) == COUNT
    assert came[f"{kind} pages"] > COUNT // 50, "too few mutations get as far as pixels"
    assert came[f"{kind} refused"] > COUNT // 4


def test_an_input_is_known_by_its_number():
    for kind in fuzz.KINDS:
        assert fuzz.made(kind, 7) == fuzz.made(kind, 7)
        assert len({fuzz.made(kind, seed) for seed in range(50)}) > 40


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("raise KeyError(1)", "KeyError"),
        ("grown = bytearray(300 << 20); grown[::4096] = b'x' * len(grown[::4096])", "MiB"),
        ("fuzz.signal.setitimer(fuzz.signal.ITIMER_PROF, 0.2)\n    while True: pass", ""),
    ],
)
def test_the_harness_sees_what_it_looks_for(fault, words, tmp_path):
    """A foreign error, memory and time: each ends the process, and the input is kept."""
    program = tmp_path / "program.py"
    program.write_text(
        f"import sys\nsys.path.insert(0, {str(SCRIPT.parent)!r})\nimport fuzz\ntruth, calls = fuzz.tried, []\n"
        "def tried(data):\n    calls.append(1)\n    if len(calls) <= len(fuzz.corpus('png')): return truth(data)\n"
        f"    {fault}\n    return 'pages'\n"
        "fuzz.tried = tried\nfuzz.main(0, 1, ('png',))\n"
    )
    keep = tmp_path / "keep"
    keep.mkdir()
    environment = {**os.environ, "HNCERT_FUZZ_KEEP": str(keep)}
    done = subprocess.run([sys.executable, str(program)], capture_output=True, env=environment, check=False)
    assert done.returncode != 0 and words in done.stderr.decode()
    assert [path.read_bytes() for path in keep.iterdir()] == [fuzz.made("png", 0)]
