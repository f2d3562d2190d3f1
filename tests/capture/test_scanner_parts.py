"""What scanning is made of: XML and TLS of strangers, resolutions written into heads, pages kept as files."""

from __future__ import annotations

import errno
import io
import os
import ssl
import sys
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from pyhncert import capture, errors
from pyhncert.capture import _save, _xml
from pyhncert.errors import ScannerFault, StorageFault, UsageFault

sys.path.insert(0, str(Path(__file__).parent))  # `import escl_device` and `import scanning`
from escl_device import EsclDevice, Faults
from scanning import sheet

ROOT = Path(__file__).parents[2]
QUICK = capture.Patience(answer_s=60, page_s=60, busy_s=0)
A, B, C = (sheet(n, 620, 877) for n in (1, 2, 3))


@pytest.fixture
def device():
    with EsclDevice(A, [A, B, C]) as made:
        yield made


def scan(device, **wish):
    return capture.scan(device.url, **{"dpi": 100, "patience": QUICK, **wish})


def pixels(data):
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


# words


def test_each_fault_is_said_in_both_languages_with_what_to_do_and_is_documented():
    faults = tomllib.loads((ROOT / "pyhncert/capture/scanners.toml").read_text("utf-8"))["faults"]
    page = (ROOT / "docs/eye.md").read_text("utf-8")
    for reason, said in faults.items():
        assert said["vi"] != said["en"] and said["hint_vi"] != said["hint"], reason
        if getattr(errors, said["class"]) is ScannerFault:
            assert f"| `{reason}` | `ScannerFault` 10 |" in page, reason


# XML of strangers

BOMB = b'<!DOCTYPE a [<!ENTITY b "bbbbbbbb"><!ENTITY c "&b;&b;&b;&b;&b;&b;">]><a>&c;</a>'


@pytest.mark.parametrize(
    "data",
    [
        BOMB,
        b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        BOMB.decode().encode("utf-16"),
        b"<a>" * 40 + b"</a>" * 40,
        b"<a>" + b"<b/>" * 30_000 + b"</a>",
        b"<a>" + b" " * (1 << 20) + b"</a>",
        b"<a>",
        b"",
        b"<a/><a/>",
        b"<a>\xff</a>",
        b"<a>&nothing;</a>",
    ],
    ids=lambda data: data[:16].decode("ascii", "replace"),
)
def test_xml_that_is_not_ours_to_read_is_refused(data, device):
    with pytest.raises(_xml.BadXml):
        _xml.parse(data)
    device.faults.capabilities = data or b" "
    with pytest.raises(ScannerFault) as caught:
        capture.abilities(device.url)
    assert caught.value.reason == "nonsense"


