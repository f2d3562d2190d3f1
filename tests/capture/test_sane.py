"""SANE with its own virtual devices, and sane-airscan as a second client of our eSCL device."""

from __future__ import annotations

import io
import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pyhncert import capture
from pyhncert.capture import _sane
from pyhncert.errors import MissingDependency, ScannerFault, Unavailable, UsageFault

sys.path.insert(0, str(Path(__file__).parent))  # `import escl_device` and `import scanning`
from escl_device import EsclDevice
from scanning import needs_airscan, needs_sane, sane_folder, sheet

QUICK = capture.Patience(answer_s=60, page_s=60)
PATTERN = {"test-picture": "Color pattern"}
SLOW = {"read-limit": True, "read-limit-size": 64, "read-delay": True, "read-delay-duration": 200_000}
A, B = (sheet(n, 620, 877) for n in (1, 2))


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """libsane reads its folder's name once in a process, and the files in it whenever it is opened again."""
    made = tmp_path_factory.mktemp("sane.d")
    before = os.environ.get("SANE_CONFIG_DIR")
    os.environ["SANE_CONFIG_DIR"] = str(made)
    yield made
    if before is None:
        del os.environ["SANE_CONFIG_DIR"]
    else:
        os.environ["SANE_CONFIG_DIR"] = before


@pytest.fixture
def sane(folder):
    """Settings for the devices of SANE itself, or with a port also for airscan."""

    def settle(escl_port: int | None = None) -> None:
        sane_folder(folder, escl_port=escl_port)

    settle()
    return settle


@pytest.fixture
def device():
    with EsclDevice(A, [A, B], formats=("image/png",)) as made:
        yield made


def scan(name="test:0", **wish):
    return capture.scan(name, **{"dpi": 100, "size": "A6", "patience": QUICK, **wish})


def pixels(data):
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


def by_scanimage(folder, *arguments):
    """What the command scanimage writes, with the same settings."""
    env = {**os.environ, "SANE_CONFIG_DIR": str(folder)}
    return subprocess.run(["scanimage", *arguments], capture_output=True, env=env, timeout=60, check=False)


def area(width, height):
    return ["-l", "0", "-t", "0", "-x", str(width), "-y", str(height)]


@needs_sane
def test_the_devices_of_sane_are_found_by_name(sane):
    assert {one.name for one in capture.scanners()} >= {"test:0", "pnm:0"}


@needs_sane
def test_what_a_device_can_do_is_told_source_by_source(sane):
    can = capture.abilities("test:0")
    assert [one.source for one in can.sources] == ["flatbed", "feeder"]
    assert can.sources[0].dpi == range(1, 1201)
    assert can.sources[0].modes == ("colour", "gray")
    assert can.sources[0].size_mm == (200.0, 200.0)


@needs_sane
@needs_airscan
@pytest.mark.parametrize(("mode", "theirs"), [("colour", "Color"), ("gray", "Gray")])
def test_a_page_has_the_pixels_that_scanimage_gets(sane, folder, mode, theirs):
    (page,) = scan(mode=mode, options=PATTERN)
    said = by_scanimage(
        folder,
        "-d",
        "test:0",
        "--test-picture",
        "Color pattern",
        "--mode",
        theirs,
        "--resolution",
        "100",
        *area(105, 148),
    )
    np.testing.assert_array_equal(pixels(page.data), pixels(said.stdout))
    assert Image.open(io.BytesIO(page.data)).info["dpi"] == pytest.approx((100, 100), abs=0.1)


@needs_sane
def test_the_feeder_gives_its_ten_pages_and_so_many_as_asked(sane):
    pages = list(scan(source="feeder"))
    assert [page.name for page in pages] == [f"page-{n:03d}.png" for n in range(1, 11)]
    assert len(list(scan(source="feeder", pages=3))) == 3


