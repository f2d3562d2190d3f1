"""Forks workers that take papers through register, store and delivery, and kills them at chosen steps.

``python nursery.py FOLDER MODE SEED ROUNDS`` prints one JSON object. A step is one Python event (call, return, call of
a C function) inside the rooms `keep` and `deliver`, so a kill can fall between any two system calls.
"""

from __future__ import annotations

import datetime as dt
import errno
import hashlib
import json
import os
import random
import signal
import sys
import time
import traceback
from pathlib import Path

from pyhncert import deliver, keep
from pyhncert.errors import StorageFault
from pyhncert.keep import _register  # noqa: F401  loaded before the first fork

ROOMS = ("/pyhncert/keep/", "/pyhncert/deliver/")
STEPS = ["reserve", "signed", "sealed", "put", "close", "write", "delivered"]


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def opened(folder: Path) -> keep.Register:
    """The register of `folder`: its own file, or that of the URL in the environment."""
    store = keep.FolderStore(folder / "objects")
    where = os.environ.get("NURSERY_URL") or folder / "register.sqlite"
    holders = folder / "work" / "holders"
    return keep.Register(where, clock=now, randomness=os.urandom, holder_folder=holders, store=store)


def settle(register: keep.Register) -> int:
    """What the conductor does before each paper."""
    done = register.recover()
    for left in done.undelivered:
        assert register.store is not None
        pdf = register.store.get(left.line.file_digest or b"")
        deliver.finish_copy(pdf, deliver.receipt(left.line, left.files), left.out)
        register.delivered(left.line.act_id)
    return len(done.voided)


def certify(register: keep.Register, folder: Path, after: str | None = None) -> int:
    """One paper through the rooms; dies after the step `after`."""

    def step(name: str) -> None:
        if name == after:
            os.kill(os.getpid(), signal.SIGKILL)

    act = register.reserve(unit="U", requester="An", original="Bằng", signer="Bình", pages=1, decision={"ok": True})
    step("reserve")
    (register.spool / "page.jpg").write_bytes(b"unfinished")
    pdf = f"%PDF {act.code} {act.number}".encode() * 50
    digest = hashlib.sha256(pdf).digest()
    register.advance(act.act_id, "officer_signed")
    step("signed")
    register.advance(act.act_id, "agency_sealed", file_digest=digest)
    step("sealed")
    assert register.store is not None
    register.store.put(pdf)
    step("put")
    out = deliver.free_name(folder / "out" / f"{act.code}.png")
    line = register.close(
        act.act_id, content_digest=digest[::-1], file_digest=digest, level="B-B", length=len(pdf), out_hint=out
    )
    step("close")
    deliver.write_copy(pdf, deliver.receipt(line, register.files(act.act_id)), out)
    step("write")
    register.delivered(act.act_id)
    step("delivered")
    return act.number


def killed_at(n: int) -> None:
    """Let this process die at the nth event in the rooms."""
    left = n

    def count(frame: object, what: str, arg: object) -> None:
        nonlocal left
        if any(room in frame.f_code.co_filename for room in ROOMS):  # type: ignore[attr-defined]
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(count)


def fork(work: object) -> tuple[int, int]:
    """Run `work(acknowledge)` in a new process; returns its id and the reading end of what it acknowledges."""
    reading, writing = os.pipe()
    child = os.fork()
    if child:
        os.close(writing)
        return child, reading
    try:
        os.close(reading)
        work(lambda number: os.write(writing, f"{number}\n".encode()))  # type: ignore[operator]
    except BaseException:  # noqa: BLE001
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def reaped(child: int, reading: int, *, may_die: bool) -> set[int]:
    _, status = os.waitpid(child, 0)
    with os.fdopen(reading) as pipe:
        numbers = {int(line) for line in pipe if line.endswith("\n")}
    dead = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    assert dead or status == 0, f"a worker failed with status {status}"
    assert may_die or not dead
    return numbers


def visible(register: keep.Register, folder: Path) -> None:
    """At no time does a copy lie there that the register does not know as issued."""
    for path in (folder / "out").glob("*.pdf"):
        line = register.find(hashlib.sha256(path.read_bytes()).digest())
        assert line is not None and line.state == "registered", path.name


