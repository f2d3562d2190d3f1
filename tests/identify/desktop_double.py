"""A double of the state's desktop signing tool, on loopback: it fetches, signs with pyHanko and sends back by itself.

No such tool was at hand; this one follows SPEC 1.10 and does one thing wrong where it is told to.
"""

from __future__ import annotations

import io
import json
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pikepdf
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from pyhanko.keys.internal import translate_pyca_cryptography_cert_to_asn1, translate_pyca_cryptography_key_to_asn1
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko_certvalidator.registry import SimpleCertificateStore
from websockets.sync.server import serve


@dataclass
class Tool:
    """Whose key lies on the token, and what is done wrong."""

    key: bytes
    certificate: Any
    fault: str = ""
    others: Any = None
    calls: list[dict[str, Any]] = field(default_factory=list)

    def signer(self, other: bool = False) -> signers.SimpleSigner:
        key, certificate = self.others if other else (self.key, self.certificate)
        return signers.SimpleSigner(
            signing_cert=translate_pyca_cryptography_cert_to_asn1(certificate),
            signing_key=translate_pyca_cryptography_key_to_asn1(load_pem_private_key(key, None)),
            cert_registry=SimpleCertificateStore(),
        )

    def signed(self, pdf: bytes, name: str = "Signature1", *, other: bool = False, change: Any = None) -> bytes:
        """An approval signature with a visible widget, as the tool makes one."""
        writer = IncrementalPdfFileWriter(io.BytesIO(pdf), strict=False)
        fields.append_signature_field(writer, fields.SigFieldSpec(name, box=(300, 60, 480, 120)))
        if change is not None:
            change(writer)
        meta = signers.PdfSignatureMetadata(
            field_name=name,
            md_algorithm="sha1" if self.fault == "weak" else "sha256",
            subfilter=fields.SigSeedSubFilter.ADOBE_PKCS7_DETACHED,
        )
        signer = signers.PdfSigner(meta, self.signer(other))
        return signer.sign_pdf(writer).getvalue()

    def work(self, pdf: bytes) -> bytes:
        """What is sent back for `pdf`."""
        match self.fault:
            case "prefix":
                with pikepdf.open(io.BytesIO(pdf)) as held:
                    out = io.BytesIO()
                    held.save(out)
                return self.signed(out.getvalue())
            case "unsigned":
                return pdf
            case "updated":
                writer = IncrementalPdfFileWriter(io.BytesIO(pdf), strict=False)
                writer.update_root()
                out = io.BytesIO()
                writer.write(out)
                return out.getvalue()
            case "two":
                return self.signed(self.signed(pdf), "Signature2")
            case "other":
                return self.signed(pdf, other=True)
            case "page":
                return self.signed(pdf, change=_painted)
            case "attachment":
                return self.signed(pdf, change=_annotated)
            case "tail":
                return self.signed(pdf) + b"\n<script>1</script>\n"
            case "tail like an end":
                return self.signed(pdf) + b"\n%%EOF\n"
            case "broken":
                return self.signed(pdf)[:-400] + b"\n%%EOF\n"
            case "cms" | "padding":
                done = bytearray(self.signed(pdf))
                start = done.rindex(b"/Contents <") + 11
                end = start + 2 * (int(done[start + 4 : start + 8], 16) + 4)
                place = end - 8 if self.fault == "cms" else end + 8
                done[place : place + 2] = b"%02x" % (int(done[place : place + 2], 16) ^ 1)
                return bytes(done)
            case "covered":
                done = self.signed(pdf)
                writer = IncrementalPdfFileWriter(io.BytesIO(done), strict=False)
                writer.update_root()
                out = io.BytesIO()
                writer.write(out)
                return out.getvalue()
        return self.signed(pdf)

    def answer(self, line: Any) -> None:
        """One call of the function."""
        call = json.loads(line.recv())
        self.calls.append(call)
        if self.fault == "silent":
            time.sleep(1.5)
            return
        if self.fault == "hangs up":
            return
        if self.fault == "cancelled":
            line.send(json.dumps({"Status": 2, "Message": "Người dùng đã hủy \u202e thao tác", "FileServer": ""}))
            return
        if self.fault == "senseless":
            line.send("OK")
            return
        with urllib.request.urlopen(call["FileName"], timeout=10) as lent:
            pdf = lent.read()
        done = self.work(pdf)
        told: dict[str, Any] = {"FileServer": ""}
        times = {"sends nothing": 0, "sends twice": 2}.get(self.fault, 1)
        for _ in range(times):
            told = posted(call["FileUploadHandler"], done)
        line.send(json.dumps({"Status": 0, "Message": "", "FileServer": told["FileServer"]}))


def posted(url: str, pdf: bytes) -> dict[str, Any]:
    """The upload, as the form that browsers make."""
    mark = "----WebKitFormBoundary7MA4YWxkTrZu0gW"
    head = f'--{mark}\r\nContent-Disposition: form-data; name="uploadfile"; filename="copy.signed.pdf"\r\n'
    body = head.encode() + b"Content-Type: application/pdf\r\n\r\n" + pdf + f"\r\n--{mark}--\r\n".encode()
    request = urllib.request.Request(url, data=body, headers={"Content-Type": f"multipart/form-data; boundary={mark}"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return dict(json.loads(answer.read()))


def _painted(writer: IncrementalPdfFileWriter) -> None:
    """A word more on the page."""
    from pyhanko.pdf_utils import generic

    page = writer.root["/Pages"]["/Kids"][0].get_object()
    stream = generic.StreamObject(stream_data=b"BT /F1 40 Tf 100 400 Td (1.000.000) Tj ET")
    page["/Contents"] = writer.add_object(stream)
    writer.update_container(page)


def _annotated(writer: IncrementalPdfFileWriter) -> None:
    """A note over the page."""
    from pyhanko.pdf_utils import generic

    page = writer.root["/Pages"]["/Kids"][0].get_object()
    note = generic.DictionaryObject(
        {
            generic.pdf_name("/Type"): generic.pdf_name("/Annot"),
            generic.pdf_name("/Subtype"): generic.pdf_name("/Square"),
            generic.pdf_name("/Rect"): generic.ArrayObject(map(generic.NumberObject, (50, 50, 500, 700))),
        }
    )
    page.setdefault(generic.pdf_name("/Annots"), generic.ArrayObject()).append(writer.add_object(note))
    writer.update_container(page)


@contextmanager
def running(tool: Tool) -> Iterator[str]:
    """The tool's address for as long as it runs."""
    with serve(tool.answer, "127.0.0.1", 0) as server:
        worker = threading.Thread(target=server.serve_forever, daemon=True)
        worker.start()
        yield f"ws://127.0.0.1:{server.socket.getsockname()[1]}/SignCopy"
        server.shutdown()
        worker.join()


def pem_of(credential_file: bytes) -> tuple[bytes, Any]:
    """Key (PEM) and certificate of a trial office's key file."""
    from cryptography import x509

    key = load_pem_private_key(credential_file, None)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return pem, x509.load_pem_x509_certificates(credential_file)[0]
