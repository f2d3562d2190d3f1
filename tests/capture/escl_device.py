"""An eSCL scanner on loopback, for tests: glass and feeder, and faults by switch; sane-airscan can use it too.

It speaks eSCL 2.6 as devices do: capabilities, status with jobs, 201 and Location, NextDocument until 404, DELETE.
What it "scans" are pictures given to it, cut to the region asked; only its paper path is simulated.
"""

from __future__ import annotations

import http.server
import io
import re
import socket
import ssl
import struct
import threading
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from typing import Any

from PIL import Image

NS = 'xmlns:scan="http://schemas.hp.com/imaging/escl/2011/05/03" xmlns:pwg="http://www.pwg.org/schemas/2010/12/sm"'
PROFILE = """<scan:SettingProfiles><scan:SettingProfile><scan:ColorModes>
<scan:ColorMode>BlackAndWhite1</scan:ColorMode><scan:ColorMode>Grayscale8</scan:ColorMode>
<scan:ColorMode>RGB24</scan:ColorMode></scan:ColorModes>
<scan:DocumentFormats>{formats}</scan:DocumentFormats>
<scan:SupportedResolutions><scan:DiscreteResolutions>{resolutions}</scan:DiscreteResolutions>
</scan:SupportedResolutions></scan:SettingProfile></scan:SettingProfiles>"""
WIDTH, HEIGHT = 2550, 3508  # of the glass, in 1/300 inch


@dataclass
class Faults:
    """What goes wrong, each at most once it is reached; all None or False is a device that works."""

    jam_after: int | None = None
    cover_after: int | None = None
    abort_after: int | None = None
    vanish_after: int | None = None
    cut_page: int | None = None  # half of this page, then the connection breaks
    short_page: int | None = None  # half of this page in an answer that is whole
    chunked_cut: int | None = None
    busy_times: int = 0  # so many 503 to ScanJobs
    slow_pages: int = 0  # so many 503 to each NextDocument
    retry_after: str | None = "0"
    hang: str | None = None  # requests whose path ends so get no answer until `release`
    hang_after: int | None = None  # after so many pages NextDocument gets no answer until `release`
    drip: bool = False
    capabilities: bytes | None = None
    status: bytes | None = None
    content_type: str | None = None
    page: bytes | None = None
    redirect: str | None = None
    location: str | None = None
    refuse: int | None = None  # an HTTP status for ScanJobs
    gzip: bool = False
    oversize: bool = False


