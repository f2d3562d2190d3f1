"""Readers to be measured: ours, Tesseract on whole pages, and the reference of detector and Tesseract at full size.

The reference cuts lines in colour from the whole picture, with PP-OCRv4's detector at `HNCERT_DETECTOR` when it is
given, else with the detector that we ship; nothing is straightened, evened or read twice.
"""

from __future__ import annotations

import io
import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import onnxruntime
import tesserocr
import zxingcpp
from PIL import Image

from pyhncert import capture, recognise
from pyhncert.recognise import _models

from .plan import Paged, Quad
from .score import Read

Pixels = npt.NDArray[np.uint8]
Reader = Callable[[Pixels, int], tuple[list[Read], list[str]]]
"""From a picture and its resolution to words, and to the texts of codes and machine-readable rows."""
EDGE = 10
"""Pixels around a line of the reference, of the paper's own shade; without them Tesseract loses marks that touch the
edge of the box, and on grey paper, as photos have it, white ones make it read the edge."""
_ROW = re.compile(r"[A-Z0-9<]{30,44}")


def rows(texts: Sequence[str]) -> list[str]:
    """Machine-readable rows among lines, joined as the truth has them."""
    found = [text.replace(" ", "") for text in texts]
    found = [text for text in found if _ROW.fullmatch(text)]
    return ["\n".join(found)] if found else []


def ours() -> Reader:
    """The product: found, straightened, evened and read; words go back to the picture's own pixels."""
    reader = recognise.Reader()
    limits = capture.Limits()

    def read(image: Pixels, dpi: int) -> tuple[list[Read], list[str]]:
        out = io.BytesIO()
        Image.fromarray(image).save(out, "png", dpi=(dpi, dpi), compress_level=1)
        scan = capture.load(out.getvalue(), name="set", limits=limits)
        (raw,) = capture.raw_pages([scan], limits=limits)
        words: list[Read] = []
        codes: list[str] = []
        for page in capture.normalise(raw, stands_on_head=reader.stands_on_head):
            back = np.linalg.inv(np.array(page.matrix.m).reshape(3, 3))
            lines = reader.read(page).lines
            for line in lines:
                number = 1 + (words[-1].line if words else -1)
                words += [Read(word.text, _back(back, word.quad), number) for word in line.words]
            codes += rows([line.text for line in lines])
            codes += [code.text for code in zxingcpp.read_barcodes(page.image)]
        return words, codes

    return read


def _back(matrix: npt.NDArray[np.float64], quad: Sequence[tuple[float, float]]) -> Quad:
    return cv2.perspectiveTransform(np.array(quad, np.float64).reshape(-1, 1, 2), matrix).reshape(4, 2)


def _engine(mode: int) -> Any:
    os.environ.setdefault("OMP_THREAD_LIMIT", "1")
    path = _models.find(None)[_models.RECOGNISER]
    return tesserocr.PyTessBaseAPI(path=str(path.parent), lang=path.stem, psm=mode, oem=tesserocr.OEM.LSTM_ONLY)


def _words(engine: Any, line: int) -> list[tuple[str, tuple[int, int, int, int], int]]:
    """Words of the picture that was set, with their boxes; each line of print has its own number from `line` on."""
    out: list[tuple[str, tuple[int, int, int, int], int]] = []
    if not engine.Recognize():
        return out
    at, level = engine.GetIterator(), tesserocr.RIL.WORD
    while at is not None and not at.Empty(level):
        if at.IsAtBeginningOf(tesserocr.RIL.TEXTLINE):
            line += 1
        try:
            text = at.GetUTF8Text(level).strip()
        except RuntimeError:
            text = ""
        box = at.BoundingBox(level)
        if text and box is not None:
            out.append((text, box, line))
        if not at.Next(level):
            break
    return out


