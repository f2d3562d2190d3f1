"""What a scanner is, what it can do, and what it is asked."""

from __future__ import annotations

import threading
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any, Literal, NoReturn

from pyhncert import errors
from pyhncert.capture._faults import shown
from pyhncert.capture._limits import Limits

Source = Literal["flatbed", "feeder", "duplex"]
Mode = Literal["colour", "gray", "bw"]
Progress = Callable[[int, float], None]
"""Told the page that is coming in (from 1) and its share that has arrived, 0 to 1."""

MM = 25.4


@cache
def data() -> dict[str, Any]:
    """scanners.toml, read when a scanner is first spoken of."""
    return tomllib.loads(resources.files("pyhncert.capture").joinpath("scanners.toml").read_text("utf-8"))


def stop(reason: str, device: str, *, pages: int = 0, en: str = "", vi: str = "", hint: str = "") -> errors.HncertError:
    """The error of fault `reason` of `device`; `pages` came before it, `en` and `vi` say more."""
    said = data()["faults"][reason]
    kind: type[errors.HncertError] = getattr(errors, said["class"])
    more = {"reason": reason} if kind is errors.ScannerFault else {}
    kept_en = f"; the {pages} page{'s' * (pages > 1)} before it came in whole" if pages else ""
    kept_vi = f"; {pages} trang trước đó đã quét xong" if pages else ""
    return kind(
        f"{shown(device)}: {said['en']}{f' ({en})' if en else ''}{kept_en}",
        f"{shown(device)}: {said['vi']}{f' ({vi or en})' if en else ''}{kept_vi}",
        hint=hint or said["hint"],
        hint_vi=hint or said["hint_vi"],
        **more,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanner:
    """A scanner by the `name` that `scan` takes."""

    name: str
    vendor: str
    model: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceAbilities:
    """What one source of a scanner can do: resolutions in dpi (a tuple or a range), modes, largest paper in mm."""

    source: Source
    dpi: Sequence[int]
    modes: tuple[Mode, ...]
    size_mm: tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Abilities:
    """What a scanner can do, source by source."""

    scanner: Scanner
    sources: tuple[SourceAbilities, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a scanner is waited for, in seconds.

    `answer_s` for any answer that needs no paper to move, `page_s` for one whole page, `busy_s` for a busy scanner.
    """

    answer_s: float = 20.0
    page_s: float = 300.0
    busy_s: float = 60.0

    def __post_init__(self) -> None:
        if min(self.answer_s, self.page_s) <= 0 or self.busy_s < 0:
            raise ValueError("patience is positive")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the caller of `scan` asks; `source` None is the glass where there is one, `pages` None all in the feeder.

    `options` are settings of one SANE driver by its own names.
    """

    source: Source | None = None
    dpi: int = 300
    mode: Mode = "colour"
    size: str | tuple[float, float] = "A4"
    pages: int | None = None
    options: Mapping[str, str | float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.pages is not None and self.pages < 1:
            raise errors.UsageFault("ask for at least 1 page", "hãy yêu cầu ít nhất 1 trang")
        if not isinstance(self.size, str) and min(self.size) <= 0:
            raise errors.UsageFault("a paper size is positive", "khổ giấy phải là số dương")

    def chosen(self, abilities: Abilities, limits: Limits) -> tuple[SourceAbilities, tuple[float, float]]:
        """The source to use and the area in mm, where the scanner can do what is asked.

        Raises:
            UsageFault: it has no such source, resolution, mode or size, or the page would be too large for `limits`.
        """
        device = abilities.scanner.name
        by_name = {one.source: one for one in abilities.sources}
        if not by_name:
            raise stop(
                "nonsense", device, en="it has neither glass nor feeder", vi="máy không có mặt kính lẫn khay nạp"
            )
        wanted = self.source or ("flatbed" if "flatbed" in by_name else next(iter(by_name)))
        if wanted not in by_name:
            _cannot(device, f"source {wanted}", f"nguồn {wanted}", by_name)
        found = by_name[wanted]
        if self.dpi not in found.dpi:
            _cannot(device, f"{self.dpi} dpi", f"{self.dpi} dpi", shown_dpi(found.dpi))
        if self.mode not in found.modes:
            _cannot(device, f"mode {self.mode}", f"chế độ {self.mode}", found.modes)
        if wanted == "flatbed" and (self.pages or 1) > 1:
            _cannot(device, "several pages from the glass at once", "nhiều trang một lần trên mặt kính", ["1"])
        area = self._area(device, found.size_mm)
        width, height = (round(side / MM * self.dpi) for side in area)
        if width * height > limits.max_pixels:
            most = f"<= {limits.max_pixels / 1e6:.0f}e6"
            _cannot(device, f"{width} x {height} pixels", f"{width} x {height} điểm ảnh", [most])
        return found, area

    def _area(self, device: str, most: tuple[float, float]) -> tuple[float, float]:
        sizes: dict[str, list[float]] = data()["sizes_mm"]
        if self.size == "max":
            return most
        if isinstance(self.size, str):
            named = {name.lower(): sides for name, sides in sizes.items()}
            if self.size.lower() not in named:
                _cannot(device, f"size {self.size}", f"khổ {self.size}", ["max", *sizes])
            width, height = named[self.size.lower()]
        else:
            width, height = self.size
        if any(side > limit + data()["slack"]["mm"] for side, limit in zip((width, height), most, strict=True)):
            asked = f"{width:.0f} x {height:.0f} mm"
            _cannot(device, asked, asked, [f"{most[0]:.0f} x {most[1]:.0f} mm"])
        return min(width, most[0]), min(height, most[1])


def shown_dpi(dpi: Sequence[int]) -> list[str]:
    """Resolutions for people: a list, or ends and step of a range."""
    if isinstance(dpi, range) and len(dpi) > 8:
        return [f"{dpi[0]}-{dpi[-1]}" + (f" (+{dpi.step})" if dpi.step > 1 else "")]
    return [str(value) for value in dpi]


def _cannot(device: str, en: str, vi: str, can: Iterable[str]) -> NoReturn:
    choice = ", ".join(can)
    raise stop("no_such_setting", device, en=f"{en}; it can: {choice}", vi=f"{vi}; máy có: {choice}")


class Halt:
    """Asks a running job to stop, from any thread; `on` is called then, to wake what waits on the device."""

    def __init__(self) -> None:
        self._asked = threading.Event()
        self._lock = threading.Lock()
        self._on: Callable[[], None] | None = None

    def __bool__(self) -> bool:
        return self._asked.is_set()

    def wait(self, seconds: float) -> bool:
        """Wait so long, or until the stop; whether it was asked."""
        return self._asked.wait(seconds)

    def wake(self, on: Callable[[], None] | None) -> None:
        """Call `on` when the stop is asked, now if it was; None takes the former back, which then runs no more."""
        with self._lock:
            self._on = on
            if on is not None and self._asked.is_set():
                on()

    def ask(self) -> None:
        """Stop."""
        with self._lock:
            self._asked.set()
            if self._on is not None:
                self._on()
