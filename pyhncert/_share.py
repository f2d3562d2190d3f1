"""A copy shown to a third party: the holder, or an officer on his word, grants it; opening it is seen by the holder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pyhncert._found import not_found
from pyhncert.errors import NotFound, UsageFault
from pyhncert.keep import FIELD, ByHolder, ByOfficer, Grant, NewGrant
from pyhncert.values import RegisterLine, Report, Words

if TYPE_CHECKING:
    from pyhncert.office import Office

__all__ = ["OfficeShares", "Shared"]

_REFUSED = Words(
    "không mở được: quyền xem không có, đã dùng hết, đã hết hạn hoặc đã bị thu hồi",
    "nothing to open: there is no such grant, or it is used up, expired or revoked",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What a grant shows: state of the act always, the rest as granted. `grant` has the uses that are left.

    `line` has number, book, year, unit, time, original, kind, pages and signer; `fields` are name and value as read.
    """

    code: str
    state: str
    superseded_by: str | None
    grant: Grant
    line: Mapping[str, Any] | None = None
    copy: bytes | None = field(default=None, repr=False)
    receipt: Mapping[str, Any] | None = None
    fields: Mapping[str, str] | None = None


class OfficeShares:
    """The share grants of an office; see docs/register.md."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._shares = office.register.shares

    def new_secret(self, code: str, *, by: ByOfficer) -> str:
        """A new secret for the holder of `code`, who lost his: the old one is good no more. It is told only here.

        Who gave it, and on whose word, is an event of the act.

        Raises:
            NotFound: there is no such public code.
        """
        line = self._line(code, by)
        return self._shares.new_secret(line.act_id, by=by.said)

    def grant(self, code: str, new: NewGrant, *, by: ByHolder | ByOfficer) -> tuple[Grant, str]:
        """Grant a third party a look at the copy; the answer's second part is the token for him, told only here.

        Raises:
            NotFound: no such public code, or the secret is not its holder's.
            UsageFault: it ends too late, or shows a field that the copy does not have, or a copy that was erased.
            TooMany: the holder's address has asked too often.
        """
        line = self._line(code, by)
        if any(what != "line" for what in new.shows) and not self._office.store.has(line.file_digest or b""):
            raise UsageFault(
                f"the office has no copy {line.code} any more; only line can be shown",
                f"cơ quan không còn lưu bản sao {line.code}; chỉ cho xem được line",
            )
        if any(what.startswith(FIELD) for what in new.shows):
            known = self._fields(line)
            for what in new.shows:
                if what.startswith(FIELD) and what != f"{FIELD}*" and what[len(FIELD) :] not in known:
                    names = ", ".join(known) or "-"
                    raise UsageFault(
                        f"the copy has no field {what[len(FIELD) :]!r}; it has: {names}",
                        f"bản sao không có trường {what[len(FIELD) :]!r}; có: {names}",
                    )
        return self._shares.make(line.act_id, new, by=by.said)

    def list(self, code: str, *, by: ByHolder | ByOfficer) -> tuple[Grant, ...]:
        """Every grant on the copy and each view of it, oldest first. Raises as `grant`."""
        return self._shares.of(self._line(code, by).act_id)

    def revoke(self, code: str, grant_id: str, *, by: ByHolder | ByOfficer) -> Grant:
        """End a grant at once; raises as `grant`, and UsageFault where the copy has no such grant."""
        return self._shares.revoke(self._line(code, by).act_id, grant_id, by=by.said)

    def open(self, token: str, *, who: str, purpose: str, address: str, request: str = "") -> Shared:
        """What a token shows, once for each use; `who` and `purpose` are as he says, and the holder sees both.

        The copy is fetched before the use is taken. `request`: see `keep.Shares.open`. An empty `address` is the
        office's own desk, which is not counted.

        Raises:
            NotFound: the token opens nothing: unknown, used up, expired or revoked, which is not told.
            UsageFault: he does not say who he is, or for what.
            TooMany: `address` has asked too often.
            StorageFault: the copy cannot be read; nothing was used.
        """
        if address.strip():
            self._office.register.count("share", address)
        if (seen := self._shares.peek(token, request=request)) is None:
            raise _refused()
        shown = self._shown(seen)
        used = self._shares.open(token, who=who, purpose=purpose, address=address, request=request)
        if used is None:
            raise _refused()
        return Shared(grant=used, **shown)

    # -- inside ------------------------------------------------------------------------------------------------------

    def _line(self, code: str, by: ByHolder | ByOfficer) -> RegisterLine:
        """The line of a public code, if he may; a wrong secret and a code that is not public get one answer."""
        register = self._office.register
        allowed = True
        if isinstance(by, ByHolder):
            if by.asker.strip():
                register.count("share", by.asker)
            allowed = self._shares.is_holder(code, by.secret)
        line = register.public(code)
        if line is None or not allowed:
            raise not_found(code)
        return line

    def _fields(self, line: RegisterLine) -> dict[str, str]:
        from pyhncert.verify import act_record  # noqa: PLC0415  loads the room of verification

        record = act_record(self._office.store.get(line.file_digest or b""))
        return {str(item["name"]): str(item["value"]) for item in record["fields"]}

    def _shown(self, grant: Grant) -> dict[str, Any]:
        line = self._office.register.act(grant.act_id)
        shown: dict[str, Any] = {"code": line.code, "state": line.state, "superseded_by": line.superseded_by}
        if "line" in grant.shows:
            names = ("number", "book", "year", "unit", "certified_at", "original", "kind", "pages", "signer")
            shown["line"] = {name: getattr(line, name) for name in names}
        if "copy" in grant.shows:
            shown["copy"] = self._office.store.get(line.file_digest or b"")
            shown["receipt"] = self._office.receipt(line.code)
        wanted = {what[len(FIELD) :] for what in grant.shows if what.startswith(FIELD)}
        if wanted:
            known = self._fields(line)
            shown["fields"] = {name: value for name, value in known.items() if name in wanted or "*" in wanted}
        return shown


def _refused() -> NotFound:
    return NotFound(_REFUSED.en, _REFUSED.vi, report=Report(verdict="not_found", reasons=(_REFUSED,)))
