"""stdout is data, stderr is talk; errors are one line and an exit code, in the user's language."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from pyhncert import errors
from pyhncert.values import Report, Words

PLAIN = [value for name in errors.__all__ if not issubclass(value := getattr(errors, name), errors.VerdictError)]


@pytest.mark.parametrize("error", PLAIN)
def test_each_error_becomes_one_line_and_its_exit_code(error, conductor, hncert, capsys):
    more = {"again_at": dt.datetime.now(dt.UTC), "wait_s": 5} if error is errors.TooMany else {}
    conductor.raises = error("seen this", "thấy cái này", hint="do that", hint_vi="hãy làm vậy", **more)
    assert hncert("read", "scan.png") == error.exit_code
    out, err = capsys.readouterr()
    assert out == ""
    assert err == "hncert: seen this\nhint: do that\n"
    assert hncert("--lang", "vi", "read", "scan.png") == error.exit_code
    assert capsys.readouterr().err == "hncert: thấy cái này\ngợi ý: hãy làm vậy\n"


def test_a_fault_of_ours_is_one_line_and_the_traceback_comes_with_debug(conductor, hncert, capsys):
    conductor.raises = ZeroDivisionError("oops")
    assert hncert("read", "scan.png") == 1
    err = capsys.readouterr().err
    assert err.startswith("hncert: internal error: ZeroDivisionError: oops\nhint:")
    assert "Traceback" not in err
    assert hncert("read", "scan.png", "--debug") == 1
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["verfy", "x"], "did you mean verify"),
        (["certify", "--ofice", "x"], "did you mean --office"),
        (["certify"], "SCANS... is missing"),
        (["certify", "a.png", "--copies", "0"], "is not in the range"),
        (["--lang", "fr", "doctor"], "'fr' is not one of"),
        ([], "Commands:"),
    ],
)
def test_a_wrong_call_says_what_to_do_and_ends_in_2(arguments, words, conductor, hncert, capsys):
    assert hncert(*arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert words in err


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"LANG": "vi_VN.UTF-8"}, "không có lệnh"),
        ({"LANG": "vi_VN", "LC_ALL": "C"}, "no such command"),
        ({}, "no such command"),
    ],
)
def test_the_language_is_that_of_the_locale(environment, expected, conductor, hncert, capsys, monkeypatch):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert hncert("frobnicate") == 2
    assert expected in capsys.readouterr().err


def test_help_lists_every_command_in_vietnamese_too(conductor, hncert, capsys):
    assert hncert("--lang", "vi", "--help") == 0
    assert "thu hồi một bản sao" in capsys.readouterr().out


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_a_script_for_each_shell(shell, conductor, hncert, capsys):
    assert hncert("completion", shell) == 0
    assert "_HNCERT_COMPLETE" in capsys.readouterr().out


def test_output_to_no_terminal_has_no_colour(conductor, hncert, capsys):
    assert hncert("certify", "a.png", "--yes") == 0
    out, err = capsys.readouterr()
    assert "\x1b" not in out + err


def test_verdicts_print_their_report_and_end_in_their_code(conductor, hncert, capsys, tmp_path):
    report = Report(verdict="altered", reasons=(Words("tệp bị sửa", "bytes were changed"),), code="X")
    file = tmp_path / "copy.pdf"
    file.write_bytes(b"%PDF")

    def verify(*_a, **_k):
        raise errors.Altered("bytes were changed", "tệp bị sửa", report=report)

    conductor.verify = verify
    assert hncert("verify", str(file), "--json") == 3
    out, err = capsys.readouterr()
    value = json.loads(out)
    assert (value["format"], value["version"], value["verdict"]) == ("hncert/report", 1, "altered")
    assert value["reasons"] == [{"vi": "tệp bị sửa", "en": "bytes were changed"}]
    assert err.startswith("hncert: bytes were changed")
    assert hncert("verify", str(file), "--lang", "vi") == 3
    assert "ĐÃ BỊ SỬA ĐỔI" in capsys.readouterr().out
