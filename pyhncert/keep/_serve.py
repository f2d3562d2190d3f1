"""Serving jobs by their leases: take what is due, do some at once, and keep alive what is in hand.

Nothing is kept here: what is in hand when the process is killed is another worker's when the lease has run out. As one
of these jobs may have killed it, each is then done alone: a job that kills its workers takes no other along twice.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from pyhncert.keep._jobs import Jobs, Lease

__all__ = ["Service", "by_leases"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Service(Generic[T]):
    """How a worker serves: `do` is one try of a leased job, in a thread of its own, and never raises.

    `taken` is told when a job was leased, `ended` what a try came to, both from the serving thread. `threads` jobs are
    in hand at once. It ends when `stop` is set and what is in hand is done; with `once`, also when nothing is due now.
    """

    do: Callable[[Lease], T]
    ended: Callable[[T], None]
    taken: Callable[[], None]
    threads: int
    stop: threading.Event
    once: bool = False


def by_leases(jobs: Jobs, service: Service[T]) -> None:
    """Serve from the table of leases, looked at every `JobRules.idle_s` when there is nothing to do."""
    in_hand: dict[Future[T], Lease] = {}
    with ThreadPoolExecutor(service.threads, thread_name_prefix="hncert-worker") as pool:
        beat = time.monotonic()
        while True:
            while len(in_hand) < service.threads and not service.stop.is_set():
                if any(held.alone for held in in_hand.values()) or (lease := jobs.lease(beside=bool(in_hand))) is None:
                    break
                service.taken()
                in_hand[pool.submit(service.do, lease)] = lease
            if not in_hand:
                if service.once or service.stop.is_set():
                    return
                service.stop.wait(jobs.rules.idle_s)
                continue
            ended, _ = wait(in_hand, timeout=jobs.rules.idle_s, return_when=FIRST_COMPLETED)
            for future in ended:
                del in_hand[future]
                service.ended(future.result())
            if time.monotonic() - beat > jobs.rules.lease_s / 3:
                beat = time.monotonic()
                for lease in in_hand.values():
                    jobs.extend(lease)
