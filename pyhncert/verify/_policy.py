"""The list of algorithms as pyHanko's path validation asks for it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from asn1crypto import algos, keys
from pyhanko_certvalidator.policy_decl import AlgorithmUsageConstraint, AlgorithmUsagePolicy

from pyhncert.identify import Algorithms
from pyhncert.identify._algorithms import SCHEMES

_SCHEMES = {**SCHEMES, "ed25519": "ed25519", "ed448": "ed448"}


@dataclass(frozen=True, slots=True)
class Policy(AlgorithmUsagePolicy):
    """`algorithms`, asked as of `known_at`: when the certificates and lists are proven to have existed.

    Without it the moment of each question counts.
    """

    algorithms: Algorithms
    known_at: dt.datetime | None = None

    def digest_algorithm_allowed(
        self, algo: algos.DigestAlgorithm, moment: dt.datetime | None
    ) -> AlgorithmUsageConstraint:
        """pyHanko's question about a digest."""
        allowed = self.algorithms.allows_digest(algo["algorithm"].native, self._at(moment))
        return AlgorithmUsageConstraint(allowed=allowed)

    def signature_algorithm_allowed(
        self,
        algo: algos.SignedDigestAlgorithm,
        moment: dt.datetime | None,
        public_key: keys.PublicKeyInfo | None,
    ) -> AlgorithmUsageConstraint:
        """pyHanko's question about a signature on a certificate or list."""
        scheme, digest = named(algo)
        bits = public_key.bit_size if public_key is not None else 1 << 16
        return AlgorithmUsageConstraint(allowed=self.algorithms.allows(scheme, bits, digest, self._at(moment)))

    def _at(self, moment: dt.datetime | None) -> dt.datetime:
        return self.known_at or moment or dt.datetime.max.replace(tzinfo=dt.UTC)


def named(algo: algos.SignedDigestAlgorithm) -> tuple[str, str]:
    """Scheme and digest of the signature on a certificate or list, by our names."""
    try:
        return _SCHEMES.get(algo.signature_algo, ""), algo.hash_algo
    except ValueError:
        return _SCHEMES.get(algo["algorithm"].native, ""), "sha512"
