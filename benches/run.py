"""Runs the benches: `python benches/run.py [--short] [-k NAME]`; exit 0 only when every bar is kept.

Whole: several pages a row, 120 unseen pages, about half an hour on two cores, most of it the peer. Short, for CI: few.
HNCERT_PEER names an installed peer, HNCERT_BENCH_PAGES how many of its pages each journey takes.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent


def main() -> int:
    """The exit code of pytest, which runs benches as tests."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--short", action="store_true", help="few pages and repetitions")
    parser.add_argument("-k", default="", metavar="NAME", help="only benches whose name matches")
    given = parser.parse_args()
    os.environ["HNCERT_BENCH_SHORT"] = "1" if given.short else "0"
    for threads in ("OMP_NUM_THREADS", "OMP_THREAD_LIMIT"):
        os.environ.setdefault(threads, "1")
    arguments = [str(HERE), "-p", "no:cacheprovider", "--rootdir", str(HERE.parent), "-s", "-q", "--timeout=0"]
    arguments += ["-o", "python_files=test_*.py journey.py", "-rs", "--tb=short", "--show-capture=no"]
    return int(pytest.main([*arguments, *(["-k", given.k] if given.k else [])]))


if __name__ == "__main__":
    sys.exit(main())
