"""Too many pixels are refused by the header: at the limit a decoder is asked, one pixel beyond it none is."""

from __future__ import annotations

import io
import struct
import time
import tracemalloc
import zlib
from collections.abc import Callable, Iterator

import pikepdf
import pytest
from PIL import Image, ImageFile, TiffImagePlugin

from pyhncert import _core, capture
from pyhncert._config import load_settings
from pyhncert.capture import _pillow
from pyhncert.errors import ScanError
from pyhncert.office import init_trial

MOST = 200_000_000
Make = Callable[[int, int], bytes]


def png(width: int, height: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    )


def jpeg(width: int, height: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (16, 16)).save(out, "JPEG")
    data = bytearray(out.getvalue())
    struct.pack_into(">HH", data, data.index(b"\xff\xc0") + 5, height, width)
    return bytes(data)


def tiff(width: int, height: int) -> bytes:
    strip = zlib.compress(bytes(1000))
    entries = [
        (256, 4, 1, width),
        (257, 4, 1, height),
        (258, 3, 1, 8),
        (259, 3, 1, 8),
        (262, 3, 1, 1),
        (273, 4, 1, 8),
        (277, 3, 1, 1),
        (278, 4, 1, height),
        (279, 4, 1, len(strip)),
    ]
    directory = struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHII", *entry) for entry in entries) + bytes(4)
    strip += bytes(len(strip) % 2)
    return b"II*\0" + struct.pack("<I", 8 + len(strip)) + strip + directory


def pdf_of(data: bytes, kind: pikepdf.Name, width: int, height: int) -> bytes:
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(595, 842))
    stream = pikepdf.Stream(
        pdf,
        data,
        Type=pikepdf.Name.XObject,
        Subtype=pikepdf.Name.Image,
        Width=width,
        Height=height,
        ColorSpace=pikepdf.Name.DeviceRGB,
        BitsPerComponent=8,
        Filter=kind,
    )
    pdf.pages[0].Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(I=stream))
    pdf.pages[0].Contents = pdf.make_stream(b"595 0 0 842 0 0 cm /I Do")
    out = io.BytesIO()
    pdf.save(out, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    return out.getvalue()


def pdf_flate(width: int, height: int) -> bytes:
    return pdf_of(zlib.compress(bytes(1000)), pikepdf.Name.FlateDecode, width, height)


def pdf_fax(width: int, height: int) -> bytes:
    return pdf_of(bytes(64), pikepdf.Name.CCITTFaxDecode, width, height)


def pdf_jpeg(width: int, height: int) -> bytes:
    return pdf_of(jpeg(width, height), pikepdf.Name.DCTDecode, width, height)


def jpeg2000(width: int, height: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (16, 16)).save(out, "JPEG2000", no_jp2=True)
    data = bytearray(out.getvalue())
    at = data.index(b"\xff\x51") + 6
    struct.pack_into(">II", data, at, width, height)
    struct.pack_into(">II", data, at + 16, width, height)
    return bytes(data)


def pdf_jpeg2000(width: int, height: int) -> bytes:
    return pdf_of(jpeg2000(width, height), pikepdf.Name.JPXDecode, width, height)


MAKERS: tuple[Make, ...] = (png, jpeg, tiff, pdf_flate, pdf_fax, pdf_jpeg, pdf_jpeg2000)
EACH = pytest.mark.parametrize("make", MAKERS, ids=lambda make: make.__name__)


class Reached(Exception):
    """A decoder was asked for pixels."""


@pytest.fixture
def no_decoder(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    import cv2

    def reached(*_: object, **__: object) -> None:
        raise Reached

    monkeypatch.setattr(_core, "png_decode", reached)
    monkeypatch.setattr(cv2, "imdecode", reached)
    monkeypatch.setattr(ImageFile.ImageFile, "load", reached)
    monkeypatch.setattr(TiffImagePlugin.TiffImageFile, "load", reached)
    monkeypatch.setattr(pikepdf.PdfImage, "as_pil_image", reached)
    yield


def asked(data: bytes, limits: capture.Limits) -> None:
    for _ in capture.raw_pages([capture.load(data, name="a", limits=limits)], limits=limits):
        pass


@EACH
def test_at_the_limit_a_decoder_is_asked_and_one_pixel_beyond_it_none_is(make, no_decoder):
    data = make(1000, 700)
    with pytest.raises(Reached):
        asked(data, capture.Limits(max_pixels=700_000))
    with pytest.raises(ScanError, match="over the limit"):
        asked(data, capture.Limits(max_pixels=699_999))


@EACH
def test_the_limit_of_an_office_is_two_hundred_million(make, no_decoder):
    with pytest.raises(Reached):
        asked(make(20_000, 10_000), capture.Limits())
    with pytest.raises(ScanError, match="over the limit of 200 million"):
        asked(make(20_000, 10_001), capture.Limits())


def test_a_tiff_over_the_limit_of_pillow_and_under_ours_is_decoded(monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10_000)  # its own is 89 million, and twice that an error
    monkeypatch.setattr(_pillow, "_USUAL", 10_000)
    out = io.BytesIO()
    Image.new("1", (300, 400), 1).save(out, "TIFF", compression="group4")
    (page,) = capture.raw_pages([capture.load(out.getvalue(), name="a")])
    assert page.image.shape == (400, 300, 3)
    assert Image.MAX_IMAGE_PIXELS == 10_000


def test_settings_and_library_have_the_same_limit(tmp_path):
    folder = init_trial(tmp_path / "office")
    assert load_settings(folder).max_pixels == capture.Limits().max_pixels == MOST
    settings = (folder / "office.toml").read_text("utf-8")
    (folder / "office.toml").write_text(settings.replace("max_pixels = ", "# max_pixels = "), "utf-8")
    assert load_settings(folder).max_pixels == MOST


@EACH
@pytest.mark.parametrize("side", [20_000, 65_500])
def test_a_tiny_file_that_claims_much_costs_little(make, side):
    data = make(side, side)
    assert len(data) < 3000
    tracemalloc.start()
    began = time.process_time()
    with pytest.raises(ScanError, match="over the limit"):
        asked(data, capture.Limits())
    spent, (_, peak) = time.process_time() - began, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert spent < 0.5
    assert peak < 4_000_000


@pytest.mark.parametrize("claimed", [(400, 300), (1, 1)])
def test_a_picture_in_a_pdf_is_held_to_the_size_that_was_checked(claimed, no_decoder):
    """What the PDF says is checked; what the JPEG or JPEG 2000 in it says of itself cannot be more."""
    for data, kind in (
        (jpeg(20_000, 20_000), pikepdf.Name.DCTDecode),
        (jpeg2000(20_000, 20_000), pikepdf.Name.JPXDecode),
    ):
        with pytest.raises(ScanError):
            asked(pdf_of(data, kind, *claimed), capture.Limits())
