"""How often a soiled print of a copy's QR is read: levels M, Q, H at one outer size of 35 mm, by zxing-cpp.

    python benches/qr_soiled.py [TRIALS]

A symbol is printed at 300 dpi, soiled with spots of ink and of bleach (radius 0.6 to 2 mm) over none, 5 % or 10 % of
its area, blurred and noised as a scanner or a telephone does, and read at 300, 150 and 125 dpi. Figures of a run stand
in pyhncert/issue/_qr.py.
"""

from __future__ import annotations

import base64
import sys

import cv2
import numpy as np
import zxingcpp

SIDE_MM = 35.0
URL = "https://chungthuc.example.gov.vn/v#"


def soiled(dark: np.ndarray, *, dpi: float, share: float, seed: int) -> np.ndarray:
    """A print of the symbol as a scanner sees it, in gray."""
    rng = np.random.default_rng(seed)
    n = dark.shape[0] + 8
    px = round(SIDE_MM / 25.4 * 600)
    light = np.pad(~dark, 4, constant_values=True).astype(np.uint8) * 215 + 25
    page = cv2.resize(light, (px, px), interpolation=cv2.INTER_NEAREST)
    inner = slice(px * 4 // n, px - px * 4 // n)
    spots = np.zeros_like(page)
    tone = page.copy()
    while (spots[inner, inner] > 0).mean() < share:
        centre = tuple(int(v) for v in rng.integers(inner.start, inner.stop, 2))
        axes = tuple(int(v) for v in rng.uniform(0.6, 2.0, 2) / 25.4 * 600)
        turn = float(rng.uniform(0, 180))
        cv2.ellipse(spots, centre, axes, turn, 0, 360, 255, -1)
        cv2.ellipse(tone, centre, axes, turn, 0, 360, int(rng.choice([30, 60, 235])), -1)
    page = np.pad(tone, 60, constant_values=240)
    turn_by = cv2.getRotationMatrix2D((page.shape[1] / 2, page.shape[0] / 2), float(rng.uniform(-4, 4)), 1)
    page = cv2.warpAffine(page, turn_by, page.shape[::-1], borderValue=240)
    page = cv2.resize(page, None, fx=dpi / 600, fy=dpi / 600, interpolation=cv2.INTER_AREA)
    page = cv2.GaussianBlur(page, (0, 0), 0.7)
    return np.clip(page + rng.normal(0, 8, page.shape), 0, 255).astype(np.uint8)


def main(trials: int) -> None:
    """Print one row a symbol."""
    payload = np.random.default_rng(1).bytes(104)
    fragment = base64.urlsafe_b64encode(payload).decode().rstrip("=")
    digits = str(int.from_bytes(b"\1" + payload, "big"))
    for name, text in (("base64url", URL + fragment), ("digits", URL + digits)):
        for level in "MQH":
            symbol = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level=level)
            dark = np.array(symbol.to_image(scale=1, add_quiet_zones=False)) < 128
            row = []
            for share in (0, 0.05, 0.1):
                for dpi in (300, 150, 125):
                    read = 0
                    for seed in range(trials):
                        image = soiled(dark, dpi=dpi, share=share, seed=seed)
                        found = zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormat.QRCode)
                        read += any(f.text == text for f in found)
                    row.append(f"{share:.0%} {dpi} dpi {read}/{trials}")
            print(
                f"{name:9} {level} {dark.shape[0]} modules of {SIDE_MM / (dark.shape[0] + 8):.3f} mm: {', '.join(row)}"
            )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
