"""Mutated scans for the decoders and header walkers: each gives pages or a ScanError, in bounded time and memory.

``python tests/capture/fuzz.py SEED COUNT [KIND …]`` tries COUNT inputs drawn from SEED on the kinds named (all by
default) and prints one JSON line of what they came to. Input N of a seed is always the same bytes, so whatever is
found comes back; it lies in ``$HNCERT_FUZZ_KEEP`` (a folder, where it is set) until it has passed, so that it is still
there when the process died of it.
"""

from __future__ import annotations

import functools
import io
import json
import os
import random
import re
import resource
import signal
import struct
import sys
import warnings
import zlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pikepdf
from PIL import Image, TiffImagePlugin

from pyhncert import capture
from pyhncert.errors import ScanError

LIMITS = capture.Limits(max_pixels=1_000_000, min_side_px=8, max_bytes=1 << 24, max_pages=20)
CPU_S = 10
"""No input may take longer; the machine may be shared, so it is processor time."""
GROWTH_BYTES = 256 << 20
"""So much may one input add to the peak of the process: forty times the pixels that the limits let through."""
KINDS = ("png", "jpeg", "tiff", "pdf")
EXTREME = (0, 1, 2, 7, 8, 127, 128, 255, 256, 32767, 32768, 65535, 65536, 2**31 - 1, 2**31, 2**32 - 1, 2**63 - 1)

# -- what is mutated ---------------------------------------------------------------------------------------------------


def _picture(mode: str = "RGB") -> Image.Image:
    rows, columns = np.indices((24, 32))
    pixels = np.stack([rows * 9 % 256, columns * 7 % 256, (rows + columns) * 5 % 256], axis=2).astype(np.uint8)
    image = Image.fromarray(pixels)
    if mode == "I;16":
        return Image.fromarray((rows * 999 % 65536).astype(np.uint16))
    return image.convert("RGBA") if mode == "RGBA" else image.convert(mode)


def _saved(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def _exif() -> bytes:
    exif = Image.Exif()
    exif[0x0112], exif[0x011A], exif[0x011B], exif[0x0128] = 6, 300.0, 300.0, 2
    return exif.tobytes()


def _pngs() -> list[bytes]:
    made = [_saved(_picture(mode), "PNG", dpi=(300, 300)) for mode in ("RGB", "L", "1", "P", "RGBA", "LA", "I;16")]
    made.append(_saved(_picture(), "PNG", exif=_exif()))
    made.append(_saved(_picture("P"), "PNG", transparency=3))
    return made


def _jpegs() -> list[bytes]:
    made = [_saved(_picture(mode), "JPEG", dpi=(300, 300)) for mode in ("RGB", "L", "CMYK")]
    made.append(_saved(_picture(), "JPEG", progressive=True, exif=_exif()))
    made.append(_saved(_picture(), "JPEG", subsampling=0, restart_marker_blocks=2))
    return made


def _tiffs() -> list[bytes]:
    made = [_saved(_picture("1"), "TIFF", compression=how) for how in ("group3", "group4")]
    for how in ("raw", "tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg"):
        made.append(_saved(_picture(), "TIFF", compression=how, dpi=(300, 300)))
    made += [_saved(_picture(mode), "TIFF") for mode in ("P", "RGBA", "CMYK", "I;16", "F")]
    pages = [_picture("L"), _picture("1")]
    made.append(_saved(pages[0], "TIFF", save_all=True, append_images=pages[1:]))
    turned = TiffImagePlugin.ImageFileDirectory_v2()
    turned[274] = 6
    made.append(_saved(_picture(), "TIFF", tiffinfo=turned))
    made.append(_saved(_picture("L"), "TIFF", big_tiff=True))
    return made


def pdf_of(
    images: list[tuple[bytes, dict[str, object]]], content: bytes, *, objects: bool = False, **page: object
) -> bytes:
    """A PDF of one page that shows `content` over the images I0, I1, …; Form F shows I0."""
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(96, 72))
    shelf = pikepdf.Dictionary()
    for n, (data, entries) in enumerate(images):
        mask = entries.pop("SMask", None)
        stream = pikepdf.Stream(pdf, data, Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, **entries)
        if isinstance(mask, bytes):
            stream.SMask = pikepdf.Stream(
                pdf, mask, Subtype=pikepdf.Name.Image, Width=32, Height=24, BitsPerComponent=8,
                ColorSpace=pikepdf.Name.DeviceGray,
            )  # fmt: skip
        shelf[f"/I{n}"] = stream
    form = pikepdf.Stream(pdf, b"q 1 0 0 1 0 0 cm /I0 Do Q", Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form)
    form.BBox = pikepdf.Array([0, 0, 96, 72])
    form.Resources = pikepdf.Dictionary(XObject=shelf)
    shelf["/F"] = pdf.make_indirect(form)
    pdf.pages[0].Resources = pikepdf.Dictionary(XObject=shelf)
    pdf.pages[0].Contents = pdf.make_stream(content)
    for key, value in page.items():
        pdf.pages[0][f"/{key}"] = value
    out = io.BytesIO()
    pdf.save(
        out,
        object_stream_mode=pikepdf.ObjectStreamMode.generate if objects else pikepdf.ObjectStreamMode.disable,
        stream_decode_level=pikepdf.StreamDecodeLevel.none,
        compress_streams=objects,
        static_id=True,
    )
    return out.getvalue()


