"""What must be well before a copy can be issued: `preflight` stops at the first fault, `examine` (doctor) tells all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from pyhncert._mandate import check_delegation, shown_delegation
from pyhncert.errors import HncertError, MissingDependency, StorageFault, Unavailable
from pyhncert.values import VIETNAM, Check, Words

if TYPE_CHECKING:
    from pyhncert._config import KeySettings
    from pyhncert.office import Office

__all__ = ["examine", "preflight"]

_NEEDED_BYTES = 16 << 20
_SOON = dt.timedelta(days=30)
_CLOCK_SKEW = dt.timedelta(minutes=5)


def preflight(office: Office, officer: KeySettings, out: Path | None) -> tuple[Words, ...]:
    """All checks that `certify` makes before anything slow; the answer says which services are silent.

    Raises:
        HncertError: of the class and exit code of whatever is wrong.
    """
    if out is not None:
        from pyhncert.deliver import check_out  # noqa: PLC0415

        check_out(out, needed_bytes=_NEEDED_BYTES)
    check_delegation(officer, office.clock().astimezone(VIETNAM).date())
    _disk(office)
    office.register.check_book(office.settings.unit, symbol=office.settings.suffix)
    _models(office)
    _font(office)
    _appearance(office, officer)
    for key, usage in ((officer, "signature"), (office.settings.agency, "signature"), (office.settings.qr, "qr")):
        _credential(office, key, usage)
    return _timestamps(office)


def examine(office: Office) -> list[Check]:
    """Each check by itself, with what was seen."""
    return list(_all(office))


def _all(office: Office) -> Iterator[Check]:
    today = office.clock().astimezone(VIETNAM).date()
    for officer in office.settings.officers:
        if officer.delegation is not None:
            yield _asked(f"delegation {officer.id}", lambda officer=officer: _delegated(officer, today))  # type: ignore[misc]
    for key in (*office.settings.officers, office.settings.agency, office.settings.qr):
        usage = "qr" if key is office.settings.qr else "signature"
        yield _asked(f"key {key.id}", lambda key=key, usage=usage: _credential(office, key, usage))  # type: ignore[misc]
    yield _asked("timestamps", lambda: _timestamp_words(office))
    yield _asked("revocation", lambda: _revocation(office))
    yield _asked("font", lambda: _font(office))
    yield _asked("appearance", lambda: _appearance(office, *office.settings.officers))
    yield _asked("models", lambda: _models(office))
    yield _asked("disk", lambda: _disk(office))
    yield _asked("clock", lambda: _clock(office))
    yield _asked("register", lambda: _register(office))
    yield _asked("jobs", lambda: _jobs(office))


def _asked(name: str, ask: Callable[[], Words]) -> Check:
    try:
        return Check(name=name, ok=True, words=ask())
    except HncertError as err:
        return Check(name=name, ok=False, words=Words(err.vi, err.en), exit_code=err.exit_code)


def _delegated(officer: KeySettings, today: dt.date) -> Words:
    check_delegation(officer, today)
    assert officer.delegation is not None  # noqa: S101  asked before
    return shown_delegation(officer.delegation)


def _credential(office: Office, key: KeySettings, usage: str) -> Words:
    from pyhncert._before import vet_key  # noqa: PLC0415

    credential, _ = vet_key(office, key, "qr" if usage == "qr" else "signature")
    ends = credential.x509.not_valid_after_utc
    day = f"{ends:%d/%m/%Y}"
    if ends - office.clock() < _SOON:
        return Words(f"{credential.name}: sắp hết hạn, ngày {day}", f"{credential.name}: expires soon, on {day}")
    return Words(f"{credential.name}: hiệu lực đến {day}", f"{credential.name}: valid until {day}")


def _timestamps(office: Office) -> tuple[Words, ...]:
    """Whether the timestamp service answers; one that is silent is told, and does not stop anything (DESIGN 4)."""
    settings = office.settings
    if settings.level == "B-B":
        return ()
    try:
        _timestamp_words(office, count=True)
    except Unavailable as err:
        return (Words(err.vi, err.en),)
    return ()


def _timestamp_words(office: Office, *, count: bool = False) -> Words:
    from pyhncert.identify import check_credential  # noqa: PLC0415

    if office.authority is not None:
        check_credential(
            office.authority.tsa(), roots=office.roots, crls=office.crls(), now=office.clock(), usage="timestamp"
        )
        return Words("cấp tại chỗ, thử nghiệm", "made in process, for trial")
    from pyhncert._timestamping import probe  # noqa: PLC0415  only for real offices

    return probe(office, count=count)


def _revocation(office: Office) -> Words:
    from pyhncert.identify import parse_crl  # noqa: PLC0415

    ends = [crl.next_update_utc for crl in map(parse_crl, office.crls()) if crl.next_update_utc is not None]
    if not ends:
        return Words("không có danh sách thu hồi", "no revocation list")
    return Words(f"mới đến {min(ends):%d/%m/%Y %H:%M} UTC", f"fresh until {min(ends):%Y-%m-%d %H:%M} UTC")


def _font(office: Office) -> Words:
    name = office.font.regular.name
    return Words(f"{name}: đủ chữ tiếng Việt", f"{name}: has every Vietnamese letter")


def _appearance(office: Office, *officers: KeySettings) -> Words:
    """The profile in force, and the pictures of `officers` and agency as it wants them."""
    from pyhncert.issue import check_seal_size, read_picture, wording  # noqa: PLC0415

    settings, day = office.settings, office.clock().astimezone(VIETNAM).date()
    if not wording(settings.profile, day)["pictures"]:
        return Words(f"mẫu {settings.profile}, không có hình", f"profile {settings.profile}, without pictures")
    seal_mm = check_seal_size(settings.seal_mm, day)
    held = [("officer", officer) for officer in officers] + [("agency", settings.agency)]
    absent = [key.name for kind, key in held if key.picture is None]
    for kind, key in held:
        if key.picture is not None:
            read_picture(key.picture, kind, day, seal_mm=seal_mm)
    if absent and not settings.trial:
        names = ", ".join(absent)
        return Words(
            f"mẫu {settings.profile}; chưa có hình: {names}", f"profile {settings.profile}; no picture: {names}"
        )
    return Words(f"mẫu {settings.profile}, con dấu {seal_mm:g} mm", f"profile {settings.profile}, seal {seal_mm:g} mm")


def _models(office: Office) -> Words:
    missing = office.reader.ready()
    if missing:
        raise MissingDependency(
            "; ".join(m.en for m in missing),
            "; ".join(m.vi for m in missing),
            hint="install pyhncert with its dependencies anew",
            hint_vi="cài lại pyhncert cùng các gói phụ thuộc",
        )
    if office.reader.notes:
        note = office.reader.notes[0]
        return Words(f"đủ và đúng mã băm; {note.vi}", f"complete, with the pinned digests; {note.en}")
    return Words("đủ và đúng mã băm", "complete, with the pinned digests")


def _disk(office: Office) -> Words:
    needed = max(_NEEDED_BYTES, office.settings.min_free_mb << 20)
    office.register.check_disk(needed_bytes=needed)
    return office.store.check(needed_bytes=needed)


def _clock(office: Office) -> Words:
    """The register must not lie in the future: a clock that went back would break the order of numbers."""
    now = office.clock()
    written = office.register.last_entry()
    if written is not None and written - now > _CLOCK_SKEW:
        raise StorageFault(
            f"the clock says {now:%Y-%m-%d %H:%M}, but the register has an entry of {written:%Y-%m-%d %H:%M}; set it",
            f"đồng hồ chỉ {now:%d/%m/%Y %H:%M} nhưng sổ có mục lúc {written:%d/%m/%Y %H:%M}; hãy chỉnh đồng hồ",
        )
    return Words(f"{now:%d/%m/%Y %H:%M:%S %z}", f"{now:%Y-%m-%d %H:%M:%S %z}")


def _jobs(office: Office) -> Words:
    """What waits stops nothing, but somebody should know of what was set aside."""
    states = [job.state for job in office.register.jobs.list()]
    aside = states.count("set_aside")
    waiting = len(states) - aside
    if aside:
        return Words(
            f"{waiting} việc đang chờ, {aside} việc bị gác lại: hncert worker --list",
            f"{waiting} waiting, {aside} set aside: hncert worker --list",
        )
    return Words(f"{waiting} việc đang chờ", f"{waiting} waiting")


def _register(office: Office) -> Words:
    wrong = office.register.check()
    if wrong:
        raise StorageFault("; ".join(w.en for w in wrong), "; ".join(w.vi for w in wrong))
    return Words("số liên tục, không hư hỏng", "numbers without gaps, no damage")