@needs_sane
@pytest.mark.parametrize(
    ("status", "kind", "reason"),
    [
        ("JAMMED", ScannerFault, "jam"),
        ("NO_DOCS", ScannerFault, "empty"),
        ("COVER_OPEN", ScannerFault, "cover_open"),
        ("DEVICE_BUSY", Unavailable, "is busy"),
        ("IO_ERROR", Unavailable, "went away"),
        ("ACCESS_DENIED", ScannerFault, "denied"),
        ("NO_MEM", ScannerFault, "no_memory"),
        ("INVAL", ScannerFault, "refused"),
        ("UNSUPPORTED", ScannerFault, "refused"),
        ("CANCELLED", ScannerFault, "cancelled"),
        ("EOF", ScannerFault, "cut_off"),
    ],
)
def test_each_status_of_sane_is_an_error_of_its_own(sane, status, kind, reason):
    with pytest.raises(kind) as caught:
        list(scan(options={"read-return-value": f"SANE_STATUS_{status}"}))
    err = caught.value
    assert err.vi != err.en and err.hint("vi") != err.hint("en")
    assert reason in err.en if kind is Unavailable else err.reason == reason


@needs_sane
@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"size": "A4"}, "210 x 297 mm; it can: 200 x 200 mm"),
        ({"dpi": 2400}, "2400 dpi; it can: 1-1200"),
        ({"mode": "bw"}, "mode bw; it can: colour, gray"),
        ({"source": "duplex"}, "source duplex; it can: flatbed, feeder"),
        ({"options": {"no-such": 1}}, "no-such"),
        ({"limits": capture.Limits(max_pixels=1000)}, "413 x 583 pixels"),
    ],
)
def test_what_it_cannot_do_is_a_wrong_call_that_says_what_it_can(sane, wish, words):
    with pytest.raises(UsageFault) as caught:
        list(scan(**wish))
    assert words in caught.value.en


@needs_sane
@pytest.mark.parametrize("name", ["nothing:0", "test:9", ""])
def test_a_name_that_no_driver_knows_is_a_wrong_call(sane, name):
    with pytest.raises(UsageFault) as caught:
        list(scan(name))
    assert "no such scanner" in caught.value.en


@needs_sane
@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"depth": 16}, "color at 16 bits"),
        ({"three-pass": True}, "red at 8 bits"),
        ({"ppl-loss": 7}, "bytes a line for"),
    ],
)
def test_what_python_sane_would_read_wrongly_is_refused_before_a_line_is_read(sane, options, words):
    with pytest.raises(ScannerFault) as caught:
        list(scan(options=options))
    assert caught.value.reason == "refused" and words in caught.value.en


@needs_sane
def test_one_bit_a_pixel_is_black_and_white(sane):
    (page,) = scan(mode="gray", options={**PATTERN, "depth": 1})
    assert set(np.unique(pixels(page.data))) == {0, 255}


@needs_sane
def test_a_cancel_from_another_thread_stops_a_slow_device(sane):
    job = scan(options=SLOW, patience=capture.Patience(page_s=60))
    threading.Timer(0.2, job.cancel).start()
    with pytest.raises(ScannerFault) as caught:
        next(job)
    assert caught.value.reason == "cancelled"
    assert len(list(scan())) == 1  # the device was let go


@needs_sane
def test_leaving_early_lets_the_device_go(sane):
    with scan(source="feeder") as job:
        next(job)
    assert job.count == 1
    assert len(list(scan())) == 1


@needs_sane
def test_two_jobs_take_turns(sane):
    with scan(source="feeder") as one:
        next(one)
        with pytest.raises(Unavailable, match="is busy"):
            list(scan("test:1", source="feeder", patience=capture.Patience(busy_s=0)))
        other = threading.Thread(target=lambda: came.extend(scan("test:1", source="feeder", pages=2)))
        came = []
        other.start()
        assert len(list(one)) == 9
    other.join(60)
    assert len(came) == 2


@needs_sane
def test_a_device_that_somebody_uses_is_busy(sane):
    with scan(source="feeder") as one:
        next(one)
        with pytest.raises(Unavailable, match="is busy"):
            list(scan(patience=capture.Patience(busy_s=0)))


@needs_sane
def test_a_driver_does_not_leave_us_open_to_sigpipe(sane):
    list(scan())
    ignored = re.search(r"SigIgn:\s*(\w+)", Path("/proc/self/status").read_text())
    assert int(ignored[1], 16) >> (signal.SIGPIPE - 1) & 1


