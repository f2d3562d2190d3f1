"""A stand-in conductor over a real folder, and a clock that the test moves."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from pyhncert import _watch
from pyhncert._watch import WatchSettings
from pyhncert.values import CertifiedCopy, Finding, Watched, Words

SECRET = Finding(
    code="secret", severity="block", family="paper", final=True, reason=Words("mật", "secret"), page=1, quad=None
)


@dataclass
class Register:
    """What was issued, by key."""

    known: dict[str, CertifiedCopy] = field(default_factory=dict)

    def issued_under(self, key: str) -> CertifiedCopy | None:
        return self.known.get(key)


@dataclass
class Office:
    """Certifies whatever it is given; `fault` may raise for an original of so many pages."""

    register: Register = field(default_factory=Register)
    asked: list[list[tuple[str, tuple[int, ...] | None]]] = field(default_factory=list)
    fault: Callable[[list[str]], Exception | None] = lambda _: None
    settings: Any = field(
        default_factory=lambda: SimpleNamespace(
            officer=lambda _: None, max_pixels=10**8, max_pages=1000, max_bytes=1 << 29
        )
    )

    def certify(self, scans: Any, out: Path, *, idempotency_key: str, **_: Any) -> CertifiedCopy:
        if idempotency_key in self.register.known:
            return self.register.known[idempotency_key]
        names = [scan.name for scan in scans]
        if (fault := self.fault(names)) is not None:
            raise fault
        self.asked.append([(scan.name, scan.frames) for scan in scans])
        number = len(self.asked)
        code = f"ABCDEFGHJKMNP{number:02d}"
        copy = CertifiedCopy(
            code=code,
            number=number,
            book="01/2026-SCT/BS",
            year=2026,
            content_digest=bytes(32),
            file_digest=bytes(32),
            officer="A",
            issued_at=dt.datetime(2026, 11, 25, tzinfo=dt.UTC),
            level_asked="B-B",
            level="B-B",
            pdf=f"%PDF-{number}".encode(),
            receipt={"code": code},
        )
        self.register.known[idempotency_key] = copy
        return copy


class Bench:
    """A folder, a stand-in office, and a clock that the test moves."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.office = Office()
        self.now = 0.0
        self.told: list[Watched] = []

    def watch(self, **settings: Any) -> _watch.Watch:
        return _watch.Watch(
            self.office,  # type: ignore[arg-type]
            self.folder,
            WatchSettings(**{"poll_s": 0.0, **settings}),
            decide=lambda _: pytest.fail("the stand-in asks nobody"),
            tell=self.told.append,
            clock=lambda: self.now,
        )

    def once(self, **settings: Any) -> Any:
        """Run to the end; each look at the clock is a second later."""

        def clock() -> float:
            self.now += 1.0
            return self.now

        watch = self.watch(once=True, **settings)
        watch._clock = watch._folder._clock = clock
        return watch.run(threading.Event())

    def tree(self) -> list[str]:
        found = (p.relative_to(self.folder) for p in self.folder.rglob("*") if p.is_file())
        return sorted(str(p) for p in found if p.name != ".hncert-watch.lock")

    def asked(self) -> list[list[str]]:
        return [[name for name, _ in original] for original in self.office.asked]


SHADES = iter(range(1, 10_000))


def page() -> Image.Image:
    """A page that no other is equal to."""
    shade = next(SHADES)
    return Image.fromarray(np.full((300, 220, 3), (shade % 256, shade // 256, 99), np.uint8))


def put(folder: Path, name: str, *pages: Image.Image) -> Path:
    path = folder / name
    first, *others = [p.copy() for p in pages] or [page()]
    first.save(path, **({"save_all": True, "append_images": others} if others else {}))
    return path
