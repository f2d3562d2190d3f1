"""`hncert scan`: where pages go, what is listed, what a person sees; against the eSCL device on loopback."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "capture"))  # `import escl_device` and `import scanning`
from escl_device import EsclDevice, Faults
from scanning import sheet

from hncert_cli._scan import paper
from pyhncert import capture

A, B, C = (sheet(n, 620, 877) for n in (1, 2, 3))


@pytest.fixture
def device():
    with EsclDevice(A, [A, B, C]) as made:
        yield made


@pytest.fixture(autouse=True)
def no_default(monkeypatch):
    for name in ("LC_ALL", "LC_MESSAGES", "LANG", "HNCERT_SCANNER"):
        monkeypatch.delenv(name, raising=False)


def test_a_folder_gets_the_pages_and_stdout_their_names(device, hncert, capsys, tmp_path):
    assert hncert("scan", device.url, "--source", "feeder", "--dpi", "100", "-o", str(tmp_path)) == 0
    out, err = capsys.readouterr()
    assert out.splitlines() == [str(tmp_path / f"page-00{n}.jpg") for n in (1, 2, 3)]
    assert err == "3 page(s) scanned\n"


def test_stdout_gets_one_pdf_and_nothing_else(device, hncert, capfdbinary):
    assert hncert("scan", device.url, "--source", "feeder", "--dpi", "100", "--pages", "2") == 0
    out, err = capfdbinary.readouterr()
    assert capture.page_count([capture.load(out)]) == 2
    assert err == b"2 page(s) scanned\n"


def test_the_environment_names_the_scanner(device, hncert, monkeypatch, tmp_path):
    monkeypatch.setenv("HNCERT_SCANNER", device.url)
    assert hncert("scan", "--dpi", "100", "--mode", "gray", "--size", "card", "-o", str(tmp_path / "x.pdf")) == 0
    asked = device.settings[0]
    assert (asked["ColorMode"], asked["Width"]) == ("Grayscale8", "1011")


def test_a_jam_ends_in_10_and_says_what_is_kept(device, hncert, capsys, tmp_path):
    device.faults.jam_after = 2
    assert hncert("scan", device.url, "--source", "feeder", "--dpi", "100", "-o", str(tmp_path / "x.pdf")) == 10
    out, err = capsys.readouterr()
    assert out == f"{tmp_path / 'x-incomplete.pdf'}\n"
    assert "paper is jammed in the feeder; the 2 pages before it came in whole\nhint: open the feeder" in err


def test_the_same_in_vietnamese_and_json(device, hncert, capsys, tmp_path):
    device.faults.jam_after = 1
    options = ("--source", "feeder", "--dpi", "100", "-o", str(tmp_path), "--json", "--lang", "vi")
    assert hncert("scan", device.url, *options) == 10
    out, err = capsys.readouterr()
    assert json.loads(out) == {
        "format": "hncert/scan",
        "version": 1,
        "complete": False,
        "pages": 1,
        "files": [str(tmp_path / "page-001.jpg")],
    }
    assert "kẹt giấy trong khay nạp; 1 trang trước đó đã quét xong\ngợi ý: mở nắp" in err


def test_a_busy_scanner_ends_in_75(device, hncert, capsys, tmp_path, monkeypatch):
    device.faults = Faults(busy_times=10_000)
    quick = capture.Patience(busy_s=0)
    whole = capture.scan
    monkeypatch.setattr(capture, "scan", lambda *a, **k: whole(*a, **k, patience=quick))
    assert hncert("scan", device.url, "--dpi", "100", "-o", str(tmp_path)) == 75
    assert "the scanner is busy" in capsys.readouterr().err


def test_what_a_scanner_can_do_is_listed_for_people_and_programs(device, hncert, capsys):
    assert hncert("scan", "--list", device.url) == 0
    assert capsys.readouterr().out.splitlines()[0] == "flatbed\t100, 200, 300 dpi\tcolour, gray, bw\t216 x 297 mm"
    assert hncert("scan", "--list", device.url, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["scanner"]["model"] == "Hncert Loopback"
    assert told["sources"][2] == {
        "source": "duplex",
        "dpi": [100, 200, 300],
        "modes": ["colour", "gray", "bw"],
        "size_mm": [pytest.approx(215.9), pytest.approx(297.0, abs=0.1)],
    }


def test_scanners_are_listed_and_how_to_name_one_on_the_network_is_said(hncert, capsys, monkeypatch):
    found = (capture.Scanner(name="test:0", vendor="Noname", model="frontend-tester"),)
    monkeypatch.setattr(capture, "scanners", lambda: found)
    assert hncert("scan", "--list") == 0
    out, err = capsys.readouterr()
    assert out == "test:0\tNoname frontend-tester\n" and "escl:http://ADDRESS/eSCL" in err
    assert hncert("scan", "--list", "--json") == 0
    assert json.loads(capsys.readouterr().out)["scanners"][0]["name"] == "test:0"


@pytest.mark.parametrize("found", [0, 2])
def test_without_a_name_there_must_be_exactly_one_scanner(found, hncert, capsys, monkeypatch, tmp_path):
    some = tuple(capture.Scanner(name=f"test:{n}", vendor="", model="") for n in range(found))
    monkeypatch.setattr("pyhncert.capture._scan.scanners", lambda: some)
    assert hncert("scan", "-o", str(tmp_path)) == 2
    assert "there is not exactly one" in capsys.readouterr().err


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_pdf_does_not_go_to_a_terminal_nor_beside_json(device, hncert, monkeypatch, capsys):
    assert hncert("scan", device.url, "--json") == 2
    monkeypatch.setattr(sys, "stdout", Terminal())
    assert hncert("scan", device.url) == 2
    assert not device.asked


def test_progress_is_shown_on_a_terminal(device, hncert, monkeypatch, tmp_path):
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    assert hncert("scan", device.url, "--dpi", "100", "-o", str(tmp_path)) == 0
    assert "page 1: 100%" in screen.getvalue()


def test_a_paper_is_a_name_or_two_sides():
    assert paper("A4") == "A4"
    assert paper("max") == "max"
    assert paper("85.6x54") == (85.6, 54.0)
    assert paper("axb") == "axb"
