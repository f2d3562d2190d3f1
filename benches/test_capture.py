"""Speed of the eye: Sauvola and the whole chain against their peers, two threads, and whose result is better.

One thread, CPU time, both in turn in one run: a 2480 x 3508 page with a scanner's noise, and the example pages. A page
that is full of text is the hardest, for every part of it has to be looked at: it is printed without a bar.
"""

from __future__ import annotations

import os
import statistics
import threading
import time
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import opencv
import pytest
from draw import draw
from harness import Ledger, alternate

from pyhncert import _core

Pixels = npt.NDArray[np.uint8]
EXAMPLES = ("khai_sinh", "ket_hon", "bang_tn", "gcn_qsdd", "quyet_dinh", "hop_dong", "cong_van", "cccd")


def drawn(kind: str, seed: int, **options: Any) -> Pixels:
    """A page as a scanner gives it."""
    image, _ = draw(kind, seed, **options)
    return np.ascontiguousarray(image.convert("RGB"))


@pytest.fixture(scope="module")
def page() -> Pixels:
    """One A4 page, 300 dpi, RGB."""
    image = drawn("quyet_dinh", 5, skew_deg=0.9, noise=4)
    assert image.shape == (3508, 2480, 3)
    return image


@pytest.fixture(scope="module")
def examples(short: bool) -> list[Pixels]:
    """The example pages."""
    return [drawn(kind, 1) for kind in (EXAMPLES[:3] if short else EXAMPLES)]


@pytest.fixture(autouse=True)
def one_thread() -> Any:
    """OpenCV's own threads would count twice."""
    before = cv2.getNumThreads()
    cv2.setNumThreads(1)
    yield
    cv2.setNumThreads(before)


def doxa(gray: Pixels) -> Pixels:
    """doxapy's Sauvola."""
    import doxapy

    out = np.empty_like(gray)
    work = doxapy.Binarization(doxapy.Binarization.Algorithms.SAUVOLA)
    work.initialize(gray)
    work.to_binary(out, {"window": 31, "k": 0.3})
    return out


def skimage(gray: Pixels) -> Pixels:
    """scikit-image's Sauvola."""
    from skimage.filters import threshold_sauvola

    return gray < threshold_sauvola(gray, 31, k=0.3, r=128)


def each(work: Callable[[Pixels], object], grays: list[Pixels]) -> None:
    """One page after the other, as an office has them: what came out is let go before the next."""
    for gray in grays:
        work(gray)


def test_sauvola(promise: Callable[..., None], page: Pixels, examples: list[Pixels], short: bool) -> None:
    """At least 8x OpenCV and numpy, 5x doxapy, 40x scikit-image, on one page and over the examples."""
    one, full = [_core.gray(page)], [_core.gray(drawn("full", 5, skew_deg=0.9, noise=4))]
    several = [_core.gray(image) for image in examples]
    peers: tuple[tuple[str, Callable[[Pixels], object], float | None], ...] = (
        ("OpenCV and numpy", opencv.sauvola_numpy, 8.0),
        ("OpenCV alone", opencv.sauvola, None),
        ("doxapy", doxa, 5.0),
        ("scikit-image", skimage, 40.0),
    )
    for name, peer, bar in peers:
        for where, grays in (("a page", one), ("mean of examples", several), ("a full page", full)):
            ours, theirs = (lambda f=f, g=grays: each(f, g) for f in (_core.sauvola, peer))
            repeats = 5 if short or name == "scikit-image" else 12
            mine, other = (s * 1e3 / len(grays) for s in alternate(ours, theirs, repeats=repeats))
            held = None if grays is full else bar
            promise(f"sauvola, {where}, {name}", mine, "CPU ms", peer=other, bar=held, rule="ratio")


def ours(image: Pixels) -> tuple[_core.Survey, Pixels, Pixels, _core.PageMeasures]:
    """Find, one warp, even light, skew, Sauvola, gate, seals."""
    found = _core.survey(image)[0]
    width, height = found.size
    page, even = (np.empty((height, width, 3), np.uint8) for _ in range(2))
    _core.warp(image, found.matrix, page, fill=found.fill)
    seen = _core.measure(page, found.outline)
    _core.flatten(page, even)
    return found, page, _core.sauvola(_core.gray(even)), seen


def test_chain(promise: Callable[..., None], page: Pixels, examples: list[Pixels], short: bool) -> None:
    """At least 2.5x the chain of OpenCV."""
    for where, images in (("a page", [page]), ("mean of examples", examples)):
        mine, peer = (
            s * 1e3 / len(images)
            for s in alternate(
                lambda i=images: [ours(image) for image in i],
                lambda i=images: [opencv.chain(image) for image in i],
                repeats=3 if short else 7,
            )
        )
        promise(f"capture chain, {where}", mine, "CPU ms", peer=peer, bar=2.5, rule="ratio")


