"""Kind and fields on a hundred unseen pages, no kind on twenty others, and the one real scan."""

from __future__ import annotations

import io
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from harness import Ledger
from papers import Unseen, pages
from peer import Peer, shared
from PIL import Image

from pyhncert import capture, recognise
from pyhncert.values import Field, Kind, Page, Reading

# fields that must be found, by kind (issue 3, line 10); the truth's name -> the names ours may have
WANTED: dict[str, tuple[str, ...]] = {
    "khai_sinh": (
        "number", "full_name", "birth_date", "sex", "ethnicity", "nationality", "birth_place", "home_town",
        "personal_id", "father_name", "mother_name", "father_birth_year", "mother_birth_year",
    ),
    "bang_tn": (
        "full_name", "birth_date", "major", "ranking", "graduation_year", "study_mode", "serial_number",
        "register_number",
    ),
    "cccd": ("personal_id", "full_name", "birth_date", "sex", "nationality", "home_town", "residence", "expiry_date"),
    "can_cuoc": ("personal_id", "full_name", "birth_date", "sex", "nationality"),
}  # fmt: skip
ALIASES: dict[str, tuple[str, ...]] = {}


def plain(value: str) -> str:
    """A value without what is no part of it: Unicode form, runs of blanks, the separator at the end, date writing."""
    text = re.sub(r"\s+", " ", unicodedata.normalize("NFC", value)).strip(" .,;:")
    written = re.fullmatch(
        r"(?:ngày )?(\d{1,2})(?:/|-|\.| tháng )(\d{1,2})(?:/|-|\.| năm )(\d{4})", text, re.IGNORECASE
    )
    if written:
        text = f"{int(written[1]):02d}/{int(written[2]):02d}/{written[3]}"
    iso = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", text)
    return f"{iso[3]}/{iso[2]}/{iso[1]}" if iso else text


def png(image: Image.Image) -> bytes:
    """The page as a scanner's PNG, 300 dpi."""
    out = io.BytesIO()
    image.save(out, "png", dpi=(300, 300), compress_level=1)
    return out.getvalue()


def read(data: bytes, reader: recognise.Reader) -> tuple[list[Page], list[Reading], Kind, tuple[Field, ...]]:
    """One scan through the first rooms."""
    limits = capture.Limits()
    scan = capture.load(data, name="bench", limits=limits)
    (raw,) = capture.raw_pages([scan], limits=limits)
    seen = list(capture.normalise(raw, stands_on_head=reader.stands_on_head))
    readings = [reader.read(page) for page in seen]
    kind = recognise.classify(readings)
    return seen, readings, kind, recognise.fields(kind, readings)


def wrong_fields(page: Unseen, found: Sequence[Field]) -> tuple[int, list[str]]:
    """How many fields the page has, and what is wrong with ours."""
    ours = {f.name: f.value for f in reversed(found)}
    asked, wrong = 0, []
    for name in WANTED.get(page.kind, ()):
        if name not in page.truth["fields"]:
            continue
        asked += 1
        want = page.truth["fields"][name]["value"]
        got = next((ours[n] for n in (name, *ALIASES.get(name, ())) if n in ours), None)
        if got is None or plain(got) != plain(want):
            wrong.append(f"{name}: {want!r} read as {got!r}")
    return asked, wrong


def test_kinds_and_fields_of_unseen_pages(promise: Any, short: bool) -> None:
    """Kind 98 %, fields 95 % exact, no kind on pages of other text; short runs let one page slip."""
    reader = recognise.Reader()
    kinds, fields, others = Counter[bool](), Counter[bool](), Counter[bool]()
    for page in pages(short=short):
        _, _, kind, found = read(png(page.image), reader)
        if page.kind == "unknown":
            others[kind.key == "unknown"] += 1
            if kind.key != "unknown":
                print(f"  {page.name}: named {kind.key} by {kind.title!r}")
            continue
        kinds[kind.key == page.kind] += 1
        if kind.key != page.kind:
            print(f"  {page.name}: named {kind.key} by {kind.title!r}")
        asked, wrong = wrong_fields(page, found)
        fields[True] += asked - len(wrong)
        fields[False] += len(wrong)
        for what in wrong:
            print(f"  {page.name}: {what}")
    for name, counted, bar in (
        ("kind, unseen pages", kinds, 90.0 if short else 98.0),
        ("fields exact, unseen pages", fields, 90.0 if short else 95.0),
        ("no kind, other text", others, 100.0),
    ):
        share = 100 * counted[True] / counted.total()
        promise(name, share, "%", bar=bar, rule="at_least", note=f"{counted[True]} of {counted.total()}")


def test_the_real_scan(promise: Any, ledger: Ledger, peer: Peer, work: Path) -> None:
    """The figure for a published, sealed decision of 90 dpi; printed, no bar."""
    folder = shared() / "testdata/real"
    if not folder.is_dir():
        ledger.skipped.append(f"no real scans: {folder} is missing")
        pytest.skip(f"{folder} is missing")
    reader = recognise.Reader()
    for scan in sorted(folder.glob("*.jpg")):
        _, readings, kind, _ = read(scan.read_bytes(), reader)
        text = work / f"{scan.stem}.txt"
        text.write_text("\n".join(reading.text for reading in readings), encoding="utf-8")
        (error,) = peer.character_error([text], [scan.with_suffix(".txt")])
        promise(f"character error, real {scan.stem}", error * 100, "%", note=f"kind {kind.key}")
