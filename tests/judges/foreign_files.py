"""Foreign signed files in every level, algorithm and defect, made with pyHanko, OpenSSL and EU DSS.

`make(folder)` writes them with the certificates and the revocation list by which they are judged, and names them. Times
are relative to now: a signer may have ended yesterday, have been revoked in between, and so on.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import io
import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pikepdf
from asn1crypto import crl as asn1_crl
from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)


def new_key(kind: str) -> Any:
    """A key: rsa-2048, rsa-3072, p-256 or p-384."""
    if kind.startswith("rsa"):
        return rsa.generate_private_key(65537, int(kind[4:]))
    return ec.generate_private_key({"p-256": ec.SECP256R1(), "p-384": ec.SECP384R1()}[kind])


@dataclass
class Person:
    """A certificate with its key."""

    name: str
    key: Any
    certificate: x509.Certificate

    @property
    def asn1(self) -> asn1_x509.Certificate:
        """As pyHanko wants it."""
        return asn1_x509.Certificate.load(self.der)

    @property
    def der(self) -> bytes:
        """The certificate."""
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def pkcs8(self) -> bytes:
        """The key, DER."""
        return self.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())

    def files(self, folder: Path) -> tuple[Path, Path]:
        """Certificate and key in PEM, as OpenSSL wants them."""
        certificate, key = folder / f"{self.name}.cert.pem", folder / f"{self.name}.key.pem"
        certificate.write_bytes(self.certificate.public_bytes(Encoding.PEM))
        key.write_bytes(self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return certificate, key


@dataclass
class Authority:
    """A root, an issuing CA, and whom they certified."""

    now: dt.datetime
    revoked: dict[int, dt.datetime] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    serial: int = 1000

    def person(
        self, name: str, kind: str = "p-256", *, issuer: str | None = "issuing", begins: int = -300, ends: int = 300,
        ca: bool = False, usage: tuple[Any, bool] | None = None,
    ) -> Person:  # fmt: skip
        """Certify; `begins` and `ends` are days from now, `usage` an extended key usage and whether it is critical."""
        self.serial += 1
        key = new_key(kind)
        by = self.people[issuer] if issuer is not None else None
        subject = x509.Name(
            [x509.NameAttribute(NameOID.COMMON_NAME, name), x509.NameAttribute(NameOID.COUNTRY_NAME, "VN")]
        )
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(by.certificate.subject if by else subject)
            .public_key(key.public_key())
            .serial_number(self.serial)
            .not_valid_before(self.now + begins * DAY)
            .not_valid_after(self.now + ends * DAY)
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(x509.KeyUsage(not ca, not ca, False, False, False, ca, ca, False, False), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        )
        if by is not None:
            known = by.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
            builder = builder.add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(known), critical=False
            )
        if usage is not None:
            builder = builder.add_extension(x509.ExtendedKeyUsage([usage[0]]), critical=usage[1])
        self.people[name] = Person(name, key, builder.sign(by.key if by else key, hashes.SHA256()))
        return self.people[name]

    def crl(self, issuer: str, at: dt.datetime) -> bytes:
        """The list of `issuer` as of `at`, DER; it is good for sixty days."""
        by = self.people[issuer]
        builder = x509.CertificateRevocationListBuilder().issuer_name(by.certificate.subject)
        builder = (
            builder.last_update(at).next_update(at + 60 * DAY).add_extension(x509.CRLNumber(int(at.timestamp())), False)
        )
        known = by.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
        builder = builder.add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(known), False)
        for serial, when in self.revoked.items():
            if when <= at and issuer == "issuing":
                entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(when).build()
                builder = builder.add_revoked_certificate(entry)
        return builder.sign(by.key, hashes.SHA256()).public_bytes(Encoding.DER)


def plain(text: str = "0 0 m 100 100 l S") -> bytes:
    """A PDF of one page with an empty form."""
    pdf = pikepdf.new()
    page = pdf.add_blank_page(page_size=(300, 300))
    page.obj.Contents = pdf.make_stream(text.encode())
    pdf.Root.AcroForm = pdf.make_indirect(pikepdf.Dictionary(Fields=pikepdf.Array(), SigFlags=3))
    out = io.BytesIO()
    pdf.save(out, object_stream_mode=pikepdf.ObjectStreamMode.disable, static_id=False)
    return out.getvalue()


class Maker:
    """Makes the files of one folder."""

    def __init__(self, folder: Path, now: dt.datetime) -> None:
        self.folder, self.now = folder, now
        self.files: dict[str, Path] = {}
        make = self.authority = Authority(now)
        stamps = (ExtendedKeyUsageOID.TIME_STAMPING, True)
        make.person("root", "p-384", issuer=None, begins=-4000, ends=4000, ca=True)
        make.person("issuing", "p-256", issuer="root", begins=-2000, ends=3000, ca=True)
        make.person("hidden", "p-256", issuer="root", begins=-2000, ends=3000, ca=True)
        make.person("stranger", "p-256", issuer=None, begins=-2000, ends=3000, ca=True)
        for kind in ("rsa-2048", "rsa-3072", "p-256", "p-384"):
            make.person(f"signer {kind}", kind)
        make.person("tsa", "rsa-3072", usage=stamps)
        make.person("tsa without usage", "rsa-3072")
        make.person("tsa of another usage", "rsa-3072", usage=(ExtendedKeyUsageOID.CODE_SIGNING, True))
        make.person("tsa not critical", "rsa-3072", usage=(ExtendedKeyUsageOID.TIME_STAMPING, False))
        make.person("tsa of a stranger", "rsa-3072", issuer="stranger", usage=stamps)
        make.person("tsa revoked", "rsa-3072", usage=stamps)
        make.person("tsa ended", "rsa-3072", usage=stamps, ends=-1)
        make.person("ended", ends=-1)
        make.person("not yet", begins=100)
        make.person("of a stranger", issuer="stranger")
        make.person("of a hidden CA", issuer="hidden")
        make.person("server", usage=(ExtendedKeyUsageOID.SERVER_AUTH, True))
        for kind in ("rsa-3072", "p-256"):
            for name, hours in (("before", -24), ("after", 12)):
                person = make.person(f"revoked {name} {kind}", kind)
                make.revoked[person.certificate.serial_number] = now + hours * HOUR
        make.revoked[make.people["tsa revoked"].certificate.serial_number] = now - 24 * HOUR

    def keep(self, name: str, data: bytes) -> bytes:
        """Write one file."""
        path = self.folder / f"{len(self.files):02d} {name}.pdf"
        path.write_bytes(data)
        self.files[name] = path
        return data

    # -- pyHanko -------------------------------------------------------------------------------------------------------

    def signer(self, who: str, *, pss: bool = False, chain: tuple[str, ...] = ("issuing",)) -> signers.SimpleSigner:
        """pyHanko's signer of one person."""
        person, store = self.authority.people[who], SimpleCertificateStore()
        for name in chain:
            store.register(self.authority.people[name].asn1)
        return signers.SimpleSigner(
            signing_cert=person.asn1, signing_key=asn1_keys.PrivateKeyInfo.load(person.pkcs8), cert_registry=store,
            prefer_pss=pss,
        )  # fmt: skip

    def stamper(self, who: str = "tsa") -> DummyTimeStamper:
        """A timestamp authority in this process."""
        person, store = self.authority.people[who], SimpleCertificateStore()
        store.register(self.authority.people["issuing"].asn1)
        key = asn1_keys.PrivateKeyInfo.load(person.pkcs8)
        return DummyTimeStamper(tsa_cert=person.asn1, tsa_key=key, certs_to_embed=store, fixed_dt=self.now)

    def by_pyhanko(
        self, who: str = "signer p-256", *, level: str = "B", digest: str = "sha256", pss: bool = False,
        stamper: DummyTimeStamper | None = None, chain: tuple[str, ...] = ("issuing",), name: str = "Sig1",
        certify: bool = False, pdf: bytes | None = None,
    ) -> bytes:  # fmt: skip
        """Sign with stock pyHanko at B, T, LT or LTA."""
        context = None
        if level in ("LT", "LTA"):
            lists = [
                asn1_crl.CertificateList.load(self.authority.crl(by, self.now - HOUR)) for by in ("issuing", "root")
            ]
            context = ValidationContext(
                trust_roots=[self.authority.people["root"].asn1], other_certs=[self.authority.people["issuing"].asn1],
                crls=lists, allow_fetching=False, moment=self.now, revocation_mode="soft-fail",
            )  # fmt: skip
        meta = signers.PdfSignatureMetadata(
            field_name=name, md_algorithm=digest, subfilter=fields.SigSeedSubFilter.PADES, certify=certify,
            embed_validation_info=context is not None, validation_context=context, use_pades_lta=level == "LTA",
            docmdp_permissions=fields.MDPPerm.FILL_FORMS,
        )  # fmt: skip
        if stamper is None and level != "B":
            stamper = self.stamper()
        signer = signers.PdfSigner(meta, self.signer(who, pss=pss, chain=chain), timestamper=stamper)
        out = io.BytesIO()
        asyncio.run(signer.async_sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf or plain())), output=out))
        return out.getvalue()

    # -- OpenSSL -------------------------------------------------------------------------------------------------------

    def by_openssl(self, who: str, *options: str, others: tuple[str, ...] = (), content: bytes | None = None,
                   part: bool = False, digest: str = "sha256", chain: bool = True) -> bytes:  # fmt: skip
        """Sign the bytes that a signature covers with ``openssl cms``; `part`: leave the end of the file out."""
        frame = self.by_pyhanko(stamper=self.stamper())  # its token is thrown away, its room is needed
        (gap,) = re.finditer(rb"/Contents <([0-9a-fA-F]+)>", frame)
        (place,) = re.finditer(rb"/ByteRange \[(\d+) (\d+) (\d+) (\d+)\]", frame)
        data = bytearray(frame)
        numbers = [int(number) for number in place.groups()]
        if part:
            numbers[3] -= 40
            data[place.start() : place.end()] = b"/ByteRange [%d %d %d %d]" % tuple(numbers)
        covered = bytes(data[: numbers[1]] + data[numbers[2] : numbers[2] + numbers[3]])
        source, out = self.folder / "content.bin", self.folder / "cms.der"
        source.write_bytes(covered if content is None else content)
        command = ["openssl", "cms", "-sign", "-binary", "-cades", "-md", digest, "-outform", "DER", "-nosmimecap"]
        for person in (who, *others):
            certificate, key = self.authority.people[person].files(self.folder)
            command += ["-signer", str(certificate), "-inkey", str(key), *options]
        if chain:
            command += ["-certfile", str(self.authority.people["issuing"].files(self.folder)[0])]
        subprocess.run([*command, "-in", str(source), "-out", str(out)], check=True, capture_output=True)
        digits = out.read_bytes().hex().encode()
        data[gap.start(1) : gap.end(1)] = digits.ljust(gap.end(1) - gap.start(1), b"0")
        return bytes(data)

    # -- EU DSS --------------------------------------------------------------------------------------------------------

    def by_eu_dss(self, jar: Path, wanted: list[tuple[str, str, str]]) -> list[bytes]:
        """Sign with EU DSS at level B, once for each person, algorithm and digest."""
        issuer, words = self.authority.people["issuing"], []
        for number, (who, how, digest) in enumerate(wanted):
            person = self.authority.people[who]
            names = [self.folder / f"dss{number}.{name}" for name in ("in", "out", "p8", "der", "issuer")]
            for path, data in zip(names, (plain(), b"", person.pkcs8, person.der, issuer.der), strict=True):
                path.write_bytes(data)
            words += [*names, how, digest]
        command = ["java", "-cp", jar, Path(__file__).with_name("Sign.java"), *words]
        done = subprocess.run([str(word) for word in command], check=False, capture_output=True)
        assert done.returncode == 0, done.stderr.decode()[-2000:]
        return [(self.folder / f"dss{number}.out").read_bytes() for number in range(len(wanted))]


