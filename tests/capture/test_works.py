"""Every odd picture simply works: depth, colour, alpha, EXIF, several pages, PDF."""

from __future__ import annotations

import hashlib
import io
import struct
import tracemalloc
import zlib

import numpy as np
import pikepdf
import pytest
from PIL import Image

from pyhncert import capture
from pyhncert.values import RawPage

WIDTH, HEIGHT = 240, 320


def saved(image: np.ndarray | Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    (image if isinstance(image, Image.Image) else Image.fromarray(image)).save(out, kind, **options)
    return out.getvalue()


@pytest.fixture
def colours() -> np.ndarray:
    """Smooth, so that JPEG changes little; all four corners differ."""
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    return np.dstack([x * 255 // WIDTH, y * 255 // HEIGHT, (x + y) * 255 // (WIDTH + HEIGHT)]).astype(np.uint8)


def one(data: bytes) -> RawPage:
    (page,) = capture.raw_pages([capture.load(data, name="x")])
    return page


def test_bytes_paths_and_scans_are_the_same(tmp_path, colours):
    data = saved(colours, "PNG")
    path = tmp_path / "giấy khai sinh 'gốc' \"1\"\n.png"
    path.write_bytes(data)
    from_path = capture.load(path)
    assert from_path.name == path.name
    assert from_path.media_type == "image/png"
    assert from_path.digest == hashlib.sha256(data).digest()
    assert capture.load(data, name=path.name) == from_path
    assert capture.load(from_path) is from_path
    np.testing.assert_array_equal(next(capture.raw_pages([from_path])).image, colours)


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_lossless_colour_comes_back_exactly(kind, colours):
    np.testing.assert_array_equal(one(saved(colours, kind)).image, colours)


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"subsampling": 0, "quality": 95}, {"optimize": True}])
def test_jpeg_in_all_its_forms(options, colours):
    assert np.abs(one(saved(colours, "JPEG", **options)).image.astype(int) - colours).max() < 30


def test_interlaced_png(colours):
    # Pillow cannot write Adam7: seven passes by hand, each row with filter 0.
    passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
    raw = b"".join(b"".join(b"\0" + row.tobytes() for row in colours[y0::dy, x0::dx]) for x0, y0, dx, dy in passes)
    head = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 1)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(raw)), (b"IEND", b"")]
    data = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    )
    np.testing.assert_array_equal(one(data).image, colours)


def test_sixteen_bits_a_channel_are_cut_to_eight(colours):
    wide = (colours.astype(np.uint16) << 8) | 0x80
    raw = b"".join(b"\0" + row.astype(">u2").tobytes() for row in wide)
    head = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 16, 2, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(raw)), (b"IEND", b"")]
    data = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    )
    np.testing.assert_array_equal(one(data).image, colours)


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_sixteen_bit_gray(kind, colours):
    wide = colours[:, :, 0].astype(np.uint16) << 8
    got = one(saved(Image.fromarray(wide), kind)).image
    np.testing.assert_array_equal(got, np.repeat(colours[:, :, :1], 3, axis=2))


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
@pytest.mark.parametrize("mode", ["L", "P", "1"])
def test_gray_palette_and_one_bit(kind, mode, colours):
    image = Image.fromarray(colours).convert(mode)
    np.testing.assert_array_equal(one(saved(image, kind)).image, np.asarray(image.convert("RGB")))


