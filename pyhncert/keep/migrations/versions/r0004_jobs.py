"""Jobs: what waits for a slow service; and which of those services are resting."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_LIVE = "state IN ('waiting','leased')"


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "job",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("facts", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("faults", sa.Integer, nullable=False),
        sa.Column("entered_at", sa.Text, nullable=False),
        sa.Column("due_at", sa.Text, nullable=False),
        sa.Column("ended_at", sa.Text),
        sa.Column("lease", sa.Text),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("reason_vi", sa.Text, nullable=False),
        sa.Column("reason_en", sa.Text, nullable=False),
        sa.CheckConstraint("state IN ('waiting','leased','done','set_aside')"),
        sa.CheckConstraint("(state = 'leased') = (lease IS NOT NULL)"),
        sa.CheckConstraint("state <> 'set_aside' OR reason_en <> ''"),
        sqlite_strict=True,
    )
    op.create_index("job_due", "job", ["due_at"], sqlite_where=sa.text(_LIVE), postgresql_where=sa.text(_LIVE))
    op.create_table(
        "breaker",
        sa.Column("service", sa.Text, primary_key=True),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("open_until", sa.Text),
        sqlite_strict=True,
    )


def downgrade() -> None:
    """Back; jobs that wait are lost, and found again from the register's lines by the next worker."""
    op.drop_table("breaker")
    op.drop_table("job")
