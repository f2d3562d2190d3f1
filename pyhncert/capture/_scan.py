"""The door to scanners: which there are, what they can do, and a job that hands out its pages one by one."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from types import TracebackType
from typing import Protocol, Self

from pyhncert.capture import _stamp
from pyhncert.capture._limits import Limits
from pyhncert.capture._load import load
from pyhncert.capture._scanner import (
    Abilities,
    Halt,
    Mode,
    Patience,
    Progress,
    Scanner,
    Source,
    Wish,
    stop,
)
from pyhncert.errors import ScanError, ScannerFault
from pyhncert.values import Scan

_ENDING = {"image/jpeg": "jpg", "image/png": "png", "application/pdf": "pdf", "image/tiff": "tif"}


class _Driver(Protocol):
    name: str

    def abilities(self) -> Abilities: ...

    def pages(self, wish: Wish, limits: Limits, progress: Progress | None) -> Generator[bytes]: ...


def scanners() -> tuple[Scanner, ...]:
    """The scanners that SANE finds here and on the network; an eSCL device needs no finding, it is named by address.

    Raises:
        MissingDependency: python-sane is not installed.
    """
    from pyhncert.capture import _sane  # noqa: PLC0415  loaded only where SANE is used

    return _sane.scanners()


def abilities(device: str, *, patience: Patience = Patience()) -> Abilities:  # noqa: B008  frozen
    """What the scanner `device` can do.

    Raises:
        UsageFault, Unavailable, ScannerFault, MissingDependency: as `scan`.
    """
    return _driver(device, patience, Halt()).abilities()


def scan(
    device: str | None = None,
    *,
    source: Source | None = None,
    dpi: int = 300,
    mode: Mode = "colour",
    size: str | tuple[float, float] = "A4",
    pages: int | None = None,
    options: Mapping[str, str | float] | None = None,
    limits: Limits = Limits(),  # noqa: B008  frozen
    patience: Patience = Patience(),  # noqa: B008  frozen
    progress: Progress | None = None,
) -> ScanJob:
    """Scan on `device`; the job yields pages as `Scan` values, each when it is asked for and has come in whole.

    `device` is a SANE name (``test:0``) or an eSCL address (``escl:http://192.0.2.7/eSCL``); None is the only scanner
    that SANE finds. `source` None is the glass where there is one, which gives one page; a feeder gives `pages`, or
    all. `size` is A3, A4, A5, A6, letter, legal, card, max, or width and height in mm. `options` are settings of a
    SANE driver by its own names (``{"brightness": 10}``). A page is the JPEG that the
    device made, or a PNG; it says its resolution.

    Raises (here, or from the job's `next`):
        UsageFault: no such scanner, source, resolution, mode or size.
        ScannerFault: paper jam, empty feeder, open cover, half a page, cancelled, …: see its `reason`.
        Unavailable: the scanner is busy, silent, out of reach, or went away.
        MissingDependency: a SANE device, and python-sane is not installed.
    """
    if device is None:
        found = scanners()
        if len(found) != 1:
            raise stop("which_scanner", "scan", en=", ".join(one.name for one in found))
        device = found[0].name
    if not device.strip():
        raise stop("no_scanner", device)
    halt = Halt()
    wish = Wish(source=source, dpi=dpi, mode=mode, size=size, pages=pages, options=options or {})
    return ScanJob(_driver(device, patience, halt), halt, wish, limits, progress)


class ScanJob(Iterator[Scan]):
    """A scan that runs: iterate over it for its pages; `cancel` it from any thread; `count` pages have come.

    Leaving its ``with`` block, `close`, or Ctrl-C cancel the job on the device and let it go. Pages that were handed
    out are the caller's, whatever comes after them.
    """

    def __init__(self, driver: _Driver, halt: Halt, wish: Wish, limits: Limits, progress: Progress | None) -> None:
        self.dpi = wish.dpi
        self.count = 0
        self._name = driver.name
        self._halt = halt
        self._limits = limits
        self._pages = self._run(driver, wish, progress)

    def __next__(self) -> Scan:
        return next(self._pages)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, err: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def cancel(self) -> None:
        """Stop as soon as the device lets us; the job's `next` then raises ScannerFault ``cancelled``."""
        self._halt.ask()

    def close(self) -> None:
        """End the job; from the thread that iterates."""
        self._pages.close()

    def _run(self, driver: _Driver, wish: Wish, progress: Progress | None) -> Generator[Scan]:
        came = driver.pages(wish, self._limits, progress)
        try:
            for data in came:
                page = self._page(data)
                del data  # else two pages lie in memory
                self.count += 1
                yield page
                del page
        finally:
            came.close()

    def _page(self, data: bytes) -> Scan:
        """One page, checked whole and saying its resolution.

        Raises:
            ScannerFault: it is cut off, damaged, or no page.
        """
        name = f"page-{self.count + 1:03d}"
        try:
            found = load(data, name=name, limits=self._limits)
            stamped = _stamp.with_dpi(name, found.media_type, data, self.dpi, self._limits)
            return load(stamped, name=f"{name}.{_ENDING[found.media_type]}", limits=self._limits)
        except ScannerFault:
            raise
        except ScanError as err:
            raise stop("bad_page", self._name, pages=self.count, en=err.en, vi=err.vi) from err


def _driver(device: str, patience: Patience, halt: Halt) -> _Driver:
    if device.startswith(("escl:", "http:", "https:")):
        from pyhncert.capture._escl import Escl  # noqa: PLC0415  loaded only where it is used

        return Escl(device, patience=patience, halt=halt)
    from pyhncert.capture._sane import Sane  # noqa: PLC0415

    return Sane(device, patience=patience, halt=halt)
