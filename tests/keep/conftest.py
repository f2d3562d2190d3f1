"""A register on a fresh disk, a clock that stands still until it is told, and random bytes that repeat in each run."""

from __future__ import annotations

import datetime as dt
import hashlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pyhncert import keep
from pyhncert.values import VIETNAM, ActNumber, RegisterLine

sys.path.insert(0, str(Path(__file__).parent))  # `import nursery`, `s3_double` in these tests

if TYPE_CHECKING:
    from mediums import Databases, Maker

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


@pytest.fixture(params=["sqlite", "postgresql"])
def medium(request: pytest.FixtureRequest) -> str:
    """Which database the test runs on: each, unless it says `only_sqlite` or `only_postgresql`."""
    return str(request.param)


@pytest.fixture(scope="session")
def databases(postgres: Any) -> Databases:
    from mediums import Databases

    return Databases(postgres)


@pytest.fixture
def make(medium: str, request: pytest.FixtureRequest) -> Iterator[Maker]:
    """Make a register with one book: `make(folder, book)` answers with its path or URL."""
    from mediums import make_file

    if medium == "sqlite":
        yield make_file
        return
    databases = request.getfixturevalue("databases")
    yield lambda _, book: databases.new(book)
    databases.drop()


@pytest.fixture
def path(tmp_path: Path, make: Maker) -> Path | str:
    """Where the register of the test is: a path, or a URL as a desk's user opens it."""
    return make(tmp_path, keep.BookSettings(unit=UNIT, agency="ỦY BAN NHÂN DÂN PHƯỜNG CỬA NAM"))


@pytest.fixture
def holders(tmp_path: Path) -> Path:
    """The folder of the signs of life."""
    return tmp_path / "work" / "holders"


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
def open_register(
    path: Path | str, clock: Hands, store: keep.FolderStore, holders: Path
) -> Iterator[Callable[..., keep.Register]]:
    opened: list[keep.Register] = []

    def open_it(seed: str = "dice", *, folder: Path = holders) -> keep.Register:
        opened.append(
            keep.Register(path, clock=clock, randomness=Dice(seed), holder_folder=folder, store=store, device="kiosk-1")
        )
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
    """What the systems do to a killed process's locks: they let go, and nothing else happens."""
    import os

    holder = register._holder
    assert holder is not None
    holder._end.detach()
    if holder.session is not None:
        holder.session.close()
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
