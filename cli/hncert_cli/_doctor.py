"""`hncert doctor`: the checks that `certify` makes first, said in words."""

from __future__ import annotations

import click

from hncert_cli._app import global_options
from hncert_cli._open import open_office
from hncert_cli._say import give, give_json, settings
from hncert_cli._spoken import Command


@click.command(cls=Command)
@global_options
def doctor() -> int:
    """Check keys, certificates, timestamp service, revocation lists, fonts, models, disk, clock and register.

    The exit code is 0 when everything is well, else that of the first check that failed.
    """
    said = settings()
    checks = open_office(said).doctor()
    if said.json:
        give_json(
            {
                "format": "hncert/doctor",
                "version": 1,
                "checks": [{"name": c.name, "ok": c.ok, "vi": c.words.vi, "en": c.words.en} for c in checks],
            }
        )
    else:
        for c in checks:
            icon = "✓" if c.ok else "✗"
            give(f"{icon} {c.name}: {said.said(c.words)}", ink="green" if c.ok else "red")
    return next((c.exit_code for c in checks if not c.ok), 0)
