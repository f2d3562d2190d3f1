"""eSCL over HTTP against the device on loopback: what works, and each fault as its own error with nothing lost."""

from __future__ import annotations

import io
import re
import socket
import sys
import threading
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pyhncert import capture
from pyhncert.errors import ScannerFault, Unavailable, UsageFault

sys.path.insert(0, str(Path(__file__).parent))  # `import escl_device` and `import scanning`
from escl_device import EsclDevice, Faults
from scanning import sheet

PATIENT = capture.Patience(answer_s=60, page_s=60, busy_s=0.05)  # of a busy machine, not of a busy scanner
HASTY = capture.Patience(answer_s=0.3, page_s=0.3, busy_s=0)
A, B, C = (sheet(n, 620, 877) for n in (1, 2, 3))


@pytest.fixture
def device():
    """A device with one sheet on its glass and three in its feeder."""
    with EsclDevice(A, [A, B, C]) as made:
        yield made


def scan(device, **wish):
    return capture.scan(device.url, **{"dpi": 100, "patience": PATIENT, **wish})


def broken(device, **wish):
    """Scan until the fault: the pages before it, and the fault."""
    pages = []
    with pytest.raises((ScannerFault, Unavailable, UsageFault)) as caught, scan(device, **wish) as job:
        for page in job:
            pages.append(page)
    assert job.count == len(pages)
    err = caught.value
    assert err.en and err.vi != err.en and err.hint("en") and err.hint("vi") != err.hint("en")
    if pages and not isinstance(err, UsageFault):
        assert f"{len(pages)} page" in err.en and f"{len(pages)} trang trước đó" in err.vi
    return pages, err


def pixels(data):
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


def test_the_glass_gives_one_page_and_the_job_is_closed_on_the_device(device):
    (page,) = scan(device)
    assert (page.name, page.media_type) == ("page-001.jpg", "image/jpeg")
    assert device.deleted == ["/eSCL/ScanJobs/1"]
    assert device.settings[0]["InputSource"] == "Platen"


def test_the_feeder_gives_all_its_pages_in_order_and_nothing_is_deleted(device):
    pages = list(scan(device, source="feeder"))
    assert [page.name for page in pages] == ["page-001.jpg", "page-002.jpg", "page-003.jpg"]
    for page, drawn in zip(pages, (A, B, C), strict=True):
        np.testing.assert_array_equal(pixels(page.data), pixels(device.shot(drawn, device.settings[0])))
    assert device.deleted == []
    assert device.settings[0]["Duplex"] == "false"


def test_duplex_is_the_feeder_with_both_sides(device):
    assert len(list(scan(device, source="duplex"))) == 3
    assert (device.settings[0]["InputSource"], device.settings[0]["Duplex"]) == ("Feeder", "true")


def test_so_many_pages_as_asked_then_the_job_is_cancelled(device):
    assert len(list(scan(device, source="feeder", pages=2))) == 2
    assert device.deleted == ["/eSCL/ScanJobs/1"]
    assert len(device.tray) == 1


def test_a_page_comes_before_the_next_is_asked_for(device):
    with scan(device, source="feeder") as job:
        next(job)
        assert len(device.tray) == 2
    assert device.deleted == ["/eSCL/ScanJobs/1"]


@pytest.mark.parametrize("form", ["image/jpeg", "image/png", "application/pdf"])
@pytest.mark.parametrize(("mode", "said"), [("colour", "RGB24"), ("gray", "Grayscale8"), ("bw", "BlackAndWhite1")])
def test_each_mode_and_format_is_taken_and_read_back_with_its_resolution(device, form, mode, said):
    device.formats = (form,)
    (page,) = scan(device, mode=mode, dpi=200)
    assert device.settings[0]["ColorMode"] == said
    assert page.media_type == form
    (raw,) = capture.raw_pages([page])
    assert raw.dpi == pytest.approx(200, rel=0.01)
    assert raw.image.shape == pytest.approx((2339, 1654, 3), abs=2)


def test_a_jpeg_keeps_every_byte_of_its_picture_and_gets_the_resolution_that_was_asked(device):
    (page,) = scan(device)
    theirs = device.shot(A, device.settings[0])
    assert page.data != theirs
    assert Image.open(io.BytesIO(page.data)).info["dpi"] == (100, 100)
    assert page.data[theirs.index(b"\xff\xdb") :] == theirs[theirs.index(b"\xff\xdb") :]


def test_a_resolution_that_the_device_wrote_itself_is_left_alone(device):
    device.jfif_dpi = 200  # a device that scans finer than asked, and says so
    (page,) = scan(device)
    assert page.data == device.shot(A, device.settings[0])


def test_the_region_is_the_paper_asked_in_300ths_of_an_inch(device):
    for size, width, height in (("card", 1011, 638), ((100.0, 150.0), 1181, 1772), ("max", 2550, 3508)):
        list(scan(device, size=size))
        assert (int(device.settings[-1]["Width"]), int(device.settings[-1]["Height"])) == (width, height)


