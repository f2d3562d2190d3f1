"""One family of errors; each class answers: may the caller try again, and whom do we tell?

::

    HncertError            1   internal: our fault
    ├── UsageFault         2   an argument or a setting is wrong
    ├── VerdictError           what verification found; carries the report
    │   ├── Altered        3   some byte, page or structure is not what was signed
    │   ├── Revoked        4   the copy, or a certificate before its proven time, was revoked
    │   ├── Superseded     5   a newer act replaces it
    │   ├── Unsigned       6   no signature, or not one of our copies
    │   ├── Undecided      7   evidence is missing
    │   └── NotFound       8   no such code or file
    ├── ScanError         10   the input cannot be read as a page
    │   └── ScannerFault  10   the scanner stopped: jam, empty feeder, open cover, half a page
    ├── QualityRefused    11   a blocking quality finding
    ├── Blocked           12   another blocking finding, or the officer said no
    ├── MissingDependency 13   a library, font or model is missing
    ├── KeyFault          14   a key, password or PIN is wrong
    ├── CertificateFault  15   a certificate is wrong, expired, or for another use
    ├── TimestampFault    16   the timestamp answer is wrong
    │   └── ClockFault    16   the office's clock and a service's signed time differ too much
    ├── RevocationFault   17   revocation data are wrong or stale
    ├── StorageFault      18   disk or database
    └── Unavailable       75   a service did not answer; the same call may pass later
        └── TooMany       75   somebody asked too often; it says when to come back
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt

    from pyhncert.values import Finding, Report

__all__ = [
    "Altered",
    "AlteredCore",
    "Blocked",
    "CertificateFault",
    "ClockFault",
    "HncertError",
    "KeyFault",
    "MissingDependency",
    "NotFound",
    "QualityRefused",
    "RevocationFault",
    "Revoked",
    "ScanError",
    "ScannerFault",
    "StorageFault",
    "Superseded",
    "TimestampFault",
    "TooMany",
    "Unavailable",
    "Undecided",
    "Unsigned",
    "UsageFault",
    "VerdictError",
]


class HncertError(Exception):
    """Base of the family: says what was seen, then what to do, in English and Vietnamese.

    `refusal` is the name of a refusal before signing (docs/office.md lists them), empty for other errors.
    """

    exit_code = 1

    def __init__(self, en: str, vi: str = "", *, hint: str = "", hint_vi: str = "", refusal: str = "") -> None:
        super().__init__(en)
        self.refusal = refusal
        self.en = en
        self.vi = vi or en
        self.hint_en = hint
        self.hint_vi = hint_vi or hint

    def say(self, lang: str) -> str:
        """What was seen, in `lang` (``vi`` or ``en``)."""
        return self.vi if lang == "vi" else self.en

    def hint(self, lang: str) -> str:
        """What to do about it, or an empty string."""
        return self.hint_vi if lang == "vi" else self.hint_en


class UsageFault(HncertError):
    """An argument or a setting is wrong."""

    exit_code = 2


class VerdictError(HncertError):
    """Verification ended in another verdict than `valid`; `report` says everything that was found."""

    def __init__(self, en: str, vi: str = "", *, report: Report, hint: str = "", hint_vi: str = "") -> None:
        super().__init__(en, vi, hint=hint, hint_vi=hint_vi)
        self.report = report


class Altered(VerdictError):
    """Some byte, page or structure is not what was signed."""

    exit_code = 3


class Revoked(VerdictError):
    """The copy was revoked, or a certificate was before the proven time of its signature."""

    exit_code = 4


class Superseded(VerdictError):
    """A newer act replaces the copy."""

    exit_code = 5


class Unsigned(VerdictError):
    """No signature, or not one of our copies."""

    exit_code = 6


class Undecided(VerdictError):
    """Evidence is missing: unknown root, no revocation data."""

    exit_code = 7


class NotFound(VerdictError):
    """No such code or file."""

    exit_code = 8


class ScanError(HncertError):
    """The input cannot be read as a page."""

    exit_code = 10


class ScannerFault(ScanError):
    """The scanner stopped; `reason` says why in one word, as docs/eye.md lists them (``jam``, ``empty``, …)."""

    def __init__(self, en: str, vi: str = "", *, reason: str = "device", hint: str = "", hint_vi: str = "") -> None:
        super().__init__(en, vi, hint=hint, hint_vi=hint_vi)
        self.reason = reason


class _Refused(HncertError):
    """Findings stand against the copy."""

    def __init__(  # what every error says, and the findings
        self,
        en: str,
        vi: str = "",
        *,
        findings: tuple[Finding, ...] = (),
        hint: str = "",
        hint_vi: str = "",
        refusal: str = "",
    ) -> None:
        super().__init__(en, vi, hint=hint, hint_vi=hint_vi, refusal=refusal)
        self.findings = findings


class QualityRefused(_Refused):
    """A blocking quality finding: blank, blurred, cut off, under 150 dpi."""

    exit_code = 11


class Blocked(_Refused):
    """Another blocking finding, or the officer said no."""

    exit_code = 12


class MissingDependency(HncertError):
    """A library, font or model is missing."""

    exit_code = 13


class KeyFault(HncertError):
    """A key, password or PIN is wrong."""

    exit_code = 14


class CertificateFault(HncertError):
    """A certificate is wrong, expired, not yet valid, revoked, or made for another use."""

    exit_code = 15


class TimestampFault(HncertError):
    """The timestamp service's answer is wrong."""

    exit_code = 16


class ClockFault(TimestampFault):
    """The office's clock and a service's signed time differ by more than is allowed."""


class RevocationFault(HncertError):
    """Revocation data are wrong or stale."""

    exit_code = 17


class StorageFault(HncertError):
    """Disk or database: full, read-only, damaged, locked."""

    exit_code = 18


class Unavailable(HncertError):
    """A service did not answer; the same call may pass later."""

    exit_code = 75


class TooMany(Unavailable):
    """Somebody asked too often; the same question may be asked again at `again_at`, in `wait_s` whole seconds."""

    def __init__(
        self, en: str, vi: str, *, again_at: dt.datetime, wait_s: int, hint: str = "", hint_vi: str = ""
    ) -> None:
        super().__init__(en, vi, hint=hint, hint_vi=hint_vi)
        self.again_at = again_at
        self.wait_s = wait_s


class AlteredCore(HncertError):
    """The core found a signature or structure that does not verify; rooms turn it into a verdict."""

    exit_code = 3
