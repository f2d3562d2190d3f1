"""What a newcomer reads is true: every command and option is described, every path named exists."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from hncert_cli._app import COMMANDS, hncert
from hncert_cli._spoken import vietnamese

ROOT = Path(__file__).parents[2]
PAGES = ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md")
GLOBAL = {"--debug", "--json", "--lang", "--password-fd", "--office"}


def commands() -> Iterator[tuple[str, click.Command]]:
    ctx = click.Context(hncert)
    for name in COMMANDS:
        command = hncert.get_command(ctx, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from ((f"{name} {inner}", found) for inner, found in command.commands.items())
        else:
            yield name, command


@pytest.mark.parametrize(("name", "command"), [pytest.param(n, c, id=n) for n, c in commands()])
def test_each_command_and_each_option_is_documented(name: str, command: click.Command) -> None:
    page = (ROOT / "docs" / "command.md").read_text("utf-8")
    section = re.search(rf"^## `hncert {re.escape(name)}\b.*?(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)
    assert section, f"docs/command.md has no section for hncert {name}"
    for param in command.params:
        if isinstance(param, click.Option):
            for option in param.opts:
                where = page if option in GLOBAL else section[0]
                assert f"`{option}" in where, f"{option} of hncert {name}"


def test_each_command_and_each_option_has_help_in_both_languages() -> None:
    for name, (_, vi, en) in COMMANDS.items():
        assert vi and en and vi != en, name
    said = vietnamese()
    assert set(said) - {"global", "hncert", "register", "office", "credential", "trust", "share", "backup"} == {
        name for name, _ in commands()
    }
    for name, command in commands():
        for param in command.params:
            if isinstance(param, click.Option):
                assert param.help, f"{param.name} of {name}"
                known = {**said["global"], **said[name]}
                assert known.get(param.name or ""), f"{param.name} of {name}"


def test_each_command_is_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    for name in COMMANDS:
        assert f"hncert {name}" in readme, name


@pytest.mark.parametrize("page", PAGES)
def test_each_file_that_a_page_links_to_exists(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
        assert (ROOT / target).exists(), f"{page} links to {target}"


def test_the_tree_holds_no_unfinished_places_and_no_paths_of_a_machine() -> None:
    words = ("TO" + "DO", "FIX" + "ME", r"XX" + r"X\b", "raise NotImplemented" + "Error", "unimplemented" + "!")
    unfinished = re.compile(r"\b(" + "|".join(words) + ")")
    machine = re.compile(r"(^|[^\w.-])/(work|root|home)/\w")
    for folder in ("pyhncert", "cli", "core_rs/src", "tests", "benches", "examples", "training", "docs", ".ci"):
        for path in (ROOT / folder).rglob("*"):
            if path.suffix in {".py", ".rs", ".md", ".toml", ".json"} or path.name == "run":
                text = path.read_text("utf-8")
                if folder != "tests":  # a test's double may raise what it likes
                    assert not unfinished.search(text), f"{path.relative_to(ROOT)}: {unfinished.search(text)}"
                assert not machine.search(text), f"{path.relative_to(ROOT)}: {machine.search(text)}"
