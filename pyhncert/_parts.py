"""What an office has: its register, store, reader, keys, certificates and services, each made when first used."""

from __future__ import annotations

import datetime as dt
import os
import threading
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, cast

from pyhncert._config import KeySettings, OfficeSettings, named_file
from pyhncert.errors import StorageFault
from pyhncert.values import VIETNAM, Clock, Randomness

if TYPE_CHECKING:
    from pyhncert._share import OfficeShares
    from pyhncert.identify import Credential, OcspClient, Timestamper, TrialAuthority
    from pyhncert.issue import Font
    from pyhncert.keep import ObjectStore, Register
    from pyhncert.office import Office
    from pyhncert.recognise import Reader

Passwords = Callable[[str], str]
"""Asked for the password of a key (`agency`, `qr`, or an officer's id) when its file needs one."""


def now_in_vietnam() -> dt.datetime:
    """The clock of an office that was given no other."""
    return dt.datetime.now(VIETNAM)


class OfficeParts:
    """The parts of one open office; many threads may use them at once."""

    def __init__(
        self,
        settings: OfficeSettings,
        *,
        password: Passwords | None = None,
        clock: Clock = now_in_vietnam,
        randomness: Randomness = os.urandom,
    ) -> None:
        self.settings = settings
        self.clock = clock
        self.randomness = randomness
        self.password = password
        self._credentials: dict[str, Credential] = {}
        self._once = threading.RLock()
        if isinstance(settings.register, Path) and not settings.register.is_file():
            raise StorageFault(
                f"the office in {settings.folder} has no register; restore it from its backup",
                f"văn phòng {settings.folder} không có sổ; hãy khôi phục từ bản sao lưu",
            )

    # -- what an office has ------------------------------------------------------------------------------------------

    @property
    def store(self) -> ObjectStore:
        """Issued copies, by digest: in a folder, or where ``[store.s3]`` says; sealed where the register is."""
        store = self.register.store
        assert store is not None  # noqa: S101  `_register` gives it one
        return store

    @property
    def register(self) -> Register:
        """The register of acts."""
        with self._once:
            return self._register

    @cached_property
    def _register(self) -> Register:
        from pyhncert._privacy import office_key  # noqa: PLC0415
        from pyhncert._store_settings import open_store  # noqa: PLC0415
        from pyhncert.keep import Register  # noqa: PLC0415

        return Register(
            self.settings.register,
            clock=self.clock,
            randomness=self.randomness,
            holder_folder=self.settings.folder / "work" / "holders",
            store=open_store(self.settings),
            device=self.settings.desk.device,
            place=self.settings.unit,
            office_key=office_key(self.settings.privacy, self.password),
        )

    @cached_property
    def shares(self) -> OfficeShares:
        """What holders of copies let others see (`OfficeShares`)."""
        from pyhncert._share import OfficeShares  # noqa: PLC0415  rarely used

        return OfficeShares(cast("Office", self))

    @property
    def reader(self) -> Reader:
        """The reader; loads its models with the first page."""
        with self._once:
            return self._reader

    @cached_property
    def _reader(self) -> Reader:
        from pyhncert.recognise import Reader  # noqa: PLC0415

        return Reader(second=self.settings.second_reader)

    @cached_property
    def font(self) -> Font:
        """The checked font of the marks."""
        from pyhncert.issue import prepare_font  # noqa: PLC0415

        return prepare_font(self.settings.font)

    @cached_property
    def authority(self) -> TrialAuthority | None:
        """The trial office's own authority, or None."""
        if not self.settings.tsa_trial:
            return None
        from pyhncert.identify import TrialAuthority  # noqa: PLC0415

        return TrialAuthority(self.settings.folder, clock=self.clock, randomness=self.randomness)

    @cached_property
    def timestamper(self) -> Timestamper | None:
        """Who gives timestamps to `certify`, at once or not at all; None where none is configured."""
        from pyhncert._timestamping import timestamper  # noqa: PLC0415

        return timestamper(self, patient=False)

    @cached_property
    def patient_timestamper(self) -> Timestamper | None:
        """The same for a worker or a renewal, which can wait."""
        from pyhncert._timestamping import timestamper  # noqa: PLC0415

        return timestamper(self, patient=True)

    @cached_property
    def ocsp(self) -> OcspClient | None:
        """Who asks the responders that certificates name, or None where the settings forbid it."""
        from pyhncert._before import ocsp_client  # noqa: PLC0415

        return ocsp_client(self)

    @cached_property
    def roots(self) -> tuple[bytes, ...]:
        """The trust anchors, DER."""
        return self._certificates(self.settings.roots)

    @cached_property
    def intermediates(self) -> tuple[bytes, ...]:
        """Further CA certificates, DER."""
        return self._certificates(self.settings.intermediates)

    def crls(self) -> tuple[bytes, ...]:
        """Revocation lists in force, DER; a trial office renews its own."""
        from pyhncert.identify import read_crls  # noqa: PLC0415

        own = self.authority.crls() if self.authority is not None else []
        files = () if self.authority is not None else self.settings.crls
        return (*own, *(der for path in files for der in read_crls(named_file(path))))

    def credential(self, key: KeySettings) -> Credential:
        """The key and certificate behind `key`, loaded once; raises KeyFault, CertificateFault."""
        from pyhncert._credentials import load  # noqa: PLC0415

        with self._once:
            found = self._credentials.get(key.id)
            if found is None:
                found = self._credentials[key.id] = load(key, self.password, self.intermediates)
            return found

    def _certificates(self, paths: Sequence[Path]) -> tuple[bytes, ...]:
        from pyhncert.identify import read_certificates  # noqa: PLC0415

        return tuple(der for path in paths for der in read_certificates(named_file(path)))
