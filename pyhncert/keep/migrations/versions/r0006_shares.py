"""Share grants: a holder's secret for each copy, grants, and who opened them. Secrets and tokens stand as digests."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pyhncert.keep.migrations.guards import guard

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "holder_secret",
        sa.Column("act_id", sa.Text, sa.ForeignKey("act.id"), primary_key=True),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("given_at", sa.Text, nullable=False),
        sqlite_strict=True,
    )
    op.create_table(
        "share",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("act_id", sa.Text, sa.ForeignKey("act.id"), nullable=False),
        sa.Column("token", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("recipient", sa.Text, nullable=False),
        sa.Column("shows", sa.Text, nullable=False),
        sa.Column("made_at", sa.Text, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("expires_at", sa.Text, nullable=False),
        sa.Column("uses", sa.Integer, nullable=False),
        sa.Column("uses_left", sa.Integer, nullable=False),
        sa.Column("revoked_at", sa.Text),
        sa.Column("revoked_by", sa.Text),
        sa.CheckConstraint("uses >= 1"),
        sa.CheckConstraint("uses_left >= 0 AND uses_left <= uses"),
        sqlite_strict=True,
    )
    op.create_index("share_of_act", "share", ["act_id", "made_at"])
    op.create_table(
        "share_event",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("share_id", sa.Text, sa.ForeignKey("share.id"), nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("request", sa.LargeBinary),
        sa.UniqueConstraint("share_id", "request"),
        sqlite_strict=True,
    )
    guard("share_event_stays", "BEFORE DELETE ON share_event", "a view is never deleted")
    guard("share_event_is_final", "BEFORE UPDATE ON share_event", "a view never changes")


def downgrade() -> None:
    """Back; grants and secrets are lost, copies are not."""
    for table in ("share_event", "share", "holder_secret"):
        op.drop_table(table)
