"""Small PDFs that ask for much: each is refused for its own fault, in little time. One fault a file."""

from __future__ import annotations

import io
import struct
import time
import zlib

import pikepdf
import pytest
from fuzz import pdf_of
from PIL import Image

from pyhncert import capture
from pyhncert.capture._inflate import decodes_within
from pyhncert.capture._tables import tables_within
from pyhncert.errors import ScanError

WHOLE = b"96 0 0 72 0 0 cm /I0 Do"
RGB = {"Width": 300, "Height": 300, "BitsPerComponent": 8, "ColorSpace": pikepdf.Name.DeviceRGB}
CPU_S = 3.0


def jpeg() -> tuple[bytes, dict[str, object]]:
    out = io.BytesIO()
    Image.new("RGB", (300, 300), "gray").save(out, "JPEG")
    return out.getvalue(), {**RGB, "Filter": pikepdf.Name.DCTDecode}


def edited(data: bytes, edit) -> bytes:
    with pikepdf.open(io.BytesIO(data)) as pdf:
        edit(pdf)
        out = io.BytesIO()
        pdf.save(out, stream_decode_level=pikepdf.StreamDecodeLevel.none, compress_streams=False)
        return out.getvalue()


def refused(data: bytes, words: str = "damaged") -> None:
    began = time.process_time()
    with pytest.raises(ScanError, match=words):
        list(capture.raw_pages([capture.load(data, name="a")]))
    assert time.process_time() - began < CPU_S


def accepted(data: bytes) -> None:
    (page,) = capture.raw_pages([capture.load(data, name="a")])
    assert page.image.shape == (300, 300, 3)


def test_the_file_that_is_wounded_here_is_good():
    accepted(pdf_of([jpeg()], WHOLE))


def test_content_that_inflates_without_end_is_refused():
    def edit(pdf: pikepdf.Pdf) -> None:
        pdf.pages[0].Contents.write(zlib.compress(b"q\n" * 40_000_000, 1), filter=pikepdf.Name.FlateDecode)

    refused(edited(pdf_of([jpeg()], WHOLE), edit))


def test_content_in_many_streams_counts_together():
    def edit(pdf: pikepdf.Pdf) -> None:
        part = pdf.make_stream(b"q Q " * 2000)
        pdf.pages[0].Contents = pikepdf.Array([part] * 1000)

    refused(edited(pdf_of([jpeg()], WHOLE), edit))


def test_forms_that_paint_each_other_over_and_over_are_refused():
    def edit(pdf: pikepdf.Pdf) -> None:
        shelf = pdf.pages[0].Resources.XObject
        for level in range(10):
            painted = b" ".join([f"/L{level + 1} Do".encode()] * 10) if level < 9 else b"/I0 Do"
            form = pdf.make_stream(painted, Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form)
            form.Resources = pikepdf.Dictionary(XObject=shelf)
            shelf[f"/L{level}"] = form
        pdf.pages[0].Contents = pdf.make_stream(b"/L0 Do")

    refused(edited(pdf_of([jpeg()], WHOLE), edit))


def test_a_form_that_paints_itself_is_refused():
    def edit(pdf: pikepdf.Pdf) -> None:
        pdf.pages[0].Resources.XObject.F.write(b"/F Do /F Do")
        pdf.pages[0].Contents = pdf.make_stream(b"/F Do")

    refused(edited(pdf_of([jpeg()], WHOLE), edit))


def test_a_picture_inflated_twice_is_measured_twice():
    bomb = zlib.compress(zlib.compress(bytes(300_000_000), 9), 9)
    assert len(bomb) < 5000
    refused(pdf_of([(bomb, {**RGB, "Filter": pikepdf.Array([pikepdf.Name.FlateDecode] * 2)})], WHOLE))
    good = zlib.compress(zlib.compress(bytes(270_000), 9), 9)
    accepted(pdf_of([(good, {**RGB, "Filter": pikepdf.Array([pikepdf.Name.FlateDecode] * 2)})], WHOLE))