def _pdfs() -> list[bytes]:
    name, whole = pikepdf.Name, b"96 0 0 72 0 0 cm /I0 Do"
    rgb = {"Width": 32, "Height": 24, "BitsPerComponent": 8, "ColorSpace": name.DeviceRGB}
    gray = {**rgb, "ColorSpace": name.DeviceGray}
    bits = {"Width": 32, "Height": 24, "BitsPerComponent": 1, "ColorSpace": name.DeviceGray}
    raw, mask = _picture().tobytes(), _picture("L").tobytes()
    jpeg = (_saved(_picture(), "JPEG"), {**rgb, "Filter": name.DCTDecode})
    flate = (zlib.compress(raw), {**rgb, "Filter": name.FlateDecode})
    rows = b"".join(b"\1" + raw[at : at + 96] for at in range(0, len(raw), 96))
    predicted = pikepdf.Dictionary(Predictor=15, Colors=3, Columns=32, BitsPerComponent=8)
    palette = pikepdf.Array([name.Indexed, name.DeviceRGB, 255, pikepdf.String(bytes(range(256)) * 3)])
    fax = TiffImagePlugin.TiffImageFile(io.BytesIO(_saved(_picture("1"), "TIFF", compression="group4")))
    at, length = fax.tag_v2[273][0], fax.tag_v2[279][0]
    fp = fax.fp
    assert fp is not None
    fp.seek(at)
    fax_data = fp.read(length)
    cmyk = {**rgb, "ColorSpace": name.DeviceCMYK, "Filter": name.DCTDecode}
    return [
        pdf_of([jpeg], whole),
        pdf_of([jpeg], whole, objects=True),
        pdf_of([flate], whole, Rotate=90, UserUnit=2),
        pdf_of([(zlib.compress(rows), {**rgb, "Filter": name.FlateDecode, "DecodeParms": predicted})], whole),
        pdf_of([(raw, rgb)], whole),
        pdf_of([(mask, {**rgb, "ColorSpace": palette})], whole),
        pdf_of([(_saved(_picture("CMYK"), "JPEG"), cmyk)], whole),
        pdf_of(
            [
                (
                    fax_data,
                    {
                        **bits,
                        "Filter": name.CCITTFaxDecode,
                        "DecodeParms": pikepdf.Dictionary(K=-1, Columns=32, Rows=24),
                    },
                )
            ],
            whole,
        ),
        pdf_of([(_saved(_picture(), "JPEG2000"), {**rgb, "Filter": name.JPXDecode})], whole),
        pdf_of([(raw, {**rgb, "SMask": mask})], whole),
        pdf_of(
            [jpeg, (bytes(96), {**bits, "ImageMask": True})], b"q " + whole + b" Q 1 0 0 rg 96 0 0 72 0 0 cm /I1 Do"
        ),
        pdf_of([flate, (mask, gray)], b"q 96 0 0 36 0 0 cm /I0 Do Q q 96 0 0 36 0 36 cm /I1 Do Q"),
        pdf_of([jpeg], b"q 96 0 0 72 0 0 cm /F Do Q BT 3 Tr /T 9 Tf (an) Tj ET"),
        pdf_of([(raw, {**rgb, "Decode": pikepdf.Array([1, 0, 1, 0, 1, 0])})], whole),
    ]


