"""The officer's decision: what is shown, and what is asked on a terminal."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from hncert_cli._say import Settings, tell
from pyhncert.escape import for_terminal
from pyhncert.values import Decision, Override

if TYPE_CHECKING:
    from pyhncert.values import Finding, Proposal

INK = {"pass": "green", "warn": "yellow", "block": "red"}
ICON = {"pass": "✓", "warn": "!", "block": "✗"}
GRADE = {"pass": ("đạt", "pass"), "warn": ("lưu ý", "warning"), "block": ("chặn", "blocks")}


def finding_line(finding: Finding, said: Settings) -> str:
    """One finding in words: icon, grade, code, page and reason."""
    where = "" if finding.page is None else said.words(f", trang {finding.page}", f", page {finding.page}")
    grade = said.words(*GRADE[finding.severity])
    return f"  {ICON[finding.severity]} {grade} [{finding.code}{where}]: {said.said(finding.reason)}"


def show(proposal: Proposal, said: Settings) -> None:
    """Tell the officer the kind of paper, its fields and the findings."""
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
    for field in proposal.fields:
        tell(f"  {field.label or field.name}: {field.value}  ({field.confidence:.0%})")
    for finding in proposal.findings:
        tell(finding_line(finding, said), INK[finding.severity])


def decider(said: Settings, overrides: tuple[Override, ...], *, yes: bool) -> Callable[[Proposal], Decision]:
    """The `decide` of `certify`: `--yes` approves; otherwise the officer is asked on the terminal."""

    def decide(proposal: Proposal) -> Decision:
        show(proposal, said)
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
                return Decision(approved=False, overrides=tuple(given), reason=finding.code)
            given.append(Override(code=finding.code, reason=reason))
            named.add(finding.code)
        officer = for_terminal(proposal.officer)
        question = said.words(
            f"{officer}: đã đối chiếu với bản chính và chứng thực?",
            f"{officer}: compared with the original, and certify?",
        )
        return Decision(approved=click.confirm(question, default=False, err=True), overrides=tuple(given))

    return decide
