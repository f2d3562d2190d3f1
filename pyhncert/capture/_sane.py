"""SANE through python-sane: devices, options, pages. One thread reads a job; libsane is left when nobody uses it.

python-sane 2.9 has faults that we keep out of reach: it crashes where a progress callback raises (so nothing raises
there, and no signal arrives in that thread), reads beyond its buffer at 16 bits a sample, shears padded lines and
triples three-pass colour (so these are refused before a line is read).
"""

from __future__ import annotations

import ctypes
import queue
import re
import signal
import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from pyhncert.capture import _stamp
from pyhncert.capture._limits import Limits
from pyhncert.capture._scanner import (
    MM,
    Abilities,
    Halt,
    Mode,
    Patience,
    Progress,
    Scanner,
    Source,
    SourceAbilities,
    Wish,
    data,
    stop,
)
from pyhncert.errors import HncertError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_AREA = ("tl_x", "tl_y", "br_x", "br_y")
_GRACE_S = 0.5
_ANY_DPI = range(50, 4801)  # where a driver names no limits
_News = bytes | float | BaseException | None
_turn = threading.Lock()
_LOOK_S = 0.2
"""How often a job that waits for its turn looks whether it was cancelled."""


def scanners() -> tuple[Scanner, ...]:
    """The devices that libsane finds; it may ask the network for seconds.

    Raises:
        MissingDependency: python-sane is not installed.
    """
    with _library("sane", Patience().busy_s) as sane:
        try:
            found = sane.get_devices()
        except sane._sane.error as err:
            raise _translated("sane", err) from err
    return tuple(Scanner(name=name, vendor=vendor, model=model) for name, vendor, model, _ in found)


@contextmanager
def _library(device: str, wait_s: float, halt: Halt | None = None) -> Iterator[Any]:
    """The module `sane`, initialised, for one job at a time: libsane promises nothing to two threads at once.

    Closed again at the end, so that drivers let go of their devices. Another job is waited for as a busy device is.
    """
    try:
        import sane  # noqa: PLC0415  an extra, and slow to load
    except ImportError as err:
        raise stop("no_sane", device) from err
    until = time.monotonic() + wait_s
    while not _turn.acquire(timeout=min(_LOOK_S, max(0.0, until - time.monotonic()))):
        if halt:
            raise stop("cancelled", device)
        if time.monotonic() >= until:
            raise stop("busy", device)
    try:
        try:
            sane.init()
        except sane._sane.error as err:
            raise _translated(device, err) from err
        try:
            yield sane
        finally:
            sane.exit()
    finally:
        _turn.release()


def _translated(device: str, err: Exception, pages: int = 0, *, opening: bool = False) -> HncertError:
    said = str(err)
    reason = data()["sane"]["status"].get(said, "device")
    if opening:
        reason = {"refused": "no_scanner", "gone": "unreachable"}.get(reason, reason)
    return stop(reason, device, pages=pages, en=said)


def _ignore_sigpipe() -> None:
    """Take back what libsane's sanei_thread does to the whole process: it stops ignoring SIGPIPE.

    The next write to a connection that is gone would else kill us (seen with the drivers `test` and `pnm`).
    """
    if signal.getsignal(signal.SIGPIPE) is signal.SIG_IGN:
        ignore = ctypes.c_void_p(1)  # SIG_IGN; signal.signal works in the main thread only
        ctypes.CDLL(None).signal(signal.SIGPIPE.value, ignore)


def ours(choices: Iterable[object], table: str) -> dict[str, str]:
    """Our word -> the driver's, by `table` of scanners.toml; the first of each kind counts."""
    found: dict[str, str] = {}
    for value in map(str, choices):
        for one in data()["sane"][table]:
            if any(re.search(rf"\b{re.escape(word)}", value.lower()) for word in one["words"]):
                found.setdefault(one["name"], value)
                break
    return found