def test_the_format_of_later_versions_is_sent_only_to_a_device_that_knows_it(device):
    list(scan(device))
    text = device.capabilities().decode()
    device.faults.capabilities = re.sub("<scan:DocumentFormatExt>.*?</scan:DocumentFormatExt>", "", text).encode()
    list(scan(device))
    assert [("DocumentFormatExt" in body) for body in device.bodies] == [True, False]


def test_the_memory_does_not_grow_with_the_pages(device):
    noise = np.random.default_rng(1).integers(0, 256, (700, 1000, 3), np.uint8)
    data = io.BytesIO()
    Image.fromarray(noise).save(data, "png", dpi=(100, 100))
    device.faults.page = data.getvalue()  # two megabytes

    def peak(pages):
        device.tray = [A] * pages
        tracemalloc.start()
        for page in scan(device, source="feeder"):
            del page
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    few = peak(3)
    assert peak(12) - few < len(device.faults.page) // 2


def test_what_it_can_do_is_told_source_by_source(device):
    can = capture.abilities(device.url)
    assert [one.source for one in can.sources] == ["flatbed", "feeder", "duplex"]
    assert can.scanner.model == "Hncert Loopback"
    assert can.sources[0].dpi == (100, 200, 300)
    assert can.sources[0].size_mm == pytest.approx((215.9, 297.0), abs=0.1)


def test_a_range_of_resolutions_is_a_range(device):
    low = b"<scan:XResolutionRange><scan:Min>75</scan:Min><scan:Max>600</scan:Max><scan:Step>25</scan:Step>"
    device.resolutions = ()
    device.faults.capabilities = device.capabilities().replace(
        b"<scan:DiscreteResolutions></scan:DiscreteResolutions>",
        b"<scan:ResolutionRange>" + low + b"</scan:XResolutionRange></scan:ResolutionRange>",
    )
    assert capture.abilities(device.url).sources[0].dpi == range(75, 601, 25)


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"dpi": 123}, "123 dpi; it can: 100, 200, 300"),
        ({"size": "A3"}, "297 x 420 mm; it can: 216 x 297 mm"),
        ({"size": "A9"}, "size A9; it can: max, A3"),
        ({"pages": 2}, "several pages from the glass"),
        ({"limits": capture.Limits(max_pixels=10_000)}, "827 x 1169 pixels"),
        ({"options": {"brightness": 1}}, "brightness"),
    ],
)
def test_what_it_cannot_do_is_a_wrong_call_that_says_what_it_can(device, wish, words):
    pages, err = broken(device, **wish)
    assert not pages and isinstance(err, UsageFault) and words in err.en
    assert not device.jobs


def test_a_source_that_it_does_not_have_is_a_wrong_call(device):
    text = device.capabilities().decode()
    device.faults.capabilities = (text[: text.index("<scan:Adf>")] + "</scan:ScannerCapabilities>").encode()
    _, err = broken(device, source="feeder")
    assert isinstance(err, UsageFault) and "source feeder; it can: flatbed" in err.en


# what goes wrong in the paper's way


@pytest.mark.parametrize(
    ("faults", "reason", "pages"),
    [
        (Faults(jam_after=2), "jam", 2),
        (Faults(jam_after=0), "jam", 0),
        (Faults(cover_after=1), "cover_open", 1),
        (Faults(abort_after=1), "device", 1),
        (Faults(cut_page=2), "cut_off", 1),
        (Faults(chunked_cut=1), "cut_off", 0),
        (Faults(short_page=3), "bad_page", 2),
        (Faults(content_type="text/html", page=b"<html>no</html>"), "nonsense", 0),
        (Faults(page=b"<html>no</html>"), "bad_page", 0),
        (Faults(oversize=True), "nonsense", 0),
        (Faults(gzip=True), "nonsense", 0),
        (Faults(status=b"<x/>", jam_after=1), "nonsense", 1),
        (Faults(location=""), "nonsense", 0),
        (Faults(location="http://[::1"), "nonsense", 0),
        (Faults(location="/eSCL/a b"), "nonsense", 0),
        (Faults(refuse=401), "denied", 0),
        (Faults(refuse=400), "refused", 0),
        (Faults(refuse=500), "device", 0),
        (Faults(refuse=302), "nonsense", 0),
    ],
    ids=str,
)
def test_each_fault_of_the_device_is_an_error_of_its_own_and_keeps_the_pages_before_it(device, faults, reason, pages):
    device.faults = faults
    came, err = broken(device, source="feeder")
    assert isinstance(err, ScannerFault)
    assert (err.reason, len(came)) == (reason, pages)


def test_an_empty_feeder_is_said_before_anything_moves(device):
    device.tray = []
    pages, err = broken(device, source="feeder")
    assert (err.reason, pages) == ("empty", [])
    assert "put paper into the feeder" in err.hint("en")