@functools.cache
def corpus(kind: str) -> list[bytes]:
    """Small good files of one kind."""
    return {"png": _pngs, "jpeg": _jpegs, "tiff": _tiffs, "pdf": _pdfs}[kind]()


# -- how it is mutated -------------------------------------------------------------------------------------------------

Mutation = Callable[[random.Random, bytearray], None]


def _number(chance: random.Random) -> int:
    return chance.choice(EXTREME) if chance.random() < 0.8 else chance.getrandbits(32)


def _pack_at(chance: random.Random, data: bytearray, at: int) -> None:
    size = chance.choice((1, 2, 4, 4, 8))
    order = "big" if chance.random() < 0.5 else "little"
    data[at : at + size] = (_number(chance) % 2 ** (8 * size)).to_bytes(size, order)  # type: ignore[arg-type]


def _bits(chance: random.Random, data: bytearray) -> None:
    for _ in range(chance.choice((1, 1, 2, 8))):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def _numbers(chance: random.Random, data: bytearray) -> None:
    for _ in range(chance.choice((1, 1, 3))):
        _pack_at(chance, data, chance.randrange(len(data)))


def _cut(chance: random.Random, data: bytearray) -> None:
    del data[chance.randrange(1, len(data) + 1) :]


def _drop(chance: random.Random, data: bytearray) -> None:
    at = chance.randrange(len(data))
    del data[at : at + chance.choice((1, 2, 4, 12, 64, 1000))]


def _again(chance: random.Random, data: bytearray) -> None:
    at, length = chance.randrange(len(data)), chance.choice((1, 4, 12, 64, 1000))
    to = chance.randrange(len(data))
    data[to:to] = data[at : at + length] * chance.choice((1, 1, 2, 50))


def _header(chance: random.Random, data: bytearray) -> None:
    """One field near the beginning, where most headers are."""
    _pack_at(chance, data, chance.randrange(min(len(data), 64)))


def _png_field(chance: random.Random, data: bytearray) -> None:
    """A field of a chunk, its checksum made right again."""
    chunks, at = [], 8
    while at + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, at)
        if at + 12 + length > len(data):
            break
        chunks.append((at, length))
        at += 12 + length
    if not chunks:
        return
    at, length = chance.choice(chunks)
    if length and chance.random() < 0.2:  # longer or shorter than its kind may be
        body = bytes(data[at + 8 : at + 8 + length]) * 2
        kept = chance.choice((0, 1, 2, length - 1, length + 1, 2 * length))
        data[at + 8 : at + 8 + length] = body[:kept]
        length = min(kept, 2 * length)
        struct.pack_into(">I", data, at, length)
    elif length and chance.random() < 0.8:
        place = at + 8 + chance.randrange(min(length, 16))
        size = min(chance.choice((1, 2, 4)), at + 8 + length - place)
        data[place : place + size] = (_number(chance) % 2 ** (8 * size)).to_bytes(size)
    elif chance.random() < 0.5:
        data[at + 4 : at + 8] = chance.choice((b"IHDR", b"IDAT", b"IEND", b"PLTE", b"tRNS", b"eXIf", b"pHYs", b"acTL"))
    else:
        struct.pack_into(">I", data, at, _number(chance) % 2**32)
        return
    struct.pack_into(">I", data, at + 8 + length, zlib.crc32(data[at + 4 : at + 8 + length]))


def _jpeg_field(chance: random.Random, data: bytearray) -> None:
    """A marker, a length or a byte of a segment."""
    markers = [found.start() for found in re.finditer(rb"\xff[\xc0-\xfe]", data)]
    if not markers:
        return
    at = chance.choice(markers)
    what = chance.random()
    if what < 0.3:
        data[at + 1 : at + 2] = bytes([chance.randrange(0xC0, 0xFF)])
    elif what < 0.5:
        data[at + 2 : at + 4] = (_number(chance) % 65536).to_bytes(2)
    else:
        _pack_at(chance, data, min(at + 2 + chance.randrange(20), len(data) - 1))