def _levels(m: Maker) -> None:
    """Every level with every algorithm."""
    for who, pss in (("rsa-2048", False), ("rsa-2048", True), ("rsa-3072", True), ("p-256", False), ("p-384", False)):
        for level in ("B", "T", "LT", "LTA"):
            how = "pss" if pss else "v15" if who.startswith("rsa") else "ecdsa"
            m.keep(f"{who} {how} {level}", m.by_pyhanko(f"signer {who}", level=level, pss=pss))
    for digest in ("sha384", "sha512"):
        m.keep(f"rsa-3072 pss {digest} T", m.by_pyhanko("signer rsa-3072", level="T", pss=True, digest=digest))
        m.keep(f"p-384 {digest} T", m.by_pyhanko("signer p-384", level="T", digest=digest))
    m.keep("certified T", m.by_pyhanko(level="T", certify=True))


def _certificates(m: Maker) -> None:
    """Signers and timestamp authorities with something wrong."""
    for who in ("ended", "not yet", "server"):
        for level in ("B", "T"):
            m.keep(f"{who} {level}", m.by_pyhanko(who, level=level))
    m.keep("of a stranger T", m.by_pyhanko("of a stranger", level="T", chain=("stranger",)))
    m.keep("of a hidden CA T", m.by_pyhanko("of a hidden CA", level="T", chain=()))
    for kind in ("rsa-3072", "p-256"):
        for when in ("before", "after"):
            for level in ("B", "T"):
                m.keep(f"revoked {when} {kind} {level}", m.by_pyhanko(f"revoked {when} {kind}", level=level))
    for who in ("without usage", "of another usage", "not critical", "of a stranger", "revoked", "ended"):
        m.keep(f"tsa {who}", m.by_pyhanko(stamper=m.stamper(f"tsa {who}")))


