"""What the register gives: a number, a line, the states of a file; `pyhncert.values` gives these to the rooms."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pyhncert.values import Level


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """What an act costs, and by which rules: `gross` by the fee rule, less what is `waived` and what is `subsidised`.

    Amounts are whole units of `currency`. `rule`, `waiver` and `subsidy` name their source; empty where there is none.
    """

    gross: int
    waived: int = 0
    subsidised: int = 0
    currency: Literal["VND", "USD"] = "VND"
    rule: str = ""
    waiver: str = ""
    subsidy: str = ""

    def __post_init__(self) -> None:
        if min(self.gross, self.waived, self.subsidised, self.net) < 0:
            raise ValueError("a charge is never negative")

    @property
    def net(self) -> int:
        """What the applicant pays."""
        return self.gross - self.waived - self.subsidised


@dataclass(frozen=True, slots=True, kw_only=True)
class ActNumber:
    """A reserved place in the register: number `number` of book `book` in `year`, under the public `code`.

    `reserved_at` (Vietnam time) is the moment the register took the year and column 2 from; `findings_digest` is the
    SHA-256 over salt and decision that travels in the copy, `fee_vnd` what column 7 says.
    """

    act_id: str
    code: str
    unit: str
    book: str
    year: int
    number: int
    reserved_at: dt.datetime | None = None
    findings_digest: bytes = b""
    fee_vnd: int = 0
    dossier: str | None = None

    @property
    def shown(self) -> str:
        """The number as it is written: 01, 02, … (SPEC 1.6)."""
        return f"{self.number:02d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileState:
    """One state of an issued file since revision 3: SHA-256 and length in bytes of the whole file, level, and when."""

    at: dt.datetime
    level: Level
    length: int
    file_digest: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterLine:
    """One line of the register with the eight columns of SPEC 1.6 and the state of its act.

    `note` is column 8 as it is printed; `reason` and `changed_at` say why and when the act was voided, revoked or
    superseded; `replaces` is the code of the act that this one supersedes. `paper_copies` of the `copies` are on paper.
    `fee_vnd` is what the applicant pays, `charge` how it was counted; None in lines of older releases. `dossier` is the
    code of the file (hồ sơ) to which the act belongs.
    """

    act_id: str
    code: str
    unit: str
    book: str
    year: int
    number: int
    state: str
    certified_at: dt.datetime
    requester: str
    original: str
    signer: str
    copies: int
    fee_vnd: int
    note: str
    content_digest: bytes | None
    file_digest: bytes | None
    level: str | None
    superseded_by: str | None = None
    replaces: str | None = None
    reason: str = ""
    changed_at: dt.datetime | None = None
    level_asked: str | None = None
    kind: str = "unknown"
    pages: int = 0
    charge: Charge | None = None
    paper_copies: int = 0
    dossier: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterStatus:
    """What the register says of an act today; a `RegisterLine` says the same and more, and serves as well.

    `state` is one of SPEC 10 with ``voided``, ``revoked``, ``superseded``; `superseded_by` is the newer act's code.
    """

    code: str
    state: str
    reason: str = ""
    changed_at: dt.datetime | None = None
    superseded_by: str | None = None
    content_digest: bytes | None = None