def _tiff_field(chance: random.Random, data: bytearray) -> None:
    """An entry of a directory: tag, type, count or value; or where the next directory lies."""
    order = "<" if data[:2] == b"II" else ">"
    big = data[2:4] in (b"+\0", b"\0+")
    try:
        (at,) = struct.unpack_from(order + ("Q" if big else "I"), data, 8 if big else 4)
        (count,) = struct.unpack_from(order + ("Q" if big else "H"), data, at)
    except (struct.error, OverflowError):
        return
    size, first = (20, at + 8) if big else (12, at + 2)
    entry = first + chance.randrange(max(1, min(count, 60)) + 1) * size
    place, code = chance.choice(
        [(0, "H"), (2, "H"), (4, "Q" if big else "I"), (12 if big else 8, "Q" if big else "I")] * 2 + [(0, "I")]
    )
    value = chance.choice((at, entry, len(data), len(data) - 1, 8, *range(254, 300), *EXTREME))
    if entry + place + struct.calcsize(code) <= len(data):
        struct.pack_into(order + code, data, entry + place, value % 256 ** struct.calcsize(code))


_NAMES = (
    b"/DCTDecode /FlateDecode /LZWDecode /JPXDecode /CCITTFaxDecode /JBIG2Decode /RunLengthDecode /ASCII85Decode "
    b"/DeviceRGB /DeviceGray /DeviceCMYK /Indexed /ICCBased /Lab /CalRGB /Separation /DeviceN /Pattern /Image /Form "
    b"/XObject /SMask /Mask /ImageMask /Decode /DecodeParms /Filter /Width /Height /Length /BitsPerComponent /Kids "
    b"/Parent /Contents /Resources /Matrix /BBox /Rotate /UserUnit /CropBox /MediaBox /AcroForm /Fields /Crypt"
).split()
_REFERENCES = [b"%d 0 R" % n for n in range(1, 8)]
_VALUES = [
    *_REFERENCES,
    b"[3 0 R 4 0 R]",
    b"<< /A 1 0 R >>",
    *(
        b"null true false -1 0 1 2 16 99999 2147483647 2147483648 4294967295 9223372036854775807 -2147483648 1e38 .5 "
        b"[] <<>> () [0 0] [[[[]]]] 1 3 0 4 0 5 0 6 0 999999999999999999999999"
    ).split(),
]


def _pdf_field(chance: random.Random, data: bytearray) -> None:
    """A number, a name or a reference replaced by another."""
    what = chance.random()
    pattern = rb"/[A-Za-z0-9]+" if what < 0.35 else rb"\d+ 0 R" if what < 0.55 else rb"(?<=[\s\[])-?\d+(?=[\s\]])"
    found = list(re.finditer(pattern, data))
    if not found:
        return
    place = chance.choice(found)
    data[place.start() : place.end()] = chance.choice(_NAMES if what < 0.3 else _VALUES)


def _pdf_content(chance: random.Random, data: bytearray) -> None:
    """An operator or operand of a content stream."""
    found = list(re.finditer(rb"(?<=[\s])(?:Do|cm|q|Q|Tj|Tr|rg|BT|ET)(?=\s)", data))
    if found:
        place = chance.choice(found)
        data[place.start() : place.end()] = chance.choice(
            (b"Do", b"cm", b"q", b"Q", b"/F Do", b"/F Do /F Do", b"Tj", b"sh", b"f", b"cs", b"BI", b"W", b"Tr", b"k")
        )


def _indexed(data: bytearray) -> None:
    """The table of a PDF made right again, so that what was mutated is reached."""
    objects = {int(found[1]): found.start() for found in re.finditer(rb"(?<![\d.])(\d{1,4}) 0 obj\b", data)}
    start = data.rfind(b"\nxref\n")
    trailer = data.rfind(b"trailer")
    if not objects or start < 0 or trailer < start:
        return
    size = max(objects) + 1
    rows = [b"0000000000 65535 f \n"]
    rows += [b"%010d 00000 %s \n" % (objects.get(n, 0), b"n" if n in objects else b"f") for n in range(1, size)]
    end = data.find(b">>", trailer) + 2
    body = re.sub(rb"/Size \d+", b"/Size %d" % size, bytes(data[trailer:end]))
    data[start:] = b"\nxref\n0 %d\n" % size + b"".join(rows) + body + b"\nstartxref\n%d\n%%%%EOF\n" % (start + 1)


