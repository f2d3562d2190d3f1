"""Which algorithms prove something, and until when: `policy.toml`, also as pyHanko's path validation asks for it."""

from __future__ import annotations

import datetime as dt
import tomllib
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
    """Digests and signature schemes that are accepted."""

    digests: frozenset[str]
    entries: tuple[_Entry, ...]

    def allows(self, scheme: str, bits: int, digest: str, at: dt.datetime) -> bool:
        """Whether a signature by `scheme` with a key of `bits` over `digest` proved something at `at`."""
        return digest in self.digests and any(
            entry.scheme == scheme and bits >= entry.bits and (entry.until is None or at.date() < entry.until)
            for entry in self.entries
        )

    def digest_algorithm_allowed(
        self, algo: algos.DigestAlgorithm, moment: dt.datetime | None
    ) -> AlgorithmUsageConstraint:
        """pyHanko's question about a digest."""
        del moment
        return AlgorithmUsageConstraint(allowed=algo["algorithm"].native in self.digests)

    def signature_algorithm_allowed(
        self,
        algo: algos.SignedDigestAlgorithm,
        moment: dt.datetime | None,
        public_key: keys.PublicKeyInfo | None,
    ) -> AlgorithmUsageConstraint:
        """pyHanko's question about a signature on a certificate or list."""
        try:
            scheme, digest = _SCHEMES.get(algo.signature_algo, ""), algo.hash_algo
        except ValueError:
            scheme, digest = _SCHEMES.get(algo["algorithm"].native, ""), "sha512"
        bits = public_key.bit_size if public_key is not None else 1 << 16
        at = moment or dt.datetime.max.replace(tzinfo=dt.UTC)
        return AlgorithmUsageConstraint(allowed=self.allows(scheme, bits, digest, at))


@cache
def policy() -> Policy:
    """The policy of this release."""
    data = tomllib.loads(resources.files("pyhncert.verify").joinpath("policy.toml").read_text("utf-8"))
    entries = tuple(_Entry(entry["scheme"], entry["bits"], entry.get("until")) for entry in data["signatures"])
    return Policy(frozenset(data["digests"]), entries)
