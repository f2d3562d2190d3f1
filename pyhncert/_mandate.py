"""Whether who is about to sign may: the delegation is in force, and the algorithm proves something (SPEC 1.10)."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from pyhncert.errors import Blocked, CertificateFault
from pyhncert.identify import algorithms
from pyhncert.values import Kind, Words

if TYPE_CHECKING:
    from pyhncert._config import Delegation, KeySettings
    from pyhncert.identify import Credential

__all__ = ["check_algorithm", "check_delegation", "check_kind", "delegation_json", "shown_delegation"]


def check_delegation(officer: KeySettings, today: dt.date) -> None:
    """Refuse an officer whose delegation is not in force `today`.

    Raises:
        Blocked: there is none, it has not begun, or has ended. No override helps: the law wants another decision.
    """
    found = officer.delegation
    if found is None and officer.by_delegation:
        raise Blocked(
            f"{officer.name} signs by delegation, and no decision is entered",
            f"{officer.name} ký theo ủy quyền nhưng chưa khai quyết định ủy quyền",
            hint="let another officer sign, or enter the decision in office.toml",
            hint_vi="hãy để người khác ký, hoặc ghi quyết định vào office.toml",
            refusal="delegation_missing",
        )
    if found is None or found.first_day <= today <= found.last_day:
        return
    if today < found.first_day:
        en, vi, day, name = "begins only on", "chỉ có hiệu lực từ", found.first_day, "delegation_not_begun"
    else:
        en, vi, day, name = "ended on", "đã hết hiệu lực sau ngày", found.last_day, "delegation_ended"
    raise Blocked(
        f"delegation of {officer.name} by {found.decision} {en} {day:%d/%m/%Y}",
        f"ủy quyền cho {officer.name} theo {found.decision} {vi} {day:%d/%m/%Y}",
        hint="let another officer sign, or enter the new decision in office.toml",
        hint_vi="hãy để người khác ký, hoặc ghi quyết định mới vào office.toml",
        refusal=name,
    )


def check_kind(officer: KeySettings, kind: Kind) -> None:
    """Refuse an officer whose delegation is for other kinds of paper.

    Raises:
        Blocked: it is.
    """
    found = officer.delegation
    if found is None or not found.kinds or kind.key in found.kinds:
        return
    raise Blocked(
        f"delegation of {officer.name} by {found.decision} is not for this paper: {kind.name.en}",
        f"ủy quyền cho {officer.name} theo {found.decision} không gồm loại giấy này: {kind.name.vi}",
        hint="let another officer sign",
        hint_vi="hãy để người khác ký",
        refusal="delegation_other_kind",
    )


def check_algorithm(credential: Credential, now: dt.datetime) -> None:
    """Refuse a key whose signatures prove nothing any more.

    Raises:
        CertificateFault: its algorithm is too weak, or its day has come.
    """
    if not algorithms().allows(credential.scheme, credential.key.bits, credential.digest, now):
        shown = f"{credential.scheme} {credential.key.bits}, {credential.digest}"
        raise CertificateFault(
            f"signatures of {credential.name} ({shown}) prove nothing any more; use a stronger key",
            f"chữ ký của {credential.name} ({shown}) không còn giá trị chứng minh; hãy dùng khóa mạnh hơn",
            refusal="algorithm_not_allowed",
        )


def shown_delegation(found: Delegation) -> Words:
    """The delegation in words."""
    span = f"{found.first_day:%d/%m/%Y} - {found.last_day:%d/%m/%Y}"
    return Words(f"ủy quyền theo {found.decision}, {span}", f"delegated by {found.decision}, {span}")


def delegation_json(officer: KeySettings) -> dict[str, Any]:
    """The delegation as the register keeps it with the decision; empty where the officer signs by office."""
    found = officer.delegation
    if found is None:
        return {}
    days = {"from": found.first_day.isoformat(), "until": found.last_day.isoformat()}
    return {"delegation": {"decision": found.decision, **days, "kinds": list(found.kinds)}}
