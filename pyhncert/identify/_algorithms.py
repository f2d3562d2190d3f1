"""Which algorithms prove something, and until when: `algorithms.toml`. Asked before signing, and when verifying."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

__all__ = ["Algorithms", "algorithms"]

SCHEMES = {"rsassa_pss": "rsa-pss", "rsassa_pkcs1v15": "rsa-v15", "ecdsa": "ecdsa"}
"""The core's names of signature schemes by asn1crypto's."""


@dataclass(frozen=True, slots=True)
class _Entry:
    scheme: str
    bits: int
    until: dt.date | None


@dataclass(frozen=True, slots=True)
class Algorithms:
    """Digests and signature schemes that are accepted, each until its day (the first on which it is not)."""

    digests: Mapping[str, dt.date | None]
    entries: tuple[_Entry, ...]
    version: int = 1

    def allows(self, scheme: str, bits: int, digest: str, at: dt.datetime) -> bool:
        """Whether a signature by `scheme` with a key of `bits` over `digest` proves something at `at`."""
        return self.allows_digest(digest, at) and any(
            entry.scheme == scheme and bits >= entry.bits and _holds(entry.until, at) for entry in self.entries
        )

    def allows_digest(self, digest: str, at: dt.datetime) -> bool:
        """Whether a digest proves something at `at`."""
        return digest in self.digests and _holds(self.digests[digest], at)

    def row(self, scheme: str, bits: int, at: dt.datetime) -> tuple[str, int, dt.date | None] | None:
        """The row by which a signature is allowed at `at`: its scheme, smallest key, and first day on which it ends."""
        for entry in self.entries:
            if entry.scheme == scheme and bits >= entry.bits and _holds(entry.until, at):
                return entry.scheme, entry.bits, entry.until
        return None

    def until(self, scheme: str, bits: int, digest: str) -> dt.date | None:
        """The first day on which such a signature proves nothing any more; None where no end is known.

        A signature that never proved anything has the first of all days.
        """
        ends = [entry.until for entry in self.entries if entry.scheme == scheme and bits >= entry.bits]
        if not ends or digest not in self.digests:
            return dt.date.min
        longest = None if None in ends else max(end for end in ends if end is not None)
        both = [end for end in (longest, self.digests[digest]) if end is not None]
        return min(both, default=None)

    def plain(self) -> dict[str, Any]:
        """The list as JSON-able values, which `of` reads."""
        signatures = [
            {"scheme": entry.scheme, "bits": entry.bits, "until": _day(entry.until)} for entry in self.entries
        ]
        digests = {name: _day(until) for name, until in self.digests.items()}
        return {"version": self.version, "digests": digests, "signatures": signatures}

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> Algorithms:
        """The list that `plain` gave.

        Raises:
            KeyError, TypeError, ValueError: it is none.
        """
        entries = tuple(
            _Entry(str(entry["scheme"]), int(entry["bits"]), _of_day(entry["until"])) for entry in plain["signatures"]
        )
        digests = {name: _of_day(until) for name, until in plain["digests"].items()}
        return cls(digests, entries, int(plain["version"]))


def _day(until: dt.date | None) -> str | None:
    return None if until is None else until.isoformat()


def _of_day(text: str | None) -> dt.date | None:
    return None if text is None else dt.date.fromisoformat(text)


def _holds(until: dt.date | None, at: dt.datetime) -> bool:
    return until is None or at.date() < until


@cache
def algorithms() -> Algorithms:
    """The list of this release."""
    data = tomllib.loads(resources.files("pyhncert.identify").joinpath("algorithms.toml").read_text("utf-8"))
    entries = tuple(_Entry(entry["scheme"], entry["bits"], entry.get("until")) for entry in data["signatures"])
    digests = {name: entry.get("until") for name, entry in data["digests"].items()}
    return Algorithms(digests, entries, data["version"])
