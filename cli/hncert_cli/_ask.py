"""The officer's decision: what is shown, and what is asked on a terminal."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from hncert_cli._say import Settings, tell
from pyhncert.escape import for_terminal
from pyhncert.values import Decision, Override

if TYPE_CHECKING:
    from pyhncert.values import Finding, Proposal, Words

INK = {"pass": "green", "warn": "yellow", "block": "red"}
ICON = {"pass": "✓", "warn": "!", "block": "✗"}
GRADE = {"pass": ("đạt", "pass"), "warn": ("lưu ý", "warning"), "block": ("chặn", "blocks")}


def finding_line(finding: Finding, said: Settings) -> str:
    """One finding in words: icon, grade, code, page and reason."""
    where = "" if finding.page is None else said.words(f", trang {finding.page}", f", page {finding.page}")
    grade = said.words(*GRADE[finding.severity])
    return f"  {ICON[finding.severity]} {grade} [{finding.code}{where}]: {said.said(finding.reason)}"


def doubt(name: str, value: str, second: str, said: Settings) -> str:
    """A field on which two readers differ, or both are unsure, in words; what goes into the act is the first one."""
    if second == value:
        return said.words(
            f"  ? cần đối chiếu {name}: {value} (cả hai lần đọc đều chưa chắc)",
            f"  ? compare {name}: {value} (both readers are unsure)",
        )
    return said.words(
        f"  ? cần đối chiếu {name}: {value} (lần đọc thứ hai: {second})",
        f"  ? compare {name}: {value} (second reader: {second})",
    )


def show(proposal: Proposal, said: Settings, told: set[Words]) -> None:
    """Tell the officer the kind of paper, its fields, those in doubt first, and the findings.

    A note that is in `told` was said before and is not said again.
    """
    if proposal.trial:
        tell(
            said.words(
                "văn phòng THỬ NGHIỆM: bản sao không có giá trị pháp lý", "TRIAL office: the copy has no legal value"
            ),
            "yellow",
        )
    pages = said.words(f"{proposal.page_count} trang", f"{proposal.page_count} page(s)")
    tell(f"{said.words('giấy tờ', 'paper')}: {said.said(proposal.kind.name)} ({pages})")
    if proposal.kind.title:
        tell(f"{said.words('tiêu đề in', 'printed title')}: {proposal.kind.title}")
    for note in proposal.notes:
        if note not in told:
            told.add(note)
            tell(said.said(note), "yellow")
    doubtful = [field for field in proposal.fields if field.agreement == "doubtful"]
    for field in doubtful:
        tell(doubt(field.label or field.name, field.value, field.second, said), INK["warn"])
    for field in proposal.fields:
        if field not in doubtful:
            sign = said.words(" ✓ hai lần đọc như nhau", " ✓ read twice alike") if field.agreement == "agreed" else ""
            tell(f"  {field.label or field.name}: {field.value}  ({field.confidence:.0%}){sign}")
    for finding in proposal.findings:
        tell(finding_line(finding, said), INK[finding.severity])


def refused(said: Settings, why: str = "") -> Decision:
    """The officer's no: for a reason of the law, which is entered, or only to stop (`why`)."""
    from pyhncert.keep import refusal_reasons  # noqa: PLC0415

    known = refusal_reasons()
    question = said.words(
        "lý do từ chối theo luật, R1 đến R6 (để trống: chỉ dừng, không vào sổ)",
        "reason of the law, R1 to R6 (empty: only stop, nothing is entered)",
    )
    while True:
        code = click.prompt(question, default="", show_default=False, err=True).strip().upper()
        if not code:
            return Decision(approved=False, reason=why)
        if code in known:
            break
        question = said.words(f"{code} không có; R1 đến R6 (để trống: chỉ dừng)", f"{code} is none; R1 to R6, or empty")
    words = click.prompt(
        said.words("ghi thêm, in trên phiếu (có thể để trống)", "own words, printed on the slip (may be empty)"),
        default="",
        show_default=False,
        err=True,
    ).strip()
    return Decision(approved=False, refusal=code, reason=words)


def decider(said: Settings, overrides: tuple[Override, ...], *, yes: bool) -> Callable[[Proposal], Decision]:
    """The `decide` of `certify`: `--yes` approves; otherwise the officer is asked on the terminal."""

    told: set[Words] = set()

    def decide(proposal: Proposal) -> Decision:
        show(proposal, said, told)
        if yes:
            return Decision(approved=True, overrides=overrides)
        given = list(overrides)
        named = {override.code for override in given}
        for finding in proposal.findings:
            if finding.severity != "block" or finding.final or finding.code in named:
                continue
            reason = click.prompt(
                said.words(
                    f"lý do vẫn chứng thực dù có [{finding.code}] (để trống: từ chối)",
                    f"reason to go on against [{finding.code}] (empty: refuse)",
                ),
                default="",
                show_default=False,
                err=True,
            ).strip()
            if not reason:
                return refused(said, finding.code)
            given.append(Override(code=finding.code, reason=reason))
            named.add(finding.code)
        officer = for_terminal(proposal.officer)
        question = said.words(
            f"{officer}: đã đối chiếu với bản chính và chứng thực?",
            f"{officer}: compared with the original, and certify?",
        )
        if not click.confirm(question, default=False, err=True):
            return refused(said)
        return Decision(approved=True, overrides=tuple(given))

    return decide
