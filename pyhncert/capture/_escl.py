"""eSCL over HTTP: capabilities, a job, its pages one by one (Mopria Alliance, eSCL Technical Specification)."""

from __future__ import annotations

import itertools
import time
import xml.etree.ElementTree as ET  # only for names of types; pyhncert.capture._xml reads
from collections.abc import Generator, Sequence
from contextlib import suppress
from urllib.parse import urlsplit

from pyhncert.capture import _xml
from pyhncert.capture._http import Address, Answer, Http
from pyhncert.capture._limits import Limits
from pyhncert.capture._scanner import (
    MM,
    Abilities,
    Halt,
    Mode,
    Patience,
    Progress,
    Scanner,
    Source,
    SourceAbilities,
    Wish,
    data,
    stop,
)
from pyhncert.errors import HncertError

_UNITS = 300  # regions and sizes are in 1/300 inch
_CAPS: tuple[tuple[Source, str], ...] = (
    ("flatbed", "Platen/PlatenInputCaps"),
    ("feeder", "Adf/AdfSimplexInputCaps"),
    ("duplex", "Adf/AdfDuplexInputCaps"),
)
_MODES: dict[Mode, str] = {"colour": "RGB24", "gray": "Grayscale8", "bw": "BlackAndWhite1"}
_FORMATS = ("image/jpeg", "image/png", "application/pdf")
_FORMATS_BW = ("image/png", "application/pdf", "image/jpeg")  # JPEG has no picture of one bit
_REDIRECTS = 3
_WAIT_S = (0.05, 1.0, 10.0)  # least, usual and longest wait for a busy device, whatever its Retry-After says


