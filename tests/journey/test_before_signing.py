"""Each refusal before signing by its name, on the way of a real paper: nothing is signed, no number is lost."""

from __future__ import annotations

import datetime as dt
import http.server
import json
import os
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import cms, tsp
from cryptography import x509

import pyhncert
from pyhncert._core import sha256
from pyhncert.errors import (
    Blocked,
    CertificateFault,
    ClockFault,
    HncertError,
    RevocationFault,
    TimestampFault,
)
from pyhncert.identify import Algorithms, TrialAuthority, algorithms, read_ocsp
from pyhncert.office import init_trial
from pyhncert.values import VIETNAM

sys.path.insert(0, str(Path(__file__).parents[1] / "identify"))  # `import ocsp_double`
from ocsp_double import Responder, issuer_of, reissue, serve

NOW = dt.datetime(2026, 11, 23, 9, 30, tzinfo=VIETNAM)
DAY = dt.timedelta(days=1)


def at(when: dt.datetime) -> Callable[[], dt.datetime]:
    return lambda: when


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """The folder of a trial office, with one reader."""
    folder = init_trial(tmp_path / "office", clock=at(NOW))
    change(folder, 'second = "fields"', 'second = "off"')
    return folder


def change(folder: Path, old: str, new: str) -> None:
    file = folder / "office.toml"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


def point_at(folder: Path, url: str) -> None:
    """The office asks the timestamp service at `url` and keeps its lists as files: it has no authority of its own."""
    line = next(line for line in (folder / "office.toml").read_text("utf-8").splitlines() if "RFC 3161" in line)
    change(folder, line, f'url = "{url}"')


def refused(folder: Path, small: Path, officer: Any, when: dt.datetime = NOW, *, kept: bool = False) -> HncertError:
    """What `certify` says; no line of the register, or with `kept` one void line with its reason, and no copy."""
    office = pyhncert.open_office(folder, clock=at(when))
    out = folder.parent / "copy.pdf"
    with pytest.raises(HncertError) as caught:
        office.certify([small], out, decide=officer)
    lines = list(office.register.lines())
    assert [line.state for line in lines] == (["voided"] if kept else [])
    if kept:
        assert type(caught.value).__name__ in lines[0].reason
    assert not out.exists()
    assert not [path for path in folder.glob("objects/*/*") if path.read_bytes().startswith(b"%PDF")]
    assert not office.register.check()
    return caught.value


def told(err: HncertError, kind: type[HncertError], name: str, en: str, vi: str) -> None:
    assert (type(err), err.refusal) == (kind, name)
    assert err.exit_code == {Blocked: 12, CertificateFault: 15, ClockFault: 16, RevocationFault: 17}[kind]
    assert en in err.en and vi in err.vi, (err.en, err.vi)


def test_expired(made, small, officer) -> None:
    reissue(made, "officer", None, end=NOW + DAY)
    told(refused(made, small, officer, NOW + 2 * DAY), CertificateFault, "expired", "expired on 24/11", "đã hết hạn từ")


def test_not_yet_valid(made, small, officer) -> None:
    reissue(made, "agency", None, start=NOW + DAY)
    told(refused(made, small, officer), CertificateFault, "not_yet_valid", "is not valid before", "chưa có hiệu lực")


def test_revoked_by_a_list(made, small, officer) -> None:
    number = reissue(made, "officer", None).serial_number
    TrialAuthority(made, clock=at(NOW), randomness=os.urandom).revoke(number)
    told(refused(made, small, officer), CertificateFault, "revoked", "was revoked on 23/11/2026", "đã bị thu hồi từ")


def test_unknown_status_without_a_list(made, small, officer) -> None:
    point_at(made, "http://127.0.0.1:9/tsa")
    change(made, 'crls = ["trust/issuing.crl", "trust/root.crl"]', 'crls = ["trust/root.crl"]')
    err = refused(made, small, officer)
    told(err, RevocationFault, "unknown_status", "no revocation list of TRIAL Issuing", "chưa có danh sách thu hồi")


def test_unknown_status_with_a_stale_list(made, small, officer) -> None:
    point_at(made, "http://127.0.0.1:9/tsa")
    err = refused(made, small, officer, NOW + 8 * DAY)
    told(err, RevocationFault, "unknown_status", "is stale since 30/11/2026", "đã quá hạn từ")


