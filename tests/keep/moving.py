"""Moves a register in a process of its own, so that it can be killed: `moving.py SOURCE TARGET OWNER FOLDER KILL`.

KILL is the event in the room (call, return) at which it dies, 0 for none. Ends with the switch.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from pyhncert import keep
from pyhncert.keep import _move


def killed_at(n: int) -> None:
    left = n

    def count(frame: object, what: str, arg: object) -> None:
        nonlocal left
        if "/pyhncert/keep/" in frame.f_code.co_filename:  # type: ignore[attr-defined]
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(count)


def main(source: str, target: str, owner: str, folder: Path, kill: int) -> None:
    _move.BATCH = 7
    _move._LOOK_S = 0.01
    if kill:
        killed_at(kill)
    with keep.Move(Path(source), target, owner=owner) as move:
        if not move.prepare():
            move.copy()
            move.close_door(folder / "work" / "holders", wait_s=10)
            move.freeze()
            move.copy()
        move.compare()
        move.leave()
        move.arrive()


if __name__ == "__main__":
    main(*sys.argv[1:4], Path(sys.argv[4]), int(sys.argv[5]))  # type: ignore[arg-type]
