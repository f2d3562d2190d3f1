"""EU DSS and we, asked about the same foreign files: the same verdict on each, or the reason why not."""

from __future__ import annotations

import collections
import datetime as dt
import re
import subprocess
from pathlib import Path

import foreign_files
import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from pyhncert.errors import VerdictError
from pyhncert.verify import verify_copy

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900), pytest.mark.xdist_group("judges")]

AFTER = 2 * foreign_files.DAY
"""Judged so long after signing, with a list made a day after it."""
REVOKED = {"REVOKED", "REVOKED_NO_POE", "REVOKED_CA_NO_POE"}
BROKEN = {"HASH_FAILURE", "SIG_CRYPTO_FAILURE", "FORMAT_FAILURE", "SIGNED_DATA_NOT_FOUND"}
REASONS = {
    "server B": "a certificate whose one use is to serve TLS signs no papers (RFC 5280, 4.2.1.12); EU DSS does not ask",
    "server T": "the same",
    "openssl over part of the file": "the range leaves out the file's end; EU DSS looks for later revisions only",
    "bytes behind the end": "what follows the last %%EOF is covered by nothing; EU DSS passes it",
}
"""Where we differ, and why. In each we are the stricter."""


def word(indication: str, sub: str) -> str:
    """Our word for what EU DSS says (EN 319 102-1, 5.1.3)."""
    if indication == "TOTAL_PASSED":
        return "valid"
    if sub in REVOKED:
        return "revoked"
    return "altered" if sub in BROKEN else "undecided"


@pytest.fixture(scope="module")
def verdicts(jar: Path, command, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[str, str, str]]:
    """By file: our verdict on its first signature, EU DSS's in our words, and EU DSS's own words."""
    folder = tmp_path_factory.mktemp("foreign")
    now = dt.datetime.now(dt.UTC).replace(microsecond=0)
    made = foreign_files.make(folder, jar, now)
    root = folder / "root.pem"
    root.write_bytes(made.authority.people["root"].certificate.public_bytes(Encoding.PEM))
    lists = [made.authority.crl(by, now + foreign_files.DAY) for by in ("issuing", "root", "hidden")]
    options: list[str | Path] = ["--trust", root, "--strict-pdf", "--time", (now + AFTER).isoformat()[:19] + "Z"]
    for number, der in enumerate(lists):
        (folder / f"{number}.crl").write_bytes(der)
        options += ["--crl", folder / f"{number}.crl"]
    found = {}
    words = [command("java"), "-jar", jar, "validate", *made.files.values(), *options]
    done = subprocess.run([str(each) for each in words], capture_output=True, text=True, check=False)
    said = {
        Path(file).name: block
        for block, file in re.findall(r"(.*?)^file=([^\n]+\.pdf) ", done.stdout, re.DOTALL | re.M)
    }
    for name, path in made.files.items():
        block = said[path.name]
        theirs = re.search(r"sig=1 .*?indication=(\w+) sub=(\w+)", block)
        try:
            report = verify_copy(path.read_bytes(), trust=[root.read_bytes()], crls=lists, now=now + AFTER)
        except VerdictError as err:
            report = err.report
        ours = report.signatures[0].verdict if report.signatures else "altered"
        indication, sub = theirs.groups() if theirs else ("-", "FORMAT_FAILURE")
        found[name] = (ours, word(indication, sub), f"{indication} {sub}")
    return found


def test_there_are_at_least_sixty_files_of_every_verdict(verdicts) -> None:
    of = collections.Counter(theirs for _, theirs, _ in verdicts.values())
    assert len(verdicts) >= 60 and min(of[each] for each in ("valid", "altered", "revoked", "undecided")) >= 4, of


def test_the_same_verdict_or_the_reason_why_not(verdicts) -> None:
    apart = {name: found for name, found in verdicts.items() if found[0] != found[1]}
    told = "\n".join(f"{name}: ours {ours}, EU DSS {theirs} ({said})" for name, (ours, theirs, said) in apart.items())
    assert apart.keys() == REASONS.keys(), told


def test_we_pass_nothing_that_eu_dss_does_not(verdicts) -> None:
    assert not [name for name, (ours, theirs, _) in verdicts.items() if ours == "valid" and theirs != "valid"]
