"""The register and the store: every act once, for ever.

Most people need ``Register(path, clock=…, randomness=…)``: `reserve` takes number, book and line in one transaction,
`advance` records each step, `close` enters the finished copy, `void` gives a number up with its reason. `recover`
settles what a killed process left behind. `Register.jobs` holds what
waits for a slow service, `Register.breakers` which services rest. An `ObjectStore` keeps files by
digest, `FolderStore` on a disk and `S3Store` on a server. `charge` counts column 7, `due` says by when an answer is
promised, `Register.receive` opens a file (hồ sơ) for an applicant.

Promised for ever: numbers of a unit, kind of book and year run from 01 without gaps; a code, once given, names one act.
Names load when they are first used, because SQLAlchemy is 0.14 CPU s.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyhncert.keep._access import Access
    from pyhncert.keep._acts import ABANDONABLE, STATES, Transition, may
    from pyhncert.keep._backup import Backup, BackupFolder
    from pyhncert.keep._book import BookSettings
    from pyhncert.keep._breakers import Breakers
    from pyhncert.keep._calendar import Due, OfficeHours, due, is_working_day
    from pyhncert.keep._canonical import findings_digest
    from pyhncert.keep._create import create_register, seal_register, upgrade_register
    from pyhncert.keep._database import SCHEMA
    from pyhncert.keep._disk import (
        NewFile,
        alone_in,
        check_disk,
        clean_leftovers,
        free_bytes,
        fsync_folder,
        move_new,
        storage_fault,
        try_lock,
        write_new,
    )
    from pyhncert.keep._dossiers import Dossier, NewDossier, check_dossier_code
    from pyhncert.keep._erase import Erased
    from pyhncert.keep._export import csv_metadata, export_csv, export_json, paid
    from pyhncert.keep._fees import FeeRule, charge, fee_rule
    from pyhncert.keep._folder_store import FolderStore
    from pyhncert.keep._given import Given, read_given
    from pyhncert.keep._held import Held
    from pyhncert.keep._jobs import Job, JobRules, Jobs, Lease, NewJob, job_rules
    from pyhncert.keep._marks import document_name
    from pyhncert.keep._move import Move, TableCopy
    from pyhncert.keep._office_key import LocalKey, OfficeKey, key_from_environment, key_from_file, make_key_file
    from pyhncert.keep._paper_copy import pages_of, paper_copy_pdf
    from pyhncert.keep._print import monthly_pdf
    from pyhncert.keep._recover import Recovered, Undelivered
    from pyhncert.keep._refill import LastNumbers, Refilled
    from pyhncert.keep._refusals import Refusal, RefusalReason, refusal_reasons
    from pyhncert.keep._register import Register
    from pyhncert.keep._retention import Retention, retention
    from pyhncert.keep._s3_store import S3Store
    from pyhncert.keep._serve import Service
    from pyhncert.keep._share_rules import (
        FIELD,
        ByHolder,
        ByOfficer,
        Grant,
        NewGrant,
        Purpose,
        ShareRules,
        View,
        share_rules,
    )
    from pyhncert.keep._shares import Shares, new_key
    from pyhncert.keep._slips import appointment_pdf, refusal_pdf
    from pyhncert.keep._states import file_state_words, file_states, portal_code, portal_words, state_data
    from pyhncert.keep._store import ObjectStore
    from pyhncert.keep._times import StageTimes
    from pyhncert.keep._year_print import yearly_pdf

_HOME = {
    "ABANDONABLE": "_acts",
    "Access": "_access",
    "Erased": "_erase",
    "Held": "_held",
    "Retention": "_retention",
    "retention": "_retention",
    "Backup": "_backup",
    "BackupFolder": "_backup",
    "BookSettings": "_book",
    "Breakers": "_breakers",
    "ByHolder": "_share_rules",
    "ByOfficer": "_share_rules",
    "Dossier": "_dossiers",
    "Due": "_calendar",
    "FIELD": "_share_rules",
    "FeeRule": "_fees",
    "FolderStore": "_folder_store",
    "Given": "_given",
    "Grant": "_share_rules",
    "Job": "_jobs",
    "JobRules": "_jobs",
    "Jobs": "_jobs",
    "Lease": "_jobs",
    "LastNumbers": "_refill",
    "LocalKey": "_office_key",
    "Move": "_move",
    "NewDossier": "_dossiers",
    "NewFile": "_disk",
    "NewGrant": "_share_rules",
    "NewJob": "_jobs",
    "ObjectStore": "_store",
    "OfficeHours": "_calendar",
    "OfficeKey": "_office_key",
    "Purpose": "_share_rules",
    "Recovered": "_recover",
    "Refilled": "_refill",
    "Refusal": "_refusals",
    "RefusalReason": "_refusals",
    "Register": "_register",
    "S3Store": "_s3_store",
    "SCHEMA": "_database",
    "STATES": "_acts",
    "Service": "_serve",
    "ShareRules": "_share_rules",
    "Shares": "_shares",
    "StageTimes": "_times",
    "TableCopy": "_move",
    "Transition": "_acts",
    "Undelivered": "_recover",
    "View": "_share_rules",
    "alone_in": "_disk",
    "appointment_pdf": "_slips",
    "charge": "_fees",
    "check_disk": "_disk",
    "check_dossier_code": "_dossiers",
    "clean_leftovers": "_disk",
    "create_register": "_create",
    "csv_metadata": "_export",
    "document_name": "_marks",
    "due": "_calendar",
    "export_csv": "_export",
    "export_json": "_export",
    "fee_rule": "_fees",
    "file_state_words": "_states",
    "file_states": "_states",
    "findings_digest": "_canonical",
    "free_bytes": "_disk",
    "fsync_folder": "_disk",
    "is_working_day": "_calendar",
    "job_rules": "_jobs",
    "key_from_environment": "_office_key",
    "key_from_file": "_office_key",
    "make_key_file": "_office_key",
    "may": "_acts",
    "monthly_pdf": "_print",
    "move_new": "_disk",
    "new_key": "_shares",
    "pages_of": "_paper_copy",
    "paid": "_export",
    "paper_copy_pdf": "_paper_copy",
    "portal_code": "_states",
    "portal_words": "_states",
    "read_given": "_given",
    "refusal_pdf": "_slips",
    "refusal_reasons": "_refusals",
    "seal_register": "_create",
    "share_rules": "_share_rules",
    "state_data": "_states",
    "storage_fault": "_disk",
    "try_lock": "_disk",
    "upgrade_register": "_create",
    "write_new": "_disk",
    "yearly_pdf": "_year_print",
}

__all__ = [
    "ABANDONABLE",
    "FIELD",
    "SCHEMA",
    "STATES",
    "Access",
    "Backup",
    "BackupFolder",
    "BookSettings",
    "Breakers",
    "ByHolder",
    "ByOfficer",
    "Dossier",
    "Due",
    "Erased",
    "FeeRule",
    "FolderStore",
    "Given",
    "Grant",
    "Held",
    "Job",
    "JobRules",
    "Jobs",
    "LastNumbers",
    "Lease",
    "LocalKey",
    "Move",
    "NewDossier",
    "NewFile",
    "NewGrant",
    "NewJob",
    "ObjectStore",
    "OfficeHours",
    "OfficeKey",
    "Purpose",
    "Recovered",
    "Refilled",
    "Refusal",
    "RefusalReason",
    "Register",
    "Retention",
    "S3Store",
    "Service",
    "ShareRules",
    "Shares",
    "StageTimes",
    "TableCopy",
    "Transition",
    "Undelivered",
    "View",
    "alone_in",
    "appointment_pdf",
    "charge",
    "check_disk",
    "check_dossier_code",
    "clean_leftovers",
    "create_register",
    "csv_metadata",
    "document_name",
    "due",
    "export_csv",
    "export_json",
    "fee_rule",
    "file_state_words",
    "file_states",
    "findings_digest",
    "free_bytes",
    "fsync_folder",
    "is_working_day",
    "job_rules",
    "key_from_environment",
    "key_from_file",
    "make_key_file",
    "may",
    "monthly_pdf",
    "move_new",
    "new_key",
    "pages_of",
    "paid",
    "paper_copy_pdf",
    "portal_code",
    "portal_words",
    "read_given",
    "refusal_pdf",
    "refusal_reasons",
    "retention",
    "seal_register",
    "share_rules",
    "state_data",
    "storage_fault",
    "try_lock",
    "upgrade_register",
    "write_new",
    "yearly_pdf",
]


def __getattr__(name: str) -> object:
    """Load `name` from the file that holds it."""
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{home}"), name)
