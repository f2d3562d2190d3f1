"""The office's timestamp services, as its settings name them: its own authority, or services on the network."""

from __future__ import annotations

import socket
import urllib.parse
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pyhncert.errors import Unavailable
from pyhncert.identify import (
    HttpTimestamper,
    ServiceRules,
    Slots,
    Timestamper,
    TimestampServices,
    TrialTimestamper,
    service_rules,
)
from pyhncert.values import Words

if TYPE_CHECKING:
    from pyhncert._parts import OfficeParts

__all__ = ["probe", "rules", "timestamper"]

_PROBE_S = 2.0


def rules(office: OfficeParts) -> ServiceRules:
    """How services are asked: as the settings say, else as this release has it."""
    said: dict[str, Any] = dict(office.settings.tsa_calls)
    return replace(service_rules(), **said)


def timestamper(office: OfficeParts, *, patient: bool) -> Timestamper | None:
    """Who gives timestamps, to `certify` or to a `patient` worker; None where nobody is configured."""
    settings = office.settings
    if office.authority is not None:
        return TrialTimestamper(office.authority)
    if not settings.tsa_urls:
        return None
    services = [
        HttpTimestamper(
            url,
            roots=office.roots,
            chain=office.intermediates,
            clock=office.clock,
            randomness=office.randomness,
            allowed_clock_s=settings.max_clock_off_s,
        )
        for url in settings.tsa_urls
    ]
    how = rules(office)
    return TimestampServices(
        services,
        breakers=office.register.breakers(failures=how.failures, pause_s=how.pause_s),
        slots=Slots(settings.folder / "work" / "calls", how.parallel),
        limit_s=how.patience_s if patient else how.timeout_s,
    )


def probe(office: OfficeParts, *, count: bool) -> Words:
    """Which services on the network can be reached: a connection is opened and closed, for a token may take minutes.

    With `count` silence counts for the breakers, and a service that rests is not asked.

    Raises:
        Unavailable: none can, or none is configured.
    """
    services = office.timestamper
    if not isinstance(services, TimestampServices):
        raise Unavailable(
            "no timestamp service is configured; copies are B-B",
            "chưa cấu hình dịch vụ dấu thời gian; bản sao ở mức B-B",
        )
    how = rules(office)
    breakers = office.register.breakers(failures=how.failures, pause_s=how.pause_s)
    good: list[str] = []
    bad: list[str] = []
    for service in services.services:
        name = services.breaker(service)
        if count and breakers.rests(name):
            bad.append(_place(service.url))
        elif _answers(service.url):
            good.append(service.url)
            if count:
                break
        else:
            bad.append(_place(service.url))
            if count:
                breakers.silent(name)
    if not good:
        hosts = ", ".join(bad)
        raise Unavailable(
            f"the timestamp service {hosts} is silent; the copy is issued without a timestamp",
            f"dịch vụ dấu thời gian {hosts} không trả lời; bản sao được cấp không có dấu thời gian",
        )
    silent = Words(f"; {', '.join(bad)} không trả lời", f"; {', '.join(bad)} is silent") if bad else Words("", "")
    return Words(f"{', '.join(good)} có trả lời{silent.vi}", f"{', '.join(good)} answers{silent.en}")


def _place(url: str) -> str:
    place = urllib.parse.urlsplit(url)
    return f"{place.hostname}:{place.port or (443 if place.scheme == 'https' else 80)}"


def _answers(url: str) -> bool:
    place = urllib.parse.urlsplit(url)
    port = place.port or (443 if place.scheme == "https" else 80)
    try:
        socket.create_connection((place.hostname or "", port), timeout=_PROBE_S).close()
    except OSError:
        return False
    return True