def _content(m: Maker) -> None:
    """What OpenSSL signs in all kinds of ways."""
    pss = ("-keyopt", "rsa_padding_mode:pss")
    m.keep("openssl rsa", m.by_openssl("signer rsa-3072"))
    m.keep("openssl ecdsa", m.by_openssl("signer p-256"))
    m.keep("openssl p-384 sha512", m.by_openssl("signer p-384", digest="sha512"))
    m.keep("openssl pss", m.by_openssl("signer rsa-3072", *pss, "-keyopt", "rsa_pss_saltlen:32"))
    for salt in (0, 20, 64):
        m.keep(f"openssl pss salt {salt}", m.by_openssl("signer rsa-3072", *pss, "-keyopt", f"rsa_pss_saltlen:{salt}"))
    m.keep("openssl sha1", m.by_openssl("signer rsa-3072", digest="sha1"))
    m.keep("openssl sha1 ecdsa", m.by_openssl("signer p-256", digest="sha1"))
    m.keep("openssl two signers", m.by_openssl("signer p-256", others=("signer p-384",)))
    m.keep("openssl over other content", m.by_openssl("signer p-256", content=b"other content"))
    m.keep("openssl over part of the file", m.by_openssl("signer p-256", part=True))
    m.keep("openssl without chain", m.by_openssl("signer p-256", chain=False))
    m.keep("openssl revoked before", m.by_openssl("revoked before p-256"))
    m.keep("openssl ended", m.by_openssl("ended"))


