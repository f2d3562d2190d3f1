"""What the reader gets wrong on a sample of forty pages of the test sets; all of them are for `make soak`."""

from __future__ import annotations

from typing import Any

from reading import plan, readers, score, spoil

BARS = {"cer": 5.0, "wer": 12.0, "der": 1.2, "numbers": 78.0, "cards": 2.0}


def test_reading_of_a_sample(promise: Any) -> None:
    """Bars that hold what was measured on forty pages, with room for chance; docs/reader.md has the whole sets."""
    reader = readers.ours()
    papers, cards, others = score.Count(), score.Count(), score.Count()
    for page in plan.pages(plan.sample()):
        words, codes = readers.of(page, reader)
        count = score.score(page, words, codes).count
        print(f"  {page.name}: CER {count.cer:.2f}, {count.lines_right} of {count.lines} lines exact")
        into = cards if page.is_card else others if page.condition in spoil.REPORTED else papers
        into += count
    note = f"{papers.pages} pages"
    promise("reading: papers, CER", papers.cer, "%", bar=BARS["cer"], note=note)
    promise("reading: papers, WER", papers.wer, "%", bar=BARS["wer"], note=note)
    promise("reading: papers, DER", papers.der, "%", bar=BARS["der"], note=note)
    promise(
        "reading: papers, numbers exact", papers.numbers_exact, "%", bar=BARS["numbers"], rule="at_least", note=note
    )
    promise("reading: papers, lines exact", papers.lines_exact, "%", note=note)
    promise("reading: cards, CER", cards.cer, "%", bar=BARS["cards"], note=f"{cards.pages} cards")
    promise("reading: cards, codes", cards.codes_read, "%", note=f"{cards.codes_right} of {cards.codes}")
    promise("reading: fax and folded, CER", others.cer, "%", note=f"{others.pages} pages")
