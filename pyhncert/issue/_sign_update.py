"""How a revision ends: its table, its trailer, its last lines (ISO 32000-1, 7.5.4 to 7.5.6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pyhncert.issue._sign_objects import PdfString, Ref, malformed
from pyhncert.issue._sign_revisions import Revision

_RANGE_WIDTH = 48
"""Characters of a byte range: four numbers of up to ten digits, blanks behind them."""
BYTE_RANGE = b" " * _RANGE_WIDTH
"""Where a signature dictionary says its byte range, before it is known."""


def numbered(number: int, value: bytes) -> bytes:
    """The indirect object `number`."""
    return b"%d 0 obj\n%b\nendobj\n" % (number, value)


def extended(value: bytes, *entries: bytes) -> bytes:
    """The bytes of a dictionary with further `entries` behind its own."""
    return b"%b%b\n>>" % (value[:-2], b"\n".join(entries))


def next_number(last: Revision) -> int:
    """The first object number that nobody has.

    Raises:
        AlteredCore: the trailer does not say it.
    """
    size = last.trailer.get("Size")
    if type(size) is not int:
        raise malformed(last.table, "Size")
    return size


def file_ids(last: Revision) -> tuple[bytes, bytes]:
    """The file's identifier that never changes, and that of revision `last`.

    Raises:
        AlteredCore: the trailer has none.
    """
    names = last.trailer.get("ID")
    if not isinstance(names, list) or len(names) != 2:
        raise malformed(last.table, "ID")
    first, second = names
    if not isinstance(first, PdfString) or not isinstance(second, PdfString):
        raise malformed(last.table, "ID")
    return first.value, second.value


def cross_references(places: Mapping[int, int]) -> bytes:
    """The classic table over `places` (object number -> byte) and object 0, in runs as long as they can be."""
    runs: list[list[int]] = []
    for number in (0, *sorted(places)):
        if runs and runs[-1][-1] + 1 == number:
            runs[-1].append(number)
        else:
            runs.append([number])
    out = bytearray(b"xref\n")
    for run in runs:
        out += b"%d %d\n" % (run[0], len(run))
        for number in run:
            out += b"%010d 00000 n \n" % places[number] if number else b"0000000000 65535 f \n"
    return bytes(out)


def closing(last: Revision, *, size: int, identity: bytes, table: int) -> bytes:
    """Trailer and last lines of the revision behind `last`, whose table is at byte `table`.

    Raises:
        AlteredCore: the trailer of `last` is not ours.
    """
    root, info = last.trailer.get("Root"), last.trailer.get("Info")
    if not isinstance(root, Ref):
        raise malformed(last.table, "Root")
    entries: Sequence[bytes] = (
        b"/Size %d" % size,
        b"/Root %d %d R" % root,
        *([b"/Info %d %d R" % info] if isinstance(info, Ref) else ()),
        b"/ID [<%b> <%b>]" % (file_ids(last)[0].hex().encode(), identity.hex().encode()),
        b"/Prev %d" % last.table,
    )
    return b"trailer\n<<\n%b\n>>\nstartxref\n%d\n%%%%EOF\n" % (b"\n".join(entries), table)


def framed(
    last: Revision, body: bytes, places: Mapping[int, int], tail: bytes, *, room: int, identity: bytes
) -> tuple[bytes, bytes]:
    """A revision behind `last` before and behind the contents of its signature, for which `room` bytes are kept.

    `body` begins the revision and ends where the contents begin; the blank `BYTE_RANGE` in it is filled in. `tail`
    closes the signature dictionary, which is the last of the objects in `places`.

    Raises:
        AlteredCore: the trailer of `last` is not ours.
    """
    gap = last.end + len(body), last.end + len(body) + 2 * room + 2
    tail += b"\nendobj\n"
    table = gap[1] + len(tail)
    tail += cross_references(places) + closing(last, size=max(places) + 1, identity=identity, table=table)
    span = (b"[0 %d %d %d]" % (*gap, len(tail))).ljust(_RANGE_WIDTH)
    before, found, after = body.rpartition(BYTE_RANGE)
    if not found:
        raise malformed(last.end, "ByteRange")
    return before + span + after, tail
