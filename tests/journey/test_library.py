"""pyhncert as a library: the README's example runs, and nothing is shared between threads but the register."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import pyhncert

ROOT = Path(__file__).parents[2]
THREADS, EACH = 8, 200 if os.environ.get("HNCERT_SOAK") else 20


def example() -> str:
    text = (ROOT / "README.md").read_text("utf-8")
    found = re.search(r"## The library in ten lines\n+```python\n(.*?)```", text, re.DOTALL)
    assert found
    return found[1]


def test_the_example_of_the_readme_is_ten_lines_and_runs(folder, small, tmp_path):
    code = example()
    assert len([line for line in code.splitlines() if line.strip()]) <= 10
    (tmp_path / "examples" / "drawn").mkdir(parents=True)
    (tmp_path / "build").mkdir()
    (tmp_path / "build" / "office").symlink_to(folder)
    (tmp_path / "examples" / "drawn" / "khai_sinh.png").write_bytes(small.read_bytes())
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split()[-1] == "valid"
    assert (tmp_path / "build" / "copy.pdf").read_bytes().startswith(b"%PDF-")


def test_the_example_of_the_library_page_runs(small, tmp_path):
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "library.md").read_text("utf-8"), re.DOTALL)
    (tmp_path / "scan.png").write_bytes(small.read_bytes())
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    said = done.stdout.splitlines()
    assert re.fullmatch(r"\d+ \d+ [01]\.\d\d \S.*", said[1])
    assert "QUYẾT ĐỊNH" in said


def test_two_offices_in_one_process_know_nothing_of_each_other(new_folder, office, officer, small):
    other = pyhncert.open_office(new_folder)
    first = other.certify([small], decide=officer)
    assert first.number == 1
    with pytest.raises((pyhncert.errors.Undecided, pyhncert.errors.NotFound)):
        office.verify(first.pdf)


def test_bytes_go_in_and_bytes_come_out_and_no_file_is_written(office, officer, small, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    copy = office.certify([small.read_bytes()], decide=officer)
    assert copy.pdf.startswith(b"%PDF-")
    assert office.verify(copy.pdf).verdict == "valid"
    assert office.verify(copy.code).verdict == "valid"
    assert not list(tmp_path.iterdir())


def test_an_examination_reserves_no_number_and_signs_nothing(office, small):
    before = len(list(office.register.lines()))
    assert office.examine([small]).kind.key == "quyet_dinh"
    assert len(list(office.register.lines())) == before


@pytest.mark.slow
@pytest.mark.timeout(900 * EACH // 20)
def test_eight_threads_issue_twenty_copies_each_and_every_number_is_used_once(new_folder, officer, small):
    office = pyhncert.open_office(new_folder)
    scan = small.read_bytes()

    def issue(_: int) -> list[tuple[int, str, bytes]]:
        made = [office.certify([scan], decide=officer) for _ in range(EACH)]
        return [(copy.number, copy.code, copy.pdf) for copy in made]

    with ThreadPoolExecutor(THREADS) as pool:
        copies = [copy for batch in pool.map(issue, range(THREADS)) for copy in batch]
    assert sorted(number for number, _, _ in copies) == list(range(1, THREADS * EACH + 1))
    assert len({code for _, code, _ in copies}) == THREADS * EACH
    with ThreadPoolExecutor(THREADS) as pool:
        verdicts = list(pool.map(lambda copy: office.verify(copy[2]).verdict, copies))
    assert set(verdicts) == {"valid"}
