"""Kills watchers of a folder at chosen steps: ``watch_nursery.py OFFICE READING SEPARATOR ROUNDS SEED``.

Each round puts two originals over four files into a new folder, lets a watcher die at the nth Python event inside the
watch and the rooms `keep` and `deliver` (sometimes a second one too), lets another one finish, and looks at folder and
register. READING is a pickled reading of the page, so that no model is loaded and forks are cheap.
"""

from __future__ import annotations

import json
import os
import pickle
import random
import signal
import sys
import threading
import traceback
from pathlib import Path
from typing import Any

from PIL import Image

import pyhncert
from pyhncert import deliver, issue, keep  # noqa: F401  loaded before the first fork
from pyhncert._watch import Watch, WatchSettings
from pyhncert.keep import _register  # noqa: F401
from pyhncert.values import Decision

PLACES = ("/pyhncert/_watch", "/pyhncert/keep/", "/pyhncert/deliver/")


class Reader:
    """Reads on every page what was read once."""

    def __init__(self, reading: Any) -> None:
        self._reading = reading

    def ready(self) -> tuple[str, ...]:
        return ()

    notes: tuple[Any, ...] = ()

    def stands_on_head(self, image: Any) -> bool:
        del image
        return False

    def read(self, page: Any, kind: Any = None) -> Any:
        from dataclasses import replace

        return replace(self._reading, page=page.number)


def watch(office_folder: Path, reading: Any, folder: Path, *, kill_at: int = 0) -> int:
    """One watcher to the end of what lies there; dies at event `kill_at`, and returns how many there were."""
    office = pyhncert.open_office(office_folder)
    office.__dict__["_reader"] = Reader(reading)
    settings = WatchSettings(separators=True, once=True, settle_s=0.0, poll_s=0.0)
    events = 0

    def count(frame: Any, _what: str, _arg: object) -> None:
        nonlocal events
        if any(place in frame.f_code.co_filename for place in PLACES):
            events += 1
            if events == kill_at:
                os.kill(os.getpid(), signal.SIGKILL)

    told: list[Any] = []
    watcher = Watch(office, folder, settings, decide=lambda _: Decision(approved=True), tell=told.append)
    sys.setprofile(count)
    fault = watcher.run(threading.Event())
    sys.setprofile(None)
    assert fault is None, fault
    assert {event.what for event in told} <= {"issued"}, [event.words.en for event in told]
    return events


def forked(work: Any) -> tuple[bool, int]:
    """Whether a child that does `work` was killed, and what it answered."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        code = 1
        try:
            os.close(reading)
            os.write(writing, str(work()).encode())
            code = 0
        except BaseException:  # noqa: BLE001  the parent is told by the status
            traceback.print_exc()
        finally:
            os._exit(code)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        answer = pipe.read()
    _, status = os.waitpid(child, 0)
    killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    assert killed or status == 0, status
    return killed, int(answer or 0)


def originals(page: Image.Image, separator: Image.Image, folder: Path, chance: random.Random) -> None:
    """A is `a 1.png` and the first page of `a 2.tif`; B its last page and `a 3.png`; then a sheet alone."""
    folder.mkdir()

    def fresh() -> Image.Image:
        other = page.copy()
        for at in range(24):  # another scan of it: a few pixels in a corner
            other.putpixel((at, 1), tuple(chance.randrange(200, 256) for _ in range(3)))
        return other

    options = {"dpi": (200, 200)}
    fresh().save(folder / "a 1.png", **options)
    first, *others = fresh(), separator.copy(), fresh()  # a picture that was saved remembers how
    first.save(folder / "a 2.tif", save_all=True, append_images=others, compression="tiff_adobe_deflate", **options)
    fresh().save(folder / "a 10.png", **options)
    separator.copy().save(folder / "a 11.png", **options)


def look(office_folder: Path, folder: Path, rounds: int) -> None:
    """Each original has one copy, each copy one number, each file its place."""
    names = sorted(path.name for path in folder.iterdir())
    assert names == [".hncert-watch.lock", "done", "refused"], names
    assert not list((folder / "refused").iterdir())
    done = sorted(path.name for path in (folder / "done").iterdir())
    copies = [name for name in done if name.endswith(".pdf")]
    assert {"a 1.png", "a 10.png", "a 11.png", "a 2.tif"} <= set(done), done
    assert len(copies) == 2 and len(done) == 8, done
    office = pyhncert.open_office(office_folder)
    lines = list(office.register.lines())
    assert [line.number for line in lines] == list(range(1, len(lines) + 1))
    issued = [line for line in lines if line.state == "registered"]
    assert len(issued) == 2 * rounds, (len(issued), rounds)
    assert all(line.pages == 2 for line in issued)
    assert {line.state for line in lines} <= {"registered", "voided"}
    digests = {line.file_digest for line in issued}
    from pyhncert._core import sha256

    assert {sha256((folder / "done" / name).read_bytes()) for name in copies} <= digests
    office.register.leave()


def main(office_folder: Path, reading: Any, pictures: tuple[Path, Path], rounds: int, seed: int) -> None:
    """Print how many watchers were killed, in rounds of so many events."""
    chance = random.Random(seed)
    page, separator = (Image.open(path).convert("RGB") for path in pictures)
    root = office_folder.parent
    originals(page, separator, root / "round 0", chance)
    _, total = forked(lambda: watch(office_folder, reading, root / "round 0"))
    look(office_folder, root / "round 0", 1)
    killed = 0
    for number in range(1, rounds + 1):
        folder = root / f"round {number}"
        originals(page, separator, folder, chance)
        for _ in range(chance.choice((1, 1, 2, 3))):
            at = chance.randrange(1, total)
            killed += forked(lambda folder=folder, at=at: watch(office_folder, reading, folder, kill_at=at))[0]
        forked(lambda folder=folder: watch(office_folder, reading, folder))
        look(office_folder, folder, number + 1)
    print(json.dumps({"killed": killed, "events": total}))


if __name__ == "__main__":
    read = pickle.loads(Path(sys.argv[2]).read_bytes())
    main(Path(sys.argv[1]), read, (Path(sys.argv[3]), Path(sys.argv[4])), int(sys.argv[5]), int(sys.argv[6]))