def test_wrong_usage(made, small, officer) -> None:
    usage = x509.KeyUsage(True, False, False, False, False, False, False, False, False)
    reissue(made, "officer", None, extensions=[usage])
    err = refused(made, small, officer)
    told(err, CertificateFault, "wrong_usage", "is not made for signing papers", "không dùng để ký văn bản")


def test_unknown_chain(made, small, officer, tmp_path) -> None:
    other = init_trial(tmp_path / "other", clock=at(NOW))
    (made / "trust/root.pem").write_bytes((other / "trust/root.pem").read_bytes())
    err = refused(made, small, officer)
    told(err, CertificateFault, "unknown_chain", "leads to no trusted root", "không dẫn tới gốc tin cậy")


def test_algorithm_not_allowed(made, small, officer, monkeypatch) -> None:
    weak = Algorithms({**algorithms().digests, "sha256": dt.date(2026, 1, 1)}, algorithms().entries)
    monkeypatch.setattr("pyhncert._mandate.algorithms", lambda: weak)
    err = refused(made, small, officer)
    told(err, CertificateFault, "algorithm_not_allowed", "prove nothing any more", "không còn giá trị chứng minh")


@pytest.mark.parametrize(
    ("entry", "name", "en", "vi"),
    [
        ('signs_by = "delegation"', "delegation_missing", "no decision is entered", "chưa khai quyết định"),
        (
            'delegation = {decision = "12/QĐ", from = 2026-11-24, until = 2026-12-31}',
            "delegation_not_begun",
            "begins only on 24/11/2026",
            "chỉ có hiệu lực từ",
        ),
        (
            'delegation = {decision = "12/QĐ", from = 2026-01-01, until = 2026-11-22}',
            "delegation_ended",
            "ended on 22/11/2026",
            "đã hết hiệu lực sau ngày",
        ),
        (
            'delegation = {decision = "12/QĐ", from = 2026-01-01, until = 2026-12-31, kinds = ["khai_sinh"]}',
            "delegation_other_kind",
            "is not for this paper",
            "không gồm loại giấy này",
        ),
    ],
)
def test_delegation(made, small, officer, entry, name, en, vi) -> None:
    change(made, 'id = "officer"', f'id = "officer"\n{entry}')
    told(refused(made, small, officer), Blocked, name, en, vi)


def test_a_way_of_signing_that_is_not_known_is_a_wrong_setting(made) -> None:
    change(made, 'id = "officer"', 'id = "officer"\nsigns_by = "heart"')
    with pytest.raises(pyhncert.errors.UsageFault, match="signs_by must be one of office, delegation"):
        pyhncert.open_office(made)


# -- with a responder -------------------------------------------------------------------------------------------------


@pytest.fixture
def asked(made: Path) -> Iterator[tuple[Path, Responder]]:
    """An office whose certificates name a responder that runs."""
    with serve(Responder(issuer_of(made), at(NOW))) as responder:
        for key in ("officer", "agency", "qr", "tsa"):
            reissue(made, key, responder.url)
        yield made, responder


def serial(folder: Path, key: str) -> int:
    return x509.load_pem_x509_certificates((folder / f"keys/{key}.pem").read_bytes())[0].serial_number


def test_revoked_by_the_responder(asked, small, officer) -> None:
    folder, responder = asked
    responder.fate[serial(folder, "officer")] = ("revoked", NOW.astimezone(dt.UTC))
    err = refused(folder, small, officer)
    told(err, CertificateFault, "revoked", "was revoked on 23/11/2026 09:30:00", "đã bị thu hồi từ")


def test_unknown_to_the_responder(asked, small, officer) -> None:
    folder, responder = asked
    responder.fate[serial(folder, "agency")] = ("unknown", None)
    err = refused(folder, small, officer)
    told(err, RevocationFault, "unknown_status", "does not know it", "không biết chứng thư này")


def test_an_answer_that_is_not_to_be_believed(asked, small, officer) -> None:
    folder, responder = asked
    responder.about = lambda number: number + 1
    err = refused(folder, small, officer)
    told(err, RevocationFault, "ocsp_answer_wrong", "about another certificate", "không chấp nhận câu trả lời")


def test_a_clock_that_a_responder_contradicts_before_a_number_is_used(asked, small, officer) -> None:
    folder, responder = asked
    responder.produced = dt.timedelta(minutes=3)
    told(refused(folder, small, officer), ClockFault, "clock_off", "clock is 180 s behind", "chậm hơn 180 giây")


