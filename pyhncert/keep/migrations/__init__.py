"""Alembic migrations of the register; loaded only when a register is created or upgraded."""
