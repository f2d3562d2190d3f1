"""Verification is light: a bank that only verifies loads no OpenCV, no onnxruntime, no Tesseract, no network client."""

from __future__ import annotations

import subprocess
import sys

PROBE = """
import sys
from pathlib import Path
import datetime as dt
from pyhncert.verify import verify_copy
pdf, root = (Path(name).read_bytes() for name in sys.argv[1:3])
report = verify_copy(pdf, trust=[root], now=dt.datetime.fromisoformat(sys.argv[3]))
assert report.verdict == "valid"
heavy = {"cv2", "onnxruntime", "tesserocr", "numpy", "pikepdf", "sqlalchemy", "aiohttp", "pyhanko"} & set(sys.modules)
print(",".join(sorted(heavy)))
"""


def test_a_verification_loads_nothing_heavy(real, tmp_path) -> None:
    (tmp_path / "a.pdf").write_bytes(real.pdf)
    (tmp_path / "root.pem").write_bytes(real.office.root)
    command = [sys.executable, "-c", PROBE, str(tmp_path / "a.pdf"), str(tmp_path / "root.pem")]
    done = subprocess.run(
        [*command, real.office.clock().isoformat()], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == ""
