"""`hncert completion`: a script for the shell."""

from __future__ import annotations

import click

from hncert_cli._app import global_options, hncert
from hncert_cli._spoken import Command


@click.command(cls=Command)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@global_options
def completion(shell: str) -> None:
    """Print the completion script for SHELL; source it, or put it where the shell looks for completions."""
    from click.shell_completion import get_completion_class  # noqa: PLC0415

    made = get_completion_class(shell)
    assert made is not None  # noqa: S101  the choice above is click's own list
    click.echo(made(hncert, {}, "hncert", "_HNCERT_COMPLETE").source())
