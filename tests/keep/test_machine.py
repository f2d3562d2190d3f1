"""A random life of a register against a plain list: reserve, retry, sign, deliver, void, crash, recover, restore."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)
from mediums import Maker

from pyhncert import deliver, keep
from pyhncert.errors import UsageFault
from pyhncert.values import VIETNAM

PROCESSES = 3
EXAMPLES = {"sqlite": 12, "postgresql": 5}
if os.environ.get("HNCERT_SOAK"):
    EXAMPLES = {"sqlite": 300, "postgresql": 60}
NEXT = {"number_reserved": "officer_signed", "officer_signed": "agency_sealed", "agency_sealed": "registered"}


class RegisterLife(RuleBasedStateMachine):
    """`model` is what a clerk with a paper book would have written: (year, number) -> state, in hand of whom."""

    acts = Bundle("acts")

    def __init__(self, make: Maker, die: Callable[[keep.Register], None]) -> None:
        super().__init__()
        self.die = die
        self.folder = Path(tempfile.mkdtemp())
        self.now = dt.datetime(2026, 12, 31, 8, tzinfo=VIETNAM)
        self.place = make(self.folder, keep.BookSettings(unit="U"))
        (self.folder / "objects").mkdir()
        self.store = keep.FolderStore(self.folder / "objects")
        self.processes = [self._open() for _ in range(PROCESSES)]
        self.model: dict[str, list[object]] = {}
        self.numbers: dict[int, int] = {}
        self.snapshot: Path | None = None

    def _open(self) -> keep.Register:
        return keep.Register(
            self.place,
            clock=lambda: self.now,
            randomness=os.urandom,
            holder_folder=self.folder / "work" / "holders",
            store=self.store,
        )

    def teardown(self) -> None:
        for process in self.processes:
            process.leave()
        shutil.rmtree(self.folder)

    @rule(target=acts, who=st.integers(0, PROCESSES - 1), key=st.sampled_from([None, None, "a", "b"]))
    def reserve(self, who: int, key: str | None) -> str | MultipleResults[str]:
        """Under a key, as who tries again does, only where no act that is not void stands under it."""
        standing = key is not None and any(key == facts[4] and facts[0] != "voided" for facts in self.model.values())
        facts = {"unit": "U", "requester": "A", "original": "B", "signer": "C", "pages": 1}
        try:
            act = self.processes[who].reserve(**facts, idempotency_key=key)
        except UsageFault:
            assert standing
            return multiple()
        assert not standing
        year = self.now.year
        self.numbers[year] = self.numbers.get(year, 0) + 1
        assert (act.year, act.number) == (year, self.numbers[year])
        self.model[act.act_id] = ["number_reserved", who, act.code, b"%PDF " + act.code.encode(), key]
        return act.act_id

    @rule(act=acts, out=st.booleans())
    def go_on(self, act: str, out: bool) -> None:
        if act not in self.model:
            return  # an act that a restore lost
        state, who, code, pdf, _ = self.model[act]
        its = who if isinstance(who, int) else 0
        process = self.processes[its]
        new = NEXT.get(str(state), "registered")
        digest = hashlib.sha256(pdf).digest()
        try:
            if new == "registered":
                hint = self.folder / f"{code}.pdf" if out else None
                process.close(
                    act, content_digest=b"c" * 32, file_digest=digest, level="B-B", length=len(pdf), out_hint=hint
                )
            else:
                process.advance(act, new, file_digest=digest if new == "agency_sealed" else None)
                if new == "agency_sealed":
                    self.store.put(pdf)
        except UsageFault:
            assert state not in NEXT
        else:
            assert state in NEXT
            self.model[act][0] = new
            if new == "registered":  # who closes it has it in hand until it is delivered
                self.model[act][1] = its if out else None

    @rule(act=acts)
    def deliver(self, act: str) -> None:
        if act in self.model and self.model[act][0] == "registered" and isinstance(self.model[act][1], int):
            self.processes[self.model[act][1]].delivered(act)
            self.model[act][1] = None

    @rule(act=acts)
    def void(self, act: str) -> None:
        if act not in self.model:
            return
        try:
            self.processes[0].void(act, "nhầm")
        except UsageFault:
            assert self.model[act][0] not in NEXT
        else:
            assert self.model[act][0] in NEXT
            self.model[act][:2] = ["voided", None]

    @rule(act=acts)
    def revoke(self, act: str) -> None:
        if act not in self.model:
            return
        try:
            self.processes[1].revoke(self.model[act][2], "sai")
        except UsageFault:
            assert self.model[act][0] != "registered"
        else:
            assert self.model[act][0] == "registered"
            self.model[act][0] = "revoked"

    @rule(who=st.integers(0, PROCESSES - 1))
    def crash_and_restart(self, who: int) -> None:
        if self.processes[who]._holder is not None:
            self.die(self.processes[who])
        self.processes[who].leave()
        self.processes[who] = self._open()
        for facts in self.model.values():
            if facts[1] == who:
                facts[1] = "dead"

    @rule(who=st.integers(0, PROCESSES - 1))
    def recover(self, who: int) -> None:
        done = self.processes[who].recover()
        dead = {act for act, facts in self.model.items() if facts[1] == "dead"}
        open_acts = {act for act in dead if self.model[act][0] in NEXT}
        assert {line.act_id for line in done.voided} == open_acts
        assert {left.line.act_id for left in done.undelivered} == dead - open_acts
        for act in dead:
            self.model[act][:2] = ["voided", None] if act in open_acts else [self.model[act][0], who]

    @precondition(lambda self: isinstance(self.place, Path))  # what is restored is a file
    @rule()
    def back_up(self) -> None:
        self.snapshot = self.folder / f"snapshot-{os.urandom(4).hex()}"
        self.processes[0].snapshot(self.snapshot)

    @precondition(lambda self: self.snapshot is not None)
    @rule(receipts=st.booleans())
    def restore(self, receipts: bool) -> None:
        """Every process dies, the register is an old one, and what was given out since comes back from receipts."""
        out = self.folder / f"receipts-{os.urandom(4).hex()}"
        out.mkdir()
        issued = {line.code: line for line in self.processes[2].lines() if line.state in ("registered", "revoked")}
        for code, line in issued.items() if receipts else ():
            made = deliver.receipt(line, self.processes[2].files(line.act_id))
            (out / f"{code}.receipt.json").write_bytes(deliver.receipt_bytes(made))
        for process in self.processes:
            if process._holder is not None:
                self.die(process)
            process.leave()
        for left in self.folder.glob("register.sqlite*"):
            left.unlink()
        shutil.copyfile(self.snapshot, self.place)
        self.processes = [self._open() for _ in range(PROCESSES)]
        first = self.processes[0]
        done = first.refill(keep.read_given([out]), last={}, backup="B")
        for left in first.recover().undelivered:
            first.delivered(left.line.act_id)
        lines = {line.code: line for line in first.lines()}
        for code, line in lines.items():
            if line.state == "voided":  # sealed after the backup, which has not such an object
                self.store.delete(hashlib.sha256(b"%PDF " + code.encode()).hexdigest())
        changed = {one.code for one in done.changed}
        for code, line in issued.items() if receipts else ():
            again = lines[code]
            assert (again.book, again.year, again.number) == (line.book, line.year, line.number)
            assert again.file_digest == line.file_digest
            assert again.state == line.state or code in changed, "told, where the restored line knows less"
        assert not {line.state for line in lines.values()} - {"registered", "revoked", "voided"}
        keys = {facts[2]: facts[4] for facts in self.model.values()}
        self.model = {
            line.act_id: [line.state, None, code, b"%PDF " + code.encode(), keys.get(code)]
            for code, line in lines.items()
        }
        self.numbers = {}
        for line in lines.values():
            self.numbers[line.year] = max(line.number, self.numbers.get(line.year, 0))

    @rule(days=st.integers(0, 200))
    def time_goes_by(self, days: int) -> None:
        self.now += dt.timedelta(days=days)

    @rule()
    def a_new_book(self) -> None:
        self.processes[0].open_book(keep.BookSettings(unit="U"))

    @invariant()
    def the_register_says_what_the_clerk_wrote(self) -> None:
        lines = list(self.processes[2].lines())
        assert {line.act_id: line.state for line in lines} == {act: facts[0] for act, facts in self.model.items()}
        for year, last in self.numbers.items():
            assert [line.number for line in lines if line.year == year] == list(range(1, last + 1))
        assert self.processes[2].check() == ()
        for _, facts in self.model.items():
            stored = self.store.has(hashlib.sha256(facts[3]).hexdigest())
            assert stored == (facts[0] in ("agency_sealed", "registered", "revoked"))


@pytest.mark.timeout(3000 if os.environ.get("HNCERT_SOAK") else 300)
def test_a_random_life_of_a_register(make, medium, acts):
    run_state_machine_as_test(
        lambda: RegisterLife(make, acts.die),
        settings=settings(max_examples=EXAMPLES[medium], stateful_step_count=30, deadline=None),
    )
