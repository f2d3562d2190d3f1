"""Alembic migrations of the register; loaded only when a register is created or upgraded.

A migration adds and takes nothing away: new tables, and new columns that may be empty or have a default. So a process
of the software before, with a copy in flight, goes on beside the new one (tests/keep/test_upgrade.py), and the way back
loses only what is new.
"""
