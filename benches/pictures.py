"""Makes the pictures of docs/: the same print in the scan and in our copy, pixel for pixel, and a certified copy.

    python benches/pictures.py [SCAN.png]      (by default draws examples/drawn/khai_sinh.png)

Crops are not scaled. The whole page needs `pdftoppm` (poppler-utils) and is left out without it.
"""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pikepdf
from PIL import Image, ImageDraw

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
for place in (HERE, ROOT / "examples"):
    if str(place) not in sys.path:
        sys.path.insert(0, str(place))

from draw import draw, save  # noqa: E402
from drawing import fonts  # noqa: E402
from harness import HNCERT, run  # noqa: E402

OUT = ROOT / "docs/pictures"
SIZE = (540, 170)


def page_of(copy: Path) -> tuple[Image.Image, list[float]]:
    """The first page's image as it lies in the copy, and the matrix from scan pixels to its pixels."""
    with pikepdf.open(copy) as pdf:
        act: dict[str, Any] = json.loads(pdf.attachments["act.json"].get_file().read_bytes())
        page = act["pages"][0]
        for image in pdf.pages[0].get_images().values():
            if (int(image.Width), int(image.Height)) == tuple(page["size"]):
                return Image.open(io.BytesIO(image.read_raw_bytes())).convert("RGB"), page["matrix"]
    raise SystemExit("pictures: the copy holds no image of the page's size")


def at(matrix: list[float], x: float, y: float) -> tuple[float, float]:
    """Where a pixel of the scan went."""
    a, b, c, d, e, f, g, h, i = matrix
    w = g * x + h * y + i
    return (a * x + b * y + c) / w, (d * x + e * y + f) / w


def pair(
    scan: Image.Image, copy: Image.Image, matrix: list[float], centre: tuple[float, float], words: str
) -> Image.Image:
    """Two crops, one below the other, each with what it is."""
    sheet = Image.new("RGB", (SIZE[0], 2 * (SIZE[1] + 22)), "white")
    pen = ImageDraw.Draw(sheet)
    for row, (image, (x, y), said) in enumerate(
        ((scan, centre, "the scan"), (copy, at(matrix, *centre), f"the copy, {words}"))
    ):
        left, top = int(x - SIZE[0] / 2), int(y - SIZE[1] / 2)
        pen.text((4, row * (SIZE[1] + 22) + 3), said, font=fonts.load("sans", "regular", 14), fill="black")
        sheet.paste(image.crop((left, top, left + SIZE[0], top + SIZE[1])), (0, row * (SIZE[1] + 22) + 22))
    return sheet


def main() -> None:
    """Certify the scan in a passing trial office and write the pictures."""
    OUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        if len(sys.argv) > 1:
            scan = Path(sys.argv[1])
        else:
            image, truth = draw("khai_sinh", 1)
            scan = save(image, truth, work, "khai_sinh")
        truth = json.loads(scan.with_suffix(".json").read_text(encoding="utf-8"))
        copy = work / "copy.pdf"
        for command in (
            ["office", "init", work / "office", "--trial"],
            ["--office", work / "office", "certify", scan, "-o", copy, "--yes"],
        ):
            usage = run([HNCERT, *command])
            assert usage.code == 0, usage.err
        source = Image.open(scan).convert("RGB")
        page, matrix = page_of(copy)
        words = f"{copy.stat().st_size / 1e6:.2f} MB in all"
        lines = truth["lines"]
        title = next((q for q in lines if "số định danh" in q["text"].lower()), lines[len(lines) // 2])["quad"]
        signer = lines[-1]["quad"]
        for name, quad, up in (("print", title, 0), ("seal", signer, 90)):
            centre = (sum(p[0] for p in quad) / 4, sum(p[1] for p in quad) / 4 - up)
            pair(source, page, matrix, centre, words).quantize(64).save(OUT / f"legible-{name}.png", optimize=True)
        if shutil.which("pdftoppm"):
            subprocess.run(["pdftoppm", "-r", "60", "-png", copy, work / "page"], check=True)
            pages = [Image.open(p).convert("RGB") for p in sorted(work.glob("page*.png"))]
            wide = Image.new(
                "RGB", (sum(p.width + 12 for p in pages), max(p.height for p in pages) + 8), (120, 120, 120)
            )
            left = 6
            for shown in pages:
                wide.paste(shown, (left, 4))
                left += shown.width + 12
            wide.quantize(64).save(OUT / "certified.png", optimize=True)
    for made in sorted(OUT.glob("*.png")):
        print(made, made.stat().st_size)


if __name__ == "__main__":
    main()
