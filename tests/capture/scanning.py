"""Drawn pages for scanner tests, and SANE's own folder of settings, so that no file of the system counts."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

needs_sane = pytest.mark.skipif(
    importlib.util.find_spec("sane") is None, reason="python-sane is not installed (the extra `scan`)"
)
needs_airscan = pytest.mark.skipif(
    shutil.which("scanimage") is None or not list(Path("/usr/lib").glob("*/sane/libsane-airscan.so*")),
    reason="scanimage or sane-airscan is not installed",
)


def sheet(seed: int, width: int = 2480, height: int = 3508) -> Image.Image:
    """A sheet with a gradient and bars that tell `seed`: smooth, so that it is small, and the same nowhere twice."""
    rng = np.random.default_rng(seed)
    small = rng.integers(90, 250, (9, 7, 3), np.uint8)
    image = Image.fromarray(small).resize((width, height), Image.Resampling.BILINEAR)
    draw = ImageDraw.Draw(image)
    for row in range(12):
        y = height * (row + 1) // 14
        draw.rectangle((width // 10, y, width // 10 + int(rng.integers(width // 4, width * 3 // 4)), y + 12), "black")
    return image


def sane_folder(folder: Path, *, escl_port: int | None = None) -> Path:
    """SANE_CONFIG_DIR with the backends test and pnm, and airscan with one static device and no discovery."""
    folder.mkdir(exist_ok=True)
    (folder / "dll.conf").write_text("test\npnm\n" + ("airscan\n" if escl_port else ""))
    (folder / "test.conf").write_text("number_of_devices 2\n")
    device = f"Loopback = http://127.0.0.1:{escl_port}/eSCL, eSCL\n" if escl_port else ""
    (folder / "airscan.conf").write_text(f"[devices]\n{device}[options]\ndiscovery = disable\n")
    return folder
