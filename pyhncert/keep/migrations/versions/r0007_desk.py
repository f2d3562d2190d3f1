"""The officer's desk: files (hồ sơ) and their steps, how fees were counted, paper copies, marks of originals, refusals.

Each event says its place; a refusal says where, of what and for whom, unless the paper was a state secret.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pyhncert.keep.migrations.guards import guard

revision = "0007"
down_revision = "0006"

_REFUSAL = ("place", "requester", "original", "words", "dossier", "owner")


def upgrade() -> None:
    """Forward."""
    op.add_column("act", sa.Column("charge", sa.Text, nullable=False, server_default=""))
    op.add_column("act", sa.Column("paper_copies", sa.Integer, nullable=False, server_default="0"))
    op.add_column("act", sa.Column("dossier", sa.Text))
    op.create_index(
        "act_of_dossier",
        "act",
        ["dossier"],
        sqlite_where=sa.text("dossier IS NOT NULL"),
        postgresql_where=sa.text("dossier IS NOT NULL"),
    )
    op.add_column("event", sa.Column("place", sa.Text, nullable=False, server_default=""))
    for name in _REFUSAL:
        op.add_column("refusal", sa.Column(name, sa.Text, nullable=False, server_default=""))
    op.create_table(
        "dossier",
        sa.Column("code", sa.Text, primary_key=True),
        sa.Column("agency", sa.Text, nullable=False),
        sa.Column("day", sa.Text, nullable=False),
        sa.Column("serial", sa.Integer, nullable=False),
        sa.Column("unit", sa.Text, nullable=False),
        sa.Column("received_at", sa.Text, nullable=False),
        sa.Column("requester", sa.Text, nullable=False),
        sa.Column("originals", sa.Integer, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("due_at", sa.Text),
        sa.Column("agreement", sa.Text, nullable=False),
        sa.Column("delivered_at", sa.Text),
        sa.UniqueConstraint("day", "agency", "serial"),
        sa.CheckConstraint("originals >= 1"),
        sqlite_strict=True,
    )
    op.create_table(
        "dossier_counter",
        sa.Column("agency", sa.Text, primary_key=True),
        sa.Column("day", sa.Text, primary_key=True),
        sa.Column("last", sa.Integer, nullable=False),
        sqlite_strict=True,
    )
    op.create_table(
        "dossier_event",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("dossier", sa.Text, sa.ForeignKey("dossier.code"), nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("device", sa.Text, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("facts", sa.Text, nullable=False),
        sqlite_strict=True,
    )
    op.create_index("event_of_dossier", "dossier_event", ["dossier", "id"])
    op.create_table(
        "original_mark",
        sa.Column("mark", sa.LargeBinary, primary_key=True),
        sa.Column("act_id", sa.Text, sa.ForeignKey("act.id"), primary_key=True),
        sqlite_strict=True,
    )
    guard("dossier_stays", "BEFORE DELETE ON dossier", "a file is never deleted")
    guard("dossier_event_stays", "BEFORE DELETE ON dossier_event", "a step is never deleted")
    guard("dossier_event_is_final", "BEFORE UPDATE ON dossier_event", "a step never changes")


def downgrade() -> None:
    """Back; files, their steps and the marks of originals are lost, lines and refusals stay."""
    for table in ("original_mark", "dossier_event", "dossier_counter", "dossier"):
        op.drop_table(table)
    for name in _REFUSAL:
        op.drop_column("refusal", name)
    op.drop_column("event", "place")
    op.drop_index("act_of_dossier", "act")
    for name in ("charge", "paper_copies", "dossier"):
        op.drop_column("act", name)
