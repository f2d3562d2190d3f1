"""Text of strangers on its way out: one function for each way, so that none of it does there what it says.

What is read from paper, codes, certificates, file names and answers of services may try to be markup, a formula, a
command to the terminal, or to be read in another order than it stands. docs/library.md has the table of ways.

Dangerous are control characters, those that change the direction of writing or cannot be seen, half surrogates, private
and unassigned ones (Unicode categories C), and separators of lines and paragraphs (Zl, Zp).
"""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Any

__all__ = ["dangerous", "for_csv", "for_html", "for_json", "for_pdf", "for_terminal", "for_xml", "plain"]

_FORMULA = re.compile('(^|[;\n])([ \u00a0\u3000"]*)(?=[-=+@＝＋－＠])')
"""Where a cell begins: at its start, and after the separators of spreadsheets that do not take the comma for one."""
_HTML = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"})


def dangerous(character: str) -> bool:
    """Whether `character` is not to be shown as it is."""
    category = unicodedata.category(character)
    return category[0] == "C" or category in ("Zl", "Zp")


def _harmless(text: str) -> bool:
    return text.isascii() and text.isprintable()


def for_terminal(text: str) -> str:
    """`text` on one line of a terminal: what is dangerous, line breaks too, is written as in a string of Python."""
    if _harmless(text):
        return text
    return "".join(c.encode("unicode_escape").decode("ascii") if dangerous(c) else c for c in text)


def for_csv(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula (OWASP, CSV injection): such a one gets an apostrophe.

    Line breaks stay, for the writer puts quotes around them; other dangerous characters are written as for a terminal.
    """
    return _FORMULA.sub(r"\1\2'", "\n".join(for_terminal(line) for line in cell.split("\n")))


def for_json(value: Any, *, indent: int | None = None, sort_keys: bool = False) -> str:
    """`value` as JSON whose bytes a terminal may show: dangerous characters as escapes, so nothing of it is lost."""
    text = json.dumps(value, ensure_ascii=False, indent=indent, sort_keys=sort_keys)
    return text if _harmless(text) else "".join(_escaped(c) if dangerous(c) and c != "\n" else c for c in text)


def _escaped(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[i : i + 2].hex()}" for i in range(0, len(units), 2))


def plain(text: str) -> str:
    """`text` in NFC and single spaces, without anything dangerous: what is kept of words that were read."""
    if _harmless(text):
        return text
    kept = (" " if dangerous(c) else c for c in unicodedata.normalize("NFC", text))
    return " ".join("".join(kept).split())


for_pdf = plain
"""Text in a PDF, seen or unseen, and in its metadata: also what ISO 19005 lets a font map to."""


def for_xml(text: str) -> str:
    """`text` as character data of XML; xml.sax.saxutils does less and imports a web client (20 ms) for it."""
    return plain(text).translate(_HTML)


for_html = for_xml
"""`text` in HTML (hOCR), also within an attribute's quotes."""
