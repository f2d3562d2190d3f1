"""From the glass to a verified copy: `hncert scan` into `hncert certify`, and what a jam or Ctrl-C leaves behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[1] / "capture"))  # `import escl_device` and `import scanning`
from escl_device import EsclDevice
from scanning import needs_airscan, needs_sane, sane_folder

from pyhncert import capture

SIZE = "148x105"  # A6, landscape: the small decision of the examples


@pytest.fixture
def device(small):
    """The small decision as it lies on the glass and in the feeder, drawn for 300 dpi."""
    page = Image.open(small).convert("RGB")
    page = page.resize([side * 3 // 2 for side in page.size])
    with EsclDevice(page, [page, page]) as made:
        yield made


def test_a_page_goes_from_the_scanner_into_a_verified_copy(device, hncert, tmp_path):
    scanned = hncert("scan", device.url, "--size", SIZE)
    assert scanned.code == 0, scanned.err
    issued = hncert("certify", "-", "-o", tmp_path / "copy.pdf", "--yes", "--json", data=scanned.out)
    assert issued.code == 0, issued.err
    assert hncert("verify", tmp_path / "copy.pdf").code == 0
    assert not {f["code"] for f in json.loads(issued.out)["findings"]} & {"low_dpi", "blank"}


def test_pages_that_were_cut_short_by_a_jam_are_never_certified_by_a_pipe(device, hncert, tmp_path):
    device.faults.jam_after = 1
    scanned = hncert("scan", device.url, "--source", "feeder", "--size", SIZE)
    assert scanned.code == 10 and "jammed" in scanned.err
    issued = hncert("certify", "-", "-o", tmp_path / "copy.pdf", "--yes", data=scanned.out)
    assert issued.code == 10
    assert not (tmp_path / "copy.pdf").exists()


def interruptible(arguments, **how):
    """`hncert` as a terminal starts it: where these tests run in the background, Ctrl-C is ignored and inherited so."""
    command = [sys.executable, "-m", "hncert_cli", *arguments]
    return subprocess.Popen(command, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL), **how)


@pytest.mark.parametrize("out", ["folder", "x.pdf"])
def test_ctrl_c_cancels_the_job_on_the_device_and_keeps_the_pages_that_came(device, tmp_path, out):
    (tmp_path / "folder").mkdir()
    device.faults.hang_after = 1
    arguments = ["scan", device.url, "--source", "feeder", "--size", SIZE, "-o", str(tmp_path / out)]
    env = {**os.environ, "LANG": "C.UTF-8"}
    command = interruptible(arguments, env=env, stderr=subprocess.PIPE)
    assert device.hanging.wait(120)
    command.send_signal(signal.SIGINT)
    _, err = command.communicate(timeout=120)
    assert command.returncode == 130 and b"stopped as asked" in err
    assert device.deleted == ["/eSCL/ScanJobs/1"]
    kept = tmp_path / ("folder/page-001.jpg" if out == "folder" else "x-incomplete.pdf")
    assert capture.page_count([capture.load(kept)]) == 1
    assert not (tmp_path / "x.pdf").exists()


@needs_sane
@needs_airscan
def test_ctrl_c_reaches_the_device_through_a_driver_of_sane_too(device, tmp_path):
    device.faults.hang_after = 1
    where = sane_folder(tmp_path / "sane.d", escl_port=device.port)
    arguments = ["scan", "airscan:e0:Loopback", "--source", "feeder", "--size", SIZE, "-o", str(tmp_path)]
    env = {**os.environ, "LANG": "C.UTF-8", "SANE_CONFIG_DIR": str(where)}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    command = interruptible(arguments, env=env, **pipes)
    assert command.stdout.readline().endswith(b"page-001.png\n")
    assert device.hanging.wait(120)
    command.send_signal(signal.SIGINT)
    _, err = command.communicate(timeout=120)
    assert command.returncode == 130 and b"stopped as asked" in err
    assert set(device.deleted) == set(device.jobs)  # airscan starts one more when it is stopped between two pages
    assert capture.page_count([capture.load(tmp_path / "page-001.png")]) == 1


@pytest.mark.parametrize("out", ["folder", "x.pdf"])
def test_kill_leaves_whole_pages_or_nothing(device, tmp_path, out):
    (tmp_path / "folder").mkdir()
    device.faults.hang_after = 1
    arguments = ["scan", device.url, "--source", "feeder", "--size", SIZE, "-o", str(tmp_path / out)]
    command = subprocess.Popen([sys.executable, "-m", "hncert_cli", *arguments], stderr=subprocess.DEVNULL)
    assert device.hanging.wait(120)
    command.kill()
    command.wait(120)
    left = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert [path.name for path in left] == (["page-001.jpg"] if out == "folder" else [])
    for path in left:
        capture.load(path)
