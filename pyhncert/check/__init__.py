"""What the officer should know before deciding: findings about the scan and about the paper.

`findings` looks at pages, readings, kind and fields; `secret` looks at one page for the mark of a state secret, before
anything of it is kept; `signed_findings` speaks of a scan that is already signed; `verdict` says of one page's scan, in
words, whether it can be used and what else is to be done.
Rules about the paper are rows of `rules.toml`, thresholds of the scan lie in `limits.toml`, each with its source and
the days on which it holds; other wording is in `findings.toml`, provinces are in `provinces.toml`.
"""

from pyhncert.check._findings import findings, signed_findings
from pyhncert.check._identity import PersonalNumber
from pyhncert.check._marks import secret
from pyhncert.check._quality import verdict

__all__ = ["PersonalNumber", "findings", "secret", "signed_findings", "verdict"]
