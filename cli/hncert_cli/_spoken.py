"""Commands whose help is in the user's language: English beside the code, Vietnamese in help_vi.toml."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources

import click

from hncert_cli._say import Settings


@cache
def vietnamese() -> dict[str, dict[str, str]]:
    """The Vietnamese help, by command and then by parameter; read only when it is shown."""
    return tomllib.loads(resources.files("hncert_cli").joinpath("help_vi.toml").read_text("utf-8"))


def own_name(ctx: click.Context) -> str:
    """The command without the program's name: `register list`; the program itself is `hncert`."""
    return ctx.command_path.partition(" ")[2] or "hncert"


def _vi(ctx: click.Context) -> bool:
    return (ctx.find_object(Settings) or Settings()).lang == "vi"


class _Help:
    """Help in the language of the settings."""

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The text of the command."""
        if not _vi(ctx):
            super().format_help_text(ctx, formatter)  # type: ignore[misc]
            return
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(vietnamese()[own_name(ctx)]["text"].strip())

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Its options, and the commands of a group."""
        if not _vi(ctx):
            super().format_options(ctx, formatter)  # type: ignore[misc]
            return
        words = {**vietnamese()["global"], **vietnamese().get(own_name(ctx), {})}
        rows = []
        for param in self.get_params(ctx):  # type: ignore[attr-defined]
            record = param.get_help_record(ctx) if isinstance(param, click.Option) else None
            if record is not None:
                said = words["help" if "--help" in param.opts else param.name]
                rows.append((record[0], record[1].replace(param.help or "", said) if param.help else said))
        with formatter.section("Tùy chọn"):
            formatter.write_dl(rows)
        if isinstance(self, click.Group):
            self.format_commands(ctx, formatter)


class Command(_Help, click.Command):
    """A command with help in two languages."""


class Group(_Help, click.Group):
    """A group with help in two languages."""

    command_class = Command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Its commands, each with the first sentence of its text."""
        if not _vi(ctx):
            super().format_commands(ctx, formatter)
            return
        rows: list[tuple[str, str]] = []
        for name in self.list_commands(ctx):
            text = vietnamese()[f"{own_name(ctx)} {name}"]["text"].strip()
            rows.append((name, text.partition("\n")[0]))
        with formatter.section("Các lệnh"):
            formatter.write_dl(rows)
