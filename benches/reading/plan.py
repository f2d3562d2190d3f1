"""Which pages the sets have: 300 clean ones, 50 in each of six conditions, a sample of 40; drawn anew on each run."""

from __future__ import annotations

import functools
import random
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from drawing.sheet import Sheet
from unseen import cards, civil, other

from . import identity, offices, school, vehicles
from .spoil import BARRED, CONDITIONS

Quad = npt.NDArray[np.float64]
Maker = Callable[[random.Random, str], Sheet]
SEED = 20261205
SERIFS = ("Liberation Serif", "Noto Serif", "Liberation Serif", "DejaVu Serif")
SANSES = ("Liberation Sans", "Noto Sans", "DejaVu Sans Condensed")
CLEAN, SPOILT, SAMPLE = 300, 50, 40
GLASS = (243, 242, 238)

PAPERS: dict[str, tuple[Maker, ...]] = {
    "khai_sinh": (civil.birth_new, civil.birth_old),
    "ket_hon": (civil.marriage,),
    "ho_khau": (offices.household_member, offices.household_first),
    "bang_tn": (civil.degree_higher, civil.degree_school),
    "chung_chi_nn": (school.language, school.test_report),
    "hoc_ba": (school.record_year, school.record_first, school.record_results),
    "gcn_qsdd": (offices.land_new, civil.land, offices.land_changes),
    "dkdn": (offices.enterprise,),
    "quyet_dinh": (civil.decision, offices.staff_list),
    "other": tuple(other.PAGES),
}
CARDS: dict[str, tuple[Maker, ...]] = {
    "cccd": (identity.citizen, identity.citizen_back),
    "can_cuoc": (cards.identity, identity.identity_back),
    "cmnd": (identity.old_front, identity.old_back),
    "ho_chieu": (identity.passport,),
    "gplx": (cards.licence, vehicles.licence_back),
    "dk_xe": (vehicles.registration,),
}
CARDS_TOO = ("clean", "scan", "photo")
"""Conditions that cards are in: nobody folds or stamps plastic, and at 150 dpi it cannot be read."""


@dataclass(frozen=True)
class Line:
    """A line as printed: its text (NFC) and its corners from the upper left, in pixels of the page."""

    text: str
    quad: Quad


@dataclass(frozen=True)
class Paged:
    """One page of the sets and all that is known about it."""

    name: str
    kind: str
    condition: str
    image: npt.NDArray[np.uint8] = field(repr=False)
    dpi: int
    lines: tuple[Line, ...]
    fields: dict[str, str]
    codes: tuple[str, ...]
    seals: tuple[Quad, ...]
    """Around round seals; what is read within is neither right nor wrong."""

    @property
    def is_card(self) -> bool:
        """A card, or the page of a passport."""
        return self.kind in CARDS


@dataclass(frozen=True)
class Entry:
    """A page that is still to be drawn."""

    condition: str
    kind: str
    turn: int

    @property
    def name(self) -> str:
        """Unlike that of any other page."""
        return f"{self.condition}-{self.kind}-{self.turn:02d}".replace(" ", "")


@functools.cache
def entries(condition: str) -> tuple[Entry, ...]:
    """The pages of one condition, kinds in turn."""
    kinds = [*PAPERS, *CARDS] if condition in CARDS_TOO else [*PAPERS]
    count = CLEAN if condition == "clean" else SPOILT
    return tuple(Entry(condition, kinds[i % len(kinds)], i // len(kinds)) for i in range(count))


def everything() -> list[Entry]:
    """All 600."""
    return [entry for condition in CONDITIONS for entry in entries(condition)]


def held_out() -> list[Entry]:
    """Pages of each kind in each condition with a bar, in turns that the sets do not have; for a seed of their own."""
    every = [
        (condition, kind)
        for condition in CONDITIONS
        for kind in ([*PAPERS, *CARDS] if condition in CARDS_TOO else [*PAPERS])
    ]
    turned = (Entry(condition, kind, 40 + i % 7) for i, (condition, kind) in enumerate(every))
    return [entry for entry in turned if entry.condition in BARRED]


def sample(count: int = SAMPLE, conditions: tuple[str, ...] = (), *, papers: bool = False) -> list[Entry]:
    """`count` pages from the conditions in turn, each time of another kind; `papers` leaves cards out."""
    names = conditions or tuple(CONDITIONS)
    picked: list[Entry] = []
    for i in range(count):
        of = [entry for entry in entries(names[i % len(names)]) if not papers or entry.kind in PAPERS]
        picked.append(of[(31 * (i // len(names)) + 5 * (i % len(names))) % len(of)])
    return picked


def _on_glass(card: Sheet, rng: random.Random) -> Sheet:
    s = Sheet(tint=GLASS)
    room = (s.width_mm - card.width_mm - 14, s.height_mm - card.height_mm - 14)
    s.paste(card, rng.uniform(14, room[0]), rng.uniform(14, room[1]))
    return s


def sheet(entry: Entry) -> Sheet:
    """What is printed; the same entry gives the same sheet for ever."""
    makers = PAPERS.get(entry.kind) or CARDS[entry.kind]
    shift = list(CONDITIONS).index(entry.condition)
    make = makers[(entry.turn + shift) % len(makers)]
    faces = SANSES if entry.kind in CARDS else SERIFS
    rng = random.Random(f"{SEED}/{entry.name}")
    return make(rng, faces[(entry.turn // len(makers) + shift) % len(faces)])


def draw(entry: Entry) -> Paged:
    """The page with its truth."""
    drawn = sheet(entry)
    rng = random.Random(f"{SEED}/{entry.name}/spoilt")
    if entry.kind in CARDS and entry.condition != "photo":
        drawn = _on_glass(drawn, rng)
    spoilt = CONDITIONS[entry.condition](drawn, rng)

    def quad(corners: Sequence[tuple[float, float]]) -> Quad:
        return spoilt.place(np.array(corners, np.float64))

    def box(edges: tuple[float, float, float, float]) -> Quad:
        x0, y0, x1, y1 = edges
        return quad([(x0, y0), (x1, y0), (x1, y1), (x0, y1)])

    return Paged(
        name=entry.name,
        kind=entry.kind,
        condition=entry.condition,
        image=spoilt.image,
        dpi=spoilt.dpi,
        lines=tuple(Line(_plain(line.text), quad(line.corners)) for line in drawn.lines if line.text.strip()),
        fields={name: _plain(known.value) for name, known in drawn.fields.items()},
        codes=tuple(drawn.codes),
        seals=tuple(map(box, drawn.seals)),
    )


def pages(which: list[Entry]) -> Iterator[Paged]:
    """Each drawn when it is asked for."""
    return map(draw, which)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", re.sub(r"\s+", " ", text).strip())