def test_gray_jpeg(colours):
    got = one(saved(Image.fromarray(colours).convert("L"), "JPEG")).image
    assert got.shape == (HEIGHT, WIDTH, 3)
    assert np.abs(got[:, :, 0].astype(int) - np.asarray(Image.fromarray(colours).convert("L"))).max() < 12


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_alpha_is_laid_on_white(kind, colours):
    alpha = np.zeros((HEIGHT, WIDTH, 1), np.uint8)
    alpha[: HEIGHT // 2] = 255
    got = one(saved(np.dstack([colours, alpha]), kind)).image
    np.testing.assert_array_equal(got[: HEIGHT // 2], colours[: HEIGHT // 2])
    assert (got[HEIGHT // 2 :] == 255).all()


def test_a_transparent_palette_is_laid_on_white(colours):
    image = Image.fromarray(colours).quantize(16)
    got = one(saved(image, "PNG", transparency=3)).image
    hidden = np.asarray(image) == 3
    assert hidden.any()
    assert (got[hidden] == 255).all()


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_cmyk(kind, colours):
    image = Image.fromarray(colours).convert("CMYK")
    got = one(saved(image, kind)).image
    assert np.abs(got.astype(int) - np.asarray(image.convert("RGB"))).max() < 40
    assert np.abs(got.astype(int) - colours).mean() < 20


def test_adobe_s_inverted_cmyk(colours):
    data = saved(Image.fromarray(colours).convert("CMYK"), "JPEG", quality=95)
    assert b"Adobe" in data[:200]
    assert np.abs(one(data).image.astype(int) - colours).mean() < 20


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_rotation_is_undone_and_remembered(kind, orientation, colours):
    exif = Image.Exif()
    exif[0x0112] = orientation
    image = Image.fromarray(colours)
    data = saved(image, kind, tiffinfo={0x0112: orientation}) if kind == "TIFF" else saved(image, kind, exif=exif)
    page = one(data)
    seen = np.asarray(_transposed(image, orientation))
    assert page.image.shape == seen.shape
    assert np.abs(page.image.astype(int) - seen).max() < 30
    for x, y in ((0, 0), (seen.shape[1] - 1, 0), (5, seen.shape[0] - 1), (17, 40)):
        u, v = page.to_file.apply((x + 0.5, y + 0.5))
        assert np.abs(colours[int(v), int(u)].astype(int) - seen[y, x]).max() == 0
    (upright,) = capture.normalise(page)
    assert upright.raw_size == (WIDTH, HEIGHT)


def _transposed(image: Image.Image, orientation: int) -> Image.Image:
    steps = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_270,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_90,
    }
    return image.transpose(steps[orientation]) if orientation in steps else image


@pytest.mark.parametrize(
    ("kind", "options"),
    [("PNG", {"dpi": (300, 300)}), ("JPEG", {"dpi": (300, 300)}), ("TIFF", {"dpi": (300, 300)})],
)
def test_the_resolution_of_the_file_is_read(kind, options, colours):
    assert one(saved(colours, kind, **options)).dpi == pytest.approx(300, abs=0.1)
    assert one(saved(colours, kind)).dpi in (None, pytest.approx(1))


def test_a_tiff_of_several_pages(colours):
    pages = [Image.fromarray(np.roll(colours, 40 * i, axis=1)) for i in range(4)]
    for compression in ("raw", "tiff_lzw", "tiff_adobe_deflate"):
        data = saved(pages[0], "TIFF", save_all=True, append_images=pages[1:], compression=compression)
        scan = capture.load(data, name="a.tif")
        assert capture.page_count([scan]) == 4
        got = list(capture.raw_pages([scan]))
        assert [(p.number, p.scan, p.frame) for p in got] == [(1, 0, 0), (2, 0, 1), (3, 0, 2), (4, 0, 3)]
        for page, want in zip(got, pages, strict=True):
            np.testing.assert_array_equal(page.image, np.asarray(want))


def test_a_fax_tiff(colours):
    image = Image.fromarray(colours).convert("1")
    for compression in ("group3", "group4"):
        np.testing.assert_array_equal(
            one(saved(image, "TIFF", compression=compression)).image, np.asarray(image.convert("RGB"))
        )


def test_pages_count_on_over_several_scans(colours):
    scans = [capture.load(saved(colours, kind), name=kind) for kind in ("PNG", "JPEG", "TIFF")]
    assert capture.page_count(scans) == 3
    assert [(p.number, p.scan, p.frame) for p in capture.raw_pages(scans)] == [(1, 0, 0), (2, 1, 0), (3, 2, 0)]


def pdf(*pages: tuple[pikepdf.Dictionary, bytes], rotate: int = 0, content: bytes = b"") -> bytes:
    """Pages of 172.8 x 230.4 points (so 100 dpi), each with one image object."""
    out = pikepdf.new()
    for head, data in pages:
        page = out.add_blank_page(page_size=(172.8, 230.4))
        stream = pikepdf.Stream(out, data)
        for key, value in head.items():
            stream[key] = value
        stream.Type, stream.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
        stream.Width, stream.Height = WIDTH, HEIGHT
        page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=stream))
        page.Contents = out.make_stream(content or b"q 172.8 0 0 230.4 0 0 cm /Im0 Do Q")
        if rotate:
            page.Rotate = rotate
    file = io.BytesIO()
    out.save(file)
    return file.getvalue()


def jpeg_object(colours: np.ndarray) -> tuple[pikepdf.Dictionary, bytes]:
    head = pikepdf.Dictionary(ColorSpace=pikepdf.Name.DeviceRGB, BitsPerComponent=8, Filter=pikepdf.Name.DCTDecode)
    return head, saved(colours, "JPEG", quality=95)


def flate_object(colours: np.ndarray) -> tuple[pikepdf.Dictionary, bytes]:
    head = pikepdf.Dictionary(ColorSpace=pikepdf.Name.DeviceRGB, BitsPerComponent=8, Filter=pikepdf.Name.FlateDecode)
    return head, zlib.compress(colours.tobytes())


def test_a_pdf_of_scanned_pages(colours):
    data = pdf(jpeg_object(colours), flate_object(colours))
    scan = capture.load(data, name="a.pdf")
    assert scan.media_type == "application/pdf"
    assert capture.page_count([scan]) == 2
    first, second = capture.raw_pages([scan])
    assert np.abs(first.image.astype(int) - colours).max() < 30
    np.testing.assert_array_equal(second.image, colours)
    assert (first.dpi, second.dpi) == (pytest.approx(100), pytest.approx(100))


def test_a_fax_inside_a_pdf(colours):
    one_bit = Image.fromarray(colours).convert("1")
    tiff = Image.open(io.BytesIO(saved(one_bit, "TIFF", compression="group4")))
    start, length = tiff.tag_v2[273][0], tiff.tag_v2[279][0]
    head = pikepdf.Dictionary(
        ColorSpace=pikepdf.Name.DeviceGray,
        BitsPerComponent=1,
        Filter=pikepdf.Name.CCITTFaxDecode,
        DecodeParms=pikepdf.Dictionary(K=-1, Columns=WIDTH, Rows=HEIGHT, BlackIs1=tiff.tag_v2[262] == 1),
    )
    data = tiff.fp.getvalue()[start : start + length]
    np.testing.assert_array_equal(one(pdf((head, data))).image, np.asarray(one_bit.convert("RGB")))


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_a_turned_pdf_page_is_seen_as_a_reader_shows_it(rotate, colours):
    page = one(pdf(flate_object(colours), rotate=rotate))
    np.testing.assert_array_equal(page.image, np.rot90(colours, -rotate // 90))
    x, y = 7, 11
    u, v = page.to_file.apply((x + 0.5, y + 0.5))
    np.testing.assert_array_equal(colours[int(v), int(u)], page.image[y, x])
    assert page.dpi == pytest.approx(100)


def test_a_picture_turned_by_its_matrix_is_seen_turned(colours):
    content = b"q 0 172.8 -230.4 0 230.4 0 cm /Im0 Do Q"  # a quarter turn counter-clockwise
    np.testing.assert_array_equal(one(pdf(flate_object(colours), content=content)).image, np.rot90(colours, 1))


def test_inverted_gray_and_palettes_inside_a_pdf(colours):
    gray = np.ascontiguousarray(colours[:, :, 0])
    head = pikepdf.Dictionary(
        ColorSpace=pikepdf.Name.DeviceGray,
        BitsPerComponent=8,
        Filter=pikepdf.Name.FlateDecode,
        Decode=pikepdf.Array([1, 0]),
    )
    got = one(pdf((head, zlib.compress(gray.tobytes())))).image
    np.testing.assert_array_equal(got[:, :, 0], 255 - gray)
    palette = bytes(range(256)) * 3
    head = pikepdf.Dictionary(
        ColorSpace=pikepdf.Array([pikepdf.Name.Indexed, pikepdf.Name.DeviceRGB, 255, pikepdf.String(palette)]),
        BitsPerComponent=8,
        Filter=pikepdf.Name.FlateDecode,
    )
    got = one(pdf((head, zlib.compress(gray.tobytes())))).image
    np.testing.assert_array_equal(got, np.frombuffer(palette, np.uint8).reshape(256, 3)[gray])


def test_invisible_text_over_a_scan_is_no_obstacle(colours):
    content = b"q 172.8 0 0 230.4 0 0 cm /Im0 Do Q BT 3 Tr /F 12 Tf (nhan dang) Tj ET"
    np.testing.assert_array_equal(one(pdf(flate_object(colours), content=content)).image, colours)


def test_many_pages_are_held_one_at_a_time(colours):
    data = pdf(*[flate_object(colours)] * 60)
    scan = capture.load(data, name="a.pdf")
    size = colours.nbytes
    tracemalloc.start()
    count = 0
    for page in capture.raw_pages([scan]):
        count += 1
        del page
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 60
    assert peak < 12 * size + len(data)


def test_a_signature_in_a_pdf_is_seen(colours):
    data = pdf(jpeg_object(colours))
    assert not capture.signed_pdf(capture.load(data, name="a.pdf"))
    document = pikepdf.open(io.BytesIO(data))
    field = pikepdf.Dictionary(
        FT=pikepdf.Name.Sig, T="Chu ky", V=pikepdf.Dictionary(Contents=b"\0" * 20, ByteRange=[0, 1, 2, 3])
    )
    document.Root.AcroForm = pikepdf.Dictionary(Fields=[document.make_indirect(field)], SigFlags=3)
    out = io.BytesIO()
    document.save(out)
    assert capture.signed_pdf(capture.load(out.getvalue(), name="a.pdf"))
    assert not capture.signed_pdf(capture.load(saved(colours, "PNG"), name="a.png"))


def layered(
    colours: np.ndarray, objects: dict[str, tuple[pikepdf.Dictionary, bytes]], content: bytes, rotate: int = 0
) -> bytes:
    """One page of 172.8 x 230.4 points with several image objects, each of which says its own size."""
    out = pikepdf.new()
    page = out.add_blank_page(page_size=(172.8, 230.4))
    shelf = pikepdf.Dictionary()
    for key, (head, data) in objects.items():
        stream = pikepdf.Stream(out, data)
        for name, value in head.items():
            stream[name] = value
        stream.Type, stream.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
        shelf[key] = stream
    if "/Mask" in shelf:
        shelf["/Ink"].SMask = out.make_indirect(shelf["/Mask"])
    page.Resources = pikepdf.Dictionary(XObject=shelf)
    page.Contents = out.make_stream(content)
    page.Rotate = rotate
    file = io.BytesIO()
    out.save(file)
    return file.getvalue()


def flate(pixels: np.ndarray, **head: object) -> tuple[pikepdf.Dictionary, bytes]:
    space = pikepdf.Name.DeviceRGB if pixels.ndim == 3 else pikepdf.Name.DeviceGray
    known = {
        "Width": pixels.shape[1],
        "Height": pixels.shape[0],
        "ColorSpace": space,
        "BitsPerComponent": 8,
        "Filter": pikepdf.Name.FlateDecode,
    }
    return pikepdf.Dictionary(**{**known, **head}), zlib.compress(np.ascontiguousarray(pixels).tobytes())


@pytest.mark.parametrize("rotate", [0, 90])
def test_strips_are_put_together(colours, rotate):
    strips = {f"/S{i}": flate(colours[80 * i : 80 * i + 80]) for i in range(4)}
    content = b"".join(f"q 172.8 0 0 57.6 0 {57.6 * (3 - i):.1f} cm /S{i} Do Q ".encode() for i in range(4))
    page = one(layered(colours, strips, content, rotate))
    np.testing.assert_array_equal(page.image, np.rot90(colours, -rotate // 90))
    assert page.dpi == pytest.approx(100)
    u, v = page.to_file.apply((7.5, 11.5))
    np.testing.assert_array_equal(colours[int(v), int(u)], page.image[11, 7])


@pytest.mark.parametrize("inverted", [False, True])
def test_a_stencil_of_text_lies_over_its_ground(colours, inverted):
    painted = np.zeros((HEIGHT, WIDTH), bool)
    painted[100:140, 60:200] = True
    bits = np.packbits(painted if inverted else ~painted, axis=1)
    head = pikepdf.Dictionary(
        Width=WIDTH, Height=HEIGHT, ImageMask=True, BitsPerComponent=1, Filter=pikepdf.Name.FlateDecode
    )
    if inverted:
        head.Decode = pikepdf.Array([1, 0])
    ground = flate(colours[::2, ::2])
    content = b"q 172.8 0 0 230.4 0 0 cm /Ground Do 0.2 0 0.4 rg /Ink Do Q"
    page = one(layered(colours, {"/Ground": ground, "/Ink": (head, zlib.compress(bits.tobytes()))}, content))
    assert page.image.shape == colours.shape
    assert (page.image[painted] == (51, 0, 102)).all()
    assert np.abs(page.image[~painted].astype(int) - colours[~painted]).max() < 6


def test_a_soft_mask_lets_the_ground_through(colours):
    ink = np.full((HEIGHT // 4, WIDTH // 4, 3), (10, 20, 30), np.uint8)
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    mask[50:60] = 255
    objects = {"/Ground": flate(colours), "/Ink": flate(ink), "/Mask": flate(mask)}
    page = one(layered(colours, objects, b"q 172.8 0 0 230.4 0 0 cm /Ground Do /Ink Do Q"))
    assert (page.image[50:60] == (10, 20, 30)).all()
    np.testing.assert_array_equal(page.image[60:], colours[60:])