class _Device:
    """An open device: its options by our words."""

    def __init__(self, sane: Any, name: str) -> None:
        self.name = name
        self._error: type[Exception] = sane._sane.error
        try:
            self._dev = sane.open(name)
        except self._error as err:
            raise _translated(name, err, opening=True) from err
        self._open = True
        self._lock = threading.Lock()

    def close(self) -> None:
        """Cancel what runs and let the device go."""
        with self._lock:
            if self._open:
                self._open = False
                with suppress(self._error):
                    self._dev.cancel()
                self._dev.close()
        _ignore_sigpipe()

    def cancel_soon(self) -> None:
        """Stop what runs; the reader does it between two lines, or we, if it waits in the driver.

        sane_cancel may be called at any time by the standard; SANE's own `test` driver crashes when it meets a read.
        """
        late = threading.Timer(_GRACE_S, self._cancel)
        late.daemon = True
        late.start()

    def _cancel(self) -> None:
        with self._lock:
            if self._open:
                with suppress(self._error):
                    self._dev.cancel()

    def choices(self, option: str, table: str) -> dict[str, str]:
        """Our word -> the driver's, for its option `option`."""
        said = self._constraint(option)
        return ours(said, table) if isinstance(said, list) else {}

    def sources(self) -> dict[Source, str | None]:
        """Sources with the driver's names; a device without the option has its glass only."""
        found = self.choices("source", "sources")
        order: tuple[Source, ...] = ("flatbed", "feeder", "duplex")
        return {one: found[one] for one in order if one in found} or {"flatbed": None}

    def ability(self, source: Source, named: str | None) -> SourceAbilities:
        """What `source` can do, after choosing it."""
        if named is not None:
            self.set("source", named)
        modes: dict[Any, str] = self.choices("mode", "modes")
        order: tuple[Mode, ...] = ("colour", "gray", "bw")
        return SourceAbilities(
            source=source,
            dpi=self._dpi(),
            modes=tuple(one for one in order if one in modes) or ("gray",),
            size_mm=(self._side("br_x"), self._side("br_y")),
        )

    def prepare(self, area: tuple[float, float], wish: Wish) -> None:
        """Set mode, resolution and area, each after what it depends on."""
        modes = self.choices("mode", "modes")
        if wish.mode in modes:
            self.set("mode", modes[wish.mode])
        if wish.mode != "bw" and self.settable("depth"):
            self.set("depth", 8)
        self.set("resolution", wish.dpi)
        got = self._dev.resolution if self.settable("resolution") else wish.dpi
        if round(got) != wish.dpi:
            raise stop("refused", self.name, en=f"{got} dpi instead of {wish.dpi}", vi=f"{got} dpi thay vì {wish.dpi}")
        for name, value in wish.options.items():
            if not self.settable(name.replace("-", "_")):
                raise stop("no_such_setting", self.name, en=name)
            self.set(name.replace("-", "_"), value)
        width, height = area
        for name, value in (("page_width", width), ("page_height", height)):
            if self.settable(name):
                self.set(name, value)
        for name, value in zip(_AREA, (0.0, 0.0, width, height), strict=True):
            if self.settable(name):
                self.set(name, value / MM * wish.dpi if self._in_pixels(name) else value)

    def settable(self, name: str) -> bool:
        """Whether the driver lets us set the option now."""
        option = self._dev.opt.get(name)
        return option is not None and bool(option.is_active()) and bool(option.is_settable())

    def set(self, name: str, value: object) -> None:
        """Set an option, as the type that the driver wants."""
        if not self.settable(name):
            return
        kind = self._dev.opt[name].type
        import _sane  # noqa: PLC0415  the half of python-sane that names types

        if kind == _sane.TYPE_FIXED:
            value = float(value)  # type: ignore[arg-type]
        elif kind in (_sane.TYPE_INT, _sane.TYPE_BOOL):
            value = round(value)  # type: ignore[call-overload]
        try:
            setattr(self._dev, name, value)
        except (self._error, TypeError) as err:  # TypeError: a type of option that it cannot set
            raise stop("refused", self.name, en=f"{name} = {value}: {err}") from err

    def start(self) -> None:
        """Begin a page.

        Raises:
            the module's error, which the caller translates.
        """
        self._dev.start()

    def page(self, limits: Limits, row: Callable[[int, int], bool]) -> npt.NDArray[np.uint8]:
        """Read the page that was begun, (height, width) or (height, width, 3); `row` answers whether to stop."""
        import numpy as np  # noqa: PLC0415  not needed to list scanners

        kind, last, (width, lines), depth, line_bytes = self._dev.get_parameters()
        samples = 3 if kind == "color" else 1
        plain = (width * samples * depth + 7) // 8
        if kind not in ("gray", "color") or not last or depth not in (1, 8) or line_bytes != plain:
            raise stop("refused", self.name, en=f"{kind} at {depth} bits, {line_bytes} bytes a line for {plain}")
        most = limits.max_pixels // max(1, width)
        if lines > most:
            raise stop("refused", self.name, en=f"{width} x {lines} pixels")
        done = 0

        def seen(row_done: int, _: int) -> None:
            nonlocal done
            done = row_done
            if row(row_done, lines) or row_done > most:
                self._dev.cancel()

        picture = self._dev.snap(True, seen)
        if done > most:
            raise stop("refused", self.name, en=f"{width} x {done} pixels")
        pixels = np.asarray(picture)
        if pixels.shape[0] < lines:
            raise EOFError(f"{pixels.shape[0]} of {lines} lines")
        return pixels

    @property
    def error(self) -> type[Exception]:
        """What the module raises."""
        return self._error

    def _constraint(self, name: str) -> Any:
        option = self._dev.opt.get(name)
        return option.constraint if option is not None and option.is_active() else None

    def _dpi(self) -> Sequence[int]:
        said = self._constraint("resolution")
        if isinstance(said, list):
            return tuple(sorted({round(value) for value in said}))
        if isinstance(said, tuple):
            low, high, step = said
            return range(max(1, round(low)), round(high) + 1, max(1, round(step)))
        return _ANY_DPI

    def _in_pixels(self, name: str) -> bool:
        import _sane  # noqa: PLC0415

        return bool(self._dev.opt[name].unit == _sane.UNIT_PIXEL)

    def _side(self, name: str) -> float:
        """The far end of the area in mm; a device that says nothing is taken for A4."""
        sizes = data()["sizes_mm"]["A4"]
        said = self._constraint(name)
        if not said:
            return float(sizes[name == "br_y"])
        far = float(max(said) if isinstance(said, list) else said[1])
        return far / float(self._dev.resolution) * MM if self._in_pixels(name) else far


