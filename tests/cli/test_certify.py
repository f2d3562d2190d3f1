"""`hncert certify`: where the copy goes, who decides, and what is said."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from pyhncert.values import Finding, Override, Words

BLANK = Finding(
    code="blank", severity="block", family="quality", reason=Words("trang trắng", "the page is blank"), page=1
)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def at_terminal(monkeypatch, answers: str) -> None:
    """A person at a terminal who types `answers`."""
    monkeypatch.setattr(sys, "stdin", Terminal(answers))
    monkeypatch.setattr("hncert_cli._certify.at_terminal", lambda: True)


def test_the_code_goes_to_stdout_and_everything_else_to_stderr(conductor, hncert, capsys):
    assert hncert("certify", "giấy tờ.png", "--yes", "--requester", "Trần B", "--copies", "3") == 0
    out, err = capsys.readouterr()
    assert out == "ABCDE-FGHJK-MNPQ2\n"
    for said in (
        "ABCDE-FGHJK-MNPQ2",
        "number 07",
        "book 01/2026-SCT/BS",
        "B-LT",
        "giấy tờ.certified.pdf",
        "receipt.json",
    ):
        assert said in err
    assert conductor.asked["out"] == Path("giấy tờ.certified.pdf")
    assert (conductor.asked["requester"], conductor.asked["copies"]) == ("Trần B", 3)


def test_off_a_terminal_nobody_is_asked_and_yes_is_needed(conductor, hncert, capsys):
    assert hncert("certify", "a.png") == 2
    assert "--yes" in capsys.readouterr().err
    assert conductor.asked == {}


def test_yes_approves_and_overrides_travel_in_pairs(conductor, hncert):
    assert hncert("certify", "a.png", "--yes", "--override", "blank", "--reason", "mặt sau trống") == 0
    assert conductor.decision.approved
    assert conductor.decision.overrides == (Override(code="blank", reason="mặt sau trống"),)


@pytest.mark.parametrize(
    "extra", [["--override", "blank"], ["--reason", "x"], ["--override", "blank", "--reason", " "]]
)
def test_an_override_without_a_reason_is_a_wrong_call(extra, conductor, hncert):
    assert hncert("certify", "a.png", "--yes", *extra) == 2
    assert conductor.asked == {}


def test_at_a_terminal_the_officer_sees_the_findings_and_is_asked(conductor, hncert, capsys, monkeypatch):
    at_terminal(monkeypatch, "y\n")
    assert hncert("certify", "a.png") == 0
    err = capsys.readouterr().err
    assert "birth certificate" in err and "TRIAL office" in err
    assert "Nguyễn Văn A: compared with the original, and certify?" in err
    assert conductor.decision.approved


def test_the_officer_may_say_no(conductor, hncert, monkeypatch):
    at_terminal(monkeypatch, "n\n\n")
    hncert("certify", "a.png")
    assert not conductor.decision.approved


def test_a_blocking_finding_asks_for_a_reason_first(conductor, hncert, capsys, monkeypatch):
    conductor.findings = (BLANK,)
    at_terminal(monkeypatch, "mặt sau trống\ny\n")
    assert hncert("certify", "a.png") == 0
    assert "✗ blocks [blank, page 1]: the page is blank" in capsys.readouterr().err
    assert conductor.decision.overrides == (Override(code="blank", reason="mặt sau trống"),)
    at_terminal(monkeypatch, "\n\n")
    hncert("certify", "a.png")
    assert not conductor.decision.approved


def test_stdin_and_stdout_carry_scan_and_copy_and_the_code_goes_to_stderr(conductor, hncert, capfdbinary, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"scan bytes")))
    assert hncert("certify", "-", "--yes") == 0
    out, err = capfdbinary.readouterr()
    assert out == b"%PDF-1.7 copy"
    assert b"ABCDE-FGHJK-MNPQ2" in err
    assert conductor.asked["scans"] == [b"scan bytes"]
    assert conductor.asked["out"] is None


def test_stdin_cannot_be_given_twice(conductor, hncert):
    assert hncert("certify", "-", "-", "--yes") == 2


def test_json_says_the_same_to_programs(conductor, hncert, capsys):
    assert hncert("certify", "a.png", "--yes", "--json") == 0
    value = json.loads(capsys.readouterr().out)
    assert (value["format"], value["version"], value["code"]) == ("hncert/certified", 1, "ABCDEFGHJKMNPQ2")
    assert value["issued_at"] == "2026-11-23T09:30:00+07:00"


def test_a_lower_level_than_asked_is_said(conductor, hncert, capsys):
    conductor.level = "B-B"
    assert hncert("certify", "a.png", "--yes") == 0
    assert "B-B (B-LT was asked)" in capsys.readouterr().err


def test_a_dry_run_prints_no_code(conductor, hncert, capsys):
    assert hncert("certify", "a.png", "--yes", "--dry-run") == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert "birth certificate" in err and "nothing written" in err
    assert conductor.decision is None