@settings(deadline=None)
@given(data=st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_no_bytes_make_the_parser_fail_otherwise(data):
    try:
        _xml.parse(data)
    except _xml.BadXml:
        return


@settings(deadline=None)
@given(cut=st.integers(0, 3000), flip=st.integers(0, 255))
def test_damaged_capabilities_are_nonsense_or_capabilities(cut, flip):
    """The document of the device, one byte changed: whatever still parses is used or refused by name."""
    data = bytearray(CAPABILITIES)
    data[cut % len(data)] = flip
    with EsclDevice(A, faults=Faults(capabilities=bytes(data))) as device:
        try:
            capture.abilities(device.url, patience=QUICK)
        except ScannerFault as err:
            assert err.reason == "nonsense"


with EsclDevice(A) as _one:
    CAPABILITIES = _one.capabilities()


def test_prefixes_and_namespaces_of_a_device_do_not_matter():
    root = _xml.parse(b'<x:A xmlns:x="urn:1"><B xmlns="urn:2"> 42 </B><C>-1</C><D>\xd9\xa3</D></x:A>')
    assert (root.tag, _xml.text(root, "B"), _xml.number(root, "B")) == ("A", "42", 42)
    assert (_xml.number(root, "C"), _xml.number(root, "D"), _xml.number(root, "E")) == (0, 0, 0)


# redirects and TLS


def test_a_redirect_is_followed_on_the_same_host_only(device):
    with EsclDevice(B) as other:
        device.faults.redirect = f"http://127.0.0.1:{other.port}/eSCL/ScannerCapabilities"
        (page,) = scan(device)
        np.testing.assert_array_equal(pixels(page.data), pixels(other.shot(B, other.settings[0])))
        device.faults.redirect = f"http://localhost:{other.port}/eSCL/ScannerCapabilities"
        with pytest.raises(ScannerFault, match="points elsewhere"):
            scan(device).__next__()
    for nowhere in ("http://[::1", "ftp://127.0.0.1/", "relative", f"http://127.0.0.1:{device.port}/eSCL/x"):
        device.faults.redirect = nowhere
        with pytest.raises((ScannerFault, UsageFault)):
            capture.abilities(device.url)


def test_a_location_on_another_host_counts_by_its_path_only(device):
    device.faults.location = "http://192.0.2.1:9/eSCL/ScanJobs/1/"
    assert len(list(scan(device))) == 1
    assert device.deleted == ["/eSCL/ScanJobs/1"]


@pytest.fixture(scope="module")
def self_signed(tmp_path_factory):
    """TLS for a device whose certificate signs itself, and that certificate's fingerprint."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "scanner")])
    begin = datetime(2020, 1, 1, tzinfo=UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, begin, begin + timedelta(days=36500))
    certificate = made.sign(key, hashes.SHA256())
    file = tmp_path_factory.mktemp("tls") / "device.pem"
    pem = serialization.Encoding.PEM
    file.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(pem)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context, certificate.fingerprint(hashes.SHA256()).hex()


def test_a_self_signed_device_is_believed_by_its_fingerprint_only(self_signed):
    context, fingerprint = self_signed
    with EsclDevice(A, [A, B], tls=context) as device:
        with pytest.raises(ScannerFault) as caught:
            capture.abilities(device.url, patience=QUICK)
        assert caught.value.reason == "untrusted" and f"#sha256={fingerprint}" in caught.value.en
        url = f"{device.url}#sha256={fingerprint}"
        assert len(list(capture.scan(url, source="feeder", dpi=100, patience=QUICK))) == 2
        with pytest.raises(ScannerFault) as caught:
            capture.abilities(f"{device.url}#sha256={'0' * 64}", patience=QUICK)
        assert caught.value.reason == "untrusted"
        assert device.asked.count(("GET", "/eSCL/ScannerCapabilities")) == 1  # nothing was sent to the others


# answers of strangers


@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_no_answer_of_a_device_ends_in_anything_but_pages_or_one_of_our_errors(data):
    """A page and a status with some bytes changed or cut: each ends in whole pages or in an error of the family."""
    page, status = bytearray(PAGE), bytearray(STATUS)
    for some, most in ((page, 8), (status, 3)):
        for _ in range(data.draw(st.integers(0, most))):
            some[data.draw(st.integers(0, len(some) - 1))] = data.draw(st.integers(0, 255))
    del page[data.draw(st.integers(0, 2 * len(page))) :]
    with EsclDevice(A, [A, B], faults=Faults(page=bytes(page) or b" ", status=bytes(status))) as device:
        try:
            pages = list(capture.scan(device.url, source="feeder", dpi=100, patience=QUICK))
        except errors.HncertError as err:
            assert isinstance(err, ScannerFault)
        else:
            assert len(pages) == 2 and all(capture.load(one) is one for one in pages)


with EsclDevice(A) as _one:
    STATUS = _one.status()
_out = io.BytesIO()
A.save(_out, "jpeg", quality=50)
PAGE = _out.getvalue()


# pages as files


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_folder_gets_a_file_a_page_and_counts_on(device, tmp_path):
    saved = []
    assert capture.save_pages(scan(device, source="feeder"), tmp_path, saved=saved.append) == 3
    assert names(tmp_path) == ["page-001.jpg", "page-002.jpg", "page-003.jpg"]
    assert [path.name for path in saved] == names(tmp_path)
    capture.save_pages(scan(device), tmp_path)
    assert names(tmp_path)[3:] == ["page-004.jpg"]
    assert capture.load(tmp_path / "page-004.jpg").data == (tmp_path / "page-001.jpg").read_bytes()


@pytest.mark.parametrize("mode", ["colour", "gray", "bw"])
@pytest.mark.parametrize("form", ["image/jpeg", "image/png", "application/pdf"])
def test_a_pdf_holds_the_pages_without_loss_and_in_their_size(device, tmp_path, form, mode):
    device.formats = (form,)
    pages = list(scan(device, source="feeder", mode=mode))
    device.tray = [A, B, C]
    out = tmp_path / "x.pdf"
    capture.save_pages(scan(device, source="feeder", mode=mode), out)
    bundled = list(capture.raw_pages([capture.load(out)]))
    assert len(bundled) == 3
    for one, other in zip(bundled, capture.raw_pages(pages), strict=True):
        np.testing.assert_array_equal(one.image, other.image)
        assert one.dpi == pytest.approx(100, rel=0.01)
    if form == "image/jpeg":
        assert all(page.data in out.read_bytes() for page in pages)


@pytest.mark.parametrize("mode", ["P", "RGBA", "LA", "I;16"])
def test_a_png_that_pdf_cannot_take_as_it_is_goes_in_by_its_pixels(device, mode):
    image = A.convert("L").convert("I;16") if mode == "I;16" else A.convert(mode)
    data = io.BytesIO()
    image.save(data, "png", dpi=(75, 75))
    device.faults.page = data.getvalue()
    out = io.BytesIO()
    capture.save_pages(scan(device, mode="gray"), out)
    (one,) = capture.raw_pages([capture.load(out.getvalue())])
    (other,) = capture.raw_pages([capture.load(data.getvalue())])
    np.testing.assert_array_equal(one.image, other.image)


def test_pages_before_a_jam_are_kept_under_a_name_that_says_so(device, tmp_path):
    saved = []
    for n, name in ((1, "x-incomplete.pdf"), (2, "x-incomplete-2.pdf")):
        device.tray, device.adf_state, device.faults = [A, B, C], "", Faults(jam_after=2)
        with pytest.raises(ScannerFault, match="jammed"):
            capture.save_pages(scan(device, source="feeder"), tmp_path / "x.pdf", saved=saved.append)
        assert len(saved) == n and saved[-1].name == name
        assert capture.page_count([capture.load(saved[-1])]) == 2
    assert not (tmp_path / "x.pdf").exists()


def test_a_stream_that_broke_off_is_no_pdf(device):
    device.faults.jam_after = 2
    out = io.BytesIO()
    with pytest.raises(ScannerFault, match="jammed"):
        capture.save_pages(scan(device, source="feeder"), out)
    assert out.getvalue().startswith(b"%PDF") and b"%%EOF" not in out.getvalue()
    with pytest.raises(errors.ScanError):
        capture.load(out.getvalue())


def test_nothing_is_left_where_nothing_came(device, tmp_path):
    device.faults.jam_after = 0
    for out in (tmp_path, tmp_path / "x.pdf"):
        with pytest.raises(ScannerFault):
            capture.save_pages(scan(device, source="feeder"), out)
    assert names(tmp_path) == []


@pytest.mark.parametrize("name", ["x.png", "x", "none/x.pdf"])
def test_a_place_that_is_no_folder_and_no_pdf_is_refused_before_the_paper_moves(device, tmp_path, name):
    with pytest.raises((UsageFault, StorageFault)):
        capture.save_pages(scan(device), tmp_path / name)
    assert device.jobs == {}


def test_an_existing_file_is_never_overwritten(device, tmp_path):
    (tmp_path / "x.pdf").write_bytes(b"mine")
    with pytest.raises(UsageFault, match="never overwritten"):
        capture.save_pages(scan(device), tmp_path / "x.pdf")
    assert (tmp_path / "x.pdf").read_bytes() == b"mine"
    assert device.jobs == {}


def no_links(*_, **__):
    raise OSError(errno.EPERM, "")


@pytest.mark.parametrize("links", [True, False])
def test_a_disk_without_unnamed_files_or_links_gets_the_same_files(device, tmp_path, monkeypatch, links):
    monkeypatch.setattr(_save, "_PROC", tmp_path / "nowhere")
    if not links:
        monkeypatch.setattr(os, "link", no_links)
    capture.save_pages(scan(device), tmp_path)
    capture.save_pages(scan(device), tmp_path / "x.pdf")
    assert names(tmp_path) == ["page-001.jpg", "x.pdf"]


def test_a_full_disk_is_a_storage_fault_and_leaves_nothing(device, tmp_path, monkeypatch):
    def full(_):
        raise OSError(errno.ENOSPC, "")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageFault, match="No space left"):
        capture.save_pages(scan(device), tmp_path)
    assert names(tmp_path) == []
    assert device.deleted == ["/eSCL/ScanJobs/1"]


# resolutions in heads


def as_jpeg(image, **more):
    out = io.BytesIO()
    image.save(out, "jpeg", quality=80, **more)
    return out.getvalue()


@pytest.mark.parametrize(
    ("more", "dpi"),
    [
        ({}, 100),
        ({"progressive": True}, 100),
        ({"dpi": (72, 72)}, 100),
        ({"dpi": (96, 96)}, 100),
        ({"dpi": (1, 1)}, 100),
        ({"dpi": (300, 300)}, 300),
        ({"comment": b"made by a scanner"}, 100),
    ],
    ids=str,
)
def test_a_jpeg_says_the_resolution_of_its_page_and_keeps_its_pixels(device, more, dpi):
    device.faults.page = as_jpeg(A, **more)
    (page,) = scan(device)
    assert Image.open(io.BytesIO(page.data)).info["dpi"] == (dpi, dpi)
    assert page.data[20:] == device.faults.page[20:]
    np.testing.assert_array_equal(pixels(page.data), pixels(device.faults.page))


def without_jfif(data):
    assert data[2:4] == b"\xff\xe0"
    return data[:2] + data[4 + int.from_bytes(data[4:6]) :]


def test_a_jpeg_without_a_jfif_head_gets_one_unless_that_would_change_its_colours(device):
    device.faults.page = without_jfif(as_jpeg(A))
    (page,) = scan(device)
    assert Image.open(io.BytesIO(page.data)).info["dpi"] == (100, 100)
    np.testing.assert_array_equal(pixels(page.data), pixels(device.faults.page))
    bare = without_jfif(as_jpeg(A))
    device.faults.page = bare[:2] + b"\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00\x00" + bare[2:]
    (page,) = scan(device)
    assert page.data == device.faults.page


@pytest.mark.parametrize(("said", "dpi"), [(None, 100), (72, 100), (300, 300)])
def test_a_png_says_the_resolution_of_its_page_and_keeps_its_other_chunks(device, said, dpi):
    out = io.BytesIO()
    A.save(out, "png", icc_profile=b"profile of the device", **({"dpi": (said, said)} if said else {}))
    device.faults.page = out.getvalue()
    (page,) = scan(device)
    shown = Image.open(io.BytesIO(page.data))
    assert shown.info["dpi"] == pytest.approx((dpi, dpi), abs=0.1)
    assert shown.info["icc_profile"] == b"profile of the device"
    assert page.data.count(b"pHYs") == 1
    np.testing.assert_array_equal(pixels(page.data), pixels(device.faults.page))