class Sane:
    """One SANE device."""

    def __init__(self, name: str, *, patience: Patience, halt: Halt) -> None:
        self.name = name.removeprefix("sane:")
        self._patience = patience
        self._halt = halt

    def abilities(self) -> Abilities:
        """What it can do, found by choosing each source.

        Raises:
            MissingDependency, UsageFault, Unavailable, ScannerFault: as `scan`.
        """
        with _library(self.name, self._patience.busy_s) as sane:
            device = _Device(sane, self.name)
            try:
                return self._abilities(device, tuple(device.sources().items()))
            finally:
                device.close()

    def pages(self, wish: Wish, limits: Limits, progress: Progress | None) -> Generator[bytes]:
        """Run one job and yield its pages as PNG; one more page is read meanwhile."""
        news: queue.SimpleQueue[_News] = queue.SimpleQueue()
        room = threading.Semaphore(2)
        reader = threading.Thread(target=self._read, args=(wish, limits, news, room), name="hncert-sane", daemon=True)
        reader.start()
        count = 0
        try:
            while True:
                try:
                    got = news.get(timeout=self._patience.page_s)
                except queue.Empty:
                    raise stop("silent", self.name, pages=count) from None
                if got is None:
                    return
                if isinstance(got, BaseException):
                    raise got
                if isinstance(got, float):
                    if progress is not None:
                        progress(count + 1, got)
                    continue
                count += 1
                yield got
                room.release()
        finally:
            self._halt.ask()
            room.release()  # a reader that waits for room sees the stop
            reader.join(self._patience.answer_s)

    def _read(self, wish: Wish, limits: Limits, news: queue.SimpleQueue[_News], room: threading.Semaphore) -> None:
        """The reader's thread: shares of pages, pages, and at the end None or what ended the job."""
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGPIPE})  # threads that a driver starts inherit it
        try:
            with _library(self.name, self._patience.busy_s, self._halt) as sane:
                device = _Device(sane, self.name)
                self._halt.wake(device.cancel_soon)
                try:
                    self._read_pages(device, wish, limits, news, room)
                finally:
                    self._halt.wake(None)
                    device.close()
            news.put(None)
        except HncertError as err:
            news.put(err)
        except BaseException as err:
            news.put(err)
            raise

    def _read_pages(
        self,
        device: _Device,
        wish: Wish,
        limits: Limits,
        news: queue.SimpleQueue[_News],
        room: threading.Semaphore,
    ) -> None:
        named = device.sources()
        ours = {wish.source: named[wish.source]} if wish.source in named else named
        found, area = wish.chosen(self._abilities(device, tuple(ours.items())), limits)
        device.ability(found.source, named[found.source])
        device.prepare(area, wish)
        most = 1 if found.source == "flatbed" else wish.pages
        count = 0
        while most is None or count < most:
            room.acquire()
            news.put(0.0)
            pixels = self._page(device, count, limits, news)
            if pixels is None:
                if count:
                    return
                raise stop("empty", self.name)
            count += 1
            news.put(1.0)
            news.put(_stamp.png(pixels, wish.dpi))

    def _page(
        self, device: _Device, count: int, limits: Limits, news: queue.SimpleQueue[_News]
    ) -> npt.NDArray[np.uint8] | None:
        """One page, or None where the feeder has no more."""
        if self._halt:
            raise stop("cancelled", self.name, pages=count)
        began = False

        def row(done: int, lines: int) -> bool:
            if done == 1:  # the driver's own thread runs by now
                _ignore_sigpipe()
            if lines > 0 and done % 128 == 0:
                news.put(done / lines)
            return bool(self._halt)

        try:
            device.start()
            began = True
            return device.page(limits, row)
        except device.error as err:
            if self._halt:
                raise stop("cancelled", self.name, pages=count) from err
            fault = _translated(self.name, err, count)
            if not began and getattr(fault, "reason", "") == "empty":
                return None
            raise fault from err
        except (EOFError, RuntimeError) as err:  # fewer lines than promised, or none at all
            raise stop("cut_off", self.name, pages=count, en=str(err)) from err

    def _abilities(self, device: _Device, named: Sequence[tuple[Source, str | None]]) -> Abilities:
        sources = tuple(device.ability(source, name) for source, name in named)
        return Abilities(scanner=Scanner(name=self.name, vendor="", model=""), sources=sources)
