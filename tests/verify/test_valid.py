"""What a stranger learns of a copy that is in order."""

from __future__ import annotations


def test_a_fresh_copy_is_valid_and_says_who_when_which_and_what_is_proven(real) -> None:
    report = real.verify()
    assert report.verdict == "valid"
    assert report.level == "B-LT"
    assert (report.number, report.book, report.year) == (7, "01", 2026)
    assert report.original == "GIẤY KHAI SINH"
    assert [signature.role for signature in report.signatures] == ["officer", "agency"]
    assert all(signature.verdict == "valid" and signature.timestamped_at for signature in report.signatures)
    assert report.proven and report.not_proven and report.trial
