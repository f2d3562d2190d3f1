"""At a real terminal the officer sees kind, fields and findings, and is asked."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest


def at_terminal(command: list[str], answers: dict[str, str], environment: dict[str, str]) -> tuple[int, str, str]:
    """Run `command` on a pseudo-terminal and type an answer when its question appears; stdout is a pipe.

    Returns the exit code, what stood on the terminal, and what went to stdout.
    """
    main, side = pty.openpty()
    process = subprocess.Popen(command, stdin=side, stdout=subprocess.PIPE, stderr=side, env=environment)
    os.close(side)
    shown = ""
    waiting = dict(answers)
    while True:
        try:
            part = os.read(main, 4096).decode("utf-8", "replace")
        except OSError:  # the other side is closed: the command has ended
            break
        if not part:
            break
        shown += part
        for question, answer in list(waiting.items()):
            if question in shown:
                os.write(main, f"{answer}\n".encode())
                del waiting[question]
    out, _ = process.communicate()
    os.close(main)
    return process.returncode, shown, out.decode("utf-8")


@pytest.fixture
def certify(folder: Path, tmp_path: Path):
    def run(scan: Path, answers: dict[str, str], **environment: str) -> tuple[int, str, str]:
        env = {k: v for k, v in os.environ.items() if not k.startswith(("HNCERT_", "NO_COLOR", "LC_", "LANG"))}
        command = [sys.executable, "-m", "hncert_cli", "--office", str(folder), "certify", str(scan)]
        out = ["-o", str(tmp_path / "copy.pdf")]
        return at_terminal([*command, *out], answers, env | {"LANG": "C.UTF-8", "TERM": "xterm", **environment})

    return run


def test_the_officer_sees_the_paper_and_says_yes(certify, small, tmp_path):
    code, shown, out = certify(small, {"and certify?": "y"})
    assert code == 0, shown
    assert "paper:" in shown and "QUYẾT ĐỊNH" in shown and "TRIAL office" in shown
    assert re.fullmatch(r"[0-9A-Z]{5}-[0-9A-Z]{5}-[0-9A-Z]{5}\n", out)
    assert (tmp_path / "copy.pdf").is_file()


def test_the_officer_says_no_and_nothing_is_issued(certify, small, office, tmp_path):
    before = len(list(office.register.lines()))
    code, shown, out = certify(small, {"and certify?": "n", "only stop": ""})
    assert code == 12, shown
    assert out == ""
    assert len(list(office.register.lines())) == before
    assert not (tmp_path / "copy.pdf").exists()


def test_the_officer_refuses_for_a_reason_of_the_law_and_it_is_entered(certify, small, office, tmp_path):
    before = len(office.register.refusals())
    asked = {"and certify?": "n", "only stop": "r9", "R9 is none": "r2", "printed on the slip": "rách góc"}
    code, shown, out = certify(small, asked)
    assert code == 12 and out == "", shown
    *_, refusal = office.register.refusals()
    assert len(office.register.refusals()) == before + 1
    assert (refusal.reason, refusal.words, refusal.pages) == ("R2", "rách góc", 1)
    assert "QUYẾT ĐỊNH" in refusal.original
    assert f"hncert register refusal {refusal.number}" in shown
    assert not (tmp_path / "copy.pdf").exists()


def test_a_blocking_finding_asks_for_a_reason(certify, drawn):
    code, shown, _ = certify(drawn("ban_sao"), {"[not_original]": "đã đối chiếu bản chính", "and certify?": "y"})
    assert code == 0, shown
    assert "✗" in shown


def test_no_color_is_honoured(certify, small):
    _, coloured, _ = certify(small, {"and certify?": "n", "only stop": ""})
    assert "\x1b[3" in coloured
    _, plain, _ = certify(small, {"and certify?": "n", "only stop": ""}, NO_COLOR="1")
    assert not re.search(r"\x1b\[[0-9;]*m", plain)


def test_at_a_terminal_the_officer_is_asked_for_each_original_of_a_watched_folder(folder, drawn, office, tmp_path):
    box = tmp_path / "box"
    box.mkdir()
    for name, seed in (("a.png", 71), ("b.png", 72)):  # in no other test: what was issued once is not asked again
        (box / name).write_bytes(drawn("small", seed).read_bytes())
    env = {k: v for k, v in os.environ.items() if not k.startswith(("HNCERT_", "NO_COLOR", "LC_", "LANG"))}
    command = [sys.executable, "-m", "hncert_cli", "--office", str(folder), "watch", str(box), "--once"]
    before = len(list(office.register.lines()))
    answers = {
        "and certify?": "n",
        "only stop": "",
        "a.png: the officer refused": "y",
    }  # the second is typed when b.png is asked for
    code, shown, out = at_terminal(command, answers, env | {"LANG": "C.UTF-8", "TERM": "xterm"})
    assert code == 0, shown
    assert "watching" in shown and shown.count("and certify?") == 2
    assert re.fullmatch(r"[0-9A-Z-]{17}\t.*/done/b\.certified\.pdf\n", out)
    assert (box / "refused" / "a.png").is_file() and (box / "done" / "b.png").is_file()
    assert len(list(office.register.lines())) == before + 1
