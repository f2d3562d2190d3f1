"""One `hncert migrate` that dies on its way: ``move_nursery.py OFFICE NEW_SETTINGS OWNER PART LEFT``.

The process kills itself at the call number LEFT within a PART of the move. It is a fresh process and no fork: a fork
has none of the threads by which the objects' client speaks to its server.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import alembic.command  # noqa: F401  loaded before the calls are counted
from obstore.store import S3Store  # noqa: F401

import pyhncert

PARTS = {
    "objects": ("/_folder_store.py", "/_s3_store.py", "/pyhncert/_move.py"),
    "register": ("/keep/_move.py",),
    "switch": ("/keep/_move.py", "/keep/_disk.py", "/pyhncert/_move.py"),
}


def main(folder: Path, file: Path, owner: str, part: str, left: int) -> None:
    begun = part != "switch"

    def count(frame, what, arg):
        nonlocal left, begun
        code = frame.f_code
        begun = begun or code.co_name == "leave"
        if begun and code.co_filename.endswith(PARTS[part]):
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    office = pyhncert.open_office(folder)
    sys.setprofile(count)
    office.move(file, owner=owner, wait_s=0)


main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], sys.argv[4], int(sys.argv[5]))
