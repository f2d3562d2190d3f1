"""Thirty years: document timestamps, renewals before and after the end of what they rest on, and attacks on them."""

from __future__ import annotations

import datetime as dt
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pyhncert.errors import RevocationFault, TimestampFault, VerdictError
from pyhncert.identify import (
    Algorithms,
    TrialAuthority,
    TrialTimestamper,
    algorithms,
    make_trial_authority,
    parse_certificate,
)
from pyhncert.issue import add_archive_timestamp, level_reached
from pyhncert.issue._sign_structure import (
    ValidationData,
    build_validation_data,
    read_revisions,
    read_trail,
    stamp_contents,
    stamp_frame,
)
from pyhncert.values import VIETNAM, Report
from pyhncert.verify import holds_until, verify_copy

BAD = {"altered", "unsigned", "undecided"}
DAY, YEAR = dt.timedelta(days=1), dt.timedelta(days=365.25)


def day(year: int, month: int = 6) -> dt.datetime:
    return dt.datetime(year, month, 1, 9, 0, tzinfo=VIETNAM)


class Years:
    """An office that lives on: authorities come and go, the copy is renewed."""

    def __init__(self, office, folder: Path) -> None:
        self.office, self.folder = office, folder
        self.clock, self.random = office.clock, office.random
        self.authorities = [office.authority]
        self.roots = [office.root]
        self.pdf = office.upgraded(office.signed())

    def roll_over(self) -> None:
        """New root, CA and timestamp authority; the old ones go on publishing lists as long as they live."""
        home = self.folder / f"authority-{len(self.authorities)}"
        paths = make_trial_authority(home, clock=self.clock, randomness=self.random)
        self.authorities.append(TrialAuthority(home, clock=self.clock, randomness=self.random))
        self.roots.append(paths.root.read_bytes())

    def lists(self) -> list[bytes]:
        alive = (a for a in self.authorities if a._certificate("issuing").not_valid_after_utc > self.clock())
        return [der for authority in alive for der in authority.crls()]

    def renew(self) -> None:
        self.pdf = add_archive_timestamp(
            self.pdf,
            timestamper=TrialTimestamper(self.authorities[-1]),
            certs=[],
            crls=self.lists(),
            now=self.clock(),
        )

    def verify(self, at: dt.datetime | None = None, algorithms: Algorithms | None = None) -> Report:
        try:
            return verify_copy(self.pdf, trust=self.roots, now=at or self.clock(), algorithms=algorithms)
        except VerdictError as err:
            return err.report


@pytest.fixture
def years(make_office, tmp_path) -> Years:
    return Years(make_office(), tmp_path)


@pytest.fixture(scope="module")
def archived(another_office, tmp_path_factory) -> Years:
    """A copy that was archived and renewed once, five years later, by another authority."""
    found = Years(another_office, tmp_path_factory.mktemp("archived"))
    found.renew()
    found.clock.now = day(2031)
    found.roll_over()
    found.renew()
    return found


def test_each_level_is_said(years) -> None:
    levels = []
    office = years.office
    for pdf in (office.signed(stamped=False), office.signed(), years.pdf):
        years.pdf = pdf
        levels.append((level_reached(pdf), verify_copy_level(years)))
    years.renew()
    levels.append((level_reached(years.pdf), years.verify().level))
    assert levels == [("B-B", "B-B"), ("B-T", "B-T"), ("B-LT", "B-LT"), ("B-LTA", "B-LTA")]


def verify_copy_level(years: Years) -> str | None:
    return verify_copy(years.pdf, trust=years.roots, crls=years.lists(), now=years.clock()).level


def test_a_copy_without_timestamps_is_proven_by_the_document_timestamp(years) -> None:
    years.pdf = years.office.signed(stamped=False)
    years.clock.now += DAY
    years.renew()
    report = years.verify(years.clock() + 4 * YEAR)
    assert (report.verdict, report.level) == ("valid", "B-LTA")
    assert report.signatures[1].timestamped_at == years.clock()


