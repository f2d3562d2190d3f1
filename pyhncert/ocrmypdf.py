"""Our reader inside OCRmyPDF: ``ocrmypdf --plugin pyhncert.ocrmypdf IN.pdf OUT.pdf`` (extra ``[ocrmypdf]``).

OCRmyPDF makes the pictures of pages and writes the file; the words and their places are ours. It is a door for a
foreign program and no room: nothing of the product imports it. ``--ocr-engine tesseract`` and ``none`` still get what
they name.
"""

from __future__ import annotations

import functools
import math
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from ocrmypdf import hookimpl
from ocrmypdf.exceptions import BadArgsError, InputFileError, MissingDependencyError
from ocrmypdf.hocrtransform import Baseline, BoundingBox, OcrClass, OcrElement
from ocrmypdf.pluginspec import OcrEngine, OrientationConfidence

from pyhncert import capture, recognise
from pyhncert.errors import MissingDependency, ScanError
from pyhncert.escape import for_html, for_pdf
from pyhncert.recognise import PageText, Reader
from pyhncert.values import Line, Page, Quad, Word

if TYPE_CHECKING:
    from ocrmypdf._options import OcrOptions

_SURE = 30.0
"""OCRmyPDF gives confidence in a turn in Tesseract's unit, whose 15 is “very confident”; ours (0 to 1) is at 0.5."""
_DESCENT = 0.2
"""How far a line's baseline lies above the lower side of its quad, as a share of its height."""
_STRAIGHT_DEG = 0.3
"""A slope below it is the box's own uncertainty; the baseline is then level."""


@functools.cache
def _reader() -> Reader:
    """One reader for the process; OCRmyPDF works in threads or in processes of its own."""
    return Reader()


class VietnameseEngine(OcrEngine):
    """What OCRmyPDF asks of a reader."""

    @staticmethod
    def version() -> str:
        """The library's version."""
        return version("pyhncert")

    @staticmethod
    def creator_tag(options: OcrOptions) -> str:  # noqa: ARG004  OCRmyPDF's signature
        """Who made the text, for the PDF's metadata."""
        return f"pyhncert {VietnameseEngine.version()}"

    def __str__(self) -> str:
        """The engine in messages."""
        return f"pyhncert {self.version()}"

    @staticmethod
    def languages(options: OcrOptions) -> set[str]:  # noqa: ARG004
        """Vietnamese; English is in its letters, and is what OCRmyPDF asks for when nothing is said."""
        return {"vie", "eng"}

    @staticmethod
    def get_orientation(input_file: Path, options: OcrOptions) -> OrientationConfidence:  # noqa: ARG004
        """The quarter turn of the page, clockwise in degrees."""
        page = _first_page(input_file)
        return OrientationConfidence(angle=page.turned, confidence=_SURE * page.measures.turn_confidence)

    @staticmethod
    def get_deskew(input_file: Path, options: OcrOptions) -> float:  # noqa: ARG004
        """The skew of the page, clockwise in degrees: what OCRmyPDF turns back."""
        return _first_page(input_file).skew_deg

    @staticmethod
    def supports_generate_ocr() -> bool:
        """Words are handed over as they are, without a file between."""
        return True

    @staticmethod
    def generate_ocr(input_file: Path, options: OcrOptions, page_number: int = 0) -> tuple[OcrElement, str]:  # noqa: ARG004
        """The page's lines and words, and its text."""
        papers, size, dpi = _read(input_file)
        lines = [line for paper in papers for line in paper.lines]
        page = OcrElement(
            ocr_class=OcrClass.PAGE,
            bbox=BoundingBox(left=0, top=0, right=size[0], bottom=size[1]),
            dpi=dpi,
            page_number=page_number,
            children=[_line(line) for line in lines],
        )
        return page, "".join(f"{for_pdf(line.text)}\n" for line in lines)

    @staticmethod
    def generate_hocr(input_file: Path, output_hocr: Path, output_text: Path, options: OcrOptions) -> None:
        """The same as hOCR, for those who ask OCRmyPDF for it."""
        page, text = VietnameseEngine.generate_ocr(input_file, options)
        output_hocr.write_text(_hocr(page), encoding="utf-8")
        output_text.write_text(text, encoding="utf-8")

    @staticmethod
    def generate_pdf(input_file: Path, output_pdf: Path, output_text: Path, options: OcrOptions) -> None:  # noqa: ARG004
        """Not offered: OCRmyPDF's own renderer writes the text layer."""
        raise BadArgsError("pyhncert writes no PDF of its own; leave --pdf-renderer sandwich away")


