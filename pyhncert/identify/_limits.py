"""The limits of the checks before signing: `checks.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

__all__ = ["CheckLimits", "check_limits"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckLimits:
    """Seconds each; what they mean stands in `checks.toml`."""

    clock_allowed_s: float
    ocsp_timeout_s: float
    ocsp_reuse_s: float
    ocsp_silent_s: float
    ocsp_unsaid_s: float


@cache
def check_limits() -> CheckLimits:
    """The limits of this release."""
    data = tomllib.loads(resources.files("pyhncert.identify").joinpath("checks.toml").read_text("utf-8"))
    ocsp = data["ocsp"]
    return CheckLimits(
        clock_allowed_s=float(data["clock"]["allowed_s"]),
        ocsp_timeout_s=float(ocsp["timeout_s"]),
        ocsp_reuse_s=float(ocsp["reuse_s"]),
        ocsp_silent_s=float(ocsp["silent_s"]),
        ocsp_unsaid_s=float(ocsp["unsaid_s"]),
    )