def test_thirty_years_of_renewals_keep_the_copy_valid_and_none_does_not(years) -> None:
    unrenewed = years.pdf
    first = read_revisions(unrenewed)[2].end
    years.renew()
    for renewal in (day(2031), day(2036, 3), day(2041, 1), day(2045, 10), day(2050, 8)):
        years.clock.now = renewal
        assert holds_until(years.pdf) > years.clock()
        years.roll_over()
        years.renew()
        assert years.verify().verdict == "valid"
    assert years.pdf.startswith(unrenewed[:first])
    report = years.verify(day(2055))
    assert (report.verdict, report.level) == ("valid", "B-LTA")
    assert [found.role for found in report.signatures] == ["officer", "agency", *["timestamp"] * 6]
    assert {found.verdict for found in report.signatures} == {"valid"}
    years.pdf = unrenewed
    assert years.verify(day(2036)).verdict == "undecided"


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.xdist_group("judges")
def test_eu_dss_passes_the_renewed_copy_in_2036_2046_and_2055(years, jar, command, tmp_path) -> None:
    years.renew()
    judged: dict[dt.datetime, Path] = {}
    for renewal, asked in (
        (day(2031), None),
        (day(2036, 3), day(2036)),
        (day(2041, 1), None),
        (day(2045, 10), day(2046)),
        (day(2050, 8), day(2055, 3)),
    ):
        judged |= kept(years, tmp_path, renewal, asked)
    trust = []
    for number, root in enumerate(years.roots):
        (tmp_path / f"root{number}.pem").write_bytes(root)
        trust += ["--trust", tmp_path / f"root{number}.pem"]
    unrenewed = tmp_path / "2031.pdf"
    for asked, file in judged.items():
        files = [file, unrenewed] if asked.year == 2046 else [file]
        when = asked.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        options = ["--strict-pdf", "--min-level", "LTA", "--time", when]
        call = [command("java"), "-jar", jar, "validate", *files, *trust, *options]
        done = subprocess.run([str(part) for part in call], capture_output=True, text=True, check=False)
        assert f"file={file} result=PASS" in done.stdout, done.stdout + done.stderr
        assert done.stdout.count("indication=TOTAL_PASSED") == 2
        assert len(files) == 1 or f"file={unrenewed} result=FAIL" in done.stdout


def kept(years: Years, folder: Path, renewal: dt.datetime, asked: dt.datetime | None) -> dict[dt.datetime, Path]:
    """Renews the copy by a new authority and keeps it as a file; what is to be judged at `asked`."""
    years.clock.now = renewal
    years.roll_over()
    years.renew()
    file = folder / f"{renewal.year}.pdf"
    file.write_bytes(years.pdf)
    return {} if asked is None else {asked: file}


def test_a_renewal_after_the_timestamp_authority_ended_comes_too_late(years) -> None:
    years.renew()
    years.clock.now = holds_until(years.pdf).astimezone(VIETNAM) + DAY
    years.roll_over()
    years.renew()
    report = years.verify()
    assert report.verdict == "undecided"
    assert "was not renewed before" in report.reasons[0].en


def weak_from(when: dt.date) -> Algorithms:
    return replace(algorithms(), digests={**algorithms().digests, "sha256": when})


def test_where_sha_256_grows_weak_a_renewal_in_time_keeps_the_copy_and_a_late_one_does_not(years, monkeypatch) -> None:
    from cryptography.hazmat.primitives.asymmetric import ec

    years.renew()
    weak = weak_from(dt.date(2029, 1, 1))
    assert years.verify(day(2028), weak).verdict == "valid"
    assert holds_until(years.pdf, algorithms=weak).date() == dt.date(2029, 1, 1)
    # the authority that comes signs by P-384 and SHA-384 throughout
    from pyhncert.identify import _trial

    monkeypatch.setattr(_trial.ec, "SECP256R1", ec.SECP384R1)
    real = _trial.make.new_key
    monkeypatch.setattr(_trial.make, "new_key", lambda kind: real("p-384" if kind == "p-256" else kind))
    before = years.pdf
    for when, verdict in ((day(2028), "valid"), (day(2029), "undecided")):
        years.pdf, years.clock.now = before, when
        years.roll_over()
        years.renew()
        assert years.verify(day(2030), weak).verdict == verdict
        assert years.verify(day(2030)).verdict == "valid"


def test_the_authority_revoked_before_the_renewal_proves_nothing_and_after_it_does_no_harm(years) -> None:
    years.renew()
    serial = parse_certificate(years.office.authority.tsa().certificate).serial_number
    years.clock.now += 30 * DAY
    renewed, unrenewed = years, years.pdf
    years.roll_over()
    renewed.renew()
    kept = years.pdf
    years.clock.now += DAY
    years.authorities[0].revoke(serial)
    later = years.authorities[0].crls()
    assert verify_copy(kept, trust=years.roots, crls=later, now=years.clock()).verdict == "valid"
    years.pdf = unrenewed
    years.clock.now += DAY
    years.renew()
    assert years.verify().verdict == "undecided"


def test_renewal_tells_which_list_is_missing(years) -> None:
    years.roll_over()
    with pytest.raises(RevocationFault, match="list of an issuer is missing"):
        add_archive_timestamp(
            years.pdf,
            timestamper=TrialTimestamper(years.authorities[-1]),
            certs=[],
            crls=years.office.authority.crls(),
            now=years.clock(),
        )


