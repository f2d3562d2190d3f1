"""One act for one errand: a key of the caller's, under which a copy is issued once, however often it is asked for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_LIVE = "idempotency_key IS NOT NULL AND state <> 'voided'"


def upgrade() -> None:
    """Forward."""
    op.add_column("act", sa.Column("idempotency_key", sa.Text))
    op.create_index(
        "act_once",
        "act",
        ["idempotency_key"],
        unique=True,
        sqlite_where=sa.text(_LIVE),
        postgresql_where=sa.text(_LIVE),
    )


def downgrade() -> None:
    """Back."""
    op.drop_index("act_once", "act")
    op.drop_column("act", "idempotency_key")
