"""Books, counters, acts (the lines of the register), file states, decisions, events.

Times are text, ISO 8601 in Vietnam time with microseconds, so that they sort; digests are raw bytes.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pyhncert.keep.migrations.guards import guard, prepare, remove

revision = "0001"
down_revision = None

_STATES = "'number_reserved','officer_signed','agency_sealed','registered','voided','revoked','superseded'"


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "book",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("unit", sa.Text, nullable=False),
        sa.Column("symbol", sa.Text, nullable=False),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("agency", sa.Text, nullable=False),
        sa.Column("yearly", sa.Integer, nullable=False),
        sa.Column("opened_on", sa.Text, nullable=False),
        sa.Column("closed_on", sa.Text),
        sa.UniqueConstraint("unit", "symbol", "year", "number"),
        sa.CheckConstraint("number >= 1"),
        sqlite_strict=True,
    )
    op.create_index(
        "one_open_book",
        "book",
        ["unit", "symbol"],
        unique=True,
        sqlite_where=sa.text("closed_on IS NULL"),
        postgresql_where=sa.text("closed_on IS NULL"),
    )
    op.create_table(
        "counter",
        sa.Column("unit", sa.Text, primary_key=True),
        sa.Column("symbol", sa.Text, primary_key=True),
        sa.Column("year", sa.Integer, primary_key=True),
        sa.Column("last", sa.Integer, nullable=False),
        sqlite_strict=True,
    )
    op.create_table(
        "act",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("code", sa.Text, nullable=False, unique=True),
        sa.Column("book_id", sa.Integer, sa.ForeignKey("book.id"), nullable=False),
        sa.Column("unit", sa.Text, nullable=False),
        sa.Column("symbol", sa.Text, nullable=False),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("certified_at", sa.Text, nullable=False),
        sa.Column("requester", sa.Text, nullable=False),
        sa.Column("original", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("pages", sa.Integer, nullable=False),
        sa.Column("signer", sa.Text, nullable=False),
        sa.Column("copies", sa.Integer, nullable=False),
        sa.Column("fee_vnd", sa.Integer, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("findings_digest", sa.LargeBinary, nullable=False),
        sa.Column("content_digest", sa.LargeBinary),
        sa.Column("file_digest", sa.LargeBinary),
        sa.Column("level_asked", sa.Text),
        sa.Column("level", sa.Text),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("changed_at", sa.Text),
        sa.Column("superseded_by", sa.Text),
        sa.Column("holder", sa.Text),
        sa.Column("out_hint", sa.Text),
        sa.UniqueConstraint("unit", "symbol", "year", "number"),
        sa.CheckConstraint(f"state IN ({_STATES})"),
        sa.CheckConstraint("number >= 1"),
        sa.CheckConstraint("copies >= 1"),
        sa.CheckConstraint("fee_vnd >= 0"),
        sa.CheckConstraint("state NOT IN ('voided','revoked') OR reason <> ''"),
        sa.CheckConstraint(
            "state NOT IN ('registered','revoked','superseded')"
            " OR (content_digest IS NOT NULL AND file_digest IS NOT NULL)"
        ),
        sqlite_strict=True,
    )
    op.create_index(
        "act_in_hand",
        "act",
        ["holder"],
        sqlite_where=sa.text("holder IS NOT NULL"),
        postgresql_where=sa.text("holder IS NOT NULL"),
    )
    op.create_index(
        "act_replaces_one",
        "act",
        ["superseded_by"],
        unique=True,
        sqlite_where=sa.text("superseded_by IS NOT NULL"),
        postgresql_where=sa.text("superseded_by IS NOT NULL"),
    )
    op.create_table(
        "file_state",
        sa.Column("file_digest", sa.LargeBinary, primary_key=True),
        sa.Column("act_id", sa.Text, sa.ForeignKey("act.id"), nullable=False),
        sa.Column("step", sa.Integer, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("level", sa.Text, nullable=False),
        sa.Column("length", sa.Integer, nullable=False),
        sa.UniqueConstraint("act_id", "step"),
        sqlite_strict=True,
    )
    op.create_table(
        "decision",
        sa.Column("act_id", sa.Text, sa.ForeignKey("act.id"), primary_key=True),
        sa.Column("salt", sa.LargeBinary, nullable=False),
        sa.Column("record", sa.LargeBinary, nullable=False),
        sqlite_strict=True,
    )
    op.create_table(
        "event",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("act_id", sa.Text, sa.ForeignKey("act.id"), nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("device", sa.Text, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("facts", sa.Text, nullable=False),
        sqlite_strict=True,
    )
    op.create_index("event_of_act", "event", ["act_id", "id"])
    prepare()
    guard("act_stays", "BEFORE DELETE ON act", "a line of the register is never deleted")
    numbered = "id, code, book_id, unit, symbol, year, number, certified_at"
    guard("act_keeps_number", f"BEFORE UPDATE OF {numbered} ON act", "a number never changes")
    guard("event_stays", "BEFORE DELETE ON event", "an event is never deleted")
    guard("event_is_final", "BEFORE UPDATE ON event", "an event never changes")
    guard("file_state_stays", "BEFORE DELETE ON file_state", "a file state is never deleted")
    guard("file_state_is_final", "BEFORE UPDATE ON file_state", "a file state never changes")


def downgrade() -> None:
    """Back."""
    for table in ("event", "decision", "file_state", "act", "counter", "book"):
        op.drop_table(table)
    remove()
