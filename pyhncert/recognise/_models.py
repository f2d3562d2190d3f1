"""Where the models lie, and whether they are the ones that were measured."""

from __future__ import annotations

import functools
import hashlib
import importlib.util
from importlib import resources
from pathlib import Path

from pyhncert.errors import MissingDependency
from pyhncert.values import Words

DETECTOR = "PP-OCRv6_det_small.onnx"
RECOGNISER = "vie.traineddata"
NUMBERS = "PP-OCRv6_rec_small.onnx"
SECOND, LETTERS = "asternet.onnx", "vocab.json"


@functools.cache
def pinned() -> dict[str, str]:
    """SHA-256 in hexadecimal of each model, by file name."""
    text = resources.files("pyhncert.recognise").joinpath("models/SHA256SUMS").read_text(encoding="ascii")
    return {name: digest for digest, name in (line.split() for line in text.splitlines() if line.strip())}


def find(models: Path | None) -> dict[str, Path]:
    """The path of each model: in `models` if it lies there, else in our wheel or the one of `rapidocr`.

    A path is given even where nothing lies; `missing` says so.
    """
    own = Path(str(resources.files("pyhncert.recognise").joinpath("models")))
    wheel = _folder("rapidocr", "models") or own
    found = {DETECTOR: wheel / DETECTOR, RECOGNISER: own / RECOGNISER, NUMBERS: wheel / NUMBERS}
    if models is not None:
        found.update({name: models / name for name in found if (models / name).is_file()})
    return found


def find_second(models: Path | None) -> dict[str, Path]:
    """The paths of the second reader's files, which are there only with the extra `[second-reader]`."""
    folder = _folder("asterocr", "assets") or Path("asterocr", "assets")
    found = {name: folder / name for name in (SECOND, LETTERS)}
    if models is not None:
        found.update({name: models / name for name in found if (models / name).is_file()})
    return found


def _folder(package: str, inside: str) -> Path | None:
    """A folder of an installed package, found without running the package."""
    spec = importlib.util.find_spec(package)
    places = list(spec.submodule_search_locations or ()) if spec is not None else []
    return Path(places[0]) / inside if places else None


def missing(paths: dict[str, Path], *, wheels: str = "rapidocr, pyhncert") -> tuple[Words, ...]:
    """What is not there or is not the pinned file; empty when all models are right. Costs a hash of 32 MB."""
    words = []
    for name, path in paths.items():
        try:
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
        except OSError:
            words.append(
                Words(
                    f"thiếu mô hình {name} (tìm ở {path}); hãy cài lại gói {wheels}",
                    f"model {name} is missing (looked for it at {path}); install again: {wheels}",
                )
            )
            continue
        if digest != pinned()[name]:
            words.append(
                Words(
                    f"mô hình {name} không phải tệp đã kiểm (SHA-256 {digest[:16]}…); hãy cài lại",
                    f"model {name} is not the pinned file (SHA-256 {digest[:16]}…); install it again",
                )
            )
    return tuple(words)


def demand(paths: dict[str, Path]) -> None:
    """All files are there (their digests are the preflight's business).

    Raises:
        MissingDependency: a model file is missing.
    """
    for name, path in paths.items():
        if not path.is_file():
            raise MissingDependency(
                f"model {name} is missing at {path}",
                f"thiếu mô hình {name} ở {path}",
                hint="install rapidocr and pyhncert again",
                hint_vi="hãy cài lại gói rapidocr và pyhncert",
            )