def lzw(code_count: int) -> bytes:
    """LZW codes for zeros, each string one longer than the one before, starting anew when codes run out."""
    codes, size = [(256, 9), (0, 9)], 258
    for _ in range(code_count):
        size += 1
        codes.append((size - 1, max(9, min(12, size.bit_length()))))
        if size >= 4094:
            codes += [(256, 12), (0, 9)]
            size = 258
    text = "".join(f"{code:0{width}b}" for code, width in codes)
    text += "0" * (-len(text) % 8)
    return int(text, 2).to_bytes(len(text) // 8)


def test_a_picture_in_lzw_is_measured_before_it_is_decoded():
    bomb = lzw(200_000)
    assert len(bomb) < 300_000
    refused(pdf_of([(bomb, {**RGB, "Filter": pikepdf.Name.LZWDecode})], WHOLE))


def test_a_picture_in_runs_is_measured_before_it_is_decoded():
    refused(pdf_of([(b"\x81\0" * 200_000 + b"\x80", {**RGB, "Filter": pikepdf.Name.RunLengthDecode})], WHOLE))
    accepted(pdf_of([(b"\x81\0" * 2110 + b"\x80", {**RGB, "Filter": pikepdf.Name.RunLengthDecode})], WHOLE))


@pytest.mark.parametrize("unit", ["0", "-1"])
def test_a_page_whose_unit_is_no_length_is_refused(unit):
    data = pdf_of([jpeg()], WHOLE, UserUnit=77).replace(b"/UserUnit 77", b"/UserUnit " + unit.encode())
    refused(edited(data, lambda _: None))


def test_a_matrix_that_is_not_finite_is_refused():
    number = b"9" * 320
    refused(pdf_of([jpeg()], number + b" 0 0 72 0 0 cm /I0 Do"))


def test_a_mask_without_a_size_is_damage_and_no_crash():
    raw = bytes(270_000)
    data = pdf_of([(raw, {**RGB, "SMask": bytes(768)})], WHOLE)
    refused(edited(data, lambda pdf: pdf.pages[0].Resources.XObject.I0.SMask.__delitem__("/Width")))


def test_a_tiff_whose_palette_cannot_be_one_is_damage_and_no_crash():
    out = io.BytesIO()
    Image.new("P", (300, 300)).save(out, "TIFF")
    data = bytearray(out.getvalue())
    entry = data.index(b"\x40\x01\x03\0\0\x03\0\0")  # tag 320, of shorts
    data[entry + 2] = 8  # signed shorts
    at = int.from_bytes(data[entry + 8 : entry + 12], "little")
    data[at : at + 2] = b"\0\x80"
    with pytest.raises(ScanError, match="damaged"):
        list(capture.raw_pages([capture.load(bytes(data), name="a")]))


@pytest.mark.parametrize(("palette", "alpha"), [(b"\1", b""), (b"", b""), (b"\1" * 767, b""), (b"\1\2\3", b"\1\2")])
def test_a_palette_of_a_png_that_is_not_made_of_colours_is_damage_and_no_panic(palette, alpha):
    header = struct.pack(">IIBBBBB", 300, 300, 8, 3, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"PLTE", palette), (b"tRNS", alpha), (b"IDAT", zlib.compress(bytes(301 * 300)))]
    if not alpha:
        del chunks[2]
    data = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in [*chunks, (b"IEND", b"")]
    )
    refused(data)


def test_a_row_of_too_many_columns_is_refused_before_room_is_made_for_it():
    """Found as `fuzz.made("pdf", 5003381)`: qpdf made 4 GiB of room for the predictor of the file's own table."""
    data = pdf_of([jpeg()], WHOLE, objects=True)
    assert data.count(b"/Columns 4 ") == 1
    refused(data.replace(b"/Columns 4 ", b"/Columns 9223372036854775807 "))
    accepted(data)


