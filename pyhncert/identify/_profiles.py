"""Kinds of certificates and names (`profiles.toml`): what is issued, and what a request is held against."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from pyhncert.errors import KeyFault, UsageFault
from pyhncert.escape import dangerous
from pyhncert.values import Words

__all__ = ["NameField", "Profile", "Profiles", "key_kind", "profiles"]


@dataclass(frozen=True, slots=True)
class NameField:
    """One field of a subject's name: what it is called, its OID, and its longest value in characters."""

    name: str
    oid: x509.ObjectIdentifier
    most: int
    words: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What one kind of certificate holds; `path_length` is None for one that issues no others."""

    id: str
    name: Words
    years: int
    most_years: int
    keys: tuple[str, ...]
    key_usage: frozenset[str]
    purposes: tuple[x509.ObjectIdentifier, ...]
    policy: x509.ObjectIdentifier | None
    notice: str
    path_length: int | None
    crl: str
    nocheck: bool
    access: bool
    fields: tuple[NameField, ...]
    needed: frozenset[str]

    def subject(self, values: Mapping[str, str]) -> x509.Name:
        """The name of these fields, in the profile's order; values without a text are left out.

        Raises:
            UsageFault: a field is missing, unknown here, too long, or holds characters that cannot be seen.
        """
        given = {name: value.strip() for name, value in values.items() if value.strip()}
        known = {field.name: field for field in self.fields}
        for name in given:
            if name not in known:
                raise UsageFault(
                    f"a certificate for {self.name.en} has no field {name!r}; it has {', '.join(known)}",
                    f"chứng thư số cho {self.name.vi} không có mục {name!r}; các mục: {', '.join(known)}",
                )
        for name in self.needed - given.keys():
            said = known[name].words
            raise UsageFault(
                f"a certificate for {self.name.en} needs the {said.en} of its holder; give it",
                f"chứng thư số cho {self.name.vi} phải có {said.vi}; hãy nhập",
            )
        return x509.Name([_attribute(field, given[field.name]) for field in self.fields if field.name in given])

    def values(self, name: x509.Name) -> dict[str, str]:
        """The fields of a name as `subject` takes them.

        Raises:
            UsageFault: it holds a field that this profile has not, or one twice.
        """
        by_oid = {field.oid: field.name for field in self.fields}
        found: dict[str, str] = {}
        for attribute in name:
            key = by_oid.get(attribute.oid)
            if key is None or key in found or not isinstance(attribute.value, str):
                shown = attribute.rfc4514_attribute_name
                raise UsageFault(
                    f"a name for {self.name.en} has no (second) field {shown}; ask for a request without it",
                    f"tên cho {self.name.vi} không có mục (thứ hai) {shown}; hãy xin yêu cầu khác",
                )
            found[key] = attribute.value
        return found

    def check_years(self, years: float | None) -> None:
        """That it may last so long; None is its own time.

        Raises:
            UsageFault: it may not.
        """
        if years is not None and not 0 < years <= self.most_years:
            raise UsageFault(
                f"a certificate for {self.name.en} lasts at most {self.most_years} years",
                f"chứng thư số cho {self.name.vi} có hạn tối đa {self.most_years} năm",
            )

    def check_key(self, kind: str) -> None:
        """That such a key may be certified.

        Raises:
            KeyFault: it may not.
        """
        if kind not in self.keys:
            raise KeyFault(
                f"a {kind} key is not for {self.name.en}; use {', '.join(self.keys)}",
                f"khóa {kind} không dùng cho {self.name.vi}; hãy dùng {', '.join(self.keys)}",
            )


@dataclass(frozen=True, slots=True)
class Profiles:
    """All profiles, and how long lists and answers hold."""

    profiles: Mapping[str, Profile]
    lists: Mapping[str, dt.timedelta]
    ocsp_answer: dt.timedelta

    def __getitem__(self, name: str) -> Profile:
        found = self.profiles.get(name)
        if found is None:
            known = ", ".join(self.profiles)
            raise UsageFault(f"no profile {name!r}; use one of {known}", f"không có loại {name!r}; hãy dùng {known}")
        return found


def _attribute(field: NameField, value: str) -> x509.NameAttribute[str]:
    said = field.words
    if any(dangerous(character) for character in value):
        raise UsageFault(
            f"the {said.en} holds characters that cannot be seen; type it anew",
            f"{said.vi} có ký tự không nhìn thấy được; hãy gõ lại",
        )
    if len(value) > field.most:
        raise UsageFault(
            f"the {said.en} has {len(value)} characters, at most {field.most} fit; shorten it",
            f"{said.vi} dài {len(value)} ký tự, tối đa {field.most}; hãy rút gọn",
        )
    try:
        return x509.NameAttribute(field.oid, value)
    except ValueError as err:
        raise UsageFault(
            f"the {said.en} {value!r} is not possible: {err}; correct it", f"{said.vi} {value!r} không hợp lệ"
        ) from err


def key_kind(key: object) -> str:
    """A public key in the words of the profiles: ``rsa-3072``, ``p-256``, or what it is otherwise."""
    if isinstance(key, rsa.RSAPublicKey):
        return f"rsa-{key.key_size}"
    if isinstance(key, ec.EllipticCurvePublicKey):
        return {"secp256r1": "p-256", "secp384r1": "p-384"}.get(key.curve.name, key.curve.name)
    return type(key).__name__.removesuffix("PublicKey").lower()


_PURPOSES = {
    "time_stamping": ExtendedKeyUsageOID.TIME_STAMPING,
    "ocsp_signing": ExtendedKeyUsageOID.OCSP_SIGNING,
}


def _profile(name: str, data: Mapping[str, Any], whole: Mapping[str, Any], known: Mapping[str, NameField]) -> Profile:
    notice = bool(data.get("notice"))
    policy = data.get("policy", whole["policy"] if notice else None)
    return Profile(
        id=name,
        name=Words(**data["name"]),
        years=data["years"],
        most_years=data["most_years"],
        keys=tuple(data["keys"]),
        key_usage=frozenset(data["key_usage"]),
        purposes=tuple(_PURPOSES[purpose] for purpose in data.get("purposes", ())),
        policy=x509.ObjectIdentifier(policy) if policy else None,
        notice=whole["notice"] if notice else "",
        path_length=data.get("path_length"),
        crl=data.get("list", ""),
        nocheck=data.get("nocheck", False),
        access=data.get("access", False),
        fields=tuple(known[field.rstrip("!")] for field in data["fields"]),
        needed=frozenset(field.rstrip("!") for field in data["fields"] if field.endswith("!")),
    )


@cache
def profiles() -> Profiles:
    """The profiles of this release."""
    whole = tomllib.loads(resources.files("pyhncert.identify").joinpath("profiles.toml").read_text("utf-8"))
    known = {
        name: NameField(name, x509.ObjectIdentifier(entry["oid"]), entry["most"], Words(entry["vi"], entry["en"]))
        for name, entry in whole["field"].items()
    }
    lives = whole["lives"]
    return Profiles(
        {name: _profile(name, data, whole, known) for name, data in whole["profile"].items()},
        {kind: dt.timedelta(days=lives[f"{kind}_list_days"]) for kind in ("issuing", "root")},
        dt.timedelta(minutes=lives["ocsp_answer_minutes"]),
    )
