"""XML of a device on the network, which may be anybody: small, UTF-8, without a DOCTYPE, and never deep."""

from __future__ import annotations

import xml.etree.ElementTree as ET  # a DOCTYPE, and with it every entity, is refused below

MAX_BYTES = 1 << 20
_MAX_DEPTH = 32
_MAX_ELEMENTS = 20_000


class BadXml(ValueError):
    """What came is no XML that we take."""


class _Builder(ET.TreeBuilder):
    """A tree with local names only: devices disagree about prefixes and namespaces, never about names."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = 0
        self._count = 0

    def start(self, tag: str, attrs: dict[str, str], /) -> ET.Element:
        self._depth += 1
        self._count += 1
        if self._depth > _MAX_DEPTH or self._count > _MAX_ELEMENTS:
            raise BadXml("too deep or too long")
        return super().start(tag.rpartition("}")[2], {k.rpartition("}")[2]: v for k, v in attrs.items()})

    def end(self, tag: str, /) -> ET.Element:
        self._depth -= 1
        return super().end(tag.rpartition("}")[2])

    def doctype(self, *_: str | None) -> None:
        raise BadXml("a DOCTYPE")


def parse(data: bytes) -> ET.Element:
    """The root of `data`, names without namespaces.

    Raises:
        BadXml: over 1 MiB, not UTF-8, with a DOCTYPE, deeper than 32 elements, or not well-formed.
    """
    if len(data) > MAX_BYTES:
        raise BadXml("over 1 MiB")
    parser = ET.XMLParser(target=_Builder(), encoding="utf-8")  # noqa: S314  _Builder refuses what is known
    try:
        parser.feed(data.decode("utf-8-sig").encode("utf-8"))
        root = parser.close()
    except UnicodeDecodeError as err:
        raise BadXml("not UTF-8") from err
    except ET.ParseError as err:
        raise BadXml(str(err)) from err
    assert isinstance(root, ET.Element)  # noqa: S101  the builder's root
    return root


def text(element: ET.Element, path: str) -> str:
    """The words at `path`, stripped; empty where there are none."""
    return (element.findtext(path) or "").strip()


def number(element: ET.Element, path: str) -> int:
    """The whole number at `path`, or 0; what is no number of at most nine digits counts as absent."""
    said = text(element, path)
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else 0
