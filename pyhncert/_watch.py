"""Watching a folder: each original that appears there is certified once, whatever happens in between.

What is to be done lies in the folder, what is done lies in `done` or `refused`, and the register holds for each copy a
key made of the digests of its scans: an original whose copy was issued before a kill is given that copy again, and no
second number. Files that must go together are listed before they go. A person decides on each original, as for
`certify`.

Separator sheets bind files together, so there files are put away in their order only, and where one is missing or
destroyed all that lie there are refused: a paper that has to be scanned again is better than half an original.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pyhncert import capture, deliver
from pyhncert._core import sha256
from pyhncert._doctor import preflight
from pyhncert._trial import font_folder
from pyhncert._watch_folder import Folder, Move
from pyhncert.errors import Blocked, HncertError, QualityRefused, ScanError, StorageFault, UsageFault
from pyhncert.issue import separator_pdf
from pyhncert.keep import write_new
from pyhncert.values import CertifiedCopy, Decision, Proposal, Scan, Watched, Words

if TYPE_CHECKING:
    from pyhncert.office import Office, Progress

__all__ = ["Watch", "WatchSettings", "separator_sheet"]

_PATIENCE = 10
"""A file that cannot be read is given so many times the settle time: a slow scanner may still be at it."""
_RETRY_S, _RETRY_MOST_S = 30.0, 900.0
_DOMAIN = b"hncert/watch/1\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchSettings:
    """How a folder is watched.

    `separators`: originals end at separator sheets, and only there. `settle_s`: a file is whole when it has stood
    still for so long. `once`: end when nothing is left to do, and count the end of the folder as a separator.
    """

    officer: str | None = None
    requester: str = ""
    separators: bool = False
    settle_s: float = 3.0
    poll_s: float = 1.0
    once: bool = False


@dataclass(frozen=True, slots=True)
class _Part:
    """A file, or the pages of it that belong to one original."""

    path: Path
    frames: tuple[int, ...] | None = None


_Original = tuple[_Part, ...]


class Watch:
    """One run over one folder."""

    def __init__(
        self,
        office: Office,
        folder: Path,
        settings: WatchSettings,
        *,
        decide: Callable[[Proposal], Decision],
        tell: Callable[[Watched], None],
        progress: Progress | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._office = office
        self._settings = settings
        self._decide = decide
        self._tell = tell
        self._progress = progress
        self._clock = clock
        self._folder = Folder(folder, settle_s=settings.settle_s, clock=clock)
        self._limits = capture.Limits(
            max_pixels=office.settings.max_pixels,
            max_pages=office.settings.max_pages,
            max_bytes=office.settings.max_bytes,
        )
        self._sheets: dict[tuple[str, object], tuple[bool, ...] | None] = {}
        self._ended: dict[_Original, str] = {}  # and why it was refused; an empty text where its copy was issued
        self._lay: frozenset[str] = frozenset()
        self._later: dict[str, tuple[float, float]] = {}  # when to try again, and how long to wait after that
        self._first: HncertError | None = None

    def run(self, stop: threading.Event) -> HncertError | None:
        """Work until `stop` is set (the original in hand is finished first) or, with `once`, until nothing is left.

        Returns the first fault for which an original still lies there; see `Office.watch` for what is raised.
        """
        preflight(self._office, self._office.settings.officer(self._settings.officer), None)
        with self._folder.held():
            while not stop.is_set():
                more = self._round(stop)
                if self._settings.once and not more:
                    break
                stop.wait(self._settings.poll_s)
        return self._first

    def _round(self, stop: threading.Event) -> bool:
        """One look at the folder; whether something is still coming."""
        try:
            self._folder.resume()
            lying = self._folder.look()
        except StorageFault as err:
            self._postpone((str(self._folder.path),), err)
            return not self._settings.once
        if self._settings.separators and (gone := self._lay - {path.name for path in lying}):
            return self._broken(lying, gone)
        coming = [path for path in lying if not self._ready(path)]
        for original in self._originals(lying, closing=self._settings.once and not coming):
            if stop.is_set():
                return False
            if original not in self._ended and self._due(original):
                if (early := self._one(original, lying)) is None:
                    return True
                coming += early
        self._put_away(lying)
        self._lay = frozenset(path.name for path in lying if path.exists())
        return bool(coming)

    def _ready(self, path: Path) -> bool:
        """Whether a file is whole; an empty one is only when it has been given patience."""
        size = self._folder.stamp(path)[0]
        return self._folder.settled(path) and (size > 0 or self._patient_enough(path))

    def _patient_enough(self, path: Path) -> bool:
        return self._folder.still_s(path) >= _PATIENCE * self._settings.settle_s

    # -- what belongs together ---------------------------------------------------------------------------------------

    def _originals(self, lying: Sequence[Path], *, closing: bool) -> list[_Original]:
        """The originals that are complete; with separators nothing behind a file that is still written is one."""
        if not self._settings.separators:
            return [(_Part(path),) for path in lying if self._ready(path)]
        found: list[_Original] = []
        open_parts: list[_Part] = []
        for path in lying:
            if not self._ready(path):
                return found
            pages = self._pages(path)
            if pages is None:
                open_parts.append(_Part(path))  # it cannot be read, so that what it belongs to is refused
                continue
            frames: list[int] = []
            for frame, between in enumerate((*pages, None)):
                if between is False:
                    frames.append(frame)
                    continue
                if frames:
                    open_parts.append(_Part(path, None if len(frames) == len(pages) else tuple(frames)))
                    frames = []
                if between and open_parts:
                    found.append(tuple(open_parts))
                    open_parts = []
        if open_parts and closing:
            found.append(tuple(open_parts))
        return found

    def _pages(self, path: Path) -> tuple[bool, ...] | None:
        """For each page whether it is a separator; None where the file cannot be read. Looked at once."""
        key = (path.name, self._folder.stamp(path))
        if key not in self._sheets:
            try:
                self._sheets[key] = capture.separators(capture.load(path, limits=self._limits), limits=self._limits)
            except ScanError:
                self._sheets[key] = None
        return self._sheets[key]

    # -- one original ------------------------------------------------------------------------------------------------

    def _one(self, original: _Original, lying: Sequence[Path]) -> list[Path] | None:
        """Certify one original; the files for which it is too early, or None where the folder is another one now."""
        names = tuple(part.path.name for part in original)
        try:
            copy, out = self._certify(original, self._load(original))
        except (ScanError, QualityRefused, Blocked) as err:
            missing = tuple(part.path.name for part in original if not part.path.exists())
            if missing:
                words = Words("tệp không còn trong thư mục", "the file is no longer in the folder")
                self._tell(Watched(what="postponed", files=missing, words=words, error=err))
            elif isinstance(err, ScanError) and not all(self._patient_enough(part.path) for part in original):
                return [part.path for part in original]
            elif any(finding.code == "secret" for finding in getattr(err, "findings", ())):
                self._destroy(original, lying, err)
                return None
            else:
                self._ended[original] = _why(err)
                self._tell(Watched(what="refused", files=names, words=Words(err.vi, err.en), error=err))
            return []
        except HncertError as err:
            self._postpone(names, err)
            return []
        self._ended[original] = ""
        words = Words(f"đã chứng thực: {copy.code}", f"certified: {copy.code}")
        self._tell(Watched(what="issued", files=names, words=words, copy=copy, out=out))
        return []

    def _load(self, original: _Original) -> list[Scan]:
        scans = []
        for part in original:
            scan = capture.load(part.path, limits=self._limits)
            scans.append(replace(scan, frames=part.frames))
        return scans

    def _certify(self, original: _Original, scans: Sequence[Scan]) -> tuple[CertifiedCopy, Path]:
        key = _key(scans)
        first = original[0]
        pages = "" if first.frames is None else f"-p{first.frames[0] + 1}"
        scan = self._folder.done / f"{first.path.stem}{pages}{first.path.suffix or '.pdf'}"
        known = self._office.register.issued_under(key) is not None  # then it may lie under a name that was free once
        out = deliver.copy_name(scan) if known else deliver.free_name(scan)
        copy = self._office.certify(
            scans,
            out,
            decide=self._decide,
            officer=self._settings.officer,
            requester=self._settings.requester,
            progress=self._progress,
            idempotency_key=key,
        )
        return copy, deliver.finish_copy(copy.pdf, copy.receipt, out)

    def _destroy(self, original: _Original, lying: Sequence[Path], err: HncertError) -> None:
        """A state secret: nobody may keep its scan, whatever else the file holds."""
        secret = list(dict.fromkeys(part.path for part in original))
        moves = [Move(path, "destroyed") for path in secret]
        if self._settings.separators:
            moves += [Move(path, "refused", _why(_BROKEN)) for path in lying if path not in secret]
        files = tuple(path.name for path in secret)
        words = Words(f"{err.vi}; tệp quét đã bị hủy", f"{err.en}; the scan was destroyed")
        if self._moved(moves):
            self._tell(Watched(what="destroyed", files=files, words=words, error=err))

    def _broken(self, lying: Sequence[Path], gone: frozenset[str]) -> bool:
        """A file is gone that lay between others: nobody knows any more where the originals end."""
        if self._moved([Move(path, "refused", _why(_BROKEN)) for path in lying]):
            self._lay = frozenset()
            files = (*sorted(gone), *(path.name for path in lying))
            self._tell(Watched(what="refused", files=files, words=Words(_BROKEN.vi, _BROKEN.en), error=_BROKEN))
        return not self._settings.once

    # -- afterwards --------------------------------------------------------------------------------------------------

    def _put_away(self, lying: Sequence[Path]) -> None:
        """Move the files of which every page has found its end; with separators only those before which all have."""
        moves: list[Move] = []
        for path in lying:
            ends = {original: why for original, why in self._ended.items() if any(p.path == path for p in original)}
            if path.exists() and self._ready(path) and self._all_ended(path, ends):
                reasons = "\n".join(dict.fromkeys(why for why in ends.values() if why))
                moves.append(Move(path, "refused" if reasons else "done", reasons))
            elif self._settings.separators:
                break
        if self._settings.separators:
            self._moved(moves)
        else:
            for move in moves:
                self._moved([move])
        for original in [o for o in self._ended if not any(part.path.exists() for part in o)]:
            del self._ended[original]

    def _all_ended(self, path: Path, ends: Mapping[_Original, str]) -> bool:
        if not self._settings.separators:
            return bool(ends)
        pages = self._pages(path)
        if pages is None:
            return bool(ends)
        wanted = {frame for frame, between in enumerate(pages) if not between}
        parts = [part for original in ends for part in original if part.path == path]
        return wanted == {frame for part in parts for frame in (wanted if part.frames is None else part.frames)}

    def _moved(self, moves: Sequence[Move]) -> bool:
        try:
            self._folder.put_away(moves)
        except StorageFault as err:
            self._postpone(tuple(move.path.name for move in moves), err)
            return False
        return True

    def _due(self, original: _Original) -> bool:
        return all(self._clock() >= self._later.get(part.path.name, (0.0, 0.0))[0] for part in original)

    def _postpone(self, names: tuple[str, ...], err: HncertError) -> None:
        """Not the paper's fault: it stays, and is tried again, at longer and longer intervals."""
        wait = max((self._later.get(name, (0.0, _RETRY_S))[1] for name in names), default=_RETRY_S)
        for name in names:
            self._later[name] = (self._clock() + wait, min(2 * wait, _RETRY_MOST_S))
        self._first = self._first or err
        self._tell(Watched(what="postponed", files=names, words=Words(err.vi, err.en), error=err))


