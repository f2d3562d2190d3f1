"""kill -9 at any moment of a watch: each original gets one copy and one number, and no scan is lost or split."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

import pyhncert
from pyhncert import capture
from pyhncert.office import separator_sheet

ROUNDS = 300 if os.environ.get("HNCERT_SOAK") else 5
NURSERY = Path(__file__).with_name("watch_nursery.py")
pytestmark = [pytest.mark.slow, pytest.mark.timeout(15_000 if os.environ.get("HNCERT_SOAK") else 900)]


def test_watchers_killed_at_any_moment(new_folder, small, tmp_path):
    office = pyhncert.open_office(new_folder)
    (raw,) = capture.raw_pages([capture.load(small)])
    (page,) = capture.normalise(raw)
    reading = tmp_path / "reading"
    reading.write_bytes(pickle.dumps(office.reader.read(page)))
    separator_sheet(tmp_path / "sheet.pdf")
    sheet = next(capture.raw_pages([capture.load(tmp_path / "sheet.pdf")])).image
    from PIL import Image

    picture = tmp_path / "sheet.png"
    Image.fromarray(sheet).resize((827, 1169)).save(picture)  # 100 dpi
    command = [sys.executable, str(NURSERY), str(new_folder), str(reading), str(small), str(picture)]
    done = subprocess.run([*command, str(ROUNDS), "20261125"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    said = json.loads(done.stdout)
    assert said["killed"] >= ROUNDS
    assert said["events"] > 500
