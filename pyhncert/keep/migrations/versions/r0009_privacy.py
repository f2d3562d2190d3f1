"""Who looked at personal data, and which acts have a scan in common."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pyhncert.keep.migrations.guards import guard

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "access",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("device", sa.Text, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("act_id", sa.Text, sa.ForeignKey("act.id")),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.CheckConstraint("person <> ''"),
        sa.CheckConstraint("purpose <> ''"),
        sqlite_strict=True,
    )
    op.create_index("access_of_act", "access", ["act_id", "id"])
    op.create_table(
        "scan_of",
        sa.Column("name", sa.LargeBinary, primary_key=True),
        sa.Column("act_id", sa.Text, sa.ForeignKey("act.id"), primary_key=True),
        sqlite_strict=True,
    )
    op.create_index("scan_of_act", "scan_of", ["act_id"])
    guard("access_stays", "BEFORE DELETE ON access", "a look is never deleted")
    guard("access_is_final", "BEFORE UPDATE ON access", "a look never changes")


def downgrade() -> None:
    """Back; who looked is lost."""
    for table in ("scan_of", "access"):
        op.drop_table(table)
