"""One process of an office, for tests of an upgrade beside it: `running.py PLACE FOLDER [STEPS SCHEMA]`.

It reserves a number and has the officer sign, says so, and waits for a line; then it ends that act, does another, and
says what it did. With STEPS (a folder of migrations) and SCHEMA it is the newer software: it upgrades first.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import sys
from pathlib import Path

from pyhncert import keep
from pyhncert.keep import _create, _database
from pyhncert.values import ActNumber


def end(register: keep.Register, act: ActNumber) -> None:
    pdf = b"%PDF " + act.code.encode()
    digest = hashlib.sha256(pdf).digest()
    register.advance(act.act_id, "agency_sealed", file_digest=digest)
    assert register.store is not None
    register.store.put(pdf)
    register.close(act.act_id, content_digest=digest[::-1], file_digest=digest, level="B-B", length=len(pdf))


def _prepare_at_once() -> None:
    """So that every plan is kept by the server when the schema changes."""
    try:
        from pyhncert.keep import _postgres
    except ImportError:  # an office with a file only
        return
    _postgres.PREPARE_AFTER = 1


def main(place: str, folder: Path, owner: str, steps: str, schema: str) -> None:
    where: str | Path = place if "://" in place else Path(place)
    if steps:
        _create.STEPS.append(Path(steps))
        _database.SCHEMA = schema
        keep.upgrade_register(where, owner=owner or None)
    _prepare_at_once()
    register = keep.Register(
        where,
        clock=lambda: dt.datetime.now(dt.UTC),
        randomness=os.urandom,
        holder_folder=folder / "work" / "holders",
        store=keep.FolderStore(folder / "objects"),
    )

    def begin() -> ActNumber:
        register.recover()
        for _ in range(3):
            register.jobs.list(done=True)
            list(register.lines())
        act = register.reserve(unit="U", requester="An", original="Bằng", signer="Bình", pages=1)
        register.advance(act.act_id, "officer_signed")
        return act

    act = begin()
    print("in flight", act.number, flush=True)
    sys.stdin.readline()
    end(register, act)
    act = begin()
    end(register, act)
    print("done", act.number, flush=True)
    register.leave()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:])
