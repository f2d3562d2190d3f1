"""Values that cross rooms: small, frozen, and impossible to make wrong.

Pixels are counted from the upper left corner, x to the right, y down; the centre of the first pixel is (0.5, 0.5).
A *raw* pixel belongs to the image as it was scanned, a *page* pixel to the upright, straightened, cropped page.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from pyhncert._registered import ActNumber as ActNumber  # noqa: PLC0414
from pyhncert._registered import Charge as Charge  # noqa: PLC0414
from pyhncert._registered import FileState as FileState  # noqa: PLC0414
from pyhncert._registered import RegisterLine as RegisterLine  # noqa: PLC0414
from pyhncert._registered import RegisterStatus as RegisterStatus  # noqa: PLC0414
from pyhncert._seen import Marks as Marks  # noqa: PLC0414
from pyhncert._seen import Measures as Measures  # noqa: PLC0414
from pyhncert._seen import Point as Point  # noqa: PLC0414
from pyhncert._seen import Quad as Quad  # noqa: PLC0414
from pyhncert._seen import Region as Region  # noqa: PLC0414
from pyhncert._seen import Seal as Seal  # noqa: PLC0414
from pyhncert._written import Agreement as Agreement  # noqa: PLC0414
from pyhncert._written import Code as Code  # noqa: PLC0414
from pyhncert._written import Line as Line  # noqa: PLC0414
from pyhncert._written import Reading as Reading  # noqa: PLC0414
from pyhncert._written import Second as Second  # noqa: PLC0414
from pyhncert._written import Word as Word  # noqa: PLC0414

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    import numpy.typing as npt

    from pyhncert.errors import HncertError

    Pixels = npt.NDArray[np.uint8]

Verdict = Literal["valid", "altered", "revoked", "superseded", "unsigned", "undecided", "not_found"]
Level = Literal["B-B", "B-T", "B-LT", "B-LTA"]
LEVELS: tuple[Level, ...] = ("B-B", "B-T", "B-LT", "B-LTA")
"""Each holds more than the one before."""
Severity = Literal["pass", "warn", "block"]
Clock = Callable[[], dt.datetime]
"""Now, with a time zone."""
Randomness = Callable[[int], bytes]
"""So many random bytes, fit for secrets."""

VIETNAM = dt.timezone(dt.timedelta(hours=7), "+07")


class Words(NamedTuple):
    """The same thing said in Vietnamese and in English."""

    vi: str
    en: str

    def say(self, lang: str) -> str:
        """The words in `lang` (``vi`` or ``en``)."""
        return self.vi if lang == "vi" else self.en


class Typed(str):
    """A password or PIN that a person has just typed, not one that was stored: only such a one may be tried twice."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Matrix:
    """A 3x3 homography, row by row; for a page it maps raw pixels to page pixels."""

    m: tuple[float, float, float, float, float, float, float, float, float]

    def __post_init__(self) -> None:
        if len(self.m) != 9 or not all(math.isfinite(v) for v in self.m):
            raise ValueError("a matrix has nine finite numbers")

    @classmethod
    def identity(cls) -> Matrix:
        """Nothing moves."""
        return cls((1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0))

    def apply(self, point: Point) -> Point:
        """Where `point` goes."""
        x, y = point
        a, b, c, d, e, f, g, h, i = self.m
        w = g * x + h * y + i
        return ((a * x + b * y + c) / w, (d * x + e * y + f) / w)

    def quad(self, quad: Quad) -> Quad:
        """Where the four corners go."""
        a, b, c, d = (self.apply(p) for p in quad)
        return (a, b, c, d)

    def then(self, later: Matrix) -> Matrix:
        """First this, then `later`."""
        a, b = later.m, self.m
        m = [sum(a[3 * r + k] * b[3 * k + c] for k in range(3)) for r in range(3) for c in range(3)]
        return Matrix((m[0], m[1], m[2], m[3], m[4], m[5], m[6], m[7], m[8]))

    def inverse(self) -> Matrix:
        """The way back; raises ValueError for a singular matrix."""
        a, b, c, d, e, f, g, h, i = self.m
        det = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)
        if abs(det) < 1e-300:
            raise ValueError("singular matrix")
        return Matrix(
            (
                (e * i - f * h) / det,
                (c * h - b * i) / det,
                (b * f - c * e) / det,
                (f * g - d * i) / det,
                (a * i - c * g) / det,
                (c * d - a * f) / det,
                (d * h - e * g) / det,
                (b * g - a * h) / det,
                (a * e - b * d) / det,
            )
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """One file as it was handed in; `digest` is SHA-256 over `data`.

    Of a file with several pages `frames` may name those (from 0) that are meant; None means all.
    """

    name: str
    media_type: str
    data: bytes = field(repr=False)
    digest: bytes
    frames: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RawPage:
    """One image of a scan, decoded: `image` is (height, width, 3) uint8 RGB, `dpi` what the file says, if it does.

    `to_file` maps pixels of `image` to pixels of the image in the file (EXIF rotation undone).
    """

    number: int
    scan: int
    frame: int
    image: Pixels = field(repr=False)
    dpi: float | None = None
    to_file: Matrix = field(default_factory=Matrix.identity)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One upright page: `image` is (height, width, 3) uint8 RGB; `matrix` maps raw pixels of the file to its pixels.

    `turned` is the clockwise quarter turns in degrees (0, 90, 180, 270) and `skew_deg` the clockwise skew that were
    taken out. `dpi` is the effective resolution; `dpi_source` is ``file``, ``paper`` or ``text``.
    """

    number: int
    scan: int
    frame: int
    image: Pixels = field(repr=False)
    raw_size: tuple[int, int]
    matrix: Matrix
    turned: int
    skew_deg: float
    dpi: float
    dpi_source: str
    measures: Measures
    marks: Marks = field(default_factory=Marks)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in page pixels."""
        return (int(self.image.shape[1]), int(self.image.shape[0]))


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFacts:
    """What remains of a `Page` for checking when its pixels are dropped; the names are those of `Page`."""

    number: int
    size: tuple[int, int]
    dpi: float
    dpi_source: str
    measures: Measures
    marks: Marks = field(default_factory=Marks)

    @classmethod
    def of(cls, page: Page) -> PageFacts:
        """The facts of `page`."""
        return cls(
            number=page.number,
            size=page.size,
            dpi=page.dpi,
            dpi_source=page.dpi_source,
            measures=page.measures,
            marks=page.marks,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """The kind of paper (SPEC 6 key, or ``unknown``), by its printed `title` on `page`."""

    key: str
    name: Words
    title: str
    confidence: float
    page: int | None = None
    quad: Quad | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of the paper: `name` is ours (``full_name``), `label` the printed one, `value` normalised text.

    `type` says what the value is: ``date`` (dd/mm/yyyy, or “Không thời hạn”), ``year``, ``id`` (digits), ``number``
    (digits, a comma before decimals), ``money`` (digits), ``sex`` (Nam, Nữ), ``name``, ``code`` or ``text``.
    """

    name: str
    label: str
    value: str
    page: int
    quad: Quad
    confidence: float
    type: str = "text"
    agreement: Agreement = "unread"
    second: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """One paper of a file: the numbers of its `pages`, its fields, a `name` of at most 40 letters to show.

    `again` is the index of the paper of which it is another copy, where a page was scanned twice. Blank pages are
    papers of the kind ``blank``.
    """

    kind: Kind
    pages: tuple[int, ...]
    fields: tuple[Field, ...]
    name: str
    again: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something the officer should know: `family` is ``quality`` (exit 11) or ``paper`` (exit 12).

    `final` findings (an already signed PDF) yield to no override.
    """

    code: str
    severity: Severity
    family: Literal["quality", "paper"]
    reason: Words
    page: int | None = None
    quad: Quad | None = None
    final: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """An officer's decision to go on against a blocking finding."""

    code: str
    reason: str

    def __post_init__(self) -> None:
        if not self.reason.strip():
            raise ValueError("an override needs a reason")


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What the officer is shown before deciding; `notes` say what could not be done, as a second reading."""

    kind: Kind
    fields: tuple[Field, ...]
    findings: tuple[Finding, ...]
    page_count: int
    officer: str
    trial: bool
    notes: tuple[Words, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The officer's answer.

    A no for a reason of the law names it as `refusal` (``R1`` to ``R6``, SPEC 1.4) and is entered in the register, with
    `reason` as the officer's own words; another no only stops.
    """

    approved: bool
    overrides: tuple[Override, ...] = ()
    reason: str = ""
    refusal: str = ""

    def __post_init__(self) -> None:
        if self.approved and self.refusal:
            raise ValueError("who approves refuses nothing")


@dataclass(frozen=True, slots=True, kw_only=True)
class CertifiedCopy:
    """One issued copy. `content_digest` was fixed before signing; `file_digest` is SHA-256 over `pdf` as returned.

    `holder_secret` is told when the copy is issued and never again; with it the holder shares his copy.
    """

    code: str
    number: int
    book: str
    year: int
    content_digest: bytes
    file_digest: bytes
    officer: str
    issued_at: dt.datetime
    level_asked: Level
    level: Level
    pdf: bytes = field(repr=False)
    receipt: Mapping[str, Any] = field(repr=False)
    findings: tuple[Finding, ...] = ()
    notes: tuple[Words, ...] = ()
    stages_s: Mapping[str, float] = field(default_factory=dict, repr=False)
    holder_secret: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        if self.issued_at.tzinfo is None:
            raise ValueError("issued_at needs a time zone")


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One answer of `doctor`: what was looked at, whether it is well, and the exit code it would end `certify` with."""

    name: str
    ok: bool
    words: Words
    exit_code: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureReport:
    """One signature of a file: whose, when, and what became of it."""

    field: str
    role: Literal["officer", "agency", "timestamp", "foreign"]
    signer: str
    verdict: Verdict
    algorithm: str
    signed_at: dt.datetime | None
    timestamped_at: dt.datetime | None
    level: Level | None
    reasons: tuple[Words, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What verification found: the verdict, why, what is proven and what is not.

    `act` is the parsed act.json where the file carries one. `level_asked` is what the office asked of the signatures,
    where receipt or register say so; `waiting` is how the register's job stands that leads to it.
    """

    verdict: Verdict
    reasons: tuple[Words, ...]
    signatures: tuple[SignatureReport, ...] = ()
    proven: tuple[Words, ...] = ()
    not_proven: tuple[Words, ...] = ()
    code: str | None = None
    number: int | None = None
    book: str | None = None
    year: int | None = None
    original: str | None = None
    office: str | None = None
    certified_at: dt.datetime | None = None
    level: Level | None = None
    level_asked: Level | None = None
    waiting: Words | None = None
    trial: bool | None = None
    file_digest: bytes | None = None
    act: Mapping[str, Any] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What became of one original, or of the folder: told when it is so on the disk."""

    what: Literal["issued", "refused", "destroyed", "postponed"]
    files: tuple[str, ...]
    words: Words
    copy: CertifiedCopy | None = None
    out: Path | None = None
    error: HncertError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewal:
    """What became of a copy whose evidence ends soon: at `ends`, and after the renewal at `until`.

    Nothing was done where `until` is None: it was only looked, or `error` says why not.
    """

    code: str
    number: int
    book: str
    year: int
    level_before: Level
    ends: dt.datetime
    level: Level | None = None
    until: dt.datetime | None = None
    error: HncertError | None = None
