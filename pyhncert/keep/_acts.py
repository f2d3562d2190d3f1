"""The states of an act (SPEC 10) and which may follow which.

``number_reserved -> officer_signed -> agency_sealed -> registered``. Before ``registered`` an act can be ``voided``:
its number stays, with the reason. Afterwards it can be ``superseded`` by a newer act, and ``revoked`` (also when it
was superseded before). Nothing leads back.
"""

from __future__ import annotations

from typing import Final, Literal

State = Literal["number_reserved", "officer_signed", "agency_sealed", "registered", "voided", "revoked", "superseded"]

STATES: Final[tuple[State, ...]] = (
    "number_reserved",
    "officer_signed",
    "agency_sealed",
    "registered",
    "voided",
    "revoked",
    "superseded",
)
ABANDONABLE: Final = frozenset({"number_reserved", "officer_signed", "agency_sealed"})
"""States in which a copy does not exist for anybody yet; a dead process leaves acts in them, `recover` voids those."""

Transition = tuple[State, State]

_LEGAL: Final[frozenset[Transition]] = frozenset(
    {
        ("number_reserved", "officer_signed"),
        ("officer_signed", "agency_sealed"),
        ("agency_sealed", "registered"),
        ("number_reserved", "voided"),
        ("officer_signed", "voided"),
        ("agency_sealed", "voided"),
        ("registered", "superseded"),
        ("registered", "revoked"),
        ("superseded", "revoked"),
    }
)


def may(old: str, new: str) -> bool:
    """Whether an act may go from `old` to `new`."""
    return (old, new) in _LEGAL