class Escl:
    """One eSCL device; every method is one or a few requests."""

    def __init__(self, name: str, *, patience: Patience, halt: Halt) -> None:
        self.name = name
        self._patience = patience
        self._halt = halt
        self._http = Http(Address.of(name), halt, connect_s=patience.answer_s)
        self._caps: ET.Element | None = None

    def abilities(self) -> Abilities:
        """What it can do; asked once.

        Raises:
            UsageFault: no eSCL device answers there.
            Unavailable, ScannerFault: it does not answer, or nonsense.
        """
        caps = self._capabilities()
        vendor, model = _xml.text(caps, "Manufacturer"), _xml.text(caps, "MakeAndModel")
        sources = tuple(
            found
            for source, path in _CAPS
            if (part := caps.find(path)) is not None and (found := _source(source, caps, part)) is not None
        )
        scanner = Scanner(name=self.name, vendor=_line(vendor), model=_line(model))
        return Abilities(scanner=scanner, sources=sources)

    def pages(self, wish: Wish, limits: Limits, progress: Progress | None) -> Generator[bytes]:
        """Run one job and yield its documents as they came; the job is deleted whenever it was not read to its end."""
        for name in wish.options:
            raise stop("no_such_setting", self.name, en=name)
        found, area = wish.chosen(self.abilities(), limits)
        settings = self._settings(found, area, wish)
        job = self._start(settings, found.source)
        most = 1 if found.source == "flatbed" else wish.pages
        count, ended = 0, False
        try:
            while most is None or count < most:
                if progress is not None:
                    progress(count + 1, 0.0)
                page = self._next(job, found.source, count, limits)
                if page is None:
                    ended = True
                    break
                count += 1
                if progress is not None:
                    progress(count, 1.0)
                yield page
        finally:
            if not ended:
                self._delete(job)
        if ended:
            self._judge_end(job, found.source, count)

    def _capabilities(self) -> ET.Element:
        if self._caps is None:
            for _ in range(_REDIRECTS):
                answer = self._ask("GET", "ScannerCapabilities")
                moved = self._http.at.moved(answer.headers.get("location", "")) if 300 <= answer.status < 400 else None
                if moved is None:
                    break
                self._http.at = moved
            if answer.status == 404:
                raise stop("no_scanner", self.name, en="no eSCL there", vi="địa chỉ này không có eSCL")
            self._well(answer)
            self._caps = self._parse(answer, "ScannerCapabilities")
        return self._caps

    def _settings(self, found: SourceAbilities, area: tuple[float, float], wish: Wish) -> bytes:
        caps = self._capabilities()
        part = caps.find(dict(_CAPS)[found.source])
        assert part is not None  # noqa: S101  `found` was read from it
        offered = {(e.text or "").strip().lower() for p in _profiles(caps, part) for e in p.iter() if _names_format(e)}
        order = _FORMATS_BW if wish.mode == "bw" else _FORMATS
        form = next((one for one in order if one in offered), order[0])
        width, height = (round(side / MM * _UNITS) for side in area)
        knows = any(True for p in _profiles(caps, part) for _ in p.iter("DocumentFormatExt"))  # eSCL 2.1 and later
        extended = f"<scan:DocumentFormatExt>{form}</scan:DocumentFormatExt>" if knows else ""
        duplex = f"<scan:Duplex>{str(found.source == 'duplex').lower()}</scan:Duplex>"
        return (
            '<?xml version="1.0" encoding="UTF-8"?>'
            '<scan:ScanSettings xmlns:pwg="http://www.pwg.org/schemas/2010/12/sm"'
            ' xmlns:scan="http://schemas.hp.com/imaging/escl/2011/05/03">'
            "<pwg:Version>2.0</pwg:Version><pwg:ScanRegions><pwg:ScanRegion>"
            "<pwg:ContentRegionUnits>escl:ThreeHundredthsOfInches</pwg:ContentRegionUnits>"
            "<pwg:XOffset>0</pwg:XOffset><pwg:YOffset>0</pwg:YOffset>"
            f"<pwg:Width>{width}</pwg:Width><pwg:Height>{height}</pwg:Height>"
            "</pwg:ScanRegion></pwg:ScanRegions>"
            f"<pwg:InputSource>{'Platen' if found.source == 'flatbed' else 'Feeder'}</pwg:InputSource>"
            f"<scan:ColorMode>{_MODES[wish.mode]}</scan:ColorMode>"
            f"<pwg:DocumentFormat>{form}</pwg:DocumentFormat>{extended}"
            f"<scan:XResolution>{wish.dpi}</scan:XResolution><scan:YResolution>{wish.dpi}</scan:YResolution>"
            f"{'' if found.source == 'flatbed' else duplex}"
            "</scan:ScanSettings>"
        ).encode("ascii")

    def _start(self, settings: bytes, source: Source) -> str:
        """Create the job, waiting while the device is busy; returns the job's path on the device."""
        until = time.monotonic() + self._patience.busy_s
        for asked in itertools.count():
            answer = self._ask("POST", "ScanJobs", settings)
            if answer.status == 201:
                return self._job(answer)
            if answer.status not in (409, 503):
                self._refused(answer, source, 0)
            self._check_feeder(self._status(0), source, 0)
            if asked and time.monotonic() >= until:
                break
            self._pause(answer, until, 0)
        raise stop("busy", self.name)

    def _next(self, job: str, source: Source, count: int, limits: Limits) -> bytes | None:
        """The next document, or None at the end of the job."""
        until = time.monotonic() + self._patience.page_s
        while True:
            answer = self._http.ask(
                "GET",
                f"{job}/NextDocument",
                most_bytes=limits.max_bytes,
                within_s=max(0.01, until - time.monotonic()),
                pages=count,
                broken="cut_off",
            )
            if answer.status in (200, 201):
                self._check_type(answer, count)
                return answer.body
            if answer.status in (404, 410):
                return None
            if answer.status != 503:
                self._refused(answer, source, count)
            self._check_feeder(self._status(count), source, count, moving=True)
            if time.monotonic() >= until:
                raise stop("silent", self.name, pages=count)
            self._pause(answer, until, count)

    def _check_type(self, answer: Answer, count: int) -> None:
        said = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
        if said.startswith("text/") or said.endswith(("xml", "json")):
            en, vi = f"Content-Type {said} instead of a page", f"Content-Type {said} thay vì một trang"
            raise stop("nonsense", self.name, pages=count, en=en, vi=vi)

    def _judge_end(self, job: str, source: Source, count: int) -> None:
        """Whether the end of the job is the end of the paper: a jam also ends in 404.

        Raises:
            ScannerFault: the job broke off, or gave nothing.
        """
        status = self._status(count)
        if count == 0:
            self._check_feeder(status, source, 0)
            if source != "flatbed":
                raise stop("empty", self.name)
            raise stop("nonsense", self.name, en="a job without a page", vi="lệnh quét không cho trang nào")
        reason = data()["escl"]["adf"].get(_xml.text(status, "AdfState"))
        if source != "flatbed" and reason not in (None, "empty"):
            raise stop(reason, self.name, pages=count)
        for info in status.iterfind("Jobs/JobInfo"):
            if urlsplit(_xml.text(info, "JobUri")).path.rstrip("/") == job and (
                _xml.text(info, "JobState") in ("Aborted", "Canceled")
            ):
                why = ", ".join(_line(e.text or "") for e in info.iterfind("JobStateReasons/JobStateReason"))
                raise stop("device", self.name, pages=count, en=why)

    def _refused(self, answer: Answer, source: Source, count: int) -> None:
        """Turn an unexpected status into its fault: what the device says of itself, else the number."""
        self._well(answer, count)
        self._check_feeder(self._status(count), source, count, moving=count > 0)
        reason = "refused" if 400 <= answer.status < 500 else "device"
        raise stop(reason, self.name, pages=count, en=f"HTTP {answer.status}")

    def _well(self, answer: Answer, count: int = 0) -> None:
        if answer.status in (401, 403):
            raise stop("denied", self.name, pages=count, en=f"HTTP {answer.status}")
        if 300 <= answer.status < 400:
            en, vi = "it points elsewhere", "máy chỉ sang nơi khác"
            raise stop("nonsense", self.name, pages=count, en=en, vi=vi)

    def _status(self, count: int) -> ET.Element:
        answer = self._ask("GET", "ScannerStatus", pages=count)
        self._well(answer, count)
        return self._parse(answer, "ScannerStatus", count)

    def _check_feeder(self, status: ET.Element, source: Source, count: int, *, moving: bool = False) -> None:
        """Raise the device's own fault; while paper is moving the tray may be empty: its last sheet is on its way."""
        reason = data()["escl"]["adf"].get(_xml.text(status, "AdfState"))
        if source != "flatbed" and reason is not None and not (moving and reason == "empty"):
            raise stop(reason, self.name, pages=count)
        if _xml.text(status, "State") in ("Stopped", "Down"):
            raise stop("device", self.name, pages=count, en=_xml.text(status, "State"))

    def _job(self, answer: Answer) -> str:
        """The job's path: a device names itself as it likes, so only the path counts and we stay where we are."""
        try:
            path = urlsplit(answer.headers.get("location", "")).path.rstrip("/")
        except ValueError:
            path = ""
        if path and not path.startswith("/"):
            path = f"{self._http.at.path}/{path}"
        if not path or len(path) > 1024 or not all("!" <= c <= "~" for c in path):
            raise stop("nonsense", self.name, en="a job without a Location", vi="lệnh quét không có Location")
        return path

    def _delete(self, job: str) -> None:
        """Cancel the job; a device that does not hear it drops the job by itself, so nothing is raised."""
        with suppress(HncertError):
            self._http.ask(
                "DELETE", job, most_bytes=_xml.MAX_BYTES, within_s=min(5.0, self._patience.answer_s), heed=False
            )

    def _pause(self, answer: Answer, until: float, count: int) -> None:
        said = answer.headers.get("retry-after", "")
        least, usual, most = _WAIT_S
        asked = min(most, float(said)) if said.isascii() and said.isdigit() and len(said) < 6 else usual
        if self._halt.wait(min(max(least, asked), max(least, until - time.monotonic()))):
            raise stop("cancelled", self.name, pages=count)

    def _ask(self, method: str, what: str, body: bytes | None = None, *, pages: int = 0) -> Answer:
        path, within_s = f"{self._http.at.path}/{what}", self._patience.answer_s
        return self._http.ask(method, path, body, most_bytes=_xml.MAX_BYTES, within_s=within_s, pages=pages)

    def _parse(self, answer: Answer, root: str, count: int = 0) -> ET.Element:
        if answer.status != 200:
            raise stop("nonsense", self.name, pages=count, en=f"HTTP {answer.status}")
        try:
            found = _xml.parse(answer.body)
        except _xml.BadXml as err:
            raise stop("nonsense", self.name, pages=count, en=f"XML: {err}") from err
        if found.tag != root:
            raise stop("nonsense", self.name, pages=count, en=f"XML: no {root}", vi=f"XML: không có {root}")
        return found


