"""Sealing at rest: the register's keys, and the data keys of acts and objects; persons under a keyed digest of a name.

Nothing is sealed by this step: `hncert office upgrade` does that after it, where the office has a key.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "register_key",
        sa.Column("generation", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("office_key", sa.Text, nullable=False),
        sa.Column("wrapped", sa.LargeBinary, nullable=False),
        sqlite_strict=True,
    )
    op.create_table(
        "data_key",
        sa.Column("owner", sa.Text, primary_key=True),  # an act, or a file
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("line_key", sa.LargeBinary),
        sa.Column("rest_key", sa.LargeBinary),
        sa.Column("erased", sa.Text, nullable=False),
        sqlite_strict=True,
    )
    op.create_index("data_key_generation", "data_key", ["generation"])
    op.create_table(
        "object_key",
        sa.Column("name", sa.LargeBinary, primary_key=True),
        sa.Column("held", sa.Text, nullable=False, unique=True),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("wrapped", sa.LargeBinary, nullable=False),
        sqlite_strict=True,
    )
    op.create_index("object_key_generation", "object_key", ["generation"])
    op.create_table(
        "person",
        sa.Column("digest", sa.LargeBinary, primary_key=True),
        sa.Column("act_id", sa.Text, sa.ForeignKey("act.id"), primary_key=True),
        sqlite_strict=True,
    )
    op.create_index("person_of_act", "person", ["act_id"])


def downgrade() -> None:
    """Back; only a register in which nothing is sealed can go there: without its keys the rest is noise."""
    if op.get_bind().execute(sa.text("SELECT count(*) FROM register_key")).scalar():
        raise RuntimeError("the register is sealed; an older software cannot read it")
    for table in ("person", "object_key", "data_key", "register_key"):
        op.drop_table(table)