@needs_sane
def test_a_device_that_sends_nothing_is_unavailable(sane):
    with pytest.raises(Unavailable, match="did not answer in time"):
        list(scan(options=SLOW, patience=capture.Patience(answer_s=5, page_s=0.3)))


@needs_sane
def test_progress_is_told_in_the_callers_thread(sane):
    told = []
    list(scan(dpi=300, progress=lambda page, share: told.append((page, share, threading.current_thread()))))
    assert (told[0][:2], told[-1][:2]) == ((1, 0.0), (1, 1.0))
    assert len(told) > 5 and {thread for _, _, thread in told} == {threading.current_thread()}


@needs_sane
def test_a_callers_fault_in_progress_ends_the_job_cleanly(sane):
    def bad(page, share):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        list(scan(progress=bad))
    assert len(list(scan())) == 1


@needs_sane
def test_the_pnm_device_hands_out_the_file_that_it_is_given(sane, tmp_path):
    A.save(tmp_path / "in.ppm")
    (page,) = scan("pnm:0", mode="gray", dpi=75, size="max", options={"filename": str(tmp_path / "in.ppm")})
    np.testing.assert_array_equal(pixels(page.data), np.asarray(A))


@needs_sane
@pytest.mark.parametrize(
    ("option", "kind", "reason"),
    [
        ("status-jammed", ScannerFault, "jam"),
        ("status-nodocs", ScannerFault, "empty"),
        ("status-coveropen", ScannerFault, "cover_open"),
        ("status-eof", ScannerFault, "cut_off"),
        ("status-ioerror", Unavailable, "went away"),
        ("status-nomem", ScannerFault, "no_memory"),
        ("status-accessdenied", ScannerFault, "denied"),
    ],
)
def test_each_status_of_the_pnm_device_is_an_error_of_its_own(sane, tmp_path, option, kind, reason):
    A.save(tmp_path / "in.ppm")
    options = {"filename": str(tmp_path / "in.ppm"), option: True}
    with pytest.raises(kind) as caught:
        list(scan("pnm:0", mode="gray", dpi=75, size="max", options=options))
    assert reason in caught.value.en if kind is Unavailable else caught.value.reason == reason


def test_without_python_sane_the_message_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "sane", None)
    for call in (capture.scanners, lambda: capture.abilities("test:0"), lambda: list(scan()), capture.scan):
        with pytest.raises(MissingDependency, match="python-sane is missing") as caught:
            call()
        assert "pyhncert[scan]" in caught.value.hint("en") and "libsane-dev" in caught.value.hint("vi")