@dataclass
class EsclDevice:
    """The device: `glass` is what lies on it, `tray` what is in the feeder (`backs` for duplex)."""

    glass: Image.Image
    tray: list[Image.Image] = field(default_factory=list)
    formats: tuple[str, ...] = ("image/jpeg", "image/png", "application/pdf")
    resolutions: tuple[int, ...] = (100, 200, 300)
    faults: Faults = field(default_factory=Faults)
    jfif_dpi: int | None = None  # what its JPEGs say; None writes no density, as many devices do
    tls: ssl.SSLContext | None = None

    def __post_init__(self) -> None:
        self.jobs: dict[str, dict[str, Any]] = {}
        self.asked: list[tuple[str, str]] = []
        self.settings: list[dict[str, str]] = []
        self.bodies: list[str] = []
        self.adf_state = ""
        self.release = threading.Event()
        self.hanging = threading.Event()
        self._lock = threading.Lock()
        device = self

        class Handler(_Handler):
            of = device

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.handle_error = lambda *_: None  # a client that hangs up is no fault of ours
        if self.tls is not None:
            self._server.socket = self.tls.wrap_socket(self._server.socket, server_side=True)
        self.port = self._server.server_address[1]
        self.url = f"escl:{'https' if self.tls else 'http'}://127.0.0.1:{self.port}/eSCL"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        self.release.set()
        self._server.shutdown()
        self._server.server_close()

    def __enter__(self) -> EsclDevice:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def deleted(self) -> list[str]:
        return [path for method, path in self.asked if method == "DELETE"]

    # what a request does

    def start(self, settings: dict[str, str]) -> str | None:
        """A new job, or None where the device is busy or its feeder is empty."""
        with self._lock:
            self.settings.append(settings)
            feeder = settings["InputSource"] == "Feeder"
            running = any(job["state"] == "Processing" for job in self.jobs.values())
            if running or (feeder and not self.tray and not self.adf_state):
                return None
            name = f"/eSCL/ScanJobs/{len(self.jobs) + 1}"
            self.jobs[name] = {"settings": settings, "pages": 0, "state": "Processing", "waits": 0}
            return name

    def next(self, name: str) -> tuple[int, bytes, str]:
        """The job's next page: HTTP status, bytes, type."""
        with self._lock:
            job, faults = self.jobs[name], self.faults
            if job["state"] != "Processing":
                return 404, b"", ""
            if job["waits"] < faults.slow_pages:
                job["waits"] += 1
                return 503, b"", ""
            job["waits"] = 0
            done = job["pages"]
            feeder = job["settings"]["InputSource"] == "Feeder"
            for limit, state in ((faults.jam_after, "ScannerAdfJam"), (faults.cover_after, "ScannerAdfHatchOpen")):
                if limit is not None and done >= limit:
                    self.adf_state, job["state"] = state, "Aborted"
                    return 404, b"", ""
            if faults.abort_after is not None and done >= faults.abort_after:
                job["state"] = "Aborted"
                return 404, b"", ""
            if (feeder and not self.tray) or (not feeder and done):
                job["state"] = "Completed"
                return 404, b"", ""
            picture = self.tray.pop(0) if feeder else self.glass
            job["pages"] = done + 1
        form = job["settings"]["DocumentFormatExt"]
        return 200, faults.page or self.shot(picture, job["settings"]), faults.content_type or form

    def shot(self, picture: Image.Image, settings: dict[str, str]) -> bytes:
        """`picture`, drawn for 300 dpi, as the device would deliver it."""
        dpi = int(settings["XResolution"])
        size = tuple(max(1, round(int(settings[side]) * dpi / 300)) for side in ("Width", "Height"))
        sheet = Image.new("RGB", size, "white")
        scaled = picture if dpi == 300 else picture.resize([round(s * dpi / 300) for s in picture.size])
        sheet.paste(scaled, (0, 0))
        mode = {"RGB24": "RGB", "Grayscale8": "L", "BlackAndWhite1": "1"}[settings["ColorMode"]]
        out = io.BytesIO()
        form = settings["DocumentFormatExt"]
        if form == "image/jpeg":
            more = {"dpi": (self.jfif_dpi, self.jfif_dpi)} if self.jfif_dpi else {}
            sheet.convert("L" if mode == "1" else mode).save(out, "jpeg", quality=90, **more)
        elif form == "image/png":
            sheet.convert(mode).save(out, "png", compress_level=1)
        else:
            sheet.convert(mode).save(out, "pdf", resolution=dpi)
        return out.getvalue()

    def capabilities(self) -> bytes:
        formats = "".join(
            f"<pwg:DocumentFormat>{f}</pwg:DocumentFormat><scan:DocumentFormatExt>{f}</scan:DocumentFormatExt>"
            for f in self.formats
        )
        resolutions = "".join(
            f"<scan:DiscreteResolution><scan:XResolution>{r}</scan:XResolution>"
            f"<scan:YResolution>{r}</scan:YResolution></scan:DiscreteResolution>"
            for r in self.resolutions
        )
        profile = PROFILE.format(formats=formats, resolutions=resolutions)
        caps = (
            f"<scan:MinWidth>16</scan:MinWidth><scan:MaxWidth>{WIDTH}</scan:MaxWidth><scan:MinHeight>16</scan:MinHeight>"
            f"<scan:MaxHeight>{HEIGHT}</scan:MaxHeight><scan:MaxScanRegions>1</scan:MaxScanRegions>{profile}"
        )
        return (
            f'<?xml version="1.0" encoding="UTF-8"?><scan:ScannerCapabilities {NS}><pwg:Version>2.6</pwg:Version>'
            "<pwg:MakeAndModel>Hncert Loopback</pwg:MakeAndModel><pwg:ModelName>Loopback</pwg:ModelName>"
            "<pwg:SerialNumber>1</pwg:SerialNumber><scan:UUID>4509a320-00a0-008f-00b6-002507510eca</scan:UUID>"
            f"<scan:Platen><scan:PlatenInputCaps>{caps}</scan:PlatenInputCaps></scan:Platen>"
            f"<scan:Adf><scan:AdfSimplexInputCaps>{caps}</scan:AdfSimplexInputCaps>"
            f"<scan:AdfDuplexInputCaps>{caps}</scan:AdfDuplexInputCaps>"
            "<scan:FeederCapacity>50</scan:FeederCapacity><scan:AdfOptions><scan:AdfOption>DetectPaperLoaded"
            "</scan:AdfOption><scan:AdfOption>Duplex</scan:AdfOption></scan:AdfOptions></scan:Adf>"
            "</scan:ScannerCapabilities>"
        ).encode()

    def status(self) -> bytes:
        with self._lock:
            state = "Processing" if any(j["state"] == "Processing" for j in self.jobs.values()) else "Idle"
            adf = self.adf_state or ("ScannerAdfLoaded" if self.tray else "ScannerAdfEmpty")
            jobs = "".join(
                f"<scan:JobInfo><pwg:JobUri>{name}</pwg:JobUri><pwg:JobUuid>{i}</pwg:JobUuid><scan:Age>1</scan:Age>"
                f"<pwg:ImagesCompleted>{job['pages']}</pwg:ImagesCompleted><pwg:JobState>{job['state']}</pwg:JobState>"
                "<pwg:JobStateReasons><pwg:JobStateReason>JobScanning</pwg:JobStateReason></pwg:JobStateReasons>"
                "</scan:JobInfo>"
                for i, (name, job) in enumerate(self.jobs.items())
            )
        return (
            f'<?xml version="1.0" encoding="UTF-8"?><scan:ScannerStatus {NS}><pwg:Version>2.6</pwg:Version>'
            f"<pwg:State>{state}</pwg:State><scan:AdfState>{adf}</scan:AdfState><scan:Jobs>{jobs}</scan:Jobs>"
            "</scan:ScannerStatus>"
        ).encode()


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    of: EsclDevice

    def do_GET(self) -> None:
        device = self._note()
        faults = device.faults
        if self.path == "/eSCL/ScannerCapabilities":
            if faults.redirect:
                self._answer(302, b"", Location=faults.redirect)
            else:
                self._answer(200, faults.capabilities or device.capabilities(), "text/xml")
        elif self.path == "/eSCL/ScannerStatus":
            self._answer(200, faults.status or device.status(), "text/xml")
        elif self.path.endswith("/NextDocument") and self.path.removesuffix("/NextDocument") in device.jobs:
            self._page(*device.next(self.path.removesuffix("/NextDocument")))
        else:
            self._answer(404, b"")

    def do_POST(self) -> None:
        device = self._note()
        body = self.rfile.read(int(self.headers["Content-Length"]))
        faults = device.faults
        device.bodies.append(body.decode())
        if self.path != "/eSCL/ScanJobs":
            self._answer(404, b"")
        elif faults.refuse:
            self._answer(faults.refuse, b"")
        elif faults.busy_times:
            faults.busy_times -= 1
            self._answer(503, b"", **({"Retry-After": faults.retry_after} if faults.retry_after else {}))
        else:
            asked = {re.sub(r"{.*}", "", e.tag): (e.text or "").strip() for e in ET.fromstring(body).iter()}
            asked.setdefault("DocumentFormatExt", asked.get("DocumentFormat", "image/jpeg"))
            job = device.start(asked)
            if job is None:
                self._answer(409, b"", **{"Retry-After": "0"})
            else:
                where = faults.location if faults.location is not None else f"http://127.0.0.1:{device.port}{job}"
                self._answer(201, b"", Location=where)

    def do_DELETE(self) -> None:
        device = self._note(hang=False)
        if self.path in device.jobs:
            job = device.jobs[self.path]
            job["state"] = "Canceled" if job["state"] == "Processing" else job["state"]
            device.release.set()  # a request for a page that waits is answered: there is no job any more
            self._answer(200, b"")
        else:
            self._answer(404, b"")

    def _note(self, *, hang: bool = True) -> EsclDevice:
        self.of.asked.append((self.command, self.path))
        faults, job = self.of.faults, self.of.jobs.get(self.path.removesuffix("/NextDocument"))
        full = faults.hang_after is not None and job is not None and job["pages"] >= faults.hang_after
        if hang and (full or (faults.hang and self.path.endswith(faults.hang))):
            self.of.hanging.set()
            self.of.release.wait(120)
        return self.of

    def _page(self, status: int, data: bytes, kind: str) -> None:
        faults = self.of.faults
        if status != 200:
            self._answer(status, b"", **({"Retry-After": "0"} if status == 503 else {}))
            return
        number = self.of.jobs[self.path.removesuffix("/NextDocument")]["pages"]
        if number == faults.vanish_after:
            self.of.close()  # nobody listens any more; this answer still goes out
        if number == faults.short_page:
            self._answer(200, data[: len(data) // 2], kind)
        elif number in (faults.cut_page, faults.chunked_cut):
            self.send_response(200)
            self.send_header("Content-Type", kind)
            if number == faults.cut_page:
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data[: len(data) // 2])
            else:
                self.send_header("Transfer-Encoding", "chunked")
                self.end_headers()
                self.wfile.write(b"%x\r\n" % len(data) + data[: len(data) // 2])
            self._hang_up()
        elif faults.oversize:
            self.send_response(200)
            self.send_header("Content-Length", str(1 << 40))
            self.end_headers()
            self._hang_up()
        else:
            self._answer(200, data, kind)

    def _answer(self, status: int, body: bytes, kind: str = "", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if kind:
            self.send_header("Content-Type", kind)
        if self.of.faults.gzip:
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.of.faults.drip and body:
            self.wfile.write(body[:1])
            self.of.release.wait(120)
        self.wfile.write(body)

    def _hang_up(self) -> None:
        self.wfile.flush()
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Nothing is printed."""
