"""The register and the store: every act once, for ever.

Most people need ``Register(path, clock=…, randomness=…)``: `reserve` takes number, book and line in one transaction,
`advance` records each step, `close` enters the finished copy, `void` gives a number up with its reason. `recover`
settles what a killed process left behind. `Register.jobs` holds what
waits for a slow service, `Register.breakers` which services rest. An `ObjectStore` keeps files by
digest, `FolderStore` on a disk and `S3Store` on a server; `fee` counts column 7.

Promised for ever: numbers of a unit, kind of book and year run from 01 without gaps; a code, once given, names one act.
Names load when they are first used, because SQLAlchemy is 0.14 CPU s.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyhncert.keep._acts import ABANDONABLE, STATES, Transition, may
    from pyhncert.keep._backup import Backup, BackupFolder
    from pyhncert.keep._book import BookSettings
    from pyhncert.keep._breakers import Breakers
    from pyhncert.keep._canonical import findings_digest
    from pyhncert.keep._create import create_register, upgrade_register
    from pyhncert.keep._database import SCHEMA
    from pyhncert.keep._disk import (
        NewFile,
        check_disk,
        clean_leftovers,
        free_bytes,
        fsync_folder,
        move_new,
        storage_fault,
        try_lock,
        write_new,
    )
    from pyhncert.keep._export import csv_metadata, export_csv, export_json
    from pyhncert.keep._fees import FeeRule, fee, fee_rule
    from pyhncert.keep._folder_store import FolderStore
    from pyhncert.keep._given import Given, read_given
    from pyhncert.keep._jobs import Job, JobRules, Jobs, Lease, NewJob, job_rules
    from pyhncert.keep._print import monthly_pdf
    from pyhncert.keep._recover import Recovered, Undelivered
    from pyhncert.keep._refill import Refilled
    from pyhncert.keep._refusals import Refusal
    from pyhncert.keep._register import Register
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
    from pyhncert.keep._store import ObjectStore

_HOME = {
    "ABANDONABLE": "_acts",
    "Backup": "_backup",
    "BackupFolder": "_backup",
    "BookSettings": "_book",
    "Breakers": "_breakers",
    "ByHolder": "_share_rules",
    "ByOfficer": "_share_rules",
    "FIELD": "_share_rules",
    "FeeRule": "_fees",
    "FolderStore": "_folder_store",
    "Given": "_given",
    "Grant": "_share_rules",
    "Job": "_jobs",
    "JobRules": "_jobs",
    "Jobs": "_jobs",
    "Lease": "_jobs",
    "NewFile": "_disk",
    "NewGrant": "_share_rules",
    "NewJob": "_jobs",
    "ObjectStore": "_store",
    "Purpose": "_share_rules",
    "Recovered": "_recover",
    "Refilled": "_refill",
    "Refusal": "_refusals",
    "Register": "_register",
    "S3Store": "_s3_store",
    "SCHEMA": "_database",
    "STATES": "_acts",
    "Service": "_serve",
    "ShareRules": "_share_rules",
    "Shares": "_shares",
    "Transition": "_acts",
    "Undelivered": "_recover",
    "View": "_share_rules",
    "check_disk": "_disk",
    "clean_leftovers": "_disk",
    "create_register": "_create",
    "csv_metadata": "_export",
    "export_csv": "_export",
    "export_json": "_export",
    "fee": "_fees",
    "fee_rule": "_fees",
    "findings_digest": "_canonical",
    "free_bytes": "_disk",
    "fsync_folder": "_disk",
    "job_rules": "_jobs",
    "may": "_acts",
    "monthly_pdf": "_print",
    "move_new": "_disk",
    "new_key": "_shares",
    "read_given": "_given",
    "share_rules": "_share_rules",
    "storage_fault": "_disk",
    "try_lock": "_disk",
    "upgrade_register": "_create",
    "write_new": "_disk",
}

__all__ = [
    "ABANDONABLE",
    "FIELD",
    "SCHEMA",
    "STATES",
    "Backup",
    "BackupFolder",
    "BookSettings",
    "Breakers",
    "ByHolder",
    "ByOfficer",
    "FeeRule",
    "FolderStore",
    "Given",
    "Grant",
    "Job",
    "JobRules",
    "Jobs",
    "Lease",
    "NewFile",
    "NewGrant",
    "NewJob",
    "ObjectStore",
    "Purpose",
    "Recovered",
    "Refilled",
    "Refusal",
    "Register",
    "S3Store",
    "Service",
    "ShareRules",
    "Shares",
    "Transition",
    "Undelivered",
    "View",
    "check_disk",
    "clean_leftovers",
    "create_register",
    "csv_metadata",
    "export_csv",
    "export_json",
    "fee",
    "fee_rule",
    "findings_digest",
    "free_bytes",
    "fsync_folder",
    "job_rules",
    "may",
    "monthly_pdf",
    "move_new",
    "new_key",
    "read_given",
    "share_rules",
    "storage_fault",
    "try_lock",
    "upgrade_register",
    "write_new",
]


def __getattr__(name: str) -> object:
    """Load `name` from the file that holds it."""
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{home}"), name)