def _changes(m: Maker) -> None:
    """Files that were changed after they were signed."""
    good = m.by_pyhanko(level="T")
    at = good.index(b"stream", 0) + 8
    m.keep("byte changed", good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :])
    bare = m.by_pyhanko()  # its CMS ends with the signature value, that of a stamped one with the token
    (gap,) = re.finditer(rb"/Contents <([0-9a-fA-F]+)>", bare)
    digits = bytearray(bare)
    place = gap.start(1) + (len(gap[1].rstrip(b"0")) + 1) // 2 * 2 - 4
    digits[place : place + 2] = b"%02x" % (int(digits[place : place + 2], 16) ^ 1)
    m.keep("byte of the signature changed", bytes(digits))
    for what in ("page", "annotation"):
        writer = IncrementalPdfFileWriter(io.BytesIO(good))
        page = writer.root["/Pages"]["/Kids"].raw_get(0)
        if what == "page":
            page.get_object()["/Contents"] = writer.add_object(generic.StreamObject(stream_data=b"q Q"))
            writer.mark_update(page)
        else:
            note = generic.DictionaryObject(
                {
                    pdf_name("/Type"): pdf_name("/Annot"),
                    pdf_name("/Subtype"): pdf_name("/Square"),
                    pdf_name("/Rect"): generic.ArrayObject([generic.NumberObject(n) for n in (0, 0, 200, 200)]),
                }
            )
            writer.register_annotation(page, writer.add_object(note))
        out = io.BytesIO()
        writer.write(out)
        m.keep(f"{what} changed", out.getvalue())
    m.keep("bytes behind the end", good + b"\n% more")


def _eu_dss(m: Maker, jar: Path) -> None:
    """What EU DSS itself signs; it refuses a signer that has ended."""
    wanted = [
        ("signer rsa-3072", "RSA", "SHA256"),
        ("signer rsa-3072", "PSS", "SHA256"),
        ("signer rsa-2048", "PSS", "SHA512"),
        ("signer p-256", "EC", "SHA256"),
        ("signer p-384", "EC", "SHA384"),
        ("revoked before p-256", "EC", "SHA256"),
    ]
    for (who, how, digest), data in zip(wanted, m.by_eu_dss(jar, wanted), strict=True):
        m.keep(f"eu dss {who} {how} {digest}", data)


def make(folder: Path, jar: Path, now: dt.datetime) -> Maker:
    """All files; the authority's certificates and lists lie beside them."""
    m = Maker(folder, now)
    _levels(m)
    _certificates(m)
    _content(m)
    _changes(m)
    _eu_dss(m, jar)
    assert len({hashlib.sha256(path.read_bytes()).digest() for path in m.files.values()}) == len(m.files)
    return m