def test_a_service_of_ever_other_certificates_is_refused(years) -> None:
    for _ in range(5):
        years.roll_over()
    stampers = iter([TrialTimestamper(authority) for authority in years.authorities])

    class Fickle:
        def token(self, digest: bytes, algorithm: str, /) -> bytes:
            return next(stampers).token(digest, algorithm)

    next(stampers)
    with pytest.raises(TimestampFault, match="another certificate each time"):
        add_archive_timestamp(years.pdf, timestamper=Fickle(), certs=[], crls=years.lists(), now=years.clock())


def test_the_service_is_asked_once_where_its_certificates_are_known(years) -> None:
    asked = []

    class Counted(TrialTimestamper):
        def token(self, digest: bytes, algorithm: str, /) -> bytes:
            asked.append(algorithm)
            return super().token(digest, algorithm)

    how = {"certs": [], "crls": years.lists(), "now": years.clock()}
    pdf = add_archive_timestamp(years.pdf, timestamper=Counted(years.office.authority), **how)
    assert asked == ["sha512"] and len(read_revisions(pdf)) == 5


def test_a_token_longer_than_its_room_is_asked_for_again(years, monkeypatch) -> None:
    from pyhncert.issue import _renew

    monkeypatch.setattr(_renew, "TOKEN_BYTES", 300)
    years.renew()
    assert years.verify().verdict == "valid"


def variants(years: Years) -> Iterator[tuple[str, bytes]]:
    """Changed copies; none may be valid."""
    revisions = read_revisions(years.pdf)
    trail = read_trail(revisions)
    stamp = trail.stamps[0]
    tail = [(r.start, r.end) for r in revisions]
    pdf = years.pdf
    yield "the pair taken out", pdf[: tail[5][0]] + pdf[tail[6][0] :]
    yield "the stamp in the middle taken out", pdf[: tail[4][0]] + pdf[tail[5][0] :]
    yield "the last stamp twice", pdf + pdf[tail[-1][0] :]
    yield "bytes behind the end", pdf + b"\n"
    room = (stamp.signed.gap[1] - stamp.signed.gap[0]) // 2 - 1
    until4 = pdf[: tail[3][1]]
    for name, size in (("a wider gap", room + 1), ("a narrower gap", room - 1)):
        before, after = stamp_frame(read_revisions(until4), 5, size)
        yield name, until4 + before + stamp_contents(stamp.signed.cms, size) + after
    signed_only = pdf[: tail[2][1]]
    before, after = stamp_frame(read_revisions(signed_only), 4, room)
    yield "a stamp without validation data", signed_only + before + stamp_contents(stamp.signed.cms, room) + after
    other = trail.stamps[1].signed.cms
    before, after = stamp_frame(read_revisions(until4), 5, max(room, len(other)))
    yield "a stamp over something else", until4 + before + stamp_contents(other, max(room, len(other))) + after
    held = trail.held
    for name, added in {
        "nothing added": ValidationData((), ()),
        "a certificate twice": ValidationData(held.certificates[:1], ()),
        "a list twice": ValidationData((), held.lists[:1]),
        "a foreign certificate": ValidationData((years.office.other("Người Ngoài").certificate,), ()),
    }.items():
        if name != "nothing added":
            yield name, pdf + build_validation_data(revisions, len(revisions) + 1, added)


def test_no_change_of_a_renewed_copy_is_valid(archived) -> None:
    assert archived.verify().verdict == "valid"
    for name, pdf in variants(archived):
        found = replace_pdf(archived, pdf).verdict
        assert found in BAD, name


def replace_pdf(years: Years, pdf: bytes) -> Report:
    try:
        return verify_copy(pdf, trust=years.roots, now=years.clock())
    except VerdictError as err:
        return err.report


def test_no_byte_of_a_renewal_can_be_changed(archived, sample: Callable[[int, int], list[int]]) -> None:
    start = read_revisions(archived.pdf)[3].end
    for place in sample(start, len(archived.pdf)):
        pdf = bytearray(archived.pdf)
        pdf[place] ^= 1
        assert replace_pdf(archived, bytes(pdf)).verdict in BAD, place


@pytest.fixture
def sample() -> Callable[[int, int], list[int]]:
    import random

    return lambda low, high: random.Random(4).sample(range(low, high), 250)


def test_a_stamp_of_an_unknown_authority_is_undecided_and_says_so(years) -> None:
    years.roll_over()
    years.renew()
    years.roots.pop()
    report = years.verify()
    assert report.verdict == "undecided"
    assert [found.verdict for found in report.signatures] == ["valid", "valid", "undecided"]