def _profiles(caps: ET.Element, part: ET.Element) -> list[ET.Element]:
    """The setting profiles of a source; one may stand at the root and be referred to by name."""
    shared = {p.get("name", ""): p for p in caps.iterfind("SettingProfiles/SettingProfile")}
    return [shared.get(p.get("ref", ""), p) for p in part.iterfind("SettingProfiles/SettingProfile")]


def _names_format(element: ET.Element) -> bool:
    return element.tag in ("DocumentFormat", "DocumentFormatExt")


def _source(source: Source, caps: ET.Element, part: ET.Element) -> SourceAbilities | None:
    """What a source can do, or None where its description is of no use."""
    profiles = _profiles(caps, part)
    said = {(e.text or "").strip() for p in profiles for e in p.iter("ColorMode")}
    modes = tuple(mode for mode, name in _MODES.items() if name in said)
    dpi = _resolutions(profiles)
    width, height = (_xml.number(part, name) / _UNITS * MM for name in ("MaxWidth", "MaxHeight"))
    if not modes or not dpi or not width or not height:
        return None
    return SourceAbilities(source=source, dpi=dpi, modes=modes, size_mm=(width, height))


def _resolutions(profiles: list[ET.Element]) -> Sequence[int]:
    """Resolutions that hold in both directions; the list where there is one, else the range."""
    listed = {
        _xml.number(one, "XResolution")
        for profile in profiles
        for one in profile.iter("DiscreteResolution")
        if _xml.number(one, "XResolution") == _xml.number(one, "YResolution")
    } - {0}
    if listed:
        return tuple(sorted(listed))
    for profile in profiles:
        for one in profile.iter("XResolutionRange"):
            low, high = _xml.number(one, "Min"), _xml.number(one, "Max")
            if 0 < low <= high:
                return range(low, high + 1, _xml.number(one, "Step") or 1)
    return ()


def _line(text: str) -> str:
    return "".join(c for c in text if c.isprintable())[:100].strip()
