"""What the officer should know before deciding: findings about the scan and about the paper.

`findings` looks at pages, readings, kind and fields; `signed_findings` speaks of a scan that is already signed.
Thresholds, law and wording lie in `rules.toml`, `findings.toml` and `provinces.toml`, with the days on which they hold.
"""

from pyhncert.check._findings import findings, signed_findings
from pyhncert.check._identity import PersonalNumber

__all__ = ["PersonalNumber", "findings", "signed_findings"]
