"""One act, step by step: reserve, advance, close, deliver, or void. A method is a transaction."""

from __future__ import annotations

import datetime as dt
import os
import threading
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Connection, Row, text

from pyhncert.errors import StorageFault, UsageFault
from pyhncert.keep import _dossiers, _enter, _erase, _jobs, _lines, _marks, _persons, _public, _shares
from pyhncert.keep._acts import ABANDONABLE, may
from pyhncert.keep._book import current_book, next_number
from pyhncert.keep._canonical import findings_digest, record_json
from pyhncert.keep._codes import new_code, normal_code
from pyhncert.keep._database import is_url
from pyhncert.keep._disk import storage_fault
from pyhncert.keep._fees import charge
from pyhncert.keep._holders import Holder
from pyhncert.keep._lines import known, time_text
from pyhncert.keep._office_key import OfficeKey
from pyhncert.keep._opened import OpenedRegister
from pyhncert.keep._sealed_store import SealedStore
from pyhncert.keep._store import ObjectStore
from pyhncert.values import ActNumber, Charge, Clock, FileState, Level, Randomness, RegisterLine

_TAKEN = text("SELECT 1 FROM act WHERE code = :code OR id = :id")
_ADVANCE = text("UPDATE act SET state = :state, file_digest = :file_digest WHERE id = :id")
_CLOSE = text(
    "UPDATE act SET state = 'registered', content_digest = :content_digest, file_digest = :file_digest,"
    " level = :level, out_hint = :out_hint, holder = :holder WHERE id = :id"
)
_LEFT = text(
    "UPDATE act SET state = :state, reason = :reason, changed_at = :at, superseded_by = :by, holder = :holder"
    " WHERE id = :id"
)
_DELIVERED = text("UPDATE act SET holder = NULL, out_hint = NULL WHERE id = :id")
_CODE_TRIES = 8


