"""What a training line says: words of papers, names, places, numbers, and syllables put together at random."""

from __future__ import annotations

import random
import tomllib
import unicodedata
from collections.abc import Callable
from pathlib import Path

_TONES = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
_VOWELS = "aăâeêioôơuưy"


def composed(text: str) -> str:
    """`text` with each letter and its marks in one code point."""
    return unicodedata.normalize("NFC", text)


MARKED = "".join(
    sorted(
        {composed(vowel + tone) for vowel in _VOWELS + _VOWELS.upper() for tone in _TONES if (vowel + tone).strip()}
        - set("aeiouyAEIOUY")
        | {"đ", "Đ"}
    )
)
"""The 134 letters that Vietnamese has and ASCII has not."""
ALPHABET = (
    " 0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" + MARKED + ".,:;-–/()[]\"'“”‘’…!?%&+=*<>_°#@№§×²"
)
"""Everything the recogniser can write; its class 0 is CTC's blank, class n is letter n - 1."""

_LISTS = tomllib.loads((Path(__file__).parent / "words.toml").read_text(encoding="utf-8"))


def _list(name: str) -> tuple[str, ...]:
    rows = " ".join(composed(_LISTS[name]).split())
    return tuple(one.strip() for one in (rows.split(";") if ";" in rows else rows.split(" ")))


SURNAMES, GIVEN, PLACES, STREETS = (_list(name) for name in ("surnames", "given", "places", "streets"))
LABELS, HEADS, PROSE, SHORT = (_list(name) for name in ("labels", "heads", "prose", "short"))

ONSETS, RHYMES = (*_list("onsets"), ""), _list("rhymes")


def syllable(rng: random.Random) -> str:
    """A syllable as Vietnamese spells them, whether or not it is a word."""
    onset, rhyme = rng.choice(ONSETS), rng.choice(RHYMES)
    if rhyme[0] in "eêiy":
        onset = {"c": "k", "g": "gh", "ng": "ngh"}.get(onset, onset)
    tones = (2, 5) if rhyme.endswith(("c", "ch", "p", "t")) else range(6)
    return composed(onset + _toned(rhyme, _TONES[rng.choice(tones)], late=rng.random() < 0.3))


def _toned(rhyme: str, tone: str, *, late: bool) -> str:
    """`rhyme` with `tone` on its main vowel; of an open oa, oe, uy either may have it (`late` for the second)."""
    vowels = [i for i, letter in enumerate(rhyme) if letter in _VOWELS]
    modified = [i for i in vowels if rhyme[i] in "ăâêôơư"]
    if modified:
        at = modified[-1]
    elif len(vowels) == 1 or vowels[-1] < len(rhyme) - 1:
        at = vowels[-1]
    elif len(vowels) == 3:
        at = vowels[1]
    else:
        at = vowels[1] if late and rhyme in ("oa", "oe", "uy") else vowels[0]
    return rhyme[: at + 1] + tone + rhyme[at + 1 :]


# -- kinds of lines --------------------------------------------------------------------------------------------------


def _digits(rng: random.Random, count: int) -> str:
    return "".join(rng.choice("0123456789") for _ in range(count))


def _name(rng: random.Random) -> str:
    middle = [rng.choice(("Văn", "Thị", *GIVEN)) for _ in range(rng.choice((0, 1, 1, 1, 2)))]
    return " ".join((rng.choice(SURNAMES), *middle, rng.choice(GIVEN)))


def _date(rng: random.Random) -> str:
    day, month, year = rng.randint(1, 31), rng.randint(1, 12), rng.randint(1930, 2039)
    form = rng.choice(
        ("{d:02d}/{m:02d}/{y}", "{d:02d}/{m:02d}/{y}", "ngày {d:02d} tháng {m:02d} năm {y}", "{d}-{m}-{y}",
         "{d:02d}.{m:02d}.{y}", "ngày {d} tháng {m} năm {y}", "Ngày {d:02d}, tháng {m:02d}, năm {y}", "{y}")
    )  # fmt: skip
    return str(form.format(d=day, m=month, y=year))


def _place(rng: random.Random) -> str:
    parts = [rng.choice(PLACES)]
    for kinds in (("huyện", "quận", "thị xã", "thành phố", "H.", "Q."), ("xã", "phường", "thị trấn", "P.", "xã")):
        if rng.random() < 0.6:
            parts.insert(0, f"{rng.choice(kinds)} {rng.choice((rng.choice(PLACES), str(rng.randint(1, 19))))}")
    if rng.random() < 0.4:
        number = rng.choice(("{}", "{}/{}", "Số {}", "{}A", "Tổ {},", "Ngõ {},", "Thôn {},")).replace("{}", "%s")
        filled = number % tuple(rng.randint(1, 499) for _ in range(number.count("%s")))
        parts.insert(0, f"{filled} {rng.choice(('', 'đường ', 'phố '))}{rng.choice(STREETS)}")
    return rng.choice((", ", ", ", " - ")).join(parts)