def test_a_certificate_revoked_while_the_officer_decides(asked, small, officer) -> None:
    """It is asked again before signing: an answer counts for five minutes only."""
    folder, responder = asked
    hands = [NOW]
    office = pyhncert.open_office(folder, clock=lambda: hands[0])
    responder.clock = lambda: hands[0]

    def slowly(proposal):
        hands[0] = NOW + dt.timedelta(minutes=10)
        responder.fate[serial(folder, "officer")] = ("revoked", hands[0].astimezone(dt.UTC))
        return officer(proposal)

    with pytest.raises(CertificateFault, match="was revoked on 23/11/2026 09:40:00"):
        office.certify([small], decide=slowly)
    assert not list(office.register.lines())


def test_a_silent_responder_gives_way_to_the_list_and_it_is_said(asked, small, officer) -> None:
    folder, responder = asked
    responder.status = 503
    office = pyhncert.open_office(folder, clock=at(NOW))
    copy = office.certify([small], decide=officer)
    assert copy.level == "B-LT" and any("OCSP responder 127.0.0.1" in note.en for note in copy.notes)
    evidence = office.signing_evidence(copy.code)
    first = evidence["signers"][0]["status"][0]
    assert first["source"] == "crl" and "không trả lời" in first["note"]["vi"]
    assert office.verify(copy.pdf).verdict == "valid"


def test_what_was_checked_stays_with_the_act(asked, small, officer) -> None:
    folder, _ = asked
    change(
        folder, 'id = "officer"', 'id = "officer"\ndelegation = {decision = "1", from = 2026-01-01, until = 2026-12-31}'
    )
    office = pyhncert.open_office(folder, clock=at(NOW))
    copy = office.certify([small], decide=officer)
    assert (copy.level, copy.notes) == ("B-LT", ())
    evidence = office.signing_evidence(copy.code)
    assert (evidence["format"], evidence["version"]) == ("pyhncert/signing-evidence", 1)
    assert dt.datetime.fromisoformat(evidence["at"]) == NOW
    assert evidence["algorithms_version"] == algorithms().version
    assert evidence["delegation"]["decision"] == "1"
    assert evidence["clock"] == {
        "compared_with": "timestamp",
        "said": NOW.isoformat(),
        "off_ms": 0,
        "allowed_ms": 60_000,
    }
    assert [signer["role"] for signer in evidence["signers"]] == ["officer", "agency", "qr"]
    for signer in evidence["signers"]:
        key = {"officer": office.settings.officers[0], "agency": office.settings.agency, "qr": office.settings.qr}
        assert signer["certificate"] == sha256(office.credential(key[signer["role"]]).certificate).hex()
        assert [status["source"] for status in signer["status"]] == ["ocsp", "crl"]
        assert [status["certificate"] for status in signer["status"]] == [signer["certificate"], signer["chain"][0]]
    answer = read_ocsp(office.store.get(evidence["signers"][0]["status"][0]["sha256"]))
    assert (answer.status, answer.serial) == ("good", serial(folder, "officer"))
    assert answer.this_update.isoformat() == evidence["signers"][0]["status"][0]["this_update"]
    officer_row = {"scheme": "ecdsa", "bits_from": 256, "until": None}
    assert evidence["signers"][0]["algorithm"]["allowed_by"] == officer_row
    assert evidence["held"]
    office.store.delete(evidence["signers"][0]["status"][0]["sha256"])
    assert not office.signing_evidence(copy.code)["held"]
    # the copy commits to it: the decision's digest stands in act.json, and the copy carries the responses
    report = office.verify(copy.pdf)
    salt, record = office.register.decision(office.register.find(copy.code).act_id)
    assert json.loads(record)["signing"] == {k: v for k, v in evidence.items() if k not in ("clock", "held")}
    assert report.act["findings_digest"] == sha256(salt + record).hex()
    assert copy.pdf.count(b"/OCSPs [") == 1


def test_the_command_shows_and_exports_it(asked, small, officer, hncert) -> None:
    folder, _ = asked
    code = pyhncert.open_office(folder, clock=at(NOW)).certify([small], decide=officer).code
    shown = json.loads(hncert("register", "show", code, "--json", HNCERT_OFFICE=str(folder)).out)
    assert shown["signing_evidence"]["signers"][0]["status"][0]["source"] == "ocsp"
    said = hncert("register", "show", code, "--lang", "vi", HNCERT_OFFICE=str(folder)).out.decode()
    assert "kiểm tra trước khi ký: 09:30:00 23/11/2026" in said and "đồng hồ lệch: 0 s" in said


