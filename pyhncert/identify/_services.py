"""Several timestamp services, asked one after the other, so that a slow or silent one costs little.

Each has a circuit breaker, which all processes of the office share, and takes so many calls at once. One limit of time
holds for a token, however many services are asked for it.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import time
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Protocol

from pyhncert.errors import ClockFault, HncertError, StorageFault, TimestampFault, Unavailable
from pyhncert.identify import _http

__all__ = ["BreakersLike", "ServiceLike", "ServiceRules", "Slots", "TimestampServices", "service_rules"]

_POLL_S = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceRules:
    """How services are asked, in seconds and times; see ``services.toml``."""

    failures: int
    pause_s: float
    parallel: int
    timeout_s: float
    patience_s: float


@cache
def service_rules() -> ServiceRules:
    """The figures of this release."""
    return ServiceRules(
        **tomllib.loads(resources.files("pyhncert.identify").joinpath("services.toml").read_text("utf-8"))
    )


class ServiceLike(Protocol):
    """A service on the network, as `HttpTimestamper`."""

    @property
    def url(self) -> str:
        """Its address, by which it is known."""

    def token(self, digest: bytes, algorithm: str, /, *, timeout_s: float | None = None) -> bytes:
        """A token; raises `Unavailable` where it is silent for `timeout_s`, `TimestampFault` where it is wrong."""


class BreakersLike(Protocol):
    """Circuit breakers, as `pyhncert.keep.Breakers`."""

    def may_ask(self, service: str, /) -> bool:
        """Whether this caller may ask the service now."""

    def answered(self, service: str, /) -> None:
        """It answered."""

    def silent(self, service: str, /) -> None:
        """It did not answer in time."""


class Slots:
    """So many places at a service, for threads and processes: locks on files in `folder` that end with their holder."""

    def __init__(self, folder: Path, parallel: int) -> None:
        self._folder = folder
        self._parallel = parallel

    @contextmanager
    def take(self, service: str) -> Iterator[bool]:
        """A place, for as long as the block lasts; False where all are taken.

        Raises:
            StorageFault: the folder cannot be written.
        """
        name = hashlib.sha256(service.encode()).hexdigest()[:16]
        held = None
        try:
            try:
                self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                for n in range(self._parallel):
                    place = os.open(self._folder / f"{name}.{n}", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
                    try:
                        fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    except BlockingIOError:
                        os.close(place)
                        continue
                    held = place
                    break
            except OSError as err:
                raise StorageFault(
                    f"{self._folder} cannot be written: {err.strerror}",
                    f"không ghi được {self._folder}: {err.strerror}",
                ) from err
            yield held is not None
        finally:
            if held is not None:
                os.close(held)


class TimestampServices:
    """Services in the order in which they are asked; `limit_s` bounds a token, in seconds.

    A service that rests or has no free place is passed over; the time left is shared by those that are still to be
    asked, so that the first cannot use it up.
    """

    def __init__(
        self, services: Sequence[ServiceLike], *, breakers: BreakersLike, slots: Slots, limit_s: float
    ) -> None:
        self.services = tuple(services)
        self._breakers = breakers
        self._slots = slots
        self._limit_s = limit_s

    def breaker(self, service: ServiceLike) -> str:
        """The name of a service's breaker: one that is too slow for a short limit may serve a longer one."""
        return f"{service.url} {self._limit_s:g}s"

    def token(self, digest: bytes, algorithm: str, /) -> bytes:
        """A token of the first service that gives one.

        Raises:
            Unavailable: none does, and one of them may later.
            TimestampFault: each of them answered wrongly; `ClockFault` where one says another time.
        """
        until = time.monotonic() + self._limit_s
        met: list[HncertError] = []
        left = list(self.services)
        while left:
            busy: list[ServiceLike] = []
            for place, service in enumerate(left):
                with self._slots.take(service.url) as taken:
                    if not taken:
                        busy.append(service)
                        continue
                    share = max(until - time.monotonic(), _POLL_S) / (len(left) - place + len(busy))
                    found = self._ask(service, digest, algorithm, share)
                if isinstance(found, bytes):
                    return found
                met.append(found)
            left = busy
            if left and time.monotonic() >= until:
                met += [_busy(service.url) for service in left]
                break
            if left:
                time.sleep(_POLL_S)
        raise _all_of(met)

    def _ask(self, service: ServiceLike, digest: bytes, algorithm: str, timeout_s: float) -> bytes | HncertError:
        name = self.breaker(service)
        if not self._breakers.may_ask(name):
            return _resting(service.url)
        try:
            token = service.token(digest, algorithm, timeout_s=timeout_s)
        except Unavailable as err:
            self._breakers.silent(name)
            return err
        except TimestampFault as err:
            self._breakers.answered(name)  # the breaker saves time, and this took none; a wrong answer stays loud
            return err
        self._breakers.answered(name)
        return token


def _all_of(met: Sequence[HncertError]) -> HncertError:
    """What to say when no service gave a token: silence may pass, so it goes before a wrong answer.

    A clock that is off goes before both: the service that told it did answer.
    """
    for err in met:
        if isinstance(err, ClockFault):
            return err
    silent = [err for err in met if isinstance(err, Unavailable)]
    kind = Unavailable if silent else TimestampFault
    said = list(dict.fromkeys((err.en, err.vi) for err in (*silent, *(err for err in met if err not in silent))))
    return kind("; ".join(en for en, _ in said), "; ".join(vi for _, vi in said))


def _resting(url: str) -> Unavailable:
    host = _http.host_of(url)
    return Unavailable(
        f"timestamp service {host} did not answer several times and rests for a while",
        f"dịch vụ dấu thời gian {host} nhiều lần không trả lời nên tạm nghỉ",
    )


def _busy(url: str) -> Unavailable:
    host = _http.host_of(url)
    return Unavailable(
        f"timestamp service {host} had no free place in time", f"dịch vụ dấu thời gian {host} không còn lượt gọi"
    )
