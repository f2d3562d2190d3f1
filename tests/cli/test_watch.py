"""`hncert watch`: who is asked, what is said, and how it ends."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from pyhncert.errors import Blocked, StorageFault
from pyhncert.values import Decision, Watched, Words


class Watching:
    """What the fake office was asked to watch, and the events that it tells."""

    def __init__(self, conductor: Any) -> None:
        self.events: list[Watched] = []
        self.fault: StorageFault | None = None
        self.asked: dict[str, Any] = {}
        self.during = lambda: None
        conductor.watch = self.watch

    def watch(self, folder: Path, *, decide: Any, tell: Any, stop: Any, **settings: Any) -> Any:
        self.asked = {"folder": folder, "settings": settings, "decide": decide, "stop": stop}
        for event in self.events:
            tell(event)
        self.during()
        return self.fault


@pytest.fixture
def watching(conductor) -> Watching:
    return Watching(conductor)


def copy_of(conductor: Any) -> Any:
    return conductor.certify([b"x"], None, decide=lambda _: Decision(approved=True))


def test_off_a_terminal_yes_is_needed(watching, hncert, capsys, tmp_path):
    assert hncert("watch", str(tmp_path)) == 2
    assert "--yes" in capsys.readouterr().err and watching.asked == {}


def test_without_a_folder_it_says_so(watching, hncert, capsys):
    assert hncert("watch", "--yes") == 2
    assert "DIR" in capsys.readouterr().err


def test_each_copy_is_a_line_on_stdout(watching, conductor, hncert, capsys, tmp_path):
    words = Words("đã chứng thực", "certified")
    out = tmp_path / "a\nb.certified.pdf"
    watching.events = [Watched(what="issued", files=("a\nb.png",), words=words, copy=copy_of(conductor), out=out)]
    assert hncert("watch", str(tmp_path), "--yes", "--once", "--separators", "--settle", "2.5", "--officer", "b") == 0
    said = capsys.readouterr()
    assert said.out == f"ABCDE-FGHJK-MNPQ2\t{tmp_path}/a\\nb.certified.pdf\n"
    settings = watching.asked["settings"]
    assert tuple(settings[name] for name in ("once", "separators", "settle_s", "officer")) == (True, True, 2.5, "b")
    assert watching.asked["decide"](conductor.examine([])).approved


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_what_is_refused_is_said_in_the_users_language(watching, hncert, capsys, tmp_path, lang):
    err = Blocked("no seal", "thiếu dấu", hint="scan again", hint_vi="quét lại")
    watching.events = [Watched(what="refused", files=("a.png",), words=Words(err.vi, err.en), error=err)]
    assert hncert("--lang", lang, "watch", str(tmp_path), "--yes") == 0
    said = capsys.readouterr()
    assert said.out == ""
    assert ("a.png: thiếu dấu" if lang == "vi" else "a.png: no seal") in said.err
    assert ("quét lại" if lang == "vi" else "scan again") in said.err


def test_with_json_each_event_is_a_line(watching, conductor, hncert, capsys, tmp_path):
    err = StorageFault("disk full", "đầy đĩa")
    name = os.fsdecode(b"\xff.png")
    watching.events = [
        Watched(
            what="issued", files=("a.png",), words=Words("v", "e"), copy=copy_of(conductor), out=tmp_path / "c.pdf"
        ),
        Watched(what="postponed", files=(name,), words=Words(err.vi, err.en), error=err),
    ]
    assert hncert("watch", str(tmp_path), "--yes", "--json") == 0
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert first["event"] == "issued" and first["copy"]["file"] == str(tmp_path / "c.pdf")
    assert (second["event"], second["exit_code"], second["files"]) == ("postponed", 18, [name])


def test_with_once_the_first_fault_is_the_exit_code(watching, hncert, tmp_path):
    watching.fault = StorageFault("disk full", "đầy đĩa")
    assert hncert("watch", str(tmp_path), "--yes", "--once") == 18
    assert hncert("watch", str(tmp_path), "--yes") == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_lets_the_original_in_hand_be_finished_and_a_second_one_does_not(
    watching, hncert, capsys, number, tmp_path
):
    before = signal.getsignal(number)
    reached = []

    def during() -> None:
        os.kill(os.getpid(), number)
        reached.append(watching.asked["stop"].is_set())
        os.kill(os.getpid(), number)
        reached.append("after the second")

    watching.during = during
    assert hncert("watch", str(tmp_path), "--yes") == 130
    assert reached == [True]
    assert "original in hand" in capsys.readouterr().err
    assert signal.getsignal(number) == before


def test_the_separator_sheet_is_written_and_never_over_another_file(hncert, capsys, tmp_path, monkeypatch):
    for name in ("HNCERT_OFFICE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    out = tmp_path / "tờ ngăn.pdf"
    assert hncert("watch", "--print-separator", str(out)) == 0
    assert out.read_bytes().startswith(b"%PDF-")
    assert hncert("watch", "--print-separator", str(out)) == 2
    assert "never overwritten" in capsys.readouterr().err


def test_a_signal_while_the_officer_is_asked_does_not_wait_for_the_answer(
    watching, conductor, hncert, monkeypatch, tmp_path
):
    monkeypatch.setattr("hncert_cli._watch.at_terminal", lambda: True)
    monkeypatch.setattr("click.confirm", lambda *_a, **_k: os.kill(os.getpid(), signal.SIGINT))
    watching.during = lambda: watching.asked["decide"](conductor.examine([]))
    assert hncert("watch", str(tmp_path)) == 130
    assert not watching.asked["stop"].is_set()
