"""Whatever cannot be read as a page ends in a ScanError that names the file, in two languages."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from PIL import Image

from pyhncert import capture
from pyhncert.errors import ScanError


def saved(image: np.ndarray | Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    (image if isinstance(image, Image.Image) else Image.fromarray(image)).save(out, kind, **options)
    return out.getvalue()


def picture(width: int = 300, height: int = 400) -> Image.Image:
    rows = np.random.default_rng(7).integers(0, 255, (height, width, 3), np.uint8)
    return Image.fromarray(rows)


def as_pdf(image: Image.Image, **options: object) -> bytes:
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(216, 288))
    jpeg = saved(image, "JPEG")
    stream = pikepdf.Stream(
        pdf,
        jpeg,
        Type=pikepdf.Name.XObject,
        Subtype=pikepdf.Name.Image,
        Width=image.width,
        Height=image.height,
        ColorSpace=pikepdf.Name.DeviceRGB,
        BitsPerComponent=8,
        Filter=pikepdf.Name.DCTDecode,
    )
    pdf.pages[0].Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(I=stream))
    pdf.pages[0].Contents = pdf.make_stream(b"216 0 0 288 0 0 cm /I Do")
    out = io.BytesIO()
    pdf.save(out, **options)
    return out.getvalue()


def refused(
    data: bytes | Path, *words: str, name: str = "tờ khai.png", limits: capture.Limits | None = None
) -> ScanError:
    with pytest.raises(ScanError) as caught:
        scan = capture.load(data, name=name, limits=limits or capture.Limits())
        for _ in capture.raw_pages([scan], limits=limits or capture.Limits()):
            pass
    err = caught.value
    assert err.exit_code == 10
    for word in words:
        assert word in err.en, err.en
    assert err.vi != err.en
    assert err.hint("en")
    assert err.hint("vi") != err.hint("en")
    assert "\n" not in err.en
    return err


def test_a_missing_file_is_named(tmp_path):
    err = refused(tmp_path / "không có.png", "no such file", name="")
    assert "không có.png" in err.en
    assert "không có.png" in err.vi


def test_a_folder_is_no_scan(tmp_path):
    refused(tmp_path, "folder")


def test_an_empty_file_is_said_to_be_empty(tmp_path):
    path = tmp_path / "rỗng.png"
    path.write_bytes(b"")
    refused(path, "empty")


def test_text_named_png_is_not_believed():
    refused("Kính gửi Ủy ban nhân dân".encode(), "not a picture")


@pytest.mark.parametrize(
    ("magic", "kind"), [(b"GIF89a", "GIF"), (b"BM1234", "BMP"), (b"PK\3\4", "ZIP"), (b"\0\0\0\x18ftypheic", "HEIC")]
)
def test_other_kinds_of_files_are_named(magic, kind):
    refused(magic + bytes(100), kind)


def test_a_newline_in_a_file_name_stays_on_one_line():
    err = refused(b"", "empty", name="a\nb\x1b[31m.png")
    assert "a\\nb" in err.en
    assert "\x1b" not in err.en


CUTS = (0.999, 0.9, 0.5, 0.1)


@pytest.mark.parametrize("share", CUTS)
def test_a_png_that_ends_early_is_cut_off(share):
    data = saved(picture(), "PNG")
    refused(data[: int(len(data) * share)], "cut off")


@pytest.mark.parametrize("left", range(1, 13))
def test_a_png_without_all_of_its_last_chunk_is_cut_off(left):
    data = saved(picture(), "PNG")
    refused(data[:-left], "cut off")


def test_a_png_with_one_changed_byte_is_damaged():
    data = bytearray(saved(picture(), "PNG"))
    data[len(data) // 2] ^= 1
    refused(bytes(data), "damaged")


def test_a_png_whose_pixels_are_missing_is_damaged():
    # All chunks are whole, but the compressed data end after a few rows.
    few = zlib.compress(bytes(901 * 5))
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", 300, 400, 8, 2, 0, 0, 0)), (b"IDAT", few), (b"IEND", b"")]
    data = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    )
    refused(data, "damaged")


@pytest.mark.parametrize("share", CUTS)
@pytest.mark.parametrize("progressive", [False, True])
def test_a_jpeg_that_ends_early_is_cut_off(share, progressive):
    data = saved(picture(), "JPEG", progressive=progressive)
    refused(data[: int(len(data) * share)], "cut off")


def test_a_jpeg_without_its_end_mark_is_cut_off():
    refused(saved(picture(), "JPEG")[:-2], "cut off")


@pytest.mark.parametrize("share", CUTS)
@pytest.mark.parametrize("compression", ["raw", "tiff_lzw", "jpeg", "tiff_deflate"])
def test_a_tiff_that_ends_early_is_refused(share, compression):
    data = saved(picture(), "TIFF", compression=compression)
    refused(data[: int(len(data) * share)], "TIFF")


def test_a_tiff_with_pages_in_a_circle_is_refused():
    data = bytearray(saved(picture().convert("L"), "TIFF"))
    start = struct.unpack_from("<I", data, 4)[0]
    count = struct.unpack_from("<H", data, start)[0]
    struct.pack_into("<I", data, start + 2 + 12 * count, start)
    refused(bytes(data), "circle")


@pytest.mark.parametrize("share", CUTS)
def test_a_pdf_that_ends_early_is_cut_off(share):
    data = as_pdf(picture())
    refused(data[: int(len(data) * share)], "cut off")


def test_a_pdf_cut_off_after_which_somebody_wrote_an_end_is_damaged():
    data = as_pdf(picture())
    refused(data[: len(data) // 2] + b"\nstartxref\n0\n%%EOF\n", "damaged")


@pytest.mark.parametrize(("user", "owner"), [("bí mật", "x"), ("", "x")])
def test_an_encrypted_pdf_says_so(user, owner):
    data = as_pdf(picture(), encryption=pikepdf.Encryption(user=user, owner=owner))
    refused(data, "encrypted")


def test_a_picture_cut_off_inside_a_pdf_is_found():
    pdf = pikepdf.open(io.BytesIO(as_pdf(picture())))
    image = pdf.pages[0].Resources.XObject.I
    image.write(image.read_raw_bytes()[:-500], filter=pikepdf.Name.DCTDecode)
    out = io.BytesIO()
    pdf.save(out)
    refused(out.getvalue(), "cut off", "page 1")


def bomb(width: int, height: int) -> bytes:
    body = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    data = zlib.compress(bytes(100_000), 9)
    chunks = [(b"IHDR", body), (b"IDAT", data), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    )


def test_a_bomb_is_refused_by_its_header():
    refused(bomb(40_000, 40_000), "over the limit", "40000 x 40000")


def test_a_bomb_of_a_tiff_is_refused_by_its_header():
    data = saved(Image.new("1", (20_000, 20_000)), "TIFF", compression="group4")
    assert len(data) < 100_000
    refused(data, "over the limit")


def test_more_pixels_than_the_limit_are_refused():
    limits = capture.Limits(max_pixels=100_000)
    for kind in ("PNG", "JPEG", "TIFF"):
        refused(saved(picture(), kind), "over the limit", limits=limits)
    refused(as_pdf(picture()), "over the limit", limits=limits)


def test_a_file_over_the_limit_is_refused(tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(saved(picture(), "PNG"))
    refused(path, "over the limit", limits=capture.Limits(max_bytes=1000))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF"])
def test_three_by_three_pixels_are_no_paper(kind):
    refused(saved(picture(3, 3), kind), "too small")


def test_too_many_pages_are_refused():
    pages = [picture(200, 200).convert("L") for _ in range(3)]
    data = saved(pages[0], "TIFF", save_all=True, append_images=pages[1:])
    refused(data, "more than 2 pages", limits=capture.Limits(max_pages=2))
    scan = capture.load(saved(pages[0], "PNG"), name="a")
    with pytest.raises(ScanError, match="more than 2 pages"):
        list(capture.raw_pages([scan] * 3, limits=capture.Limits(max_pages=2)))


def test_a_pdf_page_without_a_picture_is_no_scan():
    pdf = pikepdf.new()
    pdf.add_blank_page()
    out = io.BytesIO()
    pdf.save(out)
    refused(out.getvalue(), "no picture", "page 1")


def test_a_pdf_page_with_text_over_its_picture_is_not_copied_without_the_text():
    pdf = pikepdf.open(io.BytesIO(as_pdf(picture())))
    font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
    pdf.pages[0].Resources.Font = pikepdf.Dictionary(F=font)
    pdf.pages[0].contents_add(pdf.make_stream(b"BT /F 12 Tf 10 10 Td (DA THU TIEN) Tj ET"))
    out = io.BytesIO()
    pdf.save(out)
    refused(out.getvalue(), "text or drawings")


def test_data_in_a_pdf_that_inflate_without_end_are_refused():
    pdf = pikepdf.open(io.BytesIO(as_pdf(picture())))
    image = pdf.pages[0].Resources.XObject.I
    image.write(zlib.compress(bytes(50_000_000), 9), filter=pikepdf.Name.FlateDecode)
    out = io.BytesIO()
    pdf.save(out)
    refused(out.getvalue(), "damaged", "page 1")


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "PDF"])
def test_random_damage_is_never_a_foreign_error(kind, seed):
    data = bytearray(as_pdf(picture(200, 210)) if kind == "PDF" else saved(picture(200, 210), kind))
    rng = np.random.default_rng(seed)
    for _ in range(rng.integers(1, 20)):
        data[rng.integers(0, len(data))] = rng.integers(0, 256)
    try:
        scan = capture.load(bytes(data), name="x")
        capture.page_count([scan])
        capture.signed_pdf(scan)
        list(capture.raw_pages([scan]))
    except ScanError:
        pass
