"""Refusals: who stopped a paper, when, for which reason of the law. Nothing of the paper itself is kept."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pyhncert.keep.migrations.guards import guard

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "refusal",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("device", sa.Text, nullable=False),
        sa.Column("officer", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("pages", sa.Integer, nullable=False),
        sa.CheckConstraint("officer <> ''"),
        sa.CheckConstraint("reason IN ('R1','R2','R3','R4','R5','R6')"),
        sa.CheckConstraint("pages >= 1"),
        sqlite_strict=True,
    )
    guard("refusal_stays", "BEFORE DELETE ON refusal", "a refusal is never deleted")
    guard("refusal_is_final", "BEFORE UPDATE ON refusal", "a refusal never changes")


def downgrade() -> None:
    """Back."""
    op.drop_table("refusal")
