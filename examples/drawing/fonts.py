"""Fonts that cover Vietnamese, looked for in a stated order; what was taken is said once on stderr."""

from __future__ import annotations

import functools
import sys
from pathlib import Path

from PIL import ImageFont

DEBIAN = Path("/usr/share/fonts/truetype")
MARKED = "ẠảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹđĐƠƯ"
"""Letters that a font must draw differently from its missing-letter box (v1 of Liberation lacks most)."""

# family -> style -> file, in order of preference; Source Serif Pro comes with the project (PyPI font_source_serif_pro)
SERIF: dict[str, dict[str, str]] = {
    "Liberation Serif": {
        "regular": "liberation2/LiberationSerif-Regular.ttf",
        "bold": "liberation2/LiberationSerif-Bold.ttf",
        "italic": "liberation2/LiberationSerif-Italic.ttf",
        "bolditalic": "liberation2/LiberationSerif-BoldItalic.ttf",
    },
    "Noto Serif": {
        "regular": "noto/NotoSerif-Regular.ttf",
        "bold": "noto/NotoSerif-Bold.ttf",
        "italic": "noto/NotoSerif-Italic.ttf",
        "bolditalic": "noto/NotoSerif-BoldItalic.ttf",
    },
    "DejaVu Serif": {
        "regular": "dejavu/DejaVuSerif.ttf",
        "bold": "dejavu/DejaVuSerif-Bold.ttf",
        "italic": "dejavu/DejaVuSerif-Italic.ttf",
        "bolditalic": "dejavu/DejaVuSerif-BoldItalic.ttf",
    },
    "Source Serif Pro": {
        "regular": "SourceSerifPro-Regular.ttf",
        "bold": "SourceSerifPro-Bold.ttf",
        "italic": "SourceSerifPro-It.ttf",
        "bolditalic": "SourceSerifPro-BoldIt.ttf",
    },
}
SANS: dict[str, dict[str, str]] = {
    "Liberation Sans": {
        "regular": "liberation2/LiberationSans-Regular.ttf",
        "bold": "liberation2/LiberationSans-Bold.ttf",
        "italic": "liberation2/LiberationSans-Italic.ttf",
    },
    "Noto Sans": {
        "regular": "noto/NotoSans-Regular.ttf",
        "bold": "noto/NotoSans-Bold.ttf",
        "italic": "noto/NotoSans-Italic.ttf",
    },
    "DejaVu Sans": {
        "regular": "dejavu/DejaVuSans.ttf",
        "bold": "dejavu/DejaVuSans-Bold.ttf",
        "italic": "dejavu/DejaVuSans-Oblique.ttf",
    },
    "DejaVu Sans Condensed": {
        "regular": "dejavu/DejaVuSansCondensed.ttf",
        "bold": "dejavu/DejaVuSansCondensed-Bold.ttf",
        "italic": "dejavu/DejaVuSansCondensed-Oblique.ttf",
    },
}
MONO: dict[str, dict[str, str]] = {
    "Liberation Mono": {
        "regular": "liberation2/LiberationMono-Regular.ttf",
        "bold": "liberation2/LiberationMono-Bold.ttf",
    },
    "DejaVu Sans Mono": {"regular": "dejavu/DejaVuSansMono.ttf", "bold": "dejavu/DejaVuSansMono-Bold.ttf"},
}


def _packaged() -> Path | None:
    try:
        import font_source_serif_pro
    except ImportError:
        return None
    return Path(font_source_serif_pro.__file__).parent / "files"


def _locate(name: str) -> Path | None:
    places = [DEBIAN / name]
    if (packaged := _packaged()) is not None:
        places.append(packaged / name)
    return next((p for p in places if p.is_file()), None)


def covers_vietnamese(path: Path) -> bool:
    """Whether each marked letter is drawn, and not as the box of a missing one."""
    font = ImageFont.truetype(str(path), 24)
    box = bytes(font.getmask("\U0010ffff"))
    return all(bytes(font.getmask(letter)) != box for letter in MARKED)


@functools.cache
def family(families: str) -> tuple[str, dict[str, Path]]:
    """The first installed family of ``serif``, ``sans``, ``mono``, or the one named; says when another had to do."""
    known = {"serif": SERIF, "sans": {**SANS, **SERIF}, "mono": {**MONO, **SERIF}}
    wanted = known.get(families) or {families: {**SERIF, **SANS, **MONO}[families], **SERIF}
    for position, (name, styles) in enumerate(wanted.items()):
        found = {style: path for style, file in styles.items() if (path := _locate(file)) is not None}
        if "regular" not in found or not covers_vietnamese(found["regular"]):
            continue
        if position:
            first = next(iter(wanted))
            print(f"draw: {first} is not installed; drawing {families} text in {name}", file=sys.stderr)
        return name, found
    raise SystemExit("draw: no font that covers Vietnamese; install fonts-liberation2 or fonts-noto-core")


@functools.cache
def load(families: str, style: str, size_px: int) -> ImageFont.FreeTypeFont:
    """The face at `size_px`; a missing style falls back to the regular one."""
    _, found = family(families)
    if style == "bolditalic" and style not in found:
        style = "bold"
    return ImageFont.truetype(str(found.get(style, found["regular"])), size_px)
