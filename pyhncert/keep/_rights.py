"""Least rights on a PostgreSQL server: what the desks' role may do. Whoever owns the tables can do everything.

Every table may be read and added to, none may be emptied. What may change, and where a row may go, is said here by
name; a table that is not named only grows.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, inspect, text

DESK: Final = "hncert_desk"
"""The role of which the desks' own users are members."""

QUEUE_SCHEMA: Final = "procrastinate"
"""Where the queue has its tables: work in progress, all of it."""

_FIXED = {"act": {"id", "code", "book_id", "unit", "symbol", "year", "number", "certified_at"}}
"""Columns that stay, in tables of which the others may change."""
_MAY_CHANGE: dict[str, set[str]] = {
    "data_key": {"generation", "line_key", "rest_key", "erased"},
    "book": {"closed_on"},
    "counter": {"last"},
    "dossier": {"state", "originals", "delivered_at", "requester", "agreement"},
    "dossier_counter": {"last"},
    "holder_secret": {"digest", "given_at"},
    "share": {"uses_left", "revoked_at", "revoked_by"},
}
"""Columns that may change, in tables of which the others stay."""
_WORK = frozenset({"job", "breaker", "bucket"})
"""Tables of work in progress, of which every column may change."""
_MAY_GO = frozenset({"breaker", "bucket", "object_key", "original_mark", "person", "scan_of"})
_READ_ONLY = frozenset({"alembic_version", "register_key"})


def changeable(table: str, columns: set[str]) -> set[str]:
    """Which of a table's columns may change."""
    if table in _WORK:
        return columns
    return columns - _FIXED[table] if table in _FIXED else columns & _MAY_CHANGE.get(table, set())


def may_go(table: str) -> bool:
    """Whether rows of a table may be deleted."""
    return table in _MAY_GO


def grant(connection: Connection) -> bool:
    """Give the role `DESK` its rights; it is made where the present user may make roles. False where there is none."""
    if connection.execute(text("SELECT 1 FROM pg_roles WHERE rolname = :name"), {"name": DESK}).first() is None:
        may = "SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user"
        if not connection.execute(text(may)).scalar():
            return False
        connection.execute(text(f"CREATE ROLE {DESK} NOLOGIN"))
    schema = connection.execute(text("SELECT quote_ident(current_schema())")).scalar_one()
    _do(connection, f"GRANT USAGE ON SCHEMA {schema} TO {DESK}")
    looking = inspect(connection)
    for table in looking.get_table_names():
        columns = {column["name"] for column in looking.get_columns(table)}
        _do(connection, f"REVOKE ALL ON {table} FROM {DESK}")
        _do(connection, f"GRANT SELECT{'' if table in _READ_ONLY else ', INSERT'} ON {table} TO {DESK}")
        change = changeable(table, columns)
        if change:
            _do(connection, f"GRANT UPDATE ({', '.join(sorted(change))}) ON {table} TO {DESK}")
        if may_go(table):
            _do(connection, f"GRANT DELETE ON {table} TO {DESK}")
    _do(connection, f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {DESK}")
    _do(connection, f"GRANT USAGE ON SCHEMA {QUEUE_SCHEMA} TO {DESK}")
    for what in ("TABLES", "SEQUENCES", "FUNCTIONS"):
        _do(connection, f"GRANT ALL ON ALL {what} IN SCHEMA {QUEUE_SCHEMA} TO {DESK}")
    return True


def _do(connection: Connection, statement: str) -> None:
    connection.exec_driver_sql(statement)
