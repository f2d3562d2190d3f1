"""Signing a file with the state's desktop tool: who may, by which certificate, and what is taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyhncert._config import named_file
from pyhncert._mandate import check_delegation
from pyhncert.errors import UsageFault
from pyhncert.identify import DesktopTool, check_path, read_certificates
from pyhncert.issue import check_speaks_for
from pyhncert.values import VIETNAM

if TYPE_CHECKING:
    from pyhncert.office import Office

__all__ = ["sign_on_desktop"]


def sign_on_desktop(office: Office, pdf: bytes, officer: str | None) -> bytes:
    """See `Office.sign_on_desktop`."""
    settings, now = office.settings, office.clock()
    who, desktop = settings.officer(officer), settings.desktop
    if desktop is None or who.id not in desktop.certificates:
        raise UsageFault(
            f"office.toml names no desktop signing tool for {who.id}: set url and certificates.{who.id} in [desktop]",
            f"office.toml chưa khai công cụ ký số cho {who.id}: đặt url và certificates.{who.id} trong [desktop]",
        )
    certificate = read_certificates(named_file(desktop.certificates[who.id]))[0]
    check_delegation(who, now.astimezone(VIETNAM).date())
    check_speaks_for(certificate, who.name, agency=False)
    check_path(
        certificate, chain=office.intermediates, roots=office.roots, crls=office.crls(), now=now, usage="signature"
    )
    tool = DesktopTool(url=desktop.url, clock=office.clock, randomness=office.randomness, timeout_s=desktop.timeout_s)
    return tool.sign(pdf, certificate)
