"""A batch of copies signed on SoftHSM2, one login a token: what a copy costs to show, and to sign and register."""

from __future__ import annotations

import gc
import os
import resource
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "identify"))

from draw import draw  # noqa: E402
from softhsm import PIN, Store, library  # noqa: E402

import pyhncert  # noqa: E402
from pyhncert.identify import _token  # noqa: E402
from pyhncert.office import init_trial  # noqa: E402
from pyhncert.values import Decision, Proposal  # noqa: E402


def cpu_s() -> float:
    """User and system seconds of this process so far."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


@pytest.fixture
def office(work: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """An office whose officer and agency sign on a token each, and what was asked and logged in."""
    module = library()
    folder = work / "batch"
    (folder / "tokens").mkdir(parents=True)
    config = folder / "softhsm2.conf"
    config.write_text(f"directories.tokendir = {folder / 'tokens'}\nobjectstore.backend = file\nlog.level = ERROR\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(config))
    store = Store(folder, module)
    made = init_trial(folder / "office")
    text = (made / "office.toml").read_text("utf-8").replace('second = "fields"', 'second = "off"')
    for label, name in (("desk", "officer"), ("safe", "agency")):
        store.make(label)
        store.put(label, made / f"keys/{name}.pem", name=name, number="01")
        text = text.replace(f'key = "keys/{name}.pem"', f'module = "{module}"\ntoken = "{label}"')
    (made / "office.toml").write_text(text, "utf-8")
    yield pyhncert.open_office(made, password=lambda _: PIN)
    gc.collect()


def test_a_batch_on_softhsm2(
    promise: Any, short: bool, office: Any, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """200 copies (short: 10) of one small page: each shown, one login a token, CPU s a copy of this process."""
    logins: list[str] = []
    log_in = _token.log_in

    def counted(token: Any, password: Any) -> None:
        logins.append(token.label)
        log_in(token, password)

    monkeypatch.setattr(_token, "log_in", counted)
    image, truth = draw("small", 1)
    scan = work / "batch.png"
    image.save(scan, dpi=(truth["dpi"], truth["dpi"]))
    shown: list[Proposal] = []

    def officer(proposal: Proposal) -> Decision:
        shown.append(proposal)
        return Decision(approved=True)

    count = int(os.environ.get("HNCERT_BENCH_BATCH") or (10 if short else 200))
    with office.batch() as batch:
        batch.add([scan], work / "batch-0.pdf", decide=officer)  # loads the models
        began = cpu_s()
        for number in range(1, count):
            batch.add([scan], work / f"batch-{number}.pdf", decide=officer)
        seen = cpu_s() - began
        began = cpu_s()
        done = list(batch.sign())
        signed = cpu_s() - began
    assert [result.error for result in done] == [None] * count and len(shown) == count
    assert {office.verify(result.out).verdict for result in done[:: max(1, count // 10)]} == {"valid"}
    promise(f"batch on SoftHSM2, {count} copies: logins a token", len(logins) / 2, "", bar=1.0)
    promise("batch on SoftHSM2: reading and showing a copy", seen / (count - 1), "CPU s")
    promise("batch on SoftHSM2: signing and registering a copy", signed / count, "CPU s", bar=0.2)
