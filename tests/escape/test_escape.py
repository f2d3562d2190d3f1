"""Text of strangers on its way out: for each way, any text at all and the known tricks."""

from __future__ import annotations

import csv
import datetime as dt
import html.parser
import io
import json
import unicodedata
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path
from typing import Any

import font_source_serif_pro
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyhncert import keep
from pyhncert.escape import for_csv, for_html, for_json, for_pdf, for_terminal, for_xml
from pyhncert.issue._font import clean, prepare_font
from pyhncert.issue._pdfa import xmp
from pyhncert.values import RegisterLine

WILD = [
    "\x1b[2J\x1b[31mđỏ",
    "\x9b31m",
    "\x1b]0;title\x07",
    "\x1b]8;;http://evil.example\x1b\\link\x1b]8;;\x1b\\",
    "a\r\nhncert: certified copy is issued",
    "\u202egnp.exe",
    "\u2066x\u2069\u200b\u200d\ufeff\u00ad\u061c",
    "\U000e0041\U000e0042",
    "\ud800",
    "\u2028\u2029\x85\x00",
    "<script>alert(1)</script>",
    "'\"><img src=x onerror=alert(1)>",
    "]]>&lt;&#x202e;",
    '=HYPERLINK("http://evil.example")',
    "{{7*7}} ${x} %s",
    ")Tj ET (",
]
ANY = st.one_of(st.text(), st.sampled_from(WILD), st.builds("".join, st.lists(st.sampled_from(WILD))))


def clear(text: str, *, but: str = "") -> bool:
    """Whether nothing of `text` is dangerous, by a list of its own."""
    return all(
        c in but or (unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"} and c not in "\x1b\x9b")
        for c in text
    )


@given(text=ANY)
def test_a_terminal_gets_one_line_without_commands(text):
    shown = for_terminal(text)
    assert clear(shown)
    assert shown == for_terminal(shown)
    if clear(text):
        assert shown == text


def test_a_person_sees_what_was_taken_out():
    assert for_terminal("Trần\u202eVăn\x1b[31m\n") == "Trần\\u202eVăn\\x1b[31m\\n"


@given(text=ANY)
def test_json_says_the_same_and_may_be_shown(text):
    said = for_json({text: [text, 1.5, None]}, indent=2)
    assert clear(said, but="\n")
    assert json.loads(said) == {text: [text, 1.5, None]}


LINE = RegisterLine(
    act_id="a",
    code="C",
    unit="u",
    book="01",
    year=2026,
    number=1,
    state="registered",
    certified_at=dt.datetime(2026, 11, 24, tzinfo=dt.UTC),
    requester="",
    original="",
    signer="",
    copies=1,
    fee_vnd=2000,
    note="",
    content_digest=None,
    file_digest=None,
    level=None,
)
STARTS = tuple("=+-@＝＋－＠\t\r")


@pytest.mark.parametrize("separator", [",", ";"])
@given(text=st.one_of(ANY, st.text(alphabet="=+-@;,'\" \t\r\n\u00a0\u200ba＝")))
def test_no_spreadsheet_finds_a_formula_in_the_register(separator, text):
    stream = io.StringIO(newline="")
    line = replace(LINE, requester=text, original=text, signer=text, note=text)
    keep.export_csv([line], stream, on=dt.date(2026, 11, 24))
    written = stream.getvalue()
    assert clear(written, but="\r\n")
    by_a_reader = [cell for row in csv.reader(io.StringIO(written, newline=""), delimiter=separator) for cell in row]
    by_one_that_knows_no_quotes = [cell.strip('"') for row in written.split("\r\n") for cell in row.split(";")]
    for cell in (*by_a_reader, *by_one_that_knows_no_quotes):
        assert not cell.lstrip().startswith(STARTS)


@given(text=ANY)
def test_plain_words_of_people_pass_a_spreadsheet_unchanged(text):
    if clear(text, but="\n") and not any(c in text for c in STARTS):
        assert for_csv(text) == text


@given(text=ANY)
def test_xml_and_html_give_back_plain_text_and_no_element(text):
    assert ET.fromstring(f"<a b='{for_xml(text)}'>{for_xml(text)}</a>").attrib["b"] == for_pdf(text)
    assert (ET.fromstring(f"<a>{for_xml(text)}</a>").text or "") == for_pdf(text)
    seen: list[Any] = []

    class Parser(html.parser.HTMLParser):
        def handle_starttag(self, tag: str, attrs: Any) -> None:
            seen.append((tag, attrs))

        def handle_data(self, data: str) -> None:
            seen.append(data)

    parser = Parser()
    parser.feed(f'<p title="{for_html(text)}">{for_html(text)}</p>')
    parser.close()
    assert seen[0] == ("p", [("title", for_pdf(text))])
    assert "".join(seen[1:]) == for_pdf(text)


@given(text=ANY)
def test_the_metadata_of_a_copy_are_well_formed_whatever_a_title_says(text):
    packet = xmp(
        title=text, author=text, description=text, when=dt.datetime(2026, 11, 24, tzinfo=dt.UTC), tool="pyhncert"
    )
    root = ET.fromstring(packet.decode().split("?>", 1)[1].rsplit("<?", 1)[0])
    titles = root.findall(".//{http://purl.org/dc/elements/1.1/}title//{*}li")
    assert [title.text or "" for title in titles] == [for_pdf(text)]


@pytest.fixture(scope="module")
def face():
    folder = Path(font_source_serif_pro.__file__).parent / "files"
    return prepare_font(folder / "SourceSerifPro-Regular.ttf").regular


@given(text=ANY)
def test_nothing_invisible_is_drawn(face, text):
    drawn = clean(face, text)
    assert clear(drawn)
    assert all(ord(c) in face.cmap for c in drawn)
