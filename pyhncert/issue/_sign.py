"""Revisions 2 and 3: the officer certifies, then the agency seals (DESIGN 4)."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import resources

from pyhncert.errors import Unavailable
from pyhncert.issue._sign_append import (
    TOKEN_BYTES,
    CredentialLike,
    Signer,
    TimestamperLike,
    TooLongError,
    append_signature,
)
from pyhncert.values import Level, Words

OFFICER = "Officer"
AGENCY = "Agency"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedCopy:
    """A copy with both signatures; `levels` are the officer's and the agency's."""

    pdf: bytes
    levels: tuple[Level, Level]
    notes: tuple[Words, ...] = ()

    @property
    def level(self) -> Level:
        """The lower of both levels."""
        return "B-B" if "B-B" in self.levels else self.levels[0]


@cache
def wording() -> dict[str, Words]:
    """The words of signing, from `sign.toml`."""
    text = resources.files("pyhncert.issue").joinpath("sign.toml").read_text("utf-8")
    return {key: Words(entry["vi"], entry["en"]) for key, entry in tomllib.loads(text).items()}


def sign_copy(
    revision1: bytes,
    *,
    officer: CredentialLike,
    agency: CredentialLike,
    timestamper: TimestamperLike | None,
    now: dt.datetime,
    signed: Callable[[str], None] = lambda _field: None,
) -> SignedCopy:
    """`revision1` signed by the officer (certifying, DocMDP P=2), then by the agency.

    Each signature is B-T where the timestamp service answers. A service that is silent once is not asked again for
    this copy: the copy is B-B, and a note says so. `signed` hears the field's name after each signature.

    Raises:
        AlteredCore: `revision1` has no such fields, or is signed already.
        TimestampFault: the service answered wrongly.
        KeyFault: a key does not sign.
    """
    pdf, levels, notes = revision1, [], []
    del revision1  # a long copy is too large to lie in memory twice
    token_bytes = getattr(timestamper, "token_bytes", 0) or TOKEN_BYTES
    for field, credential in ((OFFICER, officer), (AGENCY, agency)):
        level: Level = "B-T" if timestamper is not None else "B-B"
        while True:
            signer = Signer(credential, timestamper)
            try:
                pdf = append_signature(
                    pdf,
                    field=field,
                    signer=signer,
                    now=now,
                    room=signer.estimate(token_bytes),
                    certify=field == OFFICER,
                    reason=wording()[f"reason_{field.lower()}"].vi,
                )
            except Unavailable:
                timestamper, level = None, "B-B"
                notes.append(wording()["no_timestamp"])
                continue
            except TooLongError:
                token_bytes = max(2 * token_bytes, signer.token_length + 256)
                continue
            break
        levels.append(level)
        signed(field)
        if signer.token_length:
            token_bytes = signer.token_length + 256
    return SignedCopy(pdf=pdf, levels=(levels[0], levels[1]), notes=tuple(notes))
