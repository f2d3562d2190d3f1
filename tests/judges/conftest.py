"""Copies of three offices for the foreign judges, and the judges themselves."""

from __future__ import annotations

import datetime as dt
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

import pyhncert
from pyhncert.office import init_trial
from pyhncert.values import Decision

ROOT = Path(__file__).parents[2]
for here in ("examples", "tests/identify", "tests/issue", "tests/judges"):  # `import draw`, `ocsp_double`, `seals`…
    sys.path.insert(0, str(ROOT / here))
LOOKS = {"rsa-pss": "pictures", "ecdsa": "sao_y"}
"""Offices that look otherwise than a trial office does: pictures of signature and seal, or the other profile."""
OFFICES = {"rsa-pss": ("rsa-3072", "rsa-pss"), "rsa-v15": ("rsa-2048", "rsa-v15"), "ecdsa": ("p-384", "ecdsa")}


@dataclass(frozen=True)
class Judged:
    """One copy to be judged: its file, the root and issuing certificates of its office, and its pages."""

    name: str
    file: Path
    trust: Path
    scanned: int


def looking(office: Path, scheme: str) -> Path:
    """The office with what `LOOKS` says of it."""
    from seals import seal, signature

    file = office / "office.toml"
    text = file.read_text("utf-8")
    if LOOKS.get(scheme) == "pictures":
        signature(office / "officer.png")
        seal(office / "seal.png")
        text = text.replace('# picture = "officer.png"', 'picture = "officer.png"')
        text = text.replace('# picture = "seal.png"', 'picture = "seal.png"')
    elif LOOKS.get(scheme) == "sao_y":
        text = text.replace('profile = "certified"', 'profile = "sao_y"')
    file.write_text(text, "utf-8")
    return office


@pytest.fixture(scope="session")
def copies(tmp_path_factory: pytest.TempPathFactory) -> list[Judged]:
    """For each office a copy with the marks in free area, and one of several pages with an appended page."""
    from draw import draw

    folder = tmp_path_factory.mktemp("judged")
    scans: dict[str, Path] = {}
    for name, options in {"free_area": {"dpi": 200}, "full": {"dpi": 200}, "small": {}}.items():
        image, truth = draw(name, 3, **options)
        scans[name] = folder / f"{name}.png"
        image.save(scans[name], dpi=(truth["dpi"], truth["dpi"]), compress_level=1)
    originals = {"one": [scans["free_area"]], "several": [scans["full"], scans["small"], scans["full"]]}
    made: list[Judged] = []
    for scheme, (key, how) in OFFICES.items():
        office = pyhncert.open_office(looking(init_trial(folder / scheme, agency_key=key, agency_scheme=how), scheme))
        for which, pages in originals.items():
            out = folder / f"{scheme}-{which}.pdf"
            office.certify(pages, out, decide=lambda _: Decision(approved=True))
            made.append(Judged(out.stem, out, folder / scheme / "trust", len(pages)))
    return made


@pytest.fixture(scope="session")
def responded(tmp_path_factory: pytest.TempPathFactory) -> Judged:
    """A copy at B-LTA of an office whose certificates, the timestamps' too, name an OCSP responder."""
    from draw import draw
    from ocsp_double import Responder, delegate, issuer_of, reissue, serve

    folder = tmp_path_factory.mktemp("responded")
    image, truth = draw("small", 3)
    image.save(folder / "small.png", dpi=(truth["dpi"], truth["dpi"]))
    home = init_trial(folder / "office")
    settings = home / "office.toml"
    settings.write_text(settings.read_text("utf-8").replace('level = "B-LT"', 'level = "B-LTA"'), "utf-8")
    now = dt.datetime.now(dt.UTC)
    with serve(Responder(issuer_of(home), lambda: dt.datetime.now(dt.UTC))) as responder:
        responder.signer = delegate(responder.issuer, now)
        for key in ("officer", "agency", "qr", "tsa"):
            reissue(home, key, responder.url)
        out = folder / "responded.pdf"
        pyhncert.open_office(home).certify([folder / "small.png"], out, decide=lambda _: Decision(approved=True))
    return Judged("responded", out, home / "trust", 1)
