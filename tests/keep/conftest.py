"""A register on a fresh disk, a clock that stands still until it is told, and random bytes that repeat in each run."""

from __future__ import annotations

import datetime as dt
import hashlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pyhncert import keep
from pyhncert.values import VIETNAM, ActNumber, RegisterLine

sys.path.insert(0, str(Path(__file__).parent))  # `import nursery`, `s3_double` in these tests

UNIT = "UBND phường Cửa Nam"


class Hands:
    """A clock whose hands the test moves."""

    def __init__(self, now: dt.datetime) -> None:
        self.now = now

    def __call__(self) -> dt.datetime:
        return self.now

    def set(self, *numbers: int) -> None:
        self.now = dt.datetime(*numbers, tzinfo=VIETNAM)


class Dice:
    """Random bytes from a seed."""

    def __init__(self, seed: str = "dice") -> None:
        self.seed = seed
        self.count = 0

    def __call__(self, n: int) -> bytes:
        self.count += 1
        return hashlib.shake_256(f"{self.seed} {self.count}".encode()).digest(n)


@pytest.fixture
def clock() -> Hands:
    return Hands(dt.datetime(2026, 11, 24, 9, 30, tzinfo=VIETNAM))


@pytest.fixture
def path(tmp_path: Path, clock: Hands) -> Path:
    path = tmp_path / "register.sqlite"
    keep.create_register(path, keep.BookSettings(unit=UNIT, agency="ỦY BAN NHÂN DÂN PHƯỜNG CỬA NAM"), clock=clock)
    return path


@pytest.fixture
def store(tmp_path: Path) -> keep.FolderStore:
    (tmp_path / "objects").mkdir()
    return keep.FolderStore(tmp_path / "objects")


@pytest.fixture(scope="session")
def s3() -> Iterator[Any]:
    """An S3 server on loopback; see `s3_double.Server`."""
    from s3_double import serving

    with serving() as server:
        yield server


@pytest.fixture(params=["folder", "s3"])
def any_store(request: pytest.FixtureRequest, store: keep.FolderStore) -> keep.ObjectStore:
    """A store on a disk, then one on a server."""
    if request.param == "folder":
        return store
    server = request.getfixturevalue("s3")
    return keep.S3Store(server.bucket(), endpoint=server.endpoint, prefix="kho/đối tượng")


@pytest.fixture
def open_register(path: Path, clock: Hands, store: keep.FolderStore) -> Iterator[Callable[..., keep.Register]]:
    opened: list[keep.Register] = []

    def open_it(seed: str = "dice") -> keep.Register:
        opened.append(keep.Register(path, clock=clock, randomness=Dice(seed), store=store, device="kiosk-1"))
        return opened[-1]

    yield open_it
    for register in opened:
        register.leave()


@pytest.fixture
def register(open_register: Callable[..., keep.Register]) -> keep.Register:
    return open_register()


def reserve(register: keep.Register, **changes: Any) -> ActNumber:
    """A number for an ordinary paper."""
    facts = {
        "unit": UNIT,
        "requester": "Nguyễn Thị Đào",
        "original": "Giấy khai sinh",
        "signer": "Trần Văn Bình, Phó Chủ tịch",
        "pages": 1,
    }
    return register.reserve(**(facts | changes))


def finish(register: keep.Register, act: ActNumber, **changes: Any) -> RegisterLine:
    """The rest of the way of an act."""
    digest = hashlib.sha256(act.code.encode()).digest()
    register.advance(act.act_id, "officer_signed", person="Trần Văn Bình")
    register.advance(act.act_id, "agency_sealed", file_digest=digest)
    facts = {"content_digest": digest[::-1], "file_digest": digest, "level": "B-LT", "length": 100}
    return register.close(act.act_id, **(facts | changes))


def die(register: keep.Register) -> None:
    """What the system does to a killed process's lock: it lets go, and nothing else happens."""
    import os

    holder = register._holder
    assert holder is not None
    holder._end.detach()
    os.close(holder._fd)
    register._holder = None


@pytest.fixture
def acts() -> Any:
    """The helpers above, where tests can reach them."""

    class Acts:
        unit = UNIT

    Acts.reserve = staticmethod(reserve)
    Acts.finish = staticmethod(finish)
    Acts.die = staticmethod(die)
    return Acts
