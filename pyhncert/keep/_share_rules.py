"""Share grants as values, and the figures and purposes of this release."""

from __future__ import annotations

import datetime as dt
import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from pyhncert.errors import UsageFault
from pyhncert.values import Words

FIELD = "field:"
"""What a grant shows of the fields that were read: ``field:NAME`` for one, ``field:*`` for all."""

OFFICER = "officer: "
"""How the name of an officer begins who acts on the holder's word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose:
    """For what a copy is shown; where `needs_words` it says nothing without words of the holder's own."""

    id: str
    words: Words
    needs_words: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareRules:
    """How long a grant lasts, how often it may be used, how much may be said; see ``data/shares.toml``."""

    days: int
    most_days: int
    most_uses: int
    again_minutes: int
    most_characters: int
    purposes: tuple[Purpose, ...]

    def purpose(self, key: str) -> Purpose:
        """The purpose called `key`; raises UsageFault."""
        for purpose in self.purposes:
            if purpose.id == key:
                return purpose
        known = ", ".join(purpose.id for purpose in self.purposes)
        raise UsageFault(
            f"no purpose is called {key!r}; take one of: {known}",
            f"không có mục đích {key!r}; hãy chọn: {known}",
        )


@cache
def share_rules() -> ShareRules:
    """The figures and purposes of this release."""
    table = tomllib.loads(files("pyhncert.keep").joinpath("data/shares.toml").read_text("utf-8"))
    purposes = tuple(
        Purpose(id=row["id"], words=Words(row["vi"], row["en"]), needs_words=row.get("words", False))
        for row in table.pop("purpose")
    )
    return ShareRules(purposes=purposes, **table)


def short(words: str) -> str:
    """What a person says, without the space around it; raises UsageFault where it is longer than the rules allow."""
    most = share_rules().most_characters
    if len(words) > most:
        raise UsageFault(
            f"{len(words)} characters; say it in {most}", f"{len(words)} ký tự; hãy viết trong {most} ký tự"
        )
    return words.strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class NewGrant:
    """A grant to be made: for which `purpose` (a key of the rules, `note` in the holder's own words), to whom, what.

    `shows` is any of ``line`` (the register's line), ``copy`` (the file) and ``field:NAME``; `until` its last moment.

    Raises:
        UsageFault: something of it is missing or beyond the rules.
    """

    purpose: str
    shows: tuple[str, ...]
    note: str = ""
    recipient: str = ""
    until: dt.datetime | None = None
    uses: int = 1

    def __post_init__(self) -> None:
        rules = share_rules()
        if rules.purpose(self.purpose).needs_words and not self.note.strip():
            raise UsageFault(
                f"the purpose {self.purpose} needs words of your own", f"mục đích {self.purpose} cần ghi rõ bằng lời"
            )
        short(self.note), short(self.recipient)
        if self.until is not None and self.until.tzinfo is None:
            raise UsageFault("the end of a grant needs a time zone", "thời điểm hết hạn cần có múi giờ")
        if not self.shows or any(
            what not in {"line", "copy"} and not (what.startswith(FIELD) and len(what) > len(FIELD))
            for what in self.shows
        ):
            raise UsageFault(
                "a grant shows line, copy, field:NAME or field:*, at least one of them",
                "quyền xem gồm line, copy, field:TÊN hoặc field:*, ít nhất một",
            )
        if not 1 <= self.uses <= rules.most_uses:
            raise UsageFault(
                f"{self.uses} uses; a grant has 1 to {rules.most_uses}",
                f"{self.uses} lần; quyền xem có từ 1 đến {rules.most_uses} lần",
            )

    def ends(self, now: dt.datetime) -> dt.datetime:
        """The grant's last moment when it is made `now`; raises UsageFault where it is past or too far away."""
        rules = share_rules()
        until = self.until if self.until is not None else now + dt.timedelta(days=rules.days)
        if not now < until <= now + dt.timedelta(days=rules.most_days):
            raise UsageFault(
                f"a grant ends after now and within {rules.most_days} days",
                f"quyền xem phải hết hạn sau lúc này và trong vòng {rules.most_days} ngày",
            )
        return until


@dataclass(frozen=True, slots=True, kw_only=True)
class ByHolder:
    """The holder himself, by the `secret` that he was given with the copy.

    `asker` is his address, which is counted; empty at the office's own desk, which is not.
    """

    secret: str = field(repr=False)
    asker: str = ""

    @property
    def said(self) -> str:
        """How a grant names him."""
        return "holder"


@dataclass(frozen=True, slots=True, kw_only=True)
class ByOfficer:
    """An officer of the office, who saw the holder; `word` says on what he acts. Both are kept."""

    name: str
    word: str

    def __post_init__(self) -> None:
        if not short(self.name) or not short(self.word):
            raise UsageFault(
                "an officer names himself and on whose word he acts",
                "người thực hiện phải ghi tên mình và làm theo lời của ai",
            )

    @property
    def said(self) -> str:
        """How a grant names him."""
        return f"{OFFICER}{short(self.name)} ({short(self.word)})"


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One opening of a grant: when (Vietnam time), who he said he is and for what, and from which address."""

    at: dt.datetime
    who: str
    purpose: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A share grant as it stands; `id` names it to its holder and opens nothing. `views` are its openings, in order.

    `made_by` and `revoked_by` are ``holder`` or ``officer: NAME (on whose word)``.
    """

    id: str
    act_id: str
    purpose: str
    note: str
    recipient: str
    shows: tuple[str, ...]
    made_at: dt.datetime
    made_by: str
    expires_at: dt.datetime
    uses: int
    uses_left: int
    revoked_at: dt.datetime | None = None
    revoked_by: str = ""
    views: tuple[View, ...] = ()

    def state(self, now: dt.datetime) -> str:
        """``revoked``, ``used``, ``expired`` or ``open``."""
        if self.revoked_at is not None:
            return "revoked"
        if self.uses_left == 0:
            return "used"
        return "expired" if now >= self.expires_at else "open"