ANY: tuple[Mutation, ...] = (_bits, _numbers, _cut, _drop, _again, _header)
OWN: dict[str, tuple[Mutation, ...]] = {
    "png": (_png_field,),
    "jpeg": (_jpeg_field,),
    "tiff": (_tiff_field,),
    "pdf": (_pdf_field, _pdf_content),
}


def made(kind: str, seed: int) -> bytes:
    """One input: a good file with one to five wounds; sometimes with a part of another kind of file in it."""
    chance = random.Random(f"{kind} {seed}")
    data = bytearray(chance.choice(corpus(kind)))
    for _ in range(chance.choice((1, 1, 1, 2, 3, 5))):
        mutation = chance.choice(OWN[kind] if chance.random() < 0.7 else ANY)
        mutation(chance, data)
        if not data:
            return b""
    if kind == "pdf" and chance.random() < 0.8:
        _indexed(data)
    if chance.random() < 0.03:
        other = chance.choice(corpus(chance.choice(KINDS)))
        at = chance.randrange(len(data))
        data[at:at] = other
    return bytes(data)


# -- what must hold ----------------------------------------------------------------------------------------------------


def tried(data: bytes) -> str:
    """`pages` or `refused`; any other exception goes up."""
    try:
        scan = capture.load(data, name="x", limits=LIMITS)
        capture.page_count([scan], limits=LIMITS)
        capture.signed_pdf(scan)
        for page in capture.raw_pages([scan], limits=LIMITS):
            height, width, channels = page.image.shape
            assert channels == 3 and height * width <= LIMITS.max_pixels and page.image.dtype == np.uint8
            assert page.dpi is None or page.dpi > 0
    except ScanError as err:
        assert err.en.startswith("x") and err.vi.startswith("x") and err.hint_en and err.hint_vi
        return "refused"
    return "pages"


def _peak() -> int:
    """Peak of this program's memory; `ru_maxrss` would begin with that of the process which started it."""
    status = Path("/proc/self/status").read_text("ascii")
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) * 1024  # type: ignore[index]


def run(
    seed: int,
    count: int,
    kinds: tuple[str, ...],
    make: Callable[[str, int], bytes],
    attempt: Callable[[str, bytes], str],
    *,
    cpu_s: float = CPU_S,
    growth: int = GROWTH_BYTES,
) -> None:
    """Try `count` inputs and print what they came to; a fault ends the process, its input named and kept."""
    keep = os.environ.get("HNCERT_FUZZ_KEEP")
    kept = Path(keep) / f"{os.getpid()}" if keep else None
    came = Counter[str]()
    for number in range(seed, seed + count):
        kind = kinds[number % len(kinds)]
        data = make(kind, number)
        if kept:
            kept.write_bytes(data)
        before = _peak()
        signal.setitimer(signal.ITIMER_PROF, cpu_s)  # its signal ends the process where nobody can catch it, in C too
        print(f"{kind} {number}", file=sys.stderr, flush=True)
        came[f"{kind} {attempt(kind, data)}"] += 1
        signal.setitimer(signal.ITIMER_PROF, 0)
        grown = _peak() - before
        assert grown <= growth, f"{kind} {number} took {grown >> 20} MiB"
    if kept:
        kept.unlink()
    print(json.dumps(dict(sorted(came.items()))))


def main(seed: int, count: int, kinds: tuple[str, ...]) -> None:
    """Mutated scans of `kinds`."""
    warnings.simplefilter("ignore")
    resource.setrlimit(resource.RLIMIT_AS, (6 << 30, 6 << 30))
    for kind in kinds:  # everything is loaded before the first peak is noted
        for data in corpus(kind):
            assert tried(data) == "pages", kind
    run(seed, count, kinds, made, lambda _, data: tried(data))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), tuple(sys.argv[3:]) or KINDS)
