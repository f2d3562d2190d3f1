"""Which algorithms prove something, and until when: `policy.toml`, also as pyHanko's path validation asks for it."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from asn1crypto import algos, keys
from pyhanko_certvalidator.policy_decl import AlgorithmUsageConstraint, AlgorithmUsagePolicy

_SCHEMES = {
    "rsassa_pss": "rsa-pss",
    "rsassa_pkcs1v15": "rsa-v15",
    "ecdsa": "ecdsa",
    "ed25519": "ed25519",
    "ed448": "ed448",
}


@dataclass(frozen=True, slots=True)
class _Entry:
    scheme: str
    bits: int
    until: dt.date | None


@dataclass(frozen=True, slots=True)
class Policy(AlgorithmUsagePolicy):
    """Digests and signature schemes that are accepted, each until its day.

    `known_at` is when the things asked about are proven to have existed; without it the moment of each question counts.
    """

    digests: Mapping[str, dt.date | None]
    entries: tuple[_Entry, ...]
    known_at: dt.datetime | None = None

    def allows(self, scheme: str, bits: int, digest: str, at: dt.datetime) -> bool:
        """Whether a signature by `scheme` with a key of `bits` over `digest` proved something at `at`."""
        return self.allows_digest(digest, at) and any(
            entry.scheme == scheme and bits >= entry.bits and _holds(entry.until, at) for entry in self.entries
        )

    def allows_digest(self, digest: str, at: dt.datetime) -> bool:
        """Whether a digest proved something at `at`."""
        return digest in self.digests and _holds(self.digests[digest], at)

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

    def digest_algorithm_allowed(
        self, algo: algos.DigestAlgorithm, moment: dt.datetime | None
    ) -> AlgorithmUsageConstraint:
        """pyHanko's question about a digest."""
        return AlgorithmUsageConstraint(allowed=self.allows_digest(algo["algorithm"].native, self._at(moment)))

    def signature_algorithm_allowed(
        self,
        algo: algos.SignedDigestAlgorithm,
        moment: dt.datetime | None,
        public_key: keys.PublicKeyInfo | None,
    ) -> AlgorithmUsageConstraint:
        """pyHanko's question about a signature on a certificate or list."""
        bits = public_key.bit_size if public_key is not None else 1 << 16
        scheme, bits, digest = self.named(algo, bits)
        return AlgorithmUsageConstraint(allowed=self.allows(scheme, bits, digest, self._at(moment)))

    @staticmethod
    def named(algo: algos.SignedDigestAlgorithm, bits: int) -> tuple[str, int, str]:
        """Scheme, bits and digest of the signature on a certificate or list, as this policy names them."""
        try:
            return _SCHEMES.get(algo.signature_algo, ""), bits, algo.hash_algo
        except ValueError:
            return _SCHEMES.get(algo["algorithm"].native, ""), bits, "sha512"

    def _at(self, moment: dt.datetime | None) -> dt.datetime:
        return self.known_at or moment or dt.datetime.max.replace(tzinfo=dt.UTC)


def _holds(until: dt.date | None, at: dt.datetime) -> bool:
    return until is None or at.date() < until


@cache
def policy() -> Policy:
    """The policy of this release."""
    data = tomllib.loads(resources.files("pyhncert.verify").joinpath("policy.toml").read_text("utf-8"))
    entries = tuple(_Entry(entry["scheme"], entry["bits"], entry.get("until")) for entry in data["signatures"])
    return Policy({name: entry.get("until") for name, entry in data["digests"].items()}, entries)