def in_a_table(filters: int, blanks: int) -> bytes:
    """A PDF without pages whose catalogue lies in an object stream, before so many blanks."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Count 0 /Kids [] >>"]
    head = b"1 0 2 %d " % len(objects[0])
    packed = head + b"".join(objects) + b" " * blanks
    for _ in range(filters):
        packed = zlib.compress(packed, 9)
    said = b"[" + b"/FlateDecode " * filters + b"]"
    start = b"%PDF-1.7\n"
    table = b"3 0 obj << /Type /ObjStm /N 2 /First %d /Filter %s /Length %d >> stream\n%s\nendstream endobj\n"
    table %= (len(head), said, len(packed), packed)
    at = len(start + table)
    rows = [(0, 0, 0), (2, 3, 0), (2, 3, 1), (1, len(start), 0), (1, at, 0)]
    index = b"".join(struct.pack(">BIB", *row) for row in rows)
    said = b"4 0 obj << /Type /XRef /Size 5 /W [1 4 1] /Root 1 0 R /Length %d >> stream\n%s\nendstream endobj\n"
    return start + table + said % (len(index), index) + b"startxref\n%d\n%%%%EOF\n" % at


def test_a_table_that_inflates_without_end_is_refused_before_it_is_unpacked():
    """Unbounded, the second of these, under 1000 bytes, took 600 MB."""
    refused(in_a_table(1, 1000), "has no page")
    for bomb in (in_a_table(1, 30_000_000), in_a_table(2, 300_000_000), in_a_table(2, 1000)):
        assert len(bomb) < 31_000
        refused(bomb)


@pytest.mark.parametrize(
    ("plain", "disguised"),
    [
        (b"/First", b"/#46irst"),
        (b"/Filter", b"/F (/Filter /FlateDecode >> endobj 9 0 obj <<) /Filter"),
        (b"<< /Type /ObjStm", b"% obj\n<< % << stream >>\n/Type /ObjStm"),
    ],
)
def test_a_table_in_disguise_is_measured_too(plain, disguised):
    assert tables_within(in_a_table(1, 1000).replace(plain, disguised))
    assert not tables_within(in_a_table(1, 3_000_000).replace(plain, disguised))
    assert not tables_within(in_a_table(2, 3_000_000).replace(plain, disguised))


def test_looking_for_tables_ends_soon_whatever_looks_like_one():
    began = time.process_time()
    for tangle in (b"obj<<", b"obj<<(", b"obj<<%", b"obj<</First/W"):
        assert not tables_within(tangle * 2_000_000)
    assert time.process_time() - began < 2 * CPU_S


def test_an_encrypted_file_whose_tables_are_packed_says_so():
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf_of([jpeg()], WHOLE))) as pdf:
        modern = pikepdf.ObjectStreamMode.generate
        pdf.save(out, object_stream_mode=modern, encryption=pikepdf.Encryption(user="", owner="a"))
    refused(out.getvalue(), "encrypted")


def test_pages_are_counted_with_the_limits_that_the_scan_was_loaded_with():
    out = io.BytesIO()
    Image.new("L", (20, 20)).save(out, "TIFF", save_all=True, append_images=[Image.new("L", (20, 20))])
    limits = capture.Limits(min_side_px=8)
    assert capture.page_count([capture.load(out.getvalue(), limits=limits)], limits=limits) == 2


@pytest.mark.parametrize("size", [1, 255, 256, 5000])
def test_the_length_of_decoded_data_is_told_exactly(size):
    data = bytes(n * 7 % 251 for n in range(size))
    with pikepdf.new() as pdf:
        flate = pdf.make_stream(b"")
        flate.write(zlib.compress(data), filter=pikepdf.Name.FlateDecode)
        runs = pdf.make_stream(b"")
        packed = b"".join(bytes([len(part) - 1]) + part for part in (data[at : at + 128] for at in range(0, size, 128)))
        runs.write(packed + b"\x80", filter=pikepdf.Name.RunLengthDecode)
        for stream in (flate, runs):
            assert decodes_within(stream, size)
            assert not decodes_within(stream, size - 1)
        coded = pdf.make_stream(b"")
        coded.write(lzw(size), filter=pikepdf.Name.LZWDecode)
        length = len(coded.read_bytes())
        assert decodes_within(coded, length)
        assert not decodes_within(coded, length - 1)
