"""What a PDF page shows: its pictures and their places, and whether anything else is painted (ISO 32000-1, 8 and 9)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

import pikepdf

from pyhncert.capture._inflate import decoded, decodes_within
from pyhncert.capture._turn import Turn

Ctm = tuple[float, float, float, float, float, float]
Colour = tuple[int, int, int]
_IDENTITY: Ctm = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
_DEEPEST = 12
_MOST_BYTES = 2 << 20
"""So much content may a page have, each form counted as often as it is painted: a second of work."""
_FORM_BYTES = 256
"""What painting a form counts at least."""
_TEXT = frozenset(("Tj", "TJ", "'", '"'))
_FILL = frozenset(("f", "F", "f*", "B", "B*", "b", "b*"))
_STROKE = frozenset(("S", "s", "B", "B*", "b", "b*"))
_FILL_COLOUR = frozenset(("g", "rg", "k", "sc", "scn", "cs"))
_STROKE_COLOUR = frozenset(("G", "RG", "K", "SC", "SCN", "CS"))
_INVISIBLE = (3, 7)
_BLACK: Colour = (0, 0, 0)
_WHITE: Colour = (255, 255, 255)


@dataclass(frozen=True, slots=True)
class Placement:
    """One picture, the matrix that puts its unit square on the page, and the colour that a stencil is painted in."""

    image: pikepdf.Object
    ctm: Ctm
    width: int
    height: int
    colour: Colour = _BLACK

    @property
    def size_pt(self) -> tuple[float, float]:
        """Length of its two sides in default user space."""
        a, b, c, d, _, _ = self.ctm
        return (a * a + b * b) ** 0.5, (c * c + d * d) ** 0.5

    @property
    def straight(self) -> bool:
        """Whether its sides run along the page's."""
        a, b, c, d, _, _ = self.ctm
        slack = 0.002 * max(map(abs, (a, b, c, d)))
        return (abs(b) <= slack and abs(c) <= slack) or (abs(a) <= slack and abs(d) <= slack)

    @property
    def plain(self) -> bool:
        """Whether it covers all that lies under it."""
        return not (bool(self.image.get("/ImageMask", False)) or "/SMask" in self.image or "/Mask" in self.image)

    @property
    def box_pt(self) -> tuple[float, float, float, float]:
        """Left, bottom, right, top in default user space."""
        a, b, c, d, e, f = self.ctm
        xs, ys = (e, e + a, e + c, e + a + c), (f, f + b, f + d, f + b + d)
        return min(xs), min(ys), max(xs), max(ys)

    def turn(self, quarters: int) -> Turn:
        """How its pixels are seen on a page turned clockwise by so many quarters."""
        a, b, c, d, _, _ = self.ctm
        right, down = (a, -b), (-c, d)  # on a screen, whose y runs down
        for _ in range(quarters):
            right, down = (-right[1], right[0]), (-down[1], down[0])
        if abs(right[0]) >= abs(right[1]):
            return Turn(mirror_x=right[0] < 0, mirror_y=down[1] < 0)
        return Turn(transpose=True, mirror_x=down[0] < 0, mirror_y=right[1] < 0)


@dataclass(slots=True)
class Drawn:
    """What was found on a page: pictures in the order of painting, visible text, visible drawings."""

    images: list[Placement] = field(default_factory=list)
    text: bool = False
    paths: bool = False
    left: int = _MOST_BYTES

    def spend(self, stream: pikepdf.Object) -> None:
        """Count the content of `stream`, before it is decoded whole; raises ValueError where it is too much."""
        for part in _parts(stream):
            if not decodes_within(part, self.left):
                raise ValueError("too much content")
            self.left -= len(decoded(part))
        self.left -= _FORM_BYTES
        if self.left < 0:
            raise ValueError("too much content")


@dataclass(frozen=True, slots=True)
class _State:
    ctm: Ctm = _IDENTITY
    text_mode: int = 0
    fill: Colour = _BLACK
    stroke: Colour = _BLACK


def drawn(page: pikepdf.Page) -> Drawn:
    """Everything that the content of `page` paints."""
    found = Drawn()
    _walk(page.obj, page.resources, _State(), found, 0)
    return found


