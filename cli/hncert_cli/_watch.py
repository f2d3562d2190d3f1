"""`hncert watch`: originals that appear in a folder are certified, each once."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hncert_cli._app import complain, global_options
from hncert_cli._ask import decider
from hncert_cli._certify import as_json, describe, give_pixels_back, office_or_trial, progress_on_terminal
from hncert_cli._json import plain
from hncert_cli._say import Settings, at_terminal, give, grouped, settings, tell
from hncert_cli._spoken import Command
from pyhncert.errors import UsageFault
from pyhncert.escape import for_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

    from pyhncert.values import Decision, Proposal, Watched


class Ending:
    """What Ctrl-C and SIGTERM do: the original in hand is finished; a person who is asked is let go at once."""

    def __init__(self, said: Settings) -> None:
        self.stop = threading.Event()
        self._said = said
        self._asking = False

    def __call__(self, _number: int, _frame: FrameType | None) -> None:
        """The handler."""
        if self._asking or self.stop.is_set():
            raise KeyboardInterrupt
        self.stop.set()
        tell(
            self._said.words(
                "làm xong bản chính đang dở rồi dừng; Ctrl-C lần nữa để dừng ngay",
                "finishing the original in hand; Ctrl-C again to stop at once",
            )
        )

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Handle both signals meanwhile."""
        before = {number: signal.signal(number, self) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def asking(self, decide: Callable[[Proposal], Decision]) -> Callable[[Proposal], Decision]:
        """`decide`, during which a signal does not wait for an answer."""

        def ask(proposal: Proposal) -> Decision:
            self._asking = True
            try:
                return decide(proposal)
            finally:
                self._asking = False

        return ask


def teller(said: Settings) -> Callable[[Watched], None]:
    """Says what became of each original; stdout gets a line for each copy, or with --json for each event."""

    def say(event: Watched) -> None:
        if said.json:
            entry: dict[str, object] = {"format": "hncert/watch", "version": 1, "event": event.what}
            entry |= {"files": list(event.files), "vi": event.words.vi, "en": event.words.en}
            if event.error is not None:
                entry |= {"exit_code": event.error.exit_code, "findings": plain(getattr(event.error, "findings", ()))}
            if event.copy is not None:
                entry["copy"] = as_json(event.copy, event.out)
            click.echo(for_json(entry))
        files = ", ".join(event.files)
        if event.copy is not None:
            tell(files)
            describe(event.copy, event.out, said)
            if not said.json:
                give(grouped(event.copy.code), str(event.out))
            return
        later = said.words("; sẽ thử lại", "; will be tried again") if event.what == "postponed" else ""
        hint = event.error.hint(said.lang) if event.error is not None else ""
        words = said.said(event.words)
        complain(f"{words if words.startswith(files) else f'{files}: {words}'}{later}", hint, said)

    return say


@click.command(cls=Command)
@click.argument("folder", metavar="DIR", required=False, type=click.Path(path_type=Path))
@click.option(
    "--yes",
    is_flag=True,
    help="only papers that the officer has compared are put into the folder: do not ask (needed off a terminal)",
)
@click.option("--separators", is_flag=True, help="originals end at separator sheets, and only there")
@click.option("--once", is_flag=True, help="do what lies there, then end")
@click.option(
    "--settle",
    "settle_s",
    type=click.FloatRange(0.1, 3600),
    default=3.0,
    show_default=True,
    metavar="SECONDS",
    help="a file is whole when it has stood still for so long",
)
@click.option("--officer", help="who decides and signs; the only one where there is one")
@click.option("--requester", default="", help="who asked for the copies, for the register")
@click.option(
    "--print-separator",
    metavar="OUT.pdf",
    type=click.Path(path_type=Path),
    help="watch nothing: write the separator sheet (two pages, print on both sides) to this file",
)
@global_options
def watch(
    folder: Path | None,
    *,
    yes: bool,
    separators: bool,
    once: bool,
    settle_s: float,
    officer: str | None,
    requester: str,
    print_separator: Path | None,
) -> None:
    """Certify each original that appears in DIR, exactly once, also when this is killed in between.

    Each file is an original, or, with --separators, all pages between two separator sheets. Copies and finished scans
    go to DIR/done, refused ones to DIR/refused with the reason. stdout gets a line for each copy: code and file.
    Ctrl-C finishes the original in hand and ends.
    """
    said = settings()
    if print_separator is not None:
        from pyhncert.office import separator_sheet  # noqa: PLC0415  loads the rooms

        separator_sheet(print_separator)
        tell(said.words(f"đã ghi {print_separator}; in hai mặt", f"wrote {print_separator}; print it on both sides"))
        return
    if folder is None:
        raise UsageFault("DIR is missing", "thiếu DIR")
    if not yes and not at_terminal():
        raise UsageFault(
            "nobody can be asked: this is no terminal",
            "không hỏi được ai: đây không phải terminal",
            hint="give --yes where only papers that the officer has compared are put into the folder",
            hint_vi="thêm --yes nếu chỉ giấy tờ đã được người chứng thực đối chiếu mới được đưa vào thư mục",
        )
    give_pixels_back()
    office = office_or_trial(said)
    ending = Ending(said)
    with ending.installed():
        tell(said.words(f"theo dõi {folder}; Ctrl-C để dừng", f"watching {folder}; Ctrl-C ends it"))
        fault = office.watch(
            folder,
            decide=ending.asking(decider(said, (), yes=yes)),
            tell=teller(said),
            stop=ending.stop,
            officer=officer,
            requester=requester,
            separators=separators,
            settle_s=settle_s,
            once=once,
            progress=progress_on_terminal(said),
        )
    if once and fault is not None:
        raise fault