class ActSteps(OpenedRegister):
    """The register at `where`, a SQLite file or a ``postgresql://`` URL; many threads and processes may share it.

    `holder_folder` (``work/holders`` beside a register file; to be named for a server's) holds the signs of life by
    which `recover` tells the dead from the living; `store` is where the office keeps files, so that what a voided act
    left there goes too. `device` and `place` are written into each event. In a sealed register `office_key`
    opens what is personal, and `store` seals objects.

    Raises:
        StorageFault: there is no register, it is damaged, it has another schema, or the server does not answer.
        UsageFault: the URL is wrong, or no folder is named for a server's register.
    """

    def __init__(
        self,
        where: Path | str,
        *,
        clock: Clock,
        randomness: Randomness,
        holder_folder: Path | None = None,
        store: ObjectStore | None = None,
        device: str = "",
        place: str = "",
        office_key: OfficeKey | None = None,
    ) -> None:
        if holder_folder is None and is_url(where):
            raise UsageFault(
                "a register on a server needs a folder on this machine for signs of life: holder_folder",
                "sổ trên máy chủ cần một thư mục trên máy này: holder_folder",
            )
        super().__init__(where, clock=clock, office_key=office_key)
        self._seal.randomness = randomness
        self.holder_folder = holder_folder or Path(where).parent / "work" / "holders"
        self.store = SealedStore(store, self._database, self._seal) if store is not None and self.sealed else store
        self.device = device
        self.place = place
        self._randomness = randomness
        self._holder: Holder | None = None
        self._first = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, err: BaseException | None, tb: TracebackType | None) -> None:
        self.leave()

    def leave(self) -> None:
        """Close the connections and give up the sign of life."""
        if self._holder is not None:
            self._holder.leave()
            self._holder = None
        self._database.dispose()

    @property
    def jobs(self) -> _jobs.Jobs:
        """What still waits to be done, as for a timestamp."""
        return _jobs.Jobs(self._database, clock=self._clock, randomness=self._randomness)

    @property
    def shares(self) -> _shares.Shares:
        """What holders let others see of their copies."""
        return _shares.Shares(
            self._database, self._seal, clock=self._clock, randomness=self._randomness, event=self._event
        )

    def _alive(self) -> Holder:
        with self._first:
            if self._holder is None or self._holder.pid != os.getpid():
                self._holder = Holder(self._database.medium, self.holder_folder, self._randomness)
            else:
                self._holder.watch()
            return self._holder

    @property
    def spool(self) -> Path:
        """A folder for this process's unfinished files; it goes when the process ends, or by `recover`."""
        folder = self._alive().spool
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as err:
            raise storage_fault(err, folder) from err
        return folder

    # -- one act, step by step ---------------------------------------------------------------------------------------

    def reserve(
        self,
        *,
        unit: str,
        requester: str,
        original: str,
        signer: str,
        pages: int,
        copies: int = 1,
        cost: Charge | None = None,
        decision: Mapping[str, Any] | None = None,
        kind: str = "unknown",
        level_asked: Level | None = None,
        symbol: str = "SCT/BS",
        note: str = "",
        about: Iterable[str] = (),
        person: str = "",
        idempotency_key: str | None = None,
        paper_copies: int = 0,
        dossier: str | _dossiers.NewDossier | None = None,
        original_marks: tuple[Sequence[bytes], str | None] = ((), None),
    ) -> ActNumber:
        """Take the next number of the unit's open book, with its line, in one transaction.

        The year is that of the clock in Vietnam. `decision` (findings, overrides, reasons) stays here; the answer
        carries the digest that may travel. Without `cost` the rule of the day counts `pages` and `copies`, of which
        `paper_copies` are on paper. `dossier` is the file to which the act belongs: the code of one that is being
        checked, or one that arrives with this act. `original_marks` are the SHA-256 of its scans and its
        `document_name`: by them `seen_before` knows it again. Under one `idempotency_key` there is one act that is not
        void. `about` are names and numbers by which the act is found beside its requester.

        Raises:
            UsageFault: the unit has no open book, a count is wrong, the clock is before the book's opening, an act
                stands under the key, or the file is not at the officer's check.
            StorageFault: the register cannot be written; no number was used.
        """
        record = record_json(decision or {})
        salt = self._randomness(32)
        holder = self._alive().id
        turns = [("errand", idempotency_key)] if idempotency_key else []
        turns += [("dossier", dossier)] if isinstance(dossier, str) else []
        with self._database.writing(("book", unit, symbol), *turns) as connection:
            now = self._now()
            if copies < 1 or pages < 1 or not 0 <= paper_copies <= copies:
                raise UsageFault(
                    f"{pages} pages and {copies} copies; both are at least 1",
                    f"{pages} trang và {copies} bản; cả hai phải từ 1 trở lên",
                )
            book = current_book(connection, unit, symbol, now.date())
            cost = cost or charge(pages, copies, on=now.date())
            file = self._file_of(connection, dossier, person)
            number = next_number(connection, unit, symbol, now.year)
            act_id, code = self._new_names(connection)
            digest = findings_digest(record, salt)
            act = self._seal.new(act_id)
            values = {
                "id": act_id,
                "code": code,
                "book_id": book.id,
                "unit": unit,
                "symbol": symbol,
                "year": now.year,
                "number": number,
                "at": time_text(now),
                "requester": act.seal("line", "requester", requester),
                "original": act.seal("line", "original", original),
                "kind": kind,
                "pages": pages,
                "signer": signer,
                "copies": copies,
                "fee_vnd": cost.net if cost.currency == "VND" else 0,
                "charge": record_json(cost).decode(),
                "paper_copies": paper_copies,
                "dossier": file,
                "note": act.seal("line", "note", note),
                "findings_digest": digest,
                "level_asked": level_asked,
                "holder": holder,
                "idempotency_key": _lines.errand(idempotency_key, self._seal) if idempotency_key else None,
            }
            if idempotency_key and _lines.under(connection, idempotency_key, self._seal) is not None:
                raise UsageFault(
                    "this original is being certified by another process",
                    "tiến trình khác đang chứng thực bản chính này",
                )
            _enter.act(connection, values)
            self._seal.enter(connection, act)
            _enter.decision(connection, act_id, salt, act.seal_bytes("rest", "decision", record))
            _persons.enter(connection, self._seal, act_id, (requester, *about))
            scans, document = original_marks
            if scans or document:
                _public.with_secret(connection, self._randomness)
                _marks.enter(connection, self._seal, act_id, _marks.marks(connection, scans, document))
            self._event(connection, act_id, "number_reserved", now, person, {"number": number, "book": book.name})
        return ActNumber(
            act_id=act_id,
            code=code,
            unit=unit,
            book=book.name,
            year=now.year,
            number=number,
            reserved_at=now,
            findings_digest=digest,
            fee_vnd=cost.net if cost.currency == "VND" else 0,
            dossier=file,
        )

    def _file_of(self, connection: Connection, dossier: str | _dossiers.NewDossier | None, person: str) -> str | None:
        if isinstance(dossier, _dossiers.NewDossier):
            return _dossiers.receive(
                connection, dossier, self._seal, place=self.place, device=self.device, person=person
            )
        return _dossiers.for_act(connection, dossier) if dossier is not None else None

    def _new_names(self, connection: Connection) -> tuple[str, str]:
        for _ in range(_CODE_TRIES):
            names = {"id": self._randomness(16).hex(), "code": new_code(self._randomness(64))}
            if connection.execute(_TAKEN, names).first() is None:
                return names["id"], names["code"]
        raise StorageFault(
            "no free code found; the random source repeats itself",
            "không tìm được mã trống; nguồn ngẫu nhiên bị lặp",
        )

    def advance(
        self, act_id: str, state: str, *, person: str = "", file_digest: bytes | None = None, **facts: Any
    ) -> None:
        """Enter that the officer has signed (``officer_signed``) or the agency has sealed (``agency_sealed``).

        Give `file_digest` with ``agency_sealed`` **before** the file is put into the store: if the act ends there, the
        file can then be found and removed. `facts` go into the event.

        Raises:
            UsageFault: the act is unknown, or may not come to `state`.
            StorageFault: the register cannot be written.
        """
        if state not in ("officer_signed", "agency_sealed"):
            raise UsageFault(
                f"an act does not advance to {state}; use close, void, revoke or supersede",
                f"không chuyển hồ sơ sang {state} bằng bước này",
            )
        with self._database.writing(("act", act_id)) as connection:
            self._may(connection, act_id, state)
            connection.execute(_ADVANCE, {"id": act_id, "state": state, "file_digest": file_digest})
            self._event(connection, act_id, state, self._now(), person, facts)

    def close(
        self,
        act_id: str,
        *,
        content_digest: bytes,
        file_digest: bytes,
        level: Level,
        length: int,
        earlier: Sequence[FileState] = (),
        out_hint: Path | str | None = None,
        jobs: Sequence[_jobs.NewJob] = (),
        holder_secret: str = "",
        supersedes: tuple[str, str] | None = None,
        person: str = "",
        **facts: Any,
    ) -> RegisterLine:
        """Enter the finished copy: from here it exists. `earlier` are its states since revision 3, before this one.

        `jobs` are what is still to be done with it, and `holder_secret` what its holder will say for himself (a
        `new_key`), entered in the same transaction. So is what becomes of the act
        that it `supersedes` (code and reason): both hold, or neither.

        With `out_hint` (where it will be delivered) the act stays in hand until `delivered`; `recover` names it to the
        next process if this one dies in between.

        Raises:
            UsageFault: the act is unknown, voided, or not sealed; or the act that it supersedes is not in force.
            StorageFault: the register cannot be written; the copy then does not exist.
        """
        holder = self._alive().id if out_hint is not None else None
        turns = (("act", act_id),) if supersedes is None else ()  # alone, where a second act changes
        with self._database.writing(*turns) as connection:
            row = self._may(connection, act_id, "registered")
            now = self._now()
            connection.execute(
                _CLOSE,
                {
                    "id": act_id,
                    "content_digest": content_digest,
                    "file_digest": file_digest,
                    "level": level,
                    "out_hint": self._hint(connection, act_id, out_hint),
                    "holder": holder,
                },
            )
            last = FileState(at=now, level=level, length=length, file_digest=file_digest)
            for step, state in enumerate((*earlier, last), start=1):
                _enter.file_state(connection, act_id, step, state)
            _public.publish(connection, act_id, row.code, self._randomness)
            if holder_secret:
                _shares.set_secret(connection, act_id, holder_secret, now)
            self._event(connection, act_id, "registered", now, person, {"level": level, **facts})
            _erase.scan_names(connection, self._seal, act_id, facts)
            for job in jobs:
                _jobs.enter(connection, job, now)
            if supersedes is not None:
                code, reason = supersedes
                old = known(_lines.by_code(connection, normal_code(code)), code)
                self._allowed(old, "superseded")
                new = known(_lines.by_id(connection, act_id), act_id)
                self._leave_state(connection, old, "superseded", reason, person=person, holder=old.holder, by=new.code)
            return self._line(known(_lines.by_id(connection, act_id), act_id))

    def _hint(self, connection: Connection, act_id: str, out: Path | str | None) -> str | None:
        if out is None:
            return None
        return self._seal.of(connection, act_id).seal("rest", "out_hint", os.fspath(Path(out).absolute()))

    def delivered(self, act_id: str, *, problem: str = "", person: str = "") -> None:
        """Enter that the copy lies where it was asked for, or the `problem` that keeps it from ever lying there.

        The place itself is forgotten: file names are personal data.

        Raises:
            UsageFault: the act is unknown.
        """
        with self._database.writing(("act", act_id)) as connection:
            row = known(_lines.by_id(connection, act_id), act_id)
            connection.execute(_DELIVERED, {"id": act_id})
            facts = {"delivered": not problem, **({"problem": problem} if problem else {})}
            now = self._now()
            self._event(connection, act_id, row.state, now, person, facts)
            if row.dossier is not None and not problem:
                where = {"place": self.place, "device": self.device, "person": person}
                _dossiers.delivered_alone(connection, row.dossier, now, self._seal, **where)

    def void(self, act_id: str, reason: str, *, person: str = "") -> None:
        """Give up an act that is not registered yet: its number stays, with the reason; its files go.

        Raises:
            UsageFault: there is no reason, or the act is unknown or already registered.
            StorageFault: the register or the store cannot be written.
        """
        reasoned(reason)
        with self._database.writing(("act", act_id)) as connection:
            row = self._may(connection, act_id, "voided")
            leftover = row.file_digest
            # an act with a file stays in hand until the file is gone, so that recover can finish this
            holder = row.holder if leftover is not None and self.store is not None else None
            self._leave_state(connection, row, "voided", reason, person=person, holder=holder)
        if leftover is not None and self.store is not None:
            self.store.delete(leftover)
            with self._database.writing() as connection:
                connection.execute(_DELIVERED, {"id": act_id})

    def abandon(self, act_id: str, reason: str, *, person: str = "") -> bool:
        """After whatever went wrong: void the act unless it is registered already; whether it is void now.

        False means that the copy exists: the fault came after `close`, and the copy is delivered by this process or,
        where it was to lie somewhere, by the next one that recovers.

        Raises:
            UsageFault: the act is unknown, or there is no reason.
            StorageFault: the register cannot be written; the act is voided by `recover` once this process has ended.
        """
        state = self.act(act_id).state
        if state in ABANDONABLE:
            self.void(act_id, reason, person=person)
            return True
        return state == "voided"

    # -- inside a transaction ----------------------------------------------------------------------------------------

    def _may(self, connection: Connection, act_id: str, state: str) -> Row[Any]:
        row = known(_lines.by_id(connection, act_id), act_id)
        self._allowed(row, state)
        return row

    def _allowed(self, row: Row[Any], state: str) -> None:
        if not may(row.state, state):
            reason = self._seal.row(row).open("line", "reason", row.reason)
            why = f" ({reason})" if reason else ""
            raise UsageFault(
                f"number {row.number:02d}/{row.year} is {row.state}{why}; it cannot become {state}",
                f"số {row.number:02d}/{row.year} đang ở trạng thái {row.state}{why}; không thể chuyển sang {state}",
            )

    def _event(  # noqa: PLR0917  what every event has
        self,
        connection: Connection,
        act_id: str,
        state: str,
        at: dt.datetime,
        person: str,
        facts: Mapping[str, Any],
    ) -> None:
        act = self._seal.of(connection, act_id)
        _enter.event(connection, act, state, at, place=self.place, device=self.device, person=person, facts=facts)

    def _leave_state(
        self,
        connection: Connection,
        row: Row[Any],
        state: str,
        reason: str,
        *,
        person: str,
        holder: str | None,
        by: str | None = None,
    ) -> None:
        now = self._now()
        sealed = self._seal.of(connection, row.id).seal("line", "reason", reason)
        values = {"id": row.id, "state": state, "reason": sealed, "at": time_text(now), "by": by, "holder": holder}
        connection.execute(_LEFT, values)
        facts = {"reason": reason, **({"by": by} if by else {})}
        self._event(connection, row.id, state, now, person, facts)


def reasoned(reason: str) -> None:
    if not reason.strip():
        raise UsageFault("a reason is needed", "cần ghi lý do")
