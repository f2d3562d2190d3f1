"""One page of a PDF as pdf.js draws it, Firefox's viewer: in Chromium without a window, over loopback.

Debian has both: `apt-get install chromium libjs-pdf`. The page draws on a canvas and posts the picture back.
"""

from __future__ import annotations

import base64
import shutil
import subprocess
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import cv2
import numpy as np

LIBRARY = Path("/usr/share/javascript/pdf/build")
_PAGE = """<!doctype html><script src="/pdf.js"></script><script>
(async () => {
  const post = (body) => fetch("/drawn", {method: "POST", body});
  try {
    pdfjsLib.GlobalWorkerOptions.workerSrc = "/pdf.worker.js";
    const pdf = await pdfjsLib.getDocument("/copy.pdf").promise;
    const page = await pdf.getPage(%PAGE%);
    const viewport = page.getViewport({scale: %DPI% / 72});
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(viewport.width);
    canvas.height = Math.round(viewport.height);
    await page.render({canvasContext: canvas.getContext("2d"), viewport}).promise;
    await post(canvas.toDataURL("image/png"));
  } catch (err) { await post("fault: " + err); }
})();
</script>"""


def missing() -> str:
    """What is not installed; empty where all is here."""
    if shutil.which("chromium") is None:
        return "chromium is not installed: it runs pdf.js"
    return "" if (LIBRARY / "pdf.js").is_file() else "libjs-pdf is not installed: it is pdf.js"


def drawn(pdf: bytes, page: int, dpi: float, *, timeout_s: float = 90.0) -> Any:
    """RGB pixels of one page."""
    answer: list[bytes] = []
    ready = threading.Event()
    files = {
        "/": ("text/html", _PAGE.replace("%PAGE%", str(page)).replace("%DPI%", f"{dpi:g}").encode()),
        "/copy.pdf": ("application/pdf", pdf),
        **{f"/{name}": ("text/javascript", (LIBRARY / name).read_bytes()) for name in ("pdf.js", "pdf.worker.js")},
    }

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            kind, body = files.get(self.path, ("", b""))
            self.send_response(200 if kind else 404)
            self.send_header("Content-Type", kind or "text/plain")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            answer.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(204)
            self.end_headers()
            ready.set()

        def log_message(self, *_: object) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        options = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"]
        url = f"http://127.0.0.1:{server.server_address[1]}/"
        browser = subprocess.Popen(
            ["chromium", *options, f"--user-data-dir={profile}", url],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            assert ready.wait(timeout_s), "pdf.js drew nothing in time"
        finally:
            browser.terminate()
            browser.wait(20)
            server.shutdown()
            server.server_close()
    head, _, data = answer[0].partition(b",")
    assert head == b"data:image/png;base64", answer[0][:300]
    return cv2.imdecode(np.frombuffer(base64.b64decode(data), np.uint8), cv2.IMREAD_COLOR)[:, :, ::-1]
