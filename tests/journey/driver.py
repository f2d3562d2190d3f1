"""Certifies in a process of its own, so that a test can kill it: `driver.py OFFICE SCAN OUTDIR MODE [STEP]`.

MODE `steps` certifies once and prints the steps that it reports; `kill-after` kills itself with SIGKILL when STEP is
reported; `loop` certifies for ever, says `ready` after the first copy and `issued` after each later one.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from uuid import uuid4

import pyhncert
from pyhncert.values import Decision


def main() -> None:
    folder, scan, outdir, mode = sys.argv[1:5]
    step = sys.argv[5] if len(sys.argv) > 5 else ""
    office = pyhncert.open_office(folder)
    picture = Path(scan).read_bytes()
    seen: list[str] = []

    def progress(name: str, _: float) -> None:
        seen.append(name)
        if mode == "kill-after" and name == step:
            os.kill(os.getpid(), signal.SIGKILL)

    def certify(name: str) -> None:
        out = Path(outdir) / f"{name}.pdf"
        office.certify([picture], out, decide=lambda _: Decision(approved=True), progress=progress)

    run = uuid4().hex  # process ids come again within some hundred rounds
    certify(f"{run}-0")
    if mode == "steps":
        print("\n".join(seen))
    if mode == "loop":
        print("ready", flush=True)
        for turn in range(1, 1000):
            certify(f"{run}-{turn}")
            print("issued", flush=True)


main()
