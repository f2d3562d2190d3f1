"""What no program may do to the register, said where a mistake in the program cannot go round it: triggers."""

from __future__ import annotations

from alembic import op

_FUNCTION = """
CREATE FUNCTION hncert_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = '23000'; END
$$
"""


def guard(name: str, when: str, words: str) -> None:
    """Make the trigger `name`, which refuses `when` (``BEFORE DELETE ON act``) with `words`, on either database."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"CREATE TRIGGER {name} {when} BEGIN SELECT RAISE(ABORT, '{words}'); END")
        return
    op.execute(f"CREATE TRIGGER {name} {when} FOR EACH ROW EXECUTE FUNCTION hncert_guard('{words}')")
    if when.startswith("BEFORE DELETE"):
        table = when.rpartition(" ")[2]
        op.execute(
            f"CREATE TRIGGER {name}_whole BEFORE TRUNCATE ON {table}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION hncert_guard('{words}')"
        )


def prepare() -> None:
    """What the triggers of PostgreSQL call; made by the first migration."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(_FUNCTION)


def remove() -> None:
    """Undo `prepare`, when no trigger is left."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION hncert_guard()")