def overlap(a: npt.NDArray[np.float32], b: npt.NDArray[np.float32]) -> float:
    """Intersection over union of two convex quads."""
    both, _ = cv2.intersectConvexConvex(a, b)
    return both / (cv2.contourArea(a) + cv2.contourArea(b) - both)


def on_bed(image: Pixels, degrees: float) -> tuple[Pixels, npt.NDArray[np.float32]]:
    """The page turned on a dark scanner bed, and where its corners are."""
    height, width = image.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), -degrees, 0.8)
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    placed = (corners @ turn[:, :2].T + turn[:, 2]).astype(np.float32)
    return cv2.warpAffine(image, turn, (width, height), flags=cv2.INTER_AREA, borderValue=(52, 50, 48)), placed


def f1(ink: Pixels, truth: npt.NDArray[np.bool_]) -> float:
    """Of ink pixels against those that were drawn."""
    hit = np.count_nonzero((ink > 0) & truth)
    return 2 * hit / (np.count_nonzero(ink) + np.count_nonzero(truth))


def test_results_are_no_worse(promise: Callable[..., None], short: bool) -> None:
    """Outline on a bed, skew, and ink under a shadow: equal or better than OpenCV's, on pages drawn for it."""
    wide: dict[str, list[tuple[float, float]]] = {"quad IoU": [], "skew error": [], "ink F1": []}
    for seed, kind in enumerate(
        ("quyet_dinh", "full", "khai_sinh") if short else ("quyet_dinh", "full", *EXAMPLES[:3])
    ):
        rng = np.random.default_rng(seed)
        degrees = float(rng.uniform(-3, 3))
        scene, truth = on_bed(drawn(kind, 40 + seed, skew_deg=0.0), degrees)
        mine, peer = np.float32(_corners(_core.survey(scene)[0])), opencv.chain(scene).quad
        wide["quad IoU"].append((overlap(mine, truth), 0.0 if peer is None else overlap(peer, truth)))
        skewed = drawn(kind, 40 + seed, skew_deg=degrees)
        pair = _core.survey(skewed)[0].skew_deg, opencv.chain(skewed).skew_deg
        wide["skew error"].append((abs(pair[0] - degrees), abs(pair[1] - degrees)))
        clean = drawn(kind, 40 + seed, skew_deg=0.0, noise=0, blur_px=0)
        dark = np.linspace(1, 0.55, clean.shape[1])[None, :, None] * drawn(kind, 40 + seed, skew_deg=0.0, noise=4)
        dark = dark.astype(np.uint8)
        even = np.empty_like(dark)
        _core.flatten(dark, even)
        drawn_ink = cv2.cvtColor(clean, cv2.COLOR_RGB2GRAY) < 128
        peer_ink = opencv.sauvola(cv2.cvtColor(opencv.evened(dark), cv2.COLOR_RGB2GRAY))
        wide["ink F1"].append((f1(_core.sauvola(_core.gray(even)), drawn_ink), f1(peer_ink, drawn_ink)))
    for name, rule, slack in (
        ("quad IoU", "at_least", -0.002),
        ("skew error", "at_most", 0.01),
        ("ink F1", "at_least", -0.002),
    ):
        mine, peer = (statistics.fmean(v[i] for v in wide[name]) for i in (0, 1))
        note = f"mean of {len(wide[name])} pages; the bar is the peer's"
        promise(f"chain's {name}", mine, "", peer=peer, bar=peer + slack, rule=rule, note=note)


def _corners(found: _core.Survey) -> list[tuple[float, float]]:
    """The paper's outline in the scan."""
    back = np.linalg.inv(np.array(found.matrix).reshape(3, 3))
    corners = np.array([(*p, 1.0) for p in found.outline]) @ back.T
    return [(x / w, y / w) for x, y, w in corners]


def test_two_threads(promise: Callable[..., None], ledger: Ledger, page: Pixels) -> None:
    """Two pages in two threads take little longer than one; only asked of an idle machine, best of ten."""
    load = os.getloadavg()[0]
    if load >= 0.3 or (os.cpu_count() or 1) < 2:
        ledger.skipped.append(f"two threads, capture chain: not measured, the machine is busy (load {load:.2f})")
        pytest.skip(f"not measured: load {load:.2f}")

    def wall(threads: int) -> float:
        workers = [threading.Thread(target=ours, args=(page,)) for _ in range(threads)]
        begun = time.perf_counter()
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        return time.perf_counter() - begun

    one, two = (min(wall(n) for _ in range(10)) for n in (1, 2))
    promise("two threads, capture chain", 2 * one / two, "times one", bar=1.7, rule="at_least")
