"""The register of one office: reserve, advance, close, void; revoke, supersede; find. A method is a transaction."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import text

from pyhncert.errors import UsageFault
from pyhncert.keep import (
    _access,
    _dossiers,
    _enter,
    _erase,
    _erase_reception,
    _jobs,
    _limits,
    _lines,
    _public,
    _recover,
    _refusals,
)
from pyhncert.keep._book import Book, BookSettings, open_book
from pyhncert.keep._codes import normal_code
from pyhncert.keep._lines import known
from pyhncert.keep._office_key import OfficeKey
from pyhncert.keep._steps import ActSteps, reasoned
from pyhncert.keep._store import ObjectStore
from pyhncert.values import FileState, Level, RegisterLine

if TYPE_CHECKING:
    from pyhncert.keep._given import Given
    from pyhncert.keep._refill import LastNumbers as _LastNumbers
    from pyhncert.keep._refill import Refilled

if TYPE_CHECKING:
    from pyhncert.keep._held import Held

_GROW = text("UPDATE act SET file_digest = :file_digest, level = :level WHERE id = :id")

_SWEEPS = 8
"""Of 256 questions of strangers so many are followed by forgetting the buckets that are full again."""


class Register(ActSteps):
    """The register: `ActSteps`, refusals, what comes after an act was issued, and recovery after a kill."""

    def refuse(
        self,
        *,
        officer: str,
        reason: str,
        pages: int = 1,
        requester: str = "",
        original: str = "",
        words: str = "",
        dossier: str | None = None,
    ) -> _refusals.Refusal:
        """Enter that `officer` refused a paper for a `reason` of SPEC 1.4 after `pages` pages; with R3 nothing else.

        The file of the code `dossier` is rejected with its one original, or has one original less.

        Raises:
            UsageFault: no such reason or file, no officer, or the file is not at a step where it can be refused.
            StorageFault: the register cannot be written.
        """
        with self._database.writing() as connection:
            now = self._now()
            if dossier is not None:
                facts = {"reason": reason}
                dossier = _dossiers.refuse_one(
                    connection, dossier, now, self._seal, facts=facts, **self._where(officer)
                )
            refusal = _refusals.Refusal(
                at=now,
                device=self.device,
                officer=officer,
                reason=reason,
                pages=pages,
                place=self.place,
                requester=requester,
                original=original,
                words=words,
                dossier=dossier or "",
            )
            return _refusals.enter(connection, refusal, self._seal)

    # -- files (hồ sơ) -----------------------------------------------------------------------------------------------

    def receive(self, dossier: _dossiers.NewDossier, *, person: str = "") -> _dossiers.Dossier:
        """Enter a file that an applicant hands in, with its steps so far.

        Raises:
            StorageFault: the register cannot be written.
        """
        with self._database.writing() as connection:
            code = _dossiers.receive(connection, dossier, self._seal, **self._where(person))
            return _dossiers.dossier(connection, code, self._seal)

    def step(self, dossier: str, state: str, *, person: str = "", reason: str = "") -> _dossiers.Dossier:
        """Enter that a file has come to a state of SPEC 10 before its numbers.

        Raises:
            UsageFault: no such file, it may not go there, or a reason is missing.
        """
        with self._database.writing() as connection:
            facts = {"reason": reason} if reason else {}
            _dossiers.move(connection, dossier, state, self._now(), self._seal, facts=facts, **self._where(person))
            return _dossiers.dossier(connection, dossier, self._seal)

    def hand_over(self, dossier: str, *, person: str = "") -> _dossiers.Dossier:
        """Enter that the applicant has the results of a file.

        Raises:
            UsageFault: no such file, or it is not done.
        """
        with self._database.writing() as connection:
            _dossiers.hand_over(connection, dossier, self._now(), self._seal, **self._where(person))
            return _dossiers.dossier(connection, dossier, self._seal)

    def _where(self, person: str) -> dict[str, str]:
        return {"place": self.place, "device": self.device, "person": person}

    def count(self, what: str, asker: str) -> None:
        """Count one question of a stranger (an address, or whatever tells him from others) under the limit `what`.

        Raises:
            TooMany: he has asked too often; it says when to come back.
            UsageFault: `asker` is empty.
            StorageFault: the register cannot be written.
        """
        rule = _limits.limit(what)
        with self._database.reading() as connection:
            _limits.refuse_early(connection, _limits.bucket(connection, what, asker), rule, self._now())
        with self._database.writing(("asker", what, _limits.asker_name(asker))) as connection:
            _public.with_secret(connection, self._randomness)
            _limits.take(connection, _limits.bucket(connection, what, asker), rule, self._now())
        if self._randomness(1)[0] < _SWEEPS:
            with self._database.writing(("asker",)) as connection:
                _limits.forget(connection, self._now())

    # -- afterwards --------------------------------------------------------------------------------------------------

    def grown(
        self,
        code: str,
        *,
        before: bytes,
        file_digest: bytes,
        level: Level,
        length: int,
        job: _jobs.Lease | None = None,
    ) -> RegisterLine:
        """Enter the state of the file that follows the one with digest `before`; its earlier states stay known.

        Where this is the end of a `job`, that is done in the same transaction.

        Raises:
            UsageFault: no such code, the act has no copy, its file has grown already, or the lease is lost.
        """
        with self._database.writing() as connection:
            row = known(_lines.by_code(connection, normal_code(code)), code)
            earlier = _lines.files(connection, row.id)
            if not earlier:
                raise UsageFault(f"{code} has no copy: it is {row.state}", f"{code} không có bản sao: {row.state}")
            if row.file_digest != before:
                raise UsageFault(f"the file of {code} has grown meanwhile", f"tệp của {code} vừa được bổ sung")
            now = self._now()
            state = FileState(at=now, level=level, length=length, file_digest=file_digest)
            _enter.file_state(connection, row.id, len(earlier) + 1, state)
            connection.execute(_GROW, {"id": row.id, "file_digest": file_digest, "level": level})
            self._event(connection, row.id, row.state, now, "", {"level": level})
            if job is not None:
                _jobs.finish(connection, job, now)
            return self._line(known(_lines.by_id(connection, row.id), code))

    def revoke(self, code: str, reason: str, *, person: str = "") -> RegisterLine:
        """Take an issued copy back, for ever.

        Raises:
            UsageFault: no such code, no reason, or the act is not issued.
        """
        return self._after(code, "revoked", reason, None, person)

    def supersede(self, code: str, by: str | None, reason: str, *, person: str = "") -> RegisterLine:
        """Say that a newer act replaces `code`: the act `by`, which must be issued and replace nothing else.

        Raises:
            UsageFault: no such code, no reason, or one of the acts is in another state.
        """
        return self._after(code, "superseded", reason, by, person)

    def _after(self, code: str, state: str, reason: str, by: str | None, person: str) -> RegisterLine:
        reasoned(reason)
        with self._database.writing() as connection:
            row = known(_lines.by_code(connection, normal_code(code)), code)
            self._allowed(row, state)
            newer = row.superseded_by
            if by is not None:
                other = known(_lines.by_code(connection, normal_code(by)), by)
                if other.id == row.id or other.state != "registered" or other.replaces is not None:
                    raise UsageFault(
                        f"{by} cannot replace {code}: it is {other.state} and must be another issued act"
                        " that replaces nothing else",
                        f"{by} không thể thay thế {code}: phải là một bản sao khác đang có hiệu lực",
                    )
                newer = other.code
            self._leave_state(connection, row, state, reason, person=person, holder=row.holder, by=newer)
            return self._line(known(_lines.by_id(connection, row.id), code))

    def open_book(self, settings: BookSettings) -> Book:
        """Close the unit's open book of this kind and open the next; within a year its numbers go on.

        Raises:
            UsageFault: the clock is before the open book's opening day.
        """
        with self._database.writing() as connection:
            return open_book(connection, settings, self._now().date())

    def refill(self, given: Iterable[Given], *, last: _LastNumbers, backup: str) -> Refilled:
        """After a restore: enter what `given` shows was used and is not known here, void the rest.

        `last` names the last number of a book that paper shows: by the book's name, or by its name and the year, where
        it goes on over several. Share grants end: nobody knows which were used since.
        See docs/register.md.

        Raises:
            UsageFault: a book of `last` is not known, or it must say the year.
            StorageFault: the register cannot be written.
        """
        from pyhncert.keep._refill import Refill  # noqa: PLC0415  rarely used

        with self._database.writing() as connection:
            refill = Refill(connection, self._seal, clock=self._clock, randomness=self._randomness, backup=backup)
            done = refill.run(given, last)
            self.shares.revoke_all(connection, by=f"restore from {backup}")
        for act_id, reason in done.under_way:
            self.void(act_id, reason)
        ended = tuple(self.act(act_id) for act_id, _ in done.under_way)
        return replace(done, voided=(*done.voided, *ended), under_way=())

    # -- what is personal --------------------------------------------------------------------------------------------

    def erase(self, code: str, reason: str, *, classes: Iterable[str] = (), person: str = "") -> _erase.Erased:
        """Remove what is personal of an act, provably; see `_erase`. Without `classes` all that the law lets go.

        Number, line, digests and events stay, and a delivered copy verifies as before. The class ``line`` blanks the
        names in the line itself, which the law keeps for ever: only on an order that says so.

        Raises:
            UsageFault: no such code or class, no reason, the act is under way, or the register is not sealed.
            StorageFault: register or store cannot be written, or others held the old bytes; call it again.
        """
        reasoned(reason)
        return self._eraser().erase(normal_code(code), classes, reason, person)

    def erase_reception(self, what: str | int, reason: str, *, person: str) -> bool:
        """Remove the names of a file without acts (its code), or of a refusal (its number); False where it was done.

        Raises:
            UsageFault: no such file or refusal, no reason, nobody who erases, or the register is not sealed; the file
                is under way or has acts.
            StorageFault: the register cannot be written, or others held the old bytes; call it again.
        """
        reasoned(reason)
        self._eraser()
        with self._database.writing() as connection:
            now, where = self._now(), self._where(person)
            if isinstance(what, int):
                done = _erase_reception.erase_refusal(connection, what, reason, now, **where)
            else:
                done = _erase_reception.erase_file(connection, self._seal, what, reason, now, **where)
        _erase.scrubbed(self._database)
        return done

    def expired_reception(self) -> list[str | int]:
        """Codes of files without acts, and numbers of refusals, whose names have been kept longer than allowed."""
        with self._database.reading() as connection:
            return _erase_reception.expired(connection, self._now()) if self.sealed else []

    def expired(self) -> list[tuple[str, tuple[str, ...]]]:
        """Codes of acts, and which of their classes have been kept longer than ``data/retention.toml`` says."""
        return self._eraser().expired()

    def _eraser(self) -> _erase.Eraser:
        return _erase.Eraser(self._database, self._seal, self.store, now=self._now, event=self._event)

    def looked(self, what: str, *, purpose: str, person: str, code: str | None = None) -> None:
        """Enter who looks at personal data (of one act, or of a person), before it is shown.

        Raises:
            UsageFault: nobody or no purpose is named, or no such code.
        """
        with self._database.writing() as connection:
            row = known(_lines.by_code(connection, normal_code(code)), code) if code is not None else None
            _access.enter(
                connection,
                self._now(),
                what=what,
                act_id=row.id if row is not None else None,
                purpose=purpose,
                **self._where(person),
            )

    def held_on(self, who: str, *, purpose: str, person: str) -> Held:
        """Everything that is held on the person with this name or number: JSON and files. The look is logged first.

        A sealed register finds requesters and whom papers were about; a plain one requesters only.

        Raises:
            UsageFault: nobody was named, or no purpose.
            StorageFault: the look cannot be logged; then nothing is shown.
        """
        from pyhncert.keep._held import held_on  # noqa: PLC0415  rarely used

        acts = self.acts_of(who)
        for act_id in acts:
            self.looked("person", purpose=purpose, person=person, code=self.act(act_id).code)
        if not acts:
            self.looked("person", purpose=purpose, person=person)
        return held_on(self, who, acts)

    def accesses(self, code: str | None = None) -> tuple[_access.Access, ...]:
        """Who looked at personal data, oldest first: of all, or of one act."""
        with self._database.reading() as connection:
            return _access.entered(connection, normal_code(code) if code is not None else "")

    def rekey(self, new: OfficeKey | None = None, *, owner: str | None = None) -> int:
        """Go over to the office key `new`; returns how many data keys were wrapped anew.

        Open the register with the new key afterwards. A change that was stopped is finished by calling this again,
        opened with the new key, without `new`. `owner` is the user of a server who owns the register's tables: a desk's
        may not write its keys.

        Raises:
            UsageFault: the register is not sealed, or `new` is its office key already.
            StorageFault: the register cannot be written.
        """
        from pyhncert.keep._create import owned  # noqa: PLC0415  rarely used
        from pyhncert.keep._sealing import rekey  # noqa: PLC0415

        with owned(self._place, owner) as database:
            return rekey(database, self._seal, new, self._randomness)

    # -- faults ------------------------------------------------------------------------------------------------------

    def recover(self, store: ObjectStore | None = None) -> _recover.Recovered:
        """Settle what dead processes left: void what was not registered, and take over what was not delivered.

        What is to be delivered belongs to this process from here on; say `delivered` for each. Safe while others
        work, recover too, or die meanwhile.

        Raises:
            StorageFault: register, store or disk cannot be written.
        """
        return _recover.recover(
            self._database,
            self.holder_folder,
            me=lambda: self._alive().id,
            my_id=self._holder.id if self._holder is not None else None,
            now=self._now,
            store=store or self.store,
            event=self._event,
            seal=self._seal,
        )