_BROKEN = ScanError(
    "a scan between separator sheets is missing, so that nobody knows where originals begin and end",
    "thiếu một tệp quét giữa các tờ ngăn cách nên không rõ mỗi bản chính bắt đầu và kết thúc ở đâu",
    hint="scan these papers again",
    hint_vi="hãy quét lại các giấy tờ này",
)


def _key(scans: Sequence[Scan]) -> str:
    """The key of an original: the same scans, in the same order, with the same pages of them, are the same original."""
    said = b"".join(b"%s %r\n" % (scan.digest.hex().encode(), scan.frames) for scan in scans)
    return sha256(_DOMAIN + said).hex()


def _why(err: HncertError) -> str:
    """What is written beside a scan that was refused."""
    hints = (f"→ {hint}\n" if hint else "" for hint in (err.hint_vi, err.hint_en))
    return "\n".join(f"{text}\n{hint}" for text, hint in zip((err.vi, err.en), hints, strict=True))


def separator_sheet(out: Path) -> None:
    """See `pyhncert.office.separator_sheet`."""
    if not write_new(out, separator_pdf(font_folder() / "SourceSerifPro-Regular.ttf")):
        raise UsageFault(
            f"{out}: this file exists and is never overwritten; choose another name",
            f"{out}: tệp đã có và không bao giờ bị ghi đè; hãy chọn tên khác",
        )
