"""The chain that a user would build today (HNCERT_SHARED/peer): found or installed, its timestamp server started."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from harness import BUILD, ROOT, Usage, run

PORT = 8318
"""Fixed in the peer's certificates, which name their revocation lists by address."""
PACED = (
    "import sys, json, peer_inproc as p\n"
    "for line in sys.stdin:\n"
    "    sys.argv = ['peer_inproc.py', {out!r}, line.rstrip()]\n"
    "    p.main()\n"
)
"""The peer's own in-process form, told one page at a time so that both sides can take turns."""


def shared() -> Path:
    """The folder that holds peer, judges and real test data."""
    return (ROOT / (os.environ.get("HNCERT_SHARED") or "../shared")).resolve()


def home() -> Path | None:
    """The installed peer: HNCERT_PEER, else build/peer, installed there when missing; None where there is no source."""
    given = os.environ.get("HNCERT_PEER")
    folder = Path(given) if given else BUILD / "peer"
    if given or (folder / "installed").exists():
        return folder
    source = shared() / "peer"
    if not source.is_dir():
        return None
    folder.mkdir(parents=True, exist_ok=True)
    for file in filter(Path.is_file, source.iterdir()):
        shutil.copyfile(file, folder / file.name)
        (folder / file.name).chmod(0o755 if file.suffix == ".sh" else 0o644)
    print(f"benches: installing the peer in {folder}: several minutes, once", flush=True)
    with (folder / "install.log").open("wb") as log:
        done = subprocess.run(["./install.sh"], cwd=folder, stdout=log, stderr=subprocess.STDOUT, check=False)
    if done.returncode:
        raise SystemExit(f"benches: the peer cannot be installed; see {folder / 'install.log'}")
    (folder / "installed").touch()
    return folder


@dataclass
class Peer:
    """The installed peer with its server running."""

    folder: Path

    @property
    def python(self) -> Path:
        """The interpreter of its environment."""
        return self.folder / "venv/bin/python"

    def pages(self) -> list[Path]:
        """Its 300-dpi A4 colour pages, each with a truth .txt beside it."""
        return sorted((self.folder / "pages").glob("p*.png"))

    def certify(self, page: Path, out: Path) -> Usage:
        """One page by its commands, as a user would run them."""
        usage = run([self.folder / "peer_certify.sh", page, out], cwd=self.folder, env={"PEER_PORT": str(PORT)})
        assert usage.code == 0, usage.err
        return usage

    def character_error(self, files: Sequence[Path], truths: Sequence[Path]) -> list[float]:
        """The error rate of each file (PDF or text) against its truth, counted by cer.py."""
        pairs = [str(part) for pair in zip(files, truths, strict=True) for part in pair]
        usage = run([self.python, self.folder / "cer.py", *pairs])
        assert usage.code == 0, usage.err
        return [float(line.rsplit("CER ", 1)[1]) for line in usage.out.splitlines()]

    @contextlib.contextmanager
    def warm(self, out: Path) -> Iterator[Warm]:
        """Its two Python APIs in one process that stays."""
        process = subprocess.Popen(
            [self.python, "-c", PACED.format(out=str(out))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=self.folder,
            env={**os.environ, "PEER_PORT": str(PORT)},
            text=True,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield Warm(process.stdin, process.stdout)
        finally:
            process.stdin.close()
            process.wait(60)


@dataclass
class Warm:
    """A warm peer: one line in, one line out."""

    tell: IO[str]
    hear: IO[str]

    def certify(self, page: Path) -> dict[str, Any]:
        """Its own account of one page: CPU seconds as ``cpu_ocr`` and ``cpu_sign``, ``bytes``."""
        self.tell.write(f"{page}\n")
        self.tell.flush()
        answer = self.hear.readline()
        assert answer, "the peer's process ended; see its output above"
        return dict(json.loads(answer))


def _listening() -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", PORT)) == 0


@contextlib.contextmanager
def running(folder: Path) -> Iterator[Peer]:
    """The peer with its timestamp and revocation server, started unless one listens already."""
    if _listening():
        yield Peer(folder)
        return
    server = subprocess.Popen(
        [folder / "venv/bin/python", folder / "tsa_server.py", folder / "pki", str(PORT)],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(100):
            if _listening():
                break
            time.sleep(0.1)
        else:
            raise SystemExit("benches: the peer's timestamp server does not start")
        yield Peer(folder)
    finally:
        server.terminate()
        server.wait(10)