def test_a_jam_is_told_from_the_end_of_the_paper(device):
    device.faults.jam_after = 3
    pages, err = broken(device, source="feeder")
    assert (len(pages), err.reason) == (3, "jam")


def test_a_busy_device_is_waited_for_and_asked_again(device):
    device.faults.busy_times = 2
    assert len(list(scan(device, patience=capture.Patience(answer_s=60, page_s=60, busy_s=60)))) == 1
    assert [path for method, path in device.asked if method == "POST"] == ["/eSCL/ScanJobs"] * 3


def test_a_device_that_stays_busy_is_unavailable(device):
    device.faults.busy_times = 1000
    _, err = broken(device)
    assert isinstance(err, Unavailable) and "is busy" in err.en and err.exit_code == 75


@pytest.mark.parametrize("said", ["99999", "-1", "soon", "1e9", "²"])
def test_retry_after_is_bounded_whatever_it_says(device, said):
    device.faults = Faults(busy_times=1, retry_after=said)
    assert len(list(scan(device))) == 1


def test_another_job_on_the_device_is_busy_too(device):
    device.start({"InputSource": "Platen"})
    _, err = broken(device)
    assert isinstance(err, Unavailable) and "is busy" in err.en


def test_pages_that_are_slow_to_come_are_waited_for(device):
    device.faults.slow_pages = 2
    assert len(list(scan(device, source="feeder"))) == 3


def test_a_device_that_goes_away_between_pages_is_unavailable_and_the_pages_are_kept(device):
    device.faults.vanish_after = 2
    pages, err = broken(device, source="feeder")
    assert len(pages) == 2 and isinstance(err, Unavailable)


@pytest.mark.parametrize("where", ["ScannerCapabilities", "ScanJobs", "NextDocument"])
def test_a_device_that_never_answers_is_unavailable(device, where):
    device.faults.hang = where
    _, err = broken(device, patience=HASTY)
    assert isinstance(err, Unavailable) and "did not answer in time" in err.en


def test_bytes_that_drip_do_not_hold_us_longer_than_a_page_may_take(device):
    device.faults.drip = True
    _, err = broken(device, patience=HASTY)
    assert isinstance(err, Unavailable) and "did not answer in time" in err.en


def test_nobody_at_the_address_is_unavailable():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"escl:http://127.0.0.1:{taken.getsockname()[1]}/eSCL"
        with pytest.raises(Unavailable, match="cannot be reached"):
            capture.abilities(url)


@pytest.mark.parametrize("url", ["escl:http://nobody.invalid/eSCL", "http://" + "a" * 70 + ".invalid/"])
def test_a_name_that_nobody_knows_is_unavailable(url):
    with pytest.raises(Unavailable, match="cannot be reached"):
        capture.abilities(url)


def test_a_web_server_without_escl_is_no_scanner(device):
    with pytest.raises(UsageFault, match="no such scanner"):
        capture.abilities(device.url.replace("/eSCL", "/other"))


@pytest.mark.parametrize(
    "url",
    [
        "escl:ftp://x/",
        "escl:x",
        "http://",
        "http://a:b@host/eSCL",
        "http://host:99999/",
        "http://host/?x=1",
        "http://host/#sha256=" + "0" * 64,
        "https://host/#sha256=00",
        "http://[::1",
    ],
)
def test_an_address_that_is_none_is_a_wrong_call(url):
    with pytest.raises(UsageFault, match="no such scanner"):
        capture.abilities(url)


# stopping


@pytest.mark.parametrize("where", ["ScanJobs", "NextDocument"])
def test_a_cancel_from_another_thread_ends_the_wait_and_the_job_on_the_device(device, where):
    device.faults.hang = where
    job = scan(device)

    def stop():
        device.hanging.wait(120)
        job.cancel()

    other = threading.Thread(target=stop)
    other.start()
    with pytest.raises(ScannerFault) as caught:
        next(job)
    other.join()
    assert caught.value.reason == "cancelled"
    assert device.deleted == (["/eSCL/ScanJobs/1"] if where == "NextDocument" else [])


def test_a_cancel_while_a_busy_device_is_waited_for_ends_the_wait(device):
    device.faults = Faults(busy_times=1000, retry_after="10")
    job = scan(device, patience=capture.Patience(answer_s=60, busy_s=60))
    threading.Timer(0.1, job.cancel).start()
    with pytest.raises(ScannerFault) as caught:
        next(job)
    assert caught.value.reason == "cancelled"


def test_a_cancel_between_pages_keeps_those_that_came(device):
    with scan(device, source="feeder") as job:
        next(job)
        job.cancel()
        with pytest.raises(ScannerFault, match="the 1 page before it"):
            next(job)
    assert device.deleted == ["/eSCL/ScanJobs/1"]