@needs_sane
def test_a_page_with_fewer_lines_than_promised_is_cut_off(sane, tmp_path):
    A.save(tmp_path / "in.ppm")
    data = (tmp_path / "in.ppm").read_bytes()
    (tmp_path / "in.ppm").write_bytes(data[: len(data) // 2])
    with pytest.raises(ScannerFault) as caught:
        list(scan("pnm:0", mode="gray", dpi=75, size="max", options={"filename": str(tmp_path / "in.ppm")}))
    assert caught.value.reason == "cut_off" and "of 877 lines" in caught.value.en


@pytest.mark.parametrize(
    ("driver", "choices", "known"),
    [
        ("test", ["Flatbed", "Automatic Document Feeder"], {"flatbed": 0, "feeder": 1}),
        ("airscan", ["Flatbed", "ADF", "ADF Duplex"], {"flatbed": 0, "feeder": 1, "duplex": 2}),
        ("fujitsu", ["ADF Front", "ADF Back", "ADF Duplex"], {"feeder": 0, "duplex": 2}),
        ("canon_dr", ["Flatbed", "ADF Front", "ADF Back", "ADF Duplex"], {"flatbed": 0, "feeder": 1, "duplex": 3}),
        ("avision", ["Normal", "ADF Front", "ADF Duplex"], {"flatbed": 0, "feeder": 1, "duplex": 2}),
        ("xerox_mfp", ["Flatbed", "ADF", "Auto"], {"flatbed": 0, "feeder": 1}),
        ("epson2", ["Flatbed", "Transparency Unit"], {"flatbed": 0}),
    ],
)
def test_the_sources_of_known_drivers_are_ours(driver, choices, known):
    assert _sane.ours(choices, "sources") == {name: choices[at] for name, at in known.items()}


@pytest.mark.parametrize(
    ("choices", "known"),
    [
        (["Lineart", "Halftone", "Gray", "Color"], {"bw": 0, "gray": 2, "colour": 3}),
        (["Black & White", "Gray[Error Diffusion]", "True Gray", "24bit Color"], {"bw": 0, "gray": 1, "colour": 3}),
        (["Binary", "Grayscale", "Color"], {"bw": 0, "gray": 1, "colour": 2}),
    ],
)
def test_the_modes_of_known_drivers_are_ours(choices, known):
    assert _sane.ours(choices, "modes") == {name: choices[at] for name, at in known.items()}


# sane-airscan, a second client of our eSCL device


@needs_airscan
@pytest.mark.parametrize(("mode", "theirs"), [("colour", "Color"), ("gray", "Gray")])
def test_airscan_gets_from_our_device_the_pixels_that_we_get(sane, folder, device, mode, theirs):
    sane(escl_port=device.port)
    said = by_scanimage(
        folder, "-d", "airscan:e0:Loopback", "--format=pnm", "--mode", theirs, "--resolution", "100", *area(210, 296)
    )
    assert said.returncode == 0, said.stderr
    (page,) = scan(device.url, mode=mode, size=(210.0, 296.0))
    ours, other = pixels(page.data), pixels(said.stdout)
    assert abs(ours.shape[0] - other.shape[0]) <= 1 and abs(ours.shape[1] - other.shape[1]) <= 1
    height, width = min(ours.shape[0], other.shape[0]), min(ours.shape[1], other.shape[1])
    np.testing.assert_array_equal(ours[:height, :width], other[:height, :width])


@needs_airscan
def test_airscan_empties_the_feeder_of_our_device(sane, folder, device, tmp_path):
    sane(escl_port=device.port)
    said = by_scanimage(
        folder,
        *("-d", "airscan:e0:Loopback", "--source", "ADF", "--mode", "Color", "--resolution", "100"),
        f"--batch={tmp_path}/%d.pnm",
    )
    assert said.returncode == 0, said.stderr
    assert sorted(path.name for path in tmp_path.glob("*.pnm")) == ["1.pnm", "2.pnm"]
    assert device.tray == []


@needs_airscan
@pytest.mark.parametrize(("state", "words"), [("ScannerAdfJam", b"jammed"), ("ScannerAdfEmpty", b"out of documents")])
def test_airscan_understands_the_faults_of_our_device(sane, folder, device, tmp_path, state, words):
    sane(escl_port=device.port)
    if state == "ScannerAdfEmpty":
        device.tray = []
    else:
        device.faults.refuse, device.adf_state = 409, state
    said = by_scanimage(folder, "-d", "airscan:e0:Loopback", "--source", "ADF", f"--batch={tmp_path}/%d.pnm")
    assert words in said.stderr.lower()


@needs_sane
@needs_airscan
def test_our_sane_client_reads_our_device_through_airscan(sane, device):
    sane(escl_port=device.port)
    through = list(scan("airscan:e0:Loopback", source="feeder", size="max"))
    assert len(through) == 2
    device.tray = [A, B]
    direct = list(scan(device.url, source="feeder", size="max"))
    for one, other in zip(through, direct, strict=True):
        np.testing.assert_array_equal(pixels(one.data), pixels(other.data))


@needs_sane
@needs_airscan
def test_a_cancel_reaches_our_device_through_airscan(sane, device):
    sane(escl_port=device.port)
    device.faults.hang = "NextDocument"
    job = scan("airscan:e0:Loopback", size="max")

    def stop():
        device.hanging.wait(120)
        job.cancel()

    other = threading.Thread(target=stop)
    other.start()
    with pytest.raises(ScannerFault) as caught:
        next(job)
    other.join()
    assert caught.value.reason == "cancelled"
    assert device.deleted == ["/eSCL/ScanJobs/1"]