def _number(rng: random.Random) -> str:
    return rng.choice(
        (
            _digits(rng, 12),
            _digits(rng, 9),
            f"0{_digits(rng, 9)}",
            f"{rng.randint(1, 999)}.{_digits(rng, 3)}.{_digits(rng, 3)} đồng",
            f"{rng.randint(1, 9999)},{_digits(rng, rng.randint(1, 2))} m²",
            f"Số: {rng.randint(1, 9999)}/{rng.randint(1990, 2039)}/{rng.choice(SHORT)}-{rng.choice(SHORT)}",
            f"Số: {rng.randint(1, 999):02d}/QĐ-{rng.choice(SHORT)}",
            f"{rng.randint(1, 100)}%",
            f"{rng.choice('ABCDEFGHKLMNPSTUVXYĐ')}{rng.choice('ABCDEFGHKLMN')} {_digits(rng, 6)}",
            f"{rng.randint(11, 99)}{rng.choice('ABCDEFGHKLM')}-{_digits(rng, 3)}.{_digits(rng, 2)}",
            f"({rng.randint(1, 40)})",
            f"{rng.randint(1, 9)}.{rng.randint(1, 19)}.",
            f"{rng.randint(0, 10)},{_digits(rng, 2)}",
        )
    )


def _row_of_machine(rng: random.Random) -> str:
    """A piece of a machine-readable row."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
    words = ("".join(rng.choice(letters) for _ in range(rng.randint(2, 10))) for _ in range(rng.randint(1, 3)))
    return f"{rng.choice(('IDVNM', 'P<VNM', ''))}{'<'.join(words)}{'<' * rng.randint(1, 12)}{rng.choice('0123456789<')}"


def _prose(rng: random.Random) -> str:
    words = [rng.choice(PROSE) for _ in range(rng.randint(2, 8))]
    text = " ".join(word + rng.choice((" ", " ", " ", " ", ", ", "; ", ". ")).rstrip() for word in words)
    return (
        rng.choice(("", "", "", "- ", "+ ", f"{rng.randint(1, 12)}. ", f"{rng.choice('abcdđeghik')}) ", "Điều ")) + text
    )


def _syllables(rng: random.Random) -> str:
    """Syllables in small letters, capitals or with a capital first, with marks of punctuation among them."""
    out = []
    for _ in range(rng.randint(1, 10)):
        word = syllable(rng)
        cast = rng.random()
        word = word.upper() if cast < 0.1 else word.capitalize() if cast < 0.3 else word
        mark = rng.random()
        if mark < 0.15:
            word += rng.choice(",.:;!?…%)")
        elif mark < 0.22:
            left, right = rng.choice(("()", "[]", '""', "''", "“”", "‘’", "<>"))
            word = f"{left}{word}{right}"
        out.append(word)
    return rng.choice((" ", " ", " ", " - ", "/", " – ")).join(out)


def _labelled(rng: random.Random) -> str:
    value = rng.choice((_name, _name, _date, _place, _number, _syllables))(rng)
    return f"{rng.choice(LABELS)}{rng.choice((':', ': ', ' '))}{rng.choice(('', ' '))}{value}".replace("  ", " ")


def _signs(rng: random.Random) -> str:
    """Letters and signs in no order, so that each is met, and met beside each other."""
    return " ".join(
        "".join(rng.choice(ALPHABET[1:]) for _ in range(rng.randint(1, 7))) for _ in range(rng.randint(1, 4))
    )


KINDS: tuple[tuple[float, Callable[[random.Random], str]], ...] = (
    (2.0, _name), (1.0, _date), (2.0, _place), (2.0, _number), (0.5, _row_of_machine), (4.0, _prose), (3.0, _syllables),
    (3.0, _labelled), (1.5, lambda rng: rng.choice(HEADS)), (0.4, lambda rng: rng.choice(SHORT)), (1.0, _signs),
)  # fmt: skip


def line(rng: random.Random, *, longest: int = 40) -> str:
    """A line of `longest` letters at most: what is longer is cut between words, from a random word on."""
    (make,) = rng.choices([make for _, make in KINDS], [weight for weight, _ in KINDS])
    text = " ".join(make(rng).split())
    case = rng.random()
    if case < 0.22:
        text = text.upper()
    elif case < 0.3:
        text = text.title() if "'" not in text else text
    words = text.split(" ")
    if len(text) > longest and len(words) > 1:
        words = words[rng.randrange(len(words)) :]
        while len(words) > 1 and len(" ".join(words)) > longest:
            words.pop()
    return composed(" ".join(words))[:longest].strip()