def tesseract_page() -> Reader:
    """What OCRmyPDF does: the picture as it is, page segmentation by Tesseract."""
    engine = _engine(tesserocr.PSM.AUTO)

    def read(image: Pixels, dpi: int) -> tuple[list[Read], list[str]]:
        engine.SetImage(Image.fromarray(image))
        engine.SetSourceResolution(dpi)
        return [Read(text, _corners(box), line) for text, box, line in _words(engine, 0)], []

    return read


def _corners(box: tuple[float, float, float, float]) -> Quad:
    x0, y0, x1, y1 = box
    return np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], np.float64)


def reference() -> Reader:
    """Detector and Tesseract line by line, at full size and in colour."""
    given = os.environ.get("HNCERT_DETECTOR")
    path = Path(given) if given else _models.find(None)[_models.DETECTOR]
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    network = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    engine = _engine(tesserocr.PSM.SINGLE_LINE)

    def read(image: Pixels, dpi: int) -> tuple[list[Read], list[str]]:
        words: list[Read] = []
        for quad in _found(network, image):
            wide, high = (round(float(np.linalg.norm(quad[i] - quad[0]))) for i in (1, 3))
            if min(wide, high) < 3:
                continue
            flat = _corners((0, 0, wide, high)).astype(np.float32)
            matrix = cv2.getPerspectiveTransform(quad.astype(np.float32), flat)
            strip = cv2.warpPerspective(
                image, matrix, (wide, high), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
            )
            paper = [float(shade) for shade in np.percentile(strip.reshape(-1, 3), 75, axis=0)]
            strip = cv2.copyMakeBorder(strip, *(EDGE,) * 4, cv2.BORDER_CONSTANT, value=paper)
            engine.SetImage(Image.fromarray(strip))
            engine.SetSourceResolution(dpi)
            back = np.linalg.inv(matrix)
            number = 1 + (words[-1].line if words else -1)
            words += [Read(text, _back(back, _corners(box) - EDGE), number) for text, box, _ in _words(engine, 0)]
        return words, []

    return read


def _found(network: Any, image: Pixels) -> list[Quad]:
    """Turned boxes of lines from the detector's map (DB: level 0.3, dilated, score 0.5, grown by 1.6)."""
    h, w = (max(32, round(side / 32) * 32) for side in image.shape[:2])
    small = cv2.resize(image[:, :, ::-1], (w, h)).astype(np.float32) / 127.5 - 1
    name = network.get_inputs()[0].name
    heat = network.run(None, {name: small.transpose(2, 0, 1)[None]})[0][0, 0]
    dark = cv2.dilate((heat > 0.3).astype(np.uint8), np.ones((2, 2), np.uint8))
    contours, _ = cv2.findContours(dark, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    quads = []
    for contour in contours:
        (cx, cy), (wide, high), angle = cv2.minAreaRect(contour)
        if min(wide, high) < 3:
            continue
        x, y, dx, dy = cv2.boundingRect(contour)
        mask = np.zeros((dy, dx), np.uint8)
        cv2.fillPoly(mask, [contour - (x, y)], 1)
        if cv2.mean(heat[y : y + dy, x : x + dx], mask)[0] < 0.5:
            continue
        if abs(angle) > 45:
            wide, high, angle = high, wide, angle - 90
        grow = 2 * 1.6 * wide * high / (2 * (wide + high))
        upright = ((cx, cy), (wide + grow, high + grow), angle)
        quads.append(_from_upper_left(cv2.boxPoints(upright)) * (image.shape[1] / w, image.shape[0] / h))
    return quads


def _from_upper_left(quad: npt.NDArray[np.float32]) -> Quad:
    """The corners clockwise from the upper left."""
    left = quad[np.argsort(quad[:, 0])]
    a, d = left[:2][np.argsort(left[:2, 1])]
    b, c = left[2:][np.argsort(left[2:, 1])]
    return np.array([a, b, c, d], np.float64)


READERS: dict[str, Callable[[], Reader]] = {"ours": ours, "tesseract-page": tesseract_page, "reference": reference}


def of(page: Paged, reader: Reader) -> tuple[list[Read], list[str]]:
    """The page as `reader` reads it."""
    return reader(page.image, page.dpi)