def whole(folder: Path, acknowledged: set[int]) -> dict[str, int]:
    """Everything that must hold when the dust has settled."""
    with opened(folder) as register:
        visible(register, folder)
        settle(register)
        assert register.recover() == keep.Recovered()
        assert register.check() == ()
        lines = list(register.lines())
        assert [line.number for line in lines] == list(range(1, len(lines) + 1))
        assert {line.state for line in lines} <= {"registered", "voided"}
        good = [line for line in lines if line.state == "registered"]
        assert acknowledged <= {line.number for line in good}
        assert all("interrupted after" in line.reason for line in lines if line.state == "voided")
        digests = {(line.file_digest or b"").hex() for line in good}
        stored = {p.name for p in (folder / "objects").rglob("*") if p.is_file()}
        assert stored == digests, stored ^ digests
        names = {p.name for p in (folder / "out").iterdir()}
        expected = {f"{line.code}.certified.{end}" for line in good for end in ("pdf", "receipt.json")}
        assert names == expected, names ^ expected
        for line in good:
            data = (folder / "out" / f"{line.code}.certified.pdf").read_bytes()
            assert hashlib.sha256(data).digest() == line.file_digest
            receipt = json.loads((folder / "out" / f"{line.code}.certified.receipt.json").read_text())
            assert receipt["states"][-1]["file_digest"] == hashlib.sha256(data).hexdigest()
    left = [p.name for p in (folder / "work").rglob("*") if p.is_file()]
    assert left == [], left
    assert {p.name for p in (folder / "work").glob("*")} <= {"holders"}
    return {"lines": len(lines), "issued": len(good), "voided": len(lines) - len(good)}


def without_nameless_files() -> None:
    """A disk like FAT or NFS: no O_TMPFILE."""
    real = os.open

    def plain(path: str, flags: int, *rest: int, **more: int) -> int:
        if flags & os.O_TMPFILE == os.O_TMPFILE:
            raise OSError(errno.EOPNOTSUPP, "")
        return real(path, flags, *rest, **more)

    os.open = plain  # type: ignore[assignment]


def main(folder: Path, mode: str, seed: int, rounds: int) -> dict[str, int]:
    dice = random.Random(seed)
    if mode == "plain":
        without_nameless_files()
    acknowledged: set[int] = set()
    workers = 3 if mode == "many" else 1
    usual_s = 0.0
    for turn in range(rounds):
        began = time.perf_counter()

        def work(acknowledge: object, turn: int = turn, n: int = 0, after: str | None = None) -> None:
            with opened(folder) as register:
                visible(register, folder)
            if n:
                killed_at(n)
            register = opened(folder)
            settle(register)
            acknowledge(certify(register, folder, after))  # type: ignore[operator]
            if mode == "many":
                acknowledge(certify(register, folder))  # type: ignore[operator]

        children = []
        for _ in range(workers):
            n = dice.randrange(1, 950 * (1 + (mode == "many"))) if mode in ("steps", "plain", "many") else 0
            n = turn + 1 if mode == "sweep" else n
            after = STEPS[turn % len(STEPS)] if mode == "named" else None
            children.append(fork(lambda say, n=n, after=after: work(say, n=n, after=after)))
        if mode == "moments" and turn:  # the first one lives, and shows how long it takes here
            time.sleep(dice.uniform(0.0, 1.3 * usual_s))
            os.kill(children[0][0], signal.SIGKILL)
        for child in children:
            acknowledged |= reaped(*child, may_die=True)
        usual_s = usual_s or time.perf_counter() - began
    child, reading = fork(lambda say: say(0) if whole(folder, acknowledged) else None)
    reaped(child, reading, may_die=False)
    return whole(folder, acknowledged) | {"acknowledged": len(acknowledged - {0})}


def once(folder: Path) -> None:
    """One paper, ended as the command ends: exit code 18 where disk or database failed."""
    try:
        register = opened(folder)
        settle(register)
        certify(register, folder)
    except StorageFault as err:
        print(err, file=sys.stderr)
        os._exit(err.exit_code)
    os._exit(0)


def several(folder: Path, papers: int) -> None:
    """Papers one after the other, each said on standard output when it is certain; the register is closed after two."""
    for turn in range(papers):
        with opened(folder) as register:
            settle(register)
            os.write(1, f"{certify(register, folder)}\n".encode())
            if turn % 2:
                act = register.reserve(unit="U", requester="An", original="Bằng", signer="Bình", pages=1)
                register.void(act.act_id, "interrupted after a mistake")


if __name__ == "__main__":
    if sys.argv[2] == "several":
        several(Path(sys.argv[1]), int(sys.argv[3]))
        sys.exit()
    if sys.argv[2] == "once":
        once(Path(sys.argv[1]))
    if sys.argv[2] == "whole":
        print(json.dumps(whole(Path(sys.argv[1]), {int(number) for number in sys.argv[3:]})))
        sys.exit()
    print(json.dumps(main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))))