def _walk(stream: pikepdf.Object, resources: pikepdf.Object | None, state: _State, found: Drawn, depth: int) -> None:
    if depth > _DEEPEST:
        raise ValueError("forms nested too deep")
    found.spend(stream)
    stack: list[_State] = []
    for instruction in pikepdf.parse_content_stream(stream):
        operator = str(instruction.operator)
        operands = list(instruction.operands)
        if operator == "q":
            stack.append(state)
        elif operator == "Q":
            state = stack.pop() if stack else state
        elif operator == "Do":
            _paint(operands[0], resources, state, found, depth)
        elif operator in _TEXT:
            found.text = found.text or (state.text_mode not in _INVISIBLE and _says_something(operands))
        else:
            state = _changed(state, operator, operands)
            found.paths = found.paths or _draws(state, operator)


def _parts(stream: pikepdf.Object) -> Iterator[pikepdf.Stream]:
    """The streams of a form or of a page, whose content may be several."""
    content = stream if isinstance(stream, pikepdf.Stream) else stream.get("/Contents")
    for part in content if isinstance(content, pikepdf.Array) else [content]:
        if isinstance(part, pikepdf.Stream):
            yield part


def _changed(state: _State, operator: str, operands: list[pikepdf.Object]) -> _State:
    """The graphics state after an operator that may change it."""
    if operator == "cm":
        return replace(state, ctm=_before(_numbers(operands), state.ctm))
    if operator == "Tr":
        return replace(state, text_mode=int(operands[0]))
    if operator in _FILL_COLOUR:
        return replace(state, fill=_colour(operator, operands))
    if operator in _STROKE_COLOUR:
        return replace(state, stroke=_colour(operator.lower(), operands))
    return state


def _draws(state: _State, operator: str) -> bool:
    """Whether an operator leaves something other than white."""
    return (
        operator in ("INLINE IMAGE", "sh")
        or (operator in _FILL and state.fill != _WHITE)
        or (operator in _STROKE and state.stroke != _WHITE)
    )


def _paint(key: pikepdf.Object, resources: pikepdf.Object | None, state: _State, found: Drawn, depth: int) -> None:
    shelf = resources.get("/XObject") if resources is not None else None
    thing = shelf.get(str(key)) if shelf is not None else None
    if thing is None:
        return
    kind = thing.get("/Subtype")
    if kind == pikepdf.Name.Image:
        found.images.append(Placement(thing, state.ctm, int(thing["/Width"]), int(thing["/Height"]), state.fill))
    elif kind == pikepdf.Name.Form:
        matrix = thing.get("/Matrix")
        inner = replace(state, ctm=_before(_numbers(list(matrix)), state.ctm)) if matrix is not None else state
        _walk(thing, thing.get("/Resources", resources), inner, found, depth + 1)


def _numbers(operands: Iterable[pikepdf.Object]) -> Ctm:
    a, b, c, d, e, f = (float(v) for v in operands)
    if not math.isfinite(abs(a) + abs(b) + abs(c) + abs(d) + abs(e) + abs(f)):
        raise ValueError("a matrix that is not finite")
    return a, b, c, d, e, f


def _before(m: Ctm, n: Ctm) -> Ctm:
    """`m`, then `n`."""
    return (
        m[0] * n[0] + m[1] * n[2],
        m[0] * n[1] + m[1] * n[3],
        m[2] * n[0] + m[3] * n[2],
        m[2] * n[1] + m[3] * n[3],
        m[4] * n[0] + m[5] * n[2] + n[4],
        m[4] * n[1] + m[5] * n[3] + n[5],
    )


def _colour(operator: str, operands: list[pikepdf.Object]) -> Colour:
    """A colour of gray, RGB or CMYK; in another space its components are counted, and a new space begins black."""
    parts = [float(v) for v in operands if not isinstance(v, pikepdf.Name)] if operator != "cs" else []
    if len(parts) == 4:
        cyan, magenta, yellow, black = parts
        parts = [(1 - v) * (1 - black) for v in (cyan, magenta, yellow)]
    if len(parts) == 1:
        parts = parts * 3
    if len(parts) != 3:
        return _BLACK
    r, g, b = (max(0, min(255, round(255 * v))) for v in parts)
    return r, g, b


def _says_something(operands: list[pikepdf.Object]) -> bool:
    flat = [part for operand in operands for part in (operand if isinstance(operand, pikepdf.Array) else [operand])]
    return any(bytes(part).strip(b" \0") for part in flat if isinstance(part, pikepdf.String))