def test_the_command_says_the_name(made, small, hncert) -> None:
    change(made, 'id = "officer"', 'id = "officer"\nsigns_by = "delegation"')
    for lang, words in (
        ("vi", "chưa khai quyết định ủy quyền [delegation_missing]"),
        ("en", "entered [delegation_missing]"),
    ):
        done = hncert("certify", small, "--yes", "--lang", lang, HNCERT_OFFICE=str(made))
        assert done.code == 12 and words in done.err


# -- with a timestamp service -----------------------------------------------------------------------------------------


@pytest.fixture
def stamped(made: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """An office whose timestamp service runs beside it, with a clock of its own."""
    state: dict[str, Any] = {"ahead": dt.timedelta(), "asked": 0}
    authority = TrialAuthority(made, clock=lambda: NOW + state["ahead"], randomness=os.urandom)

    class Service(http.server.BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def do_POST(self) -> None:
            state["asked"] += 1
            request = tsp.TimeStampReq.load(self.rfile.read(int(self.headers["Content-Length"])))
            imprint = request["message_imprint"]
            token = authority.timestamp(
                imprint["hashed_message"].native,
                imprint["hash_algorithm"]["algorithm"].native,
                nonce=request["nonce"].native.to_bytes(9, "big"),
            )
            granted = {"status": {"status": "granted"}, "time_stamp_token": cms.ContentInfo.load(token)}
            answer = tsp.TimeStampResp(granted).dump()
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Service)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    point_at(made, f"http://127.0.0.1:{server.server_port}/tsa")
    yield made, state
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(("minutes", "way", "way_vi"), [(2, "behind", "chậm hơn"), (-2, "ahead", "nhanh hơn")])
def test_clock_off_by_the_officers_own_timestamp(stamped, small, officer, minutes, way, way_vi) -> None:
    """Before the agency seals: no token is asked for the clock alone, and the number says why it is void."""
    folder, state = stamped
    state["ahead"] = dt.timedelta(minutes=minutes)
    err = refused(folder, small, officer, kept=True)
    assert isinstance(err, TimestampFault)
    told(err, ClockFault, "clock_off", f"s {way}, and 60 s are allowed", way_vi)
    assert state["asked"] == 1


def test_a_clock_that_is_off_by_less_is_kept_with_the_act_and_costs_no_question(stamped, small, officer) -> None:
    folder, state = stamped
    state["ahead"] = dt.timedelta(seconds=40)
    office = pyhncert.open_office(folder, clock=at(NOW))
    copy = office.certify([small], decide=officer)
    assert office.signing_evidence(copy.code)["clock"]["off_ms"] == 40_000
    assert (copy.level, state["asked"]) == ("B-LT", 2)


def test_the_office_may_set_what_is_allowed(stamped, small, officer) -> None:
    folder, state = stamped
    state["ahead"] = dt.timedelta(minutes=2)
    change(folder, "timeout_s = 10", "timeout_s = 10\nmax_clock_off_s = 180")
    office = pyhncert.open_office(folder, clock=at(NOW))
    assert office.certify([small], decide=officer).code


@pytest.mark.parametrize("value", ["0", "-1", "90000", '"60"'])
def test_an_allowance_that_makes_no_sense_is_a_wrong_setting(made, value) -> None:
    change(made, "timeout_s = 10", f"timeout_s = 10\nmax_clock_off_s = {value}")
    with pytest.raises(pyhncert.errors.UsageFault, match="max_clock_off_s"):
        pyhncert.open_office(made)


def test_a_silent_service_refuses_nothing_and_says_that_the_clock_was_not_compared(made, small, officer) -> None:
    point_at(made, "http://127.0.0.1:9/tsa")
    office = pyhncert.open_office(made, clock=at(NOW))
    copy = office.certify([small], decide=officer)
    assert copy.level == "B-B" and any("clock was compared with no service" in note.en for note in copy.notes)
    assert any("chưa đối chiếu đồng hồ" in note.vi for note in copy.notes)
    assert office.signing_evidence(copy.code)["clock"] == {"compared_with": None}
