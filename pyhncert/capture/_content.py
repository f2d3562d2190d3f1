"""What a PDF page shows: its pictures and their places, and whether anything else is painted (ISO 32000-1, 8 and 9)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pikepdf

from pyhncert.capture._turn import Turn

Ctm = tuple[float, float, float, float, float, float]
_IDENTITY: Ctm = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
_DEEPEST = 12
_TEXT = frozenset(("Tj", "TJ", "'", '"'))
_FILL = frozenset(("f", "F", "f*", "B", "B*", "b", "b*"))
_STROKE = frozenset(("S", "s", "B", "B*", "b", "b*"))
_INVISIBLE = (3, 7)
_WHITE = {"g": (1.0,), "rg": (1.0, 1.0, 1.0), "k": (0.0, 0.0, 0.0, 0.0)}


@dataclass(frozen=True, slots=True)
class Placement:
    """One picture and the matrix that puts its unit square on the page."""

    image: pikepdf.Object
    ctm: Ctm
    width: int
    height: int

    @property
    def size_pt(self) -> tuple[float, float]:
        """Length of its two sides in default user space."""
        a, b, c, d, _, _ = self.ctm
        return (a * a + b * b) ** 0.5, (c * c + d * d) ** 0.5

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


@dataclass(frozen=True, slots=True)
class _State:
    ctm: Ctm = _IDENTITY
    text_mode: int = 0
    fill_white: bool = False
    stroke_white: bool = False


def drawn(page: pikepdf.Page) -> Drawn:
    """Everything that the content of `page` paints."""
    found = Drawn()
    _walk(page.obj, page.resources, _State(), found, 0)
    return found


def _walk(
    stream: pikepdf.Object, resources: pikepdf.Object | None, state: _State, found: Drawn, depth: int
) -> None:
    if depth > _DEEPEST:
        raise ValueError("forms nested too deep")
    stack: list[_State] = []
    for instruction in pikepdf.parse_content_stream(stream):
        operator = str(instruction.operator)
        operands = instruction.operands
        if operator == "q":
            stack.append(state)
        elif operator == "Q":
            state = stack.pop() if stack else state
        elif operator == "cm":
            state = replace(state, ctm=_before(_numbers(operands), state.ctm))
        elif operator == "Tr":
            state = replace(state, text_mode=int(operands[0]))
        elif operator in ("g", "rg", "k", "sc", "scn", "cs"):
            state = replace(state, fill_white=_white(operator, operands))
        elif operator in ("G", "RG", "K", "SC", "SCN", "CS"):
            state = replace(state, stroke_white=_white(operator.lower(), operands))
        elif operator in _TEXT:
            found.text = found.text or (state.text_mode not in _INVISIBLE and _says_something(operands))
        elif operator == "INLINE IMAGE" or operator == "sh":
            found.paths = True
        elif operator == "Do":
            _paint(operands[0], resources, state, found, depth)
        if operator in _FILL and not state.fill_white:
            found.paths = True
        if operator in _STROKE and not state.stroke_white:
            found.paths = True


def _paint(
    key: pikepdf.Object, resources: pikepdf.Object | None, state: _State, found: Drawn, depth: int
) -> None:
    shelf = resources.get("/XObject") if resources is not None else None
    thing = shelf.get(str(key)) if shelf is not None else None
    if thing is None:
        return
    kind = thing.get("/Subtype")
    if kind == pikepdf.Name.Image:
        if bool(thing.get("/ImageMask", False)) or "/SMask" in thing or "/Mask" in thing:
            found.paths = True
        found.images.append(Placement(thing, state.ctm, int(thing["/Width"]), int(thing["/Height"])))
    elif kind == pikepdf.Name.Form:
        matrix = thing.get("/Matrix")
        inner = replace(state, ctm=_before(_numbers(matrix), state.ctm)) if matrix is not None else state
        _walk(thing, thing.get("/Resources", resources), inner, found, depth + 1)


def _numbers(operands: pikepdf.Object | list[pikepdf.Object]) -> Ctm:
    a, b, c, d, e, f = (float(v) for v in operands)  # type: ignore[arg-type]
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


def _white(operator: str, operands: list[pikepdf.Object]) -> bool:
    if operator in ("sc", "scn"):
        return len(operands) in (1, 3) and all(float(v) == 1.0 for v in operands)
    return operator in _WHITE and tuple(float(v) for v in operands) == _WHITE[operator]


def _says_something(operands: list[pikepdf.Object]) -> bool:
    flat = [part for operand in operands for part in (operand if isinstance(operand, pikepdf.Array) else [operand])]
    return any(bytes(part).strip(b" \0") for part in flat if isinstance(part, pikepdf.String))
