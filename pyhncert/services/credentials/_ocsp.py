"""OCSP answers (RFC 6960) for what the trial authority issued: good, revoked, or unknown, signed by its delegate."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from pyhncert.errors import HncertError
from pyhncert.identify import parse_certificate, profiles

if TYPE_CHECKING:
    from pyhncert.identify import TrialAuthority
    from pyhncert.services.credentials._inventory import Credentials

__all__ = ["OcspResponder"]

_MOST = 200
"""Certificates asked about at once."""
_NONCE = range(1, 129)
"""Bytes of a nonce (RFC 9654, 2.1), which stands in an OCTET STRING of its own."""
_DIGESTS = ("sha1", "sha256", "sha384", "sha512")
"""By what a request may name the issuer; SHA-1 only tells issuers apart there, and is what most clients send."""


class _Malformed(Exception):
    """The request is none."""


class OcspResponder:
    """Answers for the issuing CA of `authority`; what it issued beside its own certificates stands in `inventory`."""

    def __init__(self, authority: TrialAuthority, inventory: Credentials) -> None:
        self._authority, self._inventory = authority, inventory
        self._issuing = parse_certificate(authority.certificates()[0])
        self._own: frozenset[int] = frozenset()

    def answer(self, request: bytes) -> bytes:
        """An OCSPResponse (DER) to an OCSPRequest (DER), whatever comes: faults have answers of their own, unsigned."""
        try:
            asked, nonce = self._asked(request)
        except _Malformed:
            return _fault("malformed_request")
        try:
            if not any(self._is_ours(cert_id) for cert_id in asked):
                return _fault("unauthorized")
            listed = self._authority.revocations()
            return self._signed([self._single(cert_id, listed) for cert_id in asked], nonce)
        except HncertError:
            return _fault("try_later")

    def _asked(self, request: bytes) -> tuple[list[Any], bytes | None]:
        from asn1crypto import ocsp  # noqa: PLC0415  slow to import

        try:
            found = ocsp.OCSPRequest.load(request, strict=True)["tbs_request"]
            asked = [one["req_cert"] for one in found["request_list"]]
            for cert_id in asked:
                for name in ("hash_algorithm", "issuer_name_hash", "issuer_key_hash", "serial_number"):
                    _ = cert_id[name].native
            nonce: bytes | None = None
            for extension in found["request_extensions"] or ():
                if extension["extn_id"].native == "nonce":
                    if len(extension["extn_value"].parsed.native) not in _NONCE:
                        raise _Malformed
                    nonce = extension["extn_value"].parsed.native
                elif extension["critical"].native:
                    raise _Malformed
        except (ValueError, TypeError, KeyError, AttributeError) as err:
            raise _Malformed from err
        if not 1 <= len(asked) <= _MOST:
            raise _Malformed
        return asked, nonce

    def _is_ours(self, cert_id: Any) -> bool:
        digest = cert_id["hash_algorithm"]["algorithm"].native
        if digest not in _DIGESTS:
            return False
        key = self._issuing.public_key()
        assert isinstance(key, ec.EllipticCurvePublicKey)  # noqa: S101  the profile has no other
        point = key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        named = (cert_id["issuer_name_hash"].native, cert_id["issuer_key_hash"].native)
        return named == (_sum(digest, self._issuing.subject.public_bytes()), _sum(digest, point))

    def _single(self, cert_id: Any, listed: Mapping[int, Any]) -> dict[str, Any]:
        from asn1crypto import core, ocsp  # noqa: PLC0415

        now = self._now()
        status: tuple[str, Any] = ("unknown", core.Null())
        if self._is_ours(cert_id):
            status = self._status(cert_id["serial_number"].native, listed)
        return {
            "cert_id": cert_id,
            "cert_status": ocsp.CertStatus(name=status[0], value=status[1]),
            "this_update": now,
            "next_update": now + profiles().ocsp_answer,
        }

    def _status(self, serial: int, revocations: Mapping[int, Any]) -> tuple[str, Any]:
        from asn1crypto import core, ocsp  # noqa: PLC0415

        line = self._inventory.by_serial(serial)
        listed = revocations.get(serial)
        if listed is not None:
            at, reason = listed.at, listed.reason
        elif line is not None and line.revoked_from is not None:
            at, reason = line.revoked_from, line.reason  # said, but a killed process did not list it
        else:
            return ("good", core.Null()) if line is not None or self._issued(serial) else ("unknown", core.Null())
        info: dict[str, Any] = {"revocation_time": at.astimezone(dt.UTC)}
        if reason != "unspecified":
            info["revocation_reason"] = re.sub(r"([A-Z])", r"_\1", reason).lower()
        return "revoked", ocsp.RevokedInfo(info)

    def _issued(self, serial: int) -> bool:
        """Whether the authority made this one for itself or its office; looked up again where it is not known."""
        if serial not in self._own:
            self._own = self._authority.own_serials()
        return serial in self._own

    def _signed(self, responses: list[dict[str, Any]], nonce: bytes | None) -> bytes:
        from asn1crypto import core, ocsp, x509  # noqa: PLC0415

        credential = self._authority.responder()
        own = x509.Certificate.load(credential.certificate)
        data: dict[str, Any] = {
            "responder_id": ocsp.ResponderId(name="by_name", value=own.subject),
            "produced_at": self._now(),
            "responses": responses,
        }
        if nonce is not None:
            data["response_extensions"] = [{"extn_id": "nonce", "extn_value": core.OctetString(nonce)}]
        body = ocsp.ResponseData(data)
        basic = ocsp.BasicOCSPResponse(
            {
                "tbs_response_data": body,
                "signature_algorithm": {"algorithm": f"{credential.digest}_{credential.scheme}"},
                "signature": credential.sign(body.dump()),
                "certs": [own],
            }
        )
        return bytes(
            ocsp.OCSPResponse(
                {
                    "response_status": "successful",
                    "response_bytes": {"response_type": "basic_ocsp_response", "response": basic},
                }
            ).dump()
        )

    def _now(self) -> dt.datetime:
        return self._inventory.clock().astimezone(dt.UTC).replace(microsecond=0)


def _fault(status: str) -> bytes:
    from asn1crypto import ocsp  # noqa: PLC0415

    return bytes(ocsp.OCSPResponse({"response_status": status}).dump())


def _sum(digest: str, data: bytes) -> bytes:
    return hashlib.new(digest, data, usedforsecurity=False).digest()