@hookimpl
def get_ocr_engine(options: OcrOptions | None) -> OcrEngine | None:
    """Our reader, unless another engine was named."""
    named = "auto" if options is None else options.ocr_engine
    return VietnameseEngine() if named == "auto" else None


def _first_page(input_file: Path) -> Page:
    try:
        raw = next(iter(capture.raw_pages([capture.load(input_file)])))
        return capture.normalise(raw, stands_on_head=_reader().stands_on_head)[0]
    except ScanError as err:
        raise InputFileError(err.en) from err
    except MissingDependency as err:
        raise MissingDependencyError(err.en) from err


def _read(input_file: Path) -> tuple[tuple[PageText, ...], tuple[int, int], float]:
    """The papers on the picture that OCRmyPDF made, its size in pixels and its resolution."""
    try:
        raw = next(iter(capture.raw_pages([capture.load(input_file)])))
        papers = recognise.read(raw.image, dpi=raw.dpi, reader=_reader())
    except ScanError as err:
        raise InputFileError(err.en) from err
    except MissingDependency as err:
        raise MissingDependencyError(err.en) from err
    height, width = raw.image.shape[:2]
    return papers, (width, height), raw.dpi or papers[0].dpi


def _box(quad: Quad) -> BoundingBox:
    xs, ys = [p[0] for p in quad], [p[1] for p in quad]
    return BoundingBox(left=min(xs), top=min(ys), right=max(xs), bottom=max(ys))


def _line(line: Line) -> OcrElement:
    """A line with its words; `textangle` says on which side of the picture its foot is, `baseline` how it slants.

    The renderer takes the height of letters from the line's box, so the box of a slanting line is that of its left
    end, as long as the line.
    """
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = line.quad
    slant = math.degrees(math.atan2(by - ay, bx - ax))
    quarters = round(slant / 90) % 4
    element = OcrElement(
        ocr_class=OcrClass.LINE,
        bbox=_box(line.quad),
        confidence=line.confidence,
        textangle=float((-90 * quarters) % 360) or None,
        children=[_word(word) for word in line.words if for_pdf(word.text)],
    )
    if quarters == 0:
        slope = (cy - dy) / (cx - dx) if abs(slant) >= _STRAIGHT_DEG else 0.0
        element.bbox = BoundingBox(left=min(ax, dx), top=min(ay, dy), right=max(bx, cx), bottom=max(ay, dy))
        if not slope:
            element.bbox = _box(line.quad)
        foot = element.bbox.bottom
        element.baseline = Baseline(slope=slope, intercept=-_DESCENT * (foot - element.bbox.top))
    return element


def _word(word: Word) -> OcrElement:
    return OcrElement(
        ocr_class=OcrClass.WORD, bbox=_box(word.quad), text=for_pdf(word.text), confidence=word.confidence
    )


def _hocr(page: OcrElement) -> str:
    """The page as hOCR 1.2; what was read is escaped and holds no control characters."""
    lines = []
    for number, line in enumerate(page.children):
        words = " ".join(
            f"<span class='ocrx_word' title='{_place(word)}; x_wconf {round(100 * (word.confidence or 0))}'>"
            f"{for_html(word.text)}</span>"
            for word in line.children
        )
        angle = f"; textangle {line.textangle:g}" if line.textangle else ""
        base = f"; baseline {line.baseline.slope:.5f} {line.baseline.intercept:.1f}" if line.baseline else ""
        lines.append(f"<span class='ocr_line' id='line_{number}' title='{_place(line)}{base}{angle}'>{words}</span>")
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="vi" lang="vi">\n'
        '<head><title></title><meta charset="utf-8"/>'
        f"<meta name='ocr-system' content='pyhncert {VietnameseEngine.version()}'/></head>\n"
        f"<body><div class='ocr_page' title='{_place(page)}; ppageno 0; scan_res {page.dpi:g} {page.dpi:g}'>\n"
        + "\n".join(lines)
        + "\n</div></body></html>\n"
    )


def _place(element: OcrElement) -> str:
    box = element.bbox
    assert box is not None  # noqa: S101  each element here was made with one
    return f"bbox {box.left:.0f} {box.top:.0f} {box.right:.0f} {box.bottom:.0f}"
