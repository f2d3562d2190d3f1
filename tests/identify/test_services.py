"""Several timestamp services: in their order, within one limit, past those that rest, with so many calls at once."""

from __future__ import annotations

import subprocess
import sys
import threading
from contextlib import ExitStack
from pathlib import Path

import pytest

from pyhncert.errors import ClockFault, StorageFault, TimestampFault, Unavailable
from pyhncert.identify import Slots, TimestampServices, service_rules


class Service:
    """Answers with its own name, or does what it is told to."""

    def __init__(self, name: str, error: Exception | None = None) -> None:
        self.url = f"http://user:secret@{name}.example/tsa"
        self.name = name
        self.error = error
        self.limits: list[float] = []

    def token(self, digest: bytes, algorithm: str, /, *, timeout_s: float | None = None) -> bytes:
        assert timeout_s is not None
        self.limits.append(timeout_s)
        if self.error is not None:
            raise self.error
        return f"{self.name} {algorithm} {digest.hex()}".encode()


class Memory:
    """Breakers that remember what they were told."""

    def __init__(self, *resting: str) -> None:
        self.resting = resting
        self.told: list[tuple[str, str]] = []

    def may_ask(self, service: str, /) -> bool:
        return not any(name in service for name in self.resting)

    def answered(self, service: str, /) -> None:
        self.told.append(("answered", service))

    def silent(self, service: str, /) -> None:
        self.told.append(("silent", service))


SILENT = Unavailable("does not answer", "không trả lời")
WRONG = TimestampFault("wrong nonce", "sai nonce")


@pytest.fixture
def ask(tmp_path: Path):
    def ask_them(*services: Service, breakers: Memory | None = None, limit_s: float = 10.0) -> bytes:
        known = breakers or Memory()
        made = TimestampServices(services, breakers=known, slots=Slots(tmp_path / "calls", 1), limit_s=limit_s)
        return made.token(b"\x01", "sha256")

    return ask_them


def test_a_clock_that_is_off_is_no_silence_but_another_service_may_agree(ask):
    off = ClockFault("says another time", "ghi giờ khác", refusal="clock_off")
    for services in ((Service("a", off), Service("b", SILENT)), (Service("a", WRONG), Service("b", off))):
        with pytest.raises(ClockFault) as caught:
            ask(*services)
        assert caught.value.refusal == "clock_off"
    assert ask(Service("a", off), Service("b")) == b"b sha256 01"


def test_the_first_that_answers_is_taken(ask):
    a, b = Service("a"), Service("b")
    assert ask(a, b) == b"a sha256 01"
    assert b.limits == []


@pytest.mark.parametrize("error", [SILENT, WRONG])
def test_after_one_that_gives_none_the_next_is_asked(ask, error):
    assert ask(Service("a", error), Service("b")) == b"b sha256 01"


def test_the_limit_is_shared_by_those_that_are_still_to_be_asked(ask):
    a, b, c = Service("a", SILENT), Service("b", SILENT), Service("c")
    ask(a, b, c, limit_s=9.0)
    assert a.limits[0] == pytest.approx(3.0, abs=0.2)
    assert b.limits[0] == pytest.approx(4.5, abs=0.2)
    assert c.limits[0] == pytest.approx(9.0, abs=0.2)


def test_one_that_rests_is_passed_over_and_silence_counts_for_its_breaker(ask):
    a, b, c = Service("a.rests"), Service("b", SILENT), Service("c")
    breakers = Memory("a.rests")
    assert ask(a, b, c, breakers=breakers) == b"c sha256 01"
    assert a.limits == []
    assert [(what, name.split()[1]) for what, name in breakers.told] == [("silent", "10s"), ("answered", "10s")]


def test_a_wrong_answer_does_not_count_as_silence(ask):
    breakers = Memory()
    with pytest.raises(TimestampFault):
        ask(Service("a", WRONG), breakers=breakers)
    assert [what for what, _ in breakers.told] == ["answered"]


@pytest.mark.parametrize(
    ("errors", "kind"),
    [((WRONG, WRONG), TimestampFault), ((WRONG, SILENT), Unavailable), ((SILENT, WRONG), Unavailable)],
)
def test_silence_may_pass_so_it_goes_before_a_wrong_answer(ask, errors, kind):
    with pytest.raises(kind) as caught:
        ask(*(Service(name, error) for name, error in zip("ab", errors, strict=True)))
    assert all(error.en in caught.value.en and error.vi in caught.value.vi for error in set(errors))


def test_that_all_rest_is_said_without_name_and_password(ask):
    with pytest.raises(Unavailable, match=r"service a\.example did not answer several times and rests") as caught:
        ask(Service("a"), breakers=Memory("a"))
    assert "secret" not in caught.value.en + caught.value.vi


def test_one_without_a_free_place_is_passed_over_and_asked_in_the_end(tmp_path):
    a, b = Service("a"), Service("b", SILENT)
    slots = Slots(tmp_path, 1)
    services = TimestampServices([a, b], breakers=Memory(), slots=slots, limit_s=5.0)
    with ExitStack() as stack:
        assert stack.enter_context(slots.take(a.url))
        b.token = lambda *_, **__: stack.close() or (_ for _ in ()).throw(SILENT)  # type: ignore[method-assign]
        assert services.token(b"\x01", "sha256") == b"a sha256 01"


def test_no_place_in_time_is_silence(tmp_path):
    a, slots = Service("a"), Slots(tmp_path, 1)
    services = TimestampServices([a], breakers=Memory(), slots=slots, limit_s=0.1)
    with slots.take(a.url), pytest.raises(Unavailable, match="no free place"):
        services.token(b"\x01", "sha256")
    assert a.limits == []


def test_places_are_counted_for_each_service_and_given_back(tmp_path):
    slots = Slots(tmp_path, 2)
    for _ in range(3):
        with slots.take("a") as one, slots.take("a") as two, slots.take("a") as three, slots.take("b") as other:
            assert (one, two, three, other) == (True, True, False, True)


def test_threads_share_the_places(tmp_path):
    slots, most, now, lock = Slots(tmp_path, 3), 0, 0, threading.Lock()
    gate = threading.Barrier(12)

    def call() -> None:
        nonlocal most, now
        gate.wait()
        with slots.take("a") as taken:
            if taken:
                with lock:
                    now += 1
                    most = max(most, now)
                gate.wait()
                with lock:
                    now -= 1
            else:
                gate.wait()

    threads = [threading.Thread(target=call) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 3


def test_a_killed_process_gives_its_place_back(tmp_path):
    code = (
        "import sys, pathlib; from pyhncert.identify import Slots\n"
        "with Slots(pathlib.Path(sys.argv[1]), 1).take('a') as taken:\n    print(taken, flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stdout.readline() == "True\n"
        with Slots(tmp_path, 1).take("a") as taken:
            assert not taken
        process.kill()
        process.wait()
        with Slots(tmp_path, 1).take("a") as taken:
            assert taken


def test_a_folder_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "calls").write_text("a file")
    with pytest.raises(StorageFault), Slots(tmp_path / "calls", 1).take("a"):
        pass


def test_the_figures_of_this_release_wait_longer_in_the_worker_than_at_the_desk():
    rules = service_rules()
    assert 0 < rules.timeout_s <= 10 < 131 < rules.patience_s
    assert rules.failures >= 1 and rules.parallel >= 1 and rules.pause_s > 0
