"""Makes the golden copies: `python tests/golden/make.py VERSION`, once for each release, never again.

For each kind of agency key: the copy, its receipt, and the root that a stranger trusts. Every later release verifies
all of them.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import pyhncert
from pyhncert.office import init_trial
from pyhncert.values import Decision

HERE = Path(__file__).parent
OFFICES = {"rsa-pss": ("rsa-3072", "rsa-pss"), "rsa-v15": ("rsa-2048", "rsa-v15"), "ecdsa": ("p-384", "ecdsa")}


def main(version: str) -> None:
    sys.path.insert(0, str(HERE.parents[1] / "examples"))
    from draw import draw

    with tempfile.TemporaryDirectory() as work:
        scan = Path(work) / "scan.png"
        image, truth = draw("small", 1)
        image.save(scan, dpi=(truth["dpi"], truth["dpi"]))
        for name, (key, scheme) in OFFICES.items():
            folder = HERE / version / name
            folder.mkdir(parents=True)
            made = init_trial(Path(work) / name, agency_key=key, agency_scheme=scheme)
            office = pyhncert.open_office(made)
            office.certify([scan], folder / "copy.pdf", decide=lambda _: Decision(approved=True))
            (folder / "root.pem").write_bytes((made / "trust" / "root.pem").read_bytes())


main(sys.argv[1])
